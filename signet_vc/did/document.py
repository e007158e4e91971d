"""Reading the DID documents of others (Controlled Identifiers 1.0 §3.3, Retrieve Verification Method)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from signet_vc.errors import Code, ProblemError
from signet_vc.keys.jwk import public_from_jwk
from signet_vc.keys.multikey import public_from_multibase
from signet_vc.keys.signing import PublicKey

__all__ = ["PROOF_PURPOSES", "key_in"]

# The relationships that a signature may serve, and all in which a document may define a method.
PROOF_PURPOSES: Final = ("authentication", "assertionMethod", "capabilityInvocation", "capabilityDelegation")
_RELATIONSHIPS: Final = (*PROOF_PURPOSES, "keyAgreement")


def key_in(
    document: object,
    verification_method: str,
    *,
    controller: str,
    purpose: str,
    at_ns: int | None = None,  # noqa: ARG001 - to be judged
) -> PublicKey:
    """Give the key that ``document``, the controller's own, has for ``verification_method``.

    Raises KEY_INVALID (another's document, no such method, one that is there twice, expires or is
    revoked, a bad key), KEY_NOT_CONTROLLED_BY_ISSUER (another controls the method) and
    PROOF_PURPOSE_MISMATCH (it does not stand under ``purpose``).
    """
    if not isinstance(document, dict) or document.get("id") != controller:
        raise ProblemError.of(Code.KEY_INVALID, "the DID document is not that of the controller")
    method = _only(_methods(document, verification_method, controller))
    if method.get("controller") != controller:
        raise ProblemError.of(
            Code.KEY_NOT_CONTROLLED_BY_ISSUER, "the verification method has another controller"
        )
    if not _serves(document, purpose, verification_method, controller):
        raise ProblemError.of(
            Code.PROOF_PURPOSE_MISMATCH, f"the verification method is not listed for {purpose}"
        )
    if "expires" in method or "revoked" in method:  # judging either takes a time, which nobody gives here
        raise ProblemError.of(Code.KEY_INVALID, "the verification method expires or is revoked")
    return _key_of(method)


def _entries(document: Mapping[str, Any], member: str) -> list[Any]:
    value = document.get(member, [])
    return value if isinstance(value, list) else []


def _names(value: object, verification_method: str, controller: str) -> bool:
    """Tell whether ``value``, a DID URL or one relative to the document, is the method's."""
    return (
        isinstance(value, str)
        and (controller + value if value.startswith("#") else value) == verification_method
    )


def _methods(
    document: Mapping[str, Any], verification_method: str, controller: str
) -> Iterator[dict[str, Any]]:
    """Find the method's definitions, under ``verificationMethod`` or embedded in a relationship."""
    for member in ("verificationMethod", *_RELATIONSHIPS):
        for entry in _entries(document, member):
            if isinstance(entry, dict) and _names(entry.get("id"), verification_method, controller):
                yield entry


def _only(methods: Iterator[dict[str, Any]]) -> dict[str, Any]:
    found = list(methods)
    if len(found) != 1:
        how = (
            "does not define the verification method"
            if not found
            else "defines the verification method twice"
        )
        raise ProblemError.of(Code.KEY_INVALID, f"the DID document {how}")
    return found[0]


def _serves(document: Mapping[str, Any], purpose: str, verification_method: str, controller: str) -> bool:
    return any(
        _names(entry.get("id") if isinstance(entry, dict) else entry, verification_method, controller)
        for entry in _entries(document, purpose)
    )


def _from_multikey(method: Mapping[str, Any]) -> PublicKey:
    text = method.get("publicKeyMultibase")
    if not isinstance(text, str):
        raise ProblemError.of(Code.KEY_INVALID, "the Multikey has no publicKeyMultibase")
    return public_from_multibase(text)


def _from_json_web_key(method: Mapping[str, Any]) -> PublicKey:
    jwk = method.get("publicKeyJwk")
    if not isinstance(jwk, dict):
        raise ProblemError.of(Code.KEY_INVALID, "the JsonWebKey has no publicKeyJwk")
    return public_from_jwk(jwk)


# The types of verification methods that are read, by what reads them.
_READERS: Final[Mapping[str, Callable[[Mapping[str, Any]], PublicKey]]] = MappingProxyType(
    {"Multikey": _from_multikey, "JsonWebKey": _from_json_web_key}
)


def _key_of(method: Mapping[str, Any]) -> PublicKey:
    name = method.get("type")
    if not isinstance(name, str) or name not in _READERS:
        raise ProblemError.of(Code.KEY_INVALID, f"the verification method is none of {', '.join(_READERS)}")
    return _READERS[name](method)
