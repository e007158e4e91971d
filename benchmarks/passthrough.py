"""A proxy that does nothing: lines in, the same lines out. The floor that `signet proxy` is held to."""

from __future__ import annotations

import asyncio
import sys

_LINE = 64 << 20


async def main(command: list[str]) -> int:
    """Relay between our own pipes and the server's."""
    server = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=_LINE
    )
    assert server.stdin is not None
    assert server.stdout is not None
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=_LINE)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    transport, protocol = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, sys.stdout)
    writer = asyncio.StreamWriter(transport, protocol, None, loop)
    answers = asyncio.create_task(_relay(server.stdout, writer))
    await _relay(reader, server.stdin)
    server.stdin.close()
    await answers
    return await server.wait()


async def _relay(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while line := await source.readline():
        sink.write(line)
        await sink.drain()


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main(sys.argv[1:])))
