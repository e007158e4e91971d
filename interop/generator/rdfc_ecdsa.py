"""Kind `ecdsa-rdfc-2019`, on P-256 and P-384."""

from __future__ import annotations

import hashlib
from typing import Any, Final

from generator import rdf
from generator.book import Book, Case, replaced, rule
from generator.credentials import Credentials, degree
from generator.crypto import (
    AGENT_P256,
    AGENT_P384,
    SERVER_P256,
    SERVER_P384,
    Document,
    TestKey,
    multikey,
    proof_of,
)
from generator.rdfc import BY_ISSUER, FOR_ISSUING, PLAIN, TRUSTED, proof_over, signed, signed_as

__all__ = ["add"]

_SUITE: Final = "VC-DI-ECDSA"
CURVES = rule(_SUITE, "3.2", "A proof over RDF by a key on P-256 or P-384 is ecdsa-rdfc-2019.")
SIGNED = rule(_SUITE, "3.2.2", "The signature is over the RDF of this proof and of this document.")
HASH = rule(_SUITE, "3.2.4", "Over RDF too the hashes are SHA-256 under P-256 and SHA-384 under P-384.")
INSIDE = rule(_SUITE, "3.2.3", "RDFC-1.0 itself hashes with the hash of the curve: P-384 with SHA-384.")
HIGH_S = rule(_SUITE, "3.2.7", "A signature over RDF verifies with either value of s.")
RAW = rule(_SUITE, "3.2.6", "A signature over RDF is r and s of 32 or 48 bytes each, joined.")
SUITE = rule(_SUITE, "2.2.1", "The cryptosuite and the type of the key go together.")
OPTIONS = rule(_SUITE, "3.2.5", "Every member of the proof but proofValue is in the configuration's RDF.")
POINT = rule(_SUITE, "2.1.1", "The key of a proof over RDF is a point of the curve.")


UNDEFINED = rule(
    "VC-DATA-INTEGRITY", "2.4.2", "Data that the contexts do not define is refused under ECDSA too."
)


def add(book: Book) -> None:
    """Add the kind."""
    made = Credentials(book, "ecdsa-rdfc-2019")
    small = made.accept("p-256", CURVES, signed(degree(AGENT_P256), AGENT_P256), AGENT_P256)
    large = made.accept("p-384", CURVES, signed(degree(AGENT_P384), AGENT_P384), AGENT_P384)
    for key in (SERVER_P256, SERVER_P384):
        made.accept(f"{key.type.lower()}-another-key", CURVES, signed(degree(key), key), key)
    for key in (AGENT_P256, AGENT_P384):
        high = signed(degree(key), key, sign=key.sign_other_s)
        made.accept(f"{key.type.lower()}-high-s", HIGH_S, high, key)
    _hashes(made, small, large)
    _signatures(made, small, large)
    _proofs(made, small, large)


def _hashes(made: Credentials, small: Case, large: Case) -> None:
    for beside, key, name in ((small, AGENT_P256, "sha384"), (large, AGENT_P384, "sha256")):

        def message(steps: Document, name: str = name) -> bytes:
            parts = (steps["canonicalProofConfiguration"], steps["canonicalDocument"])
            return b"".join(hashlib.new(name, part.encode()).digest() for part in parts)

        label = f"{key.type.lower()}-with-{name.replace('sha', 'sha-')}"
        made.reject(beside, label, HASH, "PROOF_INVALID", signed_as(degree(key), key, message))
    for key, hashed in ((AGENT_P256, hashlib.sha384), (AGENT_P384, hashlib.sha256)):
        document = _telling(key)
        case = made.accept(f"{key.type.lower()}-nodes-without-id", INSIDE, signed(document, key), key)

        def inside(
            steps: Document, key: TestKey = key, hashed: Any = hashed, document: Document = document
        ) -> bytes:
            other = rdf.canonical(document, hashed)
            hashed_document: bytes = key.hash(other).digest()
            return bytes.fromhex(steps["proofConfigurationHash"]) + hashed_document

        name = f"{key.type.lower()}-nodes-named-by-the-other-hash"
        made.reject(case, name, INSIDE, "PROOF_INVALID", signed_as(document, key, inside))


def _telling(key: TestKey) -> Document:
    """A document whose nodes are in another order by SHA-256 than by SHA-384."""
    for number in range(99):
        subjects = [{"alumniOf": f"School {number}"}, {"alumniOf": f"Academy {number}"}]
        document = degree(key, credentialSubject=subjects)
        if rdf.canonical(document, hashlib.sha256) != rdf.canonical(document, hashlib.sha384):
            return document
    raise AssertionError


def _signatures(made: Credentials, small: Case, large: Case) -> None:
    for beside, key in ((small, AGENT_P256), (large, AGENT_P384)):
        name = key.type.lower()
        text = replaced(str(beside.input["document"]), "School of", "school of")
        made.reject(beside, f"{name}-changed-claim", SIGNED, "PROOF_INVALID", text)
        der = signed(degree(key), key, sign=key.sign_der)
        made.reject(beside, f"{name}-der", RAW, "PROOF_INVALID", der)
    for name, sign in (
        ("p-256-with-a-recovery-id", lambda message: AGENT_P256.sign(message) + b"\x01"),
        ("p-256-s-before-r", lambda message: AGENT_P256.sign(message)[32:] + AGENT_P256.sign(message)[:32]),
        ("p-256-zeros", lambda _: bytes(64)),
    ):
        made.reject(small, name, RAW, "PROOF_INVALID", signed(degree(AGENT_P256), AGENT_P256, sign=sign))
    over_json = {
        **degree(AGENT_P256),
        "proof": {
            **proof_of(degree(AGENT_P256), AGENT_P256, without=("@context",)),
            "cryptosuite": "ecdsa-rdfc-2019",
        },
    }
    made.reject(small, "p-256-over-the-canonical-json", SIGNED, "PROOF_INVALID", over_json)
    other = signed(degree(AGENT_P256), AGENT_P256, sign=SERVER_P256.sign)
    made.reject(small, "p-256-signature-of-another-key", SIGNED, "PROOF_INVALID", other)
    off = f"did:key:{multikey('P-256', bytes([5]) + AGENT_P256.raw[1:])}"
    method = f"{off}#{off.removeprefix('did:key:')}"
    document = signed(degree(AGENT_P256, issuer=off), AGENT_P256, verificationMethod=method)
    made.reject(
        small,
        "p-256-lead-byte-05",
        POINT,
        "KEY_INVALID",
        document,
        policy={"allowedSigners": [off]},
        keys=(),
    )


def _proofs(made: Credentials, small: Case, large: Case) -> None:
    document = degree(AGENT_P256)
    made.accept(
        "p-256-without-created", OPTIONS, signed(document, AGENT_P256, without=("created",)), AGENT_P256
    )
    members = {"id": "urn:uuid:7a0d3b52-2f1c-4d5e-9a60-3d0f0f6f2b77", "expires": "2027-01-01T00:00:00Z"}
    full = made.accept(
        "p-384-with-further-members", OPTIONS, signed(degree(AGENT_P384), AGENT_P384, **members), AGENT_P384
    )
    text = replaced(str(full.input["document"]), "2027-01-01", "2028-01-01")
    made.reject(full, "p-384-changed-expires", OPTIONS, "PROOF_INVALID", text)
    for name, changed in (
        ("p-256-cryptosuite-of-eddsa", {"cryptosuite": "eddsa-rdfc-2022"}),
        ("p-256-unknown-cryptosuite", {"cryptosuite": "ecdsa-rdfc-2099"}),
    ):
        proof = {**proof_over(document, AGENT_P256), **changed}
        made.reject(small, name, SUITE, "UNSUPPORTED_CRYPTOSUITE", {**document, "proof": proof})
    plain = {**document, **PLAIN}
    made.reject(small, "p-256-undefined-claim", UNDEFINED, "UNDEFINED_TERM", signed(plain, AGENT_P256))
    purpose = signed(document, AGENT_P256, proofPurpose="capabilityInvocation")
    made.reject(small, "p-256-another-purpose", FOR_ISSUING, "PROOF_PURPOSE_MISMATCH", purpose)
    foreign = signed(document, SERVER_P256)
    made.reject(small, "p-256-key-of-another", BY_ISSUER, "KEY_NOT_CONTROLLED_BY_ISSUER", foreign)
    policy: Document = {"allowedSigners": [SERVER_P384.did]}
    made.reject(large, "p-384-signer-not-allowed", TRUSTED, "SIGNER_NOT_ALLOWED", policy=policy)
