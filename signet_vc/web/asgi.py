"""ASGI middleware that lets a request through only when UCP's signature of it verifies.

The content is read first, within a bound, and its digest checked, so the application sees the bytes that were
signed and no others. Who signed stands in ``scope["signet_vc"]`` (a ``Verification``), and in
``scope["state"]`` under the same name. Replays are the application's to find: the same ``Idempotency-Key``,
which is signed where it is sent, with the same content is answered from what is kept, with another it is 409.
Spec: ASGI 3.0, *HTTP*; UCP, *Message Signatures*, *Error Handling*.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, MutableMapping
from typing import Any, Final, TypeAlias

from signet_vc.codec import strict_json
from signet_vc.errors import ProblemError, UsageError
from signet_vc.policy import Policy
from signet_vc.protocols import ucp
from signet_vc.protocols.http_message import HttpRequest
from signet_vc.result import Verification

__all__ = ["UcpMiddleware"]

Scope: TypeAlias = MutableMapping[str, Any]
Event: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Event]]
Send: TypeAlias = Callable[[Event], Awaitable[None]]
App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

_LOG: Final = logging.getLogger(__name__)
_NAME: Final = "signet_vc"
_MOST_BODY: Final = 1 << 20
_BODY_SECONDS: Final = 30.0  # a content that trickles in holds a connection and its memory
_TOO_LARGE: Final = ucp.Refusal("content_too_large", 413)
_TIMED_OUT: Final = ucp.Refusal("request_timeout", 408)
_CONTENTS: Final[Mapping[str, str]] = {
    "signature_missing": "The request has no signature that is read here.",
    "key_not_found": "The signer has published no key of that name.",
    "digest_mismatch": "The content is not what its digest says.",
    "algorithm_unsupported": "The signature's algorithm is not supported.",
    "profile_not_trusted": "The signer is not one that is trusted here.",
    "profile_unreachable": "The signer's keys could not be had.",
    "invalid_profile_url": "The signer is not named by an https URL.",
    "content_too_large": "The content is larger than the limit.",
    "request_timeout": "The content did not come in time.",
}
_DEFAULT_CONTENT: Final = "The signature does not verify, or does not cover what it must."
_RPC_ERROR: Final = -32000  # UCP, *MCP Error Response*


class UcpMiddleware:
    """An ASGI application around another.

    policy: whom it trusts, https URLs of profiles or DIDs, and the loader or resolver that gives their keys.
    public: paths that are served without a signature, as a profile has to be; whole ones, with the part of a
    mount or ``root_path``. scheme: by which clients came, where a proxy in front ends TLS (default: the
    scope's). max_body, body_seconds: bounds of the content. json_rpc: answer with JSON-RPC errors, at an MCP
    endpoint. clock: nanoseconds since 1970.

    WebSockets are refused: nothing of them is signed. What was wrong in detail goes to the log.
    """

    def __init__(
        self,
        app: App,
        policy: Policy,
        *,
        public: Collection[str] = (),
        scheme: str | None = None,
        max_body: int = _MOST_BODY,
        body_seconds: float = _BODY_SECONDS,
        json_rpc: bool = False,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        """Raise UsageError for ``public`` that is one text, and for a policy that trusts nobody."""
        if isinstance(public, str):
            raise UsageError("public is a list of paths")
        if not policy.has_anchor:
            raise UsageError("the policy names nobody to trust, so every request would be refused")
        self._app = app
        self._policy = policy
        self._public = frozenset(public)
        self._scheme = scheme
        self._max_body = max_body
        self._body_seconds = body_seconds
        self._json_rpc = json_rpc
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection's event stream."""
        kind = scope["type"]
        if kind == "lifespan" or (kind == "http" and scope["path"] in self._public):
            await self._app(scope, receive, send)
        elif kind == "http":
            await self._serve(scope, receive, send)
        else:
            await receive()
            await send({"type": "websocket.close", "code": 1008})

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body = await asyncio.wait_for(_read(receive, self._max_body), self._body_seconds)
        except TimeoutError:
            await self._refuse(send, _TIMED_OUT, b"", scope)
            return
        except _TooLargeError:
            await self._refuse(send, _TOO_LARGE, b"", scope)
            return
        if body is None:  # the client is gone
            return
        # in a thread: the keys may have to be fetched
        result = await asyncio.to_thread(self._verified, scope, body)
        if not isinstance(result, Verification) or not result.verified:
            problems = result.problems
            _LOG.warning("request refused: %s", "; ".join(map(str, problems))[:2000])
            await self._refuse(send, ucp.refusal(problems), body, scope)
            return
        state = {**scope.get("state", {}), _NAME: result}
        await self._app({**scope, "state": state, _NAME: result}, _replayed(body, receive), send)

    def _verified(self, scope: Scope, body: bytes) -> Verification | ProblemError:
        try:
            request = _request(scope, body, self._scheme)
        except ProblemError as error:
            return error
        return ucp.verify(request, self._policy, at_ns=self._clock())

    async def _refuse(self, send: Send, refusal: ucp.Refusal, body: bytes, scope: Scope) -> None:
        content = _CONTENTS.get(refusal.code, _DEFAULT_CONTENT)
        answer: dict[str, Any] = {"code": refusal.code, "content": content}
        if self._json_rpc:
            error = {"code": _RPC_ERROR, "message": "Signature verification failed", "data": answer}
            answer = {"jsonrpc": "2.0", "id": _rpc_id(body), "error": error}
        data = json.dumps(answer).encode()
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(data)).encode()),
            (b"cache-control", b"no-store"),
        ]
        await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else data})


class _TooLargeError(Exception):
    """The content passes the bound."""


async def _read(receive: Receive, most: int) -> bytes | None:
    """The whole content; None if the client went away."""
    body = bytearray()
    while True:
        event = await receive()
        if event["type"] != "http.request":
            return None
        body += event.get("body", b"")
        if len(body) > most:
            raise _TooLargeError
        if not event.get("more_body", False):
            return bytes(body)


def _replayed(body: bytes, receive: Receive) -> Receive:
    """What the application receives: the content that was verified, then what comes after it."""
    first = True

    async def replay() -> Event:
        nonlocal first
        if first:
            first = False
            return {"type": "http.request", "body": body, "more_body": False}
        return await receive()

    return replay


def _request(scope: Scope, body: bytes, scheme: str | None) -> HttpRequest:
    """The request as it came. MALFORMED_HTTP for one without exactly one ``Host`` or its raw path."""
    fields = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"])
    hosts = [value for name, value in fields if name == "host"]
    query = scope["query_string"].decode("latin-1")
    path = (scope.get("raw_path") or b"").decode("latin-1")
    return HttpRequest(
        method=scope["method"],
        target=f"{path}?{query}" if query else path,
        authority=hosts[0] if len(hosts) == 1 else "",
        scheme=scope["scheme"] if scheme is None else scheme,
        fields=fields,
        body=body,
    )


def _rpc_id(body: bytes) -> Any:
    """The id of a JSON-RPC request, where one can be read."""
    try:
        message = strict_json.loads(body)
    except ProblemError:
        return None
    identifier = message.get("id") if isinstance(message, dict) else None
    return identifier if type(identifier) in {int, str} else None
