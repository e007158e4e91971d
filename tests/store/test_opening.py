from __future__ import annotations

import pytest
from store_samples import request, run

from signet_vc.errors import UnavailableError, UsageError
from signet_vc.store import default_url, open_store
from signet_vc.store.memory import MemoryStore
from signet_vc.store.sqlite import SqliteStore


@pytest.fixture
def state(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "signet"


def test_by_default_it_is_in_the_user_s_state_directory(state):
    with open_store() as store:
        run(store.record(request()))
    assert default_url() == f"sqlite:{state / 'audit.db'}"
    assert (state / "audit.db").stat().st_mode & 0o777 == 0o600
    assert state.stat().st_mode & 0o777 == 0o700


def test_without_that_variable_it_is_under_home(tmp_path, monkeypatch):
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert default_url() == f"sqlite:{tmp_path / '.local/state/signet/audit.db'}"


def test_nothing_is_made_by_reading(state):
    with pytest.raises(UsageError):
        open_store(create=False)
    assert not state.exists()


def test_a_state_directory_that_cannot_be_made(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    with pytest.raises(UnavailableError):
        open_store()


def test_a_path_is_as_it_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    for written, expected in (("a.db", "a.db"), ("./b:c.db", "b:c.db"), ("~/d.db", "home/d.db")):
        with open_store(f"sqlite:{written}") as store:
            assert isinstance(store, SqliteStore)
        assert (tmp_path / expected).is_file()


def test_memory_only_if_asked_for():
    assert isinstance(open_store("sqlite::memory:"), MemoryStore)


@pytest.mark.parametrize(
    "url", ["", "sqlite", "sqlite:", "audit.db", "postgres://db/audit", "SQLITE:a.db", "file:a.db", ":a"]
)
def test_another_url_is_refused(url, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError):
        open_store(url)
    assert list(tmp_path.iterdir()) == []
