"""The store in one SQLite file: durable, shared by all processes of a host."""

from __future__ import annotations

import sqlite3
import weakref
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, Unpack

from signet_vc.attestation.store import Claim, Record, RefusedCall
from signet_vc.errors import UsageError
from signet_vc.store import rows
from signet_vc.store.group_commit import GroupCommit
from signet_vc.store.migrations import migrate, pending
from signet_vc.store.reading import Filters, RefusalFilters
from signet_vc.store.sqlite_connection import Readers, connect, enter_wal_mode, make_file, unavailable
from signet_vc.store.sqlite_writer import WritingSession, identity

__all__ = ["SqliteStore"]

_PAGE: Final = 256  # keys read at a time, so that no long read keeps the write-ahead log from shrinking
_CONDITIONS: Final = {
    "tool": "tool = ?",
    "issuer": "issuer = ?",
    "outcome": "outcome = ?",
    "kind": "kind = ?",
    "since": "{time} >= ?",
    "until": "{time} <= ?",
}


class SqliteStore:
    """Records, claims, refusals and pins in one file, in WAL mode with ``synchronous=FULL``.

    Writing goes through one connection (see ``group_commit``), reading through read-only ones, so that
    neither waits for the other. Other processes may do both meanwhile.

    Args:
        path: the file. It is made (mode 0600) unless ``create`` is False.
        busy_timeout: seconds to wait for another process's transaction.

    Raises:
        UsageError: there is no such file, or it is no store, or a newer one.
        UnavailableError: it cannot be opened, made or migrated.
    """

    def __init__(self, path: Path, *, create: bool = True, busy_timeout: float = 5.0) -> None:
        self._path = path.absolute()
        self._busy_timeout = busy_timeout
        if create:
            make_file(self._path)
        elif not self._path.is_file():
            raise UsageError(f"there is no store at {path}")
        self._prepare(create=create)
        self._readers = Readers(self._path, busy_timeout)
        open_session = partial(WritingSession, self._path, identity(self._path), busy_timeout)
        self._commits: GroupCommit[sqlite3.Connection] = GroupCommit(open_session)
        self._finalizer = weakref.finalize(self, _close, self._commits, self._readers)

    # -- the engine's methods ----------------------------------------------------------------------

    async def record(self, record: Record, *, claim: Claim | None = None) -> bool:
        """Keep ``record`` durably, claiming the nonce in the same transaction. As AttestationStore says."""
        row = rows.record_row(record)
        claimed = None if claim is None else rows.claim_row(claim)
        now = record.received_at

        def work(connection: sqlite3.Connection) -> bool:
            if claimed is not None and not rows.claim_nonce(connection, claimed, now=now):
                return False
            rows.insert_record(connection, row)
            return True

        return await self._commits.run(work)

    async def refuse(self, refused: RefusedCall) -> None:
        """Keep the fact of a refusal, durably; the oldest beyond 100,000 are dropped."""
        row = rows.refusal_row(refused)
        await self._commits.run(lambda connection: rows.insert_refusal(connection, row))

    async def get(self, digest: str) -> Record | None:
        """The record with this digest."""
        return self.find(digest)

    async def pin(self, subject: str, did: str) -> str:
        """Pin ``did`` for ``subject`` unless one is pinned; the pinned one."""
        with self._readers.one() as connection:
            found = connection.execute("SELECT did FROM pin WHERE subject = ?", (subject,)).fetchone()
        if found is not None:
            pinned: str = found[0]
            return pinned
        return await self._commits.run(lambda connection: rows.pin_subject(connection, subject, did))

    # -- reading -----------------------------------------------------------------------------------

    def records(self, **filters: Unpack[Filters]) -> Iterator[Record]:
        """The records by time, oldest first; one that is added meanwhile may or may not be among them."""
        for position in self._keys("record", "received_at", filters):
            row = self._row(f"SELECT {rows.RECORD_COLUMNS} FROM record WHERE position = ?", position)  # noqa: S608 - constants
            if row is not None:
                yield rows.record_of(row)

    def count(self, **filters: Unpack[Filters]) -> int:
        """How many records the filters let through."""
        conditions, arguments = _where("received_at", filters)
        query = f"SELECT count(*) FROM record WHERE {conditions}"  # noqa: S608 - names of ours, no values
        with self._readers.one() as connection:
            number: int = connection.execute(query, arguments).fetchone()[0]
        return number

    def refused(self, **filters: Unpack[RefusalFilters]) -> Iterator[RefusedCall]:
        """The refused calls by time, oldest first."""
        for position in self._keys("refusal", "at", filters):
            row = self._row(f"SELECT {rows.REFUSAL_COLUMNS} FROM refusal WHERE position = ?", position)  # noqa: S608 - constants
            if row is not None:
                yield rows.refusal_of(row)

    def find(self, digest: str) -> Record | None:
        """The record with this digest."""
        row = self._row(f"SELECT {rows.RECORD_COLUMNS} FROM record WHERE digest = ?", digest)  # noqa: S608 - constants
        return None if row is None else rows.record_of(row)

    def answers(self, request_digest: str) -> tuple[Record, ...]:
        """The responses to a request, in the order of recording."""
        query = f"SELECT {rows.RECORD_COLUMNS} FROM record WHERE request_digest = ? ORDER BY position"  # noqa: S608 - constants
        with self._readers.one() as connection:
            found = connection.execute(query, (request_digest,)).fetchall()
        return tuple(map(rows.record_of, found))

    def digests(self, beginning: str) -> tuple[str, ...]:
        """Up to ten digests that begin so."""
        query = "SELECT digest FROM record WHERE digest >= ? AND digest < ? ORDER BY digest LIMIT 10"
        with self._readers.one() as connection:
            found = connection.execute(query, (beginning, beginning + "\x7f")).fetchall()
        return tuple(row[0] for row in found)

    def _keys(self, table: str, time_column: str, filters: Filters | RefusalFilters) -> Iterator[int]:
        """The positions of the rows that the filters let through, by time."""
        conditions, arguments = _where(time_column, filters)
        query = (
            f"SELECT {time_column}, position FROM {table} "  # noqa: S608 - names of ours, no values
            f"WHERE {conditions} AND ({time_column}, position) > (?, ?) "
            f"ORDER BY {time_column}, position LIMIT {_PAGE}"
        )
        last = (-(2**63), 0)
        while True:
            with self._readers.one() as connection:
                page = connection.execute(query, (*arguments, *last)).fetchall()
            yield from (position for _, position in page)
            if len(page) < _PAGE:
                return
            last = page[-1]

    def _row(self, query: str, argument: object) -> tuple[Any, ...] | None:
        with self._readers.one() as connection:
            row: tuple[Any, ...] | None = connection.execute(query, (argument,)).fetchone()
        return row

    # -- opening and closing -----------------------------------------------------------------------

    def _prepare(self, *, create: bool) -> None:
        """Make the schema the newest; a store that has it already is only read."""
        try:
            with closing(connect(self._path, "ro", self._busy_timeout)) as connection:
                if not pending(connection, create=create):
                    return
            with closing(connect(self._path, "rw", self._busy_timeout)) as connection:
                enter_wal_mode(connection, self._busy_timeout)
                migrate(connection)
        except UsageError as error:
            raise UsageError(f"the store {self._path}: {error}") from error
        except sqlite3.Error as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_NOTADB:
                raise UsageError(f"the store {self._path}: it is no SQLite database") from error
            raise unavailable(error, self._path) from error

    def close(self) -> None:
        """Finish what is being written; nothing can be written afterwards."""
        self._finalizer()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _where(time_column: str, filters: Filters | RefusalFilters) -> tuple[str, list[Any]]:
    """A condition and its arguments."""
    given = {name: value for name, value in filters.items() if value is not None}
    conditions = [_CONDITIONS[name].format(time=time_column) for name in given]
    return " AND ".join(["TRUE", *conditions]), list(given.values())


def _close(commits: GroupCommit[sqlite3.Connection], readers: Readers) -> None:
    readers.close()
    commits.close()  # last, so that SQLite can put away the write-ahead log
