"""Build a ToolCallResponseCredential, and hold an answer against one. FORMAT, *Values and outcomes*."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from signet_vc.attestation.call import ABSENT, Answer, Outcome, OutcomeKind, ToolCall
from signet_vc.attestation.values import CREDENTIAL_CONTEXTS, Draft, Payload, Values, unopened
from signet_vc.codec.jcs import equal
from signet_vc.codec.strict_json import JsonObject
from signet_vc.codec.timestamps import format_ms, parse
from signet_vc.credential.profile_response import outcomes_of_result, task_id_of
from signet_vc.errors import Code, Problem, problem

__all__ = ["RequestReference", "answer_problems", "build", "outcomes_of", "time_problems"]


class RequestReference(NamedTuple):
    """What a response says of the request that it answers; times in nanoseconds."""

    identifier: str
    digest: str
    jws_digest: str | None
    agent: str
    nonce: str
    valid_from: int

    def members(self) -> JsonObject:
        """The member ``request``."""
        request: JsonObject = {"id": self.identifier, "digestMultibase": self.digest}
        if self.jws_digest is not None:
            request["jwsDigest"] = self.jws_digest
        return request


def build(
    outcome: Outcome,
    *,
    issuer: str,
    method: str,
    tool: str,
    request: RequestReference | None,
    unattested: ToolCall | None,
    received_at: int,
    completed_at: int,
    valid_from: int,
    identifier: str,
    payload: Payload,
    embed_limit: int,
    entropy: Callable[[int], bytes],
    members: Mapping[str, Any],
) -> Draft:
    """Make the credential that states this outcome, not yet signed.

    ``method`` and ``tool`` are the request credential's; ``unattested`` is the call itself where no
    request was attested, whose arguments are bound then. ``members``: further subject members.

    Raises:
        ProblemError: a value of the answer is outside CANON.
    """
    subject: JsonObject = {
        "type": "ToolCallResponse",
        "method": method,
        "tool": tool,
        "outcome": str(outcome.kind),
        "receivedAt": format_ms(received_at),
        "completedAt": format_ms(completed_at),
    }
    values = Values(subject, payload=payload, embed_limit=embed_limit, entropy=entropy)
    if request is not None:
        subject["request"] = request.members()
        subject["agent"] = request.agent
    elif unattested is not None and unattested.arguments is not ABSENT:
        values.put("arguments", unattested.arguments)
    if outcome.answer.error is not ABSENT:
        values.put("error", outcome.answer.error)
    elif outcome.kind is OutcomeKind.INPUT_REQUIRED:
        values.commit("resultDigest", outcome.answer.result)  # it holds the server's opaque state
    elif outcome.answer.result is not ABSENT:
        values.put("result", outcome.answer.result)
    if outcome.task_id is not None:
        subject["taskId"] = outcome.task_id
    subject.update(members)
    document = {
        "@context": list(CREDENTIAL_CONTEXTS),
        "id": identifier,
        "type": ["VerifiableCredential", "ToolCallResponseCredential"],
        "issuer": issuer,
        "validFrom": format_ms(valid_from),
        "credentialSubject": subject,
    }
    return Draft(document=document, salts=values.salts, values=values.values)


_OF_ERROR: Final = frozenset({OutcomeKind.FAILED, OutcomeKind.DENIED, OutcomeKind.UNKNOWN})
_OF_NOTHING: Final = frozenset({OutcomeKind.CANCELLED, OutcomeKind.UNKNOWN})


def outcomes_of(answer: Answer) -> frozenset[str]:
    """The outcomes, by name, that an answer in projected form can have; empty for a result of no known kind.

    Whether an error or a failed result means that the call never ran (``denied``) only the server knows.
    """
    if answer.error is not ABSENT:
        return _OF_ERROR
    result = answer.result
    if result is ABSENT:
        return _OF_NOTHING
    if "isError" not in result:
        return outcomes_of_result({**result, "isError": False})
    return outcomes_of_result(result) if isinstance(result["isError"], bool) else frozenset()


def answer_problems(subject: JsonObject, answer: Answer, salts: Mapping[str, str]) -> list[Problem]:
    """FORMAT, *At the agent*: the outcome fits the answer, and the answer is the one that was signed."""
    outcome = subject["outcome"]
    if outcome not in outcomes_of(answer):
        detail = f"the answer cannot mean {outcome}"
        return [problem(Code.OUTCOME_MISMATCH, detail, "/credentialSubject/outcome")]
    result = answer.result
    if outcome == OutcomeKind.TASK and result is not ABSENT and subject["taskId"] != task_id_of(result):
        return [_mismatch("taskId", "the answer began another task")]
    name, value = ("error", answer.error) if answer.error is not ABSENT else ("result", answer.result)
    if name in subject:
        return [] if equal(subject[name], value) else [_mismatch(name, "not the one that was signed")]
    member = f"{name}Digest"
    if member in subject:
        why = unopened(subject, member, value, salts)
        return [] if why is None else [_mismatch(member, why)]
    if outcome == OutcomeKind.UNKNOWN:
        return []  # the server states that it has no answer: the error beside it is nobody's word
    return [_mismatch(name, "the credential does not bind it")]


def time_problems(document: JsonObject, *, requested_at: int | None, skew: int, now: int) -> list[Problem]:
    """request.validFrom - skew <= receivedAt, and validFrom <= now + skew, else TIME_MISMATCH.

    ``requested_at``: validFrom of the request; without one, when the call was sent, since nothing else tells
    its answer from an older one to the same call; None where that is not known. The order of the response's
    own times is part of its schema. Times in nanoseconds.
    """
    received = parse(document["credentialSubject"]["receivedAt"])
    signed = parse(document["validFrom"])
    problems = []
    if requested_at is not None and (received is None or received < requested_at - skew):
        detail = "before the call was made"
        problems.append(problem(Code.TIME_MISMATCH, detail, "/credentialSubject/receivedAt"))
    if signed is None or signed > now + skew:
        problems.append(problem(Code.TIME_MISMATCH, "in the future", "/validFrom"))
    return problems


def _mismatch(member: str, detail: str) -> Problem:
    return problem(Code.RESULT_MISMATCH, detail, f"/credentialSubject/{member}")
