"""A response and the request that it says it answers: whether the two belong together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from signet_vc import verification
from signet_vc.attestation.store import Record
from signet_vc.audit.export import document_of
from signet_vc.codec.digest import digest
from signet_vc.codec.jcs import equal
from signet_vc.codec.timestamps import parse
from signet_vc.errors import Code, Problem, problem
from signet_vc.policy import Policy

__all__ = ["Evidence", "Pair", "pair_of", "pairing"]

Document = Mapping[str, Any]
_ANYBODY: Final = Policy(trust_any=True)
_SUBJECT: Final = "/credentialSubject"


class Evidence(Protocol):
    """The records that stand beside the one that is judged. Raises UnavailableError."""

    def find(self, digest: str) -> Record | None:
        """The record with this digest."""

    def answers(self, request_digest: str) -> Sequence[Record]:
        """The responses that say they answer this request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One call: what was asked, and the answers to it (a task has an interim and a final one)."""

    request: Record | None
    responses: tuple[Record, ...]


def pair_of(evidence: Evidence, digest: str) -> Pair | None:
    """The call that a request or response with this digest belongs to."""
    record = evidence.find(digest)
    if record is None:
        return None
    if record.kind == "request":
        return Pair(request=record, responses=tuple(evidence.answers(digest)))
    if record.request_digest is None:
        return Pair(request=None, responses=(record,))
    return Pair(
        request=evidence.find(record.request_digest),
        responses=tuple(evidence.answers(record.request_digest)),
    )


def pairing(
    record: Record, document: Document, evidence: Evidence, *, skew: int
) -> tuple[list[Problem], list[Problem]]:
    """Hold a record against those that it names: problems, and notices of what is not here.

    ``document``: the record's, without shape problems. ``skew``: nanoseconds.
    """
    problems: list[Problem] = []
    notices: list[Problem] = []
    subject = document["credentialSubject"]
    if "request" in subject:
        asked = subject["request"]["digestMultibase"]
        request = evidence.find(asked)
        if request is None:
            notices.append(_mismatch("request", "the request that it answers is not here"))
        else:
            problems += _answered(document, request, skew)
        problems += _answered_twice(record, document, evidence.answers(asked))
    if "previousResponseDigest" in subject:
        previous = evidence.find(subject["previousResponseDigest"])
        if previous is None:
            notices.append(_mismatch("previousResponseDigest", "the answer accepted before is not here"))
        else:
            problems += _accepted_before(document, previous)
    if "response" in subject.get("continuationOf", {}):
        problems += _continued(subject["continuationOf"], evidence)
    return problems, notices


def _answered(document: Document, found: Record, skew: int) -> Iterator[Problem]:
    """FORMAT, *At the agent*: request, agent, method and tool as sent; and not before it was signed."""
    subject = document["credentialSubject"]
    request = document_of(found.secured) or {}
    asked = _subject_of(request)
    expected = {
        "request": _reference(found, request),
        "agent": request.get("issuer"),
        "method": asked.get("method"),
        "tool": asked.get("tool"),
    }
    for name, value in expected.items():
        if subject.get(name) != value:
            yield _mismatch(name, f"not the {name} that was sent")
    if not _is_audience(document["issuer"], asked.get("audience")):
        yield problem(Code.REQUEST_MISMATCH, "answered by another than the audience", "/issuer")
    signed, received = parse(request.get("validFrom")), parse(subject["receivedAt"])
    if signed is None or received is None or received < signed - skew:
        yield problem(Code.TIME_MISMATCH, "before the request was signed", f"{_SUBJECT}/receivedAt")


def _answered_twice(record: Record, document: Document, answers: Sequence[Record]) -> Iterator[Problem]:
    """A request has at most one ``task`` answer and one other; two different others prove equivocation."""
    for other in answers:
        if other.digest == record.digest or other.issuer != document["issuer"]:
            continue
        second = document_of(other.secured) or {}
        if equal(second, dict(document)) or _is_task(second) is not _is_task(document):
            continue
        # Anybody can put a forged answer into a store: only what the issuer signed convicts it.
        if verification.verify(other.secured, _ANYBODY, at_ns=parse(second.get("validFrom")) or 0).verified:
            detail = f"its issuer gave two different answers to one request, this one and {other.digest}"
            yield _mismatch("request", detail)


def _accepted_before(document: Document, found: Record) -> Iterator[Problem]:
    """``previousResponseDigest``: an answer by this audience to this agent."""
    response = document_of(found.secured) or {}
    if (
        found.kind != "response"
        or _subject_of(response).get("agent") != document["issuer"]
        or not _is_audience(response.get("issuer"), document["credentialSubject"]["audience"])
    ):
        yield _mismatch("previousResponseDigest", "no answer of this audience to this agent")


def _continued(continued: Document, evidence: Evidence) -> Iterator[Problem]:
    """``continuationOf``: a request and its own answer."""
    answer = evidence.find(continued["response"])
    if answer is not None and answer.request_digest != continued.get("request"):
        yield _mismatch("continuationOf", "its response is not the answer to its request")


# What follows reads documents that may be anything: each is judged by itself, in its turn.


def _subject_of(document: Document) -> Document:
    subject = document.get("credentialSubject")
    return subject if isinstance(subject, dict) else {}


def _is_audience(issuer: object, audience: object) -> bool:
    """Whether this issuer may answer for the audience; a URI does not say who."""
    return issuer == audience or (isinstance(audience, str) and not audience.startswith("did:"))


def _is_task(document: Document) -> bool:
    return bool(_subject_of(document).get("outcome") == "task")


def _reference(record: Record, document: Document) -> dict[str, Any]:
    """What the answer must say of the request: of the text that is here, whatever it is kept under."""
    reference = {"id": document.get("id"), "digestMultibase": digest(record.secured.encode())}
    if record.jws is not None:
        reference["jwsDigest"] = digest(record.jws.encode())
    return reference


def _mismatch(member: str, detail: str) -> Problem:
    return problem(Code.REQUEST_MISMATCH, detail, f"{_SUBJECT}/{member}")
