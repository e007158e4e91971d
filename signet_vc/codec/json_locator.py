"""Find the first thing that is wrong with a JSON text, with its JSON Pointer.

The parsers that read JSON fast do not say in which member they failed. This walk does, once a text is
known to be refused; it builds no values, does not recurse, and stops after a number of steps.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Final

from signet_vc.codec.json_numbers import integer, no_constant, real
from signet_vc.codec.json_pointer import Path, pointer
from signet_vc.errors import Code, Problem, ProblemError

__all__ = ["first_problem"]

# Less than a second. A text of 64 MiB may hold thirty million values; who sends one with the fault at its end
# learns the code and not the place.
_MAX_STEPS: Final = 250_000

_space: Final = re.compile(r"[ \t\n\r]+").match
_SCALAR: Final = json.JSONDecoder(parse_int=integer, parse_float=real, parse_constant=no_constant)


@dataclass(slots=True)
class _Container:
    """An array or object that is open; ``names``: those seen, of an object."""

    path: Path
    closer: str
    names: set[str] | None
    count: int = 0


@dataclass(slots=True)
class _Walk:
    text: str
    max_depth: int
    at: int = 0
    open: list[_Container] = field(default_factory=list)

    def run(self) -> None:
        if self._take("\ufeff"):
            raise _malformed("a byte-order mark", None)
        self._value(None)
        for _ in range(_MAX_STEPS):
            if not self.open:
                break
            self._step(self.open[-1])
        else:
            return
        self._skip_space()
        if self.at < len(self.text):
            raise _malformed("text after the value", None)

    def _step(self, container: _Container) -> None:
        """Take the next member or element of ``container``, or its end."""
        self._skip_space()
        if self._take(container.closer):
            self.open.pop()
            return
        if container.count and not self._take(","):
            raise _malformed(f"neither ',' nor '{container.closer}' after a value", container.path)
        step = container.count if container.names is None else self._name(container, container.names)
        container.count += 1
        self._value((container.path, step))

    def _name(self, container: _Container, names: set[str]) -> str:
        self._skip_space()
        if not self.text.startswith('"', self.at):
            raise _malformed("no string for a member name", container.path)
        name = str(self._scalar(container.path))
        if name in names:
            raise ProblemError.of(
                Code.DUPLICATE_MEMBER, "the member is there twice", pointer((container.path, name))
            )
        names.add(name)
        self._skip_space()
        if not self._take(":"):
            raise _malformed("no ':' after a member name", container.path)
        return name

    def _value(self, path: Path) -> None:
        """Read a scalar, or open an array or object."""
        self._skip_space()
        if self._take("{"):
            self.open.append(_Container(path, "}", set()))
        elif self._take("["):
            self.open.append(_Container(path, "]", None))
        else:
            self._scalar(path)
        if len(self.open) > self.max_depth:
            raise ProblemError.of(Code.TOO_DEEP, f"nested deeper than {self.max_depth}", pointer(path))

    def _scalar(self, path: Path) -> object:
        try:
            value, self.at = _SCALAR.raw_decode(self.text, self.at)
        except ProblemError as error:
            first = error.problems[0]
            raise ProblemError.of(first.code, first.detail, pointer(path)) from error
        except json.JSONDecodeError as error:
            raise _malformed(error.msg, path) from error
        if isinstance(value, str) and not _is_unicode(value):
            raise _malformed("a lone surrogate or invalid UTF-8", path)
        return value

    def _skip_space(self) -> None:
        if match := _space(self.text, self.at):
            self.at = match.end()

    def _take(self, character: str) -> bool:
        found = self.text.startswith(character, self.at)
        self.at += found
        return found


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _malformed(detail: str, path: Path) -> ProblemError:
    return ProblemError.of(Code.MALFORMED_JSON, detail, pointer(path))


def first_problem(text: str, *, max_depth: int) -> Problem | None:
    """The first problem of ``text`` in its order; None if 250,000 values show none.

    Bytes that are not UTF-8 are expected as lone surrogates (``errors="surrogateescape"``). The pointer
    is that of the value, of the second of two equal members, of the array or object that is too deep,
    or, for names and punctuation, of the array or object around.
    """
    try:
        _Walk(text, max_depth).run()
    except ProblemError as error:
        return error.problems[0]
    return None
