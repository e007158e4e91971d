"""The steps of a verification, in order, each a function that can be read by itself.

A step takes the case, tells the problems that it finds (or raises them), and leaves in the case what later
steps need. ``verification`` makes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from signet_vc.codec import timestamps
from signet_vc.codec.strict_json import JsonObject
from signet_vc.credential import bitstring_status, model, presentation, profile, terms
from signet_vc.did.resolver import holds_its_key
from signet_vc.errors import Code, Problem, ProblemError, problem
from signet_vc.formats import Content, Demands, Opened, open_content, read_content
from signet_vc.policy import Policy
from signet_vc.result import Verification

__all__ = ["Case", "Input", "format_allowed", "parse", "proof", "schema", "signer", "validity"]

Input: TypeAlias = bytes | str | Mapping[str, Any]


class Case:
    """One verification under way: what is known so far. Steps read it, and write what later ones need."""

    __slots__ = (
        "at",
        "bound",
        "content",
        "credentials",
        "data",
        "document",
        "further",
        "issuer",
        "notices",
        "opened",
        "policy",
        "presents",
    )

    def __init__(self, data: Input, policy: Policy, at_ns: int, *, content: Content = None) -> None:
        self.data = data
        self.policy = policy
        self.at = at_ns
        self.content = content  # what was parsed; given for what came inside of something that was
        self.further = True  # whether what it refers to is judged too; else it is what another refers to
        self.opened: Opened | None = None  # the credential in it, if it is of a known format
        self.issuer: str | None = None  # who that claims signed it; of a presentation, its holder
        self.bound = False  # whether the attestation format binds it
        self.presents = False  # whether it is a presentation
        self.document: JsonObject | None = None  # what was signed
        self.credentials: list[Verification] = []  # what came of those that it presents
        self.notices: list[Problem] = []

    @property
    def secured(self) -> Opened:
        """What is verified. Raises ProblemError if there is nothing that can be."""
        if self.opened is None:
            if isinstance(self.content, dict):
                raise ProblemError.of(Code.PROOF_MISSING, "the object has no proof", "/proof")
            raise ProblemError.of(Code.UNKNOWN_FORMAT, "nothing that is secured in a way known here")
        return self.opened


def parse(case: Case) -> list[Problem]:
    """(1) Limits, strict parse; and by its content, what it is."""
    if case.content is None:
        case.content = read_content(case.data, case.policy.limits)
    if case.opened is None:
        case.opened = open_content(case.content, case.policy.limits)
    opened = case.opened
    if opened is not None:
        credential = opened.credential
        case.presents = presentation.is_presentation(credential)
        case.issuer = presentation.holder_of(credential) if case.presents else model.issuer_of(credential)
        if case.presents and case.issuer is None:
            case.issuer = opened.signer
        case.bound = profile.names_profile(credential)
    return []


def format_allowed(case: Case) -> list[Problem]:
    """The format is known and allowed, and so are its cryptosuites or its algorithm."""
    policy, secured = case.policy, case.secured
    if policy.formats is not None and secured.format not in policy.formats:
        return [problem(Code.UNKNOWN_FORMAT, f"the policy does not allow {secured.format}")]
    if policy.securings is None:
        return []
    return [
        problem(Code.UNSUPPORTED_CRYPTOSUITE, f"the policy does not allow {each[:100]}")
        for each in secured.securings
        if each not in policy.securings
    ]


def schema(case: Case) -> list[Problem]:
    """(2) What a credential shows by itself: the attestation format's rules if they bind it, else VCDM's."""
    secured = case.secured
    credential = secured.credential
    if case.bound:
        problems = profile.shape_problems(credential) or profile.consistency_problems(credential)
        return problems + secured.form_problems(strict=True)
    limits = case.policy.limits
    if case.presents:
        if not case.further:  # anyone may make one, around a credential of an allowed signer
            detail = "a presentation stands where a credential is referred to"
            return [problem(Code.INVALID_CREDENTIAL, detail, "/type")]
        problems = presentation.check(credential, limits=limits)
    else:
        problems = model.check(credential)
        if case.further:  # a list that another credential points to is opened there, and told as that
            problems += bitstring_status.form_problems(credential, limits=limits)
    problems += secured.form_problems(strict=False)
    return problems or _terms(case, credential)


# A proof is for its cryptosuite to judge, and what is presented is verified by itself.
_APART: Final = frozenset({"proof", "verifiableCredential"})


def _terms(case: Case, credential: JsonObject) -> list[Problem]:
    """Every term is defined, by contexts that the signature covers or that are known beforehand."""
    secured = case.secured
    own = {name: value for name, value in credential.items() if name not in _APART}
    problems = terms.problems(own, limits=case.policy.limits, exempt=secured.exempt)
    covered = secured.signs_contexts or case.policy.inline_contexts
    if not covered and model.has_inline_context(credential):
        detail = "an inline context, which the signature does not cover"
        problems.append(problem(Code.UNKNOWN_CONTEXT, detail, "/@context"))
    return problems


def signer(case: Case) -> list[Problem]:
    """(3) The issuer is one that the policy trusts, the holder one that it lets present."""
    policy = case.policy
    if not policy.has_anchor:
        detail = "nobody is trusted: name who is in allowed_signers"
        return [problem(Code.NO_TRUST_ANCHOR, detail)]
    if case.presents:
        return _holder(case)
    if case.issuer is None or not policy.allows(case.issuer, case.at):
        return [problem(Code.SIGNER_NOT_ALLOWED, policy.refusal(case.issuer, case.at), "/issuer")]
    return []


def _holder(case: Case) -> list[Problem]:
    """Whoever has the key may present what allowed signers issued; to present nothing takes to be one."""
    policy = case.policy
    if policy.allowed_holders is not None:
        allowed = case.issuer in policy.allowed_holders
    elif presentation.presented(case.secured.credential):
        allowed = True
    else:
        allowed = case.issuer is not None and policy.allows(case.issuer, case.at)
    if allowed:
        return []
    return [problem(Code.SIGNER_NOT_ALLOWED, f"{case.issuer} is not an allowed holder", "/holder")]


def proof(case: Case) -> list[Problem]:
    """(4) The signatures are the issuer's, or the holder's, over this document."""
    issuer, policy = case.issuer, case.policy
    if issuer is None:
        return [problem(Code.INVALID_CREDENTIAL, "nobody is named whose signature it should be", "/issuer")]
    if not holds_its_key(issuer) and signer(case):
        detail = "not checked: a stranger must not choose what is looked up"
        return [problem(Code.PROOF_INVALID, detail)]
    verdict = case.secured.verify(
        Demands(
            controller=issuer,
            purpose="authentication" if case.presents else "assertionMethod",
            resolver=policy.resolver,
            at_ns=case.at,
            skew_ns=policy.skew_ns,
            strict=case.bound,
            domain=policy.domain,
            challenge=policy.challenge,
            unknown_proofs=policy.unknown_proofs,
        )
    )
    case.document = verdict.document
    case.notices += verdict.notices
    return [_of_holder(each) for each in verdict.problems] if case.presents else list(verdict.problems)


def _of_holder(each: Problem) -> Problem:
    """Below, whoever has to have signed is the issuer; of a presentation it is the holder."""
    if each.code is not Code.KEY_NOT_CONTROLLED_BY_ISSUER:
        return each
    return problem(Code.KEY_NOT_CONTROLLED_BY_HOLDER, "the key is not the holder's", each.pointer)


def validity(case: Case) -> list[Problem]:
    """The time of judgement lies in the validity period, and in the signature's."""
    at, skew = case.at, case.policy.skew_ns
    if case.bound:
        return _bound_validity(case, at, skew)
    credential = case.secured.credential
    problems, notices = case.secured.time_problems(at, skew)
    case.notices += notices
    if case.presents:  # a presentation has no period of its own
        return problems
    case.notices += model.unzoned_times(credential)
    return problems + _period_problems(credential, at, skew)


def _period_problems(credential: JsonObject, at: int, skew: int) -> list[Problem]:
    """VCDM 2.0 §4.9; of version 1.1 §4.6."""
    begins, ends = model.period_members(credential)
    start, end = model.validity_of(credential)
    problems = []
    if start is not None and start - skew > at:
        problems.append(problem(Code.NOT_YET_VALID, "it is not valid yet", f"/{begins}"))
    if end is not None and end + skew < at:
        problems.append(problem(Code.EXPIRED, "it is no longer valid", f"/{ends}"))
    return problems


_DEADLINE_PASSED: Final = problem(
    Code.DEADLINE_PASSED, "the call may no longer be begun", "/credentialSubject/deadline"
)


def _bound_validity(case: Case, at: int, skew: int) -> list[Problem]:
    """FORMAT, *As evidence*: what was stated stays stated; a deadline that passed is reported, no fault."""
    credential = case.secured.credential
    deadline = timestamps.parse(credential["credentialSubject"].get("deadline"))
    if deadline is not None and deadline < at:
        case.notices.append(_DEADLINE_PASSED)
    signed = timestamps.parse(credential["validFrom"])
    if signed is None or signed - skew > at:
        return [problem(Code.NOT_YET_VALID, "signed in the future", "/validFrom")]
    return []
