"""Compact JWS (RFC 7515), with nothing optional: one signature, the payload inside, no key in the header.

Written here because securing is two steps around a signature made elsewhere, and because a general
library costs more than the signature does. It takes less than RFC 7515 allows, never more.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

from signet_vc.codec import jcs, strict_json
from signet_vc.codec.multibase import EncodingError, base64url_decode, base64url_encode
from signet_vc.codec.strict_json import JsonObject
from signet_vc.errors import Code, ProblemError
from signet_vc.limits import DEFAULT_LIMITS

__all__ = ["Jws", "JwsToSign", "parse", "prepare"]

# §§4.1.2 to 4.1.6: keys that the token itself brings, or says where to get. Never looked at, so never taken.
_KEY_SOURCES: Final = ("jku", "jwk", "x5u", "x5c")
# §4.1.11: to understand no extension is to refuse every token that demands one; RFC 7797's too, unasked.
_EXTENSIONS: Final = ("crit", "b64")
_SEPARATORS: Final = 2
_CACHED: Final = 4096  # headers, one a signer
_MOST_CACHED: Final = 1024  # characters of a header that is worth a place


class JwsToSign(NamedTuple):
    """The first of two steps: ``message`` is what the key signs (§5.1 step 8, the JWS Signing Input)."""

    message: bytes

    def finish(self, signature: bytes) -> str:
        """The compact serialization."""
        return f"{self.message.decode('ascii')}.{base64url_encode(signature)}"


class Jws(NamedTuple):
    """A token taken apart; nothing of it is verified.

    header: §4, an object with ``alg`` and without what is refused here. header_bytes, payload, signature:
    decoded. message: what must have been signed.
    """

    header: JsonObject
    header_bytes: bytes
    payload: bytes
    signature: bytes
    message: bytes


def prepare(payload: bytes, header: JsonObject) -> JwsToSign:
    """Work out what a key has to sign. The header is written in canonical form."""
    return join(base64url_encode(jcs.canonicalize(header)), payload)


def join(encoded_header: str, payload: bytes) -> JwsToSign:
    """The same for a header that is encoded already."""
    return JwsToSign(f"{encoded_header}.{base64url_encode(payload)}".encode("ascii"))


def parse(token: str, *, max_bytes: int = DEFAULT_LIMITS.document_bytes) -> Jws:
    """Take a compact JWS apart.

    Raises ProblemError: TOO_LARGE; PROOF_INVALID for anything but three parts of strict base64url, and for
    header parameters that are refused; PROOF_MISSING where the signature is empty (an unsecured JWS); what
    ``strict_json.loads`` finds wrong with the header.
    """
    if len(token) > max_bytes:
        raise ProblemError.of(Code.TOO_LARGE, f"{len(token)} characters, more than {max_bytes}")
    if token.count(".") != _SEPARATORS:
        raise ProblemError.of(Code.PROOF_INVALID, "not the three parts of a compact JWS")
    encoded_header, encoded_payload, encoded_signature = token.split(".")
    if not encoded_signature:
        raise ProblemError.of(Code.PROOF_MISSING, "the JWS has no signature")
    try:
        header, header_bytes = _header(encoded_header, max_bytes)
        payload = base64url_decode(encoded_payload)
        signature = base64url_decode(encoded_signature)
    except EncodingError as error:
        raise ProblemError.of(Code.PROOF_INVALID, f"a part of the JWS is {error}") from error
    return Jws(header, header_bytes, payload, signature, token[: token.rindex(".")].encode("ascii"))


def _header(encoded: str, max_bytes: int) -> tuple[JsonObject, bytes]:
    """Read a header. A signer's is always the same, and half the cost of reading a token."""
    known = _flat_header(encoded) if len(encoded) <= _MOST_CACHED else None
    if known is not None:
        return dict(known[0]), known[1]
    return _read_header(encoded, max_bytes)


@lru_cache(maxsize=_CACHED)
def _flat_header(encoded: str) -> tuple[tuple[tuple[str, str], ...], bytes] | None:
    """Read a header of texts alone, of which every reader can have an own copy; None for another."""
    header, header_bytes = _read_header(encoded, _MOST_CACHED)
    if all(isinstance(value, str) for value in header.values()):
        return tuple(header.items()), header_bytes
    return None


def _read_header(encoded: str, max_bytes: int) -> tuple[JsonObject, bytes]:
    header_bytes = base64url_decode(encoded)
    header = strict_json.loads(header_bytes, max_bytes=max_bytes)
    _check_header(header)
    return header, header_bytes


def _check_header(header: object) -> None:
    if not isinstance(header, dict) or not isinstance(header.get("alg"), str):
        raise ProblemError.of(Code.PROOF_INVALID, "the JWS header is not an object that names an alg")
    for name in _EXTENSIONS:
        if name in header:
            raise ProblemError.of(Code.PROOF_INVALID, f"the JWS demands an extension: {name}")
    for name in _KEY_SOURCES:
        if name in header:
            raise ProblemError.of(Code.PROOF_INVALID, f"the JWS names its own key: {name}")
