"""The bits of a status list: one number an entry, most significant bit first, compressed for publication.

Entry 0 is at the left-most bit of the first byte; an entry of n bits begins at n times its index and may
cross bytes. To read or to write one costs the same anywhere in a list of any length.

Spec: VC-BITSTRING-STATUS-LIST §§3.3, 3.4, 7.1 (Recommendation of 15 May 2025); RFC 1952 for gzip.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import Final

from signet_vc.codec.multibase import EncodingError, base64url_decode, base64url_encode
from signet_vc.errors import Code, ProblemError, UsageError
from signet_vc.limits import DEFAULT_LIMITS, Limits

__all__ = ["LARGEST_SIZE", "MINIMUM_ENTRIES", "decode", "encode", "entries_set", "get", "new_list", "set"]

MINIMUM_ENTRIES: Final = 131_072  # §6.1: in a shorter list too few share what its retrieval gives away
LARGEST_SIZE: Final = 16  # bits of an entry: each of its values has its message, and these are 65,536

_MULTIBASE: Final = "u"
# RFC 1952 §2.3.1: no flags, no time, operating system unknown. Written here, because what zlib writes in
# their place differs between its builds.
_GZIP_HEADER: Final = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
_GZIP_WINDOW: Final = 31  # 15 bits, and a gzip header and nothing else
_DEFLATE_WINDOW: Final = -15
_find_runs: Final = re.compile(rb"[^\0]+").finditer
_LEVEL: Final = 9
_MEMORY: Final = 9


def new_list(length: int = MINIMUM_ENTRIES, size: int = 1) -> bytearray:
    """Make a list of at least ``length`` entries of ``size`` bits (1 to 16), each 0.

    UsageError for fewer entries than 131,072 or for more bytes than the default limit of a status list.
    """
    _sized(size)
    count = -(-length * size // 8)
    if length < MINIMUM_ENTRIES:
        raise UsageError(f"a status list has at least {MINIMUM_ENTRIES} entries")
    if count > DEFAULT_LIMITS.status_list_bytes:
        raise UsageError(f"a status list has at most {DEFAULT_LIMITS.status_list_bytes} bytes")
    return bytearray(count)


def get(bits: bytes | bytearray, index: int, size: int = 1) -> int:
    """Read the entry at ``index``. ProblemError: STATUS_INDEX_OUT_OF_RANGE."""
    first, last, shift = _place(bits, index, size)
    return int.from_bytes(bits[first:last], "big") >> shift & ((1 << size) - 1)


def set(bits: bytearray, index: int, value: int, size: int = 1) -> None:  # noqa: A001 - its name among these
    """Write the entry at ``index`` into the list itself, which is for that.

    ProblemError: STATUS_INDEX_OUT_OF_RANGE. UsageError for a value that ``size`` bits do not hold.
    """
    first, last, shift = _place(bits, index, size)
    if not 0 <= value < 1 << size:
        raise UsageError(f"an entry of {size} bits holds 0 to {(1 << size) - 1}")
    others = int.from_bytes(bits[first:last], "big") & ~(((1 << size) - 1) << shift)
    bits[first:last] = (others | value << shift).to_bytes(last - first, "big")


def entries_set(bits: bytes | bytearray, size: int = 1) -> Iterator[tuple[int, int]]:
    """Every entry that is not 0, in order: index and value. What is 0 costs next to nothing."""
    _sized(size)
    entries = len(bits) * 8 // size
    following = 0
    for run in _find_runs(bits):
        last = min((run.end() * 8 - 1) // size, entries - 1)
        for index in range(max(run.start() * 8 // size, following), last + 1):
            value = get(bits, index, size)
            if value:
                yield index, value
        following = last + 1


def encode(bits: bytes | bytearray) -> str:
    """Compress a list for publication: ``u`` and base64url of gzip. Equal lists give equal text (§3.3).

    Runs are all that repeats in such a list: to look for nothing else takes 45 µs in place of 9 ms where one
    in a hundred of 131,072 is set, for 1,990 bytes in place of 1,856.
    """
    deflate = zlib.compressobj(_LEVEL, zlib.DEFLATED, _DEFLATE_WINDOW, _MEMORY, zlib.Z_RLE)
    packed = deflate.compress(bits) + deflate.flush()
    trailer = zlib.crc32(bits).to_bytes(4, "little") + (len(bits) & 0xFFFFFFFF).to_bytes(4, "little")
    return _MULTIBASE + base64url_encode(_GZIP_HEADER + packed + trailer)


def decode(encoded: object, *, limits: Limits = DEFAULT_LIMITS, place: str = "") -> bytes:
    """Expand a published list, to at most ``limits.status_list_bytes`` (§3.4).

    ProblemError at ``place``: INVALID_CREDENTIAL for what is not one whole gzip member in multibase
    base64url, TOO_LARGE for what is longer than the limit; it is not expanded further to find out by how
    much.
    """
    most = limits.status_list_bytes
    if not isinstance(encoded, str) or encoded[:1] != _MULTIBASE:
        detail = "must be a text in multibase base64url, which begins with u"
        raise ProblemError.of(Code.INVALID_CREDENTIAL, detail, place)
    if len(encoded) > 2 * most:  # bits that do not compress take 4/3, and little more
        raise ProblemError.of(Code.TOO_LARGE, f"expands to more than {most} bytes", place)
    try:
        packed = base64url_decode(encoded[1:])
        inflate = zlib.decompressobj(_GZIP_WINDOW)
        bits = inflate.decompress(packed, most + 1)
    except EncodingError as error:
        raise ProblemError.of(Code.INVALID_CREDENTIAL, f"is {error}", place) from error
    except zlib.error as error:
        raise ProblemError.of(Code.INVALID_CREDENTIAL, "holds no sound gzip data", place) from error
    if len(bits) > most:
        raise ProblemError.of(Code.TOO_LARGE, f"expands to more than {most} bytes", place)
    if not inflate.eof:
        raise ProblemError.of(Code.INVALID_CREDENTIAL, "holds gzip data that were cut short", place)
    if inflate.unused_data:
        raise ProblemError.of(Code.INVALID_CREDENTIAL, "holds more than one gzip member", place)
    return bits


def _place(bits: bytes | bytearray, index: int, size: int) -> tuple[int, int, int]:
    """Where an entry is: its first byte, the byte behind its last, and how many bits follow it there."""
    _sized(size)
    start = index * size
    end = start + size
    if index < 0 or end > len(bits) * 8:
        raise ProblemError.of(Code.STATUS_INDEX_OUT_OF_RANGE, "the list ends before that entry")
    last = (end + 7) >> 3
    return start >> 3, last, last * 8 - end


def _sized(size: int) -> None:
    if not 1 <= size <= LARGEST_SIZE:
        raise UsageError(f"an entry has 1 to {LARGEST_SIZE} bits")
