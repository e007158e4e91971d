"""``signet vc present``: credentials, as their holder shows them to somebody."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Final

import click

from signet_vc import api, keystore
from signet_vc.cli.files import is_object, object_in, read, text_in
from signet_vc.cli.output import as_datetime, moment
from signet_vc.codec import strict_json
from signet_vc.credential import enveloped
from signet_vc.envelopes import sd_jwt
from signet_vc.errors import UsageError
from signet_vc.issuing import SECURINGS

__all__ = ["present"]

_COSE: Final = b"\xd2"  # the tag of a COSE_Sign1


@click.command(
    epilog="""\b
Examples:
  signet vc present credential.json --key file:holder.key --domain shop.example --challenge 7fR3
  signet vc present a.json b.sd-jwt --disclose credentialSubject.name --key file:holder.key --securing jws
"""
)
@click.argument("files", nargs=-1, type=click.Path(allow_dash=True), metavar="[FILE]...")
@click.option(
    "--key",
    "key_source",
    required=True,
    metavar="SOURCE",
    help="The holder's: env:NAME, file:PATH or keyring:SERVICE/NAME.",
)
@click.option(
    "--domain", "domains", multiple=True, metavar="NAME", help="For whom it is made. May be repeated."
)
@click.option("--challenge", metavar="TEXT", help="What the verifier gave to answer.")
@click.option("--expires", metavar="TIME", help="When the signature stops to hold (2026-03-30T11:37:25Z).")
@click.option(
    "--disclose",
    "shown_paths",
    multiple=True,
    metavar="PATH",
    help="Of an SD-JWT in a FILE, show this, and nothing else that may be left out. May be repeated.",
)
@click.option("--id", "identifier", metavar="URL", help="Of the presentation.")
@click.option("--suite", help="Cryptosuite. [default: the key's own]")
@click.option(
    "--securing",
    type=click.Choice(list(SECURINGS)),
    default="data-integrity",
    show_default=True,
    help="A proof in the presentation, or what is around it.",
)
@click.option(
    "--disclosable",
    multiple=True,
    metavar="PATH",
    help="With --securing sd-jwt: what may be left out of the presentation again. May be repeated.",
)
def present(
    *,
    files: tuple[str, ...],
    key_source: str,
    domains: tuple[str, ...],
    challenge: str | None,
    expires: str | None,
    shown_paths: tuple[str, ...],
    identifier: str | None,
    suite: str | None,
    securing: str,
    disclosable: tuple[str, ...],
) -> None:
    """Show credentials to a verifier.

    Prints a presentation of the secured credentials in FILEs (- is standard input), signed by their holder.
    Whether the credentials verify is for who asked for them. COSE is bytes.
    """
    if files.count("-") > 1:
        raise UsageError("standard input is one file")
    key = keystore.load(key_source)
    secured = api.present(
        [_credential(each, shown_paths) for each in files],
        key,
        identifier=identifier,
        suite=suite,
        securing=securing,
        expires=None if expires is None else as_datetime(moment(expires, time.time_ns())),
        domain=domains,
        challenge=challenge,
        disclosable=disclosable,
    )
    if isinstance(secured, bytes):
        click.echo(secured, nl=False)
    else:
        click.echo(secured if isinstance(secured, str) else strict_json.dumps(secured))


def _credential(name: str, paths: tuple[str, ...]) -> Mapping[str, Any] | str | bytes:
    """A secured credential in a file, of an SD-JWT what is to be shown."""
    content = read(name)
    if content[:1] == _COSE:
        return content
    if not is_object(content):
        return _shown(text_in(content, name), paths)
    document = object_in(content, name)
    found = enveloped.unwrap(document)
    if found is None or not isinstance(found.content, str) or not paths:
        return document
    return enveloped.wrap(found.media_type, _shown(found.content, paths))


def _shown(token: str, paths: tuple[str, ...]) -> str:
    """The token; an SD-JWT with the paths alone, of those that it has, where any is named."""
    return sd_jwt.present(token, paths) if paths and sd_jwt.is_sd_jwt(token) else token
