"""What HTTP itself can do wrong: every refusal is JSON, bounded, and says no more than it must."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from vc_service import Running, credential_of, running

from signet_vc.service import settings
from signet_vc.service.app import Bounds, Service
from signet_vc.service.tokens import Tokens

TOKEN = "a-token-of-more-than-sixteen-characters"
BOUNDS = Bounds(body_bytes=4096, body_seconds=1, header_seconds=1, idle_seconds=1, connections=20)
JSON = {"content-type": "application/json"}


def guarded(base: str) -> Service:
    made = settings.ephemeral_service(base)
    return dataclasses.replace(made, tokens=Tokens([TOKEN, "another-token-that-counts"]), bounds=BOUNDS)


@pytest.fixture(scope="module")
def service() -> Iterator[Running]:
    with running(guarded, hosts=True) as made:
        yield made


def raw(service: Running, *parts: bytes, wait: float = 0, end: bool = False) -> bytes:
    """Send bytes as they are; give everything that comes until the service closes."""
    address = urlsplit(service.base)
    received = b""
    with socket.create_connection((address.hostname, address.port), timeout=30) as connection:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            for part in parts:
                connection.sendall(part)
                if wait:
                    threading.Event().wait(wait)
        if end:
            connection.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionResetError):
            while data := connection.recv(65536):
                received += data
    return received


def problem(answer: bytes) -> tuple[int, dict[str, Any]]:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"content-type: application/problem+json" in head.lower()
    return int(head[9:12]), json.loads(body)


# -- paths, methods, media types -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/credentials", 404),
        ("GET", "/credentials/issue", 405),
        ("PUT", "/credentials/issue", 405),
        ("DELETE", "/credentials/verify", 405),
        ("GET", "/credentials/issue/", 404),
        ("POST", "/health", 405),
        ("GET", "/%2e%2e/etc/passwd", 404),
        ("GET", "/status-lists/%00", 404),
        ("POST", "/instances//credentials/issue", 404),
        ("FROB", "/health", 405),
    ],
)
def test_what_is_not_there_is_told_as_json(service: Running, method: str, path: str, status: int) -> None:
    answer = service.client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.json()["status"], answer.json()["type"]) == (status, "about:blank")


def test_an_instance_that_is_not_there_is_not_found(service: Running) -> None:
    answer = service.post("/instances/none/credentials/verify", {})
    assert (answer.status_code, answer.json()["status"]) == (404, 404)


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "json", ""]
)
def test_a_body_that_says_it_is_no_json_is_refused(service: Running, kind: str) -> None:
    answer = service.client.post("/credentials/verify", content=b"{}", headers={"content-type": kind})
    assert (answer.status_code, answer.json()["status"]) == (415, 415)


@pytest.mark.parametrize(
    "kind", ["application/json", "application/json; charset=utf-8", "application/ld+json"]
)
def test_a_body_that_says_it_is_json_is_read(service: Running, kind: str) -> None:
    answer = service.client.post("/credentials/verify", content=b"{}", headers={"content-type": kind})
    assert answer.status_code == 400


def test_nothing_is_cached_and_nothing_is_sniffed(service: Running) -> None:
    answer = service.post("/credentials/verify", {})
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "server" not in answer.headers


# -- tokens ----------------------------------------------------------------------------------------

GUARDED = ["/credentials/issue", "/credentials/derive", "/credentials/status", "/presentations"]


@pytest.mark.parametrize("path", GUARDED)
@pytest.mark.parametrize("prefix", ["", "/instances/vc-jwt"])
@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer wrong",
        f"Basic {TOKEN}",
        TOKEN,
        f"Bearer {TOKEN}x",
        f"Bearer {TOKEN[:-1]}",
    ],
)
def test_without_a_token_nothing_is_signed(
    service: Running, prefix: str, path: str, authorization: str | None
) -> None:
    headers = {} if authorization is None else {"authorization": authorization}
    answer = service.post(prefix + path, {}, headers=headers)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert answer.json()["status"] == 401


@pytest.mark.parametrize("token", [TOKEN, "another-token-that-counts"])
@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
def test_with_a_token_it_is(service: Running, scheme: str, token: str) -> None:
    body = {"credential": credential_of(service.dids["vc-jwt"])}
    headers = {"authorization": f"{scheme} {token}"}
    assert service.post("/instances/vc-jwt/credentials/issue", body, headers=headers).status_code == 201


def test_verifying_asks_for_no_token(service: Running) -> None:
    assert service.post("/credentials/verify", {}).status_code == 400


def test_a_token_is_never_shown() -> None:
    assert TOKEN not in repr(Tokens([TOKEN]))
    assert TOKEN not in repr(guarded("http://127.0.0.1:1"))


# -- hosts -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "", "localhost.evil.example:80"]
)
def test_a_request_for_another_host_is_refused(service: Running, host: str) -> None:
    answer = service.get("/health", headers={"host": host})
    assert (answer.status_code, answer.json()["status"]) == (421, 421)


def test_a_request_without_a_host_or_with_two_is_refused(service: Running) -> None:
    assert problem(raw(service, b"GET /health HTTP/1.0\r\n\r\n"))[0] == 421
    port = str(urlsplit(service.base).port).encode()
    two = b"GET /health HTTP/1.1\r\nHost: 127.0.0.1:" + port + b"\r\nHost: evil.example\r\n\r\n"
    assert problem(raw(service, two))[0] == 400


def test_localhost_is_this_host(service: Running) -> None:
    port = urlsplit(service.base).port
    assert service.get("/health", headers={"host": f"LOCALHOST:{port}"}).status_code == 200


# -- sizes -----------------------------------------------------------------------------------------


def test_a_body_that_is_too_large_is_refused_before_it_is_read(service: Running) -> None:
    head = head_of(service, length=10**9)
    status, told = problem(raw(service, head))  # no byte of it was sent
    assert (status, told["code"]) == (413, "TOO_LARGE")


def test_a_body_that_does_not_tell_its_length_is_bounded_too(service: Running) -> None:
    chunk = b"400\r\n" + b" " * 1024 + b"\r\n"
    answer = raw(service, head_of(service, length=None), *([chunk] * 8))
    assert problem(answer)[0] == 413


def test_the_largest_body_is_read(service: Running) -> None:
    answer = service.client.post("/credentials/verify", content=b"{}".ljust(4096), headers=JSON)
    assert answer.status_code == 400
    assert (
        service.client.post("/credentials/verify", content=b"{}".ljust(4097), headers=JSON).status_code == 413
    )


def test_headers_that_are_too_large_are_refused(service: Running) -> None:
    many = b"".join(b"X-%d: %s\r\n" % (index, b"a" * 1000) for index in range(64))
    status, _ = problem(raw(service, b"GET /health HTTP/1.1\r\n" + many + b"\r\n"))
    assert status == 400


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01\x02\x00",  # somebody speaks TLS
        b"GET\r\n\r\n",
        b"GET /health HTTP/x\r\n\r\n",
        b"GET /h\x00 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"POST /credentials/verify HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        b"POST /credentials/verify HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST /credentials/verify HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
        b"\r\n\r\n\r\n\r\n",
    ],
)
def test_what_is_no_http_is_refused(service: Running, data: bytes) -> None:
    answer = raw(service, data, end=True)
    assert answer == b"" or problem(answer)[0] in {400, 501}


# -- times -----------------------------------------------------------------------------------------


def head_of(service: Running, *, length: int | None) -> bytes:
    framing = b"Transfer-Encoding: chunked" if length is None else b"Content-Length: %d" % length
    host = urlsplit(service.base).netloc.encode()
    return (
        b"POST /credentials/verify HTTP/1.1\r\nHost: "
        + host
        + b"\r\nContent-Type: application/json\r\n"
        + framing
        + b"\r\n\r\n"
    )


def test_a_body_that_does_not_come_is_not_waited_for(service: Running) -> None:
    began = time.monotonic()
    assert problem(raw(service, head_of(service, length=100), b"{"))[0] == 408
    assert time.monotonic() - began < 5


def test_a_body_that_trickles_is_not_waited_for(service: Running) -> None:
    answer = raw(service, head_of(service, length=100), *[b"{"] * 10, wait=0.2)
    assert problem(answer)[0] == 408


@pytest.mark.parametrize("length", [100, None])
def test_a_body_that_nobody_asked_for_is_not_waited_for(service: Running, length: int | None) -> None:
    head = head_of(service, length=length).replace(b"POST /credentials/verify", b"GET /health", 1)
    address = urlsplit(service.base)
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        connection.sendall(head)
        began, received = time.monotonic(), b""
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.settimeout(0.2)
            while time.monotonic() - began < 5:
                connection.sendall(b"1\r\n1\r\n" if length is None else b"1")
                with contextlib.suppress(TimeoutError):
                    received += connection.recv(65536)
    assert received.startswith(b"HTTP/1.1 200")
    assert time.monotonic() - began < 4


@pytest.mark.parametrize("data", [b"", b"GET /health HTTP/1.1\r\nHost: "])
def test_headers_that_do_not_come_are_not_waited_for(service: Running, data: bytes) -> None:
    began = time.monotonic()
    assert raw(service, data) == b""
    assert time.monotonic() - began < 5


def test_an_idle_connection_is_closed(service: Running) -> None:
    host = urlsplit(service.base).netloc.encode()
    request = b"GET /health HTTP/1.1\r\nHost: " + host + b"\r\n\r\n"
    assert raw(service, request).startswith(b"HTTP/1.1 200")  # and then it ends
    began = time.monotonic()
    assert raw(service, request, b"GET /he").count(b"HTTP/1.1 200") == 1
    assert time.monotonic() - began < 5


def test_a_client_that_leaves_harms_nobody(service: Running) -> None:
    address = urlsplit(service.base)
    for data in (b"", head_of(service, length=100) + b"{", head_of(service, length=2) + b"{}"):
        with socket.create_connection((address.hostname, address.port)) as connection:
            connection.sendall(data)
    assert service.get("/health").status_code == 200


def hasty(base: str) -> Service:
    bounds = Bounds(header_seconds=0.5, send_seconds=0.5, idle_seconds=1)
    return dataclasses.replace(settings.ephemeral_service(base), bounds=bounds)


def test_a_handshake_that_does_not_come_is_not_waited_for() -> None:
    with running(hasty, tls=True) as service:
        began = time.monotonic()
        assert raw(service) == b""
        assert time.monotonic() - began < 5
        assert service.get("/health").status_code == 200


def test_a_client_that_does_not_say_goodbye_is_not_waited_for() -> None:
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    with contextlib.ExitStack() as stack:
        with running(hasty, tls=True) as service:
            address = urlsplit(service.base)
            plain = socket.create_connection((address.hostname, address.port), timeout=10)
            connection = stack.enter_context(trusting.wrap_socket(plain))
            connection.sendall(f"GET /health HTTP/1.1\r\nHost: {address.netloc}\r\n\r\n".encode())
            assert connection.recv(65536).startswith(b"HTTP/1.1 200")
            began = time.monotonic()
        assert time.monotonic() - began < 5  # the service has stopped


def test_connections_are_bounded(service: Running) -> None:
    address = urlsplit(service.base)
    request = f"GET /health HTTP/1.1\r\nHost: {address.netloc}\r\nConnection: close\r\n\r\n".encode()
    with contextlib.ExitStack() as stack:
        held = [
            stack.enter_context(socket.create_connection((address.hostname, address.port), timeout=30))
            for _ in range(BOUNDS.connections)
        ]
        assert raw(service, request) == b""
        for each in held:  # they send no headers, and are let go
            assert each.recv(1) == b""
    assert raw(service, request).startswith(b"HTTP/1.1 200")


# -- health ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/health", "/ready"])
def test_it_is_well(service: Running, path: str) -> None:
    answer = service.get(path)
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert service.client.head(path).status_code == 200
