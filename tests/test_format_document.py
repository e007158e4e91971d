"""The published page of the format: its example is the pinned one, and its codes exist."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from signet_vc.codec.digest import commitment
from signet_vc.errors import Code

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "format.md").read_bytes()
TEXT = PAGE.decode("utf-8")
EXAMPLE = ROOT / "tests" / "attestation" / "worked_example"
FENCED = re.compile(r"^```\w*\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def test_the_worked_example_is_the_pinned_one_byte_for_byte() -> None:
    shown = re.findall(rb"^```json\n(.*?)\n```$", PAGE, re.DOTALL | re.MULTILINE)
    pinned = [(EXAMPLE / f"{name}.json").read_bytes() for name in ("request", "completed", "denied")]
    assert shown == [line.removesuffix(b"\n") for line in pinned]


def test_the_digest_of_the_jws_is_that_of_the_vectors() -> None:
    case = json.loads((ROOT / "interop/vectors/request/accept/jws.json").read_bytes())
    assert f"`{case['expected']['digest']}`" in TEXT


def test_the_commitment_is_what_is_computed() -> None:
    (line,) = re.findall(r'^\{"member":.*$', TEXT, re.MULTILINE)
    hashed = json.loads(line)
    digest = commitment(hashed["member"], hashed["value"], hashed["salt"])
    assert f"and is `{digest}`." in TEXT


def test_every_code_that_is_named_exists() -> None:
    prose = FENCED.sub("", TEXT)
    named = {*re.findall(r"\b[A-Z]+(?:_[A-Z]+)+\b", prose), *re.findall(r"`([A-Z]{4,})`", prose)}
    assert named
    assert named <= set(Code)


@pytest.mark.parametrize("page", ["README.md", "interop/SPEC.md"])
def test_it_is_linked(page: str) -> None:
    assert "docs/format.md)" in (ROOT / page).read_text(encoding="utf-8")


def test_its_links_lead_somewhere_and_its_lines_are_short() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", TEXT):
        assert (ROOT / "docs" / target).exists(), target
    assert [line for line in FENCED.sub("", TEXT).splitlines() if len(line) > 100] == []
