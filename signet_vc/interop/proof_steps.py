"""The intermediate values of a Data Integrity proof, by the names that cases give them."""

from __future__ import annotations

from signet_vc.codec.strict_json import JsonObject
from signet_vc.did.resolver import resolve_key
from signet_vc.proofs.data_integrity import SUITES
from signet_vc.proofs.suite import hash_data

__all__ = ["proof_steps"]


def proof_steps(document: JsonObject, proof: JsonObject) -> dict[str, str]:
    """What was hashed, as text, and the hashes, in hexadecimal; of a proof that verifies, under a did:key.

    ``document`` has all its proofs: of a chain, those that this one rests on are hashed with it.
    """
    method = proof["verificationMethod"]
    controller = method.partition("#")[0]
    key_type = resolve_key(method, controller=controller, purpose=proof["proofPurpose"]).key_type
    suite = SUITES[proof["cryptosuite"]]
    hashed = _hashed(document, proof)
    if suite.pins_context and "@context" in proof:
        hashed["@context"] = proof["@context"]
    configuration = suite.configuration(proof, hashed, key_type).closed()
    canonical = suite.transform(hashed, key_type.digest, None)
    combined = hash_data(configuration, canonical, key_type).hex()
    half = len(combined) // 2
    return {
        "canonicalDocument": canonical.decode(),
        "documentHash": combined[half:],
        "canonicalProofConfiguration": configuration.decode(),
        "proofConfigurationHash": combined[:half],
        "combinedHash": combined,
    }


def _hashed(document: JsonObject, proof: JsonObject) -> JsonObject:
    """The document without its proofs, but for those that ``proof`` rests on, in their order (§4.3)."""
    unsecured = {name: value for name, value in document.items() if name != "proof"}
    previous = proof.get("previousProof", [])
    named = previous if isinstance(previous, list) else [previous]
    if not named:
        return unsecured
    return {**unsecured, "proof": [each for each in document["proof"] if each.get("id") in named]}
