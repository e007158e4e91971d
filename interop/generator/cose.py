"""Kind `vc-cose`: credentials in COSE_Sign1 messages, which are bytes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from generator.book import AT, NOW, Book, Case, Rule, rule
from generator.credentials import degree
from generator.crypto import (
    AGENT,
    AGENT_P256,
    AGENT_P384,
    AGENT_P521,
    STRANGER,
    Document,
    TestKey,
    digest,
    jcs,
)
from generator.documents import OUT

__all__ = ["Tagged", "add", "cbor", "cose", "header_of"]

_ALG, _CRIT, _CONTENT_TYPE, _KID, _CWT_CLAIMS, _TYP, _X5CHAIN = 1, 2, 3, 4, 15, 16, 33
_ALGORITHMS: Final = {"Ed25519": -19, "P-256": -7, "P-384": -35, "P-521": -36}

_COSE: Final = "RFC 9052"
PAYLOAD = rule("VC-JOSE-COSE", "3.3.1", "The payload of a COSE_Sign1 is the JSON of the credential itself.")
ANY_JSON = rule("VC-JOSE-COSE", "3.3.1", "Of the payload any JSON text of the credential will do.")
SIGNED = rule(_COSE, "4.4", "Signed are the protected header and the payload, with no external data.")
STRUCTURE = rule(_COSE, "4.4", "The context of what is signed is Signature1.")
TAG = rule(_COSE, "4.2", "A message has the tag 18: nothing else tells what it is.")
FOUR = rule(
    _COSE, "4.2", "A message is an array of four: two headers, payload, signature, and nothing after it."
)
DETACHED = rule(_COSE, "4.1", "A message without its payload is no credential.")
UNSIGNED = rule(_COSE, "4.2", "An empty signature secures nothing.")
DEFINITE = rule(
    "FORMAT", "Bytes", "A message is read without indefinite lengths and without tags in headers."
)
LABELS = rule(_COSE, "3", "A label stands once, in one of the two headers.")
ORDER = rule("RFC 8949", "4.2.1", "What is signed are the header's bytes as they came, in whatever order.")
PROTECTED = rule(_COSE, "3.1", "alg stands in the protected header.")
CRITICAL = rule(_COSE, "3.1", "A message that demands an extension by crit is refused.")
NO_KEY = rule("RFC 9360", "2", "A message does not bring the key that it is verified with.")
IGNORED = rule(_COSE, "3", "Header parameters that are not understood and not critical are ignored.")
ALGORITHM = rule("RFC 9864", "2", "The algorithm is one of the key's: by its own name, or the older one.")
FITS = rule("RFC 9864", "2", "A message that names another algorithm than the key's is refused.")
NIST = rule("RFC 9053", "2.1", "ECDSA is ES256 on P-256, ES384 on P-384, ES512 on P-521.")
RAW = rule("RFC 9053", "2.1", "An ECDSA signature is r and s, each as long as the order, joined.")
TYPE = rule("RFC 9596", "2", "typ is the media type of the message, as a text: application/vc+cose.")
CONTENT = rule("VC-JOSE-COSE", "3.3.1", "The content type of a credential is application/vc.")
SHOULD = rule("VC-JOSE-COSE", "3.3.1", "Where typ or content type is absent a notice says so.")
KID = rule("VC-JOSE-COSE", "4.1.1", "kid holds the bytes of the URL of a key of the issuer's.")
HINT = rule(_COSE, "3.1", "kid is a hint, and so may stand in the unprotected header.")
CLAIMS = rule("RFC 9597", "2", "The CWT claims of the header are a map, and speak of the signature.")
TIMES = rule("RFC 8392", "3.1.4", "A message does not verify after its exp, nor before its nbf.")
AUDIENCE = rule("RFC 8392", "3.1.3", "A message that names an audience is for that one alone.")
CONFORMS = rule("VC-JOSE-COSE", "5.3", "The payload of a message conforms to the data model.")
NO_WRAPPING = rule("VC-JOSE-COSE", "1.1.2.1", "A payload has no member vc, vp or proof.")
BYTES = rule(
    "VC-JOSE-COSE", "3.3.1", "A message is bytes: its hexadecimal or base64 is not what is verified."
)
SMALL = rule("FORMAT", "Bytes", "Headers are small: what is larger is not read.")
TRUST = rule("FORMAT", "Verification", "The issuer of a message is one that the policy allows.")


class Tagged(NamedTuple):
    """A CBOR value under a tag."""

    tag: int
    value: Any


class Encoded(NamedTuple):
    """CBOR that is written already."""

    data: bytes


def cbor(value: Any) -> bytes:  # noqa: PLR0911 - a kind of value each
    """RFC 8949, in the shortest form; maps in their own order."""
    if isinstance(value, Encoded):
        return value.data
    if isinstance(value, Tagged):
        return _head(6, value.tag) + cbor(value.value)
    if value is None:
        return b"\xf6"
    if isinstance(value, int):
        return _head(0, value) if value >= 0 else _head(1, -1 - value)
    if isinstance(value, bytes):
        return _head(2, len(value)) + value
    if isinstance(value, str):
        return _head(3, len(value.encode())) + value.encode()
    if isinstance(value, list):
        return _head(4, len(value)) + b"".join(map(cbor, value))
    return _head(5, len(value)) + b"".join(cbor(each) for pair in value.items() for each in pair)


def _head(major: int, number: int) -> bytes:
    if number < 24:  # noqa: PLR2004 - from here on the number follows
        return bytes([major << 5 | number])
    size = next(size for size in (1, 2, 4, 8) if number < 1 << 8 * size)
    return bytes([major << 5 | 23 + size.bit_length()]) + number.to_bytes(size)


def header_of(key: TestKey, kind: str = "vc", **members: Any) -> dict[Any, Any]:
    """The protected header; labels as `_16=…` replace or add, `OUT` leaves out."""
    header: dict[Any, Any] = {
        _ALG: _ALGORITHMS[key.type],
        _CONTENT_TYPE: f"application/{kind}",
        _KID: key.method.encode(),
        _TYP: f"application/{kind}+cose",
    }
    header |= {int(name[1:]): value for name, value in members.items()}
    return {label: header[label] for label in sorted(header) if header[label] is not OUT}


def cose(
    document: Document,
    key: TestKey,
    *,
    header: bytes | None = None,
    unprotected: Mapping[Any, Any] | None = None,
    payload: bytes | None = None,
    context: str = "Signature1",
    external: bytes = b"",
    sign: Callable[[bytes], bytes] | None = None,
    kind: str = "vc",
    **labels: Any,
) -> bytes:
    """The message over a document; `header` in place of its bytes, `labels` as `header_of` has them."""
    protected = cbor(header_of(key, kind, **labels)) if header is None else header
    content = jcs(document) if payload is None else payload
    signature = (sign or key.sign)(cbor([context, protected, external, content]))
    return cbor(Tagged(18, [protected, dict(unprotected or {}), content, signature]))


class Messages:
    """Writes cases of this kind into the book."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def accept(
        self,
        name: str,
        of: Rule,
        message: bytes,
        key: TestKey = AGENT,
        *,
        notices: list[str] | None = None,
        **policy: Any,
    ) -> Case:
        """A message that verifies, and the document in it."""
        expected: Document = {"digest": digest(message), "document": degree(key)}
        if notices:
            expected["notices"] = notices
        return self._book.accept(
            "vc-cose",
            name,
            of,
            input={"message": message},
            keys=[key],
            policy={"at": AT, "allowedSigners": [key.did], **policy},
            expected=expected,
        )

    def reject(self, beside: Case, name: str, of: Rule, code: str, message: bytes | str) -> None:
        """Another message, which is refused."""
        self._book.reject(beside, name, of, code, message=message)

    def judged(self, beside: Case, name: str, of: Rule, code: str, **policy: Any) -> None:
        """The same message under another policy, which refuses it."""
        self._book.reject(beside, name, of, code, policy=policy)


def add(book: Book) -> None:
    """Add the kind."""
    made = Messages(book)
    good = made.accept("ed25519", PAYLOAD, cose(degree(AGENT), AGENT))
    _signatures(made, good)
    _structure(made, good)
    _algorithms(made, good)
    _headers(made, good)
    _types(made, good)
    _claims(made)
    _payloads(made, good)
    made.judged(good, "another-signer-is-allowed", TRUST, "SIGNER_NOT_ALLOWED", allowedSigners=[STRANGER.did])
    made.judged(good, "nobody-is-trusted", TRUST, "NO_TRUST_ANCHOR", allowedSigners=[])


def _signatures(made: Messages, good: Case) -> None:
    document, message = degree(AGENT), good.input["message"]
    if not isinstance(message, bytes):
        raise TypeError(good.name)
    changed = message.replace(b"School of", b"school of")
    made.reject(good, "changed-payload", SIGNED, "PROOF_INVALID", changed)
    made.reject(
        good,
        "changed-header",
        SIGNED,
        "PROOF_INVALID",
        message.replace(b"application/vc+cose", b"APPLICATION/vc+cose"),
    )
    made.reject(
        good, "signature-of-another-key", SIGNED, "PROOF_INVALID", cose(document, AGENT, sign=STRANGER.sign)
    )
    made.reject(good, "with-external-data", SIGNED, "PROOF_INVALID", cose(document, AGENT, external=b"x"))
    for name, context in (("as-of-a-cose-sign", "Signature"), ("as-of-a-mac", "MAC0")):
        made.reject(good, name, STRUCTURE, "PROOF_INVALID", cose(document, AGENT, context=context))


def _structure(made: Messages, good: Case) -> None:
    document = degree(AGENT)
    protected, content = cbor(header_of(AGENT)), jcs(document)
    signature = AGENT.sign(cbor(["Signature1", protected, b"", content]))
    parts: list[Any] = [protected, {}, content, signature]
    for name, of, code, message in (
        ("untagged", TAG, "MALFORMED_JSON", cbor(parts)),
        ("tag-of-a-mac", TAG, "MALFORMED_JSON", cbor(Tagged(17, parts))),
        ("tag-of-a-cwt-around-it", TAG, "MALFORMED_JSON", cbor(Tagged(61, Tagged(18, parts)))),
        ("array-of-three", FOUR, "MALFORMED_CBOR", cbor(Tagged(18, parts[:3]))),
        ("array-of-five", FOUR, "MALFORMED_CBOR", cbor(Tagged(18, [*parts, b""]))),
        ("a-byte-after-it", FOUR, "MALFORMED_CBOR", cbor(Tagged(18, parts)) + b"\0"),
        ("cut-short", FOUR, "MALFORMED_CBOR", cbor(Tagged(18, parts))[:-1]),
        (
            "payload-as-a-text",
            FOUR,
            "MALFORMED_CBOR",
            cbor(Tagged(18, [protected, {}, content.decode(), signature])),
        ),
        ("payload-detached", DETACHED, "MALFORMED_CBOR", cbor(Tagged(18, [protected, {}, None, signature]))),
        ("signature-empty", UNSIGNED, "PROOF_MISSING", cbor(Tagged(18, [protected, {}, content, b""]))),
        (
            "array-of-no-length",
            DEFINITE,
            "MALFORMED_CBOR",
            b"\xd2\x9f" + b"".join(map(cbor, parts)) + b"\xff",
        ),
    ):
        made.reject(good, name, of, code, message)
    endless = b"\xbf" + cbor(header_of(AGENT))[1:] + b"\xff"
    made.reject(
        good, "header-of-no-length", DEFINITE, "MALFORMED_CBOR", cose(document, AGENT, header=endless)
    )
    dated = cose(document, AGENT, _99=Tagged(1, NOW))
    made.reject(good, "a-tag-in-the-header", DEFINITE, "MALFORMED_CBOR", dated)
    twice = cbor(header_of(AGENT))
    twice = bytes([twice[0] + 1]) + cbor(_ALG) + cbor(-19) + twice[1:]
    made.reject(good, "a-label-twice", LABELS, "MALFORMED_CBOR", cose(document, AGENT, header=twice))
    both = cose(document, AGENT, unprotected={_KID: AGENT.method.encode()})
    made.reject(good, "a-label-in-both-headers", LABELS, "MALFORMED_CBOR", both)
    made.reject(good, "hexadecimal", BYTES, "MALFORMED_JSON", cbor(Tagged(18, parts)).hex())
    made.reject(good, "a-large-header", SMALL, "TOO_LARGE", cose(document, AGENT, _99=b"x" * 5000))


def _algorithms(made: Messages, good: Case) -> None:
    document = degree(AGENT)
    made.accept("eddsa", ALGORITHM, cose(document, AGENT, _1=-8))
    made.accept("esp256", ALGORITHM, cose(degree(AGENT_P256), AGENT_P256, _1=-9), AGENT_P256)
    cases = {
        key: made.accept(f"es{size}", NIST, cose(degree(key), key), key)
        for key, size in ((AGENT_P256, 256), (AGENT_P384, 384), (AGENT_P521, 512))
    }
    high = cose(degree(AGENT_P256), AGENT_P256, sign=AGENT_P256.sign_other_s)
    made.accept("es256-high-s", NIST, high, AGENT_P256)
    for key, name, alg in (
        (AGENT_P256, "es384-for-a-p-256-key", -35),
        (AGENT_P384, "es512-for-a-p-384-key", -36),
        (AGENT_P521, "eddsa-for-a-p-521-key", -8),
    ):
        made.reject(cases[key], name, FITS, "UNSUPPORTED_CRYPTOSUITE", cose(degree(key), key, _1=alg))
    made.reject(
        good, "es256-for-an-ed25519-key", FITS, "UNSUPPORTED_CRYPTOSUITE", cose(document, AGENT, _1=-7)
    )
    made.reject(
        good, "algorithm-as-a-text", FITS, "UNSUPPORTED_CRYPTOSUITE", cose(document, AGENT, _1="EdDSA")
    )
    for key in (AGENT_P256, AGENT_P521):
        name = f"der-of-{key.type.lower()}"
        made.reject(cases[key], name, RAW, "PROOF_INVALID", cose(degree(key), key, sign=key.sign_der))
    short = cose(degree(AGENT_P521), AGENT_P521, sign=lambda message: AGENT_P521.sign(message)[:-2])
    made.reject(cases[AGENT_P521], "signature-of-130-bytes", RAW, "PROOF_INVALID", short)


def _headers(made: Messages, good: Case) -> None:
    document = degree(AGENT)
    turned = cbor(dict(reversed(header_of(AGENT).items())))
    made.accept("header-in-another-order", ORDER, cose(document, AGENT, header=turned))
    made.accept("an-unknown-label", IGNORED, cose(document, AGENT, _99="x"))
    hinted = cose(document, AGENT, unprotected={_KID: AGENT.method.encode()}, _4=OUT)
    made.accept("kid-unprotected", HINT, hinted)
    bare = cose(document, AGENT, unprotected={_ALG: -19}, _1=OUT)
    made.reject(good, "algorithm-unprotected", PROTECTED, "PROOF_INVALID", bare)
    made.reject(good, "no-algorithm", PROTECTED, "PROOF_INVALID", cose(document, AGENT, _1=OUT))
    made.reject(good, "no-protected-header", PROTECTED, "PROOF_INVALID", cose(document, AGENT, header=b""))
    made.reject(good, "crit", CRITICAL, "PROOF_INVALID", cose(document, AGENT, _2=[99], _99="x"))
    unprotected = cose(document, AGENT, unprotected={_CRIT: [99]})
    made.reject(good, "crit-unprotected", CRITICAL, "PROOF_INVALID", unprotected)
    for label, name in ((32, "x5bag"), (_X5CHAIN, "x5chain"), (35, "x5u")):
        value: Any = "https://issuer.example/chain" if name == "x5u" else b"0"
        extra = {f"_{label}": value}
        made.reject(good, name, NO_KEY, "PROOF_INVALID", cose(document, AGENT, **extra))
    made.reject(good, "kid-of-another", KID, "KEY_NOT_CONTROLLED_BY_ISSUER", cose(document, STRANGER))
    fragment = f"{AGENT.did}#{STRANGER.multibase}".encode()
    made.reject(
        good,
        "kid-with-another-fragment",
        KID,
        "KEY_NOT_CONTROLLED_BY_ISSUER",
        cose(document, AGENT, _4=fragment),
    )
    made.reject(good, "kid-absent", KID, "PROOF_INVALID", cose(document, AGENT, _4=OUT))
    made.reject(good, "kid-as-a-text", KID, "PROOF_INVALID", cose(document, AGENT, _4=AGENT.method))


def _types(made: Messages, good: Case) -> None:
    document = degree(AGENT)
    short = cose(document, AGENT, _16=OUT, _3=OUT)
    made.accept("without-typ-and-content-type", SHOULD, short, notices=["UNKNOWN_FORMAT"])
    for name, value in (
        ("typ-of-a-presentation", "application/vp+cose"),
        ("typ-of-a-jwt", "application/vc+jwt"),
        ("typ-without-application", "vc+cose"),
        ("typ-as-a-number", 61),
    ):
        made.reject(good, name, TYPE, "UNKNOWN_FORMAT", cose(document, AGENT, _16=value))
    for name, value in (
        ("content-type-of-a-presentation", "application/vp"),
        ("content-type-as-a-number", 50),
    ):
        made.reject(good, name, CONTENT, "UNKNOWN_FORMAT", cose(document, AGENT, _3=value))


def _claims(made: Messages) -> None:
    document = degree(AGENT)
    claims = {1: AGENT.did, 4: NOW + 3600, 5: NOW - 3600, 6: NOW - 60}
    timed = made.accept("cwt-claims", TIMES, cose(document, AGENT, _15=claims))
    made.judged(timed, "after-exp", TIMES, "EXPIRED", at="2026-03-30T13:01:01Z")
    made.judged(timed, "before-nbf", TIMES, "NOT_YET_VALID", at="2026-03-30T10:58:59Z")
    other = cose(document, AGENT, _15={**claims, 1: STRANGER.did})
    made.reject(timed, "iss-of-another", CLAIMS, "KEY_NOT_CONTROLLED_BY_ISSUER", other)
    listed = cose(document, AGENT, _15=[AGENT.did])
    made.reject(timed, "cwt-claims-that-are-no-map", CLAIMS, "INVALID_CREDENTIAL", listed)
    texts = cose(document, AGENT, _15={4: "2026-03-30"})
    made.reject(timed, "exp-as-a-text", TIMES, "INVALID_CREDENTIAL", texts)
    meant = cose(document, AGENT, _15={3: "https://verifier.example"})
    asked = made.accept("for-this-verifier", AUDIENCE, meant, domain=["https://verifier.example"])
    made.judged(asked, "for-another-verifier", AUDIENCE, "DOMAIN_MISMATCH", domain=["https://other.example"])
    made.judged(asked, "for-another-than-anybody", AUDIENCE, "DOMAIN_MISMATCH", domain=None)


def _payloads(made: Messages, good: Case) -> None:
    document = degree(AGENT)
    pretty = json.dumps(document, indent=2).encode()
    made.accept("payload-pretty-printed", ANY_JSON, cose(document, AGENT, payload=pretty))
    for name, of, code, payload in (
        ("payload-that-is-no-json", PAYLOAD, "MALFORMED_JSON", b"credential"),
        ("payload-that-is-no-object", PAYLOAD, "INVALID_CREDENTIAL", b'"credential"'),
        ("payload-in-cbor", PAYLOAD, "MALFORMED_JSON", cbor({"issuer": AGENT.did})),
        (
            "duplicate-in-the-payload",
            ANY_JSON,
            "DUPLICATE_MEMBER",
            b'{"issuer":"did:example:x",' + jcs(document)[1:],
        ),
        ("no-credential", CONFORMS, "INVALID_CREDENTIAL", jcs(degree(AGENT, type=["Claims"]))),
        ("no-issuer", CONFORMS, "INVALID_CREDENTIAL", jcs(degree(AGENT, issuer=OUT))),
        ("vc-claim", NO_WRAPPING, "INVALID_CREDENTIAL", jcs(degree(AGENT, vc=document))),
        ("vp-claim", NO_WRAPPING, "INVALID_CREDENTIAL", jcs(degree(AGENT, vp={}))),
        (
            "proof-member",
            NO_WRAPPING,
            "INVALID_CREDENTIAL",
            jcs(degree(AGENT, proof={"type": "DataIntegrityProof"})),
        ),
    ):
        made.reject(good, name, of, code, cose(document, AGENT, payload=payload))
    plain = degree(AGENT, **{"@context": document["@context"][:1], "type": ["VerifiableCredential"]})
    made.reject(good, "undefined-term", CONFORMS, "UNDEFINED_TERM", cose(plain, AGENT))
