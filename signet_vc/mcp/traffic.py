"""What the sessions of both sides share: lines to be sent, and requests that wait for their answers."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final, Generic, Literal, Protocol, TypeAlias, TypeVar

from signet_vc.mcp.jsonrpc import Key

__all__ = ["CANCELLED", "InFlight", "Peer", "Send", "Session", "to_client", "to_server"]

CANCELLED: Final = "notifications/cancelled"
_MAX_OPEN: Final = 10_000  # requests under way; bounds memory against a peer that answers nothing

_T = TypeVar("_T")

Peer: TypeAlias = Literal["client", "server"]


@dataclass(frozen=True, slots=True)
class Send:
    """A line for one of the two peers, without its newline."""

    to: Peer
    data: bytes


def to_client(data: bytes) -> list[Send]:
    """One line for the client."""
    return [Send("client", data)]


def to_server(data: bytes) -> list[Send]:
    """One line for the server."""
    return [Send("server", data)]


class Session(Protocol):
    """One connection between a client and a server, with no I/O in it.

    The driver hands in every line as it came, without its newline, and sends what it gets back, in
    order. ``from_client`` and ``expire`` are awaited one after the other, and so are ``from_server``
    and ``server_ended``; the two groups may overlap.
    """

    @property
    def max_line(self) -> int:
        """Bytes of the longest line that is taken; of a longer one, hand in one byte more than this."""

    async def from_client(self, line: bytes) -> list[Send]:
        """A line that the client sent."""

    async def from_server(self, line: bytes) -> list[Send]:
        """A line that the server sent."""

    async def server_ended(self) -> list[Send]:
        """The server has gone: whoever waits for an answer gets an error."""

    def deadline(self) -> int | None:
        """When ``expire`` is due, nanoseconds of the role's clock; None if it is not.

        It changes in ``from_client``, and in ``from_server`` to a time that has passed.
        """

    async def expire(self, now: int) -> list[Send]:
        """Go on with calls that were held, if they are due at ``now``."""


class InFlight(Generic[_T]):
    """Requests under way, by id: calls, and of all others the method.

    A cancelled one keeps its id until it is answered after all, so that no call can take it over.
    """

    def __init__(self) -> None:
        self._open: dict[Key, _T | str] = {}
        self._cancelled: OrderedDict[Key, None] = OrderedDict()

    @property
    def full(self) -> bool:
        """Nothing more may be added."""
        return len(self._open) >= _MAX_OPEN

    def __contains__(self, key: Key) -> bool:
        return key in self._open or key in self._cancelled

    def is_call(self, key: Key | None) -> bool:
        """Whether this id is a call's."""
        return key is not None and not isinstance(self._open.get(key, ""), str)

    def add(self, key: Key, request: _T | str) -> None:
        """A request was sent on."""
        self._open[key] = request

    def answered(self, key: Key | None) -> tuple[_T | str | None, bool]:
        """The request that is answered, if one is under way, and whether it had been cancelled."""
        if key is None:
            return None, False
        if key in self._cancelled:
            del self._cancelled[key]
            return None, True
        return self._open.pop(key, None), False

    def cancel(self, key: Key | None) -> _T | str | None:
        """The request that is withdrawn, if one is under way."""
        if key is None or key not in self._open:
            return None
        self._cancelled[key] = None
        while len(self._cancelled) > _MAX_OPEN:
            self._cancelled.popitem(last=False)
        return self._open.pop(key)

    def drain(self) -> list[_T | str]:
        """All that wait, in order; nothing is under way after it."""
        waiting = list(self._open.values())
        self._open.clear()
        return waiting
