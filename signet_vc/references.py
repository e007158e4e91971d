"""What a credential of others refers to: related resources, the schemas it claims, its status.

Nothing is fetched but through the policy's loader; without one, what would have to be fetched is reported
as not evaluated. What a list or schema credential says counts only once that credential verifies itself.

Spec: VCDM 2.0 §§4.10, 4.11, 5.3, VC JSON Schema, Bitstring Status List 1.0 §3.2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Final, NamedTuple, TypeAlias

from signet_vc.codec.strict_json import JsonObject
from signet_vc.credential import bitstring_status, external_schema, related_resource
from signet_vc.errors import Code, Problem, ProblemError, UnavailableError, problem
from signet_vc.external import Loader
from signet_vc.policy import Policy
from signet_vc.result import Verification

__all__ = ["Found", "Judge", "problems"]

# A secured credential as it came -> its verification, under the policy of the one that refers to it.
Judge: TypeAlias = Callable[[bytes | JsonObject], Verification]


class Found(NamedTuple):
    """What came of one thing that a credential refers to. skipped: why it was not looked at, or nothing."""

    name: str
    problems: list[Problem]
    notices: list[Problem]
    skipped: str = ""


def problems(credential: JsonObject, policy: Policy, judge: Judge) -> Iterator[Found]:
    """Judge everything that a credential refers to, each by its own rules."""
    for name, look in _LOOKS.items():
        if name in credential:
            yield look(credential, policy, judge)


def _related_resources(credential: JsonObject, policy: Policy, _judge: Judge) -> Found:
    """The contexts that we hold are always compared, other resources where somebody may load them."""
    try:
        load = partial(_if_allowed, policy.loader)
        return Found("relatedResource", related_resource.problems(credential, load=load), [])
    except (ProblemError, UnavailableError) as error:
        return Found("relatedResource", [_at(error, "/relatedResource")], [])


def _if_allowed(loader: Loader | None, url: str) -> bytes | None:
    """The bytes of a resource; None where it may not be fetched: then nobody uses it either (§5.3)."""
    if loader is None:
        return None
    try:
        return loader.load(url)
    except ProblemError as error:
        if Code.FETCH_REFUSED in error.codes:
            return None
        raise


def _schemas(credential: JsonObject, policy: Policy, judge: Judge) -> Found:
    if policy.loader is None:
        reason = "no loader for schemas is configured"
        return Found(
            "credentialSchema", [], [problem(Code.SCHEMA_INDETERMINATE, reason, "/credentialSchema")], reason
        )
    findings = external_schema.check(
        credential, load=policy.loader.load, verify=lambda data: _verified(judge(data))
    )
    return Found("credentialSchema", findings.problems, findings.notices)


def _verified(result: Verification) -> JsonObject:
    """The credential that a schema stands in. Raises ProblemError where it does not verify."""
    if result.document is None:
        raise ProblemError(*result.problems)
    return dict(result.document)


def _status(credential: JsonObject, policy: Policy, judge: Judge) -> Found:
    loader = policy.loader
    fetch = None if loader is None else partial(_list_credential, loader=loader, judge=judge)
    found, notices = bitstring_status.check(credential, fetch=fetch, limits=policy.limits)
    skipped = "no loader for status lists is configured" if loader is None else ""
    return Found("credentialStatus", found, notices, skipped)


def _list_credential(url: str, *, loader: Loader, judge: Judge) -> JsonObject:
    """§3.2 steps 5 and 6: dereference, then verify."""
    try:
        data = loader.load(url)
    except (ProblemError, UnavailableError) as error:
        detail = f"the status list cannot be had: {error}"
        raise ProblemError.of(Code.STATUS_UNAVAILABLE, detail) from error
    result = judge(data)
    if result.document is None:
        codes = ", ".join(each.code for each in result.problems)
        detail = f"the status list's credential does not verify: {codes}"
        malformed = [check.name for check in result.checks if check.outcome == "failed"] == ["schema"]
        raise ProblemError.of(Code.INVALID_CREDENTIAL if malformed else Code.STATUS_LIST_INVALID, detail)
    return dict(result.document)


def _at(error: ProblemError | UnavailableError, place: str) -> Problem:
    """The failure to load something, as a problem of the member that refers to it."""
    found = error.as_problem() if isinstance(error, UnavailableError) else error.problems[0]
    return replace(found, pointer=place)


_LOOKS: Final[Mapping[str, Callable[[JsonObject, Policy, Judge], Found]]] = MappingProxyType(
    {"relatedResource": _related_resources, "credentialSchema": _schemas, "credentialStatus": _status}
)
