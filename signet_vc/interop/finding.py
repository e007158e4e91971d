"""What was found of a case, and where that is not what the case expects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

from signet_vc.codec import jcs
from signet_vc.codec.strict_json import Json
from signet_vc.errors import Problem
from signet_vc.interop.cases import BrokenCaseError, Case

__all__ = ["Finding", "differences"]

_MOST_SHOWN: Final = 200  # characters of a value in a report


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Accepted exactly if there are no ``codes``. ``values``: by the names of the case's ``expected``."""

    codes: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def refused(cls, problems: Iterable[Problem]) -> Self:
        """Refused, for these problems."""
        return cls(codes=tuple(dict.fromkeys(str(each.code) for each in problems)))


def differences(case: Case, finding: Finding) -> list[str]:
    """In what a finding differs from what the case expects; empty if the case passes.

    A refusal must give the case's ``codes`` and no other, but for those in ``mayAlso``. What is accepted
    must give each of the case's values, and exactly its ``notices``.
    """
    if (not finding.codes) != (case.verdict == "accept"):
        said = f"refused: {', '.join(finding.codes)}" if finding.codes else "accepted"
        return [f"{said}; expected: {case.verdict} {', '.join(_names(case, 'codes'))}".rstrip()]
    if case.verdict == "reject":
        return list(_code_differences(case, set(finding.codes)))
    return list(_value_differences(case, finding))


def _code_differences(case: Case, found: set[str]) -> Iterator[str]:
    codes, also = set(_names(case, "codes")), set(_names(case, "mayAlso"))
    if not codes:
        yield "the case names no problem code"
    if missing := codes - found:
        yield f"not found: {', '.join(sorted(missing))}; found: {', '.join(sorted(found))}"
    if further := found - codes - also:
        yield f"found, but not expected: {', '.join(sorted(further))}"


def _value_differences(case: Case, finding: Finding) -> Iterator[str]:
    if set(finding.notices) != set(_names(case, "notices")):
        yield f"notices: {', '.join(finding.notices) or 'none'}"
    for name, expected in case.expected.items():
        if name != "notices" and not _same(finding.values.get(name), expected):
            found = str(finding.values.get(name))
            yield f"{name}: {found[:_MOST_SHOWN]}; expected: {str(expected)[:_MOST_SHOWN]}"


def _names(case: Case, member: str) -> list[str]:
    names = case.expected.get(member, [])
    if not isinstance(names, list) or not all(isinstance(each, str) for each in names):
        raise BrokenCaseError(f"{member} is no list of codes")
    return names


def _same(found: Json, expected: Json) -> bool:
    return jcs.canonicalize(found) == jcs.canonicalize(expected)
