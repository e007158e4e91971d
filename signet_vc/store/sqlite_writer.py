"""The connection that writes: one transaction at a time, and only into the file that was opened first."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from signet_vc.errors import UnavailableError
from signet_vc.store.group_commit import LockedError
from signet_vc.store.migrations import MIGRATIONS, version_of
from signet_vc.store.sqlite_connection import connect, unavailable

__all__ = ["Identity", "WritingSession", "identity"]

Identity = tuple[int, int]


def identity(path: Path) -> Identity:
    """Which file this is, whatever its name. Raises OSError."""
    status = path.stat()
    return status.st_dev, status.st_ino


class WritingSession:
    """The connection that writes. ``file``: what ``path`` must be. ``busy_timeout``: seconds.

    Raises:
        UnavailableError: it cannot be opened.
    """

    def __init__(self, path: Path, file: Identity, busy_timeout: float) -> None:
        self._path = path
        self._file = file
        self._busy_timeout = busy_timeout
        self._patient = True
        try:
            self._connection = connect(path, "rw", busy_timeout, "PRAGMA synchronous = FULL")
        except sqlite3.Error as error:
            raise unavailable(error, path) from error

    def transact(self, work: Sequence[Callable[[sqlite3.Connection], Any]], *, patient: bool) -> list[Any]:
        """Do all of it in one durable transaction.

        Raises:
            LockedError: not ``patient``, and another process is writing.
            UnavailableError: nothing of it was kept, and this session is to be closed.
        """
        connection = self._connection
        try:
            if not self._begin(patient=patient):
                raise LockedError(f"the store {self._path} is being written by another process")
            self._check()
            results = [each(connection) for each in work]
            connection.execute("COMMIT")
        except (sqlite3.Error, OSError) as error:
            raise unavailable(error, self._path) from error
        return results

    def _begin(self, *, patient: bool) -> bool:
        """Take the write lock. False if another process has it, unless ``patient``."""
        if patient is not self._patient:
            milliseconds = int(self._busy_timeout * 1000) if patient else 0
            self._connection.execute(f"PRAGMA busy_timeout = {milliseconds}")
            self._patient = patient
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if patient or error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            return False
        return True

    def _check(self) -> None:
        """What is written now is found again, by this name and in this schema, and so are all claims."""
        if identity(self._path) != self._file:
            raise UnavailableError(f"the store {self._path} was moved or replaced: start this program again")
        if version_of(self._connection) != len(MIGRATIONS):
            raise UnavailableError(f"the store {self._path} was migrated by another release: upgrade")

    def close(self) -> None:
        """Give up what was begun and not committed."""
        with suppress(sqlite3.Error):
            self._connection.close()
