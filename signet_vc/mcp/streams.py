"""Pipes as an event loop can read and write them, and the lines in them.

Standard input and output are pipes or sockets where a client starts this program, and then the loop
waits for them itself. Files and terminals cannot be waited for: a thread reads those, and writing to
them may block.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import stat
import threading
from collections.abc import AsyncIterator
from concurrent.futures import CancelledError
from typing import Final, Protocol

__all__ = ["Inlet", "Lines", "Outlet", "open_inlet", "open_outlet", "standard"]

_CHUNK: Final = 1 << 18  # as much as the loop itself reads at once
_QUEUED: Final = 8  # chunks that a reading thread is ahead


class Inlet(Protocol):
    """Bytes that come in."""

    async def read(self, n: int, /) -> bytes:
        """At least one byte and at most ``n``; none at the end. Raises OSError for a broken connection."""

    def close(self) -> None:
        """Read nothing more."""


class Outlet(Protocol):
    """Bytes that go out."""

    @property
    def pending(self) -> int:
        """Bytes that are kept and not yet written."""

    def write(self, data: bytes, /) -> None:
        """Keep ``data`` to be written."""

    async def drain(self) -> None:
        """Wait until the other end has taken enough. Raises OSError once it is gone."""

    def close(self) -> None:
        """Write what is kept, then close."""

    async def closed(self) -> None:
        """Wait until that is done, or cannot be."""


class Lines:
    """The lines of an inlet, without their newlines; the last may lack one.

    Of a line longer than ``limit`` bytes the first ``limit + 1`` are given, and the rest is skipped:
    what is held in memory is bounded.
    """

    def __init__(self, inlet: Inlet, limit: int) -> None:
        self._inlet = inlet
        self._limit = limit
        self._buffer = bytearray()
        self._searched = 0
        self._skips = False

    async def next(self) -> bytes | None:
        """The next line; None at the end.

        Raises:
            OSError: the system cannot read on.
        """
        while True:
            end = self._buffer.find(b"\n", self._searched)
            if end >= 0:
                line = self._take(end, end + 1)
                if not self._skips:
                    return line
                self._skips = False
            elif len(self._buffer) > self._limit:
                line, skipped = self._take(len(self._buffer), len(self._buffer)), self._skips
                self._skips = True
                if not skipped:
                    return line
            elif not await self._read():
                line = self._take(len(self._buffer), len(self._buffer))
                return line if line and not self._skips else None

    def _take(self, end: int, after: int) -> bytes:
        line = bytes(memoryview(self._buffer)[: min(end, self._limit + 1)])
        del self._buffer[:after]
        self._searched = 0
        return line

    async def _read(self) -> bool:
        self._searched = len(self._buffer)
        chunk = await self._inlet.read(_CHUNK)
        self._buffer += chunk
        return bool(chunk)


@contextlib.asynccontextmanager
async def standard() -> AsyncIterator[tuple[Inlet, Outlet]]:
    """Standard input and output; at the end all is written, and their descriptors are as they were."""
    waits = _can_wait()
    inlet: Inlet = await open_inlet(os.dup(0)) if waits else _Threaded(0)
    outlet: Outlet = await open_outlet(os.dup(1)) if waits else _Blocking(1)
    try:
        yield inlet, outlet
    finally:
        inlet.close()
        outlet.close()
        await outlet.closed()
        if waits:  # others may share them, and know nothing of waiting
            os.set_blocking(0, True)
            os.set_blocking(1, True)


async def open_inlet(descriptor: int) -> Inlet:
    """What comes out of a pipe or socket. The descriptor is closed with it."""
    reader = asyncio.StreamReader(limit=_CHUNK)
    loop = asyncio.get_running_loop()
    file = os.fdopen(descriptor, "rb", buffering=0)
    transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), file)
    return _Ready(reader, transport)


async def open_outlet(descriptor: int) -> Outlet:
    """What goes into a pipe or socket. The descriptor is closed with it."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    file = os.fdopen(descriptor, "wb", buffering=0)
    transport, _ = await loop.connect_write_pipe(lambda: protocol, file)
    return _Waiting(asyncio.StreamWriter(transport, protocol, reader, loop))


def _can_wait() -> bool:
    """Whether both are pipes or sockets, and not one and the same."""
    modes = [os.fstat(descriptor).st_mode for descriptor in (0, 1)]
    pipes = all(stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) for mode in modes)
    return os.name == "posix" and pipes and not os.path.sameopenfile(0, 1)


class _Ready:
    """Reads when the other end has written something."""

    def __init__(self, reader: asyncio.StreamReader, transport: asyncio.ReadTransport) -> None:
        self.read = reader.read
        self.close = transport.close


class _Waiting:
    """Writes when the other end takes something."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self.write = writer.write
        self.drain = writer.drain
        self.close = writer.close

    @property
    def pending(self) -> int:
        return self._writer.transport.get_write_buffer_size()

    async def closed(self) -> None:
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()


class _Threaded:
    """Reads in a thread, which ends with the program if it must."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._loop = asyncio.get_running_loop()
        self._chunks: asyncio.Queue[bytes] = asyncio.Queue(_QUEUED)
        threading.Thread(target=self._run, daemon=True).start()

    async def read(self, n: int, /) -> bytes:  # noqa: ARG002 - a chunk is never longer than what is asked for
        return await self._chunks.get()

    def close(self) -> None:
        """The thread ends when it has something nobody reads, or with the program."""

    def _run(self) -> None:
        with contextlib.suppress(RuntimeError, CancelledError):  # the loop has ended: nobody reads any more
            while chunk := self._read():
                self._put(chunk)
            self._put(b"")

    def _read(self) -> bytes:
        try:
            return os.read(self._descriptor, _CHUNK)
        except OSError:  # as good as the end: a terminal that was hung up
            return b""

    def _put(self, chunk: bytes) -> None:
        kept = self._chunks.put(chunk)
        try:
            asyncio.run_coroutine_threadsafe(kept, self._loop).result()
        finally:
            kept.close()


class _Blocking:
    """Writes at once."""

    pending = 0

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._error: OSError | None = None

    def write(self, data: bytes, /) -> None:
        rest = memoryview(data)
        try:
            while rest and self._error is None:
                rest = rest[os.write(self._descriptor, rest) :]
        except OSError as error:
            self._error = error

    async def drain(self) -> None:
        if self._error is not None:
            raise self._error

    def close(self) -> None:
        """Nothing is kept."""

    async def closed(self) -> None:
        """Nothing is kept."""
