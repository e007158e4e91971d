"""A gateway of your own, on the session engine: MCP over TCP, attested at both ends.

    python examples/gateway.py serve 7000 file:server.key AGENT_DID -- mcp-server-time
    python examples/gateway.py connect 7000 file:agent.key SERVER_DID

The first puts any stdio server behind a TCP port and attests for it; the second is the command that an
unmodified client starts, and signs for it. Neither knows anything of JSON-RPC, nor of credentials:
lines go into a session, and lines to be sent come out. Loopback only, and no TLS: it is an example.
"""

from __future__ import annotations

import asyncio
import secrets
import sys
import time
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass

from signet_vc import Policy, SigningKey
from signet_vc.attestation.agent import Agent
from signet_vc.attestation.role import AgentRole, ServerRole
from signet_vc.attestation.server import Server
from signet_vc.mcp import AgentSession, ServerSession
from signet_vc.mcp.session import Send, Session
from signet_vc.store import open_store

HOST = "127.0.0.1"
LONGEST = 66 << 20  # at least a session's max_line
PAUSE = 0.05  # seconds between two looks at whether a held call is due


@dataclass
class Peer:
    """One end: a client or a server."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, line: bytes) -> None:
        """Send a line, which comes without its newline."""
        self.writer.write(line + b"\n")
        await self.writer.drain()


# -- the driver: the same for both sides -----------------------------------------------------------


async def relay(session: Session, client: Peer, server: Peer) -> None:
    """Carry lines through ``session`` until the server has nothing more to say."""
    turn = asyncio.Lock()  # from_client and expire take turns; from_server may overlap with them

    async def deliver(sends: Iterable[Send]) -> None:
        for send in sends:
            await (client if send.to == "client" else server).send(send.data)

    async def upward() -> None:
        async for line in lines(client.reader, session.max_line):
            async with turn:
                await deliver(await session.from_client(line))
        server.writer.close()

    async def held() -> None:
        while True:
            await asyncio.sleep(PAUSE)
            async with turn:
                await deliver(await session.expire(time.time_ns()))

    others = [asyncio.create_task(upward()), asyncio.create_task(held())]
    try:
        async for line in lines(server.reader, session.max_line):
            await deliver(await session.from_server(line))
        await deliver(await session.server_ended())
    finally:
        for task in others:
            task.cancel()
        client.writer.close()


async def lines(reader: asyncio.StreamReader, longest: int) -> AsyncIterator[bytes]:
    """The lines of a stream; of one that is too long the beginning, which a session refuses."""
    while True:
        try:
            yield (await reader.readuntil(b"\n"))[:-1]
        except asyncio.IncompleteReadError as end:
            if end.partial:
                yield end.partial
            return
        except asyncio.LimitOverrunError:
            yield await reader.readexactly(longest + 1)
            await skip_line(reader)


async def skip_line(reader: asyncio.StreamReader) -> None:
    """Drop what is left of a line."""
    while True:
        try:
            await reader.readuntil(b"\n")
        except asyncio.IncompleteReadError:
            return
        except asyncio.LimitOverrunError as more:
            await reader.readexactly(more.consumed)
        else:
            return


# -- the server's side -----------------------------------------------------------------------------


async def serve(port: int, key: SigningKey, agents: list[str], command: list[str]) -> None:
    """Start ``command`` for each connection, and attest for it."""
    role = ServerRole(
        signer=key,
        policy=Policy(allowed_signers=agents),
        audience=key.did,
        store=open_store(),
        clock=time.time_ns,
        entropy=secrets.token_bytes,
        attester="proxy",
    )
    engine = Server(role)  # one for all connections, so that a call is run once

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, limit=LONGEST)
        if process.stdin is None or process.stdout is None:
            raise BrokenPipeError
        session = ServerSession(engine, peer=secrets.token_hex(8))
        await relay(session, Peer(reader, writer), Peer(process.stdout, process.stdin))
        await process.wait()

    listening = await asyncio.start_server(connected, HOST, port, limit=LONGEST)
    print("port", listening.sockets[0].getsockname()[1], "attested by", key.did, flush=True)
    await listening.serve_forever()


# -- the agent's side ------------------------------------------------------------------------------


async def connect(port: int, key: SigningKey, audience: str) -> None:
    """Sign for the client at standard input and output; ``audience``: who must answer."""
    role = AgentRole(
        signer=key,
        policy=Policy(),  # the audience is a DID, and so the one signer whose answers count
        store=open_store(),
        clock=time.time_ns,
        entropy=secrets.token_bytes,
        attester="proxy",
    )
    session = AgentSession(Agent(role), audience=audience)
    server = Peer(*await asyncio.open_connection(HOST, port, limit=LONGEST))
    await relay(session, await standard(), server)


async def standard() -> Peer:
    """Standard input and output as a peer."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=LONGEST)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    transport, protocol = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, sys.stdout)
    return Peer(reader, asyncio.StreamWriter(transport, protocol, None, loop))


def main(role: str, port: str, source: str, did: str, *rest: str) -> None:
    """Run the side that ``role`` names."""
    key = SigningKey.load(source)
    if role == "serve":
        asyncio.run(serve(int(port), key, [did], list(rest[1:])))
    else:
        asyncio.run(connect(int(port), key, did))


if __name__ == "__main__":
    if not sys.argv[1:]:
        sys.exit(__doc__)
    main(*sys.argv[1:])
