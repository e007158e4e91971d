"""What verification may ask of the outside, and how: never unless the caller hands it in."""

from __future__ import annotations

from typing import Protocol

from signet_vc.errors import Code, UnavailableError

__all__ = ["Loader", "NotFoundError"]


class Loader(Protocol):
    """What gives the bytes behind a URL: a status list, a schema, a related resource."""

    def load(self, url: str) -> bytes:
        """Give what ``url`` holds.

        Raises ProblemError (FETCH_REFUSED) where it may not be asked, UnavailableError of
        RESOLVER_UNAVAILABLE where it could not be had: NotFoundError where it was asked and has nothing.
        """


class NotFoundError(UnavailableError):
    """The one that was asked says that there is no such thing. The code is RESOLVER_UNAVAILABLE."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail, code=Code.RESOLVER_UNAVAILABLE)
