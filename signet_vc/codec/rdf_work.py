"""How much work several documents of one verification may take together.

Each document is bounded by itself. A presentation of many, each just within its bound, would take as long as
all of them: within ``together`` they share one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from signet_vc.errors import Code, ProblemError
from signet_vc.limits import Limits

__all__ = ["MOST_DEFINITIONS", "Work", "spend", "together"]

# Term definitions made for one document: 35 µs each, and 104 in the context of VCDM 2.0.
MOST_DEFINITIONS: Final = 8192

_SHARED: Final = 2  # times what one document may take


class Work:
    """What may still be spent.

    ``nodes`` of expansion, ``steps`` of canonicalization (see ``Limits``), ``definitions`` of terms.
    """

    __slots__ = ("definitions", "nodes", "steps")

    def __init__(self, limits: Limits) -> None:
        self.nodes = _SHARED * limits.rdf_nodes
        self.steps = _SHARED * limits.rdf_work
        self.definitions = _SHARED * MOST_DEFINITIONS


_shared: Final[ContextVar[Work | None]] = ContextVar("rdf_work", default=None)


@contextmanager
def together(limits: Limits) -> Iterator[None]:
    """Let all documents that are expanded and canonicalized within share one bound; an outer one stays."""
    if _shared.get() is not None:
        yield
        return
    token = _shared.set(Work(limits))
    try:
        yield
    finally:
        _shared.reset(token)


def spend(*, nodes: int = 0, steps: int = 0, definitions: int = 0) -> None:
    """Take from what is shared, if anything is. Raises ProblemError: GRAPH_TOO_COMPLEX."""
    work = _shared.get()
    if work is None:
        return
    work.nodes -= nodes
    work.steps -= steps
    work.definitions -= definitions
    if work.nodes < 0 or work.steps < 0 or work.definitions < 0:
        raise ProblemError.of(Code.GRAPH_TOO_COMPLEX, "its documents together ask for too much work")
