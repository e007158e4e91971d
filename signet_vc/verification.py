"""The one verification of any credential or presentation: what was checked, and every problem found.

The steps stand in STEPS, in order, each a function that can be read by itself. The first three stop at once;
the others are all made, so that everything wrong is told. How an input is secured is told by its content,
through FORMATS. What a credential refers to, and what a presentation presents, is judged after them.

It judges as evidence, at a time T: deadline, lifetime, audience and replay are the execution boundary's.
Spec: VCDM 2.0 §7.1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final, NamedTuple, TypeAlias

from signet_vc import references
from signet_vc.codec import timestamps
from signet_vc.codec.strict_json import JsonObject
from signet_vc.credential import bitstring_status, model, presentation, profile, terms
from signet_vc.did.resolver import holds_its_key
from signet_vc.errors import Code, Problem, ProblemError, UnavailableError, problem
from signet_vc.formats import Content, Demands, Opened, open_content, read_content
from signet_vc.policy import Policy
from signet_vc.result import Check, Verification

__all__ = ["STEPS", "Input", "Step", "verify"]

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
        self.further = True  # whether what it refers to is judged too
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


class Step(NamedTuple):
    """A named step; ``stops``: a problem in it makes those after it pointless."""

    name: str
    run: Callable[[Case], list[Problem]]
    stops: bool
    passed: Check


def _step(name: str, run: Callable[[Case], list[Problem]], *, stops: bool = False) -> Step:
    return Step(name, run, stops, Check(name=name, outcome="passed"))


def verify(data: Input, policy: Policy, *, at_ns: int) -> Verification:
    """Verify one credential or presentation: text or bytes as they came, or an object parsed before.

    at_ns: the time at which it is judged, nanoseconds since 1970. Never raises for what it is given.
    """
    return _judge(Case(data, policy, at_ns))


def _judge(case: Case) -> Verification:
    problems: list[Problem] = []
    checks: list[Check] = []
    stopped: str | None = None
    for step in STEPS:
        if stopped is not None:
            checks.append(Check(name=step.name, outcome="skipped", reason=f"{stopped} failed"))
            continue
        try:
            found = step.run(case)
        except ProblemError as error:
            found = list(error.problems)
        except UnavailableError as error:
            found = [error.as_problem()]
        if found:
            problems += found
            checks.append(_failed(step.name, found))
            stopped = step.name if step.stops else None
        else:
            checks.append(step.passed)
    if stopped is None and not case.bound:
        _judge_further(case, problems, checks)
    if problems:
        problems, checks = _withhold(problems, checks)
    return _told(case, problems, checks)


def _failed(name: str, found: list[Problem]) -> Check:
    return Check(name=name, outcome="failed", reason="; ".join(map(str, found)))


def _told(case: Case, problems: list[Problem], checks: list[Check]) -> Verification:
    """Put together what is told of a verification that is over."""
    opened = case.opened
    if opened is None:
        return Verification(
            verified=False, problems=tuple(problems), notices=(), checks=tuple(checks), document=None
        )
    if case.bound:
        checks += _not_made(case, opened.credential)
    return Verification(
        verified=not problems,
        problems=tuple(problems),
        notices=tuple(case.notices),
        checks=tuple(checks),
        document=None if problems else case.document,
        format=opened.format,
        securing=", ".join(opened.securings) or None,
        types=model.types_of(opened.credential),
        issuer=case.issuer,
        credentials=tuple(case.credentials),
    )


# --- the steps -----------------------------------------------------------------------------------------


def _parse(case: Case) -> list[Problem]:
    """(1) Limits, strict parse; and by its content, what it is."""
    if case.content is None:
        case.content = read_content(case.data, case.policy.limits)
    case.opened = opened = open_content(case.content, case.policy.limits)
    if opened is not None:
        credential = opened.credential
        case.presents = presentation.is_presentation(credential)
        case.issuer = presentation.holder_of(credential) if case.presents else model.issuer_of(credential)
        if case.presents and case.issuer is None:
            case.issuer = opened.signer
        case.bound = profile.names_profile(credential)
    return []


def _format(case: Case) -> list[Problem]:
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


def _schema(case: Case) -> list[Problem]:
    """(2) What a credential shows by itself: the attestation format's rules if they bind it, else VCDM's."""
    secured = case.secured
    credential = secured.credential
    if case.bound:
        problems = profile.shape_problems(credential) or profile.consistency_problems(credential)
        return problems + secured.form_problems(strict=True)
    limits = case.policy.limits
    if case.presents:
        problems = presentation.check(credential, limits=limits)
    else:
        problems = model.check(credential) + bitstring_status.form_problems(credential, limits=limits)
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


def _signer(case: Case) -> list[Problem]:
    """(3) The issuer is one that the policy trusts, the holder one that it lets present."""
    policy = case.policy
    if not policy.has_anchor:
        detail = "nobody is trusted: name who is in allowed_signers"
        return [problem(Code.NO_TRUST_ANCHOR, detail)]
    if case.presents:
        return _holder(case)
    if case.issuer is None or not policy.allows(case.issuer, case.at):
        return [problem(Code.SIGNER_NOT_ALLOWED, f"{case.issuer} is not an allowed signer", "/issuer")]
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


def _proof(case: Case) -> list[Problem]:
    """(4) The signatures are the issuer's, or the holder's, over this document."""
    issuer, policy = case.issuer, case.policy
    if issuer is None:
        return [problem(Code.INVALID_CREDENTIAL, "nobody is named whose signature it should be", "/issuer")]
    if not holds_its_key(issuer) and _signer(case):
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


def _validity(case: Case) -> list[Problem]:
    """The time of judgement lies in the validity period, and in the signature's."""
    at, skew = case.at, case.policy.skew_ns
    if case.bound:
        return _bound_validity(case, at, skew)
    credential = case.secured.credential
    problems, notices = case.secured.time_problems(at, skew)
    case.notices += notices
    if case.presents:  # a presentation has no period of its own
        return problems
    begins, ends = model.period_members(credential)
    start, end = model.validity_of(credential)
    if start is not None and start - skew > at:
        problems.append(problem(Code.NOT_YET_VALID, "it is not valid yet", f"/{begins}"))
    if end is not None and end + skew < at:
        problems.append(problem(Code.EXPIRED, "it is no longer valid", f"/{ends}"))
    case.notices += model.unzoned_times(credential)
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


STEPS: Final[tuple[Step, ...]] = (
    _step("parse", _parse, stops=True),
    _step("format", _format, stops=True),
    _step("schema", _schema, stops=True),
    _step("signer", _signer),
    _step("proof", _proof),
    _step("validity", _validity),
)


# --- what it refers to, what it presents ----------------------------------------------------------------

_PRESENTED: Final = "verifiableCredential"


def _judge_further(case: Case, problems: list[Problem], checks: list[Check]) -> None:
    """Judge what the credential refers to, or what the presentation presents; each tells a check.

    Only for who is trusted and proved to be that signer: a stranger must not choose what is loaded.
    """
    credential = case.secured.credential
    if case.presents:
        _judge_presented(case, problems, checks)
        return
    if not case.further:
        return
    trusted = all(check.outcome == "passed" for check in checks if check.name in {"signer", "proof"})
    if not trusted:
        checks += [
            Check(name=name, outcome="skipped", reason="looked at only where signer and proof pass")
            for name in ("relatedResource", "credentialSchema", "credentialStatus")
            if name in credential
        ]
        return
    for found in references.problems(credential, case.policy, lambda data: _referred(data, case)):
        case.notices += found.notices
        problems += found.problems
        if found.problems:
            checks.append(_failed(found.name, found.problems))
        elif found.name in credential:
            outcome: Any = "skipped" if found.skipped else "passed"
            checks.append(Check(name=found.name, outcome=outcome, reason=found.skipped))


def _referred(data: bytes | JsonObject, case: Case) -> Verification:
    """Verify a status list or schema credential under the same policy; what it refers to stays out."""
    inner = Case(data, case.policy.for_presented(), case.at)
    inner.further = False
    return _judge(inner)


def _judge_presented(case: Case, problems: list[Problem], checks: list[Check]) -> None:
    """VCDM 2.0 §4.13: every presented credential verifies by itself."""
    presented = presentation.presented(case.secured.credential)
    found: list[Problem] = []
    for place, credential in presented:
        if presentation.is_self_asserted(case.secured.credential, credential):
            result = _self_asserted(case, credential)
        else:
            inner = Case(credential, case.policy.for_presented(), case.at, content=credential)
            inner.further = case.further
            result = _judge(inner)
            if inner.presents:
                found.append(problem(Code.INVALID_PRESENTATION, "a presentation is no credential", place))
        found += [replace(each, pointer=place + each.pointer) for each in result.problems]
        case.notices += [replace(each, pointer=place + each.pointer) for each in result.notices]
        case.credentials.append(result)
    if found:
        problems += found
        checks.append(_failed(_PRESENTED, found))
    elif presented:
        checks.append(Check(name=_PRESENTED, outcome="passed"))


def _self_asserted(case: Case, credential: JsonObject) -> Verification:
    """VCDM 2.0 §4.13.4: what the holder claims of itself is secured by the presentation's own proof."""
    issuer = model.issuer_of(credential)
    problems = model.check(credential)
    if issuer is None or not case.policy.allows(issuer, case.at):
        problems.append(problem(Code.SIGNER_NOT_ALLOWED, f"{issuer} is not an allowed signer", "/issuer"))
    return Verification(
        verified=not problems and case.document is not None,
        problems=tuple(problems),
        notices=(),
        checks=(),
        document=None if problems or case.document is None else credential,
        format=case.secured.format,
        types=model.types_of(credential),
        issuer=issuer,
    )


# --- what is told ---------------------------------------------------------------------------------------


def _withhold(problems: list[Problem], checks: list[Check]) -> tuple[list[Problem], list[Check]]:
    """That a signer is not allowed is told only of one who proved to be that signer."""
    outcomes = {check.name: check.outcome for check in checks}
    codes = {each.code for each in problems}
    if Code.SIGNER_NOT_ALLOWED not in codes or outcomes.get("proof") == "passed":
        return problems, checks
    untold = Check(name="signer", outcome="skipped", reason="told only where the proof verifies")
    return (
        [each for each in problems if each.code is not Code.SIGNER_NOT_ALLOWED],
        [untold if check.name == "signer" else check for check in checks],
    )


def _not_made(case: Case, credential: JsonObject) -> list[Check]:
    """Say what a call's credential asks to be looked at and nothing here looks at."""
    subject = credential.get("credentialSubject")
    if not isinstance(subject, dict) or "authorization" not in subject:
        return []
    reason = "no delegation is evaluated"
    pointer = "/credentialSubject/authorization"
    case.notices.append(problem(Code.AUTHORIZATION_NOT_EVALUATED, reason, pointer))
    return [Check(name="authorization", outcome="skipped", reason=reason)]
