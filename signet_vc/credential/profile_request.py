"""The subject of a ToolCallRequestCredential. FORMAT, *Subject members*."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from signet_vc.credential.profile_forms import Level, ListOf, Rule, Simple, constant, matching, one_of
from signet_vc.credential.profile_members import (
    CHAINED,
    COMMITMENT,
    COMMON_MEMBERS,
    COMMON_REQUIRED,
    DIGEST,
    NONCE,
    TIME,
    URI,
    in_order,
)
from signet_vc.errors import Code, Problem, problem

__all__ = ["BASIS", "BASIS_TYPES", "REQUEST_SUBJECT", "request_contradictions"]

_MAX_INTENT: Final = 1024  # code points
_MAX_AUTHORIZATION: Final = 8
_MAX_BASIS: Final = 8

_CONFIRMATION: Final = Level(
    required={"jkt": matching(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]", "an RFC 7638 thumbprint with SHA-256")}
)

BASIS_TYPES: Final = ("a2a-message", "http-message", "ap2-mandate")
BASIS: Final = ListOf(
    form=Level(required={"type": one_of(*BASIS_TYPES), "digestMultibase": DIGEST}), most=_MAX_BASIS
)

REQUEST_SUBJECT: Final = Level(
    required={
        "type": constant("ToolCallRequest"),
        **COMMON_REQUIRED,
        "audience": URI,
        "nonce": NONCE,
        "deadline": TIME,
    },
    optional={
        **COMMON_MEMBERS,
        "inputResponsesDigest": COMMITMENT,
        "requestStateDigest": COMMITMENT,
        "parametersDigest": COMMITMENT,
        "continuationOf": Level(required={}, optional={"request": DIGEST, "response": DIGEST}),
        "previousResponseDigest": DIGEST,
        "authorization": ListOf(form=DIGEST, most=_MAX_AUTHORIZATION),
        "basis": BASIS,
        "confirmation": _CONFIRMATION,
        "intent": Simple(
            holds=lambda item: isinstance(item, str) and len(item) <= _MAX_INTENT,
            rule="a string of at most 1,024 code points",
        ),
        "intentDigest": COMMITMENT,
    },
    rules=(
        Rule(
            holds=lambda subject: (
                ("arguments" in subject) + ("argumentsDigest" in subject)
                == (subject["method"] == "tools/call")
            ),
            member="arguments",
            rule="exactly one of arguments and argumentsDigest for tools/call, none for tasks/*",
        ),
        Rule(
            holds=lambda subject: (
                ("continuationOf" in subject)
                is (
                    subject["method"] != "tools/call"
                    or "inputResponsesDigest" in subject
                    or "requestStateDigest" in subject
                )
            ),
            member="continuationOf",
            rule="there if and only if the call holds input responses or a request state, or is tasks/*",
        ),
        Rule(
            holds=lambda subject: "intent" not in subject or "intentDigest" not in subject,
            member="intent",
            rule="embedded or committed to, not both",
        ),
        *CHAINED,
    ),
)


def request_contradictions(subject: Mapping[str, Any], valid_from: str) -> Iterator[Problem]:
    """What a request shows to be impossible by itself: its times."""
    if not in_order(valid_from, subject["deadline"]):
        yield problem(Code.INVALID_CREDENTIAL, "before validFrom", "/credentialSubject/deadline")
