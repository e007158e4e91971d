"""Records as evidence: each verified with what is known beside it, in pairs, in chains, in exports."""

from __future__ import annotations

from signet_vc.audit.calls import UNANSWERED, Call, calls
from signet_vc.audit.chains import ChainReport, Chains, Link
from signet_vc.audit.export import document_of, export_line, is_export, parse_line
from signet_vc.audit.pairs import Evidence, Pair, pair_of
from signet_vc.audit.records import Judged, inspect, judge, verify_line

__all__ = [
    "UNANSWERED",
    "Call",
    "ChainReport",
    "Chains",
    "Evidence",
    "Judged",
    "Link",
    "Pair",
    "calls",
    "document_of",
    "export_line",
    "inspect",
    "is_export",
    "judge",
    "pair_of",
    "parse_line",
    "verify_line",
]
