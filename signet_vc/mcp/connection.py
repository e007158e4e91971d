"""The driver of a session between the streams of the MCP SDK's client and those of its transport."""

from __future__ import annotations

from contextlib import suppress
from contextvars import Context as Variables
from contextvars import copy_context
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

import anyio
from mcp.shared.message import SessionMessage

from signet_vc.limits import NANOSECONDS
from signet_vc.mcp import sdk

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from anyio.streams.memory import MemoryObjectReceiveStream

    from signet_vc.mcp.traffic import Peer, Send, Session

__all__ = ["Connection", "Read", "Write"]

_GONE: Final = (anyio.BrokenResourceError, anyio.ClosedResourceError)  # the other end of a stream
_SIGN_SECONDS: Final = 30.0  # a signer that hangs must not hold every later message for ever
_UNREAD: Final = 100  # messages for a client that is not reading; who sends must not wait for that


@dataclass(frozen=True, slots=True)
class _Origin:
    """What a session's messages come of: an item of either peer's, on its way to the other."""

    towards: Peer
    line: bytes = b""
    item: SessionMessage | None = None


class Connection:
    """Drives a session between the client's streams, ``read`` and ``write``, and the inner transport's.

    ``receive`` and ``watch`` are tasks, to be cancelled in the end; then ``close``.
    """

    def __init__(
        self, session: Session, inner_read: Any, inner_write: Any, *, clock: Callable[[], int]
    ) -> None:
        self._session = session
        self._inner_read = inner_read
        self._inner_write = inner_write
        self._clock = clock
        self._turn = anyio.Lock()  # a session takes one message of the client's at a time
        self._due = anyio.Event()
        self._held: list[_Origin] = []
        self._to_client, self._from_us = anyio.create_memory_object_stream[tuple[Variables, Any]](_UNREAD)
        self.read = Read(self._from_us)
        self.write = Write(self)

    async def send(self, item: SessionMessage) -> None:
        """Take a message of the client's.

        Raises:
            TimeoutError: signer or store gave no answer in time; nothing was sent.
            UsageError: a message that is no JSON.
        """
        line = sdk.line_of(item.message)
        async with self._turn:
            with anyio.fail_after(_SIGN_SECONDS):
                sends = await self._session.from_client(line)
            origin = _Origin("server", line, item)
            if self._session.deadline() is not None:
                self._held.append(origin)
                self._due.set()
            await self._deliver(sends, origin)

    async def receive(self) -> None:
        """Take the server's messages until it has gone."""
        async with self._to_client:
            with suppress(*_GONE):
                async for item in self._inner_read:
                    await self._received(item)
            await self._deliver(await self._session.server_ended(), _Origin("client"))

    async def watch(self) -> None:
        """Go on with what the session holds, when that is due."""
        while True:
            deadline = self._session.deadline()
            seconds = None if deadline is None else max(0, deadline - self._clock()) / NANOSECONDS
            with anyio.move_on_after(seconds):
                await self._due.wait()
            self._due = anyio.Event()
            async with self._turn:
                with suppress(*_GONE):
                    await self._expired()

    async def _received(self, item: SessionMessage | Exception) -> None:
        line = None if isinstance(item, Exception) else sdk.line_from_server(item.message)
        if line is None or isinstance(item, Exception):
            await self._tell(item)
            return
        sends = await self._session.from_server(line)
        await self._deliver(sends, _Origin("client", line, item))
        if self._session.deadline() is not None:
            self._due.set()

    async def _expired(self) -> None:
        for send in await self._session.expire(self._clock()):
            await self._deliver([send], self._held_for(send))
        if self._session.deadline() is None:
            self._held.clear()

    def _held_for(self, send: Send) -> _Origin:
        """The held message that this one came of."""
        about = (
            held
            for held in self._held
            if held.item is not None
            and (send.data is held.line or sdk.is_about(send.data, held.item.message))
        )
        return next(about, _Origin("server"))

    async def _deliver(self, sends: Sequence[Send], origin: _Origin) -> None:
        """Send what the session made of a message. Unchanged it goes as it is, changed with its metadata."""
        for send in sends:
            if origin.item is not None and send.data is origin.line:
                out = origin.item
            else:
                out = sdk.message_of(send.data, origin.item if send.to == origin.towards else None)
            if send.to == "server":
                await self._inner_write.send(out)
            else:
                await self._tell(out)

    async def _tell(self, item: SessionMessage | Exception) -> None:
        """Hand a message to the client, if it is still there."""
        variables = getattr(self._inner_read, "last_context", None)
        with suppress(*_GONE):
            await self._to_client.send((variables or copy_context(), item))

    async def end(self) -> None:
        """The client sends nothing any more."""
        await self._inner_write.aclose()

    def close(self) -> None:
        """Close the streams between the client and us, if it has not."""
        self._to_client.close()
        self._from_us.close()


class Read:
    """What the client reads. ``last_context``: the variables of the task that sent the last message."""

    def __init__(
        self, stream: MemoryObjectReceiveStream[tuple[Variables, SessionMessage | Exception]]
    ) -> None:
        self._stream = stream
        self.last_context: Variables | None = None

    async def receive(self) -> SessionMessage | Exception:
        """The next message, or what the inner transport took for none."""
        self.last_context, item = await self._stream.receive()
        return item

    async def aclose(self) -> None:
        """Nothing more is read."""
        await self._stream.aclose()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> SessionMessage | Exception:
        try:
            return await self.receive()
        except anyio.EndOfStream:
            raise StopAsyncIteration from None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


class Write:
    """What the client writes to."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def send(self, item: SessionMessage, /) -> None:
        """Sign it if it is a call, and send it."""
        await self._connection.send(item)

    async def aclose(self) -> None:
        """Nothing more is sent."""
        await self._connection.end()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()
