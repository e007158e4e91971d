"""What the engine asks of a store: durable records, nonces claimed once, pins.

Every method raises ``UnavailableError`` when it cannot do its work; the engine then fails closed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Protocol

__all__ = ["AttestationStore", "Claim", "Record", "RefusedCall"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One credential as evidence: its exact secured text and what is needed to check it.

    ``secured``: CANON text of the credential with its proof, or the compact JWS; under ``both`` the
    former, and the latter in ``jws``. ``salts`` and ``values`` (of committed members) are secret.
    ``received_at``: nanoseconds. The rest repeats members of the credential, for queries:
    ``issuer``, ``tool``, ``outcome`` (None for a request), ``request_digest`` (of a response: the
    request that it answers, None if that was unattested).
    """

    digest: str
    kind: Literal["request", "response"]
    received_at: int
    secured: str
    jws: str | None = None
    salts: Mapping[str, str] = field(default_factory=dict, repr=False)
    values: Mapping[str, Any] = field(default_factory=dict, repr=False)
    issuer: str
    tool: str
    outcome: str | None = None
    request_digest: str | None = None


class Claim(NamedTuple):
    """A nonce to be claimed once: (issuer, audience, nonce), kept until ``expires_at`` (ns)."""

    issuer: str
    audience: str
    nonce: str
    valid_from: int
    expires_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedCall:
    """A call refused before it was authenticated: nothing in it is proven, and it names no agent.

    ``side``: whether this side refused as ``server`` (a call) or as ``agent`` (an answer).
    """

    at: int
    side: Literal["agent", "server"]
    tool: str
    codes: tuple[str, ...]
    detail: str


class AttestationStore(Protocol):
    """Durable evidence. One contract test runs on every implementation."""

    async def record(self, record: Record, *, claim: Claim | None = None) -> bool:
        """Keep ``record`` durably, claiming the nonce in the same transaction.

        False, and nothing kept, if the nonce was claimed before. A digest that is there already is
        left as it is.
        """

    async def refuse(self, refused: RefusedCall) -> None:
        """Keep the fact of a refusal, durably; bounded in number, oldest dropped first."""

    async def get(self, digest: str) -> Record | None:
        """The record with this digest."""

    async def pin(self, subject: str, did: str) -> str:
        """Pin ``did`` for ``subject`` (a command or URL) unless one is pinned; the pinned one."""
