"""``signet audit trail``: every call with what led to it, verified and shown as a tree."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import click

from signet_vc import audit as evidence
from signet_vc import protocols
from signet_vc.attestation.store import Record
from signet_vc.audit import Call, Chains
from signet_vc.cli.documents import Documents
from signet_vc.cli.files import beside
from signet_vc.cli.output import exit_code, moment, shown, time_text
from signet_vc.cli.tree import Node, lines, mapping
from signet_vc.config import Config
from signet_vc.errors import Code, Problem, ProblemError, UsageError, problem
from signet_vc.policy import Policy
from signet_vc.protocols import basis
from signet_vc.result import Verification
from signet_vc.store import Store, open_store

__all__ = ["trail"]

_MOST_FILES: Final = 256


class _File(NamedTuple):
    """A file, and every entry of ``basis`` that could name it."""

    name: str
    data: bytes
    entries: tuple[basis.Entry, ...]


@click.command(
    epilog="""\b
Examples:
  signet audit trail received/ --trust-any
  signet audit trail message.json mandate.txt --allow did:key:z6Mk… --allow https://wallet.example/keys
"""
)
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@click.option("--allow", multiple=True, metavar="SIGNER", help="Whom to trust: a DID or https URL.")
@click.option("--trust-any", is_flag=True, help="Trust every signer: says only that nothing was changed.")
@click.option("--document", multiple=True, metavar="URL=FILE", help="What a URL holds: a profile, a key set.")
@click.option("--since", metavar="TIME", help="No call before: 2026-03-30T11:37:25Z, or 30s, 5m, 1h, 7d ago.")
@click.option("--store", metavar="URL", help="Such as sqlite:audit.db. [default: as configured]")
@click.option("--config", type=click.Path(path_type=Path), metavar="FILE", help="Configuration file.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def trail(
    context: click.Context,
    /,
    *,
    files: tuple[str, ...],
    allow: tuple[str, ...],
    trust_any: bool,
    document: tuple[str, ...],
    since: str | None,
    store: str | None,
    config: Path | None,
    as_json: bool,
) -> None:
    """Verify every call and what led to it.

    FILE… is what came in by other protocols: A2A messages, AP2 mandates, signed HTTP messages; a folder
    stands for all files in it. Each call is verified again, and each file that it names by digest by its
    own rules, as of that call. What a call names must be here, and what is here be named by a call.
    Chains are looked at where --since leaves nothing out.
    """
    configured = Config.load(config)
    policy = Policy(
        allowed_signers=allow,
        trust_any=trust_any,
        loader=Documents(document),
        clock_skew=configured.clock_skew,
    )
    if not policy.has_anchor:
        raise ProblemError.of(Code.NO_TRUST_ANCHOR, "say whom to trust: --allow SIGNER, or --trust-any")
    now = time.time_ns()
    begin = None if since is None else moment(since, now)
    at_hand = [_file(each) for each in _expanded(files)]
    with open_store(configured.store if store is None else store, create=False) as opened:
        root = _Trail(opened, at_hand, policy, now=now, since=begin).tree()
    if as_json:
        click.echo(json.dumps(mapping(root), ensure_ascii=False))
    else:
        for line in lines(root):
            click.echo(line)
    context.exit(exit_code(list(root.all_problems())))


# -- what is at hand -------------------------------------------------------------------------------


def _expanded(names: Sequence[str]) -> list[str]:
    found: list[str] = []
    for name in names:
        path = Path(name)
        try:
            found += (
                sorted(str(each) for each in path.iterdir() if each.is_file()) if path.is_dir() else [name]
            )
        except OSError as error:
            raise UsageError(f"{shown(name)} cannot be read: {error.strerror}") from error
        if len(found) > _MOST_FILES:
            raise UsageError(f"more than {_MOST_FILES} files")
    return found


def _file(name: str) -> _File:
    data = beside(name)
    return _File(name, data, basis.entries_of(data))


# -- the tree --------------------------------------------------------------------------------------


class _Trail:
    """One verification under way."""

    def __init__(
        self, store: Store, at_hand: list[_File], policy: Policy, *, now: int, since: int | None
    ) -> None:
        self.store = store
        self.at_hand = at_hand
        self.policy = policy
        self.now = now
        self.since = since
        self.named: set[int] = set()
        self.chains = Chains()

    def tree(self) -> Node:
        calls = [self._call(each) for each in evidence.calls(self.store, since=self.since)]
        nameless = [
            self._nameless(each) for index, each in enumerate(self.at_hand) if index not in self.named
        ]
        sums = {"calls": _counted(len(calls), "call"), "files": _counted(len(self.at_hand), "file")}
        return Node(what="trail", told=sums, children=(*calls, *nameless, *self._chains()))

    def _call(self, call: Call) -> Node:
        children = []
        if call.request is not None:
            children.append(self._record(call.request, "request", self._led_to(call.request)))
        if call.response is not None:
            children.append(self._record(call.response, "answer"))
        told = {"tool": call.tool, "at": time_text(call.at), "outcome": call.outcome}
        return Node(what="call", told=told, children=tuple(children))

    def _record(self, record: Record, what: str, children: tuple[Node, ...] = ()) -> Node:
        judged = evidence.judge(record, self.policy, at_ns=self.now, evidence=self.store)
        if judged.link is not None:
            self.chains.add(judged.link)
        result = judged.verification
        return _node(what, result, {"issuer": record.issuer, "digest": record.digest}, children)

    def _led_to(self, request: Record) -> tuple[Node, ...]:
        """What the request names: of an unsigned record too, whose own line tells that."""
        document = evidence.document_of(request.secured)
        subject = None if document is None else document.get("credentialSubject")
        if not isinstance(subject, dict) or not isinstance(subject.get("basis"), list):
            return ()
        found, _ = basis.matches(subject, [each.entries for each in self.at_hand])
        nodes: list[Node] = []
        for place, match in enumerate(found):
            kind, named = (str(match.entry.get(name)) for name in ("type", "digestMultibase"))
            if not match.found:
                pointer = f"/credentialSubject/basis/{place}"
                missing = problem(Code.BASIS_MISMATCH, "no file has the digest that the call names", pointer)
                nodes.append(Node(what=kind, verified=False, told={"digest": named}, problems=(missing,)))
            for index in match.found:
                self.named.add(index)
                file = self.at_hand[index]
                result = protocols.verify(file.data, self.policy, at_ns=request.received_at)
                other = _other_base(match.entry, result)
                told = {"file": file.name, **_who(result), "digest": named}
                nodes.append(_node(kind, result, told, other=other))
        return tuple(nodes)

    def _nameless(self, file: _File) -> Node:
        result = protocols.verify(file.data, self.policy, at_ns=self.now)
        unnamed = problem(Code.BASIS_MISMATCH, "no call names this file", "")
        found = () if result is None else result.problems
        told = {"file": file.name, **_who(result)}
        return Node(what="file", verified=False, told=told, problems=(unnamed, *found))

    def _chains(self) -> Iterator[Node]:
        if self.since is not None:
            return
        for each in self.chains.reports():
            told = {"records": _counted(each.count, "record"), "issuer": each.issuer, "chain": each.chain}
            yield Node(
                what="chain",
                verified=not each.problems,
                told=told,
                problems=tuple(each.problems),
                notices=tuple(each.notices),
            )


def _other_base(entry: Mapping[str, Any], result: Verification | None) -> tuple[Problem, ...]:
    """Of an HTTP message with several signatures, the one that verified is the one that is named."""
    document = None if result is None else result.document
    base = None if document is None else document.get("signatureBaseDigest")
    if entry.get("type") != "http-message" or base in {None, entry.get("digestMultibase")}:
        return ()
    return (problem(Code.BASIS_MISMATCH, "another signature of it verified than the call names", ""),)


def _node(
    what: str,
    result: Verification | None,
    told: Mapping[str, str],
    children: tuple[Node, ...] = (),
    other: tuple[Problem, ...] = (),
) -> Node:
    if result is None:
        return Node(what=what, told=told, children=children)
    return Node(
        what=what,
        verified=result.verified and not other,
        told=told,
        problems=(*result.problems, *other),
        notices=result.notices,
        children=children,
    )


def _who(result: Verification | None) -> dict[str, str]:
    return {} if result is None or result.issuer is None else {"issuer": result.issuer}


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
