"""Verifying several proofs of one document: a set, chains, or both at once.

§4.5 gives "one method" of it, "verifying every proof", and admits others that "verify a subset". Here it is
every proof, whoever made it; a proof of the controller's must be among them. The signatures are checked one
by one, in any order; then a proof stands if all that it rests on stand.

Spec: VC-DATA-INTEGRITY 1.0 §4.5 (Recommendation of 15 May 2025).
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

from signet_vc.codec import rdf_work
from signet_vc.codec.strict_json import JsonObject
from signet_vc.errors import Code, Problem, ProblemError, problem
from signet_vc.limits import DEFAULT_LIMITS
from signet_vc.proofs.chain import Link, rest_on, standing
from signet_vc.proofs.opening import (
    Controller,
    Expected,
    Opened,
    check_signature,
    is_known,
    located,
    names_key_of,
    open_proof,
)
from signet_vc.proofs.transformed import Transformed

__all__ = ["Verdict", "verify_set"]


class Verdict(NamedTuple):
    """problems: nothing may be relied on if there is one. verified: the proofs that stand, in order."""

    problems: list[Problem]
    verified: list[Opened]
    notices: list[Problem]


def verify_set(
    links: Sequence[Link],
    unsecured: JsonObject,
    canonical: bytes | None,
    expected: Expected,
    *,
    strict: bool,
    allow_unknown: bool,
) -> Verdict:
    """Verify every proof of ``links``; canonical: RFC 8785 of the unsecured document, if that is at hand.

    See ``data_integrity.verify``. Raises UnavailableError if a DID cannot be resolved.
    """
    problems: list[Problem] = []
    notices: list[Problem] = []
    opened: dict[int, Opened] = {}
    theirs = set[int]() if strict else _of_others(links, expected)
    check = _Check(unsecured, canonical, expected, strict=strict)
    # The controller's first: for a stranger's proof, which anyone may add, nothing is resolved before one.
    with rdf_work.together(DEFAULT_LIMITS):
        for place in sorted(range(len(links)), key=theirs.__contains__):
            link = links[place]
            if allow_unknown and not is_known(link.proof, expected.suites):
                notices.append(problem(Code.UNSUPPORTED_CRYPTOSUITE, "a proof is not known", link.pointer))
            elif place not in theirs or opened:
                try:
                    opened[place] = check.signature(link, links, theirs=place in theirs)
                except ProblemError as error:
                    problems += error.problems
    stand = standing(links, opened)
    for place in sorted(opened.keys() - stand):
        detail = "it rests on a proof that does not verify"
        problems.append(problem(Code.PROOF_CHAIN_BROKEN, detail, f"{links[place].pointer}/previousProof"))
    if not problems and stand <= theirs:
        problems.append(problem(Code.UNSUPPORTED_CRYPTOSUITE, "no proof of the issuer's is known", "/proof"))
    for place in sorted(stand & theirs):
        detail = "another than the issuer has signed too"
        notices.append(problem(Code.KEY_NOT_CONTROLLED_BY_ISSUER, detail, links[place].pointer))
    return Verdict(list(dict.fromkeys(problems)), [opened[place] for place in sorted(stand)], notices)


def _of_others(links: Sequence[Link], expected: Expected) -> set[int]:
    """Find the proofs that name other keys than the controller's.

    None if none names one of the controller's: each is then refused for the key that it names.
    """
    controller = expected.controller
    if isinstance(controller, Controller):
        return set()
    own = {place for place, link in enumerate(links) if names_key_of(link.proof, controller)}
    return set(range(len(links))) - own if own else own


class _Check:
    """The signature of one proof after the other, over what it signs."""

    def __init__(
        self, unsecured: JsonObject, canonical: bytes | None, expected: Expected, *, strict: bool
    ) -> None:
        self._unsecured = unsecured
        self._canonical = canonical
        self._expected = expected
        self._strict = strict
        self._transformed = Transformed()
        self._documents: dict[tuple[int, ...], JsonObject] = {(): unsecured}

    def signature(self, link: Link, links: Sequence[Link], *, theirs: bool) -> Opened:
        """Check one, not those that it rests on. Raises as ``open_proof``, and PROOF_INVALID."""
        expected = self._expected._replace(controller=Controller.ANY) if theirs else self._expected
        first, *others = link.orders()
        try:
            opened = open_proof(link.proof, self._signed(first, links), expected)
        except ProblemError as error:
            raise located(error, lambda pointer: link.pointer + pointer) from error
        try:
            return self._checked(opened)
        except ProblemError as error:
            for order in others:  # at most one
                other = {**opened.document, "proof": self._signed(order, links)["proof"]}
                with suppress(ProblemError):
                    return self._checked(opened._replace(document=other))
            raise located(error, lambda pointer: _place(pointer, link, links)) from error

    def _signed(self, places: tuple[int, ...], links: Sequence[Link]) -> JsonObject:
        """Give the document that a proof signs which rests on those at ``places``."""
        if places not in self._documents:
            proofs = [links[place].proof for place in places]
            self._documents[places] = rest_on(self._unsecured, proofs)
        return self._documents[places]

    def _checked(self, opened: Opened) -> Opened:
        suite, _, public_key = opened.named
        canonical = self._canonical if opened.document is self._unsecured else None
        transformed = self._transformed.of(opened.document, suite, public_key.key_type, canonical)
        check_signature(opened, transformed, strict=self._strict)
        return opened


def _place(pointer: str, link: Link, links: Sequence[Link]) -> str:
    """Where in the secured document stands what stands at ``pointer`` in the one that a proof signs."""
    first = link.orders()[0]
    for place, source in enumerate(first):
        within = f"/proof/{place}"
        if pointer == within or pointer.startswith(f"{within}/"):
            return links[source].pointer + pointer[len(within) :]
    return pointer or link.pointer
