"""From a URL to a store."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from signet_vc.errors import UnavailableError, UsageError
from signet_vc.store.memory import MemoryStore
from signet_vc.store.reading import Store
from signet_vc.store.sqlite import SqliteStore

__all__ = ["default_url", "open_store"]


def open_store(url: str | None = None, *, create: bool = True) -> Store:
    """Open the store that a URL names: ``sqlite:PATH``, or ``sqlite::memory:`` for one that is not kept.

    url: None means the one in the user's state directory. create: make it where there is none.

    Raises:
        UsageError: no such URL; with ``create`` False, no such store; a store of a newer release.
        UnavailableError: it cannot be opened, made or migrated.
    """
    if url is None:
        url = default_url()
        if create:
            _make_private(Path(url.removeprefix("sqlite:")).parent)
    scheme, colon, rest = url.partition(":")
    if not colon or scheme not in _SCHEMES or not rest:
        known = " or ".join(f"{name}:PATH" for name in _SCHEMES)
        raise UsageError(f"no store can be opened under this URL: write {known}")
    return _SCHEMES[scheme](rest, create)


def default_url() -> str:
    """The store that is used where none is named, in the user's state directory."""
    from signet_vc.config import state_directory  # noqa: PLC0415 - YAML, which a store that is named needs not

    return f"sqlite:{state_directory() / 'audit.db'}"


def _sqlite(rest: str, create: bool) -> Store:  # noqa: FBT001 - a row of the table below
    if rest == ":memory:":
        return MemoryStore()
    return SqliteStore(Path(rest).expanduser(), create=create)


_SCHEMES: Final[dict[str, Callable[[str, bool], Store]]] = {"sqlite": _sqlite}


def _make_private(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise UnavailableError(f"the folder {folder} cannot be made: {error.strerror}") from error
