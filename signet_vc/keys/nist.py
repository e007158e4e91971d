"""ECDSA over P-256, P-384 and P-521 (FIPS 186-5), through ``cryptography``.

Signatures are r and s joined, each as long as the order (RFC 7518 §3.4). Ours have
the lower of the two values that s may take, since the other would give one statement two digests; a
reader takes both unless it is strict. Nonces follow RFC 6979 where the library can do that.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from signet_vc.errors import Code, ProblemError
from signet_vc.keys.key_type import KeyType, Sign, Verify

__all__ = ["P256", "P384", "P521", "NistCurve"]

_COMPRESSED: Final = (2, 3)  # lead bytes; 4 is an uncompressed point, 0 the point at infinity


def _signing_algorithm(hash_algorithm: hashes.HashAlgorithm) -> ec.ECDSA:
    """Deterministic ECDSA if this build of the library has it, else with random nonces."""
    try:
        return ec.ECDSA(hash_algorithm, deterministic_signing=True)
    except UnsupportedAlgorithm:
        return ec.ECDSA(hash_algorithm)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NistCurve(KeyType):
    """One curve with its hash; ``order`` is the number of its points."""

    curve: ec.EllipticCurve
    hash_algorithm: hashes.HashAlgorithm
    order: int
    _signing: ec.ECDSA = field(init=False)
    _verifying: ec.ECDSA = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_signing", _signing_algorithm(self.hash_algorithm))
        object.__setattr__(self, "_verifying", ec.ECDSA(self.hash_algorithm))

    def verifier(self, raw: bytes) -> Verify:
        """Take a compressed point of the curve; the function takes any s."""
        check, algorithm = self._load(raw).verify, self._verifying
        size, length = self.secret_length, self.signature_length

        def verify(signature: bytes, message: bytes) -> bool:
            if len(signature) != length:
                return False
            r, s = int.from_bytes(signature[:size], "big"), int.from_bytes(signature[size:], "big")
            try:
                check(encode_dss_signature(r, s), message, algorithm)
            except InvalidSignature:  # r or s out of [1, order - 1] included
                return False
            return True

        return verify

    def signer(self, secret: bytes) -> tuple[bytes, Sign]:
        """Take a scalar from 1 to order - 1, big endian; the function gives the lower s."""
        key, algorithm, order, size = self._derive(secret), self._signing, self.order, self.secret_length

        def sign(message: bytes) -> bytes:
            r, s = decode_dss_signature(key.sign(message, algorithm))
            return r.to_bytes(size, "big") + min(s, order - s).to_bytes(size, "big")

        return _compress(key.public_key(), size), sign

    def candidate(self, random: bytes) -> bytes:
        """Clear the bits above those of the order, which would throw away 127 of 128 draws on P-521."""
        surplus = 8 * self.secret_length - self.order.bit_length()
        return bytes([random[0] & 0xFF >> surplus]) + random[1:]

    def is_low_s(self, signature: bytes) -> bool:
        """Tell whether s is at most half the order."""
        return int.from_bytes(signature[self.secret_length :], "big") <= self.order // 2

    def coordinates(self, raw: bytes) -> tuple[bytes, ...]:
        """Give x and y, each as long as the field (RFC 7518 §6.2.1.2)."""
        numbers = self._load(raw).public_numbers()
        return numbers.x.to_bytes(self.secret_length, "big"), numbers.y.to_bytes(self.secret_length, "big")

    def from_coordinates(self, coordinates: tuple[bytes, ...]) -> bytes:
        """Compress x and y."""
        x, y = coordinates
        return bytes([2 + (y[-1] & 1)]) + x

    def private_key(self, secret: bytes) -> PrivateKeyTypes:
        """Take a scalar."""
        return self._derive(secret)

    def secret_of(self, private_key: PrivateKeyTypes) -> bytes | None:
        """Give the scalar of a key on this curve."""
        if not isinstance(private_key, ec.EllipticCurvePrivateKey):
            return None
        if private_key.curve.name != self.curve.name:
            return None
        return private_key.private_numbers().private_value.to_bytes(self.secret_length, "big")

    def _load(self, raw: bytes) -> ec.EllipticCurvePublicKey:
        if raw[0] not in _COMPRESSED:
            raise ProblemError.of(Code.KEY_INVALID, f"the {self.name} key is no compressed point")
        try:
            return ec.EllipticCurvePublicKey.from_encoded_point(self.curve, raw)
        except ValueError as error:
            raise ProblemError.of(
                Code.KEY_INVALID, f"the {self.name} key is no point of the curve"
            ) from error

    def _derive(self, secret: bytes) -> ec.EllipticCurvePrivateKey:
        scalar = int.from_bytes(secret, "big")
        if not 0 < scalar < self.order:
            raise ProblemError.of(Code.KEY_INVALID, f"the {self.name} secret is not below the group's order")
        return ec.derive_private_key(scalar, self.curve)


def _compress(public_key: ec.EllipticCurvePublicKey, size: int) -> bytes:
    numbers = public_key.public_numbers()
    return bytes([2 + (numbers.y & 1)]) + numbers.x.to_bytes(size, "big")


P256: Final = NistCurve(
    name="P-256",
    public_codec="p256-pub",
    secret_codec="p256-priv",  # noqa: S106 - a multicodec name
    public_length=33,
    secret_length=32,
    signature_length=64,
    digest="sha256",
    jws_algorithms=("ES256",),
    cose_algorithms=MappingProxyType({-7: "ES256", -9: "ESP256"}),  # RFC 9053 §2.1, RFC 9864 §2.1
    jwk_kty="EC",
    curve=ec.SECP256R1(),
    hash_algorithm=hashes.SHA256(),
    order=0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
)
P384: Final = NistCurve(
    name="P-384",
    public_codec="p384-pub",
    secret_codec="p384-priv",  # noqa: S106 - a multicodec name
    public_length=49,
    secret_length=48,
    signature_length=96,
    digest="sha384",
    jws_algorithms=("ES384",),
    cose_algorithms=MappingProxyType({-35: "ES384", -51: "ESP384"}),
    jwk_kty="EC",
    curve=ec.SECP384R1(),
    hash_algorithm=hashes.SHA384(),
    order=int(
        "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973", 16
    ),
)
# Enveloping alone: no Data Integrity cryptosuite takes it.
P521: Final = NistCurve(
    name="P-521",
    public_codec="p521-pub",
    secret_codec="p521-priv",  # noqa: S106 - a multicodec name
    public_length=67,
    secret_length=66,
    signature_length=132,
    digest="sha512",
    jws_algorithms=("ES512",),
    cose_algorithms=MappingProxyType({-36: "ES512", -52: "ESP512"}),
    jwk_kty="EC",
    curve=ec.SECP521R1(),
    hash_algorithm=hashes.SHA512(),
    order=int("01" + 65 * "F" + "A51868783BF2F966B7FCC0148F709A5D03BB5C9B8899C47AEBB6FB71E91386409", 16),
)
