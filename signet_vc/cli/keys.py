"""``signet keygen`` and ``signet did``: make keys, show their DID documents."""

from __future__ import annotations

import json

import click

from signet_vc import keystore
from signet_vc.api import SigningKey
from signet_vc.codec.strict_json import JsonObject
from signet_vc.config import config_directory
from signet_vc.did import resolution
from signet_vc.did.resolver import MethodNotSupportedError
from signet_vc.errors import UsageError
from signet_vc.keys.multikey import secret_to_multibase

__all__ = ["did", "keygen"]


@click.command(
    epilog="""\b
Examples:
  signet keygen
  signet keygen --algorithm P-256 --out ./agent.key
  signet keygen --out keyring:signet/agent
"""
)
@click.option(
    "--algorithm",
    type=click.Choice(["Ed25519", "P-256", "P-384"]),
    default="Ed25519",
    show_default=True,
    help="Kind of key.",
)
@click.option(
    "--out",
    metavar="FILE|keyring:SERVICE/NAME",
    help="Where the key is kept. [default: ~/.config/signet/key]",
)
@click.option("--show-secret", is_flag=True, help="Also print the secret key, as a Multikey.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def keygen(algorithm: str, out: str | None, show_secret: bool, as_json: bool) -> None:
    """Make a key and keep it; print its DID.

    An existing key is never overwritten. The file gets mode 0600 and holds a Multikey.
    """
    key = SigningKey.generate(algorithm)
    target = _target(out)
    keystore.save(key, target)
    printed: JsonObject = {"did": key.did, "key": target}
    if show_secret:
        printed["secretKeyMultibase"] = secret_to_multibase(key)
    if as_json:
        click.echo(json.dumps(printed))
        return
    click.echo(printed["did"])
    if show_secret:
        click.echo(printed["secretKeyMultibase"])
    click.echo(f"kept in {target}", err=True)


def _target(out: str | None) -> str:
    """Where a key is to be kept, as a key source; a bare name is a file's."""
    if out is None:
        return f"file:{config_directory() / 'key'}"
    return out if out.partition(":")[0] in keystore.SOURCES else f"file:{out}"


@click.command(
    short_help="Print the DID document of a key or DID.",
    epilog="""\b
Examples:
  signet did file:agent.key
  signet did did:key:z6MkehRgf7yJbgaGfYsdoAsKdBPE3dj2CYhowQdcjqSJgvVd
""",
)
@click.argument("subject", metavar="KEY_SOURCE|DID")
@click.option("--json", "as_json", is_flag=True, help="Print JSON on one line.")
def did(subject: str, as_json: bool) -> None:
    """Print the DID document of a key (env:NAME, file:PATH, keyring:SERVICE/NAME), a did:key or a did:jwk.

    Nothing is fetched: the document follows from the identifier.
    """
    name = subject if subject.startswith("did:") else keystore.load(subject).did
    try:
        document = resolution.document(name)
    except MethodNotSupportedError as error:
        raise UsageError(f"its document is not in the DID: signet vc resolve {name} asks for it") from error
    click.echo(json.dumps(document, indent=None if as_json else 2))
