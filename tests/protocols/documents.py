"""Documents under URLs, at hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from signet_vc.errors import Code, UnavailableError

__all__ = ["Documents"]


class Documents:
    """A loader of documents at hand; notes what it is asked for."""

    def __init__(self, documents: Mapping[str, Any]) -> None:
        self._documents = documents
        self.asked: list[str] = []

    def load(self, url: str) -> bytes:
        self.asked.append(url)
        if url not in self._documents:
            raise UnavailableError("no such document", code=Code.RESOLVER_UNAVAILABLE)
        document = self._documents[url]
        return document if isinstance(document, bytes) else json.dumps(document).encode()
