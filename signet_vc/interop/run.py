"""Run cases, this project's and others', and count what came of them."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TypeAlias

from signet_vc.interop import published
from signet_vc.interop.cases import BrokenCaseError, Case, load
from signet_vc.interop.finding import Finding, differences
from signet_vc.interop.judges import judge
from signet_vc.interop.report import Failure, Report

__all__ = ["Progress", "run", "run_published"]

Progress: TypeAlias = Callable[[int, int], None]


def _silent(_done: int, _all: int) -> None:
    """Tell nobody."""


def run(folder: Traversable, report: Report, *, progress: Progress = _silent) -> None:
    """Run all cases of ``folder``, which is laid out as interop/SPEC.md says.

    progress: told after each case how many are done, and of how many. Raises UsageError if there is no
    index that can be read.
    """
    cases = list(load(folder))
    for done, (identifier, case) in enumerate(cases, 1):
        if isinstance(case, Case):
            report.add(case.kind, case.verdict, _failure(case))
        else:
            kind, _, rest = identifier.partition("/")
            verdict = published.REJECT if rest.startswith("reject/") else published.ACCEPT
            report.add(kind, verdict, Failure(identifier=identifier, verdict=verdict, detail=str(case)))
        progress(done, len(cases))


def run_published(folder: Path, report: Report, *, progress: Progress = _silent) -> None:
    """Run other parties' vectors below ``folder``; what is not supported is counted as that.

    progress: as for ``run``. Raises UsageError for a folder that is none.
    """
    found, unsupported = published.collect(folder)
    for kind, cases in unsupported.items():
        report.skip(kind, cases)
    for done, each in enumerate(found, 1):
        wrong = each.check()
        failure = Failure(identifier=each.identifier, verdict=each.verdict, detail=wrong) if wrong else None
        report.add(each.kind, each.verdict, failure)
        progress(done, len(found))


def _failure(case: Case) -> Failure | None:
    finding = Finding()
    try:
        finding = judge(case)
        wrong = differences(case, finding)
    except BrokenCaseError as error:
        wrong = [str(error)]
    if not wrong:
        return None
    return Failure(
        identifier=case.identifier, verdict=case.verdict, found=finding.codes, detail="; ".join(wrong)
    )
