"""What was fetched, for a while; failures too."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Final, NamedTuple

from signet_vc.errors import Code, ProblemError, UnavailableError
from signet_vc.external import NotFoundError

__all__ = ["Cache", "Failure"]

_CACHED: Final = 1024
_CACHED_BYTES: Final = 16 << 20
_FAILURE_TTL: Final = 10.0  # seconds; a stranger must not have a dead host asked at every message


class Failure(NamedTuple):
    """Why there is no body; kept, and raised anew for each who asks."""

    kind: type[ProblemError | UnavailableError]
    detail: str

    def error(self) -> ProblemError | UnavailableError:
        """Make the exception that says so."""
        if issubclass(self.kind, ProblemError):
            return ProblemError.of(Code.FETCH_REFUSED, self.detail)
        if issubclass(self.kind, NotFoundError):
            return NotFoundError(self.detail)
        return UnavailableError(self.detail, code=Code.RESOLVER_UNAVAILABLE)


class Cache:
    """The latest answers, bounded in number, in bytes and in age."""

    def __init__(self, ttl: float, clock: Callable[[], float]) -> None:
        self._ttl = ttl
        self._clock = clock
        self._lock = Lock()
        self._kept: OrderedDict[str, tuple[float, bytes | Failure]] = OrderedDict()
        self._bytes = 0

    def get(self, url: str) -> bytes | Failure | None:
        """Give what ``url`` gave, None if that is not known or too old."""
        with self._lock:
            until, answer = self._kept.get(url, (0.0, None))
            if answer is None or self._clock() >= until:
                return None
            self._kept.move_to_end(url)
            return answer

    def put(self, url: str, answer: bytes | Failure) -> None:
        """Keep it, and let the longest unused go."""
        ttl = self._ttl if isinstance(answer, bytes) else min(self._ttl, _FAILURE_TTL)
        if ttl <= 0:
            return
        with self._lock:
            self._drop(url)
            self._kept[url] = (self._clock() + ttl, answer)
            self._bytes += _size(answer)
            while len(self._kept) > _CACHED or self._bytes > _CACHED_BYTES:
                self._drop(next(iter(self._kept)))

    def _drop(self, url: str) -> None:
        if url in self._kept:
            self._bytes -= _size(self._kept.pop(url)[1])


def _size(answer: bytes | Failure) -> int:
    return len(answer) if isinstance(answer, bytes) else 0
