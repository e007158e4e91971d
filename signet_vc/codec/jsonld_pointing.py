"""Where in a document something is lost: an expansion that looks as it goes.

Imports PyLD, through ``jsonld_processor``: only ``codec.rdfc`` imports this.
"""

from __future__ import annotations

from typing import Any, Final

from signet_vc.codec.json_pointer import Path, pointer
from signet_vc.codec.jsonld_loss import is_absolute
from signet_vc.codec.jsonld_processor import KEYWORDS, Processor
from signet_vc.errors import Code, Problem, problem
from signet_vc.limits import Limits

__all__ = ["Pointing"]

_MOST_PROBLEMS: Final = 50
_IN_NO_GRAPH: Final = frozenset({"@index", "@direction"})
_SAYING_NOTHING: Final = KEYWORDS - {
    *("@context", "@id", "@type", "@graph", "@included", "@reverse", "@index", "@nest"),
    *("@set", "@list", "@value", "@language", "@direction"),
}


class Pointing(Processor):
    """An expansion that tells where something is lost, for documents of which it is known that something is.

    places: the JSON Pointer of each object of the document, by its ``id()``.
    """

    def __init__(self, limits: Limits, places: dict[int, Path], *, rdf: bool) -> None:
        super().__init__(limits)
        self.found: dict[str, Problem] = {}
        self._places = places
        self._rdf = rdf
        self._around: list[Any] = []

    def _expand_object(
        self,
        active_ctx: Any,
        active_property: Any,
        expanded_active_property: Any,
        element: Any,
        *rest: Any,
        **more: Any,
    ) -> None:
        type_scoped = more["type_scoped_ctx"] if more else rest[-1]
        for name in element:
            if name != "@context":
                self._look_at(active_ctx, type_scoped, element, name)
        self._around.append(element)
        super()._expand_object(active_ctx, active_property, expanded_active_property, element, *rest, **more)
        self._around.pop()

    def _expand_value(self, active_ctx: Any, active_property: Any, value: Any, options: Any) -> Any:
        expanded = super()._expand_value(active_ctx, active_property, value, options)
        if isinstance(expanded, dict) and "@id" in expanded and not is_absolute(expanded["@id"]):
            self._report(self._around[-1], active_property, "names nothing: neither a term nor absolute")
        return expanded

    def _look_at(self, active_ctx: Any, type_scoped_ctx: Any, element: Any, name: str) -> None:
        meaning = self._expand_iri(active_ctx, name, vocab=True)
        values = element[name] if isinstance(element[name], list) else [element[name]]
        detail = None
        if not (is_absolute(meaning) or meaning in KEYWORDS):
            detail = "no context in force defines this member"
        elif meaning == "@type":
            types = [self._expand_iri(type_scoped_ctx, each, vocab=True) for each in values]
            # A value may be JSON by its type, a node may not.
            if not all(is_absolute(each) or (each == "@json" and "@value" in element) for each in types):
                detail = "no context in force defines this type"
        elif meaning == "@id":
            if not all(is_absolute(self._expand_iri(active_ctx, each)) for each in values):
                detail = "an identifier that is no absolute IRI"
        elif meaning in _IN_NO_GRAPH and self._rdf:
            detail = "no graph holds it, so no signature over one covers it"
        elif None in values and self.get_context_value(active_ctx, name, "@type") != "@json":
            detail = "null says nothing"
        elif meaning in _SAYING_NOTHING:
            detail = "a keyword that says nothing here"
        if detail is not None:
            self._report(element, name, detail)

    def _report(self, element: Any, name: Any, detail: str) -> None:
        place = pointer((self._places.get(id(element)), name))
        if len(self.found) < _MOST_PROBLEMS:
            self.found.setdefault(place, problem(Code.UNDEFINED_TERM, detail, place))
