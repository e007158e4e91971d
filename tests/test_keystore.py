"""Where keys are kept: what is found there, what is refused, and that nothing of it is shown."""

from __future__ import annotations

import errno
import json
import os
import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail
from secrecy import everything_in, leaked

from signet_vc import keystore
from signet_vc.errors import UsageError
from signet_vc.keys.jwk import secret_to_jwk
from signet_vc.keys.multikey import secret_to_multibase
from signet_vc.keys.pem import secret_to_pem
from signet_vc.keys.signing import KEY_TYPES, Key
from signet_vc.keystore import PASSPHRASE_VARIABLE, SOURCES, KeyExistsError, load, save, variables_of

SECRETS = {name: row.candidate(bytes(range(7, row.secret_length + 7))) for name, row in KEY_TYPES.items()}
KEYS = {name: Key.from_secret(name, secret) for name, secret in SECRETS.items()}
KEY = KEYS["Ed25519"]
SECRET = SECRETS["Ed25519"]
MULTIKEY = secret_to_multibase(KEY)
PASSPHRASE = b"correct horse"
CONTENTS = {
    "Multikey": lambda key: secret_to_multibase(key).encode(),
    "PEM": secret_to_pem,
    "JWK": lambda key: json.dumps(secret_to_jwk(key), indent=1).encode(),
}
posix_only = pytest.mark.skipif(os.name != "posix", reason="file modes mean nothing here")


class MemoryKeyring(KeyringBackend):
    """The system's keyring, in memory."""

    priority = 1

    def __init__(self):
        super().__init__()
        self.entries = {}

    def get_password(self, service, username):
        return self.entries.get((service, username))

    def set_password(self, service, username, password):
        self.entries[service, username] = password

    def delete_password(self, service, username):
        del self.entries[service, username]


@pytest.fixture
def ring():
    before, backend = keyring.get_keyring(), MemoryKeyring()
    keyring.set_keyring(backend)
    yield backend
    keyring.set_keyring(before)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "agent.key"
    path.write_bytes(CONTENTS["Multikey"](KEY))
    path.chmod(0o600)
    return path


def refused(function, *arguments, kind=UsageError, **options):
    """The call fails with UsageError, which names no secret; gives its text."""
    with pytest.raises(UsageError) as caught:
        function(*arguments, **options)
    assert type(caught.value) is kind
    assert not leaked(
        everything_in(caught.value), *SECRETS.values(), MULTIKEY, MULTIKEY[1:], PASSPHRASE.decode()
    )
    return str(caught.value)


@pytest.mark.parametrize("name", KEY_TYPES)
@pytest.mark.parametrize("form", CONTENTS)
@pytest.mark.parametrize("around", [b"", b"\n", b" \r\n"])
def test_the_content_decides(name, form, around, tmp_path, ring):
    content = around + CONTENTS[form](KEYS[name]) + around
    path = tmp_path / "key"
    path.write_bytes(content)
    path.chmod(0o600)
    ring.entries["signet", "agent"] = content.decode()
    assert load(f"file:{path}") == KEYS[name]
    assert load("env:THE_KEY", environ={"THE_KEY": content.decode()}) == KEYS[name]
    assert load("keyring:signet/agent") == KEYS[name]


def test_the_environment_is_the_process_s_by_default(monkeypatch):
    monkeypatch.setenv("SIGNET_TEST_KEY", MULTIKEY)
    assert load("env:SIGNET_TEST_KEY") == KEY


@pytest.mark.parametrize(
    "content",
    [
        "hello",
        "",
        " ",
        "a b",
        "é",
        MULTIKEY[:-1],
        MULTIKEY + "2",
        MULTIKEY[1:],
        KEY.public_key.multibase,
        KEY.did,
        "{",
        "[]",
        "{}",
        '{"d": NaN}',
        json.dumps({**secret_to_jwk(KEY), "x": "AAAA"}),
        MULTIKEY + " " + MULTIKEY,
        json.dumps(secret_to_jwk(KEY))[:-1],
        json.dumps(secret_to_jwk(KEY)).replace("{", '{"d": "x",'),
        json.dumps({**secret_to_jwk(KEY), "d": int.from_bytes(SECRET, "big")}),
        json.dumps({**secret_to_jwk(KEY), "d": int.from_bytes(SECRET, "big") + 0.5}),
        json.dumps(secret_to_jwk(KEY)).replace('"d": "', '"d": "\\ud800'),
        "[" * 100_000,
        secret_to_pem(KEY).decode()[:-50],
        secret_to_pem(KEY).decode() * 2,
        "-----BEGIN ",
        "\ufeff" + MULTIKEY,
        MULTIKEY.replace("z", "z\udcff", 1),
        "{" + MULTIKEY + "}",
        "\udcff" + MULTIKEY,
    ],
)
def test_threat_55_unusable_content_is_refused_and_not_shown(content, tmp_path):
    where = tmp_path / "key"
    where.write_bytes(os.fsencode(content))
    where.chmod(0o600)
    assert str(where) in refused(load, f"file:{where}")
    assert "THE_KEY" in refused(load, "env:THE_KEY", environ={"THE_KEY": content})


@pytest.mark.parametrize(
    "source",
    [
        "",
        "agent.key",
        "env",
        "env:",
        "file:",
        "keyring:",
        ":x",
        "hsm:1",
        "ENV:NAME",
        " env:NAME",
        "env:A B",
        "env:A=B",
        "env:1A",
        "env:É",
        "env:$A",
        "keyring:agent",
        "keyring:/agent",
        "keyring:signet/",
    ],
)
def test_what_is_no_source(source):
    refused(load, source, environ={})
    if not source.startswith("keyring:") or source == "keyring:":
        refused(variables_of, source)


@pytest.mark.parametrize("before", ["", "env:", "file:", "keyring:", "key:"])
@pytest.mark.parametrize("form", CONTENTS)
def test_threat_55_a_source_that_is_the_key_itself_is_not_shown(before, form):
    source = before + CONTENTS[form](KEY).decode()
    for function in (load, variables_of, lambda target: save(KEY, target)):
        assert "hold the key itself" in refused(function, source)


# --- env ---


def test_threat_55_text_that_has_no_bytes_is_refused_and_not_shown():
    """As a mapping that is not the system's may hold it."""
    refused(load, "env:NAME", environ={"NAME": MULTIKEY + "\ud800"})


def test_a_variable_that_is_not_set():
    told = refused(load, "env:NAME", environ={})
    assert "NAME" in told
    assert "signet keygen" in told


def test_a_key_file_that_is_not_there(tmp_path):
    assert f"signet keygen --out {tmp_path / 'agent.key'}" in refused(load, f"file:{tmp_path / 'agent.key'}")


def test_which_variables_are_not_for_children():
    assert variables_of("env:AGENT_KEY") == {"AGENT_KEY", PASSPHRASE_VARIABLE}
    assert variables_of("file:agent.key") == {PASSPHRASE_VARIABLE}
    assert variables_of("keyring:signet/agent") == {PASSPHRASE_VARIABLE}


def test_nothing_is_kept_in_the_environment():
    refused(save, KEY, "env:NAME")


# --- passphrases ---


@pytest.fixture
def encrypted(tmp_path):
    path = tmp_path / "encrypted.pem"
    path.write_bytes(secret_to_pem(KEY, PASSPHRASE))
    path.chmod(0o600)
    return f"file:{path}"


def never():
    raise AssertionError("asked")


def test_ways_to_give_the_passphrase(encrypted):
    in_environment = {PASSPHRASE_VARIABLE: PASSPHRASE.decode()}
    assert load(encrypted, passphrase=PASSPHRASE, environ={}) == KEY
    assert load(encrypted, passphrase=PASSPHRASE, environ={PASSPHRASE_VARIABLE: "other"}) == KEY
    assert load(encrypted, environ=in_environment) == KEY
    assert load(encrypted, passphrase=never, environ=in_environment) == KEY
    assert load(encrypted, passphrase=lambda: PASSPHRASE, environ={}) == KEY


def test_threat_55_the_passphrase_is_missing_or_wrong(encrypted):
    for passphrase in (None, b"", lambda: None, lambda: b""):
        assert PASSPHRASE_VARIABLE in refused(load, encrypted, passphrase=passphrase, environ={})
    for passphrase in (b"other", b"x" * 5000):
        refused(load, encrypted, passphrase=passphrase, environ={})
    refused(load, encrypted, environ={PASSPHRASE_VARIABLE: "other"})


def test_nobody_is_asked_for_a_passphrase_that_is_not_needed(file):
    assert load(f"file:{file}", passphrase=never, environ={}) == KEY


# --- file ---


@posix_only
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o602, 0o644, 0o610])
def test_a_file_that_is_open_to_others_is_refused(file, mode):
    file.chmod(mode)
    assert f"chmod 600 {file}" in refused(load, f"file:{file}")
    assert load(f"file:{file}", allow_readable=True) == KEY


@posix_only
@pytest.mark.parametrize("mode", [0o600, 0o400, 0o700])
def test_a_file_of_the_owner_alone_is_taken(file, mode):
    file.chmod(mode)
    assert load(f"file:{file}") == KEY


@posix_only
def test_a_link_is_followed_and_its_target_judged(file, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(file)
    assert load(f"file:{link}") == KEY
    file.chmod(0o644)
    refused(load, f"file:{link}")


def test_paths_that_hold_no_key(tmp_path, monkeypatch):
    large = tmp_path / "large"
    large.write_bytes(b"z" * 70_000)
    large.chmod(0o600)
    for path in (
        tmp_path / "missing",
        tmp_path,
        large,
        tmp_path / "missing" / "key",
        "a\0b",
        "~nobody-of-that-name/key",
    ):
        refused(load, f"file:{path}")
    monkeypatch.chdir(tmp_path)
    refused(load, "file:missing")


@posix_only
def test_a_pipe_is_refused_without_waiting_for_it(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe, 0o600)
    refused(load, f"file:{pipe}")


def test_home_and_relative_paths(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    save(KEY, "file:~/keys/agent.key")
    assert load("file:~/keys/agent.key") == load("file:keys/agent.key") == KEY


@pytest.mark.parametrize("name", KEY_TYPES)
def test_a_saved_key_is_a_multikey_that_loads(name, tmp_path):
    path = tmp_path / "new" / "folder" / "key"
    save(KEYS[name], f"file:{path}")
    assert path.read_text() == secret_to_multibase(KEYS[name]) + "\n"
    assert load(f"file:{path}") == KEYS[name]
    assert [each.name for each in path.parent.iterdir()] == ["key"]


def test_a_saved_key_may_be_encrypted(tmp_path):
    target = f"file:{tmp_path / 'key'}"
    save(KEY, target, passphrase=PASSPHRASE)
    assert load(target, passphrase=PASSPHRASE) == KEY
    refused(save, KEY, f"file:{tmp_path / 'other'}", passphrase=b"")
    assert not (tmp_path / "other").exists()


@posix_only
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_a_saved_key_is_the_owner_s_alone(umask, tmp_path):
    before = os.umask(umask)
    try:
        save(KEY, f"file:{tmp_path / 'folder' / 'key'}")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "folder" / "key").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "folder").stat().st_mode) == 0o700


def test_a_saved_key_never_replaces_anything(file, tmp_path):
    before = file.read_bytes()
    dangling = tmp_path / "dangling"
    dangling.symlink_to(tmp_path / "nowhere")
    for path in (file, tmp_path, dangling):
        refused(save, KEYS["P-256"], f"file:{path}", kind=KeyExistsError)
    assert file.read_bytes() == before
    assert not (tmp_path / "nowhere").exists()
    assert {each.name for each in tmp_path.iterdir()} == {file.name, "dangling"}


def test_of_many_who_save_at_once_one_does(tmp_path):
    target = f"file:{tmp_path / 'key'}"
    keys = [Key.from_secret("Ed25519", bytes([number]) * 32) for number in range(1, 17)]

    def saved(key):
        try:
            save(key, target)
        except KeyExistsError:
            return False
        return load(target) == key

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(saved, keys)) == 1
    assert load(target) in keys
    assert len(list(tmp_path.iterdir())) == 1


def test_a_file_system_without_links(tmp_path, monkeypatch):
    def link(_from, _to):
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(keystore.os, "link", link)
    target = f"file:{tmp_path / 'key'}"
    save(KEY, target)
    assert load(target) == KEY
    refused(save, KEYS["P-256"], target, kind=KeyExistsError)
    assert load(target) == KEY
    assert len(list(tmp_path.iterdir())) == 1


def test_a_disk_that_fails_leaves_nothing(tmp_path, monkeypatch):
    def failing(*_arguments):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    for function in ("fsync", "link"):
        with monkeypatch.context() as patch:
            patch.setattr(keystore.os, function, failing)
            assert os.strerror(errno.ENOSPC) in refused(save, KEY, f"file:{tmp_path / 'key'}")
        assert not list(tmp_path.iterdir())


def test_places_that_cannot_be_written(file):
    refused(save, KEY, f"file:{file / 'below-a-file'}")
    refused(save, KEY, "file:a\0b")
    refused(save, KEY, "file:~nobody-of-that-name/key")


def test_a_key_that_cannot_be_exported_is_not_saved(tmp_path):
    refused(save, Key(KEY.public_key, KEY.sign), f"file:{tmp_path / 'key'}")
    assert not list(tmp_path.iterdir())


# --- keyring ---


def test_the_keyring_keeps_keys(ring):
    save(KEY, "keyring:signet/agent")
    assert ring.entries == {("signet", "agent"): MULTIKEY}
    assert load("keyring:signet/agent") == KEY
    save(KEYS["P-256"], "keyring:signet/agent/2")
    assert load("keyring:signet/agent/2") == KEYS["P-256"]
    assert ("signet/agent", "2") in ring.entries


def test_the_keyring_never_replaces_an_entry(ring):
    ring.entries["signet", "agent"] = ""
    refused(save, KEY, "keyring:signet/agent", kind=KeyExistsError)
    assert ring.entries == {("signet", "agent"): ""}


def test_the_keyring_has_no_such_entry(ring):
    assert "agent" in refused(load, "keyring:signet/agent")
    for target in ("keyring:agent", "keyring:/agent"):
        refused(save, KEY, target)


def test_a_machine_without_a_keyring():
    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())
    try:
        refused(load, "keyring:signet/agent")
        refused(save, KEY, "keyring:signet/agent")
    finally:
        keyring.set_keyring(before)


def test_the_keyring_package_is_an_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert 'pip install "signet-vc[keyring]"' in refused(load, "keyring:signet/agent")


def test_a_further_source_is_a_row(monkeypatch):
    """An HSM: its key signs there and cannot be exported."""
    row = keystore.Source(open=lambda locator, _access: Key(KEY.public_key, lambda _: locator.encode()))
    monkeypatch.setattr(keystore, "SOURCES", {**SOURCES, "hsm": row})
    key = load("hsm:slot-1")
    assert key == KEY
    assert key.sign(b"m") == b"slot-1"
    refused(key.reveal_secret)
    refused(save, key, "hsm:slot-2")
    assert variables_of("hsm:slot-1") == {PASSPHRASE_VARIABLE}


def test_the_sources():
    assert list(SOURCES) == ["env", "file", "keyring"]
    assert Path(keystore.__file__).name == "keystore.py"
