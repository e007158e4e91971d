"""Responses: what the credential shows by itself."""

from __future__ import annotations

from typing import Final

from generator.book import rule
from generator.crypto import (
    SERVER,
    Document,
    canon,
    digest,
)
from generator.documents import (
    ARGUMENTS,
    CREDENTIALS_V2,
    EXAMPLE_DENIAL,
    EXAMPLE_RESPONSE,
    EXAMPLES_V2,
    OUT,
    RESULT,
    SIGNET_REFUSED,
    at,
    changed,
    document_of,
    error_answer,
    failure,
    proof,
    request,
    response,
)
from generator.responses import ASKED, Responses

_FAILED: Final = {"code": -32602, "message": "No such mailbox", "data": {"mailbox": "alice"}}


def add(made: Responses) -> None:
    """Add them."""
    exactly = rule(
        "FORMAT", "Both credentials", "A response has at every level exactly the members named, never null."
    )
    for name, document in (
        ("member-unknown", response(ASKED, name="x")),
        (
            "member-unknown-in-request",
            response(ASKED, s__request={**response(ASKED)["credentialSubject"]["request"], "x": 1}),
        ),
        ("member-null", response(ASKED, s__decision=None)),
        ("member-missing", response(ASKED, s__receivedAt=OUT)),
        ("valid-until", response(ASKED, validUntil=at("12:37:25"))),
    ):
        made.refused(name, exactly, "INVALID_CREDENTIAL", document)
    names = rule(
        "FORMAT",
        "Both credentials",
        "An answer carries a ToolCallResponseCredential, under exactly the two contexts.",
    )
    made.refused("a-request-for-a-response", names, "INVALID_CREDENTIAL", request(SERVER))
    made.refused(
        "context-more",
        names,
        "INVALID_CREDENTIAL",
        changed(
            response(ASKED), **{"@context": [CREDENTIALS_V2, EXAMPLE_RESPONSE["@context"][1], EXAMPLES_V2]}
        ),
        may_also=("CONTEXT_MISMATCH",),
    )
    together = rule(
        "FORMAT", "Subject members", "request and agent stand together; where they are, the arguments do not."
    )
    made.refused("request-without-agent", together, "INVALID_CREDENTIAL", response(ASKED, s__agent=OUT))
    made.refused(
        "arguments-beside-request", together, "INVALID_CREDENTIAL", response(ASKED, s__arguments=ARGUMENTS)
    )
    one = rule(
        "FORMAT",
        "Subject members",
        "There is exactly one of result, resultDigest, error and errorDigest; none if cancelled.",
    )
    made.refused(
        "result-twice", one, "INVALID_CREDENTIAL", response(ASKED, s__resultDigest=digest(b"result"))
    )
    made.refused("result-and-error", one, "INVALID_CREDENTIAL", response(ASKED, s__error=_FAILED))
    made.refused("no-result", one, "INVALID_CREDENTIAL", response(ASKED, s__result=OUT))
    made.refused(
        "cancelled-with-a-result", one, "INVALID_CREDENTIAL", response(ASKED, s__outcome="cancelled")
    )
    projected = rule("FORMAT", "Values and outcomes", "Embedded values are in projected form.")
    made.refused(
        "embedded-result-with-meta",
        projected,
        "INVALID_CREDENTIAL",
        response(ASKED, s__result={**RESULT, "_meta": {}}),
    )
    made.refused(
        "embedded-result-without-is-error",
        projected,
        "INVALID_CREDENTIAL",
        response(ASKED, s__result=changed(RESULT, isError=OUT)),
    )
    made.reject(
        made.example,
        "embedded-error-with-empty-data",
        projected,
        "INVALID_CREDENTIAL",
        message=error_answer(
            proof(failure(ASKED, s__error={**_FAILED, "data": {}}), SERVER), changed(_FAILED, data=OUT)
        ),
    )
    effect = rule(
        "FORMAT", "Subject members, decision", "effect is allow if and only if the outcome is not denied."
    )
    allowed = made.accept(
        "decision-allow",
        effect,
        proof(response(ASKED, s__decision={"effect": "allow", "policyDigest": digest(b"[]")}), SERVER),
    )
    made.answered(
        allowed,
        "decision-deny-of-a-completed-call",
        effect,
        "INVALID_CREDENTIAL",
        proof(response(ASKED, s__decision={"effect": "deny", "reason": "NO"}), SERVER),
    )
    denied = document_of({"credential": EXAMPLE_DENIAL})
    made.reject(
        made.denial,
        "decision-allow-of-a-denied-call",
        effect,
        "INVALID_CREDENTIAL",
        message=error_answer(proof(changed(denied, s__decision={"effect": "allow"}), SERVER), SIGNET_REFUSED),
    )
    made.reject(
        made.denial,
        "decision-reason-in-lower-case",
        rule("FORMAT", "Subject members, decision", "reason is [A-Z][A-Z0-9_]{0,63}."),
        "INVALID_CREDENTIAL",
        message=error_answer(
            proof(changed(denied, s__decision={"effect": "deny", "reason": "not allowed"}), SERVER),
            SIGNET_REFUSED,
        ),
    )
    definition = rule(
        "FORMAT",
        "Subject members, toolDefinitionDigest",
        "That the server ran another definition of the tool than it listed is a notice.",
    )
    tool = {"name": "send_email", "description": "Sends a message", "inputSchema": {"type": "object"}}
    ran = proof(response(ASKED, s__toolDefinitionDigest=digest(canon(tool))), SERVER)
    made.accept("tool-definition-as-listed", definition, ran, toolDefinitions=[tool])
    made.accept(
        "tool-definition-changed",
        definition,
        ran,
        toolDefinitions=[{**tool, "description": "Sends it"}],
        notices=["TOOL_DEFINITION_CHANGED"],
    )
    chained = rule(
        "FORMAT",
        "Subject members, chain",
        "The responses of a server are numbered for each agent as requests are.",
    )
    links: Document = {"s__chain": "answers", "s__sequence": 7, "s__previousDigest": digest(b"the sixth")}
    seventh = made.accept("seventh-of-a-chain", chained, proof(response(ASKED, **links), SERVER))
    made.answered(
        seventh,
        "sequence-0",
        chained,
        "INVALID_CREDENTIAL",
        proof(response(ASKED, **{**links, "s__sequence": 0}), SERVER),
    )
    made.refused(
        "embedded-2-53",
        rule("FORMAT", "Bytes", "An embedded result has no number beyond 2^53-1."),
        "NUMBER_OUT_OF_RANGE",
        response(ASKED, s__result={**RESULT, "structuredContent": {"id": 2**53}}),
    )
    made.answered(
        made.example,
        "proof-with-another-context",
        rule("FORMAT", "Both credentials", "The proof of a response has the document's context."),
        "CONTEXT_MISMATCH",
        proof(response(ASKED), SERVER, **{"@context": [CREDENTIALS_V2]}),
    )
