"""awr, low level: the signature of eddsa-jcs-2022 proofs, and RFC 8785."""

from __future__ import annotations

import json
from typing import Any

from adapting import Case, Refused, data, did_key, serve
from awr.jcs import canonicalize
from awr.proof import verify_document_signature


def document(case: Case) -> None:
    """Verify every proof, each by the key that its method spells."""
    value = json.loads(data(case["input"]["document"]))
    proofs = value["proof"] if isinstance(value["proof"], list) else [value["proof"]]
    if not proofs:
        raise Refused("no proof")
    for proof in proofs:
        _, key = did_key(proof["verificationMethod"])
        if not verify_document_signature(value, proof, key):
            raise Refused("the signature does not verify")


def jcs(case: Case) -> dict[str, Any]:
    """Canonicalize a parsed value."""
    return {"canonical": canonicalize(json.loads(data(case["input"]["json"]))).hex()}


suite = "w3c-vc-di-eddsa/eddsa-jcs-2022"
serve("awr", {"jcs": jcs, "eddsa-jcs-2022": document, f"published/{suite}": document})
