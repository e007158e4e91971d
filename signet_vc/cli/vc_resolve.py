"""``signet vc resolve``: what a DID, or a DID URL, stands for."""

from __future__ import annotations

import json

import click

from signet_vc.did import resolution
from signet_vc.did.resolver import Resolver
from signet_vc.errors import UsageError

__all__ = ["resolve"]

_OK = 200
_NOT_IMPLEMENTED = 501
_FAILED = "#INTERNAL_ERROR"


@click.command(
    epilog="""\b
Examples:
  signet vc resolve did:key:z6MkehRgf7yJbgaGfYsdoAsKdBPE3dj2CYhowQdcjqSJgvVd
  signet vc resolve did:web:example.com#key-1 --allow-domain example.com
  signet vc resolve did:key:z6Mk… --option publicKeyFormat=JsonWebKey --accept application/did
"""
)
@click.argument("did_url", metavar="DID|DID_URL")
@click.option(
    "--allow-domain",
    "domains",
    multiple=True,
    metavar="HOST",
    help="Where a did:web may be fetched, by https. May be repeated. [default: nowhere]",
)
@click.option(
    "--option",
    "options",
    multiple=True,
    metavar="NAME=VALUE",
    help="publicKeyFormat, expandRelativeUrls, … of DID Resolution and did:key. May be repeated.",
)
@click.option(
    "--accept",
    metavar="MEDIA_TYPE",
    help="How the answer is written: application/did is the document alone, application/ld+json the did:key "
    "draft's. [default: application/did-resolution, of a DID URL application/did-url-dereferencing]",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON on one line.")
@click.pass_context
def resolve(
    context: click.Context,
    *,
    did_url: str,
    domains: tuple[str, ...],
    options: tuple[str, ...],
    accept: str | None,
    as_json: bool,
) -> None:
    """Resolve a DID, or dereference a DID URL; print the result.

    did:key and did:jwk hold their keys, and nobody is asked. Exit status 2 where a method, or a domain, is
    not one that is asked here.
    """
    if accept is None:
        is_url = any(each in did_url for each in "/?#")
        accept = "application/did-url-dereferencing" if is_url else "application/did-resolution"
    found = resolution.resolve(
        did_url, {**dict(map(_option, options)), "accept": accept}, resolver=_resolver(domains)
    )
    click.echo(json.dumps(found.result, ensure_ascii=True, indent=None if as_json else 2))
    context.exit(_exit_code(found))


def _option(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name or name == "accept":
        raise UsageError("--option takes NAME=VALUE")
    return name, value


def _resolver(domains: tuple[str, ...]) -> Resolver | None:
    if not domains:
        return None
    from signet_vc.fetch import Fetcher, WebResolver  # noqa: PLC0415 - sockets, where they are asked for

    return WebResolver(Fetcher(domains))


def _exit_code(found: resolution.Resolution) -> int:
    if found.status == _OK:
        return 0
    if found.status == _NOT_IMPLEMENTED:
        return 2
    return 3 if _FAILED in json.dumps(found.result) or '"internalError"' in json.dumps(found.result) else 1
