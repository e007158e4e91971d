"""An MCP server that runs signed calls only.

    signet keygen --out server.key
    python examples/server.py file:server.key AGENT_DID

It serves on standard input and output, to the agents that are named.
"""

from __future__ import annotations

import sys

from mcp.server import MCPServer

from signet_vc.mcp import attest_server, current_attestation

server = MCPServer("mail")


@server.tool()
def send_email(to: str, subject: str) -> str:
    """Send a message."""
    request = current_attestation()
    caller = "nobody who signed" if request is None else request.issuer
    return f"sent {subject!r} to {to} for {caller}"


if __name__ == "__main__":
    if not sys.argv[1:]:
        sys.exit(__doc__)
    key, *agents = sys.argv[1:]
    attest_server(server, key=key, allowed_signers=agents)
    server.run()
