"""Lines of JSON-RPC as clients and servers of both eras write them, and what sessions make of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from signet_vc.mcp.messages import EXTENSION, REQUEST_KEY, RESPONSE_KEY
from signet_vc.mcp.traffic import Send

VERSION = "io.modelcontextprotocol/protocolVersion"
CAPABILITIES = "io.modelcontextprotocol/clientCapabilities"
ARGUMENTS = {"to": "alice@example.com", "subject": "Meeting tomorrow"}

__all__ = [
    "ARGUMENTS",
    "CAPABILITIES",
    "VERSION",
    "answer",
    "call",
    "carrier_in",
    "codes",
    "error",
    "initialize",
    "line",
    "lines",
    "message",
    "modern",
    "only",
]


def line(**members: Any) -> bytes:
    """A message, compact."""
    return json.dumps({"jsonrpc": "2.0", **members}, separators=(",", ":")).encode()


def modern(*, declare: bool = False, **meta: Any) -> dict[str, Any]:
    """The ``_meta`` of a request of 2026-07-28."""
    extensions = {"extensions": {EXTENSION: {"version": 1}}} if declare else {}
    return {VERSION: "2026-07-28", CAPABILITIES: extensions, **meta}


def call(
    identifier: Any = 1,
    *,
    tool: str = "send_email",
    arguments: Any = ARGUMENTS,
    meta: dict[str, Any] | None = None,
    carrier: Any = ...,
    **params: Any,
) -> bytes:
    """A ``tools/call``; ``meta`` None is that of 2026-07-28, ``{}`` leaves it out."""
    members = modern() if meta is None else dict(meta)
    if carrier is not ...:
        members[REQUEST_KEY] = carrier
    stated = {"_meta": members} if members else {}
    return line(
        id=identifier, method="tools/call", params={"name": tool, "arguments": arguments, **params, **stated}
    )


def initialize(identifier: Any = 0, *, declare: bool = False) -> bytes:
    """The first request of the handshake."""
    capabilities = {"extensions": {EXTENSION: {"version": 1}}} if declare else {}
    params = {
        "protocolVersion": "2025-11-25",
        "capabilities": capabilities,
        "clientInfo": {"name": "c", "version": "1"},
    }
    return line(id=identifier, method="initialize", params=params)


def answer(identifier: Any = 1, **result: Any) -> bytes:
    """A result."""
    return line(
        id=identifier, result=result or {"content": [{"type": "text", "text": "sent"}], "isError": False}
    )


def error(identifier: Any = 1, code: int = -32000, text: str = "no", **more: Any) -> bytes:
    """An error."""
    return line(id=identifier, error={"code": code, "message": text, **more})


def only(sends: Sequence[Send], to: str) -> bytes:
    """The one line that was sent, and to whom it had to be."""
    assert [each.to for each in sends] == [to], sends
    return sends[0].data


def message(sends: Sequence[Send], to: str) -> Any:
    """The same, parsed."""
    return json.loads(only(sends, to))


def lines(sends: Sequence[Send], to: str) -> list[Any]:
    """All messages for one peer, parsed, in order."""
    return [json.loads(each.data) for each in sends if each.to == to]


def carrier_in(found: dict[str, Any]) -> Any:
    """The response's carrier in an answer, wherever it stands."""
    if "error" in found:
        return found["error"]["data"][RESPONSE_KEY]
    return found["result"]["_meta"][RESPONSE_KEY]


def codes(found: dict[str, Any]) -> list[str]:
    """The problem codes of a refusal."""
    assert found["error"]["code"] in (-31901, -32021), found
    problems: list[str] = found["error"]["data"]["problems"]
    return problems
