"""An agent's session and a server's with a hop between them, on lines of raw JSON-RPC in memory."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from engine import RESULT, SERVER, Sides, run

from signet_vc.mcp import AgentSession, ServerSession

__all__ = ["Message", "TwoSessions", "line_of"]

Message = dict[str, Any]
Alter = Callable[[bytes], bytes]


def unchanged(line: bytes) -> bytes:
    return line


def line_of(message: Message) -> bytes:
    return json.dumps({"jsonrpc": "2.0", **message}).encode()


class TwoSessions:
    """One connection. ``out`` and ``back`` are what the hop does to a line in each direction.

    ``ran``: the calls that reached the server, as it got them. ``between``: the lines that passed the
    hop, after it. ``wire``: false for a client and a server without the agent's session.
    """

    def __init__(
        self,
        sides: Sides | None = None,
        *,
        out: Alter = unchanged,
        back: Alter = unchanged,
        answer: Message | None = None,
        declared: bool = True,
    ) -> None:
        self.sides = sides or Sides()
        self.agent = AgentSession(self.sides.agent, audience=SERVER.did)
        self.server = ServerSession(self.sides.server)
        self.out, self.back = out, back
        self.answer = answer or {"result": {"content": RESULT["content"]}}
        self.ran: list[Message] = []
        self.between: list[bytes] = []
        self._id = 0
        if declared:
            self._shake_hands()

    def call(self, **params: Any) -> Message:
        """Call a tool and give the whole answer that the client gets."""
        self._id += 1
        given = {"name": "send_email", "arguments": {"to": "alice@example.com"}, **params}
        return self.send(line_of({"id": self._id, "method": "tools/call", "params": given}))

    def send(self, line: bytes) -> Message:
        """The same for any line of the client's."""
        for send in run(self.agent.from_client(line)):
            if send.to == "client":
                return dict(json.loads(send.data))
            return self.pass_on(send.data)
        raise AssertionError("nothing was sent")

    def pass_on(self, line: bytes) -> Message:
        """A line that comes out of the agent's session, or an attacker's: through the hop and back."""
        self.between.append(self.out(line))
        for send in run(self.server.from_client(self.between[-1])):
            if send.to == "client":
                return self._returned(send.data)
            self.ran.append(json.loads(send.data))
            answered = line_of({"id": self.ran[-1]["id"], **self.answer})
            return self._returned(run(self.server.from_server(answered))[0].data)
        raise AssertionError("the server's session swallowed it")

    def _returned(self, line: bytes) -> Message:
        self.between.append(self.back(line))
        sends = run(self.agent.from_server(self.between[-1]))
        return dict(json.loads(sends[0].data)) if sends else {}

    def _shake_hands(self) -> None:
        asked = line_of({"id": 0, "method": "initialize", "params": {"capabilities": {}}})
        (towards,) = run(self.agent.from_client(asked))
        run(self.server.from_client(towards.data))
        capabilities = line_of({"id": 0, "result": {"capabilities": {}, "protocolVersion": "2025-11-25"}})
        (back,) = run(self.server.from_server(capabilities))
        run(self.agent.from_server(back.data))
