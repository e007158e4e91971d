"""JSON Web Keys: RFC 7517, RFC 7518 §6.2 (EC), RFC 8037 (OKP), and thumbprints by RFC 7638.

A key has one spelling: strict base64url of exactly the length that its type has. Members that say
what the key is for (``use``, ``key_ops``, ``alg``) are held to signing; others are ignored.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from signet_vc.codec.jcs import canonicalize
from signet_vc.codec.multibase import EncodingError, base64url_decode, base64url_encode
from signet_vc.errors import Code, ProblemError
from signet_vc.keys.key_type import KeyType
from signet_vc.keys.signing import KEY_TYPES, Key, PublicKey

__all__ = ["public_from_jwk", "public_to_jwk", "secret_from_jwk", "secret_to_jwk", "thumbprint"]

# RFC 7638 §3.2, RFC 8037 §2: what a thumbprint is taken over, by `kty`
_THUMBPRINT_MEMBERS: Final[Mapping[str, tuple[str, ...]]] = {
    "EC": ("crv", "x", "y"),
    "OKP": ("crv", "x"),
    "RSA": ("e", "n"),
}


def public_from_jwk(jwk: Mapping[str, Any]) -> PublicKey:
    """Read a public key; one that carries its secret (``d``) is refused. KEY_INVALID."""
    if "d" in jwk:
        raise ProblemError.of(Code.KEY_INVALID, "a public JWK must not hold a secret")
    return _public_part(jwk, "verify")


def public_to_jwk(public_key: PublicKey) -> dict[str, str]:
    """Write ``kty``, ``crv``, ``x`` and, on a NIST curve, ``y``."""
    key_type = public_key.key_type
    values = map(base64url_encode, key_type.coordinates(public_key.raw))
    return {"kty": key_type.jwk_kty, "crv": key_type.name, **dict(zip(("x", "y"), values, strict=False))}


def secret_from_jwk(jwk: Mapping[str, Any]) -> tuple[str, bytes]:
    """Read a private key, whose public part must be its own: the type's name and the raw secret.

    KEY_INVALID; no exception holds any of the values.
    """
    public_key = _public_part(jwk, "sign")
    key_type = public_key.key_type
    secret = _decode(jwk, "d", key_type.secret_length)
    if key_type.signer(secret)[0] != public_key.raw:
        raise ProblemError.of(Code.KEY_INVALID, "the JWK's public part belongs to another secret")
    return key_type.name, secret


def secret_to_jwk(key: Key) -> dict[str, str]:
    """Write the public JWK and ``d``; UsageError if the key cannot be exported."""
    return {**public_to_jwk(key.public_key), "d": base64url_encode(key.reveal_secret())}


def thumbprint(jwk: Mapping[str, Any]) -> str:
    """Give the SHA-256 thumbprint of an EC, OKP or RSA key as base64url (RFC 7638), else KEY_INVALID."""
    kty = jwk.get("kty")
    names = _THUMBPRINT_MEMBERS.get(kty) if isinstance(kty, str) else None
    if names is None or not all(isinstance(jwk.get(name), str) for name in names):
        raise ProblemError.of(Code.KEY_INVALID, "the JWK lacks what its thumbprint is taken over")
    required = {"kty": kty, **{name: jwk[name] for name in names}}
    return base64url_encode(hashlib.sha256(canonicalize(required)).digest())


def _public_part(jwk: Mapping[str, Any], operation: str) -> PublicKey:
    key_type = _type_of(jwk)
    _check_purpose(jwk, key_type, operation)
    names = ("x", "y") if key_type.jwk_kty == "EC" else ("x",)
    coordinates = tuple(_decode(jwk, name, key_type.secret_length) for name in names)
    public_key = PublicKey(key_type=key_type, raw=key_type.from_coordinates(coordinates))
    if key_type.coordinates(public_key.raw) != coordinates:  # the y that stands there is another
        raise ProblemError.of(Code.KEY_INVALID, f"the JWK is no point of {key_type.name}")
    return public_key


def _type_of(jwk: Mapping[str, Any]) -> KeyType:
    for key_type in KEY_TYPES.values():
        if jwk.get("kty") == key_type.jwk_kty and jwk.get("crv") == key_type.name:
            return key_type
    raise ProblemError.of(Code.KEY_INVALID, "the JWK's kty and crv name no known type of key")


def _check_purpose(jwk: Mapping[str, Any], key_type: KeyType, operation: str) -> None:
    if jwk.get("use", "sig") != "sig":
        raise ProblemError.of(Code.KEY_INVALID, "the JWK's use is not sig")
    operations = jwk.get("key_ops", [operation])
    if not isinstance(operations, list) or operation not in operations:
        raise ProblemError.of(Code.KEY_INVALID, f"the JWK's key_ops do not allow to {operation}")
    if jwk.get("alg", key_type.jws_algorithms[0]) not in key_type.jws_algorithms:
        raise ProblemError.of(Code.KEY_INVALID, "the JWK's alg is for another type of key")


def _decode(jwk: Mapping[str, Any], name: str, length: int) -> bytes:
    """Read one member: strict base64url of ``length`` bytes."""
    value = jwk.get(name)
    data = b""
    if isinstance(value, str):
        try:
            data = base64url_decode(value)
        except EncodingError:
            data = b""
    if len(data) != length:  # raised here, where no chained exception can hold the value
        raise ProblemError.of(Code.KEY_INVALID, f"the JWK's {name} is not base64url of {length} bytes")
    return data
