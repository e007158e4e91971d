"""JSON values for properties, and a reader of JSON so plain that it can be believed.

The reader is recursive, builds everything, knows no short way, and reports the first fault in the order
of the text: what the package's reader must say too, by whatever way it comes there.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import rfc8785
from hypothesis import strategies as st

from signet_vc.errors import Code

# Names where the order by code point and by UTF-16 differ: astral ones, and U+E000 to U+FFFF.
NAMES = st.text(
    st.sampled_from('ab~/0"\\\n\x7f é€\u2028\ue000\uffff\U00010000\U0010ffff'), max_size=3
) | st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
SAFE_INTEGERS = st.integers(-(2**53) + 1, 2**53 - 1)
WIDE_INTEGERS = (
    st.integers()
    | st.integers(-(10**400), 10**400)
    | st.sampled_from([2**53 - 1, 2**53, 2**63, 2**64 - 1, 2**64, -(2**63) - 1, 10**21, 10**308, 10**309])
)
FLOATS = st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from(
    [0.0, -0.0, 1.0, 1e-5, 9.999999999999999e-6, 1e-6, 1e-7, 1e16, 1e20, 1e21, 2.0**53, 5e-324, 1.5, 1e23]
)


def values(integers: st.SearchStrategy[int]) -> st.SearchStrategy[Any]:
    """Values of JSON with these integers."""
    return st.recursive(
        st.none() | st.booleans() | integers | FLOATS | TEXTS,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=5),
        max_leaves=20,
    )


def same(left: Any, right: Any) -> bool:
    """Equality that tells 1, 1.0 and True apart, and heeds the order of members."""
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return list(left) == list(right) and all(same(left[name], right[name]) for name in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    return bool(left == right)


class Fault(Exception):  # noqa: N818 - also what the plain reader answers
    def __init__(self, code: Code, path: tuple[str | int, ...]) -> None:
        super().__init__(code, path)
        self.code = code
        self.pointer = "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


_STRING = re.compile(r'"((?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*)"')
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|(.))")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_ESCAPED = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_WORDS = {"true": True, "false": False, "null": None}


@dataclass
class _PlainReader:
    text: str
    max_depth: int
    at: int = 0

    def read(self) -> Any:
        value = self.value((), 0)
        self.space()
        if self.at != len(self.text):
            raise Fault(Code.MALFORMED_JSON, ())
        return value

    def value(self, path, depth):
        self.space()
        if self.text[self.at : self.at + 1] in ("{", "["):
            if depth == self.max_depth:
                raise Fault(Code.TOO_DEEP, path)
            inside = self.members if self.take("{") else self.elements
            return inside(path, depth + 1)
        if self.text[self.at : self.at + 1] == '"':
            return self.string(path)
        for word, value in _WORDS.items():
            if self.take(word):
                return value
        match = _NUMBER.match(self.text, self.at)
        if match is None:
            raise Fault(Code.MALFORMED_JSON, path)
        self.at = match.end()
        return number(match.group(), path)

    def members(self, path, depth):
        members: dict[str, Any] = {}
        self.space()
        while not self.take("}"):
            if members and not self.take(","):
                raise Fault(Code.MALFORMED_JSON, path)
            self.space()
            name = self.string(path)
            if name in members:
                raise Fault(Code.DUPLICATE_MEMBER, (*path, name))
            self.space()
            if not self.take(":"):
                raise Fault(Code.MALFORMED_JSON, path)
            members[name] = self.value((*path, name), depth)
            self.space()
        return members

    def elements(self, path, depth):
        elements: list[Any] = []
        self.take("[")
        self.space()
        while not self.take("]"):
            if elements and not self.take(","):
                raise Fault(Code.MALFORMED_JSON, path)
            elements.append(self.value((*path, len(elements)), depth))
            self.space()
        return elements

    def string(self, path):
        match = _STRING.match(self.text, self.at)
        if match is None:
            raise Fault(Code.MALFORMED_JSON, path)
        self.at = match.end()
        if re.search("[\ud800-\udfff]", match[1]):
            raise Fault(Code.MALFORMED_JSON, path)
        raw = _ESCAPE.sub(
            lambda found: chr(int(found[1], 16)) if found[1] else _ESCAPED.get(found[2], found[2]), match[1]
        )
        try:  # joins what two escapes wrote of one astral character
            return raw.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
        except UnicodeDecodeError:
            raise Fault(Code.MALFORMED_JSON, path) from None

    def space(self) -> None:
        while self.text[self.at : self.at + 1] in (" ", "\t", "\n", "\r"):
            self.at += 1

    def take(self, word: str) -> bool:
        found = self.text.startswith(word, self.at)
        self.at += found * len(word)
        return found


def number(token: str, path: tuple[str | int, ...]) -> int | float:
    """CANON's rule, told with RFC 8785's own print."""
    if re.fullmatch("-?[0-9]+", token):
        if len(token.lstrip("-")) > 4300:
            raise Fault(Code.NUMBER_OUT_OF_RANGE, path)
        return int(token)
    value = float(token)
    if abs(value) == float("inf"):
        raise Fault(Code.NUMBER_OUT_OF_RANGE, path)
    if abs(value) >= 2**53 and Decimal(token) != Decimal(rfc8785.dumps(value).decode()):
        raise Fault(Code.NUMBER_OUT_OF_RANGE, path)
    return value


def read_plainly(text: str, max_depth: int) -> Any:
    """The value of ``text``, or the ``Fault`` that is its first."""
    try:
        return _PlainReader(text, max_depth).read()
    except Fault as fault:
        return fault


SEEDS = [
    '{"a":1,"b":[true,false,null],"c":{"d":"e"}}',
    '{"a":1,"\\u0061":2}',
    '[{"x":{"y":[1,2,{"z":0}]}},{"x":{}}]',
    '["\\ud83d\\ude02","\\ud800","\\"","\\\\","\\/","\\b\\f\\n\\r\\t","é","😂"]',
    "[0,-0,0.0,-0.0,1e2,1E+2,1e-2,12.50,9007199254740991,9007199254740993,18446744073709551616]",
    "[9007199254740993.0,4611686018427387904.0,1e23,1e21,1e400,-1e400,1e-400,0.10000000000000001]",
    "[NaN,Infinity,-Infinity]",
    '{"~":{"/":[{"a":1,"a":1}]}}',
    '"' + "[" * 9 + '\\"' + "{" * 9 + '"',
    "[[[[[[[[1]]]]]]]]",
    '{"a":{"a":{"a":{"a":{"a":{}}}}}}',
    "[1" + "0" * 308 + ',"x"]',
    "[1" + "0" * 309 + ',"\\ud800"]',
]
_PIECES = [
    *'{}[],:"\\ \n\t\r\x00\x1f\x7f\u2028\ufeff019.-+eEtfnulrsaINy/~',
    "\\u",
    "\\ud800",
    "\\udc00",
    "\\u0061",
    '"a":1,',
    "1e400",
    "9007199254740993.0",
    "123456789012345678901234567890",
    "\udcff",
    "[[[[[[",
    "]]]]]]",
    "7" * 320,
]


def hostile_texts(count: int, seed: int) -> list[str]:
    """Good and bad texts with some bytes cut out, doubled or put in; lone surrogates stand for bad UTF-8."""
    dice = random.Random(seed)
    texts = list(SEEDS)
    while len(texts) < count:
        text = dice.choice(SEEDS)
        for _ in range(dice.randint(1, 4)):
            at, span = dice.randint(0, len(text)), dice.randint(0, 4)
            text = (
                text[:at]
                + dice.choice(["", text[at : at + 2 * span], dice.choice(_PIECES)])
                + text[at + span :]
            )
        texts.append(text)
    return texts
