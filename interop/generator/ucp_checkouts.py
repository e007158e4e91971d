"""Kind `ucp-checkout`: checkouts that their merchant vouches for, by a JWS beside what it signs."""

from __future__ import annotations

import json
from typing import Any, Final

from generator.book import AT, Book, Bytes, Case, Rule, Writer, replaced, rule
from generator.crypto import (
    AGENT,
    AGENT_P256,
    AGENT_P521,
    SERVER_P256,
    SERVER_P384,
    STRANGER_P256,
    Document,
    TestKey,
    base64url,
    jcs,
    wire,
)
from generator.did_jwk import jwk_of
from generator.documents import OUT, changed

__all__ = ["add"]

_PROFILE: Final = "https://merchant.example/.well-known/ucp"
_SECTION: Final = "AP2 Mandates Extension, Merchant Authorization"
SIGNED = rule("UCP", _SECTION, "Signed is the whole checkout but for its member ap2, as RFC 8785 has it.")
INTEGRITY = rule("UCP", _SECTION, "A checkout that was changed after it was signed does not verify.")
NOTHING = rule("UCP", _SECTION, "Nothing but ap2 is left out: empty values and unknown members are signed.")
CANONICAL = rule("RFC 8785", "3.2", "Order, spacing and spelling of what came do not matter.")
DETACHED = rule("RFC 7515", "F", "The authorization is header and signature, the payload between left out.")
EXTENSION = rule("UCP", _SECTION, "What else stands in ap2 is not signed by the merchant.")
ALGORITHM = rule("UCP", _SECTION, "The algorithm is ES256, ES384 or ES512, as the key has it.")
TALLEST = rule("RFC 7518", "3.4", "ES512 is over P-521, r and s of 66 octets each.")
RAW = rule("RFC 7518", "3.4", "An ECDSA signature of a checkout is r and s joined, and never DER.")
KEYS = rule("UCP", _SECTION, "The key is the one that kid names in the profile of a merchant who is trusted.")
DIDS = rule("FORMAT", "Verification, Keys", "A kid that is a DID URL names a key of a merchant's DID.")
TYPE = rule(
    "RFC 8725", "3.12", "The typ of an authorization, where there is one, is not that of another use."
)
CRITICAL = rule("RFC 7515", "4.1.11", "An authorization that demands an unknown extension is refused.")
ENCODING = rule("RFC 7515", "2", "Both parts of an authorization are base64url in its one spelling.")
JSON = rule("RFC 7493", "2.3", "No member of a checkout stands twice.")

_CHECKOUT: Final[Document] = {
    "id": "chk_abc123",
    "currency": "USD",
    "line_items": [{"id": "li_1", "item": {"id": "mug", "title": "Café mug", "price": 2100}, "quantity": 2}],
    "links": [],
    "totals": [{"type": "total", "amount": 4200}],
}


def _authorized(
    checkout: Document = _CHECKOUT,
    key: TestKey = SERVER_P256,
    *,
    over: bytes | None = None,
    extension: Document | None = None,
    **header: Any,
) -> Document:
    """The checkout with an authorization. `over`: what is signed instead."""
    stated = {"alg": key.algorithm, "kid": "merchant-2026", **header}
    stated = {name: value for name, value in stated.items() if value is not OUT}
    protected = base64url(json.dumps(stated).encode())
    payload = base64url(jcs(checkout) if over is None else over)
    signature = base64url(key.sign(f"{protected}.{payload}".encode()))
    return {**checkout, "ap2": {"merchant_authorization": f"{protected}..{signature}", **(extension or {})}}


def _with_signature(checkout: Document, authorization: str) -> Document:
    return {**checkout, "ap2": {"merchant_authorization": authorization}}


class _Checkouts(Writer):
    """Writes cases of this kind into the book."""

    part = "checkout"

    def accept(
        self,
        name: str,
        of: Rule,
        checkout: Document,
        key: TestKey = SERVER_P256,
        *,
        text: str | None = None,
        issuer: str = _PROFILE,
        **policy: Any,
    ) -> Case:
        """A checkout that verifies."""
        signed = changed(checkout, ap2=OUT)
        keys = [jwk_of(each, kid=kid) for each, kid in _PUBLISHED]
        return self._book.accept(
            "ucp-checkout",
            name,
            of,
            input={"checkout": wire(checkout) if text is None else text},
            keys=[key],
            policy={
                "at": AT,
                "allowedSigners": [_PROFILE],
                "documents": {_PROFILE: wire({"ucp": {"version": "2026-04-08"}, "keys": keys})},
                **policy,
            },
            expected={"issuer": issuer, "document": signed, "canonicalDocument": jcs(signed).decode()},
        )

    def text_of(self, value: Any) -> Bytes:
        """Its text."""
        return wire(value)


_PUBLISHED: Final = (
    (SERVER_P256, "merchant-2026"),
    (SERVER_P384, "merchant-p384"),
    (AGENT_P521, "merchant-p521"),
    (AGENT, "merchant-ed25519"),
)


def add(book: Book) -> None:
    """Write the cases."""
    checkouts = _Checkouts(book)
    first = checkouts.accept("es256", SIGNED, _authorized())
    _content(checkouts, first)
    _headers(checkouts, first)
    _keys(checkouts, first)


def _content(checkouts: _Checkouts, first: Case) -> None:
    text = wire(_authorized())
    for name, old, new in (
        ("changed-total", '"amount":4200', '"amount":4100'),
        ("changed-quantity", '"quantity":2', '"quantity":1'),
        ("changed-title", "Café", "Cafe"),
        ("changed-id", "chk_abc123", "chk_abc124"),
    ):
        checkouts.reject(first, name, INTEGRITY, "PROOF_INVALID", replaced(text, old, new))
    checkouts.reject(
        first, "signed-with-ap2", SIGNED, "PROOF_INVALID", _authorized(over=jcs({**_CHECKOUT, "ap2": {}}))
    )
    checkouts.reject(
        first, "signed-as-it-is-spelled", SIGNED, "PROOF_INVALID", _authorized(over=wire(_CHECKOUT).encode())
    )
    extended = _authorized(extension={"checkout_mandate": "eyJhbGciOiJFUzI1NiJ9.e30.c2ln~"})
    checkouts.accept("mandate-beside", EXTENSION, extended)
    unknown = {**_CHECKOUT, "x-loyalty": {"points": 12}, "buyer": None}
    as_it_came = checkouts.accept("unknown-members", NOTHING, _authorized(unknown))
    checkouts.reject(
        as_it_came,
        "unknown-member-taken-out",
        NOTHING,
        "PROOF_INVALID",
        changed(_authorized(unknown), **{"x-loyalty": OUT}),
    )
    checkouts.reject(
        first, "empty-list-taken-out", NOTHING, "PROOF_INVALID", changed(_authorized(), links=OUT)
    )
    checkouts.reject(first, "empty-list-added", NOTHING, "PROOF_INVALID", changed(_authorized(), messages=[]))
    turned = dict(reversed(_authorized().items()))
    checkouts.accept("another-order", CANONICAL, _authorized(), text=json.dumps(turned, indent=2))
    checkouts.accept(
        "another-spelling",
        CANONICAL,
        _authorized(),
        text=text.replace("é", "\\u00e9").replace("4200", "4.2e3"),
    )
    twice = replaced(text, '"currency":"USD"', '"currency":"EUR","currency":"USD"')
    checkouts.reject(first, "member-twice", JSON, "DUPLICATE_MEMBER", twice)


def _headers(checkouts: _Checkouts, first: Case) -> None:
    authorization = _authorized()["ap2"]["merchant_authorization"]
    header, _, signature = authorization.partition("..")
    payload = base64url(jcs(_CHECKOUT))
    for name, value in (
        ("payload-within", f"{header}.{payload}.{signature}"),
        ("signature-alone", signature),
        ("no-authorization", None),
    ):
        checkouts.reject(first, name, DETACHED, "PROOF_INVALID", _with_signature(_CHECKOUT, value))  # type: ignore[arg-type] # a wrong one
    for name, value in (
        ("signature-padded", f"{authorization}=="),
        ("header-padded", f"{header}=..{signature}"),
        ("signature-in-the-other-alphabet", f"{authorization[:-2]}+/"),
    ):
        checkouts.reject(first, name, ENCODING, "PROOF_INVALID", _with_signature(_CHECKOUT, value))
    for name, typ in (
        ("typ-of-a-token", "JWT"),
        ("typ-of-a-credential", "vc+jwt"),
    ):
        checkouts.reject(first, name, TYPE, "UNKNOWN_FORMAT", _authorized(typ=typ))
    checkouts.reject(first, "crit", CRITICAL, "PROOF_INVALID", _authorized(crit=["exp"], exp=1))
    checkouts.accept("es384", ALGORITHM, _authorized(key=SERVER_P384, kid="merchant-p384"), SERVER_P384)
    checkouts.accept("es512", TALLEST, _authorized(key=AGENT_P521, kid="merchant-p521"), AGENT_P521)
    eddsa = _authorized(key=AGENT, kid="merchant-ed25519", alg="EdDSA")
    checkouts.reject(first, "eddsa", ALGORITHM, "UNSUPPORTED_CRYPTOSUITE", eddsa)
    for name, algorithm in (("alg-of-another-key", "ES384"), ("alg-none", "none"), ("alg-hs256", "HS256")):
        checkouts.reject(first, name, ALGORITHM, "UNSUPPORTED_CRYPTOSUITE", _authorized(alg=algorithm))
    message = f"{header}.{payload}".encode()
    der = f"{header}..{base64url(SERVER_P256.sign_der(message))}"
    checkouts.reject(first, "der", RAW, "PROOF_INVALID", _with_signature(_CHECKOUT, der))
    short = f"{header}..{base64url(SERVER_P256.sign(message)[:-1])}"
    checkouts.reject(first, "cut-short", RAW, "PROOF_INVALID", _with_signature(_CHECKOUT, short))


def _keys(checkouts: _Checkouts, first: Case) -> None:
    checkouts.reject(first, "another-key", KEYS, "PROOF_INVALID", _authorized(key=STRANGER_P256))
    checkouts.reject(first, "kid-of-no-key", KEYS, "KEY_NOT_FOUND", _authorized(kid="merchant-2025"))
    checkouts.reject(first, "no-kid", KEYS, "KEY_NOT_FOUND", _authorized(kid=OUT))
    checkouts.reject(first, "no-anchor", KEYS, "NO_TRUST_ANCHOR", policy={"allowedSigners": None})
    checkouts.reject(first, "profile-not-there", KEYS, "RESOLVER_UNAVAILABLE", policy={"documents": {}})
    for number, key in enumerate((SERVER_P256, AGENT_P256)):
        checkouts.accept(
            f"did-key-{number + 1}",
            DIDS,
            _authorized(key=key, kid=key.method),
            key,
            issuer=key.did,
            allowedSigners=[key.did],
        )
    own = checkouts.accept(
        "did-key-beside-a-profile",
        DIDS,
        _authorized(kid=SERVER_P256.method),
        issuer=SERVER_P256.did,
        allowedSigners=[_PROFILE, SERVER_P256.did],
    )
    stranger = _authorized(key=STRANGER_P256, kid=STRANGER_P256.method)
    checkouts.reject(own, "did-of-a-stranger", DIDS, "SIGNER_NOT_ALLOWED", stranger)
