"""RDF terms as canonical N-Quads writes them; in memory a term is that text, and a quad four of them.

Spec: RDFC-1.0 Appendix A, "A Canonical form of N-Quads" (Recommendation of 21 May 2024).
"""

from __future__ import annotations

import re
from typing import Final, TypeAlias

__all__ = ["XSD", "Quad", "iri", "is_blank", "literal"]

# subject, predicate, object, graph: "<iri>", "_:label" or a literal in quotes; no graph, no text.
Quad: TypeAlias = tuple[str, str, str, str]

XSD: Final = "http://www.w3.org/2001/XMLSchema#"

_SHORT: Final = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
# What is escaped: the above, the other controls, DEL, and what XML 1.1 does not take for a character.
_find_escaped: Final = re.compile('[\x00-\x1f"\\\\\x7f\ufffe\uffff]').search
_replace_escaped: Final = re.compile('[\x00-\x1f"\\\\\x7f\ufffe\uffff]').sub


def iri(value: str) -> str:
    """An IRI, whose characters the caller has looked at: nothing in it is escaped."""
    return f"<{value}>"


def is_blank(term: str) -> bool:
    """Whether a term is a blank node."""
    return term.startswith("_")


def literal(lexical: str, datatype: str | None = None, language: str | None = None) -> str:
    """A literal: of ``language``, else of ``datatype``; None and ``xsd:string`` are written alike."""
    if _find_escaped(lexical) is not None:
        lexical = _replace_escaped(lambda found: _escape(found[0]), lexical)
    if language is not None:
        return f'"{lexical}"@{language}'
    if datatype is None or datatype == XSD + "string":
        return f'"{lexical}"'
    return f'"{lexical}"^^<{datatype}>'


def _escape(character: str) -> str:
    return _SHORT.get(character) or f"\\u{ord(character):04X}"
