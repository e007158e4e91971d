"""What `--json` prints has the members that docs/command-line.md names, and no others."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from command_line_page import PAGE
from engine import call
from recorded import Recorded

from signet_vc.attestation.call import ABSENT
from signet_vc.cli.main import signet
from signet_vc.store import open_store

DOCUMENTED = {
    row[1].strip(" `"): set(re.findall(r"`(\w+)`", row[2]))
    for row in (line.split("|") for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| "))
}


@pytest.fixture
def printed(tmp_path: Path) -> Callable[..., Any]:
    """Run a command on a store with a call, its answer and a refusal."""
    store = f"sqlite:{tmp_path / 'audit.db'}"
    with open_store(store) as opened:
        recorded = Recorded(opened)
        recorded.called()
        recorded.sides.admit(ABSENT, call(tool="delete_everything"))

    def run(*arguments: str) -> Any:
        of_store = ("--store", store) if arguments[0] == "audit" else ()
        stdout = CliRunner().invoke(signet, [*arguments, *of_store], catch_exceptions=False).stdout
        if arguments[:2] == ("audit", "list"):
            return [json.loads(line) for line in stdout.splitlines()]
        return json.loads(stdout)

    return run


def test_keygen(tmp_path: Path, printed: Callable[..., Any]) -> None:
    value = printed("keygen", "--json", "--show-secret", "--out", str(tmp_path / "key"))
    assert value.keys() == DOCUMENTED["signet keygen"]


def test_calls_and_refusals(printed: Callable[..., Any]) -> None:
    made, refused = printed("audit", "list", "--json")
    assert made.keys() == DOCUMENTED["signet audit list"]
    assert refused.keys() == DOCUMENTED["of a refused call"]


def test_a_call(printed: Callable[..., Any]) -> None:
    digest = printed("audit", "list", "--json")[0]["request"]
    value = printed("audit", "show", digest, "--json", "--trust-any", "--basis", str(PAGE))
    assert value.keys() == DOCUMENTED["signet audit show"]
    assert value["request"].keys() == DOCUMENTED["a record"]
    assert value["problems"][0].keys() == DOCUMENTED["a problem or notice"]


def test_records(printed: Callable[..., Any]) -> None:
    value = printed("audit", "verify", "--json", "--trust-any")
    assert value.keys() == DOCUMENTED["signet audit verify"]
    assert value["results"][0].keys() == DOCUMENTED["a result"]
    assert value["results"][0]["checks"][0].keys() == DOCUMENTED["a check"]
    assert value["chains"][0].keys() == DOCUMENTED["a chain"]


def test_files(printed: Callable[..., Any]) -> None:
    value = printed("verify", "--json", "--trust-any", str(PAGE))
    assert value.keys() == DOCUMENTED["signet verify"]
    assert value["results"][0].keys() == DOCUMENTED["a result"]


def test_a_trail(printed: Callable[..., Any]) -> None:
    value = printed("audit", "trail", "--json", "--trust-any", str(PAGE))
    for node in (value, *value["children"]):
        assert node.keys() >= DOCUMENTED["signet audit trail"]


def test_a_status_list(tmp_path: Path, printed: Callable[..., Any]) -> None:
    url = "https://example.com/status/3"
    made = printed("vc", "status", "make", url, "--issuer", "did:web:example.com")
    (tmp_path / "list.json").write_text(json.dumps(made))
    value = printed("vc", "status", "read", str(tmp_path / "list.json"), "5", "--json")
    assert value.keys() == DOCUMENTED["signet vc status read"]
