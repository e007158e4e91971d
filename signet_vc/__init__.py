"""Signed, verifiable evidence of AI agents' tool calls: W3C Verifiable Credentials for MCP."""

from __future__ import annotations

from signet_vc._version import __version__
from signet_vc.api import SigningKey, present, sign, verify
from signet_vc.errors import (
    Code,
    Problem,
    ProblemError,
    SignetError,
    UnavailableError,
    UsageError,
    VerificationError,
)
from signet_vc.policy import AllowedSigner, Policy
from signet_vc.result import Check, Verification

__all__ = [
    "AllowedSigner",
    "Check",
    "Code",
    "Policy",
    "Problem",
    "ProblemError",
    "SignetError",
    "SigningKey",
    "UnavailableError",
    "UsageError",
    "Verification",
    "VerificationError",
    "__version__",
    "present",
    "sign",
    "verify",
]
