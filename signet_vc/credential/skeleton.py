"""The skeleton of a JSON-LD document: what decides whether its terms are defined, and nothing else.

Two documents of one skeleton have the same contexts, members and types. Their texts differ only where both
are absolute IRIs, or both are not and are no terms; their numbers are numbers. An array counts as the set of
its items' skeletons. What lies in a JSON literal does not count.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Final, NamedTuple

from signet_vc.codec import jcs
from signet_vc.codec.json_pointer import Path
from signet_vc.codec.strict_json import JsonObject
from signet_vc.errors import Code, ProblemError
from signet_vc.limits import MAX_SAFE_INTEGER
from signet_vc.resources import known_contexts, load_context

__all__ = ["Names", "reduced", "size_of", "skeleton"]

_is_absolute: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S*").fullmatch

# The marks of values; texts that count stand for themselves, arrays and objects are tuples.
_NULL, _BOOLEAN, _NUMBER, _ABSOLUTE, _BLANK, _TEXT, _JSON = range(7)
_OF_TYPE: Final[dict[type, int]] = {type(None): _NULL, bool: _BOOLEAN, float: _NUMBER}


class Names(NamedTuple):
    """Names of members with a part of their own. verbatim: whose text is looked up as a term or a keyword.

    json: whose value is a JSON literal wherever the name is defined. inline: whether a document has contexts
    of its own, which may give any name any part.
    """

    verbatim: frozenset[str]
    json: frozenset[str]
    inline: bool


class _OwnContext(Exception):  # noqa: N818 - no error: the other way is taken
    """The document has a context of its own."""


def skeleton(document: JsonObject) -> tuple[Any, Names]:
    """Give the skeleton, a value that can be compared and hashed, and the names it was made with.

    Raises RecursionError where the stack ends; ProblemError: MALFORMED_JSON
    for a value of a type that JSON has not; as ``jcs.canonicalize`` for a context in the document.
    """
    names = _bundled_names()
    try:
        return _of_object(document, names), names
    except _OwnContext:
        own = Names(_verbatim(_own_contexts(document), names.verbatim), frozenset(), inline=True)
        return _of_object(document, own), own


def reduced(document: JsonObject, names: Names) -> tuple[JsonObject, dict[int, Path]]:
    """Give ``document`` with one item of a skeleton in each array, and where its objects are, by ``id()``."""
    places: dict[int, Path] = {}
    return _reduced_object(document, names, None, places)[1], places


def size_of(found: Any) -> int:
    """How many characters and marks a skeleton holds."""
    total, pending = 0, [found]
    while pending:
        part = pending.pop()
        if isinstance(part, tuple | frozenset):
            pending += part
        total += len(part) if isinstance(part, str | bytes) else 1
    return total


# --- skeletons ----------------------------------------------------------------------------------------


def _of_object(value: JsonObject, names: Names) -> Any:
    verbatim, json, inline = names
    parts: list[Any] = []
    add = parts.append
    for name, member in value.items():
        add(name)
        kind = type(member)
        if name in json:
            add(_JSON)
        elif kind is str:
            if name in verbatim or name == "@context" or member[:1] == "@":
                add(member)
            elif ":" in member:
                add(_of_text_with_colon(member, inline=inline))
            else:
                add(_TEXT)
        elif name == "@context":
            add(_of_context(member, names))
        elif kind is dict:
            add(_of_object(member, names))
        else:
            add(_of_item(member, name, names))
    return tuple(parts)


def _of_item(item: Any, name: str, names: Names) -> Any:
    """The mark of a value of the member ``name``, or in an array of its."""
    kind = type(item)
    if kind is dict:
        return _of_object(item, names)
    if kind is list:
        marks = [_of_item(each, name, names) for each in item]
        return ("", *marks) if name in names.verbatim else frozenset(marks)
    if kind is str:
        if name in names.verbatim or item[:1] == "@":
            return item
        return _of_text_with_colon(item, inline=names.inline) if ":" in item else _TEXT
    if kind is int:
        return _NUMBER if -MAX_SAFE_INTEGER <= item <= MAX_SAFE_INTEGER else item
    if kind not in _OF_TYPE:
        raise ProblemError.of(Code.MALFORMED_JSON, f"{kind.__name__} is no type of JSON")
    return _OF_TYPE[kind]


def _of_text_with_colon(text: str, *, inline: bool) -> Any:
    if text[:2] == "_:":
        return _BLANK
    if _is_absolute(text) is not None:
        return _ABSOLUTE
    return text if inline else _TEXT  # a prefix may be any name


def _of_context(value: Any, names: Names) -> Any:
    if type(value) is str:
        return value
    if type(value) is list and all(type(each) is str for each in value):
        return ("", *value)
    if not names.inline:
        raise _OwnContext
    return jcs.canonicalize(value)


# --- reduction ----------------------------------------------------------------------------------------


def _reduced_object(
    value: JsonObject, names: Names, path: Path, places: dict[int, Path]
) -> tuple[Any, JsonObject]:
    parts: list[Any] = []
    smaller: JsonObject = {}
    for name, member in value.items():
        if name in names.json:
            mark, less = _JSON, member
        elif name == "@context":
            mark, less = _of_context(member, names), member
        else:
            mark, less = _reduced_item(member, name, names, (path, name), places)
        parts += (name, mark)
        smaller[name] = less
    places[id(smaller)] = path
    return tuple(parts), smaller


def _reduced_item(item: Any, name: str, names: Names, path: Path, places: dict[int, Path]) -> tuple[Any, Any]:
    if type(item) is dict:
        return _reduced_object(item, names, path, places)
    if type(item) is not list:
        return _of_item(item, name, names), item
    # One by one: what is left out goes at once, and the collector of garbage has little to look at.
    pairs = (_reduced_item(each, name, names, (path, index), places) for index, each in enumerate(item))
    if name in names.verbatim:
        whole = list(pairs)
        return ("", *[mark for mark, _ in whole]), [less for _, less in whole]
    first: dict[Any, Any] = {}
    for mark, less in pairs:
        first.setdefault(mark, less)
    return frozenset(first), list(first.values())


# --- names in contexts --------------------------------------------------------------------------------


def _own_contexts(document: JsonObject) -> list[Any]:
    """The contexts in ``document`` that are not named; also such as stand in JSON literals, to no harm."""
    found: list[Any] = []
    pending: list[Any] = [document]
    while pending:
        value = pending.pop()
        if type(value) is dict:
            context = value.get("@context")
            if context is not None and type(context) is not str:
                entries = context if type(context) is list else [context]
                found += [each for each in entries if type(each) is not str]
            for name, member in value.items():
                if name != "@context" and (type(member) is dict or type(member) is list):
                    pending.append(member)
        else:
            pending += [each for each in value if type(each) is dict or type(each) is list]
    return found


@cache
def _bundled_names() -> Names:
    contexts = [load_context(each)["@context"] for each in sorted(known_contexts())]
    definitions = _definitions(contexts)
    json = {name for name, each in definitions if isinstance(each, dict) and each.get("@type") == "@json"}
    plain = {"@id", "@type", "@protected"}
    json -= {
        name
        for name, each in definitions
        if not (isinstance(each, dict) and each.get("@type") == "@json" and each.keys() <= plain)
    }
    return Names(_verbatim(contexts, frozenset()), frozenset(json), inline=False)


def _verbatim(contexts: list[Any], known: frozenset[str]) -> frozenset[str]:
    """The names of members whose text is looked up, by any definition in ``contexts`` or by ``known``."""
    definitions = _definitions(contexts)
    looked_up = {"@type", "@direction", *known}
    looked_up |= {
        name for name, each in definitions if isinstance(each, dict) and each.get("@type") == "@vocab"
    }
    aliases: dict[str, set[str]] = {}
    for name, each in definitions:
        target = each.get("@id") if isinstance(each, dict) else each
        if isinstance(target, str):
            aliases.setdefault(target, set()).add(name)
    pending = list(looked_up)
    while pending:  # an alias of an alias is one too
        for name in aliases.get(pending.pop(), set()) - looked_up:
            looked_up.add(name)
            pending.append(name)
    return frozenset(looked_up)


def _definitions(contexts: list[Any]) -> list[tuple[str, Any]]:
    """Every term with its definition, in ``contexts`` and in those within them."""
    found: list[tuple[str, Any]] = []
    pending = list(contexts)
    while pending:
        value = pending.pop()
        if isinstance(value, list):
            pending += value
        elif isinstance(value, dict):
            found += value.items()
            pending += [each for each in value.values() if isinstance(each, dict | list)]
    return found
