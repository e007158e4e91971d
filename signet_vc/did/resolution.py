"""DID resolution and the dereferencing of DID URLs, as a resolver answers them over HTTP.

Spec: DID Resolution 1.0 (Candidate Recommendation Draft of 23 July 2026) §4.4, §5.4 but for services, §12.1;
did:key, *Read*.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from signet_vc.codec.strict_json import JsonObject
from signet_vc.did import document as documents
from signet_vc.did import error as errors
from signet_vc.did.did_url import DidUrl, is_did, parse
from signet_vc.did.error import DidError
from signet_vc.did.method import Options
from signet_vc.did.resolution_result import (
    INVALID_METHOD,
    INVALID_RELATIONSHIP,
    Form,
    Resolution,
    failure,
    negotiate,
    success,
)
from signet_vc.did.resolver import METHODS, MethodNotSupportedError, Resolver
from signet_vc.errors import Code, ProblemError, UnavailableError
from signet_vc.external import NotFoundError

__all__ = ["Options", "Resolution", "document", "resolve"]

_DELIMITERS: Final = ("/", "?", "#")
# DID parameters and options that ask for a version, or for what a service has: neither is done here.
_UNSUPPORTED: Final = frozenset({"versionId", "versionTime", "service", "serviceType", "relativeRef", "hl"})


_DEFAULTS: Final = Options()

# their names on the wire
_NAMES: Final[Mapping[str, str]] = {
    "publicKeyFormat": "public_key_format",
    "enableEncryptionKeyDerivation": "enable_encryption_key_derivation",
    "enableExperimentalPublicKeyTypes": "enable_experimental_public_key_types",
    "expandRelativeUrls": "expand_relative_urls",
    "verificationRelationship": "verification_relationship",
}
_BOOLEANS: Final[Mapping[object, bool]] = {"true": True, "false": False}


def resolve(
    did_url: str, options: Mapping[str, Any] | None = None, *, resolver: Resolver | None = None
) -> Resolution:
    """Resolve a DID, or dereference a DID URL; no input raises.

    options: those of the wire, and ``accept``, the header's text, which chooses how the answer is written
    (``resolution_result``); booleans also as ``true`` and ``false``. Options that are not known are refused
    where DID Resolution 1.0 was asked for, and ignored elsewhere. resolver: for DIDs that do not hold their
    key.
    """
    given = dict(options or {})
    accept = given.pop("accept", "")
    representation = negotiate(accept) if isinstance(accept, str) else None
    is_url = any(each in did_url for each in _DELIMITERS)
    try:
        if representation is None:
            raise DidError.named(
                errors.REPRESENTATION_NOT_SUPPORTED, "no media type that is accepted is made"
            )
        parsed = _parsed(did_url) if is_url else DidUrl(did_url, "", None, None)
        if is_url and representation.form is Form.RESOLUTION:
            raise DidError.named(errors.INVALID_DID, "a DID URL is dereferenced, not resolved")
        reader = _reader(parsed.did, resolver)
        wanted = _options(given, strict=representation.form in (Form.RESOLUTION, Form.DEREFERENCING))
        content = _dereference(parsed, reader(wanted), wanted)
    except (ProblemError, UnavailableError, OSError) as error:
        return failure(representation, _named(error), is_url=is_url)
    return success(representation, content, is_url=is_url)


def document(did: str, options: Options = _DEFAULTS, *, resolver: Resolver | None = None) -> JsonObject:
    """Give the document of ``did``, of a method whose DIDs hold their key or by ``resolver``.

    Raises DidError; CONTROLLER_DOCUMENT_INVALID and what else ``resolver`` raises; MethodNotSupportedError
    without one. Spec: DID Resolution 1.0 §4.4.
    """
    found = _reader(did, resolver)(options)
    return _expanded(found) if options.expand_relative_urls else found


def _reader(did: str, resolver: Resolver | None) -> Callable[[Options], JsonObject]:
    """§4.4: the DID's syntax, then who reads the documents of its method."""
    if not is_did(did):
        raise DidError.named(errors.INVALID_DID, "the identifier is no DID")
    method = METHODS.get(did.split(":", 2)[1])
    if method is not None:
        return partial(method.document, did)
    if resolver is None:
        raise MethodNotSupportedError
    return lambda _options: documents.check(resolver.resolve(did), did)


def _parsed(did_url: str) -> DidUrl:
    parsed = parse(did_url)
    if parsed is None:
        raise DidError.named(errors.INVALID_DID_URL, "the identifier is no DID URL")
    return parsed


def _dereference(did_url: DidUrl, found: JsonObject, options: Options) -> JsonObject:
    """§5.4: the document; what a path or query asks for is not served; what the fragment names in it."""
    parameters = {each.partition("=")[0] for each in (did_url.query or "").split("&")}
    if parameters & _UNSUPPORTED:
        raise DidError.named(errors.FEATURE_NOT_SUPPORTED, "neither versions nor services are dereferenced")
    if did_url.path or did_url.query:
        raise DidError.named(errors.NOT_FOUND, "the DID's method has nothing under a path or query")
    if did_url.fragment is None:
        return _expanded(found) if options.expand_relative_urls else found
    name = f"{did_url.did}#{did_url.fragment}"
    method = _only(documents.methods_in(found, name), found, name)
    relationship = options.verification_relationship
    if relationship is not None:
        if "controller" not in method:
            raise DidError.named(INVALID_METHOD, "the fragment names no verification method")
        if relationship not in documents.RELATIONSHIPS or not documents.serves(found, relationship, name):
            raise DidError.named(INVALID_RELATIONSHIP, "the method does not serve that relationship")
    context = {"@context": found["@context"]} if "@context" in found else {}
    return {**context, **method, "id": name}


def _only(methods: list[JsonObject], found: JsonObject, name: str) -> JsonObject:
    """The one verification method of that name, or the one service."""
    named = methods or [
        each for each in found.get("service", ()) if documents.absolute(each.get("id"), found["id"]) == name
    ]
    if len(named) != 1:
        raise DidError.named(errors.NOT_FOUND, "the document defines nothing, or no one thing, of that name")
    return named[0]


def _expanded(found: JsonObject) -> JsonObject:
    """§4.4: the names of methods and services, and references to methods, in full."""

    def full(entry: Any) -> Any:
        if isinstance(entry, dict) and "id" in entry:
            return {**entry, "id": documents.absolute(entry["id"], found["id"])}
        return documents.absolute(entry, found["id"])

    members = ("verificationMethod", "service", *documents.RELATIONSHIPS)
    return {**found, **{name: [full(each) for each in found[name]] for name in members if name in found}}


def _options(given: Mapping[str, Any], *, strict: bool) -> Options:
    """Read what came over the wire. §4.4 has it: first what is not supported, then what is not valid."""
    unknown = set(given) - set(_NAMES) - {"noCache"}
    if unknown & _UNSUPPORTED or (strict and unknown):
        raise DidError.named(errors.FEATURE_NOT_SUPPORTED, "an option is not supported")
    if "noCache" in given and _boolean(given["noCache"]):
        raise DidError.named(errors.FEATURE_NOT_SUPPORTED, "noCache is not supported")
    read: dict[str, Any] = {}
    for name, field in _NAMES.items():
        if name in given:
            is_text = not isinstance(getattr(_DEFAULTS, field), bool)
            read[field] = _text(given[name]) if is_text else _boolean(given[name])
    return Options(**read)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise DidError.named(errors.INVALID_OPTIONS, "an option is no text")
    return value


def _boolean(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value in _BOOLEANS:
        return _BOOLEANS[value]
    raise DidError.named(errors.INVALID_OPTIONS, "an option is neither true nor false")


def _named(error: ProblemError | UnavailableError | OSError) -> DidError:
    """What a resolver's failure is called."""
    if isinstance(error, DidError):
        return error
    if isinstance(error, ProblemError):
        names = {Code.CONTROLLER_DOCUMENT_INVALID: errors.INVALID_DID_DOCUMENT}
        names[Code.FETCH_REFUSED] = errors.FEATURE_NOT_SUPPORTED  # the domain is not one that is asked here
        return DidError(*error.problems, error=names.get(error.codes[0], errors.INVALID_DID))
    if isinstance(error, MethodNotSupportedError):
        return DidError.named(errors.METHOD_NOT_SUPPORTED, str(error))
    if isinstance(error, NotFoundError):
        return DidError.named(errors.NOT_FOUND, str(error))
    return DidError.named(errors.INTERNAL_ERROR, "the resolver could not be reached")
