"""Contexts that a document brings itself: taken where the signature covers them, and nowhere else."""

from __future__ import annotations

from typing import Any

import pytest
from identities import AGENT, P256, alumni_credential
from proofs.signed_proofs import signed_with

from signet_vc import Policy, sign, verify
from signet_vc.errors import Code

V2 = "https://www.w3.org/ns/credentials/v2"
TERMS = {"payer": "https://example.com/payer", "payee": "https://example.com/payee"}
CROSSED = {"payer": TERMS["payee"], "payee": TERMS["payer"]}
RDF = {"eddsa-rdfc-2022": AGENT, "ecdsa-rdfc-2019": P256}


def payment(issuer: str, context: dict[str, str] = TERMS) -> dict[str, Any]:
    return alumni_credential(
        issuer,
        **{"@context": [V2, context], "type": "VerifiableCredential"},
        credentialSubject={"id": "urn:payment:1", "payer": "Alice", "payee": "Bob"},
    )


def found(document: Any, **policy: Any) -> list[tuple[Code, str]]:
    result = verify(document, Policy(trust_any=True, **policy))
    assert result.verified == (not result.problems)
    return [(each.code, each.pointer) for each in result.problems]


@pytest.mark.parametrize("how", [{}, {"securing": "jws"}, {"securing": "sd-jwt"}, {"securing": "cose"}])
def test_an_inline_context_that_is_signed_is_taken(how: dict[str, Any]) -> None:
    assert found(sign(payment(AGENT.did), AGENT, **how)) == []


@pytest.mark.parametrize("suite", RDF)
def test_threat_15_an_inline_context_that_is_not_signed_is_refused(suite: str) -> None:
    """The signed graph says that Alice pays. So does this document, to whoever expands it; read as it stands,
    it says that Bob does.
    """
    key = RDF[suite]
    honest = signed_with(key, payment(key.did), cryptosuite=suite)
    swapped = {
        **honest,
        "@context": [V2, CROSSED],
        "credentialSubject": {"id": "urn:payment:1", "payer": "Bob", "payee": "Alice"},
    }
    for document in (honest, swapped):
        assert found(document) == [(Code.UNKNOWN_CONTEXT, "/@context")]
        assert found(document, inline_contexts=True) == []  # whoever asks for that has to expand
    changed = {**honest, "credentialSubject": swapped["credentialSubject"]}
    assert (Code.PROOF_INVALID, "/proof") in found(changed, inline_contexts=True)


def test_threat_15_a_context_after_what_the_proof_repeats_is_not_signed() -> None:
    """JCS suites hash the contexts of the proof, with which the document's only have to begin."""
    honest = sign(alumni_credential(AGENT.did), AGENT)
    extended = {**honest, "@context": [*honest["@context"], {"alumniOf": "https://example.com/other"}]}
    assert found(honest) == []
    assert (Code.UNKNOWN_CONTEXT, "/@context") in found(extended)


def test_threat_15_a_context_inside_is_one_too() -> None:
    key = RDF["eddsa-rdfc-2022"]
    document = alumni_credential(key.did, **{"@context": [V2], "type": "VerifiableCredential"})
    document["credentialSubject"] = {"@context": TERMS, "id": "urn:payment:1", "payer": "Alice"}
    assert found(sign(document, key)) == []
    rdf = signed_with(key, document, cryptosuite="eddsa-rdfc-2022")
    assert found(rdf) == [(Code.UNKNOWN_CONTEXT, "/@context")]
    assert found(rdf, inline_contexts=True) == []
