"""``signet interop``: the vectors, run against this package and through other implementations."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click

from signet_vc import interop as vectors
from signet_vc.cli.output import shown
from signet_vc.errors import UsageError
from signet_vc.interop import adapters, html, implementations, junit, questions, results
from signet_vc.interop import emit as emitting
from signet_vc.interop.matrix import Matrix, Outcome, Row, row_of_this_package

__all__ = ["interop"]

_WRITERS: Final[Mapping[str, Callable[[Matrix], str]]] = {
    "junit": junit.as_junit,
    "html": html.as_html,
    "results": results.as_markdown,
}
_FILE: Final = click.Path(path_type=Path, dir_okay=False)
_FOLDER: Final = click.Path(path_type=Path)


@click.group(
    epilog="""\b
Examples:
  signet interop run
  signet interop emit emitted
"""
)
def interop() -> None:
    """Vectors that any implementation can be held to."""


@interop.command(
    epilog="""\b
Examples:
  signet interop run
  signet interop run --published ../shared/vectors --json
  signet interop run --with joserfc --with awr --html matrix.html
  signet interop run --with all --verifiers ~/signet-vc/interop/verifiers
"""
)
@click.option(
    "--with",
    "others",
    multiple=True,
    metavar="NAME",
    help="Also put the cases to another implementation, 'all' for every one there is. May be repeated.",
)
@click.option(
    "--verifiers",
    type=_FOLDER,
    metavar="DIR",
    help="Where the adapters to other implementations are.  [a checkout's interop/verifiers]",
)
@click.option(
    "--published",
    type=_FOLDER,
    metavar="DIR",
    help="Also run other parties' vectors, from a folder with one folder for each collection.",
)
@click.option(
    "--vectors", "folder", type=_FOLDER, metavar="DIR", help="Run these cases, not the package's own."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--junit", type=_FILE, metavar="FILE", help="Write the matrix as JUnit XML.")
@click.option("--html", type=_FILE, metavar="FILE", help="Write the matrix as one page of HTML.")
@click.option("--results", type=_FILE, metavar="FILE", help="Write the matrix as Markdown.")
@click.pass_context
def run(
    context: click.Context,
    /,
    *,
    others: tuple[str, ...],
    verifiers: Path | None,
    published: Path | None,
    folder: Path | None,
    as_json: bool,
    **written: Path | None,
) -> None:
    """Run all vectors; exit status 1 if this package fails one of them."""
    asked = adapters.select(adapters.adapters_folder(verifiers), others) if others else []
    place = folder or vectors.vectors_folder()
    report = vectors.Report()
    with _progress("Vectors") as progress:
        vectors.run(place, report, progress=progress)
    if published is not None:
        with _progress("Published") as progress:
            vectors.run_published(published, report, progress=progress)
    matrix = None
    if asked or any(written.values()):
        cases = questions.of_vectors(place)
        cases += questions.of_published(published) if published is not None else []
        with _progress("Others") as progress:
            rows = implementations.ask(asked, cases, progress=progress)
        matrix = Matrix(questions=cases, rows=[row_of_this_package(cases, report), *rows])
        _write(matrix, written)
    if as_json:
        value = report.as_json()
        value["implementations"] += [row.as_json() for row in matrix.rows[1:]] if matrix else []
        click.echo(json.dumps(value, ensure_ascii=False))
    else:
        _print(report)
        if asked and matrix:
            _print_matrix(matrix)
            if matrix.disputed and not any(written.values()):
                click.echo("signet: --html FILE shows each case in which they disagree", err=True)
    context.exit(1 if report.failures else 0)


@interop.command(
    short_help="Write cases made now by fresh keys, for others.",
    epilog="""\b
Examples:
  signet interop emit emitted
  signet interop run --vectors emitted --with all
""",
)
@click.argument("folder", type=_FOLDER, metavar="DIR")
def emit(folder: Path) -> None:
    """Write credentials of every kind into DIR, made now by fresh keys, for others to verify.

    Each is a case in the layout of the vectors, with the same changed after signing beside it.
    """
    number = emitting.emit(folder)
    click.echo(f"{number} cases in {shown(str(folder))}")


def _write(matrix: Matrix, written: Mapping[str, Path | None]) -> None:
    for name, file in written.items():
        if file is not None:
            try:
                file.write_text(_WRITERS[name](matrix), "utf-8")
            except OSError as error:
                raise UsageError(f"{file} cannot be written: {error.strerror}") from error


# --- tables -------------------------------------------------------------------------------------------


def _print(report: vectors.Report) -> None:
    width = max(map(len, map(shown, (*report.kinds, *report.unsupported, "kind"))))
    click.echo(f"{'kind':<{width}}  accept  reject  failed")
    for kind, counts in report.kinds.items():
        failed = click.style(f"{counts.failed:>6}", fg="red" if counts.failed else None)
        click.echo(f"{shown(kind):<{width}}  {counts.accept:>6}  {counts.reject:>6}  {failed}")
    for kind, number in report.unsupported.items():
        click.echo(f"{shown(kind):<{width}}  unsupported: {number}")
    for each in report.failures:
        said = shown(f"{each.identifier}: {each.detail}")
        click.echo(f"{click.style('FAILED', fg='red', bold=True)} {said}")
    total = report.total
    click.echo(f"{total.all} cases, {total.failed} failed")


def _print_matrix(matrix: Matrix) -> None:
    """Passed of asked, a line for each kind; then what there is of each outcome, a line an implementation."""
    cells = [row.cells for row in matrix.rows]
    width = max(map(len, map(shown, matrix.kinds)))
    columns = [max(9, len(shown(row.name))) for row in matrix.rows]
    names = [shown(row.name) for row in matrix.rows]
    click.echo("\n" + f"{'passed/asked':<{width}}" + _columns(names, columns))
    for kind in matrix.kinds:
        texts = [_cell(each.get(kind, Counter())) for each in cells]
        colours = [_colour(each.get(kind, Counter())) for each in cells]
        click.echo(f"{shown(kind):<{width}}" + _columns(texts, columns, colours))
    click.echo()
    for row in matrix.rows:
        _print_row(row)


def _columns(texts: list[str], sizes: list[int], colours: list[str | None] | None = None) -> str:
    fills = colours or [None] * len(sizes)
    return "".join(
        "  " + click.style(f"{text:>{size}}", fg=colour)
        for text, size, colour in zip(texts, sizes, fills, strict=True)
    )


def _asked(cell: Counter[Outcome]) -> int:
    return cell.total() - cell[Outcome.UNSUPPORTED]


def _cell(cell: Counter[Outcome]) -> str:
    return f"{cell[Outcome.PASSED]}/{_asked(cell)}" if _asked(cell) else "·"


def _colour(cell: Counter[Outcome]) -> str | None:
    if not _asked(cell):
        return None
    if cell[Outcome.FAILED]:
        return "red"
    return "green" if cell[Outcome.PASSED] == _asked(cell) else "yellow"


def _print_row(row: Row) -> None:
    total = row.total
    click.echo(
        f"{shown(row.name)} {shown(row.version)}: {total[Outcome.PASSED]} passed, "
        f"{total[Outcome.REFUSED_WRONGLY]} refused wrongly, "
        f"{total[Outcome.ACCEPTED_WRONGLY]} accepted wrongly, "
        f"{total[Outcome.DIFFERS]} with another value, {total[Outcome.FAILED]} failed, "
        f"{total[Outcome.UNSUPPORTED]} unsupported"
    )
    for line in row.trouble.splitlines():
        click.echo(f"  {click.style(shown(line), fg='red')}")


@contextmanager
def _progress(label: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error, where that is a terminal."""
    with click.progressbar(label=label, length=1, file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:

        def show(done: int, of: int) -> None:
            bar.length = of
            bar.update(done - bar.pos)

        yield show
