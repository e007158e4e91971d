"""W3C's suites for vc-di-eddsa and vc-di-ecdsa, of issuers: the checks that both run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from suite_client import Endpoint, Suite, codes, issued, started, verified
from suite_fixtures import DATA_INTEGRITY, EXAMPLES, V1, V2, credential, expanded

from signet_vc.codec.multibase import base58btc_decode

TAGS = ["eddsa-rdfc-2022", "eddsa-jcs-2022", "ecdsa-rdfc-2019", "ecdsa-jcs-2019"]
SECURITY = "https://w3id.org/security#"
BASE58 = re.compile(r"z[1-9A-HJ-NP-Za-km-z]+\Z")
STAMP = re.compile(
    r"-?([1-9]\d{3,}|0\d{3})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
    r"T(([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?|24:00:00(\.0+)?)(Z|[+-]((0\d|1[0-3]):[0-5]\d|14:00))\Z"
)
LD = 'application/ld+json;profile="https://w3id.org/did-resolution"'


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Suite]:
    with started(tmp_path_factory.mktemp("suite")) as made:
        yield made


@pytest.fixture(scope="module", params=TAGS)
def tag(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module", params=["2.0", "1.1"])
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def issuer(suite: Suite, tag: str) -> Endpoint:
    return suite.issuer(tag)


@pytest.fixture(scope="module")
def document(issuer: Endpoint, version: str) -> dict[str, Any]:
    assert version in issuer.entry["supports"]["vc"]
    made: dict[str, Any] = issued(issuer.issue(credential(version, issuer.id)))
    return made


@pytest.fixture(scope="module")
def proof(document: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = document["proof"]
    assert isinstance(made, dict)
    return made


def url(text: str) -> bool:
    return bool(urlsplit(text).scheme) and not any(each.isspace() for each in text)


# -- the form of the proof ------------------------------------------------------------------------


def test_what_was_given_is_secured_and_nothing_else_is_changed(
    issuer: Endpoint, version: str, document: dict[str, Any]
) -> None:
    given = credential(version, issuer.id)
    contexts = document["@context"]
    assert contexts[: len(given["@context"])] == given["@context"]
    assert {**document, "@context": given["@context"], "proof": None} == {**given, "proof": None}


def test_the_proof_is_of_the_type_and_the_cryptosuite(proof: dict[str, Any], tag: str) -> None:
    assert (proof["type"], proof["cryptosuite"], proof["proofPurpose"]) == (
        "DataIntegrityProof",
        tag,
        "assertionMethod",
    )


def test_its_members_have_the_form_that_they_must(proof: dict[str, Any]) -> None:
    for name in ("created", "expires"):
        assert name not in proof or STAMP.match(proof[name])
    assert "id" not in proof or url(proof["id"])
    for name in ("challenge", "previousProof", "nonce", "domain"):
        assert name not in proof or isinstance(proof[name], str)
    assert "challenge" not in proof or "domain" in proof


def test_its_members_map_to_urls_under_the_context_that_is_returned(
    document: dict[str, Any], proof: dict[str, Any], tag: str
) -> None:
    assert V2 in document["@context"] or DATA_INTEGRITY in document["@context"]
    own = {name: value for name, value in proof.items() if name != "@context"}
    node = expanded({"@context": document["@context"], **own})
    assert node["@type"] == [SECURITY + "DataIntegrityProof"]
    assert node[SECURITY + "verificationMethod"] == [{"@id": proof["verificationMethod"]}]
    assert node[SECURITY + "proofPurpose"] == [{"@id": SECURITY + "assertionMethod"}]
    assert node[SECURITY + "cryptosuite"] == [{"@type": SECURITY + "cryptosuiteString", "@value": tag}]
    assert url(proof["verificationMethod"])


def test_the_type_and_the_cryptosuite_map_where_they_stand_alone(
    document: dict[str, Any], proof: dict[str, Any], tag: str
) -> None:
    alone = {"@context": document["@context"], "type": proof["type"], "cryptosuite": proof["cryptosuite"]}
    node = expanded(alone)
    assert node == {
        "@type": [SECURITY + "DataIntegrityProof"],
        SECURITY + "cryptosuite": [{"@type": SECURITY + "cryptosuiteString", "@value": tag}],
    }


def test_the_value_is_base58btc_of_a_signature_of_64_bytes(proof: dict[str, Any]) -> None:
    assert BASE58.match(proof["proofValue"])
    assert len(base58btc_decode(proof["proofValue"][1:])) == 64


def test_a_jcs_proof_has_the_context_of_the_document(
    document: dict[str, Any], proof: dict[str, Any], tag: str
) -> None:
    assert ("@context" in proof) == ("jcs" in tag)
    assert proof.get("@context", document["@context"]) == document["@context"]


def test_the_key_resolves_to_a_multikey_for_assertions(suite: Suite, proof: dict[str, Any], tag: str) -> None:
    method = proof["verificationMethod"]
    controller = method.partition("#")[0]
    resolver = suite.resolver("did-key")
    answer = resolver.resolve(controller, LD)
    assert answer.status_code == 200
    found = answer.json()["didDocument"]
    (key,) = [each for each in found["verificationMethod"] if each["id"] == method]
    assert (key["type"], key["controller"]) == ("Multikey", controller)
    assert BASE58.match(key["publicKeyMultibase"])
    assert key["publicKeyMultibase"].startswith("z6Mk" if tag.startswith("eddsa") else "zDn")
    assert method in found[proof["proofPurpose"]]


@pytest.mark.parametrize("options", [{}, {"checks": ["proof"]}])
def test_what_was_issued_verifies(
    suite: Suite, document: dict[str, Any], tag: str, options: dict[str, Any]
) -> None:
    verified(suite.verifier(tag).verify(document, **options))


# -- what is injected -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "added"),
    [([V1], [DATA_INTEGRITY]), ([V1, DATA_INTEGRITY], []), ([V2], []), ([V2, EXAMPLES], [])],
)
def test_a_context_is_added_where_nothing_defines_a_proof(
    issuer: Endpoint, given: list[str], added: list[str]
) -> None:
    version = "1.1" if V1 in given else "2.0"
    plain = credential(
        version, issuer.id, type=["VerifiableCredential"], credentialSubject={"id": "did:example:a"}
    )
    plain["@context"] = given
    assert issued(issuer.issue(plain))["@context"] == [*given, *added]


# -- what an issuer refuses -----------------------------------------------------------------------


def test_an_undefined_type_is_not_issued(issuer: Endpoint, version: str) -> None:
    made = credential(version, issuer.id)
    made["type"] = [*made["type"], "UndefinedType"]
    assert "UNDEFINED_TERM" in codes(issuer.issue(made))


def test_an_undefined_term_in_the_subject_is_not_issued(issuer: Endpoint, version: str) -> None:
    made = credential(version, issuer.id)
    made["credentialSubject"]["undefinedTerm"] = "undefinedTerm"
    assert "UNDEFINED_TERM" in codes(issuer.issue(made))


def test_a_credential_without_a_subject_is_not_issued(issuer: Endpoint, version: str) -> None:
    assert "INVALID_CREDENTIAL" in codes(issuer.issue(credential(version, issuer.id, credentialSubject=None)))


def test_an_issuer_that_the_key_does_not_control_is_not_issued_for(issuer: Endpoint, version: str) -> None:
    made = credential(version, "did:example:somebody-else")
    assert codes(issuer.issue(made)) == {"KEY_NOT_CONTROLLED_BY_ISSUER"}
