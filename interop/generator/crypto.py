"""Keys, canonical forms and signatures of the vectors.

The standard library, `cryptography` and `rfc8785`, and nothing of `signet_vc`: what the package is held
to does not come from the package. Every result is the same on every run; ECDSA nonces follow RFC 6979.
"""

from __future__ import annotations

import base64
import copy
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import rfc8785
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from generator import rdf

Document = dict[str, Any]

# --- encodings --------------------------------------------------------------------------------------

_BASE58: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def base58(data: bytes) -> str:
    """Bitcoin's base58."""
    number, text = int.from_bytes(data), ""
    while number:
        number, digit = divmod(number, 58)
        text = _BASE58[digit] + text
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + text


def unbase58(text: str) -> bytes:
    """What `base58` was given."""
    number = 0
    for letter in text:
        number = number * 58 + _BASE58.index(letter)
    zeros = len(text) - len(text.lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8)


def base64url(data: bytes) -> str:
    """Unpadded."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def nonce(first: int) -> str:
    """A nonce or salt of sixteen bytes that count up from `first`."""
    return "u" + base64url(bytes(range(first, first + 16)))


def digest(data: bytes) -> str:
    """DIGEST."""
    return "u" + base64url(b"\x12\x20" + hashlib.sha256(data).digest())


# --- canonical forms --------------------------------------------------------------------------------


def jcs(value: Any) -> bytes:
    """RFC 8785."""
    return rfc8785.dumps(value)


def canon(value: Any) -> bytes:
    """CANON: RFC 8785 with integers of any size."""
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return b"{" + b",".join(jcs(name) + b":" + canon(value[name]) for name in names) + b"}"
    if isinstance(value, list):
        return b"[" + b",".join(map(canon, value)) + b"]"
    return str(value).encode() if type(value) is int else jcs(value)


def commitment(member: str, value: Any, salt: str) -> str:
    """The commitment to a member's value."""
    return digest(canon({"member": member, "salt": salt, "value": value}))


def wire(value: Any) -> str:
    """JSON as a program would send it: compact, members in their order."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


# --- keys -------------------------------------------------------------------------------------------

_CODES: Final = {
    "Ed25519": b"\xed\x01",
    "P-256": b"\x80\x24",
    "P-384": b"\x81\x24",
    "P-521": b"\x82\x24",
}
_ORDERS: Final = {
    "P-256": 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    "P-384": int(
        "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973", 16
    ),
    "P-521": int(
        "01FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFA"
        "51868783BF2F966B7FCC0148F709A5D03BB5C9B8899C47AEBB6FB71E91386409",
        16,
    ),
}
_CURVES: Final = {
    "P-256": (ec.SECP256R1(), hashes.SHA256()),
    "P-384": (ec.SECP384R1(), hashes.SHA384()),
    "P-521": (ec.SECP521R1(), hashes.SHA512()),
}
ED25519_ORDER: Final = 2**252 + 27742317777372353535851937790883648493


@dataclass(frozen=True, kw_only=True)
class TestKey:
    """A signing key of the vectors, from a fixed secret."""

    name: str
    type: str
    secret: bytes
    raw: bytes = field(init=False)

    def __post_init__(self) -> None:
        if self.type == "Ed25519":
            raw = Ed25519PrivateKey.from_private_bytes(self.secret).public_key().public_bytes_raw()
        else:
            x, y = self.coordinates
            raw = bytes([2 + (y[-1] & 1)]) + x
        object.__setattr__(self, "raw", raw)

    @property
    def multibase(self) -> str:
        """The Multikey."""
        return multikey(self.type, self.raw)

    @property
    def did(self) -> str:
        """The did:key."""
        return f"did:key:{self.multibase}"

    @property
    def method(self) -> str:
        """The verification method."""
        return f"{self.did}#{self.multibase}"

    @property
    def suite(self) -> str:
        """The cryptosuite that goes with the key."""
        return "eddsa-jcs-2022" if self.type == "Ed25519" else "ecdsa-jcs-2019"

    @property
    def algorithm(self) -> str:
        """The JOSE algorithm that goes with the key."""
        return {"Ed25519": "Ed25519", "P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}[self.type]

    @property
    def hash(self) -> Callable[[bytes], Any]:
        """What Data Integrity hashes with under this key."""
        return hashlib.sha384 if self.type == "P-384" else hashlib.sha256

    def sign(self, message: bytes) -> bytes:
        """Sign; ECDSA as r and s joined, with the low s."""
        if self.type == "Ed25519":
            return Ed25519PrivateKey.from_private_bytes(self.secret).sign(message)
        r, s = decode_dss_signature(self.sign_der(message))
        size = len(self.secret)
        return r.to_bytes(size) + min(s, _ORDERS[self.type] - s).to_bytes(size)

    def sign_der(self, message: bytes) -> bytes:
        """ECDSA in ASN.1's DER."""
        return self._ecdsa().sign(message, ec.ECDSA(_CURVES[self.type][1], deterministic_signing=True))

    def other_s(self, signature: bytes) -> bytes:
        """The signature's second spelling: ECDSA's high s; Ed25519's s + L, which is out of range."""
        if self.type == "Ed25519":
            s = int.from_bytes(signature[32:], "little") + ED25519_ORDER
            return signature[:32] + s.to_bytes(32, "little")
        size = len(self.secret)
        return signature[:size] + (_ORDERS[self.type] - int.from_bytes(signature[size:])).to_bytes(size)

    def sign_other_s(self, message: bytes) -> bytes:
        """Sign, in the second spelling."""
        return self.other_s(self.sign(message))

    def sign_with_identity(self, message: bytes) -> bytes:
        """An Ed25519 signature whose R is the neutral element; it fits the equation."""
        expanded = bytearray(hashlib.sha512(self.secret).digest()[:32])
        expanded[0] &= 248
        expanded[31] = expanded[31] & 127 | 64
        challenge = hashlib.sha512(IDENTITY + self.raw + message).digest()
        s = int.from_bytes(challenge, "little") * int.from_bytes(expanded, "little") % ED25519_ORDER
        return IDENTITY + s.to_bytes(32, "little")

    @property
    def coordinates(self) -> tuple[bytes, bytes]:
        """X and y of a point on a NIST curve."""
        point, size = self._ecdsa().public_key().public_numbers(), len(self.secret)
        return point.x.to_bytes(size), point.y.to_bytes(size)

    def public(self) -> Document:
        """What a case says of the key."""
        return {"type": self.type, "did": self.did, "publicKeyHex": self.raw.hex()}

    def _ecdsa(self) -> ec.EllipticCurvePrivateKey:
        return ec.derive_private_key(int.from_bytes(self.secret), _CURVES[self.type][0])


def multikey(kind: str, raw: bytes) -> str:
    """The Multikey of raw bytes, whether or not they are a key."""
    return "z" + base58(_CODES[kind] + raw)


IDENTITY: Final = b"\x01" + bytes(31)
AGENT: Final = TestKey(name="agent", type="Ed25519", secret=bytes(range(0x20)))
SERVER: Final = TestKey(name="server", type="Ed25519", secret=bytes(range(0x20, 0x40)))
STRANGER: Final = TestKey(name="stranger", type="Ed25519", secret=bytes(range(0x40, 0x60)))
AGENT_P256: Final = TestKey(name="agent P-256", type="P-256", secret=bytes(range(0x20)))
SERVER_P256: Final = TestKey(name="server P-256", type="P-256", secret=bytes(range(0x20, 0x40)))
AGENT_P384: Final = TestKey(name="agent P-384", type="P-384", secret=bytes(range(0x30)))
SERVER_P384: Final = TestKey(name="server P-384", type="P-384", secret=bytes(range(0x20, 0x50)))

AGENT_P521: Final = TestKey(name="agent P-521", type="P-521", secret=bytes(range(0x42)))
STRANGER_P256: Final = TestKey(name="stranger P-256", type="P-256", secret=bytes(range(0x40, 0x60)))
PROVIDER_P256: Final = TestKey(name="provider P-256", type="P-256", secret=bytes(range(0x60, 0x80)))

# --- Data Integrity ---------------------------------------------------------------------------------


def proof_steps(
    document: Document, proof: Mapping[str, Any], key: TestKey, previous: Sequence[Document] = ()
) -> Document:
    """The intermediate values of a cryptosuite, by the names of the cases. `previous`: what it rests on."""
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    hashed = {name: value for name, value in document.items() if name != "proof"}
    if previous:
        hashed["proof"] = list(previous)
    if "-rdfc-" in options["cryptosuite"] and "@context" not in options:
        under = {"@context": document["@context"], **options}
        configuration, canonical = rdf.canonical(under, key.hash), rdf.canonical(hashed, key.hash)
    else:
        if "@context" in options:
            hashed["@context"] = options["@context"]
        configuration, canonical = jcs(options), canon(hashed)
    return {
        "canonicalDocument": canonical.decode(),
        "documentHash": key.hash(canonical).hexdigest(),
        "canonicalProofConfiguration": configuration.decode(),
        "proofConfigurationHash": key.hash(configuration).hexdigest(),
        "combinedHash": (key.hash(configuration).digest() + key.hash(canonical).digest()).hex(),
    }


def secured(
    document: Document,
    key: TestKey,
    *,
    sign: Callable[[bytes], bytes] | None = None,
    without: tuple[str, ...] = (),
    **members: Any,
) -> Document:
    """The document with a proof; `members` replace or add members of it, `without` leaves some out."""
    proof = proof_of(document, key, sign=sign, without=without, **members)
    return {**copy.deepcopy(document), "proof": proof}


def proof_of(
    document: Document,
    key: TestKey,
    *,
    sign: Callable[[bytes], bytes] | None = None,
    without: tuple[str, ...] = (),
    previous: Sequence[Document] = (),
    **members: Any,
) -> Document:
    """The proof alone. `sign`: instead of the key's own. `previous`: the proofs that it rests on."""
    context, created = copy.deepcopy(document.get("@context")), str(document.get("validFrom", ""))[:19] + "Z"
    proof: Document = {
        "@context": context,
        "type": "DataIntegrityProof",
        "cryptosuite": key.suite,
        "created": created,
        "verificationMethod": key.method,
        "proofPurpose": "assertionMethod",
        **members,
    }
    for name in without:
        del proof[name]
    message = bytes.fromhex(proof_steps(document, proof, key, previous)["combinedHash"])
    return {**proof, "proofValue": "z" + base58((sign or key.sign)(message))}


# --- compact JWS ------------------------------------------------------------------------------------


def header_of(key: TestKey, **members: Any) -> Document:
    """The header of the format; `members` replace or add."""
    return {"alg": key.algorithm, "cty": "vc", "kid": key.method, "typ": "vc+jwt", **members}


def token(
    document: Document,
    key: TestKey,
    *,
    header: bytes | None = None,
    payload: bytes | None = None,
    sign: Callable[[bytes], bytes] | None = None,
    **members: Any,
) -> str:
    """The compact JWS over a document; `header` and `payload` in place of their canonical forms."""
    encoded_header = base64url(jcs(header_of(key, **members)) if header is None else header)
    encoded_payload = base64url(canon(document) if payload is None else payload)
    message = f"{encoded_header}.{encoded_payload}"
    return f"{message}.{base64url((sign or key.sign)(message.encode()))}"
