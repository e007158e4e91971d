"""An MCP server with one tool that answers at once; attested if SIGNET_BENCH_AGENT names an agent's DID."""

from __future__ import annotations

import os

from mcp.server import MCPServer

from signet_vc.mcp import attest_server


def build() -> MCPServer:
    """The server, not attested."""
    server: MCPServer = MCPServer("echo")

    @server.tool()
    def echo(text: str) -> str:
        """Give back what was sent."""
        return text

    return server


def main() -> None:
    """Serve on standard input and output."""
    server = build()
    agent = os.environ.get("SIGNET_BENCH_AGENT")
    if agent:
        attest_server(
            server,
            key="env:SIGNET_BENCH_KEY",
            allowed_signers=[agent],
            store=os.environ["SIGNET_BENCH_STORE"],
        )
    server.run()


if __name__ == "__main__":
    main()
