"""A store's records as calls: a request with its answers, one without, an answer alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Protocol

from signet_vc.attestation.store import Record
from signet_vc.audit.pairs import Evidence

__all__ = ["UNANSWERED", "Call", "Records", "calls"]

UNANSWERED: Final = "unanswered"


class Records(Evidence, Protocol):
    """Records that can be gone through by time; None filters nothing."""

    def records(
        self, *, tool: str | None = ..., since: int | None = ..., until: int | None = ...
    ) -> Iterator[Record]:
        """Give them, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call, or one answer of a call that has several.

    ``request`` is None where the call was unattested, or its request is not here; ``response`` where
    there is no answer. ``at`` (nanoseconds), ``tool``, ``digest``: of the request if it is there.
    """

    at: int
    tool: str
    digest: str
    request: Record | None
    response: Record | None

    @property
    def outcome(self) -> str:
        """What the answer says, or ``unanswered``."""
        return UNANSWERED if self.response is None else self.response.outcome or ""

    @property
    def issuers(self) -> frozenset[str]:
        """Who signed the request, the answer."""
        return frozenset(each.issuer for each in (self.request, self.response) if each is not None)


def calls(
    store: Records,
    *,
    tool: str | None = None,
    issuer: str | None = None,
    outcome: str | None = None,
    since: int | None = None,
    until: int | None = None,
) -> Iterator[Call]:
    """The calls by time, oldest first; times in nanoseconds.

    ``issuer``: of the request or of the answer. ``outcome``: of the answer, or ``unanswered``.
    """
    for record in store.records(tool=tool, since=since, until=until):
        for call in _calls_of(record, store):
            if (issuer is None or issuer in call.issuers) and outcome in {None, call.outcome}:
                yield call


def _calls_of(record: Record, evidence: Evidence) -> Iterator[Call]:
    """The calls that are listed where this record stands: a request's, or an answer's that has none."""
    if record.kind == "request":
        for response in evidence.answers(record.digest) or (None,):
            yield _call(record, record, response)
    elif record.request_digest is None or evidence.find(record.request_digest) is None:
        yield _call(record, None, record)


def _call(listed: Record, request: Record | None, response: Record | None) -> Call:
    return Call(
        at=listed.received_at, tool=listed.tool, digest=listed.digest, request=request, response=response
    )
