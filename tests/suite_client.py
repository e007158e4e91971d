"""A W3C test suite's view of the service: the manifest, and the endpoints that it names; nothing else.

``started`` runs a real ``signet serve --ephemeral`` on a loopback port of its own, reads
``GET /implementation.json``, and ends the process. An endpoint is found by its tag, the first one, as the
suites do. ``issued``, ``verified`` and ``refused`` judge an answer as strictly as the strictest suite: bare
documents, no redirect, JSON always, a refusal always 400.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2
from vc_service import address_of, in_a_process

__all__ = [
    "Endpoint",
    "Suite",
    "codes",
    "issued",
    "refused",
    "started",
    "verified",
]

_TIMEOUT = 15  # seconds, what a suite waits


class Endpoint:
    """One entry of the manifest: what it says of itself, and calls to its address."""

    def __init__(self, client: httpx2.Client, entry: dict[str, Any]) -> None:
        self.client = client
        self.entry = entry
        self.id: str = entry["id"]
        self.url: str = entry["endpoint"]
        self.options: dict[str, Any] = entry.get("options", {})

    def post(self, body: Any) -> httpx2.Response:
        """Send a body as it is."""
        headers = {"content-type": "application/json"}
        return self.client.post(self.url, content=json.dumps(body), headers=headers)

    def issue(self, credential: Any, **options: Any) -> httpx2.Response:
        """Ask for a credential to be issued."""
        return self.post({"credential": credential, "options": {**self.options, **options}})

    def verify(self, credential: Any, **options: Any) -> httpx2.Response:
        """Ask for a credential to be verified."""
        return self.post({"verifiableCredential": credential, "options": {**self.options, **options}})

    def verify_presentation(self, presentation: Any, **options: Any) -> httpx2.Response:
        """Ask for a presentation to be verified."""
        return self.post({"verifiablePresentation": presentation, "options": {**self.options, **options}})

    def resolve(self, did: str, accept: str, **options: str) -> httpx2.Response:
        """Ask for a DID, which stands in the path percent-encoded once, to be resolved."""
        address = f"{self.url}/{quote(did, safe='')}"
        return self.client.get(address, params=options, headers={"accept": accept})


class Suite:
    """The endpoints of an implementation, by the tag of a suite."""

    def __init__(self, client: httpx2.Client, manifest: dict[str, Any]) -> None:
        self.client = client
        self.manifest = manifest

    def issuer(self, tag: str) -> Endpoint:
        """The issuer that a suite with this tag calls."""
        return self._first("issuers", tag)

    def verifier(self, tag: str) -> Endpoint:
        """The verifier of credentials."""
        return self._first("verifiers", tag)

    def vp_verifier(self, tag: str) -> Endpoint:
        """The verifier of presentations."""
        return self._first("vpVerifiers", tag)

    def resolver(self, tag: str) -> Endpoint:
        """The DID resolver."""
        return self._first("didResolvers", tag)

    def get(self, url: str, **headers: str) -> httpx2.Response:
        """Fetch an address, as a suite fetches a status list."""
        return self.client.get(url, headers=headers)

    def _first(self, kind: str, tag: str) -> Endpoint:
        return Endpoint(self.client, next(each for each in self.manifest[kind] if tag in each["tags"]))


@contextlib.contextmanager
def started(folder: Path, *, tls: bool = False) -> Iterator[Suite]:
    """Run the service, as one command does, and see it as a suite does. tls: https, for status lists."""
    arguments = ["--ephemeral", "--port", "0", *(["--tls"] if tls else [])]
    with in_a_process(folder, *arguments) as run:
        # the certificate is made for the run and nobody vouches for it: the suites take it, too
        with httpx2.Client(base_url=address_of(run), verify=False, timeout=_TIMEOUT) as client:
            yield Suite(client, client.get("/implementation.json").json())
        run.process.terminate()
        assert run.process.wait(30) == 0


def issued(answer: httpx2.Response) -> Any:
    """What was issued: the bare document, neither wrapped nor empty."""
    assert answer.status_code in {200, 201}, answer.text
    document = _json(answer)
    assert isinstance(document, dict)
    assert "verifiableCredential" not in document
    assert document["type"]
    return document


def verified(answer: httpx2.Response) -> Any:
    """What is told of something that verifies: 200, ``verified``, and no errors."""
    assert answer.status_code == 200, answer.text
    told = _json(answer)
    assert told["verified"] is True
    assert not told.get("errors")
    assert told["problemDetails"] == []
    return told


def refused(answer: httpx2.Response) -> Any:
    """What is told of something that was refused: 400 and JSON; a verifier says that it did not verify."""
    assert answer.status_code == 400, (answer.status_code, answer.text)
    told = _json(answer)
    assert isinstance(told, dict)
    if "verified" in told:
        assert told["verified"] is False
        assert told["problemDetails"]
    else:
        assert told["status"] == 400
    return told


def codes(answer: httpx2.Response) -> set[str]:
    """The codes of a refusal, of an issuer's or of a verifier's."""
    told = refused(answer)
    return {each["code"] for each in told.get("problemDetails", [told]) if "code" in each}


def _json(answer: httpx2.Response) -> Any:
    assert "json" in answer.headers["content-type"]
    assert answer.content
    return answer.json()
