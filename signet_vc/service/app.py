"""The routes of the service, and what each of them is for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from types import MappingProxyType
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from signet_vc.did.resolver import Resolver
from signet_vc.service import deriving, identifiers, issuing, openapi, reply, verifying
from signet_vc.service.gate import Gate
from signet_vc.service.handler import Asked, Getter, Handler
from signet_vc.service.instance import Instance
from signet_vc.service.lists_here import ListsHere
from signet_vc.service.manifest import manifest
from signet_vc.service.reply import Reply
from signet_vc.service.tokens import Tokens
from signet_vc.service.workers import Budget, Workers

__all__ = ["Bounds", "Service", "application"]


def _nothing() -> None:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How much the service takes on.

    body_bytes: of a request. held_bytes: of all bodies that are there at once. threads: that sign and verify
    at once. resolving: DIDs at once, beside those: anybody asks for one, and its domain may not answer.
    waiting: requests for one of these. work_seconds: from asking for a thread to its result.
    header_seconds, body_seconds: for a request to arrive. send_seconds: for an answer to be taken.
    request_seconds: for all of that. idle_seconds: for the next request of a connection. connections: at
    once. stop_seconds: for what is under way when the service is told to stop.
    """

    body_bytes: int = 1 << 20
    held_bytes: int = 64 << 20
    header_bytes: int = 16 << 10
    threads: int = 2
    resolving: int = 4
    waiting: int = 256
    connections: int = 512
    work_seconds: float = 10.0
    body_seconds: float = 10.0
    header_seconds: float = 10.0
    send_seconds: float = 10.0
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


def application(
    service: Service, workers: Workers, resolving: Workers, *, hosts: Iterable[str] | None
) -> ASGIApp:
    """Make the ASGI application. resolving: who resolve DIDs. hosts: as ``Gate`` has them."""
    routes = [*_posts(service, workers), *_public(service, workers, resolving)]
    app = Starlette(
        routes=routes, exception_handlers={HTTPException: _http_problem, Exception: _http_problem}
    )
    app.router.redirect_slashes = False
    return Gate(app, hosts=hosts, seconds=service.bounds.request_seconds)


# What needs an instance's key, or its lists, and is asked for with a token; and what needs none.
_WITH_TOKEN: Final[Mapping[str, Callable[[Instance, bytes], Reply]]] = MappingProxyType(
    {
        "/credentials/issue": issuing.issue,
        "/credentials/derive": deriving.derive,
        "/credentials/status": issuing.change_status,
        "/presentations": issuing.present,
    }
)
_OPEN: Final[Mapping[str, Callable[[verifying.PolicyFor, bytes], Reply]]] = MappingProxyType(
    {
        "/credentials/verify": verifying.verify_credential,
        "/presentations/verify": verifying.verify_presentation,
    }
)


def _posts(service: Service, workers: Workers) -> Iterator[BaseRoute]:
    """What is posted: at the root for the first instance, and under the name of each."""
    first = next(iter(service.instances.values()), None)
    post = partial(_post, service, workers, Budget(service.bounds.held_bytes))
    for path, function in _WITH_TOKEN.items():
        named = {name: partial(function, each) for name, each in service.instances.items()}
        if first is not None:
            yield post(path, {"": partial(function, first)}, tokens=service.tokens)
        yield post(path, named, tokens=service.tokens)
    for path, verify in _OPEN.items():
        verified = partial(verify, service.policy)
        yield post(path, {"": verified})
        yield post(path, dict.fromkeys(service.instances, verified))


def _post(
    service: Service,
    workers: Workers,
    budget: Budget,
    path: str,
    functions: Mapping[str, Callable[[bytes], Reply]],
    *,
    tokens: Tokens | None = None,
) -> Route:
    handler = Handler(
        functions,
        route=path,
        workers=workers,
        budget=budget,
        most=service.bounds.body_bytes,
        seconds=service.bounds.body_seconds,
        tokens=tokens,
    )
    return Route(path if "" in functions else _NAMED + path, handler, methods=["POST"])


_NAMED: Final = "/instances/{instance}"


def _public(service: Service, workers: Workers, resolving: Workers) -> Iterator[BaseRoute]:
    """What anybody reads."""
    described = reply.document(manifest(service.instances.values(), service.base))
    api_described = reply.document(
        openapi.description(service.base, list(service.instances), asks_token=service.tokens.asked)
    )
    for path, getter in (
        ("/implementation.json", lambda _: described),
        ("/openapi.json", lambda _: api_described),
        ("/health", lambda _: _HEALTHY),
        ("/ready", lambda _: _HEALTHY if workers.has_room else _BUSY),
    ):
        yield Route(path, Getter(getter, route=path), methods=["GET"])
    for path, function, those in (
        ("/status-lists/{name}", partial(_published, service.lists), workers),
        ("/1.0/identifiers/{name:path}", partial(identifiers.resolve, service.resolver), resolving),
    ):
        yield Route(path, Getter(function, route=path, workers=those), methods=["GET"])


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
    headers = {"connection": "close", **((error.headers if isinstance(error, HTTPException) else None) or {})}
    answer = reply.status(code, HTTPStatus(code).description or HTTPStatus(code).phrase)
    return Response(answer.body, status_code=code, media_type=answer.media_type, headers=headers)
