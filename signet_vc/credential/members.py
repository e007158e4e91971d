"""Forms of members that credentials and presentations share: URLs, types, texts, objects with a type."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from signet_vc.codec.language import is_well_formed
from signet_vc.codec.strict_json import JsonObject
from signet_vc.errors import Code, Problem, problem

__all__ = ["are_types", "entries", "is_url", "named_by", "text_problems", "typed_problems", "types_of"]

# RFC 3986: a scheme, and none of what no URI may hold. DIDs and URNs are URLs here (VCDM 2.0 §1.3).
_match_ascii: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!#-;=?-\[\]_a-z~]+").fullmatch
_match_any: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`\x00-\x20\x7f]+").fullmatch
_TEXT_MEMBERS: Final = frozenset({"@value", "@language", "@direction"})


def is_url(value: Any) -> bool:
    """Whether a value is one absolute URL."""
    return isinstance(value, str) and (
        _match_ascii(value) is not None or (not value.isascii() and _match_any(value) is not None)
    )


def are_types(value: Any) -> bool:
    """Whether a value is one type or several; what they map to is for JSON-LD. Spec: VCDM 2.0 §4.5."""
    listed = value if isinstance(value, list) else [value]
    for each in listed:  # a third of the time of all() and a generator
        if not isinstance(each, str) or not each:
            return False
    return bool(listed)


def types_of(document: JsonObject) -> tuple[str, ...]:
    """The types that a document claims."""
    value = document.get("type")
    if isinstance(value, str):
        return (value,)
    return tuple([each for each in value if isinstance(each, str)]) if isinstance(value, list) else ()


def named_by(document: JsonObject, member: str) -> str | None:
    """Whom a member names, by a URL or in an object's ``id``; None if it names nobody by a string."""
    value = document.get(member)
    if isinstance(value, dict):
        value = value.get("id")
    return value if isinstance(value, str) else None


def entries(value: Any, place: str) -> list[tuple[str, Any]]:
    """The one value of a member or the several in its list, each with its pointer."""
    if isinstance(value, list):
        return [(f"{place}/{index}", each) for index, each in enumerate(value)]
    return [(place, value)]


def typed_problems(value: Any, place: str, code: Code, *, demands_id: bool) -> Iterator[Problem]:
    """One object or several that must say what they are. Wrong values of ``id``, ``type``: see ``nodes``.

    Spec: VCDM 2.0 §§4.10, 4.11, 5.4 to 5.6.
    """
    if value == []:
        yield problem(code, "must be an object or a list of objects", place)
    for where, entry in entries(value, place):
        if not isinstance(entry, dict) or "type" not in entry:
            yield problem(code, "must be an object with a type", where)
        elif demands_id and "id" not in entry:
            yield problem(code, "must have an id", where)


def text_problems(value: Any, place: str, code: Code) -> Iterator[Problem]:
    """A text for people: a string, a language value object, or a list of these. Spec: VCDM 2.0 §11.1."""
    if isinstance(value, str):
        return
    if value == []:
        yield problem(code, "must be a text", place)
    for where, entry in entries(value, place):
        if isinstance(entry, str):
            continue
        if not isinstance(entry, dict):
            yield problem(code, "must be a string or a language value object", where)
        elif not isinstance(entry.get("@value"), str) or not entry.keys() <= _TEXT_MEMBERS:
            yield problem(code, "must have @value, a string, and at most @language and @direction", where)
        elif "@language" in entry and not is_well_formed(entry["@language"]):
            yield problem(code, "must be a well-formed language tag", f"{where}/@language")
        elif "@direction" in entry and entry["@direction"] not in ("ltr", "rtl"):
            yield problem(code, "must be ltr or rtl", f"{where}/@direction")
