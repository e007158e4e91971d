"""The matrix as a page of Markdown, the same bytes for the same verdicts: ``interop/RESULTS.md``."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from signet_vc.interop.matrix import Matrix, Outcome, Row

__all__ = ["as_markdown", "section_of"]

_HEAD: Final = """\
# Results

What each implementation said of each case, as `signet interop run --with all --published DIR --results
FILE` wrote it; [SPEC.md](SPEC.md), *Adapters*, says how they are asked. In the table: how many cases
passed; `-` how many it refuses that are to be accepted; `+` how many it accepts that are to be refused; `≠`
how many values differ; `!` how many got no verdict; `·` where no case was put to it. A case that an
implementation makes no claim to is not put to it; the file of its adapter says why. A disagreement is one
with the specification that the case names, as this project reads it: a report on the case, not on the
implementation's worth.
"""
_SHOWN: Final = 160
_markup: Final = re.compile(r"([\\`*_{}\[\]<>|#])").sub


def as_markdown(matrix: Matrix) -> str:
    """The matrix, and then a section for each implementation with all of its disagreements."""
    sections = [section_of(row) for row in matrix.rows]
    return "\n".join([_HEAD, *_table(matrix), "", *sections])


def _table(matrix: Matrix) -> Iterator[str]:
    names = [f"{_escaped(row.name)} {_escaped(row.version)}" for row in matrix.rows]
    yield "| | " + " | ".join(names) + " |"
    yield "| --- |" + " --- |" * len(names)
    cells = [row.cells for row in matrix.rows]
    for kind in matrix.kinds:
        yield f"| {_escaped(kind)} | " + " | ".join(_cell(each.get(kind, Counter())) for each in cells) + " |"


def _cell(cell: Counter[Outcome]) -> str:
    if cell.total() == cell[Outcome.UNSUPPORTED]:
        return "·"
    marks = {
        Outcome.REFUSED_WRONGLY: "-",
        Outcome.ACCEPTED_WRONGLY: "+",
        Outcome.DIFFERS: "≠",
        Outcome.FAILED: "!",
    }
    wrong = [f"{mark}{cell[outcome]}" for outcome, mark in marks.items() if cell[outcome]]
    return " ".join([str(cell[Outcome.PASSED]), *wrong])


def section_of(row: Row) -> str:
    """One implementation's part of the page; nothing in it depends on the others."""
    total = row.total
    asked = total.total() - total[Outcome.UNSUPPORTED]
    lines = [f"## {_escaped(row.name)} {_escaped(row.version)}".rstrip(), ""]
    lines.append(
        f"{total[Outcome.PASSED]} of {asked} cases passed; {total[Outcome.UNSUPPORTED]} were not put to it."
    )
    if row.known:
        lines += ["", *(f"- {_escaped(each)}" for each in row.known)]
    disagreements = [
        each for each in row.answers if each.outcome not in {Outcome.PASSED, Outcome.UNSUPPORTED}
    ]
    if disagreements:
        lines += ["", "| case | it | the rule | what it says |", "| --- | --- | --- | --- |"]
        for each in disagreements:
            rule = f"{each.question.rule} ({each.question.source})"
            cells = (each.question.identifier, _WORDS[each.outcome], rule, each.reason)
            lines.append("| " + " | ".join(_escaped(cell) for cell in cells) + " |")
    return "\n".join([*lines, ""])


_WORDS: Final = {
    Outcome.REFUSED_WRONGLY: "refuses",
    Outcome.ACCEPTED_WRONGLY: "accepts",
    Outcome.DIFFERS: "states another value",
    Outcome.FAILED: "gave no verdict",
}


def _escaped(text: str) -> str:
    """Text on one line without meaning to Markdown, cut where it is long."""
    line = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    cut = line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"
    return _markup(r"\\\1", cut)
