"""Data Integrity: the one verification of the proofs of a document, and (from ``adding``) how one is added.

Spec: VC-DATA-INTEGRITY 1.0 §§4.4 and 4.5 with §3.3.2 of the suites' specifications (Recommendations of
15 May 2025).

§4.5 verifies every proof, and lets others "verify only a subset": here every proof must verify, and one of
them at least must be by a key of the controller. What else has signed is told, and never taken for the
controller. A proof of a type or cryptosuite that is not known makes the document refused, unless the caller
says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from signet_vc.codec.strict_json import JsonObject
from signet_vc.did.resolver import Resolver
from signet_vc.errors import Code, Problem, ProblemError, problem
from signet_vc.proofs.adding import ProofToSign, create, prepare
from signet_vc.proofs.chain import links_of, proofs_of
from signet_vc.proofs.opening import (
    Controller,
    Expected,
    Opened,
    as_list,
    check_signature,
    located,
    open_proof,
)
from signet_vc.proofs.proof_set import verify_set
from signet_vc.proofs.suite import Suite
from signet_vc.proofs.suites import SUITES, default_suite

__all__ = [
    "SUITES",
    "Controller",
    "ProofResult",
    "ProofToSign",
    "create",
    "default_suite",
    "prepare",
    "verify",
]


class ProofResult(NamedTuple):
    """What came of verifying the proofs of a document.

    ``document``: what was hashed, without ``proof``; None if there is any problem. Context values after
    those that a proof names are not signed, and not in it. ``verified``: the proofs that verify, in order.
    ``notices``: signers beside the controller, and proofs that are not known, where that is allowed.
    """

    problems: tuple[Problem, ...]
    document: JsonObject | None
    verified: tuple[Opened, ...]
    notices: tuple[Problem, ...] = ()

    @property
    def cryptosuites(self) -> tuple[str, ...]:
        """Name the cryptosuites of the proofs that verify, in order."""
        return tuple([each.named.suite.name for each in self.verified])

    @property
    def verification_methods(self) -> tuple[str, ...]:
        """Name the verification methods of the proofs that verify, in order."""
        return tuple([each.named.verification_method for each in self.verified])


def verify(
    document: JsonObject,
    *,
    controller: str | Controller,
    purpose: str = "assertionMethod",
    suites: Mapping[str, Suite] = SUITES,
    resolver: Resolver | None = None,
    strict: bool = False,
    unsecured: tuple[JsonObject, bytes] | None = None,
    at_ns: int | None = None,
    domain: frozenset[str] | None = None,
    challenge: str | None = None,
    allow_unknown: bool = False,
) -> ProofResult:
    """Verify every proof of a secured document; all must hold, and there must be one of the controller's.

    controller: the DID whose keys must have made one of them. strict: all of them must be its own, there
    are no chains, and no second spelling of an ECDSA signature (high s). unsecured: the document without
    ``proof``, and its RFC 8785, if these are at hand. at_ns: when, nanoseconds since 1970, for keys that
    expire or are revoked. domain, challenge: what every proof must name, exactly. allow_unknown: tell of a
    proof whose type or cryptosuite is not known, in a notice, instead of refusing it.

    DIDs are resolved by ``resolver`` alone. Those of others than the controller, whose documents anyone may
    have added, only once a proof of the controller has verified.

    Raises UnavailableError if a DID cannot be resolved; what is wrong with the document is in the result.
    """
    expected = Expected(controller, purpose, suites, resolver, at_ns, domain, challenge)
    whole, canonical = _without_proof(document) if unsecured is None else unsecured
    proof = document.get("proof")
    try:
        if isinstance(proof, dict) and "previousProof" not in proof:
            return _verify_one(proof, whole, canonical, expected, strict=strict)
        proofs = proofs_of(document)
        if strict:
            _refuse_chains(proofs)
        links = links_of(proofs)
    except ProblemError as error:
        return ProofResult(error.problems, None, ())
    problems, verified, notices = verify_set(
        links, whole, canonical, expected, strict=strict, allow_unknown=allow_unknown
    )
    signed = None if problems else _signed_by_all(verified)
    return ProofResult(tuple(problems), signed, tuple(verified), tuple(notices))


def _without_proof(document: JsonObject) -> tuple[JsonObject, None]:
    return {name: value for name, value in document.items() if name != "proof"}, None


def _verify_one(
    proof: JsonObject, whole: JsonObject, canonical: bytes | None, expected: Expected, *, strict: bool
) -> ProofResult:
    """§4.4, of the proof that is the only one; raises ProblemError."""
    try:
        opened = open_proof(proof, whole, expected)
    except ProblemError as error:
        raise located(error, lambda pointer: "/proof" + pointer) from error
    suite, _, public_key = opened.named
    at_hand = canonical if opened.document is whole else None
    try:
        transformed = suite.transform(opened.document, public_key.key_type.digest, at_hand)
        check_signature(opened, transformed, strict=strict)
    except ProblemError as error:
        raise located(error, lambda pointer: pointer or "/proof") from error
    return ProofResult((), opened.document, (opened,))


def _refuse_chains(proofs: list[tuple[str, JsonObject]]) -> None:
    problems = [
        problem(Code.UNSUPPORTED_CRYPTOSUITE, "proof chains are not verified", f"{pointer}/previousProof")
        for pointer, proof in proofs
        if "previousProof" in proof
    ]
    if problems:
        raise ProblemError(*problems)


def _signed_by_all(verified: list[Opened]) -> JsonObject:
    """Of several hashed documents give the one with the fewest contexts: no proof leaves any of these out."""
    fewest = min(
        (each.document for each in verified), key=lambda each: len(as_list(each.get("@context", [])))
    )
    return _without_proof(fewest)[0] if "proof" in fewest else fewest
