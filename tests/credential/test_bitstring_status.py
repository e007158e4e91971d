"""What the entries of a credential say, accept beside reject, purpose by purpose."""

from __future__ import annotations

import json
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from identities import AGENT, alumni_credential

from signet_vc.codec import xsd_datetime
from signet_vc.credential import bitstring_status, model
from signet_vc.credential.bitstring_status import StatusResult
from signet_vc.errors import Code, ProblemError, UnavailableError, UsageError
from signet_vc.limits import DEFAULT_LIMITS

URL = "https://example.com/status/3"
NOON = xsd_datetime.parse("2026-03-30T12:00:00Z").ns
HOUR = 3_600_000_000_000
INVALID = Code.INVALID_CREDENTIAL


def listed(changes=None, *, purposes="revocation", size=1, members=None, **options):
    """A list credential with these entries set; ``members``: of its subject, None takes one out."""
    bits = bitstring_status.new_list(size=size)
    for index, value in (changes or {}).items():
        bitstring_status.set(bits, index, value, size)
    document = bitstring_status.list_credential(
        id=URL, issuer=AGENT.did, purposes=purposes, encoded=bitstring_status.encode(bits), **options
    )
    subject = {**document["credentialSubject"], **(members or {})}
    document["credentialSubject"] = {name: value for name, value in subject.items() if value is not None}
    return document


def status(index=94_567, **members):
    """An entry; None takes a member out."""
    made = {**bitstring_status.entry(list_url=URL, index=index), **members}
    return {name: value for name, value in made.items() if value is not None}


def credential(value):
    return alumni_credential(AGENT.did, credentialStatus=value)


def checked(value, document, **options):
    """(code, pointer) of the problems, and of the notices."""
    problems, notices = bitstring_status.check(credential(value), fetch=lambda _: document, **options)
    return [(each.code, each.pointer) for each in problems], [(each.code, each.pointer) for each in notices]


def refused(entry, document, **options):
    with pytest.raises(ProblemError) as caught:
        bitstring_status.evaluate(entry, document, **options)
    [found] = caught.value.problems
    return found.code, found.pointer


# --- what is made ---------------------------------------------------------------------------------------


def test_an_entry_as_the_recommendation_has_it():
    """§2.1, example 1."""
    assert bitstring_status.entry(list_url=URL, index=94_567) == {
        "id": "https://example.com/status/3#94567",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "94567",
        "statusListCredential": "https://example.com/status/3",
    }


def test_an_entry_with_messages_as_the_recommendation_has_it():
    """§2.1, example 2, with all four values."""
    made = bitstring_status.entry(
        list_url=URL,
        index=492_847,
        purpose="message",
        size=2,
        messages=["pending_review", "accepted", "rejected", "undefined"],
        reference="https://example.org/status-dictionary/",
        id="urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
    )
    assert made == {
        "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "message",
        "statusListIndex": "492847",
        "statusListCredential": URL,
        "statusSize": 2,
        "statusMessage": [
            {"status": "0x0", "message": "pending_review"},
            {"status": "0x1", "message": "accepted"},
            {"status": "0x2", "message": "rejected"},
            {"status": "0x3", "message": "undefined"},
        ],
        "statusReference": "https://example.org/status-dictionary/",
    }


def test_a_list_credential_as_the_recommendation_has_it():
    """§2.2, example 3."""
    made = listed(valid_from="2021-04-05T14:27:40Z", valid_until="2021-05-05T14:27:40Z", ttl=300_000)
    assert made == {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": URL,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": AGENT.did,
        "validFrom": "2021-04-05T14:27:40Z",
        "validUntil": "2021-05-05T14:27:40Z",
        "credentialSubject": {
            "id": "https://example.com/status/3#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "ttl": 300_000,
            "encodedList": bitstring_status.encode(bitstring_status.new_list()),
        },
    }
    assert model.check(made) == []
    assert bitstring_status.form_problems(made) == []


def test_what_is_made_conforms_to_the_data_model():
    entry = bitstring_status.entry(list_url=URL, index=1, size=2, messages=list("abcd"), reference=[URL])
    assert model.check(credential(entry)) == []
    assert bitstring_status.form_problems(credential(entry)) == []


@pytest.mark.parametrize(
    "options",
    [
        {"index": -1},
        {"list_url": "status/3"},
        {"purpose": ""},
        {"id": URL},
        {"size": 0},
        {"size": 2},
        {"size": 2, "messages": ["a", "b"]},
        {"messages": ["a"]},
        {"size": 17, "messages": []},
        {"reference": "no URL"},
        {"reference": [URL, "no URL"]},
    ],
    ids=str,
)
def test_entries_that_are_not_made(options):
    with pytest.raises(UsageError):
        bitstring_status.entry(**{"list_url": URL, "index": 1, **options})


@pytest.mark.parametrize(
    "options",
    [
        {"id": "status/3"},
        {"issuer": "nobody"},
        {"valid_from": "2026-03-30T12:00:00Z", "valid_until": "2026-03-30T11:00:00Z"},
        {"purposes": []},
        {"purposes": ""},
        {"purposes": ["revocation", ""]},
        {"ttl": -1},
        {"ttl": 0.5},
        {"valid_from": "2026-03-30"},
        {"valid_from": "2026-03-30T12:00:00"},
        {"valid_until": "noon"},
        {"encoded": "uAAAA"},
    ],
    ids=str,
)
def test_list_credentials_that_are_not_made(options):
    encoded = bitstring_status.encode(bitstring_status.new_list())
    made = {"id": URL, "issuer": AGENT.did, "purposes": "revocation", "encoded": encoded, **options}
    with pytest.raises(UsageError):
        bitstring_status.list_credential(**made)


def test_an_update_is_a_new_unsigned_edition():
    before = {**listed({7: 1}), "proof": {"type": "DataIntegrityProof"}}
    kept = json.loads(json.dumps(before))
    after = bitstring_status.update(before, {8: 1, 7: 1}, valid_from="2026-03-30T12:00:00Z")
    assert before == kept
    assert after == {**listed({7: 1, 8: 1}), "validFrom": "2026-03-30T12:00:00Z"}


@pytest.mark.parametrize("purposes", ["revocation", "refresh", ["suspension", "revocation"]])
def test_a_revocation_or_refresh_is_not_taken_back(purposes):
    with pytest.raises(UsageError):
        bitstring_status.update(listed({7: 1}, purposes=purposes), {7: 0})


@pytest.mark.parametrize("purposes", ["suspension", "message", ["suspension", "message"]])
def test_a_suspension_or_message_is(purposes):
    after = bitstring_status.update(listed({7: 1}, purposes=purposes), {7: 0})
    assert after == listed(purposes=purposes)


def test_the_reason_of_a_revocation_may_change():
    after = bitstring_status.update(listed({7: 1}, size=2), {7: 2}, size=2)
    assert after == listed({7: 2}, size=2)


def test_updates_that_cannot_be():
    with pytest.raises(ProblemError) as caught:
        bitstring_status.update(listed(), {131_072: 1})
    assert caught.value.codes == (Code.STATUS_INDEX_OUT_OF_RANGE,)
    with pytest.raises(ProblemError) as caught:
        bitstring_status.update(alumni_credential(AGENT.did), {0: 1})
    assert caught.value.codes == (INVALID,)
    with pytest.raises(UsageError):
        bitstring_status.update(listed(), {0: 2})


def test_indexes_are_chosen_by_chance_among_the_free():
    drawn = random.Random(4)
    taken = set()
    for _ in range(300):
        index = bitstring_status.choose_index(taken, 300, draw=drawn.randrange)
        assert index not in taken
        taken.add(index)
    with pytest.raises(UsageError):
        bitstring_status.choose_index(taken, 300, draw=drawn.randrange)


def test_an_index_is_found_where_chance_fails():
    assert bitstring_status.choose_index({0}, 2, draw=lambda _: 0) == 1


# --- what entries say -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("purpose", "problems", "notices"),
    [
        ("revocation", [Code.STATUS_REVOKED], []),
        ("suspension", [Code.STATUS_SUSPENDED], []),
        ("refresh", [], [Code.STATUS_MESSAGE]),
        ("message", [], [Code.STATUS_MESSAGE]),
        ("urn:example:audited", [], [Code.STATUS_MESSAGE]),
    ],
)
def test_each_purpose(purpose, problems, notices):
    place = "/credentialStatus"
    found = checked(status(7, statusPurpose=purpose), listed({7: 1}, purposes=purpose))
    assert found == ([(each, place) for each in problems], [(each, place) for each in notices])
    said = [Code.STATUS_MESSAGE] if purpose == "message" else []  # of a message 0 is one too
    found = checked(status(8, statusPurpose=purpose), listed({7: 1}, purposes=purpose))
    assert found == ([], [(each, place) for each in said])


def test_the_result_of_the_algorithm():
    document = listed({7: 1})
    assert bitstring_status.evaluate(status(7), document) == StatusResult("revocation", 1, False, None)
    assert bitstring_status.evaluate(status(8), document) == StatusResult("revocation", 0, True, None)


@pytest.mark.parametrize(("index", "message"), [(7, "set"), (8, "unset")])
def test_one_bit_without_messages(index, message):
    found = bitstring_status.evaluate(
        status(index, statusPurpose="message"), listed({7: 1}, purposes="message")
    )
    assert (found.message, found.valid) == (message, message == "unset")


def messages(*texts):
    return [{"status": f"0x{value:x}", "message": text} for value, text in enumerate(texts)]


@pytest.mark.parametrize(
    ("index", "message"), [(0, "pending"), (1, "accepted"), (2, "rejected"), (3, "undefined")]
)
def test_messages_of_two_bits(index, message):
    entry = status(
        index,
        statusPurpose="message",
        statusSize=2,
        statusMessage=messages("pending", "accepted", "rejected", "undefined"),
    )
    document = listed({1: 1, 2: 2, 3: 3}, purposes="message", size=2)
    assert bitstring_status.evaluate(entry, document) == StatusResult("message", index, index == 0, message)


def test_messages_in_any_order_and_with_more_members():
    texts = [{**each, "note": 1} for each in reversed(messages("a", "b", "c", "d"))]
    texts[0]["status"] = "0x03"
    entry = status(3, statusSize=2, statusMessage=texts, statusPurpose="message")
    assert bitstring_status.evaluate(entry, listed({3: 3}, purposes="message", size=2)).message == "d"


def test_the_list_defines_what_the_entry_left_open():
    """§2.1 ``undefined``; §2.2 ``statusMessages``. What the entry does define holds against the list."""
    entry = status(
        3, statusPurpose="message", statusSize=2, statusMessage=messages("a", "b", "c", "undefined")
    )
    members = {"statusSize": 2, "statusMessages": messages("A", "B", "C", "lost")}
    document = listed({2: 2, 3: 3}, purposes="message", size=2, members=members)
    assert bitstring_status.evaluate(entry, document).message == "lost"
    assert bitstring_status.evaluate({**entry, "statusListIndex": "2"}, document).message == "c"


def test_a_revocation_may_say_why():
    entry = status(5, statusSize=2, statusMessage=messages("ok", "stolen", "superseded", "undefined"))
    problems, _ = bitstring_status.check(credential(entry), fetch=lambda _: listed({5: 2}, size=2))
    assert [each.code for each in problems] == [Code.STATUS_REVOKED]
    assert "superseded" in problems[0].detail


def test_an_entry_among_several_purposes_of_a_list():
    document = listed({7: 1}, purposes=["revocation", "suspension"])
    assert checked(status(7, statusPurpose="suspension"), document)[0] == [
        (Code.STATUS_SUSPENDED, "/credentialStatus")
    ]


def test_several_entries_are_all_evaluated_and_a_list_is_had_once():
    urls = []

    def fetch(url):
        urls.append(url)
        return listed({7: 1}, purposes=["revocation", "suspension"])

    entries = [status(7), status(7, statusPurpose="suspension"), status(8)]
    problems, notices = bitstring_status.check(credential(entries), fetch=fetch)
    assert [(each.code, each.pointer) for each in problems] == [
        (Code.STATUS_REVOKED, "/credentialStatus/0"),
        (Code.STATUS_SUSPENDED, "/credentialStatus/1"),
    ]
    assert (notices, urls) == ([], [URL])


def test_a_credential_without_status_asks_nobody():
    assert bitstring_status.check(alumni_credential(AGENT.did), fetch=pytest.fail) == (
        [],
        [],
    )


@pytest.mark.parametrize("other", ["RevocationList2020Status", ["TokenStatus", "X"]])
def test_statuses_of_other_types_are_told_and_no_fault(other):
    found = checked([{"id": URL, "type": other}, status(8)], listed())
    assert found == ([], [(Code.STATUS_NOT_EVALUATED, "/credentialStatus/0")])


def test_without_a_way_to_lists_the_form_is_still_held():
    problems, notices = bitstring_status.check(credential([status(1), status(statusSize=0)]), fetch=None)
    assert [(each.code, each.pointer) for each in problems] == [(INVALID, "/credentialStatus/1/statusSize")]
    assert [(each.code, each.pointer) for each in notices] == [
        (Code.STATUS_NOT_EVALUATED, "/credentialStatus/0")
    ]


# --- the faults -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("member", "values"),
    [
        ("type", [["BitstringStatusListEntry", "Other"], None, "BitstringStatusList", []]),
        ("id", [URL]),
        ("statusPurpose", [None, 7, "", ["revocation"], {}]),
        ("statusListCredential", [None, 7, "", "status/3", "https://exa mple.com/", [URL], {"id": URL}]),
        ("statusListIndex", [None, 7, "", "-1", "+1", "01", "1.0", "1e3", "\u0667", "7\n", ["7"], True]),
        ("statusSize", [0, -1, "1", 1.0, True, 17, 1 << 70, [1], {}]),
        ("statusMessage", ["text", [], {}, messages("a"), messages("a", "b", "c")]),
        ("statusReference", ["no URL", 7, {}, [URL, 7], [[URL]]]),
    ],
)
def test_malformed_entries(member, values):
    for value in values:
        assert refused(status(**{member: value}), listed()) == (INVALID, f"/credentialStatus/{member}")


@pytest.mark.parametrize(
    ("second", "pointer"),
    [
        ("b", "1"),
        ({"status": "0x1"}, "1"),
        ({"message": "b"}, "1"),
        ({"status": 1, "message": "b"}, "1"),
        ({"status": "1", "message": "b"}, "1"),
        ({"status": "0x", "message": "b"}, "1"),
        ({"status": "0xg", "message": "b"}, "1"),
        ({"status": "0x1", "message": ["b"]}, "1"),
        ({"status": "0x0", "message": "b"}, "1/status"),
        ({"status": "0x2", "message": "b"}, "1/status"),
    ],
    ids=str,
)
def test_malformed_messages(second, pointer):
    entry = status(statusMessage=[{"status": "0x0", "message": "a"}, second])
    assert refused(entry, listed()) == (INVALID, f"/credentialStatus/statusMessage/{pointer}")


def test_more_than_one_bit_demands_messages():
    assert refused(status(statusSize=2), listed(size=2)) == (INVALID, "/credentialStatus/statusMessage")


def test_references_may_be_several():
    entry = status(statusReference=[URL, "did:example:1"])
    assert bitstring_status.evaluate(entry, listed()).valid


@pytest.mark.parametrize(
    ("member", "values"),
    [
        ("type", [None, "Other", ["BitstringStatusList", "Other"], 7]),
        ("statusPurpose", [None, [], "", 7, ["revocation", 7]]),
        ("encodedList", [None, 7, "", "uAAAA"]),
        ("ttl", [-1, "300000", 0.5, True]),
        ("statusSize", [0, "1", 17]),
        ("statusMessages", [[], "a", messages("a")]),
    ],
)
def test_malformed_lists(member, values):
    """As an entry's problem, and of the list credential looked at by itself."""
    for value in values:
        document = listed(members={member: value})
        assert refused(status(), document) == (INVALID, "/credentialStatus/statusListCredential")
        [found] = bitstring_status.form_problems(document)
        assert (found.code, found.pointer) == (INVALID, f"/credentialSubject/{member}")


@pytest.mark.parametrize("subject", [None, "x", [], [listed()["credentialSubject"]]])
def test_a_list_is_the_one_subject(subject):
    document = {**listed(), "credentialSubject": subject}
    [found] = bitstring_status.form_problems(document)
    assert (found.code, found.pointer) == (INVALID, "/credentialSubject")
    assert refused(status(), document)[0] is INVALID


def test_what_is_no_list_credential():
    document = {**listed(), "type": ["VerifiableCredential"]}
    assert refused(status(), document) == (INVALID, "/credentialStatus/statusListCredential")
    assert bitstring_status.form_problems(document) == []


def test_a_null_ttl_is_no_ttl():
    document = listed()
    document["credentialSubject"]["ttl"] = None
    assert refused(status(), document)[0] is INVALID


def test_a_list_may_be_without_id_but_not_another():
    document = listed()
    del document["id"]
    assert bitstring_status.evaluate(status(), document).valid
    for other in (URL + "#", "https://example.com/status/4", None, 7):
        found = refused(status(), {**document, "id": other})
        assert found == (Code.STATUS_LIST_INVALID, "/credentialStatus/statusListCredential")


def test_the_purpose_is_among_the_lists():
    found = refused(status(statusPurpose="suspension"), listed(purposes=["revocation", "refresh"]))
    assert found == (Code.STATUS_LIST_INVALID, "/credentialStatus/statusPurpose")


def test_a_list_of_another_entry_size():
    document = listed(size=2, members={"statusSize": 2})
    assert refused(status(), document) == (Code.STATUS_LIST_INVALID, "/credentialStatus/statusSize")


@pytest.mark.parametrize(
    ("at", "skew", "valid"),
    [
        (NOON, 0, True),
        (NOON + HOUR, 0, True),
        (NOON - 1, 0, False),
        (NOON - 1, 1, True),
        (NOON + HOUR + 1, 0, False),
        (NOON + HOUR + 1, 1, True),
        (None, 0, True),
    ],
)
def test_a_list_holds_in_its_validity_period(at, skew, valid):
    document = listed(valid_from="2026-03-30T12:00:00Z", valid_until="2026-03-30T13:00:00Z")
    if valid:
        assert bitstring_status.evaluate(status(), document, at_ns=at, skew_ns=skew).valid
    else:
        found = refused(status(), document, at_ns=at, skew_ns=skew)
        assert found == (Code.STATUS_LIST_INVALID, "/credentialStatus/statusListCredential")
    assert bool(checked(status(), document, at_ns=at, skew_ns=skew)[0]) is not valid


def test_short_lists():
    short = bitstring_status.encode(bytes(16_383))
    document = listed(members={"encodedList": short})
    found = (Code.STATUS_LIST_TOO_SHORT, "/credentialStatus/statusListCredential")
    assert refused(status(), document) == found
    assert bitstring_status.evaluate(status(), document, minimum=1_000).valid
    entry = status(0, statusSize=2, statusMessage=messages(*"abcd"))
    assert refused(entry, listed()) == found
    assert refused(status(), listed(), minimum=131_073) == found


@pytest.mark.parametrize("index", ["131072", "18446744073709551616", "9" * 500_000])
def test_indexes_past_the_end(index):
    found = refused(status(statusListIndex=index), listed())
    assert found == (Code.STATUS_INDEX_OUT_OF_RANGE, "/credentialStatus/statusListIndex")


def raising(error):
    def fetch(url):
        raise error

    return fetch


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UnavailableError("no answer", code=Code.RESOLVER_UNAVAILABLE), Code.STATUS_UNAVAILABLE),
        (ProblemError.of(Code.FETCH_REFUSED, "a private address"), Code.STATUS_UNAVAILABLE),
        (ProblemError.of(Code.STATUS_UNAVAILABLE, "404"), Code.STATUS_UNAVAILABLE),
        (ProblemError.of(Code.PROOF_INVALID, "forged", "/proof"), Code.STATUS_LIST_INVALID),
        (ProblemError.of(Code.MALFORMED_JSON, "x" * 5_000), Code.STATUS_LIST_INVALID),
    ],
    ids=str,
)
def test_a_list_that_cannot_be_had_and_one_that_does_not_hold(error, code):
    problems, _ = bitstring_status.check(credential([status(1), status(2)]), fetch=raising(error))
    assert [(each.code, each.pointer) for each in problems] == [
        (code, f"/credentialStatus/{number}/statusListCredential") for number in (0, 1)
    ]
    assert all(len(each.detail) <= 400 for each in problems)


def test_the_error_types_of_the_recommendation():
    short = listed(members={"encodedList": bitstring_status.encode(bytes(8))})
    found = [
        bitstring_status.check(credential(status(**members)), fetch=fetch)[0][0].type
        for members, fetch in (
            ({}, raising(UnavailableError("down"))),
            ({}, raising(ProblemError.of(Code.PROOF_INVALID, "forged"))),
            ({"statusPurpose": "x"}, lambda _: listed()),
            ({}, lambda _: short),
            ({"statusListIndex": "131072"}, lambda _: listed()),
            ({"statusSize": 0}, lambda _: listed()),
        )
    ]
    status_list = "https://www.w3.org/ns/credentials/status-list#"
    data_model = "https://www.w3.org/TR/vc-data-model#"
    assert found == [
        status_list + "STATUS_RETRIEVAL_ERROR",
        status_list + "STATUS_VERIFICATION_ERROR",
        status_list + "STATUS_VERIFICATION_ERROR",
        status_list + "STATUS_LIST_LENGTH_ERROR",
        data_model + "RANGE_ERROR",
        data_model + "MALFORMED_VALUE_ERROR",
    ]


# --- bounds ---------------------------------------------------------------------------------------------


def test_no_more_than_eight_lists_are_asked_for():
    urls = []

    def fetch(url):
        urls.append(url)
        document = listed()
        document["id"] = url
        return document

    entries = [
        bitstring_status.entry(list_url=f"https://example.com/{number}", index=0) for number in range(9)
    ]
    problems, _ = bitstring_status.check(credential(entries), fetch=fetch)
    assert [(each.code, each.pointer) for each in problems] == [(Code.TOO_LARGE, "/credentialStatus/8")]
    assert len(urls) == 8


def test_no_more_than_fifty_problems_are_told():
    wrong = [status(statusSize=0)] * 1_000
    problems, _ = bitstring_status.check(credential(wrong), fetch=lambda _: listed())
    assert len(problems) == 50
    assert len(bitstring_status.form_problems(credential(wrong))) == 50
    _, notices = bitstring_status.check(credential([{"type": "Other"}] * 1_000), fetch=None)
    assert len(notices) == 50


def test_a_list_is_expanded_within_the_callers_limit():
    limits = replace(DEFAULT_LIMITS, status_list_bytes=16_384)
    assert bitstring_status.evaluate(status(), listed(), limits=limits).valid
    longer = listed(members={"encodedList": bitstring_status.encode(bytes(16_385))})
    found = (Code.TOO_LARGE, "/credentialStatus/statusListCredential")
    assert refused(status(), longer, limits=limits) == found
    assert checked(status(), longer, limits=limits)[0] == [found]
    assert [each.code for each in bitstring_status.form_problems(longer, limits=limits)] == [Code.TOO_LARGE]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
MEMBERS = [*status(), "statusSize", "statusMessage", "statusReference"]
SUBJECT = [*listed()["credentialSubject"], "ttl", "statusSize", "statusMessages"]


@given(
    st.sampled_from(MEMBERS), JSON, st.sampled_from(SUBJECT), JSON, st.sampled_from(["type", "id", "x"]), JSON
)
def test_no_value_of_any_member_raises_anything_of_its_own(
    member, value, of_list, listed_value, top, top_value
):
    document = {**listed(), top: top_value}
    document["credentialSubject"] = {**document["credentialSubject"], of_list: listed_value}
    entry = {**status(), member: value}
    problems, notices = bitstring_status.check(
        credential([entry, value]), fetch=lambda _: document, at_ns=NOON
    )
    assert {type(each.code) for each in (*problems, *notices)} <= {Code}
    bitstring_status.form_problems({**document, "credentialStatus": entry})
    bitstring_status.form_problems({**document, "credentialStatus": value})
