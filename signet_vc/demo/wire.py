"""A bare MCP client: one line out, one line in. For messages that no honest client would send."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO, Any, Final

from signet_vc.mcp.messages import EXTENSION

__all__ = ["Wire", "connect"]

_VERSION: Final = "2026-07-28"
_PATIENCE: Final = 30.0  # seconds
_LINE: Final = 64 << 20


class Wire:
    """A running MCP server and its two pipes, spoken to in revision 2026-07-28."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._next = 0

    async def call(
        self,
        tool: str,
        arguments: dict[str, Any],
        *,
        meta: dict[str, Any] | None = None,
        declare: bool = True,
    ) -> dict[str, Any]:
        """Call a tool and return the whole answer. ``declare``: name our extension as understood."""
        self._next += 1
        state = {
            "io.modelcontextprotocol/protocolVersion": _VERSION,
            "io.modelcontextprotocol/clientInfo": {"name": "wire", "version": "1"},
            "io.modelcontextprotocol/clientCapabilities": {
                "extensions": {EXTENSION: {"version": 1}} if declare else {}
            },
        }
        message = {
            "jsonrpc": "2.0",
            "id": self._next,
            "method": "tools/call",
            "params": {"name": tool, "arguments": arguments, "_meta": {**state, **(meta or {})}},
        }
        return await asyncio.wait_for(self._exchange(message), _PATIENCE)

    async def _exchange(self, message: dict[str, Any]) -> dict[str, Any]:
        if self._process.stdin is None or self._process.stdout is None:
            raise ConnectionError("no pipes to the server")
        self._process.stdin.write(json.dumps(message).encode() + b"\n")
        await self._process.stdin.drain()
        while line := await self._process.stdout.readline():
            answer: dict[str, Any] = json.loads(line)
            if answer.get("id") == message["id"]:
                return answer
        raise ConnectionError("the server ended without an answer")


@asynccontextmanager
async def connect(command: Sequence[str], *, log: Path = Path(os.devnull)) -> AsyncIterator[Wire]:
    """Start ``command`` and speak to it; its standard error is added to the file ``log``."""
    with log.open("ab") as errors:
        async with _running(command, errors) as wire:
            yield wire


@asynccontextmanager
async def _running(command: Sequence[str], errors: IO[bytes]) -> AsyncIterator[Wire]:
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=errors,
        limit=_LINE,
    )
    try:
        yield Wire(process)
    finally:
        if process.stdin is not None:
            process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), 10)
        except TimeoutError:
            process.kill()
            await process.wait()
