from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signet_vc.codec.timestamps import format_ms, format_s, parse
from signet_vc.errors import UsageError
from signet_vc.limits import NANOSECONDS

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST = -62_135_596_800 * NANOSECONDS  # 0001-01-01T00:00:00Z
LAST = 253_402_300_800 * NANOSECONDS - 1  # the last nanosecond of the year 9999


@pytest.mark.parametrize(
    ("text", "ns"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T00:00:00.000000001Z", 1),
        ("1970-01-01T00:00:00.1Z", 100_000_000),
        ("1970-01-01T00:00:00.120Z", 120_000_000),
        ("1970-01-01T00:00:00.123456789Z", 123_456_789),
        ("1969-12-31T23:59:59.999Z", -1_000_000),
        ("2026-03-30T11:37:25.120Z", 1_774_870_645_120_000_000),
        ("2024-02-29T23:59:59Z", 1_709_251_199 * NANOSECONDS),
        ("0001-01-01T00:00:00Z", FIRST),
        ("9999-12-31T23:59:59.999999999Z", LAST),
    ],
)
def test_times_are_read(text, ns):
    assert parse(text) == ns


@pytest.mark.parametrize(
    "text",
    [
        "0000-01-01T00:00:00Z",
        "2025-02-29T00:00:00Z",
        "2026-02-30T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-01-00T00:00:00Z",
        "2026-01-32T00:00:00Z",
        "2026-03-30T24:00:00Z",
        "2026-03-30T25:00:00Z",
        "2026-03-30T23:60:00Z",
        "2016-12-31T23:59:60Z",
        "2026-03-30T11:37:25",
        "2026-03-30T11:37:25z",
        "2026-03-30t11:37:25Z",
        "2026-03-30 11:37:25Z",
        "2026-03-30T11:37:25.Z",
        "2026-03-30T11:37:25,1Z",
        "2026-03-30T11:37:25.1234567890Z",
        "2026-03-30T11:37:25+00:00",
        "2026-03-30T11:37:25.120+00:00Z",
        "2026-03-30T11:37Z",
        "2026-03-30Z",
        "20260330T113725Z",
        "2026-W14-1T11:37:25Z",
        "+2026-03-30T11:37:25Z",
        "-026-03-30T11:37:25Z",
        "12026-03-30T11:37:25Z",
        " 2026-03-30T11:37:25Z",
        "2026-03-30T11:37:25Z\n",
        "2026-03-30T11:37:25.1 Z",
        "2026-03-30T11:37:25.\u0661Z",
        "\uff12026-03-30T11:37:25Z",
        "",
        "Z",
        "9" * 100_000,
        None,
        0,
        b"2026-03-30T11:37:25Z",
        ["2026-03-30T11:37:25Z"],
    ],
)
def test_other_times_are_none(text):
    assert parse(text) is None


@settings(max_examples=300)
@given(st.integers(FIRST, LAST))
def test_what_is_written_is_read_back_cut(ns):
    assert parse(format_ms(ns)) == ns - ns % 1_000_000
    assert parse(format_s(ns)) == ns - ns % NANOSECONDS
    moment = EPOCH + timedelta(microseconds=ns // 1000)
    assert format_ms(ns) == moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    assert format_s(ns) == moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def test_times_are_cut_not_rounded():
    assert format_ms(1_774_870_645_120_999_999) == "2026-03-30T11:37:25.120Z"
    assert format_s(1_774_870_645_999_999_999) == "2026-03-30T11:37:25Z"
    assert format_ms(-1) == "1969-12-31T23:59:59.999Z"
    assert format_s(-1) == "1969-12-31T23:59:59Z"


def test_the_first_and_the_last_time():
    assert (format_ms(FIRST), format_s(FIRST)) == ("0001-01-01T00:00:00.000Z", "0001-01-01T00:00:00Z")
    assert (format_ms(LAST), format_s(LAST)) == ("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59Z")


@pytest.mark.parametrize("ns", [FIRST - 1, LAST + 1, 10**30, -(10**30)])
@pytest.mark.parametrize("write", [format_ms, format_s])
def test_times_that_cannot_be_written_are_the_callers_fault(write, ns):
    with pytest.raises(UsageError):
        write(ns)
