"""Many records judged by several threads, in their order.

The signatures, most of the work, let other threads run. A thread takes some dozens at a time, so that
handing them over costs little; no more than a few hundred are ever in memory.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import Final

from signet_vc.attestation.store import Record
from signet_vc.audit import Evidence, Judged, judge
from signet_vc.policy import Policy

__all__ = ["judged"]

_CHUNK: Final = 32
_WORKERS: Final = min(4, os.cpu_count() or 1)


def judged(records: Iterable[Record], policy: Policy, evidence: Evidence, *, at_ns: int) -> Iterator[Judged]:
    """Judge the records at a time, nanoseconds since 1970; verdicts come in the order of the records."""

    def judge_all(chunk: list[Record]) -> list[Judged]:
        return [judge(record, policy, at_ns=at_ns, evidence=evidence) for record in chunk]

    coming = iter(records)
    under_way: deque[Future[list[Judged]]] = deque()
    with ThreadPoolExecutor(_WORKERS, thread_name_prefix="signet-verify") as pool:
        while chunk := list(islice(coming, _CHUNK)):
            under_way.append(pool.submit(judge_all, chunk))
            if len(under_way) > 2 * _WORKERS:
                yield from under_way.popleft().result()
        while under_way:
            yield from under_way.popleft().result()
