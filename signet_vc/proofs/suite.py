"""What a Data Integrity cryptosuite is: the few things in which one differs from the next."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from signet_vc.codec.strict_json import JsonObject
from signet_vc.keys.key_type import KeyType
from signet_vc.proofs.gap import Gap

__all__ = ["Suite", "hash_data"]

_HASHES: Final[Mapping[str, Callable[[bytes], Any]]] = MappingProxyType(
    {"sha256": hashlib.sha256, "sha384": hashlib.sha384}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """One cryptosuite, as a row of ``suites.SUITES``.

    name: as registered. key_types: names in KEY_TYPES of the keys that may make it. transform: the
    unsecured document to the bytes that are hashed; it is given their RFC 8785 too, where that is at hand.
    configure: a proof to the bytes that are hashed with it, with a gap where ``proofValue`` belongs, whether
    it has one or not; it then has the ``@context`` that is hashed. pins_context: whether the proof carries
    that ``@context`` (JCS), or takes the document's when it is hashed.

    Both functions are given the name of the hash: an RDF suite hashes inside its canonicalization.
    """

    name: str
    key_types: tuple[str, ...]
    transform: Callable[[JsonObject, str, bytes | None], bytes]
    configure: Callable[[JsonObject, str], Gap]
    pins_context: bool

    def configuration(self, proof: JsonObject, document: JsonObject, key_type: KeyType) -> Gap:
        """Give the canonical proof of ``document``, under the context that is hashed (§3.2.5 step 4)."""
        if not self.pins_context and "@context" in document:
            proof = {**proof, "@context": document["@context"]}
        return self.configure(proof, key_type.digest)


def hash_data(configuration: bytes, transformed: bytes, key_type: KeyType) -> bytes:
    """The bytes that the key signs: the hash of the configuration, then that of the document.

    SHA-256, for P-384 SHA-384. Spec: VC-DI-EDDSA §3.3.4, VC-DI-ECDSA §3.3.4.
    """
    new = _HASHES[key_type.digest]
    hashed: bytes = new(configuration).digest() + new(transformed).digest()
    return hashed
