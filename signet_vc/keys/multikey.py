"""Multikey (Controlled Identifiers 1.0 §2.2.2): public keys and secrets in multibase.

Read are base58btc (``z``) and the codes of KEY_TYPES, nothing else: KEY_INVALID.
"""

from __future__ import annotations

from signet_vc.codec.multibase import EncodingError
from signet_vc.errors import Code, ProblemError
from signet_vc.keys import multicodec
from signet_vc.keys.signing import KEY_TYPES, Key, PublicKey

__all__ = ["public_from_multibase", "public_to_multibase", "secret_from_multibase", "secret_to_multibase"]


def public_from_multibase(text: str) -> PublicKey:
    """Read a ``publicKeyMultibase`` (``z6Mk…``, ``zDna…``, ``z82L…``)."""
    try:
        codec, raw = multicodec.decode(text)
    except EncodingError as error:
        raise ProblemError.of(Code.KEY_INVALID, f"the Multikey is {error}") from error
    for key_type in KEY_TYPES.values():
        if key_type.public_codec == codec:
            return PublicKey(key_type=key_type, raw=raw)
    raise ProblemError.of(Code.KEY_INVALID, "the Multikey is no public key of a known type")


def public_to_multibase(public_key: PublicKey) -> str:
    """Write a ``publicKeyMultibase``."""
    return public_key.multibase


def secret_from_multibase(text: str) -> tuple[str, bytes]:
    """Read a ``secretKeyMultibase`` (``z3u2…`` for Ed25519): the type's name and the raw secret.

    Its length and range are checked where the key is made. No exception holds any of ``text``.
    """
    try:
        codec, secret = multicodec.decode(text)
    except EncodingError:
        codec, secret = None, b""
    for key_type in KEY_TYPES.values():
        if key_type.secret_codec == codec:
            return key_type.name, secret
    raise ProblemError.of(Code.KEY_INVALID, "the text is no secret Multikey of a known type")


def secret_to_multibase(key: Key) -> str:
    """Write a ``secretKeyMultibase``; UsageError if the key cannot be exported."""
    return multicodec.encode(key.key_type.secret_codec, key.reveal_secret())
