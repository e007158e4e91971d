"""Chains: each signer numbers its credentials for a peer and links each to the one before.

FORMAT, `chain`, `sequence`, `previousDigest`: a chain belongs to one process and one peer, so a gap
or a fork shows, and no peer sees how much another one calls.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from signet_vc.codec.multibase import base64url_encode

__all__ = ["Chain", "Chains"]

_MAX_PEERS: Final = 10_000  # a peer beyond that starts a new chain; bounds memory against many peers


@dataclass(slots=True, eq=False)
class Chain:
    """One chain: its name, how many credentials it has, and the last one's digest."""

    name: str
    sequence: int = 0
    previous: str | None = None
    retired: bool = False

    def members(self) -> dict[str, Any]:
        """The chain members of the credential that comes next."""
        members: dict[str, Any] = {"chain": self.name, "sequence": self.sequence + 1}
        if self.previous is not None:
            members["previousDigest"] = self.previous
        return members

    def advance(self, digest: str) -> None:
        """Count the credential that was signed with ``members()``."""
        self.sequence += 1
        self.previous = digest

    def retire(self) -> None:
        """Nothing more may follow: a credential of this chain was lost before it was recorded."""
        self.retired = True


class Chains:
    """The chains of one signer, by peer.

    A chain is taken while a credential is being signed and given back after it. A signer that
    answers at once so has one chain a peer; one that must be awaited gets another chain for each
    signature under way, instead of a lock.
    """

    def __init__(self, entropy: Callable[[int], bytes]) -> None:
        self._entropy = entropy
        self._free: OrderedDict[str, list[Chain]] = OrderedDict()

    def take(self, peer: str) -> Chain:
        """A chain of this peer's that nobody else holds and that is not retired."""
        free = self._free.get(peer, [])
        while free:
            chain = free.pop()
            if not chain.retired:
                return chain
        return Chain(name=base64url_encode(self._entropy(12)))

    def give_back(self, peer: str, chain: Chain) -> None:
        """The next credential for this peer may continue the chain."""
        self._free.setdefault(peer, []).append(chain)
        self._free.move_to_end(peer)
        while len(self._free) > _MAX_PEERS:
            self._free.popitem(last=False)
