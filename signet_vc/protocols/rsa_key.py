"""RSA keys that sign agent cards of others: verified here, and nowhere else; no key of ours is one.

Spec: RFC 7517 §4, RFC 7518 §§3.3, 3.5 and 6.3.1.
"""

from __future__ import annotations

from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from signet_vc.codec.multibase import EncodingError, base64url_decode
from signet_vc.codec.strict_json import JsonObject
from signet_vc.errors import Code, ProblemError

__all__ = ["RsaKey"]

_FEWEST_BITS: Final = 2048  # RFC 7518 §3.3
_MOST_BITS: Final = 4096  # a verification takes time with the square of it
_EXPONENT: Final = 65537  # what every maker of keys takes; others are slow, or weak
_PRIVATE: Final = ("d", "p", "q", "dp", "dq", "qi", "oth")
_PADDINGS: Final[dict[str, padding.AsymmetricPadding]] = {
    "RS256": padding.PKCS1v15(),
    "PS256": padding.PSS(padding.MGF1(SHA256()), SHA256.digest_size),
}


class RsaKey:
    """A public key of 2048 to 4096 bits, with the exponent 65537; KEY_INVALID for a JWK of another."""

    __slots__ = ("_key", "algorithms")

    algorithms: tuple[str, ...]

    def __init__(self, jwk: JsonObject) -> None:
        if any(name in jwk for name in _PRIVATE):
            raise _invalid("a public JWK must not hold a secret")
        operations = jwk.get("key_ops", ["verify"])
        if jwk.get("use", "sig") != "sig" or not isinstance(operations, list) or "verify" not in operations:
            raise _invalid("the JWK is not for signatures")
        named = jwk.get("alg")
        self.algorithms = tuple(each for each in _PADDINGS if named in (None, each))
        if not self.algorithms:
            raise _invalid("the JWK's alg is none that is verified")
        modulus, exponent = _integer(jwk.get("n")), _integer(jwk.get("e"))
        if not _FEWEST_BITS <= modulus.bit_length() <= _MOST_BITS or exponent != _EXPONENT:
            raise _invalid(f"not {_FEWEST_BITS} to {_MOST_BITS} bits with the exponent {_EXPONENT}")
        if modulus % 2 == 0:
            raise _invalid("the JWK's n is no product of two primes")
        self._key = rsa.RSAPublicNumbers(exponent, modulus).public_key()

    def verify(self, signature: bytes, message: bytes, algorithm: str) -> bool:
        """Tell whether ``signature`` is this key's; ``algorithm``: one of ``algorithms``."""
        try:
            self._key.verify(signature, message, _PADDINGS[algorithm], SHA256())
        except InvalidSignature:
            return False
        return True


def _integer(value: Any) -> int:
    """Base64urlUInt (RFC 7518 §2): the fewest octets that it takes."""
    try:
        octets = base64url_decode(value) if isinstance(value, str) and len(value) <= _MOST_BITS else b""
    except EncodingError:
        octets = b""
    if not octets or octets[0] == 0:
        raise _invalid("the JWK's n or e is no base64url of an integer")
    return int.from_bytes(octets, "big")


def _invalid(detail: str) -> ProblemError:
    return ProblemError.of(Code.KEY_INVALID, detail)
