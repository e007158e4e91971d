"""What is wrong with a setting, and where it stands."""

from __future__ import annotations

import difflib
from collections.abc import Collection

from signet_vc.errors import UsageError

__all__ = ["ConfigurationError", "unknown"]


class ConfigurationError(UsageError):
    """A setting is wrong. ``source``: the file, variable or argument; ``key``: the setting, if one."""

    def __init__(self, source: str, key: str | None, remedy: str) -> None:
        super().__init__(": ".join(part for part in (source, key, remedy) if part))
        self.source = source
        self.key = key


def unknown(name: str, known: Collection[str]) -> str:
    """What to say of a name that nobody knows: the one that it is like, else all that there are."""
    if near := difflib.get_close_matches(name, known, n=1):
        return f"unknown; did you mean {near[0]}?"
    return f"unknown; there are {', '.join(known)}"
