"""No verdict is ignored: each step of a verification, switched off, lets an attack through.

A step whose result nobody uses (CVE-2024-21669) is one that can be switched off unnoticed. Each row
names a step, an attack that it alone refuses, and the code; the attack is refused with all steps in
place and gets through without this one.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from engine import ABSENT, AGENT, RESULT, SERVER, STRANGER, Sides, call, carrier_of

from signet_vc import Policy, SigningKey, securing, verification, verify
from signet_vc.attestation import agent, boundary, request, response, server
from signet_vc.attestation import carrier as carriers
from signet_vc.attestation.call import Answer, OutcomeKind
from signet_vc.attestation.server import Admission
from signet_vc.codec.digest import digest
from signet_vc.codec.timestamps import format_s, parse
from signet_vc.keys.signing import Key
from signet_vc.policy import AllowedSigner
from signet_vc.proofs import data_integrity

Attack = Callable[[], list[str]]  # the codes that it is refused with; empty if it gets through


@dataclass(frozen=True)
class Row:
    """``home.step`` is replaced by ``off``; ``code`` is what refuses the attack while it stands."""

    home: Any
    step: str
    off: Any
    attack: Attack
    code: str

    def __str__(self) -> str:
        return f"{getattr(self.home, '__name__', self.home).rpartition('.')[2]}.{self.step}"


def none_found(*_: Any, **__: Any) -> list[Any]:
    return []


def resigned(carrier: dict[str, Any], key: Key = AGENT, **subject: Any) -> dict[str, Any]:
    """The carrier's credential with other subject members, signed again by ``key``."""
    document = {name: value for name, value in carrier["credential"].items() if name != "proof"}
    document["credentialSubject"] = {**document["credentialSubject"], **subject}
    document["issuer"] = key.did
    created = format_s(parse(document["validFrom"]) or 0)
    made = securing.secure(document, key, securing=securing.Securing.DATA_INTEGRITY, created=created)
    return {**carrier, "credential": made.credential}


# -- at the server ---------------------------------------------------------------------------------


def sent(sides: Sides, carrier: Any, what: Any = None, **options: Any) -> list[str]:
    verdict = sides.admit(carrier, what, **options)
    return [] if isinstance(verdict, Admission) else [str(each.code) for each in verdict.problems]


def with_another_member() -> list[str]:
    sides = Sides()
    return sent(sides, resigned(carrier_of(sides.attest()), approved=True))


def with_false_hints() -> list[str]:
    sides = Sides(agent_options={"securing": securing.Securing.JWS})
    return sent(sides, {**carrier_of(sides.attest()), "signer": STRANGER.did})


def with_equal_salts() -> list[str]:
    """Harmless by itself, since it opens nothing; but an honest signer makes no such thing."""
    sides = Sides()
    salt = "u" + "A" * 22
    return sent(sides, {**carrier_of(sides.attest()), "salts": {"one": salt, "another": salt}})


def by_a_stranger() -> list[str]:
    sides = Sides(agent_options={"signer": STRANGER})
    return sent(sides, sides.attest().carrier)


def altered_on_the_way() -> list[str]:
    sides = Sides()
    carrier = carrier_of(sides.attest())
    carrier["credential"]["credentialSubject"]["tool"] = "delete_email"
    return sent(sides, carrier, call(tool="delete_email"))


def too_early() -> list[str]:
    sides = Sides()
    carrier = sides.attest().carrier
    sides.clock.pass_seconds(-61)
    return sent(sides, carrier)


def too_late() -> list[str]:
    sides = Sides()
    carrier = sides.attest().carrier
    sides.clock.pass_seconds(361)
    return sent(sides, carrier)


def to_another_server() -> list[str]:
    sides = Sides()
    return sent(sides, sides.attest(audience=STRANGER.did).carrier)


def once_more() -> list[str]:
    sides = Sides()
    carrier = sides.attest().carrier
    assert sent(sides, carrier) == []
    return sent(sides, carrier)


def with_another_call() -> list[str]:
    sides = Sides()
    return sent(sides, sides.attest().carrier, call(arguments={"to": "mallory@example.com"}))


def with_a_token_of_another_key() -> list[str]:
    sides = Sides()
    carrier = sides.attest(confirmation="NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs").carrier
    return sent(sides, carrier, access_token_jkt="another")


def to_a_tool_that_is_not_allowed() -> list[str]:
    entry = AllowedSigner(did=AGENT.did, tools=("read_*",))
    sides = Sides(server_options={"policy": Policy(allowed_signers=[entry])})
    return sent(sides, sides.attest().carrier)


def for_another_definition() -> list[str]:
    sides = Sides(server_options={"demand_tool_definition": True})
    carrier = sides.attest(tool_definition_digest=digest(b"one")).carrier
    return sent(sides, carrier, tool_definition_digest=digest(b"another"))


def in_answer_to_another_question() -> list[str]:
    sides = Sides()
    asked = Answer(result={"resultType": "input_required", "requestState": "delete one?"})
    pending = sides.attest()
    answered = sides.answer(sides.admitted(pending), asked, OutcomeKind.INPUT_REQUIRED)
    response_digest = sides.check(pending, answered, asked).response
    assert response_digest is not None
    assert pending.request is not None
    continued = {"request": pending.request.digest, "response": response_digest.digest}
    retry = call(request_state="delete all?", input_responses={"yes": True})
    return sent(sides, resigned(carrier_of(sides.attest(retry)), continuationOf=continued), retry)


async def always_claimed(*_: Any) -> bool:
    return True


async def nothing_judged(*_: Any, **__: Any) -> None:
    return None


async def nothing_continued(*_: Any) -> tuple[list[Any], list[Any]]:
    return [], []


def unchecked_shape(read: Any, _kind: str) -> Any:
    return read.secured.document, read.secured.document["credentialSubject"]


AT_THE_SERVER = [
    Row(carriers, "shape", unchecked_shape, with_another_member, "INVALID_CREDENTIAL"),
    Row(carriers, "_hints", none_found, with_false_hints, "INVALID_CREDENTIAL"),
    Row(carriers, "_salts", lambda value: value["salts"], with_equal_salts, "INVALID_CREDENTIAL"),
    Row(boundary, "signer_and_proof_problems", none_found, by_a_stranger, "SIGNER_NOT_ALLOWED"),
    Row(boundary, "_signer_problem", lambda *_: None, by_a_stranger, "SIGNER_NOT_ALLOWED"),
    Row(boundary, "proof_problems", none_found, altered_on_the_way, "PROOF_INVALID"),
    Row(securing, "verify", none_found, altered_on_the_way, "PROOF_INVALID"),
    Row(boundary, "time_problems", none_found, too_early, "NOT_YET_VALID"),
    Row(boundary, "deadline_problems", none_found, too_late, "DEADLINE_PASSED"),
    Row(boundary, "audience_problems", none_found, to_another_server, "AUDIENCE_MISMATCH"),
    Row(server.Server, "_claim", always_claimed, once_more, "REPLAYED"),
    Row(request, "call_problems", none_found, with_another_call, "CALL_MISMATCH"),
    Row(server.Server, "_continuation", nothing_continued, in_answer_to_another_question, "CALL_MISMATCH"),
    Row(boundary, "confirmation_problems", none_found, with_a_token_of_another_key, "POLICY_DENIED"),
    Row(boundary, "notices", none_found, for_another_definition, "TOOL_DEFINITION_CHANGED"),
    Row(server, "judge", nothing_judged, to_a_tool_that_is_not_allowed, "POLICY_DENIED"),
    Row(server, "_denial", none_found, to_a_tool_that_is_not_allowed, "POLICY_DENIED"),
]


# -- at the agent ----------------------------------------------------------------------------------


def answered(
    change: Callable[[dict[str, Any]], Any] = lambda carrier: carrier,
    *,
    what: Any = RESULT,
    of_another: bool = False,
    seconds: float = 0,
    **server_options: Any,
) -> list[str]:
    sides = Sides(server_options=server_options)
    pending = sides.attest()
    carrier = sides.answer(sides.admitted(sides.attest() if of_another else pending))
    sides.clock.pass_seconds(-seconds)
    verdict = sides.check(pending, change(carrier), Answer(result=what))
    return [str(each.code) for each in verdict.problems]


def by_another_server() -> list[str]:
    return answered(signer=STRANGER)


def altered_answer() -> list[str]:
    def alter(carrier: dict[str, Any]) -> dict[str, Any]:
        subject = carrier["credential"]["credentialSubject"]
        return {"credential": {**carrier["credential"], "credentialSubject": {**subject, "result": CHANGED}}}

    return answered(alter, what=CHANGED)


CHANGED = {**RESULT, "content": []}

AT_THE_AGENT = [
    Row(
        carriers,
        "shape",
        unchecked_shape,
        lambda: answered(lambda carrier: resigned(carrier, SERVER, approved=True)),
        "INVALID_CREDENTIAL",
    ),
    Row(agent.Agent, "_signer_problems", none_found, by_another_server, "SIGNER_NOT_ALLOWED"),
    Row(carriers, "proof_problems", none_found, altered_answer, "PROOF_INVALID"),
    Row(securing, "verify", none_found, altered_answer, "PROOF_INVALID"),
    Row(agent, "_request_problems", none_found, lambda: answered(of_another=True), "REQUEST_MISMATCH"),
    Row(response, "answer_problems", none_found, lambda: answered(what=CHANGED), "RESULT_MISMATCH"),
    Row(response, "time_problems", none_found, lambda: answered(seconds=61), "TIME_MISMATCH"),
    Row(
        agent.AgentRole,
        "demands_responses",
        property(lambda _: False),
        lambda: answered(lambda _: ABSENT),
        "ATTESTATION_MISSING",
    ),
]


@pytest.mark.parametrize("row", AT_THE_SERVER + AT_THE_AGENT, ids=str)
def test_threat_18_a_step_of_the_engine_switched_off_lets_an_attack_through(
    row: Row, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert row.attack() == [row.code]
    monkeypatch.setattr(row.home, row.step, row.off)
    assert row.attack() == []


def test_threat_18_every_step_of_the_boundary_has_its_row() -> None:
    steps = {
        name
        for name, function in inspect.getmembers(boundary, inspect.isfunction)
        if function.__module__ == boundary.__name__ and "problem" in name
    }
    assert steps <= {row.step for row in AT_THE_SERVER}


def test_threat_18_an_honest_call_passes_every_step() -> None:
    sides = Sides()
    assert sent(sides, sides.attest().carrier) == []
    assert answered() == []


# -- verify ----------------------------------------------------------------------------------------

CREDENTIAL = {
    "@context": ["https://www.w3.org/ns/credentials/v2"],
    "type": ["VerifiableCredential"],
    "issuer": AGENT.did,
    "credentialSubject": {"id": "urn:example:anything"},
}


def signed(key: Key = AGENT, **members: Any) -> dict[str, Any]:
    return data_integrity.create(
        {**CREDENTIAL, "issuer": key.did, **members}, key, created="2026-03-30T11:37:25Z"
    )


def verified(data: Any, **policy: Any) -> list[str]:
    verdict = verify(data, Policy(**{"allowed_signers": [AGENT.did], **policy}))
    assert verdict.verified == (not verdict.problems)
    return [str(each.code) for each in verdict.problems]


VERIFICATION = {
    "format": (lambda: verified(signed(), formats=["vc+jwt"]), "UNKNOWN_FORMAT"),
    "schema": (lambda: verified(signed(type=["Something"])), "INVALID_CREDENTIAL"),
    "signer": (lambda: verified(signed(STRANGER)), "SIGNER_NOT_ALLOWED"),
    "proof": (lambda: verified({**signed(), "name": "Another name"}), "PROOF_INVALID"),
    "validity": (lambda: verified(signed(validUntil="2000-01-01T00:00:00Z")), "EXPIRED"),
}


def switch_off(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = tuple(step._replace(run=none_found) if step.name == name else step for step in verification.STEPS)
    assert steps != verification.STEPS
    monkeypatch.setattr(verification, "STEPS", steps)


@pytest.mark.parametrize("step", VERIFICATION)
def test_threat_18_a_step_of_verification_switched_off_lets_a_forgery_through(
    step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    attack, code = VERIFICATION[step]
    assert attack() == [code]
    switch_off(step, monkeypatch)
    assert attack() == []


def test_threat_18_without_parsing_nothing_verifies(monkeypatch: pytest.MonkeyPatch) -> None:
    assert verified(signed()) == []
    switch_off("parse", monkeypatch)
    assert verified(signed()) != []


def test_threat_18_every_step_of_verification_has_its_row() -> None:
    assert {step.name for step in verification.STEPS} == {"parse", *VERIFICATION}


# -- the result ------------------------------------------------------------------------------------


def test_threat_18_a_result_has_no_truth_value_and_a_failed_one_no_document() -> None:
    failed = verify({**signed(), "name": "Another name"}, Policy(allowed_signers=[AGENT.did]))
    assert failed.document is None
    with pytest.raises(TypeError):
        bool(failed)
    assert verify(signed(), Policy(allowed_signers=[AGENT.did])).document is not None


def test_threat_18_of_several_proofs_each_must_verify() -> None:
    good = signed()
    bad = {**good["proof"], "proofValue": signed(name="Another name")["proof"]["proofValue"]}
    assert verified({**good, "proof": [good["proof"]]}) == []
    for proofs in ([good["proof"], bad], [bad, good["proof"]]):
        assert verified({**good, "proof": proofs}) == ["PROOF_INVALID"]
    assert verified({**good, "proof": []}) != []


def test_threat_18_a_key_is_needed_to_make_what_is_accepted() -> None:
    other = SigningKey.generate()
    document = signed(other)
    assert verified({**document, "issuer": AGENT.did}) == ["KEY_NOT_CONTROLLED_BY_ISSUER"]
