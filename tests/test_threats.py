"""Every row of the threat model has its test, and the documentation names it."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PAGE = TESTS.parent / "docs" / "threat-model.md"

# The rows of the threat model that are defended here; the page says what the others wait for.
ROWS = (
    *(1, 2, 3, *range(5, 35)),
    *(36, 38, 39, 40, 50, 51, 52, 55, 56),
)
_ROW = re.compile(r"test_threat_(\d\d)_")
_TABLE_ROW = re.compile(r"^\| (\d+) \|.*\|$", re.MULTILINE)


@cache
def proofs() -> dict[int, list[str]]:
    """The tests of each row, by their names."""
    found = defaultdict(list)
    for file in sorted(TESTS.rglob("test_*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            match = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _ROW.match(node.name)
            if match:
                found[int(match[1])].append(node.name)
    return found


@cache
def documented() -> dict[int, str]:
    """The rows of the page's table."""
    page = PAGE.read_text(encoding="utf-8")
    return {int(match[1]): match[0] for match in _TABLE_ROW.finditer(page)}


@pytest.mark.parametrize("row", ROWS)
def test_the_row_has_a_test(row: int) -> None:
    assert proofs()[row] != []


@pytest.mark.parametrize("row", ROWS)
def test_the_row_is_documented_with_a_test_that_exists(row: int) -> None:
    named = re.findall(r"`(test_threat_\w+)`", documented()[row])
    assert named != []
    assert [name for name in named if name not in proofs()[row]] == []


def test_the_page_claims_no_other_row() -> None:
    assert set(documented()) == set(ROWS)
