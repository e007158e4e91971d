"""What a store offers beside the engine's four methods: reading, filters, being closed."""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType
from typing import Literal, Protocol, Self, TypedDict, Unpack

from signet_vc.attestation.store import AttestationStore, Record, RefusedCall

__all__ = ["Filters", "RefusalFilters", "Store"]


class Filters(TypedDict, total=False):
    """Which records; all where nothing is given, or None.

    Times are nanoseconds, both ends included. A request has no outcome.
    """

    tool: str | None
    issuer: str | None
    outcome: str | None
    kind: Literal["request", "response"] | None
    since: int | None
    until: int | None


class RefusalFilters(TypedDict, total=False):
    """Which refused calls; as ``Filters``."""

    tool: str | None
    since: int | None
    until: int | None


class Store(AttestationStore, Protocol):
    """A store that can be read. Every method raises UnavailableError when it cannot do its work."""

    def records(self, **filters: Unpack[Filters]) -> Iterator[Record]:
        """The records by time, oldest first, read as they are taken."""

    def count(self, **filters: Unpack[Filters]) -> int:
        """How many records the filters let through."""

    def refused(self, **filters: Unpack[RefusalFilters]) -> Iterator[RefusedCall]:
        """The refused calls by time, oldest first."""

    def find(self, digest: str) -> Record | None:
        """The record with this digest."""

    def answers(self, request_digest: str) -> tuple[Record, ...]:
        """The responses to a request, in the order of recording."""

    def digests(self, beginning: str) -> tuple[str, ...]:
        """Up to ten digests that begin so."""

    def close(self) -> None:
        """Finish what is being written; nothing can be written afterwards."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
