"""What is particular to the MCP SDK, and to its versions: the one place to look when it changes.

``tests/mcp/test_sdk.py`` holds all that is relied on here to the versions that are supported.
"""

from __future__ import annotations

import json
import secrets
import shlex
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from mcp.client._memory import InMemoryTransport
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.server import MCPServer, Server
from mcp.shared.exceptions import MCPError
from mcp.shared.inbound import MCP_METHOD_HEADER
from mcp.shared.message import ClientMessageMetadata, SessionMessage
from mcp_types import JSONRPCNotification, JSONRPCRequest, JSONRPCResponse, jsonrpc_message_adapter
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticSerializationError

from signet_vc.attestation.call import ToolCall
from signet_vc.codec.strict_json import dumps
from signet_vc.errors import ProblemError, UsageError
from signet_vc.mcp.jsonrpc import error_answer
from signet_vc.mcp.messages import INTERNAL_ERROR, INVALID_PARAMS

if TYPE_CHECKING:
    from mcp.server.context import HandlerResult, ServerMiddleware, ServerRequestContext
    from mcp_types import JSONRPCMessage

    from signet_vc.codec.strict_json import JsonObject

__all__ = [
    "Context",
    "detached",
    "error_of",
    "is_about",
    "is_modern",
    "is_unexpected",
    "line_from_server",
    "line_of",
    "mcp_error",
    "message_of",
    "middleware_of",
    "opened",
    "peer_of",
    "plain",
    "subject_of",
]

_ABOUT_THE_CALL: Final = ("mcp-method", "mcp-name", "mcp-param-")

Context: TypeAlias = "ServerRequestContext[Any, Any]"


def is_modern(version: str) -> bool:
    """Whether this revision of the protocol knows no handshake: 2026-07-28 and later."""
    return version in MODERN_PROTOCOL_VERSIONS


def middleware_of(server: object) -> list[ServerMiddleware[Any]]:
    """The list of middleware of a server, outermost first. The one place that knows where it is."""
    if not isinstance(server, MCPServer | Server):
        server = getattr(server, "_mcp_server", server)  # FastMCP 4 keeps its low-level server there
    if isinstance(server, MCPServer | Server):
        return server.middleware
    raise UsageError(f"{type(server).__name__} is no server of the MCP SDK, version 2")


def peer_of(context: Context) -> str:
    """A name for the caller's end of the connection. No chain of credentials is shown to two peers.

    Without a session id two requests over HTTP may be anybody's, so each is a peer of its own.
    """
    if context.request is None:
        return "local"
    headers = getattr(context.request, "headers", {})
    return headers.get("mcp-session-id") or secrets.token_hex(16)


def detached(call: ToolCall) -> ToolCall:
    """The call with arguments of its own: a tool that changes those it gets changes nothing here.

    The depth of the arguments has been checked.
    """
    return replace(call, arguments=_copy(call.arguments))


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _copy(member) for name, member in value.items()}
    return [_copy(member) for member in value] if isinstance(value, list) else value


def plain(result: HandlerResult) -> JsonObject:
    """A result as it goes on the wire. Other middleware may give a model, or nothing."""
    if result is None:
        return {}
    if isinstance(result, BaseModel):
        return result.model_dump(by_alias=True, mode="json", exclude_none=True)
    return result


def error_of(raised: Exception, version: str) -> JsonObject:
    """The error that the SDK would send for what a handler raised, in this revision of the protocol."""
    if isinstance(raised, MCPError):
        try:
            return raised.error.model_dump(by_alias=True, mode="json", exclude_none=True)
        except PydanticSerializationError:
            return {"code": raised.code, "message": raised.message}
    if isinstance(raised, ValidationError):
        return {"code": INVALID_PARAMS, "message": "Invalid request parameters", "data": ""}
    if is_modern(version):
        return {"code": INTERNAL_ERROR, "message": "Internal server error"}
    return {"code": 0, "message": str(raised)}


def is_unexpected(raised: Exception) -> bool:
    """Whether a handler failed in a way that its author did not provide for."""
    return not isinstance(raised, MCPError | ValidationError)


def mcp_error(error: JsonObject) -> MCPError:
    """The exception that the SDK sends as this error."""
    return MCPError(code=error["code"], message=error["message"], data=error.get("data"))


# -- transports ------------------------------------------------------------------------------------


def opened(target: object) -> AbstractAsyncContextManager[Any]:
    """The transport to ``target``: itself, or to a server in this process, a command or a URL."""
    if isinstance(target, str):
        return streamable_http_client(target)
    if isinstance(target, StdioServerParameters):
        return stdio_client(target)
    target = getattr(target, "_mcp_server", target)  # FastMCP 4
    if isinstance(target, MCPServer | Server):
        return InMemoryTransport(target)
    if isinstance(target, AbstractAsyncContextManager):
        return target
    raise UsageError(f"{type(target).__name__} is no transport, server, command or URL")


def subject_of(target: object) -> str | None:
    """What a peer's DID is pinned for: its URL or its command line; None where neither can be seen."""
    if isinstance(target, str):
        return target
    if isinstance(target, StdioServerParameters):
        return shlex.join([target.command, *target.args])
    return None


def line_of(message: JSONRPCMessage) -> bytes:
    """The message as a line of JSON-RPC, without its newline.

    What is no strict JSON (a NaN, a lone surrogate) stays visible as that, for the session to refuse.

    Raises:
        UsageError: a value that is no JSON at all; only a program in this process can have made it.
    """
    try:
        value = message.model_dump(by_alias=True, mode="json", exclude_unset=True)
        try:
            return dumps(value)
        except ProblemError:
            return json.dumps(value, separators=(",", ":")).encode()
    except (PydanticSerializationError, RecursionError, TypeError, ValueError) as error:
        raise UsageError("a message that cannot be written as JSON") from error


def line_from_server(message: JSONRPCMessage) -> bytes | None:
    """The same of a message from a server, which may be a program in this process.

    An answer that cannot be written becomes an error, so that nobody waits for it; None for any other
    such message, which is nothing that is signed.
    """
    try:
        return line_of(message)
    except UsageError:
        if isinstance(message, JSONRPCResponse):
            return error_answer(message.id, {"code": INTERNAL_ERROR, "message": "The answer is no JSON"})
        return None


def message_of(line: bytes, origin: SessionMessage | None) -> SessionMessage:
    """The message that a session made of ``origin``, with its metadata.

    A request of the session's own (``server/discover``) goes with the headers that are its own.
    """
    message = _parsed(line, origin)
    metadata = None if origin is None else origin.metadata
    if isinstance(message, JSONRPCRequest) and isinstance(metadata, ClientMessageMetadata):
        metadata = replace(metadata, headers=_headers(metadata.headers, message, origin))
    return SessionMessage(message=message, metadata=metadata)


def _parsed(line: bytes, origin: SessionMessage | None) -> JSONRPCMessage:
    """The line as a message: nearly always of its origin's kind, which is read in a third of the time."""
    if origin is not None and not isinstance(origin.message, JSONRPCNotification):  # which any request fits
        with suppress(ValidationError):
            return type(origin.message).model_validate_json(line, by_name=False)
    return jsonrpc_message_adapter.validate_json(line, by_name=False)


def is_about(line: bytes, message: JSONRPCMessage) -> bool:
    """Whether a line is the request ``message``, or its answer, by the id."""
    identifier = json.loads(line).get("id")
    return isinstance(message, JSONRPCRequest) and (type(identifier), identifier) == (
        type(message.id),
        message.id,
    )


def _headers(
    headers: dict[str, str] | None, message: JSONRPCRequest, origin: SessionMessage | None
) -> dict[str, str] | None:
    """The headers of the message that gave rise to this one, which name method and tool, made to fit."""
    if headers is None or origin is None or not isinstance(origin.message, JSONRPCRequest):
        return headers
    if origin.message.method == message.method:
        return headers
    kept = {name: value for name, value in headers.items() if not name.lower().startswith(_ABOUT_THE_CALL)}
    return {**kept, MCP_METHOD_HEADER: message.method}
