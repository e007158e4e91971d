"""Around everything: whose name the service answers to, how much at once, how long, and one line of log."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Iterable
from http import HTTPStatus
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from signet_vc.service import reply
from signet_vc.service.handler import NOTE, Note, closing, respond

__all__ = ["Gate"]

_LOG: Final = logging.getLogger("signet_vc.service")


class Gate:
    """The outermost layer.

    hosts: the names that a request may be for, lower case, with their port; None for any. Without it a page
    that rebinds its own name to loopback could speak to the service as if it were its origin.
    seconds: for a whole request, the sending of its answer counted in.
    """

    def __init__(self, app: ASGIApp, *, hosts: Iterable[str] | None, seconds: float) -> None:
        self._app = app
        self._hosts = None if hosts is None else frozenset(hosts)
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, whatever happens."""
        if scope["type"] != "http":
            return
        begun = time.perf_counter_ns()
        note = scope[NOTE] = Note()
        status = 0

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            async with asyncio.timeout(self._seconds):
                await self._serve(scope, receive, watched)
        except TimeoutError:
            if status:  # it is being sent, and nobody takes it: the server closes the connection
                raise
            await respond(closing(reply.status(HTTPStatus.SERVICE_UNAVAILABLE, "it took too long")), watched)
        except Exception as error:  # noqa: BLE001 - whatever it was, it is not for the client to see
            note.codes = (type(error).__name__,)
            if not status:
                failed = reply.status(HTTPStatus.INTERNAL_SERVER_ERROR, "the service failed")
                await respond(closing(failed), watched)
        finally:
            _write(scope, note, status, time.perf_counter_ns() - begun)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._hosts is not None and _host(scope) not in self._hosts:
            refused = reply.status(HTTPStatus.MISDIRECTED_REQUEST, "this is not that host")
            await respond(closing(refused), send)
            return
        await self._app(scope, receive, send)


def _host(scope: Scope) -> str | None:
    named = [value for name, value in scope["headers"] if name == b"host"]
    return named[0].decode("latin-1").lower() if len(named) == 1 else None


_LONGEST_METHOD: Final = 16  # of those that are registered


def _shown(method: str) -> str:
    return method if method.isalpha() and len(method) <= _LONGEST_METHOD else "?"


def _write(scope: Scope, note: Note, status: int, taken: int) -> None:
    """One line of JSON, in which nothing stands that a client chose but the method."""
    if not _LOG.isEnabledFor(logging.INFO):
        return
    entry = {
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "method": _shown(scope["method"]),
        "route": note.route,
        "instance": note.instance,
        "status": status,
        "ms": round(taken / 1e6, 2),
        "codes": list(note.codes[:8]),
    }
    _LOG.info(json.dumps(entry))
