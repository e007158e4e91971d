"""``signet audit show --basis``: from a call to what came in by another protocol and led to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import click

from signet_vc import protocols
from signet_vc.attestation.store import Record
from signet_vc.audit import document_of
from signet_vc.cli.files import beside
from signet_vc.cli.output import shown, verification_mapping
from signet_vc.errors import Problem
from signet_vc.policy import Policy
from signet_vc.protocols import basis
from signet_vc.result import Verification

__all__ = ["Followed", "follow", "lines", "mapping"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """An entry of ``basis``.

    file: the one that it names, None if none of them is. result: what verifying that gave; None where
    nothing in it is signed, or nobody is trusted.
    """

    entry: Mapping[str, Any]
    file: str | None = None
    result: Verification | None = None


def follow(
    request: Record | None, files: Sequence[str], policy: Policy
) -> tuple[list[Followed], list[Problem]]:
    """Follow a request's ``basis`` to files that hold what came in, and verify each as of that call.

    The problems: a file that no entry names, and those of the files that are named. Raises UsageError for a
    file that cannot be read.
    """
    contents = [beside(file) for file in files]
    document = None if request is None else document_of(request.secured)
    subject = {} if document is None else document.get("credentialSubject", {})
    found, problems = basis.matches(subject, [basis.entries_of(each) for each in contents])
    at_ns = 0 if request is None else request.received_at
    followed = []
    for match in found:
        if not match.found:
            followed.append(Followed(entry=match.entry))
        for index in match.found:
            result = protocols.verify(contents[index], policy, at_ns=at_ns) if policy.has_anchor else None
            problems += () if result is None else result.problems
            followed.append(Followed(entry=match.entry, file=files[index], result=result))
    return followed, problems


def lines(followed: Sequence[Followed], policy: Policy) -> Iterator[str]:
    """The entries for people, each with the file that it names and what that came to."""
    yield click.style("Basis", bold=True)
    if not followed:
        yield "  the call names nothing that led to it"
    for each in followed:
        kind, named = (shown(str(each.entry.get(name))) for name in ("type", "digestMultibase"))
        what = (
            "no file has this digest"
            if each.file is None
            else f"{shown(each.file)}  {_verdict(each, policy)}"
        )
        yield f"  {kind:<13} {named}  {what}"


def _verdict(followed: Followed, policy: Policy) -> str:
    result = followed.result
    if result is None:
        unsigned = "nothing in it is signed"
        return unsigned if policy.has_anchor else "not verified: say whom to trust, --allow SIGNER"
    verdict = (
        click.style("verified", fg="green") if result.verified else click.style("NOT VERIFIED", fg="red")
    )
    return f"{verdict}  {result.format}  {shown(result.issuer or '')}".rstrip()


def mapping(followed: Sequence[Followed]) -> list[dict[str, Any]]:
    """The same for machines."""
    return [
        {
            "type": each.entry.get("type"),
            "digestMultibase": each.entry.get("digestMultibase"),
            "file": each.file,
            "verification": None
            if each.result is None
            else verification_mapping(each.file or "", each.result),
        }
        for each in followed
    ]
