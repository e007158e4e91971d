"""The documents that a case brings, behind URLs and of DIDs: all that there is of a network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Self

from signet_vc.codec import strict_json
from signet_vc.codec.strict_json import Json
from signet_vc.did.resolver import MethodNotSupportedError
from signet_vc.errors import Code, ProblemError
from signet_vc.external import NotFoundError
from signet_vc.interop.cases import BrokenCaseError, bytes_of

__all__ = ["Documents"]


class Documents(NamedTuple):
    """A Loader and a Resolver. What a case does not bring is not there."""

    by_url: Mapping[str, bytes]

    @classmethod
    def of(cls, value: Json) -> Self:
        """Read a case's ``documents``. Raises BrokenCaseError."""
        if not isinstance(value, dict):
            raise BrokenCaseError("documents is no object")
        return cls({url: bytes_of(each) for url, each in value.items()})

    def load(self, url: str) -> bytes:
        """Give what ``url`` holds. Raises NotFoundError for one that the case does not name."""
        if url not in self.by_url:
            raise NotFoundError("the case brings no such document")
        return self.by_url[url]

    def resolve(self, did: str) -> dict[str, Any]:
        """Give the document of a DID or an https URL.

        Raises MethodNotSupportedError for one that the case does not name, ProblemError for a document that
        is no JSON object.
        """
        if did not in self.by_url:
            raise MethodNotSupportedError
        document = strict_json.loads(self.by_url[did])
        if not isinstance(document, dict):
            raise ProblemError.of(Code.CONTROLLER_DOCUMENT_INVALID, "the document is no JSON object")
        return document
