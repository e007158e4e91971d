"""Signing and verifying beside the event loop, so much at once and no more.

A document that costs a second must delay nobody else's answer: it holds one of the threads, and what waits
for a thread is bounded, in number and in time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import TypeVar

__all__ = ["Budget", "OverloadedError", "Workers"]

T = TypeVar("T")


class OverloadedError(Exception):
    """No thread was free in time, more wait for one than may, or more is held than may be."""


class Budget:
    """How many bytes of bodies are held at once, by all requests together. Used by the event loop alone."""

    __slots__ = ("_left",)

    def __init__(self, most: int) -> None:
        self._left = most

    def take(self, size: int) -> None:
        """Hold more. Raises OverloadedError where that is too much."""
        if size > self._left:
            raise OverloadedError
        self._left -= size

    def give(self, size: int) -> None:
        """Hold it no longer."""
        self._left += size


class Workers:
    """A bounded pool with a bounded queue.

    threads: how many run at once. waiting: how many may wait for one. seconds: for how long one caller waits
    for its result, the time in the queue counted in.
    """

    def __init__(self, *, threads: int, waiting: int, seconds: float) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="signet-serve")
        self._most = threads + waiting
        self._seconds = seconds
        self._lock = Lock()
        self._taken = 0

    @property
    def has_room(self) -> bool:
        """Tell whether a further call would be taken."""
        return self._taken < self._most

    async def run(self, function: Callable[[], T]) -> T:
        """Run ``function`` in a thread. Raises OverloadedError, and what it raises.

        A call that is given up while it runs keeps its place until it ends: a thread cannot be stopped, and
        its work is bounded by the limits of the library.
        """
        with self._lock:
            if self._taken >= self._most:
                raise OverloadedError
            self._taken += 1
        future = self._pool.submit(function)
        future.add_done_callback(self._leave)
        try:
            async with asyncio.timeout(self._seconds):
                return await asyncio.wrap_future(future)
        except TimeoutError as error:
            raise OverloadedError from error

    def _leave(self, _future: Future[T]) -> None:
        with self._lock:
            self._taken -= 1

    def close(self) -> None:
        """Take no more, and end when what runs has ended."""
        self._pool.shutdown(wait=False, cancel_futures=True)
