"""Each target of ``fuzz`` for a few seconds, and the harness itself: that it finds what is there.

FUZZ_SECONDS sets another time; ``make fuzz`` runs each target for ten minutes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from base64 import urlsafe_b64decode
from pathlib import Path
from random import Random

import cbor2
import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from fuzz import mutation, target  # noqa: E402 - run from the checkout, not installed
from fuzz.__main__ import default_engine, fuzz, main  # noqa: E402 - as above

SECONDS = int(os.environ.get("FUZZ_SECONDS", "20"))


@pytest.mark.parametrize("name", target.TARGETS)
def test_target(name):
    outcome = fuzz(name, seconds=SECONDS, engine=default_engine())
    assert outcome.finding is None, outcome.finding
    assert outcome.executions > len(target.seeds(name))  # not the corpus alone
    assert outcome.covered > 30


def test_every_target_has_a_corpus_of_small_files():
    assert {each.name for each in target.CORPUS.iterdir()} == set(target.TARGETS)
    for name in target.TARGETS:
        inputs = target.seeds(name)
        assert len(inputs) >= 8
        assert max(map(len, inputs)) <= 1 << 14


def test_hypothesis_runs_the_same_targets():
    outcome = fuzz("text", seconds=2, engine="hypothesis")
    assert outcome.finding is None
    assert outcome.executions > len(target.seeds("text"))
    assert outcome.edges == 0  # it counts none
    assert outcome.covered > 40


@pytest.mark.parametrize("engine", dict.fromkeys([default_engine(), "hypothesis"]))
def test_a_fault_is_found_told_and_kept(tmp_path, engine, monkeypatch):
    package = tmp_path / "fuzz"
    for file in ROOT.glob("fuzz/*.py"):
        (package / file.name).parent.mkdir(exist_ok=True)
        (package / file.name).write_bytes(file.read_bytes())
    (package / "targets").mkdir()
    (package / "targets" / "faulty.py").write_text(
        "from fuzz.target import Target\n"
        "def run(data):\n"
        "    if data[:1] == b'F' and len(data) > 3: raise KeyError('the fault')\n"
        "TARGET = Target(run=run)\n"
    )
    (package / "corpus" / "faulty").mkdir(parents=True)
    (package / "corpus" / "faulty" / "seed").write_bytes(b"F")
    command = [sys.executable, "-m", "fuzz.engine", "faulty", "--engine", engine, "--seconds", "20"]
    done = subprocess.run(
        [*command, "--found", str(tmp_path / "found" / "faulty")],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "the fault" in done.stdout + done.stderr
    if engine == "atheris":
        (kept,) = (tmp_path / "found").glob("faulty-crash-*")
        assert kept.read_bytes()[:1] == b"F"


def test_slowness_is_a_finding(monkeypatch):
    def slow(seconds):
        until = time.process_time() + seconds
        while time.process_time() < until:
            pass

    monkeypatch.setattr(target, "_slowness", lambda: 1.0)
    with pytest.raises(target.SlowError):
        target.timed(slow, target.MOST_SECONDS + 0.05)
    target.timed(slow, 0.01)


def test_a_slow_refusal_is_a_finding_too(monkeypatch):
    def slow():
        until = time.process_time() + target.MOST_SECONDS + 0.05
        while time.process_time() < until:
            pass
        raise ValueError

    monkeypatch.setattr(target, "_slowness", lambda: 1.0)
    with pytest.raises(target.SlowError):
        target.timed(slow)


def test_a_machine_that_is_slow_is_allowed_more(monkeypatch):
    times = iter([0.0, 1.5, 0.0, 1.5])
    monkeypatch.setattr(target.time, "process_time", lambda: next(times))
    monkeypatch.setattr(target, "_slowness", lambda: 2.0)
    assert target.timed(str, 1) == "1"
    monkeypatch.setattr(target, "_slowness", lambda: 1.4)
    with pytest.raises(target.SlowError):
        target.timed(str, 1)


def test_a_statement_that_does_not_hold_is_a_finding():
    target.require(condition=True, statement="")
    with pytest.raises(target.FindingError):
        target.require(condition=False, statement="")


def test_an_unknown_target_is_a_usage_error(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--target", "none"])
    assert ended.value.code == 2
    assert "strict_json" in capsys.readouterr().err


# --- mutation ---------------------------------------------------------------------------------------

_JSON = b'{"a":[1,{"b":"c"}],"d":null}'
_TOKEN = b"eyJhbGciOiJFZERTQSJ9.eyJhIjpbMV19.AAAA~WyJzIiwiYSIsMV0~"
_CBOR = cbor2.dumps(cbor2.CBORTag(18, [b"", {}, b"{}", b"\0" * 8]))
_MUTATORS = [
    (mutation.of_bytes, b"abc"),
    (mutation.of_json, _JSON),
    (mutation.of_token, _TOKEN),
    (mutation.of_cbor, _CBOR),
]


@pytest.mark.parametrize(("mutate", "seed"), _MUTATORS)
def test_a_mutation_takes_any_bytes_and_is_the_same_for_the_same_seed(mutate, seed):
    random = Random(1)
    for number in range(300):
        data = seed if number % 2 else random.randbytes(number)
        changed = mutate(data, Random(number))
        assert type(changed) is bytes
        assert changed == mutate(data, Random(number))
    assert len({mutate(seed, Random(number)) for number in range(100)}) > 30


def test_a_change_of_json_stays_json():
    for number in range(300):
        json.loads(mutation.of_json(_JSON, Random(number)))


def test_a_change_of_a_token_reaches_what_is_encoded():
    changed = [mutation.of_token(_TOKEN, Random(number)) for number in range(300)]
    whole = [each for each in changed if each.count(b".") == 2 and each.endswith(b"~")]
    headers = set()
    for each in whole:
        text = each.partition(b".")[0]
        try:
            headers.add(json.dumps(json.loads(urlsafe_b64decode(text + b"=" * (-len(text) % 4)))))
        except ValueError:
            continue
    assert len(headers) > 10


def test_a_change_of_cbor_often_stays_cbor():
    items = 0
    for number in range(300):
        try:
            cbor2.loads(mutation.of_cbor(_CBOR, Random(number)))
        except cbor2.CBORDecodeError:
            continue
        items += 1
    assert items > 100
