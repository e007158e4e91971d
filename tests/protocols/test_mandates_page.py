"""docs/mandates.md: what it says of checks, constraints and links is so."""

from __future__ import annotations

import re
from pathlib import Path

import ap2_chains as ap2

import signet_vc
from signet_vc.errors import Code
from signet_vc.protocols import ap2_constraints, basis

PAGE = Path(__file__).parents[2] / "docs" / "mandates.md"
TEXT = PAGE.read_text(encoding="utf-8")


def section(title: str) -> str:
    return TEXT.partition(f"# {title}\n")[2].partition("\n#")[0]


def test_the_checks_are_those_that_are_made() -> None:
    result = signet_vc.verify(ap2.chain(), ap2.policy(), at=ap2.AT)
    made = [check.name for check in result.checks if check.name != "parse"]
    assert re.findall(r"^\| `(\w+)` \|", section("AP2 mandates"), re.MULTILINE) == made


def test_every_constraint_that_is_known_is_named() -> None:
    named = (
        section("Constraints").replace("`…", "`payment.allowed_payment_").replace("payment_pisps", "pisps")
    )
    for kind in ap2_constraints.KNOWN:
        assert f"`{kind}`" in named, kind


def test_codes_and_links_exist_and_entries_are_made() -> None:
    assert set(re.findall(r"`([A-Z]+_[A-Z_]+)`", TEXT)) <= {str(code) for code in Code}
    for target in re.findall(r"\]\(([^)#:]+)\)", TEXT):
        assert (PAGE.parent / target).exists(), target
    for made in re.findall(r"^\| `(\w+)\(", section("What led to a call"), re.MULTILINE):
        assert made in basis.__all__
