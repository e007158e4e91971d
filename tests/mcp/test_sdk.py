"""What is relied on of the MCP SDK. Where a new version breaks one, ``signet_vc/mcp/sdk.py`` follows it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from mcp import Client
from mcp.server import MCPServer, Server
from mcp.server.request_state import RequestStateBoundary
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolResult, ErrorData, JSONRPCError, JSONRPCResponse, ListToolsResult
from starlette.requests import Request

from signet_vc.attestation.call import ToolCall
from signet_vc.errors import UsageError
from signet_vc.mcp import sdk

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return "asyncio"


def test_a_server_keeps_its_middleware_in_a_list_outermost_first():
    server = MCPServer("mail")
    assert sdk.middleware_of(server) is server.middleware
    assert isinstance(server.middleware[-1], RequestStateBoundary)
    low = Server("low")
    assert sdk.middleware_of(low) is low.middleware
    with pytest.raises(UsageError):
        sdk.middleware_of(SimpleNamespace(_mcp_server=object()))


async def list_tools(_context: Any, _params: Any) -> ListToolsResult:
    return ListToolsResult(tools=[])


@pytest.mark.parametrize("mode", ["auto", "legacy", "2026-07-28"])
async def test_middleware_at_the_outermost_place_sees_the_wires_members(mode):
    seen: dict[str, Any] = {}

    async def call(_context: Any, _params: Any) -> CallToolResult:
        return CallToolResult(content=[], structured_content={"n": 1})

    async def watch(context: Any, call_next: Any) -> Any:
        result = await call_next(context)
        if context.method == "tools/call":
            seen.update(
                params=context.params,
                id=context.request_id,
                version=context.protocol_version,
                result=result,
                capabilities=context.session.client_capabilities,
                request=context.request,
            )
        return result

    server = Server("low", on_call_tool=call, on_list_tools=list_tools)
    server.middleware.insert(0, watch)
    async with Client(sdk.opened(server), mode=mode) as client:
        await client.session.call_tool("any", {"a": None, "b": 2**60})
    assert seen["params"]["name"] == "any"
    assert seen["params"]["arguments"] == {"a": None, "b": 2**60}
    assert seen["id"] is not None
    assert seen["request"] is None
    assert seen["capabilities"].extensions is None
    assert type(seen["result"]) is dict
    assert seen["result"]["structuredContent"] == {"n": 1}
    assert seen["result"].get("resultType") == (None if mode == "legacy" else "complete")
    assert sdk.is_modern(seen["version"]) is (mode != "legacy")


@pytest.mark.parametrize("mode", ["auto", "legacy"])
@pytest.mark.parametrize(
    "raised", [RuntimeError("text"), MCPError(-31000, "no", {"a": None}), MCPError(1, "no")]
)
async def test_the_error_of_an_era_is_what_the_sdk_sends(mode, raised):
    async def call(_context: Any, _params: Any) -> CallToolResult:
        raise raised

    server = Server("low", on_call_tool=call, on_list_tools=list_tools)
    version = []

    async def watch(context: Any, call_next: Any) -> Any:
        version.append(context.protocol_version)
        return await call_next(context)

    server.middleware.insert(0, watch)
    async with Client(sdk.opened(server), mode=mode) as client:
        with pytest.raises(MCPError) as caught:
            await client.session.call_tool("any", {})
    sent = caught.value.error.model_dump(by_alias=True, exclude_none=True)
    assert sdk.error_of(raised, version[-1]) == sent


def test_an_error_whose_data_cannot_be_written_loses_it():
    assert sdk.error_of(MCPError(1, "no", object()), "2026-07-28") == {"code": 1, "message": "no"}


def test_a_peer_over_http_is_its_session_or_nobody_known():
    assert sdk.peer_of(SimpleNamespace(request=None)) == "local"
    request = Request({"type": "http", "headers": [(b"mcp-session-id", b"s7")]})
    assert sdk.peer_of(SimpleNamespace(request=request)) == "s7"
    without = SimpleNamespace(request=Request({"type": "http", "headers": []}))
    assert sdk.peer_of(without) != sdk.peer_of(without)


def test_results_are_plain_and_calls_detached():
    assert sdk.plain(None) == {}
    assert sdk.plain(CallToolResult(content=[]))["content"] == []
    result = {"content": []}
    assert sdk.plain(result) is result
    arguments = {"a": [{"b": 1}]}
    call = sdk.detached(ToolCall(method="tools/call", tool="any", arguments=arguments))
    arguments["a"][0]["b"] = 2
    assert call.arguments == {"a": [{"b": 1}]}


def test_a_message_keeps_what_was_set_and_nothing_else():
    answer = JSONRPCResponse(jsonrpc="2.0", id=1, result={"a": None, "b": 2**60})
    assert sdk.line_of(answer) == b'{"jsonrpc":"2.0","id":1,"result":{"a":null,"b":1152921504606846976}}'
    error = JSONRPCError(jsonrpc="2.0", id="1", error=ErrorData(code=1, message="no"))
    assert sdk.line_of(error) == b'{"jsonrpc":"2.0","id":"1","error":{"code":1,"message":"no"}}'
    assert sdk.message_of(sdk.line_of(error), None).message == error


@pytest.mark.parametrize("kind", ["request", "notification", "answer", "error"])
def test_a_message_is_of_the_kind_that_its_line_says_whatever_it_came_of(kind):
    lines = {
        "request": b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"any"}}',
        "notification": b'{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}',
        "answer": b'{"jsonrpc":"2.0","id":1,"result":{"content":[]}}',
        "error": b'{"jsonrpc":"2.0","id":1,"error":{"code":-31901,"message":"refused"}}',
    }
    expected = sdk.message_of(lines[kind], None).message
    for line in lines.values():
        assert sdk.message_of(lines[kind], sdk.message_of(line, None)).message == expected
