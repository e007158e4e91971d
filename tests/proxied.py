"""The real command ``signet proxy`` in front of a server, spoken to over its pipes, line by line."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lines import CAPABILITIES, VERSION

from signet_vc.attestation.store import Record, RefusedCall
from signet_vc.store import open_store

__all__ = ["SERVERS", "Place", "Wire", "legacy", "modern", "started"]

SERVERS = Path(__file__).resolve().parent / "end_to_end" / "servers"
PATIENCE = 100.0  # seconds; a hang is a failure, and a loaded machine none


@dataclass
class Place:
    """Where one test keeps its configuration and store."""

    folder: Path
    settings: dict[str, Any] = field(default_factory=dict)

    def proxy(self, *command: str, role: str = "both", **settings: Any) -> list[str]:
        """The proxy's command line in front of ``command``; each role has a store of its own."""
        section = {"store": f"sqlite:{role}.db", **self.settings, **settings}
        file = self.folder / f"{role}.yaml"
        file.write_text(json.dumps({"signet": section}))
        return [
            sys.executable,
            "-m",
            "signet_vc.cli.main",
            "proxy",
            "--role",
            role,
            "--config",
            str(file),
            "--",
            *command,
        ]

    def records(self, role: str = "both") -> list[Record]:
        with open_store(f"sqlite:{self.folder / role}.db") as store:
            return list(store.records())

    def outcomes(self, role: str = "both") -> list[str | None]:
        """Of all records in order; a request has none."""
        return [each.outcome for each in self.records(role)]

    def refused(self, role: str = "both") -> list[RefusedCall]:
        with open_store(f"sqlite:{self.folder / role}.db") as store:
            return list(store.refused())

    @property
    def notes(self) -> Path:
        """Where the servers of the tests note what really happened."""
        path = self.folder / "notes"
        path.touch()
        return path

    def noted(self) -> list[str]:
        return self.notes.read_text().splitlines()

    def tools(self) -> list[str]:
        """The command of a server of the SDK."""
        return [sys.executable, str(SERVERS / "tools.py"), str(self.notes)]

    def plain(self, *more: str) -> list[str]:
        """The command of a server without one."""
        return [sys.executable, str(SERVERS / "plain.py"), str(self.notes), *more]


class Wire:
    """A client that sends what it is told to, and keeps what comes."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.received: list[bytes] = []
        self._claimed: set[int] = set()  # which of them were given as an answer
        self._next = 0

    async def send(self, data: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(data + b"\n")
        await self.process.stdin.drain()

    async def receive(self) -> bytes:
        """The next line. Raises ConnectionError at the end."""
        assert self.process.stdout is not None
        line = await asyncio.wait_for(self.process.stdout.readline(), PATIENCE)
        if not line:
            raise ConnectionError("the end")
        self.received.append(line.rstrip(b"\n"))
        return self.received[-1]

    async def answer(self, identifier: Any) -> bytes:
        """The line that answers a request; it may have come already, before another's."""
        looked = 0
        while True:
            for place in range(looked, len(self.received)):
                if place not in self._claimed and _answers(self.received[place], identifier):
                    self._claimed.add(place)
                    return self.received[place]
            looked = len(self.received)
            await self.receive()

    async def exchange(self, data: bytes) -> Any:
        """Send a request, and its answer."""
        await self.send(data)
        return json.loads(await self.answer(json.loads(data)["id"]))

    async def call(self, tool: str, arguments: Any = None, *, meta: Any = None, **params: Any) -> Any:
        """Call a tool in revision 2026-07-28, or as ``meta`` says, and give the answer."""
        return await self.exchange(self.calling(tool, arguments, meta=meta, **params))

    def calling(self, tool: str, arguments: Any = None, *, meta: Any = None, **params: Any) -> bytes:
        self._next += 1
        stated = {"name": tool, "arguments": {} if arguments is None else arguments, **params}
        if meta != {}:
            stated["_meta"] = modern() if meta is None else meta
        return json.dumps(
            {"jsonrpc": "2.0", "id": self._next, "method": "tools/call", "params": stated}
        ).encode()

    async def handshake(self) -> Any:
        """Begin a session of 2025-11-25."""
        begun = await self.exchange(legacy())
        await self.send(b'{"jsonrpc":"2.0","method":"notifications/initialized"}')
        return begun

    async def rest(self) -> list[bytes]:
        """Everything up to the end."""
        count = len(self.received)
        with suppress(ConnectionError):
            while True:
                await self.receive()
        return self.received[count:]

    async def ended(self) -> int:
        return await asyncio.wait_for(self.process.wait(), PATIENCE)

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()


def _answers(line: bytes, identifier: Any) -> bool:
    with suppress(ValueError, AttributeError):
        message = json.loads(line)
        return "method" not in message and message.get("id") == identifier
    return False


def modern(**more: Any) -> dict[str, Any]:
    """The ``_meta`` of a request of 2026-07-28."""
    return {
        VERSION: "2026-07-28",
        "io.modelcontextprotocol/clientInfo": {"name": "wire", "version": "1"},
        CAPABILITIES: {},
        **more,
    }


def legacy() -> bytes:
    """The first request of 2025-11-25."""
    params = {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "wire", "version": "1"},
    }
    return json.dumps({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params}).encode()


@asynccontextmanager
async def started(
    command: Sequence[str], *, stderr: int | None = None, **variables: str
) -> AsyncIterator[Wire]:
    """Run ``command`` and speak to it; it is ended if the test does not."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=stderr,
        limit=256 << 20,
        env={**os.environ, **variables},
        start_new_session=True,
    )
    wire = Wire(process)
    try:
        yield wire
    finally:
        wire.close()
        try:
            await asyncio.wait_for(process.wait(), PATIENCE)
        except TimeoutError:
            process.send_signal(signal.SIGTERM)
            await process.wait()
