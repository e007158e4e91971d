"""Status lists and entries: a list, or a refusal before memory is gone; every list goes round.

A JSON text is a credential, and its member ``list`` what its URLs give.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from fuzz import mutation
from fuzz.target import Target, require, timed
from signet_vc.codec import strict_json
from signet_vc.codec.multibase import base64url_encode
from signet_vc.credential import bitstring_status, status_list
from signet_vc.errors import ProblemError
from signet_vc.limits import DEFAULT_LIMITS

__all__ = ["TARGET"]

_AT = 1_700_000_000 * 10**9
_MIB = 1 << 20
_MOST = 64  # problems or notices of a credential


def _run(data: bytes) -> None:
    value = None
    with suppress(ProblemError):
        value = strict_json.loads(data, max_bytes=8 * _MIB)
    if isinstance(value, dict):
        _credential(value)
        return
    _decode(data.decode(errors="surrogateescape"))
    _decode("u" + base64url_encode(data))
    again = status_list.decode(status_list.encode(data)) if data else b""
    require(again == data, "a list goes round")
    _entries(bytearray(data[:32]))


def _decode(text: str) -> None:
    try:
        bits = timed(status_list.decode, text)
    except ProblemError:
        return
    require(len(bits) <= DEFAULT_LIMITS.status_list_bytes, "no list is larger than its limit")
    require(bits == gzip.decompress(_raw(text)), "the list is the one that another reader sees")


def _raw(text: str) -> bytes:
    import base64  # noqa: PLC0415 - the other reader's

    return base64.urlsafe_b64decode(text[1:] + "=" * (-(len(text) - 1) % 4))


def _entries(bits: bytearray) -> None:
    """What was written is read, and the others are as they were."""
    size = (len(bits) % 16) + 1
    number = len(bits) * 8 // size
    for index in {0, number // 2, number - 1} if number else set():
        before = [status_list.get(bits, each, size) for each in range(number)]
        value = before[index] ^ 1
        status_list.set(bits, index, value, size)
        after = [status_list.get(bits, each, size) for each in range(number)]
        require(after == [*before[:index], value, *before[index + 1 :]], "one entry changes")


def _credential(document: dict[str, Any]) -> None:
    listed = document.get("list")

    def fetch(_url: str) -> dict[str, Any]:
        if not isinstance(listed, dict):
            raise ProblemError(*bitstring_status.form_problems({"credentialStatus": {"type": _ENTRY}}))
        return listed

    timed(bitstring_status.form_problems, document)
    for given in (fetch, None):
        for minimum in (bitstring_status.MINIMUM_ENTRIES, 1):
            problems, notices = timed(
                bitstring_status.check, document, fetch=given, at_ns=_AT, minimum=minimum
            )
            require(max(len(problems), len(notices)) <= _MOST, "their number is bounded")
    if isinstance(listed, dict):
        timed(bitstring_status.form_problems, listed)


_ENTRY = "BitstringStatusListEntry"


def _hostile() -> Iterator[bytes]:
    yield b"u" + b"A" * _MIB
    compress = zlib.compressobj(1, zlib.DEFLATED, 31)
    bomb = b"".join(compress.compress(bytes(_MIB)) for _ in range(64)) + compress.flush()
    yield bomb  # sixty-four MiB
    yield gzip.compress(bomb, 9)
    yield gzip.compress(bytes(_MIB), 9) * 100  # members in a row
    entry = b'{"type":"BitstringStatusListEntry","statusPurpose":"message","statusSize":16}'
    yield b'{"credentialStatus":[' + b",".join([entry] * 10_000) + b"]}"


TARGET = Target(run=_run, hostile=_hostile, mutate=mutation.of_json, longest=1 << 12)
