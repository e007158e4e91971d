"""Times of XML Schema, held to Python's own calendar where that reaches."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signet_vc.codec.xsd_datetime import Moment, parse

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
DATES = st.datetimes(min_value=datetime(1, 1, 3), max_value=datetime(9999, 12, 29), timezones=OFFSETS)  # noqa: DTZ001 - the strategy adds offsets


@given(DATES)
def test_it_is_pythons_calendar(moment):
    ns = (moment - EPOCH) // timedelta(microseconds=1) * 1_000
    assert parse(moment.isoformat()) == Moment(ns, zoned=True)
    assert parse(moment.astimezone(UTC).isoformat().replace("+00:00", "Z")) == Moment(ns, zoned=True)


@pytest.mark.parametrize(
    ("text", "seconds", "zoned"),
    [
        ("1970-01-01T00:00:00Z", 0, True),
        ("1970-01-01T00:00:00", 0, False),
        ("1970-01-01T24:00:00Z", 86_400, True),
        ("1970-01-01T24:00:00.000+14:00", 86_400 - 14 * 3_600, True),
        ("1969-12-31T23:59:59-00:00", -1, True),
        ("0000-02-29T00:00:00Z", -62_162_121_600, True),
        ("-0001-12-31T00:00:00Z", -62_167_305_600, True),
        ("10000-01-01T00:00:00Z", 253_402_300_800, True),
        ("2024-02-29T00:00:00Z", 1_709_164_800, True),
    ],
)
def test_times(text, seconds, zoned):
    assert parse(text) == Moment(seconds * 10**9, zoned=zoned)


def test_fractions_are_cut_to_nanoseconds():
    assert parse("1970-01-01T00:00:00.5Z").ns == 500_000_000
    assert parse("1970-01-01T00:00:00.1234567899999Z").ns == 123_456_789
    assert parse("1970-01-01T00:00:00." + "9" * 5000).ns == 999_999_999


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-03-30",
        "2026-W14-1T00:00:00Z",
        "2026-03-30 11:37:25Z",
        "2026-03-30T11:37Z",
        "2026-03-30T11:37:60Z",
        "2026-03-30T24:00:01Z",
        "2026-03-30T24:00:00.1Z",
        "2026-03-30T11:37:25.Z",
        "2026-03-30T11:37:25z",
        "2026-03-30t11:37:25Z",
        "2026-03-30T11:37:25+14:01",
        "2026-03-30T11:37:25+2:00",
        "2026-03-30T11:37:25+0200",
        "2026-02-29T00:00:00Z",
        "2100-02-29T00:00:00Z",
        "2026-04-31T00:00:00Z",
        "2026-00-10T00:00:00Z",
        "2026-13-10T00:00:00Z",
        "026-03-30T11:37:25Z",
        "02026-03-30T11:37:25Z",
        "+2026-03-30T11:37:25Z",
        "٢٠٢٦-03-30T11:37:25Z",
        "2026-03-30T11:37:25Z\n",
        " 2026-03-30T11:37:25Z",
        "9" * 5000 + "-01-01T00:00:00Z",
        20260330,
        None,
        ["2026-03-30T11:37:25Z"],
    ],
)
def test_what_is_no_time(text):
    assert parse(text) is None
