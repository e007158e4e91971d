"""Vouch, low level: ``data_integrity.verify_proof`` with the key handed over, and its RFC 8785.

Its higher level demands members of its own (an intent, a resource), and is not asked.
"""

from __future__ import annotations

import json
from typing import Any

from adapting import Case, Refused, data, did_key, serve
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from vouch.data_integrity import verify_proof
from vouch.jcs import canonicalize


def document(case: Case) -> None:
    """Verify the proof by the key that its method spells."""
    value = json.loads(data(case["input"]["document"]))
    proof = value["proof"]
    first = proof[0] if isinstance(proof, list) else proof
    _, key = did_key(first["verificationMethod"])
    if not verify_proof(value, Ed25519PublicKey.from_public_bytes(key)):
        raise Refused("the signature does not verify")


def jcs(case: Case) -> dict[str, Any]:
    """Canonicalize a parsed value."""
    return {"canonical": canonicalize(json.loads(data(case["input"]["json"]))).hex()}


suite = "w3c-vc-di-eddsa/eddsa-jcs-2022"
serve("vouch-protocol", {"jcs": jcs, "eddsa-jcs-2022": document, f"published/{suite}": document})
