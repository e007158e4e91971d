"""How ``signet audit`` shows calls, pairs and verdicts, to people and to machines."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Protocol

import click

from signet_vc.attestation.store import Record, RefusedCall
from signet_vc.audit import Call, ChainReport, Judged, Pair, document_of
from signet_vc.cli.output import (
    cut,
    problem_mapping,
    row,
    short_did,
    shown,
    shown_tool,
    time_text,
    verification_mapping,
)
from signet_vc.codec import strict_json
from signet_vc.codec.timestamps import format_ms
from signet_vc.errors import Code, Problem

__all__ = [
    "HEADING",
    "JsonReport",
    "Report",
    "TextReport",
    "listed",
    "listed_mapping",
    "pair",
    "pair_mapping",
]

_COLUMNS: Final = {"TIME (UTC)": 19, "TOOL": 18, "OUTCOME": 19, "AGENT": 12, "SERVER": 12, "DIGEST": 10}
_WIDTHS: Final = tuple(_COLUMNS.values())  # with the spaces between, 100
_DIGEST_WIDTH: Final = _COLUMNS["DIGEST"]
HEADING: Final = row(tuple(_COLUMNS), _WIDTHS)
_SHOWN_VALUE: Final = 2_000  # characters of a value that a person is shown


# -- list ------------------------------------------------------------------------------------------


def listed(each: Call | RefusedCall) -> str:
    """A line of the list. Of a refused call only the side that refused it is known."""
    if isinstance(each, RefusedCall):
        agent, server = ("refused", "-") if each.side == "agent" else ("-", "refused")
        outcome, digest = shown(", ".join(each.codes)), "-"
    else:
        agent = short_did(None if each.request is None else each.request.issuer)
        server = short_did(None if each.response is None else each.response.issuer)
        outcome, digest = shown(each.outcome), each.digest[:_DIGEST_WIDTH]
    return row((time_text(each.at), shown_tool(each.tool), outcome, agent, server, digest), _WIDTHS)


def listed_mapping(each: Call | RefusedCall) -> dict[str, Any]:
    """The same for machines."""
    if isinstance(each, RefusedCall):
        return {
            "at": format_ms(each.at),
            "tool": each.tool,
            "outcome": "refused",
            "side": each.side,
            "codes": list(each.codes),
            "detail": each.detail,
        }
    return {
        "at": format_ms(each.at),
        "tool": each.tool,
        "outcome": each.outcome,
        "agent": None if each.request is None else each.request.issuer,
        "server": None if each.response is None else each.response.issuer,
        "request": None if each.request is None else each.request.digest,
        "response": None if each.response is None else each.response.digest,
    }


# -- show ------------------------------------------------------------------------------------------


def pair(shown_pair: Pair, problems: Sequence[Problem], notices: Sequence[Problem]) -> Iterator[str]:
    """A call for people: every member of both subjects, committed values opened."""
    if shown_pair.request is not None:
        yield from _record("Request", shown_pair.request)
    for response in shown_pair.responses:
        yield from _record("Answer", response)
    if not shown_pair.responses:
        yield "No answer is recorded: the call may have run, or not."
    for each in problems:
        yield click.style(shown(str(each)), fg="red")
    for each in notices:
        yield f"notice: {shown(str(each))}"
    if not problems:
        yield "What is recorded agrees with itself. Signatures: signet audit verify"


def _record(title: str, record: Record) -> Iterator[str]:
    yield f"{click.style(title, bold=True)}  {record.digest}"
    yield _line("recorded", time_text(record.received_at))
    document = document_of(record.secured) or {}
    subject = document.get("credentialSubject")
    for name in ("issuer", "validFrom"):
        if name in document:
            yield _line(name, document[name])
    for name, value in (subject if isinstance(subject, dict) else {}).items():
        if name in record.values:
            yield _line(f"{name.removesuffix('Digest')} (committed)", record.values[name])
        elif name == "tool" and isinstance(value, str):
            yield _line(name, shown_tool(value))
        elif name != "type":
            yield _line(name, value)


def _line(name: str, value: Any) -> str:
    text = value if isinstance(value, str) else strict_json.dumps(value).decode()
    return f"  {shown(name):<22} {cut(shown(text), _SHOWN_VALUE)}"


def pair_mapping(shown_pair: Pair, problems: Sequence[Problem], notices: Sequence[Problem]) -> dict[str, Any]:
    """A call for machines; ``credential`` is the credential itself, which any verifier takes."""
    return {
        "request": None if shown_pair.request is None else _record_mapping(shown_pair.request),
        "responses": [_record_mapping(each) for each in shown_pair.responses],
        "problems": [problem_mapping(each) for each in problems],
        "notices": [problem_mapping(each) for each in notices],
    }


def _record_mapping(record: Record) -> dict[str, Any]:
    is_json = record.secured.startswith("{")
    return {
        "digest": record.digest,
        "kind": record.kind,
        "receivedAt": format_ms(record.received_at),
        "credential": strict_json.loads(record.secured) if is_json else None,
        "jws": record.jws if is_json else record.secured,
        "salts": dict(record.salts),
        "values": dict(record.values),
    }


# -- verify ----------------------------------------------------------------------------------------


class Report(Protocol):
    """What becomes of the verdicts."""

    def record(self, judged: Judged) -> None:
        """Take the next verdict."""

    def end(
        self, counts: Mapping[bool, int], notices: Counter[Code], chains: Sequence[ChainReport] | None
    ) -> None:
        """Take the sums. ``chains`` is None where they were not looked at."""


class TextReport:
    """For people: each record that fails, with every problem; then the sums."""

    def record(self, judged: Judged) -> None:
        """Print it if it failed."""
        record, result = judged.record, judged.verification
        if result.verified:
            return
        verdict = click.style("NOT VERIFIED", fg="red", bold=True)
        outcome = "" if record.outcome is None else f" {shown(record.outcome)}"
        what = f"{record.kind} {shown_tool(record.tool)}{outcome}"
        click.echo(f"{verdict}  {time_text(record.received_at)}  {what}  {record.digest}")
        for each in result.problems:
            click.echo(f"  {shown(str(each))}")

    def end(
        self, counts: Mapping[bool, int], notices: Counter[Code], chains: Sequence[ChainReport] | None
    ) -> None:
        """Print the sums, and what is wrong or missing in each chain."""
        good, bad = counts.get(True, 0), counts.get(False, 0)
        failed = f", {click.style(f'{bad:,} NOT VERIFIED', fg='red', bold=True)}" if bad else ""
        click.echo(f"credentials  {good:,} verified{failed}")
        click.echo(f"chains       {_chains_text(chains)}")
        for chain in chains or ():
            for each in (*chain.problems, *chain.notices):
                click.echo(f"  {shown(chain.issuer)} {shown(chain.chain)}: {shown(str(each))}")
        if notices:
            click.echo(
                "notices      " + ", ".join(f"{number:,} {code}" for code, number in sorted(notices.items()))
            )


def _chains_text(chains: Sequence[ChainReport] | None) -> str:
    if chains is None:
        return "not looked at, since a filter leaves records out"
    broken = sum(bool(each.problems) for each in chains)
    if broken:
        return f"{len(chains):,}, {click.style(f'{broken:,} BROKEN', fg='red', bold=True)}"
    gaps = sum(bool(each.notices) for each in chains)
    state = f"unbroken, {gaps:,} with gaps" if gaps else "unbroken"
    return f"{len(chains):,}, {state}; none says that it was opened or closed" if chains else "none"


class JsonReport:
    """For machines: one object, written as the verdicts come."""

    def __init__(self) -> None:
        self._before = '{"results": ['

    def record(self, judged: Judged) -> None:
        """Print it."""
        mapping = verification_mapping(judged.record.digest, judged.verification)
        click.echo(self._before + json.dumps(mapping, ensure_ascii=False), nl=False)
        self._before = ",\n"

    def end(
        self, counts: Mapping[bool, int], notices: Counter[Code], chains: Sequence[ChainReport] | None
    ) -> None:
        """Print the sums and the chains."""
        if self._before != ",\n":
            click.echo(self._before, nl=False)
        sums = {
            "verified": counts.get(True, 0),
            "failed": counts.get(False, 0),
            "notices": {str(code): number for code, number in notices.items()},
            "chains": None if chains is None else [_chain_mapping(each) for each in chains],
        }
        click.echo("],\n" + json.dumps(sums, ensure_ascii=False)[1:])


def _chain_mapping(chain: ChainReport) -> dict[str, Any]:
    return {
        "issuer": chain.issuer,
        "chain": chain.chain,
        "count": chain.count,
        "last": chain.last,
        "problems": [problem_mapping(each) for each in chain.problems],
        "notices": [problem_mapping(each) for each in chain.notices],
    }
