"""Issuing and verifying credentials over HTTP: what is issued verifies, what is wrong is refused."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from vc_service import Running, running

SECURED = ["eddsa-jcs-2022", "ecdsa-jcs-2019-p256", "ecdsa-jcs-2019-p384"]


@pytest.fixture(scope="module")
def service() -> Iterator[Running]:
    with running() as made:
        yield made


@pytest.mark.parametrize("name", SECURED)
def test_what_is_issued_verifies(service: Running, name: str) -> None:
    instance = service.instance(name)
    issued = instance.issued()
    answer = instance.verify(issued)
    assert (answer.status_code, answer.json()["verified"], answer.json()["problemDetails"]) == (200, True, [])
    assert answer.json()["issuer"] == instance.did


@pytest.mark.parametrize("name", SECURED)
def test_what_was_changed_does_not(service: Running, name: str) -> None:
    instance = service.instance(name)
    issued = instance.issued()
    answer = instance.verify({**issued, "credentialSubject": {"id": "did:example:mallory"}})
    assert (answer.status_code, answer.json()["verified"]) == (400, False)
    assert [each["code"] for each in answer.json()["problemDetails"]] == ["PROOF_INVALID"]
    assert answer.headers["content-type"] == "application/problem+json"
