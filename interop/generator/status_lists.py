"""The lists of kind `status`: their bits, their compression, the credentials that publish them."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any, Final

from generator.crypto import AGENT, Document, TestKey, base64url
from generator.documents import CREDENTIALS_V2, changed

__all__ = ["ENTRIES", "URL", "encoded", "gzipped", "list_credential", "with_bits"]

URL: Final = "https://issuer.example/status/3"
ENTRIES: Final = 131_072  # the fewest that a list may have
_LONGEST_MATCH: Final = 258
_NINE_BITS: Final = 144  # from this byte on a literal has nine bits


def with_bits(
    indexes: Iterable[int], *, entries: int = ENTRIES, size: int = 1, value: int | None = None
) -> bytes:
    """A list in which these entries have this value (all ones), the others 0; the left-most bit first."""
    status = (1 << size) - 1 if value is None else value
    bits = bytearray(entries * size // 8)
    for index in indexes:
        for place in range(size):
            if status >> (size - 1 - place) & 1:
                at = index * size + place
                bits[at // 8] |= 0x80 >> at % 8
    return bytes(bits)


def gzipped(data: bytes) -> bytes:
    """Gzip, the same from every build of zlib: runs as matches at the distance 1, in fixed Huffman codes."""
    header = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
    return header + _packed(_codes(data)) + struct.pack("<II", zlib.crc32(data), len(data) & 0xFFFFFFFF)


def encoded(data: bytes) -> str:
    """A list as it is published."""
    return "u" + base64url(gzipped(data))


def _codes(data: bytes) -> Iterator[tuple[int, int]]:
    """RFC 1951 §3.2.6: each code with its length."""
    yield 0b110, 3  # the last block, of fixed codes; written as it would be read, from the left
    for letter, run in groupby(data):
        count = len(list(run))
        literal = (0x30 + letter, 8) if letter < _NINE_BITS else (0x190 + letter - _NINE_BITS, 9)
        matches, rest = divmod(count - 1, _LONGEST_MATCH)
        yield literal
        for _ in range(matches):
            yield 0xC5 << 5, 13  # length 258, distance 1
        for _ in range(rest):
            yield literal
    yield 0, 7


def _packed(codes: Iterable[tuple[int, int]]) -> bytes:
    """The codes from their left-most bits on, each byte filled from its right-most bit on."""
    letters = "".join(f"{code:0{length}b}" for code, length in codes)
    letters += "0" * (-len(letters) % 8)
    return int(letters[::-1], 2).to_bytes(len(letters) // 8, "little")


def list_credential(
    bits: bytes | str, *, key: TestKey = AGENT, purpose: Any = "revocation", **members: Any
) -> Document:
    """The credential of a list, unsecured; `bits` as they are or published; changes as `changed` has them."""
    document = {
        "@context": [CREDENTIALS_V2],
        "id": URL,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": key.did,
        "validFrom": "2026-03-01T00:00:00Z",
        "credentialSubject": {
            "id": f"{URL}#list",
            "type": "BitstringStatusList",
            "statusPurpose": purpose,
            "encodedList": bits if isinstance(bits, str) else encoded(bits),
        },
    }
    return changed(document, **members)
