"""Strict JSON: one reading of a text, or none.

Parsers differ over duplicate names, large numbers, NaN, lone surrogates, byte-order marks and depth;
whoever signs and whoever acts then see different values. Here all of these are refused, as FORMAT's
section *Bytes* has it, with the JSON Pointer of the offender.
"""

from __future__ import annotations

import json
from array import array
from itertools import accumulate
from math import inf, isfinite
from typing import Any, Final, TypeAlias

import orjson

from signet_vc.codec.json_locator import first_problem
from signet_vc.codec.json_numbers import integer, is_printable, no_constant, real, real_or_none
from signet_vc.codec.json_pointer import pointer
from signet_vc.codec.json_value import numbers, write
from signet_vc.errors import Code, ProblemError, UsageError
from signet_vc.limits import DEFAULT_LIMITS

__all__ = ["Json", "JsonObject", "dumps", "loads", "loads_any_number"]

Json: TypeAlias = Any
JsonObject: TypeAlias = dict[str, Any]

_STACK_DEPTH: Final = 200  # what every parser and serializer beneath can do, whatever limit is asked for


def loads(
    data: bytes | str,
    *,
    max_bytes: int = DEFAULT_LIMITS.document_bytes,
    max_depth: int = DEFAULT_LIMITS.message_depth,
) -> Json:
    """The value of a JSON text: dict, list, str, int, float, bool or None, nothing else.

    ``data``: UTF-8 without byte-order mark, at most ``max_bytes`` bytes (a str counts as its UTF-8).
    ``max_depth``: of arrays and objects in one another, the outermost being 1; never more than 200.
    A number without fraction and exponent is an exact int, any other a float.

    Raises ProblemError with exactly one problem: TOO_LARGE; TOO_DEEP; NUMBER_OUT_OF_RANGE (an integer of
    more than 4,300 digits; another number that is infinite, or 2^53 or more in magnitude and no double);
    DUPLICATE_MEMBER; MALFORMED_JSON (all else, NaN, lone surrogates and invalid UTF-8 among it).
    Spec: RFC 8259, FORMAT *Bytes* (CANON).
    """
    raw = data if type(data) is bytes and len(data) <= max_bytes else _utf8(data, max_bytes)
    max_depth = min(max_depth, _STACK_DEPTH)
    try:
        if _is_deeper(raw, max_depth):
            raise _too_deep(max_depth)
        return _read(raw)
    except ProblemError as error:
        text = raw.decode(errors="surrogateescape")
        found = first_problem(text, max_depth=max_depth)
        raise (ProblemError(found) if found else error) from error


def loads_any_number(data: bytes, *, max_depth: int = DEFAULT_LIMITS.message_depth) -> Json:
    """The value of a text that ``loads`` refuses for a number: such numbers read as infinite.

    ``loads`` tells of the first fault only, so whatever else it refuses is looked for here again.

    Raises ProblemError as ``loads``, but not TOO_LARGE, not NUMBER_OUT_OF_RANGE, and without a pointer.
    """
    max_depth = min(max_depth, _STACK_DEPTH)
    if _is_deeper(data, max_depth):
        raise _too_deep(max_depth)
    value = _decoded(_DECODER_OF_ANY_NUMBER, data)
    _refuse_lone_surrogates(data)
    return value


def _utf8(data: bytes | str, max_bytes: int) -> bytes:
    if not isinstance(data, (bytes, str)):
        raise UsageError(f"JSON is read from bytes or str, not from {type(data).__name__}")
    if len(data) <= max_bytes:
        # lone surrogates become invalid UTF-8 here, and are refused as that
        raw = data if isinstance(data, bytes) else data.encode(errors="surrogatepass")
        if len(raw) <= max_bytes:
            return raw
    raise ProblemError.of(Code.TOO_LARGE, f"more than {max_bytes} bytes")


def _too_deep(max_depth: int) -> ProblemError:
    return ProblemError.of(Code.TOO_DEEP, f"nested deeper than {max_depth}")


# --- depth ------------------------------------------------------------------------------------------

_NO_STRUCTURE: Final = bytes(set(range(256)) - set(b'[]{}"'))
_TO_STEPS: Final = bytes.maketrans(b"[{]}", b"\x01\x01\xff\xff")  # +1 and -1 as signed bytes
_CHUNK: Final = 1 << 16


def _is_deeper(raw: bytes, max_depth: int) -> bool:
    """Measure the depth before any parser sees the text: linear, not recursive, at most 50 ns a bracket.

    Up to the first fault of a malformed text it measures what a parser would; beyond, nothing matters.
    """
    if raw.count(b"[") + raw.count(b"{") <= max_depth:
        return False
    depth = 0
    steps = _brackets(raw).translate(_TO_STEPS)
    for start in range(0, len(steps), _CHUNK):
        depths = list(accumulate(array("b", steps[start : start + _CHUNK]), initial=depth))
        if max(depths) > max_depth:
            return True
        depth = depths[-1]
    return False


def _brackets(raw: bytes) -> bytes:
    """The brackets of a text that are outside of its strings, in order."""
    # Pairs of backslashes first, then escaped quotes: the quotes that remain are those around strings.
    # Two quotes with nothing between can go without a change to what is inside and what outside.
    quoted = raw.replace(rb"\\", b"").replace(rb"\"", b"").translate(None, _NO_STRUCTURE)
    return b"".join(quoted.replace(b'""', b"").split(b'"')[::2])


# --- values -----------------------------------------------------------------------------------------


def _read(raw: bytes) -> Json:
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        return _read_refused(raw, error)
    # orjson writes no name twice, keeps every digit that it has read, and spells everything in one way.
    # So what it writes back as it was had no duplicate and no odd number (its shortest digits of a double
    # are RFC 8785's). All else, white space included, is read again by a reader that looks.
    if orjson.dumps(value) == raw:
        return value
    return _read_strictly(raw)


def _unique(members: list[tuple[str, Json]]) -> JsonObject:
    """Make an object of its members (the hook of the decoders), each name once."""
    value = dict(members)
    if len(value) != len(members):
        raise ProblemError.of(Code.DUPLICATE_MEMBER, "an object names a member twice")
    return value


# A hook for integers doubles the time on texts full of them. It is needed for long ones alone, and these
# are what orjson refuses, or reads as a double: hence 309, the fewest digits that are infinite as one.
_LONG_INTEGER: Final = b"0" * 309
_ALL_TO_ZERO: Final = bytes.maketrans(b"123456789", b"0" * 9)
_DECODER: Final = json.JSONDecoder(object_pairs_hook=_unique, parse_float=real, parse_constant=no_constant)
_DECODER_OF_LONG_INTEGERS: Final = json.JSONDecoder(
    object_pairs_hook=_unique, parse_float=real, parse_constant=no_constant, parse_int=integer
)


def _any_integer(token: str) -> float:
    try:
        return integer(token)
    except ProblemError:
        return inf


def _any_real(token: str) -> float:
    number = real_or_none(token)
    return inf if number is None else number


_DECODER_OF_ANY_NUMBER: Final = json.JSONDecoder(
    object_pairs_hook=_unique, parse_float=_any_real, parse_constant=no_constant, parse_int=_any_integer
)
_DECODER_TO_TEXT: Final = json.JSONDecoder(parse_int=str)


def _may_have_long_integers(raw: bytes) -> bool:
    return len(raw) >= len(_LONG_INTEGER) and _LONG_INTEGER in raw.translate(_ALL_TO_ZERO)


def _read_strictly(raw: bytes) -> Json:
    return _decoded(_DECODER_OF_LONG_INTEGERS if _may_have_long_integers(raw) else _DECODER, raw)


def _decoded(decoder: json.JSONDecoder, raw: bytes) -> Json:
    try:
        return decoder.decode(raw.decode())
    except UnicodeDecodeError as error:
        raise ProblemError.of(Code.MALFORMED_JSON, "invalid UTF-8 or a lone surrogate") from error
    except json.JSONDecodeError as error:
        raise ProblemError.of(Code.MALFORMED_JSON, error.msg) from error
    except RecursionError as error:  # a few levels only, but the caller's own stack is almost full
        raise ProblemError.of(Code.TOO_DEEP, "no room on the stack") from error


def _read_refused(raw: bytes, refusal: orjson.JSONDecodeError) -> Json:
    """Read what orjson refused. It is right to, unless because of a long integer.

    The second reader says better what is wrong, but takes escapes of lone surrogates.
    """
    value = _read_strictly(raw)
    if _may_have_long_integers(raw):
        _refuse_lone_surrogates(raw)
        return value
    raise ProblemError.of(Code.MALFORMED_JSON, refusal.msg) from refusal


def _refuse_lone_surrogates(raw: bytes) -> None:
    """Of a text that has been read: orjson does not write them, and all else that it would refuse is text."""
    try:
        orjson.dumps(_DECODER_TO_TEXT.decode(raw.decode()))
    except orjson.JSONEncodeError as error:
        raise ProblemError.of(Code.MALFORMED_JSON, "a lone surrogate") from error


# --- writing ----------------------------------------------------------------------------------------

_NOTHING_FOREIGN: Final = (
    orjson.OPT_PASSTHROUGH_SUBCLASS | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME
)


def dumps(value: Json) -> bytes:
    """Compact JSON that ``loads`` reads back to the same value, integers exactly, members in their order.

    Raises ProblemError: MALFORMED_JSON for what is no JSON value; NUMBER_OUT_OF_RANGE for NaN, infinities
    and integers of more than 4,300 digits; TOO_DEEP past 200.
    """
    try:
        text = orjson.dumps(value, option=_NOTHING_FOREIGN)
        # orjson writes NaN as null, tuples and UUIDs as if they were JSON: compare what a reader gets
        if orjson.loads(text) == value and not _is_deeper(text, _STACK_DEPTH):
            return text
    except (orjson.JSONEncodeError, RecursionError):
        pass  # an integer of more than 64 bits, or something that the walk below names
    return _write_exactly(value)


def _write_exactly(value: Json) -> bytes:
    for path, number in numbers(value, max_depth=_STACK_DEPTH):
        if not (is_printable(number) if isinstance(number, int) else isfinite(number)):
            raise ProblemError.of(Code.NUMBER_OUT_OF_RANGE, "a number that cannot be written", pointer(path))
    try:
        return write(value, real=orjson.dumps, order=iter)
    except RecursionError as error:
        raise ProblemError.of(Code.TOO_DEEP, "no room on the stack") from error
