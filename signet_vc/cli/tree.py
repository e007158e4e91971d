"""A tree of verdicts, for people and for machines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import click

from signet_vc.cli.output import cut, problem_mapping, shown, shown_tool
from signet_vc.errors import Problem

__all__ = ["Node", "lines", "mapping"]

_WIDTH: Final = 200  # characters of one cell
_DIGEST_WIDTH: Final = 16  # enough for `signet audit show`


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One line, and what hangs on it.

    what: its kind. verified: None where nothing in it is signed. told: what else, by name, in order.
    """

    what: str
    verified: bool | None = None
    told: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    notices: tuple[Problem, ...] = ()
    children: tuple[Node, ...] = ()

    def all_problems(self) -> Iterator[Problem]:
        """Give its own problems, and those of everything that hangs on it."""
        yield from self.problems
        for each in self.children:
            yield from each.all_problems()


def lines(node: Node, before: str = "", below: str = "") -> Iterator[str]:
    """The tree for people. before, below: what stands in front of its first line, and of the others."""
    told = [_cell(name, value) for name, value in node.told.items()]
    yield before + "  ".join([click.style(shown(node.what), bold=True), *_verdict(node), *told])
    bar = "│  " if node.children else "   "
    for each in node.problems:
        yield f"{below}{bar}{click.style(shown(str(each)), fg='red')}"
    for each in node.notices:
        yield f"{below}{bar}notice: {shown(str(each))}"
    for child in node.children:
        is_last = child is node.children[-1]
        yield from lines(child, below + ("└─ " if is_last else "├─ "), below + ("   " if is_last else "│  "))


def _cell(name: str, value: str) -> str:
    if name == "tool":
        return shown_tool(value)
    return cut(shown(value), _DIGEST_WIDTH if name in {"digest", "chain"} else _WIDTH)


def _verdict(node: Node) -> Iterator[str]:
    if node.verified is None:
        yield from ("as named, unsigned",) if "digest" in node.told else ()
    elif node.verified:
        yield click.style("verified", fg="green")
    else:
        yield click.style("NOT VERIFIED", fg="red", bold=True)


def mapping(node: Node) -> dict[str, Any]:
    """The same for machines; nothing is cut."""
    return {
        "what": node.what,
        "verified": node.verified,
        **node.told,
        "problems": [problem_mapping(each) for each in node.problems],
        "notices": [problem_mapping(each) for each in node.notices],
        "children": [mapping(each) for each in node.children],
    }
