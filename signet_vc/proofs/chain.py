"""The proofs of a document and how they rest on one another: proof sets and proof chains.

A proof of a chain signs the document together with the proofs that its ``previousProof`` names, and only
those: their own predecessors are not in it.

Spec: VC-DATA-INTEGRITY 1.0 §§2.1.1, 2.1.2, and steps 1 to 6 of §4.3, which are step 3 of §4.5
(Recommendation of 15 May 2025).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import Final, NamedTuple

from signet_vc.codec.strict_json import JsonObject
from signet_vc.errors import Code, Problem, ProblemError, problem
from signet_vc.proofs.members import previous_of

__all__ = ["MOST_PROOFS", "Link", "links_of", "proofs_of", "rest_on", "standing"]

MOST_PROOFS: Final = 16  # each costs the check of a signature


class Link(NamedTuple):
    """A proof of several.

    pointer: its JSON Pointer. previous: the places of those it rests on, in the order of their names in it.
    """

    pointer: str
    proof: JsonObject
    previous: tuple[int, ...]

    def orders(self) -> list[tuple[int, ...]]:
        """In which orders the proofs that it rests on may have been hashed, the specification's first.

        §4.5 step 3.2 takes them in the order of the document, which a store need not keep. Where that
        matters (JCS), the order in which they are named is signed.
        """
        return [tuple(sorted(self.previous)), *([self.previous] if not _ascends(self.previous) else [])]


def _ascends(places: tuple[int, ...]) -> bool:
    return all(left < right for left, right in pairwise(places))


def proofs_of(document: JsonObject) -> list[tuple[str, JsonObject]]:
    """Find the proofs of a document, each with its JSON Pointer.

    Raises ProblemError: PROOF_MISSING, TOO_LARGE beyond MOST_PROOFS, PROOF_INVALID for what is no proof.
    """
    value = document.get("proof")
    if isinstance(value, dict):
        return [("/proof", value)]
    if value is None or value == []:
        raise ProblemError.of(Code.PROOF_MISSING, "the document has no proof", "/proof")
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise ProblemError.of(Code.PROOF_INVALID, "neither an object nor a list of objects", "/proof")
    if len(value) > MOST_PROOFS:
        raise ProblemError.of(Code.TOO_LARGE, f"more than {MOST_PROOFS} proofs", "/proof")
    return [(f"/proof/{index}", each) for index, each in enumerate(value)]


def links_of(proofs: Sequence[tuple[str, JsonObject]]) -> list[Link]:
    """Find which proofs each of them rests on.

    Raises ProblemError: PROOF_INVALID for two proofs of one ``id`` and for a malformed ``previousProof``,
    PROOF_CHAIN_BROKEN where one is named that is not there, or proofs rest on one another in a circle.
    """
    places: dict[str, int] = {}
    for place, (_, proof) in enumerate(proofs):
        name = proof.get("id")
        if isinstance(name, str) and places.setdefault(name, place) != place:
            raise ProblemError.of(Code.PROOF_INVALID, "two proofs have the same id", "/proof")
    problems: list[Problem] = []
    links: list[Link] = []
    for pointer, proof in proofs:
        try:
            names = previous_of(proof)
        except ProblemError as error:
            problems += (problem(each.code, each.detail, pointer + each.pointer) for each in error.problems)
            continue
        if not all(name in places for name in names):
            detail = "it rests on a proof that is not there"
            problems.append(problem(Code.PROOF_CHAIN_BROKEN, detail, f"{pointer}/previousProof"))
            continue
        links.append(Link(pointer, proof, tuple([places[name] for name in names])))
    if problems:
        raise ProblemError(*problems)
    _in_order(links)
    return links


def _in_order(links: Sequence[Link]) -> list[int]:
    """Give the places of the proofs, each after those that it rests on."""
    try:
        return list(
            TopologicalSorter({place: link.previous for place, link in enumerate(links)}).static_order()
        )
    except CycleError as error:
        first: int = error.args[1][0]
        detail = "proofs rest on one another in a circle"
        pointer = f"{links[first].pointer}/previousProof"
        raise ProblemError.of(Code.PROOF_CHAIN_BROKEN, detail, pointer) from error


def rest_on(document: JsonObject, proofs: Iterable[JsonObject]) -> JsonObject:
    """Give what a proof signs that rests on ``proofs``: the document with them, as a list even if it is one.

    document: without ``proof``. This is step 6 of §4.3, as W3C's vectors have it.
    """
    return {**document, "proof": list(proofs)}


def standing(links: Sequence[Link], verified: Iterable[int]) -> set[int]:
    """Of the proofs whose signatures verify, give those that stand: all that they rest on stands too."""
    sound, stand = set(verified), set[int]()
    for place in _in_order(links):
        if place in sound and stand.issuperset(links[place].previous):
            stand.add(place)
    return stand
