"""Where in a document something is lost: an expansion that looks as it goes.

Imports PyLD, through ``jsonld_processor``: only ``codec.rdfc`` imports this.
"""

from __future__ import annotations

from typing import Any, Final

from signet_vc.codec.json_pointer import Path, pointer
from signet_vc.codec.jsonld_loss import fits, is_language
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
        if isinstance(expanded, dict) and "@id" in expanded and not self._fits(expanded["@id"]):
            self._report(self._around[-1], active_property, "names nothing: neither a term nor absolute")
        return expanded

    def _look_at(self, active_ctx: Any, type_scoped_ctx: Any, element: Any, name: str) -> None:
        meaning = self._expand_iri(active_ctx, name, vocab=True)
        values = element[name] if isinstance(element[name], list) else [element[name]]
        if meaning in KEYWORDS:
            names = [
                self._expand_iri(type_scoped_ctx, each, vocab=True)
                if meaning == "@type"
                else self._expand_iri(active_ctx, each)
                for each in values
            ]
            detail = self._loss_of_keyword(meaning, names, is_value="@value" in element)
        elif not self._fits(meaning) or (self._rdf and meaning.startswith("_:")):
            detail = "no context in force defines this member"
        else:
            is_json = self.get_context_value(active_ctx, name, "@type") == "@json"
            detail = "null says nothing" if None in values and not is_json else None
        if detail is not None:
            self._report(element, name, detail)

    def _loss_of_keyword(self, keyword: str, values: list[Any], *, is_value: bool) -> str | None:
        """values: expanded, as they are for ``keyword``."""
        if keyword == "@type":
            # A value may be JSON by its type, a node may not.
            sound = all(self._fits(each) or (each == "@json" and is_value) for each in values)
            return None if sound else "no context in force defines this type"
        if keyword == "@id":
            return None if all(map(self._fits, values)) else "an identifier that is no absolute IRI"
        if keyword == "@language":
            return None if all(map(is_language, values)) else "a language that is none"
        if self._rdf and keyword in _IN_NO_GRAPH:
            return "no graph holds it, so no signature over one covers it"
        return "it says nothing here" if keyword in _SAYING_NOTHING or None in values else None

    def _fits(self, value: Any) -> bool:
        return fits(value, rdf=self._rdf)

    def _report(self, element: Any, name: Any, detail: str) -> None:
        place = pointer((self._places.get(id(element)), name))
        if len(self.found) < _MOST_PROBLEMS:
            self.found.setdefault(place, problem(Code.UNDEFINED_TERM, detail, place))
