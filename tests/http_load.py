"""Many clients at once, each on a connection that it keeps: HTTP/1.1 by hand, so that they cost little."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

__all__ = ["Answered", "load", "request"]


class Answered(NamedTuple):
    """How one request went. began, took: seconds."""

    status: int
    began: float
    took: float


def request(base: str, path: str, body: bytes) -> bytes:
    """A POST as it goes over the wire."""
    host = urlsplit(base).netloc
    lines = [f"POST {path} HTTP/1.1", f"Host: {host}", "Content-Type: application/json"]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body


def load(
    base: str, requests: Sequence[bytes], *, clients: int, each: Callable[[int], None] | None = None
) -> list[Answered]:
    """Send all requests, as they are free, from so many clients. each: is told how many are answered."""
    return asyncio.run(_load(base, requests, clients, each))


async def _load(
    base: str, requests: Sequence[bytes], clients: int, each: Callable[[int], None] | None
) -> list[Answered]:
    parts = urlsplit(base)
    coming = iter(requests)
    answered: list[Answered] = []

    async def client() -> None:
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        try:
            for data in coming:
                began = time.perf_counter()
                writer.write(data)
                status = await _answer(reader)
                answered.append(Answered(status, began, time.perf_counter() - began))
                if each is not None:
                    each(len(answered))
        finally:
            writer.close()
            await writer.wait_closed()

    await asyncio.gather(*(client() for _ in range(clients)))
    return answered


async def _answer(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    await reader.readexactly(length)
    return int(head[9:12])
