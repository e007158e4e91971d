"""Adding a proof: the first of a document, one more of a set, or the next of a chain.

Spec: VC-DATA-INTEGRITY 1.0 §§4.2 and 4.3 with §3.3.1 of the suites' specifications (Recommendations of
15 May 2025).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from signet_vc.codec.multibase import base58btc_encode
from signet_vc.codec.strict_json import JsonObject
from signet_vc.did.document import PROOF_PURPOSES
from signet_vc.errors import ProblemError, UsageError
from signet_vc.keys.key_type import KeyType
from signet_vc.keys.signing import Signer
from signet_vc.proofs.chain import MOST_PROOFS, links_of, proofs_of, rest_on
from signet_vc.proofs.gap import Gap
from signet_vc.proofs.members import check_members, previous_of
from signet_vc.proofs.opening import PROOF_TYPE
from signet_vc.proofs.suite import Suite, hash_data
from signet_vc.proofs.suites import default_suite

__all__ = ["ProofToSign", "create", "prepare"]

_NO_OPTIONS: Final[Mapping[str, Any]] = MappingProxyType({})


class ProofToSign(NamedTuple):
    """The first of two steps: what is to be signed, with every intermediate value of the specification.

    document: as it was given, with the proofs that it has. proof: the new one, without ``proofValue``.
    transformed: the canonical document, in a chain with the proofs that the new one rests on. configuration:
    the canonical proof, a gap where its value belongs. message: their two hashes, which the key signs (and,
    for ECDSA, hashes once more).
    """

    document: JsonObject
    proof: JsonObject
    transformed: bytes
    configuration: Gap
    message: bytes
    key_type: KeyType

    def finish(self, signature: bytes) -> JsonObject:
        """Give the secured document: a new object that shares the values of the one given."""
        proof: JsonObject = {**self.proof, "proofValue": self.proof_value(signature)}
        if "proof" not in self.document:
            return {**self.document, "proof": proof}
        return {**self.document, "proof": [*(each for _, each in proofs_of(self.document)), proof]}

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
    """Work out what a key has to sign to secure ``document``, beside the proofs that it may have.

    verification_method: the DID URL of the key. created: an ``xsd:dateTimeStamp``; None leaves it out.
    options: further members of the proof: ``id``, ``expires``, ``domain``, ``challenge``, ``nonce``, others
    that the contexts define, and ``previousProof``, one ``id`` or a list of them, which makes a chain.
    canonical: RFC 8785 of the document, if that is at hand; of one that has no proof.

    Raises:
        UsageError: the suite does not go with the key; an option is not the caller's to give, has not its
            form, or names a proof that is not there.
        ProblemError: the document cannot be canonicalized, or the proofs that it has are none.
    """
    if key_type.name not in suite.key_types:
        raise UsageError(f"{suite.name} takes no {key_type.name} key")
    controller, _, fragment = verification_method.partition("#")
    if not controller or not fragment:
        raise UsageError("the verification method of a key is a URL with a fragment")
    if purpose not in PROOF_PURPOSES:
        raise UsageError("no proof serves that purpose")
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
    try:
        check_members(proof)  # no proof is made that would be refused for them
    except ProblemError as error:
        raise UsageError(f"an option of a proof has not its form: {error}") from error
    signed = document
    if "proof" in document or "previousProof" in proof:
        if canonical is not None:
            raise UsageError("the document has a proof already, and the canonical form is of one without")
        signed, proof = _beside_others(document, proof)
    configuration = suite.configuration(proof, signed, key_type)
    transformed = suite.transform(signed, key_type.digest, canonical)
    message = hash_data(configuration.closed(), transformed, key_type)
    return ProofToSign(document, proof, transformed, configuration, message, key_type)


def create(
    document: JsonObject,
    signer: Signer,
    *,
    created: str | None,
    suite: Suite | None = None,
    purpose: str = "assertionMethod",
    options: Mapping[str, Any] = _NO_OPTIONS,
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
        purpose=purpose,
        options=options,
    )
    return to_sign.finish(signer.sign(to_sign.message))


def _with_options(proof: JsonObject, options: Mapping[str, Any]) -> JsonObject:
    ours = options.keys() & {*proof, "@context", "created", "proofValue"}
    if ours:
        raise UsageError(f"not an option of a proof: {', '.join(sorted(ours))}")
    return {**proof, **options}


def _beside_others(document: JsonObject, proof: JsonObject) -> tuple[JsonObject, JsonObject]:
    """Give what the new proof signs, and the proof itself: §4.3 steps 1 to 6.

    It names those it rests on in the order in which they are hashed: so it still verifies where the proofs
    of the document are put in another order.
    """
    proofs = proofs_of(document) if "proof" in document else []
    if len(proofs) >= MOST_PROOFS:
        raise UsageError(f"a document has at most {MOST_PROOFS} proofs")
    links_of(proofs)
    names = [each.get("id") for _, each in proofs]
    if "id" in proof and proof["id"] in names:
        raise UsageError("a proof of the document has that id")
    wanted = previous_of(proof)
    if not all(name in names for name in wanted):
        raise UsageError("previousProof names a proof that the document has not")
    unsecured = {name: value for name, value in document.items() if name != "proof"}
    if not wanted:
        return unsecured, proof
    if isinstance(proof["previousProof"], list):
        proof = {**proof, "previousProof": [name for name in names if name in wanted]}
    return rest_on(unsecured, [each for _, each in proofs if each.get("id") in wanted]), proof
