"""Attested tool calls over MCP.

Two lines in a server (``attest_server``), one in a client (``AttestingTransport``); for gateways and
transports of others the engine itself over raw messages (``AgentSession``, ``ServerSession``), which
needs no SDK.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from signet_vc.attestation.agent import Agent, Checked
from signet_vc.attestation.decision import Allow, Attestation, Decide, Deny, Escalate
from signet_vc.attestation.role import AgentRole, ServerRole
from signet_vc.attestation.server import Server

if TYPE_CHECKING:
    from signet_vc.mcp.client import AttestingTransport
    from signet_vc.mcp.server import attest_server, current_attestation
    from signet_vc.mcp.session import AgentSession, ServerSession

__all__ = [
    "Agent",
    "AgentRole",
    "AgentSession",
    "Allow",
    "Attestation",
    "AttestingTransport",
    "Checked",
    "Decide",
    "Deny",
    "Escalate",
    "Server",
    "ServerRole",
    "ServerSession",
    "attest_server",
    "current_attestation",
]

# Loaded at the first use: the SDK costs more than everything else together, and the proxy needs none of it.
_HOME: Final = {
    "AgentSession": "session",
    "AttestingTransport": "client",
    "ServerSession": "session",
    "attest_server": "server",
    "current_attestation": "server",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in {"anyio", "mcp", "mcp_types"}:
            raise ImportError(
                f"{name} needs the MCP SDK: pip install 'signet-vc[mcp]'", name=error.name
            ) from error
        raise
