"""``signet vc``: Verifiable Credentials beside signing and verifying them, one file in and one out."""

from __future__ import annotations

from types import MappingProxyType

import click

from signet_vc.cli.lazy import LazyGroup

__all__ = ["vc"]


class _Commands(LazyGroup):
    places = MappingProxyType(
        {
            "present": ("signet_vc.cli.vc_present", "present"),
            "derive": ("signet_vc.cli.vc_derive", "derive"),
            "status": ("signet_vc.cli.vc_status", "status"),
            "resolve": ("signet_vc.cli.vc_resolve", "resolve"),
            "jose-cose": ("signet_vc.cli.vc_jose_cose", "jose_cose"),
        }
    )


@click.command(
    cls=_Commands,
    epilog="""\b
Examples:
  signet vc present credential.json --key file:holder.key --domain example.com --challenge 7fR3
  signet vc status read list.json 94567
  signet vc resolve did:key:z6MkehRgf7yJbgaGfYsdoAsKdBPE3dj2CYhowQdcjqSJgvVd
""",
)
def vc() -> None:
    """Presentations, selective disclosure, status lists, DIDs. Issuing is `sign`, verifying `verify`."""
