"""``signet demo``: the main job on real servers, and attacks on it."""

from __future__ import annotations

import asyncio
import importlib.util
from pathlib import Path

import click

from signet_vc.errors import UsageError

__all__ = ["demo"]


@click.command(
    short_help="Make real tool calls, verify what they left, attack them.",
    epilog="\b\nExample:\n  signet demo",
)
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    default=Path(".demo"),
    show_default=True,
    help="Where the run leaves its files, in a new folder.",
)
@click.pass_context
def demo(context: click.Context, folder: Path) -> None:
    """Make real tool calls through real MCP servers, verify what they left, attack them.

    Needs the packages mcp, mcp-server-time and mcp-server-git, and git; openvc-core, awr and joserfc
    verify what they can where they are installed. Exit status 0 only if every verdict is as expected.
    """
    if importlib.util.find_spec("mcp") is None:
        raise UsageError('the demonstration needs the MCP SDK: pip install "signet-vc[mcp]"')
    from signet_vc.demo import run, world  # noqa: PLC0415 - loads the MCP SDK, which nothing else here needs

    if lines := world.missing():
        raise UsageError("the demonstration needs\n  " + "\n  ".join(lines))
    good = asyncio.run(run.demonstrate(folder.resolve(), click.echo, mark=_mark))
    click.echo("\nAs expected." if good else "\nNOT as expected: see the lines marked above.")
    context.exit(0 if good else 1)


def _mark(expected: bool) -> str:
    return click.style("ok  ", fg="green") if expected else click.style("FAIL", fg="red", bold=True)
