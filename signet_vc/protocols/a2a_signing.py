"""Signing A2A AgentCards: in the form that every reader takes in the same way, by keys that attest no calls.

Spec: A2A 1.0 §8.4.2; FORMAT, *What it means*: attestation keys sign attestations and nothing else.
"""

from __future__ import annotations

from collections.abc import Container
from typing import Final

from signet_vc.codec import jcs
from signet_vc.codec.strict_json import JsonObject
from signet_vc.credential import profile
from signet_vc.did import did_url
from signet_vc.errors import ProblemError, UsageError
from signet_vc.keys.signing import PublicKey, Signer
from signet_vc.protocols import a2a_signature, message_key
from signet_vc.protocols.a2a_form import attestation_did, is_card, normal_form_problems

__all__ = ["prepare_card", "sign_card"]

# What the SDKs' JOSE libraries call an Ed25519 signature; RFC 9864's name is read, and not written.
_ALGORITHMS: Final = {"Ed25519": "EdDSA"}


def prepare_card(
    card: JsonObject,
    public_key: PublicKey,
    *,
    kid: str,
    jku: str | None = None,
    attesting: Container[str] = (),
    did_document: object = None,
) -> a2a_signature.CardToSign:
    """Work out what a key has to sign.

    card: as it will be served; signatures that it has stay. kid: a DID URL under which verifiers resolve the
    key, or its name in the key set at ``jku``, an https URL. attesting: did:keys of keys that attest tool
    calls. did_document: of a ``kid`` under a DID that does not hold its key: the document, which must give
    the key to ``authentication`` and not to ``assertionMethod``, which is what attestations are made under.

    Raises:
        ProblemError: INVALID_AGENT_CARD for a card that is not in normal form, with the places.
        UsageError: no card; the key attests tool calls; a ``kid`` that does not name this key, a ``jku``
            that is no https URL.
    """
    if profile.names_profile(card):
        raise UsageError("an attestation of a tool call is no agent card: nothing of it is signed as one")
    if not is_card(card):
        raise UsageError("not an agent card: it has neither interfaces nor capabilities nor skills")
    problems = normal_form_problems(card)
    if problems:
        raise ProblemError(*problems)
    if jku is not None and not did_url.is_https_url(jku):
        raise UsageError("jku is the https URL of a key set")
    attested = attestation_did(card)
    if public_key.did in attesting or (
        attested is not None and message_key.is_same(attested, public_key.did)
    ):
        raise UsageError(message_key.ATTESTS)
    message_key.check(kid, public_key, did_document)
    unsigned = {name: value for name, value in card.items() if name != "signatures"}
    payload = jcs.canonicalize(unsigned)
    algorithm = public_key.key_type.jws_algorithms[0]
    return a2a_signature.prepare(
        card, payload, algorithm=_ALGORITHMS.get(algorithm, algorithm), kid=kid, jku=jku
    )


def sign_card(
    card: JsonObject,
    key: Signer,
    *,
    kid: str | None = None,
    jku: str | None = None,
    attesting: Container[str] = (),
    did_document: object = None,
) -> JsonObject:
    """Sign a card with a key that answers at once: a new card, with one signature more.

    kid: default: the key's own verification method. Raises as ``prepare_card``, and UnavailableError if the
    signer cannot be reached.
    """
    to_sign = prepare_card(
        card,
        key.public_key,
        kid=key.verification_method if kid is None else kid,
        jku=jku,
        attesting=attesting,
        did_document=did_document,
    )
    return to_sign.finish(key.sign(to_sign.message))
