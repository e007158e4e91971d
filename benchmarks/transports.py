"""One attested call through the MCP SDK: in memory and over stdio, with a store in memory and a durable one.

A client calls an attested server and a plain one in turns, over two connections that stay open. The
value is what we add: the median of the attested calls less that of the plain ones.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from mcp import Client, StdioServerParameters
from mcp.client._memory import InMemoryTransport
from mcp.client.stdio import stdio_client

from benchmarks import echo_server
from benchmarks.cases import AGENT, SERVER
from benchmarks.measure import Figure, percentile
from signet_vc.keys.multikey import secret_to_multibase
from signet_vc.mcp import AttestingTransport, attest_server

__all__ = ["ECHO", "TEXT", "TURNS", "added", "figures", "in_turns"]

ECHO = [sys.executable, "-m", "benchmarks.echo_server"]
TEXT = "Meeting tomorrow at noon, in the room with the window."
_WARM = 50
TURNS = _WARM + 500

Call = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class _Pair:
    """A connection without us, and one with us and a store at this URL."""

    name: str
    plain: Callable[[], Any]
    attested: Callable[[str], Any]


def figures() -> Iterator[Figure]:
    """``mcp/memory`` and ``mcp/stdio``, each p50 and p99, and the same with ``/store``."""
    pairs = _Pair("memory", _memory, _attested_memory), _Pair("stdio", _stdio, _attested_stdio)
    with tempfile.TemporaryDirectory() as folder:
        for pair in pairs:
            for suffix, store in (("", "sqlite::memory:"), ("/store", f"sqlite:{folder}/{pair.name}.db")):
                plain = _connected(pair.plain())
                attested = _connected(pair.attested(store))
                yield from added(f"mcp/{pair.name}", suffix, asyncio.run(in_turns(plain, attested)))


async def in_turns(
    plain: AbstractAsyncContextManager[Call], attested: AbstractAsyncContextManager[Call]
) -> tuple[list[float], list[float]]:
    """Seconds of each call, without us and with us."""
    without: list[float] = []
    with_us: list[float] = []
    async with plain as call, attested as attested_call:
        for number in range(TURNS):
            for work, samples in ((call, without), (attested_call, with_us)):
                start = time.perf_counter()
                await work()
                if number >= _WARM:
                    samples.append(time.perf_counter() - start)
    return without, with_us


def added(name: str, suffix: str, samples: tuple[list[float], list[float]]) -> Iterator[Figure]:
    """The figures of both percentiles."""
    for share, label in ((0.5, "p50"), (0.99, "p99")):
        without, with_us = (percentile(each, share) * 1e6 for each in samples)
        yield Figure(f"{name}/{label}{suffix}", with_us - without, "µs added", without)


# -- connections -------------------------------------------------------------------------------------


def _memory() -> Any:
    return InMemoryTransport(echo_server.build())


def _attested_memory(store: str) -> Any:
    server = echo_server.build()
    attest_server(server, key=SERVER, allowed_signers=[AGENT.did], store=store)
    return AttestingTransport(server, key=AGENT, audience=SERVER.did, store=store)


def _stdio() -> Any:
    return stdio_client(StdioServerParameters(command=ECHO[0], args=ECHO[1:], env=dict(os.environ)))


def _attested_stdio(store: str) -> Any:
    variables = {
        "SIGNET_BENCH_KEY": secret_to_multibase(SERVER),
        "SIGNET_BENCH_AGENT": AGENT.did,
        "SIGNET_BENCH_STORE": store,
    }
    server = StdioServerParameters(command=ECHO[0], args=ECHO[1:], env={**os.environ, **variables})
    return AttestingTransport(stdio_client(server), key=AGENT, audience=SERVER.did, store=store)


@asynccontextmanager
async def _connected(transport: Any) -> AsyncIterator[Call]:
    async with Client(transport) as client:

        async def call() -> None:
            result = await client.call_tool("echo", {"text": TEXT})
            assert not result.is_error

        yield call
