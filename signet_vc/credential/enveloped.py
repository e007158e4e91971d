"""Credentials and presentations in envelopes, as JSON objects that carry them in a ``data:`` URL.

Spec: VCDM 2.0 §§4.13.1, 4.13.2; RFC 2397; VC-JOSE-COSE §3 (media types). What is in the envelope is not
looked at, and what stands beside it in the object is not signed.
"""

from __future__ import annotations

import re
from binascii import Error as Base64Error
from binascii import a2b_base64, b2a_base64
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from signet_vc.codec.strict_json import JsonObject
from signet_vc.credential.members import types_of
from signet_vc.errors import Code, ProblemError, UsageError
from signet_vc.resources import CREDENTIALS_V2, known_context

__all__ = [
    "CREDENTIAL_TYPE",
    "MEDIA_TYPES",
    "PRESENTATION_TYPE",
    "Enveloped",
    "is_enveloped",
    "unwrap",
    "wrap",
]

CREDENTIAL_TYPE: Final = "EnvelopedVerifiableCredential"
PRESENTATION_TYPE: Final = "EnvelopedVerifiablePresentation"


class Enveloped(NamedTuple):
    """What an object carries: ``content`` is text, or for COSE bytes, of the ``media_type``."""

    media_type: str
    content: str | bytes


class _Kind(NamedTuple):
    """``binary``: in base64, for it is no text."""

    type: str
    binary: bool


MEDIA_TYPES: Final[Mapping[str, _Kind]] = MappingProxyType(
    {
        "application/vc+jwt": _Kind(CREDENTIAL_TYPE, binary=False),
        "application/vc+sd-jwt": _Kind(CREDENTIAL_TYPE, binary=False),
        "application/vc+cose": _Kind(CREDENTIAL_TYPE, binary=True),
        "application/vp+jwt": _Kind(PRESENTATION_TYPE, binary=False),
        "application/vp+sd-jwt": _Kind(PRESENTATION_TYPE, binary=False),
        "application/vp+cose": _Kind(PRESENTATION_TYPE, binary=True),
    }
)
_CODES: Final = MappingProxyType(
    {CREDENTIAL_TYPE: Code.INVALID_CREDENTIAL, PRESENTATION_TYPE: Code.INVALID_PRESENTATION}
)

_match_head: Final = re.compile(r"data:([a-z]+/[a-z+-]+)(;base64)?,", re.ASCII | re.IGNORECASE).match
_is_broken: Final = re.compile(rb"%(?![0-9A-Fa-f]{2})").search  # what a reader of RFC 3986 would guess at
_encoded: Final = re.compile(rb"%([0-9A-Fa-f]{2})")
_is_text: Final = re.compile(rb"[!-~]+").fullmatch  # tokens and disclosures: no white space, nothing else
_is_in_url: Final = re.compile(r"[A-Za-z0-9._~+/=-]+").fullmatch


def is_enveloped(document: JsonObject) -> bool:
    """Whether a document says that it carries an enveloped credential or presentation."""
    return not _CODES.keys().isdisjoint(types_of(document))


def unwrap(document: JsonObject) -> Enveloped | None:
    """Take the envelope out of an object; None if it does not say that it carries one.

    Raises ProblemError, INVALID_CREDENTIAL or of a presentation INVALID_PRESENTATION, for an object that
    does say so and is wrong: another type beside, a context other than version 2.0's in the first place or
    one that is not bundled, an ``id`` that is no ``data:`` URL, another media type than the type's, COSE
    that is not in base64.
    """
    named = [each for each in types_of(document) if each in _CODES]
    if not named:
        return None
    kind, code = named[0], _CODES[named[0]]
    if document["type"] not in (kind, [kind]):
        raise ProblemError.of(code, f"must be {kind} alone", "/type")
    _check_contexts(document.get("@context"), code)
    return _read(document.get("id"), kind, code)


def wrap(media_type: str, content: str | bytes) -> JsonObject:
    """Give the object that carries ``content``. UsageError where that cannot be."""
    kind = MEDIA_TYPES.get(media_type)
    if kind is None:
        raise UsageError(f"nothing of this media type is enveloped: {media_type!r}")
    if kind.binary:
        if not isinstance(content, bytes):
            raise UsageError("COSE is bytes")
        data = ";base64," + b2a_base64(content, newline=False).decode("ascii")
    else:
        if not isinstance(content, str) or not _is_in_url(content):
            raise UsageError("a token is text of the letters that a URL may hold")
        data = "," + content
    return {"@context": CREDENTIALS_V2, "id": f"data:{media_type}{data}", "type": kind.type}


def _check_contexts(value: Any, code: Code) -> None:
    listed = value if isinstance(value, list) else [value]
    if not listed or listed[0] != CREDENTIALS_V2:
        raise ProblemError.of(code, f"must begin with {CREDENTIALS_V2}", "/@context")
    for index, each in enumerate(listed):
        if not known_context(each):
            raise ProblemError.of(Code.UNKNOWN_CONTEXT, "not a bundled context", f"/@context/{index}")


def _read(url: Any, kind: str, code: Code) -> Enveloped:
    """RFC 2397, without parameters: none is registered for these media types."""
    head = _match_head(url) if isinstance(url, str) else None
    if head is None:
        raise ProblemError.of(code, "must be a data: URL with a media type and no parameter", "/id")
    media_type = head[1].lower()
    row = MEDIA_TYPES.get(media_type)
    if row is None or row.type != kind:
        raise ProblemError.of(code, f"not a media type of an {kind}", "/id")
    raw = url[head.end() :].encode("utf-8", "surrogatepass")
    if _is_broken(raw):
        raise ProblemError.of(code, "a percent sign that encodes nothing", "/id")
    data = _encoded.sub(lambda match: bytes.fromhex(match[1].decode()), raw)
    if head[2]:
        data = _decoded(data, code)
    elif row.binary:
        raise ProblemError.of(code, "COSE is carried in base64", "/id")
    if row.binary:
        return Enveloped(media_type, data)
    if not _is_text(data):
        raise ProblemError.of(code, "must carry a token", "/id")
    return Enveloped(media_type, data.decode("ascii"))


def _decoded(text: bytes, code: Code) -> bytes:
    """Standard base64, padded or not, in its only spelling."""
    bare = text.rstrip(b"=")
    try:
        data = a2b_base64(bare + b"=" * (-len(bare) % 4))
    except Base64Error as error:
        raise ProblemError.of(code, "no base64", "/id") from error
    padded = b2a_base64(data, newline=False)
    if not data or text not in (padded, padded.rstrip(b"=")):
        raise ProblemError.of(code, "no base64", "/id")
    return data
