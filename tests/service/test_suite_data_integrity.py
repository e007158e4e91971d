"""What W3C's suites for the EdDSA and ECDSA cryptosuites ask of a service, found by its manifest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from identities import AGENT, P256, STRANGER
from proofs.signed_proofs import proof_over
from published import published_json
from vc_service import V1, V2, Running, credential_of, running

from signet_vc.codec import rdfc
from signet_vc.keys.multikey import public_from_multibase
from signet_vc.keys.signing import Key
from signet_vc.proofs import data_integrity
from signet_vc.proofs.data_integrity import Controller

DATA_INTEGRITY = "https://w3id.org/security/data-integrity/v2"
TAGS = ["eddsa-jcs-2022", "eddsa-rdfc-2022", "ecdsa-jcs-2019", "ecdsa-rdfc-2019"]
VERSIONS = ["1.1", "2.0"]
ABSENT = "(absent)"  # compared by identity; its repr is the same in every test process
OTHER = Key.from_secret("P-256", bytes(range(2, 34)))
# The issuers of what the suites sign themselves.
SIGNERS = {tag: AGENT if tag.startswith("eddsa") else P256 for tag in TAGS}


@pytest.fixture(scope="module")
def service() -> Iterator[Running]:
    with running(tls=True) as made:
        yield made


class Suite:
    """The issuer and the verifier that a suite finds under its tag."""

    def __init__(self, service: Running, tag: str) -> None:
        manifest = service.get("/implementation.json").json()
        (self.issuer,) = [each for each in manifest["issuers"] if tag in each["tags"]]
        (self.verifier,) = [each for each in manifest["verifiers"] if tag in each["tags"]]
        self.service = service
        self.tag = tag

    def credential(self, version: str, **members: Any) -> dict[str, Any]:
        if version == "2.0":
            return credential_of(**{"issuer": self.issuer["id"], **members})
        dates = {"issuanceDate": "2020-03-10T04:24:12.164Z"}
        return credential_of(**{"issuer": self.issuer["id"], "@context": [V1], **dates, **members})

    def issue(self, credential: Any) -> Any:
        return self.service.post(
            self.issuer["endpoint"], {"credential": credential, "options": self.issuer["options"]}
        )

    def issued(self, version: str, **members: Any) -> Any:
        answer = self.issue(self.credential(version, **members))
        assert answer.status_code in {200, 201}, answer.text
        return answer.json()

    def verifies(self, credential: Any) -> bool:
        body = {"verifiableCredential": credential, "options": {"checks": ["proof"]}}
        answer = self.service.post(self.verifier["endpoint"], body)
        assert answer.status_code in {200, 400}
        assert answer.json()["verified"] is (answer.status_code == 200)
        assert not answer.json().get("errors")
        return answer.status_code == 200


@pytest.fixture(params=TAGS)
def suite(service: Running, request: pytest.FixtureRequest) -> Suite:
    return Suite(service, request.param)


# -- issuing ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", VERSIONS)
def test_the_proof_is_one(suite: Suite, version: str) -> None:
    proof = suite.issued(version)["proof"]
    assert (proof["type"], proof["cryptosuite"]) == ("DataIntegrityProof", suite.tag)
    assert re.fullmatch(r"z[1-9A-HJ-NP-Za-km-z]+", proof["proofValue"])
    did, _, fragment = proof["verificationMethod"].partition("#")
    assert did == suite.issuer["id"]
    assert public_from_multibase(fragment).did == did
    resolved = suite.service.get(f"/1.0/identifiers/{did}").json()["didDocument"]
    (method,) = resolved["verificationMethod"]
    assert (method["id"], method["type"]) == (proof["verificationMethod"], "Multikey")
    assert method["publicKeyMultibase"].startswith("z")
    assert proof["verificationMethod"] in resolved["assertionMethod"]


@pytest.mark.parametrize("version", VERSIONS)
def test_the_terms_of_the_proof_map_under_the_context_that_came_back(suite: Suite, version: str) -> None:
    issued = suite.issued(version)
    (expanded,) = rdfc.expand(issued)
    ((proof,),) = [graph["@graph"] for graph in expanded["https://w3id.org/security#proof"]]
    assert proof["@type"] == ["https://w3id.org/security#DataIntegrityProof"]
    (cryptosuite,) = proof["https://w3id.org/security#cryptosuite"]
    assert cryptosuite["@type"] == "https://w3id.org/security#cryptosuiteString"
    for name in ("verificationMethod", "proofPurpose", "proofValue"):
        assert proof[f"https://w3id.org/security#{name}"]


def test_a_context_is_added_to_1_1_and_none_to_2_0(suite: Suite) -> None:
    assert suite.issued("1.1")["@context"] == [V1, DATA_INTEGRITY]
    assert suite.issued("2.0")["@context"] == [V2]


def test_the_proofs_context_is_the_documents(suite: Suite) -> None:
    issued = suite.issued("2.0")
    if "jcs" in suite.tag:
        assert issued["proof"]["@context"] == issued["@context"]
    else:
        assert "@context" not in issued["proof"]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    "members",
    [
        {"type": ["VerifiableCredential", "UndefinedType"]},
        {"credentialSubject": {"id": "did:example:a", "undefinedTerm": "a"}},
        {"credentialSubject": None},
        {"issuer": STRANGER.did},
    ],
)
def test_what_is_not_issued(suite: Suite, version: str, members: dict[str, Any]) -> None:
    assert suite.issue(suite.credential(version, **members)).status_code == 400


# -- verifying -------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_issued_verifies(suite: Suite, version: str) -> None:
    assert suite.verifies(suite.issued(version))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("type", "UnknownProofType"),
        ("type", ABSENT),
        ("verificationMethod", ABSENT),
        ("proofPurpose", ABSENT),
        ("proofValue", ABSENT),
        ("proofValue", None),
        ("cryptosuite", "unknown-2000"),
        ("cryptosuite", ABSENT),
    ],
)
def test_a_broken_proof_does_not_verify(suite: Suite, version: str, member: str, value: Any) -> None:
    issued = suite.issued(version)
    issued["proof"].pop(member)
    if value is not ABSENT:
        issued["proof"][member] = value
    assert not suite.verifies(issued)


def test_a_value_without_its_multibase_letter_does_not_verify(suite: Suite) -> None:
    issued = suite.issued("2.0")
    issued["proof"]["proofValue"] = issued["proof"]["proofValue"][1:]
    assert not suite.verifies(issued)


@pytest.mark.parametrize("proof", [None, ABSENT, [], {}, "proof"])
def test_without_a_proof_nothing_verifies(suite: Suite, proof: Any) -> None:
    issued = suite.issued("2.0")
    del issued["proof"]
    if proof is not ABSENT:
        issued["proof"] = proof
    assert not suite.verifies(issued)


@pytest.mark.parametrize("document", ["a string", None, 7, []])
def test_a_document_that_is_none_does_not_verify(suite: Suite, document: Any) -> None:
    assert not suite.verifies(document)


def made(tag: str, document: dict[str, Any], **members: Any) -> dict[str, Any]:
    """A credential with a proof that the suite makes itself."""
    return {**document, "proof": proof_over(SIGNERS[tag], document, cryptosuite=tag, **members)}


def test_a_purpose_that_was_signed_and_is_not_assertion_does_not_verify(suite: Suite) -> None:
    document = credential_of(SIGNERS[suite.tag].did)
    assert suite.verifies(made(suite.tag, document))
    assert not suite.verifies(made(suite.tag, document, purpose="authentication"))
    assert not suite.verifies(made(suite.tag, document, purpose="capabilityInvocation"))


def test_an_undefined_term_that_was_signed_does_not_verify(suite: Suite) -> None:
    document = credential_of(SIGNERS[suite.tag].did)
    undefined = {**document, "credentialSubject": {"id": "did:example:a", "undefinedTerm": "a"}}
    if "jcs" in suite.tag:
        assert not suite.verifies(made(suite.tag, undefined))
    else:  # the suite signs what its own library lets through: the document without the term
        assert not suite.verifies({**undefined, "proof": made(suite.tag, document)["proof"]})


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    "change",
    [
        {"type": ["VerifiableCredential", "UndefinedType"]},
        {"undefinedTerm": "a"},
        {"credentialSubject": {"id": "did:example:a", "undefinedTerm": "a"}},
        {"issuer": STRANGER.did},
    ],
)
def test_what_was_added_does_not_verify(suite: Suite, version: str, change: dict[str, Any]) -> None:
    assert not suite.verifies({**suite.issued(version), **change})


def test_a_base_that_was_taken_away_leaves_a_relative_type(suite: Suite) -> None:
    base = {"@base": "https://www.w3.org/ns/relative/"}
    types = ["VerifiableCredential", "RelativeType"]
    document = credential_of(SIGNERS[suite.tag].did, type=types)
    if "jcs" in suite.tag:
        signed = made(suite.tag, {**document, "@context": [V2, base]})
        assert not suite.verifies(
            {**signed, "@context": [V2], "proof": {**signed["proof"], "@context": [V2]}}
        )
        assert not suite.verifies(made(suite.tag, document))
    else:
        proof = made(suite.tag, credential_of(SIGNERS[suite.tag].did))["proof"]
        assert not suite.verifies({**document, "proof": proof})


# -- sets and chains -------------------------------------------------------------------------------

FIRST, SECOND = (
    "urn:uuid:26329423-bec9-4b2e-88cb-a7c7d9dc4544",
    "urn:uuid:8cc9022b-6b14-4cf3-8571-74972c5feb54",
)


def proofs(tag: str, *, previous: Any = None) -> dict[str, Any]:
    """A credential that a stranger signed first, then its issuer, whose proof may rest on the stranger's."""
    document = credential_of(SIGNERS[tag].did)
    stranger = STRANGER if tag.startswith("eddsa") else OTHER
    first = proof_over(stranger, document, cryptosuite=tag, id=FIRST)
    before = document if previous is None else {**document, "proof": [first]}
    second = proof_over(SIGNERS[tag], before, cryptosuite=tag, id=SECOND, previousProof=previous)
    return {**document, "proof": [first, second]}


@pytest.mark.parametrize("previous", [None, FIRST, [FIRST]])
def test_d1_a_set_and_a_chain_of_two_signers_verify(suite: Suite, previous: Any) -> None:
    """D1: every proof must verify, one must be the issuer's, and the other signer is told of."""
    document = proofs(suite.tag, previous=previous)
    assert suite.verifies(document)
    body = {"verifiableCredential": document}
    told = suite.service.post(suite.verifier["endpoint"], body).json()
    assert told["issuer"] == SIGNERS[suite.tag].did
    assert told["warnings"]


@pytest.mark.parametrize("previous", ["urn:uuid:missing", ["urn:uuid:missing"], 7, [7], SECOND])
def test_a_chain_that_rests_on_nothing_does_not_verify(suite: Suite, previous: Any) -> None:
    assert not suite.verifies(proofs(suite.tag, previous=previous))


@pytest.mark.parametrize("broken", [0, 1])
@pytest.mark.parametrize("previous", [None, FIRST])
def test_d1_every_proof_must_verify(suite: Suite, previous: Any, broken: int) -> None:
    document = proofs(suite.tag, previous=previous)
    document["proof"][broken] = {**document["proof"][broken], "created": "2020-01-01T00:00:00Z"}
    assert not suite.verifies(document)


def test_d1_without_the_issuers_proof_it_does_not_verify(suite: Suite) -> None:
    document = proofs(suite.tag)
    assert not suite.verifies({**document, "proof": document["proof"][:1]})


# -- W3C's signed examples -------------------------------------------------------------------------

EXAMPLES = {
    "ecdsa-jcs-2019": "vectors/w3c-vc-di-ecdsa/ecdsa-jcs-2019-p256/signedJCSECDSAP256.json",
    "ecdsa-rdfc-2019": "vectors/w3c-vc-di-ecdsa/ecdsa-rdfc-2019-p256/signedECDSAP256.json",
}


@pytest.mark.parametrize("tag", sorted(EXAMPLES))
def test_d2_a_signer_that_is_not_the_issuer_is_refused_though_the_signature_holds(
    service: Running, tag: str
) -> None:
    """D2: the examples name an https issuer and are signed by a did:key: the service takes no such word."""
    document = published_json(EXAMPLES[tag])
    assert document["issuer"] != document["proof"]["verificationMethod"].partition("#")[0]
    suite = Suite(service, tag)
    assert not suite.verifies(document)
    assert not data_integrity.verify(document, controller=Controller.ANY).problems
    cut = {**document, "proof": {**document["proof"], "proofValue": document["proof"]["proofValue"][:-1]}}
    assert data_integrity.verify(cut, controller=Controller.ANY).problems
    assert not suite.verifies(cut)
