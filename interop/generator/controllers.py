"""Kind `controller`: credentials of issuers whose keys stand in a document, which the case brings."""

from __future__ import annotations

import json
from typing import Any, Final

from generator.book import AT, Book, Bytes, Case, Rule, rule
from generator.credentials import degree
from generator.crypto import (
    AGENT,
    AGENT_P256,
    AGENT_P384,
    STRANGER,
    Document,
    TestKey,
    digest,
    jcs,
    secured,
    wire,
)
from generator.did_jwk import jwk_of
from generator.documents import OUT, changed

__all__ = ["add"]

_DID: Final = "did:web:issuer.example"
_URL: Final = "https://issuer.example/controller"
_METHOD: Final = f"{_DID}#key-1"
_INVALID: Final = "CONTROLLER_DOCUMENT_INVALID"

RETRIEVED = rule("CID", "3.3", "The key of a verification method is taken from its controller's document.")
MULTIKEY = rule(
    "CID", "2.2.2", "A Multikey holds a multicodec and a key in base58btc, under publicKeyMultibase."
)
JSON_WEB_KEY = rule("CID", "2.2.3", "A JsonWebKey holds a public JWK, under publicKeyJwk.")
MATERIAL = rule("CID", "2.2", "A verification method holds its key once, in the form of its type.")
METHOD_FORM = rule("CID", "2.2", "A verification method has an id, a type and a controller.")
SECRET = rule("CID", "2.2", "No document holds a secret key.")
SUBJECT = rule("CID", "2.1.1", "The document's id is the identifier that it was asked for.")
DOCUMENT_FORM = rule("CID", "2.1", "A document is an object, its members as the data model has them.")
CONTROLLER = rule(
    "CID", "3.3", "The verification method is controlled by the identifier whose document it is in."
)
PURPOSE = rule("CID", "3.3", "The method stands under the relationship that the proof's purpose names.")
REFERENCES = rule("CID", "2.2.4", "Under a relationship stands a method itself, or the URL of one.")
RELATIVE = rule("CID", "2.2.4", "A document may write the URLs of its methods as fragments.")
ONE = rule("CID", "3.3", "The verification method is found once in the document.")
EXPIRES = rule("CID", "2.2", "A verification method verifies nothing from its expires on.")
REVOKED = rule("CID", "2.2", "A verification method verifies nothing from its revoked on.")
NAMED = rule("CID", "3.3", "A verification method is named by a URL with a fragment.")
UNRESOLVED = rule("FORMAT", "Verification", "An identifier whose document cannot be had verifies nothing.")
HTTPS = rule("CID", "2.1.1", "A controller may be an https URL.")


def _multikey(key: TestKey, name: str = _METHOD, /, **members: Any) -> Document:
    method = {"id": name, "type": "Multikey", "controller": _DID, "publicKeyMultibase": key.multibase}
    return changed(method, **members)


def _json_web_key(key: TestKey, **members: Any) -> Document:
    method = {"id": _METHOD, "type": "JsonWebKey", "controller": _DID, "publicKeyJwk": jwk_of(key)}
    return changed(method, **members)


def _document(*methods: Document, **members: Any) -> Document:
    document = {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": _DID,
        "verificationMethod": list(methods),
        "assertionMethod": [_METHOD],
    }
    return changed(document, **members)


class Controllers:
    """Writes cases of this kind into the book: one credential, its issuer's document in many forms."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def accept(
        self,
        name: str,
        of: Rule,
        document: Document,
        key: TestKey = AGENT,
        *,
        issuer: str = _DID,
        method: str = _METHOD,
        **policy: Any,
    ) -> Case:
        """A credential that verifies under this document of its issuer."""
        signed = _issued(key, issuer, method)
        return self._book.accept(
            "controller",
            name,
            of,
            input={"document": json.dumps(signed, indent=1)},
            keys=[key],
            policy={"at": AT, "allowedSigners": [issuer], "documents": {issuer: wire(document)}, **policy},
            expected={"digest": digest(jcs(signed))},
        )

    def reject(self, beside: Case, name: str, of: Rule, code: str, document: Document | Bytes) -> None:
        """The same credential under another document."""
        text = wire(document) if isinstance(document, dict) else document
        self._book.reject(beside, name, of, code, policy={"documents": {_DID: text}})

    def named(self, beside: Case, name: str, of: Rule, code: str, method: str) -> None:
        """A credential whose proof names another method, signed by the same key."""
        text = json.dumps(_issued(AGENT, _DID, method), indent=1)
        self._book.reject(beside, name, of, code, document=text)


def _issued(key: TestKey, issuer: str, method: str) -> Document:
    return secured(degree(key, issuer=issuer), key, verificationMethod=method)


def add(book: Book) -> None:
    """Add the kind."""
    made = Controllers(book)
    good = made.accept("multikey", RETRIEVED, _document(_multikey(AGENT)))
    _keys(made, good)
    _forms(made, good)
    _relationships(made, good)
    _times(made)
    _names(made, good)
    _others(book, made, good)


def _keys(made: Controllers, good: Case) -> None:
    made.reject(
        good, "another-key-by-the-same-name", RETRIEVED, "PROOF_INVALID", _document(_multikey(STRANGER))
    )
    for key in (AGENT_P256, AGENT_P384):
        made.accept(f"multikey-{key.type.lower()}", MULTIKEY, _document(_multikey(key)), key)
    jwk = made.accept("json-web-key", JSON_WEB_KEY, _document(_json_web_key(AGENT)))
    made.accept("json-web-key-p-256", JSON_WEB_KEY, _document(_json_web_key(AGENT_P256)), AGENT_P256)
    for name, of, beside, method in (
        ("multikey-that-is-none", MULTIKEY, good, _multikey(AGENT, publicKeyMultibase="z6Mk")),
        ("multikey-in-base16", MULTIKEY, good, _multikey(AGENT, publicKeyMultibase="f" + AGENT.raw.hex())),
        (
            "json-web-key-without-x",
            JSON_WEB_KEY,
            jwk,
            _json_web_key(AGENT, publicKeyJwk={"kty": "OKP", "crv": "Ed25519"}),
        ),
        (
            "json-web-key-of-another-curve",
            JSON_WEB_KEY,
            jwk,
            _json_web_key(AGENT, publicKeyJwk=jwk_of(AGENT, crv="X25519")),
        ),
        ("both-forms", MATERIAL, good, _multikey(AGENT, publicKeyJwk=jwk_of(AGENT))),
        ("no-key", MATERIAL, good, _multikey(AGENT, publicKeyMultibase=OUT)),
        ("another-type", MATERIAL, good, _multikey(AGENT, type="ExampleKey")),
    ):
        made.reject(beside, name, of, "KEY_INVALID", _document(method))
    for name, method in (
        ("secret-multikey", _multikey(AGENT, secretKeyMultibase="z3u2")),
        ("secret-jwk", _json_web_key(AGENT, publicKeyJwk=jwk_of(AGENT, d="AA"))),
    ):
        made.reject(good, name, SECRET, _INVALID, _document(method))


def _forms(made: Controllers, good: Case) -> None:
    method = _multikey(AGENT)
    for name, members in (
        ("of-another-identifier", {"id": "did:web:other.example"}),
        ("of-none", {"id": OUT}),
        ("of-the-same-in-capitals", {"id": _DID.upper()}),
    ):
        made.reject(good, name, SUBJECT, _INVALID, _document(method, **members))
    for name, document in (
        ("no-object", "[]"),
        ("methods-that-are-no-list", _document(verificationMethod=method)),
        ("relationship-that-is-no-list", _document(method, assertionMethod=_METHOD)),
        ("service-without-endpoint", _document(method, service=[{"id": "#one", "type": "Example"}])),
    ):
        made.reject(good, name, DOCUMENT_FORM, _INVALID, document)
    for name, member in (
        ("method-without-id", "id"),
        ("method-without-type", "type"),
        ("method-without-controller", "controller"),
    ):
        made.reject(good, name, METHOD_FORM, _INVALID, _document(_multikey(AGENT, **{member: OUT})))
    served = {"id": f"{_DID}#files", "type": "Example", "serviceEndpoint": "https://issuer.example/files"}
    made.accept(
        "with-further-members", DOCUMENT_FORM, _document(method, service=[served], alsoKnownAs=[_URL])
    )


def _relationships(made: Controllers, good: Case) -> None:
    method = _multikey(AGENT)
    embedded = _document(assertionMethod=[method])
    inside = made.accept("method-under-the-relationship", REFERENCES, embedded)
    made.reject(
        inside,
        "method-under-another-relationship",
        REFERENCES,
        "PROOF_PURPOSE_MISMATCH",
        _document(authentication=[method], assertionMethod=OUT),
    )
    made.reject(
        good, "not-for-assertions", PURPOSE, "PROOF_PURPOSE_MISMATCH", _document(method, assertionMethod=[])
    )
    made.reject(
        good,
        "for-authentication-alone",
        PURPOSE,
        "PROOF_PURPOSE_MISMATCH",
        _document(method, assertionMethod=OUT, authentication=[_METHOD]),
    )
    made.reject(good, "no-such-method", ONE, "KEY_INVALID", _document(_multikey(AGENT, f"{_DID}#key-2")))
    made.reject(good, "method-twice", ONE, "KEY_INVALID", _document(method, _multikey(STRANGER)))
    made.accept("one-of-two-methods", ONE, _document(_multikey(STRANGER, f"{_DID}#key-2"), method))
    other = _document(_multikey(AGENT, controller="did:web:other.example"))
    made.reject(good, "method-of-another-controller", CONTROLLER, "KEY_NOT_CONTROLLED_BY_ISSUER", other)
    short = _document(_multikey(AGENT, "#key-1"), assertionMethod=["#key-1"])
    relative = made.accept("fragments", RELATIVE, short)
    made.reject(
        relative,
        "another-fragment",
        RELATIVE,
        "KEY_INVALID",
        _document(_multikey(AGENT, "#key-2"), assertionMethod=["#key-1"]),
    )


def _times(made: Controllers) -> None:
    for name, of, member in (("expires", EXPIRES, "expires"), ("revoked", REVOKED, "revoked")):
        later = _document(_multikey(AGENT, **{member: "2026-03-30T12:00:01Z"}))
        case = made.accept(f"before-{name}", of, later)
        for label, time in (("at", AT), ("after", "2026-03-01T00:00:00Z"), ("malformed", "2026-03-31")):
            made.reject(
                case, f"{name}-{label}", of, "KEY_INVALID", _document(_multikey(AGENT, **{member: time}))
            )


def _names(made: Controllers, good: Case) -> None:
    made.named(good, "named-by-no-url", NAMED, "VERIFICATION_METHOD_URL_INVALID", "key-1")
    made.named(good, "named-by-a-fragment-alone", NAMED, "VERIFICATION_METHOD_URL_INVALID", "#key-1")
    made.named(good, "named-without-fragment", NAMED, "KEY_INVALID", _DID)
    made.named(
        good,
        "named-in-another-document",
        CONTROLLER,
        "KEY_NOT_CONTROLLED_BY_ISSUER",
        "did:web:other.example#key-1",
    )


def _others(book: Book, made: Controllers, good: Case) -> None:
    book.reject(good, "no-document", UNRESOLVED, "RESOLVER_UNAVAILABLE", policy={"documents": {}})
    book.reject(good, "nothing-looked-up", UNRESOLVED, "RESOLVER_UNAVAILABLE", policy={"documents": None})
    url = f"{_URL}#key-1"
    method = _multikey(AGENT, url, controller=_URL)
    document = _document(method, id=_URL, assertionMethod=[url])
    anybody: Document = {"trustAny": True, "allowedSigners": []}
    made.accept("an-https-controller", HTTPS, document, issuer=_URL, method=url, **anybody)
