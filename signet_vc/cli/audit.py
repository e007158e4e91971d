"""``signet audit``: read the store: list calls, show one, verify everything again, export."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from heapq import merge
from pathlib import Path
from typing import Any

import click

from signet_vc import audit as evidence
from signet_vc import keystore
from signet_vc.attestation.call import OutcomeKind
from signet_vc.attestation.store import RefusedCall
from signet_vc.audit import UNANSWERED, Call, Chains, Pair
from signet_vc.cli import audit_basis
from signet_vc.cli import audit_view as view
from signet_vc.cli.audit_in_toto import exported_calls
from signet_vc.cli.audit_sep_records import exported_records
from signet_vc.cli.audit_trail import trail
from signet_vc.cli.documents import Documents
from signet_vc.cli.judging import judged
from signet_vc.cli.output import exit_code, is_plain_tool, moment, progress, shown
from signet_vc.config import Config
from signet_vc.errors import Code, Problem, ProblemError, UsageError
from signet_vc.policy import Policy
from signet_vc.protocols import message_key
from signet_vc.store import Filters, Store, open_store

__all__ = ["audit"]

_REFUSED = "refused"
_FORMS = {"in-toto": exported_calls, "sep-records": exported_records}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Selection:
    """What the common options say."""

    store: str | None
    config: Path | None
    tool: str | None = None
    issuer: str | None = None
    outcome: str | None = None
    since: int | None = None
    until: int | None = None

    def open(self) -> Store:
        """The store that the option names, else the configuration. Reading never makes one."""
        url = self.store if self.store is not None else Config.load(self.config).store
        return open_store(url, create=False)

    @property
    def clock_skew(self) -> float:
        """Seconds that are forgiven between the two sides of a call, as where it was recorded."""
        return Config.load(self.config).clock_skew

    @property
    def filters(self) -> Filters:
        return {
            "tool": self.tool,
            "issuer": self.issuer,
            "outcome": self.outcome,
            "since": self.since,
            "until": self.until,
        }

    @property
    def is_everything(self) -> bool:
        return all(value is None for value in self.filters.values())


def _of_store(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that name the store."""
    config = click.option(
        "--config", type=click.Path(path_type=Path), metavar="FILE", help="Configuration file."
    )
    store = click.option("--store", metavar="URL", help="Such as sqlite:audit.db. [default: as configured]")
    return store(config(command))


def _filtered(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that select records, and those that name the store."""
    command = _of_store(command)
    for name, metavar, text in (
        ("--until", "TIME", "Nothing newer; forms as for --since."),
        ("--since", "TIME", "Nothing older: 2026-03-30T11:37:25Z, 2026-03-30, or 30s, 5m, 1h, 7d ago."),
        ("--issuer", "DID", "Only what this DID signed."),
        ("--tool", "NAME", "Only calls of this tool."),
    ):
        command = click.option(name, metavar=metavar, help=text)(command)
    return command


def _of_outcome(*others: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The option that selects by what came of a call: what an answer can state, or one of ``others``."""
    names = [*map(str, OutcomeKind), *others]
    return click.option(
        "--outcome",
        type=click.Choice(names),
        metavar="OUTCOME",
        help=f"Only what ended so: {', '.join(names)}.",
    )


def _selection(*, since: str | None, until: str | None, **options: Any) -> _Selection:
    now = time.time_ns()
    return _Selection(
        since=None if since is None else moment(since, now),
        until=None if until is None else moment(until, now),
        **options,
    )


@click.group(
    short_help="Read and verify what was recorded of calls.",
    epilog="""\b
Examples:
  signet audit list --since 1h
  signet audit verify --trust-any
  signet audit COMMAND --help
""",
)
def audit() -> None:
    """Read what was recorded: every call, its answer, and every refusal."""


audit.add_command(trail)

# -- list ------------------------------------------------------------------------------------------


@audit.command(
    "list",
    epilog="""\b
Examples:
  signet audit list
  signet audit list --tool git_log --since 1h
  signet audit list --outcome refused --store sqlite:audit.db
""",
)
@_filtered
@_of_outcome(UNANSWERED, _REFUSED)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one object a line.")
def list_(*, as_json: bool, **options: Any) -> None:
    """List calls, oldest first.

    What came of each, or that there is no answer, or why it was refused.
    """
    selection = _selection(**options)
    odd = 0
    with selection.open() as store:
        if not as_json:
            click.echo(view.HEADING)
        for each in _listed(store, selection):
            click.echo(json.dumps(view.listed_mapping(each)) if as_json else view.listed(each))
            odd += not is_plain_tool(each.tool)
    if odd and not as_json:
        letters = "A-Z a-z 0-9 _ . -"
        click.echo(f"{odd} tool names are in quotes: they have other characters than {letters}", err=True)


def _listed(store: Store, selection: _Selection) -> Iterator[Call | RefusedCall]:
    calls: Iterable[Call] = ()
    refused: Iterable[RefusedCall] = ()
    if selection.outcome != _REFUSED:
        calls = _calls(store, selection)
    if selection.outcome in {None, _REFUSED} and selection.issuer is None:  # a refused call names nobody
        refused = store.refused(tool=selection.tool, since=selection.since, until=selection.until)
    return merge(calls, refused, key=lambda each: each.at)


def _calls(store: Store, selection: _Selection) -> Iterator[Call]:
    return evidence.calls(
        store,
        tool=selection.tool,
        issuer=selection.issuer,
        outcome=selection.outcome,
        since=selection.since,
        until=selection.until,
    )


# -- show ------------------------------------------------------------------------------------------


@audit.command(
    epilog="""\b
Examples:
  signet audit show uEiBQpNMbUF
  signet audit show uEiBQpNMbUF --json
  signet audit show uEiBQpNMbUF --basis mandate.txt --allow https://provider.example/keys
"""
)
@click.argument("digest")
@click.option(
    "--basis",
    multiple=True,
    metavar="FILE",
    help="What came in before the call: does it name this? Repeatable.",
)
@click.option(
    "--allow", multiple=True, metavar="SIGNER", help="Whom to trust for --basis: a DID or https URL."
)
@click.option("--trust-any", is_flag=True, help="Trust every signer for --basis.")
@click.option("--document", multiple=True, metavar="URL=FILE", help="What a URL holds: a profile, a key set.")
@_of_store
@click.option("--json", "as_json", is_flag=True, help="Print JSON, the credentials included.")
@click.pass_context
def show(
    context: click.Context,
    /,
    digest: str,
    *,
    basis: tuple[str, ...],
    allow: tuple[str, ...],
    trust_any: bool,
    document: tuple[str, ...],
    as_json: bool,
    **options: Any,
) -> None:
    """Show one call: request, answers, values.

    And whether they belong together. DIGEST is of any of them, or the beginning of one, as `list`
    prints it. Signatures are checked by `signet audit verify`, which needs to be told whom to trust;
    of a file that --basis names (an A2A message, a signed HTTP message, an AP2 mandate) here.
    """
    selection = _Selection(**options)
    policy = Policy(
        allowed_signers=allow,
        trust_any=trust_any,
        clock_skew=selection.clock_skew,
        loader=Documents(document),
    )
    with selection.open() as store:
        pair = _pair(store, digest)
        problems, notices = _inspected(pair, store, skew=policy.skew_ns)
    followed, unnamed = audit_basis.follow(pair.request, basis, policy)
    problems += unnamed
    if as_json:
        shown_pair = view.pair_mapping(pair, problems, notices)
        shown_basis = {"basis": audit_basis.mapping(followed)} if basis else {}
        click.echo(json.dumps({**shown_pair, **shown_basis}, ensure_ascii=False))
    else:
        for line in view.pair(pair, problems, notices):
            click.echo(line)
        for line in audit_basis.lines(followed, policy) if basis else ():
            click.echo(line)
    context.exit(exit_code(problems))


def _inspected(pair: Pair, store: Store, *, skew: int) -> tuple[list[Problem], list[Problem]]:
    problems: list[Problem] = []
    notices: list[Problem] = []
    for record in (*((pair.request,) if pair.request is not None else ()), *pair.responses):
        found = evidence.inspect(record, store, skew=skew)
        problems += found[0]
        notices += found[1]
    return problems, notices


def _pair(store: Store, beginning: str) -> Pair:
    found = store.digests(beginning) if beginning else ()
    if len(found) > 1 and beginning not in found:
        raise UsageError(f"several digests begin so: {', '.join(found)}")
    pair = evidence.pair_of(store, found[0]) if found else None
    if pair is None:
        raise UsageError(f"no record has a digest that begins with {shown(beginning)!r}")
    return pair


# -- verify ----------------------------------------------------------------------------------------


@audit.command(
    epilog="""\b
Examples:
  signet audit verify --allow did:key:z6Mk… --allow did:key:z6Mk…
  signet audit verify --trust-any --since 1d
"""
)
@click.option("--allow", multiple=True, metavar="DID", help="A signer to trust. May be repeated.")
@click.option("--trust-any", is_flag=True, help="Trust every signer: says only that nothing was changed.")
@_filtered
@_of_outcome()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def verify(
    context: click.Context, /, *, allow: tuple[str, ...], trust_any: bool, as_json: bool, **options: Any
) -> None:
    """Verify every record again.

    Signature, digest, committed values, its pair, its chain. Each credential that fails is printed
    with every problem. Chains are looked at only where no filter leaves records out.
    """
    selection = _selection(**options)
    policy = Policy(allowed_signers=allow, trust_any=trust_any, clock_skew=selection.clock_skew)
    if not policy.has_anchor:
        raise ProblemError.of(Code.NO_TRUST_ANCHOR, "say whom to trust: --allow DID, or --trust-any")
    report: view.Report = view.JsonReport() if as_json else view.TextReport()
    chains, notices, counts, worst = Chains(), Counter[Code](), Counter[bool](), 0
    with selection.open() as store, progress("Verifying", store.count(**selection.filters)) as done:
        for each in judged(store.records(**selection.filters), policy, store, at_ns=time.time_ns()):
            worst = max(worst, exit_code(each.verification.problems))
            counts[each.verification.verified] += 1
            notices.update(notice.code for notice in each.verification.notices)
            report.record(each)
            if each.link is not None:
                chains.add(each.link)
            done(1)
    reports = chains.reports() if selection.is_everything else None
    for chain in reports or ():
        worst = max(worst, exit_code(chain.problems))
    report.end(counts, notices, reports)
    context.exit(worst)


# -- export ----------------------------------------------------------------------------------------


@audit.command(
    epilog="""\b
Examples:
  signet audit export > calls.jsonl
  signet audit export --without-salts --since 7d | gzip > week.jsonl.gz
  signet audit export --as in-toto --key env:EXPORT_KEY > calls.dsse.jsonl
  signet audit export --as sep-records --key file:export.key > records.jsonl
"""
)
@_filtered
@_of_outcome(UNANSWERED)
@click.option(
    "--without-salts", is_flag=True, help="Leave out salts and committed values: they are confidential."
)
@click.option(
    "--as",
    "form",
    type=click.Choice(list(_FORMS)),
    help="Calls, signed with --key. in-toto: a Statement in a DSSE envelope each. sep-records, "
    "EXPERIMENTAL: SEP-2787 attestations and SEP-2828 outcomes, a record a line.",
)
@click.option("--key", metavar="SOURCE", help="Signs with --as; not a key that attests calls.")
def export(*, without_salts: bool, form: str | None, key: str | None, **options: Any) -> None:
    """Print records, for `signet verify`.

    As JSON Lines, one record a line.

    Whoever has salts and values can read what was committed to: hand them on like the values. With --as
    the calls, in another protocol's form, without salts and values: their credentials, or, as
    sep-records, what they say, with unsalted digests of arguments and results: who can guess a value
    can confirm it. Those follow two drafts and may change or go.
    """
    selection = _selection(**options)
    output = sys.stdout.buffer
    if (form is None) is not (key is None):
        raise UsageError("--as and --key go together")
    if form is None and selection.outcome == UNANSWERED:
        raise UsageError("unanswered is a call, no record: it goes with --as")
    if form is not None and key is not None:
        signing = keystore.load(key)
        if signing.public_key.did in keystore.readable(Config.load(selection.config).attesting_sources):
            raise UsageError(message_key.ATTESTS)
        with selection.open() as store:
            for line in _FORMS[form](_calls(store, selection), signing):
                output.write(line + b"\n")
        output.flush()
        return
    with selection.open() as store, progress("Exporting", store.count(**selection.filters)) as done:
        for record in store.records(**selection.filters):
            output.write(evidence.export_line(record, with_salts=not without_salts) + b"\n")
            done(1)
    output.flush()
