"""Kind `ecdsa-jcs-2019`, on P-256 and P-384."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Final

from generator.book import Book, Case, rule
from generator.credentials import (
    ALLOWED,
    CONTROLLED,
    MULTIKEY_V1,
    NOT_PINNED,
    PURPOSE,
    UNDEFINED_TERMS,
    Credentials,
    degree,
    signed_as,
)
from generator.crypto import (
    AGENT,
    AGENT_P256,
    AGENT_P384,
    SERVER_P256,
    SERVER_P384,
    Document,
    multikey,
    secured,
)
from generator.documents import CREDENTIALS_V2, EXAMPLES_V2, proof, request, response

__all__ = ["add"]

_SUITE: Final = "VC-DI-ECDSA"
CURVES = rule(_SUITE, "3.3", "The key is on P-256 or P-384.")
HIGH_S = rule(_SUITE, "3.3.7", "Either value of s verifies: r and s satisfy the equation of ECDSA.")
CURVE_HASH = rule(_SUITE, "3.3.4", "Hashes are SHA-256 under P-256 and SHA-384 under P-384.")
RAW = rule(_SUITE, "3.3.6", "A signature is r and s, each as long as the order: 64 or 96 bytes.")
SUITE = rule(_SUITE, "2.2.1", "The cryptosuite of a proof over JCS by a NIST curve's key is ecdsa-jcs-2019.")
SIGNED = rule(_SUITE, "3.3.2", "The signature is over the hashes of this proof and this document.")
PINNED = rule(_SUITE, "3.3.2", "The document's contexts start with the proof's.")
POINT = rule(_SUITE, "2.1.1", "publicKeyMultibase is a compressed point of the curve.")
LOW_S = rule("FORMAT", "Both credentials", "A signature of the attestation format has the low s.")


def add(book: Book) -> None:
    """Add the kind."""
    made = Credentials(book, "ecdsa-jcs-2019")
    small = made.accept("p-256", CURVES, secured(degree(AGENT_P256), AGENT_P256), AGENT_P256)
    large = made.accept("p-384", CURVES, secured(degree(AGENT_P384), AGENT_P384), AGENT_P384)
    for key in (SERVER_P256, SERVER_P384):
        made.accept(f"{key.type.lower()}-another-key", CURVES, secured(degree(key), key), key)
    for key in (AGENT_P256, AGENT_P384):
        made.accept(
            f"{key.type.lower()}-high-s", HIGH_S, secured(degree(key), key, sign=key.sign_other_s), key
        )
    _signed(made, small, large)
    _signatures(made, small, large)
    _proofs(made, small, large)
    _attestations(made)


def _signed(made: Credentials, small: Case, large: Case) -> None:
    subject = {"id": "did:example:abcdefgh", "alumniOf": "The School of Forgeries"}
    for beside, key in ((small, AGENT_P256), (large, AGENT_P384)):
        forged = {**secured(degree(key), key), "credentialSubject": subject}
        made.reject(beside, f"{key.type.lower()}-changed-claim", SIGNED, "PROOF_INVALID", forged)
    moved = secured(degree(AGENT_P256), AGENT_P256)
    moved["proof"]["created"] = "2026-03-02T00:00:00Z"
    made.reject(small, "p-256-changed-created", SIGNED, "PROOF_INVALID", moved)
    other = secured(degree(AGENT_P256), AGENT_P256, sign=SERVER_P256.sign)
    made.reject(small, "p-256-signature-of-another-key", SIGNED, "PROOF_INVALID", other)
    for beside, key, name in ((small, AGENT_P256, "sha384"), (large, AGENT_P384, "sha256")):
        document = signed_as(degree(key), key, _hashed_with(name))
        made.reject(
            beside,
            f"{key.type.lower()}-with-{name.replace('sha', 'sha-')}",
            CURVE_HASH,
            "PROOF_INVALID",
            document,
        )


def _hashed_with(name: str) -> Callable[[Document], bytes]:
    def message(steps: Document) -> bytes:
        parts = (steps["canonicalProofConfiguration"], steps["canonicalDocument"])
        return b"".join(hashlib.new(name, part.encode()).digest() for part in parts)

    return message


def _signatures(made: Credentials, small: Case, large: Case) -> None:
    for beside, key in ((small, AGENT_P256), (large, AGENT_P384)):
        der = secured(degree(key), key, sign=key.sign_der)
        made.reject(beside, f"{key.type.lower()}-der", RAW, "PROOF_INVALID", der)
    for name, sign in (
        ("p-256-with-a-recovery-id", lambda message: AGENT_P256.sign(message) + b"\x01"),
        ("p-256-s-before-r", lambda message: AGENT_P256.sign(message)[32:] + AGENT_P256.sign(message)[:32]),
        ("p-256-zeros", lambda _: bytes(64)),
    ):
        made.reject(small, name, RAW, "PROOF_INVALID", secured(degree(AGENT_P256), AGENT_P256, sign=sign))
    off = f"did:key:{multikey('P-256', bytes([5]) + AGENT_P256.raw[1:])}"
    method = f"{off}#{off.removeprefix('did:key:')}"
    document = secured(degree(AGENT_P256, issuer=off), AGENT_P256, verificationMethod=method)
    policy: Document = {"allowedSigners": [off]}
    made.reject(small, "p-256-lead-byte-05", POINT, "KEY_INVALID", document, policy=policy, keys=())


def _proofs(made: Credentials, small: Case, large: Case) -> None:
    bare = secured(degree(AGENT_P256), AGENT_P256, without=("@context",))
    made.accept("p-256-without-proof-context", NOT_PINNED, bare, AGENT_P256)
    proved = secured(degree(AGENT_P384), AGENT_P384)
    appended = {**proved, "@context": [CREDENTIALS_V2, EXAMPLES_V2, UNDEFINED_TERMS]}
    longer = made.accept("p-384-context-appended", PINNED, appended, AGENT_P384)
    inserted = {**proved, "@context": [CREDENTIALS_V2, MULTIKEY_V1, EXAMPLES_V2]}
    made.reject(longer, "p-384-context-inserted", PINNED, "CONTEXT_MISMATCH", inserted)
    eddsa = secured(degree(AGENT_P256), AGENT_P256, cryptosuite="eddsa-jcs-2022")
    made.reject(small, "p-256-cryptosuite-of-eddsa", SUITE, "UNSUPPORTED_CRYPTOSUITE", eddsa)
    made.reject(
        small,
        "p-256-of-an-ed25519-key",
        SUITE,
        "UNSUPPORTED_CRYPTOSUITE",
        secured(degree(AGENT), AGENT, cryptosuite="ecdsa-jcs-2019"),
        policy={"allowedSigners": [AGENT.did]},
        keys=[AGENT],
    )
    invoking = secured(degree(AGENT_P256), AGENT_P256, proofPurpose="capabilityInvocation")
    made.reject(small, "p-256-another-purpose", PURPOSE, "PROOF_PURPOSE_MISMATCH", invoking)
    foreign = secured(degree(AGENT_P256), SERVER_P256)
    made.reject(small, "p-256-key-of-another", CONTROLLED, "KEY_NOT_CONTROLLED_BY_ISSUER", foreign)
    policy: Document = {"allowedSigners": [SERVER_P384.did]}
    made.reject(large, "p-384-signer-not-allowed", ALLOWED, "SIGNER_NOT_ALLOWED", policy=policy)


def _attestations(made: Credentials) -> None:
    asked, answered = request(AGENT_P256), response(proof(request()), SERVER_P384)
    ours = made.accept(
        "p-256-attestation", LOW_S, secured(asked, AGENT_P256), AGENT_P256, at="2026-03-30T11:38:00Z"
    )
    theirs = made.accept("p-384-attestation", LOW_S, secured(answered, SERVER_P384), SERVER_P384)
    for beside, document, key in ((ours, asked, AGENT_P256), (theirs, answered, SERVER_P384)):
        high = secured(document, key, sign=key.sign_other_s)
        made.reject(beside, f"{key.type.lower()}-attestation-high-s", LOW_S, "PROOF_INVALID", high)
