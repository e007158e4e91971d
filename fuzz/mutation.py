"""Changes of an input that keep its structure, so that they reach what stands behind the first check.

Each takes the input and a source of randomness and gives another input; none raises for any input.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from random import Random
from typing import Any, Final

import cbor2

__all__ = ["chance", "of_bytes", "of_cbor", "of_json", "of_token"]

# What has broken parsers: types out of place, edges of numbers, names that mean something to Python,
# JSON-LD or a URL.
_VALUES: Final[tuple[Any, ...]] = (
    None, True, False, 0, -1, 1, 2**31, 2**53, 2**63, 2**64, -(2**64), 10**400, 0.5, -0.0, 1e308, 5e-324,
    "", " ", "\u0000", "\ud800", "\U0001f600", "a" * 300, "null", "@id", "@type", "@context", "@vocab",
    "@base", "@graph", "@value", "@list", "@set", "@none", "@json", "_:b0", "__class__", "__proto__",
    "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp", "did:web:example.com", "did:jwk:e30",
    "https://www.w3.org/ns/credentials/v2", "https://www.w3.org/2018/credentials/v1", "urn:uuid:0",
    "data:,", "data:application/vc+jwt,e30.e30.", "http://[::1", "https://a:b:c", "https://exa mple.com/",
    "%", "%zz", "2024-02-30T00:00:00Z", "9999-12-31T24:00:00Z", "99999999999-01-01T00:00:00Z",
    "-0001-01-01T00:00:00-14:00", "u", "z", "zz", "uEiA", "z1111", "~", ".", "..", "_sd", "...", "e30",
    "none", "assertionMethod", "did:x:",
    [], {}, [[]], [{}], [None], [""], {"@id": None}, {"@value": []}, {"id": {}}, {"type": 0}, [[[[[[]]]]]],
)  # fmt: skip
_MOST_CHANGES: Final = 4
_DEEPEST: Final = 60


def chance(random: Random, share: float) -> bool:
    """Give True in that share of the cases."""
    return random.random() < share


def of_bytes(data: bytes, random: Random) -> bytes:
    """Cut, repeat, replace or insert a few bytes."""
    result = bytearray(data)
    for _ in range(random.randint(1, _MOST_CHANGES)):
        start = random.randint(0, len(result))
        end = min(len(result), start + random.choice((0, 1, 1, 2, 4, 16, 64)))
        piece = random.choice(
            (
                b"",
                random.randbytes(1),
                random.randbytes(4),
                bytes(result[start:end]) * 2,
                b'"',
                b"\\",
                b"\xff",
            )
        )
        result[start:end] = piece
    return bytes(result)


def of_json(data: bytes, random: Random) -> bytes:
    """Change members and elements of a JSON text; the bytes of what is no such text."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return of_bytes(data, random)
    try:
        text = json.dumps(_changed(value, random), ensure_ascii=chance(random, 0.2), separators=(",", ":"))
        return text.encode(errors="surrogatepass")
    except (ValueError, RecursionError):  # an integer of more digits than Python writes
        return of_bytes(data, random)


def of_token(data: bytes, random: Random) -> bytes:
    """Change one base64url part of a token with dots and tildes, as JSON if it holds any, else as bytes."""
    separators = [index for index, byte in enumerate(data) if byte in b".~"]
    if not separators or chance(random, 0.2):
        return of_json(data, random) if data[:1] in {b"{", b"["} else of_bytes(data, random)
    bounds = [-1, *separators, len(data)]
    part = random.randrange(len(bounds) - 1)
    start, end = bounds[part] + 1, bounds[part + 1]
    try:
        inner = urlsafe_b64decode(data[start:end] + b"=" * (-(end - start) % 4))
    except ValueError:
        return of_bytes(data, random)
    changed = urlsafe_b64encode(of_json(inner, random)).rstrip(b"=")
    again = data[start:end] if chance(random, 0.1) else b""  # a part twice
    return data[:start] + changed + again + data[end:]


def of_cbor(data: bytes, random: Random) -> bytes:
    """Change the items of a CBOR text; the bytes of what is none, and sometimes of what is."""
    if chance(random, 0.3):
        return of_bytes(data, random)
    try:
        return cbor2.dumps(_changed(cbor2.loads(data), random))
    except Exception:  # noqa: BLE001 - another's parser, over hostile bytes
        return of_bytes(data, random)


def _changed(value: Any, random: Random) -> Any:
    for _ in range(random.randint(1, _MOST_CHANGES)):
        value = _with_change(value, random, _DEEPEST)
    return value


def _with_change(value: Any, random: Random, depth: int) -> Any:
    """Change a place in ``value``, which is copied along the way to it."""
    if isinstance(value, dict) and value and depth and chance(random, 0.8):
        name = random.choice(list(value))
        return _OF_MEMBERS[random.choice(_MEMBER_ODDS)](value, name, random, depth)
    if isinstance(value, list) and value and depth and chance(random, 0.8):
        index = random.randrange(len(value))
        rest = value[:index], value[index + 1 :]
        middle = random.choice(
            ([], [value[index], value[index]], *[[_with_change(value[index], random, depth - 1)]] * 6)
        )
        return [*rest[0], *middle, *rest[1]]
    if isinstance(value, str) and chance(random, 0.5):
        return of_bytes(value.encode(errors="surrogatepass"), random).decode(errors="replace")
    if isinstance(value, bytes) and chance(random, 0.8):
        return of_bytes(value, random)
    return random.choice((random.choice(_VALUES), [value], {"id": value}, [value, value]))


def _inside(value: dict[Any, Any], name: Any, random: Random, depth: int) -> dict[Any, Any]:
    return {**value, name: _with_change(value[name], random, depth - 1)}


def _without(value: dict[Any, Any], name: Any, _random: Random, _depth: int) -> dict[Any, Any]:
    return {each: item for each, item in value.items() if each != name}


def _renamed(value: dict[Any, Any], name: Any, random: Random, _depth: int) -> dict[Any, Any]:
    other = random.choice([each for each in (*_VALUES, *value) if isinstance(each, str)])
    return {(other if each == name else each): item for each, item in value.items()}


def _added(value: dict[Any, Any], name: Any, random: Random, _depth: int) -> dict[Any, Any]:
    other = random.choice([each for each in _VALUES if isinstance(each, str)])
    return {**value, other: random.choice((random.choice(_VALUES), value[name]))}


_OF_MEMBERS: Final[tuple[Callable[[dict[Any, Any], Any, Random, int], dict[Any, Any]], ...]] = (
    _inside, _without, _renamed, _added,
)  # fmt: skip
_MEMBER_ODDS: Final = (0, 0, 0, 0, 0, 0, 1, 2, 3)
