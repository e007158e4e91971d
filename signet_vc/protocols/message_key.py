"""Keys for what neighbouring protocols sign: a key that attests tool calls signs nothing else.

Spec: FORMAT, *What it means*.
"""

from __future__ import annotations

from typing import Final

from signet_vc.codec.strict_json import JsonObject
from signet_vc.did import did_url, document
from signet_vc.did.resolver import held_key, holds_its_key, resolve_key
from signet_vc.errors import ProblemError, UsageError
from signet_vc.keys.signing import PublicKey

__all__ = ["ATTESTS", "PURPOSE", "check", "is_same"]

PURPOSE: Final = "authentication"
_ATTESTS: Final = "assertionMethod"
ATTESTS: Final = "a key that attests tool calls signs nothing else: this needs a key of its own"


def is_same(did: str, other: str) -> bool:
    """Tell whether two DIDs are one, or hold one key: a did:key and a did:jwk may."""
    held = held_key(did)
    return did == other or (held is not None and held == held_key(other))


def check(kid: str, public_key: PublicKey, did_document: object) -> None:
    """Check that a name is one under which verifiers find this key, and as one that attests nothing.

    kid: a DID URL, or a name in a key set, of which nothing can be seen here. did_document: of a DID that
    does not hold its key; it must give the key to ``authentication`` and not to ``assertionMethod``, which is
    what attestations are made under. Raises UsageError.
    """
    named = did_url.parse(kid)
    if named is None:
        if not kid or kid.startswith("did:"):
            raise UsageError("kid is a DID URL, or the key's name in a key set")
        return
    if holds_its_key(named.did):
        if _held(kid, named.did) != public_key:
            raise UsageError("kid names another key than the one that signs")
        return
    if did_document is None:
        raise UsageError("the document of that DID is needed, to see what it gives the key to")
    try:
        found = document.key_in(did_document, kid, controller=named.did, purpose=PURPOSE)
        checked = document.check(did_document, named.did)
    except ProblemError as error:
        raise UsageError(f"the DID's document does not give the key to {PURPOSE}: {error}") from error
    if found != public_key:
        raise UsageError("the DID's document has another key under that kid")
    attests = _keys_that_attest(checked, named.did)
    if public_key in attests or document.serves(checked, _ATTESTS, kid):
        raise UsageError(f"the DID's document gives this key to {_ATTESTS}: {ATTESTS}")


def _held(kid: str, did: str) -> PublicKey | None:
    try:
        return resolve_key(kid, controller=did, purpose=PURPOSE)
    except ProblemError:
        return None


def _keys_that_attest(checked: JsonObject, did: str) -> list[PublicKey]:
    """The keys under ``assertionMethod``, whatever they are called there."""
    keys = []
    for entry in checked.get(_ATTESTS, ()):
        method = document.absolute(entry["id"] if isinstance(entry, dict) else entry, did)
        try:
            keys.append(document.key_in(checked, str(method), controller=did, purpose=_ATTESTS))
        except ProblemError:  # of another controller or of a type that signs nothing here
            continue
    return keys
