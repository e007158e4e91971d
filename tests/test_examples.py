"""Each example runs, as its first lines say, and does what it claims."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest
from engine import AGENT, SERVER, Sides
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.stdio import stdio_client

from signet_vc import SigningKey, audit, keystore
from signet_vc.mcp import AttestingTransport
from signet_vc.store import open_store

EXAMPLES = Path(__file__).parents[1] / "examples"
TIME_SERVER = Path(sysconfig.get_path("scripts")) / "mcp-server-time"


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """An environment whose user has nothing yet."""
    return {**os.environ, "HOME": str(tmp_path / "home"), "PYTHONPATH": str(EXAMPLES.parent)}


def key(folder: Path, name: str) -> SigningKey:
    made = SigningKey.generate()
    keystore.save(made, f"file:{folder / name}.key")
    return made


def run(environment: dict[str, str], name: str, *arguments: str, status: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / name), *arguments],
        env=environment,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == status, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", ["server.py", "gateway.py", "trail.py", "verify_export.py"])
def test_without_arguments_an_example_says_how_it_is_run(home: dict[str, str], name: str) -> None:
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / name)],
        env=home,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert f"python examples/{name} " in done.stderr
    assert "Traceback" not in done.stderr


async def answered(client: Client, tool: str, **arguments: str) -> str:
    """The text of the answer to a call, or the code that it was refused with."""
    try:
        answer = await client.call_tool(tool, arguments)
    except MCPError as error:
        (code,) = error.error.data["problems"]
        return str(code)
    return str(answer.content[0])


def test_every_example_is_run_here() -> None:
    tests = Path(__file__).parent.glob("test_example*.py")
    text = "".join(each.read_text(encoding="utf-8") for each in tests)
    names = {file.name for file in EXAMPLES.glob("*.py")}
    assert names == set(re.findall(r'"(\w+\.py)"', text))


@pytest.mark.parametrize("arguments", [[], ["--stdio"]])
def test_client(arguments: list[str], home: dict[str, str]) -> None:
    told = run(home, "client.py", *arguments)
    assert "sent 'Hello' to alice@example.com for did:key:" in told
    assert "problems:        []" in told
    assert re.search(r"it was signed by did:key:\S+ as completed", told)


def test_server(tmp_path: Path, home: dict[str, str]) -> None:
    """It runs the calls of the agent that is named, and of nobody else."""
    agent, mail, stranger = SigningKey.generate(), key(tmp_path, "server"), SigningKey.generate()
    source = f"file:{tmp_path / 'server.key'}"
    command = StdioServerParameters(
        command=sys.executable, args=[str(EXAMPLES / "server.py"), source, agent.did], env=home
    )

    async def call(signer: SigningKey) -> str:
        transport = AttestingTransport(
            stdio_client(command), key=signer, audience=mail.did, store="sqlite::memory:"
        )
        async with Client(transport) as client:
            return await answered(client, "send_email", to="bob@example.com", subject="x")

    assert agent.did in anyio.run(call, agent)
    assert anyio.run(call, stranger) == "SIGNER_NOT_ALLOWED"


def test_external_signer(home: dict[str, str]) -> None:
    told = run(home, "external_signer.py")
    assert "a credential, verified: True" in told
    assert "a tool call, problems: []" in told


@contextlib.contextmanager
def gateway(environment: dict[str, str], *arguments: str) -> Iterator[str]:
    """A gateway that serves; its port."""
    command = [sys.executable, str(EXAMPLES / "gateway.py"), "serve", "0", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[1]
        finally:
            process.terminate()


def test_gateway(tmp_path: Path, home: dict[str, str]) -> None:
    """An unmodified client and an unmodified server, attested at both ends of a TCP connection."""
    agent, server = key(tmp_path, "agent"), key(tmp_path, "server")
    environment = {**home, "XDG_STATE_HOME": str(tmp_path / "state")}

    async def call(port: str, audience: str) -> str:
        arguments = [
            str(EXAMPLES / "gateway.py"),
            "connect",
            port,
            f"file:{tmp_path / 'agent.key'}",
            audience,
        ]
        command = StdioServerParameters(command=sys.executable, args=arguments, env=environment)
        async with Client(stdio_client(command)) as client:
            return await answered(client, "get_current_time", timezone="Europe/Berlin")

    with gateway(environment, f"file:{tmp_path / 'server.key'}", agent.did, "--", str(TIME_SERVER)) as port:
        assert "Europe/Berlin" in anyio.run(call, port, server.did)
        assert anyio.run(call, port, agent.did) == "AUDIENCE_MISMATCH"
    with open_store(f"sqlite:{tmp_path / 'state' / 'signet' / 'audit.db'}") as store:
        by = [(each.kind, each.issuer) for each in store.records()]
    assert by.count(("response", server.did)) == 1
    assert by.count(("request", agent.did)) == 2  # the one that was refused as well: its agent kept it


def test_verify_export(tmp_path: Path, home: dict[str, str]) -> None:
    """An export of both sides' records is verified; one of whose records a word was changed is not."""
    sides = Sides()
    for _ in range(3):
        pending = sides.attest()
        sides.check(pending, sides.answer(sides.admitted(pending)))
    exported = b"\n".join(map(audit.export_line, sides.store.records()))
    file, forged = tmp_path / "calls.jsonl", tmp_path / "forged.jsonl"
    file.write_bytes(exported)
    forged.write_bytes(exported.replace(b"alice@", b"mallory@", 1))
    told = run(home, "verify_export.py", str(file), AGENT.did, SERVER.did)
    assert told.count("verified ") == 6
    assert told.count("has 3 records") == 2
    assert "PROOF_INVALID" in run(home, "verify_export.py", str(forged), AGENT.did, SERVER.did, status=1)
    told = run(home, "verify_export.py", str(file), AGENT.did, status=1)
    assert told.count("SIGNER_NOT_ALLOWED") == 3
    file.write_bytes(b"\n".join(exported.splitlines()[2:]))
    assert "CHAIN_BROKEN" in run(home, "verify_export.py", str(file), AGENT.did, SERVER.did)  # a gap
    file.write_text("{}")
    assert "UNKNOWN_FORMAT" in run(home, "verify_export.py", str(file), AGENT.did, status=1)
