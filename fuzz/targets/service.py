"""The service's requests, as ASGI has them: an answer in JSON to every one, and what it issues it verifies.

An input is a line ``METHOD TARGET``, a line break, and the body, in which ``did:example:issuer`` stands for
the instance that is asked.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from functools import cache
from random import Random
from typing import Any
from urllib.parse import unquote

from fuzz import mutation
from fuzz.target import Target, require, timed
from signet_vc.service.app import Bounds, application
from signet_vc.service.settings import ephemeral_service
from signet_vc.service.workers import Workers

__all__ = ["TARGET"]

_BASE = "https://127.0.0.1:1"
_ISSUED = (200, 201)
_FAILED = 500
_MORE = 1 << 16  # bytes of an answer beyond eight for each of the request
_MIB = 1 << 20
# What an issuer may sign and a verifier, by its time or policy, may refuse: the service takes no inline
# context under a suite that signs the graph, in which it is not, and asks no foreign address.
_OF_POLICY = {"EXPIRED", "NOT_YET_VALID", "UNKNOWN_CONTEXT", "FETCH_REFUSED", "STATUS_UNAVAILABLE"}


@cache
def _service() -> tuple[asyncio.AbstractEventLoop, Any, dict[str, bytes]]:
    """The loop and the application; the DIDs of the instances by their names, of the first by none."""
    bounds = Bounds()
    service = ephemeral_service(_BASE)
    dids = {name: each.did.encode() for name, each in service.instances.items()}
    workers = Workers(threads=1, waiting=bounds.waiting, seconds=bounds.work_seconds)
    return (
        asyncio.new_event_loop(),
        application(service, workers, workers, hosts=None),
        {"": next(iter(dids.values())), **dids},
    )


def _run(data: bytes) -> None:
    line, _, body = data.partition(b"\n")
    method, _, target = line.decode("latin-1").partition(" ")
    _, _, dids = _service()
    _, _, instance = target.rpartition("/instances/")
    did = dids.get(instance.partition("/")[0] if "/instances/" in target else "", b"")
    status, answer = _ask(method, target, body.replace(b"did:example:issuer", did))
    if status in _ISSUED and method == "POST" and "/credentials/issue" in target:
        _verifies(answer)


def _ask(method: str, target: str, body: bytes) -> tuple[int, Any]:
    """Ask for one answer, which is to be JSON and no fault of the service."""
    loop, app, _ = _service()
    path, _, query = target.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "https",
        "path": unquote(path),
        "raw_path": path.encode("latin-1"),
        "query_string": query.encode("latin-1"),
        "root_path": "",
        "headers": [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
        ],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 1),
    }
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    timed(loop.run_until_complete, app(scope, receive, send))
    start, *parts = sent
    status = int(start["status"])
    text = b"".join(part.get("body", b"") for part in parts)
    require(status != _FAILED, f"the service does not fail: {method} {path[:100]}")
    require(len(text) < 8 * len(body) + _MORE, f"the answer has a bound: {len(text)} bytes")
    require(b"json" in dict(start["headers"])[b"content-type"], "every answer is JSON")
    return status, json.loads(text)


def _verifies(issued: Any) -> None:
    body = json.dumps({"verifiableCredential": issued, "options": {}}).encode()
    status, answer = _ask("POST", "/credentials/verify", body)
    codes = {each.get("code") for each in answer.get("problemDetails", [])}
    require(status == _ISSUED[0] or codes <= _OF_POLICY, f"what is issued verifies: {answer}"[:500])


def _mutate(data: bytes, random: Random) -> bytes:
    """Change the body, and now and then the line before it."""
    line, separator, body = data.partition(b"\n")
    if mutation.chance(random, 0.1):
        return mutation.of_bytes(line, random) + separator + body
    return line + separator + mutation.of_json(body, random)


def _hostile() -> Iterator[bytes]:
    verify = b"POST /credentials/verify\n"
    yield verify + b"[" * (_MIB - 1)
    yield verify + b'{"verifiableCredential":' + b'{"a":' * 100_000
    yield verify + b" " * (2 * _MIB)
    yield b"POST /credentials/issue\n" + b'{"credential":{"@context":[' + b'"a",' * 100_000 + b'"a"]}}'
    yield b"POST /presentations/verify\n" + b'{"verifiablePresentation":"' + b"e30." * 100_000 + b'"}'
    yield b"GET /1.0/identifiers/" + b"did:key:z" + b"6" * 60_000 + b"\n"
    yield b"GET /1.0/identifiers/" + b"%25" * 60_000 + b"\n"


TARGET = Target(run=_run, hostile=_hostile, mutate=_mutate, longest=1 << 13)
