"""The RDF suites: W3C's vectors at every intermediate step, and every statement of a document counts."""

from __future__ import annotations

import pytest
from identities import AGENT, ALL, P384, alumni_credential
from mutation import mutants
from proofs.published_vector import Vector
from proofs.signed_proofs import CREATED, proof_over, signed_with
from published import published_json

from signet_vc import resources
from signet_vc.codec import rdfc
from signet_vc.codec.multibase import base58btc_decode
from signet_vc.errors import Code, ProblemError, UsageError
from signet_vc.keys.multikey import secret_from_multibase
from signet_vc.keys.signing import Key
from signet_vc.proofs import data_integrity
from signet_vc.proofs.data_integrity import Controller, default_suite
from signet_vc.proofs.gap import Whole
from signet_vc.proofs.rdfc_suites import ECDSA_RDFC_2019, EDDSA_RDFC_2022, with_proof_terms

# folder -> the suffix of its files' names
FOLDERS = {
    "w3c-vc-di-eddsa/eddsa-rdfc-2022": "DataInt",
    "w3c-vc-di-ecdsa/ecdsa-rdfc-2019-p256": "ECDSAP256",
}
SUITE_OF = {"Ed25519": EDDSA_RDFC_2022, "P-256": ECDSA_RDFC_2019, "P-384": ECDSA_RDFC_2019}


@pytest.fixture(params=FOLDERS, ids=lambda folder: folder.rpartition("/")[2])
def vector(request):
    return Vector(request.param, FOLDERS[request.param])


def test_published_canonical_document(vector):
    assert vector.prepared().transformed.decode().strip() == vector.text("canonDoc")


def test_published_proof_configuration(vector):
    prepared = vector.prepared()
    assert {**prepared.proof, "@context": vector.unsigned["@context"]} == vector.options
    assert prepared.configuration.closed().decode().strip() == vector.text("proofCanon")


def test_published_hashes(vector):
    message = vector.prepared().message
    assert message[:32].hex() == vector.text("proofHash")
    assert message[32:].hex() == vector.text("docHash")
    assert message.hex() == vector.text("combinedHash")


def test_published_signature(vector):
    signature = bytes.fromhex(vector.text("sigHex"))
    prepared = vector.prepared()
    assert vector.public_key.verify(signature, prepared.message)
    assert prepared.proof_value(signature) == vector.text("sigBTC58")
    assert prepared.finish(signature) == vector.signed


def test_published_document_verifies_and_shortened_does_not(vector):
    assert not data_integrity.verify(vector.signed, controller=Controller.ANY).problems
    proof = vector.signed["proof"]
    shorter = {**vector.signed, "proof": {**proof, "proofValue": proof["proofValue"][:-1]}}
    problems = data_integrity.verify(shorter, controller=Controller.ANY).problems
    assert [each.code for each in problems] == [Code.PROOF_INVALID]


def test_published_ed25519_signature_is_made_again():
    vector = Vector("w3c-vc-di-eddsa/eddsa-rdfc-2022", FOLDERS["w3c-vc-di-eddsa/eddsa-rdfc-2022"])
    pair = published_json("vectors/w3c-vc-di-eddsa/keyPair.json")
    key = Key.from_secret(*secret_from_multibase(pair["privateKeyMultibase"]))
    prepared = vector.prepared()
    assert prepared.finish(key.sign(prepared.message)) == vector.signed


@pytest.mark.parametrize("name", ["Set1", "Set2", "Chain1", "Chain2"])
def test_published_sets_and_chains_verify(name):
    signed = published_json(f"vectors/w3c-vc-di-eddsa/proof-set-chain/signedProof{name}.json")
    result = data_integrity.verify(signed, controller=Controller.ANY)
    assert not result.problems
    assert set(result.cryptosuites) == {"eddsa-rdfc-2022"}


# -- every key type --------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ALL.values(), ids=ALL)
def test_a_proof_verifies_and_another_document_does_not(key):
    unsigned = alumni_credential(key.did)
    suite = SUITE_OF[key.key_type.name]
    signed = data_integrity.create(unsigned, key, created=CREATED, suite=suite)
    assert "@context" not in signed["proof"]
    assert signed["proof"]["cryptosuite"] == suite.name
    result = data_integrity.verify(signed, controller=key.did, strict=True)
    assert (result.problems, result.document, result.cryptosuites) == ((), unsigned, (suite.name,))
    other = {**signed, "name": "Another"}
    problems = data_integrity.verify(other, controller=key.did).problems
    assert [each.code for each in problems] == [Code.PROOF_INVALID]


def test_p384_hashes_with_sha384_inside_and_outside():
    unsigned = alumni_credential(P384.did)
    unsigned["credentialSubject"] = [{"alumniOf": each} for each in "abcdefgh"]
    prepared = data_integrity.prepare(
        unsigned,
        suite=ECDSA_RDFC_2019,
        key_type=P384.key_type,
        verification_method=P384.verification_method,
        created=CREATED,
    )
    assert len(base58btc_decode(prepared.proof_value(P384.sign(prepared.message))[1:])) == 96
    assert len(prepared.message) == 96
    assert prepared.transformed == rdfc.canonicalize(unsigned, digest="sha384")
    assert prepared.transformed != rdfc.canonicalize(unsigned)


def test_a_suite_takes_its_own_keys():
    for suite, key in ((EDDSA_RDFC_2022, P384), (ECDSA_RDFC_2019, AGENT)):
        with pytest.raises(UsageError):
            data_integrity.create(alumni_credential(key.did), key, created=CREATED, suite=suite)


def test_the_suite_of_a_key_stays_the_jcs_one():
    assert {name: default_suite(key.key_type).name for name, key in ALL.items()} == {
        "Ed25519": "eddsa-jcs-2022",
        "P-256": "ecdsa-jcs-2019",
        "P-384": "ecdsa-jcs-2019",
    }


def test_what_is_hashed_in_rdf_is_not_stored_in_it():
    whole = Whole(b"a graph", b"")
    assert whole.closed() == b"a graph"
    with pytest.raises(UsageError):
        whole.filled(b'"proofValue":"z1"')


# -- what counts -----------------------------------------------------------------------------------


def graph_of(document):
    try:
        return rdfc.canonicalize({name: value for name, value in document.items() if name != "proof"})
    except ProblemError:
        return None


def test_every_statement_is_signed():
    """What a change leaves of the graph still verifies: an order, or one value for a list of that one."""
    signed = signed_with(AGENT, alumni_credential(AGENT.did), cryptosuite="eddsa-rdfc-2022")
    same = set()
    for pointer, mutant in mutants(signed):
        if not data_integrity.verify(mutant, controller=AGENT.did).problems:
            assert mutant["proof"] == signed["proof"]
            assert graph_of(mutant) == graph_of(signed)
            same.add(pointer)
    arrays = {"/@context", "/@context/1", "/type", "/type/1"}
    assert same <= arrays | {"/name", "/issuer", "/validFrom", "/credentialSubject/alumniOf"}


@pytest.mark.parametrize(
    ("members", "code", "pointer"),
    [
        ({"evil": "x"}, Code.UNDEFINED_TERM, "/proof/evil"),
        ({"created": None}, Code.UNDEFINED_TERM, "/proof/created"),
        ({"nonce": ["a", None]}, Code.UNDEFINED_TERM, "/proof/nonce"),
    ],
)
def test_a_member_of_the_proof_that_no_graph_holds_is_refused(members, code, pointer):
    unsigned = alumni_credential(AGENT.did, **{"@context": resources.CREDENTIALS_V2})
    unsigned["type"] = "VerifiableCredential"
    unsigned["credentialSubject"] = {"id": "did:example:a"}
    signed = signed_with(AGENT, unsigned, cryptosuite="eddsa-rdfc-2022")
    signed["proof"] |= members
    problems = data_integrity.verify(signed, controller=AGENT.did).problems
    assert (problems[0].code, problems[0].pointer) in {
        (code, pointer),
        (Code.PROOF_INVALID, pointer),  # the form of the member is looked at before
    }


def test_a_context_in_the_proof_is_not_the_one_that_is_hashed():
    unsigned = alumni_credential(AGENT.did)
    signed = signed_with(AGENT, unsigned, cryptosuite="eddsa-rdfc-2022")
    other = {**signed, "proof": {**signed["proof"], "@context": resources.CREDENTIALS_V2}}
    assert not data_integrity.verify(other, controller=AGENT.did).problems
    assert EDDSA_RDFC_2022.configuration(other["proof"], unsigned, AGENT.key_type).closed() == (
        EDDSA_RDFC_2022.configuration(signed["proof"], unsigned, AGENT.key_type).closed()
    )


# -- the context of a proof ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("context", "added"),
    [
        (resources.CREDENTIALS_V1, [resources.CREDENTIALS_V1, resources.DATA_INTEGRITY_V2]),
        ([resources.CREDENTIALS_V1], [resources.CREDENTIALS_V1, resources.DATA_INTEGRITY_V2]),
        ([resources.CREDENTIALS_V2], None),
        (resources.CREDENTIALS_V2, None),
        ([resources.CREDENTIALS_V1, resources.DATA_INTEGRITY_V2], None),
    ],
)
def test_an_issuer_adds_the_terms_of_a_proof_where_there_are_none(context, added):
    document = {"@context": context, "issuer": "urn:i"}
    found = with_proof_terms(document)
    if added is None:
        assert found is document
    else:
        assert found == {"@context": added, "issuer": "urn:i"}
        assert document["@context"] is context


def test_a_document_without_a_context_is_given_none():
    assert with_proof_terms({"a": 1}) == {"a": 1}


def test_a_credential_of_version_1_1_can_be_signed():
    unsigned = {
        "@context": [resources.CREDENTIALS_V1],
        "type": ["VerifiableCredential"],
        "issuer": AGENT.did,
        "issuanceDate": "2023-01-01T00:00:00Z",
        "credentialSubject": {"id": "did:example:a"},
    }
    with pytest.raises(ProblemError) as caught:
        proof_over(AGENT, unsigned, cryptosuite="eddsa-rdfc-2022")
    assert caught.value.codes[0] == Code.UNDEFINED_TERM
    signed = signed_with(AGENT, with_proof_terms(unsigned), cryptosuite="eddsa-rdfc-2022")
    assert not data_integrity.verify(signed, controller=AGENT.did).problems
