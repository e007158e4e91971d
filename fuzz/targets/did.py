"""DIDs: a key or document, or a refusal; a DID that is taken for a signer's has one spelling."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from fuzz.target import Target, require, timed
from signet_vc.did import key
from signet_vc.did.document import key_in
from signet_vc.did.resolver import holds_its_key, resolve_key
from signet_vc.errors import ProblemError, UnavailableError

__all__ = ["TARGET"]

_MIB = 1 << 20
_FORMATS = ("Multikey", "JsonWebKey", "Ed25519VerificationKey2018", "")


def _run(data: bytes) -> None:
    text = data.decode(errors="surrogateescape")
    for did in (text, "did:key:" + text, text.partition("#")[0]):
        _key(did)
        timed(holds_its_key, did)
    for method in (text, f"{text}#{text.rpartition(':')[2]}"):
        with suppress(ProblemError, UnavailableError):
            timed(resolve_key, method, controller=method.partition("#")[0], purpose="assertionMethod")


def _key(did: str) -> None:
    public_key = None
    with suppress(ProblemError):
        public_key = timed(key.parse, did)
    require(public_key is None or public_key.did == did, "a did:key has one spelling")
    for name in _FORMATS:
        try:
            document = timed(key.document, did, public_key_format=name, enable_encryption_key_derivation=True)
        except ProblemError:
            continue
        method = document["verificationMethod"][0]["id"]
        again = key_in(document, method, controller=did, purpose="assertionMethod")
        require(public_key is None or again == public_key, "the document holds the key")


def _hostile() -> Iterator[bytes]:
    yield b"did:key:z" + b"6" * _MIB
    yield b"did:key:" + b"1:" * (_MIB // 2)
    yield b"did:" + b"a" * _MIB
    yield b"did:web:" + b"%3A" * (_MIB // 3)
    yield b"did:x:" + b":" * _MIB


TARGET = Target(run=_run, hostile=_hostile, longest=1024)
