"""What an envelope may hold, a credential or a presentation, and all that differs between the two.

Told by the payload's own ``type``; an envelope that names another type of content is refused, so that
neither passes for the other. Spec: VC-JOSE-COSE §§3, 6 (Recommendation of 15 May 2025).
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from signet_vc.codec import strict_json
from signet_vc.codec.strict_json import JsonObject
from signet_vc.errors import Code, Problem, ProblemError, UsageError, problem

__all__ = [
    "CREDENTIAL",
    "PRESENTATION",
    "Kind",
    "checked_kind",
    "document_in",
    "foreign_problems",
    "header_notices",
    "header_problems",
    "is_media_type",
    "kind_of",
    "repeated_problems",
]

# The payload is the document itself, unsecured: VC-JOSE-COSE §1.1.2.1 forbids the first two; nothing here
# would verify the third.
_FOREIGN: Final = ("vc", "vp", "proof")
_REPEATABLE: Final = frozenset({"aud", "cnf", "exp", "iat", "jti", "nbf", "nonce", "sub"})


class Kind(NamedTuple):
    """One kind of content.

    cty: the content's media type without ``application/``; with ``+jwt``, ``+sd-jwt`` or ``+cose`` the
    envelope's. noun: for people. purpose: the relationship in which the signer's key must stand. malformed:
    the code for a payload that is none. not_controlled: for a key of somebody else than the signer.
    """

    cty: str
    noun: str
    purpose: str
    malformed: Code
    not_controlled: Code


CREDENTIAL: Final = Kind(
    "vc",
    "credential",
    "assertionMethod",
    Code.INVALID_CREDENTIAL,
    Code.KEY_NOT_CONTROLLED_BY_ISSUER,
)
PRESENTATION: Final = Kind(
    "vp",
    "presentation",
    "authentication",
    Code.INVALID_PRESENTATION,
    Code.KEY_NOT_CONTROLLED_BY_HOLDER,
)
_PRESENTATION: Final = "VerifiablePresentation"
_ENVELOPED: Final = "EnvelopedVerifiablePresentation"


def kind_of(document: JsonObject) -> Kind:
    """Tell what ``document`` is; everything that does not call itself a presentation is a credential."""
    types = document.get("type")
    if not isinstance(types, list):
        types = (types,)
    return PRESENTATION if _PRESENTATION in types or _ENVELOPED in types else CREDENTIAL


def checked_kind(document: JsonObject, *, presentation: bool, envelope: str) -> Kind:
    """Give the kind of a document that is to be signed.

    Raises UsageError: the document is not what the caller takes it for, or has members that a payload must
    not have.
    """
    kind = PRESENTATION if presentation else CREDENTIAL
    if kind_of(document) is not kind:
        raise UsageError(f"the document is no {kind.noun} by its type")
    for member in _FOREIGN:
        if member in document:
            raise UsageError(f"the payload of a {kind.cty}+{envelope} has no member {member}")
    return kind


def document_in(payload: bytes, *, max_bytes: int) -> JsonObject:
    """Read the document that is the payload.

    Raises ProblemError: INVALID_CREDENTIAL if the payload is no object, and as ``strict_json.loads``.
    """
    value = strict_json.loads(payload, max_bytes=max_bytes)
    if not isinstance(value, dict):
        raise ProblemError.of(Code.INVALID_CREDENTIAL, "the payload is not an object")
    document: JsonObject = value
    return document


def foreign_problems(document: JsonObject, kind: Kind) -> list[Problem]:
    """Find the members ``vc``, ``vp`` and ``proof``, which no payload has."""
    return [
        problem(kind.malformed, f"the payload is a {kind.noun} without this", f"/{member}")
        for member in _FOREIGN
        if member in document
    ]


def header_problems(header: JsonObject, document: JsonObject, kind: Kind, envelope: str) -> list[Problem]:
    """Hold ``typ`` and ``cty`` of a JOSE header, where they are given, to what the payload is.

    Claims that it repeats must be those of the payload (RFC 7519 §5.3).
    """
    problems = [
        problem(Code.UNKNOWN_FORMAT, f"the header's {name} is not {wanted}")
        for name, wanted in (("typ", f"{kind.cty}+{envelope}"), ("cty", kind.cty))
        if name in header and not is_media_type(header[name], wanted)
    ]
    return problems + repeated_problems(header, document, kind)


def repeated_problems(repeated: JsonObject, document: JsonObject, kind: Kind) -> list[Problem]:
    """Find the registered claims of a header that say something else than those of the payload."""
    if _REPEATABLE.isdisjoint(repeated):
        return []
    return [
        problem(kind.malformed, "the header says something else", f"/{name}")
        for name in repeated.keys() & document.keys() & _REPEATABLE
        if repeated[name] != document[name]
    ]


def header_notices(header: JsonObject, kind: Kind, envelope: str) -> tuple[Problem, ...]:
    """Tell of what SHOULD be in a JOSE header (VC-JOSE-COSE §§3.1.1, 3.1.2, 3.2.1, 3.2.2) and is not."""
    return tuple(
        problem(Code.UNKNOWN_FORMAT, f"the header has no {name}; taken for a {kind.cty}+{envelope}")
        for name in ("typ", "cty")
        if name not in header
    )


def is_media_type(value: Any, wanted: str) -> bool:
    """RFC 7515 §4.1.9: case does not matter, and ``application/`` may be left out."""
    return value == wanted or (
        isinstance(value, str) and value.lower().removeprefix("application/") == wanted
    )
