"""W3C's vectors at every intermediate step, and the template of usual proofs against RFC 8785 itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from proofs.published_vector import Vector
from published import published_json

from signet_vc.codec import jcs
from signet_vc.keys.multikey import secret_from_multibase
from signet_vc.keys.signing import Key
from signet_vc.proofs import data_integrity
from signet_vc.proofs.data_integrity import Controller
from signet_vc.proofs.jcs_suites import EDDSA_JCS_2022

# folder -> the suffix of its files' names
FOLDERS = {
    "w3c-vc-di-eddsa/eddsa-jcs-2022": "JCS",
    "w3c-vc-di-ecdsa/ecdsa-jcs-2019-p256": "JCSECDSAP256",
    "w3c-vc-di-ecdsa/ecdsa-jcs-2019-p384": "JCSECDSAP384",
}


@pytest.fixture(params=FOLDERS, ids=lambda folder: folder.rpartition("/")[2])
def vector(request):
    return Vector(request.param, FOLDERS[request.param])


def test_published_canonical_document(vector):
    assert vector.prepared().transformed.decode() == vector.text("canonDoc")


def test_published_proof_configuration(vector):
    prepared = vector.prepared()
    assert prepared.proof == vector.options
    assert prepared.configuration.closed().decode() == vector.text("proofCanon")


def test_published_hashes(vector):
    message = vector.prepared().message
    half = len(message) // 2
    assert message[:half].hex() == vector.text("proofHash")
    assert message[half:].hex() == vector.text("docHash")
    assert message.hex() == vector.text("combinedHash")


def test_published_signature(vector):
    signature = bytes.fromhex(vector.text("sigHex"))
    prepared = vector.prepared()
    assert vector.public_key.verify(signature, prepared.message)
    assert prepared.proof_value(signature) == vector.text("sigBTC58")
    assert prepared.finish(signature) == vector.signed


def test_published_credential_verifies(vector):
    result = data_integrity.verify(vector.signed, controller=Controller.ANY)
    assert result.problems == ()
    assert result.document == vector.unsigned
    assert result.cryptosuites == (vector.options["cryptosuite"],)
    assert result.verification_methods == (vector.options["verificationMethod"],)


def test_published_credential_is_not_that_of_its_issuer(vector):
    result = data_integrity.verify(vector.signed, controller=vector.signed["issuer"])
    assert [each.code for each in result.problems] == ["KEY_NOT_CONTROLLED_BY_ISSUER"]


def test_published_key_makes_the_published_signature():
    """Ed25519 has one signature for a message; ECDSA as many as there are nonces."""
    vector = Vector("w3c-vc-di-eddsa/eddsa-jcs-2022", FOLDERS["w3c-vc-di-eddsa/eddsa-jcs-2022"])
    pair = published_json("vectors/w3c-vc-di-eddsa/keyPair.json")
    key = Key.from_secret(*secret_from_multibase(pair["privateKeyMultibase"]))
    created = vector.options["created"]
    assert data_integrity.create(vector.unsigned, key, created=created) == vector.signed


# --- the template of usual proofs ---

TEXTS = st.text(max_size=20) | st.sampled_from(
    ["2026-03-30T11:37:25Z", '"', "\\", "\x7f", "\u2028", "é", "\U0001f600"]
)
JSON = TEXTS | st.none() | st.booleans() | st.integers(0, 1) | st.sampled_from([1.0, 0.0])


@given(
    contexts=st.lists(JSON, max_size=3) | TEXTS,
    members=st.fixed_dictionaries(
        {
            "created": JSON,
            "cryptosuite": JSON,
            "proofPurpose": JSON,
            "type": JSON,
            "verificationMethod": JSON,
        }
    ),
    others=st.dictionaries(st.sampled_from(["id", "domain", "zzz", "proofX"]), JSON, max_size=1),
)
def test_the_template_writes_what_rfc_8785_writes(contexts, members, others):
    options = {"@context": contexts, **members, **others}
    gap = EDDSA_JCS_2022.configure(options, "sha256")
    assert gap.closed() == jcs.canonicalize(options)
    assert gap.filled(b'"proofValue":"z1"') == jcs.canonicalize({**options, "proofValue": "z1"})


def test_the_template_does_not_mistake_a_number_for_what_equals_it():
    usual = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "created": "2026-03-30T11:37:25Z",
        "cryptosuite": "eddsa-jcs-2022",
        "proofPurpose": "assertionMethod",
        "type": "DataIntegrityProof",
        "verificationMethod": "did:key:z1#z1",
    }
    for value in (1, True, 1.0, "1"):
        for name in usual:
            options = {**usual, name: [value] if name == "@context" else value}
            assert EDDSA_JCS_2022.configure(options, "sha256").closed() == jcs.canonicalize(options)


def test_long_names_are_written_without_being_remembered():
    proof = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "created": "2026-03-30T11:37:25Z",
        "cryptosuite": "eddsa-jcs-2022",
        "proofPurpose": "assertionMethod",
        "type": "DataIntegrityProof",
        "verificationMethod": "did:web:" + "x" * 5000,
    }
    assert EDDSA_JCS_2022.configure(proof, "sha256").closed() == jcs.canonicalize(proof)


def test_a_value_that_is_there_is_left_out():
    proof = {"type": "DataIntegrityProof", "proofValue": "z1", "zzz": 1}
    without = {"type": "DataIntegrityProof", "zzz": 1}
    assert EDDSA_JCS_2022.configure(proof, "sha256") == EDDSA_JCS_2022.configure(without, "sha256")
