"""Other implementations, each behind the same few functions. Keys are those of ``cases.agents``."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import signet_auth as signet_auth_package
from awr import sign_document
from awr.didkey import parse_did_key
from awr.proof import SigningKey as AwrKey
from awr.proof import verify_document_signature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from openvc import Ed25519SigningKey, P256SigningKey, P384SigningKey, verify_credential
from openvc.proof.data_integrity import DataIntegrityProofSuite
from openvc.proof.di_ecdsa_rdfc import EcdsaRdfcProofSuite
from openvc.proof.di_jcs import EcdsaJcsProofSuite, EddsaJcsProofSuite

from benchmarks.cases import KEYS, agents, seed
from signet_vc import SigningKey

__all__ = ["Peer", "awr", "openvc", "signet_auth"]

Unsigned = tuple[dict[str, Any], int]  # a credential and the number of its signer


@dataclass(frozen=True, slots=True)
class Peer:
    """``to_sign`` and ``to_verify`` make ready, untimed, what ``sign`` and ``verify`` take.

    to_sign: of unsigned credentials. to_verify: of what it signed and of the texts that we signed.
    """

    name: str
    to_sign: Callable[[Sequence[Unsigned]], list[Any]]
    sign: Callable[[Any], object]
    to_verify: Callable[[Sequence[Any], Sequence[bytes]], list[Any]]
    verify: Callable[[Any], object]


_OPENVC_SUITES: dict[str, Callable[[], Any]] = {
    "eddsa-jcs-2022": EddsaJcsProofSuite,
    "ecdsa-jcs-2019": EcdsaJcsProofSuite,
    "eddsa-rdfc-2022": DataIntegrityProofSuite,
    "ecdsa-rdfc-2019": EcdsaRdfcProofSuite,
}
_OPENVC_KEYS = {"Ed25519": Ed25519SigningKey, "P-256": P256SigningKey, "P-384": P384SigningKey}


def openvc(name: str = "eddsa-jcs-2022", keys: Sequence[SigningKey] | None = None) -> Peer:
    """``openvc-core``: the suite signs, the public function verifies (it looks at more than the proof)."""
    suite = _OPENVC_SUITES[name]()
    known = agents() if keys is None else keys
    methods = [key.verification_method for key in known]
    signers = [
        _OPENVC_KEYS[key.key_type.name](key.key_type.private_key(key.reveal_secret()), method)
        for key, method in zip(known, methods, strict=True)
    ]

    def sign(item: Unsigned) -> None:
        document, number = item
        suite.add_proof(document, signing_key=signers[number], verification_method=methods[number])

    def verify(text: bytes) -> None:
        verify_credential(json.loads(text))

    return Peer("openvc-core", list, sign, _the_texts, verify)


def awr() -> Peer:
    """``awr``: its functions below the policy, on a parsed document."""
    signers = [AwrKey(_private(number)) for number in range(KEYS)]

    def sign(item: Unsigned) -> None:
        document, number = item
        sign_document(document, signers[number], "2026-03-30T11:37:25Z")

    def verify(text: bytes) -> None:
        document = json.loads(text)
        assert verify_document_signature(document, document["proof"], parse_did_key(document["issuer"]))

    return Peer("awr", list, sign, _the_texts, verify)


def signet_auth() -> Peer:
    """``signet-auth``: the nearest product, in a format of its own; it verifies receipts already parsed."""
    pair = signet_auth_package.generate_keypair()

    def actions(unsigned: Sequence[Unsigned]) -> list[Any]:
        return [
            signet_auth_package.Action("send_email", params=document["credentialSubject"]["arguments"])
            for document, _ in unsigned
        ]

    def sign(action: Any) -> Any:
        return signet_auth_package.sign(pair.secret_key, action, "agent")

    def receipts(to_sign: Sequence[Any], _texts: Sequence[bytes]) -> list[Any]:
        return [sign(action) for action in to_sign]

    def verify(receipt: Any) -> None:
        assert signet_auth_package.verify(receipt, pair.public_key)

    return Peer("signet-auth", actions, sign, receipts, verify)


def _the_texts(to_sign: Sequence[Any], texts: Sequence[bytes]) -> list[Any]:
    return list(texts[: len(to_sign)])


def _private(number: int) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(seed(number))
