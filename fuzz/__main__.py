"""``python -m fuzz``: run the targets, some at once, and print what each did as a table."""

from __future__ import annotations

import argparse
import importlib.util
import os
import re
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from fuzz.target import TARGETS

__all__ = ["Outcome", "fuzz", "main"]

_ROOT: Final = Path(__file__).resolve().parent.parent
_TOLD: Final = 4000  # characters of a finding
_EXECUTIONS: Final = re.compile(r"stat::number_of_executed_units: *([0-9]+)")
_NOISE: Final = re.compile(r"^(?:INFO: |WARNING: |#[0-9]+\t|stat::).*\n", re.MULTILINE)
_EDGES: Final = re.compile(r"cov: ([0-9]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a run came to.

    edges: of bytecode, that the engine counts (0: it counts none). inputs: that reached something new.
    covered: percent of lines and branches of the target's modules that these inputs reach. finding: the
    end of what the engine said, if it found something.
    """

    target: str
    executions: int = 0
    edges: int = 0
    inputs: int = 0
    covered: float = 0.0
    finding: str | None = None

    def row(self) -> str:
        """A line of the table."""
        return (
            f"{self.target:<14} {self.executions:>12,} {self.edges:>7,} {self.inputs:>7,} "
            f"{self.covered:>8.1f} %  {'FOUND' if self.finding else ''}"
        ).rstrip()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the targets that were asked for; 1 if one found something."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("--target", choices=TARGETS, metavar="NAME", help=f"one of {', '.join(TARGETS)}")
    parser.add_argument("--seconds", type=int, default=600, help="of each target (default: ten minutes)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="at once (default: a core each)")
    parser.add_argument("--engine", choices=("atheris", "hypothesis"), default=default_engine())
    parser.add_argument("--found", type=Path, default=Path(__file__).parent / "found", metavar="FOLDER")
    options = parser.parse_args(arguments)
    names = [options.target] if options.target else list(TARGETS)
    sys.stdout.write(
        f"{len(names)} targets, {options.seconds} s each, {options.jobs} at once, {options.engine}\n"
    )
    sys.stdout.write(f"{'target':<14} {'executions':>12} {'edges':>7} {'inputs':>7} {'covered':>10}\n")
    found = []
    for outcome in _all(names, options):
        sys.stdout.write(outcome.row() + "\n")
        sys.stdout.flush()
        found += [outcome.finding] if outcome.finding else []
    for each in found:
        sys.stdout.write("\n" + each + "\n")
    return 1 if found else 0


def default_engine() -> str:
    """Atheris, where it is."""
    return "atheris" if importlib.util.find_spec("atheris") else "hypothesis"


def fuzz(name: str, *, seconds: int, engine: str, found: Path | None = None) -> Outcome:
    """Run one target in processes of its own.

    found: the folder in which an input that fails is left, and the engine keeps what it reached by; without
    one nothing is left.
    """
    with TemporaryDirectory() as folder:
        inputs = Path(folder) / name if found is None else found / name
        command = ["--engine", engine, "--seconds", str(seconds), "--found", str(inputs), name]
        done = _python("fuzz.engine", command)
        count, edges = _last(_EXECUTIONS, done.stderr), _last(_EDGES, done.stderr)
        if done.returncode != 0:
            text = _NOISE.sub("", done.stdout + done.stderr)[-_TOLD:] + _kept(inputs.parent, name)
            return Outcome(target=name, executions=count, edges=edges, finding=f"{name}:\n{text}")
        covered = _python("fuzz.replay", ["--coverage", name, str(inputs)])
        if covered.returncode != 0:
            return Outcome(target=name, executions=count, finding=f"{name}:\n{covered.stderr[-_TOLD:]}")
        return Outcome(
            target=name,
            executions=count,
            edges=edges,
            inputs=len(list(inputs.iterdir())),
            covered=float(covered.stdout),
        )


def _kept(folder: Path, name: str) -> str:
    """The inputs that the engine left because they failed, of small ones their bytes too."""
    told = ""
    for file in folder.glob(f"{name}-*"):
        data = file.read_bytes()
        told += f"\n{file.name}: {b64encode(data).decode() if len(data) < _TOLD else len(data)}"
    return told


def _all(names: Sequence[str], options: argparse.Namespace) -> Iterator[Outcome]:
    run = partial(fuzz, seconds=options.seconds, engine=options.engine, found=options.found)
    with ThreadPoolExecutor(options.jobs) as pool:
        yield from pool.map(run, names)


def _python(module: str, arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
    # the test run's own measurement of coverage would slow it, and take its luck for tests
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(  # noqa: S603 - modules of this folder
        command, cwd=_ROOT, env=environment, capture_output=True, text=True, errors="replace", check=False
    )


def _last(pattern: re.Pattern[str], text: str) -> int:
    numbers = pattern.findall(text)
    return int(numbers[-1]) if numbers else 0


if __name__ == "__main__":
    sys.exit(main())
