"""Our members put into the text of a message, and taken out again: every other byte stays.

The texts have been parsed strictly before: no name stands twice, and nothing is nested too deep.
``put`` writes a member first in its object, ``take`` undoes exactly that. An object that ``put``
made goes again when ``take`` leaves it as ``{}``; to tell it from an empty one that was there, ``put``
leaves a space in the latter.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, NamedTuple

from signet_vc.codec.strict_json import dumps
from signet_vc.mcp.messages import DATA_KEY, RESPONSE_KEY

__all__ = ["put", "put_response_in_error", "take", "take_response_from_error"]

_read: Final = json.JSONDecoder(parse_int=str).raw_decode  # only where a value ends is of interest
_space: Final = re.compile(r"[ \t\n\r]*").match

_WHITE: Final = frozenset(" \t\n\r")

Path = tuple[str, ...]


class _Member(NamedTuple):
    """Where a member stands in the text: its name, from the quote on, and its value."""

    start: int
    value: int


def put(text: str, message: Mapping[str, Any], path: Path, value: object) -> str:
    """``text`` with the member at ``path`` set to ``value``; objects that lack on the way are made.

    ``message``: what ``text`` reads as; it spares looking for what is not there. Whatever stands at
    ``path`` is replaced, and so is anything on the way to it that is no object.
    """
    at = _root(text)
    name, *inner = path
    while inner and isinstance(message.get(name), dict):
        message, at = message[name], _find(text, at, name).value
        name, *inner = inner
    new = _nested(inner, value)
    if name not in message:
        return _insert(text, at, name, new)
    old = _find(text, at, name).value
    return text[:old] + new + text[_end(text, old) :]


def take(text: str, path: Path, *, kept: int) -> str:
    """``text`` without the member at ``path``, which is there.

    The first ``kept`` objects on the path stay whatever is left in them; the others go with their
    last member, unless they were there, and empty, before ``put``.
    """
    members = [_find(text, _root(text), path[0])]
    for name in path[1:]:
        members.append(_find(text, members[-1].value, name))
    while True:
        member = members.pop()
        at = members[-1].value if members else _root(text)
        text, left = _remove(text, at, member)
        if left or len(members) <= kept:
            return text


def put_response_in_error(text: str, message: Mapping[str, Any], carrier: object) -> str:
    """``text`` of an answer with the carrier in ``error.data``; FORMAT, *Carriers*, *Errors*."""
    error = message["error"]
    data = error.get("data", {})
    if isinstance(data, dict) and not {RESPONSE_KEY, DATA_KEY} & data.keys():
        text = put(text, message, ("error", "data", RESPONSE_KEY), carrier)
    else:
        member = _find(text, _find(text, _root(text), "error").value, "data")
        end = _end(text, member.value)
        inside = f"{_member(RESPONSE_KEY, carrier)},{_name(DATA_KEY)}:{text[member.value : end]}"
        text = f"{text[: member.value]}{{{inside}}}{text[end:]}"
    return _only(text, error, ("code", "message", "data"))


def take_response_from_error(text: str, message: Mapping[str, Any]) -> str:
    """``text`` of an answer without the carrier that is in ``error.data``, and unwrapped."""
    data = message["error"]["data"]
    if data.keys() != {RESPONSE_KEY, DATA_KEY}:
        text = take(text, ("error", "data", RESPONSE_KEY), kept=1)
    else:
        member = _find(text, _find(text, _root(text), "error").value, "data")
        wrapped = _find(text, member.value, DATA_KEY)
        original = text[wrapped.value : _end(text, wrapped.value)]
        text = text[: member.value] + original + text[_end(text, member.value) :]
    return _only(text, message["error"], ("code", "message", "data"))


# -- reading ---------------------------------------------------------------------------------------


def _root(text: str) -> int:
    return _skip(text, 0)


def _skip(text: str, at: int) -> int:
    """Past white space, of which there is hardly ever any."""
    if text[at : at + 1] not in _WHITE:
        return at
    match = _space(text, at)
    return match.end() if match else at


def _end(text: str, value: int) -> int:
    return _read(text, value)[1]


def _find(text: str, at: int, name: str) -> _Member:
    """The member ``name`` of the object that begins at ``at``; what comes after it is not read."""
    at = _skip(text, at + 1)
    while text[at] == '"':
        found, colon = _read(text, at)
        value = _skip(text, _skip(text, colon) + 1)
        if found == name:
            return _Member(at, value)
        at = _skip(text, _end(text, value))
        at = _skip(text, at + 1) if text[at] == "," else at
    raise KeyError(name)


# -- writing ---------------------------------------------------------------------------------------


def _name(name: str) -> str:
    return dumps(name).decode()


def _member(name: str, value: object) -> str:
    return f"{_name(name)}:{dumps(value).decode()}"


def _nested(path: Sequence[str], value: object) -> str:
    text = dumps(value).decode()
    for name in reversed(path):
        text = f"{{{_name(name)}:{text}}}"
    return text


def _insert(text: str, at: int, name: str, value: str) -> str:
    """As the first member of the object at ``at``; a space marks the object that was empty."""
    after = " " if text[_skip(text, at + 1)] == "}" else ","
    return f"{text[: at + 1]}{_name(name)}:{value}{after}{text[at + 1 :]}"


def _remove(text: str, at: int, member: _Member) -> tuple[str, bool]:
    """Without ``member`` of the object at ``at``; False if that then reads ``{}`` and had no space."""
    end = _end(text, member.value)
    after = _skip(text, end)
    if text[after] == ",":
        return text[: member.start] + text[after + 1 :], True
    if _skip(text, at + 1) != member.start:
        return text[: text.rindex(",", at, member.start)] + text[end:], True
    if (member.start, end) == (at + 1, after):
        return text[: member.start] + text[end:], False
    rest = end + text.startswith(" ", end)
    return text[: member.start] + text[rest:], True


def _only(text: str, value: Mapping[str, Any], names: Collection[str]) -> str:
    """Without the members of ``error`` that no credential binds."""
    for name in value:
        if name not in names:
            text = take(text, ("error", name), kept=1)
    return text
