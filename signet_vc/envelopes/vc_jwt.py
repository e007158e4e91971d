"""``vc+jwt`` and ``vp+jwt``: a credential or a presentation as the payload of a compact JWS.

Spec: VC-JOSE-COSE §§3.1, 4.1 (Recommendation of 15 May 2025), RFC 7519, RFC 8037, RFC 9864. FORMAT is
narrower: header and payload in their canonical form, nothing but ``alg``, ``cty``, ``kid``, ``typ``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import Any, Final

from signet_vc.codec import jcs
from signet_vc.codec.multibase import base64url_encode
from signet_vc.codec.strict_json import JsonObject
from signet_vc.did.resolver import Resolver
from signet_vc.envelopes import jws, media, signature
from signet_vc.envelopes.jws import Jws, JwsToSign
from signet_vc.envelopes.media import CREDENTIAL, PRESENTATION, kind_of
from signet_vc.envelopes.registered_claims import added, audience_problems, time_problems
from signet_vc.errors import Problem, ProblemError, UsageError, problem
from signet_vc.keys.key_type import KeyType
from signet_vc.limits import DEFAULT_LIMITS

__all__ = [
    "TYPE",
    "TYPES",
    "JwtResult",
    "algorithm",
    "audience_problems",
    "claims",
    "form_problems",
    "is_typed",
    "media_type",
    "notices",
    "prepare",
    "signature_problems",
    "signer",
    "time_problems",
    "verify",
]

_ENVELOPE: Final = "jwt"
TYPES: Final = tuple(f"{kind.cty}+{_ENVELOPE}" for kind in (CREDENTIAL, PRESENTATION))
TYPE: Final = TYPES[0]
_ALGORITHMS: Final = attrgetter("jws_algorithms")
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
    document: JsonObject,
    *,
    key_type: KeyType,
    verification_method: str,
    presentation: bool = False,
    alg: str | None = None,
    registered: Mapping[str, Any] | None = None,
    canonical: bytes | None = None,
) -> JwsToSign:
    """Work out what a key has to sign to secure ``document``, which has no ``proof``.

    presentation: whether it is one, which its ``type`` must say too. alg: one of the key type's own names for
    its algorithm (default: the first). registered: claims about the signature, ``aud``, ``exp``, ``iat``,
    ``nonce``. canonical: RFC 8785 of the document, if that is at hand and nothing is added.

    Raises:
        UsageError: ``alg`` is not the key's, the document is of the other kind, or it has members that a
            payload must not have.
        ProblemError: the document cannot be canonicalized.
    """
    kind = media.checked_kind(document, presentation=presentation, envelope=_ENVELOPE)
    name = algorithm(key_type, alg)
    if registered:
        payload = jcs.canonicalize(added(document, registered))
    else:
        payload = jcs.canonicalize(document) if canonical is None else canonical
    return jws.join(_encoded_header(kind.cty, name, verification_method), payload)


def algorithm(key_type: KeyType, alg: str | None = None) -> str:
    """Give the ``alg`` that a key of this type signs with; UsageError if ``alg`` is asked for and not its."""
    name = key_type.jws_algorithms[0] if alg is None else alg
    if name not in key_type.jws_algorithms:
        raise UsageError(f"an {key_type.name} key signs no {name}: {' or '.join(key_type.jws_algorithms)}")
    return name


def claims(token: Jws, *, max_bytes: int = DEFAULT_LIMITS.document_bytes) -> JsonObject:
    """The credential or presentation that a token claims to be, unverified.

    Raises ProblemError: INVALID_CREDENTIAL if the payload is no object, and as ``strict_json.loads``.
    """
    return media.document_in(token.payload, max_bytes=max_bytes)


def is_typed(token: Jws) -> bool:
    """Tell whether the header says ``vc+jwt``, ``vp+jwt``, or nothing."""
    typ = token.header.get("typ", TYPE)
    return any(media.is_media_type(typ, each) for each in TYPES)


def media_type(document: JsonObject) -> str:
    """Give the media type, without ``application/``, of a token with this payload."""
    return f"{kind_of(document).cty}+{_ENVELOPE}"


def signer(token: Jws) -> str | None:
    """Name whose key the token's ``kid`` claims to be; None if it is no verification method."""
    return signature.signer_of(token.header.get("kid"))


def form_problems(token: Jws, document: JsonObject, *, strict: bool) -> list[Problem]:
    """What a token shows by itself, without a key; ``document`` is its payload.

    UNKNOWN_FORMAT for another type of content than the payload is, INVALID_CREDENTIAL or
    INVALID_PRESENTATION for the members ``vc``, ``vp``, ``proof``; strict: also where header or payload is
    not exactly as FORMAT has it.
    """
    kind = kind_of(document)
    problems = media.foreign_problems(document, kind)
    problems += media.header_problems(token.header, document, kind, _ENVELOPE)
    if strict and not problems:
        kid = token.header.get("kid")
        if not isinstance(kid, str) or token.header_bytes != _strict_header(
            kind.cty, token.header["alg"], kid
        ):
            detail = "the header is not the canonical form of alg, cty, kid and typ"
            problems.append(problem(kind.malformed, detail))
        if not _is_canonical(token.payload, document):
            problems.append(problem(kind.malformed, "the payload is not its own canonical form"))
    return problems


def verify(
    token: Jws | str, *, controller: str, resolver: Resolver | None = None, strict: bool = False
) -> JwtResult:
    """Verify a token as its signer's: form, then signature.

    controller: the DID of the issuer, or the holder, whose key must have signed. strict: hold the
    token to FORMAT's form, and refuse the second spelling of an ECDSA signature (high s).

    Raises UnavailableError if the DID cannot be resolved; what is wrong with the token is in the result.
    """
    alg, kid = "", None
    try:
        parsed = jws.parse(token) if isinstance(token, str) else token
        alg, kid = parsed.header["alg"], parsed.header.get("kid")
        document = claims(parsed)
        problems = form_problems(parsed, document, strict=strict) or signature_problems(
            parsed, document, controller=controller, resolver=resolver, strict=strict
        )
    except ProblemError as error:
        return _result(error.problems, (), None, alg, kid)
    return _result(tuple(problems), notices(parsed, document), document, alg, kid)


def signature_problems(
    token: Jws,
    document: JsonObject,
    *,
    controller: str,
    purpose: str | None = None,
    resolver: Resolver | None = None,
    at_ns: int | None = None,
    strict: bool = False,
) -> list[Problem]:
    """Check that a token is signed by its signer's key; ``document`` is its payload.

    controller: the issuer, or a presentation's holder. purpose: default ``assertionMethod``, of a
    presentation ``authentication``. at_ns: when, for keys that expire. Where ``iss`` stands, in the payload
    or the header, it is the controller; ``kid`` is always its verification method.

    Raises ProblemError for a bad key, UnavailableError if the DID cannot be resolved. See ``verify``.
    """
    header = token.header
    return signature.signature_problems(
        kind_of(document),
        kid=header.get("kid"),
        issuers=[place["iss"] for place in (document, header) if "iss" in place],
        algorithm=header["alg"],
        algorithms=_ALGORITHMS,
        signature=token.signature,
        message=token.message,
        controller=controller,
        purpose=purpose,
        resolver=resolver,
        at_ns=at_ns,
        strict=strict,
    )


def notices(token: Jws, document: JsonObject | None = None) -> tuple[Problem, ...]:
    """Tell of what SHOULD be in the header (VC-JOSE-COSE §§3.1.1, 3.1.2) and is not."""
    kind = CREDENTIAL if document is None else kind_of(document)
    return media.header_notices(token.header, kind, _ENVELOPE)


def _result(
    problems: tuple[Problem, ...],
    notices: tuple[Problem, ...],
    document: JsonObject | None,
    alg: str,
    kid: object,
) -> JwtResult:
    return JwtResult(
        problems=problems,
        notices=notices,
        document=None if problems else document,
        algorithm=alg,
        verification_method=kid if isinstance(kid, str) else None,
    )


def _is_canonical(payload: bytes, document: JsonObject) -> bool:
    try:
        return payload == jcs.canonicalize(document)
    except ProblemError:  # an integer that has no canonical form
        return False


def _strict_header(cty: str, alg: str, kid: str) -> bytes:
    """The one header that FORMAT has for these."""
    return (_cached_header if len(kid) <= _MOST_CACHED else _header)(cty, alg, kid)[0]


def _encoded_header(cty: str, alg: str, kid: str) -> str:
    """The same as it stands in a token."""
    return (_cached_header if len(kid) <= _MOST_CACHED else _header)(cty, alg, kid)[1]


def _header(cty: str, alg: str, kid: str) -> tuple[bytes, str]:
    header = jcs.canonicalize({"alg": alg, "cty": cty, "kid": kid, "typ": f"{cty}+{_ENVELOPE}"})
    return header, base64url_encode(header)


_cached_header = lru_cache(maxsize=_CACHED)(_header)
