"""The RDF dataset that an expanded JSON-LD document states.

Spec: JSON-LD 1.1 API §§7.1 and 8 (Recommendation of 16 July 2020), without a node map between: a dataset is
a set, so nodes of one identifier merge by themselves, and no list is searched for what it holds already.
"""

from __future__ import annotations

import re
from math import isfinite
from typing import Any, Final

from signet_vc.codec import jcs
from signet_vc.codec.rdf_nquads import XSD, Quad, iri, literal
from signet_vc.codec.strict_json import Json, JsonObject

__all__ = ["dataset"]

_RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_TYPE: Final = iri(_RDF + "type")
_FIRST: Final = iri(_RDF + "first")
_REST: Final = iri(_RDF + "rest")
_NIL: Final = iri(_RDF + "nil")
_DOUBLE: Final = XSD + "double"
_LEAST_DOUBLE: Final = 1e21  # an integral number from here on is one
_is_decimal: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?").fullmatch


def dataset(expanded: list[Json]) -> set[Quad]:
    """State ``expanded``, which ``jsonld_loss`` found nothing lost in, as quads.

    The document is one that ``jcs.canonicalize`` takes: no integer in it is one that others read as another.
    """
    state = _Statements()
    for item in expanded:
        state.add_node(item, "")
    return state.quads


class _Statements:
    """The quads so far, and the labels of the blank nodes in them: ours, whatever the document calls them."""

    def __init__(self) -> None:
        self.quads: set[Quad] = set()
        self._labels: dict[str, str] = {}
        self._issued = 0

    def add_node(self, node: JsonObject, graph: str) -> str:
        """State what a node object says, in ``graph``; give its term."""
        subject = self._term(node["@id"]) if "@id" in node else self._new()
        add = self.quads.add
        for name, values in node.items():
            if name[0] == "@":
                self._add_keyword(name, values, subject, graph)
            else:
                predicate = iri(name)
                for value in values:
                    add((subject, predicate, self._object(value, graph), graph))
        return subject

    def _add_keyword(self, name: str, values: Any, subject: str, graph: str) -> None:
        if name == "@type":
            for value in values:
                self.quads.add((subject, _TYPE, self._term(value), graph))
        elif name in {"@graph", "@included"}:
            for value in values:
                self.add_node(value, subject if name == "@graph" else graph)
        elif name == "@reverse":
            for reverse, sources in values.items():
                for source in sources:
                    self.quads.add((self.add_node(source, graph), iri(reverse), subject, graph))

    def _object(self, value: JsonObject, graph: str) -> str:
        if "@value" in value:
            return _literal(value)
        if "@list" in value:
            return self._list(value["@list"], graph)
        return self.add_node(value, graph)

    def _list(self, items: list[JsonObject], graph: str) -> str:
        cells = [self._new() for _ in items]
        for cell, rest, item in zip(cells, [*cells[1:], _NIL], items, strict=False):
            self.quads.add((cell, _FIRST, self._object(item, graph), graph))
            self.quads.add((cell, _REST, rest, graph))
        return cells[0] if cells else _NIL

    def _term(self, name: str) -> str:
        if not name.startswith("_:"):
            return iri(name)
        if name not in self._labels:
            self._labels[name] = self._new()
        return self._labels[name]

    def _new(self) -> str:
        self._issued += 1
        return f"_:b{self._issued}"


def _literal(item: JsonObject) -> str:
    """§8.2.2 from step 4 on."""
    value, datatype = item["@value"], item.get("@type")
    kind = type(value)
    if datatype == "@json":
        return literal(jcs.canonicalize(value).decode(), _RDF + "JSON")
    if kind is str:
        # Not in the text, but what implementations do: a number in quotes is one if it is typed so.
        if datatype == _DOUBLE and _is_decimal(value) and isfinite(float(value)):
            return literal(_double(float(value)), datatype)
        return literal(value, datatype, item.get("@language"))
    if kind is bool:
        return literal("true" if value else "false", datatype or XSD + "boolean")
    if datatype == _DOUBLE or (kind is float and not (value.is_integer() and abs(value) < _LEAST_DOUBLE)):
        return literal(_double(value), datatype or _DOUBLE)
    return literal(str(int(value)), datatype or XSD + "integer")


def _double(number: float) -> str:
    """The canonical form of an ``xsd:double``."""
    mantissa, exponent = f"{number:.15E}".split("E")
    mantissa = mantissa.rstrip("0")
    return f"{mantissa}0E{int(exponent)}" if mantissa.endswith(".") else f"{mantissa}E{int(exponent)}"
