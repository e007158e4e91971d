"""``Content-Digest``: what binds the content of a message to its signature (RFC 9530 §2)."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256, sha512
from types import MappingProxyType
from typing import Any, Final

from signet_vc.errors import Code, Problem, problem
from signet_vc.protocols.http_message import Message
from signet_vc.protocols.structured_fields import dictionary, write_byte_sequence

__all__ = ["content_digest", "digest_problems"]

_FIELD: Final = "content-digest"
_POINTER: Final = f"/fields/{_FIELD}"
# The registry's two that are active; the others are broken, and count for nothing.
_ALGORITHMS: Final[Mapping[str, Any]] = MappingProxyType({"sha-256": sha256, "sha-512": sha512})


def content_digest(body: bytes) -> str:
    """Give the field's value for a content: its SHA-256."""
    return f"sha-256={write_byte_sequence(sha256(body).digest())}"


def digest_problems(message: Message, *, required: str | None = None) -> list[Problem]:
    """Hold the content to every digest of a known algorithm; one must be there, and it the required one.

    DIGEST_MISMATCH; raises ProblemError of MALFORMED_HTTP or TOO_LARGE for a field that is no Dictionary.
    """
    value = message.field(_FIELD)
    if value is None:
        return [problem(Code.DIGEST_MISMATCH, "digest_mismatch: the content has no digest", _POINTER)]
    digests = dictionary(value, _FIELD)
    known = digests.keys() & _ALGORITHMS.keys()
    if not known or (required is not None and required not in known):
        return [
            problem(
                Code.DIGEST_MISMATCH,
                f"digest_mismatch: no digest by {required or 'a known algorithm'}",
                _POINTER,
            )
        ]
    return [
        problem(
            Code.DIGEST_MISMATCH,
            f"digest_mismatch: the content is not what {name} says",
            f"{_POINTER}/{name}",
        )
        for name in sorted(known)
        if digests[name][0] != _ALGORITHMS[name](message.body).digest()
    ]
