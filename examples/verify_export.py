"""Verify an export as an auditor would: every signature, the pairs of request and answer, the chains.

    signet audit export > calls.jsonl
    python examples/verify_export.py calls.jsonl DID…

The DIDs are those of the agents and servers that are trusted. Exit status 1 if anything is wrong.
"""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from signet_vc import Policy, ProblemError, audit
from signet_vc.attestation.store import Record


class Export:
    """The records of a file, as evidence for one another."""

    def __init__(self, path: Path) -> None:
        lines = [line for line in path.read_bytes().splitlines() if line]
        self.records = [audit.parse_line(line) for line in lines]
        self._by_digest = {record.digest: record for record in self.records}
        self._answers: dict[str | None, list[Record]] = defaultdict(list)
        for record in self.records:
            if record.kind == "response":
                self._answers[record.request_digest].append(record)

    def find(self, digest: str) -> Record | None:
        """The record with this digest."""
        return self._by_digest.get(digest)

    def answers(self, request_digest: str) -> Sequence[Record]:
        """The answers to a request."""
        return self._answers[request_digest]


def main(path: str, *dids: str) -> int:
    """Print a verdict a record, then what is wrong with the chains; 1 if anything is."""
    try:
        export = Export(Path(path))
    except ProblemError as error:
        print("not an export:", error)
        return 1
    policy, chains, wrong = Policy(allowed_signers=dids), audit.Chains(), 0
    for record in export.records:
        judged = audit.judge(record, policy, at_ns=time.time_ns(), evidence=export)
        verdict = "verified" if judged.verification.verified else "NOT VERIFIED"
        print(verdict, record.kind, record.tool, record.outcome or "", record.issuer)
        for problem in (*judged.verification.problems, *judged.verification.notices):
            print("   ", problem)
        if judged.link is not None:
            chains.add(judged.link)
        wrong += not judged.verification.verified
    for report in chains.reports():
        print("chain", report.chain, "of", report.issuer, "has", report.count, "records")
        for problem in (*report.problems, *report.notices):
            print("   ", problem)
        wrong += len(report.problems)
    return 1 if wrong else 0


if __name__ == "__main__":
    if not sys.argv[1:]:
        sys.exit(__doc__)
    raise SystemExit(main(*sys.argv[1:]))
