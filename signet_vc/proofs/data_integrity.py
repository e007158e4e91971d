"""Data Integrity: one algorithm that adds a proof, one that verifies those that are there.

Spec: VC-DATA-INTEGRITY 1.0 §§4.2, 4.4, 4.5 with §3.3.1 and §3.3.2 of the suites' specifications
(Recommendations of 15 May 2025). Proof chains (``previousProof``) are refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from signet_vc.codec.multibase import base58btc_encode
from signet_vc.codec.strict_json import JsonObject
from signet_vc.did.resolver import Resolver
from signet_vc.errors import Code, Problem, ProblemError, UsageError
from signet_vc.keys.key_type import KeyType
from signet_vc.keys.signing import Signer
from signet_vc.proofs.gap import Gap
from signet_vc.proofs.opening import PROOF_TYPE, Controller, Expected, Opened, as_list, open_proof
from signet_vc.proofs.suite import Suite, hash_data
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

_NO_OPTIONS: Final[Mapping[str, Any]] = MappingProxyType({})
_MOST_PROOFS: Final = 16  # each costs the check of a signature


# --- adding a proof: §4.2 ------------------------------------------------------------------------------


class ProofToSign(NamedTuple):
    """The first of two steps: what is to be signed, with every intermediate value of the specification.

    proof: without ``proofValue``. transformed: the canonical document. configuration: the canonical proof,
    a gap where its value belongs. message: their two hashes, which the key signs (and, for ECDSA, hashes
    once more).
    """

    document: JsonObject
    proof: JsonObject
    transformed: bytes
    configuration: Gap
    message: bytes
    key_type: KeyType

    def finish(self, signature: bytes) -> JsonObject:
        """Give the secured document: a new object that shares the values of the unsecured one."""
        return {**self.document, "proof": {**self.proof, "proofValue": self.proof_value(signature)}}

    def proof_value(self, signature: bytes) -> str:
        """Write ``z`` and base58btc. UsageError for a signature of another length than the key's."""
        if len(signature) != self.key_type.signature_length:
            raise UsageError(f"the signer gave no {self.key_type.name} signature, but {len(signature)} bytes")
        return "z" + base58btc_encode(signature)


def prepare(
    document: JsonObject,
    *,
    suite: Suite,
    key_type: KeyType,
    verification_method: str,
    created: str | None,
    purpose: str = "assertionMethod",
    options: Mapping[str, Any] = _NO_OPTIONS,
    canonical: bytes | None = None,
) -> ProofToSign:
    """Work out what a key has to sign to secure ``document``, which has no proof yet.

    verification_method: the DID URL of the key. created: an ``xsd:dateTimeStamp``; None leaves it out.
    options: further members of the proof (``expires``, ``domain``, …). canonical: RFC 8785 of the document,
    if that is at hand.

    Raises:
        UsageError: the suite does not go with the key, an option is not the caller's to give, the document
            has a proof.
        ProblemError: the document cannot be canonicalized.
    """
    if key_type.name not in suite.key_types:
        raise UsageError(f"{suite.name} takes no {key_type.name} key")
    if "proof" in document:
        raise UsageError("the document has a proof already")
    proof: JsonObject = {
        "type": PROOF_TYPE,
        "cryptosuite": suite.name,
        "verificationMethod": verification_method,
        "proofPurpose": purpose,
    }
    if created is not None:
        proof["created"] = created
    if suite.pins_context and "@context" in document:
        context = document["@context"]
        proof["@context"] = context.copy() if type(context) is list else context
    if options:
        proof = _with_options(proof, options)
    configuration = suite.configuration(proof, document, key_type)
    transformed = suite.transform(document, key_type.digest, canonical)
    message = hash_data(configuration.closed(), transformed, key_type)
    return ProofToSign(document, proof, transformed, configuration, message, key_type)


def create(
    document: JsonObject, signer: Signer, *, created: str | None, suite: Suite | None = None
) -> JsonObject:
    """Secure ``document`` with a proof of ``signer``: ``prepare``, sign, ``finish``.

    Raises UnavailableError if the signer cannot be reached, and as ``prepare``.
    """
    key_type = signer.public_key.key_type
    to_sign = prepare(
        document,
        suite=default_suite(key_type) if suite is None else suite,
        key_type=key_type,
        verification_method=signer.verification_method,
        created=created,
    )
    return to_sign.finish(signer.sign(to_sign.message))


def _with_options(proof: JsonObject, options: Mapping[str, Any]) -> JsonObject:
    ours = options.keys() & {*proof, "@context", "created", "proofValue", "previousProof"}
    if ours:
        raise UsageError(f"not an option of a proof: {', '.join(sorted(ours))}")
    return {**proof, **options}


# --- verifying: §§4.4 and 4.5 --------------------------------------------------------------------------


class ProofResult(NamedTuple):
    """What came of verifying the proofs of a document.

    ``document``: what was hashed, without ``proof``; None if there is any problem. Context values after
    those that a proof names are not signed, and not in it. ``verified``: the proofs that verify, in order.
    """

    problems: tuple[Problem, ...]
    document: JsonObject | None
    verified: tuple[Opened, ...]

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
) -> ProofResult:
    """Verify every proof of a secured document; all must hold, and there must be one.

    controller: the DID whose keys must have made them. strict: refuse the second spelling of an ECDSA
    signature (high s). unsecured: the document without ``proof``, and its RFC 8785, if these are at hand.

    Raises UnavailableError if a DID cannot be resolved; what is wrong with the document is in the result.
    """
    try:
        proofs = _proofs(document)
    except ProblemError as error:
        return ProofResult(error.problems, None, ())
    expected = Expected(controller, purpose, suites, resolver)
    whole, canonical = _without_proof(document) if unsecured is None else unsecured
    problems: list[Problem] = []
    verified: list[Opened] = []
    for pointer, proof in proofs:
        try:
            opened = open_proof(proof, whole, expected)
        except ProblemError as error:
            problems += (replace(each, pointer=pointer + each.pointer) for each in error.problems)
            continue
        try:
            _check_signature(opened, canonical if opened.document is whole else None, strict=strict)
        except ProblemError as error:
            problems += (replace(each, pointer=each.pointer or pointer) for each in error.problems)
            continue
        verified.append(opened)
    signed = None if problems else _signed_by_all(verified)
    return ProofResult(tuple(problems), signed, tuple(verified))


def _without_proof(document: JsonObject) -> tuple[JsonObject, None]:
    return {name: value for name, value in document.items() if name != "proof"}, None


def _proofs(document: JsonObject) -> list[tuple[str, JsonObject]]:
    """Find the proofs, each with its JSON Pointer."""
    value = document.get("proof")
    if isinstance(value, dict):
        return [("/proof", value)]
    if value is None or value == []:
        raise ProblemError.of(Code.PROOF_MISSING, "the document has no proof", "/proof")
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise ProblemError.of(Code.PROOF_INVALID, "neither an object nor a list of objects", "/proof")
    if len(value) > _MOST_PROOFS:
        raise ProblemError.of(Code.TOO_LARGE, f"more than {_MOST_PROOFS} proofs", "/proof")
    names = [each["id"] for each in value if "id" in each]
    if any(name in names[:index] for index, name in enumerate(names)):
        raise ProblemError.of(Code.PROOF_INVALID, "two proofs have the same id", "/proof")
    return [(f"/proof/{index}", each) for index, each in enumerate(value)]


def _check_signature(opened: Opened, canonical: bytes | None, *, strict: bool) -> None:
    """§3.3.2 from the hashes on. ``canonical``: RFC 8785 of the document, if that is at hand."""
    suite, _, public_key = opened.named
    key_type = public_key.key_type
    transformed = suite.transform(opened.document, key_type.digest, canonical)
    message = hash_data(opened.configuration, transformed, key_type)
    if not public_key.verify(opened.signature, message):
        raise ProblemError.of(Code.PROOF_INVALID, "the signature is not this key's over this document")
    if strict and not key_type.is_low_s(opened.signature):
        raise ProblemError.of(Code.PROOF_INVALID, "the second spelling of the signature, with a high s")


def _signed_by_all(verified: list[Opened]) -> JsonObject:
    """Of several hashed documents give the one with the fewest contexts: no proof leaves any of these out."""
    if len(verified) == 1:
        return verified[0].document
    return min((each.document for each in verified), key=lambda each: len(as_list(each.get("@context", []))))
