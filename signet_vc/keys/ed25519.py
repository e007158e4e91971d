"""Ed25519 (RFC 8032) over two backends with one verdict.

libsodium (PyNaCl) signs and verifies about 1.5 times as fast as OpenSSL (``cryptography``) and is
used where it is installed. The two disagree on keys and signatures of small order, so a guard of our
own stands before both: which one is installed never decides what is valid.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

from signet_vc.errors import Code, ProblemError
from signet_vc.keys.key_type import KeyType, Sign, Verify

try:
    from nacl.bindings import crypto_sign, crypto_sign_open, crypto_sign_seed_keypair
    from nacl.exceptions import BadSignatureError
except ImportError:  # an optional speed-up: the verdicts are the same without it
    _HAS_PYNACL = False
else:
    _HAS_PYNACL = True

__all__ = ["BACKEND", "BACKENDS", "ED25519", "SMALL_ORDER", "Backend", "Ed25519"]

_P: Final = 2**255 - 19
_D: Final = -121665 * pow(121666, -1, _P) % _P
_SIGN_BIT: Final = 1 << 255


def _both_signs(y: int) -> tuple[bytes, bytes]:
    return y.to_bytes(32, "little"), (y | _SIGN_BIT).to_bytes(32, "little")


# y of a point of order 8; the other two are p minus it and the same with the other sign
_Y8: Final = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826

# All 14 encodings of the 8 points of small order: 8 canonical ones, and 6 with y >= p or a sign bit on
# x = 0. As a key, one signature fits many messages (for the identity: every message); as R, a signer
# can make signatures that some verifiers accept and others do not.
SMALL_ORDER: Final = frozenset(
    encoding for y in (0, 1, _P - 1, _P, _P + 1, _Y8, _P - _Y8) for encoding in _both_signs(y)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """The bare primitive of one library, without the guard.

    signer: 32-byte seed -> public key and signing function. verifier: 32-byte key -> a function of a
    64-byte signature and a message.
    """

    name: str
    signer: Callable[[bytes], tuple[bytes, Sign]]
    verifier: Callable[[bytes], Verify]


def _cryptography_signer(seed: bytes) -> tuple[bytes, Sign]:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    return key.public_key().public_bytes_raw(), key.sign


def _cryptography_verifier(raw: bytes) -> Verify:
    check = Ed25519PublicKey.from_public_bytes(raw).verify

    def verify(signature: bytes, message: bytes) -> bool:
        try:
            check(signature, message)
        except InvalidSignature:
            return False
        return True

    return verify


# The bindings have only the combined form, signature before message; the copies that costs are
# below 0.2 µs for the short messages that Data Integrity signs. Lengths are ours to hold: the
# bindings hand pointers to C without looking.
def _pynacl_signer(seed: bytes) -> tuple[bytes, Sign]:
    raw, expanded = crypto_sign_seed_keypair(seed)

    def sign(message: bytes) -> bytes:
        return crypto_sign(message, expanded)[:64]

    return raw, sign


def _pynacl_verifier(raw: bytes) -> Verify:
    def verify(signature: bytes, message: bytes) -> bool:
        try:
            crypto_sign_open(signature + message, raw)
        except BadSignatureError:
            return False
        return True

    return verify


_CRYPTOGRAPHY: Final = Backend(
    name="cryptography", signer=_cryptography_signer, verifier=_cryptography_verifier
)
_PYNACL: Final = Backend(name="pynacl", signer=_pynacl_signer, verifier=_pynacl_verifier)

# By preference: the first is used.
BACKENDS: Final[Mapping[str, Backend]] = MappingProxyType(
    {each.name: each for each in ((_PYNACL, _CRYPTOGRAPHY) if _HAS_PYNACL else (_CRYPTOGRAPHY,))}
)
BACKEND: Final = next(iter(BACKENDS.values()))


def _is_on_curve(y: int) -> bool:
    """Tell whether x² = (y² - 1) / (dy² + 1) has a solution (Euler's criterion, about 90 µs)."""
    u, v = (y * y - 1) % _P, (_D * y * y + 1) % _P
    return pow(u * v, (_P - 1) // 2, _P) in (0, 1)


def _check_public(raw: bytes) -> None:
    """Refuse what is no point, has a second spelling, or generates a group of at most 8 points."""
    if raw in SMALL_ORDER:
        raise ProblemError.of(Code.KEY_INVALID, "the Ed25519 key is a point of small order")
    y = int.from_bytes(raw, "little") & (_SIGN_BIT - 1)
    if y >= _P:
        raise ProblemError.of(Code.KEY_INVALID, "the Ed25519 key is in a non-canonical encoding")
    if not _is_on_curve(y):
        raise ProblemError.of(Code.KEY_INVALID, "the Ed25519 key is no point of the curve")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ed25519(KeyType):
    """Ed25519 on one backend, behind the guard.

    Accepted: cofactorless verification with S < L, as both libraries do it; keys with a component of
    small order (mixed order) pass, as with every peer.
    """

    backend: Backend

    def verifier(self, raw: bytes) -> Verify:
        """Check the key (about 0.1 ms, most of it whether it is on the curve); see the class."""
        _check_public(raw)
        plain, length = self.backend.verifier(raw), self.signature_length

        def verify(signature: bytes, message: bytes) -> bool:
            return (
                len(signature) == length and signature[:32] not in SMALL_ORDER and plain(signature, message)
            )

        return verify

    def signer(self, secret: bytes) -> tuple[bytes, Sign]:
        """Take a seed; every 32 bytes are one."""
        return self.backend.signer(secret)

    def is_low_s(self, signature: bytes) -> bool:  # noqa: ARG002 - what other types look at
        """Say yes: S < L is part of verification."""
        return True

    def coordinates(self, raw: bytes) -> tuple[bytes, ...]:
        """Give x alone, the key itself (RFC 8037 §2)."""
        return (raw,)

    def from_coordinates(self, coordinates: tuple[bytes, ...]) -> bytes:
        """Take x alone."""
        return coordinates[0]

    def private_key(self, secret: bytes) -> PrivateKeyTypes:
        """Take a seed."""
        return Ed25519PrivateKey.from_private_bytes(secret)

    def secret_of(self, private_key: PrivateKeyTypes) -> bytes | None:
        """Give the seed."""
        return private_key.private_bytes_raw() if isinstance(private_key, Ed25519PrivateKey) else None

    def agreement_key(self, raw: bytes) -> bytes | None:
        """Map the point to Curve25519: u = (1 + y) / (1 - y), RFC 7748 §4.1; y = 1 is no key."""
        y = int.from_bytes(raw, "little") & (_SIGN_BIT - 1)
        return ((1 + y) * pow(1 - y, -1, _P) % _P).to_bytes(32, "little")


def ed25519_on(backend: Backend) -> Ed25519:
    """Make the key type on ``backend``; the tests hold the two to the same verdicts."""
    return Ed25519(
        name="Ed25519",
        public_codec="ed25519-pub",
        secret_codec="ed25519-priv",  # noqa: S106 - a multicodec name
        public_length=32,
        secret_length=32,
        signature_length=64,
        digest="sha256",
        jws_algorithms=("Ed25519", "EdDSA"),
        cose_algorithms=MappingProxyType({-8: "EdDSA", -19: "Ed25519"}),  # RFC 9053 §2.2, RFC 9864 §2.2
        jwk_kty="OKP",
        backend=backend,
    )


ED25519: Final = ed25519_on(BACKEND)
