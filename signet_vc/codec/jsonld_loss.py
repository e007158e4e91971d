"""Safe mode: what an expanded document or the RDF made of it would leave out, though the text says it.

A signature over RDF covers the graph. A member that is in the text and not in the graph could be put there
or changed by anyone, so it is refused.

Spec: VC-DATA-INTEGRITY 1.0 §2.4.3, and beyond it: null, indexes, and what RDF cannot write.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from signet_vc.codec.strict_json import Json, JsonObject

__all__ = ["fits", "is_language", "loss"]

# What JSON-LD takes for absolute; RDF's own grammar allows fewer characters, and nothing escapes these.
_is_absolute: Final = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*|_):\S*").fullmatch
_is_rdf_term: Final = re.compile(r"(?:_:\S*|[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]*)").fullmatch
_is_language: Final = re.compile(r"[a-zA-Z]{1,8}(?:-[a-zA-Z0-9]{1,8})*").fullmatch

_IN_NODES: Final = frozenset({"@id", "@type", "@graph", "@included", "@reverse", "@index"})
_IN_VALUES: Final = frozenset({"@value", "@type", "@language", "@direction", "@index"})
_IN_LISTS: Final = frozenset({"@list", "@index"})


def fits(value: object, *, rdf: bool) -> bool:
    """Whether a value is an absolute IRI or a blank node's label; rdf: one that RDF can hold."""
    return isinstance(value, str) and (_is_rdf_term if rdf else _is_absolute)(value) is not None


def is_language(value: object) -> bool:
    """Whether a value has the form of a language tag (BCP 47)."""
    return isinstance(value, str) and _is_language(value) is not None


def loss(expanded: list[Json], *, rdf: bool) -> str | None:
    """Tell the first thing that would be lost, or None.

    rdf: also what is in the expanded document and not in a graph (indexes, directions, what no RDF term can
    hold). Does not recurse.
    """
    pending: list[Any] = list(expanded)
    match = _is_rdf_term if rdf else _is_absolute
    while pending:
        item = pending.pop()
        if type(item) is not dict:
            return "a value where an object belongs"
        if "@value" in item:
            found = _loss_of_value(item, rdf=rdf)
        elif "@list" in item:
            found = None if item.keys() <= _IN_LISTS else "a list with other members"
            pending += item["@list"]
        else:
            found = _loss_of_node(item, pending, match)
            if found is None and rdf:
                found = _loss_of_statements(item)
        if found is None and rdf and "@index" in item:
            found = "an index, which no graph holds"
        if found is not None:
            return found
    return None


def _loss_of_node(item: JsonObject, pending: list[Any], match: Any) -> str | None:
    for name, values in item.items():
        if name[0] != "@":
            if match(name) is None:
                return "a property that is no IRI"
            pending += values
        elif (found := _loss_of_keyword(name, values, pending, match)) is not None:
            return found
    return None


def _loss_of_keyword(name: str, values: Any, pending: list[Any], match: Any) -> str | None:
    if name == "@id":
        return None if _all_match([values], match) else "an identifier that is no absolute IRI"
    if name == "@type":
        return None if _all_match(values, match) else "a type that is defined nowhere"
    if name == "@reverse":
        for sources in values.values():
            pending += sources
        return None if _all_match(values, match) else "a property that is no IRI"
    if name not in _IN_NODES:
        return "a keyword that says nothing here"
    if name != "@index":
        pending += values
    return None


def _all_match(values: Iterable[Any], match: Any) -> bool:
    return all(type(each) is str and match(each) is not None for each in values)


def _loss_of_value(item: JsonObject, *, rdf: bool) -> str | None:
    if not item.keys() <= _IN_VALUES:
        return "a value with other members"
    if rdf:
        if "@direction" in item:
            return "a direction, which no graph holds"
        datatype, language = item.get("@type"), item.get("@language")
        if datatype is not None and datatype != "@json" and _is_rdf_term(datatype) is None:
            return "a datatype that is no IRI"
        if language is not None and not is_language(language):
            return "a language that is none"
    return None


def _loss_of_statements(item: JsonObject) -> str | None:
    if any(name[0] == "_" for name in (*item, *item.get("@reverse", ()))):
        return "a property without an IRI"
    if any(type(each) is dict and each.keys() == {"@id"} for each in item.get("@graph", ())):
        return "a graph of a name alone, which states nothing"
    return None
