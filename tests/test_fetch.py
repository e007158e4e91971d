"""What is fetched, from whom, and how little of it: against a real TLS server on loopback."""

from __future__ import annotations

import contextlib
import gzip
import json
import socket
import threading
import time
from dataclasses import replace
from http.client import HTTPException
from ipaddress import ip_address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from loopback_https import serving

from signet_vc.did.error import DidError
from signet_vc.did.resolver import MethodNotSupportedError, resolve_key
from signet_vc.errors import Code, ProblemError, UnavailableError, UsageError
from signet_vc.external import NotFoundError
from signet_vc.fetch import Fetcher, WebResolver, is_public
from signet_vc.fetch.exchange import NotAllowedError, Place, exchange
from signet_vc.keys.signing import Key
from signet_vc.limits import DEFAULT_LIMITS

LIMITS = replace(DEFAULT_LIMITS, fetched_bytes=10_000, fetch_seconds=5.0)
KEY = Key.from_secret("Ed25519", bytes(range(32)))


def anywhere(_address):
    return True


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("https")) as server:
        yield server


@pytest.fixture
def server(running):
    running.forget()
    return running


def fetcher_of(server, **options):
    options = {
        "limits": LIMITS,
        "addresses": anywhere,
        "lookup": server.lookup,
        "context": server.trust,
        **options,
    }
    return Fetcher([server.domain], **options)


def refused(load, url):
    with pytest.raises(ProblemError) as caught:
        load(url)
    assert caught.value.codes == (Code.FETCH_REFUSED,)


def unavailable(load, url, kind=UnavailableError):
    with pytest.raises(UnavailableError) as caught:
        load(url)
    assert caught.value.code is Code.RESOLVER_UNAVAILABLE
    assert type(caught.value) is kind
    return str(caught.value)


# --- what is given ---


@pytest.mark.parametrize(
    "answer",
    [
        lambda c: c.answer(b"body"),
        lambda c: c.answer(b"body", "Content-Encoding: identity", "Content-Type: text/plain"),
        lambda c: c.send(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nbo\r\n2;x=y\r\ndy\r\n0\r\n\r\n"
        ),
        lambda c: c.send(b"HTTP/1.0 200 OK\r\n\r\nbody"),
        lambda c: c.send(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody"),
        lambda c: c.drip(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody"),
    ],
)
def test_a_body(server, answer):
    server.answers["/x?y=1"] = answer
    assert fetcher_of(server).load(server.url("/x?y=1")) == b"body"
    (request,) = server.requests
    lines = request.decode().split("\r\n")
    assert lines[0] == "GET /x?y=1 HTTP/1.1"
    assert f"Host: {server.domain}" in lines
    assert "Accept-Encoding: identity" in lines
    assert not any(line.lower().startswith(("cookie", "authorization", "referer")) for line in lines)


def test_a_body_as_large_as_is_allowed(server):
    server.answers["/"] = lambda c: c.answer(bytes(LIMITS.fetched_bytes))
    assert len(fetcher_of(server).load(server.url(""))) == LIMITS.fetched_bytes


def test_an_address_without_a_server_is_followed_by_the_next(server):
    server.answers["/"] = lambda c: c.answer(b"body")
    fetcher = fetcher_of(server, lookup=lambda _host, _port: ["127.0.0.2", "127.0.0.1"])
    assert fetcher.load(server.url("/")) == b"body"


# --- what is not asked for ---


@pytest.mark.parametrize(
    "url",
    [
        "http://{domain}/",
        "HTTPS://{domain}/",
        "ftp://{domain}/",
        "file:///etc/passwd",
        "https://{domain}",
        "//{domain}/",
        "https://{domain}/#fragment",
        "https://{domain}/a b",
        "https://{domain}/a\r\nHost: evil.example",
        "https://{domain}/\u00e4",
        "https://{domain}\\@evil.example/",
        "https://user@{domain}/",
        "https://user:password@{domain}/",
        "https://{domain}@evil.example/",
        "https://evil.example/{domain}",
        "https://signet.test/",
        "https://signet.test:443/",
        "https://signet.test:1/",
        "https://sub.{domain}/",
        "https://signet.test.:{port}/",
        "https://Signet.test:{port}/",
        "https://127.0.0.1:{port}/",
        "https://localhost:{port}/",
        "https://[::1]:{port}/",
        "https://2130706433:{port}/",
        "https://{domain}0/",
        "https://:{port}/",
        "",
        None,
        b"https://{domain}/",
        "https://{domain}/" + "a" * 5000,
    ],
)
def test_threat_25_what_is_not_asked_for(server, url):
    text = (
        url.replace("{domain}", server.domain).replace("{port}", str(server.port))
        if isinstance(url, str)
        else url
    )
    if url == "https://{domain}":  # the root, as good as with a slash
        unavailable(fetcher_of(server).load, text, NotFoundError)
        return
    refused(fetcher_of(server).load, text)
    assert server.requests == []


def test_without_a_domain_nothing_is_fetched(server):
    refused(Fetcher([]).load, server.url("/"))
    refused(Fetcher([]).load, "https://example.com/")


@pytest.mark.parametrize(
    "entry",
    [
        "",
        "Example.com",
        "example.com.",
        "*.example.com",
        "*",
        "127.0.0.1",
        "[::1]",
        "::1",
        "https://example.com",
        "example.com/",
        "user@example.com",
        "example.com:",
        "example.com:0",
        "example.com:65536",
        "example.com:x",
        "example.com:-1",
        "example.com:\u0663",
        "example.com:" + "9" * 5000,
        "a b",
        None,
        1,
        ["example.com"],
    ],
)
def test_entries_that_are_no_domain(entry):
    with pytest.raises(UsageError):
        Fetcher([entry])


def test_one_text_is_no_list_of_domains():
    with pytest.raises(UsageError):
        Fetcher("example.com")


# --- addresses ---


@pytest.mark.parametrize(
    "text", ["8.8.8.8", "1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "2a00:1450:4001::1"]
)
def test_public_addresses(text):
    assert is_public(ip_address(text))


@pytest.mark.parametrize(
    "text",
    [
        "0.0.0.0",  # noqa: S104 - bound by nobody
        "0.1.2.3",
        "10.0.0.1",
        "100.64.0.1",
        "100.100.100.200",
        "127.0.0.1",
        "127.255.255.255",
        "169.254.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.1",
        "192.0.0.9",
        "192.0.0.192",  # metadata of Oracle Cloud; Python before 3.11.9 knows of parts of its network alone
        "192.0.2.1",
        "192.88.99.1",
        "192.168.0.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "168.63.129.16",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "::8.8.8.8",
        "64:ff9b::8.8.8.8",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "2001:db8::1",
        "2001:10::1",
        "2002:7f00:1::",
        "2002:808:808::1",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%1",
        "fec0::1",
        "ff02::1",
        "ff0e::1",
        "4000::1",
    ],
)
def test_threat_25_addresses_that_are_not_public(text):
    assert not is_public(ip_address(text))


@pytest.mark.parametrize(
    "found",
    [
        ["127.0.0.1"],
        ["10.0.0.1"],
        ["169.254.169.254"],
        ["::1"],
        ["8.8.8.8", "127.0.0.1"],
        ["fe80::1%1"],
        ["::ffff:127.0.0.1"],
    ],
)
def test_threat_25_a_name_of_an_inner_address_is_not_connected_to(server, found):
    fetcher = fetcher_of(server, lookup=lambda _host, _port: found, addresses=is_public)
    refused(fetcher.load, server.url("/"))
    assert server.requests == []


def test_threat_25_the_checked_address_is_the_one_connected_to(server):
    """A name that answers otherwise the second time is not asked a second time."""
    server.answers["/"] = lambda c: c.answer(b"body")
    asked = []

    def rebinding(host, port):
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.9"]

    checked = []

    def allowed(address):
        checked.append(str(address))
        return str(address) == "127.0.0.1"

    fetcher = fetcher_of(server, lookup=rebinding, addresses=allowed, ttl=0)
    assert fetcher.load(server.url("/")) == b"body"
    assert (asked, checked) == ([server.name], ["127.0.0.1"])
    refused(fetcher.load, server.url("/"))
    assert len(server.requests) == 1


def test_the_system_finds_addresses(tmp_path):
    with serving(tmp_path, "localhost") as server:
        server.answers["/"] = lambda c: c.answer(b"body")
        refused(fetcher_of(server, lookup=None, addresses=is_public).load, server.url("/"))
        assert server.requests == []
        assert fetcher_of(server, lookup=None).load(server.url("/")) == b"body"


def test_names_that_nobody_knows(server):
    for found in (socket.gaierror("no such name"), OSError("down"), UnicodeError("no name")):

        def lookup(_host, _port, found=found):
            raise found

        unavailable(fetcher_of(server, lookup=lookup).load, server.url("/"))
    unavailable(fetcher_of(server, lookup=lambda _host, _port: []).load, server.url("/"))
    unavailable(fetcher_of(server, lookup=lambda _host, _port: ["none"]).load, server.url("/"))


def test_a_lookup_that_does_not_end_is_left_behind(server):
    limits = replace(LIMITS, fetch_seconds=0.1)
    begun = time.monotonic()

    def lookup(_host, _port):
        server.closing.wait(30)
        raise OSError

    fetcher = fetcher_of(server, lookup=lookup, limits=limits, ttl=0)
    for _ in range(18):  # two more than may be left behind at once
        unavailable(fetcher.load, server.url("/"))
    assert time.monotonic() - begun < 20


# --- answers that are not taken ---


@pytest.mark.parametrize(
    "status", ["301 Moved", "302 Found", "303 See Other", "304 Not Modified", "307 x", "308 x"]
)
@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://signet.test/",
        "/other",
        None,
    ],
)
def test_threat_25_a_redirect_is_not_followed(server, status, location):
    headers = [] if location is None else [f"Location: {location}"]
    server.answers["/"] = lambda c: c.answer(b"", *headers, status=status)
    server.answers["/other"] = lambda c: c.answer(b"body")
    refused(fetcher_of(server).load, server.url("/"))
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("404 Not Found", NotFoundError),
        ("410 Gone", NotFoundError),
        ("201 Created", UnavailableError),
        ("204 No Content", UnavailableError),
        ("206 Partial Content", UnavailableError),
        ("400 x", UnavailableError),
        ("401 x", UnavailableError),
        ("429 x", UnavailableError),
        ("500 x", UnavailableError),
        ("999 x", UnavailableError),
    ],
)
def test_other_statuses(server, status, kind):
    server.answers["/"] = lambda c: c.answer(b"body", status=status)
    unavailable(fetcher_of(server).load, server.url("/"), kind)


TOO_MANY_BYTES = b"x" * (LIMITS.fetched_bytes + 1)


def chunked(body, size):
    for at in range(0, len(body), size):
        part = body[at : at + size]
        yield b"%x\r\n" % len(part) + part + b"\r\n"
    yield b"0\r\n\r\n"


@pytest.mark.parametrize(
    "answer",
    [
        lambda c: c.answer(TOO_MANY_BYTES),
        lambda c: c.send(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n" + TOO_MANY_BYTES),
        lambda c: c.send(b"HTTP/1.1 200 OK\r\n\r\n" + TOO_MANY_BYTES),
        lambda c: c.send(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"".join(chunked(TOO_MANY_BYTES, 999))
        ),
        lambda c: c.send(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            + (b"1;" + b"x" * 900 + b"\r\nx\r\n") * 100
        ),
        lambda c: c.send(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n" + TOO_MANY_BYTES * 9
        ),
        lambda c: c.send(b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 20_000),
        lambda c: c.send(b"HTTP/1.1 200 OK\r\nA: " + b"b" * 200_000),
        lambda c: c.send(b"HTTP/1.1 100 Continue\r\n\r\n" * 10_000),
        lambda c: c.send(b"HTTP/1.1 " + b"2" * 200_000),
        lambda c: c.send(b"x" * 200_000),
    ],
)
def test_threat_25_an_answer_that_is_too_large(server, answer):
    server.answers["/"] = answer
    unavailable(fetcher_of(server).load, server.url("/"))


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "GZIP", "identity, gzip", "x"])
def test_threat_25_a_compressed_body_is_not_opened(server, encoding):
    bomb = gzip.compress(bytes(5_000_000))
    server.answers["/"] = lambda c: c.answer(bomb, f"Content-Encoding: {encoding}")
    unavailable(fetcher_of(server).load, server.url("/"))


@pytest.mark.parametrize(
    "answer",
    [
        lambda c: None,
        lambda c: c.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nbody"),
        lambda c: c.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nbody"),
        lambda c: c.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nbody"),
        lambda c: c.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nbody"),
        lambda c: c.send(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n"
        ),
        lambda c: c.send(b"SSH-2.0-x\r\n"),
        lambda c: c.send(b"HTTP/1.1 abc\r\n\r\n"),
        lambda c: c.send(b"HTTP/2.0 200 OK\r\nContent-Length: 0"),
        lambda c: c.send(b"\x00" * 100),
        lambda c: (c.send(b"HTTP/1.1 200 OK\r\n\r\nbody"), c.stream.shutdown(socket.SHUT_RDWR)),  # no goodbye
    ],
)
def test_answers_that_are_none(server, answer):
    server.answers["/"] = answer
    unavailable(fetcher_of(server).load, server.url("/"))


@pytest.mark.parametrize(
    "answer",
    [
        lambda c: c.closing.wait(30),
        lambda c: c.drip(b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 10_000),
        lambda c: (c.send(b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n"), c.drip(b"x" * 9000)),
        lambda c: (
            c.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
            c.drip(b"1\r\nx\r\n" * 9000),
        ),
    ],
)
def test_threat_25_a_slow_answer_ends_with_the_time_for_all_of_it(server, answer):
    server.answers["/"] = answer
    begun = time.monotonic()
    unavailable(fetcher_of(server, limits=replace(LIMITS, fetch_seconds=0.5)).load, server.url("/"))
    assert time.monotonic() - begun < 20  # the whole answer would take half a minute and more


def test_a_handshake_that_does_not_end(server):
    with socket.create_server(("127.0.0.1", 0)) as mute:  # takes the connection, says nothing
        port = mute.getsockname()[1]
        fetcher = Fetcher(
            [f"signet.test:{port}"],
            limits=replace(LIMITS, fetch_seconds=0.3),
            addresses=anywhere,
            lookup=lambda _host, _port: ["127.0.0.1"],
            context=server.trust,
        )
        begun = time.monotonic()
        unavailable(fetcher.load, f"https://signet.test:{port}/")
        assert time.monotonic() - begun < 5


def test_nobody_listens(server):
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    fetcher = Fetcher(
        [f"signet.test:{port}"], addresses=anywhere, lookup=lambda _h, _p: ["127.0.0.1"], context=server.trust
    )
    unavailable(fetcher.load, f"https://signet.test:{port}/")


HEADS = st.sampled_from(
    [
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.0 200\r\n",
        b"HTTP/1.1 100 \r\n\r\nHTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 302 x\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
        b"",
    ]
)
PIECES = st.lists(
    st.binary(max_size=20)
    | st.sampled_from(
        [
            b"\r\n",
            b"\n",
            b":",
            b"Content-Length: ",
            b"Content-Length: -1\r\n",
            b"Content-Length: \xb2\r\n",
            b"Transfer-Encoding: chunked\r\n",
            b"Connection: keep-alive\r\n",
            b"Content-Encoding: \xff\r\n",
            b"5;x\r\n",
            b"0\r\n\r\n",
            b"-1\r\n",
            b"HTTP/1.1 200 OK\r\n",
            b" folded\r\n",
            b"A: b\r\n",
        ]
    ),
    max_size=8,
).map(b"".join)


@settings(deadline=None, max_examples=400)
@given(answer=st.tuples(HEADS, PIECES).map(b"".join))
def test_any_bytes_are_a_body_or_none(answer):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(answer)
        theirs.shutdown(socket.SHUT_WR)
        with contextlib.suppress(NotAllowedError, OSError, HTTPException, ValueError):  # all that is caught
            body = exchange(ours, Place("signet.test", 443, "/"), time.monotonic() + 5, 100)
            assert isinstance(body, bytes)
            assert len(body) <= 100


# --- whom TLS trusts ---


def test_a_certificate_of_nobody_known(server):
    unavailable(fetcher_of(server, context=None).load, server.url("/"))
    assert server.requests == []


def test_a_certificate_of_another_name(tmp_path):
    with serving(tmp_path, certified="other.test") as server:
        unavailable(fetcher_of(server).load, server.url("/"))
        assert server.requests == []


def test_no_proxy_of_the_environment_is_asked(server, monkeypatch):
    for name in ("https_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    server.answers["/"] = lambda c: c.answer(b"body")
    assert fetcher_of(server).load(server.url("/")) == b"body"


# --- what is kept ---


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


def test_answers_are_kept_for_a_while(server):
    server.answers["/"] = lambda c: c.answer(b"first")
    clock = Clock()
    load = fetcher_of(server, clock=clock, ttl=60.0).load
    assert load(server.url("/")) == b"first"
    server.answers["/"] = lambda c: c.answer(b"second")
    clock.now += 59.9
    assert load(server.url("/")) == b"first"
    clock.now += 0.1
    assert load(server.url("/")) == b"second"
    assert len(server.requests) == 2


def test_failures_are_kept_for_a_shorter_while(server):
    clock = Clock()
    load = fetcher_of(server, clock=clock, ttl=60.0).load
    unavailable(load, server.url("/"), NotFoundError)
    server.answers["/"] = lambda c: c.answer(b"body")
    clock.now += 9.9
    unavailable(load, server.url("/"), NotFoundError)
    assert len(server.requests) == 1
    clock.now += 0.1
    assert load(server.url("/")) == b"body"


def test_a_refused_redirect_is_kept_too(server):
    server.answers["/"] = lambda c: c.answer(b"", "Location: /", status="302 Found")
    load = fetcher_of(server, clock=Clock()).load
    refused(load, server.url("/"))
    refused(load, server.url("/"))
    assert len(server.requests) == 1


def test_without_a_ttl_nothing_is_kept(server):
    server.answers["/"] = lambda c: c.answer(b"body")
    load = fetcher_of(server, ttl=0).load
    assert load(server.url("/")) + load(server.url("/")) == b"bodybody"
    assert len(server.requests) == 2


def test_the_cache_is_bounded(server, monkeypatch):
    monkeypatch.setattr("signet_vc.fetch.cache._CACHED_BYTES", 25_000)
    monkeypatch.setattr("signet_vc.fetch.cache._CACHED", 4)
    for n in range(6):
        server.answers[f"/{n}"] = lambda c: c.answer(b"x" * 10_000)
    load = fetcher_of(server, clock=Clock()).load
    for n in (0, 1, 0, 2, 0):  # 1, the longest unused, makes room for 2
        load(server.url(f"/{n}"))
    assert [request.split()[1] for request in server.requests] == [b"/0", b"/1", b"/2"]
    load(server.url("/1"))
    assert len(server.requests) == 4
    for n in range(10, 20):
        unavailable(load, server.url(f"/{n}"), NotFoundError)
    unavailable(load, server.url("/10"), NotFoundError)
    assert len(server.requests) == 15


def test_a_flood_waits_and_gives_up(server):
    server.answers["/slow"] = lambda c: c.closing.wait(30)
    server.answers["/"] = lambda c: c.answer(b"body")
    fetcher = fetcher_of(server, limits=replace(LIMITS, fetch_seconds=2), ttl=0)
    failures = []

    def load():
        try:
            fetcher.load(server.url("/slow"))
        except UnavailableError as error:
            failures.append(error.code)

    threads = [threading.Thread(target=load) for _ in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == [Code.RESOLVER_UNAVAILABLE] * 30
    assert fetcher.load(server.url("/")) == b"body"


def test_many_threads_at_once(server):
    server.answers["/"] = lambda c: c.answer(b"body")
    load = fetcher_of(server).load
    bodies = []
    threads = [threading.Thread(target=lambda: bodies.append(load(server.url("/")))) for _ in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert bodies == [b"body"] * 24
    assert len(server.requests) <= 8  # as many as ask at once; the others find it


# --- documents ---


def document(identifier, **members):
    method = {
        "id": "#key-1",
        "type": "Multikey",
        "controller": identifier,
        "publicKeyMultibase": KEY.public_key.multibase,
    }
    return {"id": identifier, "assertionMethod": [method], **members}


def serve(server, path, value):
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    server.answers[path] = lambda c: c.answer(body)


def key_of(server, identifier, **options):
    return resolve_key(
        f"{identifier}#key-1",
        controller=identifier,
        purpose="assertionMethod",
        resolver=WebResolver(fetcher_of(server, **options)),
    )


def test_a_did_web_is_resolved(server):
    did = f"did:web:{server.name}%3A{server.port}"
    for identifier, path in ((did, "/.well-known/did.json"), (f"{did}:user:alice", "/user/alice/did.json")):
        serve(server, path, document(identifier))
        assert key_of(server, identifier) == KEY.public_key


def test_an_https_controller_is_resolved(server):
    identifier = server.url("/controllers/1?v=2")
    serve(server, "/controllers/1?v=2", document(identifier))
    assert key_of(server, identifier) == KEY.public_key


@pytest.mark.parametrize(
    "change",
    [
        lambda value: value | {"id": "did:web:other.example"},
        lambda value: value | {"id": value["id"] + ":x"},
        lambda value: {"didDocument": value},
        lambda value: [value],
        lambda value: json.dumps(value).encode() + b"x",
        lambda value: b'{"id":1,' + json.dumps(value).encode()[1:],
        lambda value: b"[" * 9000,
    ],
)
def test_a_document_that_is_not_the_identifiers(server, change):
    did = f"did:web:{server.name}%3A{server.port}"
    serve(server, "/.well-known/did.json", change(document(did)))
    with pytest.raises(ProblemError) as caught:
        key_of(server, did)
    assert caught.value.codes == (Code.CONTROLLER_DOCUMENT_INVALID,)


def test_threat_25_a_did_web_of_another_domain_is_not_asked_for(server):
    for identifier in ("did:web:other.example", "https://other.example/1", "did:web:signet.test"):
        with pytest.raises(ProblemError) as caught:
            key_of(server, identifier)
        assert caught.value.codes == (Code.FETCH_REFUSED,)
    with pytest.raises(DidError):
        key_of(server, "did:web:127.0.0.1")
    with pytest.raises(MethodNotSupportedError):
        key_of(server, "did:example:1")
    assert server.requests == []


def test_what_is_not_there(server):
    with pytest.raises(NotFoundError):
        key_of(server, f"did:web:{server.name}%3A{server.port}")
