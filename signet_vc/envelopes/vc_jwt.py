"""``vc+jwt``: a credential as the payload of a compact JWS.

Spec: VC-JOSE-COSE §§3.1, 4.1 (Recommendation of 15 May 2025), RFC 7519, RFC 8037, RFC 9864. FORMAT is
narrower: header and payload in their canonical form, nothing but ``alg``, ``cty``, ``kid``, ``typ``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from signet_vc.codec import jcs, strict_json
from signet_vc.codec.multibase import base64url_encode
from signet_vc.codec.strict_json import JsonObject
from signet_vc.did.resolver import Resolver, resolve_key
from signet_vc.envelopes import jws
from signet_vc.envelopes.jws import Jws, JwsToSign
from signet_vc.errors import Code, Problem, ProblemError, UsageError, problem
from signet_vc.keys.key_type import KeyType
from signet_vc.limits import DEFAULT_LIMITS, NANOSECONDS

__all__ = [
    "TYPE",
    "JwtResult",
    "claims",
    "form_problems",
    "is_typed",
    "notices",
    "prepare",
    "signature_problems",
    "time_problems",
    "verify",
]

TYPE: Final = "vc+jwt"
_CONTENT: Final = "vc"
# The payload is the credential itself, unsecured: VC-JOSE-COSE §1.1.2.1 forbids the first two; nothing here
# would verify the third.
_FOREIGN: Final = ("vc", "vp", "proof")
_PURPOSE: Final = "assertionMethod"
_CACHED: Final = 4096  # headers, one a signer
_MOST_CACHED: Final = 1024  # characters of a kid that is worth a place


@dataclass(frozen=True, slots=True, kw_only=True)
class JwtResult:
    """What came of verifying a token; ``document``, its payload, is None if there is any problem."""

    problems: tuple[Problem, ...]
    notices: tuple[Problem, ...]
    document: JsonObject | None
    algorithm: str
    verification_method: str | None


def prepare(
    credential: JsonObject,
    *,
    key_type: KeyType,
    verification_method: str,
    alg: str | None = None,
    canonical: bytes | None = None,
) -> JwsToSign:
    """Work out what a key has to sign to secure ``credential``, which has no ``proof``.

    alg: one of the key type's own names for its algorithm (default: the first). canonical: RFC 8785 of the
    credential, if that is at hand.

    Raises:
        UsageError: ``alg`` is not the key's, or the credential has members that a payload must not have.
        ProblemError: the credential cannot be canonicalized.
    """
    name = key_type.jws_algorithms[0] if alg is None else alg
    if name not in key_type.jws_algorithms:
        raise UsageError(f"an {key_type.name} key signs no {name}: {' or '.join(key_type.jws_algorithms)}")
    for member in _FOREIGN:
        if member in credential:
            raise UsageError(f"the payload of a vc+jwt has no member {member}")
    payload = jcs.canonicalize(credential) if canonical is None else canonical
    return jws.join(base64url_encode(_strict_header(name, verification_method)), payload)


def claims(token: Jws, *, max_bytes: int = DEFAULT_LIMITS.document_bytes) -> JsonObject:
    """The credential that a token claims to be, unverified.

    Raises ProblemError: INVALID_CREDENTIAL if the payload is no object, and as ``strict_json.loads``.
    """
    value = strict_json.loads(token.payload, max_bytes=max_bytes)
    if not isinstance(value, dict):
        raise ProblemError.of(Code.INVALID_CREDENTIAL, "the payload is not an object")
    credential: JsonObject = value
    return credential


def is_typed(token: Jws) -> bool:
    """Tell whether the header says ``vc+jwt``, or nothing."""
    return "typ" not in token.header or _is_media_type(token.header["typ"], TYPE)


def form_problems(token: Jws, credential: JsonObject, *, strict: bool) -> list[Problem]:
    """What a token shows by itself, without a key; ``credential`` is its payload.

    UNKNOWN_FORMAT for another type of content, INVALID_CREDENTIAL for the members ``vc``, ``vp``, ``proof``;
    strict: also where header or payload is not exactly as FORMAT has it.
    """
    problems = [
        problem(Code.INVALID_CREDENTIAL, "the payload is a credential without this", f"/{member}")
        for member in _FOREIGN
        if member in credential
    ]
    for name, wanted in (("typ", TYPE), ("cty", _CONTENT)):
        if name in token.header and not _is_media_type(token.header[name], wanted):
            problems.append(problem(Code.UNKNOWN_FORMAT, f"the header's {name} is not {wanted}"))
    if strict and not problems:
        kid = token.header.get("kid")
        if not isinstance(kid, str) or token.header_bytes != _strict_header(token.header["alg"], kid):
            detail = "the header is not the canonical form of alg, cty, kid and typ"
            problems.append(problem(Code.INVALID_CREDENTIAL, detail))
        if token.payload != jcs.canonicalize(credential):
            problems.append(problem(Code.INVALID_CREDENTIAL, "the payload is not its own canonical form"))
    return problems


def verify(
    token: Jws | str, *, controller: str, resolver: Resolver | None = None, strict: bool = False
) -> JwtResult:
    """Verify a token as its issuer's: form, then signature.

    controller: the issuer's DID, whose key must have signed. strict: hold the token to FORMAT's form, and
    refuse the second spelling of an ECDSA signature (high s).

    Raises UnavailableError if the DID cannot be resolved; what is wrong with the token is in the result.
    """
    algorithm, kid = "", None
    try:
        parsed = jws.parse(token) if isinstance(token, str) else token
        algorithm, kid = parsed.header["alg"], parsed.header.get("kid")
        credential = claims(parsed)
        problems = form_problems(parsed, credential, strict=strict) or signature_problems(
            parsed, credential, controller=controller, resolver=resolver, strict=strict
        )
    except ProblemError as error:
        return _result(error.problems, (), None, algorithm, kid)
    return _result(tuple(problems), notices(parsed), credential, algorithm, kid)


def time_problems(credential: JsonObject, *, at_ns: int, skew_ns: int) -> tuple[list[Problem], list[Problem]]:
    """Find problems and notices of the registered claims about time (RFC 7519 §4.1.4 to §4.1.6).

    ``exp`` and ``nbf`` gate the signature; a malformed ``iat`` gates nothing.
    """
    problems = [
        problem(Code.INVALID_CREDENTIAL, "not a NumericDate", f"/{name}")
        for name in ("exp", "nbf")
        if name in credential and not _is_numeric_date(credential[name])
    ]
    if problems:
        return problems, []
    if "exp" in credential and at_ns - skew_ns >= credential["exp"] * NANOSECONDS:
        problems.append(problem(Code.EXPIRED, "the signature has expired", "/exp"))
    if "nbf" in credential and at_ns + skew_ns < credential["nbf"] * NANOSECONDS:
        problems.append(problem(Code.NOT_YET_VALID, "the signature is not valid yet", "/nbf"))
    if "iat" in credential and not _is_numeric_date(credential["iat"]):
        return problems, [problem(Code.INVALID_CREDENTIAL, "not a NumericDate, and not looked at", "/iat")]
    return problems, []


def signature_problems(
    token: Jws,
    credential: JsonObject,
    *,
    controller: str,
    resolver: Resolver | None = None,
    strict: bool = False,
) -> list[Problem]:
    """Check that a token is signed by its issuer's key; ``credential`` is its payload.

    Raises ProblemError for a bad key, UnavailableError if the DID cannot be resolved. See ``verify``.
    """
    kid = token.header.get("kid")
    if not isinstance(kid, str):
        return [problem(Code.PROOF_INVALID, "the header's kid does not name the issuer's key")]
    for name, place in (("iss", credential), ("iss", token.header)):
        if name in place and place[name] != controller:
            return [problem(Code.KEY_NOT_CONTROLLED_BY_ISSUER, "iss is not the issuer", "/iss")]
    public_key = resolve_key(kid, controller=controller, purpose=_PURPOSE, resolver=resolver)
    key_type = public_key.key_type
    if token.header["alg"] not in key_type.jws_algorithms:
        detail = f"alg is not that of the {key_type.name} key"
        return [problem(Code.UNSUPPORTED_CRYPTOSUITE, detail)]
    if not public_key.verify(token.signature, token.message):
        return [problem(Code.PROOF_INVALID, "the signature is not this key's over this token")]
    if strict and not key_type.is_low_s(token.signature):
        return [problem(Code.PROOF_INVALID, "the second spelling of the signature, with a high s")]
    return []


def notices(token: Jws) -> tuple[Problem, ...]:
    """Tell of what SHOULD be in the header (VC-JOSE-COSE §3.1.1) and is not."""
    return tuple(
        problem(Code.UNKNOWN_FORMAT, f"the header has no {name}; taken for a {TYPE}")
        for name in ("typ", "cty")
        if name not in token.header
    )


def _result(
    problems: tuple[Problem, ...],
    notices: tuple[Problem, ...],
    credential: JsonObject | None,
    algorithm: str,
    kid: object,
) -> JwtResult:
    return JwtResult(
        problems=problems,
        notices=notices,
        document=None if problems else credential,
        algorithm=algorithm,
        verification_method=kid if isinstance(kid, str) else None,
    )


def _strict_header(alg: str, kid: str) -> bytes:
    """The one header that FORMAT has for these two."""
    return (_cached_header if len(kid) <= _MOST_CACHED else _header)(alg, kid)


def _header(alg: str, kid: str) -> bytes:
    return jcs.canonicalize({"alg": alg, "cty": _CONTENT, "kid": kid, "typ": TYPE})


_cached_header = lru_cache(maxsize=_CACHED)(_header)


def _is_media_type(value: Any, wanted: str) -> bool:
    """RFC 7515 §4.1.9: case does not matter, and ``application/`` may be left out."""
    return isinstance(value, str) and value.lower().removeprefix("application/") == wanted


def _is_numeric_date(value: Any) -> bool:
    return type(value) in {int, float}
