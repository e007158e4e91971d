"""Structured fields (RFC 9651), over ``http_sf``: read strictly, written in their one form.

A dictionary or parameter that names a member twice is refused, though the last would count: readers differ.
"""

from __future__ import annotations

from typing import Any, Final, NoReturn, TypeAlias, cast

import http_sf
from http_sf import ListType, Token
from http_sf.retrofit import retrofit

from signet_vc.errors import Code, ProblemError, UsageError

__all__ = [
    "InnerList",
    "Item",
    "dictionary",
    "is_inner_list",
    "write_byte_sequence",
    "write_member",
    "write_strict",
    "write_string",
    "write_token",
]

Item: TypeAlias = tuple[Any, dict[str, Any]]  # value and parameters, in order
InnerList: TypeAlias = tuple[list[Item], dict[str, Any]]

_MOST: Final = 32 << 10  # characters of one field: parsing takes 0.3 µs each
_DICTIONARIES: Final = frozenset(
    {"content-digest", "repr-digest", "signature", "signature-input", "signature-agent", "ucp-agent"}
)


def dictionary(text: str, name: str) -> dict[str, Item | InnerList]:
    """Read a Dictionary, the value of the field ``name``; MALFORMED_HTTP, TOO_LARGE."""
    parsed: dict[str, Item | InnerList] = _parse(text, name, "dictionary")
    return parsed


def is_inner_list(member: Item | InnerList) -> bool:
    """Tell an inner list from an item."""
    return isinstance(member[0], list)


def write_member(member: Item | InnerList) -> str:
    """Write one member of a dictionary, without its name: an item or inner list with its parameters."""
    return http_sf.ser(cast("ListType", [member]))


def write_string(text: str) -> str:
    """Write a String, of printable ASCII; UsageError for another."""
    try:
        return http_sf.ser(text)
    except ValueError as error:
        raise UsageError("a string in a field is of printable ASCII") from error


def write_token(text: str) -> str:
    """Write a Token."""
    return http_sf.ser(Token(text))


def write_byte_sequence(data: bytes) -> str:
    """Write a Byte Sequence: base64 between colons."""
    return http_sf.ser(data)


def write_strict(text: str, name: str) -> str:
    """Write a field's value as its type demands (RFC 9421 §2.1.1); MALFORMED_HTTP for one of unknown type."""
    kind = "dictionary" if name in _DICTIONARIES else retrofit.get(name)
    if kind is None:
        raise ProblemError.of(Code.MALFORMED_HTTP, "a field whose structured type is not known")
    return http_sf.ser(_parse(text, name, kind))


def _parse(text: str, name: str, kind: str) -> Any:
    if len(text) > _MOST:
        raise ProblemError.of(Code.TOO_LARGE, f"a field of more than {_MOST} characters", f"/fields/{name}")
    try:
        return http_sf.parse(text.encode("latin-1"), tltype=kind, on_duplicate_key=_refuse)
    except (ValueError, ArithmeticError) as error:
        detail = f"the field is no structured {kind}"
        raise ProblemError.of(Code.MALFORMED_HTTP, detail, f"/fields/{name}") from error


def _refuse(_name: str, where: str) -> NoReturn:
    raise http_sf.StructuredFieldError(f"a name stands twice in a {where}")
