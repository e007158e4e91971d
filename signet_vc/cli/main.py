"""The command `signet`: which commands there are, and what becomes of what they raise."""

from __future__ import annotations

import errno
import logging
import os
import sys
from types import MappingProxyType
from typing import Any, Final

import click

from signet_vc import __version__
from signet_vc.cli.lazy import LazyGroup
from signet_vc.errors import ProblemError, SignetError, UnavailableError, UsageError

__all__ = ["EXIT", "main", "signet"]

# INTERFACES, Command line: 1 is "wrong", 3 is "could not be checked".
EXIT: Final[dict[type[SignetError], int]] = {ProblemError: 1, UsageError: 2, UnavailableError: 3}
_INTERRUPTED: Final = 130  # as shells have it; 1 would be a verdict


class _Commands(LazyGroup):
    """All commands, and what becomes of what they raise."""

    places = MappingProxyType(
        {
            "keygen": ("signet_vc.cli.keys", "keygen"),
            "did": ("signet_vc.cli.keys", "did"),
            "sign": ("signet_vc.cli.sign", "sign"),
            "verify": ("signet_vc.cli.verify", "verify"),
            "proxy": ("signet_vc.cli.proxy", "proxy"),
            "audit": ("signet_vc.cli.audit", "audit"),
            "serve": ("signet_vc.cli.serve", "serve"),
            "vc": ("signet_vc.cli.vc", "vc"),
            "interop": ("signet_vc.cli.interop", "interop"),
            "demo": ("signet_vc.cli.demo", "demo"),
        }
    )

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except SignetError as error:
            click.echo(f"signet: {error}", err=True)
            ctx.exit(next(code for kind, code in EXIT.items() if isinstance(error, kind)))
        except (KeyboardInterrupt, click.Abort):
            click.echo("signet: interrupted", err=True)
            ctx.exit(_INTERRUPTED)
        except OSError as error:
            if error.errno not in {errno.EPIPE, errno.ENOSPC}:
                raise
            if error.errno == errno.ENOSPC:  # a reader that has gone, such as `head`, wants no message
                click.echo(f"signet: the output cannot be written: {error.strerror}", err=True)
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is still to be flushed
            ctx.exit(EXIT[UnavailableError])


@click.command(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="""\b
Examples:
  signet proxy -- uvx mcp-server-git --repository .
  signet audit list
  signet verify signed.json --allow did:key:z6Mk…
""",
)
@click.version_option(__version__, prog_name="signet")
def signet() -> None:
    """Signed, verifiable evidence of AI agents' tool calls.

    Exit status: 0 done or verified, 1 not verified, 2 usage or configuration, 3 a store, resolver or
    server failed.
    """


def main() -> None:
    """The console script."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="signet: %(message)s")
    signet(prog_name="signet")


if __name__ == "__main__":
    main()
