"""Kind `http-signature`: what UCP demands beyond: coverage, content, whose key it is."""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from typing import Any

from generator.book import NOW, Book, Case, replaced, rule
from generator.crypto import (
    AGENT,
    AGENT_P256,
    AGENT_P521,
    SERVER_P256,
    STRANGER,
    Document,
    TestKey,
    base64url,
    jcs,
)
from generator.did_jwk import jwk_of
from generator.http_messages import (
    BODY,
    BUSINESS,
    MERCHANT_KEY,
    PLATFORM_KEY,
    PROFILE,
    Http,
    Message,
    answer,
    content_digest,
    order,
    published,
    read,
)

__all__ = ["add"]

_REQUEST = rule("UCP", "Signed Components", "A request's signature covers method, authority and path.")
_QUERY = rule("UCP", "Signed Components", "Where the URL has a query, the signature covers it.")
_CONTENT = rule("UCP", "Signed Components", "Content is covered by its digest, and its type is covered too.")
_HEADERS = rule(
    "UCP", "Signed Components", "UCP-Agent, Idempotency-Key and Signature-Agent are covered where they stand."
)
_RESPONSE = rule("UCP", "Signed Components", "A response's signature covers the status, and its content.")
_STATUS = rule("UCP", "Signed Components", "Of a response without content the status is covered.")
_WHOLE = rule("UCP", "Signed Components", "A component with a parameter is another than the one demanded.")
_DIGEST = rule("RFC 9530", "2", "The content is what every digest of a known algorithm says.")
_OCTETS = rule("RFC 9651", "3.3.5", "A digest is a byte sequence: base64 between colons.")
_SHA256 = rule("UCP", "Content-Digest", "The digest by SHA-256 is there, of the content's own octets.")
_OTHER = rule("RFC 9530", "5", "A digest by an algorithm that is not known counts for nothing.")
_NAMED = rule("UCP", "Key Discovery", "The key is the one of the signer's set whose kid is keyid.")
_SETS = rule(
    "UCP", "Key Discovery", "Keys stand in keys; where they stand in signing_keys alone, that is told."
)
_USABLE = rule("UCP", "Key Discovery", "The key is for signatures, of a type that has an algorithm.")
_SPARED = rule("UCP", "Key Discovery", "A key that cannot be used never spoils the set.")
_AGENT = rule("UCP", "Key Discovery", "The signer is the profile that UCP-Agent names, an https URL.")
_TRUSTED = rule(
    "UCP", "Key Discovery", "The signer is one that the verifier trusts; nothing is asked of others."
)
_DID = rule(
    "FORMAT", "Verification, Keys", "A keyid that is a DID URL names a key of that DID for authentication."
)
_TAGS = rule("UCP", "Tags", "A signature whose tag is of another use is left alone.")
_BOT = rule(
    "WEB-BOT-AUTH", "4.2", "Signature-Agent is covered by its member, which has the signature's label."
)
_BOUNDED = rule("WEB-BOT-AUTH", "4.2", "A web-bot-auth signature has created and expires.")
_THUMBPRINT = rule("RFC 7638", "3", "A web-bot-auth keyid is the thumbprint of the key.")
_DIRECTORY = rule("WEB-BOT-AUTH", "4.1", "The type of a Signature-Agent says where its keys stand.")
_FRAMING = rule(
    "RFC 9112", "6", "Content-Length is the number of octets that follow; no transfer coding is left."
)
_LINES = rule("RFC 9112", "5", "A field is a name, a colon right after it, and a value on one line.")
_HOST = rule("RFC 9112", "3.2", "A request has exactly one Host, that of its target.")


def add(book: Book) -> None:
    """Write the cases."""
    http = Http(book)
    first = http.accept("order", _REQUEST, order())
    _coverage(http, first)
    _content(http, first)
    _discovery(http, first)
    _trust(http, first)
    _tags(http)
    _web_bot_auth(http)
    _framing(http, first)


def _coverage(http: Http, first: Case) -> None:
    message = order()
    for name, component in (("method", "@method"), ("authority", "@authority"), ("path", "@path")):
        http.reject(first, f"{name}-uncovered", _REQUEST, "COVERAGE_INSUFFICIENT", message.without(component))
    query = http.accept("order-list", _QUERY, read("?limit=2"))
    http.reject(query, "query-uncovered", _QUERY, "COVERAGE_INSUFFICIENT", read("?limit=2").without("@query"))
    without = http.accept("no-content", _CONTENT, read())
    http.reject(without, "agent-uncovered", _HEADERS, "COVERAGE_INSUFFICIENT", read().without("ucp-agent"))
    for name in ("content-digest", "content-type"):
        http.reject(first, f"{name}-uncovered", _CONTENT, "COVERAGE_INSUFFICIENT", message.without(name))
    http.reject(
        first,
        "idempotency-key-uncovered",
        _HEADERS,
        "COVERAGE_INSUFFICIENT",
        message.without("idempotency-key"),
    )
    shown = message.field("Signature-Agent", 'sig1="https://platform.example/keys"')
    covered = shown.also('"signature-agent"', 'sig1="https://platform.example/keys"')
    case = http.accept("signature-agent-without-a-tag", _HEADERS, covered)
    http.reject(case, "signature-agent-uncovered", _HEADERS, "COVERAGE_INSUFFICIENT", shown)
    response = http.accept("checkout-response", _RESPONSE, answer())
    for name in ("@status", "content-digest", "content-type"):
        http.reject(
            response,
            f"response-{name.removeprefix('@')}-uncovered",
            _RESPONSE,
            "COVERAGE_INSUFFICIENT",
            answer().without(name),
        )
    octets = f":{b64encode(b'application/json').decode()}:"
    for name, component, value in (
        ("content-type-as-octets", '"content-type";bs', octets),
        ("content-digest-of-one-member", '"content-digest";key="sha-256"', content_digest(BODY)[8:]),
    ):
        partial = message.without(name.partition("-as-")[0].partition("-of-")[0]).also(component, value)
        http.reject(first, name, _WHOLE, "COVERAGE_INSUFFICIENT", partial)


def _content(http: Http, first: Case) -> None:
    text = order().text()
    http.reject(
        first, "content-changed", _SHA256, "DIGEST_MISMATCH", replaced(text, '"quantity":2', '"quantity":9')
    )
    spaced = json.dumps(json.loads(BODY))
    reserialized = replaced(replaced(text, BODY, spaced), f"Length: {len(BODY)}", f"Length: {len(spaced)}")
    http.reject(first, "content-reserialized", _SHA256, "DIGEST_MISMATCH", reserialized)
    stronger = order().field("Content-Digest", content_digest(BODY, "sha-512"))
    http.reject(first, "no-sha-256", _SHA256, "DIGEST_MISMATCH", stronger)
    two = f"{content_digest(BODY)}, {content_digest(BODY, 'sha-512')}"
    case = http.accept("two-digests", _DIGEST, order().field("Content-Digest", two))
    wrong = f"{content_digest(BODY)}, {content_digest(BODY + ' ', 'sha-512')}"
    http.reject(
        case, "second-digest-wrong", _DIGEST, "DIGEST_MISMATCH", order().field("Content-Digest", wrong)
    )
    bare = f"sha-256={b64encode(hashlib.sha256(BODY.encode()).digest()).decode()}"
    http.reject(
        first, "digest-without-colons", _OCTETS, "MALFORMED_HTTP", order().field("Content-Digest", bare)
    )
    unknown = f"{content_digest(BODY)}, md5=:AAAAAAAAAAAAAAAAAAAAAA==:"
    other = http.accept("unknown-digest-beside", _OTHER, order().field("Content-Digest", unknown))
    alone = order().field("Content-Digest", "md5=:AAAAAAAAAAAAAAAAAAAAAA==:")
    http.reject(other, "unknown-digest-alone", _OTHER, "DIGEST_MISMATCH", alone)
    empty = http.accept("response-without-content", _STATUS, _no_content())
    http.reject(
        empty,
        "status-changed",
        _STATUS,
        "PROOF_INVALID",
        replaced(_no_content().text(), "204", "202"),
    )


def _no_content() -> Message:
    message = answer(body="").without("content-digest", "content-type")
    return message.but(start="HTTP/1.1 204 No Content", fields=(), covered=(('"@status"', "204"),))


def _discovery(http: Http, first: Case) -> None:
    def documents(*keys: Document, member: str = "keys") -> Document:
        return {"documents": {PROFILE: published(*keys, member=member)}}

    renamed = jwk_of(AGENT_P256, kid="platform-2025")
    http.reject(first, "key-of-another-name", _NAMED, "KEY_NOT_FOUND", policy=documents(renamed))
    http.reject(first, "no-key-at-all", _NAMED, "KEY_NOT_FOUND", policy=documents())
    http.reject(first, "no-keyid", _NAMED, "KEY_NOT_FOUND", order(parameters=""))
    http.reject(
        first,
        "key-of-the-name-is-another",
        _NAMED,
        "PROOF_INVALID",
        policy=documents(jwk_of(SERVER_P256, kid="platform-2026")),
    )
    older = http.accept(
        "signing-keys",
        _SETS,
        order(),
        notices=["KEY_NOT_FOUND"],
        **documents(PLATFORM_KEY, member="signing_keys"),
    )
    http.reject(
        older,
        "keys-in-another-member",
        _SETS,
        "KEY_NOT_FOUND",
        policy=documents(PLATFORM_KEY, member="jwk_set"),
    )
    for name, changed in (
        ("key-for-encryption", {**PLATFORM_KEY, "use": "enc"}),
        ("key-for-signing-only", {**PLATFORM_KEY, "use": "sig", "key_ops": ["encrypt"]}),
        ("key-off-the-curve", {**PLATFORM_KEY, "y": PLATFORM_KEY["x"]}),
    ):
        http.reject(first, name, _USABLE, "UNSUPPORTED_CRYPTOSUITE", policy=documents(changed))
    p521 = order(key=AGENT_P521)
    http.reject(
        first,
        "key-without-an-algorithm",
        _USABLE,
        "UNSUPPORTED_CRYPTOSUITE",
        p521,
        policy=documents(jwk_of(AGENT_P521, kid="platform-2026")),
    )
    http.accept(
        "keys-of-other-types-beside",
        _SPARED,
        order(),
        **documents({"kty": "XYZ", "kid": "odd"}, {"kty": "RSA", "kid": "platform-rsa"}, PLATFORM_KEY),
    )
    http.accept(
        "another-key-of-the-name-beside",
        _SPARED,
        order(),
        **documents({"kty": "XYZ", "kid": "platform-2026"}, PLATFORM_KEY),
    )


def _trust(http: Http, first: Case) -> None:
    stranger = "https://stranger.example/.well-known/ucp"
    message = order()
    http.reject(
        first,
        "another-signer",
        _TRUSTED,
        "SIGNER_NOT_ALLOWED",
        message.field("UCP-Agent", f'profile="{stranger}"'),
    )
    http.reject(first, "no-anchor", _TRUSTED, "NO_TRUST_ANCHOR", policy={"allowedSigners": None})
    http.reject(
        first,
        "signer-no-longer-allowed",
        _TRUSTED,
        "SIGNER_NOT_ALLOWED",
        policy={"allowedSigners": [{"did": PROFILE, "until": "2026-03-30T11:59:59Z"}]},
    )
    http.reject(
        first,
        "profile-not-there",
        _TRUSTED,
        "RESOLVER_UNAVAILABLE",
        policy={"documents": {BUSINESS: published(MERCHANT_KEY)}},
    )
    for name, value in (
        ("profile-over-http", f'profile="{PROFILE.replace("https", "http")}"'),
        ("profile-is-a-token", "profile=platform"),
        ("profile-with-a-user", 'profile="https://platform@platform.example/.well-known/ucp"'),
        ("no-profile", 'version="1"'),
    ):
        http.reject(first, name, _AGENT, "MALFORMED_HTTP", message.field("UCP-Agent", value))
    anonymous = order(key=AGENT, parameters=f';keyid="{AGENT.method}"').field("UCP-Agent", None)
    anonymous = anonymous.without("ucp-agent")
    by_did = http.accept("keyid-is-a-did-url", _DID, anonymous, issuer=AGENT.did, allowedSigners=[AGENT.did])
    http.reject(
        by_did,
        "did-of-a-stranger",
        _DID,
        "SIGNER_NOT_ALLOWED",
        anonymous.but(key=STRANGER, parameters=f';keyid="{STRANGER.method}"'),
    )
    http.reject(
        by_did,
        "did-url-of-another-key",
        _DID,
        "KEY_NOT_CONTROLLED_BY_ISSUER",
        anonymous.but(parameters=f';keyid="{AGENT.did}#{STRANGER.multibase}"'),
    )


def _tags(http: Http) -> None:
    message = order()
    other = message.but(label="tap", parameters=';keyid="platform-2026";tag="agent-browser-auth"')
    two = tuple(
        (name, f"{value}, {own}")
        for (name, value), (_, own) in zip(other.signed, message.signed, strict=True)
    )
    case = http.accept("another-use-beside", _TAGS, message, text=message.text(fields=two))
    http.reject(case, "another-use-alone", _TAGS, "PROOF_MISSING", other)


def _thumbprint(key: TestKey) -> str:
    return base64url(hashlib.sha256(jcs(jwk_of(key))).digest())


def _bot(
    parameters: str | None = None, *, label: str = "sig1", kind: str = "jwks_uri", **members: Any
) -> Message:
    name = _thumbprint(AGENT)
    value = f'"{PROFILE}";type={kind}'
    dated = f';created={NOW - 30};expires={NOW + 300};keyid="{name}";tag="web-bot-auth"'
    message = order(key=AGENT, parameters=dated if parameters is None else parameters)
    message = message.field("Signature-Agent", f"{label}={value}")
    return message.also(f'"signature-agent";key="{label}"', value).but(**members)


def _web_bot_auth(http: Http) -> None:
    name = _thumbprint(AGENT)
    jwk = jwk_of(AGENT, kid=name)
    message = _bot()
    case = http.accept("dual-audience", _BOT, message, jwk=jwk)
    http.accept("dual-audience-another-label", _BOT, _bot(label="ucp").but(label="ucp"), jwk=jwk)
    http.reject(case, "member-of-another-label", _BOT, "COVERAGE_INSUFFICIENT", _bot(label="sig2"))
    http.reject(
        case,
        "signature-agent-as-a-whole",
        _BOT,
        "COVERAGE_INSUFFICIENT",
        message.but(
            covered=tuple(
                ('"signature-agent"', f"sig1={was}") if "signature-agent" in each else (each, was)
                for each, was in message.covered
            )
        ),
    )
    for missing, parameters in (
        ("expires", f';created={NOW - 30};keyid="{name}";tag="web-bot-auth"'),
        ("created", f';expires={NOW + 300};keyid="{name}";tag="web-bot-auth"'),
    ):
        http.reject(case, f"no-{missing}", _BOUNDED, "COVERAGE_INSUFFICIENT", _bot(parameters))
    plain = f';created={NOW - 30};expires={NOW + 300};keyid="platform-bot";tag="web-bot-auth"'
    http.reject(
        case,
        "keyid-is-no-thumbprint",
        _THUMBPRINT,
        "PROOF_INVALID",
        _bot(plain),
        policy={"documents": {PROFILE: published(jwk_of(AGENT, kid="platform-bot"))}},
    )
    origin = "https://bot.example"
    directory = f"{origin}/.well-known/http-message-signatures-directory"
    bot = message.field("UCP-Agent", None).without("ucp-agent")
    value = f'"{origin}"'
    by_origin = bot.field("Signature-Agent", f"sig1={value}").but(
        covered=tuple(
            (each, value) if "signature-agent" in each else (each, was) for each, was in bot.covered
        )
    )
    by_origin = by_origin.but(covered=tuple(each for each in by_origin.covered if each[0] != '"ucp-agent"'))
    found = http.accept(
        "directory",
        _DIRECTORY,
        by_origin,
        issuer=origin,
        allowedSigners=[origin],
        documents={directory: json.dumps({"keys": [jwk]})},
    )
    http.reject(
        found,
        "directory-at-the-origin",
        _DIRECTORY,
        "RESOLVER_UNAVAILABLE",
        policy={"documents": {origin: json.dumps({"keys": [jwk]})}},
    )


def _framing(http: Http, first: Case) -> None:
    text = order().text()
    stated = f"Content-Length: {len(BODY)}"
    for name, new in (
        ("content-length-too-long", f"Content-Length: {len(BODY) + 1}"),
        ("content-length-twice", f"{stated}\r\n{stated}"),
        ("content-length-signed", f"Content-Length: +{len(BODY)}"),
        ("transfer-coding", "Transfer-Encoding: chunked"),
    ):
        http.reject(first, name, _FRAMING, "MALFORMED_HTTP", replaced(text, stated, new))
    for name, old, new in (
        ("space-before-the-colon", "Idempotency-Key:", "Idempotency-Key :"),
        ("folded-line", "Content-Type: application/json", "Content-Type:\r\n application/json"),
        ("no-colon", "Content-Type: application/json", "Content-Type application/json"),
    ):
        http.reject(first, name, _LINES, "MALFORMED_HTTP", replaced(text, old, new))
    host = "Host: merchant.example\r\n"
    http.reject(first, "two-hosts", _HOST, "MALFORMED_HTTP", replaced(text, host, host + host))
    http.reject(first, "no-host", _HOST, "MALFORMED_HTTP", replaced(text, host, ""))
    absolute = "POST https://other.example/checkout-sessions HTTP/1.1"
    http.reject(
        first,
        "host-of-another-target",
        _HOST,
        "MALFORMED_HTTP",
        replaced(text, "POST /checkout-sessions HTTP/1.1", absolute),
    )
