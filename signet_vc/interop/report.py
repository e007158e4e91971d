"""What came of a run: every case counted, every failure with what was found instead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from signet_vc._version import __version__
from signet_vc.interop.cases import Verdict

__all__ = ["Counts", "Failure", "Report"]

_NAME: Final = "signet-vc"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A case that did not come out as expected. ``found``: the problem codes that there were."""

    identifier: str
    verdict: Verdict
    found: tuple[str, ...] = ()
    detail: str


@dataclass(slots=True)
class Counts:
    """Cases of one kind."""

    accept: int = 0
    reject: int = 0
    failed: int = 0

    @property
    def all(self) -> int:
        """How many there are."""
        return self.accept + self.reject


@dataclass(slots=True)
class Report:
    """Filled in by runs. ``unsupported``: cases of others that are not run here, by kind."""

    failures: list[Failure] = field(default_factory=list)
    _kinds: dict[str, Counts] = field(default_factory=dict)
    _unsupported: dict[str, int] = field(default_factory=dict)

    def add(self, kind: str, verdict: Verdict, failure: Failure | None) -> None:
        """Count a case that was run."""
        counts = self._kinds.setdefault(kind, Counts())
        if verdict == "accept":
            counts.accept += 1
        else:
            counts.reject += 1
        if failure is not None:
            counts.failed += 1
            self.failures.append(failure)

    def skip(self, kind: str, cases: int) -> None:
        """Count cases that this package does not support."""
        self._unsupported[kind] = self._unsupported.get(kind, 0) + cases

    @property
    def kinds(self) -> Mapping[str, Counts]:
        """What was run."""
        return self._kinds

    @property
    def unsupported(self) -> Mapping[str, int]:
        """What was not."""
        return self._unsupported

    @property
    def total(self) -> Counts:
        """All kinds together."""
        rows = self._kinds.values()
        return Counts(
            accept=sum(each.accept for each in rows),
            reject=sum(each.reject for each in rows),
            failed=sum(each.failed for each in rows),
        )

    def as_json(self) -> dict[str, Any]:
        """As ``signet interop run --json`` prints it."""
        total = self.total
        return {
            "summary": {
                "cases": total.all,
                "accept": total.accept,
                "reject": total.reject,
                "failed": total.failed,
            },
            "failures": [
                {
                    "id": each.identifier,
                    "verdict": each.verdict,
                    "found": list(each.found),
                    "detail": each.detail,
                }
                for each in self.failures
            ],
            "implementations": [
                {
                    "name": _NAME,
                    "version": __version__,
                    "passed": total.all - total.failed,
                    "failed": total.failed,
                    "unsupported": sum(self._unsupported.values()),
                }
            ],
        }
