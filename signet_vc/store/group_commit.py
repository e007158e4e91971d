"""Many callers, one connection: work that waits at the same time becomes one durable transaction.

Who does it was chosen by measurement (SQLite, ``synchronous=FULL``, ext4, two cores; 1.3 kB records with
a claim). A caller alone waits 260 µs where its event loop commits by itself, most of it fsync, and 390 µs
where a thread does: a hop there and back costs 120 µs. Twenty callers at once pay 95 µs each, and 256
pay 80 µs, whoever commits. So as long as a commit takes less than a millisecond, an event loop does at the
end of its round what its coroutines have queued in that round. A larger batch, a slower disk, or another
process that holds the lock would keep every other call of that loop waiting: then a thread does it.
"""

from __future__ import annotations

import asyncio
import os
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Final, Generic, Protocol, TypeVar

from signet_vc.errors import UnavailableError

__all__ = ["GroupCommit", "LockedError", "Session", "Work"]

Connection = TypeVar("Connection")
Connection_co = TypeVar("Connection_co", covariant=True)
T = TypeVar("T")
Work = Callable[[Connection], T]

_MAX_BATCH: Final = 512  # bounds how long one transaction keeps other processes out
_MAX_BATCH_IN_LOOP: Final = 32  # 20 µs each: bounds how long an event loop is kept
_QUICK: Final = 0.001  # seconds; a commit that takes longer is no longer done in an event loop
_WEIGHT: Final = 0.2  # of the last commit in the moving average
_THREAD: Final = "the thread"


class LockedError(UnavailableError):
    """Another process is writing; nothing was done."""


class Session(Protocol[Connection_co]):
    """A connection, used by one thread at a time."""

    def transact(self, work: Sequence[Work[Connection_co, Any]], *, patient: bool) -> list[Any]:
        """Do all of it durably in one transaction, or none.

        ``patient``: wait for other processes. Raises UnavailableError, LockedError where not patient.
        """

    def close(self) -> None:
        """Give the connection up, with what was begun and not committed. Raises nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class _Entry(Generic[Connection]):
    work: Work[Connection, Any]
    loop: asyncio.AbstractEventLoop | None
    future: asyncio.Future[Any] | Future[Any]


class GroupCommit(Generic[Connection]):
    """A queue of work, and who does it.

    ``connect`` is called for the first work, after a failure, and in a forked child, which must neither use
    nor close its parent's connection. ``quick``: seconds that a commit may take in an event loop; 0: never.
    """

    def __init__(self, connect: Callable[[], Session[Connection]], *, quick: float = _QUICK) -> None:
        self._connect = connect
        self._quick = quick
        self._takes = 2 * quick  # the moving average; unknown at first, so the thread begins
        self._closed = False
        self._session: Session[Connection] | None = None
        self._inherited: Session[Connection] | None = None
        self._begin()
        _LIVING.add(self)

    def _begin(self) -> None:
        """With nothing to do.

        In a forked child too: what was queued is the parent's to do, the parent's thread is not here, and a
        lock that was held at that moment is never given back.
        """
        self._lock = threading.Lock()  # of the three that follow and of ``_closed``, for moments
        self._queue: deque[_Entry[Connection]] = deque()
        self._coming: object = None  # who will come for the queue: an event loop, _THREAD, or nobody
        self._thread: threading.Thread | None = None
        self._wanted = threading.Semaphore(0)  # wakes the thread
        self._committing = threading.Lock()  # of the session

    def hold(self) -> None:
        """Wait for the transaction under way, and begin none: none may be copied half done."""
        self._committing.acquire()

    def release(self) -> None:
        """Go on after ``hold``."""
        self._committing.release()

    def forked(self) -> None:
        """Begin anew in a child, with a connection of its own."""
        self._inherited, self._session = self._session, None  # kept: closing it would hurt the parent
        self._begin()

    async def run(self, work: Work[Connection, T]) -> T:
        """Do ``work`` in some transaction, and return once that is durable.

        A caller that is cancelled no longer waits; its work is done all the same. Where no asyncio
        loop runs (another library's, or none), the calling thread does it or waits.

        Raises:
            UnavailableError: the transaction failed, and nothing of it was kept.
        """
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            waiting: Future[T] = Future()
            self._enqueue(_Entry(work, None, waiting))
            self._flush()
            return waiting.result()
        future: asyncio.Future[T] = loop.create_future()
        coming = self._enqueue(_Entry(work, loop, future))
        if coming is not _THREAD and self._takes >= self._quick:
            self._flush_in_thread()
        elif coming is None or coming not in {_THREAD, loop}:  # another loop may have ended before it came
            self._flush_soon(loop)
        return await future

    def close(self) -> None:
        """Finish what is queued, end the thread, close the connection. Later work is refused."""
        with self._lock:
            self._closed = True
            thread = self._thread
        self._flush()
        if thread is not None:
            self._wanted.release()
            thread.join()
        with self._committing:
            self._drop_session()

    def _enqueue(self, entry: _Entry[Connection]) -> object:
        """Queue it; who is coming for it already."""
        with self._lock:
            if self._closed:
                raise UnavailableError("the store is closed")
            self._queue.append(entry)
            return self._coming

    def _take(self, most: int) -> list[_Entry[Connection]]:
        with self._lock:
            batch = [self._queue.popleft() for _ in range(min(most, len(self._queue)))]
            if not self._queue:
                self._coming = None
        return batch

    # -- who comes for the queue -------------------------------------------------------------------

    def _flush(self) -> None:
        """In the calling thread, until the queue is empty."""
        more = True
        while more:
            with self._committing:
                batch = self._take(_MAX_BATCH)
                more = bool(batch) and self._commit(batch)

    def _flush_in_loop(self, loop: asyncio.AbstractEventLoop) -> None:
        if not self._committing.acquire(blocking=False):
            self._flush_in_thread()
            return
        try:
            batch = self._take(_MAX_BATCH_IN_LOOP)
            locked = bool(batch) and not self._commit(batch, here=loop)
        finally:
            self._committing.release()
        if locked:
            with self._lock:
                self._queue.extendleft(reversed(batch))
            self._flush_in_thread()
        elif self._queue:
            self._flush_soon(loop)

    def _flush_soon(self, loop: asyncio.AbstractEventLoop) -> None:
        with self._lock:
            self._coming = loop
        loop.call_soon(self._flush_in_loop, loop)

    def _flush_in_thread(self) -> None:
        with self._lock:
            self._coming = _THREAD
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._serve, args=(self._wanted,), name="signet-store", daemon=True
                )
                self._thread.start()
        self._wanted.release()

    def _serve(self, wanted: threading.Semaphore) -> None:
        while not self._closed:
            wanted.acquire()
            self._flush()

    # -- the transaction ---------------------------------------------------------------------------

    def _commit(
        self, batch: Sequence[_Entry[Connection]], *, here: asyncio.AbstractEventLoop | None = None
    ) -> bool:
        """Do it and wake the callers. ``here``: the event loop that this is in, which must not wait.

        False, and nothing done, if it would have to.
        """
        began = time.perf_counter()
        try:
            session = self._connected()
            results = session.transact([entry.work for entry in batch], patient=here is None)
        except LockedError:
            return False
        except Exception as error:  # noqa: BLE001 - the last guard: without it the callers would wait for ever
            self._drop_session()
            reason = str(error) if isinstance(error, UnavailableError) else f"the store failed: {error!r}"
            _wake(batch, [_failure(reason, error) for _ in batch], here)
            return True
        self._takes += _WEIGHT * (time.perf_counter() - began - self._takes)
        _wake(batch, results, here)
        return True

    def _connected(self) -> Session[Connection]:
        if self._session is None:
            self._session = self._connect()
        return self._session

    def _drop_session(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            session.close()


_LIVING: Final[weakref.WeakSet[GroupCommit[Any]]] = weakref.WeakSet()
_HELD: Final[list[GroupCommit[Any]]] = []


def _before_fork() -> None:
    _HELD.extend(_LIVING)
    for each in _HELD:
        each.hold()


def _after_fork_in_parent() -> None:
    while _HELD:
        _HELD.pop().release()


def _after_fork_in_child() -> None:
    while _HELD:
        _HELD.pop().forked()


if hasattr(os, "register_at_fork"):  # where there is no fork, there is no such function
    os.register_at_fork(
        before=_before_fork, after_in_parent=_after_fork_in_parent, after_in_child=_after_fork_in_child
    )


def _failure(reason: str, cause: Exception) -> UnavailableError:
    """An exception for each caller: one that many raise would collect all their tracebacks."""
    failure = UnavailableError(reason)
    failure.__cause__ = cause
    return failure


def _wake(
    batch: Sequence[_Entry[Any]], outcomes: Sequence[Any], here: asyncio.AbstractEventLoop | None
) -> None:
    """Hand every caller its outcome, each event loop in one call; ``here`` is the one that runs this."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[_Entry[Any], Any]]] = {}
    for entry, outcome in zip(batch, outcomes, strict=True):
        if entry.loop is here or entry.loop is None:
            _resolve([(entry, outcome)])
        else:
            by_loop.setdefault(entry.loop, []).append((entry, outcome))
    for loop, resolved in by_loop.items():
        try:
            loop.call_soon_threadsafe(_resolve, resolved)
        except RuntimeError:
            continue  # the loop is closed: nobody waits there any more


def _resolve(resolved: Sequence[tuple[_Entry[Any], Any]]) -> None:
    for entry, outcome in resolved:
        if entry.future.done():
            continue  # cancelled
        if isinstance(outcome, UnavailableError):
            entry.future.set_exception(outcome)
        else:
            entry.future.set_result(outcome)
