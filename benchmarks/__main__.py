"""``python -m benchmarks``: take the figures, print a table, write bench.json."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from benchmarks import (
    appends,
    canonicalization,
    engine,
    formats,
    imports,
    proxies,
    securing,
    service,
    transports,
    w3c,
)
from benchmarks.measure import Figure
from signet_vc.keys import ed25519

# What `make bench` takes, in at most three minutes; `make bench-all` takes the others too.
GROUPS: dict[str, Callable[[], Iterator[Figure]]] = {
    "securing": securing.figures,
    "jcs": canonicalization.figures,
    "engine": engine.figures,
    "mcp": transports.figures,
    "proxy": proxies.figures,
    "store": appends.figures,
    "import": imports.figures,
}
OTHERS: dict[str, Callable[[], Iterator[Figure]]] = {
    "w3c": w3c.figures,
    "service": service.figures,
    "formats": formats.figures,
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Take the figures that were asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--all", action="store_true", help="every group, those too that take long")
    every = GROUPS | OTHERS
    parser.add_argument("--group", choices=every, metavar="NAME", help=f"one of {', '.join(every)}")
    parser.add_argument("--out", type=Path, default=Path("bench.json"), metavar="FILE")
    options = parser.parse_args(arguments)
    print(
        f"Python {platform.python_version()} on {platform.machine()}, {os.cpu_count()} cores;",
        f"Ed25519 by {ed25519.BACKEND.name}",
    )
    print(f"{'figure':<44} {'ours':>12} {'':<9} {'baseline':>12} {'ratio':>7}")
    figures = []
    for figure in _taken([options.group] if options.group else list(every if options.all else GROUPS)):
        figures.append(figure.as_json())
        print(_row(figure), flush=True)
    options.out.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print("A ratio says how many times the baseline: of rates the higher the better, of times the lower.")
    print(f"Written to {options.out}")


def _taken(groups: Sequence[str]) -> Iterator[Figure]:
    for number, name in enumerate(groups, 1):
        progress = f"[{number}/{len(groups)}] {name} …"
        _tell(progress)
        for figure in (GROUPS | OTHERS)[name]():
            _tell("")
            yield figure
            _tell(progress)
    _tell("")


def _tell(progress: str) -> None:
    """What is under way, on a line that is written over; to people only."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{progress}", end="", file=sys.stderr, flush=True)


def _row(figure: Figure) -> str:
    return (
        f"{figure.name:<44} {figure.value:>12,.1f} {figure.unit:<9} "
        f"{figure.baseline:>12,.1f} {figure.ratio:>7.2f}"
    )


if __name__ == "__main__":
    main()
