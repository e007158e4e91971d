"""What commands print: text that is safe on a terminal, tables, times, verdicts, progress.

Names, identifiers and details may come from anybody. Nothing is printed that could move a cursor,
change a colour, or read otherwise than it is written.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import click

from signet_vc.codec.timestamps import format_s
from signet_vc.errors import Code, Problem, UsageError, shown
from signet_vc.limits import NANOSECONDS
from signet_vc.result import Verification

__all__ = [
    "as_datetime",
    "cut",
    "exit_code",
    "is_plain_tool",
    "is_terminal",
    "moment",
    "problem_mapping",
    "progress",
    "row",
    "short_did",
    "shown",
    "shown_tool",
    "time_text",
    "verification_mapping",
]

_is_plain_tool: Final = re.compile(r"[A-Za-z0-9_.-]{1,128}").fullmatch
_is_duration: Final = re.compile(r"([0-9]{1,9})(s|m|h|d)").fullmatch
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_UNAVAILABLE: Final = frozenset({Code.STORE_UNAVAILABLE, Code.RESOLVER_UNAVAILABLE, Code.STATUS_UNAVAILABLE})
_DID_KEY: Final = "did:key:"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


# -- text ------------------------------------------------------------------------------------------


def is_plain_tool(name: str) -> bool:
    """Whether a tool's name is one that SEP-986 allows: letters, digits, ``_ . -``, at most 128."""
    return _is_plain_tool(name) is not None


def shown_tool(name: str) -> str:
    """A tool's name; another one than SEP-986 allows in quotes, by its code points (threat 10)."""
    if is_plain_tool(name):
        return name
    return '"' + name.encode("unicode_escape").decode().replace('"', '\\"') + '"'


def short_did(did: str | None) -> str:
    """Twelve characters by which a person tells DIDs apart; the end, since those of one kind begin alike."""
    if did is None:
        return "-"
    name = shown(did.removeprefix(_DID_KEY))
    return name if len(name) <= 12 else f"{name[:4]}…{name[-7:]}"  # noqa: PLR2004 - the docstring's


def cut(text: str, width: int) -> str:
    """The text in at most so many characters."""
    return text if len(text) <= width else text[: width - 1] + "…"


def row(cells: Sequence[str], widths: Sequence[int]) -> str:
    """A line of a table: each cell cut or filled to its width, two spaces between."""
    return "  ".join(
        f"{cut(cell, width):<{width}}" for cell, width in zip(cells, widths, strict=True)
    ).rstrip()


# -- times -----------------------------------------------------------------------------------------


def time_text(ns: int) -> str:
    """``YYYY-MM-DD hh:mm:ss``, UTC, of nanoseconds; what is no such time in its number."""
    try:
        return format_s(ns)[:-1].replace("T", " ")
    except UsageError:
        return str(ns)


def moment(text: str, now: int) -> int:
    """A time in nanoseconds: ISO 8601 (UTC where it names no offset), or a duration before ``now``.

    Raises:
        UsageError: neither.
    """
    if match := _is_duration(text):
        return now - int(match[1]) * _SECONDS[match[2]] * NANOSECONDS
    try:
        read = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            f"{shown(text)!r} is no time: write 2026-03-30T11:37:25Z, 2026-03-30, or 30s, 5m, 1h, 7d ago"
        ) from error
    aware = read.replace(tzinfo=UTC) if read.tzinfo is None else read
    since = aware - _EPOCH
    return (since.days * 86400 + since.seconds) * NANOSECONDS + since.microseconds * 1000


def as_datetime(ns: int) -> datetime:
    """A time in nanoseconds, cut to microseconds, as the library's functions take it."""
    return _EPOCH + timedelta(microseconds=ns // 1000)


# -- verdicts --------------------------------------------------------------------------------------


def problem_mapping(each: Problem) -> dict[str, Any]:
    """A problem or notice as ``--json`` has it."""
    return {
        "code": str(each.code),
        "title": each.title,
        "detail": each.detail,
        "pointer": each.pointer,
        "type": each.type,
    }


def verification_mapping(source: str, result: Verification) -> dict[str, Any]:
    """A verification as ``signet verify --json`` has it."""
    return {
        "source": source,
        "verified": result.verified,
        "format": result.format,
        "types": list(result.types),
        "issuer": result.issuer,
        "securing": result.securing,
        "problems": [problem_mapping(each) for each in result.problems],
        "notices": [problem_mapping(each) for each in result.notices],
        "checks": [
            {"name": each.name, "outcome": each.outcome, "reason": each.reason} for each in result.checks
        ],
    }


def exit_code(problems: Sequence[Problem]) -> int:
    """0 verified, 1 not verified, 3 where something that was needed could not be asked."""
    if any(each.code in _UNAVAILABLE for each in problems):
        return 3
    return 1 if problems else 0


# -- progress --------------------------------------------------------------------------------------


def is_terminal() -> bool:
    """Whether somebody watches standard error."""
    return sys.stderr.isatty()


@contextmanager
def progress(label: str, length: int) -> Iterator[Callable[[int], None]]:
    """A bar on standard error, where that is a terminal; call what it gives with how many more are done."""
    if not is_terminal():
        yield lambda _: None
        return
    with click.progressbar(length=length, label=label, file=sys.stderr) as bar:
        yield lambda more: bar.update(more)  # noqa: PLW0108 - its own signature has a parameter more
