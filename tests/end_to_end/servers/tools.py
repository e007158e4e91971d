"""A server of the SDK that knows nothing of us; its tools take their time, note what they do, and end it."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

import anyio
from mcp.server import MCPServer
from mcp.server.mcpserver import Context

server = MCPServer("tools", version="1")
notes = Path(sys.argv[1])  # what really happened, a line each


def note(text: str) -> None:
    with notes.open("a") as file:
        file.write(text + "\n")


@server.tool()
def echo(value: Any) -> dict[str, Any]:
    """Give the value back."""
    note("echo")
    return {"value": value}


arrived = 0
everybody = anyio.Event()


@server.tool()
async def together(calls: int, seconds: float) -> str:
    """Wait until so many calls are under way, and some time more."""
    global arrived  # noqa: PLW0603 - one for all calls
    note("together")
    arrived += 1
    if arrived == calls:
        everybody.set()
    await everybody.wait()
    await anyio.sleep(seconds)
    return "slept"


@server.tool()
async def wait(context: Context[Any, Any]) -> str:
    """Never answer, but say when it has begun."""
    await context.report_progress(1, 1)
    try:
        await anyio.sleep_forever()
    finally:
        note("cancelled")
    return "never"


@server.tool()
async def count(steps: int, context: Context[Any, Any]) -> int:
    """Report progress."""
    for step in range(steps):
        await context.report_progress(step + 1, steps)
    return steps


@server.tool()
def environment() -> list[str]:
    """Tell the names of all variables."""
    return sorted(os.environ)


@server.tool()
def complain(text: str) -> str:
    """Write to standard error."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
    return "done"


@server.tool()
def leave(status: int) -> str:
    """End the program without an answer."""
    os._exit(status)


@server.tool()
def kill() -> str:
    """End the program by force."""
    os.kill(os.getpid(), signal.SIGKILL)
    return "never"


if __name__ == "__main__":
    note("started")
    server.run()
    note("ended")
