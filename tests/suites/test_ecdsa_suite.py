"""W3C's suite for vc-di-ecdsa: both curves, the form of a signature, W3C's examples. See beside this too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from identities import ALL, P256, P384
from published import published_json
from suite_client import Endpoint, Suite, codes, issued, started, verified
from suite_fixtures import credential, secured

from signet_vc.codec.multibase import base58btc_decode, base58btc_encode
from signet_vc.keys.signing import Key
from signet_vc.proofs import data_integrity
from signet_vc.proofs.data_integrity import Controller

TAGS = ["ecdsa-rdfc-2019", "ecdsa-jcs-2019"]
VECTORS = {
    "ecdsa-rdfc-2019-p256": "ecdsa-rdfc-2019-p256/signedECDSAP256.json",
    "ecdsa-jcs-2019-p256": "ecdsa-jcs-2019-p256/signedJCSECDSAP256.json",
    "ecdsa-jcs-2019-p384": "ecdsa-jcs-2019-p384/signedJCSECDSAP384.json",
}
PUBLISHED = {name: published_json(f"vectors/w3c-vc-di-ecdsa/{path}") for name, path in VECTORS.items()}
ORDER = {
    "P-256": 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    "P-384": int(
        "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973",
        16,
    ),
}


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Suite]:
    with started(tmp_path_factory.mktemp("suite")) as made:
        yield made


@pytest.fixture(params=TAGS)
def tag(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=[P256, P384], ids=["P-256", "P-384"])
def key(request: pytest.FixtureRequest) -> Key:
    found: Key = request.param
    return found


@pytest.fixture
def verifier(suite: Suite, tag: str) -> Endpoint:
    return suite.verifier(tag)


@pytest.fixture
def valid(key: Key, tag: str) -> dict[str, Any]:
    return secured(key, credential("2.0", key.did), tag)


def with_value(document: dict[str, Any], signature: bytes) -> dict[str, Any]:
    return {**document, "proof": {**document["proof"], "proofValue": "z" + base58btc_encode(signature)}}


def signature_of(document: dict[str, Any]) -> bytes:
    return base58btc_decode(document["proof"]["proofValue"][1:])


# -- issuing --------------------------------------------------------------------------------------


def test_the_entry_says_which_curves_and_its_own_first(suite: Suite, tag: str) -> None:
    """The suite reads these members without looking whether they are there, and takes the first curve."""
    for entry in (suite.issuer(tag).entry, suite.verifier(tag).entry):
        assert entry["supportedEcdsaKeyTypes"] == ["P-256", "P-384"]
        assert entry["supports"]["vc"] == ["1.1", "2.0"]
    assert suite.issuer(tag).id.startswith("did:key:zDn")


@pytest.mark.parametrize("version", ["1.1", "2.0"])
@pytest.mark.parametrize(("curve", "size", "prefix"), [("p256", 64, "zDn"), ("p384", 96, "z82")])
def test_an_issuer_of_either_curve(
    suite: Suite, tag: str, version: str, curve: str, size: int, prefix: str
) -> None:
    """The manifest has one issuer a tag, of P-256: the one of P-384 is asked here, at its own path."""
    instance = f"{tag}-{curve}"
    address = f"/instances/{instance}/credentials/issue"
    did = issuer_of(suite, address)
    assert did.startswith(f"did:key:{prefix}")
    answer = suite.client.post(address, json={"credential": credential(version, did), "options": {}})
    document = issued(answer)
    proof = document["proof"]
    assert (proof["cryptosuite"], proof["proofValue"][0]) == (tag, "z")
    assert len(signature_of(document)) == size
    verified(suite.verifier(tag).verify(document))


def issuer_of(suite: Suite, address: str) -> str:
    """Whom an address issues for: what another document that it signs, a presentation, is signed by."""
    made = {"@context": ["https://www.w3.org/ns/credentials/v2"], "type": ["VerifiablePresentation"]}
    answer = suite.client.post(
        address.replace("credentials/issue", "presentations"), json={"presentation": made}
    )
    method: str = answer.json()["verifiablePresentation"]["proof"]["verificationMethod"]
    return method.partition("#")[0]


# -- the form of a signature ----------------------------------------------------------------------


def test_r_and_s_joined(verifier: Endpoint, key: Key, valid: dict[str, Any]) -> None:
    assert len(signature_of(valid)) == (64 if key is P256 else 96)
    verified(verifier.verify(valid))


def test_der_is_refused(verifier: Endpoint, valid: dict[str, Any]) -> None:
    signature = signature_of(valid)
    half = len(signature) // 2
    parts = [signature[:half].lstrip(b"\0"), signature[half:].lstrip(b"\0")]
    numbers = [bytes(each[0] >> 7) + each for each in parts]
    inner = b"".join([b"\x02" + bytes([len(each)]) + each for each in numbers])
    assert codes(verifier.verify(with_value(valid, b"\x30" + bytes([len(inner)]) + inner))) == {
        "PROOF_INVALID"
    }


def test_a_high_s_is_the_same_signature(verifier: Endpoint, key: Key, valid: dict[str, Any]) -> None:
    """Low s is not required; so a signature identifies nothing."""
    signature = signature_of(valid)
    half = len(signature) // 2
    s = ORDER[key.key_type.name] - int.from_bytes(signature[half:], "big")
    verified(verifier.verify(with_value(valid, signature[:half] + s.to_bytes(half, "big"))))


@pytest.mark.parametrize("part", ["r", "s"])
def test_a_half_of_zero_or_of_the_order_is_refused(
    verifier: Endpoint, key: Key, valid: dict[str, Any], part: str
) -> None:
    signature = signature_of(valid)
    half = len(signature) // 2
    for number in (0, ORDER[key.key_type.name]):
        filled = number.to_bytes(half, "big")
        value = filled + signature[half:] if part == "r" else signature[:half] + filled
        assert codes(verifier.verify(with_value(valid, value))) == {"PROOF_INVALID"}


def test_a_key_of_the_other_curve_is_not_the_signers(verifier: Endpoint, key: Key, tag: str) -> None:
    other = P384 if key is P256 else P256
    document = secured(key, credential("2.0", other.did), tag, verificationMethod=other.verification_method)
    assert codes(verifier.verify(document)) == {"PROOF_INVALID"}


def test_another_type_of_key_makes_no_ecdsa(verifier: Endpoint, tag: str) -> None:
    ed25519 = ALL["Ed25519"]
    document = secured(ed25519, credential("2.0", ed25519.did), tag)
    assert codes(verifier.verify(document)) == {"UNSUPPORTED_CRYPTOSUITE"}


# -- W3C's examples -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", VECTORS)
def test_deviation_d2_the_example_is_refused_as_its_signer_is_not_its_issuer(suite: Suite, name: str) -> None:
    """Its issuer is https://vc.example/issuers/5678, its signer a did:key that nothing ties to that."""
    document = PUBLISHED[name]
    answer = suite.verifier(document["proof"]["cryptosuite"]).verify(document, checks=["proof"])
    assert codes(answer) == {"KEY_NOT_CONTROLLED_BY_ISSUER"}


@pytest.mark.parametrize("name", VECTORS)
def test_deviation_d2_the_signature_of_the_example_verifies(name: str) -> None:
    document = PUBLISHED[name]
    signer = document["proof"]["verificationMethod"].partition("#")[0]
    assert data_integrity.verify(document, controller=signer).problems == ()
    assert data_integrity.verify(document, controller=Controller.ANY).problems == ()


@pytest.mark.parametrize("name", VECTORS)
def test_the_example_without_its_last_character_fails(suite: Suite, name: str) -> None:
    document = PUBLISHED[name]
    proof = document["proof"]
    shorter = {**document, "proof": {**proof, "proofValue": proof["proofValue"][:-1]}}
    codes(suite.verifier(proof["cryptosuite"]).verify(shorter, checks=["proof"]))
    found = data_integrity.verify(shorter, controller=Controller.ANY).problems
    assert {str(each.code) for each in found} == {"PROOF_INVALID"}
