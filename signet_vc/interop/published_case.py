"""What the readers of other parties' vectors of neighbouring protocols give: cases that check themselves."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import NamedTuple

from signet_vc.codec.strict_json import JsonObject
from signet_vc.interop.cases import Verdict

__all__ = ["KeySet", "PublishedCase"]


class PublishedCase(NamedTuple):
    """One case. ``check`` tells what is wrong, or nothing."""

    name: str
    verdict: Verdict
    check: Callable[[], str]


class KeySet:
    """The keys of a case, under the one URL that its policy trusts."""

    def __init__(self, keys: list[JsonObject]) -> None:
        self._document = json.dumps({"keys": keys}).encode()

    def load(self, url: str) -> bytes:
        """Give the set, whoever asks."""
        del url
        return self._document
