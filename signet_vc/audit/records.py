"""The verification of a stored credential: its own, then what the record adds, then what stands beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final, NamedTuple

from signet_vc import verification
from signet_vc.attestation.store import Record
from signet_vc.audit.chains import Link
from signet_vc.audit.export import document_of, parse_line, request_digest_of
from signet_vc.audit.pairs import Evidence, pairing
from signet_vc.codec.digest import commitment, digest, is_nonce
from signet_vc.codec.jcs import equal
from signet_vc.credential import profile
from signet_vc.errors import Code, Problem, ProblemError, UnavailableError, problem
from signet_vc.policy import Policy
from signet_vc.result import Check, Verification

__all__ = ["Judged", "inspect", "judge", "verify_line"]

Document = Mapping[str, Any]
_CALL: Final = Code.CALL_MISMATCH
_RESULT: Final = Code.RESULT_MISMATCH
# member -> the code of a value that is not the one that was committed to
_COMMITMENTS: Final[dict[str, Code]] = {
    "argumentsDigest": _CALL,
    "inputResponsesDigest": _CALL,
    "requestStateDigest": _CALL,
    "parametersDigest": _CALL,
    "intentDigest": _CALL,
    "resultDigest": _RESULT,
    "errorDigest": _RESULT,
}


class Judged(NamedTuple):
    """A record and its verdict. ``link``: its place in a chain; None unless its signature verified."""

    record: Record
    verification: Verification
    link: Link | None


def judge(record: Record, policy: Policy, *, at_ns: int, evidence: Evidence | None = None) -> Judged:
    """Verify a record at a time, nanoseconds since 1970. Never raises for what is recorded.

    The checks of ``verification.verify``, and after them: ``record`` (digest and kind are the
    credential's), ``commitments`` (salts and values open them), ``pairing`` (with ``evidence``: it
    belongs to the request, the answers and the answer before that it names).
    """
    result = _signed(record, policy, at_ns)
    document = result.document
    link = None if document is None else _link(record, document)
    if document is None and _passed(result, "schema"):
        document = document_of(record.secured)
    return Judged(record, _with(result, _steps(record, document, evidence, policy.skew_ns)), link)


def inspect(record: Record, evidence: Evidence, *, skew: int) -> tuple[list[Problem], list[Problem]]:
    """What is wrong with a record whatever its signature, and what is worth knowing: problems, notices.

    skew: nanoseconds that are forgiven between the two sides of a call.
    """
    document = document_of(record.secured)
    if document is None or profile.kind_of(document) is None:
        return [problem(Code.INVALID_CREDENTIAL, "no request and no response", "/secured")], []
    problems = profile.shape_problems(document)
    notices: list[Problem] = []
    if not problems:
        for found in _steps(record, document, evidence, skew):
            problems += found.problems
            notices += found.notices
    return problems, notices


def verify_line(line: bytes | str, policy: Policy, *, at_ns: int) -> Verification:
    """Verify one line of an export by itself. Never raises for what it is given."""
    try:
        record = parse_line(line, limits=policy.limits)
    except ProblemError as error:
        return _unreadable(error)
    return judge(record, policy, at_ns=at_ns).verification


# -- what is signed --------------------------------------------------------------------------------


def _signed(record: Record, policy: Policy, at_ns: int) -> Verification:
    """The credential by itself; secured both ways, each by itself, and both the same."""
    first = verification.verify(record.secured, policy, at_ns=at_ns)
    if record.jws is None:
        return first
    second = verification.verify(record.jws, policy, at_ns=at_ns)
    problems = list(dict.fromkeys([*first.problems, *second.problems]))
    valid = _passed(first, "proof") and _passed(second, "proof")
    if not valid or not equal(document_of(record.secured), document_of(record.jws)):
        problems.append(problem(Code.SECURINGS_DISAGREE, "proof and JWS do not secure the same credential"))
    failed = {each.name: each for each in second.checks if each.outcome == "failed"}
    return replace(
        first,
        verified=not problems,
        problems=tuple(problems),
        checks=tuple(failed.get(each.name, each) for each in first.checks),
        document=None if problems else first.document,
        securing=", ".join(filter(None, (first.securing, second.securing))) or None,
    )


def _link(record: Record, document: Document) -> Link | None:
    subject = document["credentialSubject"] if profile.kind_of(document) is not None else {}
    if "chain" not in subject:
        return None
    return Link(
        issuer=document["issuer"],
        chain=subject["chain"],
        sequence=subject["sequence"],
        digest=digest(record.secured.encode()),
        previous=subject.get("previousDigest"),
    )


# -- what the record adds --------------------------------------------------------------------------


class _Found(NamedTuple):
    name: str
    problems: list[Problem]
    notices: list[Problem]
    skipped: str = ""


def _steps(
    record: Record, document: Document | None, evidence: Evidence | None, skew: int
) -> Iterator[_Found]:
    yield _Found("record", list(_record_problems(record, document)), [])
    if document is None or profile.kind_of(document) is None:
        for name in ("commitments", "pairing"):
            yield _Found(name, [], [], skipped="the credential could not be read")
        return
    yield _Found("commitments", *_commitments(record, document))
    if evidence is None:
        yield _Found("pairing", [], [], skipped="no other records were looked at")
        return
    try:
        problems, notices = pairing(record, document, evidence, skew=skew)
    except UnavailableError as error:
        problems, notices = [error.as_problem()], []
    yield _Found("pairing", problems, notices)


def _record_problems(record: Record, document: Document | None) -> Iterator[Problem]:
    """What the record repeats of its credential, for queries, is what the credential says."""
    if digest(record.secured.encode()) != record.digest:
        yield problem(Code.INVALID_CREDENTIAL, "not the digest of what is recorded", "/digest")
    if document is None:
        return
    if profile.kind_of(document) != record.kind:
        yield problem(Code.INVALID_CREDENTIAL, "the credential is of another kind", "/kind")
        return
    subject = document["credentialSubject"]
    repeated = {
        "issuer": (record.issuer, document["issuer"]),
        "tool": (record.tool, subject["tool"]),
        "outcome": (record.outcome, subject.get("outcome")),
        "request": (record.request_digest, request_digest_of(subject)),
    }
    for name, (stored, signed) in repeated.items():
        if stored != signed:
            yield problem(Code.INVALID_CREDENTIAL, f"the record names another {name} than the credential")


def _commitments(record: Record, document: Document) -> tuple[list[Problem], list[Problem]]:
    """Each commitment opens to the value that was kept; a value or salt that is gone is erased, not wrong."""
    subject = document["credentialSubject"]
    problems, notices = [], []
    for member, code in _COMMITMENTS.items():
        if member not in subject:
            continue
        pointer = f"/credentialSubject/{member}"
        if member not in record.salts or member not in record.values:
            notices.append(problem(Code.VALUE_ERASED, "its value or its salt is not here", pointer))
        elif not _opens(subject[member], member, record):
            problems.append(problem(code, "the value that was kept is not the one that was signed", pointer))
    if len(set(record.salts.values())) != len(record.salts):
        problems.append(problem(Code.INVALID_CREDENTIAL, "two salts are equal", "/salts"))
    return problems, notices


def _opens(committed: str, member: str, record: Record) -> bool:
    salt = record.salts[member]
    try:
        return is_nonce(salt) and commitment(member, record.values[member], salt) == committed
    except ProblemError:
        return False


# -- the result ------------------------------------------------------------------------------------


_PASSED: Final = {name: Check(name=name, outcome="passed") for name in ("record", "commitments", "pairing")}


def _with(result: Verification, steps: Iterable[_Found]) -> Verification:
    """The result with further checks."""
    problems, notices, checks = list(result.problems), list(result.notices), list(result.checks)
    for found in steps:
        problems += found.problems
        notices += found.notices
        if found.problems:
            reason = "; ".join(map(str, found.problems))
            checks.append(Check(name=found.name, outcome="failed", reason=reason))
        elif found.skipped:
            checks.append(Check(name=found.name, outcome="skipped", reason=found.skipped))
        else:
            checks.append(_PASSED[found.name])
    return replace(
        result,
        verified=not problems,
        problems=tuple(problems),
        notices=tuple(notices),
        checks=tuple(checks),
        document=None if problems else result.document,
    )


def _passed(result: Verification, name: str) -> bool:
    return any(check.name == name and check.outcome == "passed" for check in result.checks)


def _unreadable(error: ProblemError) -> Verification:
    return Verification(
        verified=False,
        problems=error.problems,
        notices=(),
        checks=(Check(name="parse", outcome="failed", reason=str(error)),),
        document=None,
    )
