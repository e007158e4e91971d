"""Whose key an agent card's signature names, and whether the policy lets that one sign this card.

Nothing is looked up for a stranger: a DID that the policy does not allow is resolved only if it holds its
key, and a key set is loaded only from a URL that the policy names.
Spec: A2A 1.0 §8.4.3, step 2.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from signet_vc.codec.strict_json import JsonObject
from signet_vc.did import did_url, web
from signet_vc.did.resolver import holds_its_key, resolve_key
from signet_vc.errors import Code, Problem, ProblemError, problem
from signet_vc.keys.jwk import public_from_jwk
from signet_vc.keys.signing import PublicKey
from signet_vc.policy import Policy
from signet_vc.protocols.a2a_form import attestation_did, authority_of, origin_of
from signet_vc.protocols.a2a_signature import CardSignature
from signet_vc.protocols.jwk_set import jwk_at
from signet_vc.protocols.rsa_key import RsaKey

__all__ = ["Signer", "find_signer"]

_MOST_KEY_SETS: Final = 8
# Which purpose a card's key has in its DID's document is told nowhere; ours have the first.
_PURPOSE: Final = "authentication"
_OTHER_PURPOSE: Final = "assertionMethod"


class Signer(NamedTuple):
    """Whose key a signature names: a DID, or the https URL of the key set that has it.

    refusal: why the policy does not let it sign, told only of one whose signature holds. notice: what is to
    be known of it. attests: the card names the signer itself as who attests, and its document gives this key
    to that.
    """

    name: str
    key: PublicKey | RsaKey
    refusal: Problem | None = None
    notice: Problem | None = None
    attests: bool = False

    @property
    def algorithms(self) -> tuple[str, ...]:
        """What a JWS under the key may name."""
        return self.key.algorithms if isinstance(self.key, RsaKey) else self.key.key_type.jws_algorithms


def find_signer(signature: CardSignature, card: JsonObject, policy: Policy, at_ns: int) -> Signer:
    """Find the key that ``kid`` names: that of a DID, if it is a DID URL, else one in a key set.

    Raises ProblemError: PROOF_INVALID for a stranger for whom nothing is looked up, KEY_NOT_FOUND; as
    ``resolve_key`` and ``jwk_at``. UnavailableError of RESOLVER_UNAVAILABLE.
    """
    named = did_url.parse(signature.kid)
    if named is None:
        return _in_key_set(signature, _key_sets(signature.jku, card, policy, at_ns), policy)
    return _of_did(named.did, signature.kid, card, policy, at_ns)


# --- DIDs ---------------------------------------------------------------------------------------------


def _of_did(did: str, kid: str, card: JsonObject, policy: Policy, at_ns: int) -> Signer:
    """The signer is pinned; or, where anybody is trusted, its domain is the card's own."""
    refusal = notice = None
    if not policy.allows(did, at_ns):
        refusal = problem(Code.SIGNER_NOT_ALLOWED, f"{did[:200]} is not an allowed signer")
    elif not any(each.did == did and each.active(at_ns) for each in policy.allowed_signers):
        refusal, notice = _unpinned(did, card)
    if refusal is not None and not holds_its_key(did):
        detail = "not checked: a stranger must not choose what is looked up"
        raise ProblemError.of(Code.PROOF_INVALID, detail)
    key = _key_for(_PURPOSE, did, kid, policy, at_ns)
    attests = False
    if key is None or attestation_did(card) == did:
        other = _key_for(_OTHER_PURPOSE, did, kid, policy, at_ns)
        attests = other is not None and attestation_did(card) == did
        key = key or other
    if key is None:
        detail = f"the key is listed for neither {_PURPOSE} nor {_OTHER_PURPOSE}"
        raise ProblemError.of(Code.PROOF_PURPOSE_MISMATCH, detail)
    return Signer(did, key, refusal, notice, attests)


def _key_for(purpose: str, did: str, kid: str, policy: Policy, at_ns: int) -> PublicKey | None:
    """The key, if the DID's document gives it to ``purpose``."""
    try:
        return resolve_key(kid, controller=did, purpose=purpose, resolver=policy.resolver, at_ns=at_ns)
    except ProblemError as error:
        if Code.PROOF_PURPOSE_MISMATCH not in error.codes:
            raise
        return None


def _unpinned(did: str, card: JsonObject) -> tuple[Problem | None, Problem | None]:
    """What is wrong with, and what to know of, a signer whom only the trust in anybody lets sign."""
    if holds_its_key(did):
        detail = "anybody is trusted, and nothing binds this signer to where the agent is"
        return None, problem(Code.KEY_NOT_CONTROLLED_BY_ISSUER, detail)
    try:
        domain = authority_of(web.url_of(did))
    except ProblemError:
        domain = None
    if domain is not None and domain == origin_of(card):
        return None, None
    detail = "the signer's domain is not that of the card's interfaces, and no policy pins it"
    return problem(Code.SIGNER_NOT_ALLOWED, detail), None


# --- key sets -----------------------------------------------------------------------------------------


def _key_sets(jku: str | None, card: JsonObject, policy: Policy, at_ns: int) -> list[str]:
    """The key sets that the policy names; ``jku`` chooses among these and adds none."""
    pinned = [
        each.did for each in policy.allowed_signers if did_url.is_https_url(each.did) and each.active(at_ns)
    ]
    if jku is not None and jku in pinned:
        return [jku]
    if (
        jku is not None
        and policy.trust_any
        and did_url.is_https_url(jku)
        and authority_of(jku) == origin_of(card)
    ):
        return [jku]
    if pinned:
        return pinned[:_MOST_KEY_SETS]
    if jku is not None:
        detail = "not checked: the policy does not allow the key set that its jku names"
        raise ProblemError.of(Code.PROOF_INVALID, detail)
    raise ProblemError.of(Code.KEY_NOT_FOUND, "kid is no DID URL, and the policy names no key set")


def _in_key_set(signature: CardSignature, urls: list[str], policy: Policy) -> Signer:
    missing: list[Problem] = []
    for url in urls:
        try:
            jwk = jwk_at(url, signature.kid, loader=policy.loader, limits=policy.limits)
        except ProblemError as error:
            if Code.KEY_NOT_FOUND not in error.codes:
                raise
            missing += error.problems
        else:
            return Signer(url, RsaKey(jwk) if jwk.get("kty") == "RSA" else public_from_jwk(jwk))
    raise ProblemError(*missing)
