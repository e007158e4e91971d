"""The server's boundary: FORMAT, *At the server*, step by step."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any

import pytest
from engine import ABSENT, AGENT, RESULT, SERVER, STRANGER, Sides, call, carrier_of, codes, run
from failing_store import FailingStore

from signet_vc import securing
from signet_vc.attestation.call import Answer, OutcomeKind
from signet_vc.attestation.decision import Allow, Deny, Escalate
from signet_vc.attestation.server import Admission, Refusal
from signet_vc.codec.timestamps import format_s, parse
from signet_vc.errors import Code, UnavailableError, UsageError
from signet_vc.keys.signing import Key
from signet_vc.policy import AllowedSigner, Policy


def resign(carrier: dict[str, Any], key: Key = AGENT, **subject: Any) -> dict[str, Any]:
    """The credential of ``carrier`` with other subject members, signed again."""
    document = {name: value for name, value in carrier["credential"].items() if name != "proof"}
    document["credentialSubject"] = {**document["credentialSubject"], **subject}
    document["issuer"] = key.did
    signed = securing.secure(
        document,
        key,
        securing=securing.Securing.DATA_INTEGRITY,
        created=format_s(parse(document["validFrom"]) or 0),
    )
    return {**carrier, "credential": signed.credential}


# -- (1) and (2) -----------------------------------------------------------------------------------


def test_a_signed_call_is_admitted() -> None:
    sides = Sides()
    pending = sides.attest()
    verdict = sides.admitted(pending)
    assert verdict.attestation is not None
    assert verdict.attestation.issuer == AGENT.did
    assert verdict.attestation.tool == "send_email"
    assert verdict.attestation.arguments == call().arguments


@pytest.mark.parametrize(
    "carrier",
    [
        None,
        [],
        "x",
        {},
        {"credential": None},
        {"credential": None, "request_signature": "a.b.c"},
        {"credential": []},
        {"credential": {}},
        {"request_signature": 1},
        {"response_signature": "a.b.c"},
    ],
)
def test_a_carrier_of_another_form_is_refused(carrier: Any) -> None:
    verdict = Sides().admit(carrier)
    assert isinstance(verdict, Refusal)
    assert not verdict.final
    assert set(codes(verdict)) <= {"INVALID_CREDENTIAL", "PROOF_MISSING"}


@pytest.mark.parametrize("name", ["salts", "authorization"])
@pytest.mark.parametrize("value", [None, 1, "x", {"argumentsDigest": "no"}, [1], [], list("123456789")])
def test_salts_and_authorization_have_one_form(name: str, value: Any) -> None:
    if (name, value) == ("authorization", list("123456789")[:8]):
        pytest.fail("not a case")
    sides = Sides()
    assert codes(sides.admit({**carrier_of(sides.attest()), name: value})) == ["INVALID_CREDENTIAL"]


def test_two_equal_salts_are_refused() -> None:
    sides = Sides(agent_options={"payload": "commit"})
    carrier = carrier_of(sides.attest(call(parameters={"x": 1})))
    carrier["salts"]["parametersDigest"] = carrier["salts"]["argumentsDigest"]
    assert codes(sides.admit(carrier, call(parameters={"x": 1}))) == ["INVALID_CREDENTIAL"]


def test_other_members_of_a_carrier_are_ignored() -> None:
    sides = Sides()
    assert codes(sides.admit({**carrier_of(sides.attest()), "note": "x"})) == []


def test_a_response_is_no_request() -> None:
    sides = Sides()
    answered = sides.answer(sides.admitted(sides.attest()))
    assert codes(sides.admit({"credential": answered["credential"]})) == ["INVALID_CREDENTIAL"]


def test_a_member_added_to_the_credential_is_refused() -> None:
    sides = Sides()
    carrier = carrier_of(sides.attest())
    carrier["credential"]["credentialSubject"]["approved"] = True
    assert codes(sides.admit(carrier)) == ["INVALID_CREDENTIAL"]


# -- (3) and (4) -----------------------------------------------------------------------------------


def test_without_an_anchor_nothing_is_admitted() -> None:
    sides = Sides(server_options={"policy": Policy()})
    assert codes(sides.admit(sides.attest().carrier)) == ["NO_TRUST_ANCHOR"]


def test_a_stranger_is_told_so_only_if_the_proof_verifies() -> None:
    sides = Sides(agent_options={"signer": STRANGER})
    carrier = carrier_of(sides.attest())
    assert codes(sides.admit(carrier)) == ["SIGNER_NOT_ALLOWED"]
    other = carrier_of(sides.attest())["credential"]["proof"]
    carrier["credential"]["proof"]["proofValue"] = other["proofValue"]
    assert codes(sides.admit(carrier)) == ["PROOF_INVALID"]


def test_nothing_is_fetched_for_a_stranger() -> None:
    class Resolver:
        def resolve(self, did: str) -> dict[str, Any]:
            raise AssertionError(did)

    sides = Sides(server_options={"policy": Policy(allowed_signers=[AGENT.did], resolver=Resolver())})
    carrier = carrier_of(sides.attest())
    carrier["credential"]["issuer"] = "did:web:example.com"
    carrier["credential"]["proof"]["verificationMethod"] = "did:web:example.com#key"
    assert codes(sides.admit(carrier)) == ["PROOF_INVALID"]


def test_an_entry_ends_with_its_until() -> None:
    until = datetime(2026, 3, 30, 11, 37, 26, tzinfo=UTC)
    sides = Sides(server_options={"policy": Policy(allowed_signers=[{"did": AGENT.did, "until": until}])})
    assert codes(sides.admit(sides.attest().carrier)) == []
    sides.clock.pass_seconds(2)
    assert codes(sides.admit(sides.attest().carrier)) == ["SIGNER_NOT_ALLOWED"]


def test_a_changed_signature_is_refused() -> None:
    sides = Sides()
    carrier = carrier_of(sides.attest())
    carrier["credential"]["credentialSubject"]["tool"] = "send_emails"
    assert codes(sides.admit(carrier, call(tool="send_emails"))) == ["PROOF_INVALID"]


@pytest.mark.parametrize(("how", "expected"), [("both", []), ("jws", ["SECURINGS_DISAGREE"])])
def test_a_policy_of_both_refuses_one_alone(how: str, expected: list[str]) -> None:
    policy = Policy(allowed_signers=[AGENT.did], both_securings=True)
    options = {"securing": securing.Securing(how)}
    sides = Sides(agent_options=options, server_options={"policy": policy})
    assert codes(sides.admit(sides.attest().carrier)) == expected


# -- (5) and (6) -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(-60, []), (-60.1, ["NOT_YET_VALID"]), (360, []), (360.1, ["DEADLINE_PASSED"])],
)
def test_threat_34_the_window_is_the_lifetime_and_the_skew(seconds: float, expected: list[str]) -> None:
    sides = Sides()
    pending = sides.attest()
    sides.clock.pass_seconds(seconds)
    assert codes(sides.admit(pending.carrier)) == expected


def test_a_lifetime_is_bounded_by_the_server() -> None:
    sides = Sides(server_options={"policy": Policy(allowed_signers=[AGENT.did], max_lifetime=299)})
    assert codes(sides.admit(sides.attest().carrier)) == ["LIFETIME_TOO_LONG"]


def test_threat_02_a_call_for_another_server_is_refused() -> None:
    sides = Sides()
    assert codes(sides.admit(sides.attest(audience=STRANGER.did).carrier)) == ["AUDIENCE_MISMATCH"]


def test_problems_of_3_to_6_are_collected() -> None:
    sides = Sides(agent_options={"signer": STRANGER})
    pending = sides.attest(audience=STRANGER.did)
    sides.clock.pass_seconds(1000)
    found = codes(sides.admit(pending.carrier))
    assert found == ["SIGNER_NOT_ALLOWED", "DEADLINE_PASSED", "AUDIENCE_MISMATCH"]


# -- (7) -------------------------------------------------------------------------------------------


def test_threat_01_a_call_runs_once() -> None:
    sides = Sides()
    pending = sides.attest()
    assert codes(sides.admit(pending.carrier)) == []
    assert codes(sides.admit(pending.carrier)) == ["REPLAYED"]


def test_threat_33_a_forged_request_burns_no_nonce() -> None:
    sides = Sides()
    pending = sides.attest()
    forged = carrier_of(pending)
    forged["credential"]["credentialSubject"]["tool"] = "x"
    assert codes(sides.admit(forged)) == ["PROOF_INVALID"]
    assert codes(sides.admit(pending.carrier)) == []


def test_a_server_without_a_store_admits_nothing() -> None:
    sides = Sides()
    pending = sides.attest()
    sides.server = type(sides.server)(
        type(sides.server.role)(
            signer=SERVER,
            policy=Policy(allowed_signers=[AGENT.did]),
            audience=SERVER.did,
            store=None,
            clock=sides.clock,
            entropy=sides.server.role.entropy,
        )
    )
    assert codes(sides.admit(pending.carrier)) == ["STORE_UNAVAILABLE"]


def test_a_broken_store_fails_closed() -> None:
    sides = Sides(server_options={"store": FailingStore()})
    assert set(codes(sides.admit(sides.attest().carrier))) == {"STORE_UNAVAILABLE"}
    assert codes(sides.admit(ABSENT)) == ["ATTESTATION_MISSING", "STORE_UNAVAILABLE"]


# -- (8) and (9) -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "actual",
    [
        {"tool": "delete_email"},
        {"arguments": {"to": "mallory@example.com", "subject": "Meeting tomorrow"}},
        {"arguments": {}},
        {"parameters": {"extra": 1}},
        {"input_responses": {"a": 1}},
        {"request_state": "s"},
        {"task_id": "t"},
    ],
)
def test_another_call_than_the_signed_one_is_denied_for_good(actual: dict[str, Any]) -> None:
    sides = Sides()
    pending = sides.attest()
    verdict = sides.admit(pending.carrier, call(**actual))
    assert isinstance(verdict, Refusal)
    assert verdict.final
    assert set(codes(verdict)) == {"CALL_MISMATCH"}
    assert codes(sides.admit(pending.carrier)) == ["REPLAYED"]  # the verdict was final


@pytest.mark.parametrize(
    "signed",
    [
        {"parameters": {"extra": 1}},
        {"input_responses": {"a": 1}},
        {"request_state": "s"},
    ],
)
@pytest.mark.parametrize("payload", ["embed", "commit"])
def test_every_bound_value_is_compared(signed: dict[str, Any], payload: str) -> None:
    sides = Sides(agent_options={"payload": payload})
    assert codes(sides.admit(sides.attest(call(**signed)).carrier, call(**signed))) == []
    assert codes(sides.admit(sides.attest(call(**signed)).carrier, call())) == ["CALL_MISMATCH"]
    bare = carrier_of(sides.attest(call(**signed)))
    del bare["salts"]
    assert set(codes(sides.admit(bare, call(**signed)))) == {"CALL_MISMATCH"}


def test_equality_is_of_canonical_form() -> None:
    sides = Sides()
    signed = call(arguments={"a": 1, "b": True})
    assert codes(sides.admit(sides.attest(signed).carrier, call(arguments={"b": True, "a": 1.0}))) == []
    assert codes(sides.admit(sides.attest(signed).carrier, call(arguments={"a": True, "b": True}))) == [
        "CALL_MISMATCH"
    ]


def test_threat_09_large_integers_are_committed_to_exactly() -> None:
    sides = Sides()
    wide = call(arguments={"id": 9007199254740993})
    pending = sides.attest(wide)
    assert "argumentsDigest" in carrier_of(pending)["credential"]["credentialSubject"]
    assert codes(sides.admit(pending.carrier, wide)) == []
    assert codes(sides.admit(sides.attest(wide).carrier, call(arguments={"id": 9007199254740992}))) == [
        "CALL_MISMATCH"
    ]


def test_a_large_value_is_committed_to() -> None:
    sides = Sides(agent_options={"embed_limit": 10})
    assert "argumentsDigest" in carrier_of(sides.attest())["credential"]["credentialSubject"]


def test_threat_05_a_tool_is_bound_with_its_server() -> None:
    sides = Sides()
    pending = sides.attest(call(tool="read"))
    assert codes(sides.admit(pending.carrier, call(tool="write"))) == ["CALL_MISMATCH"]


def test_a_tool_outside_the_entry_is_denied() -> None:
    entry = AllowedSigner(did=AGENT.did, tools=("git_*", "send_?mail"))
    sides = Sides(server_options={"policy": Policy(allowed_signers=[entry])})
    assert codes(sides.admit(sides.attest().carrier)) == []
    denied = call(tool="gitx")
    verdict = sides.admit(sides.attest(denied).carrier, denied)
    assert codes(verdict) == ["POLICY_DENIED"]
    assert isinstance(verdict, Refusal)
    assert verdict.decision is not None
    assert (verdict.decision["effect"], verdict.decision["reason"]) == ("deny", "TOOL_NOT_ALLOWED")
    assert verdict.decision["policyDigest"].startswith("uEi")


def test_a_decision_that_comes_after_the_deadline() -> None:
    def decide(what: Any, attestation: Any) -> Allow:
        sides.clock.pass_seconds(takes)
        return Allow()

    sides = Sides(server_options={"decide": decide})
    takes = 360.0
    assert codes(sides.admit(sides.attest().carrier)) == []
    takes = 360.001
    pending = sides.attest()
    refusal = sides.admit(pending.carrier)
    assert codes(refusal) == ["DEADLINE_PASSED"]
    assert isinstance(refusal, Refusal)
    error = Answer(error={"code": -31901, "message": "refused", "data": {"problems": ["DEADLINE_PASSED"]}})
    carrier = sides.answer(refusal, error, OutcomeKind.DENIED)
    assert codes(sides.check(pending, carrier, error)) == []
    assert carrier["credential"]["credentialSubject"]["decision"]["effect"] == "deny"


@pytest.mark.parametrize("answered", [None, RuntimeError("the reason")])
def test_why_a_program_could_not_decide_is_in_the_log(
    answered: Exception | None, caplog: pytest.LogCaptureFixture
) -> None:
    def decide(what: Any, attestation: Any) -> Any:
        if answered is not None:
            raise answered

    sides = Sides(server_options={"decide": decide})
    assert codes(sides.admit(sides.attest().carrier)) == ["POLICY_DENIED"]
    assert ("the reason" if answered else "NoneType") in caplog.text


@pytest.mark.parametrize(
    ("answered", "effect", "reason"),
    [
        (Allow(), "allow", None),
        (Deny("RECIPIENT_NOT_ALLOWED"), "deny", "RECIPIENT_NOT_ALLOWED"),
        (Escalate("ASK_A_PERSON"), "escalate", "ASK_A_PERSON"),
        (None, "deny", "DECISION_FAILED"),
        (RuntimeError(), "deny", "DECISION_FAILED"),
    ],
)
@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_program_decides(answered: Any, effect: str, reason: str | None, asynchronous: bool) -> None:
    def decide(what: Any, attestation: Any) -> Any:
        assert what.tool == attestation.tool
        if isinstance(answered, Exception):
            raise answered
        return answered

    async def decide_later(what: Any, attestation: Any) -> Any:
        return decide(what, attestation)

    sides = Sides(server_options={"decide": decide_later if asynchronous else decide})
    verdict = sides.admit(sides.attest().carrier)
    assert codes(verdict) == ([] if effect == "allow" else ["POLICY_DENIED"])
    assert verdict.decision == {"effect": effect, **({"reason": reason} if reason else {})}


def test_a_reason_has_one_form() -> None:
    with pytest.raises(UsageError):
        Deny("not allowed")


def test_a_call_bound_to_a_key_needs_a_token_bound_to_it() -> None:
    sides = Sides()
    thumbprint = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
    assert codes(sides.admit(sides.attest(confirmation=thumbprint).carrier)) == ["POLICY_DENIED"]
    pending = sides.attest(confirmation=thumbprint)
    assert codes(sides.admit(pending.carrier, access_token_jkt=thumbprint)) == []


def test_another_tool_definition_is_noticed_or_refused() -> None:
    ours, theirs = (f"uEi{letter}" + "A" * 43 for letter in "AB")
    sides = Sides()
    verdict = sides.admit(sides.attest(tool_definition_digest=theirs).carrier, tool_definition_digest=ours)
    assert codes(verdict) == []
    assert [each.code for each in verdict.notices] == [Code.TOOL_DEFINITION_CHANGED]
    strict = Sides(server_options={"demand_tool_definition": True})
    pending = strict.attest(tool_definition_digest=theirs)
    assert codes(strict.admit(pending.carrier, tool_definition_digest=ours)) == ["TOOL_DEFINITION_CHANGED"]
    assert (
        codes(strict.admit(strict.attest(tool_definition_digest=ours).carrier, tool_definition_digest=ours))
        == []
    )


def test_an_authorization_is_said_not_to_be_evaluated() -> None:
    sides = Sides()
    verdict = sides.admit(sides.attest(authorization=["a.b.c"]).carrier)
    assert codes(verdict) == []
    assert [each.code for each in verdict.notices] == [Code.AUTHORIZATION_NOT_EVALUATED]


# -- unattested ------------------------------------------------------------------------------------


def test_threat_38_an_unattested_call_is_refused_where_signatures_are_required() -> None:
    verdict = Sides().admit(ABSENT)
    assert codes(verdict) == ["ATTESTATION_MISSING"]
    assert isinstance(verdict, Refusal)
    assert not verdict.final


def test_an_unattested_call_is_bound_by_the_response() -> None:
    sides = Sides(server_options={"require_signatures": False})
    verdict = sides.admit(ABSENT)
    assert isinstance(verdict, Admission)
    assert verdict.attestation is None
    subject = sides.answer(verdict)["credential"]["credentialSubject"]
    assert subject["arguments"] == call().arguments
    assert not {"request", "agent"} & subject.keys()


def test_a_carrier_that_is_there_must_hold_even_where_none_is_required() -> None:
    sides = Sides(server_options={"require_signatures": False})
    assert codes(sides.admit(None)) == ["INVALID_CREDENTIAL"]


def test_a_program_decides_about_unattested_calls_too() -> None:
    sides = Sides(server_options={"require_signatures": False, "decide": lambda *_: Deny("NO")})
    verdict = sides.admit(ABSENT)
    assert codes(verdict) == ["POLICY_DENIED"]


# -- attest ----------------------------------------------------------------------------------------


def test_a_denial_is_stated() -> None:
    sides = Sides()
    verdict = sides.admit(sides.attest().carrier, call(arguments={}))
    error = Answer(error={"code": -31901, "message": "no", "data": {"problems": ["CALL_MISMATCH"]}})
    subject = sides.answer(verdict, error, OutcomeKind.DENIED)["credential"]["credentialSubject"]
    assert subject["outcome"] == "denied"
    assert subject["decision"] == {"effect": "deny", "reason": "CALL_MISMATCH"}
    assert subject["agent"] == AGENT.did


def test_a_refusal_before_authentication_is_not_signed() -> None:
    sides = Sides()
    verdict = sides.admit(ABSENT)
    assert sides.answer(verdict, Answer(error={"code": 1, "message": ""}), OutcomeKind.DENIED) is None


def test_an_answer_that_asks_for_input_is_never_embedded() -> None:
    sides = Sides()
    asked = Answer(result={"resultType": "input_required", "requestState": "secret"})
    carrier = sides.answer(sides.admitted(sides.attest()), asked, OutcomeKind.INPUT_REQUIRED)
    subject = carrier["credential"]["credentialSubject"]
    assert "result" not in subject
    assert set(carrier["salts"]) == {"resultDigest"}


def test_responses_form_a_chain_for_each_agent() -> None:
    sides = Sides()
    first = sides.answer(sides.admitted(sides.attest()))["credential"]["credentialSubject"]
    second = sides.answer(sides.admitted(sides.attest()))["credential"]["credentialSubject"]
    assert (first["sequence"], second["sequence"]) == (1, 2)
    assert first["chain"] == second["chain"]
    assert "previousDigest" not in first
    assert "previousDigest" in second
    other = Sides(server_options={"require_signatures": False})
    one = other.answer(other.admit(ABSENT, peer="a"))["credential"]["credentialSubject"]
    two = other.answer(other.admit(ABSENT, peer="b"))["credential"]["credentialSubject"]
    assert one["chain"] != two["chain"]


@pytest.mark.parametrize("responses", ["required", "optional"])
def test_a_response_that_cannot_be_recorded_is_not_sent(responses: str) -> None:
    sides = Sides(server_options={"attest_responses": responses})
    admission = sides.admitted(sides.attest())
    object.__setattr__(sides.server.role, "store", FailingStore())
    if responses == "optional":
        assert sides.answer(admission) is None
        return
    with pytest.raises(UnavailableError):
        sides.answer(admission)


def test_a_lost_response_ends_its_chain() -> None:
    sides = Sides()
    first = sides.answer(sides.admitted(sides.attest()))["credential"]["credentialSubject"]
    admission = sides.admitted(sides.attest())
    kept = sides.server.role.store
    object.__setattr__(sides.server.role, "store", FailingStore())
    with pytest.raises(UnavailableError):
        sides.answer(admission)
    object.__setattr__(sides.server.role, "store", kept)
    next_one = sides.answer(sides.admitted(sides.attest()))["credential"]["credentialSubject"]
    assert next_one["chain"] != first["chain"]
    assert next_one["sequence"] == 1


def test_no_response_is_signed_where_none_is_wanted() -> None:
    sides = Sides(server_options={"attest_responses": "never", "signer": None})
    assert sides.answer(sides.admitted(sides.attest())) is None


def test_without_a_key_a_required_response_fails() -> None:
    sides = Sides(server_options={"signer": None})
    with pytest.raises(UnavailableError) as caught:
        sides.answer(sides.admitted(sides.attest()))
    assert caught.value.code is Code.ATTESTATION_UNAVAILABLE


def test_a_retry_continues_its_question() -> None:
    sides = Sides()
    asked = Answer(result={"resultType": "input_required", "requestState": "s1", "inputRequests": {}})
    pending = sides.attest()
    carrier = sides.answer(sides.admitted(pending), asked, OutcomeKind.INPUT_REQUIRED)
    assert not sides.check(pending, carrier, asked).problems
    retry = call(request_state="s1", input_responses={"ok": True})
    signed = sides.attest(retry)
    continued = carrier_of(signed)["credential"]["credentialSubject"]["continuationOf"]
    assert continued.keys() == {"request", "response"}
    assert codes(sides.admit(signed.carrier, retry)) == []
    # Another state than that answer had, though it is signed: refused by the server that holds it.
    other = call(request_state="s2", input_responses={"ok": True})
    forged = resign(carrier_of(sides.attest(other)), continuationOf=continued)
    assert codes(sides.admit(forged, other)) == ["CALL_MISMATCH"]
    # A request that did not get that answer.
    wrong = resign(
        carrier_of(sides.attest(retry)),
        continuationOf={**continued, "request": continued["response"]},
    )
    assert codes(sides.admit(wrong, retry)) == ["CALL_MISMATCH"]


def test_a_retry_of_a_question_held_elsewhere_is_noted() -> None:
    sides = Sides()
    retry = call(request_state="s1")
    elsewhere = {"request": "uEi" + "A" * 44, "response": "uEi" + "A" * 44}
    verdict = sides.admit(resign(carrier_of(sides.attest(retry)), continuationOf=elsewhere), retry)
    assert codes(verdict) == []
    assert [each.code for each in verdict.notices] == [Code.REQUEST_MISMATCH]


def test_what_is_recorded() -> None:
    sides = Sides(agent_options={"payload": "commit"})
    pending = sides.attest()
    admission = sides.admitted(pending)
    carrier = sides.answer(admission)
    assert admission.request is not None
    kept = run(sides.store.get(admission.request.digest))
    assert kept is not None
    assert kept.values == {"argumentsDigest": call().arguments}
    assert kept.salts == carrier_of(pending)["salts"]
    assert carrier["credential"]["credentialSubject"]["result"] == RESULT
    assert copy.deepcopy(kept) == kept
