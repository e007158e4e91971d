"""Status lists over HTTPS: the issuer enters what it issues, sets a status, publishes; its verifier looks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from identities import AGENT
from vc_service import V1, Running, credential_of, running

from signet_vc.credential import status_list
from signet_vc.errors import UsageError
from signet_vc.service import settings
from signet_vc.service.app import Service
from signet_vc.service.status_lists import StatusEntries, StatusLists


@pytest.fixture(scope="module")
def service() -> Iterator[Running]:
    with running(tls=True) as made:
        yield made


def codes(answer: Any) -> list[str]:
    return [each["code"] for each in answer.json()["problemDetails"]]


def change(service: Running, on: bool = True, **members: Any) -> Any:
    body = {
        "credentialStatus": {"type": "BitstringStatusListEntry", "statusPurpose": "revocation"},
        "status": on,
    }
    return service.post("/instances/status/credentials/status", {**body, **members})


def test_the_issuer_enters_what_it_issues(service: Running) -> None:
    entry = service.instance("status").issued()["credentialStatus"]
    assert set(entry) == {"id", "type", "statusPurpose", "statusListIndex", "statusListCredential"}
    assert (entry["type"], entry["statusPurpose"]) == ("BitstringStatusListEntry", "revocation")
    assert entry["statusListCredential"].startswith(service.base + "/status-lists/")
    assert entry["statusListCredential"].startswith("https://")
    assert entry["id"] != entry["statusListCredential"]
    assert str(int(entry["statusListIndex"])) == entry["statusListIndex"]


def test_the_list_is_a_secured_credential(service: Running) -> None:
    instance = service.instance("status")
    answer = service.client.get(instance.issued()["credentialStatus"]["statusListCredential"])
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    document = answer.json()
    assert "BitstringStatusListCredential" in document["type"]
    assert document["credentialSubject"]["type"] == "BitstringStatusList"
    assert len(status_list.decode(document["credentialSubject"]["encodedList"])) >= 16_384
    assert instance.verify(document).status_code == 200


def test_a_revoked_credential_no_longer_verifies_and_others_do(service: Running) -> None:
    instance = service.instance("status")
    revoked, other = instance.issued(id="urn:example:revoked"), instance.issued(id="urn:example:other")
    assert instance.verify(revoked).status_code == 200
    answer = change(service, credentialId="urn:example:revoked")
    assert (answer.status_code, answer.json()) == (200, {"statusPurpose": "revocation", "status": True})
    answer = instance.verify(revoked)
    assert (answer.status_code, codes(answer)) == (400, ["STATUS_REVOKED"])
    assert {"name": "proof", "outcome": "passed", "reason": ""} in answer.json()["checks"]
    assert instance.verify(other).status_code == 200


def test_a_status_is_changed_by_its_entry(service: Running) -> None:
    instance = service.instance("status")
    issued = instance.issued()
    assert change(service, credentialStatus=issued["credentialStatus"]).status_code == 200
    assert codes(instance.verify(issued)) == ["STATUS_REVOKED"]


def test_a_credential_without_an_id_is_named_by_the_caller(service: Running) -> None:
    instance = service.instance("status")
    issued = instance.issue(credential_of(instance.did), credentialId="urn:example:named").json()
    assert change(service, credentialId="urn:example:named").status_code == 200
    assert codes(instance.verify(issued)) == ["STATUS_REVOKED"]


def test_a_revocation_is_for_good(service: Running) -> None:
    service.instance("status").issued(id="urn:example:for-good")
    assert change(service, credentialId="urn:example:for-good").status_code == 200
    assert change(service, credentialId="urn:example:for-good", on=False).status_code == 400


@pytest.mark.parametrize(
    ("members", "status"),
    [
        ({}, 400),
        ({"credentialId": "urn:example:nobody"}, 404),
        ({"credentialId": 7}, 400),
        ({"credentialId": "urn:example:a", "status": "true"}, 400),
        ({"credentialId": "urn:example:a", "status": None}, 400),
        ({"credentialId": "urn:example:a", "credentialStatus": None}, 400),
        (
            {
                "credentialId": "urn:example:a",
                "credentialStatus": {"type": "Other", "statusPurpose": "revocation"},
            },
            400,
        ),
        ({"credentialId": "urn:example:a", "credentialStatus": {"type": "BitstringStatusListEntry"}}, 400),
        (
            {
                "credentialId": "urn:example:a",
                "credentialStatus": {"type": "BitstringStatusListEntry", "statusPurpose": "suspension"},
            },
            400,
        ),
        (
            {
                "credentialStatus": {
                    "type": "BitstringStatusListEntry",
                    "statusPurpose": "revocation",
                    "statusListIndex": "-1",
                    "statusListCredential": "https://other.example/1",
                }
            },
            400,
        ),
        (
            {
                "credentialStatus": {
                    "type": "BitstringStatusListEntry",
                    "statusPurpose": "revocation",
                    "statusListIndex": "1",
                    "statusListCredential": "https://other.example/1",
                }
            },
            404,
        ),
    ],
)
def test_a_change_that_names_nothing_is_refused(
    service: Running, members: dict[str, Any], status: int
) -> None:
    assert change(service, **members).status_code == status


def test_an_instance_without_lists_has_no_status(service: Running) -> None:
    body = {
        "credentialId": "urn:example:a",
        "credentialStatus": {"type": "BitstringStatusListEntry", "statusPurpose": "revocation"},
        "status": True,
    }
    assert service.post("/credentials/status", body).status_code == 404
    assert "credentialStatus" not in service.instance("eddsa-jcs-2022").issued()


def test_a_1_1_credential_is_entered_too(service: Running) -> None:
    instance = service.instance("status")
    answer = instance.issue(
        credential_of(instance.did, **{"@context": [V1]}, issuanceDate="2020-01-01T00:00:00Z")
    )
    assert answer.status_code == 201, answer.text
    assert "https://www.w3.org/ns/credentials/status/v1" in answer.json()["@context"]
    assert instance.verify(answer.json()).status_code == 200


def test_a_status_of_the_callers_own_stands_beside_ours(service: Running) -> None:
    instance = service.instance("status")
    theirs = {
        "id": "https://other.example/status#1",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "refresh",
    }
    theirs |= {"statusListIndex": "1", "statusListCredential": "https://other.example/status"}
    issued = instance.issued(credentialStatus=theirs)["credentialStatus"]
    assert (issued[0], issued[1]["statusPurpose"]) == (theirs, "revocation")


@pytest.mark.parametrize(
    "path",
    [
        "/status-lists/none",
        "/status-lists/status-revocation-1",
        "/status-lists/status-revocation-00",
        "/status-lists/",
    ],
)
def test_a_list_that_is_not_there_is_not_found(service: Running, path: str) -> None:
    answer = service.get(path)
    assert (answer.status_code, answer.json()["title"]) == (404, "Not Found")


def test_lists_are_under_https_alone() -> None:
    with running() as plain:
        assert "status" not in plain.dids
    with pytest.raises(UsageError):
        StatusLists(StatusEntries(None), name="a", key=AGENT, base="http://127.0.0.1:1")


# -- kept ------------------------------------------------------------------------------------------

BASE = "https://vc.example"


def lists(entries: StatusEntries, **more: Any) -> StatusLists:
    return StatusLists(entries, name="a", key=AGENT, base=BASE, **more)


def test_what_was_set_outlives_the_process(tmp_path: Path) -> None:
    entries = StatusEntries(tmp_path / "status.db")
    (entry,) = lists(entries).allot("urn:example:a")
    assert lists(entries).change("urn:example:a", "revocation", on=True) == 1
    entries.close()
    again = StatusEntries(tmp_path / "status.db")
    assert lists(again).change("urn:example:a", "revocation", on=True) == 1
    document = lists(again).publish("a-revocation-0")
    assert document is not None
    assert entry["statusListCredential"] == f"{BASE}/status-lists/a-revocation-0"
    again.close()


def test_a_file_is_kept_by_one_process(tmp_path: Path) -> None:
    entries = StatusEntries(tmp_path / "status.db")
    with pytest.raises(UsageError):
        StatusEntries(tmp_path / "status.db")
    entries.close()
    StatusEntries(tmp_path / "status.db").close()


def test_where_the_file_fails_nothing_is_issued_and_nothing_verifies() -> None:
    made: list[Service] = []

    def make(base: str) -> Service:
        made.append(settings.ephemeral_service(base))
        return made[0]

    with running(make, tls=True) as service:
        instance = service.instance("status")
        issued = instance.issued()
        made[0].close()
        answer = instance.issue(credential_of(instance.did))
        assert (answer.status_code, answer.json()["code"]) == (503, "STORE_UNAVAILABLE")
        assert answer.headers["retry-after"] == "1"
        assert codes(instance.verify(issued)) == ["STATUS_UNAVAILABLE"]
        assert service.get("/status-lists/status-revocation-0").status_code == 503


def test_what_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "status.db").write_text("a text that is no database, and long enough to tell")
    with pytest.raises(UsageError):
        StatusEntries(tmp_path / "status.db")


def test_a_suspension_can_be_taken_back() -> None:
    made = lists(StatusEntries(None), purposes=("revocation", "suspension"))
    revocation, suspension = made.allot("urn:example:a")
    assert revocation["statusListIndex"] == suspension["statusListIndex"]
    assert revocation["statusListCredential"] != suspension["statusListCredential"]
    index = int(suspension["statusListIndex"])
    for on in (True, False):
        assert made.change("urn:example:a", "suspension", on=on) == 1
        assert bit(made, "a-suspension-0", index) == int(on)
        assert bit(made, "a-revocation-0", index) == 0


def bit(made: StatusLists, name: str, index: int) -> int:
    import orjson

    text = made.publish(name)
    assert text is not None
    return status_list.get(status_list.decode(orjson.loads(text)["credentialSubject"]["encodedList"]), index)


def test_no_two_credentials_share_an_entry() -> None:
    made = lists(StatusEntries(None))
    given: list[str] = []

    def allot() -> None:
        given.extend(made.allot(None)[0]["statusListIndex"] for _ in range(200))

    threads = [threading.Thread(target=allot) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(given)) == len(given) == 800


def test_an_entry_that_came_to_nothing_is_given_back() -> None:
    entries = StatusEntries(None)
    made = lists(entries)
    made.release(made.allot("urn:example:a"))
    assert made.change("urn:example:a", "revocation", on=True) == 0
