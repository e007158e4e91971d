"""`POST /credentials/derive`: the holder of an SD-JWT shows some of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from vc_service import V2, Running, credential_of, running

from signet_vc.credential import enveloped
from signet_vc.envelopes import sd_jwt

EXAMPLES = "https://www.w3.org/ns/credentials/examples/v2"
FIRST, LAST = "/credentialSubject/firstName", "/credentialSubject/lastName"


@pytest.fixture(scope="module")
def service() -> Iterator[Running]:
    with running() as made:
        yield made


@pytest.fixture
def issued(service: Running) -> Any:
    instance = service.instance("vc-sd-jwt")
    credential = credential_of(
        instance.did,
        **{"@context": [V2, EXAMPLES]},
        credentialSubject={"id": "did:example:a", "firstName": "Ada", "lastName": "Lovelace"},
    )
    answer = instance.issue(credential, disclosable=[FIRST, LAST])
    assert answer.status_code == 201, answer.text
    return answer.json()


def derive(service: Running, credential: Any, **options: Any) -> Any:
    return service.post("/credentials/derive", {"verifiableCredential": credential, "options": options})


def subject(credential: Any) -> Any:
    found = enveloped.unwrap(credential)
    assert found is not None
    return sd_jwt.claims(sd_jwt.parse(str(found.content)))["credentialSubject"]


@pytest.mark.parametrize(
    ("pointers", "names"),
    [([], {"id"}), ([FIRST], {"id", "firstName"}), ([FIRST, LAST], {"id", "firstName", "lastName"})],
)
def test_what_is_chosen_is_shown_and_verifies(
    service: Running, issued: Any, pointers: list[str], names: set[str]
) -> None:
    answer = derive(service, issued, selectivePointers=pointers)
    assert answer.status_code == 201
    assert set(subject(answer.json())) == names
    assert service.post("/credentials/verify", {"verifiableCredential": answer.json()}).status_code == 200


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"selectivePointers": None},
        {"selectivePointers": FIRST},
        {"selectivePointers": [7]},
        {"selectivePointers": ["/credentialSubject/none"]},
        {"selectivePointers": ["/"]},
        {"selectivePointers": [FIRST] * 257},
    ],
)
def test_pointers_that_choose_nothing_are_refused(
    service: Running, issued: Any, options: dict[str, Any]
) -> None:
    assert derive(service, issued, **options).status_code == 400


def test_only_an_sd_jwt_is_derived_from(service: Running) -> None:
    for name in ("eddsa-jcs-2022", "vc-jwt", "vc-cose"):
        answer = derive(service, service.instance(name).issued(), selectivePointers=[])
        assert (answer.status_code, answer.json()["code"]) == (400, "UNKNOWN_FORMAT")
    broken = {
        "@context": V2,
        "type": "EnvelopedVerifiableCredential",
        "id": "data:application/vc+sd-jwt,e30~",
    }
    assert derive(service, broken, selectivePointers=[]).status_code == 400


def test_only_an_sd_jwt_is_made_disclosable(service: Running) -> None:
    instance = service.instance("vc-jwt")
    answer = instance.issue(credential_of(instance.did), disclosable=["/credentialSubject/id"])
    assert (answer.status_code, answer.json()["pointer"]) == (400, "/options/disclosable")


@pytest.mark.parametrize("pointer", ["/issuer", "/@context", "/type", "/credentialSubject/none"])
def test_what_a_verifier_needs_is_not_disclosable(service: Running, pointer: str) -> None:
    instance = service.instance("vc-sd-jwt")
    assert instance.issue(credential_of(instance.did), disclosable=[pointer]).status_code == 400
