"""Strict JSON: one reading or a refusal, and what is read can be written and read again."""

from __future__ import annotations

import json
from collections.abc import Iterator

from fuzz import mutation
from fuzz.target import Target, require, timed
from signet_vc.codec import strict_json
from signet_vc.errors import ProblemError

__all__ = ["TARGET"]

_MIB = 1 << 20
_LARGE = 1 << 16  # bytes, of which only the time is looked at


def _run(data: bytes) -> None:
    try:
        value = timed(strict_json.loads, data)
    except ProblemError as error:
        require(len(error.problems) == 1, "a refusal has one problem")
        return
    if len(data) > _LARGE:
        return
    # the standard library's reader takes more, never something else
    require(repr(json.loads(data)) == repr(value), "the value is the one that another parser reads")
    text = timed(strict_json.dumps, value)
    again = strict_json.loads(text, max_bytes=8 * len(data) + 64)
    require(repr(again) == repr(value), "what was written reads back")


def _hostile() -> Iterator[bytes]:
    yield b"[" * _MIB
    yield b'{"a":' * (_MIB // 5)
    yield b"[" + b'"' * (_MIB - 1)
    yield b'"' + b"\\" * (_MIB - 1)
    yield b"1" * _MIB
    yield b"[" + b"1" * 4300 + b",1" * ((_MIB - 4400) // 2) + b"]"
    yield b"0." + b"9" * (_MIB - 2)
    yield b"[" + b"1e99," * (_MIB // 5 - 1) + b"1]"
    yield b"{" + b",".join(b'"%d":0' % number for number in range(100_000)) + b',"7":0}'
    yield b'"' + b"\\ud800" * (_MIB // 6) + b'"'
    yield b" " * _MIB


TARGET = Target(run=_run, hostile=_hostile, mutate=mutation.of_json)
