"""What needs no key: verify a credential, verify a presentation and what it holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from signet_vc import api
from signet_vc.credential import enveloped
from signet_vc.credential.members import types_of
from signet_vc.credential.presentation import is_presentation
from signet_vc.errors import Code, ProblemError, problem
from signet_vc.policy import Policy
from signet_vc.result import Verification
from signet_vc.service import reply
from signet_vc.service.body import Body
from signet_vc.service.reply import Reply, problem_mapping

__all__ = ["PolicyFor", "verify_credential", "verify_presentation"]

PolicyFor: TypeAlias = Callable[[str | None, str | None], Policy]  # of a domain and a challenge


def verify_credential(policy: PolicyFor, data: bytes) -> Reply:
    """``POST /credentials/verify``: 200 and ``verified: true``, or 400, ``verified: false`` and why.

    Spec: VCALM, Verify Credential. Option: ``returnCredential``.
    """
    return _judged(_credential, policy, data)


def _credential(policy: PolicyFor, data: bytes) -> Reply:
    body = Body(data)
    document = body.document("verifiableCredential", Code.INVALID_CREDENTIAL)
    if is_presentation(document) or enveloped.PRESENTATION_TYPE in types_of(document):
        raise _other("a presentation is verified elsewhere", Code.INVALID_CREDENTIAL)
    _check_purpose(body, "assertionMethod")
    result = api.verify(document, policy(None, None))
    more = _told(result)
    if body.option_flag("returnCredential"):
        more["verifiableCredential"] = document
    return _answer(result, more)


def verify_presentation(policy: PolicyFor, data: bytes) -> Reply:
    """``POST /presentations/verify``: the same of a presentation, and of each credential in it.

    Spec: VCALM, Verify Presentation. Options: ``domain``, ``challenge``, which its proof must have;
    ``returnPresentation``.
    """
    return _judged(_presentation, policy, data)


def _presentation(policy: PolicyFor, data: bytes) -> Reply:
    body = Body(data)
    document = body.document("verifiablePresentation", Code.INVALID_PRESENTATION)
    if not is_presentation(document) and not enveloped.is_enveloped(document):
        raise ProblemError.of(Code.INVALID_PRESENTATION, "must name VerifiablePresentation", "/type")
    if enveloped.CREDENTIAL_TYPE in types_of(document):
        raise _other("a credential is verified elsewhere", Code.INVALID_PRESENTATION)
    _check_purpose(body, "authentication")
    result = api.verify(document, policy(body.option("domain"), body.option("challenge")))
    more = {
        **_told(result),
        "credentialResults": [
            {**_told(each), "problemDetails": [problem_mapping(found) for found in each.problems]}
            for each in result.credentials
        ],
    }
    if body.option_flag("returnPresentation"):
        more["verifiablePresentation"] = document
    return _answer(result, more)


def _judged(judge: Callable[[PolicyFor, bytes], Reply], policy: PolicyFor, data: bytes) -> Reply:
    """Say of what is not even a document that it does not verify."""
    try:
        return judge(policy, data)
    except ProblemError as error:
        return reply.problems(error.problems, more={"verified": False})


def _check_purpose(body: Body, purpose: str) -> None:
    """Option ``expectedProofPurpose``: what is asked for here serves one purpose, and no other."""
    if body.option("expectedProofPurpose") not in {None, purpose}:
        raise ProblemError.of(Code.PROOF_PURPOSE_MISMATCH, f"a proof of this serves {purpose}", "/proof")


def _other(detail: str, code: Code) -> ProblemError:
    return ProblemError(problem(code, detail, "/type"))


def _told(result: Verification) -> dict[str, Any]:
    """What an answer says beside the problems."""
    return {
        "verified": result.verified,
        "format": result.format,
        "securing": result.securing,
        "issuer": result.issuer,
        "warnings": [problem_mapping(each) for each in result.notices],
        "checks": [
            {"name": each.name, "outcome": each.outcome, "reason": each.reason} for each in result.checks
        ],
    }


def _answer(result: Verification, more: dict[str, Any]) -> Reply:
    if result.verified:
        return reply.document({**more, "problemDetails": []})
    return reply.problems(result.problems, more=more)
