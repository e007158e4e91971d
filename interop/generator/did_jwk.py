"""Kind `did-jwk`: identifiers that are a JSON Web Key."""

from __future__ import annotations

import json
from typing import Any, Final

from generator.book import Book, Case, Rule, rule
from generator.crypto import (
    AGENT,
    AGENT_P256,
    AGENT_P384,
    AGENT_P521,
    IDENTITY,
    SERVER,
    Document,
    TestKey,
    base64url,
    jcs,
)

__all__ = ["add"]

_METHOD: Final = "did:jwk"
KEY = rule(_METHOD, "Create", "The identifier is base64url of a public JWK, and its one key is named #0.")
CURVES = rule(_METHOD, "Create", "Keys on the NIST curves are JWKs of the type EC.")
SPELLINGS = rule(
    _METHOD, "Security", "Each spelling of a JWK is an identifier of its own, and as good as another."
)
USE = rule(_METHOD, "Read", "A key for sig has no keyAgreement, a key for enc nothing else.")
MEMBERS = rule(
    _METHOD, "Read", "The document holds the JWK as it stands in the identifier, with all its members."
)
AGREEMENT = rule(_METHOD, "Read", "A key that can only agree on others signs nothing.")
BASE64 = rule("RFC 7515", "2", "The JWK of a did:jwk is in base64url without padding, in its only spelling.")
JSON = rule(_METHOD, "Read", "What is encoded is strict JSON, an object.")
PUBLIC = rule(_METHOD, "Security", "No identifier holds a secret key.")
POINT = rule(
    "RFC 7518", "6.2.1", "x and y of an EC key are a point of its curve, each of the curve's length."
)
OCTETS = rule("RFC 8037", "2", "x of an OKP key is base64url of its 32 bytes.")
KNOWN = rule("FORMAT", "Both credentials", "A did:jwk that signs is of a type of key that is known.")
SMALL = rule("FORMAT", "Verification, Keys", "A did:jwk of an Ed25519 key of small order is refused.")
FORM = rule(_METHOD, "DID Format", "The identifier is did:jwk: and base64url, nothing before, nothing after.")


def jwk_of(key: TestKey, **members: Any) -> Document:
    """The public JWK."""
    if key.type == "Ed25519":
        return {"kty": "OKP", "crv": "Ed25519", "x": base64url(key.raw), **members}
    x, y = key.coordinates
    return {"kty": "EC", "crv": key.type, "x": base64url(x), "y": base64url(y), **members}


def did_of(jwk: Document, *, text: str | None = None) -> str:
    """The DID of a JWK, as canonical JSON unless its text is given."""
    return "did:jwk:" + base64url(jcs(jwk) if text is None else text.encode())


def _document(did: str, jwk: Document, *relationships: str) -> Document:
    name = f"{did}#0"
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/suites/jws-2020/v1"],
        "id": did,
        "verificationMethod": [
            {"id": name, "type": "JsonWebKey2020", "controller": did, "publicKeyJwk": jwk}
        ],
        **{relationship: [name] for relationship in relationships},
    }


_SIGNING: Final = ("assertionMethod", "authentication", "capabilityInvocation", "capabilityDelegation")


def _accept(
    book: Book, name: str, of: Rule, jwk: Document, key: TestKey | None, *, text: str | None = None
) -> Case:
    did = did_of(jwk, text=text)
    relationships = () if key is None else _SIGNING
    if jwk.get("use") != "sig":
        relationships = (*relationships, "keyAgreement")
    expected: Document = {"document": _document(did, jwk, *relationships)}
    if key is not None:
        expected |= {"keyType": key.type, "publicKeyHex": key.raw.hex(), "verificationMethod": f"{did}#0"}
    return book.accept("did-jwk", name, of, input={"did": did}, expected=expected)


def add(book: Book) -> None:
    """Add the kind."""
    plain = jwk_of(AGENT)
    good = _accept(book, "ed25519", KEY, plain, AGENT)
    _accept(book, "ed25519-another", KEY, jwk_of(SERVER), SERVER)
    cases = {
        key: _accept(book, key.type.lower(), CURVES, jwk_of(key), key)
        for key in (AGENT_P256, AGENT_P384, AGENT_P521)
    }
    backwards = dict(reversed(plain.items()))
    _accept(book, "members-in-another-order", SPELLINGS, plain, AGENT, text=json.dumps(backwards))
    _accept(book, "with-white-space", SPELLINGS, plain, AGENT, text=json.dumps(plain, indent=1))
    _accept(book, "for-signatures", USE, jwk_of(AGENT, use="sig"), AGENT)
    _accept(book, "for-encryption", USE, jwk_of(AGENT_P256, use="enc"), None)
    full = jwk_of(AGENT_P256, alg="ES256", kid="one", use="sig")
    _accept(book, "with-further-members", MEMBERS, full, AGENT_P256)
    agreeing = {"kty": "OKP", "crv": "X25519", "x": base64url(bytes(range(9, 41))), "use": "enc"}
    x25519 = _accept(book, "x25519", AGREEMENT, agreeing, None)

    def reject(beside: Case, name: str, of: Rule, did: str) -> None:
        book.reject(beside, name, of, "KEY_INVALID", did=did)

    did = str(good.input["did"])
    text = did.removeprefix("did:jwk:")
    for name, other in (
        ("padded", text + "=" * (-len(text) % 4 or 4)),
        ("another-last-letter", _neighbour()),
        ("a-line-break-within", f"{text[:40]}\n{text[40:]}"),
    ):
        reject(good, name, BASE64, "did:jwk:" + other)
    for name, content in (
        ("no-json", "kty=OKP"),
        ("a-list", json.dumps([plain])),
        ("a-member-twice", '{"kty":"EC",' + json.dumps(plain)[1:]),
        ("nothing-encoded", ""),
    ):
        reject(good, name, JSON, did_of(plain, text=content))
    secret = base64url(AGENT.secret)
    reject(good, "with-its-secret", PUBLIC, did_of({**plain, "d": secret}))
    reject(good, "a-symmetric-key", PUBLIC, did_of({"kty": "oct", "k": secret}))
    x, y = AGENT_P256.coordinates
    small = cases[AGENT_P256]
    for name, jwk in (
        ("y-of-another-point", jwk_of(AGENT_P256, y=base64url(bytes([*y[:-1], y[-1] ^ 1])))),
        ("x-of-31-bytes", jwk_of(AGENT_P256, x=base64url(x[1:]))),
        ("y-absent", {name: value for name, value in jwk_of(AGENT_P256).items() if name != "y"}),
        ("key-of-p-256-as-p-384", jwk_of(AGENT_P256, crv="P-384")),
        ("x-of-33-bytes", jwk_of(AGENT_P256, x=base64url(b"\0" + x))),
    ):
        reject(small, name, POINT, did_of(jwk))
    for name, jwk in (
        ("okp-of-31-bytes", jwk_of(AGENT, x=base64url(AGENT.raw[1:]))),
        ("okp-x-padded", jwk_of(AGENT, x=base64url(AGENT.raw) + "=")),
        ("okp-x-as-a-number", jwk_of(AGENT, x=1)),
        ("okp-in-hexadecimal", jwk_of(AGENT, x=AGENT.raw.hex())),
    ):
        reject(good, name, OCTETS, did_of(jwk))
    reject(x25519, "x25519-of-31-bytes", AGREEMENT, did_of({**agreeing, "x": base64url(bytes(31))}))
    reject(x25519, "x25519-for-signatures", AGREEMENT, did_of({**agreeing, "use": "sig"}))
    for name, jwk in (
        ("rsa", {"kty": "RSA", "n": base64url(b"\xff" * 256), "e": "AQAB"}),
        ("secp256k1", jwk_of(AGENT_P256, crv="secp256k1")),
        ("ed448", jwk_of(AGENT, crv="Ed448")),
        ("no-kty", {name: value for name, value in plain.items() if name != "kty"}),
    ):
        reject(good, name, KNOWN, did_of(jwk))
    reject(good, "neutral-element", SMALL, did_of(jwk_of(AGENT, x=base64url(IDENTITY))))
    for name, other in (
        ("with-a-fragment", f"{did}#0"),
        ("capital-method", "did:JWK:" + text),
        ("capital-scheme", "DID:jwk:" + text),
        ("nothing", "did:jwk:"),
        ("white-space-after", f"{did}\n"),
    ):
        reject(good, name, FORM, other)


def _neighbour() -> str:
    """The text of an identifier with other bits where its last letter has none to carry."""
    texts = (did_of(jwk_of(AGENT, kid="a" * length)).removeprefix("did:jwk:") for length in range(3))
    text = next(each for each in texts if len(each) % 4)
    return text[:-1] + chr(ord(text[-1]) + 1)
