"""What the service answers: always JSON, and problem details (RFC 9457) where something is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final, NamedTuple

from signet_vc.codec import strict_json
from signet_vc.errors import Problem, ProblemError, SignetError, UnavailableError, UsageError

__all__ = [
    "PROBLEM_JSON",
    "RefusedError",
    "Reply",
    "document",
    "problem_mapping",
    "problems",
    "refusal",
    "status",
]

JSON: Final = "application/json"
PROBLEM_JSON: Final = "application/problem+json"
_PROBLEM_TYPES: Final = "https://w3id.org/signet-vc/problems#"  # of codes that no W3C document names
_RETRY_SECONDS: Final = "1"


class Reply(NamedTuple):
    """One answer. ``codes``: of the problems in it, for the log."""

    status: int
    body: bytes
    media_type: str = JSON
    codes: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()


class RefusedError(SignetError):
    """The request itself, not what is in it, is refused: raised by an endpoint, answered as ``reply``."""

    def __init__(self, code: int, detail: str, *, pointer: str = "") -> None:
        super().__init__(detail)
        self.reply = status(code, detail, pointer=pointer)


def document(value: Any, *, code: int = HTTPStatus.OK, media_type: str = JSON) -> Reply:
    """Answer with a JSON value."""
    return Reply(code, strict_json.dumps(value), media_type)


def status(code: int, detail: str, *, pointer: str = "", headers: tuple[tuple[str, str], ...] = ()) -> Reply:
    """Answer with what HTTP itself has a name for."""
    members: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(code).phrase,
        "status": code,
        "detail": detail,
    }
    if pointer:
        members["pointer"] = pointer
    if code == HTTPStatus.SERVICE_UNAVAILABLE:
        headers = (*headers, ("retry-after", _RETRY_SECONDS))
    return Reply(code, strict_json.dumps(members), PROBLEM_JSON, headers=headers)


def problems(
    found: Sequence[Problem], *, code: int = HTTPStatus.BAD_REQUEST, more: Mapping[str, Any] | None = None
) -> Reply:
    """Answer with problems: the first as the problem details, all of them under ``problemDetails``.

    more: further members, such as ``verified``.
    """
    listed = [problem_mapping(each) for each in found]
    value = {**listed[0], "status": code, **(more or {}), "problemDetails": listed}
    return Reply(code, strict_json.dumps(value), PROBLEM_JSON, tuple(str(each.code) for each in found))


def refusal(error: SignetError) -> Reply:
    """Answer to what an endpoint raised; what a caller of the library did wrong, the client did here."""
    if isinstance(error, RefusedError):
        return error.reply
    if isinstance(error, ProblemError):
        return problems(error.problems)
    if isinstance(error, UsageError):
        return status(HTTPStatus.BAD_REQUEST, str(error))
    if isinstance(error, UnavailableError):
        reply = problems([error.as_problem()], code=HTTPStatus.SERVICE_UNAVAILABLE)
        return reply._replace(headers=(("retry-after", _RETRY_SECONDS),))
    raise error


def problem_mapping(each: Problem) -> dict[str, Any]:
    """A problem or notice as a member of an answer."""
    return {
        "type": each.type or _PROBLEM_TYPES + each.code,
        "code": str(each.code),
        "title": each.title,
        "detail": each.detail,
        "pointer": each.pointer,
    }
