"""SQLite connections: made alike, their errors told with file and remedy."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal

from signet_vc.errors import UnavailableError, UsageError

__all__ = ["Readers", "connect", "enter_wal_mode", "make_file", "unavailable"]


def make_file(path: Path) -> None:
    """Make the file, mode 0600, unless it is there. Raises UsageError, UnavailableError."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except FileNotFoundError as error:
        raise UsageError(f"there is no folder {path.parent} for the store") from error
    except OSError as error:
        raise UnavailableError(f"the store {path} cannot be made or written: {error.strerror}") from error


def connect(path: Path, mode: Literal["ro", "rw"], busy_timeout: float, *pragmas: str) -> sqlite3.Connection:
    """Open the file, in autocommit mode. Raises sqlite3.Error."""
    connection = sqlite3.connect(
        f"{path.as_uri()}?mode={mode}",
        uri=True,
        timeout=busy_timeout,
        isolation_level=None,
        check_same_thread=False,  # used by one thread at a time
    )
    try:
        # A file from elsewhere brings no code with it.
        for pragma in ("PRAGMA trusted_schema = OFF", *pragmas):
            connection.execute(pragma)
    except BaseException:
        connection.close()
        raise
    return connection


def enter_wal_mode(connection: sqlite3.Connection, patience: float) -> None:
    """Put the file into WAL mode, for good.

    Of two processes that make a store at once SQLite answers one "locked" without waiting: hence the loop.
    """
    deadline = time.monotonic() + patience
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.005)
        else:
            return


class Readers:
    """Read-only connections, each used by one thread at a time and then kept for the next."""

    def __init__(self, path: Path, busy_timeout: float) -> None:
        self._path = path
        self._busy_timeout = busy_timeout
        self._process = os.getpid()
        self._idle: list[sqlite3.Connection] = []
        self._inherited: list[sqlite3.Connection] = []

    @contextmanager
    def one(self) -> Iterator[sqlite3.Connection]:
        """A connection. Raises UnavailableError for what SQLite raises in the block."""
        try:
            connection = self._take()
            try:
                yield connection
            except BaseException:
                connection.close()
                raise
        except sqlite3.Error as error:
            raise unavailable(error, self._path) from error
        self._idle.append(connection)

    def _take(self) -> sqlite3.Connection:
        if self._process != os.getpid():
            # Forked: SQLite's locks do not pass to the child, which may neither use nor close these.
            self._inherited, self._idle = self._idle, []
            self._process = os.getpid()
        try:
            return self._idle.pop()
        except IndexError:
            return connect(self._path, "ro", self._busy_timeout)

    def close(self) -> None:
        """Close those that nobody uses."""
        while self._process == os.getpid() and self._idle:
            self._idle.pop().close()


_LOCKED: Final = "another process keeps it locked: end that process, or try again"
_REMEDIES: Final = {
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_FULL: "the disk is full: make room",
    sqlite3.SQLITE_IOERR: "the disk cannot be read or written: make room, or repair it",
    sqlite3.SQLITE_READONLY: "it may not be written: check its owner and mode, and those of its folder",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened: check that it is there, and who may write its folder",
    sqlite3.SQLITE_CORRUPT: "it is damaged: restore it from a backup, and keep the damaged file as evidence",
    sqlite3.SQLITE_NOTADB: "it is damaged: restore it from a backup, and keep the damaged file as evidence",
}


def unavailable(error: sqlite3.Error | OSError, path: Path) -> UnavailableError:
    """What failed, on which file, and what to do."""
    code = getattr(error, "sqlite_errorcode", None)
    remedy = _REMEDIES.get(code & 0xFF) if code is not None else None  # the low byte is the primary code
    return UnavailableError(f"the store {path}: {remedy or error}")
