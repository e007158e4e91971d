"""The server's checks on an attested call, in FORMAT's order, each a function without effects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from signet_vc.attestation.call import ABSENT, ToolCall
from signet_vc.attestation.carrier import proof_problems
from signet_vc.attestation.decision import Attestation
from signet_vc.attestation.response import RequestReference
from signet_vc.codec.timestamps import parse
from signet_vc.did.resolver import holds_its_key
from signet_vc.errors import Code, Problem, ProblemError, problem

if TYPE_CHECKING:
    from signet_vc.attestation.carrier import Carrier
    from signet_vc.attestation.role import ServerRole
    from signet_vc.codec.strict_json import JsonObject
    from signet_vc.policy import Policy

__all__ = [
    "attestation_of",
    "audience_problems",
    "confirmation_problems",
    "deadline_problems",
    "notices",
    "reference",
    "signer_and_proof_problems",
    "time_of",
    "time_problems",
]


def signer_and_proof_problems(role: ServerRole, carrier: Carrier, now: int) -> list[Problem]:
    """Steps (3) and (4).

    That a signer is not allowed is told only to one who proved to be that signer; nothing is
    fetched for a stranger.
    """
    policy = role.policy
    issuer = carrier.secured.document["issuer"]
    stranger = _signer_problem(policy, issuer, now)
    if stranger is not None and not holds_its_key(issuer):
        return [problem(Code.PROOF_INVALID, "the signature was not checked: unknown signer", "/issuer")]
    invalid = proof_problems(carrier, policy, now)
    if invalid:
        return invalid
    return [] if stranger is None else [stranger]


def time_problems(role: ServerRole, valid_from: int, deadline: int, now: int) -> list[Problem]:
    """Step (5): validFrom - skew <= now <= deadline + skew, and the lifetime. Nanoseconds."""
    problems = []
    if valid_from - role.skew > now:
        problems.append(problem(Code.NOT_YET_VALID, "signed in the future", "/validFrom"))
    problems += deadline_problems(role, deadline, now)
    if deadline - valid_from > role.lifetime:
        problems.append(
            problem(
                Code.LIFETIME_TOO_LONG,
                f"more than {role.policy.max_lifetime:g} s from validFrom",
                "/credentialSubject/deadline",
            )
        )
    return problems


def deadline_problems(role: ServerRole, deadline: int, now: int) -> list[Problem]:
    """The call may still be begun. Nanoseconds."""
    if now <= deadline + role.skew:
        return []
    return [problem(Code.DEADLINE_PASSED, "the call may no longer be begun", "/credentialSubject/deadline")]


def audience_problems(role: ServerRole, subject: JsonObject) -> list[Problem]:
    """Step (6): the audience is this server, compared exactly."""
    if subject["audience"] == role.audience:
        return []
    return [problem(Code.AUDIENCE_MISMATCH, "addressed to another server", "/credentialSubject/audience")]


def _signer_problem(policy: Policy, issuer: str, now: int) -> Problem | None:
    if not policy.has_anchor:
        return problem(Code.NO_TRUST_ANCHOR, "no signer is allowed: name one in allowed_signers")
    if not policy.allows(issuer, now):
        return problem(Code.SIGNER_NOT_ALLOWED, policy.refusal(issuer, now), "/issuer")
    return None


def reference(carrier: Carrier) -> RequestReference:
    """What the response will say of this request."""
    document = carrier.secured.document
    return RequestReference(
        identifier=document["id"],
        digest=carrier.secured.digest,
        jws_digest=carrier.secured.jws_digest,
        agent=document["issuer"],
        nonce=document["credentialSubject"]["nonce"],
        valid_from=time_of(document["validFrom"]),
    )


def attestation_of(document: JsonObject, call: ToolCall, request: RequestReference) -> Attestation:
    """The verified request, for the policy and for the tool."""
    subject = document["credentialSubject"]
    return Attestation(
        issuer=document["issuer"],
        audience=subject["audience"],
        method=subject["method"],
        tool=subject["tool"],
        arguments={} if call.arguments is ABSENT else call.arguments,
        nonce=subject["nonce"],
        valid_from=request.valid_from,
        identifier=request.identifier,
        digest=request.digest,
        document=document,
    )


def confirmation_problems(subject: JsonObject, access_token_jkt: str | None) -> list[Problem]:
    """Step (9): a call that names a key runs only under an access token bound to that key."""
    confirmation = subject.get("confirmation")
    if confirmation is None or confirmation["jkt"] == access_token_jkt:
        return []
    detail = "the access token is not bound to the key that the call names"
    return [problem(Code.POLICY_DENIED, detail, "/credentialSubject/confirmation")]


def notices(subject: JsonObject, listed: str | None) -> list[Problem]:
    """What does not decide: another definition of the tool, an authorization that nobody evaluates."""
    found = []
    signed = subject.get("toolDefinitionDigest")
    if signed is not None and listed is not None and signed != listed:
        detail = "the caller saw another definition of this tool"
        pointer = "/credentialSubject/toolDefinitionDigest"
        found.append(problem(Code.TOOL_DEFINITION_CHANGED, detail, pointer))
    if "authorization" in subject:
        detail = "the policy evaluates no delegation"
        pointer = "/credentialSubject/authorization"
        found.append(problem(Code.AUTHORIZATION_NOT_EVALUATED, detail, pointer))
    return found


def time_of(text: str) -> int:
    """A time that the schema has already found to be one, nanoseconds."""
    time = parse(text)
    if time is None:
        raise ProblemError.of(Code.INVALID_CREDENTIAL, "not a time")
    return time
