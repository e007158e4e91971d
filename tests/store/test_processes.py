"""Several processes on one store, and processes that end at any instant."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from store_samples import claim, request, run

from signet_vc.store.sqlite import SqliteStore

KILLS = 54
AT_ONCE = 6
SCRIPT = Path(__file__).with_name("writing_process.py")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "audit.db"


@contextlib.contextmanager
def started(*arguments):
    process = subprocess.Popen(
        [sys.executable, str(SCRIPT), *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def together(count, *arguments):
    """What so many processes answer that begin at the same instant."""
    with contextlib.ExitStack() as stack:
        processes = [stack.enter_context(started(*arguments)) for _ in range(count)]
        for process in processes:
            assert process.stdout.readline() == "ready\n"
        for process in processes:
            process.stdin.write("now\n")
            process.stdin.flush()
        return [process.stdout.read().strip() for process in processes]


def test_threat_01_of_eight_processes_one_claims(path):
    SqliteStore(path).close()
    for number in range(2):
        assert sorted(together(8, "claim", path, number)) == ["False"] * 7 + ["True"]
    with SqliteStore(path) as store:
        assert len(list(store.records())) == 2


@pytest.mark.skipif(not hasattr(os, "fork"), reason="not applicable: no fork")
def test_a_child_that_was_forked_within_a_transaction(path):
    """It neither waits for the parent's lock, nor does the parent's work, nor holds up its own end."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    script = SCRIPT.with_name("forking_process.py")
    ended = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", str(script), str(path)],
        capture_output=True,
        text=True,
        env=environment,
        timeout=30,
        check=False,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "0\n", "")
    with SqliteStore(path, create=False) as store:
        assert store.count() == 2


def test_eight_processes_make_the_store_at_once(path):
    assert together(8, "open", path) == ["True"] * 8
    with SqliteStore(path) as store:
        assert len(list(store.records())) == 8


def killed_at_random(path, chance, name, acknowledged, failures):
    """Start a writer, let it acknowledge a few, kill it at some instant after that, take what it printed."""
    with started("write", path, name, chance.choice([1, 1, 4, 40])) as process:
        lines = [process.stdout.readline()]
        killer = threading.Timer(chance.random() * 0.05, process.send_signal, [signal.SIGKILL])
        killer.start()
        lines += process.stdout.read().splitlines(keepends=True)
        killer.join()
        process.wait()
    if process.returncode != -signal.SIGKILL:
        failures.append((name, process.returncode))
    acknowledged += [line.split() for line in lines if line.endswith("\n")]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="not applicable: no such signal")
def test_threat_32_a_kill_at_any_instant_loses_nothing_acknowledged(path):
    """More than fifty writers, several at a time on one store, each killed at a random instant."""
    seed = random.SystemRandom().randrange(2**32)
    acknowledged, failures = [], []
    for start in range(0, KILLS, AT_ONCE):
        threads = [
            threading.Thread(
                target=killed_at_random,
                args=(path, random.Random(seed + n), f"w{n:03}", acknowledged, failures),
            )
            for n in range(start, start + AT_ONCE)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert failures == [], f"with the seed {seed}"
    assert len(acknowledged) > KILLS
    with SqliteStore(path) as store:
        kept = {each.digest: each for each in store.records()}
        assert [digest for digest, _ in acknowledged if digest not in kept] == [], f"with the seed {seed}"
        claimed = [int(nonce) for _, nonce in acknowledged if nonce != "-"]
        for nonce in random.Random(seed).sample(claimed, min(200, len(claimed))):
            assert run(store.record(request("replayed"), claim=claim(nonce))) is False
        connection = store._commits._session._connection
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        # Each commit was whole: a claim stands beside every request, and a request behind every answer.
        requests = {digest for digest, each in kept.items() if each.kind == "request"}
        assert connection.execute("SELECT count(*) FROM claim").fetchone()[0] == len(requests)
        assert {each.request_digest for each in kept.values() if each.kind == "response"} <= requests
