"""``signet vc derive``: of an SD-JWT show less, and say to whom."""

from __future__ import annotations

import time

import click

from signet_vc import keystore
from signet_vc.cli.files import is_object, object_in, read, text_in
from signet_vc.cli.output import shown
from signet_vc.codec import strict_json
from signet_vc.credential import enveloped
from signet_vc.envelopes import sd_jwt
from signet_vc.errors import UsageError

__all__ = ["derive"]


@click.command(
    epilog="""\b
Examples:
  signet vc derive credential.sd-jwt --disclose credentialSubject.name > shown.sd-jwt
  signet vc derive credential.sd-jwt --all --key file:holder.key --audience https://shop.example --nonce 7fR3
"""
)
@click.argument("file", type=click.Path(allow_dash=True))
@click.option(
    "--disclose",
    "paths",
    multiple=True,
    metavar="PATH",
    help="What to show: credentialSubject.name, a.list[0], or a JSON Pointer. May be repeated.",
)
@click.option("--all", "everything", is_flag=True, help="Show everything that there is to show.")
@click.option(
    "--key",
    "key_source",
    metavar="SOURCE",
    help="Bind it with the holder's key: env:NAME, file:PATH or keyring:SERVICE/NAME.",
)
@click.option("--audience", metavar="URI", help="To whom it is shown. With --key.")
@click.option("--nonce", metavar="TEXT", help="What the verifier gave to answer. With --key.")
def derive(
    *,
    file: str,
    paths: tuple[str, ...],
    everything: bool,
    key_source: str | None,
    audience: str | None,
    nonce: str | None,
) -> None:
    """Show less of an SD-JWT.

    Prints the one in FILE (- is standard input) with what is chosen of its disclosures, and no others. An
    enveloped credential gives an enveloped credential. Nothing is verified: what is left verifies as the
    whole did.
    """
    if everything == bool(paths):
        raise UsageError("what is shown? Name --disclose PATH, or --all")
    if (key_source is None) is not (audience is None) or (key_source is None) is not (nonce is None):
        raise UsageError("a key binding takes --key, --audience and --nonce")
    content = read(file)
    media_type = None
    if is_object(content):
        found = enveloped.unwrap(object_in(content, file))
        if found is None or not isinstance(found.content, str):
            raise UsageError(f"{shown(file)} holds no enveloped SD-JWT")
        media_type, token = found.media_type, found.content
    else:
        token = text_in(content, file)
    derived = sd_jwt.present(token, None if everything else paths)
    if key_source is not None and audience is not None and nonce is not None:
        derived = _bound(derived, key_source, audience, nonce)
    if media_type is None:
        click.echo(derived)
    else:
        click.echo(strict_json.dumps(enveloped.wrap(media_type, derived)))


def _bound(token: str, key_source: str, audience: str, nonce: str) -> str:
    key = keystore.load(key_source)
    to_sign = sd_jwt.bind(
        token, key_type=key.key_type, audience=audience, nonce=nonce, issued_at=time.time_ns()
    )
    return to_sign.finish(key.sign(to_sign.message))
