"""The subject of a ToolCallResponseCredential. FORMAT, *Subject members*, *Values and outcomes*."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from signet_vc.credential.profile_forms import (
    Embedded,
    Level,
    Rule,
    Simple,
    constant,
    is_integer,
    matching,
    one_of,
)
from signet_vc.credential.profile_members import (
    CHAINED,
    COMMITMENT,
    COMMON_MEMBERS,
    COMMON_REQUIRED,
    CREDENTIAL_ID,
    DID,
    DIGEST,
    TIME,
    in_order,
)
from signet_vc.errors import Code, Problem, problem

__all__ = ["RESPONSE_SUBJECT", "outcomes_of_result", "response_contradictions", "task_id_of"]

_SUBJECT: Final = "/credentialSubject"
_OF_COMPLETION: Final = frozenset({"completed"})
_OF_FAILURE: Final = frozenset({"failed", "denied"})
_OF_QUESTION: Final = frozenset({"input_required"})
_OF_TASK: Final = frozenset({"task"})


def outcomes_of_result(result: Mapping[str, Any]) -> frozenset[str]:
    """The outcomes that a result in projected form can have; empty for a result of no known kind.

    ``task`` goes before ``completed``: a result of 2025-11-25 that began a task has no content. Whether
    a failed result means that the call never ran (``denied``) only the server knows.
    """
    kind = result["resultType"]
    if kind == "task" or (kind == "complete" and "task" in result and "content" not in result):
        return _OF_TASK
    if kind == "input_required":
        return _OF_QUESTION
    if kind != "complete":
        return frozenset()
    return _OF_FAILURE if result["isError"] else _OF_COMPLETION


def task_id_of(result: Mapping[str, Any]) -> object:
    """A task's id as a result has it, beside ``resultType`` or, in 2025-11-25, in ``task``; None without."""
    task = result.get("task")
    return task.get("taskId") if isinstance(task, dict) else result.get("taskId")


# The outcomes that an answer can have of which no more is known than which member binds it.
_OF_ERROR: Final = frozenset({"failed", "denied", "unknown"})
_OF_ANSWER: Final[Mapping[str, frozenset[str]]] = {
    "error": _OF_ERROR,
    "errorDigest": _OF_ERROR,
    "resultDigest": frozenset({"completed", "failed", "denied", "input_required", "task"}),
}


def response_contradictions(subject: Mapping[str, Any], valid_from: str) -> Iterator[Problem]:
    """What a response shows to be impossible by itself: its times, its outcome, what it continues."""
    if not in_order(subject["receivedAt"], subject["completedAt"]):
        yield problem(Code.TIME_MISMATCH, "after completedAt", f"{_SUBJECT}/receivedAt")
    if not in_order(subject["completedAt"], valid_from):
        yield problem(Code.TIME_MISMATCH, "after validFrom", f"{_SUBJECT}/completedAt")
    outcome = subject["outcome"]
    if outcome not in _outcomes_of(subject, outcome):
        yield problem(Code.OUTCOME_MISMATCH, f"its own answer cannot mean {outcome}", f"{_SUBJECT}/outcome")
    elif outcome == "task" and "result" in subject and subject["taskId"] != task_id_of(subject["result"]):
        yield problem(Code.INVALID_CREDENTIAL, "not the id in the result", f"{_SUBJECT}/taskId")
    if "continuationOf" in subject and "request" in subject:
        yield from _other_request(subject)


def _outcomes_of(subject: Mapping[str, Any], stated: str) -> frozenset[str]:
    if "result" in subject:
        return outcomes_of_result(subject["result"])
    for member, outcomes in _OF_ANSWER.items():
        if member in subject:
            return outcomes
    return frozenset({stated})  # no answer: the rules of the level have settled for which outcomes


def _other_request(subject: Mapping[str, Any]) -> Iterator[Problem]:
    """A task's final answer repeats the request of the interim one: the tools/call that it continues."""
    if subject["continuationOf"]["request"] != subject["request"]["digestMultibase"]:
        detail = "not the digest of the request that is answered"
        yield problem(Code.REQUEST_MISMATCH, detail, f"{_SUBJECT}/continuationOf/request")


# -- the members -----------------------------------------------------------------------------------


def _is_projected_result(value: Any) -> bool:
    """Without its own ``_meta``; ``resultType``, and if that is complete ``isError``, written out."""
    if not isinstance(value, dict) or "_meta" in value or not isinstance(value.get("resultType"), str):
        return False
    if "isError" in value:
        return isinstance(value["isError"], bool)
    return bool(value["resultType"] != "complete")


def _answers_are_as_many_as_the_outcome_has(subject: Mapping[str, Any]) -> bool:
    results = ("result" in subject) + ("resultDigest" in subject)
    answers = results + ("error" in subject) + ("errorDigest" in subject)
    outcome = subject["outcome"]
    if outcome == "cancelled":
        return answers == 0
    return answers == 1 or (answers == 0 and outcome == "unknown")


def _task_members_fit(subject: Mapping[str, Any]) -> bool:
    if subject["outcome"] == "task":
        return "taskId" in subject and "continuationOf" not in subject
    return ("taskId" in subject) is ("continuationOf" in subject)


def _continues_what_is_answered(subject: Mapping[str, Any]) -> bool:
    if "continuationOf" not in subject:
        return True
    return ("request" in subject["continuationOf"]) is ("request" in subject)


def _decision_fits(subject: Mapping[str, Any]) -> bool:
    if "decision" not in subject:
        return True
    return (subject["decision"]["effect"] == "allow") is (subject["outcome"] != "denied")


RESPONSE_SUBJECT: Final = Level(
    required={
        "type": constant("ToolCallResponse"),
        **COMMON_REQUIRED,
        "outcome": one_of("completed", "failed", "denied", "input_required", "task", "cancelled", "unknown"),
        "receivedAt": TIME,
        "completedAt": TIME,
    },
    optional={
        **COMMON_MEMBERS,
        "request": Level(
            required={"id": CREDENTIAL_ID, "digestMultibase": DIGEST}, optional={"jwsDigest": DIGEST}
        ),
        "agent": DID,
        "result": Embedded(
            form=Simple(
                holds=_is_projected_result,
                rule="a result without _meta, with resultType and, if that is complete, isError",
            )
        ),
        "resultDigest": COMMITMENT,
        "error": Embedded(
            form=Level(
                required={
                    "code": Simple(holds=is_integer, rule="an integer"),
                    "message": Simple(holds=lambda item: isinstance(item, str), rule="a string"),
                },
                optional={"data": Simple(holds=lambda item: item != {}, rule="left out instead of {}")},
            )
        ),
        "errorDigest": COMMITMENT,
        "continuationOf": Level(required={"response": DIGEST}, optional={"request": DIGEST}),
        "decision": Level(
            required={"effect": one_of("allow", "deny", "escalate")},
            optional={
                "reason": matching(r"[A-Z][A-Z0-9_]{0,63}", "1 to 64 of A-Z 0-9 _, a letter first"),
                "policyDigest": DIGEST,
                "approvalDigest": DIGEST,
            },
        ),
    },
    rules=(
        Rule(
            holds=lambda subject: ("request" in subject) is ("agent" in subject),
            member="request",
            rule="request and agent stand together or, if the call was unattested, not at all",
        ),
        Rule(
            holds=lambda subject: (
                ("arguments" in subject) + ("argumentsDigest" in subject)
                == ("request" not in subject and subject["method"] == "tools/call")
            ),
            member="arguments",
            rule="exactly one of arguments and argumentsDigest for an unattested tools/call, else none",
        ),
        Rule(
            holds=_answers_are_as_many_as_the_outcome_has,
            member="outcome",
            rule="one result or error, embedded or committed to; none if cancelled, one or none if unknown",
        ),
        Rule(
            holds=lambda subject: subject["outcome"] != "input_required" or "result" not in subject,
            member="result",
            rule="a result that asks for input is always committed to",
        ),
        Rule(
            holds=_task_members_fit,
            member="taskId",
            rule="there for a task's interim answer, and with continuationOf for its final one",
        ),
        Rule(
            holds=_continues_what_is_answered,
            member="continuationOf",
            rule="names the request of the tools/call if and only if that was attested",
        ),
        Rule(
            holds=_decision_fits,
            member="decision",
            rule="allow if and only if the outcome is not denied",
        ),
        *CHAINED,
    ),
)
