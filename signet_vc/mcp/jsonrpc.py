"""One line of JSON-RPC: read strictly, or told apart as far as an answer to it needs.

Programs behind a proxy read more than a strict parser does: they split lines at a carriage return,
take the last of two equal names, run the requests of an array one by one. A line that any of them may
read differently is refused here, so that what was verified is what runs.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, TypeAlias

from signet_vc.attestation.call import ABSENT, Absent
from signet_vc.codec.strict_json import Json, JsonObject, dumps, loads, loads_any_number
from signet_vc.errors import Code, ProblemError
from signet_vc.limits import DEFAULT_LIMITS, MAX_SAFE_INTEGER, Limits
from signet_vc.mcp.messages import EXTENSION, refuse_lookalikes

__all__ = [
    "Fragment",
    "Key",
    "answer",
    "error_answer",
    "fragments",
    "key_of",
    "max_line",
    "read",
    "read_any_number",
]

Key: TypeAlias = tuple[bool, int | str]

_CARRIER: Final = EXTENSION.partition("/")[0].encode()  # only lets a line be longer: no filter


def read(line: bytes, *, limits: Limits = DEFAULT_LIMITS) -> JsonObject:
    """The message on a line (without its newline; a carriage return may end it).

    Raises:
        ProblemError: what strict JSON finds; MALFORMED_JSON for a carriage return inside, an array (a
            batch), a value that is no object, a message that is not exactly one of request, result
            and error; CALL_MISMATCH for a member that looks like another one.
    """
    if line.find(b"\r", 0, -1) >= 0:
        raise ProblemError.of(Code.MALFORMED_JSON, "a carriage return inside a message")
    longest = max_line(limits) if _CARRIER in line else limits.message_bytes
    return _message(loads(line, max_bytes=longest, max_depth=limits.message_depth))


def read_any_number(line: bytes, refusal: ProblemError, *, limits: Limits = DEFAULT_LIMITS) -> JsonObject:
    """The message on a line that ``read`` refused for a number alone; for all others the refusal.

    It can be told apart, so that it may pass if it is no call and no answer to one: a bound in a schema
    may be a number that no two programs read alike. What no call may carry reads as infinite: nothing is
    computed from it, and no id is it.

    Raises:
        ProblemError: ``refusal``, or what else is wrong with the line.
    """
    if set(refusal.codes) != {Code.NUMBER_OUT_OF_RANGE}:
        raise refusal
    return _message(loads_any_number(line, max_depth=limits.message_depth))


def _message(value: Json) -> JsonObject:
    if not isinstance(value, dict):
        raise ProblemError.of(Code.MALFORMED_JSON, "a batch, or no object")
    refuse_lookalikes(value)
    if "method" in value:
        if not isinstance(value["method"], str) or "result" in value or "error" in value:
            raise ProblemError.of(Code.MALFORMED_JSON, "not a request, not an answer", "/method")
    elif ("result" in value) == ("error" in value):
        raise ProblemError.of(Code.MALFORMED_JSON, "not a request, and not one answer")
    return value


def max_line(limits: Limits) -> int:
    """Bytes of the longest line: a message, and beside it a carrier with a credential in both securings."""
    return limits.message_bytes + 2 * limits.document_bytes


def key_of(identifier: Json) -> Key | None:
    """What tells requests under way apart: ``7`` is not ``"7"``.

    None for an id that peers may read differently: null, fractions, booleans, and integers that a
    JavaScript peer confuses with their neighbours.
    """
    if isinstance(identifier, str):
        return False, identifier
    if type(identifier) is int and abs(identifier) <= MAX_SAFE_INTEGER:
        return True, identifier
    return None


def answer(identifier: Json, member: str, value: Json) -> bytes:
    """A line that answers: ``member`` is ``result`` or ``error``."""
    return dumps({"jsonrpc": "2.0", "id": identifier, member: value})


def error_answer(identifier: Json, error: JsonObject) -> bytes:
    """A line that answers with an error. An id that is no string or number is answered as null."""
    known = isinstance(identifier, str | int | float) and not isinstance(identifier, bool)
    try:
        return answer(identifier if known else None, "error", error)
    except ProblemError:  # an id recovered from a line that was refused: NaN, a lone surrogate
        return answer(None, "error", error)


# -- lines that cannot be read ---------------------------------------------------------------------


@dataclass(slots=True)
class Fragment:
    """What can be seen of one message in a line that is refused; of a batch there are several."""

    ids: list[Json | Absent] = field(default_factory=list)
    methods: list[Json | Absent] = field(default_factory=list)
    answers: bool = False


_MAX_TOKENS: Final = 200_000  # some 50 ms; a refusal of what lies further on goes without its id
# A string that does not end is one token to the end of the text: looked for again at each quote in it, it
# would cost the square of its length.
_TOKEN: Final = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[{}\[\]:,]|[^\s{}\[\]:,"]++', re.DOTALL)


def fragments(line: bytes) -> list[Fragment]:
    """The messages of a line that ``read`` refused, as far as their ids and methods can be seen.

    Never fails: it stops where the text cannot be followed.
    """
    walk = _Walk(line.decode(errors="replace"))
    walk.run()
    return walk.found


class _Walk:
    """Follows brackets and names; of nested values it reads nothing."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.found: list[Fragment] = []
        self._members_at = 1  # the depth of a message's members: 2 in a batch
        self._depth = 0
        self._inside = False  # of a message, and not of an array in its place
        self._name: Json = None
        self._awaits_value = False

    def run(self) -> None:
        for match in islice(_TOKEN.finditer(self._text), _MAX_TOKENS):
            text = match[0]
            if text in "{[":
                self._open(text)
            elif text in "}]":
                self._depth -= 1
            elif self._depth == self._members_at and self._inside:
                self._within(text)

    def _open(self, bracket: str) -> None:
        if self._depth == 0:
            self._members_at = 1 if bracket == "{" else 2
        self._depth += 1
        if self._depth == self._members_at:
            self._inside = bracket == "{"
            if self._inside:
                self.found.append(Fragment())
                self._name, self._awaits_value = None, False
        elif self._depth == self._members_at + 1 and self._inside:
            self._saw(ABSENT)

    def _within(self, text: str) -> None:
        if text in ":,":
            self._awaits_value = text == ":"
        elif self._awaits_value:
            self._saw(_scalar(text))
        else:
            self._name = _scalar(text)

    def _saw(self, value: Json | Absent) -> None:
        """A member of the message at hand; ABSENT for a value that is not read."""
        message = self.found[-1]
        if self._name == "id":
            message.ids.append(value)
        elif self._name == "method":
            message.methods.append(value)
        elif self._name in ("result", "error"):
            message.answers = True


def _scalar(text: str) -> Json | Absent:
    try:
        return json.loads(text)
    except ValueError:
        return ABSENT
