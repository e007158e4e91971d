"""DIDs: a key or document, or a refusal; a DID that is taken for a signer's has one spelling."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urlsplit

from fuzz.target import Target, require, timed
from signet_vc.codec import strict_json
from signet_vc.did import did_url, jwk, key, resolution, web
from signet_vc.did.document import key_in
from signet_vc.did.resolver import holds_its_key, resolve_key
from signet_vc.errors import ProblemError, UnavailableError

__all__ = ["TARGET"]

_MIB = 1 << 20
_STATUSES = {200, 400, 404, 406, 410, 500, 501}  # 500: a DID whose document is not acceptable
_FORMATS = ("Multikey", "JsonWebKey", "Ed25519VerificationKey2018", "")


def _run(data: bytes) -> None:
    text = data.decode(errors="surrogateescape")
    for did in (text, "did:key:" + text, "did:web:" + text, text.partition("#")[0]):
        _key(did)
        _jwk(did)
        _web(did)
        timed(holds_its_key, did)
        _resolution(did)
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


def _jwk(did: str) -> None:
    public_key = None
    with suppress(ProblemError):
        public_key = timed(jwk.parse, did)
    with suppress(ProblemError):
        document = timed(jwk.document, did)
        require(document["id"] == did, "the document is the DID's")
    if public_key is not None:
        again = jwk.from_public_key(public_key)
        require(jwk.parse(again) == public_key, "a key has a did:jwk of ours")


def _web(text: str) -> None:
    with suppress(ProblemError):
        url = timed(web.url_of, text)
        require(web.from_url(url) == text, "a did:web goes round")
        require(
            urlsplit(url).path.endswith("did.json") and not urlsplit(url).username, "another reader agrees"
        )
    with suppress(ProblemError):
        require(web.url_of(timed(web.from_url, text)) == text, "an address goes round")
    parts = timed(did_url.parse, text)
    if parts is not None:
        query = "" if parts.query is None else f"?{parts.query}"
        fragment = "" if parts.fragment is None else f"#{parts.fragment}"
        require(f"{parts.did}{parts.path}{query}{fragment}" == text, "the parts are the whole")
    for judge in (did_url.is_did, did_url.is_url, did_url.is_https_url):
        timed(judge, text)


def _resolution(did: str) -> None:
    """An answer for anything, in each of the ways to write one."""
    for accept in ("", "application/did-resolution", "application/did", "text/html"):
        answer = timed(resolution.resolve, did, {"accept": accept, "publicKeyFormat": "JsonWebKey"})
        require(answer.status in _STATUSES, f"a status of the specification: {answer.status}")
        strict_json.dumps(answer.result)


def _hostile() -> Iterator[bytes]:
    yield b"did:key:z" + b"6" * _MIB
    yield b"did:key:" + b"1:" * (_MIB // 2)
    yield b"did:" + b"a" * _MIB
    yield b"did:web:" + b"%3A" * (_MIB // 3)
    yield b"did:x:" + b":" * _MIB


TARGET = Target(run=_run, hostile=_hostile, longest=1024)
