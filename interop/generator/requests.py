"""Kind `request`: `tools/call` messages with their carriers, judged as the server receives them.

The cases themselves are in `requests_*.py`, by what they exercise.
"""

from __future__ import annotations

from typing import Any, Final

from generator.book import Book, Bytes, Case, Rule, rule
from generator.crypto import AGENT, SERVER, Document, TestKey
from generator.documents import EXAMPLE_REQUEST, OUT, at, call, digests, proof

__all__ = ["EXAMPLE", "Requests"]

EXAMPLE: Final = {"credential": EXAMPLE_REQUEST}
_NOW: Final = at("11:37:25.140")
_WORKED: Final = rule(
    "FORMAT", "Worked example", "The request of the worked example lets the call that it states through."
)


class Requests:
    """Writes cases of this kind into the book; `example` is the worked one, from which most others differ."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.example = self.accept("worked-example", _WORKED, call(EXAMPLE), EXAMPLE)

    def accept(
        self,
        name: str,
        of: Rule,
        message: Bytes,
        carrier: Document | None = None,
        *,
        key: TestKey = AGENT,
        notices: list[str] | None = None,
        **policy: Any,
    ) -> Case:
        """A message that reaches the tool. `carrier`: the attestation in it; `key`: who signed it."""
        expected: Document = {}
        if carrier is not None:
            stated = digests(carrier)
            expected = {"digest": stated["digestMultibase"]}
            if "jwsDigest" in stated:
                expected["jwsDigest"] = stated["jwsDigest"]
        if notices:
            expected["notices"] = notices
        return self.book.accept(
            "request",
            name,
            of,
            input={"message": message},
            keys=[key, SERVER],
            policy={"at": _NOW, "audience": SERVER.did, "allowedSigners": [key.did], **policy},
            expected=expected,
        )

    def stated(self, name: str, of: Rule, carrier: Document, *, key: TestKey = AGENT, **policy: Any) -> Case:
        """The same, the call being that of the worked example."""
        return self.accept(name, of, call(carrier), carrier, key=key, **policy)

    def reject(self, beside: Case, name: str, of: Rule, *codes: str, **changes: Any) -> None:
        """As `Book.reject` has it: another `message`, another `policy`."""
        self.book.reject(beside, name, of, *codes, **changes)

    def sent(
        self,
        beside: Case,
        name: str,
        of: Rule,
        code: str,
        carrier: Any = OUT,
        /,
        *,
        may_also: tuple[str, ...] = (),
        policy: Document | None = None,
        keys: tuple[TestKey, ...] | None = None,
        **params: Any,
    ) -> None:
        """A call with this carrier and these params is refused."""
        message = call(carrier, **params)
        self.book.reject(beside, name, of, code, may_also=may_also, policy=policy, keys=keys, message=message)

    def refused(
        self, name: str, of: Rule, code: str, document: Document, *, may_also: tuple[str, ...] = ()
    ) -> None:
        """A credential that is signed as it should be, and should not be as it is."""
        self.sent(self.example, name, of, code, proof(document), may_also=may_also)
