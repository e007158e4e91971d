"""A mail server as its author would write it, with a tool for each way that a call may go.

As a program it serves on stdio, attested as the configuration says that is its argument.
"""

from __future__ import annotations

import os
import sys
from typing import Any

import anyio
import anyio.lowlevel
from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.shared.exceptions import MCPError
from mcp_types import ElicitRequest, ElicitRequestFormParams, InputRequiredResult

from signet_vc.mcp import attest_server, current_attestation

ASKED = ElicitRequest(
    params=ElicitRequestFormParams(
        message="Send it?",
        requested_schema={
            "type": "object",
            "properties": {"send": {"type": "boolean"}},
            "required": ["send"],
        },
    )
)


class Mail:
    """The server; ``outbox`` holds what its tools have really done."""

    def __init__(self) -> None:
        self.outbox: list[Any] = []
        self.waiting = anyio.Event()
        self.server = MCPServer("mail", version="1")
        for tool in (
            self.send_email,
            self.who_called,
            self.who_called_a_thread,
            self.echo,
            self.fail,
            self.refuse,
            self.refuse_with_text,
            self.wait,
            self.count,
            self.confirm,
            self.die,
        ):
            self.server.tool()(tool)

    def send_email(self, to: str, subject: str = "") -> str:
        """Send a message."""
        self.outbox.append({"to": to, "subject": subject})
        return "sent"

    async def who_called(self) -> str:
        """Tell who called, in a coroutine."""
        await anyio.lowlevel.checkpoint()
        return _caller()

    def who_called_a_thread(self) -> str:
        """Tell who called, in a thread."""
        return _caller()

    def echo(self, value: Any) -> dict[str, Any]:
        """Give the value back."""
        self.outbox.append(value)
        return {"value": value}

    def fail(self) -> str:
        """Fail as tools do."""
        self.outbox.append("fail")
        raise ToolError("the mailbox is full")

    def refuse(self) -> str:
        """Answer with an error whose data is an object."""
        raise MCPError(-31000, "no such mailbox", {"why": None, "tried": 2**60})

    def refuse_with_text(self) -> str:
        """Answer with an error whose data is a text."""
        raise MCPError(-32601, "Method not found", "refuse_with_text")

    async def wait(self) -> str:
        """Never answer."""
        self.outbox.append("wait")
        self.waiting.set()
        await anyio.sleep_forever()
        return "never"

    async def count(self, steps: int, context: Context[Any, Any]) -> int:
        """Report progress."""
        for step in range(steps):
            await context.report_progress(step + 1, steps)
        return steps

    async def confirm(self, to: str, context: Context[Any, Any]) -> str | InputRequiredResult:
        """Ask before sending."""
        if context.input_responses is None:
            return InputRequiredResult(input_requests={"send": ASKED}, request_state="drafted")
        answer = context.input_responses["send"].model_dump()
        self.outbox.append({"to": to, "answer": answer["action"], "state": context.request_state})
        return f"{answer['action']} after {context.request_state}"

    def die(self) -> str:
        """End the program."""
        os._exit(7)


def _caller() -> str:
    attestation = current_attestation()
    return "nobody" if attestation is None else f"{attestation.issuer} {attestation.tool}"


if __name__ == "__main__":
    mail = Mail()
    attest_server(mail.server, config=sys.argv[1])
    mail.server.run()
