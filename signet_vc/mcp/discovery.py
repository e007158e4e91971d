"""A `server/discover` of our own, by which an agent learns who the server is. FORMAT, *Names*."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from signet_vc.codec.strict_json import Json, JsonObject, dumps
from signet_vc.limits import NANOSECONDS
from signet_vc.mcp.settings import CLIENT_CAPABILITIES, DISCOVER, declare

__all__ = ["Discovery"]

_PATIENCE: Final = 60 * NANOSECONDS  # a first start may install the server; clients wait as long
_OWN_MEMBERS: Final = "io.modelcontextprotocol/"  # what every request of 2026-07-28 says of its client


class Discovery:
    """Made at most once a connection; calls are held while it is under way.

    clock: nanoseconds. entropy: random bytes, for an id that the client does not use.
    """

    def __init__(self, *, clock: Callable[[], int], entropy: Callable[[int], bytes]) -> None:
        self._clock = clock
        self._identifier = f"signet-vc/discover/{entropy(12).hex()}"
        self._deadline: int | None = None
        self.begun = False

    def begin(self, meta: JsonObject) -> bytes:
        """The request. ``meta``: that of the call that needs it, whose client it speaks for."""
        self.begun = True
        self._deadline = self._clock() + _PATIENCE
        own = {name: value for name, value in meta.items() if name.startswith(_OWN_MEMBERS)}
        if isinstance(own.get(CLIENT_CAPABILITIES), dict):
            own[CLIENT_CAPABILITIES] = declare(own[CLIENT_CAPABILITIES])
        return dumps({"jsonrpc": "2.0", "id": self._identifier, "method": DISCOVER, "params": {"_meta": own}})

    def deadline(self) -> int | None:
        """Until when to wait, nanoseconds; in the past once it is answered; None if it is not under way."""
        return self._deadline

    def is_answer(self, identifier: Json) -> bool:
        """Whether an answer is to this request, which no client made and none must see; late ones too."""
        return self.begun and bool(identifier == self._identifier)

    def answered(self) -> None:
        """There is nothing more to wait for."""
        if self._deadline is not None:
            self._deadline = self._clock()

    def close(self) -> None:
        """Go on."""
        self._deadline = None
