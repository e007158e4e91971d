"""Requests a second of the service over loopback, from sixteen clients at once.

The baseline is the same web server around a Starlette application that takes the body in and answers, without
work. Both have a process of their own, and are asked in turns; what the clients cost is in both.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from benchmarks.measure import Figure
from benchmarks.w3c import credential, keys_of
from signet_vc import sign

__all__ = ["figures"]

_CLIENTS = 16
_REQUESTS = 400  # a turn
_ROUNDS = 9
_COUNT = 400  # distinct credentials
_MOST = 1 << 20


def figures() -> Iterator[Figure]:
    """``service/issue`` and ``service/verify``, each in ``eddsa-jcs-2022``."""
    keys = keys_of("Ed25519")
    unsigned = [credential(number, keys[number % len(keys)]) for number in range(_COUNT)]
    secured = [sign(each, keys[number % len(keys)]) for number, each in enumerate(unsigned)]
    with _server("work") as (ours, issuer), _server("nothing") as (bare, _):
        to_issue = [{**each, "issuer": issuer} for each in unsigned]
        for name, member, documents in (
            ("issue", "credential", to_issue),
            ("verify", "verifiableCredential", secured),
        ):
            requests = [
                _request(f"/credentials/{name}", {member: document, "options": {}}) for document in documents
            ]
            mine, other = [], []
            for _ in range(_ROUNDS):
                mine.append(asyncio.run(_rate(ours, requests)))
                other.append(asyncio.run(_rate(bare, requests)))
            yield Figure(f"service/{name}", statistics.median(mine), "1/s", statistics.median(other))


@contextmanager
def _server(work: str) -> Iterator[tuple[int, str]]:
    """Start a server in a process of its own; its port, and the issuer that it is."""
    command = [sys.executable, "-m", "benchmarks.http_server", work]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own
        try:
            assert process.stdout is not None
            port, issuer = process.stdout.readline().split()
            yield int(port), issuer
        finally:
            process.terminate()


def _request(path: str, body: object) -> bytes:
    data = json.dumps(body, separators=(",", ":")).encode()
    head = f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
    return f"{head}content-length: {len(data)}\r\n\r\n".encode() + data


async def _rate(port: int, requests: Sequence[bytes]) -> float:
    """Requests a second; each client keeps its connection and waits for an answer before it asks again."""
    waiting = iter([requests[number % len(requests)] for number in range(_REQUESTS)])
    clients = [await asyncio.open_connection("127.0.0.1", port, limit=_MOST) for _ in range(_CLIENTS)]
    start = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for reader, writer in clients:
            group.create_task(_client(reader, writer, waiting))
    elapsed = time.perf_counter() - start
    for _, writer in clients:
        writer.close()
        await writer.wait_closed()
    return _REQUESTS / elapsed


async def _client(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, waiting: Iterator[bytes]
) -> None:
    for request in waiting:
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.partition(b"content-length:")[2].split(b"\r\n")[0])
        body = await reader.readexactly(length)
        assert b" 20" in head[:13], body[:500]
