"""The service on a socket: it is bound first, so that its address is known, and stops when it is told to."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import ssl
import threading
from collections.abc import Callable, Generator, Iterable
from functools import partial
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from signet_vc.errors import UsageError
from signet_vc.service.app import Bounds, Service, application
from signet_vc.service.protocol import protocol
from signet_vc.service.workers import Workers

__all__ = ["Server", "bind", "run"]

_BACKLOG = 512


def bind(host: str, port: int) -> socket.socket:
    """Listen on an address, port 0 for any that is free. Raises UsageError where that cannot be."""
    try:
        family, kind, number, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.socket(family, kind, number)
    except OSError as error:
        raise UsageError(f"cannot listen there: {error.strerror or error}") from error
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(_BACKLOG)  # whoever connects before all is ready waits, and is not refused
    except OSError as error:
        listening.close()
        why = f"{error.strerror or error}; --port names another one, 0 any that is free"
        raise UsageError(f"cannot listen on port {port}: {why}") from error
    return listening


def run(
    service: Service,
    listening: socket.socket,
    *,
    hosts: Iterable[str] | None = None,
    context: ssl.SSLContext | None = None,
    started: Callable[[Server], None] | None = None,
) -> None:
    """Serve on a bound socket until told to stop. started: is handed the server, which has ``stop``."""
    bounds = service.bounds
    workers, resolving = (
        Workers(threads=threads, waiting=bounds.waiting, seconds=bounds.work_seconds)
        for threads in (bounds.threads, bounds.resolving)
    )
    server = Server(application(service, workers, resolving, hosts=hosts), bounds, context=context)
    if started is not None:
        started(server)
    try:
        server.listen(listening)
    finally:
        workers.close()
        resolving.close()
        service.close()


class Server(uvicorn.Server):
    """uvicorn, which ends with 0 when it was told to stop and did."""

    def __init__(self, app: ASGIApp, bounds: Bounds, *, context: ssl.SSLContext | None = None) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                loop="asyncio",
                http=protocol(
                    header_seconds=bounds.header_seconds,
                    send_seconds=bounds.send_seconds,
                    connections=bounds.connections,
                ),
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                h11_max_incomplete_event_size=bounds.header_bytes,
                timeout_keep_alive=bounds.idle_seconds,
                timeout_graceful_shutdown=bounds.stop_seconds,
            )
        )
        self._tls: dict[str, Any] = {}
        if context is not None:
            self._tls = {
                "ssl": context,
                "ssl_handshake_timeout": bounds.header_seconds,
                "ssl_shutdown_timeout": bounds.send_seconds,
            }

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Do as uvicorn does, but for the times of TLS: asyncio gives its beginning 60 s, its end 30."""
        make: Any = self.config.http_protocol_class
        made = {"config": self.config, "server_state": self.server_state, "app_state": self.lifespan.state}
        loop = asyncio.get_running_loop()
        self.servers = [
            await loop.create_server(partial(make, **made), sock=each, backlog=_BACKLOG, **self._tls)
            for each in sockets or ()
        ]
        self.started = True

    def listen(self, listening: socket.socket) -> None:
        """Serve until told to stop."""
        asyncio.run(self.serve(sockets=[listening]))

    def stop(self) -> None:
        """Finish what is under way, take nothing more, and end."""
        self.should_exit = True

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Stop at SIGTERM and SIGINT. uvicorn would then raise the signal once more, and die of it."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        kept = {each: signal.signal(each, self.handle_exit) for each in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for each, handler in kept.items():
                signal.signal(each, handler)
