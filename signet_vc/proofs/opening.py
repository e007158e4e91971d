"""One proof of a document, opened: what it names, and what the key that it names must have signed.

Spec: VC-DATA-INTEGRITY 1.0 §4.4 from step 4 on, and §3.3.2 of the suites' specifications. JSON Pointers of
what is raised here begin at the proof.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from enum import Enum
from functools import lru_cache
from typing import Any, Final, NamedTuple

from signet_vc.codec import jcs
from signet_vc.codec.multibase import EncodingError, base58btc_decode
from signet_vc.codec.strict_json import Json, JsonObject
from signet_vc.did.resolver import Resolver, resolve_key
from signet_vc.errors import Code, ProblemError
from signet_vc.keys.key_type import KeyType
from signet_vc.keys.signing import PublicKey
from signet_vc.proofs.members import check_members, domains_of
from signet_vc.proofs.suite import Suite, hash_data
from signet_vc.proofs.suites import SUITES

__all__ = [
    "PROOF_TYPE",
    "Controller",
    "Expected",
    "Opened",
    "as_list",
    "check_signature",
    "is_known",
    "located",
    "names_key_of",
    "open_proof",
]

PROOF_TYPE: Final = "DataIntegrityProof"
_NAMING: Final = ("type", "cryptosuite", "proofPurpose", "verificationMethod")
_CACHED: Final = 4096  # signers, each named in at most so many characters
_MOST_CACHED: Final = 1024


class Controller(Enum):
    """In place of a controller's DID, where none is demanded."""

    ANY = "any"  # a proof then says only: unchanged since the key that it names signed


class Expected(NamedTuple):
    """What every proof of one document is held to. See ``data_integrity.verify``."""

    controller: str | Controller
    purpose: str
    suites: Mapping[str, Suite]
    resolver: Resolver | None
    at_ns: int | None = None
    domain: frozenset[str] | None = None
    challenge: str | None = None


class Named(NamedTuple):
    """What a proof names: its suite, and the key that is to have made it."""

    suite: Suite
    verification_method: str
    public_key: PublicKey


class Opened(NamedTuple):
    """document: what was hashed, under the proof's own context. configuration: the canonical proof."""

    named: Named
    signature: bytes
    configuration: bytes
    document: JsonObject


def is_known(proof: JsonObject, suites: Mapping[str, Suite]) -> bool:
    """Tell whether a proof is of a type and a cryptosuite that there are; one that is malformed counts so."""
    kind, cryptosuite = proof.get("type"), proof.get("cryptosuite")
    if not isinstance(kind, str):
        return True
    if kind != PROOF_TYPE:
        return False
    return not isinstance(cryptosuite, str) or cryptosuite in suites


def names_key_of(proof: JsonObject, controller: str) -> bool:
    """Tell whether a proof claims to be made by a key of ``controller``, a DID."""
    verification_method = proof.get("verificationMethod")
    return isinstance(verification_method, str) and verification_method.partition("#")[0] == controller


def open_proof(proof: JsonObject, unsecured: JsonObject, expected: Expected) -> Opened:
    """Open a proof of the document ``unsecured``, which holds of its proofs those that this one rests on.

    Raises ProblemError: PROOF_INVALID and UNSUPPORTED_CRYPTOSUITE for its members, PROOF_PURPOSE_MISMATCH,
    DOMAIN_MISMATCH, CHALLENGE_MISMATCH, CONTEXT_MISMATCH, and as ``resolve_key`` does; UnavailableError if
    a DID cannot be resolved. Nothing is resolved for a proof that is not for this verifier.
    """
    check_members(proof)
    if expected.domain is not None and domains_of(proof) != expected.domain:
        raise ProblemError.of(Code.DOMAIN_MISMATCH, "the proof is for other domains, or for none", "/domain")
    if expected.challenge is not None and proof.get("challenge") != expected.challenge:
        raise ProblemError.of(
            Code.CHALLENGE_MISMATCH, "the proof answers another challenge, or none", "/challenge"
        )
    named = _named(proof, expected)
    suite, key_type = named.suite, named.public_key.key_type
    document = unsecured
    if suite.pins_context and "@context" in proof:
        document = _pinned(unsecured, proof["@context"])
    signature = _signature(proof.get("proofValue"), key_type)
    configuration = suite.configuration(proof, document, key_type).closed()
    return Opened(named, signature, configuration, document)


def check_signature(opened: Opened, transformed: bytes, *, strict: bool) -> None:
    """§3.3.2 from the hashes on. Raises PROOF_INVALID. strict: also for an ECDSA signature with a high s."""
    public_key = opened.named.public_key
    key_type = public_key.key_type
    message = hash_data(opened.configuration, transformed, key_type)
    if not public_key.verify(opened.signature, message):
        raise ProblemError.of(Code.PROOF_INVALID, "the signature is not this key's over this document")
    if strict and not key_type.is_low_s(opened.signature):
        raise ProblemError.of(Code.PROOF_INVALID, "the second spelling of the signature, with a high s")


def located(error: ProblemError, place: Callable[[str], str]) -> ProblemError:
    """The same problems, each at the place that ``place`` gives for its JSON Pointer."""
    return ProblemError(*(replace(each, pointer=place(each.pointer)) for each in error.problems))


def _named(proof: JsonObject, expected: Expected) -> Named:
    """§4.4 steps 4 and 5, and the key."""
    members = [proof.get(name) for name in _NAMING]
    if expected.resolver is None and expected.suites is SUITES:
        method = members[-1]
        if type(method) is str and len(method) <= _MOST_CACHED:
            try:
                return _named_locally(expected.controller, expected.purpose, *members)
            except TypeError:  # an object or an array, which cannot be looked up: refused below
                pass
    return _named_in(expected, *members)


@lru_cache(maxsize=_CACHED)
def _named_locally(controller: str | Controller, purpose: str, *members: Any) -> Named:
    """Remember what is the same in each proof of a signer, where nothing is resolved that might change.

    Only what is sound gets in, so that no entry is large.
    """
    return _named_in(Expected(controller, purpose, SUITES, None), *members)


def _named_in(expected: Expected, *members: Any) -> Named:
    for name, value in zip(_NAMING, members, strict=True):
        if not isinstance(value, str):
            raise ProblemError.of(Code.PROOF_INVALID, f"the proof has no {name}", f"/{name}")
    kind, cryptosuite, purpose, verification_method = members
    if kind != PROOF_TYPE:
        raise ProblemError.of(Code.UNSUPPORTED_CRYPTOSUITE, f"the proof is no {PROOF_TYPE}", "/type")
    if purpose != expected.purpose:
        detail = f"the proof does not serve {expected.purpose}"
        raise ProblemError.of(Code.PROOF_PURPOSE_MISMATCH, detail, "/proofPurpose")
    suite = expected.suites.get(cryptosuite)
    if suite is None:
        detail = "the cryptosuite is not known, or not allowed"
        raise ProblemError.of(Code.UNSUPPORTED_CRYPTOSUITE, detail, "/cryptosuite")
    public_key = _key(verification_method, expected)
    if public_key.key_type.name not in suite.key_types:
        detail = f"{suite.name} takes no {public_key.key_type.name} key"
        raise ProblemError.of(Code.UNSUPPORTED_CRYPTOSUITE, detail, "/cryptosuite")
    return Named(suite, verification_method, public_key)


def _key(verification_method: str, expected: Expected) -> PublicKey:
    controller = expected.controller
    if isinstance(controller, Controller):
        controller = verification_method.partition("#")[0]
    try:
        return resolve_key(
            verification_method,
            controller=controller,
            purpose=expected.purpose,
            resolver=expected.resolver,
            at_ns=expected.at_ns,
        )
    except ProblemError as error:
        raise located(error, lambda _: "/verificationMethod") from error


def _pinned(unsecured: JsonObject, context: Json) -> JsonObject:
    """§3.3.2 step 4: the document under the proof's context, with which its own has to begin."""
    if "@context" not in unsecured:
        raise ProblemError.of(Code.CONTEXT_MISMATCH, "the document has no @context", "/@context")
    whole = unsecured["@context"]
    own, named = as_list(whole), as_list(context)
    if not named or len(named) > len(own) or not all(map(_same, own, named)):
        detail = "the document's @context does not begin with the proof's"
        raise ProblemError.of(Code.CONTEXT_MISMATCH, detail, "/@context")
    if len(own) == len(named) and type(whole) is type(context):
        return unsecured
    return {**unsecured, "@context": context}


def as_list(context: Json) -> list[Json]:
    """Give the values of a context, which may be written without its list if it is one."""
    return context if isinstance(context, list) else [context]


def _same(own: Json, named: Json) -> bool:
    """Tell whether two contexts are equal as JSON: Python's ``==`` would take 1 for true."""
    if type(own) is str and type(named) is str:
        return own == named
    return jcs.canonicalize(own) == jcs.canonicalize(named)


def _signature(value: Json, key_type: KeyType) -> bytes:
    if not isinstance(value, str) or not value.startswith("z"):
        raise ProblemError.of(Code.PROOF_INVALID, "no multibase value in base58btc", "/proofValue")
    try:
        return base58btc_decode(value[1:], key_type.signature_length)
    except EncodingError as error:
        raise ProblemError.of(Code.PROOF_INVALID, str(error), "/proofValue") from error
