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
    """

    value_depth: int = 64
    message_depth: int = 80
    document_bytes: int = 1 << 20
    message_bytes: int = 64 << 20
    integer_digits: int = 4300
    embed_bytes: int = 64 << 10


DEFAULT_LIMITS: Final = Limits()
