"""A case's ``policy`` as this package's: time, trust anchors, tolerances."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from signet_vc.codec.strict_json import Json
from signet_vc.codec.timestamps import parse
from signet_vc.errors import UsageError
from signet_vc.interop.cases import BrokenCaseError, Case
from signet_vc.interop.documents import Documents
from signet_vc.policy import AllowedSigner, Policy

__all__ = ["policy_of", "time_of"]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def time_of(case: Case) -> int:
    """The time of judgement, in nanoseconds."""
    return _nanoseconds(case.policy.get("at"))


def policy_of(case: Case) -> Policy:
    """The policy: whom and what the case trusts; only the documents that it brings can be looked up."""
    signers = case.policy.get("allowedSigners", [])
    given: dict[str, Any] = {
        name: case.policy[member]
        for member, name in (
            ("clockSkew", "clock_skew"),
            ("maxLifetime", "max_lifetime"),
            ("trustAny", "trust_any"),
            ("domain", "domain"),
            ("challenge", "challenge"),
            ("allowedHolders", "allowed_holders"),
            ("inlineContexts", "inline_contexts"),
            ("unknownProofs", "unknown_proofs"),
        )
        if member in case.policy
    }
    if "documents" in case.policy:
        given["loader"] = given["resolver"] = Documents.of(case.policy["documents"])
    try:
        return Policy(allowed_signers=[_signer(entry) for entry in signers], **given)
    except (TypeError, UsageError) as error:
        raise BrokenCaseError(f"the policy cannot be: {error}") from error


def _signer(entry: Json) -> AllowedSigner:
    if not isinstance(entry, dict) or "until" not in entry:
        return AllowedSigner.of(entry)
    until = _EPOCH + timedelta(microseconds=_nanoseconds(entry["until"]) // 1000)
    return AllowedSigner.of({**entry, "until": until})


def _nanoseconds(text: Json) -> int:
    time = parse(text)
    if time is None:
        raise BrokenCaseError("a time of the policy is none")
    return time
