"""Build a ToolCallRequestCredential, and hold a call against one. FORMAT, *Subject members*."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from signet_vc.attestation.call import ABSENT, ToolCall
from signet_vc.attestation.values import CREDENTIAL_CONTEXTS, Draft, Payload, Values, unopened
from signet_vc.codec.jcs import equal
from signet_vc.codec.strict_json import Json, JsonObject
from signet_vc.codec.timestamps import format_ms
from signet_vc.errors import Code, Problem, problem

__all__ = ["build", "call_problems", "committed_values"]


def build(
    call: ToolCall,
    *,
    issuer: str,
    audience: str,
    valid_from: int,
    deadline: int,
    identifier: str,
    nonce: str,
    payload: Payload,
    embed_limit: int,
    entropy: Callable[[int], bytes],
    members: Mapping[str, Any],
    intent: str | None = None,
) -> Draft:
    """Make the credential that states this call, not yet signed.

    ``valid_from``, ``deadline``: nanoseconds. ``members``: further subject members that FORMAT names
    (chain members, ``toolDefinitionDigest``, ``authorization``, ``continuationOf``, …), ready made.
    ``intent``: embedded, or under ``commit`` kept with its salt by the signer.

    Raises:
        ProblemError: a value of the call is outside CANON.
    """
    subject: JsonObject = {"type": "ToolCallRequest", "method": call.method, "tool": call.tool}
    values = Values(subject, payload=payload, embed_limit=embed_limit, entropy=entropy)
    if call.arguments is not ABSENT:
        values.put("arguments", call.arguments)
    for member, value in _committed(call):
        values.commit(member, value)
    if call.task_id is not ABSENT:
        subject["taskId"] = call.task_id
    subject["audience"] = audience
    subject["nonce"] = nonce
    subject["deadline"] = format_ms(deadline)
    private: frozenset[str] = frozenset()
    if intent is not None:
        values.put("intent", intent)
        private = frozenset({"intentDigest"})
    subject.update(members)
    _state(subject, call)
    document = {
        "@context": list(CREDENTIAL_CONTEXTS),
        "id": identifier,
        "type": ["VerifiableCredential", "ToolCallRequestCredential"],
        "issuer": issuer,
        "validFrom": format_ms(valid_from),
        "credentialSubject": subject,
    }
    return Draft(document=document, salts=values.salts, values=values.values, private=private)


def call_problems(subject: JsonObject, call: ToolCall, salts: Mapping[str, str]) -> list[Problem]:
    """FORMAT, *At the server* (8): the subject says exactly what is being called.

    Every "if and only if" is checked both ways, and every value in the call needs its salt.
    """
    problems: list[Problem] = []
    for name, actual in (("method", call.method), ("tool", call.tool)):
        if subject[name] != actual:
            problems.append(_mismatch(name, f"signed for another {name}"))
    problems += _argument_problems(subject, call, salts)
    committed = dict(_committed(call))
    for member in ("inputResponsesDigest", "requestStateDigest", "parametersDigest"):
        if member not in committed:
            if member in subject:
                problems.append(_mismatch(member, "signed, but the call has no such value"))
        elif member not in subject:
            problems.append(_mismatch(member, "the call has a value that was not signed"))
        else:
            problems += _unopened(subject, member, committed[member], salts)
    task = ABSENT if call.task_id is ABSENT else call.task_id
    if subject.get("taskId", ABSENT) != task:
        problems.append(_mismatch("taskId", "signed for another task"))
    return problems


def committed_values(call: ToolCall, subject: JsonObject) -> dict[str, Any]:
    """The values behind the commitments of ``subject``, taken from the call that matched it."""
    values = {name: value for name, value in _committed(call) if name in subject}
    if "argumentsDigest" in subject:
        values["argumentsDigest"] = call.arguments
    return values


def _committed(call: ToolCall) -> Iterator[tuple[str, Json]]:
    """What is always committed to, never embedded: member name and value, each only if present."""
    if call.input_responses is not ABSENT:
        yield "inputResponsesDigest", call.input_responses
    if call.request_state is not ABSENT:
        yield "requestStateDigest", call.request_state
    if call.parameters:
        yield "parametersDigest", call.parameters


def _state(subject: JsonObject, call: ToolCall) -> None:
    if call.trace_id is not None:
        subject["traceId"] = call.trace_id
    if call.protocol_version is not None:
        subject["protocolVersion"] = call.protocol_version


def _argument_problems(subject: JsonObject, call: ToolCall, salts: Mapping[str, str]) -> list[Problem]:
    if call.arguments is ABSENT:
        signed = [name for name in ("arguments", "argumentsDigest") if name in subject]
        return [_mismatch(name, "signed, but the call has no arguments") for name in signed]
    if "arguments" in subject:
        if equal(subject["arguments"], call.arguments):
            return []
        return [_mismatch("arguments", "the call's arguments are not the signed ones")]
    if "argumentsDigest" not in subject:
        return [_mismatch("arguments", "the call's arguments were not signed")]
    return _unopened(subject, "argumentsDigest", call.arguments, salts)


def _unopened(subject: JsonObject, member: str, value: Json, salts: Mapping[str, str]) -> list[Problem]:
    detail = unopened(subject, member, value, salts)
    return [] if detail is None else [_mismatch(member, detail)]


def _mismatch(member: str, detail: str) -> Problem:
    return problem(Code.CALL_MISMATCH, detail, f"/credentialSubject/{member}")
