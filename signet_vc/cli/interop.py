"""``signet interop``: the vectors, run against this package."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from signet_vc import interop as vectors
from signet_vc.errors import UsageError

__all__ = ["interop"]


@click.group()
def interop() -> None:
    """Vectors that any implementation can be held to."""


@interop.command(
    epilog="""\b
Examples:
  signet interop run
  signet interop run --published ../shared/vectors --json
"""
)
@click.option(
    "--with", "others", multiple=True, metavar="NAME", help="Another implementation: not built yet."
)
@click.option(
    "--published",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Also run other parties' vectors, from a folder with one folder for each collection.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def run(context: click.Context, *, others: tuple[str, ...], published: Path | None, as_json: bool) -> None:
    """Run all vectors; exit status 1 if this package fails one of them."""
    if others:
        raise UsageError("--with is not built yet: there are no adapters to other implementations")
    report = vectors.Report()
    with _progress("Vectors") as progress:
        vectors.run(vectors.vectors_folder(), report, progress=progress)
    if published is not None:
        with _progress("Published") as progress:
            vectors.run_published(published, report, progress=progress)
    if as_json:
        click.echo(json.dumps(report.as_json(), ensure_ascii=False))
    else:
        _print(report)
    context.exit(1 if report.failures else 0)


def _print(report: vectors.Report) -> None:
    width = max(map(len, (*report.kinds, *report.unsupported, "kind")))
    click.echo(f"{'kind':<{width}}  accept  reject  failed")
    for kind, counts in report.kinds.items():
        failed = click.style(f"{counts.failed:>6}", fg="red" if counts.failed else None)
        click.echo(f"{kind:<{width}}  {counts.accept:>6}  {counts.reject:>6}  {failed}")
    for kind, number in report.unsupported.items():
        click.echo(f"{kind:<{width}}  unsupported: {number}")
    for each in report.failures:
        click.echo(f"{click.style('FAILED', fg='red', bold=True)} {each.identifier}: {each.detail}")
    total = report.total
    click.echo(f"{total.all} cases, {total.failed} failed")


@contextmanager
def _progress(label: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error, where that is a terminal."""
    with click.progressbar(label=label, length=1, file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:

        def show(done: int, of: int) -> None:
            bar.length = of
            bar.update(done - bar.pos)

        yield show
