"""Proofs that tests make themselves, good or bad, step by step as the suites' specifications say."""

from __future__ import annotations

from typing import Any

from signet_vc.codec.multibase import base58btc_encode
from signet_vc.keys.signing import Key
from signet_vc.proofs.suite import hash_data
from signet_vc.proofs.suites import SUITES, default_suite

__all__ = ["CREATED", "proof_over", "proof_set", "signed_with"]

CREATED = "2026-03-30T11:37:25Z"


def proof_over(key: Key, signed: dict[str, Any], **members: Any) -> dict[str, Any]:
    """Make a proof of ``key`` over exactly ``signed``; a member of None is left out.

    ``verification_method`` and ``purpose`` are members too, by these names.
    """
    suite = SUITES.get(members.get("cryptosuite", ""), default_suite(key.key_type))
    proof = {
        "type": "DataIntegrityProof",
        "cryptosuite": suite.name,
        "created": CREATED,
        "verificationMethod": members.pop("verification_method", key.verification_method),
        "proofPurpose": members.pop("purpose", "assertionMethod"),
        **({"@context": signed["@context"]} if suite.pins_context and "@context" in signed else {}),
        **members,
    }
    proof = {name: value for name, value in proof.items() if value is not None}
    digest = key.key_type.digest
    configuration = suite.configuration(proof, signed, key.key_type).closed()
    message = hash_data(configuration, suite.transform(signed, digest, None), key.key_type)
    return {**proof, "proofValue": "z" + base58btc_encode(key.sign(message))}


def signed_with(key: Key, document: dict[str, Any], **members: Any) -> dict[str, Any]:
    """Give ``document``, which has no proof, with one of ``key``."""
    return {**document, "proof": proof_over(key, document, **members)}


def proof_set(*documents: dict[str, Any]) -> dict[str, Any]:
    """Give the first document with the proofs of all."""
    return {**documents[0], "proof": [each["proof"] for each in documents]}
