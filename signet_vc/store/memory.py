"""The store in memory: for tests, and for runs whose evidence nobody needs. Only if asked for."""

from __future__ import annotations

import heapq
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Any, Final, Self, Unpack

from signet_vc.attestation.store import Claim, Record, RefusedCall
from signet_vc.errors import UnavailableError
from signet_vc.store.reading import Filters, RefusalFilters

__all__ = ["MemoryStore"]

_MAX_REFUSALS: Final = 10_000  # anybody can cause them: bounds memory, oldest dropped first
_SHOWN: Final = 10


class MemoryStore:
    """Everything is lost with the process, and so a claim of an earlier process may be.

    Therefore a call that was signed before this store began counts as presented before: it may have
    been. ``clock``: nanoseconds since 1970, asked once. ``max_claims``: unexpired ones; beyond it every
    claim fails, none is dropped.
    """

    def __init__(self, *, clock: Callable[[], int] = time.time_ns, max_claims: int = 1_000_000) -> None:
        self._began = clock() // 1_000_000 * 1_000_000  # validFrom has no finer time
        self._max_claims = max_claims
        self._lock = threading.Lock()
        self._closed = False
        self._records: dict[str, Record] = {}
        self._answers: dict[str, list[Record]] = {}
        self._claims: set[tuple[str, str, str]] = set()
        self._expiries: list[tuple[int, tuple[str, str, str]]] = []
        self._refusals: deque[RefusedCall] = deque(maxlen=_MAX_REFUSALS)
        self._pins: dict[str, str] = {}

    # -- the engine's methods ----------------------------------------------------------------------

    async def record(self, record: Record, *, claim: Claim | None = None) -> bool:
        """Keep ``record``, claiming the nonce. As AttestationStore says, but for durability."""
        with self._writing():
            if claim is not None and not self._claim(claim, now=record.received_at):
                return False
            if record.digest not in self._records:
                self._records[record.digest] = record
                if record.request_digest is not None:
                    self._answers.setdefault(record.request_digest, []).append(record)
            return True

    def _claim(self, claim: Claim, *, now: int) -> bool:
        if claim.valid_from < self._began:
            return False
        while self._expiries and self._expiries[0][0] < now:
            self._claims.discard(heapq.heappop(self._expiries)[1])
        key = (claim.issuer, claim.audience, claim.nonce)
        if key in self._claims:
            return False
        if len(self._claims) >= self._max_claims:
            raise UnavailableError(f"{self._max_claims} calls are not expired yet: no further one is taken")
        self._claims.add(key)
        heapq.heappush(self._expiries, (claim.expires_at, key))
        return True

    async def refuse(self, refused: RefusedCall) -> None:
        """Keep the fact of a refusal; the oldest beyond 10,000 are dropped."""
        with self._writing():
            self._refusals.append(refused)

    async def get(self, digest: str) -> Record | None:
        """The record with this digest."""
        return self.find(digest)

    async def pin(self, subject: str, did: str) -> str:
        """Pin ``did`` for ``subject`` unless one is pinned; the pinned one."""
        with self._writing():
            return self._pins.setdefault(subject, did)

    # -- reading -----------------------------------------------------------------------------------

    def records(self, **filters: Unpack[Filters]) -> Iterator[Record]:
        """The records by time, oldest first."""
        with self._lock:
            found = sorted(self._records.values(), key=lambda each: each.received_at)
        return (each for each in found if _passes(each, each.received_at, filters))

    def count(self, **filters: Unpack[Filters]) -> int:
        """How many records the filters let through."""
        return sum(1 for _ in self.records(**filters))

    def refused(self, **filters: Unpack[RefusalFilters]) -> Iterator[RefusedCall]:
        """The refused calls by time, oldest first."""
        with self._lock:
            found = sorted(self._refusals, key=lambda each: each.at)
        return (each for each in found if _passes(each, each.at, filters))

    def find(self, digest: str) -> Record | None:
        """The record with this digest."""
        return self._records.get(digest)

    def answers(self, request_digest: str) -> tuple[Record, ...]:
        """The responses to a request, in the order of recording."""
        with self._lock:
            return tuple(self._answers.get(request_digest, ()))

    def digests(self, beginning: str) -> tuple[str, ...]:
        """Up to ten digests that begin so."""
        with self._lock:
            return tuple(sorted(each for each in self._records if each.startswith(beginning))[:_SHOWN])

    # -- closing -----------------------------------------------------------------------------------

    def _writing(self) -> threading.Lock:
        if self._closed:
            raise UnavailableError("the store is closed")
        return self._lock

    def close(self) -> None:
        """Nothing can be written afterwards."""
        self._closed = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _passes(item: Record | RefusedCall, at: int, filters: Mapping[str, Any]) -> bool:
    """Whether the filters let it through: bounds of time, equality of everything else."""
    for name, value in filters.items():
        if value is None:
            continue
        if name == "since":
            passes = at >= value
        elif name == "until":
            passes = at <= value
        else:
            passes = getattr(item, name) == value
        if not passes:
            return False
    return True
