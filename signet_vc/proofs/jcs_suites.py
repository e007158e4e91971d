"""``eddsa-jcs-2022`` and ``ecdsa-jcs-2019``: both hash the JSON itself, canonicalized by RFC 8785.

Spec: VC-DI-EDDSA 1.0 §3.3 and VC-DI-ECDSA 1.0 §3.3 (Recommendations of 15 May 2025).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import orjson

from signet_vc.codec import jcs
from signet_vc.codec.strict_json import JsonObject
from signet_vc.proofs.gap import Gap, canonicalize_around
from signet_vc.proofs.suite import Suite

__all__ = ["ECDSA_JCS_2019", "EDDSA_JCS_2022"]

_USUAL_MEMBERS: Final = frozenset(
    {"@context", "created", "cryptosuite", "proofPurpose", "type", "verificationMethod"}
)
_CACHED: Final = 4096  # signers with their contexts, each of at most so many characters
_MOST_CACHED: Final = 4096


def _transform(document: JsonObject, _digest: str, canonical: bytes | None) -> bytes:
    """§3.3.3."""
    return jcs.canonicalize(document) if canonical is None else canonical


def _configure(proof: JsonObject, _digest: str) -> Gap:
    """§3.3.5; a proof of the usual members from a template of its signer, a few microseconds faster."""
    others = len(proof) - ("proofValue" in proof)
    if others == len(_USUAL_MEMBERS) and proof.keys() >= _USUAL_MEMBERS:
        gap = _from_template(proof)
        if gap is not None:
            return gap
    return canonicalize_around(proof, "proofValue")


def _from_template(proof: JsonObject) -> Gap | None:
    contexts, created = proof["@context"], proof["created"]
    fixed = proof["cryptosuite"], proof["proofPurpose"], proof["type"], proof["verificationMethod"]
    if type(contexts) is not list or type(created) is not str:
        return None
    try:
        # Joining is the shortest way to see that all are strings: 1 and True would be one key of the cache.
        if len("".join((*fixed, *contexts))) > _MOST_CACHED:
            return None
        created_text = orjson.dumps(created)  # of a string, RFC 8785 too
    except TypeError:  # no string, or one with a lone surrogate
        return None
    start, middle, after = _template(tuple(contexts), *fixed)
    return Gap(start + created_text + middle, after)


@lru_cache(maxsize=_CACHED)
def _template(
    contexts: tuple[str, ...], cryptosuite: str, purpose: str, kind: str, verification_method: str
) -> tuple[bytes, bytes, bytes]:
    """The canonical proof around the value of ``created`` and around the place of ``proofValue``."""
    start = jcs.canonicalize({"@context": list(contexts)})[:-1] + b',"created":'
    middle = b"," + jcs.canonicalize({"cryptosuite": cryptosuite, "proofPurpose": purpose})[1:-1]
    return start, middle, jcs.canonicalize({"type": kind, "verificationMethod": verification_method})[1:]


EDDSA_JCS_2022: Final = Suite(
    name="eddsa-jcs-2022",
    key_types=("Ed25519",),
    transform=_transform,
    configure=_configure,
    pins_context=True,
)
ECDSA_JCS_2019: Final = Suite(
    name="ecdsa-jcs-2019",
    key_types=("P-256", "P-384"),
    transform=_transform,
    configure=_configure,
    pins_context=True,
)
