"""Secure and verify an envelope with the one key that the caller hands in, whoever's it is.

What W3C's test suite for VC-JOSE-COSE asks: nothing is resolved, so that neither the issuer's nor the
holder's document is asked whether it lists the key. Everything else is held to the Recommendation.
"""

from __future__ import annotations

import secrets
import time
from binascii import Error as Base64Error
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable, Container, Mapping, Sequence
from typing import Any, Final, NamedTuple

from signet_vc.cli.output import problem_mapping
from signet_vc.codec import strict_json
from signet_vc.codec.json_pointer import pointer
from signet_vc.codec.multibase import base64url_encode
from signet_vc.codec.strict_json import JsonObject
from signet_vc.credential import model, presentation, terms
from signet_vc.envelopes import cose, cose_sign1, jws, media, sd_jwt, vc_jwt
from signet_vc.envelopes.media import PRESENTATION
from signet_vc.errors import Code, Problem, ProblemError, problem
from signet_vc.keys.jwk import public_from_jwk, secret_from_jwk
from signet_vc.keys.signing import Key, KeyType, PublicKey
from signet_vc.limits import NANOSECONDS

__all__ = ["FEATURES", "Method", "issue", "verify"]

_SKEW_NS: Final = 60 * NANOSECONDS
_SALT_BYTES: Final = 16


class Method(NamedTuple):
    """A verification method of the type ``JsonWebKey`` (CID 1.0 §2.2.3), its secret beside it to sign."""

    id: str
    key_id: str | None
    public_key: PublicKey
    secret: Mapping[str, Any] | None

    @classmethod
    def read(cls, value: Any) -> Method:
        """Read it. ProblemError: KEY_INVALID for what is none, and for a bad key."""
        jwk = value.get("publicKeyJwk") if isinstance(value, dict) else None
        if not isinstance(jwk, dict) or not isinstance(value.get("id"), str):
            raise ProblemError.of(Code.KEY_INVALID, "the key is no verification method with a publicKeyJwk")
        key_id, secret = jwk.get("kid"), value.get("secretKeyJwk")
        return cls(
            value["id"],
            key_id if isinstance(key_id, str) else None,
            public_from_jwk(jwk),
            secret if isinstance(secret, dict) else None,
        )

    def signing_key(self) -> Key:
        """The key to sign with. ProblemError: KEY_INVALID where there is none, or another one's."""
        if self.secret is None:
            raise ProblemError.of(Code.KEY_INVALID, "the key file has no secretKeyJwk to sign with")
        name, secret = secret_from_jwk(self.secret)
        key = Key.from_secret(name, secret, verification_method=self.id)
        if key.public_key != self.public_key:
            raise ProblemError.of(Code.KEY_INVALID, "secretKeyJwk and publicKeyJwk are of two keys")
        return key


class _Opened(NamedTuple):
    """What an envelope says, unverified. found, notices: what it shows without a key."""

    document: JsonObject
    kid: str | None
    claims: Mapping[str, Any]
    algorithm: Any
    algorithms: Callable[[KeyType], Container[Any]]
    signature: bytes
    message: bytes
    found: list[Problem]
    notices: tuple[Problem, ...]


class _Envelope(NamedTuple):
    make: Callable[[JsonObject, Key, bool, Sequence[str]], str]
    open: Callable[[str], _Opened]


# --- the two works --------------------------------------------------------------------------------------


def issue(document: JsonObject, method: Method, feature: str, disclosable: Sequence[str]) -> str:
    """Secure a document: a token; COSE in unpadded base64. ProblemError for what may not be issued so.

    What a presentation presents is held to its form alone.
    """
    is_presentation, envelope = FEATURES[feature]
    problems = (presentation.check if is_presentation else model.check)(document, issuing=True)
    problems = problems or terms.problems(document) or _undeclared(document)
    if problems:
        raise ProblemError(*problems)
    return envelope.make(document, method.signing_key(), is_presentation, disclosable)


def _undeclared(document: JsonObject) -> list[Problem]:
    """What the suite takes for undeclared: members at the top that only a catch-all ``@vocab`` maps."""
    detail = "only a catch-all @vocab defines it, so that nothing is known of what it means"
    return [
        problem(Code.UNDEFINED_TERM, detail, pointer((None, name))) for name in terms.maps_top_level(document)
    ]


def verify(content: bytes, method: Method, feature: str) -> dict[str, Any]:
    """Verify what a file holds, at the present time: the result's members but for ``result``.

    data: the document. credentials: those that are presented, each indeterminate, since the key says nothing
    of them. notices. Raises ProblemError with everything that is wrong.
    """
    is_presentation, envelope = FEATURES[feature]
    opened = envelope.open(_text(content))
    document = opened.document
    if (media.kind_of(document) is PRESENTATION) is not is_presentation:
        raise ProblemError.of(Code.UNKNOWN_FORMAT, f"not what {feature} is for")
    problems = [*opened.found, *(presentation.check if is_presentation else model.check)(document)]
    problems += terms.problems(document, exempt=terms.REGISTERED_CLAIMS)
    problems += _key_problems(opened, method)
    late, notices = _time_problems(opened, document, time.time_ns())
    problems += late
    if problems:
        raise ProblemError(*problems)
    told = {
        "data": strict_json.dumps(document).decode(),
        "notices": [
            problem_mapping(each) for each in (*opened.notices, *_kid_notices(opened, method), *notices)
        ],
    }
    if is_presentation:
        told["credentials"] = [
            {"pointer": place, "result": "indeterminate"} for place, _ in presentation.presented(document)
        ]
    return told


def _key_problems(opened: _Opened, method: Method) -> list[Problem]:
    """VC-JOSE-COSE §4: ``iss`` is the signer; ``kid`` names the key, by its URL or as the JWK does."""
    kind = media.kind_of(opened.document)
    signer = (presentation.holder_of if kind is PRESENTATION else model.issuer_of)(opened.document)
    named = [place["iss"] for place in (opened.document, opened.claims) if "iss" in place]
    if any(each != signer for each in named):
        return [problem(kind.not_controlled, "iss is not the signer", "/iss")]
    if opened.kid is None and not named:
        return [problem(Code.PROOF_INVALID, "neither iss nor kid says whose key it is")]
    if opened.kid not in {None, method.id, method.key_id}:
        return [problem(Code.PROOF_INVALID, "kid names another key than the one that is given")]
    key = method.public_key
    if opened.algorithm not in opened.algorithms(key.key_type):
        return [problem(Code.UNSUPPORTED_CRYPTOSUITE, f"alg is not that of the {key.key_type.name} key")]
    if not key.verify(opened.signature, opened.message):
        return [problem(Code.PROOF_INVALID, "the signature is not this key's over this envelope")]
    return []


def _kid_notices(opened: _Opened, method: Method) -> list[Problem]:
    if opened.kid == method.id or "iss" in opened.document or "iss" in opened.claims:
        return []
    detail = "without iss, kid should be the URL of the verification method"
    return [problem(Code.VERIFICATION_METHOD_URL_INVALID, detail)]


def _time_problems(
    opened: _Opened, document: JsonObject, at_ns: int
) -> tuple[list[Problem], Sequence[Problem]]:
    problems, notices = vc_jwt.time_problems(opened.claims, at_ns=at_ns, skew_ns=_SKEW_NS)
    if media.kind_of(document) is PRESENTATION:
        return problems, notices
    start, end = model.validity_of(document)
    if start is not None and start - _SKEW_NS > at_ns:
        problems.append(problem(Code.NOT_YET_VALID, "it is not valid yet", "/validFrom"))
    if end is not None and end + _SKEW_NS < at_ns:
        problems.append(problem(Code.EXPIRED, "it is no longer valid", "/validUntil"))
    return problems, (*notices, *model.unzoned_times(document))


# --- the envelopes --------------------------------------------------------------------------------------


def _make_jwt(document: JsonObject, key: Key, is_presentation: bool, _: Sequence[str]) -> str:
    to_sign = vc_jwt.prepare(
        document,
        key_type=key.key_type,
        verification_method=key.verification_method,
        presentation=is_presentation,
    )
    return to_sign.finish(key.sign(to_sign.message))


def _make_sd_jwt(document: JsonObject, key: Key, is_presentation: bool, disclosable: Sequence[str]) -> str:
    to_sign = sd_jwt.prepare(
        document,
        key_type=key.key_type,
        verification_method=key.verification_method,
        presentation=is_presentation,
        disclosable=disclosable,
        salts=lambda: base64url_encode(secrets.token_bytes(_SALT_BYTES)),
    )
    return to_sign.finish(key.sign(to_sign.message))


def _make_cose(document: JsonObject, key: Key, is_presentation: bool, _: Sequence[str]) -> str:
    to_sign = cose.prepare(
        document,
        key_type=key.key_type,
        verification_method=key.verification_method,
        presentation=is_presentation,
    )
    signed = to_sign.finish(key.sign(to_sign.message))
    return b2a_base64(signed, newline=False).rstrip(b"=").decode("ascii")


def _open_jwt(text: str) -> _Opened:
    token = jws.parse(text)
    document = vc_jwt.claims(token)
    found = vc_jwt.form_problems(token, document, strict=False)
    return _of_token(token, document, found, vc_jwt.notices(token, document))


def _open_sd_jwt(text: str) -> _Opened:
    parsed = sd_jwt.parse(text)
    document = sd_jwt.claims(parsed)
    found = sd_jwt.form_problems(parsed, document, strict=False)
    found += sd_jwt.key_binding_problems(parsed, at_ns=time.time_ns(), skew_ns=_SKEW_NS, required=False)
    return _of_token(parsed.token, document, found, sd_jwt.notices(parsed, document))


def _of_token(
    token: jws.Jws, document: JsonObject, found: list[Problem], notices: tuple[Problem, ...]
) -> _Opened:
    kid = token.header.get("kid")
    claims = {**document, **{name: token.header[name] for name in ("iss",) if name in token.header}}
    return _Opened(
        document,
        kid if isinstance(kid, str) else None,
        claims,
        token.header["alg"],
        lambda key_type: key_type.jws_algorithms,
        token.signature,
        token.message,
        found,
        notices,
    )


def _open_cose(text: str) -> _Opened:
    message = cose.parse(_base64(text))
    document = cose.claims(message)
    kid = message.protected.get(cose_sign1.KID, message.unprotected.get(cose_sign1.KID))
    return _Opened(
        document,
        kid.decode(errors="replace") if isinstance(kid, bytes) else None,
        cose.registered(message),
        message.protected[cose_sign1.ALG],
        lambda key_type: key_type.cose_algorithms,
        message.signature,
        message.message,
        cose.form_problems(message, document, strict=False),
        cose.notices(message, document),
    )


_JOSE: Final = _Envelope(_make_jwt, _open_jwt)
_SD_JWT: Final = _Envelope(_make_sd_jwt, _open_sd_jwt)
_COSE: Final = _Envelope(_make_cose, _open_cose)

# feature, as the suite names it -> (whether it is of presentations, the envelope)
FEATURES: Final[Mapping[str, tuple[bool, _Envelope]]] = {
    "credential_jose": (False, _JOSE),
    "credential_sdjwt": (False, _SD_JWT),
    "credential_cose": (False, _COSE),
    "presentation_jose": (True, _JOSE),
    "presentation_sdjwt": (True, _SD_JWT),
    "presentation_cose": (True, _COSE),
}


def _text(content: bytes) -> str:
    try:
        return content.decode("ascii").strip()
    except UnicodeDecodeError as error:
        raise ProblemError.of(Code.UNKNOWN_FORMAT, "the file holds no token") from error


def _base64(text: str) -> bytes:
    """Standard base64, padded or not, in its only spelling."""
    bare = text.rstrip("=").encode("ascii")
    try:
        data = a2b_base64(bare + b"=" * (-len(bare) % 4))
    except Base64Error as error:
        raise ProblemError.of(Code.UNKNOWN_FORMAT, "COSE is written in base64") from error
    if b2a_base64(data, newline=False).rstrip(b"=") != bare:
        raise ProblemError.of(Code.UNKNOWN_FORMAT, "COSE is written in base64")
    return data
