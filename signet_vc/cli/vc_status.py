"""``signet vc status``: make, change and read Bitstring Status Lists, each a file."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

import click

from signet_vc import api, keystore
from signet_vc.cli.files import is_object, object_in, read, text_in
from signet_vc.cli.output import moment, shown
from signet_vc.codec import strict_json
from signet_vc.codec.strict_json import JsonObject
from signet_vc.codec.timestamps import format_s
from signet_vc.credential import bitstring_status, model
from signet_vc.envelopes import jws, vc_jwt
from signet_vc.errors import ProblemError, UsageError
from signet_vc.keys.signing import Key
from signet_vc.limits import NANOSECONDS
from signet_vc.policy import Policy

__all__ = ["status"]

_SECURINGS: Final = ("data-integrity", "jws")


@click.group(
    short_help="Make, change and read W3C status lists.",
    epilog="""\b
Examples:
  signet vc status make https://example.com/status/3 --key file:issuer.key > list.json
  signet vc status entry https://example.com/status/3 > entry.json
  signet vc status update list.json --set 94567 --key file:issuer.key > next.json
  signet vc status read next.json 94567
""",
)
def status() -> None:
    """Status lists (W3C Bitstring Status List): what is revoked, suspended, or else known since issuing."""


def _sized(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--size", type=click.IntRange(1, 16), default=1, show_default=True, help="Bits of an entry."
    )(command)


def _secured(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say who signs, and how."""
    for option in (
        click.option(
            "--securing",
            type=click.Choice(_SECURINGS),
            default=_SECURINGS[0],
            show_default=True,
            help="A proof in the list credential, or a compact JWS around it.",
        ),
        click.option("--suite", help="Cryptosuite. [default: the key's own]"),
        click.option(
            "--key",
            "key_source",
            metavar="SOURCE",
            help="Sign with it: env:NAME, file:PATH or keyring:SERVICE/NAME.",
        ),
        click.option("--until", metavar="TIME", help="When it stops to hold (2026-03-30T11:37:25Z)."),
    ):
        command = option(command)
    return command


@status.command(
    epilog="""\b
Examples:
  signet vc status make https://example.com/status/3 --key file:issuer.key > list.json
  signet vc status make https://example.com/status/4 --purpose message --size 2 --issuer did:web:example.com
"""
)
@click.argument("url")
@click.option(
    "--purpose",
    "purposes",
    multiple=True,
    default=("revocation",),
    show_default=True,
    metavar="PURPOSE",
    help="revocation, suspension, refresh, message, or another. May be repeated.",
)
@click.option("--issuer", metavar="DID", help="Who issues the list. [default: the key's DID]")
@click.option(
    "--length",
    type=click.IntRange(bitstring_status.MINIMUM_ENTRIES),
    default=bitstring_status.MINIMUM_ENTRIES,
    show_default=True,
    help="Entries.",
)
@click.option(
    "--ttl", type=click.IntRange(0), metavar="SECONDS", help="After how long verifiers should look again."
)
@_sized
@_secured
def make(
    *,
    url: str,
    purposes: tuple[str, ...],
    issuer: str | None,
    length: int,
    ttl: int | None,
    size: int,
    until: str | None,
    key_source: str | None,
    suite: str | None,
    securing: str,
) -> None:
    """Make a list.

    Prints the credential of one that will be found at URL, with nothing set; unsigned without --key.
    """
    key = None if key_source is None else keystore.load(key_source)
    if issuer is None:
        if key is None:
            raise UsageError("who issues it? Name --key or --issuer")
        issuer = key.did
    now = time.time_ns()
    document = bitstring_status.list_credential(
        id=url,
        issuer=issuer,
        purposes=purposes,
        encoded=bitstring_status.encode(bitstring_status.new_list(length, size)),
        valid_from=format_s(now),
        valid_until=_until(until, now),
        ttl=None if ttl is None else ttl * 1000,
    )
    _print(document, key, suite, securing)


@status.command(
    epilog="""\b
Examples:
  signet vc status entry https://example.com/status/3 > entry.json
  signet vc status entry https://example.com/status/4 --purpose message --message fine --message late
"""
)
@click.argument("url")
@click.option(
    "--index", type=click.IntRange(0), help="Which entry. [default: one by chance, which none may have yet]"
)
@click.option(
    "--length",
    type=click.IntRange(1),
    default=bitstring_status.MINIMUM_ENTRIES,
    show_default=True,
    help="Entries of the list, among which chance chooses.",
)
@click.option("--purpose", default="revocation", show_default=True, help="What the entry is for.")
@click.option(
    "--message", "messages", multiple=True, help="What each value means, from 0 on. For --size above 1."
)
@click.option(
    "--reference", "references", multiple=True, metavar="URL", help="Where the status is explained."
)
@_sized
def entry(
    *,
    url: str,
    index: int | None,
    length: int,
    purpose: str,
    messages: tuple[str, ...],
    references: tuple[str, ...],
    size: int,
) -> None:
    """Make an entry of the list at URL.

    Prints the `credentialStatus` of a credential that is entered there.
    """
    if index is None:
        index = secrets.randbelow(length)
    made = bitstring_status.entry(
        list_url=url,
        index=index,
        purpose=purpose,
        size=size,
        messages=messages or None,
        reference=None if not references else references[0] if len(references) == 1 else references,
    )
    click.echo(strict_json.dumps(made))


@status.command(
    epilog="""\b
Examples:
  signet vc status update list.json --set 94567 --key file:issuer.key > next.json
  signet vc status update list.json --set 7=2 --clear 8 --size 2 --key file:issuer.key > next.json
"""
)
@click.argument("file", type=click.Path(allow_dash=True))
@click.option(
    "--set", "settings", multiple=True, metavar="INDEX[=VALUE]", help="Set an entry, to 1. May be repeated."
)
@click.option(
    "--clear", "clearings", multiple=True, type=click.IntRange(0), metavar="INDEX", help="Set an entry to 0."
)
@_sized
@_secured
def update(
    *,
    file: str,
    settings: tuple[str, ...],
    clearings: tuple[int, ...],
    size: int,
    until: str | None,
    key_source: str | None,
    suite: str | None,
    securing: str,
) -> None:
    """Change a list.

    Prints the next edition of the list credential in FILE (- is standard input), valid from now on.
    A signed list is verified first, and must be the key's own: what somebody else changed is not signed anew.
    A revocation and a refresh are for good, and cannot be cleared.
    """
    key = None if key_source is None else keystore.load(key_source)
    before = _own_list(read(file), file, key)
    now = time.time_ns()
    changes = {**dict.fromkeys(clearings, 0), **dict(map(_setting, settings))}
    document = bitstring_status.update(
        before, changes, size=size, valid_from=format_s(now), valid_until=_until(until, now)
    )
    if until is None and "validUntil" in document:
        raise UsageError("the list says when it stops to hold: say --until for the next edition")
    _print(document, key, suite, securing)


@status.command(
    "read",
    epilog="""\b
Examples:
  signet vc status read list.json 94567
  signet vc status read list.json --json
""",
)
@click.argument("file", type=click.Path(allow_dash=True))
@click.argument("indexes", nargs=-1, type=click.IntRange(0), metavar="[INDEX]...")
@_sized
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(*, file: str, indexes: tuple[int, ...], size: int, as_json: bool) -> None:
    """Read a list.

    Prints what the list credential in FILE (- is standard input) says at each INDEX, else every entry that is
    set. Nothing is verified: `signet verify` says whether the list is its issuer's.
    """
    found = bitstring_status.open_list(_unverified(read(file), file))
    values = {index: bitstring_status.get(found.bits, index, size) for index in indexes}
    if not indexes:
        values = dict(bitstring_status.entries_set(found.bits, size))
    if as_json:
        entries = [{"index": index, "status": value} for index, value in values.items()]
        printed = {
            "statusPurpose": list(found.purposes),
            "entries": len(found.bits) * 8 // size,
            "read": entries,
        }
        click.echo(json.dumps(printed))
        return
    for index, value in values.items():
        click.echo(f"{index}  {value:#x}  {shown(', '.join(found.purposes))}")


def _setting(text: str) -> tuple[int, int]:
    index, _, value = text.partition("=")
    try:
        return int(index), int(value or "1", 0)
    except ValueError as error:
        raise UsageError(f"--set takes INDEX or INDEX=VALUE, not {shown(text)}") from error


def _until(text: str | None, now: int) -> str | None:
    if text is None:
        return None
    until = moment(text, now)
    if until <= now:
        raise UsageError("--until is a time to come")
    return format_s(until)


def _own_list(content: bytes, file: str, key: Key | None) -> JsonObject:
    """The list in a file: unsigned, or signed with the key. Its validity period may be over.

    Raises ProblemError for one that does not verify.
    """
    document = _unverified(content, file)
    if is_object(content) and "proof" not in document:
        return document
    if key is None:
        raise UsageError("the list is signed: name the --key to sign its next edition with")
    result = api.verify(content, Policy(allowed_signers=[key.did]), at=_start(document))
    if result.document is None:
        raise ProblemError(*result.problems)
    return dict(result.document)


def _start(document: JsonObject) -> datetime | None:
    start, _ = model.validity_of(document)
    try:
        return None if start is None else datetime.fromtimestamp(start // NANOSECONDS, UTC)
    except (OverflowError, ValueError, OSError):  # a year that Python does not have
        return None


def _unverified(content: bytes, file: str) -> JsonObject:
    """The list credential in a file: as an object, or in a compact JWS."""
    if is_object(content):
        return object_in(content, file)
    return vc_jwt.claims(jws.parse(text_in(content, file)))


def _print(document: JsonObject, key: Key | None, suite: str | None, securing: str) -> None:
    if key is None:
        click.echo(strict_json.dumps(document))
        return
    secured = api.sign(document, key, suite=suite, securing=securing)
    click.echo(secured if isinstance(secured, str) else strict_json.dumps(secured))
