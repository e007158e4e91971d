"""A signed call runs once, whoever presents it to however many processes at the same time."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from engine import Sides
from serving import serving

PROCESSES = 8


def test_threat_01_eight_processes_execute_a_call_once(tmp_path: Path) -> None:
    store, executed = tmp_path / "audit.db", tmp_path / "executed"
    sides = Sides()
    carriers = [sides.attest().carrier for _ in range(10)]
    with ExitStack() as stack:
        servers = [stack.enter_context(serving(store, executed)) for _ in range(PROCESSES)]
        assert [server.line() for server in servers] == ["ready"] * PROCESSES
        for number, carrier in enumerate(carriers, start=1):
            for server in servers:
                server.present(carrier)
            verdicts = [server.verdict() for server in servers]
            assert sorted(verdicts) == [[], *[["REPLAYED"]] * (PROCESSES - 1)]
            assert executed.read_text().splitlines() == ["executed"] * number
