"""``vc+sd-jwt`` and ``vp+sd-jwt``: a document of which the holder shows what the issuer let be chosen.

On our own JWS; issuing, disclosures and key binding stand in modules of their own. What a verifier gets is
the document with what was shown, and nothing of the digests.
Spec: VC-JOSE-COSE §3.2 (Recommendation of 15 May 2025), RFC 9901.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from signet_vc.codec.strict_json import JsonObject
from signet_vc.did.resolver import Resolver
from signet_vc.envelopes import jws, media, sd_jwt_binding, vc_jwt
from signet_vc.envelopes.jws import Jws
from signet_vc.envelopes.media import CREDENTIAL, PRESENTATION, kind_of
from signet_vc.envelopes.registered_claims import audience_problems, time_problems
from signet_vc.envelopes.sd_jwt_binding import MAX_AGE_NS, KeyBindingToSign
from signet_vc.envelopes.sd_jwt_disclosures import Shown, Steps, show
from signet_vc.envelopes.sd_jwt_issuing import ENVELOPE, SdJwtToSign, is_needed, prepare
from signet_vc.envelopes.sd_jwt_paths import steps_to
from signet_vc.errors import Code, Problem, ProblemError, UsageError, problem
from signet_vc.keys.key_type import KeyType
from signet_vc.limits import DEFAULT_LIMITS

__all__ = [
    "TYPES",
    "KeyBindingToSign",
    "SdJwt",
    "SdJwtToSign",
    "audience_problems",
    "bind",
    "claims",
    "form_problems",
    "is_sd_jwt",
    "is_typed",
    "key_binding_problems",
    "media_type",
    "notices",
    "parse",
    "prepare",
    "present",
    "signature_problems",
    "signer",
    "time_problems",
]

TYPES: Final = tuple(f"{kind.cty}+{ENVELOPE}" for kind in (CREDENTIAL, PRESENTATION))
_SEPARATOR: Final = "~"


class SdJwt(NamedTuple):
    """A token taken apart (RFC 9901 §4); nothing of it is verified.

    token: the issuer-signed JWT. disclosures: as they came. key_binding: the Key Binding JWT, None without
    one. bound: all before it, which its ``sd_hash`` is taken over. payload: the token's, with its digests.
    shown: the document with what the disclosures show.
    """

    token: Jws
    disclosures: tuple[str, ...]
    key_binding: str | None
    bound: str
    payload: JsonObject
    shown: Shown


def is_sd_jwt(text: str) -> bool:
    """Tell an SD-JWT from a JWT: by the ``~`` that every one has."""
    return _SEPARATOR in text


def parse(text: str, *, max_bytes: int = DEFAULT_LIMITS.document_bytes) -> SdJwt:
    """Take an SD-JWT apart.

    Raises ProblemError: TOO_LARGE; PROOF_INVALID without a ``~`` after the issuer-signed JWT;
    INVALID_CREDENTIAL if its payload is no object; as ``jws.parse``, ``strict_json.loads`` and
    ``sd_jwt_disclosures.show``.
    """
    if len(text) > max_bytes:
        raise ProblemError.of(Code.TOO_LARGE, f"{len(text)} characters, more than {max_bytes}")
    first, separator, _ = text.partition(_SEPARATOR)
    if not separator:
        raise ProblemError.of(Code.PROOF_INVALID, "not an SD-JWT: no ~ stands after the JWT")
    if not text.isascii():
        raise ProblemError.of(Code.PROOF_INVALID, "an SD-JWT is ASCII")
    token = jws.parse(first, max_bytes=max_bytes)
    payload = media.document_in(token.payload, max_bytes=max_bytes)
    bound, _, key_binding = text.rpartition(_SEPARATOR)
    disclosures = tuple(bound.split(_SEPARATOR)[1:])
    shown = show(payload, disclosures)
    return SdJwt(token, disclosures, key_binding or None, bound + _SEPARATOR, payload, shown)


def claims(parsed: SdJwt) -> JsonObject:
    """The credential or presentation with what is shown of it, unverified."""
    return parsed.shown.document


def present(text: str, disclose: Sequence[str] | None) -> str:
    """Give an SD-JWT that shows ``disclose`` alone: paths (see ``sd_jwt_paths``), None for everything.

    A path shows what is there with all that is within it, and what leads to it. A key binding does not fit
    any more and is left out. Raises UsageError for a path that leads nowhere, ProblemError as ``parse``.
    """
    parsed = parse(text)
    kept = parsed.disclosures
    if disclose is not None:
        ways = {steps_to(path, parsed.shown.document) for path in disclose}
        leading = {before for way in ways for before in _prefixes(way)}
        places = zip(parsed.disclosures, parsed.shown.places, strict=True)
        kept = tuple(
            [each for each, place in places if place in leading or not ways.isdisjoint(_prefixes(place))]
        )
    issuer_signed, _, _ = parsed.bound.partition(_SEPARATOR)
    return _SEPARATOR.join((issuer_signed, *kept, ""))


def bind(
    text: str, *, key_type: KeyType, audience: str, nonce: str, issued_at: int, alg: str | None = None
) -> KeyBindingToSign:
    """Work out what the holder's key has to sign to show an SD-JWT, as it is, to ``audience``.

    issued_at: nanoseconds since 1970. Raises UsageError if it has a key binding, or is bound to no key of
    this type; ProblemError as ``parse``.
    """
    parsed = parse(text)
    if parsed.key_binding is not None:
        raise UsageError("the token has a key binding")
    return sd_jwt_binding.bind(
        parsed.bound,
        parsed.payload,
        key_type=key_type,
        audience=audience,
        nonce=nonce,
        issued_at=issued_at,
        alg=alg,
    )


def is_typed(parsed: SdJwt) -> bool:
    """Tell whether the header says ``vc+sd-jwt``, ``vp+sd-jwt``, or nothing."""
    typ = parsed.token.header.get("typ", TYPES[0])
    return any(media.is_media_type(typ, each) for each in TYPES)


def media_type(document: JsonObject) -> str:
    """Give the media type, without ``application/``, of a token with this document."""
    return f"{kind_of(document).cty}+{ENVELOPE}"


def signer(parsed: SdJwt) -> str | None:
    """Name whose key the token's ``kid`` claims to be; None if it is no verification method."""
    return vc_jwt.signer(parsed.token)


def form_problems(parsed: SdJwt, document: JsonObject, *, strict: bool) -> list[Problem]:
    """What a token shows by itself, without a key; ``document`` is what ``claims`` gave.

    As ``vc_jwt.form_problems``; strict: UNKNOWN_FORMAT for every token, since FORMAT has no SD-JWT.
    """
    if strict:
        return [problem(Code.UNKNOWN_FORMAT, "the attestation format has no SD-JWT")]
    kind = kind_of(document)
    problems = media.foreign_problems(document, kind)
    return problems + media.header_problems(parsed.token.header, document, kind, ENVELOPE)


def signature_problems(
    parsed: SdJwt,
    document: JsonObject,
    *,
    controller: str,
    purpose: str | None = None,
    resolver: Resolver | None = None,
    at_ns: int | None = None,
    strict: bool = False,
) -> list[Problem]:
    """Check that the issuer-signed JWT is signed by its signer's key; see ``vc_jwt.signature_problems``."""
    return vc_jwt.signature_problems(
        parsed.token,
        document,
        controller=controller,
        purpose=purpose,
        resolver=resolver,
        at_ns=at_ns,
        strict=strict,
    )


def key_binding_problems(
    parsed: SdJwt,
    *,
    audience: frozenset[str] | str | None = None,
    nonce: str | None = None,
    at_ns: int,
    skew_ns: int,
    required: bool,
    max_age_ns: int = MAX_AGE_NS,
) -> list[Problem]:
    """Verify the key binding (RFC 9901 §7.3), after the signature.

    required: what policy says, whatever came; then audience and nonce must be expected, or nothing would tell
    a replay. One that came is verified even where none is required. audience: the verifier's names. at_ns:
    now; the binding was made at most ``max_age_ns`` before it, give or take ``skew_ns``.
    KEY_BINDING_MISSING, KEY_BINDING_INVALID, DOMAIN_MISMATCH, CHALLENGE_MISMATCH, UNSUPPORTED_CRYPTOSUITE,
    KEY_INVALID.
    """
    if parsed.key_binding is None:
        return [problem(Code.KEY_BINDING_MISSING, "the token has no key binding")] if required else []
    if required and (audience is None or nonce is None):
        return [problem(Code.KEY_BINDING_INVALID, "no audience and nonce are expected that it could match")]
    try:
        return sd_jwt_binding.problems(
            parsed.key_binding,
            parsed.bound,
            parsed.payload,
            audience=frozenset({audience}) if isinstance(audience, str) else audience,
            nonce=nonce,
            at_ns=at_ns,
            skew_ns=skew_ns,
            max_age_ns=max_age_ns,
        )
    except ProblemError as error:
        details = "; ".join(each.title for each in error.problems)
        return [problem(Code.KEY_BINDING_INVALID, f"the key binding or its key is not acceptable: {details}")]


def notices(parsed: SdJwt, document: JsonObject) -> tuple[Problem, ...]:
    """Tell of what SHOULD be in the header and is not, and of disclosures that nobody should need.

    VC-JOSE-COSE §3.2.1, §3.2.2: what a verifier needs should not be disclosable.
    """
    kind = kind_of(document)
    needed = tuple(
        problem(
            Code.DISCLOSURE_INVALID,
            "a verifier needs this, and the holder could leave it out",
            f"/{place[0]}",
        )
        for place in parsed.shown.places
        if is_needed(place, kind)
    )
    return (*media.header_notices(parsed.token.header, kind, ENVELOPE), *needed)


def _prefixes(way: Steps) -> list[Steps]:
    """Give the way itself and every part of it that leads there."""
    return [way[:length] for length in range(1, len(way) + 1)]
