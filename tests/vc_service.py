"""The service, started for a test on a port of its own: in a thread, or in a process; real HTTP."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2

from signet_vc.service import server, settings
from signet_vc.service.app import Service
from signet_vc.service.certificate import context_for_this_run

__all__ = [
    "Instance",
    "Running",
    "Started",
    "address_of",
    "credential_of",
    "eventually",
    "in_a_process",
    "presentation_of",
    "running",
]

V1 = "https://www.w3.org/2018/credentials/v1"
V2 = "https://www.w3.org/ns/credentials/v2"


class Running:
    """A service that runs, and a client that speaks to it."""

    def __init__(self, base: str, client: httpx2.Client, dids: dict[str, str], server: server.Server) -> None:
        self.base = base
        self.client = client
        self.server = server
        self.dids = dids  # of the instances, by name

    def get(self, path: str, **more: Any) -> httpx2.Response:
        return self.client.get(path, **more)

    def post(self, path: str, body: Any, **more: Any) -> httpx2.Response:
        return self.client.post(path, json=body, **more)

    def instance(self, name: str) -> Instance:
        """An instance by its name."""
        return Instance(self, name)


class Instance:
    """One instance of a running service."""

    def __init__(self, service: Running, name: str) -> None:
        self.service = service
        self.name = name
        self.did: str = service.dids[name]

    def issue(self, credential: Any, **options: Any) -> httpx2.Response:
        body = {"credential": credential, "options": options}
        return self.service.post(f"/instances/{self.name}/credentials/issue", body)

    def issued(self, **members: Any) -> Any:
        """A credential that was issued."""
        answer = self.issue(credential_of(self.did, **members))
        assert answer.status_code == 201, answer.text
        return answer.json()

    def verify(self, credential: Any, **options: Any) -> httpx2.Response:
        body = {"verifiableCredential": credential, "options": options}
        return self.service.post(f"/instances/{self.name}/credentials/verify", body)

    def present(self, presentation: Any, **options: Any) -> httpx2.Response:
        return self.service.post(
            f"/instances/{self.name}/presentations", {"presentation": presentation, "options": options}
        )

    def verify_presentation(self, presentation: Any, **options: Any) -> httpx2.Response:
        body = {"verifiablePresentation": presentation, "options": options}
        return self.service.post(f"/instances/{self.name}/presentations/verify", body)


def credential_of(issuer: Any, **members: Any) -> dict[str, Any]:
    """A small credential; a member of None is left out."""
    made = {
        "@context": [V2],
        "type": ["VerifiableCredential"],
        "issuer": issuer,
        "credentialSubject": {"id": "did:example:subject"},
        **members,
    }
    return {name: value for name, value in made.items() if value is not None}


def presentation_of(*credentials: Any, **members: Any) -> dict[str, Any]:
    """A presentation, unsecured."""
    made: dict[str, Any] = {"@context": [V2], "type": ["VerifiablePresentation"], **members}
    if credentials:
        made["verifiableCredential"] = list(credentials)
    return made


@contextlib.contextmanager
def running(
    make: Callable[[str], Service] = settings.ephemeral_service,
    *,
    tls: bool = False,
    hosts: bool = False,
    send_buffer: int | None = None,
) -> Iterator[Running]:
    """Run a service in a thread.

    make: of its URL. hosts: refuse other names than its own. send_buffer: bytes that the system keeps for an
    answer that is not taken.
    """
    context = context_for_this_run() if tls else None
    listening = server.bind("127.0.0.1", 0)
    if send_buffer is not None:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer)
    port = listening.getsockname()[1]
    base = f"{'https' if tls else 'http'}://127.0.0.1:{port}"
    service = make(base)
    started: queue.Queue[server.Server] = queue.Queue()
    thread = threading.Thread(
        target=server.run,
        args=(service, listening),
        kwargs={
            "hosts": [f"127.0.0.1:{port}", f"localhost:{port}"] if hosts else None,
            "context": context,
            "started": started.put,
        },
    )
    thread.start()
    found = started.get(timeout=60)
    # None is kept: a service closes one that is idle, and a client may be about to use it at that moment.
    unkept = httpx2.Limits(max_keepalive_connections=0)
    try:
        with httpx2.Client(base_url=base, verify=False, timeout=30, limits=unkept) as client:
            dids = {name: each.did for name, each in service.instances.items()}
            yield Running(base, client, dids, found)
    finally:
        found.stop()
        thread.join(timeout=30)
        assert not thread.is_alive()


def eventually(holds: Callable[[], bool]) -> None:
    """Wait for what comes about elsewhere; a minute is for ever."""
    until = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < until, "it never came about"
        threading.Event().wait(0.01)


class Started:
    """A service in a process of its own. What it says goes to a file: it never waits for a reader."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self.process = process
        self.log = log

    def lines(self) -> list[str]:
        return self.log.read_text(encoding="utf-8").splitlines()

    def requests(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.lines() if line.startswith("{")]


@contextlib.contextmanager
def in_a_process(folder: Path, *arguments: str, **environment: str) -> Iterator[Started]:
    """Run ``signet serve``; it is ended with the context if it has not ended before."""
    log = folder / "serve.log"
    command = [sys.executable, "-m", "signet_vc.cli.main", "serve", *arguments]
    with (
        log.open("wb") as stream,
        subprocess.Popen(command, stdout=stream, stderr=stream, env={**os.environ, **environment}) as process,
    ):
        try:
            yield Started(process, log)
        finally:
            process.kill()


def address_of(started: Started) -> str:
    """Wait until it says where it serves."""
    for _ in range(600):
        for line in started.lines():
            if line.startswith("signet: serving "):
                return line.removeprefix("signet: serving ")
        if started.process.poll() is not None:
            break
        threading.Event().wait(0.05)
    raise AssertionError("\n".join(started.lines()))
