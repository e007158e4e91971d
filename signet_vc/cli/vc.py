"""``signet vc``: Verifiable Credentials beside signing and verifying them, one file in and one out."""

from __future__ import annotations

from importlib import import_module
from typing import Final

import click

__all__ = ["vc"]

# name -> (module, its command); a module is loaded when its command is.
_COMMANDS: Final = {
    "present": ("signet_vc.cli.vc_present", "present"),
    "derive": ("signet_vc.cli.vc_derive", "derive"),
    "status": ("signet_vc.cli.vc_status", "status"),
    "resolve": ("signet_vc.cli.vc_resolve", "resolve"),
    "jose-cose": ("signet_vc.cli.vc_jose_cose", "jose_cose"),
}


class _Commands(click.Group):
    """Loads a command at its first use."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - as click has it
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as click has it
        if cmd_name not in _COMMANDS:
            return None
        module, name = _COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(module), name)
        return command


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
