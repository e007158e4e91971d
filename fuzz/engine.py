"""``python -m fuzz.engine TARGET``: one target for a time, in a process of its own.

Atheris guides by the coverage of the package's bytecode. Where it has no wheels hypothesis draws changes of
the corpus, blindly but on every platform. Either ends with a traceback and another exit status than 0 at the
first input of which the target's statement does not hold.
"""

from __future__ import annotations

import argparse
import faulthandler
import importlib
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any, Final

from fuzz.mutation import chance
from fuzz.target import SlowError, Target, load, require, seeds

__all__ = ["main", "with_atheris", "with_hypothesis"]

_HANGS: Final = 30  # seconds after which an input is given up
_KEPT: Final = 500  # inputs that hypothesis leaves behind for the measurement of coverage


def main() -> None:
    """Read the arguments; the engine ends the process."""
    parser = argparse.ArgumentParser(prog="python -m fuzz.engine", description=__doc__)
    parser.add_argument("target")
    parser.add_argument("--engine", choices=("atheris", "hypothesis"), default="atheris")
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--found", type=Path, required=True, help="where inputs are written")
    options = parser.parse_args()
    options.found.mkdir(parents=True, exist_ok=True)
    engine = with_atheris if options.engine == "atheris" else with_hypothesis
    engine(options.target, options.seconds, options.found)


def with_atheris(name: str, seconds: int, found: Path) -> None:
    """Fuzz under libFuzzer; does not return. New inputs that reach more are written to ``found``."""
    atheris: Any = importlib.import_module("atheris")  # it has no wheels for every platform

    with atheris.instrument_imports(include=["signet_vc"]):
        target = load(name)
    run = _confirming(name, target)
    _begin(name, target, run, found)

    def mutate(data: bytes, longest: int, seed: int) -> bytes:
        random = Random(seed)  # noqa: S311 - a choice of inputs
        if chance(random, 0.5):
            return bytes(atheris.Mutate(data, longest))
        return target.mutate(data, random)[:longest]

    arguments = [
        "fuzz",
        str(found),
        f"-max_total_time={seconds}",
        f"-max_len={target.longest}",
        f"-timeout={_HANGS}",
        "-rss_limit_mb=2048",
        "-print_final_stats=1",
        f"-artifact_prefix={found.parent}/{name}-",
    ]
    atheris.Setup(arguments, run, custom_mutator=mutate)
    atheris.Fuzz()


def with_hypothesis(name: str, seconds: int, found: Path) -> None:
    """Fuzz by changes of the corpus that hypothesis draws, and shrinks where one fails."""
    from hypothesis import HealthCheck, Phase, given, settings, strategies  # noqa: PLC0415 - the other needs it not

    target = load(name)
    run = _confirming(name, target)
    _begin(name, target, run, found)
    corpus = sorted(each.read_bytes() for each in found.iterdir())
    executions = 0

    def changed(data: bytes, seed: int, times: int) -> bytes:
        random = Random(seed)  # noqa: S311 - a choice of inputs
        for _ in range(times):
            data = target.mutate(data, random)[: target.longest]
        return data

    inputs = strategies.binary(max_size=256) | strategies.builds(
        changed, strategies.sampled_from(corpus), strategies.integers(0, 2**32 - 1), strategies.integers(1, 4)
    )

    @settings(
        max_examples=1000,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(inputs)
    def one(data: bytes) -> None:
        nonlocal executions
        executions += 1
        if executions <= _KEPT:
            (found / f"drawn-{executions}").write_bytes(data)
        faulthandler.dump_traceback_later(_HANGS, exit=True)
        run(data)

    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        one()
    faulthandler.cancel_dump_traceback_later()
    sys.stderr.write(f"stat::number_of_executed_units: {executions + len(corpus)}\n")


def _begin(name: str, target: Target, run: Callable[[bytes], None], found: Path) -> None:
    """Run what is too large to be kept as a file; put the committed inputs where the engine looks."""
    for data in target.hostile():
        run(data)
    for number, data in enumerate(seeds(name)):
        (found / f"seed-{number}").write_bytes(data)


def _confirming(name: str, target: Target) -> Callable[[bytes], None]:
    """Run a target; what is slow counts if it is slow in another process, without instrumentation, too."""

    def run(data: bytes) -> None:
        try:
            target.run(data)
        except SlowError:
            command: list[Any] = [sys.executable, "-m", "fuzz.replay", name, "-"]
            again = subprocess.run(command, input=data, capture_output=True, check=False)  # noqa: S603 - our own
            require(again.returncode == 0, again.stderr.decode(errors="replace"))

    return run


if __name__ == "__main__":
    main()
