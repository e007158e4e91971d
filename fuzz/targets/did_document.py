"""DID documents and JSON Web Keys: a key, or a refusal that says why."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from fuzz import mutation
from fuzz.target import Target, require, timed
from signet_vc.codec import strict_json
from signet_vc.did import document as documents
from signet_vc.did import web
from signet_vc.did.document import PROOF_PURPOSES, key_in
from signet_vc.errors import ProblemError
from signet_vc.keys.jwk import public_from_jwk, public_to_jwk, secret_from_jwk, thumbprint

__all__ = ["TARGET"]

_AT = 1_700_000_000 * 10**9
_MOST_NAMES = 8
_TELLING = 16  # characters that no refusal may repeat


def _run(data: bytes) -> None:
    try:
        document = strict_json.loads(data)
    except ProblemError:
        return
    controller = _text(document.get("id") if isinstance(document, dict) else None)
    with suppress(ProblemError):
        checked = timed(documents.check, document, controller)
        require(web.document_from(data, controller) == checked, "the document is the one that came")
    for name in _names(document)[:_MOST_NAMES]:
        for purpose in (*PROOF_PURPOSES, "keyAgreement"):
            for at_ns in (None, _AT):
                try:
                    key = timed(key_in, document, name, controller=controller, purpose=purpose, at_ns=at_ns)
                    require(len(key.raw) == key.key_type.public_length, "a key has its length")
                except ProblemError:
                    pass
    for each in [document, *_below(document, "publicKeyJwk")]:
        if isinstance(each, dict):
            _jwk(each)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "did:web:example.com"


def _jwk(jwk: dict[str, Any]) -> None:
    try:
        public_key = timed(public_from_jwk, jwk)
        require(public_from_jwk(public_to_jwk(public_key)) == public_key, "a key goes round as a JWK")
        require(thumbprint(jwk) == thumbprint(public_to_jwk(public_key)), "a key has one thumbprint")
    except ProblemError:
        pass
    try:
        timed(secret_from_jwk, jwk)
    except ProblemError as error:
        secret = jwk.get("d")
        if isinstance(secret, str) and len(secret) > _TELLING:
            require(secret not in str(error), "no refusal repeats a secret")


def _below(document: Any, member: str) -> list[Any]:
    if not isinstance(document, dict):
        return []
    methods = document.get("verificationMethod")
    return [
        each[member]
        for each in (methods if isinstance(methods, list) else [])
        if isinstance(each, dict) and member in each
    ]


def _names(document: Any) -> list[str]:
    names = [*_below(document, "id"), "did:web:example.com#key"]
    controller = _text(document.get("id") if isinstance(document, dict) else None)
    return [
        f"{controller}{each}" if each.startswith("#") else each for each in names if isinstance(each, str)
    ]


def _hostile() -> Iterator[bytes]:
    method = {"id": "#a", "type": "Multikey", "controller": "did:web:a", "publicKeyMultibase": "z" * 200_000}
    yield json.dumps({"id": "did:web:a", "verificationMethod": [method]}).encode()
    yield json.dumps({"id": "did:web:a", "verificationMethod": [{"id": "#a"}] * 30_000}).encode()
    yield json.dumps({"id": "did:web:a", "assertionMethod": ["#a"] * 100_000}).encode()


TARGET = Target(run=_run, hostile=_hostile, mutate=mutation.of_json)
