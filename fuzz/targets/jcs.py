"""RFC 8785 and CANON: equal to ``rfc8785`` wherever either writes anything, and a fixed point."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import rfc8785

from fuzz import mutation
from fuzz.target import Target, require, timed
from signet_vc.codec import jcs, strict_json
from signet_vc.errors import ProblemError

__all__ = ["TARGET"]

_MIB = 1 << 20
_LARGE = 1 << 16  # bytes, of which only the time is looked at


def _run(data: bytes) -> None:
    value = _lenient(data)
    written = _or_none(jcs.canonicalize, value)
    wide = _or_none(jcs.canonicalize_wide, value)
    if len(data) > _LARGE:
        return
    require(written is None or written == _reference(value), "RFC 8785 is what rfc8785 writes")
    require(written is None or wide == written, "CANON is RFC 8785 where that accepts")
    if wide is not None:
        again = strict_json.loads(wide, max_bytes=len(wide))
        require(timed(jcs.canonicalize_wide, again) == wide, "CANON is a fixed point")
        require(timed(jcs.equal, again, value), "a value equals its CANON")
    if isinstance(value, dict) and written is not None:
        whole, rest, others = timed(jcs.canonicalize_without, value, "proof")
        require(whole == written, "the whole of it is RFC 8785")
        require(others == jcs.canonicalize(rest), "what is left of it is RFC 8785")
        require("proof" not in rest, "the member is gone")
    small = _or_none(jcs.embeddable, value)
    require(small is None or small == written, "what may be embedded is RFC 8785")


def _lenient(data: bytes) -> Any:
    """Python's reading, with NaN, surrogates and infinities; text that is no JSON is a string."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return data.decode(errors="surrogateescape")


def _or_none(write: Callable[[Any], bytes | None], value: Any) -> bytes | None:
    try:
        return timed(write, value)
    except ProblemError:
        return None


def _reference(value: Any) -> bytes | None:
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError):
        return None


def _hostile() -> Iterator[bytes]:
    yield b"[" * 80 + b"]" * 80
    yield b"[" + b"1e20," * (_MIB // 5 - 1) + b"1]"
    yield b"[" + b"0.1," * (_MIB // 4 - 1) + b"1]"
    yield b"[" + b"NaN," * (_MIB // 4 - 1) + b"1]"
    yield b"{" + b",".join(b'"\xef\xbf\xbd\xf0\x9f\x98\x80%d":0' % number for number in range(40_000)) + b"}"


TARGET = Target(run=_run, hostile=_hostile, mutate=mutation.of_json)
