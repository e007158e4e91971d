"""``vc+cose`` and ``vp+cose``: a credential or a presentation as the payload of a COSE_Sign1 message.

The payload is JSON, as in a JWT. What a JWT says beside the document, for whom and until when, stands in the
protected header as CWT claims. Spec: VC-JOSE-COSE §3.3 (Recommendation of 15 May 2025), RFC 9052, RFC 9053,
RFC 9596 (typ), RFC 9597 (CWT claims), RFC 8392, RFC 9864.
"""

from __future__ import annotations

from collections.abc import Mapping
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Final

from signet_vc.codec import jcs
from signet_vc.codec.strict_json import JsonObject
from signet_vc.did.resolver import Resolver
from signet_vc.envelopes import cose_sign1, media, registered_claims, signature
from signet_vc.envelopes.cose_sign1 import (
    ALG,
    CONTENT_TYPE,
    CWT_CLAIMS,
    KID,
    TYP,
    CoseSign1,
    CoseToSign,
    parse,
)
from signet_vc.envelopes.media import CREDENTIAL, PRESENTATION, kind_of
from signet_vc.errors import Code, Problem, UsageError, problem
from signet_vc.keys.signing import KEY_TYPES, KeyType
from signet_vc.limits import DEFAULT_LIMITS

__all__ = [
    "TYPES",
    "algorithm",
    "audience_problems",
    "claims",
    "form_problems",
    "is_typed",
    "media_type",
    "notices",
    "parse",
    "prepare",
    "registered",
    "signature_problems",
    "signer",
    "time_problems",
]

_ENVELOPE: Final = "cose"
TYPES: Final = tuple(f"{kind.cty}+{_ENVELOPE}" for kind in (CREDENTIAL, PRESENTATION))
_ALGORITHMS: Final = attrgetter("cose_algorithms")
# The registered claims that are read, by their labels (RFC 8392 §4, RFC 9711 §4.1 for the nonce).
_LABELS: Final = MappingProxyType({"iss": 1, "aud": 3, "exp": 4, "nbf": 5, "iat": 6, "nonce": 10})
_NONCE_BYTES: Final = range(8, 65)  # RFC 9711 §4.1
_NAMES: Final[Mapping[int | None, str]] = MappingProxyType(
    {number: name for each in KEY_TYPES.values() for number, name in each.cose_algorithms.items()}
)


def prepare(
    document: JsonObject,
    *,
    key_type: KeyType,
    verification_method: str,
    presentation: bool = False,
    registered: Mapping[str, Any] | None = None,
    canonical: bytes | None = None,
) -> CoseToSign:
    """Work out what a key has to sign to secure ``document``, which has no ``proof``.

    presentation: whether it is one, which its ``type`` must say too. registered: claims about the signature,
    ``aud``, ``exp``, ``iat``, and ``nonce`` of 8 to 64 bytes. canonical: RFC 8785 of the document, if that is
    at hand.

    Raises:
        UsageError: the document is of the other kind or has members that a payload must not have, or a claim
            cannot be written.
        ProblemError: the document cannot be canonicalized.
    """
    kind = media.checked_kind(document, presentation=presentation, envelope=_ENVELOPE)
    header: cose_sign1.Header = {
        ALG: next(iter(key_type.cose_algorithms)),
        CONTENT_TYPE: f"application/{kind.cty}",
        KID: verification_method.encode(),
        TYP: f"application/{kind.cty}+{_ENVELOPE}",
    }
    if registered:
        header[CWT_CLAIMS] = _cwt_claims(registered)
    payload = jcs.canonicalize(document) if canonical is None else canonical
    return cose_sign1.prepare(payload, header)


def claims(message: CoseSign1, *, max_bytes: int = DEFAULT_LIMITS.document_bytes) -> JsonObject:
    """The credential or presentation that a message claims to be, unverified.

    Raises ProblemError: INVALID_CREDENTIAL if the payload is no object, and as ``strict_json.loads``.
    """
    return media.document_in(message.payload, max_bytes=max_bytes)


def is_typed(message: CoseSign1) -> bool:
    """Tell whether the header says ``application/vc+cose``, ``application/vp+cose``, or nothing."""
    return TYP not in message.protected or any(_is_type(message.protected[TYP], each) for each in TYPES)


def media_type(document: JsonObject) -> str:
    """Give the media type, without ``application/``, of a message with this payload."""
    return f"{kind_of(document).cty}+{_ENVELOPE}"


def algorithm(message: CoseSign1) -> str:
    """Name the algorithm that the message claims."""
    return _NAMES.get(_algorithm(message), "another")


def signer(message: CoseSign1) -> str | None:
    """Name whose key the message's ``kid`` claims to be; None if it is no verification method."""
    return signature.signer_of(_kid(message))


def registered(message: CoseSign1, document: JsonObject | None = None) -> dict[str, Any]:
    """Give the registered claims of the protected header under the names that they have in a JWT.

    A nonce, which is bytes, is given as the text that it is in UTF-8, or as it is. document: the payload, if
    its own claims are to count where the header has none.
    """
    found = message.protected.get(CWT_CLAIMS)
    values = found if isinstance(found, dict) else {}
    read = {name: values[label] for name, label in _LABELS.items() if label in values}
    if isinstance(read.get("nonce"), bytes):
        read["nonce"] = _text(read["nonce"])
    own = {} if document is None else {name: document[name] for name in _LABELS if name in document}
    return {**own, **read}


def form_problems(message: CoseSign1, document: JsonObject, *, strict: bool) -> list[Problem]:
    """What a message shows by itself, without a key; ``document`` is its payload.

    UNKNOWN_FORMAT for another type of content than the payload is, and, strict, for every message: FORMAT has
    no COSE. INVALID_CREDENTIAL or INVALID_PRESENTATION for the members ``vc``, ``vp``, ``proof``, for CWT
    claims that are no map, and for claims in which header and payload differ.
    """
    if strict:
        return [problem(Code.UNKNOWN_FORMAT, "the attestation format has no COSE")]
    kind = kind_of(document)
    problems = media.foreign_problems(document, kind)
    for label, name, wanted in (
        (TYP, "typ", f"{kind.cty}+{_ENVELOPE}"),
        (CONTENT_TYPE, "content type", kind.cty),
    ):
        if label in message.protected and not _is_type(message.protected[label], wanted):
            problems.append(problem(Code.UNKNOWN_FORMAT, f"the header's {name} is not application/{wanted}"))
    if not isinstance(message.protected.get(CWT_CLAIMS, {}), dict):
        problems.append(problem(kind.malformed, "the header's CWT claims are no map"))
    return problems + media.repeated_problems(registered(message), document, kind)


def signature_problems(
    message: CoseSign1,
    document: JsonObject,
    *,
    controller: str,
    purpose: str | None = None,
    resolver: Resolver | None = None,
    at_ns: int | None = None,
    strict: bool = False,
) -> list[Problem]:
    """Check that a message is signed by its signer's key; ``document`` is its payload.

    As for a token, see ``vc_jwt.signature_problems``: ``iss``, in the payload or the protected header, is the
    controller, and the algorithm that of the key.
    """
    claimed = registered(message)
    return signature.signature_problems(
        kind_of(document),
        kid=_kid(message),
        issuers=[place["iss"] for place in (document, claimed) if "iss" in place],
        algorithm=_algorithm(message),
        algorithms=_ALGORITHMS,
        signature=message.signature,
        message=message.message,
        controller=controller,
        purpose=purpose,
        resolver=resolver,
        at_ns=at_ns,
        strict=strict,
    )


def time_problems(message: CoseSign1, *, at_ns: int, skew_ns: int) -> tuple[list[Problem], list[Problem]]:
    """Judge ``exp``, ``nbf`` and ``iat`` of the protected header; see ``registered_claims``."""
    return registered_claims.time_problems(registered(message), at_ns=at_ns, skew_ns=skew_ns)


def audience_problems(
    message: CoseSign1, *, domain: frozenset[str] | None, challenge: str | None
) -> list[Problem]:
    """Check ``aud`` and ``nonce`` of the protected header; see ``registered_claims``."""
    return registered_claims.audience_problems(registered(message), domain=domain, challenge=challenge)


def notices(message: CoseSign1, document: JsonObject) -> tuple[Problem, ...]:
    """Tell of what SHOULD be in the protected header (VC-JOSE-COSE §§3.3.1, 3.3.2) and is not."""
    kind = kind_of(document)
    return tuple(
        problem(Code.UNKNOWN_FORMAT, f"the header has no {name}; taken for a {kind.cty}+{_ENVELOPE}")
        for label, name in ((TYP, "typ"), (CONTENT_TYPE, "content type"))
        if label not in message.protected
    )


def _cwt_claims(registered: Mapping[str, Any]) -> cose_sign1.Header:
    checked = registered_claims.added({}, registered)
    if "nonce" in checked:
        checked["nonce"] = checked["nonce"].encode()
        if len(checked["nonce"]) not in _NONCE_BYTES:
            raise UsageError("the nonce of a COSE message has 8 to 64 bytes")
    return {_LABELS[name]: value for name, value in checked.items()}


def _algorithm(message: CoseSign1) -> int | None:
    """Give the algorithm's number; None for a text, and for a float, which would equal a number."""
    value = message.protected[ALG]
    return value if type(value) is int else None


def _kid(message: CoseSign1) -> str | None:
    """§3.1: bytes, here those of a URL; in either header, since it is a hint."""
    value = message.protected.get(KID, message.unprotected.get(KID))
    text = _text(value) if isinstance(value, bytes) else None
    return text if isinstance(text, str) else None


def _text(value: bytes) -> str | bytes:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value


def _is_type(value: Any, wanted: str) -> bool:
    """RFC 9596 §2: a media type in full; a number would be another type (of CoAP)."""
    return isinstance(value, str) and value.lower() == f"application/{wanted}"
