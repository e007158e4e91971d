"""`GET /implementation.json`: what W3C's suites need to know to test the service, and that it is so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from vc_service import Running, credential_of, running

SUITES = ["eddsa-jcs-2022", "eddsa-rdfc-2022", "ecdsa-jcs-2019", "ecdsa-rdfc-2019"]


@pytest.fixture(scope="module")
def service() -> Iterator[Running]:
    with running(tls=True) as made:
        yield made


@pytest.fixture(scope="module")
def manifest(service: Running) -> dict[str, Any]:
    return service.get("/implementation.json").json()


def tagged(entries: list[dict[str, Any]], tag: str) -> list[dict[str, Any]]:
    return [each for each in entries if tag in each["tags"]]


def test_its_members(manifest: dict[str, Any]) -> None:
    assert (manifest["name"], manifest["implementation"]) == ("signet-vc", "signet-vc")
    features = manifest["jose-cose"]["features"]
    assert set(features) == {
        f"{what}_{how}" for what in ("credential", "presentation") for how in ("jose", "sdjwt", "cose")
    }
    assert all(value is True for value in features.values())


@pytest.mark.parametrize("tag", [*SUITES, "BitstringStatusList", "vc2.0", "EnvelopingProof"])
def test_one_entry_a_tag_among_issuers_and_verifiers(manifest: dict[str, Any], tag: str) -> None:
    (issuer,), (verifier,) = tagged(manifest["issuers"], tag), tagged(manifest["verifiers"], tag)
    assert issuer["endpoint"].endswith("/credentials/issue")
    assert verifier["endpoint"].endswith("/credentials/verify")
    assert issuer["supports"] == verifier["supports"] == {"vc": ["1.1", "2.0"]}


def test_what_must_not_be_tagged_is_not(manifest: dict[str, Any]) -> None:
    assert [each["tags"] for each in manifest["vpVerifiers"]] == [["vc2.0"]]
    assert [each["tags"] for each in manifest["didResolvers"]] == [["did-key"]]
    every = str(manifest)
    assert "ecdsa-sd" not in every


@pytest.mark.parametrize("tag", ["ecdsa-jcs-2019", "ecdsa-rdfc-2019"])
def test_the_first_key_type_is_that_of_the_key(manifest: dict[str, Any], tag: str) -> None:
    (issuer,) = tagged(manifest["issuers"], tag)
    assert issuer["supportedEcdsaKeyTypes"] == ["P-256", "P-384"]
    assert issuer["id"].startswith("did:key:zDn")


def test_every_address_is_absolute_and_answers(service: Running, manifest: dict[str, Any]) -> None:
    for entry in [
        *manifest["issuers"],
        *manifest["verifiers"],
        *manifest["vpVerifiers"],
        *manifest["didResolvers"],
    ]:
        assert entry["endpoint"].startswith(service.base + "/")
    for issuer, verifier in zip(manifest["issuers"], manifest["verifiers"], strict=True):
        for version in issuer["supports"]["vc"]:
            context = (
                "https://www.w3.org/2018/credentials/v1"
                if version == "1.1"
                else "https://www.w3.org/ns/credentials/v2"
            )
            dates = {"issuanceDate": "2020-01-01T00:00:00Z"} if version == "1.1" else {}
            if issuer["tags"] == ["EnvelopingProof"] and version == "1.1":
                continue  # VC-JOSE-COSE secures version 2.0
            credential = credential_of(issuer["id"], **{"@context": [context]}, **dates)
            issued = service.post(
                issuer["endpoint"], {"credential": credential, "options": issuer["options"]}
            )
            assert issued.status_code == 201, issued.text
            body = {"verifiableCredential": issued.json(), "options": verifier["options"]}
            assert service.post(verifier["endpoint"], body).status_code == 200
    (resolver,) = manifest["didResolvers"]
    assert service.get(f"{resolver['endpoint']}/{resolver['id']}").status_code == 200


def test_without_https_there_is_no_status_list() -> None:
    with running() as plain:
        tags = [tag for each in plain.get("/implementation.json").json()["issuers"] for tag in each["tags"]]
        assert "BitstringStatusList" not in tags
