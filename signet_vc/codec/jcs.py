"""RFC 8785 (JCS), and CANON, which is JCS with integers of any size.

Every signature, digest and comparison goes through here. ``rfc8785`` is what is right; ``orjson`` with
sorted names is fifteen times as fast and the same for almost every value. A guard goes through the value
first and lets only that pass on which the two agree:

- names: orjson sorts by code point, JCS by UTF-16; equal where none has a character beyond U+FFFF;
- floats: equal where the float is not integral and not below 1e-5 in magnitude; else orjson writes
  ``1.0``, ``-0.0``, ``1e16``, and NaN as ``null``; integral ones below 2^53 pass once they are integers;
- integers: orjson refuses those beyond 2^53-1 if told to;
- types: the six of JSON by identity; orjson would write tuples, dates, enums and more;
- strings: equal always; orjson refuses lone surrogates.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite
from types import NoneType
from typing import Final

import orjson
import rfc8785

from signet_vc.codec.json_numbers import is_printable
from signet_vc.codec.json_pointer import pointer
from signet_vc.codec.json_value import numbers, write
from signet_vc.codec.strict_json import Json, JsonObject
from signet_vc.errors import Code, ProblemError
from signet_vc.limits import DEFAULT_LIMITS, MAX_SAFE_INTEGER

__all__ = [
    "canonicalize",
    "canonicalize_wide",
    "canonicalize_without",
    "embeddable",
    "equal",
    "pointer_to_wide_number",
]

_MAX_DEPTH: Final = DEFAULT_LIMITS.message_depth
_JCS: Final = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER
_WIDE: Final = orjson.OPT_SORT_KEYS


def canonicalize(value: Json) -> bytes:
    """RFC 8785. An integer beyond ±(2^53-1) is refused: printed as the double it would be another number.

    Raises ProblemError: NUMBER_OUT_OF_RANGE (also NaN and infinities); MALFORMED_JSON for lone surrogates
    and all that is not exactly dict, list, str, int, float, bool or None (subclasses and tuples too);
    TOO_DEEP past 80.
    """
    if _is_plain(value):
        try:
            return orjson.dumps(value, option=_JCS)
        except orjson.JSONEncodeError:
            pass  # an integer or a surrogate: the slow path says where
    _check(value, wide=False)
    return _written(value)


def canonicalize_without(value: JsonObject, name: str) -> tuple[bytes, JsonObject, bytes]:
    """RFC 8785 of an object; the same without the member ``name``; and RFC 8785 of that.

    For little more than the price of one. Raises as ``canonicalize``.
    """
    rest = {each: item for each, item in value.items() if each != name}
    if _is_plain(value):
        try:
            return orjson.dumps(value, option=_JCS), rest, orjson.dumps(rest, option=_JCS)
        except orjson.JSONEncodeError:
            pass
    return canonicalize(value), rest, canonicalize(rest)


def canonicalize_wide(value: Json) -> bytes:
    """CANON: RFC 8785, but an integer is written with its own digits (at most 4,300), whatever its size.

    Equal to ``canonicalize`` where that accepts. Raises as it does.
    """
    if _is_plain(value):
        try:
            return orjson.dumps(value, option=_WIDE)
        except orjson.JSONEncodeError:
            pass  # an integer of more than 64 bits, or a surrogate
    if not _check(value, wide=True):
        return _written(value)
    try:
        return write(value, real=rfc8785.dumps, order=_by_utf16)
    except RecursionError as error:
        raise _no_room() from error


def pointer_to_wide_number(value: Json) -> str | None:
    """The JSON Pointer of the first number beyond 2^53-1 in magnitude (NaN too), float or int; or None.

    Raises ProblemError, MALFORMED_JSON or TOO_DEEP, as ``canonicalize``.
    """
    for path, number in numbers(value, max_depth=_MAX_DEPTH):
        if not -MAX_SAFE_INTEGER <= number <= MAX_SAFE_INTEGER:
            return pointer(path)
    return None


def embeddable(value: Json) -> bytes | None:
    """RFC 8785 of a value whose every number is at most 2^53-1 in magnitude, floats too; of another None.

    Raises as ``canonicalize``.
    """
    if _is_plain(value):  # so every float is smaller than that
        try:
            return orjson.dumps(value, option=_JCS)
        except orjson.JSONEncodeError:
            pass
    return canonicalize(value) if pointer_to_wide_number(value) is None else None


def equal(parsed: Json, actual: Json) -> bool:
    """Equality of CANON: ``1`` equals ``1.0`` and not ``true``. What has no CANON equals nothing.

    ``parsed`` was read from a text, ``actual`` may be any program's.
    """
    # Python's equality takes 1 for true and passes over nothing else that orjson would write alike (NaN and
    # null, a tuple and a list); orjson's text does the reverse. Both together are CANON's, if they say yes.
    if _is_plain(actual) and parsed == actual:
        try:
            if orjson.dumps(parsed, option=_WIDE) == orjson.dumps(actual, option=_WIDE):
                return True
        except orjson.JSONEncodeError:
            pass
    try:
        return canonicalize_wide(parsed) == canonicalize_wide(actual)
    except ProblemError:
        return False


# --- the guard --------------------------------------------------------------------------------------

_LONG_LIST: Final = 64
_SCALARS: Final = frozenset({str, int, bool, NoneType})
_LAST_ALIKE: Final = "\uffff"
_SMALLEST_ALIKE: Final = 1e-5
_INTEGRAL_FROM: Final = 2.0**53
# A level with more arrays and objects goes the slow way, which is depth first: a list that contains
# itself twice would double at every level here, and fill the memory before it is too deep.
_WIDEST_LEVEL: Final = 1 << 23


def _is_plain(value: Json) -> bool:  # noqa: C901, PLR0912 - the hot loop: calls would double its time
    """The guard: whether orjson, if it takes ``value``, writes RFC 8785 (but for large integers).

    Level by level, so that depth costs nothing to know and nothing recurses. False is no refusal.
    About 70 ns a value: the order of the tests is the order of how often types occur in credentials.
    """
    depth = 1 if type(value) is dict else 0
    level: list[Json] = [value] if depth else [[value]]
    while level:
        if depth > _MAX_DEPTH or len(level) > _WIDEST_LEVEL:
            return False
        inner = []
        for container in level:
            items = container
            if type(container) is dict:
                try:
                    names = "".join(container)
                    if not names.isascii() and max(names) > _LAST_ALIKE:
                        return False
                except TypeError:  # a name that is no str
                    return False
                items = container.values()
            if len(items) >= _LONG_LIST and _SCALARS.issuperset(map(type, items)):
                continue
            for item in items:
                if type(item) is str:
                    continue
                kind = type(item)
                if kind is dict or kind is list:
                    inner.append(item)
                elif kind is float:
                    # NaN and infinities fail the comparison
                    if not _SMALLEST_ALIKE <= abs(item) < _INTEGRAL_FROM or item.is_integer():
                        return False
                elif kind is not int and kind is not bool and item is not None:
                    return False
        level = inner
        depth += 1
    return True


# --- the slow path ----------------------------------------------------------------------------------


def _check(value: Json, *, wide: bool) -> bool:
    """Refuse what cannot be canonicalized, with its place; tell whether there is an integer beyond 2^53-1."""
    found = False
    for path, number in numbers(value, max_depth=_MAX_DEPTH):
        if isinstance(number, float):
            if not isfinite(number):
                raise ProblemError.of(Code.NUMBER_OUT_OF_RANGE, f"{number} is no number", pointer(path))
        elif not -MAX_SAFE_INTEGER <= number <= MAX_SAFE_INTEGER:
            if not wide or not is_printable(number):
                raise ProblemError.of(
                    Code.NUMBER_OUT_OF_RANGE, "an integer that cannot be represented here", pointer(path)
                )
            found = True
    return found


def _written(value: Json) -> bytes:
    """RFC 8785 of a value that ``_check`` has gone through and found no large integer in."""
    try:
        with_integers = _with_integers(value)
        if _is_plain(with_integers):
            return orjson.dumps(with_integers, option=_JCS)
        return rfc8785.dumps(value)
    except RecursionError as error:
        raise _no_room() from error


def _with_integers(value: Json) -> Json:
    """The same value, with an int for every float that RFC 8785 prints as one: ``1.0`` is ``1``."""
    kind = type(value)
    if kind is dict:
        return {name: _with_integers(item) for name, item in value.items()}
    if kind is list:
        return [_with_integers(item) for item in value]
    if kind is float and -_INTEGRAL_FROM < value < _INTEGRAL_FROM and value.is_integer():
        return int(value)
    return value


def _no_room() -> ProblemError:
    # 80 levels at most; it is the caller's own stack that is almost full
    return ProblemError.of(Code.TOO_DEEP, "no room on the stack")


def _by_utf16(names: Iterable[str]) -> list[str]:
    return sorted(names, key=_utf16)


def _utf16(name: str) -> bytes:
    return name.encode("utf-16-be")
