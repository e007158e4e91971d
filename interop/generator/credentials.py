"""Credentials with Data Integrity proofs, judged as evidence at a time: what the kinds of suites share."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from generator.book import AT, Book, Bytes, Case, Rule, Writer, rule
from generator.crypto import Document, TestKey, base58, digest, jcs, proof_of, proof_steps
from generator.documents import CREDENTIALS_V2, EXAMPLES_V2, changed

__all__ = [
    "ALLOWED",
    "CONTROLLED",
    "MULTIKEY_V1",
    "NOT_PINNED",
    "PURPOSE",
    "UNDEFINED_TERMS",
    "Credentials",
    "degree",
    "signed_as",
]

MULTIKEY_V1: Final = "https://w3id.org/security/multikey/v1"
UNDEFINED_TERMS: Final = "https://www.w3.org/ns/credentials/undefined-terms/v2"

NOT_PINNED = rule("FORMAT", "Verification", "A proof without @context is hashed without.")
PURPOSE = rule("VC-DATA-INTEGRITY", "4.4", "The purpose of a credential's proof is assertionMethod.")
CONTROLLED = rule("CID", "3.3", "The verification method is one of the issuer's own, in full.")
ALLOWED = rule("FORMAT", "Verification", "The signer is one that the policy allows.")


class Credentials(Writer):
    """Writes cases of one suite into the book."""

    part = "document"

    def __init__(self, book: Book, kind: str) -> None:
        super().__init__(book)
        self._kind = kind

    def accept(
        self,
        name: str,
        of: Rule,
        document: Document,
        key: TestKey,
        *,
        text: str | None = None,
        at: str = AT,
        notices: list[str] | None = None,
        policy: Document | None = None,
        steps: bool = True,
    ) -> Case:
        """A secured document that verifies; its text is pretty-printed unless given.

        `steps`: with the values of its proofs on the way.
        """
        proofs = document["proof"] if isinstance(document["proof"], list) else [document["proof"]]
        expected: Document = {"digest": digest(jcs(document))}
        if steps:
            values = [proof_steps(document, each, key, _previous(each, proofs)) for each in proofs]
            expected = {"proofs": values, **expected}
        if notices:
            expected["notices"] = notices
        return self._book.accept(
            self._kind,
            name,
            of,
            input={"document": _text(document) if text is None else text},
            keys=[key],
            policy={"at": at, "allowedSigners": [key.did], **(policy or {})},
            expected=expected,
        )

    def text_of(self, value: Any) -> Bytes:
        """Its text."""
        return _text(value)


def degree(key: TestKey, **members: Any) -> Document:
    """A credential of other people's, unsecured; changes as `changed` has them."""
    document = {
        "@context": [CREDENTIALS_V2, EXAMPLES_V2],
        "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
        "type": ["VerifiableCredential", "AlumniCredential"],
        "issuer": key.did,
        "validFrom": "2026-03-01T00:00:00Z",
        "credentialSubject": {"id": "did:example:abcdefgh", "alumniOf": "The School of Examples"},
    }
    return changed(document, **members)


def signed_as(
    document: Document,
    key: TestKey,
    message: Callable[[Document], bytes],
    *,
    without: tuple[str, ...] = (),
    **members: Any,
) -> Document:
    """A proof over other bytes than the suite's, which `message` makes of its steps."""
    proof = proof_of(document, key, without=without, **members)
    signature = key.sign(message(proof_steps(document, proof, key)))
    return {**document, "proof": {**proof, "proofValue": "z" + base58(signature)}}


def _previous(proof: Document, proofs: list[Document]) -> list[Document]:
    """The proofs that one names as those before it, in the order of the document."""
    named = proof.get("previousProof", [])
    named = named if isinstance(named, list) else [named]
    return [each for each in proofs if each.get("id") in named]


def _text(document: Document) -> str:
    return json.dumps(document, indent=1, ensure_ascii=False)
