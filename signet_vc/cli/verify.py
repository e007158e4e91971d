"""``signet verify``: anything that is known here, told by its content."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Sequence
from typing import IO, Any, Final

import click

from signet_vc import api, audit
from signet_vc.cli.documents import Documents
from signet_vc.cli.files import opened
from signet_vc.cli.output import as_datetime, exit_code, moment, progress, shown, verification_mapping
from signet_vc.did.resolver import Resolver
from signet_vc.errors import Problem, UsageError
from signet_vc.external import Loader
from signet_vc.formats import FORMATS
from signet_vc.limits import DEFAULT_LIMITS
from signet_vc.policy import Policy
from signet_vc.protocols import NEIGHBOURS, ucp
from signet_vc.protocols.a2a_card import FORMAT as CARD_FORMAT
from signet_vc.protocols.a2a_carriage import FORMAT as MESSAGE_FORMAT
from signet_vc.protocols.a2a_form import attestation_did
from signet_vc.result import Verification

__all__ = ["verify"]

_MAX_FILE: Final = DEFAULT_LIMITS.document_bytes  # of one credential; an export is read line by line
_MAX_LINE: Final = 4 * _MAX_FILE  # of an export: a credential as a string, and its values
_NAMES: Final = (*FORMATS, *NEIGHBOURS)
_FORMATS: Final = f"{', '.join(_NAMES[:-1])} or {_NAMES[-1]}"


@click.command(
    short_help="Verify what is signed, exports of `signet audit` too.",
    epilog="""\b
Examples:
  signet verify signed.json --allow did:key:z6MkehRgf7yJbgaGfYsdoAsKdBPE3dj2CYhowQdcjqSJgvVd
  signet audit export > calls.jsonl && signet verify calls.jsonl --trust-any
  signet verify request.http --allow $PROFILE --document $PROFILE=profile.json
""",
)
@click.argument("files", nargs=-1, required=True, type=click.Path(allow_dash=True))
@click.option(
    "--allow",
    multiple=True,
    metavar="DID",
    help="A signer to trust: a DID, or the https URL of a profile or key set. May be repeated.",
)
@click.option("--trust-any", is_flag=True, help="Trust every signer: says only that nothing was changed.")
@click.option("--at", metavar="TIME", help="Judge at this time (2026-03-30T11:37:25Z), not now.")
@click.option("--format", "wanted", metavar="NAME", help=f"Accept this format alone: {_FORMATS}.")
@click.option("--domain", multiple=True, help="What a presentation must be made for. May be repeated.")
@click.option("--challenge", metavar="TEXT", help="What a presentation must answer.")
@click.option("--holder", multiple=True, metavar="DID", help="Who may present. [default: anyone]")
@click.option(
    "--card",
    "cards",
    multiple=True,
    type=click.Path(),
    metavar="FILE",
    help="An agent card. If it verifies, who it says attests its agent's calls is trusted for FILES too.",
)
@click.option(
    "--document",
    "documents",
    multiple=True,
    metavar="URL=FILE",
    help="What stands under a URL: a profile, key set, did:web document, status list or schema. Repeatable.",
)
@click.option(
    "--request",
    "answered",
    type=click.Path(),
    metavar="FILE",
    help="The HTTP request that the responses in FILES answer, for signatures that cover parts of it.",
)
@click.option(
    "--allow-domain",
    multiple=True,
    metavar="HOST",
    help="Fetch such documents from here. May be repeated. [default: nowhere]",
)
@click.option(
    "--inline-contexts", is_flag=True, help="Take a credential's own contexts under an RDF cryptosuite too."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def verify(
    context: click.Context,
    *,
    files: tuple[str, ...],
    allow: tuple[str, ...],
    trust_any: bool,
    at: str | None,
    wanted: str | None,
    domain: tuple[str, ...],
    challenge: str | None,
    holder: tuple[str, ...],
    cards: tuple[str, ...],
    documents: tuple[str, ...],
    answered: str | None,
    allow_domain: tuple[str, ...],
    inline_contexts: bool,
    as_json: bool,
) -> None:
    """Verify credentials, presentations and exports of `signet audit`; a verdict line each.

    How each is secured is told by its content: Data Integrity, JWT, SD-JWT or COSE. So are what neighbouring
    protocols sign: agent cards and messages, mandates, HTTP requests and responses.
    """
    if wanted is not None and wanted not in _NAMES:
        raise UsageError(f"no such format: it is {_FORMATS}")
    loader, resolver = _from_outside(allow_domain, documents)
    request = None if answered is None else _content(answered)

    def trusting(signers: Sequence[str], formats: list[str] | None) -> Policy:
        return Policy(
            allowed_signers=signers,
            trust_any=trust_any,
            formats=formats,
            domain=domain or None,
            challenge=challenge,
            allowed_holders=holder or None,
            inline_contexts=inline_contexts,
            loader=loader,
            resolver=resolver,
        )

    now = time.time_ns()
    at_ns = now if at is None else moment(at, now)
    signers = list(allow)
    worst = 0
    reports: list[dict[str, Any]] = []

    def tell(source: str, result: Verification) -> None:
        nonlocal worst
        worst = max(worst, exit_code(result.problems))
        if as_json:
            reports.append(verification_mapping(source, result))
        else:
            _print(source, result)

    for source, result in _results(cards, trusting(allow, [CARD_FORMAT]), at_ns, None):
        tell(source, result)
        named = attestation_did(result.document)
        signers += [] if named is None else [named]
    policy = trusting(signers, None if wanted is None else [wanted])
    for source, result in _results(files, policy, at_ns, request):
        tell(source, result)
    if as_json:
        click.echo(json.dumps({"results": reports}, ensure_ascii=False))
    if not policy.has_anchor:
        click.echo("signet: nobody is trusted: name a signer with --allow DID, or say --trust-any", err=True)
    context.exit(worst)


def _results(
    files: tuple[str, ...], policy: Policy, at_ns: int, request: bytes | None
) -> Iterator[tuple[str, Verification]]:
    """One verification a file, or of an export one a record. request: what HTTP responses answer."""
    for name in files:
        with opened(name) as stream:
            first = stream.readline(_MAX_LINE)
            if audit.is_export(first):
                yield from _records(name, first, stream, policy, at_ns)
            else:
                content = first + stream.read(max(0, _MAX_FILE + 1 - len(first)))
                answer = None if request is None else ucp.verify_answer(content, request, policy, at_ns=at_ns)
                yield name, api.verify(content, policy, at=as_datetime(at_ns)) if answer is None else answer


def _content(name: str) -> bytes:
    with opened(name) as stream:
        return stream.read(_MAX_FILE + 1)


def _records(
    name: str, first: bytes, stream: IO[bytes], policy: Policy, at_ns: int
) -> Iterator[tuple[str, Verification]]:
    size = os.fstat(stream.fileno()).st_size if name != "-" else 0
    with progress("verifying", size) as advance:
        number, line = 1, first
        while line:
            if line.strip():
                yield f"{name}:{number}", audit.verify_line(line, policy, at_ns=at_ns)
            advance(len(line))
            number, line = number + 1, stream.readline(_MAX_LINE)


def _from_outside(
    domains: tuple[str, ...], documents: tuple[str, ...]
) -> tuple[Loader | None, Resolver | None]:
    """What may be had: the documents that were given, else fetched where a domain is named; or nothing."""
    if not domains and not documents:
        return None, None
    from signet_vc.fetch import Fetcher, WebResolver  # noqa: PLC0415 - 40 ms, and seldom needed

    loader = Documents(documents, beyond=Fetcher(domains) if domains else None)
    return loader, WebResolver(loader)


def _print(source: str, result: Verification) -> None:
    click.echo(_verdict(source, result))
    place = "attestation " if result.format == MESSAGE_FORMAT else "/verifiableCredential/"
    for number, credential in enumerate(result.credentials):
        click.echo("  " + _verdict(f"{place}{number}", credential))
    if result.format == CARD_FORMAT and (attests := attestation_did(result.document)) is not None:
        click.echo(f"  its agent's calls are attested by {shown(attests)}")
    for each in result.problems:
        click.echo(f"  {click.style('problem', fg='red')}  {_line(each)}")
    for each in result.notices:
        click.echo(f"  notice   {_line(each)}")


def _verdict(source: str, result: Verification) -> str:
    verdict = (
        click.style("verified", fg="green") if result.verified else click.style("NOT VERIFIED", fg="red")
    )
    what = next((each for each in reversed(result.types) if each != "VerifiableCredential"), "")
    told = (source, result.format, result.securing or "", what, result.issuer or "")
    parts = [verdict, *map(shown, told)]
    return "  ".join(part for part in parts if part)


def _line(each: Problem) -> str:
    where = f" at {each.pointer}" if each.pointer else ""
    return f"{each.code}{shown(where)}: {shown(each.detail)}"
