"""did:web, and controllers that are https URLs, resolved by fetching their documents."""

from __future__ import annotations

from signet_vc.codec.strict_json import JsonObject
from signet_vc.did import web
from signet_vc.did.resolver import MethodNotSupportedError
from signet_vc.external import Loader

__all__ = ["WebResolver"]


class WebResolver:
    """A ``Resolver`` of did:web, and of controllers that are https URLs, through a ``Loader``."""

    def __init__(self, loader: Loader) -> None:
        """Resolve what ``loader`` gives."""
        self._loader = loader

    def resolve(self, did: str) -> JsonObject:
        """Give the document that stands under a did:web or an https URL, if it is its own.

        Raises DidError (KEY_INVALID) for a did:web that is none, CONTROLLER_DOCUMENT_INVALID for a document
        that does not conform or is another's, MethodNotSupportedError for other methods; and as
        ``Fetcher.load``.
        """
        if not did.startswith(("did:web:", "https://")):
            raise MethodNotSupportedError
        url = web.url_of(did) if did.startswith("did:") else did
        return web.document_from(self._loader.load(url), did)
