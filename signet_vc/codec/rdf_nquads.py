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

# What is escaped: seven characters in short, the other controls, DEL, and what is no character of XML 1.1.
_ESCAPES: Final = {
    **{code: f"\\u{code:04X}" for code in (*range(0x20), 0x7F, 0xFFFE, 0xFFFF)},
    0x08: "\\b",
    0x09: "\\t",
    0x0A: "\\n",
    0x0C: "\\f",
    0x0D: "\\r",
    0x22: '\\"',
    0x5C: "\\\\",
}
_find_escaped: Final = re.compile('[\x00-\x1f"\\\\\x7f\ufffe\uffff]').search


def iri(value: str) -> str:
    """An IRI, whose characters the caller has looked at: nothing in it is escaped."""
    return f"<{value}>"


def is_blank(term: str) -> bool:
    """Whether a term is a blank node."""
    return term.startswith("_")


def literal(lexical: str, datatype: str | None = None, language: str | None = None) -> str:
    """A literal: of ``language``, else of ``datatype``; None and ``xsd:string`` are written alike."""
    if _find_escaped(lexical) is not None:
        lexical = lexical.translate(_ESCAPES)
    if language is not None:
        return f'"{lexical}"@{language}'
    if datatype is None or datatype == XSD + "string":
        return f'"{lexical}"'
    return f'"{lexical}"^^<{datatype}>'
