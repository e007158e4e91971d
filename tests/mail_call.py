"""Calls of the mail server through the SDK at both ends, in one process, with hops in between."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from end_to_end.servers.mail import Mail
from engine import AGENT, SERVER, memory_store
from mcp import Client
from mcp.shared.exceptions import MCPError
from mcp_types import ElicitResult
from simulator import Hop

from signet_vc.mcp import AttestingTransport, attest_server, sdk
from signet_vc.store.memory import MemoryStore

__all__ = ["ERAS", "Call", "attested_mail", "connected", "problems_of", "refused", "through"]

ERAS = ("auto", "legacy")
"""2026-07-28, which the client finds by discovery, and the handshake of 2025-11-25."""


@dataclass
class Call:
    """What a test sees of both sides."""

    mail: Mail
    hop: Hop
    client: Client
    transport: AttestingTransport | None
    store: MemoryStore


def attested_mail(**options: Any) -> tuple[Mail, MemoryStore]:
    mail, store = Mail(), memory_store()
    attest_server(mail.server, **({"key": SERVER, "allowed_signers": [AGENT.did], "store": store} | options))
    return mail, store


@asynccontextmanager
async def connected(
    mode: str = "auto",
    *,
    server: dict[str, Any] | None = None,
    out: Any = None,
    back: Any = None,
    **options: Any,
) -> AsyncIterator[Call]:
    """A client and the mail server, both attesting; ``server`` and ``options`` change their settings."""
    mail, store = attested_mail(**(server or {}))
    hop = through(mail)
    hop.out, hop.back = out or hop.out, back or hop.back
    given = {"key": AGENT, "audience": SERVER.did, "store": memory_store()} | options
    transport = AttestingTransport(hop, **given)
    async with Client(transport, mode=mode, elicitation_callback=accept) as client:
        yield Call(mail=mail, hop=hop, client=client, transport=transport, store=store)


@asynccontextmanager
async def unattested(mode: str = "auto", **server: Any) -> AsyncIterator[Call]:
    """A client that knows nothing of attestations, and the mail server that does."""
    mail, store = attested_mail(**server)
    hop = through(mail)
    async with Client(hop, mode=mode, elicitation_callback=accept) as client:
        yield Call(mail=mail, hop=hop, client=client, transport=None, store=store)


def through(mail: Mail) -> Hop:
    return Hop(sdk.opened(mail.server))


async def accept(_context: Any, _params: Any) -> ElicitResult:
    return ElicitResult(action="accept", content={"send": True})


async def refused(client: Client, tool: str, arguments: dict[str, Any] | None = None) -> MCPError:
    """The error that a call is answered with."""
    with pytest.raises(MCPError) as caught:
        await client.call_tool(tool, arguments or {})
    return caught.value


def problems_of(error: MCPError) -> list[str]:
    return list(error.data["problems"])
