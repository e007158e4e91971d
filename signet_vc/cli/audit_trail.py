"""``signet audit trail``: every call with what led to it, verified and shown as a tree."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

import click

from signet_vc import audit as evidence
from signet_vc import protocols
from signet_vc.attestation.store import Record
from signet_vc.audit import Call, Chains
from signet_vc.cli.audit_basis import read
from signet_vc.cli.documents import Documents
from signet_vc.cli.output import cut, exit_code, problem_mapping, shown, shown_tool, time_text
from signet_vc.config import Config
from signet_vc.errors import Code, Problem, ProblemError, UsageError, problem
from signet_vc.policy import Policy
from signet_vc.protocols import basis
from signet_vc.result import Verification
from signet_vc.store import Store, open_store

__all__ = ["trail"]

_MOST_FILES: Final = 256
_WIDTH: Final = 200  # characters of one cell
_DIGEST_WIDTH: Final = 16  # enough for `signet audit show`


class _File(NamedTuple):
    """A file, and every entry of ``basis`` that could name it."""

    name: str
    data: bytes
    entries: tuple[basis.Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Node:
    """One line of the tree, and what hangs on it.

    what: its kind. verified: None where nothing in it is signed. told: what else, by name.
    """

    what: str
    verified: bool | None = None
    told: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    children: tuple[_Node, ...] = ()

    def all_problems(self) -> Iterator[Problem]:
        yield from self.problems
        for each in self.children:
            yield from each.all_problems()


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
    store: str | None,
    config: Path | None,
    as_json: bool,
) -> None:
    """Verify every call and what led to it.

    FILE… is what came in by other protocols: A2A messages, AP2 mandates, signed HTTP messages; a folder
    stands for all files in it. Each call is verified again, and each file that it names by digest by its
    own rules, as of that call. What a call names must be here, and what is here be named by a call.
    """
    policy = Policy(allowed_signers=allow, trust_any=trust_any, loader=Documents(document))
    if not policy.has_anchor:
        raise ProblemError.of(Code.NO_TRUST_ANCHOR, "say whom to trust: --allow SIGNER, or --trust-any")
    at_hand = [_file(each) for each in _expanded(files)]
    with open_store(Config.load(config).store if store is None else store, create=False) as opened:
        root = _Trail(opened, at_hand, policy, time.time_ns()).tree()
    if as_json:
        click.echo(json.dumps(_mapping(root), ensure_ascii=False))
    else:
        for line in _lines(root, "", ""):
            click.echo(line)
    context.exit(exit_code(list(root.all_problems())))


# -- what is at hand -------------------------------------------------------------------------------


def _expanded(names: Sequence[str]) -> list[str]:
    found: list[str] = []
    for name in names:
        path = Path(name)
        if path.is_dir():
            found += sorted(str(each) for each in path.iterdir() if each.is_file())
        else:
            found.append(name)
        if len(found) > _MOST_FILES:
            raise UsageError(f"more than {_MOST_FILES} files")
    return found


def _file(name: str) -> _File:
    data = read(name)
    return _File(name, data, basis.entries_of(data))


# -- the tree --------------------------------------------------------------------------------------


class _Trail:
    """One verification under way."""

    def __init__(self, store: Store, at_hand: list[_File], policy: Policy, now: int) -> None:
        self.store = store
        self.at_hand = at_hand
        self.policy = policy
        self.now = now
        self.named: set[int] = set()
        self.chains = Chains()

    def tree(self) -> _Node:
        calls = [self._call(each) for each in evidence.calls(self.store)]
        nameless = [
            self._nameless(each) for index, each in enumerate(self.at_hand) if index not in self.named
        ]
        sums = {"calls": _counted(len(calls), "call"), "files": _counted(len(self.at_hand), "file")}
        return _Node(what="trail", told=sums, children=(*calls, *nameless, *self._chains()))

    def _call(self, call: Call) -> _Node:
        children = []
        if call.request is not None:
            children.append(self._record(call.request, "request", self._led_to(call.request)))
        if call.response is not None:
            children.append(self._record(call.response, "answer"))
        told = {"tool": call.tool, "at": time_text(call.at), "outcome": call.outcome}
        return _Node(what="call", told=told, children=tuple(children))

    def _record(self, record: Record, what: str, children: tuple[_Node, ...] = ()) -> _Node:
        judged = evidence.judge(record, self.policy, at_ns=self.now, evidence=self.store)
        if judged.link is not None:
            self.chains.add(judged.link)
        result = judged.verification
        return _node(what, result, {"issuer": record.issuer, "digest": record.digest}, children)

    def _led_to(self, request: Record) -> tuple[_Node, ...]:
        """What the request names: of an unsigned record too, whose own line tells that."""
        document = evidence.document_of(request.secured)
        subject = {} if document is None else document.get("credentialSubject", {})
        found, _ = basis.matches(
            subject if isinstance(subject, dict) else {}, [each.entries for each in self.at_hand]
        )
        nodes: list[_Node] = []
        for place, match in enumerate(found):
            kind, named = (str(match.entry.get(name)) for name in ("type", "digestMultibase"))
            if not match.found:
                pointer = f"/credentialSubject/basis/{place}"
                missing = problem(Code.BASIS_MISMATCH, "no file has the digest that the call names", pointer)
                nodes.append(_Node(what=kind, verified=False, told={"digest": named}, problems=(missing,)))
            for index in match.found:
                self.named.add(index)
                file = self.at_hand[index]
                result = protocols.verify(file.data, self.policy, at_ns=request.received_at)
                other = _other_base(match.entry, result)
                told = {"file": file.name, **_who(result), "digest": named}
                nodes.append(_node(kind, result, told, other=other))
        return tuple(nodes)

    def _nameless(self, file: _File) -> _Node:
        result = protocols.verify(file.data, self.policy, at_ns=self.now)
        unnamed = problem(Code.BASIS_MISMATCH, "no call names this file", "")
        found = () if result is None else result.problems
        told = {"file": file.name, **_who(result)}
        return _Node(what="file", verified=False, told=told, problems=(unnamed, *found))

    def _chains(self) -> Iterator[_Node]:
        for each in self.chains.reports():
            told = {"records": _counted(each.count, "record"), "issuer": each.issuer, "chain": each.chain}
            yield _Node(what="chain", verified=not each.problems, told=told, problems=tuple(each.problems))


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
    children: tuple[_Node, ...] = (),
    other: tuple[Problem, ...] = (),
) -> _Node:
    if result is None:
        return _Node(what=what, told=told, children=children)
    problems = (*result.problems, *other)
    return _Node(
        what=what, verified=result.verified and not other, told=told, problems=problems, children=children
    )


def _who(result: Verification | None) -> dict[str, str]:
    return {} if result is None or result.issuer is None else {"issuer": result.issuer}


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


# -- as it is printed ------------------------------------------------------------------------------


def _lines(node: _Node, before: str, below: str) -> Iterator[str]:
    told = [_cell(name, value) for name, value in node.told.items()]
    yield before + "  ".join([click.style(shown(node.what), bold=True), *_verdict(node), *told])
    bar = "│  " if node.children else "   "
    for each in node.problems:
        yield f"{below}{bar}{click.style(shown(str(each)), fg='red')}"
    for child in node.children:
        is_last = child is node.children[-1]
        yield from _lines(child, below + ("└─ " if is_last else "├─ "), below + ("   " if is_last else "│  "))


def _cell(name: str, value: str) -> str:
    if name == "tool":
        return shown_tool(value)
    return cut(shown(value), _DIGEST_WIDTH if name in {"digest", "chain"} else _WIDTH)


def _verdict(node: _Node) -> Iterator[str]:
    if node.verified is None:
        yield from ("as named, unsigned",) if "digest" in node.told else ()
    elif node.verified:
        yield click.style("verified", fg="green")
    else:
        yield click.style("NOT VERIFIED", fg="red", bold=True)


def _mapping(node: _Node) -> dict[str, Any]:
    return {
        "what": node.what,
        "verified": node.verified,
        **node.told,
        "problems": [problem_mapping(each) for each in node.problems],
        "children": [_mapping(each) for each in node.children],
    }
