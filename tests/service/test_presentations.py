"""Presentations over HTTP: made by the instance as their holder, verified with every credential in them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from vc_service import V2, Running, presentation_of, running

EVERY = [
    "eddsa-jcs-2022",
    "eddsa-rdfc-2022",
    "ecdsa-rdfc-2019-p256",
    "ecdsa-jcs-2019-p384",
    "vc-jwt",
    "vc-sd-jwt",
    "vc-cose",
]
CHALLENGE = "d436f0c8-fbd9-4e48-bbb2-55fc5d0920a8"
DOMAIN = "verifier.example"


@pytest.fixture(scope="module")
def service() -> Iterator[Running]:
    with running() as made:
        yield made


def codes(answer: Any) -> list[str]:
    return [each["code"] for each in answer.json()["problemDetails"]]


def presented(service: Running, name: str, *credentials: Any, **options: Any) -> Any:
    instance = service.instance(name)
    answer = instance.present(presentation_of(*credentials, holder=instance.did), **options)
    assert answer.status_code == 201, answer.text
    return answer.json()["verifiablePresentation"]


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("count", [0, 1, 2])
def test_what_is_presented_verifies(service: Running, name: str, count: int) -> None:
    credentials = [service.instance(each).issued() for each in ("vc-jwt", "eddsa-jcs-2022")[:count]]
    made = presented(service, name, *credentials, challenge=CHALLENGE, domain=DOMAIN)
    answer = service.instance(name).verify_presentation(made, challenge=CHALLENGE, domain=DOMAIN)
    assert (answer.status_code, answer.json()["verified"]) == (200, True), answer.text
    assert [each["verified"] for each in answer.json()["credentialResults"]] == [True] * count


ATTESTATION = Path(__file__).parents[1] / "attestation" / "worked_example" / "request.json"


@pytest.mark.parametrize("name", EVERY)
def test_an_attestation_is_presented_by_whoever_holds_it(service: Running, name: str) -> None:
    attestation = json.loads(ATTESTATION.read_bytes())
    made = presented(service, name, attestation, challenge=CHALLENGE)
    answer = service.instance(name).verify_presentation(made, challenge=CHALLENGE)
    assert answer.status_code == 200, answer.text
    (result,) = answer.json()["credentialResults"]
    assert (result["verified"], result["issuer"]) == (True, attestation["issuer"])
    changed = {**attestation, "validFrom": "2026-03-30T11:37:26.120Z"}
    answer = service.instance(name).verify_presentation(presented(service, name, changed))
    assert answer.status_code == 400


@pytest.mark.parametrize("name", EVERY)
def test_the_challenge_and_the_domain_are_the_verifiers(service: Running, name: str) -> None:
    instance = service.instance(name)
    made = presented(service, name, instance.issued(), challenge=CHALLENGE, domain=DOMAIN)
    for options, code in (
        ({"challenge": "another challenge", "domain": DOMAIN}, "CHALLENGE_MISMATCH"),
        ({"challenge": CHALLENGE, "domain": "another.example"}, "DOMAIN_MISMATCH"),
    ):
        answer = instance.verify_presentation(made, **options)
        assert (answer.status_code, answer.json()["verified"]) == (400, False)
        assert code in codes(answer)


@pytest.mark.parametrize("name", EVERY)
def test_without_a_challenge_it_answers_none(service: Running, name: str) -> None:
    made = presented(service, name, service.instance(name).issued())
    answer = service.instance(name).verify_presentation(made, challenge=CHALLENGE)
    assert answer.status_code == 400
    assert codes(answer) == ["CHALLENGE_MISMATCH"]


def test_one_bad_credential_fails_the_presentation_and_is_told(service: Running) -> None:
    good, bad = (service.instance("eddsa-jcs-2022").issued() for _ in range(2))
    made = presented(
        service, "eddsa-jcs-2022", good, {**bad, "credentialSubject": {"id": "did:example:mallory"}}
    )
    answer = service.post("/presentations/verify", {"verifiablePresentation": made})
    assert (answer.status_code, answer.json()["verified"]) == (400, False)
    assert [each["verified"] for each in answer.json()["credentialResults"]] == [True, False]
    assert [each["code"] for each in answer.json()["credentialResults"][1]["problemDetails"]] == [
        "PROOF_INVALID"
    ]


def test_a_changed_presentation_does_not_verify(service: Running) -> None:
    made = presented(service, "eddsa-rdfc-2022", service.instance("vc-jwt").issued())
    for change in (
        {"holder": "did:key:z6MkehRgf7yJbgaGfYsdoAsKdBPE3dj2CYhowQdcjqSJgvVd"},
        {"verifiableCredential": []},
    ):
        answer = service.post("/presentations/verify", {"verifiablePresentation": {**made, **change}})
        assert (answer.status_code, answer.json()["verified"]) == (400, False)


@pytest.mark.parametrize(
    "members",
    [
        {"@context": None},
        {"@context": ["https://www.w3.org/ns/credentials/examples/v2"]},
        {"type": None},
        {"type": ["Presentation"]},
        {"holder": "did:key:z6MkehRgf7yJbgaGfYsdoAsKdBPE3dj2CYhowQdcjqSJgvVd"},
        {"verifiableCredential": ["eyJ.e30.AA"]},
        {"verifiableCredential": [{"@context": [V2], "type": ["VerifiableCredential"]}]},
        {
            "verifiableCredential": [
                {"@context": [V2], "type": "EnvelopedVerifiableCredential", "id": "urn:a"}
            ]
        },
    ],
)
def test_a_wrong_presentation_is_not_made(service: Running, members: dict[str, Any]) -> None:
    instance = service.instance("eddsa-jcs-2022")
    presentation = {**presentation_of(holder=instance.did), **members}
    answer = instance.present({name: each for name, each in presentation.items() if each is not None})
    assert answer.status_code == 400
    assert answer.json()["problemDetails"]


def test_an_unsecured_presentation_does_not_verify(service: Running) -> None:
    answer = service.post("/presentations/verify", {"verifiablePresentation": presentation_of()})
    assert (answer.status_code, answer.json()["verified"]) == (400, False)
    assert codes(answer) == ["PROOF_MISSING"]


def test_a_purpose_other_than_authentication_is_not_served(service: Running) -> None:
    instance = service.instance("eddsa-jcs-2022")
    made = presentation_of(holder=instance.did)
    assert instance.present(made, proofPurpose="assertionMethod").status_code == 400
    assert instance.present(made, proofPurpose="authentication").status_code == 201


def test_the_presentation_is_given_back_if_asked_for(service: Running) -> None:
    made = presented(service, "eddsa-jcs-2022")
    body = {"verifiablePresentation": made, "options": {"returnPresentation": True}}
    assert service.post("/presentations/verify", body).json()["verifiablePresentation"] == made


@pytest.mark.parametrize("listed", [False, True])
def test_each_is_verified_where_its_kind_is(service: Running, listed: bool) -> None:
    """Its type may be a list of one: a presentation of a stranger must not pass for a credential."""

    def as_written(document: dict[str, Any]) -> dict[str, Any]:
        return {**document, "type": [document["type"]]} if listed else document

    instance = service.instance("vc-jwt")
    credential = as_written(instance.issued())
    presentation = as_written(presented(service, "vc-jwt", instance.issued()))
    for path, name, document, status in (
        ("credentials", "verifiableCredential", credential, 200),
        ("credentials", "verifiableCredential", presentation, 400),
        ("presentations", "verifiablePresentation", presentation, 200),
        ("presentations", "verifiablePresentation", credential, 400),
    ):
        answer = service.post(f"/{path}/verify", {name: document})
        assert (answer.status_code, answer.json()["verified"]) == (status, status == 200), answer.text
