"""What W3C's suite for Bitstring Status List does, over HTTPS, and the validation that it leaves pending.

The suite issues one credential, reads its ``credentialStatus``, fetches the list and decodes it. Its pending
tests are of what the issuer leaves out (``statusSize``, ``statusMessage``, ``statusReference``), and of what
it has no fixtures for: those are here, against a verifier whose lists come from a table of this file.
"""

from __future__ import annotations

import base64
import gzip
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import httpx2
import pytest
from identities import AGENT, STRANGER
from proofs.signed_proofs import signed_with
from suite_client import Suite, codes, issued, refused, started, verified
from vc_service import V1, V2, Running, credential_of, running

from signet_vc import Policy
from signet_vc.codec import strict_json
from signet_vc.credential import status_issuing, status_list
from signet_vc.errors import Code, ProblemError, UnavailableError
from signet_vc.service.app import Service
from signet_vc.service.settings import ephemeral_service

TAG = "BitstringStatusList"
STATUS_LIST = "https://www.w3.org/ns/credentials/status-list#"
DATA_MODEL = "https://www.w3.org/TR/vc-data-model#"
ENTRY_MEMBERS = {"id", "type", "statusPurpose", "statusListIndex", "statusListCredential"}
SMALLEST = 16_384  # bytes


def body_of(**members: Any) -> dict[str, Any]:
    """The credential that the suite asks for; it adds an ``id`` and the issuer itself."""
    return {
        "@context": [V2],
        "type": ["VerifiableCredential"],
        "id": "urn:uuid:7a2f6e3c-6f5d-4f0a-9d0e-0a7f5d0f4c11",
        "credentialSubject": {"id": AGENT.did},
        **members,
    }


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Suite]:
    with started(tmp_path_factory.mktemp("bitstring"), tls=True) as made:
        yield made


@pytest.fixture(scope="module")
def document(suite: Suite) -> Any:
    issuer = suite.issuer(TAG)
    return issued(issuer.issue(body_of(issuer=issuer.id)))


@pytest.fixture(scope="module")
def entry(document: Any) -> Any:
    (only,) = [document["credentialStatus"]]
    return only


@pytest.fixture(scope="module")
def listed(suite: Suite, entry: Any) -> Any:
    answer = suite.get(entry["statusListCredential"], accept="application/ld+json, application/json")
    assert answer.status_code == 200
    assert "json" in answer.headers["content-type"]
    return answer.json()


def expanded(listed: Any) -> bytes:
    """The bitstring, as the suite expands it: without our own code."""
    encoded = listed["credentialSubject"]["encodedList"]
    assert encoded[0] == "u"
    assert "=" not in encoded
    return gzip.decompress(base64.urlsafe_b64decode(encoded[1:] + "=" * (-len(encoded[1:]) % 4)))


def test_the_certificate_of_the_run_is_vouched_for_by_nobody(suite: Suite) -> None:
    """So that a suite has to be told to take it, as they all are."""
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(suite.issuer(TAG).url)


# -- the entry -----------------------------------------------------------------------------------------------


def test_the_entry_stands_in_a_conforming_credential(suite: Suite, document: Any) -> None:
    assert document["@context"][0] == V2
    assert "VerifiableCredential" in document["type"]
    assert (document["id"], document["issuer"]) == (body_of()["id"], suite.issuer(TAG).id)
    assert document["credentialSubject"] == {"id": AGENT.did}
    assert document["proof"]["type"] == "DataIntegrityProof"


def test_its_id_is_a_url_and_not_the_lists(entry: Any) -> None:
    assert entry["id"].startswith("https://")
    assert entry["id"] != entry["statusListCredential"]


def test_its_type_is_one_string(entry: Any) -> None:
    assert entry["type"] == "BitstringStatusListEntry"


def test_its_purpose_is_a_string(entry: Any) -> None:
    assert entry["statusPurpose"] == "revocation"


def test_its_index_is_a_canonical_decimal_string(entry: Any) -> None:
    index = entry["statusListIndex"]
    assert isinstance(index, str)
    assert index == str(int(index))
    assert 0 <= int(index) < SMALLEST * 8


def test_its_list_is_a_secured_credential_under_https(suite: Suite, entry: Any, listed: Any) -> None:
    assert entry["statusListCredential"].startswith("https://")
    assert {"@context", "id", "type", "issuer", "credentialSubject", "proof"} <= set(listed)
    verified(suite.verifier(TAG).verify(listed))


def test_what_the_suite_holds_pending_is_left_out(entry: Any) -> None:
    """``statusSize``, ``statusMessage``, ``statusReference``: eight of the suite's tests are skipped so."""
    assert set(entry) == ENTRY_MEMBERS


# -- the list ------------------------------------------------------------------------------------------------


def test_the_list_is_a_conforming_credential(entry: Any, listed: Any) -> None:
    assert listed["@context"][0] == V2
    assert listed["type"] == ["VerifiableCredential", "BitstringStatusListCredential"]
    assert listed["id"] == entry["statusListCredential"]


def test_its_subject_is_the_list(listed: Any) -> None:
    subject = listed["credentialSubject"]
    assert subject["type"] == "BitstringStatusList"
    assert subject["statusPurpose"] == "revocation"
    assert isinstance(subject["id"], str)


def test_it_is_base64url_of_gzip_of_at_least_16_kb(listed: Any, entry: Any) -> None:
    bits = expanded(listed)
    assert len(bits) >= SMALLEST
    assert bits[int(entry["statusListIndex"]) // 8] == 0


# -- the algorithms ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [True, "1"])
def test_a_member_that_is_not_defined_is_not_issued(suite: Suite, status: Any) -> None:
    undefined = {"type": "BitstringStatusListEntry", "statusListIndex": status}
    undefined["statusListCredential"] = "https://example.com"
    issuer = suite.issuer(TAG)
    answer = issuer.issue(body_of(issuer=issuer.id, statusEntry=undefined))
    assert "UNDEFINED_TERM" in codes(answer)


@pytest.mark.parametrize("member", ["statusListIndex", "statusListCredential", "statusPurpose"])
@pytest.mark.parametrize("value", [None, True, 7, [], {}])
def test_a_malformed_entry_is_not_issued(suite: Suite, entry: Any, member: str, value: Any) -> None:
    issuer = suite.issuer(TAG)
    refused(issuer.issue(body_of(issuer=issuer.id, credentialStatus={**entry, member: value})))


def test_what_was_issued_verifies(suite: Suite, document: Any) -> None:
    verified(suite.verifier(TAG).verify(document, checks=["proof", "credentialStatus"]))
    verified(suite.verifier(TAG).verify(document))


def test_a_1_1_credential_is_entered_too(suite: Suite) -> None:
    issuer = suite.issuer(TAG)
    old = {"@context": [V1], "issuanceDate": "2020-01-01T00:00:00Z", "issuer": issuer.id}
    verified(suite.verifier(TAG).verify(issued(issuer.issue(body_of(**old)))))


def test_no_two_credentials_share_an_entry(suite: Suite, entry: Any) -> None:
    issuer = suite.issuer(TAG)
    others = [issued(issuer.issue(body_of(issuer=issuer.id)))["credentialStatus"]["id"] for _ in range(8)]
    assert len({entry["id"], *others}) == 9


def test_a_revoked_credential_is_not_acceptable_though_its_proof_verifies(suite: Suite) -> None:
    """Both are said. The address that changes a status is next to the one that issues."""
    issuer, verifier = suite.issuer(TAG), suite.verifier(TAG)
    name = "urn:uuid:0d9b7f0e-8a07-44b3-a0ee-7e5c3f0d2a51"
    document = issued(issuer.issue(body_of(issuer=issuer.id, id=name)))
    verified(verifier.verify(document))
    change = {
        "credentialId": name,
        "credentialStatus": {"type": "BitstringStatusListEntry", "statusPurpose": "revocation"},
        "status": True,
    }
    answer = suite.client.post(issuer.url.replace("/issue", "/status"), json=change)
    assert answer.status_code == 200, answer.text
    told = refused(verifier.verify(document))
    assert [each["code"] for each in told["problemDetails"]] == ["STATUS_REVOKED"]
    assert outcome(told, "proof") == "passed"
    assert outcome(told, "credentialStatus") == "failed"
    index = int(document["credentialStatus"]["statusListIndex"])
    bits = expanded(suite.get(document["credentialStatus"]["statusListCredential"]).json())
    assert bits[index // 8] & (0x80 >> index % 8)  # §1.5: index 0 is the left-most bit


def outcome(told: Any, check: str) -> str:
    (found,) = [each["outcome"] for each in told["checks"] if each["name"] == check]
    return str(found)


# -- the validate algorithm, of the process's own lists ------------------------------------------------------


def types(answer: httpx2.Response) -> list[str]:
    return [each["type"] for each in refused(answer)["problemDetails"]]


def with_status(*entries: Any) -> dict[str, Any]:
    status = entries[0] if len(entries) == 1 else list(entries)
    return signed_with(AGENT, credential_of(AGENT.did, credentialStatus=status))


def test_an_entry_of_anybodys_in_the_services_own_list(suite: Suite, entry: Any) -> None:
    verified(suite.verifier(TAG).verify(with_status({**entry, "statusListIndex": "131071"})))


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"statusListIndex": "131072"}, DATA_MODEL + "RANGE_ERROR"),
        ({"statusListIndex": "9" * 40}, DATA_MODEL + "RANGE_ERROR"),
        ({"statusPurpose": "suspension"}, STATUS_LIST + "STATUS_VERIFICATION_ERROR"),
        ({"statusListCredential": "https://lists.example/1"}, STATUS_LIST + "STATUS_RETRIEVAL_ERROR"),
        ({"statusListCredential": "https://127.0.0.1/1"}, STATUS_LIST + "STATUS_RETRIEVAL_ERROR"),
        ({"statusListIndex": "-1"}, DATA_MODEL + "MALFORMED_VALUE_ERROR"),
        ({"statusListIndex": "01"}, DATA_MODEL + "MALFORMED_VALUE_ERROR"),
        ({"statusListIndex": 1}, DATA_MODEL + "MALFORMED_VALUE_ERROR"),
        ({"statusPurpose": 1}, DATA_MODEL + "MALFORMED_VALUE_ERROR"),
        ({"statusSize": 0}, DATA_MODEL + "MALFORMED_VALUE_ERROR"),
        ({"statusSize": 2}, DATA_MODEL + "MALFORMED_VALUE_ERROR"),  # and no messages
        ({"statusListCredential": "no URL"}, DATA_MODEL + "MALFORMED_VALUE_ERROR"),
    ],
    ids=str,
)
def test_the_error_of_each_step(suite: Suite, entry: Any, change: dict[str, Any], kind: str) -> None:
    assert set(types(suite.verifier(TAG).verify(with_status({**entry, **change})))) == {kind}


def test_a_list_of_the_service_that_is_not_there_is_a_retrieval_error(suite: Suite, entry: Any) -> None:
    changed = {**entry, "statusListCredential": entry["statusListCredential"] + "9"}
    assert types(suite.verifier(TAG).verify(with_status(changed))) == [STATUS_LIST + "STATUS_RETRIEVAL_ERROR"]


def test_a_status_of_another_type_is_told_and_no_fault(suite: Suite) -> None:
    other = {"id": "https://example.org/status#1", "type": "https://example.org/Status"}
    told = verified(suite.verifier(TAG).verify(with_status(other)))
    assert "STATUS_NOT_EVALUATED" in {each["code"] for each in told["warnings"]}


# -- the validate algorithm, of lists that are handed in -----------------------------------------------------

URL = "https://lists.example/1"
INDEX = 94_567


class Lists:
    """A Loader whose lists, by URL, are those of the test that runs."""

    def __init__(self) -> None:
        self.by_url: dict[str, bytes | Exception] = {}

    def load(self, url: str) -> bytes:
        found = self.by_url.get(url, UnavailableError("nobody answers"))
        if isinstance(found, Exception):
            raise found
        return found


class Verifier:
    def __init__(self, service: Running, lists: Lists) -> None:
        self._service = service
        self._lists = lists

    def __call__(self, lists: Mapping[str, Any], *entries: Any) -> httpx2.Response:
        self._lists.by_url = {
            url: each if isinstance(each, bytes | Exception) else strict_json.dumps(each)
            for url, each in lists.items()
        }
        return self._service.instance("status").verify(with_status(*entries))


@pytest.fixture(scope="module")
def verify() -> Iterator[Verifier]:
    lists = Lists()

    def make(base: str) -> Service:
        service = ephemeral_service(base)

        def policy(domain: str | None, challenge: str | None) -> Policy:
            return Policy(trust_any=True, loader=lists, domain=domain, challenge=challenge)

        return replace(service, policy=policy)

    with running(make, tls=True) as service:
        yield Verifier(service, lists)


def list_of(
    purpose: Any = "revocation", *, on: bool = False, bits: Any = None, **members: Any
) -> dict[str, Any]:
    """A list credential, unsigned. on: the entry at ``INDEX``."""
    given = status_list.new_list() if bits is None else bits
    if on:
        status_list.set(given, INDEX, 1)
    encoded = status_list.encode(given)
    made = status_issuing.list_credential(id=URL, issuer=AGENT.did, purposes=purpose, encoded=encoded)
    return {**made, **members}


def entry_of(purpose: str = "revocation", **members: Any) -> dict[str, Any]:
    return {**status_issuing.entry(list_url=URL, index=INDEX, purpose=purpose), **members}


def changed(listed: dict[str, Any], **members: Any) -> dict[str, Any]:
    subject = {**listed["credentialSubject"], **members}
    return {**listed, "credentialSubject": {name: each for name, each in subject.items() if each is not None}}


@pytest.mark.parametrize(
    ("purpose", "on", "problem", "notice"),
    [
        ("revocation", False, None, None),
        ("revocation", True, "STATUS_REVOKED", None),
        ("suspension", False, None, None),
        ("suspension", True, "STATUS_SUSPENDED", None),
        ("refresh", False, None, None),
        ("refresh", True, None, "STATUS_MESSAGE"),
        ("https://example.org/purpose", True, None, "STATUS_MESSAGE"),
    ],
)
def test_what_each_purpose_means(
    verify: Verifier, purpose: str, on: bool, problem: str | None, notice: str | None
) -> None:
    answer = verify({URL: signed_with(AGENT, list_of(purpose, on=on))}, entry_of(purpose))
    told = verified(answer) if problem is None else refused(answer)
    assert [each["code"] for each in told["problemDetails"]] == ([] if problem is None else [problem])
    assert [each["code"] for each in told["warnings"]] == ([] if notice is None else [notice])
    assert outcome(told, "proof") == "passed"


def test_a_message_is_told_with_its_text(verify: Verifier) -> None:
    bits = status_list.new_list(size=2)
    status_list.set(bits, INDEX, 3, 2)
    texts = ["a", "b", "c", "delivered"]
    entry = status_issuing.entry(list_url=URL, index=INDEX, purpose="message", size=2, messages=texts)
    told = verified(verify({URL: signed_with(AGENT, list_of("message", bits=bits))}, entry))
    (warning,) = told["warnings"]
    assert warning["code"] == "STATUS_MESSAGE"
    assert "delivered" in warning["detail"]


def test_the_messages_of_a_message_must_be_there(verify: Verifier) -> None:
    entry = {**entry_of("message"), "statusSize": 2}
    answer = verify({URL: signed_with(AGENT, list_of("message"))}, entry)
    assert set(types(answer)) == {DATA_MODEL + "MALFORMED_VALUE_ERROR"}


def test_one_of_several_entries_is_enough(verify: Verifier) -> None:
    both = signed_with(AGENT, list_of(["revocation", "suspension"], on=True))
    answer = verify({URL: both}, entry_of("revocation"), entry_of("suspension"))
    assert codes(answer) == {"STATUS_REVOKED", "STATUS_SUSPENDED"}


def short() -> dict[str, Any]:
    return list_of(bits=bytearray(SMALLEST - 1))


def tampered() -> dict[str, Any]:
    return {**signed_with(AGENT, list_of()), "credentialSubject": list_of(on=True)["credentialSubject"]}


def too_much() -> dict[str, Any]:
    """A list that expands to far more than any list has."""
    packed = base64.urlsafe_b64encode(gzip.compress(bytes(1 << 26), 9)).rstrip(b"=").decode()
    return changed(list_of(), encodedList="u" + packed)


RETRIEVAL, VERIFICATION = STATUS_LIST + "STATUS_RETRIEVAL_ERROR", STATUS_LIST + "STATUS_VERIFICATION_ERROR"
MALFORMED = DATA_MODEL + "MALFORMED_VALUE_ERROR"


@pytest.mark.parametrize(
    ("listed", "kind"),
    [
        (lambda: UnavailableError("nobody answers"), RETRIEVAL),
        (lambda: ProblemError.of(Code.FETCH_REFUSED, "a redirect"), RETRIEVAL),
        (list_of, VERIFICATION),
        (tampered, VERIFICATION),
        (lambda: b"no JSON", VERIFICATION),
        (lambda: b"[]", VERIFICATION),
        (lambda: signed_with(STRANGER, list_of()), VERIFICATION),
        (lambda: signed_with(AGENT, list_of("suspension")), VERIFICATION),
        (lambda: signed_with(AGENT, list_of(id="https://lists.example/2")), VERIFICATION),
        (lambda: signed_with(AGENT, list_of(validUntil="2020-01-01T00:00:00Z")), VERIFICATION),
        (lambda: signed_with(AGENT, list_of(validFrom="2999-01-01T00:00:00Z")), VERIFICATION),
        (lambda: signed_with(AGENT, short()), STATUS_LIST + "STATUS_LIST_LENGTH_ERROR"),
        (lambda: signed_with(AGENT, changed(list_of(), encodedList=None)), MALFORMED),
        (lambda: signed_with(AGENT, changed(list_of(), encodedList="mAAAA")), MALFORMED),
        (lambda: signed_with(AGENT, changed(list_of(), encodedList="uAAAA")), MALFORMED),
        (lambda: signed_with(AGENT, changed(list_of(), statusPurpose=7)), MALFORMED),
        (lambda: signed_with(AGENT, changed(list_of(), type="Other")), MALFORMED),
        (lambda: signed_with(AGENT, list_of(type=["VerifiableCredential"])), MALFORMED),
    ],
    ids=[
        "unreachable", "redirect", "unsigned", "tampered", "no-json", "no-object", "of-a-stranger",
        "other-purpose", "other-id", "past", "future", "short", "no-list", "other-base", "no-gzip",
        "purpose-a-number", "subject-of-other-type", "credential-of-other-type",
    ],
)  # fmt: skip
def test_a_list_that_cannot_be_had_or_does_not_hold(
    verify: Verifier, listed: Callable[[], Any], kind: str
) -> None:
    assert set(types(verify({URL: listed()}, entry_of()))) == {kind}


def test_a_list_that_expands_without_end_is_refused(verify: Verifier) -> None:
    found = codes(verify({URL: signed_with(AGENT, too_much())}, entry_of()))
    assert found
    assert found <= {"TOO_LARGE", "STATUS_LIST_INVALID"}
