"""The steps of a neighbour's verification, put down as they are made: what each found, what came of all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from signet_vc.errors import Code, Problem, ProblemError, UnavailableError, problem
from signet_vc.policy import Policy
from signet_vc.result import Check, Verification

__all__ = ["Steps", "allowed_problems"]


class Steps:
    """One verification under way. A step's function gives its problems, or raises them."""

    __slots__ = ("_checks", "_problems", "notices")

    def __init__(self) -> None:
        self._checks: list[Check] = [Check(name="parse", outcome="passed")]
        self._problems: list[Problem] = []
        self.notices: list[Problem] = []

    def run(self, name: str, step: Callable[[], Iterable[Problem]]) -> bool:
        """Make a step and put down what it found; True if that is nothing."""
        try:
            found = list(step())
        except ProblemError as error:
            found = list(error.problems)
        except UnavailableError as error:
            found = [error.as_problem()]
        self._problems += found
        reason = "; ".join(map(str, found))
        self._checks.append(Check(name=name, outcome="failed" if found else "passed", reason=reason))
        return not found

    def skip(self, name: str, reason: str) -> None:
        """Put down a step that is not made, and why."""
        self._checks.append(Check(name=name, outcome="skipped", reason=reason))

    def result(
        self,
        *,
        document: Mapping[str, Any] | None,
        format: str,  # noqa: A002 - as the result has it
        securing: str | None,
        types: tuple[str, ...] = (),
        issuer: str | None = None,
    ) -> Verification:
        """Give what came of it; the document only if nothing is wrong."""
        return Verification(
            verified=not self._problems,
            problems=tuple(self._problems),
            notices=tuple(self.notices),
            checks=tuple(self._checks),
            document=None if self._problems else document,
            format=format,
            securing=securing,
            types=types,
            issuer=issuer,
        )


def allowed_problems(policy: Policy, format: str, algorithms: Iterable[str]) -> list[Problem]:  # noqa: A002 - as above
    """Check that the policy allows the format and the algorithms, and trusts anybody at all."""
    problems = []
    if policy.formats is not None and format not in policy.formats:
        problems.append(problem(Code.UNKNOWN_FORMAT, f"the policy does not allow {format}"))
    if policy.securings is not None:
        problems += [
            problem(Code.UNSUPPORTED_CRYPTOSUITE, f"the policy does not allow {each[:100]}")
            for each in algorithms
            if each not in policy.securings
        ]
    if not policy.has_anchor:
        problems.append(problem(Code.NO_TRUST_ANCHOR, "nobody is trusted: name who is in allowed_signers"))
    return problems
