"""The bytes that a signature of an A2A AgentCard is over: four readings of one sentence, told apart here.

Specification and implementations disagree over empty and default values. ``raw``: RFC 8785 of the card as
it came (a2a-go). ``spec``: implicit defaults and nulls left out, what is REQUIRED kept (§8.4.1). ``sdk``: as
protobuf reads and writes the card, then without any empty value (a2a-python from 1.1.4, a2a-js).
``legacy``: as ``sdk``, but not RFC 8785 (a2a-python before): a diagnosis, never a success.
Spec: A2A 1.0 §8.4.1.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple, TypeAlias

from signet_vc.codec import jcs
from signet_vc.codec.json_pointer import Path, pointer
from signet_vc.codec.strict_json import Json, JsonObject
from signet_vc.protocols.a2a_fields import CARD, MESSAGES, Field, proto_name

__all__ = ["PROFILES", "Canonical", "legacy", "legacy_of", "raw", "sdk", "spec"]

_MOST_TOLD: Final = 20
_EMPTY: Final[tuple[Json, ...]] = ("", [], {}, None)


class Canonical(NamedTuple):
    """A card as one profile reads it.

    content: what is signed, as a value; octets: its canonical bytes. uncovered: JSON Pointers of what stands
    in the card and not in them, at most 20. altered: of what this profile drops and may not be dropped in
    silence, members that it does not know and elements of arrays.
    """

    content: JsonObject
    octets: bytes
    uncovered: tuple[str, ...]
    altered: tuple[str, ...]


class _Dropped:
    """What a reading leaves out."""

    def __init__(self) -> None:
        self.uncovered: list[str] = []
        self.altered: list[str] = []

    def leave_out(self, path: Path) -> None:
        if len(self.uncovered) < _MOST_TOLD:
            self.uncovered.append(pointer(path))

    def alter(self, path: Path) -> None:
        if len(self.altered) < _MOST_TOLD:
            self.altered.append(pointer(path))

    def canonical(self, content: JsonObject, octets: bytes) -> Canonical:
        return Canonical(content, octets, tuple(self.uncovered), tuple(self.altered))


def raw(card: JsonObject) -> Canonical:
    """The card as it came. Raises ProblemError where it has no RFC 8785 (as all profiles do)."""
    content = _unsigned(card)
    return _Dropped().canonical(content, jcs.canonicalize(content))


def spec(card: JsonObject) -> Canonical:
    """The specification's reading. A member that it does not know stays, so that one that was added shows."""
    dropped = _Dropped()
    content = _by_presence(_unsigned(card), CARD, None, dropped)
    return dropped.canonical(content, jcs.canonicalize(content))


def sdk(card: JsonObject) -> Canonical:
    """The SDKs' reading."""
    dropped = _Dropped()
    content = _stripped(_unsigned(card), dropped)
    return dropped.canonical(content, jcs.canonicalize(content))


def legacy(card: JsonObject) -> Canonical:
    """The reading of SDKs without RFC 8785: Python's own JSON, numbers in ``params`` as floats."""
    return legacy_of(sdk(card))


def legacy_of(read: Canonical) -> Canonical:
    """The same from what ``sdk`` gave."""
    floats = _with_floats(read.content, CARD, None, _Dropped())
    text = json.dumps(floats, sort_keys=True, separators=(",", ":"))
    return read._replace(octets=text.encode("ascii"))


# In the order in which a verifier tries them.
PROFILES: Final[Mapping[str, Callable[[JsonObject], Canonical]]] = MappingProxyType(
    {"raw": raw, "spec": spec, "sdk": sdk}
)


def _unsigned(card: JsonObject) -> JsonObject:
    return {name: value for name, value in card.items() if name != "signatures"}


_Read: TypeAlias = Callable[[Json, str, Path, _Dropped], Json]


def _through(field: Field, value: Json, path: Path, dropped: _Dropped, read: _Read) -> Json:
    """Read every message in a member of that field."""
    kind = field.type
    if field.many == "list" and isinstance(value, list):
        return [read(item, kind, (path, index), dropped) for index, item in enumerate(value)]
    if field.many == "map" and isinstance(value, dict):
        return {key: read(item, kind, (path, key), dropped) for key, item in value.items()}
    return value if field.many else read(value, kind, path, dropped)


# --- spec ---------------------------------------------------------------------------------------------


def _by_presence(value: Json, message: str, path: Path, dropped: _Dropped) -> Json:
    """§8.4.1: leave out nulls, and members of implicit presence that have their default."""
    fields = MESSAGES.get(message)
    if fields is None or not isinstance(value, dict):  # a text, a flag, free JSON
        return value
    kept: JsonObject = {}
    for name, item in value.items():
        field, here = fields.get(name), (path, name)
        if field is None:
            kept[name] = item
        elif item is None or (field.presence == "implicit" and _is_default(item)):
            dropped.leave_out(here)
        else:
            kept[name] = _through(field, item, here, dropped, _by_presence)
    return kept


def _is_default(value: Json) -> bool:
    return value is False or value in _EMPTY


# --- sdk ----------------------------------------------------------------------------------------------


def _stripped(card: JsonObject, dropped: _Dropped) -> JsonObject:
    read = _as_protobuf(card, CARD, None, dropped)
    content = _without_empty(read, None, dropped)
    return content if isinstance(content, dict) else {}


def _as_protobuf(value: Json, message: str, path: Path, dropped: _Dropped) -> Json:
    """Read ProtoJSON and write it again: unknown members and implicit defaults go, names get one spelling."""
    fields = MESSAGES.get(message)
    if fields is None or not isinstance(value, dict):
        return value
    names = _NAMES[message]
    kept: JsonObject = {}
    for name, item in value.items():
        known, here = names.get(name), (path, name)
        if known is None:
            dropped.alter(here)
            continue
        field = fields[known]
        if item is None or (field.presence != "optional" and item is False):
            dropped.leave_out(here)
            continue
        if known in kept:  # under both of its names: a parser refuses that
            dropped.alter(here)
        kept[known] = _through(field, item, here, dropped, _as_protobuf)
    return kept


_NAMES: Final = {
    message: {name: known for known in fields for name in (known, proto_name(known))}
    for message, fields in MESSAGES.items()
}


def _without_empty(value: Json, path: Path, dropped: _Dropped) -> Json:
    """Leave out every empty text, array and object, those that become empty too, and every null."""
    if isinstance(value, dict):
        members = {}
        for name, item in value.items():
            kept = _without_empty(item, (path, name), dropped) if isinstance(item, dict | list) else item
            if kept or _is_value(kept):
                members[name] = kept
            else:
                dropped.leave_out((path, name))
        return members
    if isinstance(value, list):
        elements = []
        for index, item in enumerate(value):
            kept = _without_empty(item, (path, index), dropped) if isinstance(item, dict | list) else item
            if kept or _is_value(kept):
                elements.append(kept)
            else:
                dropped.alter((path, index))
        return elements
    return value


def _is_value(value: Json) -> bool:
    """Tell false and zero, which say something, from what is empty."""
    return isinstance(value, bool | int | float)


# --- legacy -------------------------------------------------------------------------------------------


def _with_floats(value: Json, kind: str, path: Path, dropped: _Dropped) -> Json:
    """Write the numbers of free JSON as floats, which is what protobuf's Struct holds."""
    if kind == "struct":
        return _floats(value)
    fields = MESSAGES.get(kind)
    if fields is None or not isinstance(value, dict):
        return value
    return {name: _through(fields[name], item, path, dropped, _with_floats) for name, item in value.items()}


def _floats(value: Json) -> Json:
    if isinstance(value, dict):
        return {name: _floats(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_floats(item) for item in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value
