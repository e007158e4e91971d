"""The contexts that a JSON-LD document may use: bundled ones by identifier, and objects in the document."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from signet_vc.codec.strict_json import JsonObject
from signet_vc.errors import Code, ProblemError
from signet_vc.resources import known_context, load_context

__all__ = ["bundled", "import_merged", "is_part_of_bundled"]

# The objects and arrays in bundled contexts, by id(); held here, so that no other object gets that id.
_parts: Final[dict[int, Any]] = {}


def bundled(identifier: str) -> Any:
    """The value of ``@context`` in a bundled context document, the same object each time: do not change it.

    Raises ProblemError (UNKNOWN_CONTEXT).
    """
    if not known_context(identifier):  # looked up before the cache: it must hold no names from outside
        raise ProblemError.of(Code.UNKNOWN_CONTEXT, "no context is bundled under this identifier")
    return _bundled(identifier)


@cache
def _bundled(identifier: str) -> Any:
    context = load_context(identifier)["@context"]
    pending = [context]
    while pending:
        value = pending.pop()
        if isinstance(value, dict | list):
            _parts[id(value)] = value
            pending += value.values() if isinstance(value, dict) else value
    return context


def is_part_of_bundled(value: object) -> bool:
    """Whether this very object is a part of a bundled context, and so will never change."""
    return id(value) in _parts


def import_merged(context: JsonObject) -> JsonObject:
    """Replace ``@import`` by the context that it names (JSON-LD 1.1 API §4.1.2 step 5.6).

    PyLD would write the importing context's terms into the imported one, for every later document too.
    Raises ProblemError: UNKNOWN_CONTEXT; INVALID_CREDENTIAL if it imports what cannot be.
    """
    if "@import" not in context:
        return context
    name = context["@import"]
    imported = bundled(name) if isinstance(name, str) else None
    if not isinstance(imported, dict) or "@import" in imported:
        raise ProblemError.of(Code.INVALID_CREDENTIAL, "@import must name one context that imports none")
    return {**imported, **{key: value for key, value in context.items() if key != "@import"}}
