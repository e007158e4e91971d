"""did:key: identifiers that are their own public key.

``parse`` takes the plain form ``did:key:z…`` alone and exactly, so that a key has one name. The
draft's form with a version, ``did:key:1:z…``, has a document and is no name of a signer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from signet_vc.codec.multibase import EncodingError, base64url_encode
from signet_vc.did.document import PROOF_PURPOSES
from signet_vc.did.error import (
    INVALID_DID,
    INVALID_PUBLIC_KEY,
    INVALID_PUBLIC_KEY_LENGTH,
    INVALID_PUBLIC_KEY_TYPE,
    METHOD_NOT_SUPPORTED,
    UNSUPPORTED_PUBLIC_KEY_TYPE,
    DidError,
)
from signet_vc.did.method import Method, Options
from signet_vc.errors import ProblemError
from signet_vc.keys import multicodec
from signet_vc.keys.jwk import public_to_jwk
from signet_vc.keys.signing import KEY_TYPES, KeyType, PublicKey

__all__ = ["METHOD", "document", "from_public_key", "parse", "verification_key", "verification_method"]

_PREFIX: Final = "did:key:"
_VERSION: Final = "1:"  # the only version there is; absent, it is meant
_AGREEMENT_2020: Final = "X25519KeyAgreementKey2020"
_CACHED_KEYS: Final = 4096  # about 1 kB each; a flood of strangers costs time, never memory


def parse(did: str) -> PublicKey:
    """Give the key of a ``did:key:z…`` that re-encodes to itself, else DidError (KEY_INVALID)."""
    if not isinstance(did, str):  # the cache needs what can be hashed
        raise DidError.named(INVALID_DID, "the identifier is no DID")
    return _parse(did)


def from_public_key(public_key: PublicKey) -> str:
    """Give the DID of a key."""
    return public_key.did


def verification_method(public_key: PublicKey) -> str:
    """Give the DID URL that names the key in its did:key's document."""
    return f"{public_key.did}#{public_key.multibase}"


def verification_key(did: str, fragment: str) -> PublicKey | None:
    """Give the key that ``did#fragment`` names, None where the DID holds another; DidError as ``parse``."""
    public_key = parse(did)
    return public_key if fragment == public_key.multibase else None


def document(
    did: str,
    *,
    public_key_format: str = "Multikey",
    enable_encryption_key_derivation: bool = False,
    enable_experimental_public_key_types: bool = False,
) -> dict[str, Any]:
    """Make the DID document that the method defines, also of a ``did:key:1:z…``.

    public_key_format: ``Multikey``, ``JsonWebKey``, or one of the older types that the draft has:
    ``JsonWebKey2020``, ``Ed25519VerificationKey2020`` (for such a key alone; what derives from it is then an
    ``X25519KeyAgreementKey2020``). enable_encryption_key_derivation: add, for Ed25519, the X25519 key that
    it maps to, under ``keyAgreement``. enable_experimental_public_key_types: name the draft's experimental
    formats unsupported rather than invalid; none of them is made here. Raises DidError.
    """
    form = _form_of(public_key_format, experimental=enable_experimental_public_key_types)
    multibase = _multibase_of(did)
    is_versioned = multibase.startswith(_VERSION)
    public_key = _read(multibase.removeprefix(_VERSION)) if is_versioned else _parse(did)
    if form.key_type not in (None, public_key.key_type.name):
        raise DidError.named(INVALID_PUBLIC_KEY_TYPE, f"{form.type} is for {form.key_type} keys")
    own = form.method(did, form.signing(public_key), public_key.multibase)
    result: dict[str, Any] = {
        "@context": ["https://www.w3.org/ns/did/v1", form.context],
        "id": did,
        "verificationMethod": [own],
        **{purpose: [own["id"]] for purpose in PROOF_PURPOSES},
    }
    raw = public_key.key_type.agreement_key(public_key.raw) if enable_encryption_key_derivation else None
    if raw is not None:
        fragment = multicodec.encode("x25519-pub", raw)
        derived = form.method(did, form.agreement(raw, fragment), fragment, kind=form.agreement_type)
        result["@context"] += [form.agreement_context] if form.agreement_context else []
        result["verificationMethod"].append(derived)
        result["keyAgreement"] = [derived["id"]]
    return result


@lru_cache(maxsize=_CACHED_KEYS)
def _parse(did: str) -> PublicKey:
    return _read(_multibase_of(did))


def _multibase_of(did: object) -> str:
    """Take scheme and method off; what is left may begin with the version."""
    if not isinstance(did, str) or not did.startswith("did:"):
        raise DidError.named(INVALID_DID, "the identifier is no DID")
    if not did.startswith(_PREFIX):
        raise DidError.named(METHOD_NOT_SUPPORTED, "the DID's method is not key")
    return did.removeprefix(_PREFIX)


def _read(multibase: str) -> PublicKey:
    """Read the key, telling a bad length and a bad point apart as the draft does."""
    try:
        codec, raw = multicodec.decode(multibase)
    except EncodingError as error:
        raise DidError.named(INVALID_DID, f"the did:key is {error}") from error
    key_type = _type_of(codec)
    if len(raw) != key_type.public_length:
        detail = f"an {key_type.name} key has {key_type.public_length} bytes, not {len(raw)}"
        raise DidError.named(INVALID_PUBLIC_KEY_LENGTH, detail)
    try:
        public_key = PublicKey(key_type=key_type, raw=raw)
    except ProblemError as error:
        raise DidError(*error.problems, error=INVALID_PUBLIC_KEY) from error
    if public_key.multibase != multibase:  # a second spelling would be an alias (threat 51)
        raise DidError.named(INVALID_DID, "the did:key does not re-encode to itself")
    return public_key


def _type_of(codec: str | None) -> KeyType:
    for key_type in KEY_TYPES.values():
        if key_type.public_codec == codec:
            return key_type
    raise DidError.named(UNSUPPORTED_PUBLIC_KEY_TYPE, "the did:key's multicodec is no known type of key")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """How a document writes its keys: context, type and member of a verification method.

    signing: the member's value for the key itself; agreement: for a derived X25519 key, given raw
    and as a multibase. key_type: the only one that the form is for; agreement_type, agreement_context: of a
    derived key, where they are others.
    """

    context: str
    type: str
    member: str
    signing: Callable[[PublicKey], Any]
    agreement: Callable[[bytes, str], Any]
    key_type: str | None = None
    agreement_type: str | None = None
    agreement_context: str | None = None

    def method(self, did: str, value: Any, fragment: str, *, kind: str | None = None) -> dict[str, Any]:
        return {"id": f"{did}#{fragment}", "type": kind or self.type, "controller": did, self.member: value}


def _multibase(public_key: PublicKey) -> str:
    return public_key.multibase


def _agreement_multibase(_raw: bytes, multibase: str) -> str:
    return multibase


def _agreement_jwk(raw: bytes, _multibase: str) -> dict[str, str]:
    return {"kty": "OKP", "crv": "X25519", "x": base64url_encode(raw)}


_FORMS: Final[Mapping[str, _Form]] = MappingProxyType(
    {
        "Multikey": _Form(
            context="https://w3id.org/security/multikey/v1",
            type="Multikey",
            member="publicKeyMultibase",
            signing=_multibase,
            agreement=_agreement_multibase,
        ),
        "JsonWebKey": _Form(
            context="https://w3id.org/security/jwk/v1",
            type="JsonWebKey",
            member="publicKeyJwk",
            signing=public_to_jwk,
            agreement=_agreement_jwk,
        ),
        "JsonWebKey2020": _Form(
            context="https://w3id.org/security/suites/jws-2020/v1",
            type="JsonWebKey2020",
            member="publicKeyJwk",
            signing=public_to_jwk,
            agreement=_agreement_jwk,
        ),
        "Ed25519VerificationKey2020": _Form(
            context="https://w3id.org/security/suites/ed25519-2020/v1",
            type="Ed25519VerificationKey2020",
            member="publicKeyMultibase",
            signing=_multibase,
            agreement=_agreement_multibase,
            key_type="Ed25519",
            agreement_type=_AGREEMENT_2020,
            agreement_context="https://w3id.org/security/suites/x25519-2020/v1",
        ),
    }
)

# Formats that the draft knows and calls experimental; they are never made here.
_EXPERIMENTAL: Final = frozenset({"Ed25519VerificationKey2018", "X25519KeyAgreementKey2019"})


def _form_of(name: str, *, experimental: bool) -> _Form:
    if name == _AGREEMENT_2020:  # every did:key here is of a signing key, and the derived one has no DID
        raise DidError.named(INVALID_PUBLIC_KEY_TYPE, "the publicKeyFormat is for keys that sign nothing")
    if name in _EXPERIMENTAL and not experimental:
        raise DidError.named(INVALID_PUBLIC_KEY_TYPE, "the publicKeyFormat is experimental")
    if name not in _FORMS:
        raise DidError.named(
            UNSUPPORTED_PUBLIC_KEY_TYPE, f"the publicKeyFormat is none of {', '.join(_FORMS)}"
        )
    return _FORMS[name]


def _document(did: str, options: Options) -> dict[str, Any]:
    return document(
        did,
        public_key_format=options.public_key_format,
        enable_encryption_key_derivation=options.enable_encryption_key_derivation,
        enable_experimental_public_key_types=options.enable_experimental_public_key_types,
    )


METHOD: Final = Method("key", parse, verification_key, _document)
