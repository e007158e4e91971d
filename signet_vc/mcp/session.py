r"""The engine for gateways and transports of others: lines of raw JSON-RPC in, lines to be sent out.

``AgentSession`` stands behind a client and signs for it, ``ServerSession`` in front of a server and
attests for it, ``Chained`` is both in one process. They hold no socket and no clock: a driver reads
lines, hands them in and sends what it gets; key, store, clock and randomness come with the role of the
engine. `stdio_proxy.py` is such a driver; this is the least of one::

    session = ServerSession(Server(role))

    async def on_line_of_client(line: bytes) -> None:
        for send in await session.from_client(line):
            await (client if send.to == "client" else server).write(send.data + b"\n")

The protocol is documented at ``Session``.
"""

from __future__ import annotations

from signet_vc.mcp.agent_session import AgentSession
from signet_vc.mcp.server_session import ServerSession
from signet_vc.mcp.traffic import Send, Session

__all__ = ["AgentSession", "Chained", "Send", "ServerSession", "Session"]


class Chained:
    """One session over another: ``outer`` next to the client, ``inner`` next to the server.

    An agent's session over a server's is role ``both``: an unmodified client and an unmodified server.
    """

    def __init__(self, outer: Session, inner: Session) -> None:
        self._outer = outer
        self._inner = inner

    @property
    def max_line(self) -> int:
        """As ``Session``; what one adds for the other to read comes on top."""
        return min(self._outer.max_line, self._inner.max_line)

    async def from_client(self, line: bytes) -> list[Send]:
        """A line that the client sent."""
        return await self._of_outer(await self._outer.from_client(line))

    async def from_server(self, line: bytes) -> list[Send]:
        """A line that the server sent."""
        return await self._of_inner(await self._inner.from_server(line))

    async def server_ended(self) -> list[Send]:
        """The server has gone: first its own side answers for it, then the agent's for what is left."""
        sends = await self._of_inner(await self._inner.server_ended())
        return sends + [each for each in await self._outer.server_ended() if each.to == "client"]

    def deadline(self) -> int | None:
        """The earlier one of the two."""
        deadlines = [each for each in (self._outer.deadline(), self._inner.deadline()) if each is not None]
        return min(deadlines, default=None)

    async def expire(self, now: int) -> list[Send]:
        """Go on with what was held."""
        inner = await self._of_inner(await self._inner.expire(now))
        return inner + await self._of_outer(await self._outer.expire(now))

    async def _of_outer(self, sends: list[Send]) -> list[Send]:
        """What the outer session sends to its server is the inner one's to read."""
        out: list[Send] = []
        for send in sends:
            if send.to == "client":
                out.append(send)
            else:
                out += await self._of_inner(await self._inner.from_client(send.data))
        return out

    async def _of_inner(self, sends: list[Send]) -> list[Send]:
        out: list[Send] = []
        for send in sends:
            if send.to == "server":
                out.append(send)
            else:
                out += await self._of_outer(await self._outer.from_server(send.data))
        return out
