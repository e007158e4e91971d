"""What W3C's suite for Bitstring Status List asks of a service, and how it judges lists of others."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from identities import AGENT
from proofs.signed_proofs import signed_with
from vc_service import V2, Running, credential_of, running

from signet_vc import Policy
from signet_vc.codec import strict_json
from signet_vc.credential import status_issuing, status_list
from signet_vc.errors import Code, ProblemError, UnavailableError
from signet_vc.service import settings
from signet_vc.service.app import Service

LIST = "https://issuer.example/status/1"
TYPES = {
    "retrieval": "https://www.w3.org/ns/credentials/status-list#STATUS_RETRIEVAL_ERROR",
    "verification": "https://www.w3.org/ns/credentials/status-list#STATUS_VERIFICATION_ERROR",
    "length": "https://www.w3.org/ns/credentials/status-list#STATUS_LIST_LENGTH_ERROR",
    "range": "https://www.w3.org/TR/vc-data-model#RANGE_ERROR",
    "malformed": "https://www.w3.org/TR/vc-data-model#MALFORMED_VALUE_ERROR",
}


class Elsewhere:
    """A loader of one list, in place of the network."""

    def __init__(self) -> None:
        self.listed: bytes | None = None

    def load(self, url: str) -> bytes:
        if url != LIST:
            raise ProblemError.of(Code.FETCH_REFUSED, "not allowed")
        if self.listed is None:
            raise UnavailableError("no answer", code=Code.RESOLVER_UNAVAILABLE)
        return self.listed


ELSEWHERE = Elsewhere()


def with_loader(base: str) -> Service:
    """The ephemeral service, whose verifier may load from elsewhere."""
    made = settings.ephemeral_service(base)

    def policy(domain: str | None, challenge: str | None) -> Policy:
        return Policy(trust_any=True, loader=ELSEWHERE, domain=domain, challenge=challenge)

    return dataclasses.replace(made, policy=policy)


@pytest.fixture(scope="module")
def service() -> Iterator[Running]:
    with running(tls=True) as made:
        yield made


@pytest.fixture(scope="module")
def verifier() -> Iterator[Running]:
    with running(with_loader) as made:
        yield made


@pytest.fixture
def issuer(service: Running) -> Any:
    manifest = service.get("/implementation.json").json()
    (found,) = [each for each in manifest["issuers"] if "BitstringStatusList" in each["tags"]]
    return found


# -- issuing ---------------------------------------------------------------------------------------


def test_the_entry_and_its_list(service: Running, issuer: Any) -> None:
    issued = service.post(
        issuer["endpoint"], {"credential": credential_of(issuer["id"]), "options": {}}
    ).json()
    entry = issued["credentialStatus"]
    assert entry["type"] == "BitstringStatusListEntry"
    assert re.fullmatch("0|[1-9][0-9]*", entry["statusListIndex"])
    assert entry["id"] != entry["statusListCredential"]
    assert not {"statusSize", "statusMessage", "statusReference"} & set(entry)
    assert entry["statusListCredential"].startswith("https://")
    listed = service.client.get(entry["statusListCredential"])
    assert "json" in listed.headers["content-type"]
    document = listed.json()
    assert document["proof"]
    assert document["issuer"] == issuer["id"]
    assert set(document["type"]) == {"VerifiableCredential", "BitstringStatusListCredential"}
    subject = document["credentialSubject"]
    assert (subject["type"], subject["statusPurpose"]) == ("BitstringStatusList", entry["statusPurpose"])
    assert subject["encodedList"].startswith("u")
    bits = status_list.decode(subject["encodedList"])
    assert len(bits) >= 16_384
    assert status_list.get(bits, int(entry["statusListIndex"])) == 0


def test_an_undefined_member_is_not_issued(service: Running, issuer: Any) -> None:
    credential = credential_of(issuer["id"], statusEntry={"type": "BitstringStatusListEntry"})
    assert service.post(issuer["endpoint"], {"credential": credential, "options": {}}).status_code == 400


# -- verifying -------------------------------------------------------------------------------------


def listed(*, bits: bytearray | None = None, purposes: Any = "revocation", **changes: Any) -> dict[str, Any]:
    """A list of AGENT's, unsecured."""
    encoded = status_list.encode(status_list.new_list() if bits is None else bits)
    made = status_issuing.list_credential(id=LIST, issuer=AGENT.did, purposes=purposes, encoded=encoded)
    return {**made, **changes}


def codes_of(verifier: Running, listing: Callable[[], bytes | None], **entry: Any) -> list[tuple[str, str]]:
    """Verify a credential whose entry points into a list; the codes and types of the problems."""
    ELSEWHERE.listed = listing()
    status = status_issuing.entry(list_url=LIST, index=7) | entry
    credential = signed_with(AGENT, credential_of(AGENT.did, credentialStatus=status))
    answer = verifier.post("/credentials/verify", {"verifiableCredential": credential})
    assert answer.json()["verified"] is (answer.status_code == 200)
    outcomes = {each["name"]: each["outcome"] for each in answer.json()["checks"]}
    assert outcomes["schema"] == "failed" or outcomes["proof"] == "passed"  # both are told, apart
    return [(each["code"], each["type"]) for each in answer.json()["problemDetails"]]


def text(document: dict[str, Any]) -> bytes:
    return strict_json.dumps(signed_with(AGENT, document))


def marked(index: int) -> bytearray:
    bits = status_list.new_list()
    status_list.set(bits, index, 1)
    return bits


def test_a_credential_whose_bit_is_not_set(verifier: Running) -> None:
    assert codes_of(verifier, lambda: text(listed())) == []
    assert codes_of(verifier, lambda: text(listed(bits=marked(8)))) == []


@pytest.mark.parametrize(
    ("purpose", "code"), [("revocation", "STATUS_REVOKED"), ("suspension", "STATUS_SUSPENDED")]
)
def test_a_credential_whose_bit_is_set(verifier: Running, purpose: str, code: str) -> None:
    document = listed(bits=marked(7), purposes=purpose)
    assert [each[0] for each in codes_of(verifier, lambda: text(document), statusPurpose=purpose)] == [code]


def test_a_refresh_does_not_invalidate(verifier: Running) -> None:
    document = listed(bits=marked(7), purposes="refresh")
    assert codes_of(verifier, lambda: text(document), statusPurpose="refresh") == []


def test_a_list_that_cannot_be_had(verifier: Running) -> None:
    assert [each[1] for each in codes_of(verifier, lambda: None)] == [TYPES["retrieval"]]
    other = {"statusListCredential": "https://other.example/1"}
    assert [each[1] for each in codes_of(verifier, lambda: None, **other)] == [TYPES["retrieval"]]


def tampered() -> bytes:
    document = signed_with(AGENT, listed())
    return strict_json.dumps({**document, "name": "changed"})


@pytest.mark.parametrize(
    ("listing", "entry", "kind"),
    [
        (tampered, {}, "verification"),
        (lambda: text(listed(purposes="suspension")), {}, "verification"),
        (lambda: strict_json.dumps(listed()), {}, "verification"),
        (lambda: text(short()), {}, "length"),
        (lambda: text(listed()), {"statusListIndex": "131072"}, "range"),
        (lambda: text(listed()), {"statusListIndex": "-1"}, "malformed"),
        (lambda: text(listed()), {"statusListIndex": "07"}, "malformed"),
        (lambda: text(listed()), {"statusListIndex": 7}, "malformed"),
    ],
)
def test_what_is_wrong_has_its_type(
    verifier: Running, listing: Callable[[], bytes], entry: dict[str, Any], kind: str
) -> None:
    assert TYPES[kind] in [each[1] for each in codes_of(verifier, listing, **entry)]


def short() -> dict[str, Any]:
    """A list of too few entries, which the library does not make."""
    made = listed()
    made["credentialSubject"] = {
        **made["credentialSubject"],
        "encodedList": status_list.encode(bytearray(1024)),
    }
    return made


def test_a_bomb_is_not_expanded(verifier: Running) -> None:
    made = listed()
    bomb = status_list.encode(bytearray(64 << 20))
    made["credentialSubject"] = {**made["credentialSubject"], "encodedList": bomb}
    assert codes_of(verifier, lambda: text(made)) != []


def test_the_context_of_the_list_is_the_recommendations() -> None:
    assert listed()["@context"] == [V2]
