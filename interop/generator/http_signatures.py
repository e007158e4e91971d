"""Kind `http-signature`: what RFC 9421 says of components, parameters and signatures, whatever is covered."""

from __future__ import annotations

from typing import Final

from generator.book import NOW, Book, Case, replaced, rule
from generator.crypto import AGENT, AGENT_P384, STRANGER_P256, base64url
from generator.did_jwk import jwk_of
from generator.http_messages import BODY, Http, Message, answer, order, read

__all__ = ["add"]

_SIG: Final = "RFC 9421"
BASE = rule(_SIG, "2.5", "The signature base is a line for each component, in order, and the parameters.")
ORDER = rule(_SIG, "2.5", "Components and parameters are signed in the order in which they are received.")
INTEGRITY = rule(_SIG, "3.2", "A changed value of a covered component does not verify.")
SIGNER = rule(_SIG, "3.2", "The signature is by the key that keyid names, over this message.")
RAW = rule(_SIG, "3.3.4", "An ECDSA signature is r and s joined, of the size of the curve, and never DER.")
ALGORITHMS = rule(_SIG, "3.3", "The algorithm is that of the key: Ed25519, ECDSA over P-256 or P-384.")
ALG = rule(_SIG, "3.2", "Where alg stands, it is the algorithm of the key.")
TIMES = rule(_SIG, "2.3", "created is no moment to come, and expires none that is gone.")
INTEGERS = rule(_SIG, "2.3", "created and expires are integers, the other parameters strings.")
ONCE = rule(_SIG, "2", "No component identifier stands twice, in whatever order its parameters are.")
KNOWN = rule(_SIG, "2.2", "A derived component is known, and of this kind of message.")
THERE = rule(_SIG, "2.1", "A field that is covered is there.")
PARAMETERS = rule(_SIG, "2.1", "A parameter of a component is known, and fits the others.")
LINES = rule(
    _SIG, "2.1", "The lines of a field are joined with a comma and a space, each without space around."
)
STRICT = rule(_SIG, "2.1.1", "With sf a structured field is signed in its strict spelling.")
MEMBER = rule(_SIG, "2.1.2", "With key one member of a Dictionary is signed, without its name.")
OCTETS = rule(_SIG, "2.1.3", "With bs each line of a field is signed as a byte sequence.")
AUTHORITY = rule(_SIG, "2.2.3", "The authority is in lower case and without the default port.")
TARGETS = rule(_SIG, "2.2", "Target URI, scheme and request target are those of the request.")
PATH = rule(_SIG, "2.2.6", "The path is signed as it is sent, its percent-encoding kept.")
QUERY = rule(_SIG, "2.2.7", "The query is signed with its question mark, which may stand alone.")
QUERY_PARAM = rule(
    _SIG, "2.2.8", "A query parameter is decoded and written percent-encoded, and stands once."
)
OF_REQUEST = rule(_SIG, "2.4", "With req a response's signature covers a component of its request.")
LABELS = rule(_SIG, "4.1", "Signature-Input and Signature are there, and have the same labels.")
SEVERAL = rule(_SIG, "4.3", "A message may have several signatures; one that verifies suffices.")
KEYS = rule("RFC 9651", "3.1.2", "The key of a parameter is in lower case.")
STRINGS = rule("RFC 9651", "3.3.5", "A signature is a byte sequence: base64 between colons.")

_P384_NAME: Final = "platform-p384"
_ED25519_NAME: Final = "platform-ed25519"


def add(book: Book) -> None:
    """Write the cases."""
    http = Http(book)
    first = http.accept("request", BASE, order())
    _integrity(http, first)
    _keys(http, first)
    _times(http)
    _components(http, first)
    _fields(http)
    _targets(http)
    _responses(http)
    _labels(http, first)


def _integrity(http: Http, first: Case) -> None:
    text = order().text()
    for name, old, new in (
        ("changed-method", "POST /checkout", "PUT /checkout"),
        ("changed-path", "POST /checkout-sessions", "POST /checkout-session5"),
        ("changed-host", "Host: merchant.example", "Host: merchant-example"),
        ("changed-field", "Idempotency-Key: 550e", "Idempotency-Key: 550f"),
        ("changed-type", "Content-Type: application/json", "Content-Type: text/json"),
    ):
        http.reject(first, name, INTEGRITY, "PROOF_INVALID", replaced(text, old, new))
    message = order()
    swapped = (message.covered[1], message.covered[0], *message.covered[2:])
    described = f"sig1={message.but(covered=swapped).params}"
    http.reject(
        first,
        "order-of-components",
        ORDER,
        "PROOF_INVALID",
        message.text(fields=(("Signature-Input", described), message.signed[1])),
    )
    dated = order(parameters=f';created={NOW - 5};keyid="platform-2026"')
    second = http.accept("created-before-keyid", ORDER, dated)
    turned = dated.but(parameters=f';keyid="platform-2026";created={NOW - 5}')
    http.accept("created-after-keyid", ORDER, turned)
    http.reject(
        second,
        "order-of-parameters",
        ORDER,
        "PROOF_INVALID",
        dated.text(fields=(turned.signed[0], dated.signed[1])),
    )


def _keys(http: Http, first: Case) -> None:
    message = order()
    http.reject(first, "another-key", SIGNER, "PROOF_INVALID", message.but(key=STRANGER_P256))
    other = order(body=BODY.replace("2}", "3}"))
    http.reject(first, "of-another-message", SIGNER, "PROOF_INVALID", message.text(signature=other.signature))
    http.reject(
        first,
        "der",
        RAW,
        "PROOF_INVALID",
        message.text(signature=message.key.sign_der(message.base.encode())),
    )
    http.reject(first, "cut-short", RAW, "PROOF_INVALID", message.text(signature=message.signature[:-1]))
    http.reject(first, "no-octets", RAW, "PROOF_INVALID", message.text(signature=b""))
    ed25519 = order(key=AGENT, parameters=f';keyid="{_ED25519_NAME}"')
    jwk = jwk_of(AGENT, kid=_ED25519_NAME)
    of_ed25519 = http.accept("ed25519", ALGORITHMS, ed25519, jwk=jwk)
    flipped = bytes([ed25519.signature[0] ^ 1, *ed25519.signature[1:]])
    http.reject(
        of_ed25519, "ed25519-changed-signature", SIGNER, "PROOF_INVALID", ed25519.text(signature=flipped)
    )
    p384 = order(key=AGENT_P384, parameters=f';keyid="{_P384_NAME}"')
    http.accept("p-384", ALGORITHMS, p384, jwk=jwk_of(AGENT_P384, kid=_P384_NAME))
    named = order(parameters=';keyid="platform-2026";alg="ecdsa-p256-sha256"')
    with_alg = http.accept("alg", ALG, named)
    for name, alg in (
        ("alg-of-another-key", "ed25519"),
        ("alg-of-jose", "ES256"),
        ("alg-hmac", "hmac-sha256"),
    ):
        wrong = order(parameters=f';keyid="platform-2026";alg="{alg}"')
        http.reject(with_alg, name, ALG, "UNSUPPORTED_CRYPTOSUITE", wrong)


def _times(http: Http) -> None:
    def dated(parameters: str) -> Message:
        return order(parameters=f';keyid="platform-2026"{parameters}')

    within = http.accept("created-and-expires", TIMES, dated(f";created={NOW - 60};expires={NOW + 60}"))
    skewed = http.accept("expired-within-the-skew", TIMES, dated(f";created={NOW - 120};expires={NOW - 60}"))
    http.reject(skewed, "expired", TIMES, "EXPIRED", dated(f";created={NOW - 120};expires={NOW - 61}"))
    http.reject(
        within, "created-to-come", TIMES, "NOT_YET_VALID", dated(f";created={NOW + 61};expires={NOW + 90}")
    )
    for name, parameters in (
        ("created-is-a-string", f';created="{NOW - 60}";expires={NOW + 60}'),
        ("created-is-a-decimal", f";created={NOW - 60}.5;expires={NOW + 60}"),
        ("expires-is-a-boolean", f";created={NOW - 60};expires"),
    ):
        http.reject(within, name, INTEGERS, "MALFORMED_HTTP", dated(parameters))
    nonce = http.accept("nonce", INTEGERS, dated(f';nonce="{base64url(bytes(16))}"'))
    http.reject(nonce, "nonce-is-a-token", INTEGERS, "MALFORMED_HTTP", dated(";nonce=abc"))


def _components(http: Http, first: Case) -> None:
    message = order()
    again = message.also('"@method"', "POST")
    http.reject(first, "component-twice", ONCE, "MALFORMED_HTTP", again)
    http.reject(
        first, "field-twice", ONCE, "MALFORMED_HTTP", message.also('"content-type"', "application/json")
    )
    for name, component, value in (
        ("component-unknown", '"@fragment"', ""),
        ("component-of-a-response", '"@status"', "200"),
        ("component-is-the-parameters", '"@signature-params"', ""),
    ):
        http.reject(first, name, KNOWN, "MALFORMED_HTTP", message.also(component, value))
    http.reject(first, "field-absent", THERE, "MALFORMED_HTTP", message.also('"accept"', ""))
    for name, component in (
        ("parameter-unknown", '"content-type";lower'),
        ("parameter-of-a-derived-component", '"@method";sf'),
        ("parameters-that-exclude-each-other", '"content-digest";bs;sf'),
        ("trailer", '"content-type";tr'),
    ):
        http.reject(first, name, PARAMETERS, "MALFORMED_HTTP", message.also(component, "application/json"))


def _fields(http: Http) -> None:
    accepting = order().field("Accept", "application/json;q=1.0,  text/plain")
    plain = accepting.also('"accept"', "application/json;q=1.0,  text/plain")
    http.accept("field-as-it-stands", LINES, plain)
    lines = (*accepting.fields, ("Accept", "\t text/html  "))
    joined = accepting.but(fields=lines).also('"accept"', "application/json;q=1.0,  text/plain, text/html")
    several = http.accept("field-of-two-lines", LINES, joined)
    unjoined = accepting.but(fields=lines).also('"accept"', "application/json;q=1.0,  text/plain,text/html")
    http.reject(several, "lines-without-a-space", LINES, "PROOF_INVALID", unjoined)
    strict = http.accept(
        "strict", STRICT, accepting.also('"accept";sf', "application/json;q=1.0, text/plain")
    )
    http.reject(
        strict,
        "strict-as-it-stands",
        STRICT,
        "PROOF_INVALID",
        accepting.also('"accept";sf', "application/json;q=1.0,  text/plain"),
    )
    marked = order().field("Signature-Agent", 'a="https://a.example/";type=cimd, b=2')
    whole = marked.also('"signature-agent"', 'a="https://a.example/";type=cimd, b=2')
    member = http.accept("member", MEMBER, whole.also('"signature-agent";key="b"', "2"))
    http.accept(
        "member-with-parameters",
        MEMBER,
        whole.also('"signature-agent";key="a"', '"https://a.example/";type=cimd'),
    )
    http.reject(
        member, "member-absent", MEMBER, "MALFORMED_HTTP", whole.also('"signature-agent";key="c"', "2")
    )
    http.reject(
        member,
        "member-with-its-name",
        MEMBER,
        "PROOF_INVALID",
        whole.also('"signature-agent";key="b"', "b=2"),
    )
    octets = accepting.field("Accept", "text/plain")
    wrapped = http.accept("octets", OCTETS, octets.also('"accept";bs', ":dGV4dC9wbGFpbg==:"))
    http.reject(wrapped, "octets-as-text", OCTETS, "PROOF_INVALID", octets.also('"accept";bs', "text/plain"))


def _targets(http: Http) -> None:
    loud = order().field("Host", "Merchant.Example:443")
    shown = http.accept("authority", AUTHORITY, loud)
    covered = tuple(
        (name, "Merchant.Example:443" if "authority" in name else was) for name, was in loud.covered
    )
    http.reject(shown, "authority-as-sent", AUTHORITY, "PROOF_INVALID", loud.but(covered=covered))
    port = order().field("Host", "merchant.example:8443")
    covered = tuple((name, was + ":8443" if "authority" in name else was) for name, was in port.covered)
    http.accept("authority-with-a-port", AUTHORITY, port.but(covered=covered))
    target = (
        read("?limit=2")
        .also('"@target-uri"', "https://merchant.example/orders?limit=2")
        .also('"@scheme"', "https")
        .also('"@request-target"', "/orders?limit=2")
    )
    http.accept("targets", TARGETS, target)
    encoded = read().but(start="GET /orders/caf%c3%A9 HTTP/1.1")
    as_sent = tuple((name, "/orders/caf%c3%A9" if "path" in name else was) for name, was in encoded.covered)
    path = http.accept("path-encoded", PATH, encoded.but(covered=as_sent))
    upper = tuple((name, "/orders/caf%C3%A9" if "path" in name else was) for name, was in encoded.covered)
    http.reject(path, "path-normalized", PATH, "PROOF_INVALID", encoded.but(covered=upper))
    query = http.accept("query", QUERY, read("?limit=2&status=open"))
    http.accept("query-empty", QUERY, read("?"))
    bare = read("?limit=2&status=open")
    without = tuple((name, was.removeprefix("?")) for name, was in bare.covered)
    http.reject(query, "query-without-its-mark", QUERY, "PROOF_INVALID", bare.but(covered=without))
    text = replaced(bare.text(), "limit=2", "limit=3")
    http.reject(query, "query-changed", QUERY, "PROOF_INVALID", text)
    form = read("?name=caf%c3%a9+noir&limit=2")
    named = http.accept(
        "query-parameter", QUERY_PARAM, form.also('"@query-param";name="name"', "caf%C3%A9%20noir")
    )
    http.reject(
        named,
        "query-parameter-as-sent",
        QUERY_PARAM,
        "PROOF_INVALID",
        form.also('"@query-param";name="name"', "caf%c3%a9+noir"),
    )
    http.reject(
        named,
        "query-parameter-absent",
        QUERY_PARAM,
        "MALFORMED_HTTP",
        form.also('"@query-param";name="status"', ""),
    )
    twice = read("?name=a&name=a").also('"@query-param";name="name"', "a")
    http.reject(named, "query-parameter-twice", QUERY_PARAM, "MALFORMED_HTTP", twice)


def _responses(http: Http) -> None:
    bound = answer().also('"@method";req', "POST").also('"content-digest";req', order().fields[4][1])
    case = http.accept("response-to-a-request", OF_REQUEST, bound, request=order())
    other = order(body=BODY.replace("2}", "3}"))
    http.reject(case, "response-to-another-request", OF_REQUEST, "PROOF_INVALID", request=other.text())
    http.reject(
        case,
        "request-that-answers-a-request",
        OF_REQUEST,
        "MALFORMED_HTTP",
        bound.also('"@status";req', "201"),
    )
    plain = http.accept("response", KNOWN, answer())
    http.reject(plain, "method-of-a-response", KNOWN, "MALFORMED_HTTP", answer().also('"@method"', "POST"))
    http.reject(
        plain, "request-not-at-hand", OF_REQUEST, "MALFORMED_HTTP", answer().also('"@method";req', "POST")
    )


def _labels(http: Http, first: Case) -> None:
    message = order()
    described, signed = message.signed
    http.accept("another-label", LABELS, message.but(label="ucp-2026"))
    http.reject(first, "no-signature", LABELS, "PROOF_MISSING", message.text(fields=(described,)))
    http.reject(first, "no-signature-input", LABELS, "PROOF_MISSING", message.text(fields=(signed,)))
    relabelled = ("Signature", signed[1].replace("sig1=", "sig2="))
    http.reject(
        first, "labels-differ", LABELS, "MALFORMED_HTTP", message.text(fields=(described, relabelled))
    )
    broken = message.but(key=STRANGER_P256, label="sig0")
    two = tuple(
        (name, f"{value}, {own}")
        for (name, value), (_, own) in zip(broken.signed, message.signed, strict=True)
    )
    several = http.accept(
        "second-signature-counts", SEVERAL, message, text=message.text(fields=two), notices=["PROOF_INVALID"]
    )
    both = tuple(
        (name, f"{value}, {own}")
        for (name, value), (_, own) in zip(broken.signed, message.but(key=STRANGER_P256).signed, strict=True)
    )
    http.reject(several, "none-of-two-counts", SEVERAL, "PROOF_INVALID", message.text(fields=both))
    lower = replaced(message.text(), ";keyid=", ";keyId=")
    http.reject(first, "parameter-in-capitals", KEYS, "MALFORMED_HTTP", lower)
    text = ("Signature", f'sig1="{signed[1][6:-1]}"')
    http.reject(
        first, "signature-is-a-string", STRINGS, "MALFORMED_HTTP", message.text(fields=(described, text))
    )
