"""Reading a request's JSON: one object, its documents and its options, each of the type that it must have."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from signet_vc.codec import strict_json
from signet_vc.codec.strict_json import JsonObject
from signet_vc.errors import Code, ProblemError
from signet_vc.service.reply import RefusedError

__all__ = ["Body"]

_MOST: Final = 256  # entries of a list
_LONGEST: Final = 2048  # a domain, a challenge, an identifier


class Body:
    """The object that a request holds."""

    __slots__ = ("_members", "_place")

    def __init__(self, data: bytes) -> None:
        """Raises ProblemError for what is no strict JSON, RefusedError for what is no object."""
        members = strict_json.loads(data)
        if not isinstance(members, dict):
            raise RefusedError(HTTPStatus.BAD_REQUEST, "the body is a JSON object")
        self._members: JsonObject = members
        self._place = ""

    @classmethod
    def of(cls, members: JsonObject, place: str) -> Body:
        """An object inside of a request's, at ``place``, a JSON Pointer."""
        made = cls.__new__(cls)
        made._members, made._place = members, place  # noqa: SLF001 - its own
        return made

    def document(self, name: str, code: Code) -> JsonObject:
        """Give a member that is an object. Raises ProblemError of ``code`` where it is none."""
        value = self._members.get(name)
        if not isinstance(value, dict):
            raise ProblemError.of(code, "must be an object", f"{self._place}/{name}")
        return value

    def text(self, name: str) -> str:
        """Give a member that is text. Raises RefusedError where it is none."""
        value = self._members.get(name)
        if not isinstance(value, str) or not value or len(value) > _LONGEST:
            detail = f"must be text of 1 to {_LONGEST} characters"
            raise RefusedError(HTTPStatus.BAD_REQUEST, detail, pointer=f"{self._place}/{name}")
        return value

    def text_if_there(self, name: str) -> str | None:
        """The same; None if it is not there, or null."""
        return None if self._members.get(name) is None else self.text(name)

    def flag(self, name: str) -> bool:
        """Give a member that is true or false. Raises RefusedError where it is neither."""
        value = self._members.get(name)
        if value is True or value is False:
            return value
        raise RefusedError(HTTPStatus.BAD_REQUEST, "must be true or false", pointer=f"{self._place}/{name}")

    @property
    def options(self) -> Body:
        """Give ``options``, which may be absent. Raises RefusedError where it is no object."""
        value = self._members.get("options")
        if value is None:
            value = {}
        if not isinstance(value, dict):
            raise RefusedError(HTTPStatus.BAD_REQUEST, "must be an object", pointer="/options")
        return Body.of(value, "/options")

    def option(self, name: str) -> str | None:
        """Give an option that is text; None if it is not there."""
        return self.options.text_if_there(name)

    def option_flag(self, name: str) -> bool:
        """Give an option that is true or false; false if it is not there."""
        options = self.options
        return options._members.get(name) is not None and options.flag(name)  # noqa: SLF001 - its own

    def option_list(self, name: str) -> list[str] | None:
        """Give an option that is a list of texts; None if it is not there."""
        value: Any = self.options._members.get(name)  # noqa: SLF001 - its own
        if value is None:
            return None
        if (
            not isinstance(value, list)
            or len(value) > _MOST
            or not all(isinstance(each, str) and len(each) <= _LONGEST for each in value)
        ):
            raise RefusedError(HTTPStatus.BAD_REQUEST, "must be a list of texts", pointer=f"/options/{name}")
        return value
