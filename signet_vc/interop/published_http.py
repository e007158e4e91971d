"""Other parties' vectors of HTTP message signatures: RFC 9421 by itself, and as UCP profiles it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from signet_vc.codec import strict_json
from signet_vc.codec.strict_json import JsonObject
from signet_vc.errors import Code, ProblemError, UnavailableError
from signet_vc.interop.published_case import PublishedCase
from signet_vc.limits import NANOSECONDS
from signet_vc.policy import Policy
from signet_vc.protocols import ucp, ucp_keys
from signet_vc.protocols.content_digest import digest_problems
from signet_vc.protocols.http_components import signature_base
from signet_vc.protocols.http_message import HttpRequest, HttpResponse, Message
from signet_vc.protocols.http_signatures import candidates, signature_problems, time_problems
from signet_vc.protocols.structured_fields import dictionary

__all__ = ["message_of", "rfc9421_vectors", "ucp_vectors"]

_KIND: Final = "http-message-signature"
_NOW: Final = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())  # where a vector does not say when
_BUSINESS: Final = "https://merchant.example.com/.well-known/ucp"  # whose keys a response is held to


def rfc9421_vectors(place: Path) -> Iterator[PublishedCase]:
    """The signature alone, under the keys of the case."""
    return _vectors(place, _rfc9421_codes)


def ucp_vectors(place: Path) -> Iterator[PublishedCase]:
    """The whole of UCP's verification, the keys being published by who is named as the signer."""
    return _vectors(place, _ucp_codes)


def message_of(described: JsonObject) -> Message:
    """Make the message that a case describes."""
    fields = tuple(described["headers"].items())
    body = described.get("body_utf8", "").encode()
    if "status" not in described:
        return HttpRequest.of_url(described["method"], described["url"], fields=fields, body=body)
    request = described.get("request")
    answered = None if request is None else message_of(request)
    if isinstance(answered, HttpResponse):
        raise TypeError("a response answers a request")
    return HttpResponse(status=described["status"], fields=fields, body=body, request=answered)


def _vectors(place: Path, codes: Callable[[JsonObject], list[Code]]) -> Iterator[PublishedCase]:
    for file in sorted(place.glob("*.json")):
        case = strict_json.loads(file.read_bytes())
        if case["kind"] != _KIND:
            continue
        yield PublishedCase(file.stem, case["expect"], partial(_difference, case, codes))


def _difference(case: JsonObject, codes: Callable[[JsonObject], list[Code]]) -> str:
    found = codes(case)
    if case["expect"] == "reject":
        return "" if found else "accepted"
    if found:
        return f"refused: {', '.join(found)}"
    expected = case.get("intermediate", {}).get("signature_base")
    message = message_of(case["message"])
    bases = [signature_base(message, each.covered) for each in candidates(message)]
    return "" if expected is None or bases == [expected] else "another signature base"


def _at_ns(case: JsonObject) -> int:
    at: int = case.get("now", _NOW)
    return at * NANOSECONDS


def _rfc9421_codes(case: JsonObject) -> list[Code]:
    message = message_of(case["message"])
    try:
        (candidate,) = candidates(message)
        (key,) = ucp_keys.find({"keys": case["keys"]}, candidate.parameter("keyid")).keys
        problems = signature_problems(message, candidate, key)
        problems += time_problems(candidate, at_ns=_at_ns(case), skew_ns=0)
        if "content-digest" in candidate.components:
            problems += digest_problems(message)
    except ProblemError as error:
        return list(error.codes)
    return [each.code for each in problems]


def _ucp_codes(case: JsonObject) -> list[Code]:
    message = message_of(case["message"])
    agent = message.field("ucp-agent")
    signer = _BUSINESS if agent is None else str(dictionary(agent, "ucp-agent")["profile"][0])
    documents = {signer: case.get("profile", {"keys": case["keys"]})}
    policy = Policy(allowed_signers=[signer], loader=_AtHand(documents))
    return [each.code for each in ucp.verify(message, policy, at_ns=_at_ns(case)).problems]


class _AtHand:
    """Gives the documents of a case."""

    def __init__(self, documents: dict[str, Any]) -> None:
        self._documents = documents

    def load(self, url: str) -> bytes:
        if url not in self._documents:
            raise UnavailableError("the case has no such document", code=Code.RESOLVER_UNAVAILABLE)
        return json.dumps(self._documents[url]).encode()
