"""What a DID method is here whose DIDs hold their key, so that nothing is fetched: a row of METHODS."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from signet_vc.keys.signing import PublicKey

__all__ = ["Method", "Options"]


class Options(NamedTuple):
    """Resolution options. The first three: as ``did.key.document`` has them, and for did:key alone.

    expand_relative_urls: write names like ``#key-1`` in full. verification_relationship: a fragment has to
    name a method that serves it; the document itself is the same.
    """

    public_key_format: str = "Multikey"
    enable_encryption_key_derivation: bool = False
    enable_experimental_public_key_types: bool = False
    expand_relative_urls: bool = False
    verification_relationship: str | None = None


class Method(NamedTuple):
    """One method.

    name: as it stands in a DID. parse: of a DID, its key; KEY_INVALID for a bad DID, PROOF_PURPOSE_MISMATCH
    where its key signs nothing. verification_key: the same of a DID and a fragment; None where the DID's
    document has no such method. document: of a DID; raises DidError.
    """

    name: str
    parse: Callable[[str], PublicKey]
    verification_key: Callable[[str, str], PublicKey | None]
    document: Callable[[str, Options], dict[str, Any]]
