"""Kind `ap2-mandate`: what makes tokens a chain: who began it, who goes on, from what, for whom, and when."""

from __future__ import annotations

from typing import Any, Final

from generator.book import NOW, Book, Case, replaced, rule
from generator.crypto import AGENT, AGENT_P256, PROVIDER_P256, STRANGER_P256, base64url
from generator.did_jwk import jwk_of
from generator.documents import OUT
from generator.mandates import (
    CHECKOUT,
    KEY_SET,
    NONCE,
    Mandates,
    chain,
    closed,
    disclosed,
    hashed,
    hop,
    joined,
    jwt,
    opened,
    payment,
    root,
)

__all__ = ["add"]

_AUTH: Final = "Agent Authorization"
CHAINED = rule(
    "AP2", _AUTH, "A chain leads from an open mandate to the closed one, each signed by the key before."
)
HOP = rule("AP2", _AUTH, "Each token is signed by the key that the mandate before it names in cnf.")
LONGER = rule("AP2", _AUTH, "A mandate may be handed on to another agent before it is closed.")
DIRECT = rule("AP2", _AUTH, "A user who is there signs the closed mandate alone.")
ROOT = rule("AP2", _AUTH, "The first token is signed by a key of somebody whom the verifier trusts.")
ISSUER = rule("RFC 7519", "4.1.1", "Where iss stands, the key of the first token is the issuer's.")
USERS = rule("AP2", _AUTH, "A chain may begin with a credential of the user's that names the agent's key.")
BINDING = rule(
    "AP2", _AUTH, "sd_hash is the digest of the token before, its last tilde and disclosures included."
)
JWT_HASH = rule("AP2", _AUTH, "issuer_jwt_hash is that of the token before without its disclosures.")
ONE_BINDING = rule("AP2", _AUTH, "A token that goes on has exactly one of sd_hash and issuer_jwt_hash.")
TYP = rule("AP2", _AUTH, "The typ of the last token is kb+sd-jwt, of one between kb+sd-jwt+kb.")
CNF = rule("AP2", _AUTH, "An open mandate names a key in cnf.jwk, a closed one none.")
VCT = rule("AP2", _AUTH, "The vct is one of the four, its version included, and open mandates come first.")
ONE = rule("AP2", _AUTH, "Each token discloses exactly one mandate, all about one thing.")
AUD = rule("AP2", _AUTH, "The last token's aud is the verifier, its nonce the one that the verifier gave.")
CLAIMS = rule("AP2", _AUTH, "The last token of a chain has aud, nonce and iat.")
TIMES = rule("RFC 7519", "4.1.4", "Each token and each mandate is within iat, nbf and exp, with the skew.")
NUMERIC = rule("RFC 7519", "2", "A time is a number of seconds.")
DISCLOSED = rule("RFC 9901", "7.1", "Each disclosure has its digest in its token, and none comes twice.")
NESTED = rule("RFC 9901", "4.2.6", "What a mandate withholds itself is disclosed beside it.")
HASH = rule("RFC 9901", "4.1.1", "_sd_alg names the hash of the digests, and of what rests on them.")
FORM = rule("AP2", _AUTH, "Tokens are joined by two tildes, and the last ends with one.")
ALG = rule("RFC 7518", "3.1", "The alg of a token is that of its key.")
_SUB: Final = AGENT


def add(book: Book) -> None:
    """Write the cases."""
    mandates = Mandates(book)
    first = mandates.accept("checkout", CHAINED, chain(), opened(), closed(), offer=CHECKOUT)
    _hops(mandates, first)
    _roots(mandates, first)
    _bindings(mandates, first)
    _types(mandates, first)
    _terminals(mandates, first)
    _times(mandates, first)
    _disclosures(mandates, first)


def _two(last: Any = None, **of_hop: Any) -> str:
    first = root(opened())
    return joined(first, hop(first, closed() if last is None else last, **of_hop))


def _three(**of_last: Any) -> str:
    first = root(opened())
    between = _between(first)
    return joined(first, between, hop(between, closed(), **{"key": _SUB, **of_last}))


def _between(first: str, *, typ: str = "kb+sd-jwt+kb", **members: Any) -> str:
    return hop(first, opened(key=_SUB, **members), typ=typ, aud=OUT, nonce=OUT)


def _hops(mandates: Mandates, first: Case) -> None:
    mandates.accept("payment", CHAINED, chain(kind="payment"), opened("payment"), payment())
    three = mandates.accept(
        "three-tokens", LONGER, _three(), opened(), opened(key=_SUB), closed(), offer=CHECKOUT
    )
    alone = root(closed())
    mandates.accept(
        "direct-checkout",
        DIRECT,
        alone,
        closed(),
        offer=CHECKOUT,
        policy={"domain": None, "challenge": None},
    )
    direct = mandates.accept(
        "direct-payment",
        DIRECT,
        root(payment()),
        payment(),
        policy={"domain": None, "challenge": None},
    )
    mandates.reject(direct, "direct-and-open", DIRECT, "INVALID_MANDATE", root(opened("payment")))
    mandates.reject(first, "hop-by-another-key", HOP, "PROOF_INVALID", _two(key=STRANGER_P256))
    mandates.reject(first, "hop-by-the-provider", HOP, "PROOF_INVALID", _two(key=PROVIDER_P256))
    mandates.reject(
        three, "last-hop-by-the-first-agent", HOP, "UNSUPPORTED_CRYPTOSUITE", _three(key=AGENT_P256)
    )
    mandates.reject(
        first, "alg-of-another-key", ALG, "UNSUPPORTED_CRYPTOSUITE", _two(header={"alg": "ES384"})
    )
    mandates.reject(first, "alg-none", ALG, "UNSUPPORTED_CRYPTOSUITE", _two(header={"alg": "none"}))
    text = chain()
    mandates.reject(first, "last-tilde-missing", FORM, "INVALID_MANDATE", text[:-1])
    mandates.reject(first, "three-tildes", FORM, "PROOF_INVALID", replaced(text, "~~", "~~~"))


def _roots(mandates: Mandates, first: Case) -> None:
    def refused(name: str, code: str, **changes: Any) -> None:
        start = root(opened(), **changes)
        mandates.reject(first, name, ROOT, code, joined(start, hop(start, closed())))

    refused("root-of-a-stranger", "PROOF_INVALID", key=STRANGER_P256)
    refused("root-kid-unknown", "KEY_NOT_FOUND", header={"kid": "provider-2"})
    refused("root-without-kid", "KEY_NOT_FOUND", header={"kid": OUT})
    mandates.reject(first, "no-anchor", ROOT, "NO_TRUST_ANCHOR", policy={"allowedSigners": None})
    start = root(opened(), header={"kid": PROVIDER_P256.method})
    by_did = mandates.accept(
        "root-of-a-did",
        ISSUER,
        joined(start, hop(start, closed())),
        opened(),
        closed(),
        offer=CHECKOUT,
        issuer=PROVIDER_P256.did,
        policy={"allowedSigners": [PROVIDER_P256.did, "https://merchant.example/keys"]},
    )
    other = root(opened(), key=STRANGER_P256, header={"kid": STRANGER_P256.method})
    mandates.reject(
        by_did, "root-of-another-did", ROOT, "SIGNER_NOT_ALLOWED", joined(other, hop(other, closed()))
    )
    named = root(opened(), iss=KEY_SET)
    by_issuer = mandates.accept(
        "root-with-iss", ISSUER, joined(named, hop(named, closed())), opened(), closed(), offer=CHECKOUT
    )
    for name, issuer, code in (
        ("iss-of-a-stranger", "https://stranger.example/keys", "PROOF_INVALID"),
        ("iss-of-another-signer", "https://merchant.example/keys", "KEY_NOT_FOUND"),
        ("iss-is-no-url", "provider", "KEY_NOT_FOUND"),
    ):
        start = root(opened(), iss=issuer)
        mandates.reject(by_issuer, name, ISSUER, code, joined(start, hop(start, closed())))
    header = {"alg": "ES256", "typ": "dc+sd-jwt", "kid": "provider-1"}
    agents = {"jwk": jwk_of(AGENT_P256)}
    credential = jwt(header, {"vct": "com.example.card", "cnf": agents}, PROVIDER_P256) + "~"
    users = mandates.accept(
        "root-is-a-credential", USERS, joined(credential, hop(credential, closed())), closed(), offer=CHECKOUT
    )
    keyless = jwt(header, {"vct": "com.example.card"}, PROVIDER_P256) + "~"
    mandates.reject(
        users, "credential-without-a-key", USERS, "INVALID_MANDATE", joined(keyless, hop(keyless, closed()))
    )
    private = jwt(header, {"vct": "com.example.card", "cnf": {"kid": "agent-1"}}, PROVIDER_P256) + "~"
    mandates.reject(
        users,
        "credential-with-a-key-by-name",
        USERS,
        "INVALID_MANDATE",
        joined(private, hop(private, closed())),
    )


def _bindings(mandates: Mandates, first: Case) -> None:
    start = root(opened())
    issuer_jwt = start.partition("~")[0]
    for name, text in (
        ("sd-hash-without-the-last-tilde", start[:-1]),
        ("sd-hash-of-the-jwt-alone", issuer_jwt),
        ("sd-hash-of-another-token", root(opened(iat=NOW - 61))),
    ):
        mandates.reject(first, name, BINDING, "DIGEST_MISMATCH", _two(sd_hash=hashed(text)))
    by_jwt = mandates.accept(
        "issuer-jwt-hash",
        JWT_HASH,
        _two(sd_hash=OUT, issuer_jwt_hash=hashed(issuer_jwt)),
        opened(),
        closed(),
        offer=CHECKOUT,
    )
    extra = disclosed(32, "note", "for the user alone")
    sealed = {**opened(), "_sd": [hashed(extra)]}
    withheld = root(sealed)
    whole = root(sealed, extra)
    bound = hop(whole, closed(), sd_hash=OUT, issuer_jwt_hash=hashed(whole.partition("~")[0]))
    mandates.accept(
        "issuer-jwt-hash-and-less-shown",
        JWT_HASH,
        joined(withheld, bound),
        opened(),
        closed(),
        offer=CHECKOUT,
        notices=["CONSTRAINT_UNRESOLVED"],
    )
    full = mandates.accept(
        "sd-hash-and-all-shown",
        BINDING,
        joined(whole, hop(whole, closed(note="for the user alone"))),
        {**opened(), "note": "for the user alone"},
        closed(note="for the user alone"),
        offer=CHECKOUT,
    )
    mandates.reject(
        full,
        "sd-hash-and-less-shown",
        BINDING,
        "DIGEST_MISMATCH",
        joined(withheld, hop(whole, closed(note="for the user alone"))),
    )
    mandates.reject(
        by_jwt,
        "issuer-jwt-hash-of-the-whole",
        JWT_HASH,
        "DIGEST_MISMATCH",
        _two(sd_hash=OUT, issuer_jwt_hash=hashed(start)),
    )
    mandates.reject(first, "no-binding", ONE_BINDING, "INVALID_MANDATE", _two(sd_hash=OUT))
    mandates.reject(
        first, "both-bindings", ONE_BINDING, "INVALID_MANDATE", _two(issuer_jwt_hash=hashed(issuer_jwt))
    )


def _types(mandates: Mandates, first: Case) -> None:
    mandates.accept("older-typ", TYP, _two(typ="kb-sd-jwt"), opened(), closed(), offer=CHECKOUT)
    for name, typ in (
        ("typ-of-one-between", "kb+sd-jwt+kb"),
        ("typ-of-a-binding", "kb+jwt"),
        ("no-typ", OUT),
    ):
        mandates.reject(first, name, TYP, "INVALID_MANDATE", _two(typ=typ))
    credential = root(opened(), header={"typ": "vc+sd-jwt"})
    mandates.reject(
        first,
        "root-typ-of-a-credential",
        TYP,
        "INVALID_MANDATE",
        joined(credential, hop(credential, closed())),
    )
    start = root(opened())
    closing = {**closed(), "cnf": {"jwk": jwk_of(AGENT)}}
    mandates.reject(first, "closed-with-cnf", CNF, "INVALID_MANDATE", joined(start, hop(start, closing)))
    bare = root(opened(cnf=OUT))
    mandates.reject(first, "open-without-cnf", CNF, "INVALID_MANDATE", joined(bare, hop(bare, closed())))
    by_name = root(opened(cnf={"kid": "agent-1"}))
    mandates.reject(
        first, "open-with-a-key-by-name", CNF, "INVALID_MANDATE", joined(by_name, hop(by_name, closed()))
    )
    for name, mandate in (
        ("vct-of-another-version", closed(vct="mandate.checkout.2")),
        ("vct-without-its-version", closed(vct="mandate.checkout")),
        ("closed-mandate-is-open", opened(cnf=OUT)),
        ("no-vct", closed(vct=OUT)),
    ):
        mandates.reject(first, name, VCT, "INVALID_MANDATE", joined(start, hop(start, mandate)))
    early = root({**closed(), "cnf": {"jwk": jwk_of(AGENT_P256)}})
    mandates.reject(
        first, "open-mandate-is-closed", VCT, "INVALID_MANDATE", joined(early, hop(early, closed()))
    )
    mandates.reject(first, "about-two-things", ONE, "INVALID_MANDATE", joined(start, hop(start, payment())))
    second = disclosed(96, opened())
    own = disclosed(0, opened())
    digests = [{"...": hashed(own)}, {"...": hashed(second)}]
    double = root(opened(), second, delegate_payload=digests)
    mandates.reject(
        first, "two-mandates-in-a-token", ONE, "INVALID_MANDATE", joined(double, hop(double, closed()))
    )
    hidden = start.partition("~")[0] + "~"
    mandates.reject(
        first, "mandate-not-disclosed", ONE, "INVALID_MANDATE", joined(hidden, hop(hidden, closed()))
    )


def _terminals(mandates: Mandates, first: Case) -> None:
    mandates.reject(first, "aud-of-another", AUD, "DOMAIN_MISMATCH", _two(aud="merchant.example"))
    mandates.reject(first, "nonce-of-another", AUD, "CHALLENGE_MISMATCH", _two(nonce="b9c8d7e6f5a4b3c3"))
    mandates.reject(first, "another-verifier", AUD, "DOMAIN_MISMATCH", policy={"domain": ["payer"]})
    mandates.reject(first, "another-challenge", AUD, "CHALLENGE_MISMATCH", policy={"challenge": NONCE[::-1]})
    mandates.reject(first, "no-aud", CLAIMS, "INVALID_MANDATE", _two(aud=OUT))
    mandates.reject(first, "no-nonce", CLAIMS, "INVALID_MANDATE", _two(nonce=OUT))
    mandates.reject(first, "no-iat", CLAIMS, "INVALID_MANDATE", _two(iat=OUT))
    mandates.reject(first, "iat-is-a-text", NUMERIC, "INVALID_MANDATE", _two(iat="2026-03-30T11:59:50Z"))
    mandates.reject(first, "exp-is-a-text", NUMERIC, "INVALID_MANDATE", chain(exp="never"))


def _times(mandates: Mandates, first: Case) -> None:
    skewed = mandates.accept(
        "expired-within-the-skew", TIMES, chain(exp=NOW - 59), opened(exp=NOW - 59), closed(), offer=CHECKOUT
    )
    mandates.reject(skewed, "open-mandate-expired", TIMES, "EXPIRED", chain(exp=NOW - 61))
    mandates.reject(first, "last-token-expired", TIMES, "EXPIRED", _two(exp=NOW - 61))
    mandates.reject(first, "last-token-to-come", TIMES, "NOT_YET_VALID", _two(iat=NOW + 61))
    mandates.reject(first, "open-mandate-to-come", TIMES, "NOT_YET_VALID", chain(nbf=NOW + 61))


def _disclosures(mandates: Mandates, first: Case) -> None:
    start = root(opened())
    stray = disclosed(112, {"vct": "mandate.checkout.open.1"})
    mandates.reject(
        first,
        "stray-disclosure",
        DISCLOSED,
        "DISCLOSURE_INVALID",
        joined(start, hop(start, closed(), stray)),
    )
    own = start.split("~")[1]
    twice = start + own + "~"
    mandates.reject(
        first, "disclosure-twice", DISCLOSED, "DISCLOSURE_INVALID", joined(twice, hop(twice, closed()))
    )
    changed = base64url(b'["AAECAwQFBgcICQoLDA0ODw", {"vct": "mandate.checkout.open.1"}]')
    mandates.reject(
        first, "changed-disclosure", DISCLOSED, "DISCLOSURE_INVALID", replaced(chain(), own, changed)
    )
    offer = disclosed(48, "checkout_jwt", closed()["checkout_jwt"])
    sealed = {**closed(checkout_jwt=OUT), "_sd": [hashed(offer)]}
    nested = mandates.accept(
        "nested-disclosure",
        NESTED,
        joined(start, hop(start, sealed, offer)),
        opened(),
        closed(),
        offer=CHECKOUT,
    )
    mandates.reject(
        nested, "nested-and-withheld", NESTED, "INVALID_MANDATE", joined(start, hop(start, sealed))
    )
    other = {**closed(checkout_jwt=OUT), "_sd": [hashed(disclosed(49, "checkout_jwt", "x"))]}
    mandates.reject(
        nested,
        "nested-of-another-digest",
        NESTED,
        "DISCLOSURE_INVALID",
        joined(start, hop(start, other, offer)),
    )
    longer = root(opened(), algorithm="sha512", _sd_alg="sha-512")
    sha512 = mandates.accept(
        "sha-512",
        HASH,
        joined(longer, hop(longer, closed(), sd_hash=hashed(longer, "sha512"))),
        opened(),
        closed(),
        offer=CHECKOUT,
    )
    mandates.reject(
        sha512, "sd-hash-by-another-hash", HASH, "DIGEST_MISMATCH", joined(longer, hop(longer, closed()))
    )
    unknown = root(opened(), _sd_alg="md5")
    mandates.reject(
        first, "unknown-hash", HASH, "UNSUPPORTED_CRYPTOSUITE", joined(unknown, hop(unknown, closed()))
    )
