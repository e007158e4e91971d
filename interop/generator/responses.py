"""Kind `response`: answers to a `tools/call` with their carriers, judged as the agent receives them.

The cases themselves are in `responses_*.py`, by what they exercise.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from generator.book import Book, Bytes, Case, Rule, rule
from generator.crypto import AGENT, SERVER, Document, TestKey
from generator.documents import (
    EXAMPLE_DENIAL,
    EXAMPLE_REQUEST,
    EXAMPLE_RESPONSE,
    OUT,
    RESULT,
    SIGNET_REFUSED,
    answer,
    at,
    call,
    digests,
    error_answer,
    proof,
)

__all__ = ["ASKED", "EXAMPLE", "Responses"]

ASKED: Final = {"credential": EXAMPLE_REQUEST}
EXAMPLE: Final = {"credential": EXAMPLE_RESPONSE}
_DENIAL: Final = {"credential": EXAMPLE_DENIAL}
_NOW: Final = at("11:37:25.400")
_WORKED: Final = rule(
    "FORMAT", "Worked example", "The responses of the worked example are accepted as answers to its request."
)


class Responses:
    """Writes cases of this kind into the book; `example` and `denial` are the worked ones."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.example = self.accept("worked-example", _WORKED, EXAMPLE)
        message = error_answer(_DENIAL, SIGNET_REFUSED)
        self.denial = self.accept("worked-example-denial", _WORKED, _DENIAL, message)

    def accept(
        self,
        name: str,
        of: Rule,
        carrier: Document,
        message: Bytes | None = None,
        *,
        asked: Any = ASKED,
        sent: str | None = None,
        key: TestKey = SERVER,
        notices: list[str] | None = None,
        **policy: Any,
    ) -> Case:
        """An answer that is handed on.

        `message`: where the answer is not the result of the worked example. `asked`: the carrier that the
        call had, `OUT` for none; `sent`: the whole call, where it is not that of the worked example.
        """
        expected: Document = {"digest": digests(carrier)["digestMultibase"]}
        if asked is not OUT:
            expected["requestDigest"] = digests(asked)["digestMultibase"]
        if notices:
            expected["notices"] = notices
        return self.book.accept(
            "response",
            name,
            of,
            input={
                "request": call(asked) if sent is None else sent,
                "message": answer(carrier) if message is None else message,
            },
            keys=[AGENT, key],
            policy={"at": _NOW, "allowedSigners": [], **policy},
            expected=expected,
        )

    def reject(self, beside: Case, name: str, of: Rule, *codes: str, **changes: Any) -> None:
        """As `Book.reject` has it: another `message` or `request`, another `policy`."""
        self.book.reject(beside, name, of, *codes, **changes)

    def answered(  # noqa: PLR0917 - a row of a table
        self,
        beside: Case,
        name: str,
        of: Rule,
        code: str,
        carrier: Any = OUT,
        result: Mapping[str, Any] = RESULT,
        /,
        *,
        may_also: tuple[str, ...] = (),
        policy: Document | None = None,
        keys: tuple[TestKey, ...] | None = None,
        **members: Any,
    ) -> None:
        """An answer with this carrier and this result is refused."""
        message = answer(carrier, result, **members)
        self.book.reject(beside, name, of, code, may_also=may_also, policy=policy, keys=keys, message=message)

    def refused(
        self, name: str, of: Rule, code: str, document: Document, *, may_also: tuple[str, ...] = ()
    ) -> None:
        """A credential that is signed as it should be, and should not be as it is."""
        self.answered(self.example, name, of, code, proof(document, SERVER), may_also=may_also)
