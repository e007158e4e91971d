"""`make bench`: that it runs, and what it writes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def test_a_group_prints_a_table_and_writes_entries(tmp_path: Path) -> None:
    out = tmp_path / "bench.json"
    command = [sys.executable, "-m", "benchmarks", "--group", "import", "--out", str(out)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=True)
    (entry,) = json.loads(out.read_text(encoding="utf-8"))
    assert list(entry) == ["name", "value", "unit", "baseline", "ratio"]
    assert entry["name"] == "import/signet_vc"
    assert isinstance(entry["unit"], str)
    assert entry["baseline"] > 0
    assert entry["ratio"] == pytest.approx(entry["value"] / entry["baseline"])
    assert entry["name"] in done.stdout
    assert done.stderr == ""  # progress is for terminals


def test_an_unknown_group_is_a_usage_error(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks", "--group", "none", "--out", str(tmp_path / "out")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 2
    assert "import" in done.stderr  # the names that there are
