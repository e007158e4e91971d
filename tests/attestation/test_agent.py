"""The agent's side: FORMAT, *At the agent*, step by step."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from engine import ABSENT, AGENT, RESULT, SENT, SERVER, STRANGER, Sides, call, carrier_of, codes, run
from failing_store import FailingStore

from signet_vc.attestation.call import Answer, OutcomeKind
from signet_vc.errors import Code, ProblemError, UnavailableError
from signet_vc.policy import AllowedSigner, Policy
from signet_vc.securing import Securing

FAILED = Answer(error={"code": -32603, "message": "broken"})
URI = "https://mail.example.com/mcp"


@pytest.mark.parametrize("how", list(Securing))
@pytest.mark.parametrize("payload", ["embed", "commit"])
def test_the_whole_way(how: Securing, payload: str) -> None:
    options = {"securing": how, "payload": payload}
    sides = Sides(agent_options=dict(options), server_options=dict(options))
    pending = sides.attest()
    sides.clock.pass_seconds(0.02)
    checked = sides.check(pending, sides.answer(sides.admitted(pending)))
    assert checked.problems == ()
    assert checked.response is not None
    assert checked.response.issuer == SERVER.did
    assert checked.response.outcome is OutcomeKind.COMPLETED
    assert checked.response.request_digest == (pending.request and pending.request.digest)
    assert run(sides.agent_store.get(checked.response.digest)) is not None


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer(result={**RESULT, "isError": True}), OutcomeKind.FAILED),
        (FAILED, OutcomeKind.FAILED),
        (FAILED, OutcomeKind.DENIED),
        (FAILED, OutcomeKind.UNKNOWN),
        (Answer(result={"resultType": "input_required"}), OutcomeKind.INPUT_REQUIRED),
    ],
)
def test_every_outcome_of_an_answer(answer: Answer, kind: OutcomeKind) -> None:
    sides = Sides()
    pending = sides.attest()
    checked = sides.check(pending, sides.answer(sides.admitted(pending), answer, kind), answer)
    assert checked.problems == ()
    assert checked.response is not None
    assert checked.response.outcome is kind


def test_a_task() -> None:
    sides = Sides()
    pending = sides.attest()
    answer = Answer(result={"resultType": "task", "taskId": "t1"})
    carrier = sides.answer(sides.admitted(pending), answer, OutcomeKind.TASK, task_id="t1")
    assert sides.check(pending, carrier, answer).problems == ()


def test_an_unknown_outcome_binds_no_error() -> None:
    sides = Sides()
    pending = sides.attest()
    carrier = sides.answer(sides.admitted(pending), Answer(), OutcomeKind.UNKNOWN)
    assert sides.check(pending, carrier, FAILED).problems == ()


def test_a_changed_result() -> None:
    sides = Sides()
    for payload in ("embed", "commit"):
        object.__setattr__(sides.server.role, "payload", payload)
        pending = sides.attest()
        carrier = sides.answer(sides.admitted(pending))
        changed = Answer(result={**RESULT, "content": []})
        assert codes(sides.check(pending, carrier, changed)) == ["RESULT_MISMATCH"]


def test_a_missing_salt() -> None:
    sides = Sides(server_options={"payload": "commit"})
    pending = sides.attest()
    carrier = dict(sides.answer(sides.admitted(pending)))
    del carrier["salts"]
    assert codes(sides.check(pending, carrier)) == ["RESULT_MISMATCH"]


def test_a_result_for_an_error_and_the_other_way() -> None:
    sides = Sides()
    pending = sides.attest()
    carrier = sides.answer(sides.admitted(pending))
    assert codes(sides.check(pending, carrier, FAILED)) == ["OUTCOME_MISMATCH"]
    pending = sides.attest()
    carrier = sides.answer(sides.admitted(pending), FAILED, OutcomeKind.FAILED)
    failed = Answer(result={**RESULT, "isError": True})
    assert codes(sides.check(pending, carrier, failed)) == ["RESULT_MISMATCH"]


@pytest.mark.parametrize("result", [{"resultType": "other"}, {"resultType": "complete", "isError": 1}])
def test_a_result_of_no_known_kind(result: dict[str, Any]) -> None:
    sides = Sides()
    pending = sides.attest()
    carrier = sides.answer(sides.admitted(pending))
    assert codes(sides.check(pending, carrier, Answer(result=result))) == ["OUTCOME_MISMATCH"]


def test_threat_36_the_response_to_another_request() -> None:
    sides = Sides()
    first, second = sides.attest(), sides.attest()
    carrier = sides.answer(sides.admitted(first))
    assert codes(sides.check(second, carrier)) == ["REQUEST_MISMATCH"]


def test_the_response_to_an_unattested_call() -> None:
    sides = Sides(server_options={"require_signatures": False})
    pending = sides.attest()
    unattested = sides.admit(ABSENT)
    carrier = sides.answer(unattested)
    assert codes(sides.check(pending, carrier)) == ["REQUEST_MISMATCH", "REQUEST_MISMATCH"]
    sent = sides.agent.unattested(call(), SERVER.did)
    assert sides.check(sent, carrier).problems == ()
    other = sides.agent.unattested(call(arguments={}), SERVER.did)
    assert codes(sides.check(other, carrier)) == ["REQUEST_MISMATCH"]


@pytest.mark.parametrize("payload", ["embed", "commit"])
def test_the_response_to_an_unattested_call_binds_its_arguments(payload: str) -> None:
    sides = Sides(server_options={"require_signatures": False, "payload": payload})
    carrier = dict(sides.answer(sides.admit(ABSENT)))
    sent = sides.agent.unattested(call(), SERVER.did)
    assert sides.check(sent, carrier).problems == ()
    other = sides.agent.unattested(call(arguments={"to": "x"}), SERVER.did)
    assert codes(sides.check(other, carrier)) == ["REQUEST_MISMATCH"]


def test_an_older_answer_to_the_same_unattested_call() -> None:
    """Nothing in it names a request: only its times tell it from the answer to this call."""
    sides = Sides(
        agent_options={"signer": None, "require_signatures": False, "attest_responses": "required"},
        server_options={"require_signatures": False},
    )
    carrier = sides.answer(sides.admit(ABSENT))
    sides.clock.pass_seconds(60)
    assert codes(sides.check(sides.agent.unattested(call(), SERVER.did), carrier)) == []
    sides.clock.pass_seconds(0.001)
    assert codes(sides.check(sides.agent.unattested(call(), SERVER.did), carrier)) == ["TIME_MISMATCH"]


def test_an_answer_in_the_millisecond_of_its_call_without_any_skew() -> None:
    exact = {"policy": Policy(allowed_signers=[AGENT.did, SERVER.did], clock_skew=0)}
    sides = Sides(agent_options=exact, server_options={**exact, "require_signatures": False})
    sides.clock.now += 999_999  # nanoseconds: times are stated without them
    pending = sides.attest()
    assert codes(sides.check(pending, sides.answer(sides.admitted(pending)))) == []
    sent = sides.agent.unattested(call(), SERVER.did)
    assert codes(sides.check(sent, sides.answer(sides.admit(ABSENT)))) == []


@pytest.mark.parametrize("securing", ["data-integrity", "jws"])
def test_no_embed_limit_makes_a_credential_that_no_reader_takes(securing: str) -> None:
    options = {"embed_limit": 100 << 20, "securing": Securing(securing), "require_signatures": False}
    sides = Sides(agent_options=dict(options), server_options=dict(options))
    for size in (300_000, 524_288, 2 << 20):
        what = call(arguments={"text": "a" * size})
        given = Answer(result={**RESULT, "content": [{"type": "text", "text": "b" * size}]})
        pending = sides.attest(what)
        carrier = sides.answer(sides.admitted(pending), given)
        assert codes(sides.check(pending, carrier, given)) == []
        sent = sides.agent.unattested(what, SERVER.did)
        both = sides.answer(sides.admit(ABSENT, what), given)  # its credential holds arguments and result
        assert codes(sides.check(sent, both, given)) == []


def test_another_signer() -> None:
    sides = Sides(server_options={"signer": STRANGER})
    pending = sides.attest()
    assert codes(sides.check(pending, sides.answer(sides.admitted(pending)))) == ["SIGNER_NOT_ALLOWED"]


def test_nothing_is_fetched_for_a_stranger() -> None:
    class Resolver:
        def resolve(self, did: str) -> dict[str, Any]:
            raise AssertionError(did)

    policy = Policy(allowed_signers=[SERVER.did], resolver=Resolver())
    sides = Sides(agent_options={"policy": policy})
    pending = sides.attest()
    carrier = copy.deepcopy(sides.answer(sides.admitted(pending)))
    carrier["credential"]["issuer"] = "did:web:example.com"
    carrier["credential"]["proof"]["verificationMethod"] = "did:web:example.com#key"
    assert codes(sides.check(pending, carrier)) == ["SIGNER_NOT_ALLOWED"]


@pytest.mark.parametrize("how", [Securing.BOTH, Securing.JWS])
def test_a_policy_of_both_refuses_one_alone(how: Securing) -> None:
    policy = Policy(allowed_signers=[SERVER.did], both_securings=True)
    sides = Sides(agent_options={"policy": policy}, server_options={"securing": how})
    pending = sides.attest()
    expected = [] if how is Securing.BOTH else ["SECURINGS_DISAGREE"]
    assert codes(sides.check(pending, sides.answer(sides.admitted(pending)))) == expected


@pytest.mark.parametrize(
    ("allowed", "expected"),
    [
        ([SERVER.did], []),
        ([AllowedSigner(did=SERVER.did, audience=URI)], []),
        ([AllowedSigner(did=SERVER.did, audience="https://other.example.com")], ["SIGNER_NOT_ALLOWED"]),
        ([STRANGER.did], ["SIGNER_NOT_ALLOWED"]),
        ([], ["NO_TRUST_ANCHOR"]),
    ],
)
def test_a_server_known_by_its_uri(allowed: list[Any], expected: list[str]) -> None:
    sides = Sides(agent_options={"policy": Policy(allowed_signers=allowed)}, server_options={"audience": URI})
    pending = sides.attest(audience=URI)
    assert codes(sides.check(pending, sides.answer(sides.admitted(pending)))) == expected


def test_a_changed_response() -> None:
    sides = Sides()
    pending = sides.attest()
    carrier = copy.deepcopy(sides.answer(sides.admitted(pending)))
    carrier["credential"]["credentialSubject"]["result"]["content"] = []
    changed = Answer(result={**RESULT, "content": []})
    assert codes(sides.check(pending, carrier, changed)) == ["PROOF_INVALID"]


def test_a_request_is_no_response() -> None:
    sides = Sides()
    pending = sides.attest()
    assert codes(sides.check(pending, {"credential": carrier_of(pending)["credential"]})) == [
        "INVALID_CREDENTIAL"
    ]


def test_times() -> None:
    sides = Sides()
    sides.clock.pass_seconds(61)
    pending = sides.attest()
    sides.clock.pass_seconds(-61)
    object.__setattr__(sides.server.role, "policy", Policy(allowed_signers=[AGENT.did], clock_skew=120))
    carrier = sides.answer(sides.admitted(pending))
    sides.clock.pass_seconds(61)
    assert codes(sides.check(pending, carrier)) == ["TIME_MISMATCH"]  # received before it was signed
    pending = sides.attest()
    sides.clock.pass_seconds(61)
    carrier = sides.answer(sides.admitted(pending))
    sides.clock.pass_seconds(-61)
    assert codes(sides.check(pending, carrier)) == ["TIME_MISMATCH"]  # in the future


def test_the_nonce_hint_is_the_requests() -> None:
    sides = Sides(agent_options={"securing": Securing.JWS}, server_options={"securing": Securing.JWS})
    pending = sides.attest()
    carrier = dict(sides.answer(sides.admitted(pending)))
    assert sides.check(pending, carrier).problems == ()
    pending = sides.attest()
    carrier = {**sides.answer(sides.admitted(pending)), "nonce": "uAAECAwQFBgcICQoLDA0ODw"}
    assert codes(sides.check(pending, carrier)) == ["REQUEST_MISMATCH"]
    assert codes(sides.check(pending, {**carrier, "signer": AGENT.did})) == ["INVALID_CREDENTIAL"]


# -- nothing came ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "declared", "problems", "notices"),
    [
        ({}, False, ["ATTESTATION_MISSING"], []),
        ({}, True, ["ATTESTATION_STRIPPED"], []),
        ({"require_signatures": False}, False, ["ATTESTATION_MISSING"], []),
        ({"require_signatures": False, "attest_responses": "optional"}, False, [], ["ATTESTATION_MISSING"]),
        ({"require_signatures": False, "attest_responses": "optional"}, True, [], ["ATTESTATION_STRIPPED"]),
        ({"require_signatures": False, "attest_responses": "never"}, True, [], []),
    ],
)
def test_an_answer_without_attestation(
    options: dict[str, Any], declared: bool, problems: list[str], notices: list[str]
) -> None:
    sides = Sides(agent_options=options)
    checked = sides.check(sides.attest(), ABSENT, declared=declared)
    assert codes(checked) == problems
    assert [str(each.code) for each in checked.notices] == notices


def test_an_attested_answer_that_nobody_can_vouch_for() -> None:
    options = {"policy": Policy(), "require_signatures": False}
    sides = Sides(agent_options={**options, "attest_responses": "optional"})
    pending = sides.agent.unattested(call(), None)
    carrier = sides.answer(sides.admitted(sides.attest()))
    checked = sides.check(pending, carrier)
    assert [each.code for each in checked.notices] == [Code.NO_TRUST_ANCHOR]
    strict = Sides(agent_options=dict(options))
    assert codes(strict.check(pending, carrier)) == ["NO_TRUST_ANCHOR"]


def test_another_tool_definition_is_noticed() -> None:
    ours, theirs = (f"uEi{letter}" + "A" * 43 for letter in "AB")
    sides = Sides()
    pending = sides.attest()
    carrier = sides.answer(sides.admitted(pending), tool_definition_digest=theirs)
    checked = sides.check(pending, carrier, tool_definition_digest=ours)
    assert [each.code for each in checked.notices] == [Code.TOOL_DEFINITION_CHANGED]


# -- making requests -------------------------------------------------------------------------------


def test_requests_form_a_chain_and_name_the_last_response() -> None:
    sides = Sides()
    first = sides.attest()
    answered = sides.check(first, sides.answer(sides.admitted(first)))
    second = sides.attest()
    one, two = (carrier_of(each)["credential"]["credentialSubject"] for each in (first, second))
    assert (one["sequence"], two["sequence"]) == (1, 2)
    assert two["previousDigest"] == (first.request and first.request.digest)
    assert answered.response is not None
    assert two["previousResponseDigest"] == answered.response.digest
    assert "previousResponseDigest" not in one
    other = carrier_of(sides.attest(audience=STRANGER.did))["credential"]["credentialSubject"]
    assert other["chain"] != one["chain"]


def test_an_intent_is_embedded_or_kept() -> None:
    sides = Sides()
    subject = carrier_of(sides.attest(intent="Invite Alice"))["credential"]["credentialSubject"]
    assert subject["intent"] == "Invite Alice"
    keeping = Sides(agent_options={"payload": "commit"})
    pending = keeping.attest(intent="Invite Alice")
    carrier = carrier_of(pending)
    assert "intentDigest" in carrier["credential"]["credentialSubject"]
    assert set(carrier["salts"]) == {"argumentsDigest"}  # neither value nor salt travels
    assert pending.request is not None
    kept = run(keeping.agent_store.get(pending.request.digest))
    assert kept is not None
    assert kept.values["intentDigest"] == "Invite Alice"
    assert codes(keeping.admit(carrier)) == []


def test_authorization_goes_with_its_digests() -> None:
    sides = Sides()
    delegation = sides.answer(sides.admitted(sides.attest()))["credential"]
    carrier = carrier_of(sides.attest(authorization=["a.b.c", delegation]))
    assert carrier["authorization"] == ["a.b.c", delegation]
    assert len(carrier["credential"]["credentialSubject"]["authorization"]) == 2


def test_what_has_no_canonical_form_is_not_signed() -> None:
    sides = Sides()
    with pytest.raises(ProblemError) as caught:
        sides.attest(call(arguments={"x": float("nan")}))
    assert caught.value.codes == (Code.NUMBER_OUT_OF_RANGE,)


def test_without_a_key_nothing_is_signed() -> None:
    sides = Sides(agent_options={"signer": None})
    with pytest.raises(UnavailableError) as caught:
        sides.attest()
    assert caught.value.code is Code.ATTESTATION_UNAVAILABLE


def test_a_request_that_cannot_be_recorded_is_not_sent() -> None:
    sides = Sides(agent_options={"store": FailingStore()})
    with pytest.raises(UnavailableError):
        sides.attest()


def test_an_answer_that_cannot_be_recorded_is_refused() -> None:
    sides = Sides()
    pending = sides.attest()
    carrier = sides.answer(sides.admitted(pending))
    object.__setattr__(sides.agent.role, "store", FailingStore())
    assert set(codes(sides.check(pending, carrier))) == {"STORE_UNAVAILABLE"}


class SlowSigner:
    """A key that has to be awaited."""

    public_key = AGENT.public_key
    verification_method = AGENT.verification_method

    async def sign(self, message: bytes) -> bytes:
        return AGENT.sign(message)


def test_an_asynchronous_signer() -> None:
    sides = Sides(agent_options={"signer": SlowSigner()})
    pending = sides.attest()
    assert sides.check(pending, sides.answer(sides.admitted(pending)), SENT).problems == ()
