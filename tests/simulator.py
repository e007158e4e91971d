"""Real clients and servers in one process, a clock set by hand, hops that lose and change messages."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Any, Self

import anyio
from mcp.shared.message import SessionMessage
from mcp_types import jsonrpc_message_adapter

__all__ = ["Clock", "Hop", "Message", "Rewrite", "dropped", "repeated", "unchanged"]

Message = dict[str, Any]
Rewrite = Callable[[Message], Iterable[Message]]


def unchanged(message: Message) -> Iterable[Message]:
    """Hand the message on."""
    return [message]


def dropped(_: Message) -> Iterable[Message]:
    """Lose the message."""
    return []


def repeated(message: Message) -> Iterable[Message]:
    """Hand the message on twice."""
    return [message, message]


class Clock:
    """Nanoseconds since 1970 that pass only when told to."""

    def __init__(self, now: int) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now

    def pass_by(self, seconds: float) -> None:
        """Let time pass; backwards too."""
        self.now += int(seconds * 1_000_000_000)


class Hop:
    """A transport over another one, rewriting JSON-RPC messages as a hostile or clumsy gateway would.

    ``out`` sees what goes to the server, ``back`` what comes from it; each gives what to hand on
    instead: nothing, one message or several. ``sent`` and ``received`` keep what passed before rewriting.
    """

    def __init__(
        self, inner: AbstractAsyncContextManager[Any], *, out: Rewrite = unchanged, back: Rewrite = unchanged
    ) -> None:
        self._inner = inner
        self.out = out
        self.back = back
        self.sent: list[Message] = []
        self.received: list[Message] = []

    async def __aenter__(self) -> tuple[_Read, _Write]:
        read, write = await self._inner.__aenter__()
        return _Read(self, read), _Write(self, write)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        return await self._inner.__aexit__(kind, error, trace)


class _Stream:
    def __init__(self, hop: Hop, inner: Any) -> None:
        self._hop = hop
        self._inner = inner

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


class _Read(_Stream):
    def __init__(self, hop: Hop, inner: Any) -> None:
        super().__init__(hop, inner)
        self._waiting: deque[SessionMessage] = deque()

    async def receive(self) -> SessionMessage | Exception:
        while not self._waiting:
            item = await self._inner.receive()
            if isinstance(item, Exception):
                return item
            message = _plain(item)
            self._hop.received.append(message)
            self._waiting.extend(_wrapped(each, item) for each in self._hop.back(message))
        return self._waiting.popleft()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> SessionMessage | Exception:
        try:
            return await self.receive()
        except anyio.EndOfStream:
            raise StopAsyncIteration from None


class _Write(_Stream):
    async def send(self, item: SessionMessage) -> None:
        message = _plain(item)
        self._hop.sent.append(message)
        for each in self._hop.out(message):
            await self._inner.send(_wrapped(each, item))


def _plain(item: SessionMessage) -> Message:
    return item.message.model_dump(by_alias=True, exclude_unset=True)


def _wrapped(message: Message, original: SessionMessage) -> SessionMessage:
    return SessionMessage(
        message=jsonrpc_message_adapter.validate_python(message), metadata=original.metadata
    )
