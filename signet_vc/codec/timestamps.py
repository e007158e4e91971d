"""Times: text as FORMAT has it, inside the package integer nanoseconds since 1970-01-01T00:00:00Z."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

from signet_vc.errors import UsageError
from signet_vc.limits import NANOSECONDS

__all__ = ["format_ms", "format_s", "parse"]

_MILLISECOND: Final = NANOSECONDS // 1000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_ONE_SECOND: Final = timedelta(seconds=1)

# The hour is held here: from Python 3.14 on `fromisoformat` takes 24:00:00.
_is_second: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
).fullmatch
_SECOND: Final = len("1970-01-01T00:00:00")
_MOST_DIGITS: Final = 9


# The times of one call lie within a few seconds of each other: both directions find theirs here.
@lru_cache(maxsize=512)
def _seconds(text: str) -> int | None:
    if _is_second(text) is None:
        return None
    try:
        moment = datetime.fromisoformat(text + "+00:00")
    except ValueError:  # no such day; year 0000
        return None
    return (moment - _EPOCH) // _ONE_SECOND


@lru_cache(maxsize=512)
def _text(seconds: int) -> str:
    try:
        return (_EPOCH + timedelta(seconds=seconds)).isoformat().removesuffix("+00:00")
    except OverflowError as error:
        raise UsageError("the time is outside of the years 1 to 9999") from error


def parse(text: object) -> int | None:
    """Nanoseconds of ``YYYY-MM-DDThh:mm:ss[.f]Z`` with 1 to 9 digits f; None if it is no such time.

    The day must exist, in the years 0001 to 9999; ``24:`` and ``:60`` are refused.
    """
    if not isinstance(text, str):
        return None
    seconds = _seconds(text[:_SECOND])
    if seconds is None:
        return None
    fraction = text[_SECOND:]
    if fraction == "Z":
        return seconds * NANOSECONDS
    digits = fraction[1:-1]
    if fraction != f".{digits}Z" or len(digits) > _MOST_DIGITS or not (digits.isascii() and digits.isdigit()):
        return None
    return seconds * NANOSECONDS + int(digits.ljust(_MOST_DIGITS, "0"))


def format_ms(ns: int) -> str:
    """``YYYY-MM-DDThh:mm:ss.sssZ``, cut to the millisecond (towards the past, also before 1970).

    Raises UsageError outside of the years 1 to 9999.
    """
    seconds, rest = divmod(ns, NANOSECONDS)
    return f"{_text(seconds)}.{rest // _MILLISECOND:03d}Z"


def format_s(ns: int) -> str:
    """``YYYY-MM-DDThh:mm:ssZ``, cut to the second. Raises as ``format_ms``."""
    return f"{_text(ns // NANOSECONDS)}Z"
