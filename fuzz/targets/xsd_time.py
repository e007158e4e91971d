"""``xsd:dateTime``: every text has a moment or none, the same as Python's where Python knows it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from fuzz.target import Target, require, timed
from signet_vc.codec import timestamps, xsd_datetime

__all__ = ["TARGET"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MIB = 1 << 20


def _run(data: bytes) -> None:
    text = data.decode(errors="surrogateescape")
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
    yield b"9" * _MIB
    yield b"2024-01-01T00:00:00." + b"9" * _MIB + b"Z"
    yield b"-" * _MIB


TARGET = Target(run=_run, hostile=_hostile, longest=256)
