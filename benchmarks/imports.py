"""What `import signet_vc` costs."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator

from benchmarks.measure import Figure

__all__ = ["figures"]

_ROUNDS = 9
_OURS, _NOTHING = "import signet_vc", "pass"


def figures() -> Iterator[Figure]:
    """``import/signet_vc``: milliseconds beyond those of an interpreter that imports nothing."""
    ours, bare = [], []
    for _ in range(_ROUNDS):
        ours.append(_seconds(_OURS))
        bare.append(_seconds(_NOTHING))
    floor = statistics.median(bare)
    yield Figure("import/signet_vc", (statistics.median(ours) - floor) * 1e3, "ms added", floor * 1e3)


def _seconds(code: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603 - one of the two above
    return time.perf_counter() - start
