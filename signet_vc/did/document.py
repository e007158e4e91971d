"""Reading the documents of others: DID documents and other controlled identifier documents.

Spec: Controlled Identifiers 1.0 (Recommendation of 15 May 2025) §2, what a conforming document is, and §3.3,
Retrieve Verification Method, steps 5 to 12. They are read as JSON by the names of their members; what a
context would make of these is not looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from signet_vc.codec import xsd_datetime
from signet_vc.codec.strict_json import JsonObject
from signet_vc.did.did_url import is_url
from signet_vc.errors import Code, ProblemError
from signet_vc.keys.jwk import public_from_jwk
from signet_vc.keys.multikey import public_from_multibase
from signet_vc.keys.signing import PublicKey

__all__ = [
    "PRIVATE_JWK_MEMBERS",
    "PROOF_PURPOSES",
    "RELATIONSHIPS",
    "absolute",
    "check",
    "key_in",
    "methods_in",
    "serves",
]

# The relationships that a signature may serve, and all in which a document may define a method.
PROOF_PURPOSES: Final = ("authentication", "assertionMethod", "capabilityInvocation", "capabilityDelegation")
RELATIONSHIPS: Final = (*PROOF_PURPOSES, "keyAgreement")

# What the JOSE registry of JWK parameters marks as private.
PRIVATE_JWK_MEMBERS: Final = frozenset({"d", "dp", "dq", "k", "oth", "p", "priv", "q", "qi"})
_SECRETS: Final = ("secretKeyMultibase", "secretKeyJwk", "privateKeyMultibase", "privateKeyJwk")
_MATERIAL: Final = ("publicKeyMultibase", "publicKeyJwk")
_ENDS: Final = ("expires", "revoked")
_CACHED_KEYS: Final = 1024  # about 1 kB each


def check(document: object, identifier: str) -> JsonObject:
    """Hold ``document`` to §2 and to being that of ``identifier``, and give it back.

    Raises CONTROLLER_DOCUMENT_INVALID, with where: no object, no ``id`` or another's, a member of the wrong
    form, a method without ``id``, ``type`` or ``controller``, a service twice, a secret key.
    Spec: §2.1, §2.2, §3.3 steps 5 and 6.
    """
    if not isinstance(document, dict):
        raise _invalid("the document is no JSON object")
    if document.get("id") != identifier:
        raise _invalid("the document is not that of the controller", "id")
    if "controller" in document:
        _check_urls(document["controller"], "controller", may_be_one=True)
    if "alsoKnownAs" in document:
        _check_urls(document["alsoKnownAs"], "alsoKnownAs", may_be_one=False)
    for index, method in _members_of(document, "verificationMethod"):
        _check_method(method, "verificationMethod", index)
    for relationship in RELATIONSHIPS:
        for index, entry in _members_of(document, relationship):
            if isinstance(entry, str):
                _check_reference(entry, relationship, index)
            else:
                _check_method(entry, relationship, index)
    _check_services(document)
    return document


def absolute(value: object, identifier: str) -> object:
    """Give a name that a document writes relative to itself, ``#key-1``, in full; any other as it is."""
    return identifier + value if isinstance(value, str) and value.startswith("#") else value


def methods_in(document: JsonObject, url: str) -> list[JsonObject]:
    """Find what a document that passed ``check`` defines as the method ``url``, there or embedded."""
    return [
        entry
        for member in ("verificationMethod", *RELATIONSHIPS)
        for entry in document.get(member, ())
        if isinstance(entry, dict) and absolute(entry["id"], document["id"]) == url
    ]


def serves(document: JsonObject, relationship: str, url: str) -> bool:
    """Tell whether a document that passed ``check`` has the method ``url`` under ``relationship``."""
    return any(
        absolute(entry["id"] if isinstance(entry, dict) else entry, document["id"]) == url
        for entry in document.get(relationship, ())
    )


def key_in(
    document: object,
    verification_method: str,
    *,
    controller: str,
    purpose: str,
    at_ns: int | None = None,
) -> PublicKey:
    """Give the key that ``document``, the controller's own, has for ``verification_method``.

    at_ns: when, nanoseconds since 1970; None: a method that ends is refused whenever it does.
    Raises as ``check``; KEY_INVALID (no such method, one that is there twice, has ended, a bad key or two),
    KEY_NOT_CONTROLLED_BY_ISSUER (another controls the method) and PROOF_PURPOSE_MISMATCH (it does not
    stand under ``purpose``). Spec: §3.3 steps 5 to 12, §2.2.
    """
    checked = check(document, controller)
    method = _only(methods_in(checked, verification_method))
    if method["controller"] != controller:
        raise ProblemError.of(
            Code.KEY_NOT_CONTROLLED_BY_ISSUER, "the verification method has another controller"
        )
    if not serves(checked, purpose, verification_method):
        raise ProblemError.of(
            Code.PROOF_PURPOSE_MISMATCH, f"the verification method is not listed for {purpose}"
        )
    _check_time(method, at_ns)
    return _key_of(method)


# --- the form of a document -------------------------------------------------------------------------


def _invalid(detail: str, *path: str | int) -> ProblemError:
    # The place goes into the text: pointers of problems are into what is verified, not into this document.
    where = "".join(f"/{step}" for step in path)
    return ProblemError.of(Code.CONTROLLER_DOCUMENT_INVALID, f"{detail}: {where}" if where else detail)


def _members_of(document: JsonObject, member: str) -> Iterator[tuple[int, Any]]:
    value = document.get(member, [])
    if not isinstance(value, list):
        raise _invalid(f"{member} is no list", member)
    return enumerate(value)


def _check_urls(value: object, member: str, *, may_be_one: bool) -> None:
    urls = [value] if may_be_one and isinstance(value, str) else value
    if not isinstance(urls, list) or not all(map(is_url, urls)):
        raise _invalid(f"{member} is no list of URLs", member)


def _check_reference(name: str, relationship: str, index: int) -> None:
    if not is_url(name) and not name.startswith("#"):
        raise _invalid("a verification method is named by no URL", relationship, index)


def _check_method(method: object, member: str, index: int) -> None:
    """§2.2: what every verification method has, of whatever type; and that it keeps its secret."""
    if not isinstance(method, dict):
        raise _invalid("a verification method is no JSON object", member, index)
    name = method.get("id")
    if not isinstance(name, str) or not (is_url(name) or name.startswith("#")):
        raise _invalid("a verification method has no URL as its id", member, index, "id")
    if not isinstance(method.get("type"), str):
        raise _invalid("a verification method has no type", member, index, "type")
    if not is_url(method.get("controller")):
        raise _invalid("a verification method has no URL as its controller", member, index, "controller")
    jwk = method.get("publicKeyJwk")
    reveals = isinstance(jwk, dict) and not PRIVATE_JWK_MEMBERS.isdisjoint(jwk)
    if reveals or any(each in method for each in _SECRETS):
        raise _invalid("a verification method reveals a secret key", member, index)


def _check_services(document: JsonObject) -> None:
    """§2.1.4. Nothing here asks a service for anything; a document is whole or it is not."""
    seen: set[str] = set()
    for index, service in _members_of(document, "service"):
        if not isinstance(service, dict):
            raise _invalid("a service is no JSON object", "service", index)
        types = service.get("type")
        if not (
            isinstance(types, str) or (isinstance(types, list) and all(isinstance(t, str) for t in types))
        ):
            raise _invalid("a service has no type", "service", index, "type")
        if not _is_endpoint(service.get("serviceEndpoint")):
            raise _invalid("a service has no endpoint", "service", index, "serviceEndpoint")
        if "id" in service:
            name = absolute(service["id"], document["id"])
            if not isinstance(name, str) or not is_url(name) or name in seen:
                raise _invalid("a service's id is no URL, or another's", "service", index, "id")
            seen.add(name)


def _is_endpoint(value: object) -> bool:
    values = value if isinstance(value, list) else [value]
    return bool(values) and all(isinstance(each, dict) or is_url(each) for each in values)


# --- one verification method ------------------------------------------------------------------------


def _only(found: list[JsonObject]) -> JsonObject:
    if len(found) != 1:
        how = "no" if not found else "more than one"
        raise ProblemError.of(
            Code.KEY_INVALID, f"the document has {how} definition of the verification method"
        )
    return found[0]


def _check_time(method: JsonObject, at_ns: int | None) -> None:
    """§2.2: at the time that ``expires`` or ``revoked`` says, and from then on, nothing verifies."""
    for member in _ENDS:
        if member not in method:
            continue
        end = xsd_datetime.parse(method[member])
        if end is None or not end.zoned:
            raise ProblemError.of(Code.KEY_INVALID, f"the verification method's {member} is no dateTimeStamp")
        if at_ns is None or at_ns >= end.ns:
            detail = "has expired" if member == "expires" else "is revoked"
            raise ProblemError.of(Code.KEY_INVALID, f"the verification method {detail}")


def _from_multikey(method: Mapping[str, Any]) -> PublicKey:
    text = method.get("publicKeyMultibase")
    if not isinstance(text, str):
        raise ProblemError.of(Code.KEY_INVALID, "the Multikey has no publicKeyMultibase")
    return _public_key(text)


@lru_cache(maxsize=_CACHED_KEYS)
def _public_key(multibase: str) -> PublicKey:
    """Read a Multikey once: that takes ten times as long as all the rest of a small document."""
    return public_from_multibase(multibase)


def _from_json_web_key(method: Mapping[str, Any]) -> PublicKey:
    jwk = method.get("publicKeyJwk")
    if not isinstance(jwk, dict):
        raise ProblemError.of(Code.KEY_INVALID, "the JsonWebKey has no publicKeyJwk")
    return public_from_jwk(jwk)


# The types of verification methods that are read, by what reads them: those of the Recommendation, and the
# older name of the second, which did:jwk prescribes and did:web's own examples have.
_READERS: Final[Mapping[str, Callable[[Mapping[str, Any]], PublicKey]]] = MappingProxyType(
    {"Multikey": _from_multikey, "JsonWebKey": _from_json_web_key, "JsonWebKey2020": _from_json_web_key}
)


def _key_of(method: Mapping[str, Any]) -> PublicKey:
    """§2.2.1: the key, which stands there once."""
    if method["type"] not in _READERS:
        raise ProblemError.of(Code.KEY_INVALID, f"the verification method is none of {', '.join(_READERS)}")
    if all(each in method for each in _MATERIAL):
        raise ProblemError.of(Code.KEY_INVALID, "the verification method has its key twice")
    return _READERS[method["type"]](method)
