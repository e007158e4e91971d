"""`signet proxy`: what it prints, what it makes, what it refuses. Calls through it: end_to_end."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from signet_vc.cli.main import signet
from signet_vc.demo.wire import connect
from signet_vc.demo.world import executable

SIGNET = [sys.executable, "-m", "signet_vc.cli.main"]


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(signet, list(arguments), catch_exceptions=False)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "state" / "signet"


async def ask_the_time(command: list[str]) -> dict[str, object]:
    async with connect(command) as wire:
        return await wire.call("get_current_time", {"timezone": "Europe/Berlin"}, declare=False)


def test_what_it_prints_for_the_client_works(home: Path) -> None:
    printed = json.loads(invoke("proxy", "--print-config", "--", executable("mcp-server-time")).stdout)
    (name,) = printed["mcpServers"]
    entry = printed["mcpServers"][name]
    assert name == "mcp-server-time"
    assert Path(entry["command"]).is_absolute()
    for _ in range(2):  # the second run finds what the first one made
        answer = asyncio.run(ask_the_time([entry["command"], *entry["args"]]))
        assert "Berlin" in json.dumps(answer["result"])
    for kept in (home / "agent.key", home / "server.key", home / "audit.db"):
        assert kept.stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(home / "audit.db") as store:
        kinds = [kind for (kind,) in store.execute("SELECT kind FROM record ORDER BY received_at")]
    assert kinds == ["request", "response"] * 2


def test_options_are_part_of_what_it_prints(tmp_path: Path) -> None:
    config = tmp_path / "signet.yaml"
    config.write_text("signet:\n")
    options = [
        "--role",
        "agent",
        "--config",
        str(config),
        "--store",
        f"sqlite:{tmp_path / 'x.db'}",
        "--audience",
        "first-use",
    ]
    printed = json.loads(invoke("proxy", *options, "--print-config", "--", "npx", "some-server", "-y").stdout)
    (entry,) = printed["mcpServers"].values()
    assert entry["args"] == ["proxy", *options, "--", "npx", "some-server", "-y"]


@pytest.mark.parametrize(
    ("command", "name"),
    [
        (["uvx", "mcp-server-git", "--repository", "/srv/git"], "mcp-server-git"),
        (["/usr/bin/python3", "/srv/notes.py", "--verbose"], "notes.py"),
        (["/usr/bin/notes", "--verbose"], "notes"),
    ],
)
def test_a_server_is_named_for_what_it_is(command: list[str], name: str) -> None:
    printed = json.loads(invoke("proxy", "--print-config", "--", *command).stdout)
    assert list(printed["mcpServers"]) == [name]


def test_a_store_is_the_same_from_every_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    printed = json.loads(invoke("proxy", "--store", "sqlite:x.db", "--print-config", "--", "server").stdout)
    assert f"sqlite:{tmp_path / 'x.db'}" in printed["mcpServers"]["server"]["args"]


def test_an_agent_that_was_told_nothing_pins_the_server_it_meets(home: Path, tmp_path: Path) -> None:
    config = tmp_path / "server.yaml"
    agent = asyncio.run(
        ask_the_time([*SIGNET, "proxy", "--role", "agent", "--", executable("mcp-server-time")])
    )
    assert "problems" in agent["error"]["data"]  # that server attests nothing, but the key is made
    did = invoke("did", f"file:{home / 'agent.key'}", "--json").stdout
    config.write_text(f"signet:\n  allowed_signers: ['{json.loads(did)['id']}']\n  store: sqlite:server.db\n")
    server = [
        *SIGNET,
        "proxy",
        "--role",
        "server",
        "--config",
        str(config),
        "--",
        executable("mcp-server-time"),
    ]
    for _ in range(2):
        answer = asyncio.run(ask_the_time([*SIGNET, "proxy", "--role", "agent", "--", *server]))
        assert "Berlin" in json.dumps(answer["result"])
    (home / "server.key").unlink()  # another key under the same command
    changed = asyncio.run(ask_the_time([*SIGNET, "proxy", "--role", "agent", "--", *server]))
    assert changed["error"]["data"]["problems"] == ["PEER_CHANGED"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("proxy",),
        ("proxy", "--rol", "agent", "--", "x"),
        ("proxy", "--listen", "127.0.0.1:1", "--", "x"),
        ("proxy", "--upstream", "http://127.0.0.1/", "--"),
        ("proxy", "--role", "nobody", "--", "x"),
        ("proxy", "--config", "/no/such/file", "--", "x"),
        ("proxy", "--config", "/no/such/file", "--print-config", "--", "x"),
        ("proxy", "--store", "audit.db", "--print-config", "--", "x"),
        ("proxy", "--audience", "nobody", "--print-config", "--", "x"),
    ],
)
def test_usage_errors(arguments: tuple[str, ...]) -> None:
    assert invoke(*arguments).exit_code == 2


def test_a_server_that_is_not_there(home: Path) -> None:
    done = subprocess.run(
        [*SIGNET, "proxy", "--", "/no/such/server"],
        capture_output=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode in {2, 3, 127}
    assert b"/no/such/server" in done.stderr


def test_the_exit_status_is_the_servers(home: Path) -> None:
    command = [*SIGNET, "proxy", "--", sys.executable, "-c", "raise SystemExit(7)"]
    assert subprocess.run(command, check=False, stdin=subprocess.DEVNULL, capture_output=True).returncode == 7


def test_the_server_inherits_no_key(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = invoke("keygen", "--show-secret", "--out", str(tmp_path / "key")).stdout.split()[-1]
    monkeypatch.setenv("MY_KEY", secret)
    monkeypatch.setenv("SIGNET_KEY_SOURCE", "env:MY_KEY")
    monkeypatch.setenv("OTHER", "kept")
    code = "import os, sys; sys.stderr.write(repr(sorted(os.environ.items())))"
    command = [*SIGNET, "proxy", "--role", "server", "--", sys.executable, "-c", code]
    done = subprocess.run(command, check=False, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert "OTHER" in done.stderr
    assert "('MY_KEY'" not in done.stderr
    assert secret not in done.stderr
