"""A response and the request that it answers, and what else a credential refers to."""

from __future__ import annotations

from dataclasses import replace

import pytest
from engine import AGENT, RESULT, SERVER, STRANGER, memory_store, run
from recorded import Recorded, altered, codes, notices

from signet_vc import audit
from signet_vc.attestation.call import Answer, OutcomeKind
from signet_vc.attestation.store import Record
from signet_vc.codec import strict_json
from signet_vc.codec.timestamps import format_s, parse
from signet_vc.keys.signing import Key
from signet_vc.policy import Policy
from signet_vc.securing import Securing, secure


@pytest.fixture
def recorded():
    return Recorded()


def resigned(record: Record, key: Key, issuer: Key | None = None, **members) -> Record:
    """The record with other members, properly signed: what a signer states who says another thing."""
    document = strict_json.loads(record.secured)
    del document["proof"]
    if issuer is not None:
        document["issuer"] = issuer.did
    subject = document["credentialSubject"] | members
    document["credentialSubject"] = {name: value for name, value in subject.items() if value is not None}
    created = format_s(parse(document["validFrom"]))
    secured = secure(document, key, securing=Securing.DATA_INTEGRITY, created=created)
    stated = document["credentialSubject"]
    return replace(
        record,
        digest=secured.digest,
        secured=secured.text,
        issuer=document["issuer"],
        tool=stated["tool"],
        outcome=stated.get("outcome"),
        request_digest=stated.get("request", {}).get("digestMultibase"),
    )


def test_request_and_response_belong_together(recorded):
    request, response = recorded.called()
    assert recorded.judge(request).verified
    assert recorded.judge(response).verified


@pytest.mark.parametrize(
    "change", [{"agent": STRANGER.did}, {"tool": "other"}, {"method": "tasks/cancel", "result": None}]
)
def test_a_response_to_another_call(recorded, change):
    _, response = recorded.called()
    if "method" in change:
        change = {**change, "outcome": "cancelled"}
    other = resigned(response, SERVER, **change)
    found = recorded.judge(other)
    assert "REQUEST_MISMATCH" in codes(found)
    name = next(iter(change))
    assert f"/credentialSubject/{name}" in [each.pointer for each in found.problems]


def test_threat_36_a_response_that_was_swapped(recorded):
    """The answer to one request, stored as the answer to another."""
    first, _ = recorded.called()
    _, second = recorded.called()
    swapped = resigned(
        second,
        SERVER,
        request={"id": strict_json.loads(second.secured)["id"], "digestMultibase": first.digest},
    )
    assert "REQUEST_MISMATCH" in codes(recorded.judge(swapped))
    assert codes(recorded.judge(replace(second, request_digest=first.digest))) == ["INVALID_CREDENTIAL"]


def test_a_jws_digest_must_be_the_request_s():
    recorded = Recorded(securing=Securing.BOTH)
    request, response = recorded.called()
    assert recorded.judge(response).verified
    recorded.store = memory_store()
    recorded.keep(replace(request, jws=None))
    assert codes(recorded.judge(response)) == ["REQUEST_MISMATCH"]


def test_answered_by_another_than_the_audience(recorded):
    _, response = recorded.called()
    other = resigned(response, STRANGER, STRANGER)
    found = recorded.judge(other, Policy(trust_any=True))
    assert codes(found) == ["REQUEST_MISMATCH"]
    assert found.problems[0].pointer == "/issuer"


def test_received_before_it_was_signed(recorded):
    _, response = recorded.called()
    early = resigned(response, SERVER, receivedAt="2026-03-30T11:36:25.119Z")
    assert "TIME_MISMATCH" in codes(recorded.judge(early))
    within_skew = resigned(response, SERVER, receivedAt="2026-03-30T11:36:25.120Z")
    assert "TIME_MISMATCH" not in codes(recorded.judge(within_skew))


@pytest.mark.parametrize(
    "broken",
    [
        {"secured": "{}"},
        {"secured": "{"},
        {"secured": '{"issuer":1,"credentialSubject":[]}'},
        {"kind": "response"},
    ],
)
def test_what_stands_for_the_request_may_be_anything(recorded, broken):
    request, response = recorded.called()
    recorded.store = memory_store()
    recorded.keep(replace(request, **broken))
    found = recorded.judge(response)
    assert ("REQUEST_MISMATCH" in codes(found)) is ("secured" in broken)


def test_a_request_that_is_not_here_is_a_notice(recorded):
    _, response = recorded.called()
    recorded.store = memory_store()
    found = recorded.judge(response)
    assert found.verified
    assert notices(found) == ["REQUEST_MISMATCH"]


# -- two answers -----------------------------------------------------------------------------------


def test_two_different_answers_convict_their_issuer(recorded):
    _, response = recorded.called()
    changed = {**RESULT, "content": [{"type": "text", "text": "not sent"}]}
    second = resigned(response, SERVER, result=changed, chain=None, sequence=None, previousDigest=None)
    assert recorded.judge(response).verified
    recorded.keep(second)
    for each in (response, second):
        assert codes(recorded.judge(each)) == ["REQUEST_MISMATCH"]


def test_true_is_not_one():
    """Python takes them for equal; the two answers are not."""
    recorded = Recorded()
    _, response = recorded.called()
    for structured in (True, 1):
        recorded.keep(resigned(response, SERVER, result={**RESULT, "structuredContent": {"x": structured}}))
    second, third = recorded.store.answers(response.request_digest)[1:]
    recorded.store = memory_store()
    recorded.keep(second, third)
    assert codes(recorded.judge(second)) == ["REQUEST_MISMATCH"]


def test_a_forged_second_answer_convicts_nobody(recorded):
    _, response = recorded.called()
    forged = altered(response, result={**RESULT, "content": []})
    recorded.keep(forged, replace(response, digest=forged.digest[:-2] + "AA", secured="{}"))
    assert recorded.judge(response).verified
    assert "PROOF_INVALID" in codes(recorded.judge(forged))


def test_another_s_answer_convicts_nobody(recorded):
    _, response = recorded.called()
    recorded.keep(resigned(response, STRANGER, STRANGER, result={**RESULT, "content": []}))
    assert recorded.judge(response).verified


def test_one_statement_secured_twice_is_one(recorded):
    """An ECDSA signature differs each time; the statement does not."""
    _, response = recorded.called()
    document = strict_json.loads(response.secured)
    del document["proof"]
    token = secure(document, SERVER, securing=Securing.JWS, created=format_s(parse(document["validFrom"])))
    recorded.keep(replace(response, digest=token.digest, secured=token.text))
    for record in recorded.store.answers(response.request_digest):
        assert recorded.judge(record).verified


def test_a_task_s_interim_answer_is_no_second_one(recorded):
    _, response = recorded.called()
    interim = resigned(
        response,
        SERVER,
        outcome="task",
        taskId="task-1",
        result={"resultType": "task", "taskId": "task-1"},
        chain=None,
        sequence=None,
        previousDigest=None,
    )
    recorded.keep(interim)
    assert recorded.judge(response).verified
    assert recorded.judge(interim).verified


# -- what else is referred to ----------------------------------------------------------------------


def test_the_answer_accepted_before(recorded):
    recorded.called()
    second, _ = recorded.called()
    assert "previousResponseDigest" in second.secured
    assert recorded.judge(second).verified
    _, third = recorded.called()
    for wrong in (second.digest, resigned(third, STRANGER, STRANGER).digest):
        recorded.keep(resigned(third, STRANGER, STRANGER))
        changed = resigned(second, AGENT, previousResponseDigest=wrong)
        found = recorded.judge(changed)
        assert codes(found) == ["REQUEST_MISMATCH"]
        assert found.problems[0].pointer == "/credentialSubject/previousResponseDigest"


def test_an_answer_accepted_before_that_is_not_here_is_a_notice(recorded):
    recorded.called()
    second, _ = recorded.called()
    recorded.store = memory_store()
    found = recorded.judge(second)
    assert found.verified
    assert set(notices(found)) == {"DEADLINE_PASSED", "REQUEST_MISMATCH"}


def test_what_is_continued_is_a_pair(recorded):
    question = Answer(result={"resultType": "input_required", "requestState": "s", "inputRequests": {}})
    asked, answered = recorded.called(question, OutcomeKind.INPUT_REQUIRED)
    retry, _ = recorded.called(request_state="s", input_responses={"a": 1})
    assert answered.digest in retry.secured
    assert recorded.judge(retry).verified
    other, _ = recorded.called()
    wrong = resigned(retry, AGENT, continuationOf={"request": other.digest, "response": answered.digest})
    assert codes(recorded.judge(wrong)) == ["REQUEST_MISMATCH"]
    unheld = resigned(
        retry, AGENT, continuationOf={"request": asked.digest, "response": other.digest[:-2] + "AA"}
    )
    assert recorded.judge(unheld).verified


# -- pair_of, calls --------------------------------------------------------------------------------


def test_a_pair_is_found_by_either_digest(recorded):
    request, response = recorded.called()
    recorded.called()
    for digest in (request.digest, response.digest):
        assert audit.pair_of(recorded.store, digest) == audit.Pair(request=request, responses=(response,))
    assert audit.pair_of(recorded.store, request.digest[:-2] + "AA") is None


def test_a_request_without_an_answer(recorded):
    pending = recorded.asked()
    pair = audit.pair_of(recorded.store, pending.request.digest)
    assert pair.request.digest == pending.request.digest
    assert pair.responses == ()


def test_an_answer_without_a_request(recorded):
    _, response = recorded.called()
    store = memory_store()
    run(store.record(response))
    assert audit.pair_of(store, response.digest) == audit.Pair(request=None, responses=(response,))
    alone = replace(response, request_digest=None)
    store = memory_store()
    run(store.record(alone))
    assert audit.pair_of(store, response.digest) == audit.Pair(request=None, responses=(alone,))


def listed(store, **filters):
    return [(each.tool, each.outcome) for each in audit.calls(store, **filters)]


def test_calls_are_listed(recorded):
    recorded.called()
    recorded.asked(tool="slow")
    recorded.sides.clock.pass_seconds(1)
    _, orphan = recorded.called(tool="git_log")
    failed = Answer(error={"code": 1, "message": "no"})
    recorded.called(failed, OutcomeKind.FAILED)
    expected = [
        ("send_email", "completed"),
        ("slow", "unanswered"),
        ("git_log", "completed"),
        ("send_email", "failed"),
    ]
    assert listed(recorded.store) == expected
    assert listed(recorded.store, outcome="unanswered") == [("slow", "unanswered")]
    assert listed(recorded.store, outcome="failed") == [("send_email", "failed")]
    assert listed(recorded.store, tool="git_log") == [("git_log", "completed")]
    assert listed(recorded.store, issuer=AGENT.did) == expected
    assert listed(recorded.store, issuer=SERVER.did) == [each for each in expected if each[1] != "unanswered"]
    assert listed(recorded.store, issuer=STRANGER.did) == []
    alone = memory_store()
    run(alone.record(orphan))
    (call_found,) = audit.calls(alone)
    assert (call_found.request, call_found.response, call_found.digest) == (None, orphan, orphan.digest)


def test_a_call_with_two_answers_is_listed_twice(recorded):
    _, response = recorded.called()
    recorded.keep(
        resigned(response, SERVER, outcome="task", taskId="t", result={"resultType": "task", "taskId": "t"})
    )
    assert [each.outcome for each in audit.calls(recorded.store)] == ["completed", "task"]
