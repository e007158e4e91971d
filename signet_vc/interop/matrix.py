"""What implementations said, case by case, and the matrix that it adds up to: implementation by kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from signet_vc._version import __version__
from signet_vc.interop.questions import Question
from signet_vc.interop.report import Report

__all__ = ["Answer", "Matrix", "Outcome", "Row", "row_of_this_package"]


class Outcome(StrEnum):
    """What a verdict is, beside the one that was expected."""

    PASSED = "passed"
    REFUSED_WRONGLY = "refusedWrongly"
    ACCEPTED_WRONGLY = "acceptedWrongly"
    DIFFERS = "differs"  # the verdict is right, a value that it states is not
    FAILED = "failed"  # no verdict: the adapter ended, hung, or answered something else
    UNSUPPORTED = "unsupported"


_DISAGREEMENTS = frozenset({Outcome.REFUSED_WRONGLY, Outcome.ACCEPTED_WRONGLY, Outcome.DIFFERS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of one question. ``reason``: the implementation's own words, or why there is no verdict."""

    question: Question
    outcome: Outcome
    reason: str = ""

    @property
    def disagrees(self) -> bool:
        """Whether there is a verdict, and another one than expected."""
        return self.outcome in _DISAGREEMENTS

    @property
    def is_open(self) -> bool:
        """Whether there is no verdict, or another one than expected."""
        return self.disagrees or self.outcome is Outcome.FAILED


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An implementation. ``trouble``: why it could not be asked to the end, with what it wrote last."""

    name: str
    version: str
    answers: Sequence[Answer]
    known: Sequence[str] = ()
    trouble: str = ""

    @property
    def cells(self) -> Mapping[str, Counter[Outcome]]:
        """How many of each outcome, by kind."""
        cells: dict[str, Counter[Outcome]] = {}
        for each in self.answers:
            cells.setdefault(each.question.kind, Counter())[each.outcome] += 1
        return cells

    @property
    def total(self) -> Counter[Outcome]:
        """All kinds together."""
        return Counter(each.outcome for each in self.answers)

    def as_json(self) -> dict[str, Any]:
        """As ``signet interop run --json`` prints it."""
        total = self.total
        known = total[Outcome.PASSED] + total[Outcome.UNSUPPORTED]
        return {
            "name": self.name,
            "version": self.version,
            "passed": total[Outcome.PASSED],
            "failed": total.total() - known,
            "unsupported": total[Outcome.UNSUPPORTED],
            "trouble": self.trouble,
            "kinds": {
                kind: {str(outcome): cell[outcome] for outcome in Outcome}
                for kind, cell in self.cells.items()
            },
            "disagreements": [
                {"id": each.question.identifier, "outcome": str(each.outcome), "reason": each.reason}
                for each in self.answers
                if each.is_open
            ],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """All rows, this package's first. ``kinds``: in the order of the questions."""

    questions: Sequence[Question]
    rows: Sequence[Row]

    @property
    def kinds(self) -> list[str]:
        """The columns."""
        return list(dict.fromkeys(each.kind for each in self.questions))

    @property
    def disputed(self) -> list[tuple[Question, list[tuple[Row, Answer]]]]:
        """Each question that an implementation answers wrongly or not at all, with what every one said."""
        by_question: dict[str, list[tuple[Row, Answer]]] = {}
        for row in self.rows:
            for each in row.answers:
                if each.outcome is not Outcome.UNSUPPORTED:
                    by_question.setdefault(each.question.identifier, []).append((row, each))
        said = ((question, by_question.get(question.identifier, [])) for question in self.questions)
        return [(question, answers) for question, answers in said if any(each.is_open for _, each in answers)]


def row_of_this_package(questions: Sequence[Question], report: Report) -> Row:
    """This package's own row, from its run: what it did not fail it passed, codes and values included.

    A published kind that it does not run is unsupported.
    """
    failures = {each.identifier: each for each in report.failures}

    def answer(question: Question) -> Answer:
        failure = failures.get(question.identifier)
        if failure is None:
            run = question.kind in report.kinds
            return Answer(question=question, outcome=Outcome.PASSED if run else Outcome.UNSUPPORTED)
        if question.verdict == "accept" and failure.found:
            outcome = Outcome.REFUSED_WRONGLY
        elif question.verdict == "reject" and not failure.found:
            outcome = Outcome.ACCEPTED_WRONGLY
        else:
            outcome = Outcome.DIFFERS
        return Answer(question=question, outcome=outcome, reason=failure.detail)

    return Row(name="signet-vc", version=__version__, answers=[answer(each) for each in questions])
