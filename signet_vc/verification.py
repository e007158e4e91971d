"""The one verification of any credential or presentation: what was checked, and every problem found.

The steps stand in STEPS, in order; what each does is in ``verification_steps``. The first three stop at once;
the others are all made, so that everything wrong is told. How an input is secured is told by its content,
through FORMATS. What a credential refers to, and what a presentation presents, is judged after them.

It judges as evidence, at a time T: deadline, lifetime, audience and replay are the execution boundary's.
Spec: VCDM 2.0 §7.1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final, Literal, NamedTuple

from signet_vc import references
from signet_vc import verification_steps as steps
from signet_vc.codec import rdf_work
from signet_vc.codec.strict_json import JsonObject
from signet_vc.credential import model, presentation
from signet_vc.errors import Code, Problem, ProblemError, UnavailableError, problem
from signet_vc.formats import SelfAsserted
from signet_vc.policy import Policy
from signet_vc.result import Check, Verification
from signet_vc.verification_steps import Case, Input

__all__ = ["STEPS", "Input", "Step", "verify"]


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
        with rdf_work.together(case.policy.limits):
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


STEPS: Final[tuple[Step, ...]] = (
    _step("parse", steps.parse, stops=True),
    _step("format", steps.format_allowed, stops=True),
    _step("schema", steps.schema, stops=True),
    _step("signer", steps.signer),
    _step("proof", steps.proof),
    _step("validity", steps.validity),
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
            outcome: Literal["passed", "skipped"] = "skipped" if found.skipped else "passed"
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
        inner = Case(credential, case.policy.for_presented(), case.at, content=credential)
        inner.further = case.further
        if presentation.is_self_asserted(case.secured.credential, credential):
            inner.opened = SelfAsserted(credential, case.secured, holds=case.document is not None)
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
