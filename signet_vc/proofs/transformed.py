"""What the documents of one verification are transformed to: each once, and all together within a bound.

The proofs of a set sign one document; those of a chain each sign another, which holds it. Without a bound a
chain would take sixteen times as long as the document that takes longest. Under JCS what the documents share
is canonicalized once; under RDF each is expanded anew, and counted.
"""

from __future__ import annotations

import re
from typing import Any, Final

from signet_vc.codec import jcs
from signet_vc.codec.strict_json import JsonObject
from signet_vc.errors import Code, ProblemError
from signet_vc.keys.key_type import KeyType
from signet_vc.limits import DEFAULT_LIMITS
from signet_vc.proofs.suite import Suite

__all__ = ["Transformed"]

_MOST_EXPANDED: Final = 2 * DEFAULT_LIMITS.rdf_nodes  # objects, arrays and values of all, together

# To put four blank nodes in order takes at most 10 ms; more, within the limits of one document, 120 ms.
_FEW_BLANK_NODES: Final = 4
_MOST_WITH_MORE: Final = 6
_blank_nodes: Final = re.compile(rb"_:c14n[0-9]+").findall


class Transformed:
    """Remembers by identity: the documents given are to live as long."""

    def __init__(self) -> None:
        self._known: dict[tuple[object, str, int], bytes | ProblemError] = {}
        self._shared = jcs.Shared()
        self._documents: list[JsonObject] = []  # so that no other gets the identity of one
        self._expanded = 0
        self._with_more = 0

    def of(self, document: JsonObject, suite: Suite, key_type: KeyType, canonical: bytes | None) -> bytes:
        """Give ``suite.transform`` of ``document``; ``canonical``: its RFC 8785, if that is at hand.

        Raises GRAPH_TOO_COMPLEX beyond the bounds, and as the suite does.
        """
        if suite.pins_context:
            if canonical is None:
                self._documents.append(document)
                canonical = self._shared.canonicalize(document, apart="proof")
            return suite.transform(document, key_type.digest, canonical)
        key = (suite.transform, key_type.digest, id(document))
        known = self._known.get(key)
        if known is None:
            self._documents.append(document)
            try:
                known = self._expand(document, suite, key_type)
            except ProblemError as error:
                known = error
            self._known[key] = known
        if isinstance(known, ProblemError):
            raise known
        return known

    def _expand(self, document: JsonObject, suite: Suite, key_type: KeyType) -> bytes:
        """Transform by a suite that expands the document under its own context, to RDF."""
        self._expanded += _size(document)
        if self._expanded > _MOST_EXPANDED or self._with_more >= _MOST_WITH_MORE:
            raise ProblemError.of(Code.GRAPH_TOO_COMPLEX, "its proofs ask for more work than the limit")
        try:
            transformed = suite.transform(document, key_type.digest, None)
        except ProblemError as error:
            if Code.GRAPH_TOO_COMPLEX in error.codes:
                self._with_more = _MOST_WITH_MORE  # the others hold the same graph
            raise
        self._with_more += len(set(_blank_nodes(transformed))) > _FEW_BLANK_NODES
        return transformed


def _size(document: JsonObject) -> int:
    """Count objects, arrays and values."""
    count, waiting = 0, [document]
    while waiting:
        value: Any = waiting.pop()
        count += 1
        if isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
    return count
