"""From the name of a key in a proof to the key, if it is the signer's own.

Methods whose DIDs hold their key need nothing from outside; the others need a resolver, which the
caller hands in: nothing here fetches anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, Protocol, TypeAlias

from signet_vc.did import key
from signet_vc.did.document import PROOF_PURPOSES, key_in
from signet_vc.errors import Code, ProblemError, UnavailableError
from signet_vc.keys.signing import PublicKey

__all__ = ["METHODS", "Method", "Resolver", "holds_its_key", "resolve_key"]

# DID, fragment -> the key; None where the DID's document has no such method. KEY_INVALID for a bad DID.
Method: TypeAlias = Callable[[str, str], PublicKey | None]

# The DID methods that resolve from the identifier alone.
METHODS: Final[Mapping[str, Method]] = MappingProxyType({"key": key.verification_key})

# DID Core §3.1; what the method-specific part says is for the resolver to judge
_DID: Final = re.compile(r"did:[a-z0-9]+:[A-Za-z0-9._:%-]*[A-Za-z0-9._%-]", re.ASCII)


class Resolver(Protocol):
    """What gives DID documents of the methods that METHODS lacks."""

    def resolve(self, did: str) -> dict[str, Any]:
        """Give the document of ``did``.

        Raises ProblemError where the DID or its document is bad, UnavailableError of
        RESOLVER_UNAVAILABLE where that could not be found out.
        """


def holds_its_key(did: str) -> bool:
    """Tell whether the key follows from the DID, so that checking a stranger's proof fetches nothing."""
    return _local_method(did) is not None


def resolve_key(
    verification_method: str,
    *,
    controller: str,
    purpose: str,
    resolver: Resolver | None = None,
    at_ns: int | None = None,
) -> PublicKey:
    """Give the key that ``verification_method`` names, if ``controller`` has it for ``purpose``.

    verification_method: a DID URL with a fragment. controller: the DID that is to have made the proof.
    at_ns: when, nanoseconds since 1970; without it a method that expires or is revoked is refused.
    Raises ProblemError of KEY_INVALID, KEY_NOT_CONTROLLED_BY_ISSUER or PROOF_PURPOSE_MISMATCH, and
    UnavailableError of RESOLVER_UNAVAILABLE where the DID cannot be resolved.
    """
    did, fragment = _split(verification_method)
    if did != controller:
        raise ProblemError.of(
            Code.KEY_NOT_CONTROLLED_BY_ISSUER, "the verification method is under another DID than the issuer"
        )
    if purpose not in PROOF_PURPOSES:
        raise ProblemError.of(Code.PROOF_PURPOSE_MISMATCH, "no proof serves that purpose")
    local = _local_method(did)
    if local is None:
        document = _resolve(did, resolver)
        return key_in(document, verification_method, controller=controller, purpose=purpose, at_ns=at_ns)
    public_key = local(did, fragment)
    if public_key is None:
        raise ProblemError.of(
            Code.KEY_NOT_CONTROLLED_BY_ISSUER, "the fragment names another key than the DID's"
        )
    return public_key


def _split(verification_method: object) -> tuple[str, str]:
    if isinstance(verification_method, str):
        did, _, fragment = verification_method.partition("#")
        if fragment:
            return did, fragment
    raise ProblemError.of(Code.KEY_INVALID, "the verification method is not a DID URL with a fragment")


def _local_method(did: str) -> Method | None:
    scheme, _, rest = did.partition(":")
    name, colon, _ = rest.partition(":")
    return METHODS.get(name) if scheme == "did" and colon else None


def _resolve(did: str, resolver: Resolver | None) -> object:
    if not _DID.fullmatch(did):
        raise ProblemError.of(Code.KEY_INVALID, "the verification method is not under a DID")
    if resolver is None:
        raise UnavailableError(
            "no resolver is configured for this DID's method", code=Code.RESOLVER_UNAVAILABLE
        )
    try:
        return resolver.resolve(did)
    except OSError as error:  # what a socket raises; anything else is a fault of the resolver and is seen
        raise UnavailableError("the resolver failed", code=Code.RESOLVER_UNAVAILABLE) from error
