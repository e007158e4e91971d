"""The database's schema as a list of steps, and how an older one is brought to the newest.

``PRAGMA user_version`` is the number of the last step that was made. A released step never changes;
what is new is a further step.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Final

from signet_vc.errors import UsageError

__all__ = ["APPLICATION_ID", "MIGRATIONS", "migrate", "pending", "version_of"]

Migration = tuple[str, ...]

APPLICATION_ID: Final = 0x53474E54  # "SGNT": tells a store from other people's databases

# position: the order of recording. Times: nanoseconds since 1970. secured: the exact text that was
# signed or received. salts, committed: JSON objects by member, NULL where there are none.
_V1: Final[Migration] = (
    """CREATE TABLE record (
        position INTEGER PRIMARY KEY,
        digest TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL CHECK (kind IN ('request', 'response')),
        received_at INTEGER NOT NULL,
        secured TEXT NOT NULL,
        jws TEXT,
        salts TEXT,
        committed TEXT,
        issuer TEXT NOT NULL,
        tool TEXT NOT NULL,
        outcome TEXT,
        request_digest TEXT
    ) STRICT""",
    "CREATE INDEX record_by_time ON record (received_at)",
    "CREATE INDEX record_by_request ON record (request_digest) WHERE request_digest IS NOT NULL",
    """CREATE TABLE claim (
        issuer TEXT NOT NULL,
        audience TEXT NOT NULL,
        nonce TEXT NOT NULL,
        expires_at INTEGER NOT NULL,
        PRIMARY KEY (issuer, audience, nonce)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX claim_by_expiry ON claim (expires_at)",
    """CREATE TABLE refusal (
        position INTEGER PRIMARY KEY AUTOINCREMENT,
        at INTEGER NOT NULL,
        side TEXT NOT NULL CHECK (side IN ('agent', 'server')),
        tool TEXT NOT NULL,
        codes TEXT NOT NULL,
        detail TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX refusal_by_time ON refusal (at)",
    "CREATE TABLE pin (subject TEXT PRIMARY KEY, did TEXT NOT NULL) STRICT, WITHOUT ROWID",
)

MIGRATIONS: Final[tuple[Migration, ...]] = (_V1,)


def version_of(connection: sqlite3.Connection) -> int:
    """The number of the last step that was made; 0 for an empty file."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def pending(
    connection: sqlite3.Connection, migrations: Sequence[Migration] = MIGRATIONS, *, create: bool = True
) -> bool:
    """Whether steps are to be made. ``create``: an empty file is to become a store.

    Raises:
        UsageError: the store is of a newer release, or the file is no store.
    """
    # One statement, one snapshot: another process may make the store at this moment.
    version, application, tables = connection.execute(
        "SELECT user_version, application_id, (SELECT count(*) FROM sqlite_schema)"
        " FROM pragma_user_version, pragma_application_id"
    ).fetchone()
    if version > len(migrations):
        raise UsageError(
            f"a newer signet wrote it (schema {version}, this one knows {len(migrations)}): upgrade signet"
        )
    if application != APPLICATION_ID and (version > 0 or tables > 0 or not create):
        raise UsageError("it is no store of signet")
    is_older: bool = version < len(migrations)
    return is_older


def migrate(connection: sqlite3.Connection, migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """Make all pending steps in one transaction: after a crash the store is the old one or the new one.

    ``connection`` is in autocommit mode. Raises UsageError as ``pending``, and sqlite3.Error.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        if pending(connection, migrations):  # asked again under the lock: another process may have been first
            for step in migrations[version_of(connection) :]:
                for statement in step:
                    connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {len(migrations)}")
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
