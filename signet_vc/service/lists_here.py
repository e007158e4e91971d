"""The service's own status lists, given to its verification without asking itself over the network."""

from __future__ import annotations

from collections.abc import Sequence

from signet_vc.errors import Code, ProblemError
from signet_vc.external import Loader
from signet_vc.service.status_lists import StatusLists

__all__ = ["ListsHere"]


class ListsHere:
    """A Loader: what is here from here, and the rest from the one that is handed in, if any."""

    def __init__(self, lists: Sequence[StatusLists], elsewhere: Loader | None) -> None:
        self._lists = tuple(lists)
        self._elsewhere = elsewhere

    def load(self, url: str) -> bytes:
        """Give what ``url`` holds. Raises as ``Loader`` does."""
        for each in self._lists:
            text = each.load(url)
            if text is not None:
                return text
        if self._elsewhere is None:
            raise ProblemError.of(Code.FETCH_REFUSED, "nothing is fetched: no domain is allowed")
        return self._elsewhere.load(url)

    def publish(self, name: str) -> bytes | None:
        """Give the list that is found here under a name; None if none is."""
        for each in self._lists:
            text = each.publish(name)
            if text is not None:
                return text
        return None
