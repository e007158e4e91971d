"""Attestations in A2A messages: put in, taken out, and verified by their own rules."""

from __future__ import annotations

import copy
import json
from typing import Any, Final

import pytest
from engine import AGENT, SERVER, STRANGER, Sides, call
from hypothesis import given
from hypothesis import strategies as st
from protocol_examples_a2a import AT, CARD, CARD_KEY, MESSAGE, signed_card, task

from signet_vc import Policy, UsageError, verify
from signet_vc.errors import Code, ProblemError
from signet_vc.keys.signing import Key
from signet_vc.protocols.a2a_carriage import attach, carried
from signet_vc.protocols.a2a_form import EXTENSION
from signet_vc.result import Verification
from signet_vc.securing import Securing

TRUSTED: Final = Policy(allowed_signers=[AGENT.did, SERVER.did])
PLACE: Final = "/metadata/https:~1~1w3id.org~1signet-vc~1a2a~1v1"


def sides(securing: Securing = Securing.DATA_INTEGRITY, **options: Any) -> Sides:
    return Sides({"securing": securing, **options}, {"securing": securing, **options})


def carrier(securing: Securing = Securing.DATA_INTEGRITY, **options: Any) -> dict[str, Any]:
    return copy.deepcopy(sides(securing, **options).attest().carrier or {})


def judged(message: Any, policy: Policy = TRUSTED) -> Verification:
    return verify(json.dumps(message), policy, at=AT)


def found(result: Verification) -> list[tuple[Code, str]]:
    return [(each.code, each.pointer) for each in result.problems]


@pytest.mark.parametrize("securing", list(Securing))
def test_an_attestation_in_a_message_verifies_however_it_is_secured(securing: Securing) -> None:
    made = carrier(securing)
    message = attach(MESSAGE, made)
    assert (carried(message), message["extensions"]) == (made, [EXTENSION])
    assert "metadata" not in MESSAGE
    result = judged(message)
    assert result.verified, result.problems
    assert (result.format, result.issuer) == ("a2a-message", AGENT.did)
    assert result.types == ("VerifiableCredential", "ToolCallRequestCredential")
    assert result.document is not None
    assert result.document["issuer"] == AGENT.did


@pytest.mark.parametrize("securing", list(Securing))
def test_a_task_is_verified_with_all_that_it_holds(securing: Securing) -> None:
    whole = task(sides(securing))
    result = judged(whole)
    assert result.verified, result.problems
    assert [each.issuer for each in result.credentials] == [AGENT.did, SERVER.did]
    assert result.issuer is None
    assert result.document is not None
    assert len(result.document["attestations"]) == 2
    status = {**whole, "history": [], "status": {"message": whole["history"][0]}}
    assert [each.issuer for each in judged(status).credentials] == [AGENT.did, SERVER.did]
    answer = whole["artifacts"][0]
    assert judged(answer).verified
    assert judged({**answer, "metadata": None}).format == "unknown"


def test_what_it_travels_in_is_opened() -> None:
    whole = task(sides())
    (artifact,) = whole["artifacts"]
    for envelope in (
        {"jsonrpc": "2.0", "id": "1", "method": "SendMessage", "params": {"message": whole["history"][0]}},
        {"jsonrpc": "2.0", "id": 1, "result": {"task": whole}},
        {"task": whole},
        {"artifactUpdate": {"taskId": "t-1", "contextId": "c-1", "artifact": artifact}},
        {"statusUpdate": {"taskId": "t-1", "contextId": "c-1", "status": {"message": whole["history"][0]}}},
        {"jsonrpc": "2.0", "id": 1, "result": {"tasks": [whole], "pageSize": 1, "totalSize": 1}},
    ):
        assert judged(envelope).verified
        refused = judged(envelope, Policy(allowed_signers=[STRANGER.did]))
        assert {each.code for each in refused.problems} == {Code.SIGNER_NOT_ALLOWED}


def test_a_slash_may_be_escaped() -> None:
    text = json.dumps(task(sides())).replace("/", "\\/")
    assert verify(text, TRUSTED, at=AT).verified
    assert verify(text.encode(), TRUSTED, at=AT).verified


def test_one_did_web_has_a_key_for_each_use() -> None:
    """The card's key attests nothing, and the attestation's signs no card."""
    did = "did:web:agent.example"
    attests = Key.from_secret("Ed25519", bytes(32), verification_method=f"{did}#attests")
    document = {
        "id": did,
        "verificationMethod": [
            {
                "id": f"{did}#{name}",
                "type": "Multikey",
                "controller": did,
                "publicKeyMultibase": key.public_key.multibase,
            }
            for name, key in {"attests": attests, "card": CARD_KEY}.items()
        ],
        "assertionMethod": [f"{did}#attests"],
        "authentication": [f"{did}#card"],
    }

    class Resolver:
        def resolve(self, name: str) -> dict[str, Any]:
            assert name == did
            return document

    policy = Policy(allowed_signers=[did], resolver=Resolver())
    card = {**CARD, "capabilities": {"streaming": False}}
    signed = signed_card(card, kid=f"{did}#card", did_document=document)
    message = attach(MESSAGE, Sides({"signer": attests}).attest().carrier or {})
    for artefact in (signed, message):
        result = judged(artefact, policy)
        assert (result.verified, result.issuer) == (True, did), result.problems
    with pytest.raises(UsageError):
        signed_card(card, key=attests, kid=f"{did}#attests", did_document=document)
    card_key = Key.from_secret("Ed25519", CARD_KEY.reveal_secret(), verification_method=f"{did}#card")
    forged = attach(MESSAGE, Sides({"signer": card_key}).attest().carrier or {})
    assert [code for code, _ in found(judged(forged, policy))] == [Code.PROOF_PURPOSE_MISMATCH]


def test_both_parties_are_to_be_trusted() -> None:
    whole = task(sides())
    assert found(judged(whole, Policy())) == [(Code.NO_TRUST_ANCHOR, "")]
    answer = f"/artifacts/0{PLACE}/credential/issuer"
    assert found(judged(whole, Policy(allowed_signers=[AGENT.did]))) == [(Code.SIGNER_NOT_ALLOWED, answer)]
    assert found(judged(whole, Policy(allowed_signers=[STRANGER.did])))[0][0] is Code.SIGNER_NOT_ALLOWED


def test_a_format_that_is_demanded_is_the_messages() -> None:
    message = attach(MESSAGE, carrier())
    assert judged(message, Policy(trust_any=True, formats=["a2a-message"])).verified
    assert not judged(message, Policy(trust_any=True, formats=["data-integrity"])).verified
    assert not judged(message, Policy(trust_any=True, securings=["ecdsa-jcs-2019"])).verified


def test_a_policy_of_two_securings_refuses_one() -> None:
    both = Policy(trust_any=True, both_securings=True)
    assert judged(attach(MESSAGE, carrier(Securing.BOTH)), both).verified
    refused = found(judged(attach(MESSAGE, carrier()), both))
    assert refused == [(Code.SECURINGS_DISAGREE, f"{PLACE}/credential")]


def test_two_securings_that_say_different_things_are_refused() -> None:
    one, other = carrier(Securing.BOTH), carrier(Securing.BOTH, payload="commit")
    one["request_signature"] = other["request_signature"]
    assert Code.SECURINGS_DISAGREE in {code for code, _ in found(judged(attach(MESSAGE, one)))}


def test_committed_values_are_elsewhere_and_that_is_told() -> None:
    result = judged(attach(MESSAGE, carrier(payload="commit")))
    assert result.verified
    assert [each.code for each in result.notices] == [Code.VALUE_ERASED]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda made: made["credential"]["credentialSubject"].update(tool="other"), Code.PROOF_INVALID),
        (lambda made: made["credential"].update(issuer=STRANGER.did), Code.KEY_NOT_CONTROLLED_BY_ISSUER),
        (lambda made: made["credential"]["credentialSubject"].update(more=1), Code.INVALID_CREDENTIAL),
        (lambda made: made["credential"].update(type=["VerifiableCredential"]), Code.INVALID_CREDENTIAL),
        (lambda made: made.update(salts={"argumentsDigest": "u"}), Code.INVALID_CREDENTIAL),
        (lambda made: made.update(authorization=[]), Code.INVALID_CREDENTIAL),
        (lambda made: made.update(response_signature="e30.e30.AA"), Code.INVALID_CREDENTIAL),
        (lambda made: made.pop("credential"), Code.INVALID_CREDENTIAL),
    ],
)
def test_a_changed_carrier_is_refused(change: Any, code: Code) -> None:
    made = carrier()
    change(made)
    result = judged(attach(MESSAGE, made))
    assert code in {each for each, _ in found(result)}, result.problems
    assert result.document is None


@pytest.mark.parametrize("value", [None, 1, "text", [], {}])
def test_what_is_no_carrier_is_refused_as_one(value: Any) -> None:
    result = judged({**MESSAGE, "metadata": {EXTENSION: value}})
    assert (result.format, found(result)) == ("a2a-message", [(Code.INVALID_CREDENTIAL, PLACE)])


def test_more_attestations_than_are_judged_are_refused() -> None:
    message = attach(MESSAGE, carrier())
    crowd = {"id": "t-1", "history": [message] * 33}
    assert found(judged(crowd)) == [(Code.TOO_LARGE, "")]
    assert judged({**crowd, "history": [message] * 32}).verified


def test_numbers_that_protobuf_rounds_are_not_sent() -> None:
    wide = call(arguments={"account": 2**53})
    made = Sides().attest(wide).carrier
    assert attach(MESSAGE, made or {})  # such a value is committed to, and so not in the carrier
    with pytest.raises(ProblemError) as refused:
        attach(MESSAGE, {"credential": {"credentialSubject": {"arguments": {"account": 2**53}}}})
    assert refused.value.codes == (Code.NUMBER_OUT_OF_RANGE,)
    assert refused.value.problems[0].pointer == "/credential/credentialSubject/arguments/account"


@pytest.mark.parametrize(
    "message",
    [{}, {"role": "ROLE_USER"}, {**MESSAGE, "metadata": 1}, {**MESSAGE, "metadata": {EXTENSION: {}}}],
)
def test_nothing_is_attached_to_what_carries_nothing(message: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        attach(message, carrier())


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=3),
        lambda each: (
            st.lists(each, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["id", "messageId", "metadata", EXTENSION, "credential", "request_signature", "salts"]
                ),
                each,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_nothing_in_metadata_makes_a_verifier_raise(value: Any) -> None:
    for message in ({**MESSAGE, "metadata": {EXTENSION: value}}, {"id": "1", "history": [value]}, value):
        if isinstance(message, dict):
            assert not judged(message).verified
