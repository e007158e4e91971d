"""The routes of the service, and what each of them is for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from signet_vc.did.resolver import Resolver
from signet_vc.service import deriving, issuing, openapi, reply, verifying
from signet_vc.service.gate import Gate
from signet_vc.service.handler import Asked, Getter, Handler
from signet_vc.service.instance import Instance
from signet_vc.service.lists_here import ListsHere
from signet_vc.service.manifest import manifest
from signet_vc.service.reply import Reply
from signet_vc.service.tokens import Tokens
from signet_vc.service.workers import Workers

__all__ = ["Bounds", "Service", "application"]


def _nothing() -> None:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How much the service takes on.

    body_bytes: of a request. threads: that sign and verify at once. waiting: requests for one of them.
    work_seconds: from asking for a thread to its result. body_seconds: for a body to arrive. header_seconds:
    for the headers. idle_seconds: for the next request of a connection. request_seconds: for everything.
    connections: at once. stop_seconds: for what is under way when the service is told to stop.
    """

    body_bytes: int = 1 << 20
    header_bytes: int = 16 << 10
    threads: int = 2
    waiting: int = 256
    connections: int = 1024
    work_seconds: float = 10.0
    body_seconds: float = 10.0
    header_seconds: float = 10.0
    idle_seconds: int = 5
    request_seconds: float = 30.0
    stop_seconds: int = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Everything that the endpoints work with.

    instances: by name; the first also answers without its name in the path. base: the URL under which the
    service is reached, without a slash at its end. policy: makes the policy for a domain and a challenge.
    lists: the status lists that it publishes. resolver: for DIDs that do not hold their key. close: lets go
    of what it keeps.
    """

    instances: Mapping[str, Instance]
    base: str
    policy: verifying.PolicyFor
    tokens: Tokens
    bounds: Bounds = field(default_factory=Bounds)
    lists: ListsHere = field(default_factory=lambda: ListsHere((), None))
    resolver: Resolver | None = None
    close: Callable[[], None] = _nothing


def application(service: Service, workers: Workers, *, hosts: Iterable[str] | None) -> ASGIApp:
    """Make the ASGI application. hosts: as ``Gate`` has them."""
    routes = [*_public(service, workers)]
    for index, instance in enumerate(service.instances.values()):
        if index == 0:
            routes += _of_instance(service, workers, instance, "")
        routes += _of_instance(service, workers, instance, f"/instances/{instance.name}")
    if not service.instances:
        routes += _verifying(service, workers, "", None)
    app = Starlette(routes=routes, exception_handlers={HTTPException: _http_problem})
    app.router.redirect_slashes = False
    return Gate(app, hosts=hosts, seconds=service.bounds.request_seconds)


def _of_instance(service: Service, workers: Workers, instance: Instance, prefix: str) -> Iterator[BaseRoute]:
    """What needs the instance's key, or its lists: asked for with a token; and verification beside it."""
    for path, function in (
        ("/credentials/issue", partial(issuing.issue, instance)),
        ("/credentials/derive", deriving.derive),
        ("/credentials/status", partial(issuing.change_status, instance)),
        ("/presentations", partial(issuing.present, instance)),
    ):
        yield _post(service, workers, path, function, prefix, instance, service.tokens)
    yield from _verifying(service, workers, prefix, instance)


def _verifying(
    service: Service, workers: Workers, prefix: str, instance: Instance | None
) -> Iterator[BaseRoute]:
    for path, function in (
        ("/credentials/verify", verifying.verify_credential),
        ("/presentations/verify", verifying.verify_presentation),
    ):
        yield _post(service, workers, path, partial(function, service.policy), prefix, instance, None)


def _post(  # noqa: PLR0917 - of its two callers
    service: Service,
    workers: Workers,
    path: str,
    function: Callable[[bytes], Reply],
    prefix: str,
    instance: Instance | None,
    tokens: Tokens | None,
) -> Route:
    handler = Handler(
        function,
        route=path,
        workers=workers,
        most=service.bounds.body_bytes,
        seconds=service.bounds.body_seconds,
        instance=None if instance is None else instance.name,
        tokens=tokens,
    )
    return Route(prefix + path, handler, methods=["POST"])


def _public(service: Service, workers: Workers) -> Iterator[BaseRoute]:
    """What anybody reads."""
    described = reply.document(manifest(service.instances.values(), service.base))
    api_described = reply.document(openapi.description(service.base, list(service.instances)))
    for path, getter in (
        ("/implementation.json", lambda _: described),
        ("/openapi.json", lambda _: api_described),
        ("/health", lambda _: _HEALTHY),
        ("/ready", lambda _: _HEALTHY if workers.has_room else _BUSY),
    ):
        yield Route(path, Getter(getter, route=path), methods=["GET"])
    for path, function in (("/status-lists/{name}", partial(_published, service.lists)),):
        yield Route(path, Getter(function, route=path, workers=workers), methods=["GET"])


_HEALTHY: Final = reply.document({"status": "ok"})
_BUSY: Final = reply.status(HTTPStatus.SERVICE_UNAVAILABLE, "too much is asked at once")


def _published(lists: ListsHere, asked: Asked) -> Reply:
    """``GET /status-lists/{name}``: a secured list credential."""
    text = lists.publish(asked.name)
    if text is None:
        return reply.status(HTTPStatus.NOT_FOUND, "there is no such status list")
    return Reply(HTTPStatus.OK, text, headers=(("cache-control", "public, max-age=60"),))


async def _http_problem(_request: Request, error: Exception) -> Response:
    code = error.status_code if isinstance(error, HTTPException) else HTTPStatus.INTERNAL_SERVER_ERROR
    headers = error.headers if isinstance(error, HTTPException) else None
    answer = reply.status(code, HTTPStatus(code).description or HTTPStatus(code).phrase)
    return Response(answer.body, status_code=code, media_type=answer.media_type, headers=headers)
