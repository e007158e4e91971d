"""JCS on six kinds of document, against the ``rfc8785`` package."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import rfc8785

from benchmarks.cases import requests
from benchmarks.measure import Figure, times
from signet_vc.codec.jcs import canonicalize

__all__ = ["figures"]

_ROUNDS = 5


def figures() -> Iterator[Figure]:
    """``jcs/KIND``, microseconds a document."""
    for kind, documents in _kinds():
        assert canonicalize(documents[0]) == rfc8785.dumps(documents[0])
        yield times(f"jcs/{kind}", (canonicalize, documents), (rfc8785.dumps, documents), rounds=_ROUNDS)


def _kinds() -> Iterator[tuple[str, list[Any]]]:
    yield "credential", [document for document, _ in requests()]
    yield "nested", [_nested(6, 5)] * 5
    yield "text", [{"text": "What we agreed to sign. " * 40_000}] * 5
    yield "integers", [list(range(-5_000, 5_000))] * 20
    yield "floats", [[number / 7 for number in range(3_000)]] * 10
    yield "unicode-names", [{f"né{number} 中": number for number in range(1_500)}] * 20


def _nested(depth: int, width: int) -> Any:
    if depth == 0:
        return "leaf"
    return {f"member{number}": _nested(depth - 1, width) for number in range(width)}
