"""PyLD's expansion, confined: bundled contexts only, counted work, and a note of whatever it drops.

PyLD processes a type-scoped context anew for every node, and has no bound of its own. Here a processed
context is remembered by what it was made of. Results that rest on bundled contexts alone are shared by all
documents; those of inline contexts live as long as one expansion.

Spec: JSON-LD 1.1 API §§4 and 5 (Recommendation of 16 July 2020). Imports PyLD: only ``codec.rdfc``
imports this.
"""

from __future__ import annotations

import re
from typing import Any, Final

from pyld import jsonld

from signet_vc.codec import jcs, rdf_work
from signet_vc.codec.jsonld_contexts import bundled, import_merged, is_part_of_bundled
from signet_vc.codec.strict_json import Json, JsonObject
from signet_vc.errors import Code, ProblemError
from signet_vc.limits import Limits

__all__ = ["FAULTS", "KEYWORDS", "Processor"]

KEYWORDS: Final = frozenset(jsonld.KEYWORDS)

# What PyLD lets out for hostile input, beside its own error.
FAULTS: Final = (
    jsonld.JsonLdError,
    ArithmeticError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
    RecursionError,
)

_IN_A_CONTEXT: Final = 4  # definitions made in the time that a context takes beside its own
_COPIED_IN_A_DEFINITION: Final = 256  # terms of a context that are copied in the time of one definition
_MOST_SHARED: Final = 512  # processed contexts, about 20 kB each
_LIKE_A_KEYWORD: Final = re.compile(r"@[a-zA-Z]+")

_Key = tuple[Any, ...]
_shared: Final[dict[_Key, tuple[Any, Any, Any]]] = {}  # with what the key names by id(), to keep it alive


class _Resolved:
    """A context as PyLD asks for it. It remembers nothing: ``Processor`` does."""

    def __init__(self, document: Any) -> None:
        self.document = document

    def get_processed(self, _active: Any) -> None:
        """Know no processed context."""

    def set_processed(self, _active: Any, processed: Any) -> None:
        """Forget a processed context."""


class _Resolver:
    """Finds contexts in place of PyLD's resolver, which would fetch them."""

    def resolve(self, _active: Any, context: Any, _base: Any, _cycles: Any = None) -> list[_Resolved]:
        """Give the contexts that ``context`` stands for, in order."""
        found = []
        for entry in context if isinstance(context, list) else [context]:
            while isinstance(entry, dict) and isinstance(entry.get("@context"), dict):
                entry = entry["@context"]  # noqa: PLW2901 - the wrapping says nothing
            if isinstance(entry, str):
                found += self.resolve(None, bundled(entry), None)
            elif entry is None or entry is False:
                found.append(_Resolved(False))  # noqa: FBT003 - PyLD's word for the initial context
            elif isinstance(entry, dict):
                found.append(_Resolved(import_merged(entry)))
            else:
                raise ProblemError.of(Code.INVALID_CREDENTIAL, "a context is neither a name nor an object")
        return found


# No base: a relative IRI stays relative, and is seen to be. It is refused under an `@base` as well.
_OPTIONS: Final = {
    "contextResolver": _Resolver(),
    "base": None,
    "processingMode": "json-ld-1.1",
    "isFrame": False,
}
_INITIAL: Final = jsonld.freeze(
    {"_uuid": "initial", "processingMode": "json-ld-1.1", "mappings": {}, "_shared": True}
)


class Processor(jsonld.JsonLdProcessor):  # type: ignore[misc]  # PyLD carries no types
    """One expansion.

    After it ``dropped`` tells whether PyLD left anything out, and ``entered`` whether it went into the value
    of a member named in ``watched``, where it would not into a JSON literal. ``nodes`` were expanded, and
    ``definitions`` made for contexts of the document's own: the same for the same document each time.
    """

    def __init__(self, limits: Limits, watched: frozenset[str] = frozenset()) -> None:
        super().__init__(on_property_dropped=self._drop)
        self.dropped = False
        self.entered = False
        self._watched = watched
        self._limits = limits
        self.nodes = 0
        self.definitions = 0
        self._made = 0  # definitions, those for bundled contexts that were not at hand among them
        self._inline_bytes = 0
        self._own: dict[_Key, tuple[Any, Any, Any]] = {}

    def expand_document(self, document: JsonObject) -> list[Json]:
        """Expand ``document``, which stays as it is."""
        expanded = self._expand(_INITIAL, None, document, _OPTIONS)
        if isinstance(expanded, dict) and expanded.keys() == {"@graph"}:
            expanded = expanded["@graph"]
        if expanded is None:
            return []
        return expanded if isinstance(expanded, list) else [expanded]

    def active_context(self, document: JsonObject) -> Any:
        """Give the context in force for the members of ``document``, in PyLD's form."""
        return self._prepare_nested_context(_INITIAL, document, _OPTIONS)[0]

    def _count(self, nodes: int) -> None:
        rdf_work.spend(nodes=nodes)
        self.nodes += nodes
        if self.nodes > self._limits.rdf_nodes:
            raise ProblemError.of(Code.GRAPH_TOO_COMPLEX, f"more than {self._limits.rdf_nodes} nodes")

    def _drop(self, _name: str | None) -> None:
        self.dropped = True

    # --- PyLD's hooks: what is dropped, what is counted -----------------------------------------------

    def _expand(
        self, active_ctx: Any, active_property: Any, element: Any, options: Any, *rest: Any, **more: Any
    ) -> Any:
        self._count(1)
        if active_property in self._watched:
            self.entered = True
        expanded = super()._expand(active_ctx, active_property, element, options, *rest, **more)
        if expanded is None:
            self.dropped = True
        return expanded

    def _expand_object(
        self,
        active_ctx: Any,
        active_property: Any,
        expanded_active_property: Any,
        element: Any,
        *rest: Any,
        **more: Any,
    ) -> None:
        if None in element.values():
            for name, value in element.items():
                # `@value` may be null in a JSON literal; elsewhere the whole value expands to nothing.
                if value is None and self._expand_iri(active_ctx, name, vocab=True) in _SILENTLY_NULL:
                    self.dropped = True
        super()._expand_object(active_ctx, active_property, expanded_active_property, element, *rest, **more)
        expanded = rest[0]
        if "@set" in expanded and "@index" in expanded:  # the set goes up without it
            self.dropped = True

    def _expand_language_map(self, active_ctx: Any, language_map: Any, direction: Any) -> Any:
        for texts in language_map.values():
            self._count(len(texts) if isinstance(texts, list) else 1)
            if texts is None or (isinstance(texts, list) and None in texts):
                self.dropped = True
        return super()._expand_language_map(active_ctx, language_map, direction)

    def _expand_iri(self, active_ctx: Any, value: Any, **how: Any) -> Any:
        if how == _AS_TERM and type(value) is str:
            # The way of nine in ten: PyLD would come to the same mapping after three tests.
            mapping = active_ctx["mappings"].get(value)
            if mapping is not None:
                return mapping["@id"]
        return super()._expand_iri(active_ctx, value, **how)

    # --- PyLD's hooks: contexts -----------------------------------------------------------------------

    def _get_initial_context(self, _options: Any) -> Any:
        return _INITIAL

    def _process_context(self, active_ctx: Any, local_ctx: Any, options: Any, **how: Any) -> Any:
        if "cycles" in how:  # a scoped context that is looked at while its surroundings are being made
            self._define(1)
            return super()._process_context(active_ctx, local_ctx, options, **how)
        if local_ctx == []:
            return active_ctx
        override, propagate = how.get("override_protected", False), how.get("propagate", True)
        if override or not propagate:
            return self._remembered(active_ctx, local_ctx, override=override, propagate=propagate)
        if isinstance(local_ctx, list) and all(map(_stands_alone, local_ctx)):
            for entry in local_ctx:
                active_ctx = self._embedded(active_ctx, entry)
            return active_ctx
        return self._embedded(active_ctx, local_ctx)

    def _embedded(self, active_ctx: Any, context: Any) -> Any:
        """Process a context of the document itself; objects in it are counted, for they multiply."""
        if context is False:  # PyLD's own word, in its mappings, for a context of null
            raise ProblemError.of(Code.INVALID_CREDENTIAL, "a context is neither a name nor an object")
        if not isinstance(context, str):
            self._inline_bytes += len(jcs.canonicalize(context))
            if self._inline_bytes > self._limits.context_bytes:
                raise ProblemError.of(
                    Code.GRAPH_TOO_COMPLEX, f"more than {self._limits.context_bytes} bytes of inline contexts"
                )
        return self._remembered(active_ctx, context, override=False, propagate=True)

    def _remembered(self, active_ctx: Any, context: Any, *, override: bool, propagate: bool) -> Any:
        key = (id(active_ctx), context if type(context) is str else id(context), override, propagate)
        found = _shared.get(key) or self._own.get(key)
        if found is not None:
            return found[2]
        before = self._made
        self._define(_IN_A_CONTEXT)
        # In a list an object that only wraps another is taken for that, as in every list of contexts.
        given = context if override or not propagate or isinstance(context, list) else [context]
        made = super()._process_context(
            active_ctx, given, _OPTIONS, override_protected=override, propagate=propagate
        )
        shared = "_shared" in active_ctx and (type(context) is str or is_part_of_bundled(context))
        if shared and "_shared" not in made:
            made = jsonld.freeze({**made, "_shared": True})
        if not shared:
            self.definitions += self._made - before
        memory = _shared if shared else self._own
        if len(memory) >= _MOST_SHARED:
            memory.clear()
        memory[key] = (active_ctx, context, made)
        return made

    def _clone_active_context(self, active_ctx: Any) -> Any:
        self._define(len(active_ctx["mappings"]) // _COPIED_IN_A_DEFINITION)
        return super()._clone_active_context(active_ctx)

    def _create_term_definition(
        self, active_ctx: Any, local_ctx: Any, term: Any, *rest: Any, **more: Any
    ) -> None:
        self._define(1)
        if _is_ignored(term, local_ctx.get(term)):
            raise ProblemError.of(
                Code.INVALID_CREDENTIAL, "a context defines a name that JSON-LD reserves and ignores"
            )
        super()._create_term_definition(active_ctx, local_ctx, term, *rest, **more)

    def _define(self, definitions: int) -> None:
        rdf_work.spend(definitions=definitions)
        self._made += definitions
        if self._made > rdf_work.MOST_DEFINITIONS:
            raise ProblemError.of(
                Code.GRAPH_TOO_COMPLEX, f"more than {rdf_work.MOST_DEFINITIONS} definitions of terms"
            )


_AS_TERM: Final = {"vocab": True}
# Keywords that PyLD leaves out where their value is null.
_SILENTLY_NULL: Final = frozenset({"@type", "@language"})


def _stands_alone(context: Any) -> bool:
    """Whether a context in a list may be processed by itself: `@propagate` counts in the first alone."""
    return context is None or type(context) is str or (type(context) is dict and "@propagate" not in context)


def _is_ignored(term: Any, definition: Any) -> bool:
    if isinstance(definition, dict):
        named = (definition.get("@id"), definition.get("@reverse"))
    else:
        named = (definition, None)
    return any(
        isinstance(each, str) and _LIKE_A_KEYWORD.fullmatch(each) is not None and each not in KEYWORDS
        for each in (term, *named)
    )
