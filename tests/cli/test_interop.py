"""`signet interop run`."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from signet_vc import __version__, interop
from signet_vc.cli.main import signet

ROOT = Path(__file__).resolve().parents[2]
VECTORS = ROOT / "interop" / "vectors"
BROKEN = "jcs/accept/arrays"


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(signet, ["interop", "run", *arguments], catch_exceptions=False)


@pytest.fixture
def spoiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package one of whose vectors is not what it was."""
    folder = Path(shutil.copytree(VECTORS, tmp_path / "vectors"))
    path = folder / f"{BROKEN}.json"
    path.write_text(path.read_text("utf-8").replace('"[3,1,2', '"[3,1,4'), "utf-8")
    monkeypatch.setattr(interop, "vectors_folder", lambda: folder)


@pytest.fixture
def others(tmp_path: Path) -> Path:
    folder = tmp_path / "others"
    for name, data in (("input/one.json", b"[ 1.0 ]"), ("outhex/one.txt", b"5b315d")):
        path = folder / "jcs" / name
        path.parent.mkdir(parents=True)
        path.write_bytes(data)
    (folder / "of-nobody").mkdir()
    (folder / "of-nobody" / "accept-one.json").write_bytes(b"{}")
    return folder


def test_everything_passes() -> None:
    index = json.loads((VECTORS / "index.json").read_bytes())
    result = invoke()
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert [line.split()[:3] for line in lines[1 : 1 + len(index["kinds"])]] == [
        [kind, str(row["accept"]), str(row["reject"])] for kind, row in index["kinds"].items()
    ]
    assert lines[-1] == f"{len(index['cases'])} cases, 0 failed"
    assert result.stderr == ""


def test_json() -> None:
    index = json.loads((VECTORS / "index.json").read_bytes())
    accept = sum(row["accept"] for row in index["kinds"].values())
    reject = sum(row["reject"] for row in index["kinds"].values())
    result = invoke("--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "summary": {"cases": accept + reject, "accept": accept, "reject": reject, "failed": 0},
        "failures": [],
        "implementations": [
            {
                "name": "signet-vc",
                "version": __version__,
                "passed": accept + reject,
                "failed": 0,
                "unsupported": 0,
            }
        ],
    }


@pytest.mark.usefixtures("spoiled")
def test_a_failure_is_told_and_is_the_exit_status() -> None:
    result = invoke()
    assert result.exit_code == 1
    assert f"FAILED {BROKEN}: canonical: " in result.stdout
    assert result.stdout.endswith(" cases, 1 failed\n")


@pytest.mark.usefixtures("spoiled")
def test_a_failure_in_json() -> None:
    result = invoke("--json")
    assert result.exit_code == 1
    report = json.loads(result.stdout)
    assert report["summary"]["failed"] == 1
    assert report["implementations"][0]["failed"] == 1
    assert [(each["id"], each["verdict"], each["found"]) for each in report["failures"]] == [
        (BROKEN, "accept", [])
    ]


def test_vectors_of_others_are_run_and_what_is_not_supported_is_told(others: Path) -> None:
    result = invoke("--published", str(others))
    assert result.exit_code == 0
    rows = [line.split() for line in result.stdout.splitlines()]
    assert ["published/jcs", "1", "0", "0"] in rows
    assert ["published/of-nobody", "unsupported:", "1"] in rows
    report = json.loads(invoke("--published", str(others), "--json").stdout)
    assert report["implementations"][0]["unsupported"] == 1


def test_a_folder_that_is_none_is_a_usage_error(tmp_path: Path) -> None:
    assert invoke("--published", str(tmp_path / "nowhere")).exit_code == 2


def test_an_implementation_without_an_adapter_is_a_usage_error() -> None:
    result = invoke("--with", "no-such-implementation")
    assert result.exit_code == 2
    assert "--with" in result.stderr
    assert result.stdout == ""


def test_what_a_case_says_moves_no_cursor(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    kind, name = "jcs\x1b[2J", "a/\x1b]0;title\x07"
    case = {"id": name, "kind": kind, "verdict": "accept", "input": {}, "policy": {}, "expected": {}}
    (tmp_path / f"{name}.json").write_text(json.dumps(case), "utf-8")
    (tmp_path / "index.json").write_text(json.dumps({"cases": [name]}), "utf-8")
    result = invoke("--vectors", str(tmp_path))
    assert result.exit_code == 1
    assert "FAILED a/\\x1b]0;title\\x07: a kind that is not known: jcs\\x1b[2J" in result.stdout
    assert result.stdout.replace("\n", "").isprintable()
