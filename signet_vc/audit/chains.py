"""Chains: whether an issuer's numbered credentials are all here, each following the one before.

FORMAT, ``chain``, ``sequence``, ``previousDigest``. Numbers begin with 1 and go up by 1. Chains are told
apart by issuer and name, so that nobody can put a credential into another's. A chain need not say that
it was opened or closed; then nothing tells whether more followed the last one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Final, NamedTuple

from signet_vc.errors import Code, Problem, problem

__all__ = ["ChainReport", "Chains", "Link"]

_MOST_PROBLEMS: Final = 50  # of one chain: the rest says nothing new
# A link in one string, which sorts by number: 16 digits of the sequence, its digest, the digest before it.
_SEQUENCE: Final = slice(0, 16)
_DIGEST: Final = slice(16, 16 + 47)
_PREVIOUS: Final = slice(16 + 47, None)


class Link(NamedTuple):
    """A credential's place in its chain, as its verified document states it. Digests as FORMAT's."""

    issuer: str
    chain: str
    sequence: int
    digest: str
    previous: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainReport:
    """What is known of one chain: how many credentials, the last number, and CHAIN_BROKEN for each fault.

    problems: forks, and links to another credential than the one before: somebody altered the chain.
    notices: gaps. An honest store has them too: of a cancelled call the answer is never sent, and a call
    that was refused before it was authenticated is not kept.
    """

    issuer: str
    chain: str
    count: int
    last: int
    problems: tuple[Problem, ...]
    notices: tuple[Problem, ...] = ()


class Chains:
    """Collects links in any order, a digest more than once; 160 bytes a credential."""

    def __init__(self) -> None:
        self._links: dict[tuple[str, str], list[str]] = {}

    def add(self, link: Link) -> None:
        """Take a credential in."""
        packed = f"{link.sequence:016d}{link.digest}{link.previous or ''}"
        self._links.setdefault((link.issuer, link.chain), []).append(packed)

    def reports(self) -> list[ChainReport]:
        """One report a chain, in the order in which they began."""
        return [_report(issuer, chain, links) for (issuer, chain), links in self._links.items()]


def _report(issuer: str, chain: str, links: list[str]) -> ChainReport:
    ordered = sorted(set(links))
    return ChainReport(
        issuer=issuer,
        chain=chain,
        count=len(ordered),
        last=_number(ordered[-1]),
        problems=tuple(islice(_faults(ordered), _MOST_PROBLEMS)),
        notices=tuple(islice(_gaps(ordered), _MOST_PROBLEMS)),
    )


def _gaps(ordered: list[str]) -> Iterator[Problem]:
    last = 0
    for number in map(_number, ordered):
        if number > last + 1:
            missing = str(last + 1) if number == last + 2 else f"{last + 1} to {number - 1}"
            yield problem(Code.CHAIN_BROKEN, f"{missing} not here: removed, or never received")
        last = number


def _faults(ordered: list[str]) -> Iterator[Problem]:
    """Forks, and links to another credential than the one before."""
    last = 0
    before: list[str] = []
    for number, group in groupby(ordered, key=_number):
        here = list(group)
        if number == last + 1 and number > 1:
            known = {packed[_DIGEST] for packed in before}
            for packed in here:
                if packed[_PREVIOUS] not in known:
                    yield problem(
                        Code.CHAIN_BROKEN, f"{_name(packed)} follows another {last} than the one here"
                    )
        if len(here) > 1:
            yield problem(Code.CHAIN_BROKEN, f"{number} stands twice: {' and '.join(map(_name, here))}")
        last, before = number, here


def _number(packed: str) -> int:
    return int(packed[_SEQUENCE])


def _name(packed: str) -> str:
    return f"{_number(packed)} ({packed[_DIGEST]})"
