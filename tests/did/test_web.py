"""did:web: where a document stands, and that it is the identifier's own."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signet_vc.did import web
from signet_vc.did.did_url import is_https_url
from signet_vc.did.error import DidError
from signet_vc.errors import Code, ProblemError

PLACES = [
    # the draft's own
    ("did:web:w3c-ccg.github.io", "https://w3c-ccg.github.io/.well-known/did.json"),
    ("did:web:w3c-ccg.github.io:user:alice", "https://w3c-ccg.github.io/user/alice/did.json"),
    ("did:web:example.com%3A3000", "https://example.com:3000/.well-known/did.json"),
    ("did:web:example.com%3A3000:user:alice", "https://example.com:3000/user/alice/did.json"),
    # ours
    ("did:web:xn--bcher-kva.example", "https://xn--bcher-kva.example/.well-known/did.json"),
    ("did:web:a.example:B%C3%BC", "https://a.example/B%C3%BC/did.json"),
    ("did:web:a.example:..a", "https://a.example/..a/did.json"),
    ("did:web:1.a", "https://1.a/.well-known/did.json"),
    ("did:web:a.example%3A65535", "https://a.example:65535/.well-known/did.json"),
]


def refused(function, *arguments):
    with pytest.raises(DidError) as caught:
        function(*arguments)
    assert caught.value.codes == (Code.KEY_INVALID,)
    return caught.value.error


@pytest.mark.parametrize(("did", "url"), PLACES)
def test_where_a_document_stands(did, url):
    assert web.url_of(did) == url
    assert web.from_url(url) == did
    assert is_https_url(url)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "localhost",
        "example.com.",
        ".example.com",
        "a..example",
        "-a.example",
        "a-.example",
        "a_b.example",
        "Example.com",
        "EXAMPLE.COM",
        "b%C3%BCcher.example",
        "example.com%3a3000",
        "example.com%3A",
        "example.com%3A0",
        "example.com%3A080",
        "example.com%3A65536",
        "example.com%3A99999999999",
        "example.com%3A80%3A80",
        "user%40example.com",
        "example.com%2Fpath",
        "example.com%23",
        "example.com%00.evil.example",
        "a" * 64 + ".example",
        ".".join(["a" * 60] * 5),
        # IP addresses, in whatever notation
        "127.0.0.1",
        "169.254.169.254",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "127.1",
        "1.2.3.0x",
        "%5B%3A%3A1%5D",
        "[::1]",
        # paths
        "example.com:",
        "example.com::a",
        "example.com:.",
        "example.com:..:a",
        "example.com:a:..",
        "example.com:%2E%2E",
        "example.com:%2e%2e:a",
        "example.com:a%2Fb",
        "example.com:a%5Cb",
        "example.com:a%3Fb",
        "example.com:a%23b",
        "example.com:a%0D%0AHost",
        "example.com:a%00",
        "example.com:a%252F",
        "example.com:a%20b",
        "example.com:a/b",
        "example.com:a?b",
        "example.com:a#b",
        "example.com:a b",
        "example.com:%zz",
        "example.com:a\n",
        "example.com:" + "a:" * 100_000 + "a",
    ],
)
def test_threat_25_what_names_no_place(name):
    assert refused(web.url_of, f"did:web:{name}") == "invalidDid"


@pytest.mark.parametrize(
    "value", [None, 1, b"did:web:example.com", ["did:web:example.com"], "example.com", ""]
)
def test_what_is_no_did(value):
    assert refused(web.url_of, value) == "invalidDid"


def test_another_method_is_not_ours():
    assert refused(web.url_of, "did:key:z6Mk") == "methodNotSupported"
    assert refused(web.url_of, "did:WEB:example.com") == "invalidDid"


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "http://example.com/.well-known/did.json",
        "https://example.com/did.json",
        "https://example.com/.well-known/did.json?x",
        "https://example.com/.well-known/other.json",
        "https://127.0.0.1/.well-known/did.json",
        "https://example.com/a/../did.json",
        "https://example.com//did.json",
        "https://user@example.com/a/did.json",
        "https://example.com/a:b/did.json",
    ],
)
def test_urls_of_no_did_web(url):
    assert refused(web.from_url, url) == "invalidDid"


PARTS = st.text("abz09.-_%3A:2F", max_size=30)


@settings(deadline=None, max_examples=300)
@given(name=PARTS | st.text(max_size=30))
def test_threat_51_a_place_has_one_name(name):
    with contextlib.suppress(DidError):
        url = web.url_of(f"did:web:{name}")
        assert is_https_url(url)
        assert web.from_url(url) == f"did:web:{name}"


DID = "did:web:example.com"
GOOD = {"id": DID, "verificationMethod": []}


def test_the_document_is_the_identifier_s_own():
    assert web.document_from(json.dumps(GOOD).encode(), DID) == GOOD
    for identifier in ("did:web:example.com%3A443", "https://example.com", "did:web:other.example"):
        with pytest.raises(ProblemError) as caught:
            web.document_from(json.dumps(GOOD).encode(), identifier)
        assert caught.value.codes == (Code.CONTROLLER_DOCUMENT_INVALID,)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html>",
        b"[]",
        b"null",
        b'{"id":"did:web:example.com","id":"did:web:example.com"}',
        b'{"id":"did:web:other.example","id":"did:web:example.com"}',
        b"\xff",
        b'{"didDocument":{"id":"did:web:example.com"}}',
        b'{"id":"did:web:example.com","a":' + b"[" * 100 + b"]" * 100 + b"}",
        b" " * (2 << 20),
    ],
)
def test_what_is_no_document(data):
    with pytest.raises(ProblemError) as caught:
        web.document_from(data, DID)
    assert caught.value.codes == (Code.CONTROLLER_DOCUMENT_INVALID,)
