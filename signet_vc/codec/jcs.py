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

from collections.abc import Collection, Iterable
from dataclasses import replace
from functools import lru_cache
from math import isfinite
from types import NoneType
from typing import Final

import orjson
import rfc8785

from signet_vc.codec.json_numbers import integer_text, is_printable
from signet_vc.codec.json_pointer import Path, pointer
from signet_vc.codec.json_value import numbers
from signet_vc.codec.strict_json import Json, JsonObject
from signet_vc.errors import Code, ProblemError
from signet_vc.limits import DEFAULT_LIMITS, MAX_SAFE_INTEGER

__all__ = [
    "Shared",
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
    _check(value, wide=True)
    return _written(value)


class Shared:
    """RFC 8785 of several objects that have most of their values in common, each canonicalized once.

    It remembers by identity: the values given are to live as long.
    """

    def __init__(self) -> None:
        self._known: dict[int, bytes | ProblemError] = {}

    def canonicalize(self, value: JsonObject, *, apart: str) -> bytes:
        """RFC 8785 of ``value``; of a list under ``apart`` each item is a value. Raises as the function."""
        if not all(type(name) is str for name in value):
            return canonicalize(value)  # refused
        members = []
        for name in _by_utf16(value):
            item = value[name]
            path = (None, name)
            if name == apart and type(item) is list:
                text = b"[%b]" % b",".join([self._of(each, (path, at)) for at, each in enumerate(item)])
            else:
                text = self._of(item, path)
            members.append(canonicalize(name) + b":" + text)
        return b"{%b}" % b",".join(members)

    def _of(self, value: Json, path: Path) -> bytes:
        found = self._known.get(id(value))
        if found is None:
            try:
                found = canonicalize(value)
            except ProblemError as error:
                found = error
            if type(value) is dict or type(value) is list:
                self._known[id(value)] = found
        if isinstance(found, ProblemError):
            place = pointer(path)
            raise ProblemError(*(replace(each, pointer=place + each.pointer) for each in found.problems))
        return found


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
_CACHED_REALS: Final = 4096
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


def _check(value: Json, *, wide: bool) -> None:
    """Refuse what cannot be canonicalized, with its place."""
    for path, number in numbers(value, max_depth=_MAX_DEPTH):
        if isinstance(number, float):
            if not isfinite(number):
                raise ProblemError.of(Code.NUMBER_OUT_OF_RANGE, f"{number} is no number", pointer(path))
        elif not (is_printable(number) if wide else -MAX_SAFE_INTEGER <= number <= MAX_SAFE_INTEGER):
            raise ProblemError.of(
                Code.NUMBER_OUT_OF_RANGE, "an integer that cannot be represented here", pointer(path)
            )


def _written(value: Json) -> bytes:
    """RFC 8785, or CANON, of a value that ``_check`` has gone through."""
    try:
        return orjson.dumps(_in_order(value))
    except RecursionError as error:
        raise _no_room() from error


def _in_order(value: Json) -> Json:
    """The same value as orjson is to write it, in the order in which it stands: a fifth of rfc8785's time.

    Members in the order of UTF-16; an int for every float that is printed as one (``1.0`` is ``1``); other
    numbers that orjson would write differently, or not at all, as their text.
    """
    kind = type(value)
    if kind is dict:
        return {name: _in_order(value[name]) for name in _by_utf16(value)}
    if kind is list:
        return [_in_order(item) for item in value]
    if kind is float:
        return _real(value)
    if kind is int and not -MAX_SAFE_INTEGER <= value <= MAX_SAFE_INTEGER:
        return orjson.Fragment(integer_text(value))
    return value


def _real(number: float) -> Json:
    if number.is_integer():
        return int(number) if -_INTEGRAL_FROM < number < _INTEGRAL_FROM else _text_of(number)
    return number if abs(number) >= _SMALLEST_ALIKE else _text_of(number)


@lru_cache(maxsize=_CACHED_REALS)
def _text_of(number: float) -> orjson.Fragment:
    """A text may hold 200,000 such numbers, at 5 µs each, but few different ones."""
    return orjson.Fragment(rfc8785.dumps(number))


def _no_room() -> ProblemError:
    # 80 levels at most; it is the caller's own stack that is almost full
    return ProblemError.of(Code.TOO_DEEP, "no room on the stack")


def _by_utf16(names: Collection[str]) -> Iterable[str]:
    if len(names) < 2:  # noqa: PLR2004 - nothing to put in order
        return names
    joined = "".join(names)
    if joined.isascii() or max(joined) <= _LAST_ALIKE:
        return sorted(names)
    return sorted(names, key=_utf16)


def _utf16(name: str) -> bytes:
    return name.encode("utf-16-be", "surrogatepass")  # a lone one is refused where it is written
