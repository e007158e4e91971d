"""An MCP client that signs its calls and checks the answers, with `server.py` beside it.

    python examples/client.py              the server in this process
    python examples/client.py --stdio      the server as a process of its own

Keys and records are made for this run alone.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import anyio
from mcp import Client, StdioServerParameters
from server import server

from signet_vc import SigningKey, keystore
from signet_vc.mcp import AttestingTransport, attest_server


async def main(*, stdio: bool) -> None:
    """Make one call and tell what can be said of its answer."""
    agent, mail = SigningKey.generate(), SigningKey.generate()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        target: Any = server
        if stdio:
            target = command(mail, agent.did, Path(folder))
        else:
            attest_server(server, key=mail, allowed_signers=[agent.did], store=f"sqlite:{folder}/server.db")
        transport = AttestingTransport(
            target, key=agent, audience=mail.did, store=f"sqlite:{folder}/agent.db"
        )
        async with Client(transport) as client:
            answer = await client.call_tool("send_email", {"to": "alice@example.com", "subject": "Hello"})
    for part in answer.content:
        print("the tool says:  ", getattr(part, "text", part))
    (verdict,) = transport.attestations
    print("problems:       ", [str(problem) for problem in verdict.problems])
    if verdict.response is not None:
        print("it was signed by", verdict.response.issuer, "as", verdict.response.outcome)


def command(key: SigningKey, agent: str, folder: Path) -> StdioServerParameters:
    """What starts the server with its key in a file, which keeps its records in the same folder."""
    keystore.save(key, f"file:{folder}/server.key")
    program = str(Path(__file__).with_name("server.py"))
    return StdioServerParameters(
        command=sys.executable,
        args=[program, f"file:{folder}/server.key", agent],
        env={"SIGNET_STORE": f"sqlite:{folder}/server.db"},
    )


if __name__ == "__main__":
    anyio.run(lambda: main(stdio="--stdio" in sys.argv[1:]))
