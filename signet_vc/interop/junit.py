"""The matrix as JUnit XML: a suite for each implementation and kind, for a build server to show."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from signet_vc.interop.matrix import Answer, Matrix, Outcome, Row

__all__ = ["as_junit"]

# What XML 1.0 has no character for, not even escaped (section 2.2).
_not_xml: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]").sub


def as_junit(matrix: Matrix) -> str:
    """A document with a test case for each question put to each implementation.

    A disagreement is a failure, no verdict an error, what was not asked is skipped.
    """
    suites = [_suite(row, kind) for row in matrix.rows for kind in matrix.kinds]
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', "<testsuites>", *suites, "</testsuites>", ""])


def _suite(row: Row, kind: str) -> str:
    answers = [each for each in row.answers if each.question.kind == kind]
    name = _attribute(f"{row.name} {row.version} {kind}")
    counts = (
        f'tests="{len(answers)}" failures="{sum(each.disagrees for each in answers)}" '
        f'errors="{_number(answers, Outcome.FAILED)}" skipped="{_number(answers, Outcome.UNSUPPORTED)}"'
    )
    cases = "\n".join(_case(row, each) for each in answers)
    return f"<testsuite name={name} {counts}>\n{cases}\n</testsuite>"


def _number(answers: Sequence[Answer], outcome: Outcome) -> int:
    return sum(each.outcome is outcome for each in answers)


def _case(row: Row, answer: Answer) -> str:
    question = answer.question
    opened = (
        f"<testcase classname={_attribute(f'{row.name}.{question.kind}')} "
        f"name={_attribute(question.identifier)}"
    )
    if answer.outcome is Outcome.PASSED:
        return f"{opened}/>"
    if answer.outcome is Outcome.UNSUPPORTED:
        return f"{opened}><skipped message={_attribute(answer.reason)}/></testcase>"
    element = "error" if answer.outcome is Outcome.FAILED else "failure"
    told = _text(f"{question.rule} ({question.source})\n{answer.reason}")
    return f"{opened}><{element} message={_attribute(answer.outcome)}>{told}</{element}></testcase>"


def _attribute(value: str) -> str:
    return quoteattr(_not_xml("\N{REPLACEMENT CHARACTER}", value))


def _text(value: str) -> str:
    return escape(_not_xml("\N{REPLACEMENT CHARACTER}", value))
