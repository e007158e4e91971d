"""Makes docs/command-line.md from the commands' own help: ``python tests/command_line_page.py``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from signet_vc.cli.main import signet

__all__ = ["PAGE", "page"]

PAGE = Path(__file__).resolve().parents[1] / "docs" / "command-line.md"
_WIDTH = 98

_HEAD = """\
# The command line

What `--help` prints, command by command; this page is made from it by `python
tests/command_line_page.py`, and a test holds the two together.

Results go to standard output, progress and messages to standard error. A file argument of `-` is
standard input. Exit codes:

| code | what it means |
| --- | --- |
| 0 | done, or verified |
| 1 | not verified: something is wrong; content that is no JSON, or nothing that is known, counts here |
| 2 | usage, a file that cannot be opened, or configuration |
| 3 | a store, resolver or server failed: nothing can be said |

With several files the highest counts. `signet proxy` ends with its server's own.

Shell completion: `eval "$(_SIGNET_COMPLETE=bash_source signet)"`, and the same with `zsh`, `fish`.
"""


def page() -> str:
    """The page as it should be."""
    contexts = _commands(_context(signet, "signet", None))
    sections = [f"## {each.command_path}\n\n```text\n{each.get_help()}\n```\n" for each in contexts]
    return "\n".join([_HEAD, *sections])


def _commands(context: click.Context) -> Iterator[click.Context]:
    yield context
    if isinstance(context.command, click.Group):
        for name in context.command.list_commands(context):
            command = context.command.get_command(context, name)
            if command is not None:
                yield from _commands(_context(command, name, context))


def _context(command: click.Command, name: str, parent: click.Context | None) -> click.Context:
    settings = {**command.context_settings, "terminal_width": _WIDTH, "max_content_width": _WIDTH}
    return click.Context(command, info_name=name, parent=parent, **settings)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
