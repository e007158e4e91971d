"""What the documents of one verification are transformed to: each once, and all together within a bound."""

from __future__ import annotations

from typing import Any, Final

from signet_vc.codec.strict_json import JsonObject
from signet_vc.errors import Code, ProblemError
from signet_vc.keys.key_type import KeyType
from signet_vc.limits import DEFAULT_LIMITS
from signet_vc.proofs.suite import Suite

__all__ = ["Transformed"]

# Of all documents that are expanded, together. The proofs of a set sign one, those of a chain each another,
# which holds it: sixteen of the largest would take four seconds.
_MOST_EXPANDED: Final = 2 * DEFAULT_LIMITS.rdf_nodes


class Transformed:
    """Remembers by identity: the documents given are to live as long."""

    def __init__(self) -> None:
        self._known: dict[tuple[object, str, int], bytes | ProblemError] = {}
        self._documents: list[JsonObject] = []  # so that no other gets the identity of one
        self._expanded = 0

    def of(self, document: JsonObject, suite: Suite, key_type: KeyType, canonical: bytes | None) -> bytes:
        """Give ``suite.transform`` of ``document``; ``canonical``: its RFC 8785, if that is at hand.

        Raises GRAPH_TOO_COMPLEX beyond the bound, and as the suite does.
        """
        key = (suite.transform, key_type.digest, id(document))
        known = self._known.get(key)
        if known is None:
            self._documents.append(document)
            try:
                known = self._transform(document, suite, key_type, canonical)
            except ProblemError as error:
                known = error
            self._known[key] = known
        if isinstance(known, ProblemError):
            raise known
        return known

    def _transform(
        self, document: JsonObject, suite: Suite, key_type: KeyType, canonical: bytes | None
    ) -> bytes:
        if not suite.pins_context:  # it is expanded under its own
            self._expanded += _size(document)
            if self._expanded > _MOST_EXPANDED:
                detail = "its proofs ask for more expansion than the limit"
                raise ProblemError.of(Code.GRAPH_TOO_COMPLEX, detail)
        return suite.transform(document, key_type.digest, canonical)


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
