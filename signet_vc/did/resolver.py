"""From the name of a key in a proof to the key, if it is the signer's own.

Methods whose DIDs hold their key need nothing from outside; the others, and controllers that are https URLs,
need a resolver, which the caller hands in: nothing here fetches anything.
Spec: Controlled Identifiers 1.0 §3.3, Retrieve Verification Method.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, Protocol

from signet_vc.did import jwk, key
from signet_vc.did.did_url import is_did, is_https_url, is_url
from signet_vc.did.document import PROOF_PURPOSES, key_in
from signet_vc.did.method import Method
from signet_vc.errors import Code, ProblemError, UnavailableError
from signet_vc.keys.signing import PublicKey

__all__ = ["METHODS", "MethodNotSupportedError", "Resolver", "held_key", "holds_its_key", "resolve_key"]

# The DID methods that resolve from the identifier alone.
METHODS: Final[Mapping[str, Method]] = MappingProxyType(
    {each.name: each for each in (key.METHOD, jwk.METHOD)}
)


class Resolver(Protocol):
    """What gives the documents of the DIDs that METHODS lacks, and of https URLs that control keys."""

    def resolve(self, did: str) -> dict[str, Any]:
        """Give the document of ``did``, a DID or an https URL; what it says is checked by who asked.

        Raises ProblemError where the identifier or its document is bad, UnavailableError of
        RESOLVER_UNAVAILABLE where that could not be found out: MethodNotSupportedError for an identifier of
        a kind that it does not resolve.
        """


class MethodNotSupportedError(UnavailableError):
    """Nobody here resolves identifiers of that kind. The code is RESOLVER_UNAVAILABLE."""

    def __init__(self, detail: str = "no resolver is configured for this DID's method") -> None:
        super().__init__(detail, code=Code.RESOLVER_UNAVAILABLE)


def holds_its_key(did: str) -> bool:
    """Tell whether the key follows from the DID, so that checking a stranger's proof fetches nothing."""
    return _local_method(did) is not None


def held_key(did: str) -> PublicKey | None:
    """Give the key that follows from the DID; None for a DID that holds none, or none that signs."""
    method = _local_method(did)
    try:
        return None if method is None else method.parse(did)
    except ProblemError:
        return None


def resolve_key(
    verification_method: str,
    *,
    controller: str,
    purpose: str,
    resolver: Resolver | None = None,
    at_ns: int | None = None,
) -> PublicKey:
    """Give the key that ``verification_method`` names, if ``controller`` has it for ``purpose``.

    verification_method: a DID URL, or an https URL, with a fragment. controller: the DID or https URL that is
    to have made the proof. at_ns: when, nanoseconds since 1970; without it a method that expires or is
    revoked is refused. Raises ProblemError of VERIFICATION_METHOD_URL_INVALID, CONTROLLER_DOCUMENT_INVALID,
    KEY_INVALID, KEY_NOT_CONTROLLED_BY_ISSUER or PROOF_PURPOSE_MISMATCH, and UnavailableError of
    RESOLVER_UNAVAILABLE where the controller's document cannot be had.
    """
    did, fragment = _split(verification_method)
    local = _local_method(did)
    if local is None or did != controller or not fragment:  # else the method is stricter itself
        _check_url(verification_method, fragment)
    if did != controller:
        raise ProblemError.of(
            Code.KEY_NOT_CONTROLLED_BY_ISSUER, "the verification method is under another DID than the issuer"
        )
    if purpose not in PROOF_PURPOSES:
        raise ProblemError.of(Code.PROOF_PURPOSE_MISMATCH, "no proof serves that purpose")
    if local is None:
        document = _resolve(did, resolver)
        return key_in(document, verification_method, controller=controller, purpose=purpose, at_ns=at_ns)
    public_key = local.verification_key(did, fragment)
    if public_key is None:
        raise ProblemError.of(
            Code.KEY_NOT_CONTROLLED_BY_ISSUER, "the fragment names another key than the DID's"
        )
    return public_key


def _split(verification_method: object) -> tuple[str, str]:
    """§3.3 steps 2 and 3: the controller's identifier and the fragment."""
    if not isinstance(verification_method, str):
        return "", ""
    did, _, fragment = verification_method.partition("#")
    return did, fragment


def _check_url(verification_method: object, fragment: str) -> None:
    """§3.3 step 1; and a URL without a fragment is that of a whole document."""
    if not is_url(verification_method):
        raise ProblemError.of(Code.VERIFICATION_METHOD_URL_INVALID, "the verification method is no URL")
    if not fragment:
        raise ProblemError.of(Code.KEY_INVALID, "the verification method is not a DID URL with a fragment")


def _local_method(did: str) -> Method | None:
    scheme, _, rest = did.partition(":")
    name, colon, _ = rest.partition(":")
    return METHODS.get(name) if scheme == "did" and colon else None


def _resolve(did: str, resolver: Resolver | None) -> object:
    """§3.3 step 4: the controller's document, by who was handed in for that."""
    if not is_did(did) and not is_https_url(did):
        raise ProblemError.of(Code.KEY_INVALID, "the verification method is under no DID and no https URL")
    if resolver is None:
        raise MethodNotSupportedError
    try:
        return resolver.resolve(did)
    except OSError as error:  # what a socket raises; anything else is a fault of the resolver and is seen
        raise UnavailableError("the resolver failed", code=Code.RESOLVER_UNAVAILABLE) from error
