"""What a verification established: every check, every problem, and the document only if all passed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NoReturn

from signet_vc.errors import Problem, VerificationError

__all__ = ["Check", "Verification"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One step of a verification, in the order in which they are made.

    ``name`` is that of the step (``proof``, ``status``), ``reason`` says why it was skipped or failed.
    """

    name: str
    outcome: Literal["passed", "failed", "skipped"]
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """The one result type of every verification.

    ``verified``: every check that the policy asks for was made and passed. ``problems`` is empty
    exactly then. ``notices`` never decide. ``document`` is what was verified (for a proof with a
    context of its own, what was hashed), and None unless verified. ``format`` names how the input
    was secured (``data-integrity``, ``vc+jwt``, ``unknown``), ``securing`` the cryptosuite or
    algorithm. ``types`` and ``issuer`` (of a presentation: its holder) are what the input claims, verified
    or not. ``credentials``: of a presentation, the verification of each credential in it, in order.
    """

    verified: bool
    problems: tuple[Problem, ...]
    notices: tuple[Problem, ...]
    checks: tuple[Check, ...]
    document: Mapping[str, Any] | None
    format: str = "unknown"
    securing: str | None = None
    types: tuple[str, ...] = ()
    issuer: str | None = None
    credentials: tuple[Verification, ...] = ()

    def __bool__(self) -> NoReturn:
        raise TypeError("read .verified; a Verification has no truth value")

    def raise_for_problems(self) -> None:
        """Raise ``VerificationError`` with all problems, if there are any."""
        if self.problems:
            raise VerificationError(self.problems)
