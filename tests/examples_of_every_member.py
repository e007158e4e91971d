"""Example credentials that together use every member of the format, each in a valid combination.

The digests are of nothing: each spells the member that it stands for, so that a mix-up shows.
"""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any, Final, Literal

__all__ = ["AGENT", "EXAMPLES", "REQUESTS", "RESPONSES", "SERVER", "example", "kind", "named_digest"]

AGENT: Final = "did:key:z6MkehRgf7yJbgaGfYsdoAsKdBPE3dj2CYhowQdcjqSJgvVd"
SERVER: Final = "did:key:z6MkhFwXNFWosLeugvSf4wcL9t3uuRXueGSFTRgSvHhWj5G2"
PROOF_VALUE: Final = (
    "zmmiRgnygtPhpHppfwmk1b82oDGb29Qznc1xYQQsfS6Gka4C6Wee1kxU1EKMg2vfLBe39nCzf4k1XqvkvW4Tc2Yf"
)
CONTEXTS: Final = ["https://www.w3.org/ns/credentials/v2", "https://w3id.org/signet-vc/v1"]


def named_digest(name: str) -> str:
    """A string with the form of a DIGEST in which ``name`` can be read."""
    return f"uEiA{name.ljust(42, '_')}A"


def kind(name: str) -> Literal["request", "response"]:
    """Which of the two credentials the example with this name is."""
    return "request" if name in REQUESTS else "response"


def example(name: str) -> dict[str, Any]:
    """A copy of its own, to be changed at will."""
    return deepcopy(EXAMPLES[name])


def _credential(
    number: int, issuer: str, name: str, valid_from: str, subject: dict[str, Any]
) -> dict[str, Any]:
    return {
        "@context": list(CONTEXTS),
        "id": f"urn:uuid:00000000-0000-4000-8000-{number:012d}",
        "type": ["VerifiableCredential", name],
        "issuer": issuer,
        "validFrom": valid_from,
        "credentialSubject": subject,
        "proof": {
            "@context": list(CONTEXTS),
            "type": "DataIntegrityProof",
            "cryptosuite": "eddsa-jcs-2022",
            "created": valid_from[:19] + "Z",
            "verificationMethod": f"{issuer}#{issuer.removeprefix('did:key:')}",
            "proofPurpose": "assertionMethod",
            "proofValue": PROOF_VALUE,
        },
    }


def _request(number: int, **subject: Any) -> dict[str, Any]:
    always = {
        "type": "ToolCallRequest",
        "method": "tools/call",
        "tool": "send_email",
        "audience": SERVER,
        "nonce": "uTheNonceOfTheRequest_A",
        "deadline": "2026-03-30T11:42:25.120Z",
    }
    return _credential(
        number, AGENT, "ToolCallRequestCredential", "2026-03-30T11:37:25.120Z", {**always, **subject}
    )


def _response(number: int, **subject: Any) -> dict[str, Any]:
    always = {
        "type": "ToolCallResponse",
        "method": "tools/call",
        "tool": "send_email",
        "receivedAt": "2026-03-30T11:37:25.14Z",
        "completedAt": "2026-03-30T11:37:25.305123456Z",
    }
    return _credential(
        number, SERVER, "ToolCallResponseCredential", "2026-03-30T11:37:25.310Z", {**always, **subject}
    )


_ATTESTED: Final = {
    "request": {
        "id": "urn:uuid:00000000-0000-4000-8000-000000000001",
        "digestMultibase": named_digest("request"),
    },
    "agent": AGENT,
}

REQUESTS: Final = {
    "smallest-request": _request(1, arguments={}),
    "request-that-embeds": _request(
        2,
        arguments={"to": "alice@example.com", "copies": 2, "urgent": None, "list": [1.5, {"@id": "no term"}]},
        parametersDigest=named_digest("parametersDigest"),
        toolDefinitionDigest=named_digest("toolDefinitionDigest"),
        chain="agent:7.of-_9",
        sequence=2,
        previousDigest=named_digest("previousDigest"),
        previousResponseDigest=named_digest("previousResponseDigest"),
        authorization=[named_digest("authorization-0"), named_digest("authorization-1")],
        basis=[
            {"type": "a2a-message", "digestMultibase": named_digest("basis-0")},
            {"type": "http-message", "digestMultibase": named_digest("basis-1")},
            {"type": "ap2-mandate", "digestMultibase": named_digest("basis-2")},
        ],
        confirmation={"jkt": "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"},
        intent="invite Alice to the meeting",
        attester="self",
        traceId="4bf92f3577b34da6a3ce929d0e0e4736",
        protocolVersion="2026-07-28",
    ),
    "request-that-commits": _request(
        3,
        audience="https://mcp.example.com/mcp?tenant=7",
        argumentsDigest=named_digest("argumentsDigest"),
        inputResponsesDigest=named_digest("inputResponsesDigest"),
        requestStateDigest=named_digest("requestStateDigest"),
        continuationOf={
            "request": named_digest("continuationOf-request"),
            "response": named_digest("continuationOf-response"),
        },
        intentDigest=named_digest("intentDigest"),
        chain="c",
        sequence=1,
        attester="proxy",
    ),
    "request-for-a-task": _request(4, method="tasks/update", taskId="task-786", continuationOf={}),
}

RESPONSES: Final = {
    "completed": _response(
        5,
        **{
            **_ATTESTED,
            "request": {**_ATTESTED["request"], "jwsDigest": named_digest("jwsDigest")},
        },
        outcome="completed",
        result={"content": [{"text": "sent", "type": "text"}], "isError": False, "resultType": "complete"},
        toolDefinitionDigest=named_digest("toolDefinitionDigest"),
        chain="server-1",
        sequence=9007199254740991,
        previousDigest=named_digest("previousDigest"),
        decision={
            "effect": "allow",
            "reason": "APPROVED",
            "policyDigest": named_digest("policyDigest"),
            "approvalDigest": named_digest("approvalDigest"),
        },
        attester="proxy",
        traceId="4bf92f3577b34da6a3ce929d0e0e4736",
        protocolVersion="2026-07-28",
    ),
    "denied": _response(
        6,
        **_ATTESTED,
        outcome="denied",
        error={"code": -31901, "message": "Attestation refused", "data": {"problems": ["POLICY_DENIED"]}},
        decision={"effect": "deny", "reason": "RECIPIENT_NOT_ALLOWED"},
    ),
    "failed-unattested": _response(
        7,
        outcome="failed",
        arguments={"to": "bob@example.com"},
        errorDigest=named_digest("errorDigest"),
    ),
    "failed-with-a-result": _response(
        8,
        **_ATTESTED,
        outcome="failed",
        result={"content": [], "isError": True, "resultType": "complete"},
    ),
    "input-required-unattested": _response(
        9,
        outcome="input_required",
        argumentsDigest=named_digest("argumentsDigest"),
        resultDigest=named_digest("resultDigest"),
    ),
    "task": _response(
        10,
        **_ATTESTED,
        outcome="task",
        result={"resultType": "task", "taskId": "task-786", "status": "working"},
        taskId="task-786",
    ),
    "final-answer-of-a-task": _response(
        11,
        **_ATTESTED,
        outcome="completed",
        resultDigest=named_digest("resultDigest"),
        taskId="task-786",
        continuationOf={"request": named_digest("request"), "response": named_digest("interim")},
    ),
    "cancelled": _response(12, **_ATTESTED, outcome="cancelled"),
    "unknown": _response(13, **_ATTESTED, outcome="unknown"),
    "unknown-with-an-error": _response(
        14, **_ATTESTED, outcome="unknown", error={"code": -32603, "message": ""}
    ),
}

EXAMPLES: Final[dict[str, dict[str, Any]]] = {**REQUESTS, **RESPONSES}

assert json.loads(json.dumps(EXAMPLES)) == EXAMPLES, "examples are plain JSON"
