"""JSON values in memory: what counts as one, its numbers, and the plain way to write it.

For the rare cases: a value that was refused and whose fault must be found, and one that the fast
serializers cannot write.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from types import NoneType
from typing import Any

import orjson

from signet_vc.codec.json_numbers import integer_text
from signet_vc.codec.json_pointer import Path, pointer
from signet_vc.errors import Code, ProblemError

__all__ = ["numbers", "write"]


def numbers(value: Any, *, max_depth: int) -> Iterator[tuple[Path, int | float]]:
    """Go through all of ``value`` in its order, and yield every number with its place.

    Exact types alone: a subclass of str may be an enum, one of int a flag, one of dict may have other
    items than it shows; so they are refused, as tuples are. Raises ProblemError: MALFORMED_JSON for a
    type or member name that JSON has not and for a lone surrogate, TOO_DEEP past ``max_depth``. Does not
    recurse, so a value that contains itself is too deep.
    """
    stack: list[Iterator[tuple[Path, Any]]] = [iter([(None, value)])]
    while stack:
        place = next(stack[-1], None)
        if place is None:
            stack.pop()
            continue
        path, item = place
        kind = type(item)
        if kind is str:
            _check_text(item, path)
        elif kind is int or kind is float:
            yield path, item
        elif kind is dict or kind is list:
            if len(stack) > max_depth:
                raise ProblemError.of(Code.TOO_DEEP, f"nested deeper than {max_depth}", pointer(path))
            stack.append(_members(item, path) if kind is dict else _elements(item, path))
        elif kind is not bool and kind is not NoneType:
            raise ProblemError.of(Code.MALFORMED_JSON, f"{kind.__name__} is no type of JSON", pointer(path))


def _members(value: dict[Any, Any], path: Path) -> Iterator[tuple[Path, Any]]:
    for name, item in value.items():
        if type(name) is not str:
            raise ProblemError.of(
                Code.MALFORMED_JSON, f"a member name of type {type(name).__name__}", pointer(path)
            )
        _check_text(name, path)
        yield (path, name), item


def _elements(value: list[Any], path: Path) -> Iterator[tuple[Path, Any]]:
    return (((path, index), item) for index, item in enumerate(value))


def _check_text(text: str, path: Path) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ProblemError.of(Code.MALFORMED_JSON, "a lone surrogate", pointer(path)) from error


def write(
    value: Any,
    *,
    real: Callable[[float], bytes],
    order: Callable[[Iterable[str]], Iterable[str]],
) -> bytes:
    """Write a value that ``numbers`` has gone through, without white space; recurses as deep as it is.

    ``real`` writes floats, ``order`` puts the names of an object in order; integers are their digits.
    Strings as orjson writes them, which is as RFC 8785 does.
    """
    parts: list[bytes] = []

    def add(item: Any) -> None:
        kind = type(item)
        if kind is dict:
            before = b"{"
            for name in order(item):
                parts.append(before + orjson.dumps(name) + b":")
                add(item[name])
                before = b","
            parts.append(b"}" if item else b"{}")
        elif kind is list:
            before = b"["
            for element in item:
                parts.append(before)
                add(element)
                before = b","
            parts.append(b"]" if item else b"[]")
        elif kind is int:
            parts.append(integer_text(item).encode())
        elif kind is float:
            parts.append(real(item))
        else:
            parts.append(orjson.dumps(item))

    add(value)
    return b"".join(parts)
