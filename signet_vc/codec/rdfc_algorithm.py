"""RDFC-1.0 over PyLD's URDNA2015, with its work counted.

The two algorithms differ in the escapes of N-Quads, in the digest, which is an argument, and in the bound:
blank nodes that look alike are told apart by trying their orders, which is exponential (§7.1, dataset
poisoning). PyLD contributes Hash N-Degree Quads and Hash Related Blank Node (§§4.7, 4.8).

Spec: RDFC-1.0 §4 (Recommendation of 21 May 2024). Imports PyLD: only ``codec.rdfc`` imports this.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final, NoReturn

from pyld.canon import URDNA2015
from pyld.identifier_issuer import IdentifierIssuer

from signet_vc.codec import rdf_work
from signet_vc.codec.rdf_nquads import Quad, is_blank
from signet_vc.errors import Code, ProblemError

__all__ = ["canonical_nquads"]

# The orders of nine nodes are 362,880: more than any limit would allow, so they are not begun.
_MOST_ALIKE: Final = 8
_DEEPEST: Final = 128  # alike nodes, each known by the one before: what the stack holds
_COPIED_IN_A_STEP: Final = 32  # identifiers that are copied in the time of one step


def canonical_nquads(quads: Iterable[Quad], *, digest: str, most_work: int) -> str:
    """Canonicalize a dataset: lines in code point order, blank nodes named ``_:c14n0``, ….

    digest: a name that ``hashlib`` knows, of every hash inside. most_work: steps beyond the first hash of
    each blank node: a related hash, an order begun, an identifier issued on trial.

    Raises ProblemError (GRAPH_TOO_COMPLEX) past ``most_work``.
    """
    return _Canonicalization(digest, most_work).lines(list(quads))


class _Work:
    """What may still be spent."""

    def __init__(self, most: int) -> None:
        self.left = most

    def spend(self, steps: int) -> None:
        rdf_work.spend(steps=steps)
        self.left -= steps
        if self.left < 0:
            self.refuse()

    def refuse(self) -> NoReturn:
        raise ProblemError.of(
            Code.GRAPH_TOO_COMPLEX, "too many blank nodes look alike to put them in an order"
        )


class _TrialIssuer(IdentifierIssuer):  # type: ignore[misc]  # PyLD carries no types
    """§4.3, for names on trial: each is counted, and so is a copy, which each order begins with."""

    def __init__(self, work: _Work) -> None:
        super().__init__("_:b")
        self._work = work

    def get_id(self, old: str | None = None) -> str:
        if old not in self.existing:
            self._work.spend(1)
        issued: str = super().get_id(old)
        return issued

    def __deepcopy__(self, _memo: dict[int, Any]) -> _TrialIssuer:
        self._work.spend(1 + len(self.order) // _COPIED_IN_A_STEP)
        twin = _TrialIssuer(self._work)
        twin.counter = self.counter
        twin.existing = self.existing.copy()
        twin.order = self.order.copy()
        return twin


class _Canonicalization(URDNA2015):  # type: ignore[misc]  # PyLD carries no types
    """One canonicalization. ``blank_node_info`` and ``canonical_issuer`` are PyLD's."""

    def __init__(self, digest: str, most_work: int) -> None:
        super().__init__()
        self._digest = digest
        self._work = _Work(most_work)
        self._hashes: dict[str, str] = {}
        self._depth = 0

    def lines(self, quads: list[Quad]) -> str:
        """§4.4.3."""
        for quad in quads:
            for term in {quad[0], quad[2], quad[3]}:
                if is_blank(term):
                    self.blank_node_info.setdefault(term, {"quads": []})["quads"].append(quad)
        by_hash: dict[str, list[str]] = defaultdict(list)
        for node in self.blank_node_info:
            by_hash[self.hash_first_degree_quads(node)].append(node)
        alike = []
        for _, nodes in sorted(by_hash.items()):
            if len(nodes) == 1:
                self.canonical_issuer.get_id(nodes[0])
            else:
                alike.append(nodes)
        for nodes in alike:
            self._name_alike(nodes)
        return "".join(sorted([self._line(quad) for quad in quads]))

    def _name_alike(self, nodes: list[str]) -> None:
        """Step 5: name the nodes of one hash in the order of their hashes of the n-th degree."""
        results = []
        for node in nodes:
            if not self.canonical_issuer.has_id(node):
                issuer = _TrialIssuer(self._work)
                issuer.get_id(node)
                results.append(self.hash_n_degree_quads(node, issuer))
        for result in sorted(results, key=lambda each: each["hash"]):
            for node in result["issuer"].order:
                self.canonical_issuer.get_id(node)

    def _line(self, quad: Quad) -> str:
        name = self.canonical_issuer.get_id
        return _line(*[name(term) if is_blank(term) else term for term in quad])

    # --- PyLD's hooks ---------------------------------------------------------------------------------

    def create_hash(self) -> Any:
        """Begin a hash."""
        return hashlib.new(self._digest)

    def hash_first_degree_quads(self, id_: str) -> str:
        """§4.6."""
        found = self._hashes.get(id_)
        if found is None:
            lines = []
            for quad in self.blank_node_info[id_]["quads"]:
                masked = [("_:a" if term == id_ else "_:z") if is_blank(term) else term for term in quad]
                lines.append(_line(*masked))
            found = hashlib.new(self._digest, "".join(sorted(lines)).encode()).hexdigest()
            self._hashes[id_] = found
        return found

    def hash_n_degree_quads(self, id_: str, issuer: Any) -> Any:
        """§4.8."""
        if self._depth == _DEEPEST:
            self._work.refuse()
        self._depth += 1
        result = super().hash_n_degree_quads(id_, issuer)
        self._depth -= 1
        return result

    def create_hash_to_related(self, id_: str, issuer: Any) -> dict[str, list[str]]:
        """§4.8.3 steps 1 to 3."""
        related: dict[str, list[str]] = defaultdict(list)
        for quad in self.blank_node_info[id_]["quads"]:
            for term, position in ((quad[0], "s"), (quad[2], "o"), (quad[3], "g")):
                if term != id_ and is_blank(term):
                    self._work.spend(1)
                    related[self.hash_related_blank_node(term, quad, issuer, position)].append(term)
        if any(len(set(nodes)) > _MOST_ALIKE for nodes in related.values()):
            self._work.refuse()
        return related

    def get_related_predicate(self, quad: Quad) -> str:
        """The predicate as it is hashed."""
        return quad[1]


def _line(subject: str, predicate: str, object_: str, graph: str) -> str:
    return f"{subject} {predicate} {object_} {graph} .\n" if graph else f"{subject} {predicate} {object_} .\n"
