"""Issuing and verifying credentials over HTTP: what is issued verifies, what is wrong is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from vc_service import V1, V2, Running, credential_of, running

from signet_vc.credential import enveloped

EMBEDDED = [
    "eddsa-jcs-2022",
    "eddsa-rdfc-2022",
    "ecdsa-jcs-2019-p256",
    "ecdsa-jcs-2019-p384",
    "ecdsa-rdfc-2019-p256",
    "ecdsa-rdfc-2019-p384",
]
ENVELOPED = {"vc-jwt": "vc+jwt", "vc-sd-jwt": "vc+sd-jwt", "vc-cose": "vc+cose"}
EVERY = [*EMBEDDED, *ENVELOPED]
DATA_INTEGRITY = "https://w3id.org/security/data-integrity/v2"


@pytest.fixture(scope="module")
def service() -> Iterator[Running]:
    with running() as made:
        yield made


def codes(answer: Any) -> list[str]:
    return [each["code"] for each in answer.json()["problemDetails"]]


@pytest.mark.parametrize("name", EVERY)
def test_what_is_issued_verifies(service: Running, name: str) -> None:
    instance = service.instance(name)
    answer = instance.verify(instance.issued())
    assert (answer.status_code, answer.json()["verified"], answer.json()["problemDetails"]) == (200, True, [])
    assert answer.json()["issuer"] == instance.did


@pytest.mark.parametrize("name", EMBEDDED)
def test_the_instances_suite_and_key_are_used_and_the_document_is_bare(service: Running, name: str) -> None:
    instance = service.instance(name)
    issued = instance.issued(id="urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33")
    proof = issued.pop("proof")
    assert issued == credential_of(instance.did, id="urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33")
    assert (proof["type"], proof["proofPurpose"]) == ("DataIntegrityProof", "assertionMethod")
    assert name.startswith(proof["cryptosuite"])
    assert proof["verificationMethod"].startswith(instance.did + "#")


@pytest.mark.parametrize("name", ENVELOPED)
def test_an_envelope_comes_as_an_object(service: Running, name: str) -> None:
    issued = service.instance(name).issued()
    assert (issued["@context"], issued["type"]) == (V2, "EnvelopedVerifiableCredential")
    found = enveloped.unwrap(issued)
    assert found is not None
    assert found.media_type == f"application/{ENVELOPED[name]}"


@pytest.mark.parametrize("name", EMBEDDED)
def test_what_was_changed_does_not_verify(service: Running, name: str) -> None:
    instance = service.instance(name)
    answer = instance.verify({**instance.issued(), "credentialSubject": {"id": "did:example:mallory"}})
    assert (answer.status_code, answer.json()["verified"]) == (400, False)
    assert codes(answer) == ["PROOF_INVALID"]
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("name", ENVELOPED)
def test_a_changed_envelope_does_not_verify(service: Running, name: str) -> None:
    instance = service.instance(name)
    issued = instance.issued()
    at = issued["id"].index(",") + 60
    other = "A" if issued["id"][at] != "A" else "B"
    answer = instance.verify({**issued, "id": issued["id"][:at] + other + issued["id"][at + 1 :]})
    assert (answer.status_code, answer.json()["verified"]) == (400, False)


def test_every_instance_verifies_what_another_issued(service: Running) -> None:
    for name in EVERY:
        issued = service.instance(name).issued()
        assert service.post("/credentials/verify", {"verifiableCredential": issued}).status_code == 200
        assert service.instance("vc-jwt").verify(issued).status_code == 200


def test_the_first_instance_answers_at_the_root(service: Running) -> None:
    did = service.dids["eddsa-jcs-2022"]
    answer = service.post("/credentials/issue", {"credential": credential_of(did)})
    assert (answer.status_code, answer.json()["issuer"]) == (201, did)


# -- version 1.1 -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EMBEDDED)
def test_a_1_1_credential_is_given_the_context_of_its_proof(service: Running, name: str) -> None:
    instance = service.instance(name)
    answer = instance.issue(
        credential_of(instance.did, **{"@context": [V1]}, issuanceDate="2020-01-01T00:00:00Z")
    )
    assert answer.status_code == 201, answer.text
    assert answer.json()["@context"] == [V1, DATA_INTEGRITY]
    assert instance.verify(answer.json()).status_code == 200


@pytest.mark.parametrize("name", EMBEDDED)
def test_a_2_0_credential_keeps_its_contexts(service: Running, name: str) -> None:
    assert service.instance(name).issued()["@context"] == [V2]


# -- what is refused -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"credentialSubject": None}, "INVALID_CREDENTIAL"),
        ({"credentialSubject": {}}, "INVALID_CREDENTIAL"),
        ({"type": ["VerifiableCredential", "Undefined"]}, "UNDEFINED_TERM"),
        ({"credentialSubject": {"id": "did:example:a", "undefined": 1}}, "UNDEFINED_TERM"),
        ({"validFrom": "2020"}, "INVALID_CREDENTIAL"),
        ({"validFrom": "2020-01-01T00:00:00"}, "INVALID_CREDENTIAL"),
        ({"id": None, "type": None}, "INVALID_CREDENTIAL"),
        ({"@context": [V2, "https://example.com/unknown"]}, "UNKNOWN_CONTEXT"),
        ({"issuer": None}, "INVALID_CREDENTIAL"),
        (
            {"issuer": "did:key:z6MkehRgf7yJbgaGfYsdoAsKdBPE3dj2CYhowQdcjqSJgvVd"},
            "KEY_NOT_CONTROLLED_BY_ISSUER",
        ),
        ({"issuer": "https://issuer.example"}, "KEY_NOT_CONTROLLED_BY_ISSUER"),
    ],
)
@pytest.mark.parametrize("name", EVERY)
def test_the_issuer_refuses(service: Running, name: str, members: dict[str, Any], code: str) -> None:
    instance = service.instance(name)
    answer = instance.issue(credential_of(**{"issuer": instance.did, **members}))
    assert answer.status_code == 400
    assert code in codes(answer)
    assert answer.json()["code"] == codes(answer)[0]


@pytest.mark.parametrize("name", EVERY)
def test_attestations_are_for_attestation_keys(service: Running, name: str) -> None:
    instance = service.instance(name)
    for members in (
        {"type": ["VerifiableCredential", "ToolCallRequestCredential"]},
        {"@context": [V2, "https://w3id.org/signet-vc/v1"]},
        {"credentialSubject": {"type": "ToolCallResponse"}},
    ):
        answer = instance.issue(credential_of(instance.did, **members))
        assert (answer.status_code, codes(answer)) == (400, ["INVALID_CREDENTIAL"])


@pytest.mark.parametrize("path", ["/credentials/issue", "/credentials/verify", "/presentations/verify"])
@pytest.mark.parametrize("value", [None, "a string", 7, [], True])
def test_a_document_that_is_no_object_is_refused(service: Running, path: str, value: Any) -> None:
    for name in ("credential", "verifiableCredential", "verifiablePresentation"):
        answer = service.post(path, {name: value})
        assert answer.status_code == 400
        assert codes(answer)[0] in {"INVALID_CREDENTIAL", "INVALID_PRESENTATION"}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "MALFORMED_JSON"),
        (b"{", "MALFORMED_JSON"),
        (b'{"credential": NaN}', "MALFORMED_JSON"),
        (b'{"credential": {}, "credential": {}}', "DUPLICATE_MEMBER"),
        (b"[" * 100 + b"]" * 100, "TOO_DEEP"),
        (b'{"a": 1e400}', "NUMBER_OUT_OF_RANGE"),
        (b'{"a": "\xff"}', "MALFORMED_JSON"),
    ],
)
def test_a_body_that_is_no_strict_json_is_refused(service: Running, body: bytes, code: str) -> None:
    headers = {"content-type": "application/json"}
    answer = service.client.post("/credentials/verify", content=body, headers=headers)
    assert (answer.status_code, codes(answer)) == (400, [code])


@pytest.mark.parametrize("body", [b"[]", b"null", b"7", b'"{}"'])
def test_a_body_that_is_no_object_is_refused(service: Running, body: bytes) -> None:
    headers = {"content-type": "application/json"}
    answer = service.client.post("/credentials/issue", content=body, headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (400, "about:blank")


# -- options ---------------------------------------------------------------------------------------


def test_options_may_be_absent_null_or_unknown(service: Running) -> None:
    instance = service.instance("eddsa-jcs-2022")
    credential = credential_of(instance.did)
    for options in (
        {},
        {"options": None},
        {"options": {}},
        {"options": {"checks": ["proof"], "mandatoryPointers": []}},
    ):
        answer = service.post("/credentials/issue", {"credential": credential, **options})
        assert answer.status_code == 201


@pytest.mark.parametrize(
    "options", ["proof", [], 7, {"created": 7}, {"created": "yesterday"}, {"domain": ["a"]}]
)
def test_a_wrong_option_is_refused(service: Running, options: Any) -> None:
    instance = service.instance("eddsa-jcs-2022")
    answer = service.post(
        "/credentials/issue", {"credential": credential_of(instance.did), "options": options}
    )
    assert answer.status_code == 400
    assert answer.json()["pointer"].startswith("/options")


def test_the_time_of_the_proof_can_be_told(service: Running) -> None:
    instance = service.instance("eddsa-rdfc-2022")
    answer = instance.issue(credential_of(instance.did), created="2024-01-02T03:04:05Z")
    assert answer.json()["proof"]["created"] == "2024-01-02T03:04:05Z"


def test_the_credential_is_given_back_if_asked_for(service: Running) -> None:
    instance = service.instance("eddsa-jcs-2022")
    issued = instance.issued()
    assert instance.verify(issued, returnCredential=True).json()["verifiableCredential"] == issued
    assert "verifiableCredential" not in instance.verify(issued).json()


# -- verifying -------------------------------------------------------------------------------------


def test_a_credential_of_a_passed_period_is_issued_and_does_not_verify(service: Running) -> None:
    instance = service.instance("eddsa-jcs-2022")
    issued = instance.issued(validFrom="2019-01-01T00:00:00Z", validUntil="2020-01-01T00:00:00Z")
    answer = instance.verify(issued)
    assert (answer.status_code, codes(answer)) == (400, ["EXPIRED"])
    assert {"name": "proof", "outcome": "passed", "reason": ""} in answer.json()["checks"]


@pytest.mark.parametrize("name", EMBEDDED)
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"proof": None}, "INVALID_CREDENTIAL"),
        ({"proof": []}, "PROOF_MISSING"),
        ({"type": "Other"}, "INVALID_CREDENTIAL"),
    ],
)
def test_a_broken_document_does_not_verify(
    service: Running, name: str, change: dict[str, Any], code: str
) -> None:
    instance = service.instance(name)
    answer = instance.verify({**instance.issued(), **change})
    assert answer.status_code == 400
    assert answer.json()["verified"] is False
    assert codes(answer)


@pytest.mark.parametrize("name", EMBEDDED)
@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("type", "Other"),
        ("type", None),
        ("cryptosuite", "unknown-2022"),
        ("cryptosuite", None),
        ("verificationMethod", None),
        ("proofPurpose", None),
        ("proofPurpose", "authentication"),
        ("proofValue", None),
        ("proofValue", "uAAAA"),
        ("created", "yesterday"),
    ],
)
def test_a_broken_proof_does_not_verify(service: Running, name: str, member: str, value: Any) -> None:
    instance = service.instance(name)
    issued = instance.issued()
    issued["proof"] = {key: each for key, each in issued["proof"].items() if key != member}
    if value is not None:
        issued["proof"][member] = value
    answer = instance.verify(issued)
    assert (answer.status_code, answer.json()["verified"]) == (400, False)


def test_a_presentation_is_no_credential(service: Running) -> None:
    instance = service.instance("eddsa-jcs-2022")
    presentation = {"@context": [V2], "type": ["VerifiablePresentation"], "holder": instance.did}
    secured = instance.present(presentation).json()["verifiablePresentation"]
    assert codes(instance.verify(secured)) == ["INVALID_CREDENTIAL"]
    assert codes(instance.verify_presentation(instance.issued())) == ["INVALID_PRESENTATION"]


def test_large_integers_come_back_as_they_were(service: Running) -> None:
    instance = service.instance("eddsa-jcs-2022")
    text = json.dumps({"verifiableCredential": {**instance.issued(), "n": 2**70}, "options": {}})
    headers = {"content-type": "application/json"}
    answer = service.client.post("/credentials/verify", content=text.encode(), headers=headers)
    assert answer.status_code == 400
