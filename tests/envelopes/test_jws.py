"""Compact JWS: one form, nothing of the header followed."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from identities import AGENT, ALL

from signet_vc.codec.multibase import base64url_decode, base64url_encode
from signet_vc.envelopes import jws, vc_jwt
from signet_vc.errors import ProblemError

HEADER = {"alg": "Ed25519", "kid": AGENT.verification_method}
TEXT = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def token(header=None, payload=b"{}", signature=b"s" * 64):
    raw = header if isinstance(header, bytes) else json.dumps(HEADER if header is None else header).encode()
    return ".".join(base64url_encode(part) for part in (raw, payload, signature))


def codes(text, **arguments):
    with pytest.raises(ProblemError) as raised:
        jws.parse(text, **arguments)
    return [str(code) for code in raised.value.codes]


@pytest.mark.parametrize("name", ALL)
def test_what_is_prepared_parses(name):
    key = ALL[name]
    header = {"kid": "é", "alg": key.key_type.jws_algorithms[0], "typ": "x"}
    prepared = jws.prepare(b'{"a":1}', header)
    signature = key.sign(prepared.message)
    parsed = jws.parse(prepared.finish(signature))
    assert parsed.header == header
    assert parsed.header_bytes.decode() == f'{{"alg":"{header["alg"]}","kid":"é","typ":"x"}}'
    assert (parsed.payload, parsed.signature, parsed.message) == (b'{"a":1}', signature, prepared.message)


def test_rfc_8037_appendix_a_4():
    header = "eyJhbGciOiJFZERTQSJ9"
    payload = "RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
    signature = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
    parsed = jws.parse(f"{header}.{payload}.{signature}")
    assert (parsed.header, parsed.payload) == ({"alg": "EdDSA"}, b"Example of Ed25519 signing")
    assert (
        jws.prepare(parsed.payload, parsed.header).finish(parsed.signature)
        == f"{header}.{payload}.{signature}"
    )


@pytest.mark.parametrize("cut", [slice(0, 1), slice(0, 2), slice(1, 3)])
def test_threat_31_fewer_parts(cut):
    assert codes(".".join(token().split(".")[cut])) == ["PROOF_INVALID"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "...",
        token() + ".",
        "." + token(),
        token() + ".e30",
        json.dumps({"payload": "e30", "protected": "e30", "signature": "e30"}),
        json.dumps({"payload": "e30", "signatures": []}),
        token() + "~",
    ],
)
def test_threat_31_other_serializations(text):
    assert codes(text) == ["PROOF_INVALID"]


def test_threat_19_an_empty_signature():
    header, payload, _ = token().split(".")
    assert codes(f"{header}.{payload}.") == ["PROOF_MISSING"]


@pytest.mark.parametrize("part", [0, 1, 2])
@pytest.mark.parametrize("extra", ["=", "==", " ", "\n", "+", "/", "é", "%3D", "."])
def test_threat_30_characters_that_do_not_count(part, extra):
    parts = token(payload=b"ab").split(".")
    parts[part] += extra
    assert set(codes(".".join(parts))) <= {"PROOF_INVALID", "MALFORMED_JSON"}


@pytest.mark.parametrize("part", [0, 1, 2])
def test_threat_30_unused_bits(part):
    parts = token(header=b'{"alg":"x"}', payload=b"ab", signature=b"s" * 64).split(".")
    last = TEXT.index(parts[part][-1])
    parts[part] = parts[part][:-1] + TEXT[last ^ 1]
    assert codes(".".join(parts)) == ["PROOF_INVALID"]


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (b"", "MALFORMED_JSON"),
        (b"{", "MALFORMED_JSON"),
        (b'{"alg":"Ed25519"} x', "MALFORMED_JSON"),
        (b'{"alg":"none","alg":"Ed25519"}', "DUPLICATE_MEMBER"),
        (b'{"alg":"none","\\u0061lg":"Ed25519"}', "DUPLICATE_MEMBER"),
        (b'\xef\xbb\xbf{"alg":"Ed25519"}', "MALFORMED_JSON"),
        ('{"alg":"Ed25519"}'.encode("utf-16"), "MALFORMED_JSON"),
        (b"[" * 100_000, "TOO_DEEP"),
        (b"[]", "PROOF_INVALID"),
        (b'"alg"', "PROOF_INVALID"),
        (b"null", "PROOF_INVALID"),
        (b"{}", "PROOF_INVALID"),
        (b'{"alg":null}', "PROOF_INVALID"),
        (b'{"alg":["Ed25519"]}', "PROOF_INVALID"),
        (b'{"ALG":"Ed25519"}', "PROOF_INVALID"),
    ],
)
def test_a_header_is_strict_json_that_names_an_algorithm(header, code):
    assert codes(token(header)) == [code]


@pytest.mark.parametrize("crit", [[], ["exp"], ["b64"], ["x"], "x", None])
def test_threat_23_any_critical_extension(crit):
    assert codes(token({**HEADER, "crit": crit})) == ["PROOF_INVALID"]


@pytest.mark.parametrize("b64", [False, True, None])
def test_threat_23_an_unencoded_payload(b64):
    assert codes(token({**HEADER, "b64": b64})) == ["PROOF_INVALID"]
    assert codes(token({**HEADER, "b64": b64, "crit": ["b64"]})) == ["PROOF_INVALID"]


@pytest.mark.parametrize("name", ["jwk", "jku", "x5u", "x5c"])
@pytest.mark.parametrize("value", ["https://example.com/keys", {"kty": "OKP"}, [], None])
def test_threat_24_keys_that_the_token_brings_or_points_to(name, value):
    assert codes(token({**HEADER, name: value})) == ["PROOF_INVALID"]


def test_threat_24_nothing_is_looked_up(monkeypatch):
    """Whatever a header names: no socket is made, no name resolved, no file opened."""
    import builtins
    import socket

    def refused(*_, **__):
        raise AssertionError("something was looked up")

    for home, name in (
        (socket, "socket"),
        (socket, "getaddrinfo"),
        (socket, "create_connection"),
        (builtins, "open"),
    ):
        monkeypatch.setattr(home, name, refused)
    for value in ("https://example.com/key", "file:///etc/passwd", "did:web:example.com#1", "../../key"):
        for name in ("jku", "x5u", "jwk", "x5c"):
            codes(token({**HEADER, name: value}))
        assert jws.parse(token({**HEADER, "kid": value})).header["kid"] == value


def test_size_is_bounded():
    text = token(payload=b"a" * 3000)
    assert jws.parse(text, max_bytes=len(text)).payload == b"a" * 3000
    assert codes(text, max_bytes=len(text) - 1) == ["TOO_LARGE"]
    assert codes("." * (1 << 20)) == ["PROOF_INVALID"]
    assert codes("." * ((1 << 20) + 1)) == ["TOO_LARGE"]


def test_parameters_that_are_not_known_are_left_alone():
    assert jws.parse(token({**HEADER, "x5t": "a", "custom": [1]})).header["custom"] == [1]


def test_the_signature_is_over_the_text_as_it_came():
    spaced = token(b'{ "alg" : "Ed25519" }')
    assert jws.parse(spaced).message.decode() == spaced.rpartition(".")[0]
    assert base64url_decode(spaced.split(".")[0]) == b'{ "alg" : "Ed25519" }'


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
PIECES = st.sampled_from(
    [".", "", "e30", "eyJhbGciOiJFUzI1NiJ9", "eyJhbGciOm51bGx9", "AA", "A", "é", "~", "\ud800"]
)


@settings(deadline=None, max_examples=300)
@given(st.text(max_size=80) | st.lists(PIECES | st.text(max_size=4), max_size=9).map("".join))
def test_whatever_comes_only_our_errors_get_out(text):
    with contextlib.suppress(ProblemError):
        document = vc_jwt.claims(jws.parse(text))
        vc_jwt.form_problems(jws.parse(text), document, strict=True)


@settings(deadline=None, max_examples=300)
@given(
    st.dictionaries(st.sampled_from(["typ", "cty", "kid", "iss", "x"]), VALUES, max_size=5),
    st.dictionaries(st.sampled_from(["type", "iss", "aud", "exp", "nbf", "iat", "nonce", "vc", "x"]), VALUES),
    st.sampled_from(["none", "ES256", "EdDSA", ""]),
)
def test_whatever_a_token_holds_only_our_errors_get_out(header, payload, alg):
    parsed = jws.parse(token({"alg": alg, **header}, json.dumps(payload).encode()))
    document = vc_jwt.claims(parsed)
    for strict in (True, False):
        vc_jwt.form_problems(parsed, document, strict=strict)
    vc_jwt.is_typed(parsed)
    vc_jwt.notices(parsed, document)
    vc_jwt.time_problems(document, at_ns=0, skew_ns=0)
    vc_jwt.audience_problems(document, domain=frozenset({"a"}), challenge="c")
    result = vc_jwt.verify(parsed, controller=AGENT.did)
    assert result.problems
    assert result.document is None
