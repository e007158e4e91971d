"""`GET /1.0/identifiers/{did}` over HTTP: what the did:key suite and DID Resolution ask for."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from identities import AGENT, P256, P384
from vc_service import Running, running

from signet_vc.errors import Code, UnavailableError
from signet_vc.keys import multicodec
from signet_vc.service import settings
from signet_vc.service.app import Service

LD = 'application/ld+json;profile="https://w3id.org/did-resolution"'
DRAFT_2026 = "application/did-resolution"
KEY = AGENT.did.removeprefix("did:key:")


@pytest.fixture(scope="module")
def service() -> Iterator[Running]:
    with running() as made:
        yield made


def resolve(service: Running, did: str, accept: str = LD, **options: str) -> Any:
    path = f"/1.0/identifiers/{quote(did, safe='')}"
    return service.get(path, params=options, headers={"accept": accept})


@pytest.mark.parametrize("did", [AGENT.did, P256.did, P384.did, f"did:key:1:{KEY}"])
def test_a_did_key_resolves(service: Running, did: str) -> None:
    answer = resolve(service, did)
    assert answer.status_code == 200
    assert "json" in answer.headers["content-type"]
    result = answer.json()
    assert {"@context", "didDocument", "didDocumentMetadata", "didResolutionMetadata"} <= set(result)
    assert result["didDocument"]["id"] == did


def test_the_path_may_stand_as_it_is(service: Running) -> None:
    assert service.get(f"/1.0/identifiers/{AGENT.did}").json()["didDocument"]["id"] == AGENT.did


def test_options_come_as_the_query(service: Running) -> None:
    result = resolve(service, AGENT.did, publicKeyFormat="JsonWebKey").json()
    assert result["didDocument"]["verificationMethod"][0]["type"] == "JsonWebKey"
    result = resolve(service, AGENT.did, enableEncryptionKeyDerivation="true").json()
    assert result["didDocument"]["keyAgreement"]


@pytest.mark.parametrize(
    ("did", "options", "error"),
    [
        (f"did:key:2x:{KEY}", {}, "invalidDid"),
        (f"did:key:-1:{KEY}", {}, "invalidDid"),
        (f"urn:key:{KEY}", {}, "invalidDid"),
        ("did:key:@", {}, "invalidDid"),
        (f"did:key:{KEY[1:]}", {}, "invalidDid"),
        ("did:none:a", {}, "methodNotSupported"),
        (f"did:key:{multicodec.encode('ed25519-pub', bytes(31))}", {}, "invalidPublicKeyLength"),
        (AGENT.did, {"publicKeyFormat": "Unknown"}, "unsupportedPublicKeyType"),
    ],
)
def test_what_does_not_resolve_is_told_in_a_whole_result(
    service: Running, did: str, options: dict[str, str], error: str
) -> None:
    answer = resolve(service, did, **options)
    assert 400 <= answer.status_code < 600
    result = answer.json()
    assert (result["didResolutionMetadata"]["error"], result["didDocument"]) == (error, {})


def test_a_fragment_is_dereferenced(service: Running) -> None:
    answer = resolve(service, f"{AGENT.did}#{KEY}")
    assert (answer.status_code, answer.json()["didDocument"]["controller"]) == (200, AGENT.did)
    answer = resolve(service, f"{AGENT.did}#{KEY}^")
    assert answer.json()["didDereferencingMetadata"]["error"] == "invalidDidUrl"


def test_the_draft_of_2026_is_answered_in_its_own_form(service: Running) -> None:
    answer = resolve(service, "did:key:@", DRAFT_2026)
    assert (answer.status_code, answer.json()["didDocument"]) == (400, None)
    assert answer.json()["didResolutionMetadata"]["error"]["type"] == "https://www.w3.org/ns/did#INVALID_DID"
    assert resolve(service, "did:none:a", DRAFT_2026).status_code == 501
    assert resolve(service, AGENT.did, "image/png").status_code == 406


def test_nothing_is_fetched_that_was_not_allowed(service: Running) -> None:
    answer = resolve(service, "did:web:example.com")
    assert 400 <= answer.status_code < 600
    assert answer.json()["didDocument"] == {}


@pytest.mark.parametrize(
    "did", ["a" * 8000, "did:key:" + "z" * 7000, "%", "did:key:%2e%2e/..", "did:key:\u00fc"]
)
def test_anything_else_is_refused_and_told_as_json(service: Running, did: str) -> None:
    answer = resolve(service, did)
    assert 400 <= answer.status_code < 600
    assert answer.json()


class Elsewhere:
    """A resolver of one did:web, in place of the network."""

    def resolve(self, did: str) -> dict[str, Any]:
        if did != "did:web:issuer.example":
            raise UnavailableError("no answer", code=Code.RESOLVER_UNAVAILABLE)
        return {"@context": ["https://www.w3.org/ns/did/v1"], "id": did}


def test_what_is_allowed_is_resolved_elsewhere() -> None:
    def make(base: str) -> Service:
        return dataclasses.replace(settings.ephemeral_service(base), resolver=Elsewhere())

    with running(make) as made:
        answer = resolve(made, "did:web:issuer.example")
        assert (answer.status_code, answer.json()["didDocument"]["id"]) == (200, "did:web:issuer.example")
        answer = resolve(made, "did:web:other.example")
        assert answer.status_code >= 400
        assert answer.json()["didDocument"] == {}
