"""A nonce that was used stays used: after a crash, in the next process, and where memory was lost."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from engine import START, Sides, codes
from serving import serving

from signet_vc.limits import NANOSECONDS
from signet_vc.store.memory import MemoryStore


@pytest.mark.skipif(os.name != "posix", reason="not applicable: no SIGKILL")
def test_threat_32_a_server_killed_after_admission_leaves_the_nonce_claimed(tmp_path: Path) -> None:
    store, executed = tmp_path / "audit.db", tmp_path / "executed"
    sides = Sides()
    for _ in range(3):
        carrier = sides.attest().carrier
        with serving(store, executed) as first:
            assert first.line() == "ready"
            first.present(carrier)
            assert first.verdict() == []
            first.process.kill()
            assert first.process.wait() != 0
        with serving(store, executed) as second:
            assert second.line() == "ready"
            second.present(carrier)
            assert second.verdict() == ["REPLAYED"]
            second.present(sides.attest().carrier)
            assert second.verdict() == []
    assert executed.read_text().splitlines() == ["executed"] * 6


def test_threat_32_a_store_that_forgets_takes_nothing_that_is_older_than_itself() -> None:
    sides = Sides()
    carrier = sides.attest().carrier
    assert codes(sides.admit(carrier)) == []
    sides.clock.pass_seconds(1)
    restarted = Sides(server_options={"store": MemoryStore(clock=lambda: START + NANOSECONDS)})
    restarted.clock.pass_seconds(1)
    assert codes(restarted.admit(carrier)) == ["REPLAYED"]
    assert codes(restarted.admit(restarted.attest().carrier)) == []
