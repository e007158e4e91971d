"""How a result of DID resolution is written: three spellings, told by the media types that a client accepts.

The names of the did:key draft and its suite (the default); those of DID Resolution 1.0 (Candidate
Recommendation Draft of 23 July 2026), whose errors are problem-type URIs (RFC 9457); and the document alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final, NamedTuple

from signet_vc.codec.strict_json import JsonObject
from signet_vc.did import error as errors
from signet_vc.did.error import DidError

__all__ = [
    "INVALID_METHOD",
    "INVALID_RELATIONSHIP",
    "Form",
    "Representation",
    "Resolution",
    "failure",
    "negotiate",
    "success",
]

INVALID_METHOD: Final = "invalidVerificationMethod"
INVALID_RELATIONSHIP: Final = "invalidRelationshipForVerificationMethod"

_CONTEXT: Final = "https://w3id.org/did-resolution/v1"
_DOCUMENT_TYPE: Final = "application/did+ld+json"
_DID: Final = "https://www.w3.org/ns/did#"
_SECURITY: Final = "https://w3id.org/security#"

# name -> HTTP status, problem type: those of DID Resolution 1.0 §12.1, and for what only the did:key draft
# names the nearest of them
_ERRORS: Final[Mapping[str, tuple[int, str]]] = {
    errors.INVALID_DID: (400, _DID + "INVALID_DID"),
    errors.INVALID_DID_URL: (400, _DID + "INVALID_DID_URL"),
    errors.INVALID_OPTIONS: (400, _DID + "INVALID_OPTIONS"),
    errors.NOT_FOUND: (404, _DID + "NOT_FOUND"),
    errors.REPRESENTATION_NOT_SUPPORTED: (406, _DID + "REPRESENTATION_NOT_SUPPORTED"),
    errors.INVALID_DID_DOCUMENT: (500, _DID + "INVALID_DID_DOCUMENT"),
    errors.METHOD_NOT_SUPPORTED: (501, _DID + "METHOD_NOT_SUPPORTED"),
    errors.FEATURE_NOT_SUPPORTED: (501, _DID + "FEATURE_NOT_SUPPORTED"),
    errors.INTERNAL_ERROR: (500, _DID + "INTERNAL_ERROR"),
    errors.INVALID_PUBLIC_KEY: (400, _DID + "INVALID_DID"),
    errors.INVALID_PUBLIC_KEY_LENGTH: (400, _DID + "INVALID_DID"),
    errors.INVALID_PUBLIC_KEY_TYPE: (400, _DID + "INVALID_OPTIONS"),
    errors.UNSUPPORTED_PUBLIC_KEY_TYPE: (501, _DID + "FEATURE_NOT_SUPPORTED"),
    INVALID_METHOD: (500, _SECURITY + "INVALID_VERIFICATION_METHOD"),
    INVALID_RELATIONSHIP: (500, _SECURITY + "INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD"),
}

_MOST_ACCEPTED: Final = 64  # media types of a header that are looked at


class Resolution(NamedTuple):
    """What to answer: the HTTP status, the body (JSON) and its media type."""

    status: int
    result: JsonObject
    content_type: str


class Form(Enum):
    """What the body holds."""

    DRAFT = "the did:key draft's result"
    RESOLUTION = "DID Resolution 1.0 §9"
    DEREFERENCING = "DID Resolution 1.0 §10"
    CONTENT = "the document, or what was dereferenced, alone"


class Representation(NamedTuple):
    """A form, and the media type that it is sent as."""

    form: Form
    content_type: str


_DRAFT: Final = Representation(Form.DRAFT, 'application/ld+json;profile="https://w3id.org/did-resolution"')
_RESOLUTION: Final = Representation(Form.RESOLUTION, "application/did-resolution")
_DEREFERENCING: Final = Representation(Form.DEREFERENCING, "application/did-url-dereferencing")
_BY_TYPE: Final[Mapping[str, Representation]] = {
    "application/did-resolution": _RESOLUTION,
    "application/did-url-dereferencing": _DEREFERENCING,
    "application/ld+json": _DRAFT,
    "application/json": Representation(Form.DRAFT, "application/json"),
    "application/*": _DRAFT,
    "*/*": _DRAFT,
    **{
        each: Representation(Form.CONTENT, each)
        for each in ("application/did", "application/did+json", "application/did+ld+json")
    },
}


def negotiate(accept: str) -> Representation | None:
    """Choose by an Accept header (RFC 9110 §12.5), the draft's if empty; None if nothing is acceptable."""
    if not accept.strip():
        return _DRAFT
    best: tuple[float, Representation] | None = None
    for each in accept.split(",", _MOST_ACCEPTED)[:_MOST_ACCEPTED]:
        name, *parameters = (part.strip() for part in each.lower().split(";", _MOST_ACCEPTED))
        weight = _weight(parameters)
        representation = _BY_TYPE.get(name)
        if representation is not None and weight > (best[0] if best else 0.0):
            best = weight, representation
    return best[1] if best else None


def _weight(parameters: list[str]) -> float:
    text = next((each[2:] for each in parameters if each.startswith("q=")), "1")
    plain = text.isascii() and text.replace(".", "", 1).isdigit() and len(text) <= len("0.123")
    return float(text) if plain else 0.0


def success(representation: Representation, content: JsonObject, *, is_url: bool) -> Resolution:
    """Write a document, or what a DID URL dereferences to."""
    metadata: JsonObject = {"contentType": _DOCUMENT_TYPE}
    result = _body(representation.form, metadata, content, is_url=is_url)
    return Resolution(200, content if result is None else result, representation.content_type)


def failure(representation: Representation | None, error: DidError, *, is_url: bool) -> Resolution:
    """Write why there is none: as DID Resolution 1.0 where the content alone, or nothing, can be given."""
    if representation is None or representation.form is Form.CONTENT:
        representation = _DEREFERENCING if is_url else _RESOLUTION
    status, uri = _ERRORS.get(error.error, _ERRORS[errors.INTERNAL_ERROR])
    metadata: JsonObject = {"error": error.error}
    if representation.form is not Form.DRAFT:
        detail = error.problems[0].detail
        metadata = {"error": {"type": uri, "title": error.error, "detail": detail, "status": status}}
    result = _body(representation.form, metadata, None, is_url=is_url)
    return Resolution(status, result or {}, representation.content_type)


def _body(form: Form, metadata: JsonObject, content: JsonObject | None, *, is_url: bool) -> JsonObject | None:
    if form is Form.DRAFT:  # the suite wants an object where there is no document
        name = "didDereferencingMetadata" if is_url else "didResolutionMetadata"
        return {"@context": _CONTEXT, "didDocument": content or {}, "didDocumentMetadata": {}, name: metadata}
    if form is Form.RESOLUTION:
        return {"didDocument": content, "didResolutionMetadata": metadata, "didDocumentMetadata": {}}
    if form is Form.DEREFERENCING:
        return {"dereferencingMetadata": metadata, "contentStream": content, "contentMetadata": {}}
    return content
