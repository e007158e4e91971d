"""did:web: identifiers whose document stands under a web address. The mapping and the checks; no request.

Spec: did:web (CCG draft), *Method-specific identifier* and *Read*. Where it leaves two spellings of one
address, one is taken: a DID is compared as text.
"""

from __future__ import annotations

import re
from typing import Final

from signet_vc.codec.strict_json import JsonObject, loads
from signet_vc.did import document
from signet_vc.did.did_url import is_did, is_https_url
from signet_vc.did.error import INVALID_DID, METHOD_NOT_SUPPORTED, DidError
from signet_vc.errors import Code, ProblemError
from signet_vc.limits import DEFAULT_LIMITS, Limits

__all__ = ["document_from", "from_url", "is_host_name", "url_of"]

_PREFIX: Final = "did:web:"
_PORT: Final = "%3A"  # the one spelling of the colon before a port
_WELL_KNOWN: Final = "/.well-known/did.json"
_FILE: Final = "/did.json"
_MOST_HOST_CHARACTERS: Final = 253
_MOST_PORT: Final = 65_535

_is_label: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?").fullmatch
# URL Standard §3.5: a host whose last label is a number is an IPv4 address, in decimal, octal or hexadecimal
_is_number: Final = re.compile(r"[0-9]+|0x[0-9a-f]*").fullmatch
_is_port: Final = re.compile(r"[1-9][0-9]{0,4}").fullmatch
# Percent-encoded, what would be read as something else on the way: controls, space, # % . / : ? @ \ and DEL.
_HIDDEN: Final = re.compile(r"%(?:[01][0-9a-f]|2[0357ef]|3[af]|40|5c|7f)", re.IGNORECASE)


def url_of(did: str) -> str:
    """Give the https URL of the document of a did:web.

    Raises DidError (KEY_INVALID): not a fully qualified domain name in lower case (an international one is
    in its ``xn--`` form), an IP address, a port that is none, a path with an empty segment, dots or hidden
    delimiters.
    """
    if not is_did(did):
        raise DidError.named(INVALID_DID, "the identifier is no DID")
    if not did.startswith(_PREFIX):
        raise DidError.named(METHOD_NOT_SUPPORTED, "the DID's method is not web")
    authority, *path = did.removeprefix(_PREFIX).split(":")
    host, colon, port = authority.partition(_PORT)
    if not is_host_name(host) or "." not in host:
        raise DidError.named(INVALID_DID, "the did:web names no domain, or not as it is to be written")
    if colon and not (_is_port(port) and int(port) <= _MOST_PORT):
        raise DidError.named(INVALID_DID, "the did:web's port is none")
    for segment in path:
        if segment in ("", ".", "..") or _HIDDEN.search(segment):
            raise DidError.named(INVALID_DID, "the did:web's path is none")
    base = f"https://{host}:{port}" if colon else f"https://{host}"
    return base + ("".join(f"/{segment}" for segment in path) + _FILE if path else _WELL_KNOWN)


def from_url(url: str) -> str:
    """Give the did:web whose document stands at ``url``; DidError if none does."""
    if is_https_url(url) and url.endswith(_FILE):
        authority, *path = url.removeprefix("https://").removesuffix(_FILE).split("/")
        path = [] if path == [".well-known"] else path
        did = _PREFIX + ":".join([authority.replace(":", _PORT), *path])
        if is_did(did) and url_of(did) == url:
            return did
    raise DidError.named(INVALID_DID, "the URL is not that of a did:web's document")


def is_host_name(text: str) -> bool:
    """Tell whether ``text`` is a DNS name in lower case, without a last dot, and spells no IP address."""
    labels = text.split(".")
    return (
        len(text) <= _MOST_HOST_CHARACTERS and all(map(_is_label, labels)) and _is_number(labels[-1]) is None
    )


def document_from(data: bytes, identifier: str, *, limits: Limits = DEFAULT_LIMITS) -> JsonObject:
    """Read what the address of ``identifier`` (a did:web or an https URL) gave as its document.

    Raises CONTROLLER_DOCUMENT_INVALID: not strict JSON within the limits, or not a conforming document of
    that identifier.
    """
    try:
        value = loads(data, max_bytes=limits.fetched_bytes, max_depth=limits.value_depth)
    except ProblemError as error:
        detail = f"the document is not strict JSON: {error.codes[0]}"
        raise ProblemError.of(Code.CONTROLLER_DOCUMENT_INVALID, detail) from error
    return document.check(value, identifier)
