"""``python -m fuzz.replay TARGET INPUT…``: run inputs again, without an engine.

INPUT is a file, a folder of files, or ``-`` for standard input. With ``--coverage`` it says what share of the
lines and branches of the target's packages they reach.
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Iterator
from pathlib import Path

from fuzz.target import TARGETS, load

__all__ = ["main"]


def main() -> None:
    """Run all; the first that fails ends the process with its traceback."""
    parser = argparse.ArgumentParser(prog="python -m fuzz.replay", description=__doc__)
    parser.add_argument("target")
    parser.add_argument("inputs", nargs="+")
    parser.add_argument("--coverage", action="store_true")
    options = parser.parse_args()
    if options.coverage:
        sys.stdout.write(f"{_covered(options.target, options.inputs):.1f}\n")
    else:
        target = load(options.target)
        for data in _read(options.inputs):
            target.run(data)


def _covered(name: str, inputs: list[str]) -> float:
    """Percent of lines and branches. Time is not looked at: measuring takes more of it."""
    from coverage import Coverage  # noqa: PLC0415 - replaying needs none

    modules = [f"signet_vc.{each}" for each in TARGETS[name].modules]
    measured = Coverage(data_file=None, branch=True, source_pkgs=modules, config_file=False)
    with measured.collect():  # the import of the parser is a part of it
        target = load(name)
        for data in _read(inputs):
            target.run(data)
    return measured.report(file=io.StringIO())


def _read(inputs: list[str]) -> Iterator[bytes]:
    for each in inputs:
        path = Path(each)
        if each == "-":
            yield sys.stdin.buffer.read()
        elif path.is_dir():
            yield from (file.read_bytes() for file in sorted(path.iterdir()))
        else:
            yield path.read_bytes()


if __name__ == "__main__":
    main()
