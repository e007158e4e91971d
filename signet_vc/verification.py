"""The one verification of any credential: what was checked, and every problem found.

The steps stand in STEPS, in order, each a function that can be read by itself. The first three stop at once;
the others are all made, so that everything wrong is told. How an input is secured is told by its content,
through FORMATS.

It judges as evidence, at a time T: deadline, lifetime, audience and replay are the execution boundary's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple, TypeAlias

from signet_vc.codec import jcs, strict_json, timestamps
from signet_vc.codec.strict_json import JsonObject
from signet_vc.credential import model, profile
from signet_vc.did.resolver import holds_its_key
from signet_vc.envelopes import jws
from signet_vc.errors import Code, Problem, ProblemError, UnavailableError, problem
from signet_vc.formats import Content, Opened, open_content
from signet_vc.policy import Policy
from signet_vc.result import Check, Verification

__all__ = ["STEPS", "Input", "Step", "verify"]

Input: TypeAlias = bytes | str | Mapping[str, Any]


class Case:
    """One verification under way: what is known so far. Steps read it, and write what later ones need."""

    __slots__ = ("at", "bound", "content", "data", "document", "issuer", "notices", "opened", "policy")

    def __init__(self, data: Input, policy: Policy, at_ns: int) -> None:
        self.data = data
        self.policy = policy
        self.at = at_ns
        self.content: Content = None  # what was parsed
        self.opened: Opened | None = None  # the credential in it, if it is of a known format
        self.issuer: str | None = None  # who that claims signed it
        self.bound = False  # whether the attestation format binds it
        self.document: JsonObject | None = None  # what was signed
        self.notices: list[Problem] = []

    @property
    def secured(self) -> Opened:
        """What is verified. Raises ProblemError if there is nothing that can be."""
        if self.opened is None:
            if isinstance(self.content, dict):
                raise ProblemError.of(Code.PROOF_MISSING, "the object has no proof", "/proof")
            raise ProblemError.of(Code.UNKNOWN_FORMAT, "neither a credential with a proof nor a vc+jwt")
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
    """Verify one credential: text or bytes as they came, or an object that was parsed before.

    at_ns: the time at which it is judged, nanoseconds since 1970. Never raises for what it is given.
    """
    case = Case(data, policy, at_ns)
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
            checks.append(Check(name=step.name, outcome="failed", reason="; ".join(map(str, found))))
            stopped = step.name if step.stops else None
        else:
            checks.append(step.passed)
    if problems:
        problems, checks = _withhold(problems, checks)
    return _told(case, problems, checks)


def _told(case: Case, problems: list[Problem], checks: list[Check]) -> Verification:
    """Put together what is told of a verification that is over."""
    opened = case.opened
    if opened is None:
        return Verification(
            verified=False, problems=tuple(problems), notices=(), checks=tuple(checks), document=None
        )
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
    )


# --- the steps -----------------------------------------------------------------------------------------

# No JSON text begins with an e; the header of every JWS does, being an object.
_is_compact: Final = re.compile(r"e[A-Za-z0-9_-]*\.[!-~]*").fullmatch
_WHITE_SPACE: Final = " \t\r\n"


def _parse(case: Case) -> list[Problem]:
    """(1) Limits, strict parse; and by its content, what it is."""
    limits = case.policy.limits
    data: Any = case.data  # it may be anything
    if not isinstance(data, bytes | str):
        data = _as_text(data)
    if len(data) > limits.document_bytes:
        raise ProblemError.of(Code.TOO_LARGE, f"more than {limits.document_bytes} bytes")
    token = _compact(data)
    if token is None:
        case.content = strict_json.loads(
            data, max_bytes=limits.document_bytes, max_depth=limits.message_depth
        )
    else:
        case.content = jws.parse(token, max_bytes=limits.document_bytes)
    case.opened = open_content(case.content)
    if case.opened is not None:
        case.issuer = model.issuer_of(case.opened.credential)
        case.bound = profile.names_profile(case.opened.credential)
    return []


def _as_text(data: Any) -> bytes:
    """Give the text of an object that was parsed before: it is judged as that, and stays what was judged."""
    if isinstance(data, Mapping):
        return jcs.canonicalize(data if type(data) is dict else dict(data))
    if isinstance(data, bytearray | memoryview):
        return bytes(data)
    raise ProblemError.of(Code.MALFORMED_JSON, "neither text nor an object")


def _compact(data: bytes | str) -> str | None:
    """The compact JWS that the data is, white space around it taken off (a file ends with a line)."""
    if data[:1] in {b"{", "{"}:
        return None
    text = data if isinstance(data, str) else data.decode("ascii", errors="replace")
    token = text.strip(_WHITE_SPACE)
    return token if _is_compact(token) else None


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
    else:
        problems = model.check(credential)
    return problems + secured.form_problems(strict=case.bound)


def _signer(case: Case) -> list[Problem]:
    """(3) The issuer is one that the policy trusts."""
    policy = case.policy
    if not policy.has_anchor:
        detail = "nobody is trusted: name who is in allowed_signers"
        return [problem(Code.NO_TRUST_ANCHOR, detail)]
    if case.issuer is None or not policy.allows(case.issuer, case.at):
        return [problem(Code.SIGNER_NOT_ALLOWED, f"{case.issuer} is not an allowed signer", "/issuer")]
    return []


def _proof(case: Case) -> list[Problem]:
    """(4) The signatures are the issuer's, over this document."""
    issuer = case.issuer
    if issuer is None:
        return [problem(Code.INVALID_CREDENTIAL, "nobody is named whose signature it should be", "/issuer")]
    if not holds_its_key(issuer) and _signer(case):
        detail = "not checked: a stranger must not choose what is looked up"
        return [problem(Code.PROOF_INVALID, detail)]
    verdict = case.secured.verify(issuer, case.policy.resolver, strict=case.bound)
    case.document = verdict.document
    case.notices += verdict.notices
    return list(verdict.problems)


def _validity(case: Case) -> list[Problem]:
    """The time of judgement lies in the validity period, and in the signature's."""
    at, skew = case.at, case.policy.skew_ns
    if case.bound:
        return _bound_validity(case, at, skew)
    credential = case.secured.credential
    start, end = model.validity_of(credential)
    problems, notices = case.secured.time_problems(at, skew)
    if start is not None and start - skew > at:
        problems.append(problem(Code.NOT_YET_VALID, "it is not valid yet", "/validFrom"))
    if end is not None and end + skew < at:
        problems.append(problem(Code.EXPIRED, "it is no longer valid", "/validUntil"))
    case.notices += (*notices, *model.unzoned_times(credential))
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
    """Say what the credential asks to be looked at and nothing here looks at."""
    if not case.bound:
        return [
            Check(name=name, outcome="skipped", reason=f"no {name} is evaluated")
            for name in ("credentialStatus", "credentialSchema")
            if name in credential
        ]
    subject = credential.get("credentialSubject")
    if not isinstance(subject, dict) or "authorization" not in subject:
        return []
    reason = "no delegation is evaluated"
    pointer = "/credentialSubject/authorization"
    case.notices.append(problem(Code.AUTHORIZATION_NOT_EVALUATED, reason, pointer))
    return [Check(name="authorization", outcome="skipped", reason=reason)]
