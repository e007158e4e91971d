"""The vectors of ``interop/vectors``, and other parties', run against this package."""

from __future__ import annotations

from signet_vc.interop.cases import Case, load, vectors_folder
from signet_vc.interop.report import Failure, Report
from signet_vc.interop.run import run, run_published

__all__ = ["Case", "Failure", "Report", "load", "run", "run_published", "vectors_folder"]
