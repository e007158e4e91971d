"""Keys and credentials that many tests share. The first two keys are those of the format's worked example."""

from __future__ import annotations

from typing import Any, Final

from signet_vc.keys.signing import Key

__all__ = ["AGENT", "ALL", "P256", "P384", "SERVER", "STRANGER", "alumni_credential"]

AGENT: Final = Key.from_secret("Ed25519", bytes(range(0x20)))
SERVER: Final = Key.from_secret("Ed25519", bytes(range(0x20, 0x40)))
STRANGER: Final = Key.from_secret("Ed25519", bytes(range(0x40, 0x60)))
P256: Final = Key.from_secret("P-256", bytes(range(1, 33)))
P384: Final = Key.from_secret("P-384", bytes(range(1, 49)))
ALL: Final = {"Ed25519": AGENT, "P-256": P256, "P-384": P384}


def alumni_credential(issuer: str, **members: Any) -> dict[str, Any]:
    """Make a credential that has nothing to do with tool calls, as in W3C's vectors."""
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"],
        "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
        "type": ["VerifiableCredential", "AlumniCredential"],
        "name": "Alumni Credential",
        "issuer": issuer,
        "validFrom": "2023-01-01T00:00:00Z",
        "credentialSubject": {"id": "did:example:abcdefgh", "alumniOf": "The School of Examples"},
        **members,
    }
