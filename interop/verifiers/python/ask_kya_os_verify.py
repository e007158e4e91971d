"""kya-os-verify: what did:key identifiers spell (Ed25519 alone), and RFC 8785.

Its request proofs are a form of their own, of which no case here is one.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from typing import Any

import adapting
from adapting import Case, Unsupported, data, serve, text
from kya_os_verify import did_key_to_jwk
from kya_os_verify.jcs import jcs_bytes


def did_key(case: Case) -> dict[str, Any]:
    """Read the key of a did:key; other types than Ed25519 are not its business."""
    did = text(case["input"]["did"])
    if is_of_another_type(did):
        raise Unsupported("Ed25519 alone")
    key = did_key_to_jwk(did)["x"]
    return {"publicKeyHex": urlsafe_b64decode(key + "=" * (-len(key) % 4)).hex()}


def is_of_another_type(did: str) -> bool:
    """Whether it can be read, and spells a key of another type."""
    try:
        return adapting.did_key(did)[0] != "Ed25519"
    except Exception:  # noqa: BLE001 - that it cannot be read is for the implementation to say
        return False


def jcs(case: Case) -> dict[str, Any]:
    """Canonicalize a parsed value."""
    return {"canonical": jcs_bytes(json.loads(data(case["input"]["json"]))).hex()}


serve("kya-os-verify", {"did-key": did_key, "jcs": jcs})
