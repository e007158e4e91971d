"""How an object is held to a table: its members, each with its form, and the rules between them.

Every form answers twice. ``holds`` is the hot path, a verdict and nothing else; ``problems`` is asked
only after it said no, and names everything with a JSON Pointer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any, Final, Protocol

from signet_vc.codec.jcs import pointer_to_wide_number
from signet_vc.codec.json_pointer import pointer
from signet_vc.errors import Code, Problem, ProblemError, problem
from signet_vc.limits import DEFAULT_LIMITS, MAX_SAFE_INTEGER

__all__ = [
    "Embedded",
    "Form",
    "Level",
    "ListOf",
    "OneOrList",
    "Rule",
    "Simple",
    "constant",
    "is_integer",
    "matching",
    "nests_deeper",
    "one_of",
    "recurring",
]

_MOST_PROBLEMS: Final = 50  # named for one object; an attacker must not choose how many we make
# Arrays and objects side by side, as many as a text within the limit can have ("[]," each). A list that
# contains itself twice would double at every level and fill the memory before it is too deep.
_WIDEST: Final = DEFAULT_LIMITS.document_bytes // 3


_REMEMBERED: Final = 1024
_LONGEST_REMEMBERED: Final = 256  # characters: bounds what strangers can make it hold


class Form(Protocol):
    """What a value must be. ``holds`` may raise TypeError for a value of another type: it does not hold."""

    @property
    def holds(self) -> Callable[[Any], object]:
        """Whether a value has the form: truthy or not."""

    def problems(self, value: Any, place: str) -> Iterator[Problem]:
        """What is wrong with a value that does not have it, at least one problem."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Simple:
    """A form that one test decides; ``rule`` says in words what the value must be.

    ``pattern``: what the test matches, where it is a regular expression.
    """

    holds: Callable[[Any], object]
    rule: str
    code: Code = Code.INVALID_CREDENTIAL
    pattern: str | None = None

    def problems(self, value: Any, place: str) -> Iterator[Problem]:  # noqa: ARG002 - never quoted
        """The one thing that can be wrong."""
        yield problem(self.code, f"must be {self.rule}", place)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What ties members of one object together; judged when each member by itself is right."""

    holds: Callable[[Mapping[str, Any]], object]
    member: str
    rule: str


class Level:
    """An object of the format: exactly these members, never null, and the rules between them."""

    def __init__(
        self,
        *,
        required: Mapping[str, Form],
        optional: Mapping[str, Form] | None = None,
        rules: tuple[Rule, ...] = (),
    ) -> None:
        self._required = frozenset(required)
        self._forms = {**required, **(optional or {})}
        self._rules = rules
        # For the hot path: looked up and called without a step between.
        self._tests = {name: form.holds for name, form in self._forms.items()}
        self._rule_tests = [rule.holds for rule in rules]

    def holds(self, value: Any) -> bool:
        """Whether the value is such an object. One pass, no problem is made."""
        if not isinstance(value, dict) or not self._required <= value.keys():
            return False
        tests = self._tests
        try:
            for name, item in value.items():
                if not tests[name](item):
                    return False
        except (KeyError, TypeError):  # a name that is not in the table; a test met another type
            return False
        for rule_holds in self._rule_tests:  # noqa: SIM110 - all() and a generator take 0.3 us longer
            if not rule_holds(value):
                return False
        return True

    def problems(self, value: Any, place: str) -> Iterator[Problem]:
        """Everything that is wrong, at most fifty problems an object."""
        return islice(self._problems(value, place), _MOST_PROBLEMS)

    def _problems(self, value: Any, place: str) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield problem(Code.INVALID_CREDENTIAL, "must be an object", place)
            return
        sound = True
        for name in sorted(self._required - value.keys()):
            sound = False
            yield problem(Code.INVALID_CREDENTIAL, f"the member {name} is missing", place)
        for name, item in value.items():
            form = self._forms.get(name)
            if form is None:
                sound = False
                yield _unknown(name, place)
            elif not _holds(form, item):
                sound = False
                yield from form.problems(item, f"{place}/{name}")
        if sound:
            for rule in self._rules:
                if not rule.holds(value):
                    yield problem(Code.INVALID_CREDENTIAL, rule.rule, f"{place}/{rule.member}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOf:
    """A list of ``least`` to ``most`` values of one form."""

    form: Form
    least: int = 1
    most: int | None = None

    def holds(self, value: Any) -> bool:
        """Whether the value is such a list."""
        if not self._has_size(value):
            return False
        return all(map(self.form.holds, value))

    def problems(self, value: Any, place: str) -> Iterator[Problem]:
        """The list's own problem, or those of its items."""
        if not self._has_size(value):
            size = f"at least {self.least}" if self.most is None else f"{self.least} to {self.most}"
            yield problem(Code.INVALID_CREDENTIAL, f"must be a list of {size}", place)
            return
        for index, item in enumerate(value):
            if not _holds(self.form, item):
                yield from self.form.problems(item, f"{place}/{index}")

    def _has_size(self, value: Any) -> bool:
        return (
            isinstance(value, list)
            and self.least <= len(value)
            and (self.most is None or len(value) <= self.most)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOrList:
    """A value of one form, or a list of one or more of them."""

    form: Form

    def holds(self, value: Any) -> bool:
        """Whether the value is either."""
        if isinstance(value, list):
            return bool(value) and all(map(self.form.holds, value))
        return bool(self.form.holds(value))

    def problems(self, value: Any, place: str) -> Iterator[Problem]:
        """Those of the value, or of the list."""
        inner = ListOf(form=self.form) if isinstance(value, list) else self.form
        return inner.problems(value, place)


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """A value that may be embedded: of its own form, its numbers at most 2^53 - 1 in magnitude, 64 deep.

    The depth is the one thing here that the JSON Schemas do not say.
    """

    form: Form

    def holds(self, value: Any) -> bool:
        """Whether the value has the form and may be embedded: one pass, level by level."""
        if not self.form.holds(value):
            return False
        level = [value]
        for _ in range(DEFAULT_LIMITS.value_depth):
            inner = _containers_within(level)
            if not inner:
                return inner is not None
            if len(inner) > _WIDEST:
                return False
            level = inner
        return False

    def problems(self, value: Any, place: str) -> Iterator[Problem]:
        """What is wrong with the form; TOO_DEEP, or where the first number is that is too large."""
        if not _holds(self.form, value):
            yield from self.form.problems(value, place)
        if nests_deeper(value, DEFAULT_LIMITS.value_depth):
            yield problem(Code.TOO_DEEP, f"nested deeper than {DEFAULT_LIMITS.value_depth}", place)
            return
        try:
            wide = pointer_to_wide_number(value)
        except ProblemError as error:
            yield from (problem(found.code, found.detail, place + found.pointer) for found in error.problems)
            return
        if wide is not None:
            detail = "a number beyond 2^53 - 1 must be committed to, not embedded"
            yield problem(Code.NUMBER_OUT_OF_RANGE, detail, place + wide)


def constant(value: str | list[str], code: Code = Code.INVALID_CREDENTIAL) -> Simple:
    """Exactly this string, or this list of strings."""
    holds = frozenset({value}).__contains__ if isinstance(value, str) else lambda item: item == value
    return Simple(holds=holds, rule=f"exactly {value}", code=code)


def one_of(*values: str) -> Simple:
    """One of these strings."""
    return Simple(holds=frozenset(values).__contains__, rule="one of " + ", ".join(values))


def matching(pattern: str, rule: str) -> Simple:
    """A string that the whole of the pattern matches."""
    return Simple(holds=re.compile(pattern).fullmatch, rule=rule, pattern=pattern)


def recurring(pattern: str, rule: str) -> Simple:
    """As ``matching``, for the names of parties, which come again and again: verdicts are remembered."""
    matches = re.compile(pattern).fullmatch
    remembered = lru_cache(maxsize=_REMEMBERED)(matches)

    def holds(item: Any) -> object:
        return remembered(item) if len(item) <= _LONGEST_REMEMBERED else matches(item)

    return Simple(holds=holds, rule=rule, pattern=pattern)


def is_integer(value: Any) -> bool:
    """An integer as JSON knows it: 1 and 1.0 are the same number, true is none."""
    return type(value) is int or (type(value) is float and value.is_integer())


def _holds(form: Form, value: Any) -> bool:
    try:
        return bool(form.holds(value))
    except TypeError:
        return False


def _unknown(name: Any, place: str) -> Problem:
    step = pointer((None, name)) if isinstance(name, str) else ""
    return problem(Code.INVALID_CREDENTIAL, "no such member in this place", place + step)


def _containers_within(level: list[Any]) -> list[Any] | None:
    """The arrays and objects directly in these; None if a number among their values is too large."""
    inner: list[Any] = []
    for container in level:
        for item in container if type(container) is list else container.values():
            kind = type(item)
            if kind is dict or kind is list:
                inner.append(item)
            elif kind is int or kind is float:
                if not -MAX_SAFE_INTEGER <= item <= MAX_SAFE_INTEGER:  # NaN is not within either
                    return None
            elif kind is not str and kind is not bool and item is not None:
                return None  # a program's value that is no JSON
    return inner


def nests_deeper(value: Any, levels: int) -> bool:
    """Whether arrays and objects nest deeper than ``levels``, the outermost being 1. No recursion."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(levels):
        level = [
            item
            for container in level
            for item in (container.values() if isinstance(container, dict) else container)
            if isinstance(item, dict | list)
        ]
        if not level:
            return False
        if len(level) > _WIDEST:
            return True
    return bool(level)
