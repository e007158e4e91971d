"""From an ASGI request to a function of its body, and back: tokens, media type, size and time, workers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Final, NamedTuple, TypeVar
from urllib.parse import parse_qsl

from starlette.types import Message, Receive, Scope, Send

from signet_vc.errors import Code, ProblemError, SignetError
from signet_vc.service import reply
from signet_vc.service.reply import RefusedError, Reply
from signet_vc.service.tokens import Tokens
from signet_vc.service.workers import Budget, OverloadedError, Workers

__all__ = ["NOTE", "Asked", "Getter", "Handler", "Note", "closing", "respond"]

NOTE: Final = "signet_vc.note"  # where in a scope the log finds what there is to say
T = TypeVar("T")

_NO_CACHE: Final = (("cache-control", "no-store"),)


class Note:
    """What the log may say of a request: the route's template and the codes, never what was sent."""

    __slots__ = ("codes", "instance", "route")

    def __init__(self) -> None:
        self.route: str | None = None
        self.instance: str | None = None
        self.codes: Sequence[str] = ()


class Handler:
    """One endpoint: a function takes the body, and gives or raises the answer.

    functions: of the body's bytes, by the name of the instance in the path, empty without one. tokens: who
    may call; None for anybody. budget: of the bodies of all. most: bytes of one. seconds: for all of one to
    arrive.
    """

    def __init__(
        self,
        functions: Mapping[str, Callable[[bytes], Reply]],
        *,
        route: str,
        workers: Workers,
        budget: Budget,
        most: int,
        seconds: float,
        tokens: Tokens | None = None,
    ) -> None:
        self._functions = functions
        self._route = route
        self._workers = workers
        self._budget = budget
        self._most = most
        self._seconds = seconds
        self._tokens = tokens

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        note: Note = scope.get(NOTE) or Note()
        note.route = self._route
        name = scope.get("path_params", {}).get("instance", "")
        if name in self._functions:
            note.instance = name or None
            answer = await self._answer(self._functions[name], scope, receive)
        else:
            answer = closing(reply.status(HTTPStatus.NOT_FOUND, "there is no such instance"))
        note.codes = answer.codes
        await respond(answer, send)

    async def _answer(self, function: Callable[[bytes], Reply], scope: Scope, receive: Receive) -> Reply:
        headers = _headers(scope)
        refused = self._refused(headers)
        if refused is not None:
            return closing(refused)
        chunks: list[bytes] = []
        try:
            async with asyncio.timeout(self._seconds):
                await self._take_in(chunks, headers, receive)
            data = b"".join(chunks)
            return await self._workers.run(lambda: answered(function, data))
        except TimeoutError:
            return closing(reply.status(HTTPStatus.REQUEST_TIMEOUT, "the body did not arrive in time"))
        except OverloadedError:
            return _overloaded()
        except SignetError as error:
            return closing(reply.refusal(error))
        finally:
            self._budget.give(sum(map(len, chunks)))

    def _refused(self, headers: Mapping[str, str]) -> Reply | None:
        """Refuse what need not be read: None for what is to be."""
        if self._tokens is not None and not self._tokens.admit(headers.get("authorization")):
            challenge = (("www-authenticate", "Bearer"),)
            return reply.status(HTTPStatus.UNAUTHORIZED, "a bearer token is needed", headers=challenge)
        if not _is_json(headers.get("content-type", "")):
            return reply.status(
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "send the body as Content-Type: application/json"
            )
        if not self._workers.has_room:  # before a body is taken in that would only wait
            return _overloaded()
        return None

    async def _take_in(self, chunks: list[bytes], headers: Mapping[str, str], receive: Receive) -> None:
        """Take the body in, at most what there is room for.

        Raises RefusedError for one that is too large, as soon as that is known, and OverloadedError.
        """
        length = headers.get("content-length", "")
        if length.isdigit() and (len(length) > 15 or int(length) > self._most):  # noqa: PLR2004 - 10^15 is enough
            raise self._too_large()
        size = 0
        while True:
            message: Message = await receive()
            if message["type"] == "http.disconnect":
                raise RefusedError(HTTPStatus.BAD_REQUEST, "the body is not all there")
            chunk = message.get("body", b"")
            size += len(chunk)
            if size > self._most:
                raise self._too_large()
            self._budget.take(len(chunk))
            chunks.append(chunk)
            if not message.get("more_body", False):
                return

    def _too_large(self) -> RefusedError:
        error = RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"more than {self._most} bytes")
        problem = ProblemError.of(Code.TOO_LARGE, f"more than {self._most} bytes").problems
        error.reply = reply.problems(problem, code=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return error


class Asked(NamedTuple):
    """A request without a body: its path's parameter, percent-decoded once, its query, its Accept header."""

    name: str
    query: Mapping[str, str]
    accept: str


class Getter:
    """One endpoint that is read. function: gives or raises the answer. workers: where it may take long."""

    def __init__(
        self, function: Callable[[Asked], Reply], *, route: str, workers: Workers | None = None
    ) -> None:
        self._function = function
        self._route = route
        self._workers = workers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - as ASGI has it
        """Answer one request."""
        note: Note = scope.get(NOTE) or Note()
        note.route = self._route
        headers = _headers(scope)
        answer = await self._answer(scope, headers)
        note.codes = answer.codes
        await respond(closing(answer) if _has_body(headers) else answer, send)

    async def _answer(self, scope: Scope, headers: Mapping[str, str]) -> Reply:
        asked = Asked(
            name=scope.get("path_params", {}).get("name", ""),
            query=dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)),
            accept=headers.get("accept", ""),
        )
        if self._workers is None:
            return answered(self._function, asked)
        try:
            return await self._workers.run(lambda: answered(self._function, asked))
        except OverloadedError:
            return _overloaded()


def answered(function: Callable[[T], Reply], argument: T) -> Reply:
    """Answer with what ``function`` gives, or with what it raises."""
    try:
        return function(argument)
    except SignetError as error:
        return reply.refusal(error)


async def respond(answer: Reply, send: Send) -> None:
    """Send an answer."""
    headers: list[tuple[bytes, bytes]] = [
        (b"content-type", answer.media_type.encode()),
        (b"content-length", str(len(answer.body)).encode()),
        (b"x-content-type-options", b"nosniff"),
    ]
    given = (
        answer.headers
        if any(name == "cache-control" for name, _ in answer.headers)
        else (*answer.headers, *_NO_CACHE)
    )
    headers += [(name.encode(), value.encode("latin-1")) for name, value in given]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


def _headers(scope: Scope) -> dict[str, str]:
    """The headers, each once: of one that is repeated the last, so that no two readers add them up."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


def _has_body(headers: Mapping[str, str]) -> bool:
    """Whether a body follows (RFC 9112 §6.3)."""
    return "transfer-encoding" in headers or headers.get("content-length", "0") != "0"


def _is_json(content_type: str) -> bool:
    """Whether it is JSON, which a page in a browser cannot send to another origin without asking first."""
    essence = content_type.partition(";")[0].strip().lower()
    return essence == "application/json" or (essence.startswith("application/") and essence.endswith("+json"))


def _overloaded() -> Reply:
    return closing(reply.status(HTTPStatus.SERVICE_UNAVAILABLE, "too much is asked at once; ask again"))


def closing(answer: Reply) -> Reply:
    """Let go of the connection: a body that was not taken in is nothing to wait for, and no request."""
    return answer._replace(headers=(*answer.headers, ("connection", "close")))
