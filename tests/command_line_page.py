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
| 3 | a store, resolver or server failed, or the output could not be written: nothing can be said |
| 130 | interrupted, by Ctrl-C |

With several files the highest counts. `signet proxy` ends with its server's own.

What `--json` prints has these members; a later version may add some.

| of | members |
| --- | --- |
| `signet keygen` | `did`, `key`, with `--show-secret` `secretKeyMultibase` |
| `signet verify` | `results`, one a file, or a record of an export |
| `signet audit list` | a line a call: `at`, `tool`, `outcome`, `agent`, `server`, `request`, `response` |
| of a refused call | `at`, `tool`, `outcome`, `side`, `codes`, `detail` |
| `signet audit show` | `request`, `responses`, `problems`, `notices`, with `--basis` `basis` |
| `signet audit verify` | `results`, one a record; `verified`, `failed`, `notices`, their numbers; `chains` |
| `signet audit trail` | `what`, `verified`, `problems`, `notices`, `children`; so has each child, and more |
| `signet vc status read` | `statusPurpose`, `entries`, `read` |
| a result | `source`, `verified`, `format`, `types`, `issuer`, `securing`, `problems`, `notices`, `checks` |
| a problem or notice | `code`, `title`, `detail`, `pointer`, `type` |
| a check | `name`, `outcome` (passed, failed, skipped), `reason` |
| a record | `digest`, `kind`, `receivedAt`, `credential`, `jws`, `salts`, `values` |
| a chain | `issuer`, `chain`, `count`, `last`, `problems`, `notices` |

`signet did` and `signet vc resolve` print a DID document and a resolution result, as their
specifications have them; [SPEC.md](../interop/SPEC.md) has what `signet interop run` prints.

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
