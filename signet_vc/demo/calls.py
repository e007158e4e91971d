"""The honest calls: real clients, real servers, each call attested both ways."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from mcp import Client, MCPError, StdioServerParameters
from mcp.client.stdio import stdio_client

from signet_vc import SigningKey
from signet_vc.demo.world import World
from signet_vc.mcp import AttestingTransport

__all__ = ["CallMade", "make_calls"]

_TIMEZONE: Final = "Europe/Berlin"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallMade:
    """One call as the client saw it. ``seen``: ``ok``, ``tool failed``, or the code of a refusal."""

    server: str
    tool: str
    by: str
    seen: str
    expected: str


async def make_calls(world: World) -> AsyncIterator[CallMade]:
    """Make the calls, one after the other."""
    repository = str(world.folder / "repository")
    git = world.proxy("server", "server.yaml", *world.git)
    async with _signing_client(world, world.agent, git) as client:
        for tool, arguments, expected in (
            ("git_status", {"repo_path": repository}, "ok"),
            ("git_log", {"repo_path": repository}, "ok"),
            ("git_show", {"repo_path": repository, "revision": "HEAD"}, "ok"),
            ("git_show", {"repo_path": repository, "revision": "no-such-revision"}, "tool failed"),
        ):
            yield await _call(
                client, "mcp-server-git", "the client itself", tool, arguments, expected=expected
            )
    for config, by in (
        ("both.yaml", "the proxy, for any client"),
        ("both-secured-twice.yaml", "the proxy, with both forms of proof"),
    ):
        async with Client(_started(world, world.proxy("both", config, *world.time))) as client:
            now = {"timezone": _TIMEZONE}
            yield await _call(client, "mcp-server-time", by, "get_current_time", now, expected="ok")
            there = {"source_timezone": _TIMEZONE, "time": "11:37", "target_timezone": "Asia/Tokyo"}
            yield await _call(client, "mcp-server-time", by, "convert_time", there, expected="ok")
    time = world.proxy("server", "server.yaml", *world.time)
    async with _signing_client(world, world.stranger, time) as client:
        now = {"timezone": _TIMEZONE}
        by = "a client that is not allowed"
        yield await _call(
            client, "mcp-server-time", by, "get_current_time", now, expected="SIGNER_NOT_ALLOWED"
        )


async def _call(
    client: Client, server: str, by: str, tool: str, arguments: dict[str, Any], *, expected: str
) -> CallMade:
    try:
        result = await client.call_tool(tool, arguments)
    except MCPError as error:
        data = error.error.data
        codes = data.get("problems", []) if isinstance(data, dict) else []
        seen = str(codes[0]) if codes else str(error.error.code)
    else:
        seen = "tool failed" if result.is_error else "ok"
    return CallMade(server=server, tool=tool, by=by, seen=seen, expected=expected)


@asynccontextmanager
async def _signing_client(world: World, key: SigningKey, command: list[str]) -> AsyncIterator[Client]:
    transport = AttestingTransport(
        _started(world, command),
        key=key,
        audience=world.server.did,
        store=f"sqlite:{world.folder / 'agent.db'}",
    )
    async with Client(transport) as client:
        yield client


@asynccontextmanager
async def _started(world: World, command: list[str]) -> AsyncIterator[Any]:
    """The streams of a server that is started, whose standard error is in the log."""
    parameters = StdioServerParameters(command=command[0], args=command[1:])
    with world.log.open("a", encoding="utf-8") as log:
        async with stdio_client(parameters, errlog=log) as streams:
            yield streams
