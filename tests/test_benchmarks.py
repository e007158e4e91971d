"""`make bench`: that it runs, and what it writes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from signet_vc import Policy, sign, verify
from signet_vc.formats import FORMATS
from signet_vc.protocols import NEIGHBOURS

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import formats, measure, w3c  # noqa: E402 - run from the checkout, not installed
from benchmarks.__main__ import GROUPS, OTHERS  # noqa: E402 - as above


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


def test_what_takes_long_or_needs_node_is_asked_for():
    assert "w3c" in OTHERS
    assert not GROUPS.keys() & OTHERS.keys()


def test_a_side_may_take_the_time_itself():
    taken = []

    def theirs(items):
        taken.append(len(items))
        return 0.5 * len(items)

    figure = measure.rates_of("a", measure.of_calls(str, range(120)), (theirs, range(120)), rounds=2)
    assert figure.baseline == pytest.approx(2)
    assert figure.unit == "1/s"
    assert taken == [50, 50, 20] * 2  # in turns with ours, over all of its items


@pytest.mark.parametrize("name", ["Ed25519", "P-256", "P-384"])
def test_the_credentials_that_are_measured_verify_in_every_way(name):
    keys = w3c.keys_of(name)
    assert len({key.did for key in keys}) == len(keys)
    policy = Policy(allowed_signers=[keys[0].did])
    for way in w3c.WAYS:
        if way.key_type == name:
            secured = sign(w3c.credential(1, keys[0]), keys[0], **way.options)
            assert verify(secured, policy).verified
            assert not verify(secured, Policy(allowed_signers=[keys[1].did])).verified


@pytest.mark.parametrize("kind", formats.FORMATS, ids=lambda kind: kind.name)
def test_the_formats_that_are_measured_are_what_they_are_called_and_verify(kind):
    policy = formats.policy_of(kind)
    for data in formats.items(kind, 3):
        result = verify(data, policy, at=formats.AT)
        assert (result.problems, result.verified, result.format) == ((), True, kind.name)
        assert not verify(data, Policy(allowed_signers=[]), at=formats.AT).verified


def test_every_format_is_measured():
    measured = {kind.name for kind in formats.FORMATS}
    assert {*FORMATS, *NEIGHBOURS} - {"ucp-checkout"} == measured  # which is a JWS within an object


def test_the_peers_in_node_are_pinned_by_hash_and_without_addresses():
    package = json.loads((ROOT / "benchmarks" / "node" / "package.json").read_text(encoding="utf-8"))
    lock = json.loads((ROOT / "benchmarks" / "node" / "package-lock.json").read_text(encoding="utf-8"))
    wanted = {name: f"node_modules/{name}" for name in package["dependencies"]}
    for name, place in wanted.items():
        assert lock["packages"][place]["version"] == package["dependencies"][name]
    for place, entry in lock["packages"].items():
        assert "resolved" not in entry
        assert entry.get("integrity", "").startswith("sha512-") or not place
