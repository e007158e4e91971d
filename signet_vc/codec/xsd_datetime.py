"""Times as XML Schema 1.1 has them (``xsd:dateTime``, ``xsd:dateTimeStamp``), for other people's documents.

VCDM 2.0 §4.9 and VC-DI §2.1 take these, and they are wider than what this project writes: any year of four
digits or more, any fraction, an offset. Python's own readers take too much (bare dates, week dates) and too
little (years above 9999).
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from signet_vc.codec import timestamps
from signet_vc.limits import NANOSECONDS

__all__ = ["Moment", "parse"]


class Moment(NamedTuple):
    """``ns``: nanoseconds since 1970, UTC, cut. ``zoned``: whether the text says its offset (else: UTC)."""

    ns: int
    zoned: bool


# VCDM 2.0 §4.9; years of more digits than 18 are not worth their arithmetic.
_match: Final = re.compile(
    r"(-?(?:[1-9][0-9]{3,17}|0[0-9]{3}))-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    r"T(?:([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])(?:\.([0-9]+))?|(24):00:00(?:\.0+)?)"
    r"(?:(Z)|([+-])(?:(0[0-9]|1[0-3]):([0-5][0-9])|(14):00))?",
    re.ASCII,
).fullmatch

_DAYS: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_DAYS_TO_1970: Final = 719_528  # from 0000-01-01, proleptic Gregorian
_FEBRUARY: Final = 2


def parse(text: object) -> Moment | None:
    """Read an ``xsd:dateTime``; None if it is none, or names a day that does not exist. No leap seconds."""
    if not isinstance(text, str):
        return None
    ns = timestamps.parse(text)  # the form that almost all are in, three times as fast
    if ns is not None:
        return Moment(ns, zoned=True)
    match = _match(text)
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, midnight, utc, sign, off_h, off_m, off_14 = (
        match.groups()
    )
    days = _days(int(year), int(month), int(day))
    if days is None:
        return None
    seconds = days * 86_400 + int(hour or midnight) * 3_600 + int(minute or 0) * 60 + int(second or 0)
    if sign is not None:
        offset = int(off_h or off_14) * 3_600 + int(off_m or 0) * 60
        seconds += offset if sign == "-" else -offset
    cut = int(fraction[:9].ljust(9, "0")) if fraction else 0
    return Moment(seconds * NANOSECONDS + cut, zoned=utc is not None or sign is not None)


def _days(year: int, month: int, day: int) -> int | None:
    """Days since 1970-01-01; None if the month has no such day."""
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    if day > _DAYS[month - 1] + (leap and month == _FEBRUARY):
        return None
    before = year * 365 + (year + 3) // 4 - (year + 99) // 100 + (year + 399) // 400
    this_year = sum(_DAYS[: month - 1]) + (leap and month > _FEBRUARY) + day - 1
    return before + this_year - _DAYS_TO_1970
