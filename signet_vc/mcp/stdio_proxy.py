"""The proxy on standard input and output: a client in front, a server as a child process behind.

What the two say goes through a session, line by line, each direction in its order. Everything else
passes as if nothing stood between: standard error, signals, the end of input, the exit status.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Final

from signet_vc.errors import UsageError
from signet_vc.limits import NANOSECONDS
from signet_vc.mcp.streams import Inlet, Lines, Outlet, open_inlet, open_outlet, standard
from signet_vc.mcp.traffic import Peer, Send, Session

__all__ = ["run"]

_FORWARDED: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP) if os.name == "posix" else ()
_GRACE: Final = 2.0  # seconds
_KEPT: Final = 64 << 20  # bytes for a client that does not read
_BY_SIGNAL: Final = 128  # a shell's way to say which signal ended a program


async def run(
    command: Sequence[str],
    session: Session,
    *,
    environment: Mapping[str, str] | None = None,
    clock: Callable[[], int] = time.time_ns,
) -> int:
    """Run ``command`` as the server of whoever is at standard input and output, until it ends.

    environment: of the command, without the variables that hold keys of this side; None is this
    process's own. clock: the session's, nanoseconds.

    Returns the command's exit status, or 128 and the number of the signal that ended it.

    Raises:
        UsageError: the command cannot be started.
    """
    (its_input, to_server), (from_server, its_output) = os.pipe(), os.pipe()
    try:
        process = await _start(command, its_input, its_output, environment)
    except OSError as error:
        os.close(to_server)
        os.close(from_server)
        raise UsageError(f"cannot start {command[0]}: {error.strerror}") from error
    finally:
        os.close(its_input)
        os.close(its_output)
    with _signals_forwarded(process):
        try:
            async with standard() as client:
                server = await open_inlet(from_server), await open_outlet(to_server)
                await _Proxy(session, client=client, server=server, clock=clock).relay()
        except BaseException:
            await _end(process)
            raise
        status = await process.wait()
    return status if status >= 0 else _BY_SIGNAL - status


async def _start(
    command: Sequence[str], stdin: int, stdout: int, environment: Mapping[str, str] | None
) -> asyncio.subprocess.Process:
    """Start the server in a process group of its own, so that each signal reaches it once.

    At a terminal the signal of a key goes to a whole group, and is passed on besides.
    """
    return await asyncio.create_subprocess_exec(
        *command,
        stdin=stdin,
        stdout=stdout,
        env=environment,
        process_group=0,
    )


async def _end(process: asyncio.subprocess.Process) -> None:
    """End the server after a fault of our own."""
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), _GRACE)
        except TimeoutError:
            process.kill()
            await process.wait()


@contextlib.contextmanager
def _signals_forwarded(process: asyncio.subprocess.Process) -> Iterator[None]:
    """Pass signals on to the server and whatever it has started, and leave it to it to end."""
    loop = asyncio.get_running_loop()

    def forward(number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)

    for each in _FORWARDED:
        loop.add_signal_handler(each, forward, each)
    try:
        yield
    finally:
        for each in _FORWARDED:
            loop.remove_signal_handler(each)


class _Proxy:
    """Two pumps around one session."""

    def __init__(
        self,
        session: Session,
        *,
        client: tuple[Inlet, Outlet],
        server: tuple[Inlet, Outlet],
        clock: Callable[[], int],
    ) -> None:
        self._session = session
        self._clock = clock
        self._inlet = server[0]
        self._client_lines = Lines(client[0], session.max_line)
        self._server_lines = Lines(server[0], session.max_line)
        self._client, self._server = client[1], server[1]
        self._heard = asyncio.Event()  # the server has said something
        self._busy = False  # with a line from the client: no time to stop
        self._over = asyncio.Event()  # client or server is gone: nothing more is read from the client
        self._gone: set[Peer] = set()
        self._upward: asyncio.Task[None] | None = None

    async def relay(self) -> None:
        """Carry lines both ways until the server has nothing more to say."""
        pumps = asyncio.create_task(self._from_client()), asyncio.create_task(self._from_server())
        self._upward = pumps[0]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_EXCEPTION)
        finally:
            for pump in pumps:
                pump.cancel()
            ends = await asyncio.gather(*pumps, return_exceptions=True)
            self._inlet.close()
            self._server.close()
        for end in ends:
            if isinstance(end, Exception):
                raise end
        await self._send(await self._session.server_ended())

    async def _from_client(self) -> None:
        """Upward: the end of the client's lines is the end of the server's input."""
        while not self._over.is_set() and (line := await self._next(self._client_lines)) is not None:
            await self._work(self._session.from_client(line))
            while self._session.deadline() is not None and not self._over.is_set():
                await self._wait_for_deadline()
                await self._work(self._session.expire(self._clock()))
        self._server.close()

    async def _work(self, task: Awaitable[list[Send]]) -> None:
        """Let the session work on something of the client's, and send what comes of it."""
        self._busy = True
        try:
            sends = await task
        finally:
            self._busy = False
        await self._send(sends, upward=True)

    async def _wait_for_deadline(self) -> None:
        """Until then, or until the server has said something; the client is not read meanwhile."""
        self._heard.clear()
        seconds = (self._session.deadline() or 0) - self._clock()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._heard.wait(), max(0.0, seconds / NANOSECONDS))

    async def _from_server(self) -> None:
        """Downward, until the end."""
        while (line := await self._next(self._server_lines)) is not None:
            sends = await self._session.from_server(line)
            self._heard.set()
            await self._send(sends)
        self._stop()

    async def _next(self, lines: Lines) -> bytes | None:
        try:
            return await lines.next()
        except OSError:  # a peer that was killed may leave an error in place of an end
            return None

    async def _send(self, sends: Sequence[Send], *, upward: bool = False) -> None:
        """Write each line, and wait where a direction is full: upward only for the server.

        A client that first writes everything and then reads would wait for ever for a pump that waits
        for it; so what it is told on the way up is kept, as far as ``_KEPT``.
        """
        for send in sends:
            if send.to in self._gone:
                continue
            outlet = self._client if send.to == "client" else self._server
            outlet.write(send.data + b"\n")
            if upward == (send.to == "server") or outlet.pending > _KEPT:
                try:
                    await outlet.drain()
                except OSError:
                    self._gone.add(send.to)
                    self._server.close()
                    self._stop()

    def _stop(self) -> None:
        """Read nothing more from the client; what is being worked on is finished."""
        self._over.set()
        if self._upward is not None and not self._busy:
            self._upward.cancel()
