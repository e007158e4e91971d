"""did:jwk: identifiers that are a public JSON Web Key.

JSON has many spellings, so a key has many such names; the method wants it so, and each is an identifier of
its own: it is compared as text and never made from the key that it holds (threat 51). What is demanded
is that the text is the one base64url of its bytes, and these strict JSON.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final, NamedTuple

from signet_vc.codec.jcs import canonicalize
from signet_vc.codec.multibase import EncodingError, base64url_decode, base64url_encode
from signet_vc.codec.strict_json import JsonObject, loads
from signet_vc.did.document import PRIVATE_JWK_MEMBERS, PROOF_PURPOSES
from signet_vc.did.error import (
    INVALID_DID,
    INVALID_PUBLIC_KEY,
    METHOD_NOT_SUPPORTED,
    UNSUPPORTED_PUBLIC_KEY_TYPE,
    DidError,
)
from signet_vc.did.method import Method
from signet_vc.errors import Code, ProblemError
from signet_vc.keys.jwk import public_from_jwk, public_to_jwk
from signet_vc.keys.signing import KEY_TYPES, PublicKey

__all__ = ["METHOD", "document", "from_public_key", "parse", "verification_key", "verification_method"]

_PREFIX: Final = "did:jwk:"
_FRAGMENT: Final = "0"  # the only one there is, whatever `kid` says
_MOST_CHARACTERS: Final = 2048  # a P-521 key takes 280; the rest is room for members that say more
_MOST_DEPTH: Final = 8
_CACHED_KEYS: Final = 1024  # at most 4 kB each
_COORDINATES: Final = ("kty", "crv", "x", "y")
_AGREEMENT_LENGTH: Final = 32  # of an X25519 key


class _Read(NamedTuple):
    """What a did:jwk holds; ``signing`` is None for a key that is for encryption alone."""

    jwk: JsonObject
    signing: PublicKey | None


def parse(did: str) -> PublicKey:
    """Give the signing key of a did:jwk.

    Raises DidError (KEY_INVALID), also for a JWK that holds a secret, and ProblemError of
    PROOF_PURPOSE_MISMATCH for a key that is for encryption alone (``use`` is ``enc``, or X25519).
    """
    public_key = _checked(did).signing
    if public_key is None:
        raise ProblemError.of(Code.PROOF_PURPOSE_MISMATCH, "the did:jwk's key is for keyAgreement alone")
    return public_key


def from_public_key(public_key: PublicKey) -> str:
    """Give the DID that this package makes of a key: its JWK as RFC 8785 writes it."""
    return _PREFIX + base64url_encode(canonicalize(public_to_jwk(public_key)))


def verification_method(public_key: PublicKey) -> str:
    """Give the DID URL that names the key in that DID's document."""
    return f"{from_public_key(public_key)}#{_FRAGMENT}"


def verification_key(did: str, fragment: str) -> PublicKey | None:
    """Give the key that ``did#fragment`` names, None for another fragment than ``0``; raises as ``parse``."""
    public_key = parse(did)
    return public_key if fragment == _FRAGMENT else None


def document(did: str) -> dict[str, Any]:
    """Make the DID document that the method defines: the JWK as it stands in the DID. Raises DidError.

    With ``use`` ``sig``, no ``keyAgreement``; with ``enc``, nothing else. Spec: did:jwk, *To create the DID
    Document*.
    """
    jwk, signing = _checked(did)
    name = f"{did}#{_FRAGMENT}"
    method = {"id": name, "type": "JsonWebKey2020", "controller": did, "publicKeyJwk": _fresh(jwk)}
    purposes = () if signing is None else PROOF_PURPOSES
    agreement = () if jwk.get("use") == "sig" else ("keyAgreement",)
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/suites/jws-2020/v1"],
        "id": did,
        "verificationMethod": [method],
        **{relationship: [name] for relationship in (*purposes, *agreement)},
    }


def _fresh(value: Any) -> Any:
    """Copy a JSON value of little depth: the caller may do with it what he likes."""
    if isinstance(value, dict):
        return {name: _fresh(each) for name, each in value.items()}
    return [_fresh(each) for each in value] if isinstance(value, list) else value


def _checked(did: object) -> _Read:
    if not isinstance(did, str) or not did.startswith("did:"):  # and the cache needs what can be hashed
        raise DidError.named(INVALID_DID, "the identifier is no DID")
    return _read(did)


@lru_cache(maxsize=_CACHED_KEYS)
def _read(did: str) -> _Read:
    """The method's *Read*: remove the prefix, decode, parse, validate the JWK's properties."""
    if not did.startswith(_PREFIX):
        raise DidError.named(METHOD_NOT_SUPPORTED, "the DID's method is not jwk")
    if len(did) > _MOST_CHARACTERS:
        raise DidError.named(INVALID_DID, f"the did:jwk has more than {_MOST_CHARACTERS} characters")
    try:
        jwk = loads(base64url_decode(did.removeprefix(_PREFIX)), max_depth=_MOST_DEPTH)
    except (EncodingError, ProblemError):
        jwk = None
    if not isinstance(jwk, dict):  # raised here, where no chained exception can hold what may be a secret
        raise DidError.named(INVALID_DID, "the did:jwk is not base64url of a JSON object")
    if not PRIVATE_JWK_MEMBERS.isdisjoint(jwk):
        raise DidError.named(INVALID_DID, "the did:jwk holds a secret key")
    return _Read(jwk, _signing_key(jwk))


def _signing_key(jwk: JsonObject) -> PublicKey | None:
    """Validate the key; None if it is for encryption alone."""
    if jwk.get("kty") == "OKP" and jwk.get("crv") == "X25519":
        _check_agreement_key(jwk)
        return None
    if not any(jwk.get("kty") == row.jwk_kty and jwk.get("crv") == row.name for row in KEY_TYPES.values()):
        raise DidError.named(UNSUPPORTED_PUBLIC_KEY_TYPE, "the did:jwk's key is of no known type")
    encrypts = jwk.get("use") == "enc"
    own = {name: value for name, value in jwk.items() if not encrypts or name in _COORDINATES}
    try:
        public_key = public_from_jwk(own)
    except ProblemError as error:
        raise DidError(*error.problems, error=INVALID_PUBLIC_KEY) from error
    return None if encrypts else public_key


def _check_agreement_key(jwk: JsonObject) -> None:
    value = jwk.get("x")
    try:
        raw = base64url_decode(value) if isinstance(value, str) else b""
    except EncodingError:
        raw = b""
    if len(raw) != _AGREEMENT_LENGTH:
        raise DidError.named(INVALID_PUBLIC_KEY, "the X25519 JWK's x is not base64url of 32 bytes")
    if jwk.get("use", "enc") != "enc":
        raise DidError.named(INVALID_PUBLIC_KEY, "an X25519 key signs nothing")


METHOD: Final = Method("jwk", parse, verification_key, lambda did, _options: document(did))
