"""Text forms: multibase and Multikey go round, and no refusal holds a secret; a time has a moment or none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from fuzz.target import Target, require, timed
from signet_vc.codec import timestamps, xsd_datetime
from signet_vc.codec.multibase import (
    EncodingError,
    base58btc_decode,
    base58btc_encode,
    base64url_decode,
    base64url_encode,
)
from signet_vc.errors import ProblemError
from signet_vc.keys.multikey import public_from_multibase, public_to_multibase, secret_from_multibase
from signet_vc.keys.signing import Key

__all__ = ["TARGET"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TELLING = 16  # characters that no refusal may repeat
_MIB = 1 << 20


def _run(data: bytes) -> None:
    text = data.decode(errors="surrogateescape")
    _time(text)
    _bases(text)
    _keys(text)


def _keys(text: str) -> None:
    with suppress(ProblemError):
        require(public_to_multibase(timed(public_from_multibase, text)) == text, "a key has one spelling")
    try:
        name, secret = timed(secret_from_multibase, text)
        Key.from_secret(name, secret)
    except ProblemError as error:
        require(len(text) < _TELLING or text[:_TELLING] not in str(error), "no refusal repeats a secret")


def _bases(text: str) -> None:
    for length in (None, 64):
        with suppress(EncodingError):
            require(base58btc_encode(timed(base58btc_decode, text, length)) == text, "base58btc goes round")
    with suppress(EncodingError):
        require(base64url_encode(timed(base64url_decode, text)) == text, "base64url goes round")
    raw = text.encode(errors="surrogateescape")
    if len(raw) <= 146:  # noqa: PLR2004 - what is written in base58btc
        require(base58btc_decode(base58btc_encode(raw)) == raw, "bytes go round in base58btc")
    require(base64url_decode(base64url_encode(raw)) == raw, "bytes go round in base64url")


def _time(text: str) -> None:
    moment, ns = timed(xsd_datetime.parse, text), timed(timestamps.parse, text)
    if ns is not None:
        require(moment == xsd_datetime.Moment(ns, zoned=True), "FORMAT's times are XML Schema's")
        require(timestamps.parse(timestamps.format_ms(ns)) == ns // 1_000_000 * 1_000_000, "it reads back")
    if moment is not None and moment.zoned and "T24" not in text:
        _compare(text, moment.ns)


def _compare(text: str, ns: int) -> None:
    try:
        theirs = datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):  # a year that Python has not
        return
    require((theirs - _EPOCH) // timedelta(microseconds=1) == ns // 1000, "the moment is Python's")


def _hostile() -> Iterator[bytes]:
    yield b"z" * _MIB
    yield b"z" + b"1" * _MIB
    yield b"z6Mk" + b"A" * _MIB
    yield b"_" * _MIB
    yield b"9" * _MIB
    yield b"2024-01-01T00:00:00." + b"9" * _MIB + b"Z"
    yield b"-" * _MIB


TARGET = Target(run=_run, hostile=_hostile, longest=512)
