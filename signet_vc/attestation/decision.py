"""Step (9) at the server: rules of the policy, then the caller's own decision. FORMAT, `decision`."""

from __future__ import annotations

import inspect
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from signet_vc.codec import jcs
from signet_vc.codec.digest import digest
from signet_vc.codec.timestamps import format_ms
from signet_vc.errors import UsageError

if TYPE_CHECKING:
    from signet_vc.attestation.call import ToolCall
    from signet_vc.policy import Policy

__all__ = ["Allow", "Attestation", "Decide", "Deny", "Escalate", "Verdict", "judge"]

_LOG: Final = logging.getLogger("signet_vc.attestation")
_REASON: Final = re.compile(r"[A-Z][A-Z0-9_]{0,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation:
    """A request that was verified: who called, with what. ``valid_from`` in nanoseconds."""

    issuer: str
    audience: str
    method: str
    tool: str
    arguments: Mapping[str, Any]
    nonce: str
    valid_from: int
    identifier: str
    digest: str
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Allow:
    """The call may run."""


@dataclass(frozen=True, slots=True)
class _No:
    reason: str

    def __post_init__(self) -> None:
        if not _REASON.fullmatch(self.reason):
            raise UsageError("a reason is upper case letters, digits and _, at most 64, a letter first")


@dataclass(frozen=True, slots=True)
class Deny(_No):
    """The call must not run. ``reason``: ``[A-Z][A-Z0-9_]{0,63}``; it is signed and sent."""


@dataclass(frozen=True, slots=True)
class Escalate(_No):
    """The call must not run until somebody else has approved it. ``reason`` as for ``Deny``."""


_FAILED: Final = Deny("DECISION_FAILED")

Verdict = Allow | Deny | Escalate
Decide = Callable[["ToolCall", "Attestation | None"], "Verdict | Awaitable[Verdict]"]


async def judge(
    call: ToolCall,
    attestation: Attestation | None,
    policy: Policy,
    decide: Decide | None,
    *,
    at: int,
    rules: bytes | None,
) -> dict[str, Any] | None:
    """The member ``decision``; None where no rules and no program stand.

    ``at``: nanoseconds. ``rules``: the policy's, as ``policy_rules`` has them.

    ``effect`` is ``allow``, ``deny`` or ``escalate``. Rules (``tools``, ``until``) first, then
    ``decide``; an exception in it, or anything but a verdict from it, denies.
    """
    if rules is None and decide is None:
        return None
    if attestation is not None and not _tool_allowed(attestation.issuer, call.tool, policy, at):
        return {"effect": "deny", "reason": "TOOL_NOT_ALLOWED", "policyDigest": digest(rules or b"")}
    if decide is None:
        return {"effect": "allow", "policyDigest": digest(rules or b"")}
    verdict = await _ask(decide, call, attestation)
    if isinstance(verdict, Allow):
        return {"effect": "allow"}
    effect = "deny" if isinstance(verdict, Deny) else "escalate"
    return {"effect": effect, "reason": verdict.reason}


async def _ask(decide: Decide, call: ToolCall, attestation: Attestation | None) -> Verdict:
    try:
        verdict = decide(call, attestation)
        return _verdict(await verdict if inspect.isawaitable(verdict) else verdict)
    except Exception:  # noqa: BLE001 - whatever goes wrong in the caller's program denies, and is told there
        _LOG.exception("the program's decision on a call of %r failed: denied", call.tool)
        return _FAILED


def _verdict(given: object) -> Verdict:
    """Anything but a verdict denies, whatever a program was typed to give."""
    if isinstance(given, Allow | Deny | Escalate):
        return given
    _LOG.error("the program's decision is a %s, no verdict: denied", type(given).__name__)
    return _FAILED


def policy_rules(policy: Policy) -> bytes | None:
    """CANON of the rules in force, None where no entry has ``tools`` or ``until``.

    A list of the entries of ``allowed_signers`` in order, each ``{"did", "tools", "until"}``, absent
    members left out, ``until`` in milliseconds.
    """
    if all(entry.tools is None and entry.until is None for entry in policy.allowed_signers):
        return None
    rules = []
    for entry in policy.allowed_signers:
        rule: dict[str, Any] = {"did": entry.did}
        if entry.tools is not None:
            rule["tools"] = list(entry.tools)
        if entry.until is not None:
            rule["until"] = format_ms(int(entry.until.timestamp() * 1000) * 1_000_000)
        rules.append(rule)
    return jcs.canonicalize(rules)


def _tool_allowed(issuer: str, tool: str, policy: Policy, at: int) -> bool:
    entries = [entry for entry in policy.allowed_signers if entry.did == issuer and entry.active(at)]
    if not entries:
        return True  # whether the signer is allowed at all was step (3)
    return any(entry.tools is None or _matches(tool, entry.tools) for entry in entries)


def _matches(tool: str, names: tuple[str, ...]) -> bool:
    return any(_pattern(name).fullmatch(tool) for name in names)


@lru_cache(maxsize=1024)
def _pattern(name: str) -> re.Pattern[str]:
    """A tool pattern: ``*`` and ``?`` are wildcards, everything else stands for itself."""
    parts = (".*" if c == "*" else "." if c == "?" else re.escape(c) for c in name)
    return re.compile("".join(parts), re.DOTALL)
