"""``eddsa-rdfc-2022`` and ``ecdsa-rdfc-2019``: both hash the RDF that the JSON states, by RDFC-1.0.

What the graph would leave out of the text is refused (UNDEFINED_TERM), in the document and in the proof.

Spec: VC-DI-EDDSA 1.0 §3.2 and VC-DI-ECDSA 1.0 §3.2 (Recommendations of 15 May 2025).
"""

from __future__ import annotations

from typing import Final

from signet_vc.codec import rdfc
from signet_vc.codec.strict_json import JsonObject
from signet_vc.proofs.gap import Gap, Whole
from signet_vc.proofs.suite import Suite
from signet_vc.resources import CREDENTIALS_V2, DATA_INTEGRITY_V2

__all__ = ["ECDSA_RDFC_2019", "EDDSA_RDFC_2022", "with_proof_terms"]


def with_proof_terms(document: JsonObject) -> JsonObject:
    """Give ``document`` the context that defines the members of a proof, where no context of its own does.

    For an issuer, of documents of version 1.1: that of version 2.0 defines them. The document itself, if
    there is nothing to add.

    Spec: VC-DATA-INTEGRITY 1.0 §2.4.2.
    """
    contexts = document.get("@context", [])
    named = contexts if isinstance(contexts, list) else [contexts]
    if not named or CREDENTIALS_V2 in named or DATA_INTEGRITY_V2 in named:
        return document
    return {**document, "@context": [*named, DATA_INTEGRITY_V2]}


def _transform(document: JsonObject, digest: str, _canonical: bytes | None) -> bytes:
    """§3.2.3."""
    return rdfc.canonicalize(document, digest=digest)


def _configure(proof: JsonObject, digest: str) -> Gap:
    """§3.2.5; the proof has the document's ``@context`` by now."""
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    return Whole(rdfc.canonicalize(options, digest=digest), b"")


EDDSA_RDFC_2022: Final = Suite(
    name="eddsa-rdfc-2022",
    key_types=("Ed25519",),
    transform=_transform,
    configure=_configure,
    pins_context=False,
)
ECDSA_RDFC_2019: Final = Suite(
    name="ecdsa-rdfc-2019",
    key_types=("P-256", "P-384"),
    transform=_transform,
    configure=_configure,
    pins_context=False,
)
