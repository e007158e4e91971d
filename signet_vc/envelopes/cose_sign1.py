"""COSE_Sign1 (RFC 9052 §4.2), with nothing optional: tagged, the payload inside, no key in the headers.

Over ``cbor2`` alone, because securing is two steps around a signature made elsewhere, and because what comes
from outside needs bounds: a tag makes patterns, dates, references and numbers of any size, and 20,000 such
numbers that are chosen to collide, as the labels of a map, take 6 s. So headers are small, and a tag is
refused before its content is looked at.

What is written is deterministic (RFC 8949 §4.2.1); what is read may be in another order, since what was
signed are the bytes as they came.
"""

from __future__ import annotations

from io import BytesIO
from types import MappingProxyType
from typing import Any, Final, NamedTuple, NoReturn, TypeAlias

from cbor2 import CBORDecoder, CBORError, dumps

from signet_vc.errors import Code, ProblemError
from signet_vc.limits import DEFAULT_LIMITS

__all__ = [
    "ALG",
    "CONTENT_TYPE",
    "CWT_CLAIMS",
    "KID",
    "TYP",
    "CoseSign1",
    "CoseToSign",
    "Header",
    "parse",
    "prepare",
]

Header: TypeAlias = dict[Any, Any]

# RFC 9052 §3.1, RFC 9596 §2, RFC 9597 §2
ALG: Final = 1
_CRIT: Final = 2
CONTENT_TYPE: Final = 3
KID: Final = 4
CWT_CLAIMS: Final = 15
TYP: Final = 16
# RFC 9360: keys that the message itself brings, or says where to get. Never looked at, so never taken.
_KEY_SOURCES: Final = MappingProxyType({32: "x5bag", 33: "x5chain", 35: "x5u"})

_TAGGED: Final = b"\xd2\x84"  # tag 18 over an array of four
_MOST_HEADER: Final = 4096  # bytes; a kid is a URL, and the rest is short
_MOST_DEPTH: Final = 4
_BYTES: Final = 2  # the major type
_ONE_BYTE: Final = 24  # from here on, the length is in the 1, 2, 4 or 8 bytes that follow
_LENGTHS: Final = MappingProxyType({24: 1, 25: 2, 26: 4, 27: 8})
_SIMPLE: Final = (int, str, bytes, bool, float, type(None))


class CoseToSign(NamedTuple):
    """The first of two steps: ``message`` is what the key signs (§4.4, the Sig_structure)."""

    message: bytes
    protected: bytes
    payload: bytes

    def finish(self, signature: bytes) -> bytes:
        """The message, tagged; nothing in it is unprotected."""
        parts = (dumps(self.protected), b"\xa0", dumps(self.payload), dumps(signature))
        return _TAGGED + b"".join(parts)


class CoseSign1(NamedTuple):
    """A message taken apart; nothing of it is verified.

    protected: a map with ``alg`` and without what is refused here. unprotected: not signed, and never asked
    for anything but a hint of the key. message: what must have been signed.
    """

    protected: Header
    unprotected: Header
    payload: bytes
    signature: bytes
    message: bytes


def prepare(payload: bytes, protected: Header) -> CoseToSign:
    """Work out what a key has to sign. The header is written in deterministic form."""
    encoded = dumps(protected, canonical=True)
    return CoseToSign(_sig_structure(encoded, payload), encoded, payload)


def parse(data: bytes, *, max_bytes: int = DEFAULT_LIMITS.document_bytes) -> CoseSign1:
    """Take a COSE_Sign1 message apart.

    Raises ProblemError: TOO_LARGE, also for headers of more than 4,096 bytes; MALFORMED_CBOR for anything but
    tag 18 over protected header, unprotected header, payload and signature, each of definite length, without
    further tags, without a label twice, nothing after them; PROOF_MISSING where the signature is empty;
    PROOF_INVALID for header parameters that are refused.
    """
    if len(data) > max_bytes:
        raise ProblemError.of(Code.TOO_LARGE, f"{len(data)} bytes, more than {max_bytes}")
    if data[:2] != _TAGGED:
        raise _malformed("not a tagged COSE_Sign1")
    protected_bytes, at = _byte_string(data, 2)
    if len(protected_bytes) > _MOST_HEADER:
        raise ProblemError.of(Code.TOO_LARGE, f"a header of more than {_MOST_HEADER} bytes")
    unprotected, size = _map(data[at : at + _MOST_HEADER])
    payload, at = _byte_string(data, at + size)
    signature, at = _byte_string(data, at)
    if at != len(data):
        raise _malformed("something follows the message")
    protected, size = _map(protected_bytes) if protected_bytes else ({}, 0)
    if size != len(protected_bytes):
        raise _malformed("something follows the protected header")
    _check_headers(protected, unprotected)
    if not signature:
        raise ProblemError.of(Code.PROOF_MISSING, "the COSE_Sign1 has no signature")
    return CoseSign1(protected, unprotected, payload, signature, _sig_structure(protected_bytes, payload))


def _sig_structure(protected: bytes, payload: bytes) -> bytes:
    """§4.4: context, the protected header's bytes, no external data, the payload."""
    return b"\x84\x6aSignature1" + dumps(protected) + b"\x40" + dumps(payload)


def _byte_string(data: bytes, at: int) -> tuple[bytes, int]:
    """Read a byte string of definite length, and where it ends; the payload is never nil here."""
    head = data[at] if at < len(data) else 0
    if head >> 5 != _BYTES:
        raise _malformed("a part of the COSE_Sign1 is no byte string")
    at, length = at + 1, head & 31
    if length >= _ONE_BYTE:
        size = _LENGTHS.get(length)
        if size is None or at + size > len(data):
            raise _malformed("a part of the COSE_Sign1 has no definite length")
        at, length = at + size, int.from_bytes(data[at : at + size], "big")
    if at + length > len(data):
        raise _malformed("the COSE_Sign1 ends too early")
    return data[at : at + length], at + length


def _map(data: bytes) -> tuple[Header, int]:
    """Read the one map that ``data`` begins with, and its length; at most 4,096 bytes are looked at."""
    source = BytesIO(data)
    try:
        value = CBORDecoder(
            source,
            tag_hook=_no_tag,
            semantic_decoders=_NO_TAGS,
            max_depth=_MOST_DEPTH,
            allow_indefinite=False,
            allow_duplicate_keys=False,
        ).decode()
    except (CBORError, ValueError, OverflowError, RecursionError) as error:
        raise _malformed("a header is not strict CBOR") from error
    if not isinstance(value, dict) or not _is_plain(value):
        raise _malformed("a header is no map of plain values")
    return value, source.tell()


def _is_plain(value: Any) -> bool:
    """Tell whether there is nothing but what a header needs: no undefined, no simple values, text labels."""
    if isinstance(value, dict):
        return all(type(label) in {int, str} and _is_plain(item) for label, item in value.items())
    if isinstance(value, list):
        return all(map(_is_plain, value))
    return type(value) in _SIMPLE


def _check_headers(protected: Header, unprotected: Header) -> None:
    """§3, §3.1: a label stands in one of the two; what must be protected is; nothing is demanded."""
    if not protected.keys().isdisjoint(unprotected):
        raise _malformed("a label stands in both headers")
    if ALG not in protected:
        raise ProblemError.of(Code.PROOF_INVALID, "the protected header names no alg")
    for header in (protected, unprotected):
        if _CRIT in header:
            raise ProblemError.of(Code.PROOF_INVALID, "the COSE_Sign1 demands an extension: crit")
        for label, name in _KEY_SOURCES.items():
            if label in header:
                raise ProblemError.of(Code.PROOF_INVALID, f"the COSE_Sign1 names its own key: {name}")


def _no_tag(*_: Any) -> NoReturn:
    raise ValueError("a tag")


# Every tag that the library would act on before anyone could look; any other goes to the hook.
_NO_TAGS: Final = dict.fromkeys(
    (0, 1, 2, 3, 4, 5, 25, 28, 29, 30, 35, 36, 37, 52, 54, 100, 256, 258, 260, 261, 1004, 43000, 55799),
    _no_tag,
)


def _malformed(detail: str) -> ProblemError:
    return ProblemError.of(Code.MALFORMED_CBOR, detail)
