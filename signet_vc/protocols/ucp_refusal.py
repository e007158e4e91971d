"""UCP's names for what went wrong, and the status of the answer.

Spec: UCP, *Message Signatures*, Error Handling.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from signet_vc.errors import Code, Problem

__all__ = ["Refusal", "refusal"]


class Refusal(NamedTuple):
    """How UCP answers: the ``code`` of the error, and the HTTP status."""

    code: str
    status: int


_INVALID: Final = Refusal("signature_invalid", 401)
_REFUSALS: Final[Mapping[Code, Refusal]] = MappingProxyType(
    {
        Code.PROOF_MISSING: Refusal("signature_missing", 401),
        Code.KEY_NOT_FOUND: Refusal("key_not_found", 401),
        Code.DIGEST_MISMATCH: Refusal("digest_mismatch", 400),
        Code.UNSUPPORTED_CRYPTOSUITE: Refusal("algorithm_unsupported", 400),
        Code.SIGNER_NOT_ALLOWED: Refusal("profile_not_trusted", 403),
        Code.NO_TRUST_ANCHOR: Refusal("profile_not_trusted", 403),
        Code.FETCH_REFUSED: Refusal("profile_not_trusted", 403),
        Code.RESOLVER_UNAVAILABLE: Refusal("profile_unreachable", 424),
    }
)
_OF_PROFILE: Final = Refusal("invalid_profile_url", 400)


def refusal(problems: Iterable[Problem]) -> Refusal:
    """Give UCP's name for the first problem; ``signature_invalid`` for all that it has no name for."""
    first = next(iter(problems), None)
    if first is None:
        return _INVALID
    if first.code is Code.MALFORMED_HTTP and first.pointer in {
        "/fields/ucp-agent",
        "/fields/signature-agent",
    }:
        return _OF_PROFILE
    return _REFUSALS.get(first.code, _INVALID)
