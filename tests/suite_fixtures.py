"""What W3C's suites sign themselves, good and bad, and how they read what was issued.

``secured`` signs as an implementation would that is not ours: it refuses nothing, and leaves out what a
JSON-LD processor without a safe mode leaves out (``dropped``). ``expanded`` is PyLD alone, with the bundled
contexts.
"""

from __future__ import annotations

from typing import Any, Final

from pyld import jsonld

from signet_vc.codec.multibase import base58btc_encode
from signet_vc.keys.signing import Key
from signet_vc.proofs.suite import hash_data
from signet_vc.proofs.suites import SUITES
from signet_vc.resources import load_context

__all__ = [
    "CREATED",
    "DATA_INTEGRITY",
    "EXAMPLES",
    "V1",
    "V2",
    "credential",
    "expanded",
    "proof_over",
    "secured",
]

V1: Final = "https://www.w3.org/2018/credentials/v1"
V2: Final = "https://www.w3.org/ns/credentials/v2"
EXAMPLES: Final = "https://www.w3.org/ns/credentials/examples/v2"
DATA_INTEGRITY: Final = "https://w3id.org/security/data-integrity/v2"
CREATED: Final = "2024-05-06T07:08:09Z"

# As in the suites' own: an object as a context, whose terms stand below an @context of their own.
_TERMS: Final = {
    "@context": {"licence": "https://vocabulary.example/licence", "Pilot": "https://vocabulary.example/Pilot"}
}


def credential(version: str, issuer: Any, *, to_sign: bool = False, **members: Any) -> dict[str, Any]:
    """Make a credential of ``1.1`` or ``2.0``. A member of None is left out.

    to_sign: with the context of the proof, which an issuer of 1.1 has to add.
    """
    dates = (
        {"issuanceDate": "2024-01-02T03:04:05Z"}
        if version == "1.1"
        else {"validFrom": "2024-01-02T03:04:05Z"}
    )
    contexts: list[Any] = [V1 if version == "1.1" else V2, _TERMS]
    if to_sign and version == "1.1":
        contexts.append(DATA_INTEGRITY)
    made = {
        "@context": contexts,
        "id": "urn:uuid:0e4ce4a5-23f7-4b2c-9a1e-3b6b8b7c2d10",
        "type": ["VerifiableCredential", "Pilot"],
        "issuer": issuer,
        **dates,
        "credentialSubject": {"id": "did:example:pilot", "licence": "ATPL"},
        **members,
    }
    return {name: value for name, value in made.items() if value is not None}


def proof_over(
    key: Key,
    signed: dict[str, Any],
    suite: str,
    *,
    dropped: dict[str, Any] | None = None,
    untyped: bool = False,
    **members: Any,
) -> dict[str, Any]:
    """Sign exactly ``signed``.

    members: of the proof; None: left out. dropped: members that go unsigned. untyped: none of its members is
    defined, as they are those of a type that is not: an RDF suite signs the empty graph.
    """
    made = SUITES[suite]
    proof = {
        "type": "DataIntegrityProof",
        "cryptosuite": suite,
        "created": CREATED,
        "verificationMethod": key.verification_method,
        "proofPurpose": "assertionMethod",
        **({"@context": signed["@context"]} if made.pins_context else {}),
        **members,
    }
    proof = {name: value for name, value in proof.items() if value is not None}
    whole = made.pins_context or not untyped
    configuration = made.configuration(proof, signed, key.key_type).closed() if whole else b""
    transformed = made.transform(signed, key.key_type.digest, None)
    signature = key.sign(hash_data(configuration, transformed, key.key_type))
    return {**proof, **(dropped or {}), "proofValue": "z" + base58btc_encode(signature)}


def secured(key: Key, document: dict[str, Any], suite: str, **more: Any) -> dict[str, Any]:
    """Give ``document`` with a proof; ``more`` as ``proof_over`` has it."""
    return {**document, "proof": proof_over(key, document, suite, **more)}


def expanded(document: dict[str, Any]) -> dict[str, Any]:
    """Expand a document to its one node, with a JSON-LD processor that knows nothing of credentials."""
    nodes: list[dict[str, Any]] = jsonld.expand(document, {"documentLoader": _load})
    (node,) = nodes
    return node


def _load(url: str, _: Any) -> dict[str, Any]:
    return {
        "contentType": "application/ld+json",
        "contextUrl": None,
        "documentUrl": url,
        "document": load_context(url),
    }
