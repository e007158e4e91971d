"""PKCS#8 PEM (RFC 7468 §10 and §11, RFC 8410 for Ed25519), encrypted or not."""

from __future__ import annotations

from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

from signet_vc.errors import Code, ProblemError, UsageError
from signet_vc.keys.signing import KEY_TYPES, Key

__all__ = ["is_encrypted", "secret_from_pem", "secret_to_pem"]

_PLAIN: Final = b"-----BEGIN PRIVATE KEY-----"
_MAX_PASSPHRASE: Final = 1023  # OpenSSL's bound
_ENCRYPTED: Final = b"-----BEGIN ENCRYPTED PRIVATE KEY-----"


def is_encrypted(data: bytes) -> bool:
    """Tell whether a passphrase is needed."""
    return data.lstrip().startswith(_ENCRYPTED)


def secret_from_pem(data: bytes, passphrase: bytes | None) -> tuple[str, bytes]:
    """Read one private key: the type's name and the raw secret; KEY_INVALID.

    ``passphrase`` is used only where the key is encrypted. No exception holds any of ``data``.
    """
    if not data.lstrip().startswith((_PLAIN, _ENCRYPTED)) or data.count(b"-----BEGIN ") != 1:
        raise ProblemError.of(
            Code.KEY_INVALID, "the PEM is not one PKCS#8 private key (openssl pkcs8 -topk8 makes it one)"
        )
    if is_encrypted(data) and not passphrase:
        raise ProblemError.of(Code.KEY_INVALID, "the PEM is encrypted and no passphrase was given")
    private_key = _load(data, passphrase if is_encrypted(data) else None)
    if private_key is None:
        wrong = (
            "the passphrase is wrong or the PEM is damaged" if is_encrypted(data) else "the PEM is damaged"
        )
        raise ProblemError.of(Code.KEY_INVALID, wrong)
    for key_type in KEY_TYPES.values():
        secret = key_type.secret_of(private_key)
        if secret is not None:
            return key_type.name, secret
    raise ProblemError.of(Code.KEY_INVALID, f"the PEM's key is none of {', '.join(KEY_TYPES)}")


def secret_to_pem(key: Key, passphrase: bytes | None = None) -> bytes:
    """Write PKCS#8 PEM, encrypted (under a salt of the library's) where a passphrase is given.

    passphrase: 1 to 1,023 bytes. UsageError for another length, and if the key cannot be exported.
    """
    return key.key_type.private_key(key.reveal_secret()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, _encryption(passphrase)
    )


def _encryption(passphrase: bytes | None) -> serialization.KeySerializationEncryption:
    if passphrase is None:
        return serialization.NoEncryption()
    if not 0 < len(passphrase) <= _MAX_PASSPHRASE:
        raise UsageError(f"a passphrase has 1 to {_MAX_PASSPHRASE} bytes")
    return serialization.BestAvailableEncryption(passphrase)


def _load(data: bytes, passphrase: bytes | None) -> PrivateKeyTypes | None:
    try:
        return serialization.load_pem_private_key(data, passphrase)
    except (ValueError, UnsupportedAlgorithm):
        return None
