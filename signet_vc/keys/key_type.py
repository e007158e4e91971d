"""What a type of signature key is: the interface that every row of ``KEY_TYPES`` fills."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

__all__ = ["KeyType", "Sign", "Verify"]

Sign: TypeAlias = Callable[[bytes], bytes]  # message -> signature
Verify: TypeAlias = Callable[[bytes, bytes], bool]  # signature, message -> whether it holds


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KeyType(ABC):
    """One type of key: its names in the registries, its sizes in bytes, and its mathematics.

    name: as in JOSE's ``crv``. public_codec, secret_codec: multicodec names. digest: the hash that
    goes with the key (Data Integrity hashes the document with it, where a suite takes the key).
    jws_algorithms, cose_algorithms: those that a JWS, or a COSE message, under this key may name, COSE's
    by number, each with its name; the first is written unless configured otherwise. jwk_kty: JOSE's
    ``kty``. public_length: of the raw key as in a Multikey (compressed, for a curve with two
    coordinates). signature_length: of the raw signature, r and s joined for ECDSA.

    Methods that take a key raise KEY_INVALID for bytes that are none, never anything else.
    """

    name: str
    public_codec: str
    secret_codec: str
    public_length: int
    secret_length: int
    signature_length: int
    digest: Literal["sha256", "sha384", "sha512"]
    jws_algorithms: tuple[str, ...]
    cose_algorithms: Mapping[int, str]
    jwk_kty: Literal["OKP", "EC"]

    @abstractmethod
    def verifier(self, raw: bytes) -> Verify:
        """Check a public key of ``public_length`` bytes once; the function then checks signatures."""

    @abstractmethod
    def signer(self, secret: bytes) -> tuple[bytes, Sign]:
        """Give the raw public key and the signing function of a secret of ``secret_length`` bytes."""

    def candidate(self, random: bytes) -> bytes:
        """Make of ``secret_length`` random bytes what may be a secret: most of all draws are one."""
        return random

    @abstractmethod
    def is_low_s(self, signature: bytes) -> bool:
        """Tell whether a valid signature is the one spelling of its two that a strict reader takes."""

    @abstractmethod
    def coordinates(self, raw: bytes) -> tuple[bytes, ...]:
        """Give what a JWK calls x (and y), for a key that has been checked."""

    @abstractmethod
    def from_coordinates(self, coordinates: tuple[bytes, ...]) -> bytes:
        """Give the raw key for a JWK's x (and y); whether they are a point is checked elsewhere."""

    @abstractmethod
    def private_key(self, secret: bytes) -> PrivateKeyTypes:
        """Give the secret as an object of ``cryptography``, which writes PKCS#8."""

    @abstractmethod
    def secret_of(self, private_key: PrivateKeyTypes) -> bytes | None:
        """Give the secret that an object of ``cryptography`` holds; None if it is of another type."""

    def agreement_key(self, raw: bytes) -> bytes | None:  # noqa: ARG002 - for the types that have one
        """Give the X25519 key that a DID document may derive from this one; None for most types."""
        return None
