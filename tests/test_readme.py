"""What the README and the documentation tell a reader to type works as they say."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shlex
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from engine import AGENT, SERVER, Sides, call, run
from mcp.server import MCPServer
from pages import PAGES, ROOT, Block, blocks, commands, inline_code

from signet_vc import SigningKey, keystore, sign
from signet_vc.cli.main import signet
from signet_vc.config import Config
from signet_vc.demo.wire import connect
from signet_vc.mcp import attest_server

SCRIPTS = Path(sysconfig.get_path("scripts"))
SIGNET = [sys.executable, "-m", "signet_vc.cli.main"]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory and a home that are empty."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "here"


# -- Python ----------------------------------------------------------------------------------------


def credential(issuer: str) -> dict[str, Any]:
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiableCredential"],
        "issuer": issuer,
        "credentialSubject": {"id": "urn:example:anything"},
    }


class Names(dict[str, Any]):
    """What a snippet has and defines; a ``credential`` that it takes for granted is given to it."""

    def __missing__(self, name: str) -> Any:
        if name != "credential":
            raise KeyError(name)
        if "key" in self:
            return credential(self["key"].did)
        return sign(credential(AGENT.did), AGENT)


def nothing_more(names: Names) -> None:
    """The snippet does it all itself."""


def server_is_attested(names: Names) -> None:
    with pytest.raises(Exception, match="attested already"):
        attest_server(names["server"], key=SERVER)


def client_calls(names: Names) -> None:
    mail, key = MCPServer("mail"), SigningKey.generate()
    mail.tool()(send_email)
    agent = SigningKey.load("file:agent.key")
    attest_server(mail, key=key, allowed_signers=[agent.did], store="sqlite::memory:")
    answer = asyncio.run(names["call"](mail, key.did))
    assert answer.content[0].text == "sent to alice@example.com"


def send_email(to: str) -> str:
    return f"sent to {to}"


def it_is_verified(names: Names) -> None:
    assert (names["result"].verified, names["result"].problems) == (True, ())


def tool_is_run(names: Names) -> None:
    async def tool(arguments: dict[str, Any]) -> list[dict[str, str]]:
        return [{"type": "text", "text": str(arguments["a"])}]

    sides = Sides()
    run_tool = names["run_tool"]
    assert run(run_tool(sides.server, None, "add", {"a": 1}, tool))[1] is None
    carrier = sides.attest(call(tool="add", arguments={"a": 1})).carrier
    result, attested = run(run_tool(sides.server, carrier, "add", {"a": 1}, tool))
    assert result["content"][0]["text"] == "1"
    assert attested["credential"]["credentialSubject"]["outcome"] == "completed"


def jcs_is_judged(names: Names) -> None:
    """By Python's own parser: it accepts what is to be refused, as the page says, and fails nothing else."""
    found = names["run"](ROOT / "interop" / "vectors", "jcs")
    failed = {name for name, reason in found.items() if reason}
    assert len(found) > len(failed)
    assert "jcs/accept/nested-objects" in found
    assert failed
    assert all("/reject/" in name for name in failed)


def records_were_read(names: Names) -> None:
    assert names["line"]


def checkout_is_authorized(names: Names) -> None:
    assert names["authorized"]["ap2"]["merchant_authorization"].count(".") == 2


@cache
def exported() -> str:
    """An export of a call and its answer."""
    record_a_call()
    done = typed("signet audit export")
    assert done.returncode == 0, done.stderr
    return done.stdout


# What a snippet is known by -> what must hold after it has run.
AFTER: dict[str, Callable[[Names], None]] = {
    "attest_server(server, key=": server_is_attested,
    "AttestingTransport(transport": client_calls,
    "verify_credential(credential)": nothing_more,
    "result.verified, result.problems": it_is_verified,
    "asyncio.run(one_call())": nothing_more,
    "async def run_tool(": tool_is_run,
    "def run(vectors: Path": jcs_is_judged,
    'open("calls.jsonl"': records_were_read,
    "ucp_checkout.prepare(": checkout_is_authorized,
}


@pytest.mark.parametrize("block", blocks("python"), ids=str)
def test_the_snippet_runs(block: Block, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (after,) = [check for mark, check in AFTER.items() if mark in block.text]
    keystore.save(SigningKey.generate(), "file:agent.key")
    monkeypatch.setenv("SIGNET_PRIVATE_KEY", (here / "agent.key").read_text())
    monkeypatch.syspath_prepend(str(ROOT))
    if "calls.jsonl" in block.text:
        (here / "calls.jsonl").write_text(exported(), encoding="utf-8")
    names = Names()
    code = compile(block.text, str(block), "exec")
    exec(code, names, names)  # noqa: S102 - our own documentation
    after(names)


# -- YAML ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("block", blocks("yaml"), ids=str)
def test_the_configuration_is_valid(block: Block, here: Path) -> None:
    (here / "config.yaml").write_text(block.text)
    loaded = Config.load(here / "config.yaml", environ={})
    settings = yaml.safe_load(block.text)["signet"]
    assert len(loaded.allowed_signers) == len(settings.get("allowed_signers", []))


# -- the command line ------------------------------------------------------------------------------


def record_a_call() -> None:
    """Make a call through the proxy, without any configuration."""

    async def one_call() -> None:
        proxy = [*SIGNET, "proxy", "--", str(SCRIPTS / "mcp-server-time")]
        async with connect(proxy) as wire:
            answer = await wire.call("get_current_time", {"timezone": "Europe/Berlin"})
        assert "result" in answer, answer

    asyncio.run(one_call())


def typed(command: str) -> subprocess.CompletedProcess[str]:
    """Run a line as a shell would, `signet` being this checkout's."""
    line = command.replace("signet", shlex.join(SIGNET), 1)
    return subprocess.run(line, shell=True, check=False, capture_output=True, text=True, timeout=120)  # noqa: S602 - our own documentation


SIGNET_LINES = [(block, line) for block, line in commands() if line.startswith("signet ")]


@pytest.mark.parametrize("page", dict.fromkeys(block.page for block, _ in SIGNET_LINES))
def test_the_commands_of_a_page_work_one_after_the_other(page: str, here: Path) -> None:
    lines = [line for block, line in SIGNET_LINES if block.page == page]
    if any(line.startswith("signet audit") for line in lines):
        record_a_call()
    for line in lines:
        done = typed(line)
        assert done.returncode == 0, (line, done.stderr)
        assert done.stdout or ">" in line, line


def test_the_line_for_the_clients_configuration_is_printed(here: Path) -> None:
    (line,) = {line for _, line in SIGNET_LINES if "--print-config" in line}
    printed = json.loads(typed(line).stdout)
    ((_, entry),) = printed["mcpServers"].items()
    assert Path(entry["command"]).is_absolute()
    assert os.access(entry["command"], os.X_OK)
    assert entry["args"] == ["proxy", "--", *shlex.split(line)[shlex.split(line).index("--") + 1 :]]


def test_every_line_to_be_typed_is_checked_by_one_of_these() -> None:
    others = [line for _, line in commands() if not line.startswith(("signet ", "make "))]
    assert others == []


# -- make ------------------------------------------------------------------------------------------

CALLS = {"make demo": "bin/signet demo", "make test": "-m pytest", "make bench": "-m benchmarks"}


def test_the_targets_are_there_and_call_what_is_said() -> None:
    told = {line for _, line in commands() if line.startswith("make ")}
    told |= {code for _, code in inline_code() if code in CALLS}
    assert told == set(CALLS)
    for line in told:
        dry = ["make", "--dry-run", "--always-make", *shlex.split(line)[1:]]
        done = subprocess.run(dry, cwd=ROOT, check=True, capture_output=True, text=True)
        assert CALLS[line] in done.stdout


# -- running text ----------------------------------------------------------------------------------


def mentions() -> list[str]:
    return sorted({code for _, code in inline_code() if code.startswith("signet ")})


@pytest.mark.parametrize("mention", mentions())
def test_a_command_that_is_mentioned_exists(mention: str) -> None:
    command: click.Command = signet
    for word in mention.split()[1:]:
        if word == "--":
            break
        if word.startswith("--"):
            assert any(word in option.opts for option in command.params), word
        elif isinstance(command, click.Group):
            found = command.get_command(click.Context(command), word)
            assert found is not None, word
            command = found


def test_a_file_that_is_linked_exists() -> None:
    missing = [
        f"{page.name}: {target}"
        for page in PAGES
        for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        if "://" not in target and not (page.parent / target).exists()
    ]
    assert missing == []
