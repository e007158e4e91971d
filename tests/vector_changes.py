"""Changes of an input of the vectors, each with the place that was changed, whatever the input is made of.

What the bytes are is told by themselves: JSON, dots and tildes of base64url, a COSE message, an HTTP message,
else text. A place is a path: JSON Pointers, and in a token or message the name of the part before it.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from itertools import pairwise
from random import Random
from typing import Any, NamedTuple

import cbor2
from mutation import leaf_mutants

__all__ = ["Change", "changes"]

_OF_A_DOUBLE = 2**53
_HTTP = (b"GET ", b"POST ", b"PUT ", b"PATCH ", b"DELETE ", b"HTTP/")


class Change(NamedTuple):
    """place: what was changed. data: the whole input, with that change."""

    place: str
    data: bytes


def changes(data: bytes, random: Random, count: int) -> Iterator[Change]:
    """Give at most ``count`` changes, of different places as far as there are so many."""
    parts = list(_parts(data))
    random.shuffle(parts)
    seen = {data}
    for number in range(count):
        change = random.choice(parts)(random) if number >= len(parts) else parts[number](random)
        if change is not None and change.data not in seen:
            seen.add(change.data)
            yield change


_Changer = Callable[[Random], Change | None]


def _parts(data: bytes) -> Iterator[_Changer]:
    """What can be changed of an input: each gives one change, another one with each call."""
    if data.startswith(_HTTP):
        yield from _of_http(data)
    elif data[:1] == b"\xd2":
        yield from _of_cose(data)
    elif data.lstrip()[:1] in {b"{", b"["}:
        yield lambda _: Change("white space", json.dumps(json.loads(data), indent=3).encode())
        yield lambda _: Change("order of members", _dumped(_reordered(json.loads(data))))
        yield from [lambda random: _of_json(data, random)] * 8
    elif data.count(b".") >= 2:
        yield from _of_token(data)
    else:
        yield lambda random: Change("text", _one_character(data, random))


def _one_character(data: bytes, random: Random) -> bytes:
    """Another letter or digit at one place, one taken out, or one put in."""
    if not data:
        return b"A"
    place = random.randrange(len(data))
    other = random.choice([each for each in b"AQgwaz0189-_" if each != data[place]])
    width, put = random.choice(((1, bytes([other])), (1, b""), (0, bytes([other]))))
    return data[:place] + put + data[place + width :]


# -- JSON ----------------------------------------------------------------------------------------------


def _of_json(data: bytes, random: Random) -> Change | None:
    value = json.loads(data)
    if not isinstance(value, dict | list):
        return Change("text", _one_character(data, random))
    place, changed = _of_value(value, random)
    return None if _same(changed, value) else Change(place, _dumped(changed))


def _dumped(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(errors="surrogatepass")


def _same(first: Any, second: Any) -> bool:
    return json.dumps(first, sort_keys=True) == json.dumps(second, sort_keys=True)


def _reordered(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _reordered(item) for name, item in reversed(value.items())}
    return [_reordered(item) for item in value] if isinstance(value, list) else value


def _of_value(value: Any, random: Random, place: str = "") -> tuple[str, Any]:
    """Go down to a place that is chosen member by member, and change what is there."""
    if isinstance(value, dict) and value and random.random() < 0.85:
        name = random.choice(list(value))
        below = f"{place}/{name.replace('~', '~0').replace('/', '~1')}"
        if random.random() < 0.15:
            return below, _without(value, name, random)
        place, changed = _of_value(value[name], random, below)
        return place, {each: changed if each == name else item for each, item in value.items()}
    if isinstance(value, list) and value and random.random() < 0.8:
        index = random.randrange(len(value))
        place, changed = _of_value(value[index], random, f"{place}/{index}")
        return place, [*value[:index], changed, *value[index + 1 :]]
    return _of_this(value, random, place)


def _of_this(value: Any, random: Random, place: str) -> tuple[str, Any]:
    if isinstance(value, dict):
        return f"{place}/added", {**value, "added": "after signing"}
    if isinstance(value, list):
        return _of_list(value, random, place)
    if isinstance(value, int) and abs(value) > _OF_A_DOUBLE:
        return place, value + 1
    others = [each for each in leaf_mutants(value) if each != value or type(each) is not type(value)]
    return place, random.choice(others)


def _without(value: dict[str, Any], name: str, random: Random) -> dict[str, Any]:
    rest = {each: item for each, item in value.items() if each != name}
    return random.choice((rest, {**rest, name + "s": value[name]}, {**rest, name: [value[name]]}))


def _of_list(value: list[Any], random: Random, place: str) -> tuple[str, list[Any]]:
    how = random.choice(("order", "longer", "shorter") if value else ("longer",))
    if how == "order":
        return f"{place}/order", value[::-1]
    if how == "shorter":
        return f"{place}/shorter", value[:-1]
    return f"{place}/longer", [*value, *(value[-1:] or ["added"])]


# -- tokens --------------------------------------------------------------------------------------------


def _of_token(data: bytes) -> Iterator[_Changer]:
    """Characters of each part, members of those that hold JSON, and parts that are left out."""
    bounds = [-1, *(index for index, each in enumerate(data) if each in b".~"), len(data)]
    for number, (before, after) in enumerate(pairwise(bounds)):
        start, end = before + 1, after
        name = f"part {number}"

        def of_characters(random: Random, start: int = start, end: int = end, name: str = name) -> Change:
            return Change(name, data[:start] + _one_character(data[start:end], random) + data[end:])

        def of_members(random: Random, start: int = start, end: int = end, name: str = name) -> Change | None:
            padded = data[start:end] + b"=" * (-(end - start) % 4)
            try:
                inner = _of_json(urlsafe_b64decode(padded), random)
            except (ValueError, RecursionError):  # a signature, or nothing
                return None
            if inner is None:
                return None
            changed = urlsafe_b64encode(inner.data).rstrip(b"=")
            return Change(name + inner.place, data[:start] + changed + data[end:])

        def left_out(_: Random, start: int = start, end: int = end, name: str = name) -> Change:
            return Change(f"{name} left out", data[:start] + data[end + 1 :])

        yield of_members
        yield of_characters
        yield left_out


# -- COSE ----------------------------------------------------------------------------------------------


def _of_cose(data: bytes) -> Iterator[_Changer]:
    message = cbor2.loads(data).value
    protected = cbor2.loads(message[0])

    def written(*, place: str, at: int, value: Any) -> Change:
        parts = [*message[:at], value, *message[at + 1 :]]
        return Change(place, cbor2.dumps(cbor2.CBORTag(18, parts)))

    def of_protected(random: Random) -> Change:
        label = random.choice(list(protected))
        rest = {each: item for each, item in protected.items() if each != label}
        changed = random.choice((rest, {**rest, label: "other"}, {**protected, 100: "added"}))
        return written(place="protected", at=0, value=cbor2.dumps(changed))

    def of_payload(random: Random) -> Change | None:
        inner = _of_json(message[2], random)
        return inner and written(place=f"payload{inner.place}", at=2, value=inner.data)

    yield of_protected
    yield of_payload
    yield lambda _: written(place="unprotected", at=1, value={**message[1], 100: "added"})
    yield lambda random: written(place="payload", at=2, value=_one_character(message[2], random))
    yield lambda random: written(place="signature", at=3, value=_one_character(message[3], random))
    yield lambda random: Change("bytes", _one_character(data, random))


# -- HTTP ----------------------------------------------------------------------------------------------


def _of_http(data: bytes) -> Iterator[_Changer]:
    """The characters of the first line, of each field's value and of the body; each field left out."""
    head, gap, body = data.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    for number, line in enumerate(lines):
        name, colon, value = line.partition(b":")
        place = name.decode("latin-1").lower() if number else "first line"

        def of_line(
            random: Random, number: int = number, line: bytes = line, value: bytes = value, place: str = place
        ) -> Change:
            kept = line[: len(line) - len(value.lstrip())] if number else b""
            changed = kept + _one_character(line[len(kept) :], random)
            return Change(place, b"\r\n".join([*lines[:number], changed, *lines[number + 1 :]]) + gap + body)

        yield of_line
        if colon and number:

            def left_out(_: Random, number: int = number, place: str = place) -> Change:
                rest = b"\r\n".join([*lines[:number], *lines[number + 1 :]])
                return Change(f"{place} left out", rest + gap + body)

            yield left_out
    yield lambda random: Change("body", head + gap + _one_character(body, random))
