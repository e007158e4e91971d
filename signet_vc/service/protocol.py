"""HTTP/1.1 with what uvicorn leaves open: a time for headers, a number of connections, refusals as JSON."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, ClassVar, cast

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from signet_vc.service import reply

__all__ = ["protocol"]


class _Joining:
    """A transport that joins what one turn of the loop writes: an answer is one system call.

    Beside threads that compute, each call costs as much as the wait for the interpreter's lock after it.
    """

    __slots__ = ("_loop", "_parts", "_transport", "_unsent")

    def __init__(
        self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop, unsent: Callable[[], None]
    ) -> None:
        self._transport = transport
        self._loop = loop
        self._parts: list[bytes] = []
        self._unsent = unsent

    def write(self, data: bytes) -> None:
        if not self._parts:
            self._loop.call_soon(self._flush)
        self._parts.append(data)

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        if self._parts:
            data = b"".join(self._parts)
            self._parts.clear()
            self._transport.write(data)
            if self._transport.get_write_buffer_size():
                self._unsent()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class _Bounded(H11Protocol):
    """One connection.

    header_seconds: for the headers of a request. send_seconds: for what is left to send of an answer. most:
    connections at once.
    """

    header_seconds: ClassVar[float]
    send_seconds: ClassVar[float]
    most: ClassVar[int]

    _timer: asyncio.TimerHandle | None = None
    _refused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn's own takes a Transport
        if len(self.connections) >= self.most:
            self._refused = True
            transport.abort()
            return
        super().connection_made(cast("asyncio.Transport", _Joining(transport, self.loop, self._unsent)))
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        if not self._refused:
            super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._stop_waiting()
        elif self._timer is None:
            self._wait()

    def _unsent(self) -> None:
        """An answer that nobody takes holds memory, and may for so long."""
        self.loop.call_later(self.send_seconds, self._give_up)

    def _give_up(self) -> None:
        if self.transport.get_write_buffer_size():
            self.transport.abort()

    def _wait(self) -> None:
        self._timer = self.loop.call_later(self.header_seconds, self.transport.abort)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def send_400_response(self, msg: str) -> None:
        answer = reply.status(HTTPStatus.BAD_REQUEST, msg)
        headers = [
            (b"content-type", answer.media_type.encode()),
            (b"content-length", str(len(answer.body)).encode()),
            (b"connection", b"close"),
        ]
        if self.conn.our_state is h11.IDLE:  # else an answer is on its way already, and is all there is
            for event in (
                h11.Response(status_code=answer.status, headers=headers),
                h11.Data(data=answer.body),
                h11.EndOfMessage(),
            ):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()


def protocol(*, header_seconds: float, send_seconds: float, connections: int) -> type[H11Protocol]:
    """Make the protocol class for these bounds."""
    bounds = {"header_seconds": header_seconds, "send_seconds": send_seconds, "most": connections}
    return type("Bounded", (_Bounded,), bounds)
