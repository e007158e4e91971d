"""Servers in processes of their own that share one store."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

__all__ = ["Serving", "serving"]

_TESTS = Path(__file__).parent
_PROGRAM = _TESTS / "threats" / "serving_process.py"


class Serving:
    """One running server."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def present(self, carrier: Any) -> None:
        """Send it a call with this carrier."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(carrier) + "\n")
        self.process.stdin.flush()

    def verdict(self) -> list[str]:
        """The codes that the call was refused with; empty if it was executed."""
        return self.line().split()

    def line(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "the server ended"
        return line.strip()


@contextlib.contextmanager
def serving(store: Path, executed: Path) -> Iterator[Serving]:
    """Start a server; it ends with the context."""
    path = os.pathsep.join([str(_TESTS.parent), str(_TESTS)])
    command = [sys.executable, str(_PROGRAM), str(store), str(executed)]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    ) as process:
        started = Serving(process)
        try:
            yield started
        finally:
            process.kill()
