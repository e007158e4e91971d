"""Numbered steps: an older store becomes the newest in one transaction, a newer one is refused."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from types import SimpleNamespace

import pytest
from store_samples import NOW, claim, named, request, run

from signet_vc.errors import UsageError
from signet_vc.store import migrations
from signet_vc.store.migrations import APPLICATION_ID, MIGRATIONS, migrate, pending, version_of
from signet_vc.store.sqlite import SqliteStore

# As version 1 made it, and for ever: a store that is in the field is not changed by an edit of a file here.
VERSION_1 = """
CREATE TABLE record (
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
) STRICT;
CREATE INDEX record_by_time ON record (received_at);
CREATE INDEX record_by_request ON record (request_digest) WHERE request_digest IS NOT NULL;
CREATE TABLE claim (
    issuer TEXT NOT NULL,
    audience TEXT NOT NULL,
    nonce TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (issuer, audience, nonce)
) STRICT, WITHOUT ROWID;
CREATE INDEX claim_by_expiry ON claim (expires_at);
CREATE TABLE refusal (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    side TEXT NOT NULL CHECK (side IN ('agent', 'server')),
    tool TEXT NOT NULL,
    codes TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT;
CREATE INDEX refusal_by_time ON refusal (at);
CREATE TABLE pin (subject TEXT PRIMARY KEY, did TEXT NOT NULL) STRICT, WITHOUT ROWID;
PRAGMA application_id = 1397182036;
PRAGMA user_version = 1;
"""
STEPS = (("CREATE TABLE a (x)", "CREATE TABLE b (x)"), ("ALTER TABLE a ADD COLUMN y",), ("DROP TABLE b",))


@pytest.fixture
def connection(tmp_path):
    with closing(sqlite3.connect(tmp_path / "a.db", isolation_level=None)) as opened:
        yield opened


def schema(connection):
    rows = connection.execute("SELECT type, name, sql FROM sqlite_schema ORDER BY name").fetchall()
    return [(kind, name, " ".join((sql or "").split())) for kind, name, sql in rows]


def test_a_store_of_version_1_is_read_and_written(tmp_path):
    path = tmp_path / "audit.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as old:
        old.execute("PRAGMA journal_mode = WAL")
        old.executescript(VERSION_1)
        old.execute(
            "INSERT INTO record VALUES (1, ?, 'request', ?, ?, NULL, NULL, NULL, ?, ?, NULL, NULL)",
            (named(1), NOW, '{"sample":"1"}', request().issuer, request().tool),
        )
        old.execute(
            "INSERT INTO claim VALUES (?, ?, ?, ?)",
            (claim().issuer, claim().audience, claim().nonce, claim().expires_at),
        )
    with SqliteStore(path) as store:
        assert list(store.records()) == [request()]
        assert run(store.record(request(2), claim=claim())) is False
        assert run(store.record(request(2), claim=claim(2))) is True
    with closing(sqlite3.connect(path)) as migrated:
        assert version_of(migrated) == len(MIGRATIONS)


def test_a_new_store_has_the_schema_that_migrating_gives(tmp_path):
    SqliteStore(tmp_path / "new.db").close()
    with closing(sqlite3.connect(tmp_path / "old.db", isolation_level=None)) as old:
        old.executescript(VERSION_1)
        migrate(old)
        with closing(sqlite3.connect(tmp_path / "new.db")) as new:
            assert schema(new) == schema(old)


@pytest.mark.parametrize("begun", [0, 1, 2, 3])
def test_only_what_is_pending_is_done(connection, begun):
    migrate(connection, STEPS[:begun])
    assert version_of(connection) == begun
    assert pending(connection, STEPS) is (begun < 3)
    migrate(connection, STEPS)
    assert version_of(connection) == 3
    assert schema(connection) == [("table", "a", "CREATE TABLE a (x, y)")]
    assert pending(connection, STEPS) is False


def test_a_migration_that_fails_changes_nothing(connection):
    migrate(connection, STEPS[:1])
    before = schema(connection)
    with pytest.raises(sqlite3.OperationalError):
        migrate(connection, (STEPS[0], ("CREATE TABLE c (x)", "CREATE TABLE a (x)")))
    assert schema(connection) == before
    assert version_of(connection) == 1
    assert not connection.in_transaction


def test_a_second_process_finds_the_work_done(connection):
    migrate(connection, STEPS)
    migrate(connection, STEPS)
    assert version_of(connection) == 3


def test_a_newer_store_is_refused(connection):
    migrate(connection, STEPS)
    with pytest.raises(UsageError):
        pending(connection, STEPS[:2])
    with pytest.raises(UsageError):
        migrate(connection, STEPS[:2])
    assert not connection.in_transaction


@pytest.mark.parametrize(
    "statement",
    ["PRAGMA user_version = 1", "CREATE TABLE theirs (x)", "PRAGMA application_id = 7; CREATE TABLE t (x)"],
)
def test_another_program_s_database_is_refused(connection, statement):
    connection.executescript(statement)
    with pytest.raises(UsageError):
        pending(connection)


def test_the_mark_of_a_store(connection):
    migrate(connection)
    assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
    assert APPLICATION_ID.to_bytes(4) == b"SGNT"


def test_a_store_is_migrated_when_it_is_opened(tmp_path, monkeypatch):
    path = tmp_path / "audit.db"
    with SqliteStore(path) as store:
        run(store.record(request(), claim=claim()))
    further = (*MIGRATIONS, ("ALTER TABLE record ADD COLUMN leaf INTEGER",))
    monkeypatch.setattr(migrations.migrate, "__defaults__", (further,))
    monkeypatch.setattr(migrations.pending, "__defaults__", (further,))
    monkeypatch.setattr("signet_vc.store.sqlite_writer.MIGRATIONS", further)
    with SqliteStore(path, create=False) as store:
        assert list(store.records()) == [request()]
        assert run(store.record(request(2), claim=claim())) is False
        assert run(store.record(request(3))) is True
    with closing(sqlite3.connect(path)) as connection:
        assert version_of(connection) == len(further)


@pytest.mark.parametrize("after", [1, 2, 3])
def test_a_store_that_is_made_between_two_statements_is_no_stranger_s(tmp_path, after):
    path = tmp_path / "a.db"
    is_overtaken = iter([False] * (after - 1) + [True])

    class Overtaken(sqlite3.Connection):
        def execute(self, *statement):
            row = super().execute(*statement).fetchone()
            if next(is_overtaken, False):
                with closing(sqlite3.connect(path, isolation_level=None)) as other:
                    migrate(other, STEPS)
            return SimpleNamespace(fetchone=lambda: row)

    with closing(sqlite3.connect(path, isolation_level=None, factory=Overtaken)) as connection:
        for _ in range(after):
            pending(connection, STEPS)  # either way, and no error
        assert pending(connection, STEPS) is False
