"""Kind `a2a-agent-card`: headers, algorithms and keys of the signatures, and who their signers are."""

from __future__ import annotations

import json
from typing import Any, Final

from generator.a2a_cards import (
    A2A_EXTENSION,
    CARD,
    KEY_SET,
    SIGNED,
    VERIFICATION,
    Cards,
    header_of,
    signed_card,
)
from generator.book import Book, Case, Rule, rule
from generator.crypto import AGENT, AGENT_P256, AGENT_P384, SERVER, STRANGER, Document, base64url, jcs
from generator.did_jwk import jwk_of
from generator.documents import OUT, changed

__all__ = ["add"]

_DID_WEB: Final = "did:web:agent.example"
_SIGNATURE: Final = "8.4.2"
SEVERAL = rule("A2A", VERIFICATION, "Of several signatures one that verifies suffices.")
HEADER = rule("A2A", _SIGNATURE, "The protected header is strict JSON with the texts alg and kid.")
UNPROTECTED = rule("A2A", _SIGNATURE, "Nothing is taken from the unprotected header.")
TYPE = rule("A2A", _SIGNATURE, "The typ is JOSE, where there is one.")
CRITICAL = rule("RFC 7515", "4.1.11", "A header that demands an extension that is not understood is refused.")
ENCODING = rule("RFC 7515", "2", "Header and signature are base64url without padding, in its one spelling.")
ALGORITHM = rule("RFC 7518", "3.1", "The algorithm is that of the key, and never none or a shared secret's.")
RAW = rule("RFC 7518", "3.4", "An ECDSA signature is r and s joined, and never DER.")
KEY_SETS = rule(
    "A2A", VERIFICATION, "The key is the one that kid names in a key set that the verifier trusts."
)
JKU = rule("A2A", VERIFICATION, "A jku adds no key set to those that the verifier trusts.")
DIDS = rule(
    "A2A-EXTENSION", "Who signed it", "A kid that is a DID URL names a key of that DID, who is trusted."
)
DOMAIN = rule("A2A-EXTENSION", "Who signed it", "Where anybody is trusted, a DID's domain is the card's own.")
ATTESTS = rule("A2A-EXTENSION", "One identity", "The key that attests tool calls signs no card.")


def add(book: Book) -> None:
    """Write the cases."""
    cards = Cards(book)
    first = cards.accept("eddsa", SIGNED, signed_card())
    _headers(cards, first)
    _algorithms(cards, first)
    _keys(cards, first)
    _dids(cards)


def _headers(cards: Cards, first: Case) -> None:
    def refused(name: str, of: Rule, code: str = "PROOF_INVALID", **changes: Any) -> None:
        cards.reject(first, name, of, code, signed_card(**changes))

    text = json.dumps(header_of())
    refused("no-kid", HEADER, kid=OUT)
    refused("no-alg", HEADER, alg=OUT)
    refused("kid-is-a-number", HEADER, kid=1)
    refused("header-is-no-object", HEADER, header="[]")
    refused("member-of-the-header-twice", HEADER, header=text[:-1] + ', "kid": "card-ed25519"}')
    refused("kid-unprotected-alone", UNPROTECTED, kid=OUT, members={"header": {"kid": "card-ed25519"}})
    refused("alg-unprotected-alone", UNPROTECTED, alg=OUT, members={"header": {"alg": "EdDSA"}})
    cards.accept(
        "unprotected-header", UNPROTECTED, signed_card(members={"header": {"alg": "none", "kid": "x"}})
    )
    cards.accept("no-typ", TYPE, signed_card(typ=OUT))
    refused("typ-of-a-token", TYPE, typ="vc+jwt")
    refused("typ-of-a-key-binding", TYPE, typ="kb+jwt")
    refused("crit", CRITICAL, crit=["exp"], exp=1)
    refused("b64", CRITICAL, b64=False, crit=["b64"])
    entry = signed_card()["signatures"][0]
    for name, members in (
        ("signature-padded", {"signature": entry["signature"] + "=="}),
        ("signature-in-the-other-alphabet", {"signature": entry["signature"][:-2] + "+/"}),
        ("signature-with-a-line-break", {"signature": entry["signature"] + "\n"}),
        ("header-padded", {"protected": entry["protected"] + "="}),
    ):
        cards.reject(first, name, ENCODING, "PROOF_INVALID", {**CARD, "signatures": [{**entry, **members}]})


def _algorithms(cards: Cards, first: Case) -> None:
    p256 = cards.accept("es256", ALGORITHM, signed_card(key=AGENT_P256), AGENT_P256)
    cards.accept("es384", ALGORITHM, signed_card(key=AGENT_P384), AGENT_P384)
    for name, algorithm in (("alg-none", "none"), ("alg-hs256", "HS256"), ("alg-of-another-key", "ES256")):
        cards.reject(first, name, ALGORITHM, "UNSUPPORTED_CRYPTOSUITE", signed_card(alg=algorithm))
    signed = signed_card(key=AGENT_P256)
    entry = signed["signatures"][0]
    message = f"{entry['protected']}.{base64url(jcs(CARD))}".encode()
    der = {**entry, "signature": base64url(AGENT_P256.sign_der(message))}
    cards.reject(p256, "der", RAW, "PROOF_INVALID", {**CARD, "signatures": [der]})
    short = {**entry, "signature": base64url(AGENT_P256.sign(message)[:-1])}
    cards.reject(p256, "cut-short", RAW, "PROOF_INVALID", {**CARD, "signatures": [short]})


def _keys(cards: Cards, first: Case) -> None:
    stranger = jwk_of(STRANGER, kid="card-ed25519")
    cards.reject(first, "kid-of-no-key", KEY_SETS, "KEY_NOT_FOUND", signed_card(kid="card-2025"))
    for name, code, documents in (
        ("key-is-another", "PROOF_INVALID", {KEY_SET: json.dumps({"keys": [stranger]})}),
        ("key-set-not-there", "RESOLVER_UNAVAILABLE", {}),
        ("key-set-is-none", "KEY_NOT_FOUND", {KEY_SET: "[]"}),
        (
            "key-twice",
            "KEY_INVALID",
            {KEY_SET: json.dumps({"keys": [stranger, jwk_of(AGENT, kid="card-ed25519")]})},
        ),
    ):
        cards.reject(first, name, KEY_SETS, code, policy={"documents": documents})
    elsewhere = "https://stranger.example/jwks.json"
    documents = {
        KEY_SET: json.dumps({"keys": [jwk_of(AGENT, kid="card-ed25519")]}),
        elsewhere: json.dumps({"keys": [stranger]}),
    }
    with_jku = cards.accept("jku", JKU, signed_card(jku=KEY_SET), documents=documents)
    theirs = signed_card(key=STRANGER, jku=elsewhere)
    cards.reject(with_jku, "jku-of-a-stranger", JKU, "PROOF_INVALID", theirs)
    broken = signed_card(changed(CARD, version="0.9.0"), AGENT_P256)["signatures"]
    both = {**CARD, "signatures": [*broken, *signed_card()["signatures"]]}
    several = cards.accept("second-signature-counts", SEVERAL, both, notices=["PROOF_INVALID"])
    cards.reject(
        several, "none-of-two-counts", SEVERAL, "PROOF_INVALID", {**CARD, "signatures": [*broken, *broken]}
    )


def _dids(cards: Cards) -> None:
    signed = signed_card(kid=AGENT.method)
    own = cards.accept("did-key", DIDS, signed, issuer=AGENT.did, allowedSigners=[AGENT.did])
    cards.reject(
        own, "did-of-a-stranger", DIDS, "SIGNER_NOT_ALLOWED", signed_card(key=STRANGER, kid=STRANGER.method)
    )
    cards.reject(own, "no-anchor", DIDS, "NO_TRUST_ANCHOR", policy={"allowedSigners": None})
    cards.reject(
        own,
        "did-url-of-another-key",
        DIDS,
        "KEY_NOT_CONTROLLED_BY_ISSUER",
        signed_card(kid=f"{AGENT.did}#{STRANGER.multibase}"),
    )
    method = f"{_DID_WEB}#key-1"
    document = {
        "@context": ["https://www.w3.org/ns/cid/v1"],
        "id": _DID_WEB,
        "verificationMethod": [
            {"id": method, "type": "Multikey", "controller": _DID_WEB, "publicKeyMultibase": AGENT.multibase}
        ],
        "authentication": [method],
    }
    documents = {_DID_WEB: json.dumps(document)}
    by_web = signed_card(kid=method)
    cards.accept("did-web", DIDS, by_web, issuer=_DID_WEB, allowedSigners=[_DID_WEB], documents=documents)
    own_domain = cards.accept(
        "did-web-of-its-own-domain",
        DOMAIN,
        by_web,
        issuer=_DID_WEB,
        allowedSigners=[],
        trustAny=True,
        documents=documents,
    )
    cards.accept(
        "did-key-of-anybody",
        DOMAIN,
        signed,
        issuer=AGENT.did,
        allowedSigners=[],
        trustAny=True,
        notices=["KEY_NOT_CONTROLLED_BY_ISSUER"],
    )
    moved = changed(
        CARD,
        supportedInterfaces=[{**CARD["supportedInterfaces"][0], "url": "https://other.example/a2a/v1"}],
    )
    cards.reject(
        own_domain,
        "did-web-of-another-domain",
        DOMAIN,
        "PROOF_INVALID",
        signed_card(moved, kid=method),
    )

    def attesting(did: str) -> Document:
        extension = {"uri": A2A_EXTENSION, "params": {"did": did}}
        return changed(CARD, capabilities={"extensions": [extension]})

    names = cards.accept(
        "names-who-attests",
        ATTESTS,
        signed_card(attesting(SERVER.did), kid=AGENT.method),
        issuer=AGENT.did,
        allowedSigners=[AGENT.did],
    )
    cards.reject(
        names,
        "signed-by-who-attests",
        ATTESTS,
        "PROOF_PURPOSE_MISMATCH",
        signed_card(attesting(AGENT.did), kid=AGENT.method),
    )
