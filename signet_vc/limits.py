"""Sizes, depths and times, each with what it prevents. All may be set by the caller."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["DEFAULT_LIMITS", "MAX_SAFE_INTEGER", "NANOSECONDS", "Limits"]

MAX_SAFE_INTEGER: Final = 2**53 - 1  # beyond it RFC 8785 prints another number than was written
NANOSECONDS: Final = 1_000_000_000  # times inside the package are integers: nanoseconds since 1970, UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds on what comes from outside.

    value_depth: nesting of a value (its outermost array or object is 1): stack exhaustion.
    message_depth: the same of a credential or message around values.
    document_bytes: a credential, carrier or file: memory and time of one verification.
    message_bytes: a protocol message, which may hold a large value beside the carrier.
    integer_digits: digits of an integer token: quadratic conversion (CVE-2020-10735).
    embed_bytes: CANON of a value that the signer still embeds; larger ones are committed to.
    context_bytes: RFC 8785 of the inline contexts of a document: they multiply with what they apply to.
    rdf_nodes: objects, arrays and values of a document that is expanded: 60 µs each.
    rdf_work: steps of RDF canonicalization beyond the first hash of each node, 5 µs each: poison graphs.
    presented: credentials in a presentation, each the work of a verification.
    status_list_bytes: of a status list, inflated: compression bombs.
    fetched_bytes, fetch_seconds: of one answer from the network.
    """

    value_depth: int = 64
    message_depth: int = 80
    document_bytes: int = 1 << 20
    message_bytes: int = 64 << 20
    integer_digits: int = 4300
    embed_bytes: int = 64 << 10
    context_bytes: int = 16 << 10
    rdf_nodes: int = 4096
    rdf_work: int = 32768
    presented: int = 32
    status_list_bytes: int = 16 << 20
    fetched_bytes: int = 1 << 20
    fetch_seconds: float = 10.0


DEFAULT_LIMITS: Final = Limits()
