"""``verify``, whole: a verdict for any text; what ``sign`` takes verifies, but for its time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from fuzz import mutation
from fuzz.signed import KEYS, POLICY, issued_by
from fuzz.target import Target, require, timed
from signet_vc import sign, verify
from signet_vc.codec import strict_json
from signet_vc.credential import presentation
from signet_vc.errors import Code, ProblemError, UsageError
from signet_vc.proofs import data_integrity

__all__ = ["TARGET"]

_AT = datetime(2026, 4, 1, tzinfo=UTC)
# What an issuer may sign and a verifier refuses: by its time, or because it wants inline contexts signed.
_OF_POLICY = {Code.NOT_YET_VALID, Code.EXPIRED, Code.UNKNOWN_CONTEXT}
_WAYS: tuple[tuple[int, dict[str, Any]], ...] = (
    (0, {"suite": "eddsa-jcs-2022", "created": _AT}),
    (0, {"suite": "eddsa-rdfc-2022", "created": _AT}),
    (1, {"suite": "ecdsa-jcs-2019", "created": _AT}),
    (2, {"suite": "ecdsa-rdfc-2019", "created": _AT}),
    (1, {"securing": "jws"}),
    (0, {"securing": "sd-jwt"}),
    (2, {"securing": "cose"}),
)
_sign: Callable[..., Any] = sign


def _run(data: bytes) -> None:
    result = timed(verify, data, POLICY, at=_AT)
    require(result.verified == (not result.problems), "verified, or a problem")
    require((result.document is None) == bool(result.problems), "a document, or a problem")
    try:
        value = strict_json.loads(data)
    except ProblemError:
        return
    if isinstance(value, dict):
        timed(verify, value, POLICY, at=_AT)
        _proved(value)
        _issued({name: item for name, item in value.items() if name != "proof"})


def _issued(document: dict[str, Any]) -> None:
    """What the issuer signs is what a verifier takes, whichever way it is secured."""
    number, options = _WAYS[len(json.dumps(document)) % len(_WAYS)]
    key = KEYS[number]
    try:
        secured: Any = timed(_sign, issued_by(document, key.did), key, **options)
    except (ProblemError, UsageError):
        return
    data = strict_json.dumps(secured) if isinstance(secured, dict) else secured
    result = timed(verify, data, POLICY, at=_AT)
    if not presentation.is_presentation(document):  # its credentials are others'
        codes = {each.code for each in result.problems}
        require(codes <= _OF_POLICY, f"what was signed verifies: {options} {result.problems}"[:2000])


def _proved(document: dict[str, Any]) -> None:
    """A good proof, with what the document's own says in it, over a document that nobody checked."""
    key = KEYS[len(document) % len(KEYS)]
    said = document.get("proof")
    rest = issued_by({name: item for name, item in document.items() if name != "proof"}, key.did)
    proof = dict(said) if isinstance(said, dict) else {}
    ours = {"type", "cryptosuite", "verificationMethod", "proofPurpose", "@context", "created", "proofValue"}
    key_type = key.public_key.key_type
    try:
        to_sign = data_integrity.prepare(
            rest,
            suite=data_integrity.default_suite(key_type),
            key_type=key_type,
            verification_method=key.verification_method,
            created=proof.get("created"),
            options={name: item for name, item in proof.items() if name not in ours | {"previousProof"}},
        )
    except (ProblemError, UsageError):
        return
    timed(verify, to_sign.finish(key.sign(to_sign.message)), POLICY, at=_AT)


def _hostile() -> Iterator[bytes]:
    head = b'{"@context":["https://www.w3.org/ns/credentials/v2"],"type":["VerifiableCredential"],"issuer":"did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp",'
    yield head + b'"credentialSubject":[' + b"{}," * 200_000 + b'{}],"proof":{}}'
    yield head + b'"credentialSubject":{"id":"' + b"a" * 1_000_000 + b'"},"proof":{}}'
    yield head + b'"credentialSubject":{"a":1},"proof":[' + b"{}," * 200_000 + b"{}]}"
    yield head + b'"credentialSubject":' + b'{"a":' * 70 + b"1" + b"}" * 70 + b',"proof":{}}'
    yield b'{"@context":' + json.dumps(["https://www.w3.org/ns/credentials/v2"] * 20_000).encode() + b"}"


TARGET = Target(run=_run, hostile=_hostile, mutate=mutation.of_json)
