"""The key with which targets sign what they were given, so that an input gets past the signature."""

from __future__ import annotations

from typing import Any

from signet_vc import Policy, SigningKey

__all__ = ["KEYS", "POLICY", "issued_by"]

KEYS = tuple(
    SigningKey.from_secret(name, bytes([7]) * length)
    for name, length in (("Ed25519", 32), ("P-256", 32), ("P-384", 48))
)
POLICY = Policy(trust_any=True)


def issued_by(document: dict[str, Any], did: str) -> dict[str, Any]:
    """Give the document with that issuer; an object that names one keeps its other members."""
    issuer = document.get("issuer")
    return {**document, "issuer": {**issuer, "id": did} if isinstance(issuer, dict) else did}
