"""The two pumps, in this process: what end-to-end runs cannot provoke."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest

from signet_vc.mcp import stdio_proxy
from signet_vc.mcp.traffic import Send

T = TypeVar("T")
ECHO = "import sys\nfor line in sys.stdin: print(line, end='', flush=True)"


class Through:
    """A session that changes nothing."""

    max_line = 1000

    def __init__(self) -> None:
        self.on_line: Callable[[], None] = lambda: None
        self.on_answer: Callable[[], None] = lambda: None

    async def from_client(self, line: bytes) -> list[Send]:
        self.on_line()
        return [Send("server", line)]

    async def from_server(self, line: bytes) -> list[Send]:
        self.on_answer()
        return [Send("client", line)]

    async def server_ended(self) -> list[Send]:
        return [Send("client", b"ended")]

    def deadline(self) -> int | None:
        return None

    async def expire(self, now: int) -> list[Send]:
        return []


def run(work: Awaitable[T]) -> T:
    async def main() -> T:
        return await asyncio.wait_for(work, 60)

    return asyncio.run(main())


@contextmanager
def client():
    """The other end of standard input and output, which are sockets as Node makes them."""
    pairs = socket.socketpair(), socket.socketpair()
    kept = [os.dup(place) for place in (0, 1)]
    for place, (_, theirs) in enumerate(pairs):
        os.dup2(theirs.fileno(), place)
        theirs.close()
    try:
        yield [ours for ours, _ in pairs]
    finally:
        for place, descriptor in enumerate(kept):
            os.dup2(descriptor, place)
            os.close(descriptor)
        for ours, _ in pairs:
            ours.close()


def python(program: str) -> list[str]:
    return [sys.executable, "-c", program]


def test_lines_pass_both_ways_over_sockets():
    with client() as (given, taken):
        given.sendall(b"a\r\nb\n\nlast")
        given.shutdown(socket.SHUT_WR)
        assert run(stdio_proxy.run(python(ECHO), Through())) == 0
        assert taken.recv(1000) == b"a\r\nb\n\nlast\nended\n"


def test_a_client_that_leaves_in_the_middle_is_at_its_end():
    with client() as (given, taken):
        given.sendall(b"a\n" * 100)
        taken.close()
        given.close()
        assert run(stdio_proxy.run(python(ECHO), Through())) == 0


def test_a_connection_that_breaks_is_at_its_end(monkeypatch):
    async def broken(_: object) -> bytes:
        raise ConnectionResetError

    monkeypatch.setattr("signet_vc.mcp.streams.Lines.next", broken)
    with client():
        assert run(stdio_proxy.run(python("import sys; sys.stdin.read()"), Through())) == 0


def test_a_server_that_closes_its_input_is_not_written_to():
    program = "import os, sys, time; os.close(0); print('closed', flush=True); time.sleep(0.3)"
    with client() as (given, taken):
        given.sendall(b"a\n" * 1000)
        assert run(stdio_proxy.run(python(program), Through())) == 0
        assert taken.recv(1000) == b"closed\nended\n"


def test_a_server_that_ends_ends_us_though_the_client_does_not():
    with client() as (_, taken):
        assert run(stdio_proxy.run(python("raise SystemExit(5)"), Through())) == 5
        assert taken.recv(1000) == b"ended\n"


PATIENT = "import sys; print(flush=True); sys.stdin.read()"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); signal.pause()"


@pytest.mark.parametrize("program", [PATIENT, STUBBORN])
@pytest.mark.parametrize("place", ["on_line", "on_answer"])
def test_a_fault_of_the_session_ends_the_server_and_is_not_hidden(program, place, monkeypatch):
    monkeypatch.setattr("signet_vc.mcp.stdio_proxy._GRACE", 0.1)
    session = Through()

    def fail() -> None:
        raise RuntimeError("a fault")

    setattr(session, place, fail)
    with client() as (given, _):
        given.sendall(b"a\n")
        with pytest.raises(RuntimeError, match="a fault"):
            run(stdio_proxy.run(python(program), session))


def test_refusals_wait_for_no_client_up_to_a_limit(monkeypatch):
    """A client that writes everything before it reads must not wait for us, nor fill our memory."""

    class Refusing(Through):
        async def from_client(self, line: bytes) -> list[Send]:
            return [Send("client", line * 1000)]

    monkeypatch.setattr("signet_vc.mcp.stdio_proxy._KEPT", 1 << 20)

    async def scenario(given: socket.socket, taken: socket.socket) -> bytes:
        def write_then_read() -> bytes:
            given.sendall((b"x" * 999 + b"\n") * 10)
            given.shutdown(socket.SHUT_WR)
            received = bytearray()
            while not received.endswith(b"ended\n"):
                received += taken.recv(1 << 20)
            return bytes(received)

        reading = asyncio.get_running_loop().run_in_executor(None, write_then_read)
        await stdio_proxy.run(python("import sys; sys.stdin.read()"), Refusing())
        return await reading

    with client() as (given, taken):
        assert run(scenario(given, taken)).count(b"\n") == 11


def test_a_server_that_ends_leaves_no_thread_complaining(tmp_path):
    """A file as output, and an input that stays open: a thread reads it."""
    program = (
        "import asyncio, sys\nsys.path[:0] = sys.argv[1:]\n"
        "from test_stdio_proxy import Through, python\nfrom signet_vc.mcp import stdio_proxy\n"
        "raise SystemExit(asyncio.run(stdio_proxy.run(python('raise SystemExit(5)'), Through())))"
    )
    reading, writing = os.pipe()
    with (tmp_path / "out").open("wb") as taken:
        ended = subprocess.run(
            [*python(program), str(Path(__file__).parent)],
            stdin=reading,
            stdout=taken,
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
        )
    os.close(reading)
    os.close(writing)
    assert (ended.returncode, ended.stderr) == (5, b"")
    assert (tmp_path / "out").read_bytes() == b"ended\n"
