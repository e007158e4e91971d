"""Whom an agent's calls are addressed to. FORMAT, *Where the audience comes from*."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from signet_vc.errors import Code, ProblemError, UnavailableError

if TYPE_CHECKING:
    from signet_vc.attestation.store import AttestationStore
    from signet_vc.mcp.settings import Settings

__all__ = ["FIRST_USE", "Audience"]

FIRST_USE: Final = "first-use"


class Audience:
    """The audience of one connection.

    configured: a DID or absolute URI, ``first-use``, or None. subject: what a DID is pinned for, the
    command or URL. Without a store a pin holds for this connection alone.
    """

    def __init__(self, configured: str | None, *, subject: str, store: AttestationStore | None) -> None:
        self._configured = configured
        self._subject = subject
        self._store = store
        self._settings: Settings | None = None
        self._pinned: str | None = None
        self.stripped = False

    @property
    def unknown(self) -> bool:
        """The server's settings would tell it, and have not been seen."""
        return self._configured == FIRST_USE and self._settings is None

    @property
    def known(self) -> str | None:
        """The audience, as far as it needs nobody to be asked."""
        return self._pinned if self._configured == FIRST_USE else self._configured

    @property
    def declared(self) -> bool:
        """The server has said that it attests."""
        return self._settings is not None

    def learn(self, settings: Settings | None) -> None:
        """What the server declared now. One that stops declaring is remembered as ``stripped``."""
        self.stripped = settings is None and self.declared
        if settings is not None:
            self._settings = settings

    async def resolve(self) -> str:
        """The audience.

        Raises:
            UnavailableError: ATTESTATION_UNAVAILABLE if there is none, STORE_UNAVAILABLE.
            ProblemError: PEER_CHANGED if another DID was pinned before.
        """
        if self._configured is not None and self._configured != FIRST_USE:
            return self._configured
        did = None if self._settings is None else self._settings.did
        if self._configured is None:
            raise UnavailableError("no audience is configured", code=Code.ATTESTATION_UNAVAILABLE)
        if did is None:
            reason = (
                "the server does not say that it attests; is `signet proxy --role server` in front of it?"
            )
            raise UnavailableError(reason, code=Code.ATTESTATION_UNAVAILABLE)
        if self._pinned is None:
            self._pinned = did if self._store is None else await self._store.pin(self._subject, did)
        if self._pinned != did:
            raise ProblemError.of(Code.PEER_CHANGED, f"{did} in place of {self._pinned}")
        return did
