"""What `signet proxy` adds to a call over stdio: the same lines through it and through one that does nothing.

In role ``server`` the lines are calls that an agent has signed beforehand; in role ``both`` they are an
unmodified client's. Both proxies record durably.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from benchmarks.cases import AGENT, SERVER
from benchmarks.measure import Figure
from benchmarks.transports import ECHO, TEXT, TURNS, added, in_turns
from signet_vc import Policy, keystore
from signet_vc.attestation.agent import Agent
from signet_vc.attestation.call import ToolCall
from signet_vc.attestation.role import AgentRole
from signet_vc.mcp.messages import EXTENSION, REQUEST_KEY

__all__ = ["figures"]

_PASS_THROUGH = [sys.executable, "-m", "benchmarks.passthrough"]
_PROXY = [sys.executable, "-m", "signet_vc.cli.main", "proxy"]
_LONGEST = 1 << 20  # bytes of a line
_INITIALIZE = {
    "protocolVersion": "2025-11-25",
    "capabilities": {"extensions": {EXTENSION: {"version": 1}}},
    "clientInfo": {"name": "bench", "version": "1"},
}

Params = Callable[[], Awaitable[dict[str, Any]]]  # of the next call


def figures() -> Iterator[Figure]:
    """``mcp/proxy`` (role ``server``) and ``mcp/both``, p50 and p99, with the durable store."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _configure(folder)
        for label, role, params in (("proxy", "server", _signed()), ("both", "both", _unmodified)):
            proxy = [*_PROXY, "--role", role, "--config", str(folder / f"{role}.yaml"), "--"]
            samples = asyncio.run(in_turns(_lines(_PASS_THROUGH, params), _lines(proxy, params)))
            yield from added(f"mcp/{label}", "/store", samples)


def _configure(folder: Path) -> None:
    keystore.save(SERVER, f"file:{folder / 'server.key'}")
    keystore.save(AGENT, f"file:{folder / 'agent.key'}")
    server = {
        "key_source": "file:server.key",
        "allowed_signers": [AGENT.did],
        "store": "sqlite:server.db",
    }
    both = {**server, "agent_key_source": "file:agent.key", "store": "sqlite:both.db"}
    for role, settings in (("server", server), ("both", both)):
        (folder / f"{role}.yaml").write_text(json.dumps({"signet": settings}))  # JSON is YAML too


def _signed() -> Params:
    """Calls with a request attestation each; the engine's agent makes it."""
    role = AgentRole(
        signer=AGENT,
        policy=Policy(allowed_signers=[SERVER.did]),
        store=None,
        clock=time.time_ns,
        entropy=secrets.token_bytes,
    )
    agent = Agent(role)

    async def params() -> dict[str, Any]:
        call = await _unmodified()
        stated = ToolCall(method="tools/call", tool=call["name"], arguments=call["arguments"])
        pending = await agent.attest(stated, audience=SERVER.did)
        return {**call, "_meta": {REQUEST_KEY: pending.carrier}}

    return params


async def _unmodified() -> dict[str, Any]:
    return {"name": "echo", "arguments": {"text": TEXT}}


@asynccontextmanager
async def _lines(proxy: list[str], params: Params) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """A client of raw lines. What it says is made ready before; a call waits for its answer."""
    process = await asyncio.create_subprocess_exec(
        *proxy,
        *ECHO,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=dict(os.environ),
        limit=_LONGEST,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    writer, reader = process.stdin, process.stdout

    async def ask(line: bytes) -> bytes:
        writer.write(line)
        return await reader.readline()

    await ask(_line("initialize", _INITIALIZE, id=0))
    writer.write(_line("notifications/initialized", {}))
    made = iter([_line("tools/call", await params(), id=number) for number in range(1, TURNS + 1)])

    async def call() -> None:
        answer = json.loads(await ask(next(made)))
        assert not answer["result"].get("isError"), answer

    yield call
    writer.close()
    await process.wait()


def _line(method: str, params: dict[str, Any], **identifier: int) -> bytes:
    message = {"jsonrpc": "2.0", **identifier, "method": method, "params": params}
    return json.dumps(message, separators=(",", ":")).encode() + b"\n"
