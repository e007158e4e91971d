"""More than the service takes on: it says so at once, recovers, and shows nobody what went wrong inside."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from identities import AGENT
from vc_service import Running, credential_of, eventually, running

from signet_vc import Policy, sign
from signet_vc.credential import status_issuing
from signet_vc.errors import Code, ProblemError
from signet_vc.fetch import Fetcher, WebResolver
from signet_vc.limits import Limits
from signet_vc.service import settings
from signet_vc.service.app import Bounds, Service
from signet_vc.service.workers import OverloadedError, Workers

LIST = "https://issuer.example/status/1"
SECRET = "a secret of the inside"


class Gated:
    """A loader that answers when it is let, or fails."""

    def __init__(self) -> None:
        self.reached = threading.Semaphore(0)
        self.opened = threading.Event()
        self.failing = False

    def load(self, url: str) -> bytes:
        self.reached.release()
        if self.failing:
            raise RuntimeError(SECRET)
        assert self.opened.wait(60)
        raise ProblemError.of(Code.FETCH_REFUSED, "nothing is here")


GATE = Gated()


def gated(base: str) -> Service:
    made = settings.ephemeral_service(base)

    def policy(domain: str | None, challenge: str | None) -> Policy:
        return Policy(trust_any=True, loader=GATE, domain=domain, challenge=challenge)

    return dataclasses.replace(made, policy=policy, bounds=Bounds(threads=1, waiting=1, work_seconds=60))


def gated_for_a_moment(base: str) -> Service:
    return dataclasses.replace(gated(base), bounds=Bounds(threads=1, waiting=1, work_seconds=1))


@contextlib.contextmanager
def closed_at_first(make: Callable[[str], Service]) -> Iterator[Running]:
    GATE.reached, GATE.opened, GATE.failing = threading.Semaphore(0), threading.Event(), False
    with running(make) as made:
        try:
            yield made
        finally:
            GATE.opened.set()


@pytest.fixture
def service() -> Iterator[Running]:
    with closed_at_first(gated) as made:
        yield made


def slow() -> dict[str, Any]:
    """A credential whose verification waits for the gate."""
    entry = status_issuing.entry(list_url=LIST, index=7)
    return {"verifiableCredential": sign(credential_of(AGENT.did, credentialStatus=entry), AGENT)}


def verify(service: Running, body: Any) -> httpx2.Response:
    return httpx2.post(service.base + "/credentials/verify", json=body, timeout=30)


def test_what_is_too_much_is_told_at_once_and_the_rest_is_answered(service: Running) -> None:
    with ThreadPoolExecutor(2) as clients:
        first = clients.submit(verify, service, slow())
        assert GATE.reached.acquire(timeout=60)
        second = clients.submit(verify, service, slow())
        eventually(lambda: service.get("/ready").status_code == 503)
        answer = verify(service, {})  # the gate is closed: what waited for a thread would get no answer
        assert (answer.status_code, answer.headers["retry-after"], answer.json()["status"]) == (503, "1", 503)
        assert service.get("/health").status_code == 200
        GATE.opened.set()
        assert [each.result().status_code for each in (first, second)] == [400, 400]
    assert service.get("/ready").status_code == 200
    assert verify(service, {}).status_code == 400


def test_what_takes_too_long_is_given_up_and_its_place_is_kept_until_it_ends() -> None:
    with closed_at_first(gated_for_a_moment) as service:
        answer = verify(service, slow())
        assert (answer.status_code, answer.json()["status"]) == (503, 503)
        assert verify(service, {}).status_code == 503  # the one thread is still held
        GATE.opened.set()
        eventually(lambda: verify(service, {}).status_code == 400)


def test_a_failure_inside_is_told_as_that_and_no_more(
    service: Running, caplog: pytest.LogCaptureFixture
) -> None:
    GATE.failing = True
    with caplog.at_level(logging.INFO, logger="signet_vc.service"):
        answer = verify(service, slow())
        eventually(lambda: bool(logged(caplog)))  # it is written after the answer
    assert (answer.status_code, answer.json()["status"]) == (500, 500)
    line = json.loads(logged(caplog)[0])
    assert (line["status"], line["codes"], line["route"]) == (500, ["RuntimeError"], "/credentials/verify")
    assert SECRET not in answer.text + caplog.text
    GATE.failing = False
    assert verify(service, {}).status_code == 400


def logged(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the service wrote of its requests."""
    return [each.getMessage() for each in caplog.records if each.name == "signet_vc.service"]


def test_a_client_that_takes_no_answer_is_let_go(caplog: pytest.LogCaptureFixture) -> None:
    filled = sign(credential_of(AGENT.did, description="a" * 900_000), AGENT)
    body = json.dumps({"verifiableCredential": filled, "options": {"returnCredential": True}}).encode()
    with (
        caplog.at_level(logging.INFO, logger="signet_vc.service"),
        running(impatient, send_buffer=4096) as service,
        socket.socket() as connection,
    ):
        address = urlsplit(service.base)
        head = f"POST /credentials/verify HTTP/1.1\r\nHost: {address.netloc}\r\n"
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(30)
        connection.connect((address.hostname, address.port))
        connection.sendall(
            f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
        )
        eventually(lambda: bool(logged(caplog)))  # the answer is on its way
        eventually(lambda: not service.server.server_state.connections)
        assert received(connection) < 900_000
        assert service.get("/health").status_code == 200


def impatient(base: str) -> Service:
    return dataclasses.replace(settings.ephemeral_service(base), bounds=Bounds(send_seconds=0.5))


def received(connection: socket.socket) -> int:
    """How much comes until the service closes."""
    size = 0
    with contextlib.suppress(ConnectionResetError):
        while data := connection.recv(65536):
            size += len(data)
    return size


def hurried(base: str) -> Service:
    return dataclasses.replace(settings.ephemeral_service(base), bounds=Bounds(request_seconds=1))


def test_a_request_as_a_whole_is_bounded() -> None:
    with running(hurried) as service:
        address = urlsplit(service.base)
        head = f"POST /credentials/verify HTTP/1.1\r\nHost: {address.netloc}\r\n"
        head += "Content-Type: application/json\r\nContent-Length: 9000\r\n\r\n"
        with socket.create_connection((address.hostname, address.port), timeout=30) as connection:
            connection.sendall(head.encode())
            assert connection.recv(65536).startswith(b"HTTP/1.1 503")
        assert service.get("/health").status_code == 200


def narrow(base: str) -> Service:
    return dataclasses.replace(
        settings.ephemeral_service(base), bounds=Bounds(held_bytes=10_000, body_seconds=60)
    )


def test_all_bodies_together_are_bounded() -> None:
    with running(narrow) as service:
        assert verify(service, {"verifiableCredential": {}, "a": "a" * 9_000}).status_code == 400
        assert verify(service, {"verifiableCredential": {}, "a": "a" * 11_000}).status_code == 503
        address = urlsplit(service.base)
        head = f"POST /credentials/verify HTTP/1.1\r\nHost: {address.netloc}\r\n"
        head += "Content-Type: application/json\r\nContent-Length: 9000\r\n\r\n"
        with socket.create_connection((address.hostname, address.port)) as connection:
            connection.sendall(head.encode() + b" " * 8_000)
            eventually(lambda: verify(service, {"a": "a" * 3_000}).status_code == 503)
        # what was held is let go with the connection
        eventually(lambda: verify(service, {"a": "a" * 9_000}).status_code == 400)


def test_a_domain_that_does_not_answer_holds_up_resolving_alone() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, ThreadPoolExecutor(4) as clients:
        port = silent.getsockname()[1]

        def make(base: str) -> Service:
            fetcher = Fetcher(
                [f"silent.example:{port}"],
                limits=Limits(fetch_seconds=5),
                addresses=lambda _address: True,
                lookup=lambda _host, _port: ["127.0.0.1"],
            )
            return dataclasses.replace(settings.ephemeral_service(base), resolver=WebResolver(fetcher))

        with running(make) as service:
            url = f"{service.base}/1.0/identifiers/did:web:silent.example%253A{port}:"
            asked = [clients.submit(httpx2.get, f"{url}{each}", timeout=30) for each in range(4)]
            with contextlib.ExitStack() as stack:
                for _ in range(2):  # as many as would hold every thread that verifies
                    stack.enter_context(silent.accept()[0])
                assert verify(service, {}).status_code == 400
                assert not any(each.done() for each in asked)  # nobody waited for these
            assert {each.result().status_code for each in asked} == {500}


# -- workers by themselves -------------------------------------------------------------------------


def test_places_are_counted_whatever_happens() -> None:
    import anyio

    async def check() -> None:
        workers = Workers(threads=2, waiting=1, seconds=5)
        for _ in range(20):
            assert await workers.run(lambda: 7) == 7
            with pytest.raises(ZeroDivisionError):
                await workers.run(lambda: 1 // 0)
        assert workers.has_room
        none = Workers(threads=1, waiting=0, seconds=0.05)
        released = threading.Event()
        with pytest.raises(OverloadedError):
            await none.run(lambda: released.wait(60))
        assert not none.has_room
        with pytest.raises(OverloadedError):
            await none.run(lambda: None)
        released.set()
        while not none.has_room:  # noqa: ASYNC110 - it is a thread that gives it back
            await anyio.sleep(0.01)
        workers.close()
        none.close()

    anyio.run(check)
