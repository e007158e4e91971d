"""W3C's suites for vc-di-eddsa and vc-di-ecdsa, of verifiers: the checks that both run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from identities import AGENT, P256, P384
from suite_client import Endpoint, Suite, codes, refused, started, verified
from suite_fixtures import V2, credential, proof_over, secured

from signet_vc.codec import jcs
from signet_vc.codec.multibase import base58btc_decode, base58btc_encode
from signet_vc.keys.signing import Key
from signet_vc.proofs import data_integrity
from signet_vc.proofs.suite import hash_data
from signet_vc.proofs.suites import SUITES


class Kind(NamedTuple):
    """A tag, and a key that makes its proofs: the suite's own, nobody's that the verifier knows."""

    tag: str
    key: Key


KINDS = {
    "eddsa-rdfc-2022": Kind("eddsa-rdfc-2022", AGENT),
    "eddsa-jcs-2022": Kind("eddsa-jcs-2022", AGENT),
    "ecdsa-rdfc-2019-P-256": Kind("ecdsa-rdfc-2019", P256),
    "ecdsa-rdfc-2019-P-384": Kind("ecdsa-rdfc-2019", P384),
    "ecdsa-jcs-2019-P-256": Kind("ecdsa-jcs-2019", P256),
    "ecdsa-jcs-2019-P-384": Kind("ecdsa-jcs-2019", P384),
}


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Suite]:
    with started(tmp_path_factory.mktemp("suite")) as made:
        yield made


@pytest.fixture(scope="module", params=list(KINDS.values()), ids=list(KINDS))
def kind(request: pytest.FixtureRequest) -> Kind:
    found: Kind = request.param
    return found


@pytest.fixture(params=["2.0", "1.1"])
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def verifier(suite: Suite, kind: Kind) -> Endpoint:
    return suite.verifier(kind.tag)


@pytest.fixture
def unsecured(kind: Kind, version: str) -> dict[str, Any]:
    return credential(version, kind.key.did, to_sign=True)


@pytest.fixture
def valid(kind: Kind, unsecured: dict[str, Any]) -> dict[str, Any]:
    return secured(kind.key, unsecured, kind.tag)


def refusal(verifier: Endpoint, document: Any) -> set[str]:
    """What it is refused with; with ``checks``, as the suites ask, and without."""
    found = codes(verifier.verify(document, checks=["proof"]))
    assert found == codes(verifier.verify(document))
    return found


def changed(document: dict[str, Any], **members: Any) -> dict[str, Any]:
    """The same with members of its proof put in; one of None is taken out."""
    proof = {name: value for name, value in {**document["proof"], **members}.items() if value is not None}
    return {**document, "proof": proof}


# -- what must verify -----------------------------------------------------------------------------


@pytest.mark.parametrize("options", [{}, {"checks": ["proof"]}, {"unknown": True}])
def test_a_valid_credential_verifies(
    verifier: Endpoint, valid: dict[str, Any], options: dict[str, Any]
) -> None:
    verified(verifier.verify(valid, **options))


def test_options_may_be_absent(verifier: Endpoint, valid: dict[str, Any]) -> None:
    verified(verifier.post({"verifiableCredential": valid}))


def test_a_proof_needs_no_time(verifier: Endpoint, kind: Kind, unsecured: dict[str, Any]) -> None:
    verified(verifier.verify(secured(kind.key, unsecured, kind.tag, created=None)))


def test_another_implementations_credential_verifies(
    suite: Suite, verifier: Endpoint, kind: Kind, version: str
) -> None:
    """Interoperability: what our issuer issued, and what is signed here, by the one verifier."""
    issuer = suite.issuer(kind.tag)
    answer = issuer.issue(credential(version, issuer.id))
    verified(verifier.verify(answer.json()))


# -- the proof ------------------------------------------------------------------------------------


def test_without_a_proof(verifier: Endpoint, unsecured: dict[str, Any]) -> None:
    assert refusal(verifier, unsecured) == {"PROOF_MISSING"}


@pytest.mark.parametrize("proof", [None, [], "", "proof", 7, True, [None], [[]]])
def test_a_proof_that_is_none(verifier: Endpoint, valid: dict[str, Any], proof: Any) -> None:
    assert refusal(verifier, {**valid, "proof": proof})


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("type", "PROOF_INVALID"),
        ("cryptosuite", "PROOF_INVALID"),
        ("verificationMethod", "PROOF_INVALID"),
        ("proofPurpose", "PROOF_INVALID"),
        ("proofValue", "PROOF_INVALID"),
    ],
)
def test_a_member_that_was_taken_out(verifier: Endpoint, valid: dict[str, Any], name: str, code: str) -> None:
    assert refusal(verifier, changed(valid, **{name: None})) == {code}


@pytest.mark.parametrize("name", ["verificationMethod", "proofPurpose"])
def test_a_member_that_was_never_signed(
    verifier: Endpoint, kind: Kind, unsecured: dict[str, Any], name: str
) -> None:
    document = secured(kind.key, unsecured, kind.tag, **{name: None})
    assert refusal(verifier, document) == {"PROOF_INVALID"}


def test_a_type_that_is_not_data_integrity(verifier: Endpoint, kind: Kind, unsecured: dict[str, Any]) -> None:
    document = secured(kind.key, unsecured, kind.tag, type="UnknownProofType", untyped=True)
    assert refusal(verifier, document) == {"UNSUPPORTED_CRYPTOSUITE"}


def test_neither_type_nor_cryptosuite(verifier: Endpoint, kind: Kind, unsecured: dict[str, Any]) -> None:
    document = secured(kind.key, unsecured, kind.tag, type="", cryptosuite="", untyped=True)
    assert refusal(verifier, document)


def dropped_or_signed(kind: Kind, members: dict[str, Any], undefined: str) -> dict[str, Any]:
    """How others sign a member whose value no context defines: JCS signs it, RDF leaves it out."""
    if "jcs" in kind.tag:
        return members
    return {**members, undefined: None, "dropped": {undefined: members[undefined]}}


@pytest.mark.parametrize("name", ["UnknownCryptosuite", "unknown-cryptosuite-2017", "ecdsa-sd-2023", "", 7])
def test_a_cryptosuite_that_is_not_known(
    verifier: Endpoint, kind: Kind, unsecured: dict[str, Any], name: Any
) -> None:
    document = secured(kind.key, unsecured, kind.tag, cryptosuite=name)
    assert refusal(verifier, document) == {"PROOF_INVALID" if name == 7 else "UNSUPPORTED_CRYPTOSUITE"}


def test_a_cryptosuite_of_another_kind_of_key(
    verifier: Endpoint, kind: Kind, unsecured: dict[str, Any]
) -> None:
    other = "ecdsa-jcs-2019" if kind.key is AGENT else "eddsa-jcs-2022"
    document = secured(kind.key, unsecured, kind.tag, cryptosuite=other)
    assert refusal(verifier, document) == {"UNSUPPORTED_CRYPTOSUITE"}


@pytest.mark.parametrize(
    "method",
    ["did:key:invalidVm", "did:key:@invalidVm@", "did:key:invalidVm#invalidVm", "did:example:a#b", "", "a b"],
)
def test_a_verification_method_that_is_none(
    verifier: Endpoint, kind: Kind, unsecured: dict[str, Any], method: str
) -> None:
    document = secured(
        kind.key,
        unsecured,
        kind.tag,
        **dropped_or_signed(kind, {"verificationMethod": method}, "verificationMethod"),
    )
    assert refusal(verifier, document)


def test_a_verification_method_that_is_a_bare_did(
    verifier: Endpoint, kind: Kind, unsecured: dict[str, Any]
) -> None:
    assert refusal(verifier, secured(kind.key, unsecured, kind.tag, verificationMethod=kind.key.did))


@pytest.mark.parametrize(
    "purpose", ["authentication", "capabilityInvocation", "capabilityDelegation", "keyAgreement"]
)
def test_another_purpose_correctly_signed(
    verifier: Endpoint, kind: Kind, unsecured: dict[str, Any], purpose: str
) -> None:
    document = secured(kind.key, unsecured, kind.tag, proofPurpose=purpose)
    assert refusal(verifier, document) == {"PROOF_PURPOSE_MISMATCH"}


@pytest.mark.parametrize("purpose", ["invalidPurpose", "", 7])
def test_a_purpose_that_is_none(
    verifier: Endpoint, kind: Kind, unsecured: dict[str, Any], purpose: Any
) -> None:
    members = dropped_or_signed(kind, {"proofPurpose": purpose}, "proofPurpose")
    assert refusal(verifier, secured(kind.key, unsecured, kind.tag, **members))


def test_another_purpose_is_expected_than_the_proof_has(verifier: Endpoint, valid: dict[str, Any]) -> None:
    """The suites send this option too: what it asks for is not so."""
    refused(verifier.verify(valid, checks=["proof"], expectedProofPurpose="authentication"))


@pytest.mark.parametrize("created", ["invalidDate", "2024-05-06", "2024-13-06T07:08:09Z", 7])
def test_a_time_that_is_none(verifier: Endpoint, kind: Kind, unsecured: dict[str, Any], created: Any) -> None:
    assert refusal(verifier, secured(kind.key, unsecured, kind.tag, created=created)) == {"PROOF_INVALID"}


def test_a_proof_that_has_expired(verifier: Endpoint, kind: Kind, unsecured: dict[str, Any]) -> None:
    for expires in ("2024-05-07T00:00:00Z", "2024-05-07T00:00:00"):
        assert refusal(verifier, secured(kind.key, unsecured, kind.tag, expires=expires)) == {"EXPIRED"}


# -- its value ------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [0, "", "z", {}, [], "not-multibase-bs58-encoded!!"])
def test_a_value_that_is_none(verifier: Endpoint, valid: dict[str, Any], value: Any) -> None:
    assert refusal(verifier, changed(valid, proofValue=value)) == {"PROOF_INVALID"}


def test_a_value_of_null(verifier: Endpoint, valid: dict[str, Any]) -> None:
    assert refusal(verifier, {**valid, "proof": {**valid["proof"], "proofValue": None}}) == {"PROOF_INVALID"}


def test_a_value_without_its_multibase_letter(verifier: Endpoint, valid: dict[str, Any]) -> None:
    value = valid["proof"]["proofValue"]
    for other in (value[1:], "u" + value[1:], "Z" + value[1:], value[:-1], value + "1", "z1" + value[1:]):
        assert refusal(verifier, changed(valid, proofValue=other)) == {"PROOF_INVALID"}


def test_a_value_of_another_length(verifier: Endpoint, valid: dict[str, Any]) -> None:
    signature = base58btc_decode(valid["proof"]["proofValue"][1:])
    for other in (signature + bytes(32), signature[:-1], bytes(len(signature)), b""):
        value = "z" + base58btc_encode(other)
        assert refusal(verifier, changed(valid, proofValue=value)) == {"PROOF_INVALID"}


# -- what was signed ------------------------------------------------------------------------------


def test_anything_that_was_changed_after_signing(verifier: Endpoint, valid: dict[str, Any]) -> None:
    subject = valid["credentialSubject"]
    for members in (
        {"id": "urn:uuid:0e4ce4a5-23f7-4b2c-9a1e-3b6b8b7c2d11"},
        {"credentialSubject": {**subject, "licence": "PPL"}},
        {"type": ["VerifiableCredential"]},
    ):
        assert refusal(verifier, {**valid, **members}) == {"PROOF_INVALID"}
    assert refusal(verifier, changed(valid, created="2024-05-06T07:08:10Z")) == {"PROOF_INVALID"}


def test_a_term_that_was_added_after_signing(verifier: Endpoint, valid: dict[str, Any]) -> None:
    """If it were dropped the rest would verify."""
    subject = {**valid["credentialSubject"], "undefinedTerm": "IfDroppedWillVerify"}
    assert "UNDEFINED_TERM" in refusal(verifier, {**valid, "credentialSubject": subject})
    assert "UNDEFINED_TERM" in refusal(verifier, {**valid, "undefinedTerm": "IfDroppedWillVerify"})


def test_a_type_that_was_added_after_signing(verifier: Endpoint, valid: dict[str, Any]) -> None:
    assert "UNDEFINED_TERM" in refusal(verifier, {**valid, "type": [*valid["type"], "UndefinedType"]})


def test_an_undefined_term_that_was_signed_in(
    verifier: Endpoint, kind: Kind, unsecured: dict[str, Any]
) -> None:
    """An issuer without a safe mode signs what is left when the term is dropped; a JCS suite signs it all."""
    subject = {**unsecured["credentialSubject"], "undefinedTerm": "undefinedTerm"}
    whole = {**unsecured, "credentialSubject": subject}
    signed = whole if "jcs" in kind.tag else unsecured
    document = {**whole, "proof": proof_over(kind.key, signed, kind.tag)}
    assert refusal(verifier, document) == {"UNDEFINED_TERM"}


def test_a_base_that_was_there_when_it_was_signed(
    verifier: Endpoint, kind: Kind, unsecured: dict[str, Any]
) -> None:
    """With @base a relative type is an absolute one, and that is in the signed graph; without, it is none."""
    relative = {**unsecured, "type": [*unsecured["type"], "RelativeType"]}
    if "jcs" in kind.tag:
        based = {**relative, "@context": [*relative["@context"], {"@base": "https://base.example/"}]}
        proof = proof_over(kind.key, based, kind.tag)
    else:
        absolute = {**unsecured, "type": [*unsecured["type"], "https://base.example/RelativeType"]}
        proof = proof_over(kind.key, absolute, kind.tag)
        verified(verifier.verify({**absolute, "proof": proof}))
    assert "UNDEFINED_TERM" in refusal(verifier, {**relative, "proof": proof})


def test_another_canonicalization_than_the_suites(
    verifier: Endpoint, kind: Kind, unsecured: dict[str, Any]
) -> None:
    other = kind.tag.replace("rdfc", "JCS").replace("jcs", "rdfc").replace("JCS", "jcs")
    document = secured(kind.key, unsecured, other)
    assert refusal(verifier, changed(document, cryptosuite=kind.tag)) == {"PROOF_INVALID"}


def test_another_hash_than_the_keys(verifier: Endpoint, kind: Kind, unsecured: dict[str, Any]) -> None:
    """SHA-384 with a key of 256 bits, SHA-256 with one of 384."""
    made = SUITES[kind.tag]
    other = P256.key_type if kind.key is P384 else P384.key_type
    proof = {
        name: value
        for name, value in proof_over(kind.key, unsecured, kind.tag).items()
        if name != "proofValue"
    }
    digest = kind.key.key_type.digest
    configuration = made.configuration(proof, unsecured, kind.key.key_type).closed()
    message = hash_data(configuration, made.transform(unsecured, digest, None), other)
    proof["proofValue"] = "z" + base58btc_encode(kind.key.sign(message))
    assert refusal(verifier, {**unsecured, "proof": proof}) == {"PROOF_INVALID"}


# -- the document -------------------------------------------------------------------------------------


@pytest.mark.parametrize("document", ["", "a document", None, 7, [], {}, True])
def test_a_document_that_is_none(verifier: Endpoint, document: Any) -> None:
    assert refusal(verifier, document)


def test_a_document_as_text(verifier: Endpoint, valid: dict[str, Any]) -> None:
    assert refusal(verifier, jcs.canonicalize(valid).decode())


# -- this module ----------------------------------------------------------------------------------


def test_the_fixtures_verify_through_the_library(kind: Kind, valid: dict[str, Any]) -> None:
    """So that what is refused above is refused for what was done to it."""
    assert data_integrity.verify(valid, controller=kind.key.did).problems == ()
    assert V2 in valid["@context"] or "issuanceDate" in valid
