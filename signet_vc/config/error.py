"""What is wrong with a setting, and where it stands."""

from __future__ import annotations

from signet_vc.errors import UsageError

__all__ = ["ConfigurationError"]


class ConfigurationError(UsageError):
    """A setting is wrong. ``source``: the file, variable or argument; ``key``: the setting, if one."""

    def __init__(self, source: str, key: str | None, remedy: str) -> None:
        super().__init__(": ".join(part for part in (source, key, remedy) if part))
        self.source = source
        self.key = key
