"""Kind `did-key`: identifiers that are their own key."""

from __future__ import annotations

from typing import Any, Final

from generator.book import Book, Case, rule
from generator.crypto import (
    AGENT,
    AGENT_P256,
    AGENT_P384,
    AGENT_P521,
    IDENTITY,
    SERVER,
    SERVER_P256,
    SERVER_P384,
    Document,
    TestKey,
    base58,
    base64url,
    multikey,
    unbase58,
)

_P: Final = 2**255 - 19
_D: Final = -121665 * pow(121666, -1, _P) % _P
_ORDER_8: Final = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
_P256: Final = 2**256 - 2**224 + 2**192 + 2**96 - 1
_B256: Final = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B

ED25519 = rule(
    "did:key",
    "Signature Method Creation Algorithm",
    "An Ed25519 key is the multicodec ed 01 and 32 bytes, in base58btc with the letter z.",
)
P256 = rule(
    "did:key",
    "Signature Method Creation Algorithm",
    "A P-256 key is the multicodec 80 24 and a compressed point of 33 bytes.",
)
P384 = rule(
    "did:key",
    "Signature Method Creation Algorithm",
    "A P-384 key is the multicodec 81 24 and a compressed point of 49 bytes.",
)
P521 = rule(
    "did:key",
    "Signature Method Creation Algorithm",
    "A P-521 key is the multicodec 82 24 and a compressed point of 67 bytes.",
)
JWK = rule(
    "did:key",
    "Document Creation Algorithm",
    "Where publicKeyFormat is JsonWebKey the verification method holds the key as a JWK.",
)
SMALL_ORDER = rule("FORMAT", "Verification, Keys", "An Ed25519 key of small order is refused.")
CANONICAL = rule("FORMAT", "Verification, Keys", "An Ed25519 key in a non-canonical encoding is refused.")
ON_CURVE = rule("RFC 8032", "5.1.3", "An encoding that is no point of the curve is no Ed25519 key.")
ONE_NAME = rule("FORMAT", "Verification, Keys", "A did:key re-encodes to itself.")
LENGTH = rule("did:key", "Decode Public Key Algorithm", "The raw key has exactly the length of its type.")
KNOWN = rule("FORMAT", "Both credentials", "Signing keys are Ed25519, P-256 and P-384.")
COMPRESSED = rule(
    "did:key", "Decode Public Key Algorithm", "A key on a NIST curve is a compressed point on that curve."
)
FORM = rule(
    "did:key",
    "The did:key Format",
    "The identifier is did:key: and a base58btc multibase value, nothing before and nothing after.",
)


def add(book: Book) -> None:
    """Add the kind."""
    agent = _accept(book, "ed25519", ED25519, AGENT.type, AGENT.raw)
    _accept(book, "ed25519-another", ED25519, SERVER.type, SERVER.raw)
    published = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    _accept(book, "ed25519-of-rfc-8032", ED25519, "Ed25519", bytes.fromhex(published))
    _accept(book, "ed25519-with-sign-bit", ED25519, "Ed25519", _with_sign_bit())
    even = _accept(book, "p-256-even", P256, AGENT_P256.type, AGENT_P256.raw)
    _accept(book, "p-256-odd", P256, SERVER_P256.type, SERVER_P256.raw)
    large = _accept(book, "p-384-even", P384, AGENT_P384.type, AGENT_P384.raw)
    _accept(book, "p-384-odd", P384, SERVER_P384.type, SERVER_P384.raw)
    _accept(book, "p-521", P521, AGENT_P521.type, AGENT_P521.raw)
    for each in (AGENT, AGENT_P256, AGENT_P384, AGENT_P521):
        _accept_jwk(book, each)

    def reject(beside: Case, name: str, of: Any, did: str) -> None:
        book.reject(beside, name, of, "KEY_INVALID", did=did)

    def key(kind: str, raw: bytes) -> str:
        return f"did:key:{multikey(kind, raw)}"

    def coded(code: bytes, raw: bytes) -> str:
        return f"did:key:z{base58(code + raw)}"

    def point(y: int, *, sign: bool = False) -> str:
        return key("Ed25519", (y | sign << 255).to_bytes(32, "little"))

    reject(agent, "neutral-element", SMALL_ORDER, key("Ed25519", IDENTITY))
    reject(agent, "order-2", SMALL_ORDER, point(_P - 1))
    reject(agent, "order-4", SMALL_ORDER, point(0))
    reject(agent, "order-8", SMALL_ORDER, point(_ORDER_8))
    reject(agent, "order-8-with-sign-bit", SMALL_ORDER, point(_P - _ORDER_8, sign=True))
    above = next(y for y in range(3, 19) if _on_curve(y))
    reject(agent, "y-not-below-p", CANONICAL, point(_P + above))
    reject(agent, "y-not-below-p-with-sign-bit", CANONICAL, point(_P + above, sign=True))
    reject(agent, "neutral-element-with-sign-bit", CANONICAL, point(1, sign=True))
    reject(agent, "no-point", ON_CURVE, point(next(y for y in range(2, 99) if not _on_curve(y))))
    raw = unbase58(AGENT.multibase[1:])
    reject(agent, "longer-multicodec", ONE_NAME, coded(b"\xed\x81\x00", AGENT.raw))
    reject(agent, "leading-zero", ONE_NAME, f"did:key:z1{AGENT.multibase[1:]}")
    reject(agent, "base64url", ONE_NAME, f"did:key:u{base64url(raw)}")
    reject(agent, "base16", ONE_NAME, f"did:key:f{raw.hex()}")
    reject(agent, "31-bytes", LENGTH, key("Ed25519", AGENT.raw[:-1]))
    reject(agent, "33-bytes", LENGTH, key("Ed25519", AGENT.raw + b"\0"))
    reject(even, "without-the-lead-byte", LENGTH, key("P-256", AGENT_P256.raw[1:]))
    reject(large, "p-384-key-of-p-256", LENGTH, key("P-384", AGENT_P256.raw))
    reject(agent, "x25519", KNOWN, coded(b"\xec\x01", AGENT.raw))
    reject(even, "secp256k1", KNOWN, coded(b"\xe7\x01", AGENT_P256.raw))
    reject(agent, "ed25519-secret", KNOWN, coded(b"\x80\x26", AGENT.raw))
    reject(even, "lead-byte-04", COMPRESSED, key("P-256", b"\x04" + AGENT_P256.raw[1:]))
    reject(even, "lead-byte-05", COMPRESSED, key("P-256", b"\x05" + AGENT_P256.raw[1:]))
    off = next(x for x in range(1, 99) if pow(x**3 - 3 * x + _B256, (_P256 - 1) // 2, _P256) == _P256 - 1)
    reject(even, "x-of-no-point", COMPRESSED, key("P-256", b"\x02" + off.to_bytes(32)))
    reject(large, "x-not-below-p", COMPRESSED, key("P-384", b"\x02" + b"\xff" * 48))
    reject(agent, "capital-scheme", FORM, f"DID:key:{AGENT.multibase}")
    reject(agent, "with-a-fragment", FORM, AGENT.method)
    reject(agent, "with-white-space", FORM, f"did:key:{AGENT.multibase}\n")
    reject(agent, "a-letter-outside-the-alphabet", FORM, f"did:key:z0{AGENT.multibase[2:]}")
    reject(agent, "nothing", FORM, "did:key:")


def _accept(book: Book, name: str, of: Any, kind: str, raw: bytes) -> Case:
    multibase = multikey(kind, raw)
    did = f"did:key:{multibase}"
    method = {"type": "Multikey", "publicKeyMultibase": multibase}
    return book.accept(
        "did-key",
        name,
        of,
        input={"did": did},
        expected={
            "keyType": kind,
            "publicKeyHex": raw.hex(),
            "verificationMethod": f"{did}#{multibase}",
            "document": _document(did, multibase, method, "https://w3id.org/security/multikey/v1"),
        },
    )


def _accept_jwk(book: Book, key: TestKey) -> None:
    if key.type == "Ed25519":
        jwk = {"kty": "OKP", "crv": "Ed25519", "x": base64url(key.raw)}
    else:
        x, y = key.coordinates
        jwk = {"kty": "EC", "crv": key.type, "x": base64url(x), "y": base64url(y)}
    document = _document(
        key.did,
        key.multibase,
        {"type": "JsonWebKey", "publicKeyJwk": jwk},
        "https://w3id.org/security/jwk/v1",
    )
    book.accept(
        "did-key",
        f"json-web-key-{key.type.lower()}",
        JWK,
        input={"did": key.did, "publicKeyFormat": "JsonWebKey"},
        expected={"keyType": key.type, "publicKeyHex": key.raw.hex(), "document": document},
    )


def _document(did: str, multibase: str, method: Document, context: str) -> Document:
    name = f"{did}#{multibase}"
    return {
        "@context": ["https://www.w3.org/ns/did/v1", context],
        "id": did,
        "verificationMethod": [{"id": name, "controller": did, **method}],
        "authentication": [name],
        "assertionMethod": [name],
        "capabilityInvocation": [name],
        "capabilityDelegation": [name],
    }


def _on_curve(y: int) -> bool:
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    return pow(square, (_P - 1) // 2, _P) in (0, 1)


def _with_sign_bit() -> bytes:
    """The first key of a seed that counts up whose x is odd."""
    for first in range(256):
        key = TestKey(name="", type="Ed25519", secret=bytes([first]) * 32)
        if key.raw[31] & 0x80:
            return key.raw
    raise AssertionError
