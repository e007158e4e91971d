"""The one check that every envelope shares: that the signer's own key made the signature.

The envelope says which key (``kid``) and who signed (``iss``); both are hints, held to the controller
that the caller knows. No key is taken from a token. Spec: VC-JOSE-COSE §4.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import Any

from signet_vc.did.resolver import Resolver, resolve_key
from signet_vc.envelopes.media import CREDENTIAL, Kind
from signet_vc.errors import Code, Problem, ProblemError, problem
from signet_vc.keys.signing import KeyType

__all__ = ["signature_problems", "signer_of"]


def signature_problems(
    kind: Kind,
    *,
    kid: Any,
    issuers: list[Any],
    algorithm: Any,
    algorithms: Callable[[KeyType], Container[Any]],
    signature: bytes,
    message: bytes,
    controller: str,
    purpose: str | None,
    resolver: Resolver | None,
    at_ns: int | None,
    strict: bool,
) -> list[Problem]:
    """Check a signature against the key that ``kid`` names, if ``controller`` has it for ``purpose``.

    kid: the verification method. issuers: every ``iss`` that stands anywhere, as it was found. algorithm:
    the header's ``alg``, which must be among ``algorithms`` of the key's type. message: what must have been
    signed. purpose: None for the one that the kind of content demands. strict: refuse the second spelling of
    an ECDSA signature (high s).

    Raises ProblemError for a bad key, UnavailableError if the controller cannot be resolved.
    """
    if not isinstance(kid, str):
        return [problem(Code.PROOF_INVALID, "the header's kid does not name the signer's key")]
    for iss in issuers:
        if iss != controller:
            return [problem(kind.not_controlled, "iss is not the signer", "/iss")]
    try:
        public_key = resolve_key(
            kid,
            controller=controller,
            purpose=kind.purpose if purpose is None else purpose,
            resolver=resolver,
            at_ns=at_ns,
        )
    except ProblemError as error:
        if kind is CREDENTIAL:
            raise
        raise ProblemError(*map(_of_holder, error.problems)) from error
    key_type = public_key.key_type
    if algorithm not in algorithms(key_type):
        detail = f"alg is not that of the {key_type.name} key"
        return [problem(Code.UNSUPPORTED_CRYPTOSUITE, detail)]
    if not public_key.verify(signature, message):
        return [problem(Code.PROOF_INVALID, "the signature is not this key's over this token")]
    if strict and not key_type.is_low_s(signature):
        return [problem(Code.PROOF_INVALID, "the second spelling of the signature, with a high s")]
    return []


def signer_of(kid: Any) -> str | None:
    """Name whose key ``kid`` claims to be: for a presentation without a holder, whose proof binds itself."""
    did, hash_sign, fragment = kid.partition("#") if isinstance(kid, str) else ("", "", "")
    return did if did and hash_sign and fragment else None


def _of_holder(found: Problem) -> Problem:
    """Say of a presentation's key that it is not the holder's: it has no issuer."""
    if found.code is not Code.KEY_NOT_CONTROLLED_BY_ISSUER:
        return found
    return problem(Code.KEY_NOT_CONTROLLED_BY_HOLDER, "the key is not the holder's", found.pointer)
