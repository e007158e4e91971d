"""The one create and the one verify algorithm, on every kind of key."""

from __future__ import annotations

from copy import deepcopy

import pytest
from identities import AGENT, ALL, P256, P384, SERVER, alumni_credential
from proofs.signed_proofs import CREATED, signed_with

from signet_vc.codec.multibase import base58btc_decode, base58btc_encode
from signet_vc.did import key as did_key
from signet_vc.errors import ProblemError, UnavailableError, UsageError
from signet_vc.keys.signing import Key
from signet_vc.proofs import data_integrity
from signet_vc.proofs.data_integrity import SUITES, Controller, default_suite, prepare, verify
from signet_vc.proofs.suite import Suite, hash_data

CREDENTIALS_V2, EXAMPLES_V2 = alumni_credential("did:example:1")["@context"]
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@pytest.fixture(params=ALL)
def key(request):
    return ALL[request.param]


def secured(key=AGENT, **members):
    return data_integrity.create(alumni_credential(key.did, **members), key, created=CREATED)


def codes(document, key=AGENT, **arguments):
    result = verify(document, **{"controller": key.did, **arguments})
    assert (result.document is None) == bool(result.problems)
    return [str(each.code) for each in result.problems]


def pointers(document, key=AGENT):
    return [each.pointer for each in verify(document, controller=key.did).problems]


def changed(document, **members):
    """Change members of the proof; None takes one out."""
    proof = {**document["proof"], **members}
    return {**document, "proof": {name: value for name, value in proof.items() if value is not None}}


# --- creating ---


def test_what_is_created_verifies(key):
    document = secured(key)
    result = verify(document, controller=key.did, strict=True)
    assert result.problems == ()
    assert result.document == alumni_credential(key.did)
    assert result.cryptosuites == (document["proof"]["cryptosuite"],)
    assert result.verification_methods == (key.verification_method,)


def test_each_type_of_key_has_its_suite():
    assert {name: default_suite(each.key_type).name for name, each in ALL.items()} == {
        "Ed25519": "eddsa-jcs-2022",
        "P-256": "ecdsa-jcs-2019",
        "P-384": "ecdsa-jcs-2019",
    }


def test_creating_changes_nothing_that_is_given(key):
    document = alumni_credential(key.did)
    before = deepcopy(document)
    made = data_integrity.create(document, key, created=CREATED)
    assert document == before
    made["proof"]["@context"].append("changed")
    assert document == before


def test_p384_is_hashed_with_sha_384():
    lengths = [
        len(prepare(alumni_credential(each.did), suite=default_suite(each.key_type), key_type=each.key_type,
                    verification_method=each.verification_method, created=None).message)
        for each in (AGENT, P256, P384)
    ]  # fmt: skip
    assert lengths == [64, 64, 96]


def test_a_proof_needs_no_creation_time_and_no_context(key):
    document = {"issuer": key.did, "credentialSubject": {"a": 1}}
    made = signed_with(key, document, created=None)
    assert set(made["proof"]) == {"type", "cryptosuite", "verificationMethod", "proofPurpose", "proofValue"}
    assert codes(made, key) == []


def test_options_are_signed():
    made = signed_with(
        AGENT, alumni_credential(AGENT.did), domain=["a", "b"], challenge="c", id="urn:x:1", other=[1]
    )
    assert made["proof"]["domain"] == ["a", "b"]
    assert codes(made) == []
    for name in ("domain", "challenge", "id", "other"):
        assert codes(changed(made, **{name: "other"})) == ["PROOF_INVALID"]
        assert codes(changed(made, **{name: None})) == ["PROOF_INVALID"]


@pytest.mark.parametrize(
    "name",
    ["type", "cryptosuite", "verificationMethod", "proofPurpose", "proofValue", "created", "@context"],
)
def test_options_are_not_what_the_algorithm_writes(name):
    with pytest.raises(UsageError):
        prepare(
            {"issuer": AGENT.did},
            suite=default_suite(AGENT.key_type),
            key_type=AGENT.key_type,
            verification_method=AGENT.verification_method,
            created=None,
            options={name: "x"},
        )


@pytest.mark.parametrize(("suite", "key"), [("eddsa-jcs-2022", P256), ("ecdsa-jcs-2019", AGENT)])
def test_a_suite_takes_its_own_keys(suite, key):
    with pytest.raises(UsageError):
        data_integrity.create(alumni_credential(key.did), key, created=CREATED, suite=SUITES[suite])


@pytest.mark.parametrize("signature", [b"", bytes(63), bytes(65), bytes(96)])
def test_a_signature_of_another_length_is_not_put_in(signature):
    prepared = prepare(
        alumni_credential(AGENT.did),
        suite=default_suite(AGENT.key_type),
        key_type=AGENT.key_type,
        verification_method=AGENT.verification_method,
        created=CREATED,
    )
    with pytest.raises(UsageError):
        prepared.finish(signature)


def test_what_has_no_canonical_form_is_not_signed():
    with pytest.raises(ProblemError) as raised:
        secured(credentialSubject={"account": 2**53})
    assert [each.pointer for each in raised.value.problems] == ["/credentialSubject/account"]


# --- verifying: what is refused ---


@pytest.mark.parametrize("proof", [None, [], "absent"])
def test_threat_19_a_proof_that_is_not_there(proof):
    document = secured() | {"proof": proof}
    if proof == "absent":
        del document["proof"]
    assert codes(document) == ["PROOF_MISSING"]


@pytest.mark.parametrize("proof", ["proof", 1, True, {}, [None], [{}, "proof"], [[]]])
def test_threat_19_a_proof_that_is_none(proof):
    assert "PROOF_INVALID" in codes(secured() | {"proof": proof})


@pytest.mark.parametrize("value", [None, "", "z", 1, [], "x", "z0", "z" + "1" * 64, "u" + "A" * 86])
def test_threat_19_a_proof_without_its_value(value, key):
    assert codes(changed(secured(key), proofValue=value), key) == ["PROOF_INVALID"]


@pytest.mark.parametrize("name", ["type", "cryptosuite", "verificationMethod", "proofPurpose"])
@pytest.mark.parametrize("value", [None, 1, ["assertionMethod"], {}])
def test_a_proof_must_have_its_members(name, value):
    document = changed(secured(), **{name: value})
    assert codes(document) == ["PROOF_INVALID"]
    assert pointers(document) == [f"/proof/{name}"]


@pytest.mark.parametrize("value", ["Ed25519Signature2020", "dataIntegrityProof", ""])
def test_only_data_integrity_proofs_are_verified(value):
    assert codes(changed(secured(), type=value)) == ["UNSUPPORTED_CRYPTOSUITE"]


@pytest.mark.parametrize("value", ["EDDSA-JCS-2022", "", "mldsa44-jcs-2024", "bbs-2023"])
def test_only_known_cryptosuites_are_verified(value):
    assert codes(changed(secured(), cryptosuite=value)) == ["UNSUPPORTED_CRYPTOSUITE"]


def test_only_given_cryptosuites_are_verified():
    assert codes(secured(), suites={}) == ["UNSUPPORTED_CRYPTOSUITE"]
    assert codes(secured(), suites={"ecdsa-jcs-2019": SUITES["ecdsa-jcs-2019"]}) == [
        "UNSUPPORTED_CRYPTOSUITE"
    ]


def test_the_key_decides_which_suite_it_makes():
    assert codes(changed(secured(P256), cryptosuite="eddsa-jcs-2022"), P256) == ["UNSUPPORTED_CRYPTOSUITE"]
    assert codes(changed(secured(), cryptosuite="ecdsa-jcs-2019")) == ["UNSUPPORTED_CRYPTOSUITE"]


@pytest.mark.parametrize(
    "purpose", ["authentication", "capabilityInvocation", "keyAgreement", "AssertionMethod", ""]
)
def test_threat_16_a_proof_for_another_purpose(purpose):
    document = signed_with(AGENT, alumni_credential(AGENT.did), purpose=purpose)
    assert codes(document) == ["PROOF_PURPOSE_MISMATCH"]
    assert codes(changed(secured(), proofPurpose=purpose)) == ["PROOF_PURPOSE_MISMATCH"]


def test_threat_16_the_purpose_that_is_expected_verifies():
    document = signed_with(AGENT, alumni_credential(AGENT.did), purpose="authentication")
    assert codes(document, purpose="authentication") == []
    assert codes(secured(), purpose="authentication") == ["PROOF_PURPOSE_MISMATCH"]


FRAGMENT = AGENT.verification_method.partition("#")[2]
OTHER_FRAGMENT = SERVER.verification_method.partition("#")[2]


@pytest.mark.parametrize(
    ("verification_method", "code"),
    [
        (SERVER.verification_method, "KEY_NOT_CONTROLLED_BY_ISSUER"),
        (f"{AGENT.did}#{OTHER_FRAGMENT}", "KEY_NOT_CONTROLLED_BY_ISSUER"),
        (f"{SERVER.did}#{FRAGMENT}", "KEY_NOT_CONTROLLED_BY_ISSUER"),
        (f"{AGENT.did}#key-1", "KEY_NOT_CONTROLLED_BY_ISSUER"),
        (AGENT.did, "KEY_INVALID"),
        (f"{AGENT.did}#", "KEY_INVALID"),
        (f"#{FRAGMENT}", "VERIFICATION_METHOD_URL_INVALID"),
    ],
)
def test_threat_17_a_verification_method_that_is_not_the_issuers(verification_method, code):
    document = signed_with(AGENT, alumni_credential(AGENT.did), verification_method=verification_method)
    assert codes(document) == [code]
    assert pointers(document) == ["/proof/verificationMethod"]


def test_threat_17_another_key_under_the_issuers_name():
    document = signed_with(SERVER, alumni_credential(AGENT.did))
    assert codes(document) == ["KEY_NOT_CONTROLLED_BY_ISSUER"]
    renamed = signed_with(SERVER, alumni_credential(AGENT.did), verification_method=AGENT.verification_method)
    assert codes(renamed) == ["PROOF_INVALID"]
    assert codes(document, controller=Controller.ANY) == []  # tells only that nothing was changed since


def test_threat_17_every_key_verifies_its_own(key):
    assert codes(secured(key), key) == []


def test_threat_50_a_signature_says_whose_it_is():
    """The issuer is signed: a proof moved to another issuer's credential verifies under neither key."""
    document = secured()
    stolen = {**document, "issuer": SERVER.did}
    assert codes(stolen, SERVER) == ["KEY_NOT_CONTROLLED_BY_ISSUER"]
    assert codes(changed(stolen, verificationMethod=SERVER.verification_method), SERVER) == ["PROOF_INVALID"]


SMALL_ORDER = "did:key:z6MkeXATEjyXENzBXBxgC5EHk2JE5aqd7qMGGtDpLUH1e2Sj"  # the identity


def test_threat_50_a_key_under_which_one_signature_fits_every_message():
    proof = {
        **secured()["proof"],
        "verificationMethod": f"{SMALL_ORDER}#{SMALL_ORDER.removeprefix('did:key:')}",
        "proofValue": "z" + base58btc_encode(b"\x01" + bytes(63)),
    }
    for controller in (SMALL_ORDER, Controller.ANY):
        document = {**alumni_credential(SMALL_ORDER), "proof": proof}
        assert codes(document, controller=controller) == ["KEY_INVALID"]


@pytest.mark.parametrize("name", ["created", "expires"])
@pytest.mark.parametrize(
    "value", ["", "yesterday", "2026-03-30", "2026-02-30T00:00:00Z", "2026-03-30T11:37:60Z", 1, [], True]
)
def test_a_time_that_is_none(name, value):
    created = {"created": value} if name == "created" else {"expires": value}
    document = signed_with(AGENT, alumni_credential(AGENT.did), **created)
    assert codes(document) == ["PROOF_INVALID"]
    assert pointers(document) == [f"/proof/{name}"]


@pytest.mark.parametrize(
    "value",
    ["2026-03-30T11:37:25Z", "2026-03-30T11:37:25.123+02:00", "2026-03-30T24:00:00", "12026-03-30T00:00:00Z"],
)
def test_a_time_of_xml_schema(value):
    document = signed_with(AGENT, alumni_credential(AGENT.did), created=value, expires=value)
    assert codes(document) == []


def test_problems_of_the_document_point_into_the_document():
    document = secured()
    document["credentialSubject"]["account"] = 2**60
    assert pointers(document) == ["/credentialSubject/account"]


def test_without_a_resolver_other_dids_are_not_verified():
    with pytest.raises(UnavailableError):
        verify(
            signed_with(
                AGENT, alumni_credential("did:web:example.com"), verification_method="did:web:example.com#1"
            ),
            controller="did:web:example.com",
        )


def test_a_resolver_gives_the_keys_of_other_dids():
    did = "did:web:example.com"
    document = did_key.document(P256.did)
    renamed = {
        "id": did,
        "verificationMethod": [{**document["verificationMethod"][0], "id": f"{did}#1", "controller": did}],
        "assertionMethod": [f"{did}#1"],
    }

    class Resolver:
        def resolve(self, asked):
            assert asked == did
            return renamed

    credential = signed_with(P256, alumni_credential(did), verification_method=f"{did}#1")
    assert codes(credential, controller=did, resolver=Resolver()) == []
    assert codes(changed(credential, verificationMethod=f"{did}#2"), controller=did, resolver=Resolver()) == [
        "KEY_INVALID"
    ]


# --- one spelling ---


def test_threat_30_a_proof_value_has_one_spelling(key):
    document = secured(key)
    value = document["proof"]["proofValue"]
    for other in (
        "z1" + value[1:],
        value + " ",
        " " + value,
        value[:-1],
        value + "1",
        value.replace("z", "Z", 1),
        "u" + value[1:],
        value[1:],
    ):
        assert codes(changed(document, proofValue=other), key) == ["PROOF_INVALID"]
    with_zero = "z1" + base58btc_encode(bytes(key.key_type.signature_length - 1))
    assert codes(changed(document, proofValue=with_zero), key) == ["PROOF_INVALID"]


def test_threat_28_s_beyond_the_order_is_refused():
    document = secured()
    raw = base58btc_decode(document["proof"]["proofValue"][1:], 64)
    order = 2**252 + 27742317777372353535851937790883648493
    beyond = raw[:32] + (int.from_bytes(raw[32:], "little") + order).to_bytes(32, "little")
    assert codes(changed(document, proofValue="z" + base58btc_encode(beyond))) == ["PROOF_INVALID"]


def test_threat_28_the_second_spelling_of_an_ecdsa_signature():
    """VC-DI-ECDSA does not demand a low s; the attestation format does, or one statement had two digests."""
    document = secured(P256)
    raw = base58btc_decode(document["proof"]["proofValue"][1:], 64)
    high = raw[:32] + (P256_ORDER - int.from_bytes(raw[32:], "big")).to_bytes(32, "big")
    other = changed(document, proofValue="z" + base58btc_encode(high))
    assert codes(other, P256) == []
    assert codes(other, P256, strict=True) == ["PROOF_INVALID"]
    assert codes(document, P256, strict=True) == []


# --- contexts: §3.3.2 step 4 ---


def test_contexts_appended_after_signing_are_not_signed_and_not_handed_out():
    document = secured()
    document["@context"] = [*document["@context"], "https://www.w3.org/ns/credentials/undefined-terms/v2"]
    result = verify(document, controller=AGENT.did)
    assert result.problems == ()
    assert result.document == alumni_credential(AGENT.did)


@pytest.mark.parametrize(
    "context",
    [
        [EXAMPLES_V2, CREDENTIALS_V2],
        [CREDENTIALS_V2],
        [EXAMPLES_V2],
        [],
        ["https://w3id.org/signet-vc/v1", CREDENTIALS_V2, EXAMPLES_V2],
        CREDENTIALS_V2,
        None,
        [True],
        {"@vocab": "https://example.org/"},
    ],
)
def test_threat_15_a_context_that_does_not_begin_with_the_proofs(context):
    assert codes({**secured(), "@context": context}) == ["CONTEXT_MISMATCH"]


def test_threat_15_a_context_that_was_taken_out():
    document = secured()
    del document["@context"]
    assert codes(document) == ["CONTEXT_MISMATCH"]


def test_threat_15_the_proofs_context_is_signed():
    document = secured()
    assert codes(changed(document, **{"@context": [CREDENTIALS_V2]})) == ["PROOF_INVALID"]
    assert codes(changed(document, **{"@context": []})) == ["CONTEXT_MISMATCH"]
    without = changed(document, **{"@context": None})
    assert codes(without) == ["PROOF_INVALID"]  # an implementation that fills it in would accept


def test_a_proof_without_context_is_hashed_without():
    """As some implementations make them: nothing of the document's context is cut then."""
    document = alumni_credential(AGENT.did)
    proof = {
        name: value for name, value in secured()["proof"].items() if name not in {"@context", "proofValue"}
    }
    suite = SUITES["eddsa-jcs-2022"]
    message = hash_data(
        suite.configure(proof, "sha256").closed(), suite.transform(document, "sha256", None), AGENT.key_type
    )
    made = {**document, "proof": {**proof, "proofValue": "z" + base58btc_encode(AGENT.sign(message))}}
    assert codes(made) == []
    assert codes({**made, "@context": [*made["@context"], "https://www.w3.org/ns/cid/v1"]}) == [
        "PROOF_INVALID"
    ]


def test_contexts_are_compared_as_json():
    inline = {"@vocab": "https://example.org/", "x": {"@id": "a", "@type": "@json"}}
    document = signed_with(AGENT, alumni_credential(AGENT.did, **{"@context": [CREDENTIALS_V2, inline]}))
    assert codes(document) == []
    reordered = {"x": {"@type": "@json", "@id": "a"}, "@vocab": "https://example.org/"}
    assert codes({**document, "@context": [CREDENTIALS_V2, reordered]}) == []
    one = signed_with(AGENT, alumni_credential(AGENT.did, **{"@context": [CREDENTIALS_V2, {"a": 1}]}))
    assert codes({**one, "@context": [CREDENTIALS_V2, {"a": True}]}) == ["CONTEXT_MISMATCH"]


def test_a_single_context_may_be_written_without_its_list():
    document = signed_with(AGENT, alumni_credential(AGENT.did, **{"@context": CREDENTIALS_V2}))
    assert codes(document) == []
    result = verify({**document, "@context": [CREDENTIALS_V2, EXAMPLES_V2]}, controller=AGENT.did)
    assert result.document["@context"] == CREDENTIALS_V2


def test_a_canonical_form_at_hand_is_not_used_for_another_document():
    document = secured()
    prepared = prepare(
        alumni_credential(AGENT.did),
        suite=default_suite(AGENT.key_type),
        key_type=AGENT.key_type,
        verification_method=AGENT.verification_method,
        created=CREATED,
    )
    unsecured = {name: value for name, value in document.items() if name != "proof"}
    assert codes(document, unsecured=(unsecured, prepared.transformed)) == []
    longer = {**document, "@context": [*document["@context"], "https://www.w3.org/ns/cid/v1"]}
    unsecured = {**unsecured, "@context": longer["@context"]}
    assert codes(longer, unsecured=(unsecured, b"not what the proof's contexts give")) == []


def test_a_suite_of_another_kind_is_a_row():
    """RDF suites hash the options under the document's context and write none into the proof."""
    jcs_suite = SUITES["eddsa-jcs-2022"]
    other = Suite(
        name="eddsa-other-2022",
        key_types=("Ed25519",),
        transform=lambda document, digest, _: jcs_suite.transform(document, digest, None),
        configure=jcs_suite.configure,
        pins_context=False,
    )
    made = data_integrity.create(alumni_credential(AGENT.did), AGENT, created=CREATED, suite=other)
    assert "@context" not in made["proof"]
    suites = {**SUITES, other.name: other}
    assert codes(made, suites=suites) == []
    assert codes({**made, "@context": [CREDENTIALS_V2]}, suites=suites) == ["PROOF_INVALID"]
    assert codes(made) == ["UNSUPPORTED_CRYPTOSUITE"]


def test_a_key_of_another_method_signs_too():
    key = Key.from_secret("P-384", bytes(range(1, 49)), verification_method="did:web:example.com#k")
    document = data_integrity.create(alumni_credential(key.did), key, created=CREATED)
    assert document["proof"]["verificationMethod"] == "did:web:example.com#k"
