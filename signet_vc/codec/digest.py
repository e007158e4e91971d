"""Digests, nonces and commitments as FORMAT's section *Bytes* has them."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Final

from signet_vc.codec.jcs import canonicalize_wide
from signet_vc.codec.multibase import EncodingError, base64url_decode, base64url_encode
from signet_vc.codec.strict_json import Json

__all__ = [
    "DIGEST_PATTERN",
    "NONCE_PATTERN",
    "commitment",
    "digest",
    "is_digest",
    "is_nonce",
    "nonce_text",
    "sha256_of",
]

_SHA2_256: Final = b"\x12\x20"  # multihash: the code of SHA-256, and 32 bytes of it
_NONCE_BYTES: Final = 16

# 34 and 16 bytes leave four bits of the last letter unused; they are zero in A, Q, g and w alone.
DIGEST_PATTERN: Final = r"uEi[A-D][A-Za-z0-9_-]{42}[AQgw]"
NONCE_PATTERN: Final = r"u[A-Za-z0-9_-]{21}[AQgw]"
_is_digest: Final = re.compile(DIGEST_PATTERN).fullmatch
_is_nonce: Final = re.compile(NONCE_PATTERN).fullmatch


def digest(data: bytes) -> str:
    """DIGEST: ``u`` and the base64url of 12 20 ‖ SHA-256(``data``); 47 characters."""
    return "u" + base64url_encode(_SHA2_256 + sha256(data).digest())


def is_digest(text: object) -> bool:
    """Whether ``text`` is a DIGEST in its only spelling."""
    return isinstance(text, str) and _is_digest(text) is not None


def sha256_of(text: str) -> bytes:
    """The 32 bytes of SHA-256 in a DIGEST. Raises EncodingError if ``text`` is none."""
    if not is_digest(text):
        raise EncodingError("no multibase SHA-256 multihash")
    return base64url_decode(text[1:])[len(_SHA2_256) :]


def commitment(member: str, value: Json, salt: str) -> str:
    """DIGEST(CANON({"member": ``member``, "salt": ``salt``, "value": ``value``})).

    Raises ProblemError as ``canonicalize_wide``, with pointers into ``value``: it is canonicalized by
    itself, and the three names are in order.
    """
    return digest(
        b'{"member":%b,"salt":%b,"value":%b}'
        % (canonicalize_wide(member), canonicalize_wide(salt), canonicalize_wide(value))
    )


def nonce_text(raw: bytes) -> str:
    """``u`` and the base64url of 16 random bytes. Raises EncodingError for another number of them."""
    if len(raw) != _NONCE_BYTES:
        raise EncodingError("a nonce and a salt have 16 bytes")
    return "u" + base64url_encode(raw)


def is_nonce(text: object) -> bool:
    """Whether ``text`` is a nonce or salt in its only spelling."""
    return isinstance(text, str) and _is_nonce(text) is not None
