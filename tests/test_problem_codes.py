"""Every problem code: an input that provokes it, its title, its place in the documentation."""

from __future__ import annotations

import re
from pathlib import Path

import problem_cases
import pytest

from signet_vc.errors import TITLES, Code, problem

RESERVED = {Code.DELEGATION_INVALID}
PAGE = (Path(__file__).parents[1] / "docs" / "problem-codes.md").read_text(encoding="utf-8")
TYPES = {
    code: uri
    for uri, codes in re.findall(r"^\| `(https://\S+)` \| (.*) \|$", PAGE, re.MULTILINE)
    for code in re.findall(r"`(\w+)`", codes)
}


@pytest.mark.parametrize("code", [code for code in Code if code not in RESERVED])
def test_the_code_is_provoked(code: Code) -> None:
    assert str(code) in map(str, problem_cases.CASES[code]())


def test_every_code_has_a_case_and_no_other() -> None:
    assert set(problem_cases.CASES) == set(Code) - RESERVED


def test_the_documentation_gives_each_code_its_w3c_type() -> None:
    assert {str(code): uri for code in Code if (uri := problem(code, "").type) is not None} == TYPES


def test_every_code_has_a_title_of_its_own() -> None:
    assert set(TITLES) == set(Code)
    assert len(set(TITLES.values())) == len(TITLES)
    assert all(problem(code, "").title == title for code, title in TITLES.items())


def test_the_documentation_lists_exactly_the_codes() -> None:
    documented = re.findall(r"^\| `([A-Z_]+)` \|", PAGE, re.MULTILINE)
    assert sorted(documented) == sorted(str(code) for code in Code)


def test_a_code_is_spelt_as_it_is_named() -> None:
    assert all(re.fullmatch(r"[A-Z][A-Z0-9_]+", code) and code.name == code.value for code in Code)
