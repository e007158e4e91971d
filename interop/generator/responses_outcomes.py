"""Responses: what came of the call."""

from __future__ import annotations

from typing import Final

from generator.book import rule
from generator.crypto import (
    SERVER,
    commitment,
    nonce,
)
from generator.documents import (
    EXAMPLE_DENIAL,
    OUT,
    RESULT,
    answer,
    call,
    changed,
    error_answer,
    failure,
    proof,
    response,
)
from generator.responses import ASKED, EXAMPLE, Responses

_SALT: Final = nonce(0x20)
_FAILED: Final = {"code": -32602, "message": "No such mailbox", "data": {"mailbox": "alice"}}


def add(made: Responses) -> None:
    """Add them."""
    table = rule(
        "FORMAT",
        "Values and outcomes",
        "failed is isError true or an error, denied either of them where the call did not run.",
    )
    failed = {**RESULT, "isError": True}
    as_failed = proof(response(ASKED, s__result=failed, s__outcome="failed"), SERVER)
    bad = made.accept("failed", table, as_failed, answer(as_failed, failed))
    refused = proof(response(ASKED, s__result=failed, s__outcome="denied"), SERVER)
    made.accept("denied-as-a-result", table, refused, answer(refused, failed))
    own = rule(
        "FORMAT", "Values and outcomes", "Readers refuse an outcome that its own result or error contradicts."
    )
    made.answered(
        bad,
        "completed-with-is-error",
        own,
        "OUTCOME_MISMATCH",
        proof(response(ASKED, s__result=failed), SERVER),
        failed,
    )
    made.refused("failed-without-is-error", own, "OUTCOME_MISMATCH", response(ASKED, s__outcome="failed"))
    made.reject(
        made.denial,
        "completed-with-an-error",
        own,
        "OUTCOME_MISMATCH",
        message=error_answer(
            proof(failure(ASKED, s__error=_FAILED, s__outcome="completed"), SERVER), _FAILED
        ),
    )
    unknown_type = {**RESULT, "resultType": "partial"}
    made.answered(
        made.example,
        "result-type-unknown",
        own,
        "OUTCOME_MISMATCH",
        proof(response(ASKED, s__result=unknown_type), SERVER),
        unknown_type,
    )
    fits = rule("FORMAT", "At the agent", "The outcome is one that the answer can have.")
    made.reject(
        made.example,
        "an-error-for-a-result",
        fits,
        "OUTCOME_MISMATCH",
        message=error_answer(EXAMPLE, _FAILED),
    )
    made.answered(
        made.denial, "a-result-for-a-denial", fits, "OUTCOME_MISMATCH", {"credential": EXAMPLE_DENIAL}
    )
    made.answered(made.example, "is-error-set-on-the-way", fits, "OUTCOME_MISMATCH", EXAMPLE, failed)
    made.answered(
        made.example, "is-error-no-boolean", fits, "OUTCOME_MISMATCH", EXAMPLE, {**RESULT, "isError": 0}
    )
    asking = {
        "resultType": "input_required",
        "inputRequests": {"confirm": {"method": "elicitation/create", "params": {"message": "Send?"}}},
        "requestState": "eyJzdGVwIjoxfQ",
    }
    question = rule("FORMAT", "Values and outcomes", "input_required is always committed, never embedded.")
    hidden = {
        **proof(
            response(
                ASKED,
                s__result=OUT,
                s__resultDigest=commitment("resultDigest", asking, _SALT),
                s__outcome="input_required",
            ),
            SERVER,
        ),
        "salts": {"resultDigest": _SALT},
    }
    asked = made.accept(
        "input-required", question, hidden, answer(hidden, asking), sent=call(ASKED, modern=True)
    )
    made.answered(
        asked,
        "input-required-embedded",
        question,
        "INVALID_CREDENTIAL",
        proof(response(ASKED, s__result=asking, s__outcome="input_required"), SERVER),
        asking,
    )
    made.answered(
        asked,
        "input-required-stated-as-completed",
        fits,
        "OUTCOME_MISMATCH",
        {
            **proof(
                response(ASKED, s__result=OUT, s__resultDigest=commitment("resultDigest", asking, _SALT)),
                SERVER,
            ),
            "salts": {"resultDigest": _SALT},
        },
        asking,
    )
    withdrawn = rule(
        "FORMAT", "Values and outcomes", "cancelled is a call that was withdrawn and never answered."
    )
    made.answered(
        made.example,
        "cancelled-with-an-answer",
        withdrawn,
        "OUTCOME_MISMATCH",
        proof(response(ASKED, s__result=OUT, s__outcome="cancelled"), SERVER),
    )
    _tasks(made)


def _tasks(made: Responses) -> None:
    """Tasks, and calls of which nothing is known."""
    begun = rule(
        "FORMAT",
        "Values and outcomes",
        "task is that resultType, or task without content in 2025-11-25; it goes before completed.",
    )
    task = {"taskId": "task-1", "status": "working", "ttl": 60000}
    modern = {"resultType": "task", **task}
    started = proof(response(ASKED, s__result=modern, s__outcome="task", s__taskId="task-1"), SERVER)
    good = made.accept("task", begun, started, answer(started, modern), sent=call(ASKED, modern=True))
    old = {"task": task}
    older = proof(
        response(
            ASKED,
            s__result={**old, "resultType": "complete", "isError": False},
            s__outcome="task",
            s__taskId="task-1",
        ),
        SERVER,
    )
    made.accept("task-of-2025-11-25", begun, older, answer(older, old))
    made.answered(
        good,
        "task-stated-as-completed",
        begun,
        "OUTCOME_MISMATCH",
        proof(response(ASKED, s__result=modern), SERVER),
        modern,
    )
    identified = rule(
        "FORMAT",
        "Subject members, taskId",
        "taskId is there if and only if a task is begun or ended, and is the task's id in the result.",
    )
    made.answered(
        good,
        "task-without-its-id",
        identified,
        "INVALID_CREDENTIAL",
        proof(response(ASKED, s__result=modern, s__outcome="task"), SERVER),
        modern,
    )
    made.refused("task-id-of-no-task", identified, "INVALID_CREDENTIAL", response(ASKED, s__taskId="task-1"))
    made.answered(
        good,
        "task-with-another-id",
        identified,
        "INVALID_CREDENTIAL",
        proof(response(ASKED, s__result=modern, s__outcome="task", s__taskId="task-2"), SERVER),
        modern,
    )
    hidden = response(
        ASKED,
        s__result=OUT,
        s__resultDigest=commitment("resultDigest", modern, _SALT),
        s__outcome="task",
        s__taskId="task-1",
    )
    salted = {**proof(hidden, SERVER), "salts": {"resultDigest": _SALT}}
    committed = made.accept(
        "task-committed", identified, salted, answer(salted, modern), sent=call(ASKED, modern=True)
    )
    made.answered(
        committed,
        "task-committed-with-another-id",
        identified,
        "RESULT_MISMATCH",
        {**proof(changed(hidden, s__taskId="task-2"), SERVER), "salts": {"resultDigest": _SALT}},
        modern,
    )
    unknown = rule("FORMAT", "Values and outcomes", "unknown goes with an error or with nothing.")
    lost = {"code": -32603, "message": "The server ended"}
    with_error = proof(failure(ASKED, s__error=lost, s__outcome="unknown"), SERVER)
    gone = made.accept("unknown", unknown, with_error, error_answer(with_error, lost))
    made.answered(
        gone,
        "unknown-with-a-result",
        unknown,
        "OUTCOME_MISMATCH",
        proof(response(ASKED, s__outcome="unknown"), SERVER),
    )
