"""Kind `vc-jwt`: credentials in compact JWSs, judged as evidence at a time."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any, Final

from generator.book import AT, Book, Bytes, Case, Rule, rule
from generator.credentials import degree
from generator.crypto import (
    AGENT,
    AGENT_P256,
    AGENT_P384,
    AGENT_P521,
    IDENTITY,
    SERVER,
    SERVER_P256,
    SERVER_P384,
    STRANGER,
    Document,
    TestKey,
    base64url,
    digest,
    header_of,
    jcs,
    multikey,
    token,
    wire,
)
from generator.documents import changed, proof, request, response

_EXAMPLE_DIGEST: Final = "uEiAtlrcKPcmSpMs-TnecQXDcbwq1NqyGrHlS4GiiQ_4ICw"

PAYLOAD = rule(
    "VC-JOSE-COSE", "3.1.1", "The payload is the credential itself, signed under the issuer's key."
)
ALGORITHM = rule("RFC 7518", "3.4", "ES256 is ECDSA on P-256 with SHA-256, ES384 on P-384 with SHA-384.")
LARGEST = rule("RFC 7518", "3.4", "ES512 is ECDSA on P-521 with SHA-512, its signature 132 bytes.")
EDDSA = rule("RFC 9864", "2.2", "An Ed25519 key signs Ed25519, or by the older name EdDSA.")
HEADERS = rule(
    "VC-JOSE-COSE", "3.1.1", "typ and cty should be there; where they are absent a notice says so."
)
MEDIA_TYPE = rule("RFC 7515", "4.1.9", "A media type in typ may be written with application/ before it.")
IGNORED = rule(
    "VC-JOSE-COSE", "3.1.3", "Header parameters that are not understood and not critical are ignored."
)
ANY_JSON = rule(
    "VC-JOSE-COSE", "3.1.1", "The payload of other people's credentials is any JSON text of the credential."
)
ISS = rule("VC-JOSE-COSE", "4.1.2", "iss, where it is present, is the issuer.")
TIMES = rule("RFC 7519", "4.1.4", "A token does not verify after its exp, nor before its nbf.")
NUMERIC = rule(
    "RFC 7519", "4.1.4", "exp and nbf are numbers; an iat that is none decides nothing, and a notice says so."
)
AUDIENCE = rule("RFC 7519", "4.1.3", "A token that names an audience is refused by whoever is not in it.")
REPEATED = rule("RFC 7519", "5.3", "Claims that a header repeats are those of the payload.")
PERIOD = rule(
    "VCDM", "4.9", "A credential in a JWS is valid from validFrom to validUntil, where it states them."
)
FORMAT = rule(
    "FORMAT", "Worked example", "The request of the worked example as a compact JWS has this digest."
)
OURS = rule(
    "FORMAT", "Carriers", "The header of an attestation is CANON, exactly alg, cty vc, kid and typ vc+jwt."
)
OUR_PAYLOAD = rule("FORMAT", "Bytes, One spelling", "A JWS whose payload is not its own CANON is refused.")
LOW_S = rule("FORMAT", "Bytes, One spelling", "ECDSA is low-S in an attestation's JWS.")

UNSECURED = rule("VC-JOSE-COSE", "5.1", "alg none secures nothing.")
FITS = rule("FORMAT", "Carriers", "alg is as the key demands and never negotiated.")
SIGNED = rule("RFC 7515", "5.2", "The signature is over header and payload as they stand in the token.")
CRITICAL = rule(
    "RFC 7515", "4.1.11", "A token that demands an extension is refused, since none is understood."
)
NO_KEY = rule(
    "RFC 7515",
    "10.3",
    "No token names its own key: jwk, jku, x5u and x5c are refused, and nothing is fetched.",
)
KID = rule("VC-JOSE-COSE", "4.1.1", "kid is the DID URL of a key of the issuer's.")
TYPE = rule("VC-JOSE-COSE", "3.1.1", "A typ or cty of another kind of token is refused.")
NO_WRAPPING = rule("VC-JOSE-COSE", "1.1.2.1", "The claims vc and vp are not there.")
COMPACT = rule("RFC 7515", "7.1", "A compact JWS is three parts of base64url, joined by dots.")
BASE64 = rule("RFC 7515", "2", "base64url is without padding and white space, and re-encodes to itself.")
NOT_COMPACT = rule(
    "RFC 7515", "7.1", "Text with a line break in it is no compact JWS, and so would have to be JSON."
)
STRICT = rule("FORMAT", "Bytes", "Header and payload are strict JSON within its limits.")
RAW = rule("RFC 7518", "3.4", "An ECDSA signature is r and s as octets, joined; not DER.")
KEYS = rule(
    "FORMAT", "Verification, Keys", "A token under a key of small order, or with small-order R, is refused."
)
ANYBODY = rule("FORMAT", "Verification", "An explicit trust_any is a trust anchor for a token too.")
TRUST = rule("FORMAT", "Verification", "The signer of a token is one that the policy allows.")
MODEL = rule("VCDM", "4.5", "The payload is a verifiable credential of version 2.")


_SHORTLY_AFTER: Final = "2026-03-30T11:38:00Z"
_SMALL: Final = f"did:key:{multikey('Ed25519', IDENTITY)}"


class Tokens:
    """Writes cases of this kind into the book; `good` is the one that most others differ from."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self.document = degree(AGENT)
        self.good = self.accept("ed25519", PAYLOAD, token(self.document, AGENT))
        self.header, self.payload, self.signature = str(self.good.input["token"]).split(".")

    def accept(
        self,
        name: str,
        of: Rule,
        text: str,
        key: TestKey = AGENT,
        *,
        at: str = AT,
        trust_any: bool = False,
        notices: list[str] | None = None,
        **policy: Any,
    ) -> Case:
        """A token that verifies, signed by `key`, which the policy names unless it trusts anybody."""
        expected: Document = {"digest": digest(text.encode())}
        if notices:
            expected["notices"] = notices
        return self._book.accept(
            "vc-jwt",
            name,
            of,
            input={"token": text},
            keys=[key],
            policy={
                "at": at,
                **({"trustAny": True} if trust_any else {"allowedSigners": [key.did]}),
                **policy,
            },
            expected=expected,
        )

    def reject(self, beside: Case, name: str, of: Rule, code: str, text: Bytes) -> None:
        """Another token, which is refused."""
        self._book.reject(beside, name, of, code, token=text)

    def spoiled(self, name: str, of: Rule, code: str, **members: Any) -> None:
        """The token of `good` with another header, payload or signature, as `token` takes them."""
        self.reject(self.good, name, of, code, token(self.document, AGENT, **members))

    def judged(self, beside: Case, name: str, of: Rule, code: str, **policy: Any) -> None:
        """The same token under another policy, which refuses it."""
        self._book.reject(beside, name, of, code, policy=policy)


def add(book: Book) -> None:
    """Add the kind."""
    made = Tokens(book)
    _signatures(made)
    _keys(made)
    _algorithms(made)
    _headers(made)
    _payloads(made)
    _times_and_trust(made)
    _claims(made)
    _repeated(made)
    _serializations(made)
    _attestations(made)


def _signatures(made: Tokens) -> None:
    header, payload, signature = made.header, made.payload, made.signature
    altered = changed(made.document, credentialSubject={"id": "did:example:abcdefgh", "alumniOf": "Another"})
    other = base64url(jcs(header_of(AGENT, typ="application/vc+jwt")))
    none = base64url(jcs(header_of(AGENT, alg="none")))
    detached = base64url(AGENT.sign(jcs(made.document)))
    for name, of, code, text in (
        ("changed-payload", SIGNED, "PROOF_INVALID", f"{header}.{base64url(jcs(altered))}.{signature}"),
        ("changed-header", SIGNED, "PROOF_INVALID", f"{other}.{payload}.{signature}"),
        ("signature-over-the-payload-alone", SIGNED, "PROOF_INVALID", f"{header}.{payload}.{detached}"),
        ("no-signature", UNSECURED, "PROOF_MISSING", f"{header}.{payload}."),
        ("alg-none", UNSECURED, "PROOF_MISSING", f"{none}.{payload}."),
        ("alg-none-with-a-signature", UNSECURED, "UNSUPPORTED_CRYPTOSUITE", f"{none}.{payload}.{signature}"),
    ):
        made.reject(made.good, name, of, code, text)
    made.spoiled("signature-of-another-key", SIGNED, "PROOF_INVALID", sign=STRANGER.sign)


def _keys(made: Tokens) -> None:
    made.spoiled("r-of-small-order", KEYS, "PROOF_INVALID", sign=AGENT.sign_with_identity)
    kid = f"{_SMALL}#{_SMALL.removeprefix('did:key:')}"
    forged = token(degree(AGENT, issuer=_SMALL), AGENT, kid=kid, sign=lambda _: IDENTITY + bytes(32))
    trusting = made.accept("any-signer", ANYBODY, token(degree(STRANGER), STRANGER), STRANGER, trust_any=True)
    made.reject(trusting, "key-of-small-order", KEYS, "KEY_INVALID", forged)


def _algorithms(made: Tokens) -> None:
    made.accept("eddsa", EDDSA, token(made.document, AGENT, alg="EdDSA"))
    made.accept("attestation-eddsa", EDDSA, token(request(), AGENT, alg="EdDSA"), at=_SHORTLY_AFTER)
    es256 = made.accept("es256", ALGORITHM, token(degree(AGENT_P256), AGENT_P256), AGENT_P256)
    es384 = made.accept("es384", ALGORITHM, token(degree(AGENT_P384), AGENT_P384), AGENT_P384)
    es512 = made.accept("es512", LARGEST, token(degree(AGENT_P521), AGENT_P521), AGENT_P521)
    wrong = token(degree(AGENT_P521), AGENT_P521, alg="ES384")
    made.reject(es512, "es384-for-a-p-521-key", LARGEST, "UNSUPPORTED_CRYPTOSUITE", wrong)
    der = token(degree(AGENT_P521), AGENT_P521, sign=AGENT_P521.sign_der)
    made.reject(es512, "der-of-p-521", LARGEST, "PROOF_INVALID", der)
    high = token(degree(SERVER_P256), SERVER_P256, sign=SERVER_P256.sign_other_s)
    made.accept("es256-high-s", ALGORITHM, high, SERVER_P256)
    for beside, key, name, alg in (
        (es256, AGENT_P256, "es384-for-a-p-256-key", "ES384"),
        (es384, AGENT_P384, "eddsa-for-a-p-384-key", "EdDSA"),
    ):
        made.reject(beside, name, FITS, "UNSUPPORTED_CRYPTOSUITE", token(degree(key), key, alg=alg))
    for beside, key, name in ((es256, AGENT_P256, "der"), (es384, AGENT_P384, "der-of-p-384")):
        made.reject(beside, name, RAW, "PROOF_INVALID", token(degree(key), key, sign=key.sign_der))
    made.spoiled("es256-for-an-ed25519-key", FITS, "UNSUPPORTED_CRYPTOSUITE", alg="ES256")
    made.spoiled("alg-in-lower-case", FITS, "UNSUPPORTED_CRYPTOSUITE", alg="eddsa")

    def mac(message: bytes) -> bytes:
        return hmac.new(AGENT.raw, message, hashlib.sha256).digest()

    made.spoiled("hs256-with-the-public-key", FITS, "UNSUPPORTED_CRYPTOSUITE", alg="HS256", sign=mac)


def _headers(made: Tokens) -> None:
    short = jcs({"alg": "Ed25519", "kid": AGENT.method})
    bare = token(made.document, AGENT, header=short)
    made.accept("without-typ-and-cty", HEADERS, bare, notices=["UNKNOWN_FORMAT"])
    full = token(made.document, AGENT, typ="application/vc+jwt", cty="application/vc")
    made.accept("media-types-in-full", MEDIA_TYPE, full)
    extension: Document = {"https://example.org/x": 1}
    more = made.accept("an-unknown-parameter", IGNORED, token(made.document, AGENT, **extension))
    spaced = b'{"typ": "vc+jwt", "kid": "%s", "cty": "vc", "alg": "Ed25519"}' % AGENT.method.encode()
    made.accept("header-in-another-order", IGNORED, token(made.document, AGENT, header=spaced))
    crit = token(made.document, AGENT, crit=list(extension), **extension)
    made.reject(more, "crit", CRITICAL, "PROOF_INVALID", crit)
    made.reject(more, "crit-empty", CRITICAL, "PROOF_INVALID", token(made.document, AGENT, crit=[]))
    made.spoiled("b64-false", CRITICAL, "PROOF_INVALID", b64=False)
    for name, value in (
        ("jwk", {"kty": "OKP", "crv": "Ed25519", "x": base64url(AGENT.raw)}),
        ("jku", "https://issuer.example/keys"),
        ("x5u", "https://issuer.example/chain"),
        ("x5c", ["MIIB"]),
    ):
        made.spoiled(name, NO_KEY, "PROOF_INVALID", **{name: value})
    foreign = token(made.document, STRANGER)
    made.reject(made.good, "kid-of-another", KID, "KEY_NOT_CONTROLLED_BY_ISSUER", foreign)
    fragment = f"{AGENT.did}#{STRANGER.multibase}"
    made.spoiled("kid-with-another-fragment", KID, "KEY_NOT_CONTROLLED_BY_ISSUER", kid=fragment)
    without = jcs({"alg": "Ed25519", "cty": "vc", "typ": "vc+jwt"})
    made.spoiled("kid-absent", KID, "PROOF_INVALID", header=without)
    made.spoiled("kid-without-fragment", KID, "KEY_INVALID", kid=AGENT.did)
    made.spoiled("typ-jwt", TYPE, "UNKNOWN_FORMAT", typ="JWT")
    made.spoiled("typ-of-a-presentation", TYPE, "UNKNOWN_FORMAT", typ="vp+jwt", cty="vp")
    made.spoiled("cty-of-another", TYPE, "UNKNOWN_FORMAT", cty="vp")
    twice = b'{"alg":"none",' + jcs(header_of(AGENT))[1:]
    made.spoiled("duplicate-in-the-header", STRICT, "DUPLICATE_MEMBER", header=twice)


def _payloads(made: Tokens) -> None:
    pretty = json.dumps(made.document, indent=2).encode()
    made.accept("payload-pretty-printed", ANY_JSON, token(made.document, AGENT, payload=pretty))
    named = made.accept("iss", ISS, token(degree(AGENT, iss=AGENT.did), AGENT))
    other = token(degree(AGENT, iss=STRANGER.did), AGENT)
    made.reject(named, "iss-of-another", ISS, "KEY_NOT_CONTROLLED_BY_ISSUER", other)
    twice = b'{"issuer":"did:example:x",' + jcs(made.document)[1:]
    for name, of, code, payload in (
        ("duplicate-in-the-payload", STRICT, "DUPLICATE_MEMBER", twice),
        ("payload-that-is-no-json", STRICT, "MALFORMED_JSON", b"credential"),
        ("payload-that-is-no-object", MODEL, "INVALID_CREDENTIAL", b'"credential"'),
    ):
        made.spoiled(name, of, code, payload=payload)
    for name, of, document in (
        ("payload-that-is-no-credential", MODEL, degree(AGENT, type=["Claims"])),
        ("vc-claim", NO_WRAPPING, degree(AGENT, vc=made.document)),
        ("vp-claim", NO_WRAPPING, degree(AGENT, vp={})),
    ):
        made.reject(made.good, name, of, "INVALID_CREDENTIAL", token(document, AGENT))


def _times_and_trust(made: Tokens) -> None:
    bounded = degree(AGENT, exp=1774875600, nbf=1774868400)  # 13:00 and 11:00 of that day
    timed = made.accept("exp-and-nbf", TIMES, token(bounded, AGENT))
    made.judged(timed, "after-exp", TIMES, "EXPIRED", at="2026-03-30T13:01:01Z")
    made.judged(timed, "before-nbf", TIMES, "NOT_YET_VALID", at="2026-03-30T10:58:59Z")
    ending = degree(AGENT, validUntil="2026-03-31T00:00:00Z")
    period = made.accept("within-its-period", PERIOD, token(ending, AGENT))
    made.judged(period, "after-its-period", PERIOD, "EXPIRED", at="2026-03-31T00:01:01Z")
    good = made.good
    made.judged(good, "another-signer-is-allowed", TRUST, "SIGNER_NOT_ALLOWED", allowedSigners=[SERVER.did])
    made.judged(good, "nobody-is-trusted", TRUST, "NO_TRUST_ANCHOR", allowedSigners=[])


def _claims(made: Tokens) -> None:
    """What a token says beside the credential."""
    dated = made.accept(
        "iat-as-a-text",
        NUMERIC,
        token(degree(AGENT, iat="2026-03-30"), AGENT),
        notices=["INVALID_CREDENTIAL"],
    )
    for name in ("exp", "nbf"):
        wrong = token(degree(AGENT, **{name: "2027-03-30"}), AGENT)
        made.reject(dated, f"{name}-as-a-text", NUMERIC, "INVALID_CREDENTIAL", wrong)
    verifier, other = "https://verifier.example", "https://other.example"
    addressed = token(degree(AGENT, aud=[other, verifier]), AGENT)
    meant = made.accept("for-this-verifier-too", AUDIENCE, addressed, domain=[verifier])
    made.judged(meant, "for-another-verifier", AUDIENCE, "DOMAIN_MISMATCH", domain=["https://third.example"])
    made.judged(meant, "for-others-than-anybody", AUDIENCE, "DOMAIN_MISMATCH", domain=None)


def _repeated(made: Tokens) -> None:
    """Claims of the payload that the header repeats."""
    named = degree(AGENT, iss=AGENT.did, nbf=1774868400)
    same: Document = {"iss": AGENT.did, "nbf": 1774868400}
    repeated = made.accept("claims-repeated-in-the-header", REPEATED, token(named, AGENT, **same))
    wrong = token(named, AGENT, **{**same, "nbf": 1774868401})
    made.reject(repeated, "nbf-repeated-otherwise", REPEATED, "INVALID_CREDENTIAL", wrong)
    theirs = token(named, AGENT, **{**same, "iss": STRANGER.did})
    made.reject(repeated, "iss-repeated-otherwise", ISS, "KEY_NOT_CONTROLLED_BY_ISSUER", theirs)


def _serializations(made: Tokens) -> None:
    signed, signature = f"{made.header}.{made.payload}", made.signature
    flattened = {"protected": made.header, "payload": made.payload, "signature": signature}
    neighbour = signature[:-1] + chr(ord(signature[-1]) + 1)
    standard = signature.replace("-", "+").replace("_", "/")
    for name, of, code, text in (
        ("two-parts", COMPACT, "PROOF_INVALID", signed),
        ("four-parts", COMPACT, "PROOF_INVALID", f"{signed}.{signature}.{signature}"),
        ("json-serialization", COMPACT, "PROOF_MISSING", wire(flattened)),
        ("padded", BASE64, "PROOF_INVALID", f"{signed}.{signature}=="),
        ("another-last-letter", BASE64, "PROOF_INVALID", f"{signed}.{neighbour}"),
        ("signature-in-base64", BASE64, "PROOF_INVALID", f"{signed}.{standard}"),
        ("newline-within", NOT_COMPACT, "MALFORMED_JSON", f"{signed}.{signature[:40]}\n{signature[40:]}"),
    ):
        made.reject(made.good, name, of, code, text)


def _attestations(made: Tokens) -> None:
    example = made.accept("worked-example", FORMAT, token(request(), AGENT), at=_SHORTLY_AFTER)
    if example.expected["digest"] != _EXAMPLE_DIGEST:
        raise ValueError("the worked example is not reproduced")
    reordered = wire(dict(reversed(header_of(AGENT).items()))).encode()
    short = jcs({"alg": "Ed25519", "kid": AGENT.method, "typ": "vc+jwt"})
    spaced = jcs(request()).replace(b",", b", ", 1)
    for name, of, members in (
        ("attestation-with-a-parameter-more", OURS, {"iat": 1774870645}),
        ("attestation-header-in-another-order", OURS, {"header": reordered}),
        ("attestation-without-cty", OURS, {"header": short}),
        ("attestation-media-type-in-full", OURS, {"typ": "application/vc+jwt"}),
        ("attestation-payload-with-a-space", OUR_PAYLOAD, {"payload": spaced}),
        ("attestation-payload-in-another-order", OUR_PAYLOAD, {"payload": wire(request()).encode()}),
    ):
        made.reject(example, name, of, "INVALID_CREDENTIAL", token(request(), AGENT, **members))
    asked, answered = request(AGENT_P256), response(proof(request()), SERVER_P384)
    ours = made.accept("attestation-es256", LOW_S, token(asked, AGENT_P256), AGENT_P256, at=_SHORTLY_AFTER)
    made.accept("attestation-es384", LOW_S, token(answered, SERVER_P384), SERVER_P384)
    high = token(asked, AGENT_P256, sign=AGENT_P256.sign_other_s)
    made.reject(ours, "attestation-es256-high-s", LOW_S, "PROOF_INVALID", high)
