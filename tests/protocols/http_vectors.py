"""The published HTTP messages as the package takes them, and keys as their signers publish them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from signet_vc.errors import Code, UnavailableError
from signet_vc.protocols.http_message import HttpRequest, HttpResponse, Message

__all__ = ["Documents", "message_of"]


def message_of(described: Mapping[str, Any]) -> Message:
    fields = tuple(described["headers"].items())
    body = described.get("body_utf8", "").encode()
    if "status" not in described:
        return HttpRequest.of_url(described["method"], described["url"], fields=fields, body=body)
    request = described.get("request")
    answered = None if request is None else message_of(request)
    assert not isinstance(answered, HttpResponse)
    return HttpResponse(status=described["status"], fields=fields, body=body, request=answered)


class Documents:
    """A loader of documents at hand; counts what it is asked for."""

    def __init__(self, documents: Mapping[str, Any]) -> None:
        self._documents = documents
        self.asked: list[str] = []

    def load(self, url: str) -> bytes:
        self.asked.append(url)
        if url not in self._documents:
            raise UnavailableError("no such document", code=Code.RESOLVER_UNAVAILABLE)
        return json.dumps(self._documents[url]).encode()
