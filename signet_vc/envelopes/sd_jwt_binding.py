"""Key binding (RFC 9901 §4.3, §7.3): the holder signs whom an SD-JWT is shown to, and when.

The signature covers what is shown and nothing else: another choice of disclosures needs another one.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from signet_vc.codec import jcs
from signet_vc.codec.strict_json import JsonObject
from signet_vc.envelopes import jws, media
from signet_vc.envelopes.jws import JwsToSign
from signet_vc.envelopes.registered_claims import audience_problems, is_numeric_date, time_problems
from signet_vc.envelopes.sd_jwt_disclosures import digest_with, hash_name
from signet_vc.envelopes.vc_jwt import algorithm
from signet_vc.errors import Code, Problem, ProblemError, UsageError, problem
from signet_vc.keys.jwk import public_from_jwk
from signet_vc.keys.key_type import KeyType
from signet_vc.keys.signing import PublicKey
from signet_vc.limits import DEFAULT_LIMITS, NANOSECONDS

__all__ = ["MAX_AGE_NS", "KeyBindingToSign", "bind", "holder_key", "problems"]

_TYPE: Final = "kb+jwt"
_HASH: Final = "sd_hash"
MAX_AGE_NS: Final = 300 * NANOSECONDS  # a holder binds for one presentation: minutes, not days


class KeyBindingToSign(NamedTuple):
    """The first of two steps: ``message`` is what the holder's key signs."""

    token: JwsToSign
    bound: str

    @property
    def message(self) -> bytes:
        """The JWS Signing Input of the Key Binding JWT."""
        return self.token.message

    def finish(self, signature: bytes) -> str:
        """The SD-JWT with its key binding."""
        return self.bound + self.token.finish(signature)


def bind(
    bound: str,
    payload: JsonObject,
    *,
    key_type: KeyType,
    audience: str,
    nonce: str,
    issued_at: int,
    alg: str | None = None,
) -> KeyBindingToSign:
    """Work out what the holder's key has to sign to show an SD-JWT to ``audience``.

    bound: the SD-JWT up to its last ``~``, payload: of its issuer-signed JWT. issued_at: nanoseconds since
    1970. Raises UsageError if no key of this type is asked for, or audience or nonce is empty.
    """
    if not audience or not nonce:
        raise UsageError("a key binding names an audience and a nonce")
    expected = holder_key(payload)
    if expected is None or expected.key_type is not key_type:
        raise UsageError(f"the token is bound to no {key_type.name} key")
    claims = {
        "aud": audience,
        "iat": issued_at // NANOSECONDS,
        "nonce": nonce,
        _HASH: digest_with(hash_name(payload), bound),
    }
    header = {"alg": algorithm(key_type, alg), "typ": _TYPE}
    return KeyBindingToSign(jws.prepare(jcs.canonicalize(claims), header), bound)


def holder_key(payload: JsonObject) -> PublicKey | None:
    """Give the key that the issuer bound the token to (RFC 7800 §3.2); None if it named none.

    KEY_BINDING_INVALID for a confirmation that is no ``jwk``, KEY_INVALID for a bad key.
    """
    if "cnf" not in payload:
        return None
    confirmation = payload["cnf"]
    jwk = confirmation.get("jwk") if isinstance(confirmation, dict) else None
    if not isinstance(jwk, dict):
        raise ProblemError.of(Code.KEY_BINDING_INVALID, "the token's cnf holds no jwk", "/cnf")
    return public_from_jwk(jwk)


def problems(
    key_binding: str,
    bound: str,
    payload: JsonObject,
    *,
    audience: frozenset[str] | None,
    nonce: str | None,
    at_ns: int,
    skew_ns: int,
    max_age_ns: int,
) -> list[Problem]:
    """Verify a Key Binding JWT (§7.3 step 5); where audience or nonce is None, nobody asked for it.

    payload: of the issuer-signed JWT, which must have been verified. Raises ProblemError for what is no JWS
    and for a bad key.
    """
    key = holder_key(payload)
    if key is None:
        return [_invalid("the token names no key to be bound to")]
    token = jws.parse(key_binding)
    claims = media.document_in(token.payload, max_bytes=DEFAULT_LIMITS.document_bytes)
    if not media.is_media_type(token.header.get("typ"), _TYPE):
        return [_invalid(f"the header's typ is not {_TYPE}")]
    if token.header["alg"] not in key.key_type.jws_algorithms:
        return [problem(Code.UNSUPPORTED_CRYPTOSUITE, f"alg is not that of the {key.key_type.name} key")]
    if not key.verify(token.signature, token.message):
        return [_invalid("the signature is not that of the key that the token is bound to")]
    return [
        *_hash_problems(claims, bound, payload),
        *_time_problems(claims, at_ns=at_ns, skew_ns=skew_ns, max_age_ns=max_age_ns),
        *_transaction_problems(claims, audience=audience, nonce=nonce),
    ]


def _hash_problems(claims: JsonObject, bound: str, payload: JsonObject) -> list[Problem]:
    if claims.get(_HASH) == digest_with(hash_name(payload), bound):
        return []
    return [_invalid("sd_hash is not the digest of what is shown")]


def _time_problems(claims: JsonObject, *, at_ns: int, skew_ns: int, max_age_ns: int) -> list[Problem]:
    issued = claims.get("iat")
    if not is_numeric_date(issued):
        return [_invalid("iat is no NumericDate")]
    age_ns = at_ns - issued * NANOSECONDS
    if not -skew_ns <= age_ns <= max_age_ns + skew_ns:
        return [_invalid("the key binding was made at another time")]
    return time_problems(claims, at_ns=at_ns, skew_ns=skew_ns)[0]


def _transaction_problems(
    claims: JsonObject, *, audience: frozenset[str] | None, nonce: str | None
) -> list[Problem]:
    """Check whom it is for and what it answers; both are required members, asked for or not (§4.3)."""
    named: dict[str, Any] = {name: claims.get(name) for name in ("aud", "nonce")}
    if not all(isinstance(value, str) and value for value in named.values()):
        return [_invalid("aud and nonce are not both texts")]
    if audience is None:
        del named["aud"]
    return audience_problems(named, domain=audience, challenge=nonce)


def _invalid(detail: str) -> Problem:
    return problem(Code.KEY_BINDING_INVALID, detail)
