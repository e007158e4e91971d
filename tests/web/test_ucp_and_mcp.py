"""The MCP SDK's client, over HTTP that UCP signs, before the SDK's server behind the middleware."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2
from identities import P256
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.server import MCPServer
from protocols.documents import Documents
from web.loopback import serving

from signet_vc import Policy
from signet_vc.protocols import ucp_keys
from signet_vc.web.asgi import UcpMiddleware
from signet_vc.web.httpx_auth import UcpAuth

PROFILE = "https://platform.example/.well-known/ucp"
POLICY = Policy(
    allowed_signers=[PROFILE],
    loader=Documents({PROFILE: {"keys": [ucp_keys.published(P256.public_key)]}}),
)


def served() -> Any:
    server = MCPServer("shop")

    @server.tool()
    def price(item: str) -> str:
        return f"{item}: 25.00"

    return UcpMiddleware(server.streamable_http_app(), POLICY, json_rpc=True)


async def called(url: str, auth: Any) -> Any:
    async with (
        httpx2.AsyncClient(auth=auth) as http,
        Client(streamable_http_client(f"{url}/mcp", http_client=http)) as client,
    ):
        return await client.call_tool("price", {"item": "mug"})


def test_a_tool_is_called_over_signed_http() -> None:
    with serving(served()) as url:
        result = asyncio.run(called(url, UcpAuth(P256, profile_url=PROFILE)))
    assert result.content[0].text == "mug: 25.00"
