"""How figures are taken: ours and the baseline in turns, in one run, medians of the turns.

The machine may be busy with other things: a turn is a few milliseconds, ours and theirs follow each other
at once, and what disturbs one of many turns does not move a median.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

__all__ = ["Figure", "Side", "Work", "in_chunks", "of_calls", "percentile", "rates", "rates_of", "times"]

Work = Callable[[Any], object]
Side = tuple[Callable[[Sequence[Any]], float], Sequence[Any]]  # the seconds that some of these items took
_CHUNK = 50  # items a turn


@dataclass(frozen=True, slots=True)
class Figure:
    """One entry of bench.json. ``baseline`` is in the unit of ``value``, taken in the same run."""

    name: str
    value: float
    unit: str
    baseline: float

    @property
    def ratio(self) -> float:
        """How many times the baseline: of rates the higher the better, of times the lower."""
        return self.value / self.baseline

    def as_json(self) -> dict[str, Any]:
        """The entry as it is written."""
        return {
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "baseline": self.baseline,
            "ratio": self.ratio,
        }


def rates(
    name: str, ours: tuple[Work, Sequence[Any]], theirs: tuple[Work, Sequence[Any]], *, rounds: int = 9
) -> Figure:
    """Operations per second of two functions, each over its own items, as many as the other's."""
    return rates_of(name, of_calls(*ours), of_calls(*theirs), rounds=rounds)


def rates_of(name: str, ours: Side, theirs: Side, *, rounds: int = 9) -> Figure:
    """As ``rates``, of sides that take the time themselves: another process, say."""
    mine, other = _seconds_an_item(ours, theirs, rounds)
    return Figure(name, 1 / mine, "1/s", 1 / other)


def of_calls(work: Work, items: Sequence[Any]) -> Side:
    """A side of one call an item."""
    return partial(_seconds, work), items


def times(
    name: str, ours: tuple[Work, Sequence[Any]], theirs: tuple[Work, Sequence[Any]], *, rounds: int = 9
) -> Figure:
    """Microseconds an operation, as ``rates``."""
    mine, other = _seconds_an_item(of_calls(*ours), of_calls(*theirs), rounds)
    return Figure(name, mine * 1e6, "µs", other * 1e6)


def percentile(samples: Sequence[float], share: float) -> float:
    """The sample below which ``share`` of them lie."""
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def in_chunks(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """The items of one turn after the other."""
    for first in range(0, len(items), _CHUNK):
        yield items[first : first + _CHUNK]


def _seconds_an_item(ours: Side, theirs: Side, rounds: int) -> tuple[float, float]:
    (our_time, our_items), (their_time, their_items) = ours, theirs
    mine, other = [], []
    for _ in range(rounds):
        for our_chunk, their_chunk in zip(in_chunks(our_items), in_chunks(their_items), strict=True):
            mine.append(our_time(our_chunk) / len(our_chunk))
            other.append(their_time(their_chunk) / len(their_chunk))
    return statistics.median(mine), statistics.median(other)


def _seconds(work: Work, items: Sequence[Any]) -> float:
    start = time.perf_counter()
    for item in items:
        work(item)
    return time.perf_counter() - start
