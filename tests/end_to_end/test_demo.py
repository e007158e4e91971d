"""`signet demo` as a newcomer runs it, and that it can fail."""

from __future__ import annotations

import asyncio
import dataclasses
import subprocess
import sys
from pathlib import Path

import pytest

from signet_vc.demo import attacks, run, world
from signet_vc.demo.verifiers import VERIFIERS


def test_the_demonstration(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "signet_vc.cli.main", "demo", "--folder", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "FAIL" not in done.stdout
    assert done.stderr == ""  # a refusal that is expected does not read like a failure
    for attack in attacks.ATTACKS:
        line = next(line for line in done.stdout.splitlines() if attack.name in line and attack.where in line)
        assert attack.expected in line
    for verifier in VERIFIERS:
        assert verifier.name in done.stdout
    assert "not installed" not in done.stdout
    (folder,) = tmp_path.iterdir()
    assert len(list((folder / "credentials").glob("*.json"))) >= 16
    assert folder.stat().st_mode & 0o777 == 0o700
    log = (folder / "log.txt").read_text()
    for attack in attacks.ATTACKS:
        assert attack.where == "verify" or attack.expected == "-32021" or attack.expected in log


def test_an_attack_that_is_not_refused_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = dataclasses.replace(attacks.ATTACKS[0], name="no attack at all", run=_honest)
    monkeypatch.setattr(run, "ATTACKS", (honest,))
    monkeypatch.setattr(run, "make_calls", _no_calls)
    said: list[str] = []
    good = asyncio.run(
        run.demonstrate(tmp_path, said.append, mark=lambda expected: "ok" if expected else "FAIL")
    )
    assert not good
    assert any(line.split()[0] == "FAIL" and "NOT REFUSED" in line for line in said if line.strip())


async def _honest(stage: world.World) -> list[str]:
    carrier = await attacks._carrier(stage)
    async with attacks._server(stage) as wire:
        return attacks._codes(
            await wire.call(attacks._TOOL, attacks._ARGUMENTS, meta={attacks.REQUEST_KEY: carrier})
        )


async def _no_calls(_: world.World):
    for call in ():
        yield call
