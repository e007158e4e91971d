"""Every object in a document: its contexts, its identifier, its types.

One walk, which does not recurse. What it must not take for an object of JSON-LD is a JSON literal (a value
of a term with ``@type`` of ``@json``, a JSON Schema for example): names in it mean nothing here.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, Final, cast

from signet_vc.codec.json_pointer import Path, pointer
from signet_vc.codec.strict_json import JsonObject
from signet_vc.credential.members import are_types, is_url
from signet_vc.errors import Code, Problem, problem
from signet_vc.resources import (
    CREDENTIALS_V1,
    CREDENTIALS_V2,
    UNDEFINED_TERMS_V2,
    known_contexts,
    load_context,
)

__all__ = ["has_inline_context", "node_problems", "version_of"]

_VERSIONS: Final = {CREDENTIALS_V2: "2.0", CREDENTIALS_V1: "1.1"}
_CONTAINERS: Final = (dict, list)
_DEMANDED: Final = {
    "id": "must be one URL, as a string",
    "type": "must be a string or a list of strings",
    "@id": "is written id: the document must be compacted",
    "@type": "is written type: the document must be compacted",
}
_KEYWORDS: Final = frozenset({"@context", *_DEMANDED})
_OTHER_BASE: Final = {"2.0": CREDENTIALS_V1, "1.1": CREDENTIALS_V2}


def version_of(document: JsonObject) -> str | None:
    """The version of the data model, ``2.0`` or ``1.1``, by the first context; None if that is neither's."""
    value = document.get("@context")
    first = value[0] if isinstance(value, list) and value else value
    return _VERSIONS.get(first) if isinstance(first, str) else None


def node_problems(
    document: JsonObject, code: Code, *, apart: frozenset[str] = frozenset()
) -> Iterator[Problem]:
    """Hold every object to VCDM 2.0 §§4.3 to 4.5, 6.1; the members ``apart`` of the document are not walked.

    UNKNOWN_CONTEXT where a context is neither a bundled one nor an object: what it means to its issuer
    could not be known (VC-DATA-INTEGRITY §4.6). ``code`` for all else. Whether an object may stand as a
    context is for the securing mechanism: it may where the signed bytes hold it.
    """
    version = version_of(document)
    if version is None:
        detail = f"must begin with {CREDENTIALS_V2} (or, for version 1.1, {CREDENTIALS_V1})"
        yield problem(code, detail, "/@context")
        return
    literals: frozenset[str] | None = None
    for path, keyword, node in _keywords(document, apart):
        if keyword == "@context":
            yield from _context_problems((path, keyword), node[keyword], version, code)
        elif not _is_sound(keyword, node):
            if literals is None:
                literals = _literals_of_bundled() | _literals_of(document)
            if not _is_below(path, literals):
                yield problem(code, _DEMANDED[keyword], pointer((path, keyword)))


def has_inline_context(document: JsonObject) -> bool:
    """Whether any object of the document brings a context along in place of naming one."""
    return any(
        isinstance(each, dict)
        for _, value in _contexts(document)
        for each in (value if isinstance(value, list) else [value])
    )


def _is_sound(keyword: str, node: JsonObject) -> bool:
    if keyword == "id":
        return is_url(node["id"])
    if keyword == "type":
        return are_types(node["type"])
    return keyword == "@type" and "@value" in node


def _keywords(document: JsonObject, apart: frozenset[str]) -> Iterator[tuple[Path, str, JsonObject]]:
    """Every member of every object that means something to JSON-LD: the way to the object, name, object."""
    walk = [iter([(cast("Path", None), cast("Any", document))])]
    while walk:
        path, value = next(walk[-1], (None, None))
        if value is None:
            walk.pop()
        elif isinstance(value, list):
            walk.append(_items(path, value))
        else:
            for name in value:
                if name in _KEYWORDS:
                    yield path, name, value
            walk.append(_members(path, value, apart if path is None else frozenset()))


# One at a time: a list of all that is yet to be walked would be as long as the longest array.


def _items(path: Path, value: list[Any]) -> Iterator[tuple[Path, Any]]:
    return (
        ((path, index), each) for index, each in enumerate(value) if each and isinstance(each, _CONTAINERS)
    )


def _members(path: Path, value: JsonObject, apart: frozenset[str]) -> Iterator[tuple[Path, Any]]:
    return (
        ((path, name), each)
        for name, each in value.items()
        if each and isinstance(each, _CONTAINERS) and name not in _KEYWORDS and name not in apart
    )


def _context_problems(path: Path, value: Any, version: str, code: Code) -> Iterator[Problem]:
    """§4.3: an ordered set of URLs that are known and objects; §5.2: undefined terms last."""
    known, other = known_contexts(), _OTHER_BASE[version]
    listed = value if isinstance(value, list) else [value]
    for index, entry in enumerate(listed):
        if isinstance(entry, str) and entry in known:
            if entry == other:
                detail = f"version {version} goes with no other version's context"
            elif entry == UNDEFINED_TERMS_V2 and index + 1 < len(listed):
                detail = "must be the last context"
            elif entry in listed[:index]:
                detail = "names a context a second time"
            else:
                continue
            yield problem(code, detail, _place(path, value, index))
        elif isinstance(entry, dict):
            yield from _inline_problems(((path, index) if listed is value else path), entry)
        else:
            yield _unknown(entry, _place(path, value, index))


def _inline_problems(path: Path, context: JsonObject) -> Iterator[Problem]:
    """What an inline context refers to: contexts in its terms' definitions, and one to import."""
    pending: list[tuple[Path, JsonObject]] = [(path, context)]
    known = known_contexts()
    while pending:
        path, value = pending.pop()
        for name, member in value.items():
            if name == "@import":
                if not (isinstance(member, str) and member in known):
                    yield _unknown(member, pointer((path, name)))
            elif name == "@context":  # of a term: null takes away what was defined
                for index, each in enumerate(member if isinstance(member, list) else [member]):
                    if isinstance(each, dict):
                        inner = ((path, name), index) if isinstance(member, list) else (path, name)
                        pending.append((inner, each))
                    elif each is not None and not (isinstance(each, str) and each in known):
                        yield _unknown(each, _place((path, name), member, index))
            elif isinstance(member, dict):
                pending.append(((path, name), member))


def _place(path: Path, value: Any, index: int) -> str:
    return pointer((path, index) if isinstance(value, list) else path)


def _unknown(context: Any, place: str) -> Problem:
    detail = (
        f"{context[:200]} is not a bundled context"
        if isinstance(context, str)
        else "neither the URL of a bundled context nor an object"
    )
    return problem(Code.UNKNOWN_CONTEXT, detail, place)


# --- JSON literals: looked at only where something was found ----------------------------------------------


def _is_below(path: Path, names: frozenset[str]) -> bool:
    while path is not None:
        path, step = path
        if step in names:
            return True
    return False


@cache
def _literals_of_bundled() -> frozenset[str]:
    return frozenset().union(*(_literals_of(load_context(each)) for each in known_contexts()))


def _literals_of(document: JsonObject) -> frozenset[str]:
    """The terms that the contexts in a document define as JSON literals."""
    names: set[str] = set()
    pending = [value for _, value in _contexts(document)]
    while pending:
        value = pending.pop()
        if isinstance(value, list):
            pending += value
        elif isinstance(value, dict):
            names.update(
                name
                for name, each in value.items()
                if isinstance(each, dict) and each.get("@type") == "@json"
            )
            pending += value.values()
    return frozenset(names)


def _contexts(document: JsonObject) -> Iterator[tuple[Path, Any]]:
    pending: list[tuple[Path, Any]] = [(None, document)]
    while pending:
        path, value = pending.pop()
        members = value.items() if isinstance(value, dict) else enumerate(value)
        for name, member in members:
            if name == "@context":
                yield (path, name), member
            elif isinstance(member, _CONTAINERS):
                pending.append(((path, name), member))
