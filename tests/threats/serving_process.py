"""A server in a process of its own: carriers in, one a line; the codes of each verdict out.

What it admits it "executes": it adds a line to the file that its second argument names.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from engine import AGENT, SERVER, START, call, codes

from signet_vc.attestation.role import ServerRole
from signet_vc.attestation.server import Admission, Server
from signet_vc.policy import Policy
from signet_vc.store import open_store


def main(store: str, executed: str) -> None:
    role = ServerRole(
        signer=SERVER,
        policy=Policy(allowed_signers=[AGENT.did]),
        audience=SERVER.did,
        store=open_store(f"sqlite:{store}"),
        clock=lambda: START,
        entropy=bytes,
    )
    server = Server(role)
    _say("ready")
    for line in sys.stdin:
        verdict = asyncio.run(server.admit(call(), json.loads(line), peer="test"))
        if isinstance(verdict, Admission):
            with Path(executed).open("a", encoding="utf-8") as file:
                file.write("executed\n")
        _say(" ".join(codes(verdict)))


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
