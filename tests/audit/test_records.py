"""A stored credential's verification: its signature, the record around it, what it commits to."""

from __future__ import annotations

from dataclasses import replace

import pytest
from engine import AGENT, STRANGER, Sides, call
from failing_store import FailingStore
from recorded import BOTH, FAILED, LATER, Recorded, altered, codes, judged, notices

from signet_vc import audit
from signet_vc.attestation.call import ABSENT, OutcomeKind
from signet_vc.errors import Code
from signet_vc.policy import Policy
from signet_vc.securing import Securing


@pytest.fixture(params=[Securing.DATA_INTEGRITY, Securing.JWS, Securing.BOTH])
def recorded(request):
    return Recorded(securing=request.param, payload="commit")


def outcomes(result):
    return {check.name: check.outcome for check in result.checks}


def test_what_was_recorded_verifies(recorded):
    for _ in range(3):
        recorded.called()
    recorded.called(FAILED, OutcomeKind.FAILED, tool="git_show")
    for record in recorded.store.records():
        result = recorded.judge(record)
        assert result.verified, result.problems
        assert result.document is not None
        assert set(outcomes(result).values()) == {"passed"}
        assert set(notices(result)) <= {"DEADLINE_PASSED"}


def test_the_checks_stand_in_order():
    request, _ = Recorded().called()
    names = [check.name for check in judged(request).checks]
    assert names[-3:] == ["record", "commitments", "pairing"]
    assert outcomes(judged(request))["pairing"] == "skipped"


def test_nobody_is_trusted_who_is_not_named(recorded):
    request, response = recorded.called()
    only_agent = Policy(allowed_signers=[AGENT.did])
    assert recorded.judge(request, only_agent).verified
    assert codes(recorded.judge(response, only_agent)) == ["SIGNER_NOT_ALLOWED"]
    assert codes(recorded.judge(request, Policy())) == ["NO_TRUST_ANCHOR"]
    assert recorded.judge(response, Policy(trust_any=True)).verified


def test_a_text_that_was_altered_fails():
    request, response = Recorded().called()
    for record in (request, response):
        assert "PROOF_INVALID" in codes(judged(altered(record, tool="other")))
    forged = altered(response, outcome="failed")
    result = judged(forged)
    assert {"OUTCOME_MISMATCH"} <= set(codes(result))
    assert result.document is None


def test_the_digest_is_the_text_s():
    request, response = Recorded().called()
    assert codes(judged(replace(request, digest=response.digest))) == ["INVALID_CREDENTIAL"]
    spaced = request.secured.replace('{"@context"', '{ "@context"')
    assert codes(judged(replace(request, secured=spaced))) == ["INVALID_CREDENTIAL"]


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "response"},
        {"issuer": STRANGER.did},
        {"tool": "other"},
        {"outcome": "completed"},
        {"request_digest": "uEiBQpNMbUFtYzROveLKPGLK-NOg6Z5X4Q0IwVWD80cbFVA"},
    ],
)
def test_what_the_record_repeats_is_the_credential_s(change):
    """Else a query would not find it, or find another."""
    request, _ = Recorded().called()
    assert codes(judged(replace(request, **change))) == ["INVALID_CREDENTIAL"]


def test_values_open_their_commitments(recorded):
    request, response = recorded.called()
    arguments = request.values["argumentsDigest"] | {"to": "mallory@example.com"}
    changed = replace(request, values={**request.values, "argumentsDigest": arguments})
    assert codes(judged(changed)) == ["CALL_MISMATCH"]
    salts = {**response.salts, "resultDigest": request.salts["argumentsDigest"]}
    assert codes(judged(replace(response, salts=salts))) == ["RESULT_MISMATCH"]
    assert codes(judged(replace(response, salts={"resultDigest": "short"}))) == ["RESULT_MISMATCH"]
    assert codes(judged(replace(response, values={"resultDigest": "\ud800"}))) == ["RESULT_MISMATCH"]


@pytest.mark.parametrize("gone", [{"salts": {}}, {"values": {}}, {"salts": {}, "values": {}}])
def test_an_erased_value_is_a_notice(recorded, gone):
    for record in recorded.called():
        result = judged(replace(record, **gone))
        assert result.verified
        assert "VALUE_ERASED" in notices(result)


def test_equal_salts_are_refused():
    request, _ = Recorded(payload="commit").called()
    salt = request.salts["argumentsDigest"]
    assert "INVALID_CREDENTIAL" in codes(judged(replace(request, salts={**request.salts, "x": salt})))


def test_two_securings_must_agree():
    recorded = Recorded(securing=Securing.BOTH)
    first, _ = recorded.called()
    second, _ = recorded.called()
    assert judged(first).verified
    assert codes(judged(replace(first, jws=second.jws))) == ["SECURINGS_DISAGREE"]
    broken = judged(replace(first, jws=first.jws[:-4] + "AAAA"))
    assert {"PROOF_INVALID", "SECURINGS_DISAGREE"} == set(codes(broken))
    assert outcomes(broken)["proof"] == "failed"
    assert judged(first).securing == "eddsa-jcs-2022, Ed25519"


def test_what_is_no_call_is_no_record():
    request, _ = Recorded().called()
    for secured in ("{}", "", "x", '{"type":["VerifiableCredential"]}'):
        result = judged(replace(request, secured=secured))
        assert not result.verified
        assert outcomes(result)["commitments"] == "skipped"
        assert audit.judge(replace(request, secured=secured), BOTH, at_ns=LATER).link is None


def test_a_store_that_fails_verifies_nothing():
    _, response = Recorded().called()
    result = audit.judge(response, BOTH, at_ns=LATER, evidence=FailingStore()).verification
    assert codes(result) == ["STORE_UNAVAILABLE"]
    assert result.document is None


def test_the_link_is_what_the_signed_credential_says(recorded):
    first, _ = recorded.called()
    second, _ = recorded.called()
    links = [audit.judge(each, BOTH, at_ns=LATER).link for each in (first, second)]
    assert [link.sequence for link in links] == [1, 2]
    assert links[1].previous == links[0].digest == first.digest
    assert links[0].issuer == AGENT.did


def test_threat_62_only_who_signed_gets_into_a_chain():
    request, _ = Recorded().called()
    assert audit.judge(altered(request, sequence=7), BOTH, at_ns=LATER).link is None


def test_an_unattested_call_s_answer_verifies():
    sides = Sides(server_options={"require_signatures": False})
    admission = sides.admit(ABSENT, call())
    sides.answer(admission)
    (record,) = sides.store.records()
    result = audit.judge(record, BOTH, at_ns=LATER, evidence=sides.store).verification
    assert result.verified, result.problems
    assert record.request_digest is None


def test_inspect_says_what_is_wrong_whatever_the_signature():
    recorded = Recorded(payload="commit")
    request, response = recorded.called()
    assert audit.inspect(request, recorded.store, skew=0) == ([], [])
    problems, notices_found = audit.inspect(
        replace(response, values={}, digest=request.digest), recorded.store, skew=0
    )
    assert [each.code for each in problems] == [Code.INVALID_CREDENTIAL]
    assert [each.code for each in notices_found] == [Code.VALUE_ERASED]
    for broken in (replace(request, secured="{}"), replace(request, secured=""), altered(request, nonce=5)):
        assert audit.inspect(broken, recorded.store, skew=0)[0]
