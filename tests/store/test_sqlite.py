"""What SQLite's store does beyond the contract: its file, its locks, a full disk, its schema."""

from __future__ import annotations

import asyncio
import gc
import os
import shutil
import sqlite3
import subprocess
import sys
import textwrap
import threading
from contextlib import closing

import pytest
from store_samples import NOW, claim, named, refusal, request, response, run

from signet_vc.errors import UnavailableError, UsageError
from signet_vc.limits import NANOSECONDS
from signet_vc.store import open_store, rows
from signet_vc.store.sqlite import SqliteStore
from signet_vc.store.sqlite_connection import connect, enter_wal_mode
from signet_vc.store.sqlite_writer import WritingSession


@pytest.fixture
def path(tmp_path):
    return tmp_path / "audit.db"


@pytest.fixture
def store(path):
    with SqliteStore(path, busy_timeout=0.1) as opened:
        yield opened


def other(path):
    """A connection of another program."""
    return closing(sqlite3.connect(path, isolation_level=None))


# -- the file --------------------------------------------------------------------------------------


def test_the_file_is_private_and_so_is_what_stands_beside_it(path):
    before = os.umask(0)
    try:
        with SqliteStore(path) as store:
            run(store.record(request()))
            modes = {each.name: each.stat().st_mode & 0o777 for each in path.parent.iterdir()}
    finally:
        os.umask(before)
    assert modes == {"audit.db": 0o600, "audit.db-wal": 0o600, "audit.db-shm": 0o600}


def test_every_commit_is_durable(store, path):
    run(store.record(request()))
    assert store._commits._session._connection.execute("PRAGMA synchronous").fetchone() == (2,)
    with other(path) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_what_was_kept_is_there_again(path):
    with SqliteStore(path) as store:
        run(store.record(request(), claim=claim()))
        run(store.pin("command", "did:example:1"))
    with SqliteStore(path, create=False) as store:
        assert store.find(named(1)) == request()
        assert run(store.pin("command", "did:example:2")) == "did:example:1"
        assert run(store.record(request(2), claim=claim())) is False


def test_reading_needs_no_right_to_write(path):
    with SqliteStore(path) as store:
        run(store.record(request()))
    path.chmod(0o400)
    before = path.read_bytes()
    with SqliteStore(path, create=False) as store:
        assert [each.digest for each in store.records()] == [named(1)]
    assert path.read_bytes() == before


def test_a_store_that_is_closed_leaves_one_file(path):
    with SqliteStore(path) as store:
        run(store.record(request()))
        list(store.records())
    assert [each.name for each in path.parent.iterdir()] == ["audit.db"]


def test_a_store_that_nobody_holds_is_closed(path):
    store = SqliteStore(path)
    run(store.record(request()))
    del store
    gc.collect()
    assert [each.name for each in path.parent.iterdir()] == ["audit.db"]


def test_a_name_with_every_odd_letter(tmp_path):
    odd = tmp_path / "a b?mode=memory#%41&c.db"
    with SqliteStore(odd) as store:
        run(store.record(request()))
    assert [each.name for each in tmp_path.iterdir()] == [odd.name]


def test_another_connection_reads_what_was_acknowledged(store, path):
    run(store.record(request()))
    with SqliteStore(path, create=False) as second:
        assert second.find(named(1)) == request()
        run(second.record(response()))
    assert store.answers(named(1)) == (response(),)


# -- what cannot be opened -------------------------------------------------------------------------


def test_no_store_is_made_where_none_is_asked_for(path):
    with pytest.raises(UsageError):
        SqliteStore(path, create=False)
    assert not path.exists()


def test_no_folder(tmp_path):
    with pytest.raises(UsageError):
        SqliteStore(tmp_path / "nowhere" / "audit.db")


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(UnavailableError):
        SqliteStore(tmp_path)
    with pytest.raises(UsageError):
        SqliteStore(tmp_path, create=False)


def test_another_file_is_left_alone(path):
    path.write_text("# A readme\n" * 100)
    for create in (True, False):
        with pytest.raises(UsageError):
            SqliteStore(path, create=create)
    assert path.read_text() == "# A readme\n" * 100


def test_an_empty_file_becomes_a_store_only_where_one_may_be_made(path):
    path.touch()
    with pytest.raises(UsageError):
        SqliteStore(path, create=False)
    assert path.stat().st_size == 0
    with SqliteStore(path) as store:
        run(store.record(request()))


def test_another_program_s_database_is_left_alone(path):
    with other(path) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    before = path.read_bytes()
    for create in (True, False):
        with pytest.raises(UsageError):
            SqliteStore(path, create=create)
    assert path.read_bytes() == before


def test_a_newer_store_is_refused_and_left_alone(path):
    SqliteStore(path).close()
    with other(path) as connection:
        connection.execute("PRAGMA user_version = 1000")
    for create in (True, False):
        with pytest.raises(UsageError):
            SqliteStore(path, create=create)


def test_a_store_that_a_newer_release_takes_over_meanwhile(store, path):
    run(store.record(request()))
    with other(path) as connection:
        connection.execute("PRAGMA user_version = 1000")
    with pytest.raises(UnavailableError):
        run(store.record(request(2)))


@pytest.mark.parametrize("first", [False, True])
def test_a_store_that_was_replaced_takes_nothing_more(store, path, first):
    """Its claims are not in the new one: a replay would pass."""
    if first:
        run(store.record(request(), claim=claim()))
    path.rename(path.with_suffix(".old"))
    SqliteStore(path).close()
    for _ in range(2):
        with pytest.raises(UnavailableError):
            run(store.record(request(2), claim=claim()))


def test_a_damaged_row_is_named(store, path):
    run(store.record(request()))
    for damage in ("UPDATE record SET salts = '{'", "UPDATE record SET salts = NULL, committed = '[1]'"):
        with other(path) as connection:
            connection.execute(damage)
        with pytest.raises(UnavailableError, match=named(1)):
            store.find(named(1))


# -- locks, a full disk ----------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["in the loop", "in a thread"])
def test_a_locked_store_is_a_clear_error_and_nothing_worse(store, path, where):
    run(store.record(request()))
    store._commits._quick = 3600.0 if where == "in the loop" else 0.0
    with other(path) as connection:
        connection.execute("BEGIN IMMEDIATE")
        with pytest.raises(UnavailableError, match="locked") as caught:
            run(store.record(request(2), claim=claim()))
        assert str(path) in str(caught.value)
        assert store.find(named(1)) == request(), "reading goes on"
        connection.execute("ROLLBACK")
    assert run(store.record(request(2), claim=claim())) is True


def test_a_short_lock_is_waited_for(path, monkeypatch):
    began, transact = threading.Event(), WritingSession.transact

    def noted(session, work, *, patient):
        began.set()
        return transact(session, work, patient=patient)

    monkeypatch.setattr(WritingSession, "transact", noted)
    with SqliteStore(path, busy_timeout=60.0) as store, other(path) as connection:
        connection.execute("BEGIN IMMEDIATE")

        async def main():
            waiting = asyncio.ensure_future(store.record(request()))
            await asyncio.to_thread(began.wait)
            assert not waiting.done()
            connection.execute("COMMIT")
            return await waiting

        assert run(main()) is True


def test_a_full_database_is_a_clear_error_and_nothing_worse(store, path):
    run(store.record(request(), claim=claim()))
    connection = store._commits._session._connection
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(UnavailableError, match="full") as caught:
        run(store.record(request(2, secured="x" * 100_000), claim=claim(2)))
    assert str(path) in str(caught.value)
    assert store.find(named(2)) is None
    # The session was given up, and the limit with it: there is room again.
    assert run(store.record(request(2), claim=claim(2))) is True, "the claim was not kept either"
    assert run(store.record(request(3), claim=claim(1))) is False


FILL = """
    import asyncio, resource, sys
    from pathlib import Path
    from store_samples import claim, request
    from signet_vc.errors import UnavailableError
    from signet_vc.store.sqlite import SqliteStore

    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, resource.RLIM_INFINITY))
    store = SqliteStore(Path(sys.argv[1]))

    async def main():
        for n in range(1000):
            try:
                await store.record(request(n, secured="x" * 10_000), claim=claim(n))
            except UnavailableError as error:
                return n, str(error)

    number, reason = asyncio.run(main())
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    again = asyncio.run(store.record(request(number), claim=claim(number)))
    print(number, again, reason)
"""


def test_a_full_disk_fails_the_call_and_loses_nothing(path):
    filled = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(FILL), str(path)],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    ).stdout
    number, again, reason = filled.split(maxsplit=2)
    assert int(number) > 3
    assert again == "True", "once there is room, the call that failed is taken"
    assert str(path) in reason
    with SqliteStore(path) as store:
        kept = {each.digest for each in store.records()}
        assert kept == {named(n) for n in range(int(number) + 1)}
        assert run(store.record(request("replayed"), claim=claim(0))) is False


def test_a_store_that_another_program_is_making(path):
    path.touch()
    with other(path) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("CREATE TABLE theirs (x)")
        with pytest.raises(UnavailableError, match="locked"):
            SqliteStore(path, busy_timeout=0.05)
        with closing(connect(path, "rw", 0.0)) as second, pytest.raises(sqlite3.OperationalError):
            enter_wal_mode(second, 0.02)
        connection.execute("ROLLBACK")
    SqliteStore(path, busy_timeout=0.05).close()


def test_a_connection_that_cannot_be_set_up_is_closed(store, path):
    with pytest.raises(sqlite3.Error):
        connect(path, "ro", 1.0, "PRAGMA (")


# -- bounds ----------------------------------------------------------------------------------------


def test_expired_claims_are_dropped(store, path):
    async def fill():
        for n in range(100):
            at = NOW + n * 60 * NANOSECONDS
            await store.record(request(n, received_at=at), claim=claim(n, expires_at=at + 1))

    run(fill())
    with other(path) as connection:
        assert connection.execute("SELECT count(*) FROM claim").fetchone()[0] == 11, "ten minutes of grace"


def test_the_work_of_dropping_is_bounded(store, path):
    async def fill():
        await asyncio.gather(*(store.record(request(n), claim=claim(n)) for n in range(100)))
        await store.record(request("late", received_at=NOW + 10**15), claim=claim(1000))

    run(fill())
    with other(path) as connection:
        assert connection.execute("SELECT count(*) FROM claim").fetchone()[0] == 100 - 4 + 1


def test_refusals_are_bounded(store, monkeypatch):
    monkeypatch.setattr(rows, "_MAX_REFUSALS", 5)
    for n in range(8):
        run(store.refuse(refusal(detail=str(n))))
    assert [each.detail for each in store.refused()] == ["3", "4", "5", "6", "7"]


@pytest.mark.parametrize(
    "unfit", [{"tool": "\ud800"}, {"secured": "\ud800"}, {"received_at": 2**63}, {"received_at": -(2**64)}]
)
def test_what_cannot_be_kept_fails_for_its_caller_alone(store, unfit):
    async def main():
        return await asyncio.gather(
            store.record(request(1)),
            store.record(request(2, **unfit)),
            store.record(request(3), claim=claim(expires_at=2**80)),
            return_exceptions=True,
        )

    first, second, third = run(main())
    assert (first, third) == (True, True)
    assert isinstance(second, UsageError)


def test_a_claim_that_cannot_be_kept(store):
    with pytest.raises(UsageError):
        run(store.record(request(), claim=claim(audience="\ud800")))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="not applicable: no fork")
def test_a_forked_child_neither_uses_nor_closes_what_it_inherited(store, path, monkeypatch):
    run(store.record(request()))
    list(store.records())
    writing, reading = store._commits._session, store._readers._idle[0]
    monkeypatch.setattr("os.getpid", lambda: -1)
    store._commits.forked()
    run(store.record(request(2)))
    list(store.records())
    assert store._commits._session is not writing
    assert reading not in store._readers._idle
    store.close()
    for inherited in (writing._connection, reading):
        inherited.execute("SELECT 1")
        inherited.close()


def test_a_copy_opens_like_the_original(store, path, tmp_path):
    run(store.record(request()))
    store.close()
    shutil.copy(path, tmp_path / "copy.db")
    with open_store(f"sqlite:{tmp_path / 'copy.db'}", create=False) as copy:
        assert copy.find(named(1)) == request()
