"""UCP's profile of HTTP message signatures: what must be covered, whose key it is, and what came of it.

A signature that verifies is not enough: what it leaves out anyone may change, so coverage is a gate.
Replays are the application's: it keeps each ``Idempotency-Key``, which is signed, for a day at least.
Spec: UCP (2026-04-08 and later), *Message Signatures*; RFC 9421 §3.2; RFC 9530 §2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from signet_vc.codec.digest import digest
from signet_vc.codec.multibase import base64url_encode
from signet_vc.codec.strict_json import JsonObject
from signet_vc.errors import Code, Problem, ProblemError, UnavailableError, problem
from signet_vc.keys.jwk import public_to_jwk, thumbprint
from signet_vc.keys.signing import PublicKey
from signet_vc.policy import Policy
from signet_vc.protocols import http_message
from signet_vc.protocols.content_digest import digest_problems
from signet_vc.protocols.http_components import signature_base
from signet_vc.protocols.http_message import HttpRequest, Message
from signet_vc.protocols.http_signatures import (
    Candidate,
    algorithm_of,
    candidates,
    signature_problems,
    time_problems,
)
from signet_vc.protocols.neighbour import Neighbour, Raw
from signet_vc.protocols.structured_fields import write_member
from signet_vc.protocols.ucp_coverage import required
from signet_vc.protocols.ucp_refusal import Refusal, refusal
from signet_vc.protocols.ucp_signer import Keys, Signers
from signet_vc.protocols.ucp_signing import (
    WEB_BOT_AUTH,
    prepare_request,
    prepare_response,
    sign_request,
    sign_response,
)
from signet_vc.result import Check, Verification

__all__ = [
    "FORMAT",
    "HTTP_SIGNATURE",
    "Refusal",
    "prepare_request",
    "prepare_response",
    "refusal",
    "sign_request",
    "sign_response",
    "verify",
    "verify_answer",
]

FORMAT: Final = "http-signature"
_STEPS: Final = ("signer", "coverage", "digest", "key", "proof", "validity")


def verify(message: Message, policy: Policy, *, at_ns: int) -> Verification:
    """Verify the signatures of one request or response; one that passes suffices, others are told of.

    Trust anchors are ``allowed_signers``: the https URLs of profiles and key sets, which the policy's loader
    gives, or DIDs that ``keyid`` names. The ``document`` holds what was covered and nothing else, and the
    signature base that verified. Never raises for what it is given.
    """
    try:
        before = _before(policy)
        found = candidates(message)
    except ProblemError as error:
        return _refused(message, error.problems, [_failed("parse", error.problems)])
    parsed = Check(name="parse", outcome="passed")
    if before:
        return _refused(message, before, [parsed, _failed("format", before)])
    signers = Signers(message, policy, at_ns)
    cases = [_Case(message, each, policy, at_ns, signers) for each in found if _is_read(each)]
    if not cases:
        missing = [problem(Code.PROOF_MISSING, "signature_missing: every signature has a tag of another use")]
        return _refused(message, missing, [parsed, _failed("signer", missing)])
    checks = [parsed, Check(name="format", outcome="passed")]
    for case in cases:
        case.judge()
        if not case.problems:
            case.notices += [each for other in cases for each in other.problems]
            return _verified(case, [*checks, *case.checks])
    furthest = max(cases, key=lambda case: len(case.checks))
    skipped = [
        Check(name=name, outcome="skipped", reason=f"{furthest.checks[-1].name} failed")
        for name in _STEPS[len(furthest.checks) :]
    ]
    problems = [each for case in cases for each in case.problems]
    return _refused(message, problems, [*checks, *furthest.checks, *skipped], furthest)


def verify_answer(data: Raw, request: Raw, policy: Policy, *, at_ns: int) -> Verification | None:
    """Verify a response in its text, with the text of the request that it answers; None if it is no response.

    For signatures that cover parts of the request (RFC 9421 §2.4). Never raises for what it is given.
    """
    if not http_message.looks_like(data):
        return None
    try:
        message = http_message.read(data, limits=policy.limits)
        if isinstance(message, HttpRequest):
            return None
        asked = http_message.read(request, limits=policy.limits)
        if not isinstance(asked, HttpRequest):
            raise ProblemError.of(Code.MALFORMED_HTTP, "what is answered is no request")
    except ProblemError as error:
        return Verification(
            verified=False,
            problems=error.problems,
            notices=(),
            checks=(_failed("parse", error.problems),),
            document=None,
            format=FORMAT,
        )
    return verify(replace(message, request=asked), policy, at_ns=at_ns)


def _before(policy: Policy) -> list[Problem]:
    if policy.formats is not None and FORMAT not in policy.formats:
        return [problem(Code.UNKNOWN_FORMAT, f"the policy does not allow {FORMAT}")]
    if not policy.has_anchor:
        return [problem(Code.NO_TRUST_ANCHOR, "nobody is trusted: name who is in allowed_signers")]
    return []


def _is_read(candidate: Candidate) -> bool:
    """UCP, *Tags*: signatures for other uses are left alone."""
    return candidate.parameter("tag") in {None, WEB_BOT_AUTH}


class _Case:
    """One signature under judgement. The first step that finds a problem is the last."""

    def __init__(
        self, message: Message, candidate: Candidate, policy: Policy, at_ns: int, signers: Signers
    ) -> None:
        self.message = message
        self.candidate = candidate
        self.policy = policy
        self.at = at_ns
        self.signers = signers
        self.signer: str | None = None
        self.algorithm: str | None = None
        self.base = ""
        self.keys: list[Keys] = []
        self.problems: list[Problem] = []
        self.notices: list[Problem] = []
        self.checks: list[Check] = []

    def judge(self) -> None:
        for name, step in _JUDGEMENT.items():
            try:
                found = step(self)
            except ProblemError as error:
                found = list(error.problems)
            except UnavailableError as error:
                found = [error.as_problem()]
            if found:
                self.problems = found
                self.checks.append(_failed(name, found))
                return
            self.checks.append(Check(name=name, outcome="passed"))


def _signer(case: _Case) -> list[Problem]:
    """Whom the message names is one that the policy trusts. UCP tells a stranger so."""
    named = case.signers.named(case.candidate)
    case.signer = next((each for each in named if case.policy.allows(each, case.at)), None)
    if named and case.signer is None:
        case.signer = named[0]
        detail = "profile_not_trusted: who signed is not an allowed signer"
        return [problem(Code.SIGNER_NOT_ALLOWED, detail, case.candidate.pointer)]
    return []


def _coverage(case: _Case) -> list[Problem]:
    """Everything integral is covered, and for Web Bot Auth the signature is bounded in time."""
    candidate = case.candidate
    web_bot_auth = candidate.parameter("tag") == WEB_BOT_AUTH
    problems = [
        problem(
            Code.COVERAGE_INSUFFICIENT,
            f"coverage_insufficient: {write_member(component)} is not covered",
            candidate.pointer,
        )
        for component in required(case.message, label=candidate.label, web_bot_auth=web_bot_auth)
        if component not in candidate.items
    ]
    if web_bot_auth and (candidate.parameter("created") is None or candidate.parameter("expires") is None):
        detail = "coverage_insufficient: web-bot-auth demands created and expires"
        problems.append(problem(Code.COVERAGE_INSUFFICIENT, detail, candidate.pointer))
    return problems


def _digest(case: _Case) -> list[Problem]:
    """The content is what its digest says, by SHA-256 as UCP demands.

    So is that of the request that a response answers, where the signature covers its digest.
    """
    message = case.message
    problems: list[Problem] = []
    # a part of the field says of the content what the whole does, and holds where the content was taken away
    covered = ["req" in parameters for name, parameters in case.candidate.items if name == "content-digest"]
    if message.body or False in covered:
        problems += digest_problems(message, required="sha-256")
    answered = getattr(message, "request", None)
    if answered is not None and True in covered:
        problems += digest_problems(answered)
    return problems


def _key(case: _Case) -> list[Problem]:
    """The signer has a key of that name, and for Web Bot Auth it is named by its thumbprint."""
    case.keys = case.signers.keys(case.candidate, case.signer)
    if case.candidate.parameter("tag") == WEB_BOT_AUTH:
        keyid = case.candidate.parameter("keyid")
        if any(thumbprint(public_to_jwk(key)) != keyid for each in case.keys for key in each.found.keys):
            detail = "signature_invalid: keyid is not the thumbprint of the key"
            return [problem(Code.PROOF_INVALID, detail, case.candidate.pointer)]
    return []


def _proof(case: _Case) -> list[Problem]:
    """A key of the signer made the signature, by an algorithm that the policy allows."""
    case.base = signature_base(case.message, case.candidate.covered)
    problems: list[Problem] = []
    for each in case.keys:
        for key in each.found.keys:
            found = _under(case, key)
            if not found:
                case.signer, case.notices = each.signer, list(each.found.notices)
                return []
            problems = problems or found
    return problems


def _under(case: _Case, key: PublicKey) -> list[Problem]:
    case.algorithm = algorithm_of(key.key_type)
    securings = case.policy.securings
    if securings is not None and case.algorithm not in securings:
        detail = f"algorithm_unsupported: the policy does not allow {case.algorithm}"
        return [problem(Code.UNSUPPORTED_CRYPTOSUITE, detail, case.candidate.pointer)]
    return signature_problems(case.message, case.candidate, key, base=case.base)


def _validity(case: _Case) -> list[Problem]:
    """It is judged between ``created`` and ``expires``, where they stand."""
    return time_problems(case.candidate, at_ns=case.at, skew_ns=case.policy.skew_ns)


_JUDGEMENT: Final[Mapping[str, Callable[[_Case], list[Problem]]]] = MappingProxyType(
    {
        "signer": _signer,
        "coverage": _coverage,
        "digest": _digest,
        "key": _key,
        "proof": _proof,
        "validity": _validity,
    }
)


# --- what is told ---------------------------------------------------------------------------------------


def _failed(name: str, found: Iterable[Problem]) -> Check:
    return Check(name=name, outcome="failed", reason="; ".join(map(str, found)))


def _type(message: Message) -> str:
    return "HttpRequest" if isinstance(message, HttpRequest) else "HttpResponse"


def _refused(
    message: Message, problems: Iterable[Problem], checks: Iterable[Check], case: _Case | None = None
) -> Verification:
    return Verification(
        verified=False,
        problems=tuple(problems),
        notices=(),
        checks=tuple(checks),
        document=None,
        format=FORMAT,
        securing=None if case is None else case.algorithm,
        types=(_type(message),),
        issuer=None if case is None else case.signer,
    )


def _verified(case: _Case, checks: Iterable[Check]) -> Verification:
    return Verification(
        verified=True,
        problems=(),
        notices=tuple(case.notices),
        checks=tuple(checks),
        document=_document(case.message, case.candidate, case.base),
        format=FORMAT,
        securing=case.algorithm,
        types=(_type(case.message),),
        issuer=case.signer,
    )


def _document(message: Message, candidate: Candidate, base: str) -> JsonObject:
    """What the signature covers. ``signatureBase``: the text that was signed, for ``basis`` its digest."""
    document: JsonObject = {"type": _type(message)}
    if isinstance(message, HttpRequest):
        path, mark, query = message.target.partition("?")
        document |= {"method": message.method, "authority": message.authority.lower(), "path": path}
        if mark:
            document["query"] = query
    else:
        document["status"] = message.status
    fields = {name: message.field(name) for name in sorted(candidate.components) if not name.startswith("@")}
    document |= {"fields": fields, "label": candidate.label, "parameters": dict(candidate.covered[1])}
    if message.body:
        try:
            document["body"] = message.body.decode("utf-8")
        except UnicodeDecodeError:
            document["bodyBase64url"] = base64url_encode(message.body)
    return {**document, "signatureBase": base, "signatureBaseDigest": digest(base.encode("ascii"))}


# --- the row of NEIGHBOURS --------------------------------------------------------------------------------


def _opens(data: Raw, policy: Policy) -> Message | None:
    """A file that holds an HTTP message, as it is told by its first line."""
    return http_message.read(data, limits=policy.limits) if http_message.looks_like(data) else None


def _verify_opened(opened: Message, policy: Policy, at_ns: int) -> Verification:
    return verify(opened, policy, at_ns=at_ns)


HTTP_SIGNATURE: Final = Neighbour(FORMAT, _opens, _verify_opened)
