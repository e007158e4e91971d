"""Regular expressions of foreign JSON Schemas, matched in bounded work.

A backtracking matcher needs exponential time for expressions that an attacker chooses. Here every state that
can be reached is followed at once (Thompson's construction), so that the work is at most characters times
states, and it is paid for as it is done. What such a matcher cannot do, looking around and back references,
is refused and not guessed at.

Spec: ECMA-262 §22.2 with the flag ``u``, which JSON Schema 2020-12 §6.4 recommends for ``pattern``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, NamedTuple, TypeAlias
from unicodedata import category

__all__ = ["Pattern", "PatternError", "Spend"]

Spend: TypeAlias = Callable[[int], None]  # is told of work, half a microsecond a unit, and may raise

_MOST_CHARACTERS: Final = 1000
_MOST_STATES: Final = 2000  # what counted repetition may unfold to
_MOST_GROUPS: Final = 40  # in one another: the reader recurses

_LINE_ENDS: Final = frozenset("\n\r\u2028\u2029")
_SPACES: Final = frozenset("\t\v\f\ufeff\n\r\u2028\u2029")  # and every character of category Zs
_CONTROLS: Final = {"t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r", "0": "\0"}
_match_count: Final = re.compile(r"\{([0-9]{1,4})(?:(,)([0-9]{1,4})?)?\}").match
_match_code: Final = re.compile(
    r"x([0-9A-Fa-f]{2})"
    r"|u([Dd][89ABab][0-9A-Fa-f]{2})\\u([Dd][C-Fc-f][0-9A-Fa-f]{2})"
    r"|u([0-9A-Fa-f]{4})|u\{([0-9A-Fa-f]{1,6})\}"
).match
_match_category: Final = re.compile(r"\{(?:(?:gc|General_Category)=)?([A-Z][a-z]?)\}").match
_match_group_head: Final = re.compile(r"\((?:\?(?::|<[A-Za-z_$][A-Za-z0-9_$]*>))?(?!\?)").match

_Test: TypeAlias = Callable[[str], bool]  # of one character


class PatternError(Exception):
    """The expression is not one that is matched here."""


class _State(NamedTuple):
    """``test``: of the character that leads on; ``place``: an assertion; neither: just the ways on."""

    test: _Test | None
    place: str
    ways: Sequence[int]


class _Part(NamedTuple):
    """A piece of the expression: ``kind`` is one of test, place, all, any, repeat."""

    kind: str
    test: _Test | None = None
    place: str = ""
    parts: Sequence[_Part] = ()
    least: int = 0
    most: int | None = None


class Pattern:
    """A compiled expression. Raises PatternError where it is none, or cannot be matched here."""

    __slots__ = ("_anchored", "_start", "_states")

    def __init__(self, expression: str) -> None:
        if len(expression) > _MOST_CHARACTERS:
            raise PatternError("longer than 1,000 characters")
        part = _Reader(expression).read()
        self._anchored = _begins_at_start(part)
        self._states: list[_State] = [_State(None, "", ())]  # reached: matched
        self._start = self._build(part, 0)

    def search(self, text: str, spend: Spend) -> bool:
        """Whether any part of ``text`` matches. ``spend`` is told of the work before it is done."""
        states = self._states
        reached: list[int] = []
        for position in range(len(text) + 1):
            if position and self._anchored and not reached:
                return False
            reached.append(self._start)
            spend(2 + len(reached))
            open_states = self._closure(reached, text, position)
            spend(len(open_states))
            if 0 in open_states:
                return True
            if position < len(text):
                character = text[position]
                reached = []
                for each in open_states:
                    test = states[each].test
                    if test is not None and test(character):
                        reached += states[each].ways
        return False

    def _closure(self, reached: list[int], text: str, position: int) -> set[int]:
        seen: set[int] = set()
        while reached:
            each = reached.pop()
            if each in seen:
                continue
            seen.add(each)
            state = self._states[each]
            if state.test is None and (not state.place or _holds(state.place, text, position)):
                reached += state.ways
        return seen

    def _add(self, test: _Test | None, place: str, ways: Sequence[int]) -> int:
        if len(self._states) >= _MOST_STATES:
            raise PatternError("it unfolds to more than 2,000 states")
        self._states.append(_State(test, place, ways))
        return len(self._states) - 1

    def _build(self, part: _Part, after: int) -> int:
        """Add the states of a part that leads on to ``after``; gives the first of them."""
        if part.kind == "all":
            for each in reversed(part.parts):
                after = self._build(each, after)
            return after
        if part.kind == "any":
            return self._add(None, "", [self._build(each, after) for each in part.parts])
        if part.kind == "repeat":
            return self._build_repeated(part, after)
        return self._add(part.test, part.place, (after,))

    def _build_repeated(self, part: _Part, after: int) -> int:
        (repeated,) = part.parts
        if part.most is None:
            ways = [after]
            loop = self._add(None, "", ways)
            ways.append(self._build(repeated, loop))
            after = loop
        else:
            for _ in range(part.most - part.least):
                after = self._add(None, "", (after, self._build(repeated, after)))
        for _ in range(part.least):
            after = self._build(repeated, after)
        return after


def _begins_at_start(part: _Part) -> bool:
    if part.kind == "all":
        return bool(part.parts) and _begins_at_start(part.parts[0])
    if part.kind == "any":
        return all(map(_begins_at_start, part.parts))
    return part.place == "^"


def _holds(place: str, text: str, position: int) -> bool:
    if place == "^":
        return position == 0
    if place == "$":
        return position == len(text)
    before = position > 0 and _is_word(text[position - 1])
    after = position < len(text) and _is_word(text[position])
    return (before != after) == (place == "b")


# --- characters -------------------------------------------------------------------------------------------


def _is_word(character: str) -> bool:
    return character.isascii() and (character.isalnum() or character == "_")


def _is_digit(character: str) -> bool:
    return "0" <= character <= "9"


def _is_space(character: str) -> bool:
    return character in _SPACES or category(character) == "Zs"


def _is_no_line_end(character: str) -> bool:
    return character not in _LINE_ENDS


def _is_of(wanted: str, character: str) -> bool:
    return category(character).startswith(wanted)


def _is_between(low: str, high: str, character: str) -> bool:
    return low <= character <= high


def _is_any(tests: Sequence[_Test], character: str) -> bool:
    return any(test(character) for test in tests)


def _is_not(test: _Test, character: str) -> bool:
    return not test(character)


_SETS: Final[dict[str, _Test]] = {"d": _is_digit, "w": _is_word, "s": _is_space}


# --- reading ----------------------------------------------------------------------------------------------


class _Reader:
    """Reads one expression, from left to right."""

    __slots__ = ("_at", "_groups", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._groups = 0

    def read(self) -> _Part:
        part = self._alternatives()
        if self._at < len(self._text):
            raise PatternError("a bracket too many")
        return part

    def _next(self) -> str:
        """The character that comes next; empty at the end."""
        return self._text[self._at : self._at + 1]

    def _take(self) -> str:
        taken = self._next()
        if not taken:
            raise PatternError("it ends too early")
        self._at += 1
        return taken

    def _alternatives(self) -> _Part:
        parts = [self._sequence()]
        while self._next() == "|":
            self._at += 1
            parts.append(self._sequence())
        return parts[0] if len(parts) == 1 else _Part("any", parts=parts)

    def _sequence(self) -> _Part:
        parts: list[_Part] = []
        while self._next() not in {"", "|", ")"}:
            parts.append(self._repeated(self._atom()))
        return _Part("all", parts=parts)

    def _repeated(self, part: _Part) -> _Part:
        head = self._next()
        count = _match_count(self._text, self._at)
        if head in {"*", "+", "?"}:
            self._at += 1
            least, most = int(head == "+"), 1 if head == "?" else None
        elif count:
            self._at = count.end()
            least = int(count[1])
            most = least if count[2] is None else (int(count[3]) if count[3] else None)
            if most is not None and most < least:
                raise PatternError("a repetition that ends before it begins")
        else:
            return part
        if part.kind == "place":
            raise PatternError("a repeated assertion")
        if self._next() == "?":  # lazy: the same matches
            self._at += 1
        if self._next() in {"*", "+", "?"} or _match_count(self._text, self._at):
            raise PatternError("a repetition of a repetition")
        return _Part("repeat", parts=(part,), least=least, most=most)

    def _atom(self) -> _Part:
        if self._next() == "(":
            return self._group()
        character = self._take()
        if character in {"^", "$"}:
            return _Part("place", place=character)
        if character == ".":
            return _Part("test", test=_is_no_line_end)
        if character == "[":
            return _Part("test", test=self._class())
        if character == "\\":
            return self._escape()
        if character in {"*", "+", "?"}:
            raise PatternError("nothing to repeat")
        return _Part("test", test=character.__eq__)

    def _escape(self) -> _Part:
        if self._next() in {"b", "B"}:
            return _Part("place", place=self._take())
        escaped = self._escaped()
        return _Part("test", test=escaped if callable(escaped) else escaped.__eq__)

    def _group(self) -> _Part:
        head = _match_group_head(self._text, self._at)
        self._groups += 1
        if head is None or self._groups > _MOST_GROUPS:
            raise PatternError("it looks around, or nests more than 40 groups")
        self._at = head.end()
        part = self._alternatives()
        if self._take() != ")":
            raise PatternError("an open group")
        self._groups -= 1
        return part

    def _class(self) -> _Test:
        negated = self._next() == "^"
        self._at += negated
        tests: list[_Test] = []
        while self._next() != "]":
            low = self._class_atom()
            is_range = self._next() == "-" and self._text[self._at + 1 : self._at + 2] not in {"", "]"}
            if callable(low):
                tests.append(low)
            elif not is_range:
                tests.append(low.__eq__)
            else:
                self._at += 1
                high = self._class_atom()
                if callable(high) or high < low:
                    raise PatternError("a range that ends before it begins")
                tests.append(partial(_is_between, low, high))
        self._at += 1
        test = partial(_is_any, tests)
        return partial(_is_not, test) if negated else test

    def _class_atom(self) -> str | _Test:
        character = self._take()
        if character != "\\":
            return character
        if self._next() == "b":
            self._at += 1
            return "\b"
        return self._escaped()

    def _escaped(self) -> str | _Test:
        """What follows a backslash: a character, or a test of one."""
        code = _match_code(self._text, self._at)
        if code:
            self._at = code.end()
            return _character(code)
        letter = self._take()
        if letter.lower() in _SETS:
            test = _SETS[letter.lower()]
            return test if letter.islower() else partial(_is_not, test)
        if letter in _CONTROLS and not (letter == "0" and self._next().isdigit()):
            return _CONTROLS[letter]
        if letter in {"p", "P"}:
            named = _match_category(self._text, self._at)
            if named is None:
                raise PatternError("a property of characters that is not known here")
            self._at = named.end()
            of = partial(_is_of, named[1])
            return of if letter == "p" else partial(_is_not, of)
        if letter == "c" and self._next().isascii() and self._next().isalpha():
            return chr(ord(self._take()) % 32)
        if letter.isalnum():
            raise PatternError("a back reference, or an escape without a meaning")
        return letter


def _character(code: re.Match[str]) -> str:
    if code[2]:
        return chr(0x10000 + ((int(code[2], 16) - 0xD800) << 10) + int(code[3], 16) - 0xDC00)
    number = int(code[1] or code[4] or code[5], 16)
    if number > 0x10FFFF:  # noqa: PLR2004 - the last code point
        raise PatternError("no character")
    return chr(number)
