"""Mutants of a JSON document: for tests that every signed byte counts.

Each leaf is changed in several ways, each member renamed, removed and joined by another one, each array
reordered, shortened and lengthened. A mutant always has other canonical bytes than the document.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from signet_vc.codec.jcs import canonicalize_wide

__all__ = ["leaf_mutants", "mutants"]


def mutants(document: Any, *, skip: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Yield (JSON Pointer of what was changed, mutant); nothing at or below the pointers in ``skip``."""
    original = canonicalize_wide(document)
    for pointer, mutant in _mutants(document, ""):
        if not any(pointer == each or pointer.startswith(each + "/") for each in skip):
            assert mutant is not document
            if canonicalize_wide(mutant) != original:
                yield pointer, mutant


def _mutants(value: Any, pointer: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        yield from _of_object(value, pointer)
    elif isinstance(value, list):
        yield from _of_array(value, pointer)
    else:
        for changed in leaf_mutants(value):
            yield pointer, changed


def _of_object(value: dict[str, Any], pointer: str) -> Iterator[tuple[str, Any]]:
    yield pointer, {**deepcopy(value), "added": "after signing"}
    yield pointer, {**deepcopy(value), "": None}
    for name, member in value.items():
        place = f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"
        rest = {each: item for each, item in value.items() if each != name}
        yield place, deepcopy(rest)
        for other in (
            name + " ",
            name.swapcase(),
            name[:-1],
            name.replace("s", "\u017f").replace("k", "\u212a"),
        ):
            if other not in value:
                yield place, deepcopy({**rest, other: member})
        for inner, changed in _mutants(member, place):
            yield inner, {**deepcopy(rest), name: changed}
        if not isinstance(member, dict | list):
            yield place, {**deepcopy(rest), name: [member]}
            yield place, {**deepcopy(rest), name: {}}


def _of_array(value: list[Any], pointer: str) -> Iterator[tuple[str, Any]]:
    yield pointer, deepcopy(value)[::-1]
    yield pointer, [*deepcopy(value), None]
    yield pointer, [*deepcopy(value), *deepcopy(value[-1:])]
    for index, item in enumerate(value):
        yield f"{pointer}/{index}", deepcopy(value[:index] + value[index + 1 :])
        if index:
            swapped = deepcopy(value)
            swapped[index - 1], swapped[index] = swapped[index], swapped[index - 1]
            yield f"{pointer}/{index}", swapped
        for inner, changed in _mutants(item, f"{pointer}/{index}"):
            copy = deepcopy(value)
            copy[index] = changed
            yield inner, copy


def leaf_mutants(value: Any) -> Iterator[Any]:
    """Yield other leaves: of the same type, and of others that a careless reader takes for the same."""
    if isinstance(value, bool):
        yield from (not value, int(value), str(value).lower(), None)
    elif isinstance(value, int):
        yield from (value + 1, -value - 1, value + 0.5, str(value), None)
    elif isinstance(value, float):
        yield from (value + 1.0, -value, str(value), None)
    elif isinstance(value, str):
        yield from _of_text(value)
    else:
        yield from (False, 0, "", "null")


def _of_text(value: str) -> Iterator[Any]:
    yield from (value + " ", " " + value, value + "\u0000", value[:-1], value[1:], value.swapcase(), None)
    if value:
        middle = len(value) // 2
        for place in (0, middle, len(value) - 1):
            other = "b" if value[place] == "a" else "a"
            yield value[:place] + other + value[place + 1 :]
        yield value[::-1]
