"""What verification may ask of the outside, and how: never unless the caller hands it in."""

from __future__ import annotations

from typing import Protocol

__all__ = ["Loader"]


class Loader(Protocol):
    """What gives the bytes behind a URL: a status list, a schema, a related resource."""

    def load(self, url: str) -> bytes:
        """Give what ``url`` holds.

        Raises ProblemError (FETCH_REFUSED) where it may not be asked, UnavailableError of
        RESOLVER_UNAVAILABLE where it could not be had.
        """
