"""``signet proxy`` between real clients and real servers, compared with the same run without it."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import secrets
import shutil
import signal
import subprocess
import sysconfig
import time
from collections.abc import Awaitable
from pathlib import Path
from typing import Any, TypeVar

import pytest
from engine import AGENT
from lines import carrier_in, codes
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from measured import measured
from node_servers import node_server
from proxied import Place, Wire, modern, started

from signet_vc import Policy, SigningKey, verify
from signet_vc.attestation.agent import Agent
from signet_vc.attestation.role import AgentRole
from signet_vc.keys.multikey import secret_to_multibase
from signet_vc.mcp.agent_session import AgentSession
from signet_vc.mcp.messages import RESPONSE_KEY

T = TypeVar("T")
SCRIPTS = Path(sysconfig.get_path("scripts"))
TIME = [str(SCRIPTS / "mcp-server-time"), "--local-timezone", "Etc/UTC"]
posix = pytest.mark.skipif(os.name != "posix", reason="not applicable: no POSIX signals")


def run(work: Awaitable[T]) -> T:
    async def main() -> T:
        return await asyncio.wait_for(work, 240)

    return asyncio.run(main())


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    path = tmp_path / "repository"
    path.mkdir()
    (path / "file.txt").write_text("text\n")
    who = ["-c", "user.name=n", "-c", "user.email=e@example.org"]
    for arguments in (["init", "-q", "-b", "main"], ["add", "."], [*who, "commit", "-q", "-m", "first"]):
        subprocess.run(["git", *arguments], cwd=path, check=True)
    return path


# -- servers that we did not write -----------------------------------------------------------------


async def conversation(
    command: list[str], era: str, *calls: tuple[str, Any], **variables: str
) -> list[bytes]:
    """The answers to what a client asks at the beginning, and to some calls, as they come."""
    async with started(command, **variables) as wire:
        meta: Any = {}
        begin = "initialize"
        if era == "2026-07-28":
            meta, begin = modern(), "server/discover"
            await wire.exchange(
                json.dumps({"jsonrpc": "2.0", "id": 0, "method": begin, "params": {"_meta": meta}}).encode()
            )
        else:
            await wire.handshake()
        listing = {
            "jsonrpc": "2.0",
            "id": "list",
            "method": "tools/list",
            "params": {"_meta": meta} if meta else {},
        }
        await wire.exchange(json.dumps(listing).encode())
        for tool, arguments in calls:
            await wire.call(tool, arguments, meta=meta)
        return [line for line in wire.received if "method" not in json.loads(line)]


def assert_the_same_through_the_proxy(
    place: Place,
    command: list[str],
    era: str,
    *calls: tuple[str, Any],
    outcomes: tuple[str, ...] | None = None,
    **variables: str,
) -> None:
    """Byte for byte what the server says, and every call on record, verified as evidence."""
    direct = run(conversation(command, era, *calls, **variables))
    assert run(conversation(place.proxy(*command), era, *calls, **variables)) == direct
    expected = outcomes or ("completed",) * len(calls)
    assert place.outcomes() == list(itertools.chain.from_iterable((None, each) for each in expected))
    for record in place.records():
        assert verify(record.secured, Policy(trust_any=True)).verified


@pytest.mark.parametrize("era", ["2025-11-25", "2026-07-28"])
def test_the_time_server(place: Place, era: str) -> None:
    there = {"source_timezone": "Europe/Berlin", "time": "11:37", "target_timezone": "Asia/Tokyo"}
    assert_the_same_through_the_proxy(
        place,
        TIME,
        era,
        ("convert_time", there),
        ("convert_time", {**there, "target_timezone": "Nowhere/At_All"}),
        ("no_such_tool", {}),
        outcomes=("completed", "failed", "failed"),
    )


@pytest.mark.parametrize("era", ["2025-11-25", "2026-07-28"])
def test_the_git_server(place: Place, repository: Path, era: str) -> None:
    if shutil.which("git") is None:
        pytest.skip("git is not here: the git server needs it")
    where = {"repo_path": str(repository)}
    assert_the_same_through_the_proxy(
        place,
        [str(SCRIPTS / "mcp-server-git"), "--repository", str(repository)],
        era,
        ("git_status", where),
        ("git_log", where),
        ("git_show", {**where, "revision": "nothing"}),
        outcomes=("completed", "completed", "failed"),
    )


def test_the_filesystem_server(place: Place, tmp_path: Path) -> None:
    (tmp_path / "shown").mkdir()
    (tmp_path / "shown" / "a.txt").write_text("what is written é\u2028")
    assert_the_same_through_the_proxy(
        place,
        [*node_server("filesystem"), str(tmp_path / "shown")],
        "2025-11-25",
        ("read_text_file", {"path": str(tmp_path / "shown" / "a.txt")}),
        ("list_directory", {"path": str(tmp_path / "shown")}),
        ("read_text_file", {"path": "/etc/passwd"}),
        outcomes=("completed", "completed", "failed"),
    )


def test_the_memory_server(place: Place, tmp_path: Path) -> None:
    entity = {"name": "Alice", "entityType": "person", "observations": ["sends mail"]}
    assert_the_same_through_the_proxy(
        place,
        node_server("memory"),
        "2025-11-25",
        ("create_entities", {"entities": []}),
        ("search_nodes", {"query": "Alice"}),
        ("add_observations", {"observations": [{"entityName": entity["name"], "contents": ["x"]}]}),
        outcomes=("completed", "completed", "failed"),
        MEMORY_FILE_PATH=str(tmp_path / "memory.jsonl"),
    )


def test_the_everything_server(place: Place) -> None:
    assert_the_same_through_the_proxy(
        place,
        node_server("everything"),
        "2025-11-25",
        ("echo", {"message": "é \U0001f600"}),
        ("get-sum", {"a": 1, "b": 2.5}),
        ("get-structured-content", {"location": "Chicago"}),
    )


def test_the_sequential_thinking_server(place: Place) -> None:
    thought = {"thought": "one", "nextThoughtNeeded": False, "thoughtNumber": 1, "totalThoughts": 1}
    assert_the_same_through_the_proxy(
        place, node_server("sequential-thinking"), "2025-11-25", ("sequentialthinking", thought)
    )


@pytest.mark.parametrize("mode", ["auto", "legacy", "2026-07-28"])
def test_an_unmodified_client_of_the_sdk(place: Place, mode: str) -> None:
    async def scenario() -> Any:
        command, *arguments = place.proxy(*TIME)
        parameters = StdioServerParameters(
            command=command, args=arguments, env=measured(HOME=os.environ["HOME"])
        )
        async with Client(stdio_client(parameters), mode=mode) as client:
            names = [tool.name for tool in (await client.list_tools()).tools]
            return names, await client.call_tool("get_current_time", {"timezone": "Etc/UTC"})

    names, result = run(scenario())
    assert names == ["get_current_time", "convert_time"]
    assert json.loads(result.content[0].text)["timezone"] == "Etc/UTC"
    assert place.outcomes() == [None, "completed"]


# -- the other roles -------------------------------------------------------------------------------


@posix
def test_threat_32_a_call_that_was_taken_before_a_crash_is_not_taken_after_it(place: Place) -> None:
    key_file(place, "server", server := SigningKey.generate())
    role = AgentRole(
        signer=AGENT,
        policy=Policy(trust_any=True),
        store=None,
        clock=time.time_ns,
        entropy=secrets.token_bytes,
    )
    command = place.proxy(
        *place.tools(), role="server", key_source="file:server.key", allowed_signers=[AGENT.did]
    )

    async def scenario() -> tuple[Any, Any]:
        async with started(command) as wire:
            plain = wire.calling("echo", {"value": 1})
            (signed,) = await AgentSession(Agent(role), audience=server.did).from_client(plain)
            first = await wire.exchange(signed.data)
            wire.process.kill()
        async with started(command) as wire:
            return first, await wire.exchange(signed.data)

    first, again = run(scenario())
    assert "result" in first
    assert codes(again) == ["REPLAYED"]
    assert place.noted().count("echo") == 1


def key_file(place: Place, name: str, key: SigningKey) -> None:
    file = place.folder / f"{name}.key"
    file.write_text(secret_to_multibase(key))
    file.chmod(0o600)


def two_sides(place: Place, command: list[str], **server: Any) -> tuple[list[str], SigningKey]:
    """The command of an agent's proxy, over a server's proxy, over ``command``; and the server's key."""
    keys = {}
    for name in ("agent", "server"):
        keys[name] = SigningKey.generate()
        key_file(place, name, keys[name])
    far = place.proxy(
        *command, role="server", key_source="file:server.key", allowed_signers=[keys["agent"].did], **server
    )
    near = place.proxy(*far, role="agent", key_source="file:agent.key", audience="first-use")
    return near, keys["server"]


@pytest.mark.parametrize("era", ["2025-11-25", "2026-07-28"])
def test_an_agents_proxy_in_front_of_a_servers(place: Place, era: str) -> None:
    there = ("convert_time", {"source_timezone": "Etc/UTC", "time": "11:37", "target_timezone": "Asia/Tokyo"})
    near, server = two_sides(place, TIME)
    assert run(conversation(near, era, there)) == run(conversation(TIME, era, there))
    assert place.outcomes("agent") == place.outcomes("server") == [None, "completed"]
    assert [each.digest for each in place.records("agent")] == [
        each.digest for each in place.records("server")
    ]
    assert place.records("agent")[1].issuer == server.did


PING = {"jsonrpc": "2.0", "method": "ping", "params": {"_meta": modern()}}


def test_a_client_that_skips_discovery_is_signed_for(place: Place) -> None:
    async def scenario(command: list[str]) -> Any:
        async with started(command) as wire:
            await wire.exchange(json.dumps({**PING, "id": "up"}).encode())  # both have started
            first, second = (
                wire.calling("together", {"calls": 1, "seconds": 0}),
                wire.calling("echo", {"value": 1}),
            )
            await wire.send(first + b"\n" + second)
            return [json.loads(await wire.answer(identifier))["result"]["isError"] for identifier in (1, 2)]

    near, _ = two_sides(place, place.tools())
    assert run(scenario(near)) == [False, False]
    assert place.outcomes("agent").count("completed") == 2


def test_a_server_side_alone_refuses_who_does_not_sign(place: Place) -> None:
    async def scenario() -> Any:
        command = place.proxy(*place.tools(), role="server")
        async with started(command) as wire:
            missing = await wire.call("echo", {"value": 1})
            hidden = await wire.exchange(
                b'{"jsonrpc":"2.0","id":7,"method":"tools\\u002fcall","params":{"name":"echo"}}'
            )
            return missing, hidden

    missing, hidden = run(scenario())
    assert missing["error"]["code"] == -32021
    assert codes(hidden) == ["ATTESTATION_MISSING"]
    assert place.noted() == ["started", "ended"]
    assert [each.codes for each in place.refused("server")] == [("ATTESTATION_MISSING",)] * 2


def test_what_one_line_hides_from_us_runs_nowhere(place: Place) -> None:
    evil = b'{"jsonrpc":"2.0","id":6,"method":"tools/call","params":{"name":"echo","arguments":{"value":1}}}'
    hidden = [
        b'{"jsonrpc":"2.0","id":5,"method":"ping","params":\r' + evil + b"\r}",
        b'{"jsonrpc":"2.0","id":5,"method":"ping","params":{"name":"echo"},"method":"tools/call"}',
        b'{"jsonrpc":"2.0","id":5.0,"method":"tools/call","params":{"name":"echo","arguments":{"value":1}}}',
        b'{"jsonrpc":"2.0","method":"tools/call","params":{"name":"echo","arguments":{"value":1}}}',
        b"[" + evil + b"]",
        b"\xef\xbb\xbf" + evil,
    ]

    async def scenario() -> None:
        async with started(place.proxy(*place.tools(), role="server")) as wire:
            await wire.handshake()
            for line in hidden:
                await wire.send(line)
            await wire.exchange(b'{"jsonrpc":"2.0","id":"last","method":"ping"}')

    run(scenario())
    assert "echo" not in place.noted()


def test_a_peer_without_the_extension_works_where_signatures_are_not_required(place: Place) -> None:
    async def scenario(**more: Any) -> Any:
        command = place.proxy(*place.tools(), role="server", require_signatures=False, **more)
        async with started(command) as wire:
            return await wire.call("echo", {"value": 1})

    answer = run(scenario())
    assert answer["result"]["structuredContent"] == {"value": 1}
    assert "request" not in carrier_in(answer)["credential"]["credentialSubject"]
    assert RESPONSE_KEY not in run(scenario(attest_responses="never"))["result"].get("_meta", {})


# -- as if nothing stood between -------------------------------------------------------------------


def test_progress_passes(place: Place) -> None:
    async def scenario(command: list[str], era: str) -> list[Any]:
        async with started(command) as wire:
            meta: Any = {"progressToken": "t"}
            if era == "legacy":
                await wire.handshake()
            else:
                meta = modern(**meta)
            answer = await wire.call("count", {"steps": 10}, meta=meta)
            assert answer["result"]["structuredContent"] == {"result": 10}
            found = [json.loads(line) for line in wire.received]
            return [
                each["params"]["progress"] for each in found if each.get("method") == "notifications/progress"
            ]

    for era in ("legacy", "modern"):
        direct = run(scenario(place.tools(), era))
        assert direct == list(range(1, 11))
        assert run(scenario(place.proxy(*place.tools()), era)) == direct


@pytest.mark.parametrize("era", ["legacy", "modern"])
def test_a_cancelled_call_is_cancelled_in_the_server(place: Place, era: str) -> None:
    async def scenario(command: list[str]) -> None:
        async with started(command) as wire:
            meta: Any = {"progressToken": "begun"}
            if era == "legacy":
                await wire.handshake()
            else:
                meta = modern(**meta)
            await wire.send(wire.calling("wait", meta=meta))
            while b"notifications/progress" not in await wire.receive():
                pass
            await wire.send(b'{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}')
            assert (await wire.call("echo", {"value": 1}, meta=meta))["id"] == 2
            wire.close()
            assert all(json.loads(line).get("id") != 1 for line in await wire.rest())
            await wire.ended()

    run(scenario(place.proxy(*place.tools())))
    assert "cancelled" in place.noted()
    assert place.outcomes() == [None, "cancelled", None, "completed"]


def test_twenty_calls_are_under_way_at_once(place: Place) -> None:
    """Each of them waits for all others: one after the other, none would ever end."""

    async def scenario(command: list[str]) -> list[int]:
        async with started(command) as wire:
            calls = [wire.calling("together", {"calls": 20, "seconds": 0.3}) for _ in range(20)]
            await wire.send(b"\n".join(calls))
            return [json.loads(await wire.receive())["id"] for _ in calls]

    assert sorted(run(scenario(place.proxy(*place.tools())))) == list(range(1, 21))
    assert place.outcomes().count("completed") == 20


def test_the_order_of_each_direction_is_kept(place: Place) -> None:
    async def scenario() -> list[int]:
        async with started(place.proxy(*place.plain())) as wire:
            await wire.send(b"\n".join(wire.calling("size") for _ in range(100)))
            return [json.loads(await wire.receive())["id"] for _ in range(100)]

    assert run(scenario()) == list(range(1, 101))


def test_a_client_that_writes_everything_before_it_reads(place: Place) -> None:
    """More than all pipes hold, both ways, and refusals among it."""

    async def scenario() -> int:
        async with started(place.proxy(*place.tools())) as wire:
            for number in range(60):
                await wire.send(wire.calling("echo", {"value": "x" * 20_000}))
                await wire.send(b'{"jsonrpc":"2.0","id":"r%d","method":"tools/call","method":"y"}' % number)
            found = [json.loads(await wire.receive()) for _ in range(120)]
            return sum("result" in each for each in found)

    assert run(scenario()) == 60


def test_a_line_of_64_mib_passes_and_a_longer_one_is_refused(place: Place) -> None:
    async def scenario() -> tuple[Any, Any, Any]:
        async with started(place.proxy(*place.plain(), attest_responses="required")) as wire:
            line = wire.calling("size", {"text": ""})
            fitting = line.replace(b'"text": ""', b'"text": "' + b"x" * ((64 << 20) - len(line)) + b'"')
            assert len(fitting) == 64 << 20
            first = await wire.exchange(fitting)
            await wire.send(fitting.replace(b'"id": 1', b'"id": 2').replace(b"xxx", b"xxxx", 1))
            return first, json.loads(await wire.answer(2)), await wire.call("size")

    fits, longer, after = run(scenario())
    assert fits["result"]["structuredContent"]["value"] > 64 << 20
    assert codes(longer) == ["TOO_LARGE"]
    assert "result" in after


def test_a_long_answer_passes_and_too_long_a_one_is_an_error(place: Place) -> None:
    async def scenario() -> list[Any]:
        async with started(place.proxy(*place.plain())) as wire:
            return [await wire.call("large", {"characters": size << 20}) for size in (63, 70, 1)]

    fits, longer, after = run(scenario())
    assert len(fits["result"]["structuredContent"]["value"]) == 63 << 20
    assert longer["error"]["code"] == -32603
    assert "result" in after
    assert place.outcomes() == [None, "completed", None, "failed", None, "completed"]


def test_what_is_no_message_of_the_server_does_not_pass(place: Place) -> None:
    async def scenario(command: list[str]) -> list[bytes]:
        async with started(command) as wire:
            await wire.call("echo", {"value": 1})
            wire.close()
            await wire.rest()
            return wire.received

    strict = run(scenario(place.proxy(*place.plain("odd"))))
    assert [json.loads(line)["id"] for line in strict if line] == [1]
    open_door = place.proxy(
        *place.plain("odd"), role="server", require_signatures=False, attest_responses="optional"
    )
    direct = run(scenario(place.plain("odd")))
    assert run(scenario(open_door))[: len(direct) - 1] == direct[:-1]


def test_standard_error_passes(place: Place) -> None:
    async def scenario() -> bytes:
        async with started(place.proxy(*place.tools()), stderr=asyncio.subprocess.PIPE) as wire:
            await wire.call("complain", {"text": "of the server's own"})
            wire.close()
            assert wire.process.stderr is not None
            return await wire.process.stderr.read()

    assert b"of the server's own" in run(scenario())


def test_the_end_of_input_is_the_end(place: Place) -> None:
    async def scenario() -> tuple[int, list[bytes]]:
        async with started(place.proxy(*place.tools())) as wire:
            await wire.call("echo", {"value": 1})
            wire.close()
            return await wire.ended(), await wire.rest()

    assert run(scenario()) == (0, [])
    assert place.noted()[-1] == "ended"


@pytest.mark.parametrize(
    ("tool", "arguments", "status"),
    [("leave", {"status": 7}, 7), ("leave", {"status": 0}, 0), ("kill", {}, 137)],
)
def test_when_the_server_ends_in_a_call_its_status_is_ours(
    place: Place, tool: str, arguments: Any, status: int
) -> None:
    async def scenario() -> tuple[Any, int]:
        async with started(place.proxy(*place.tools())) as wire:
            return await wire.call(tool, arguments), await wire.ended()

    answer, ended = run(scenario())
    assert answer["error"]["code"] == -32603
    assert ended == status
    assert place.outcomes() == [None, "unknown"]


@posix
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_reaches_the_server_once(place: Place, number: int) -> None:
    async def scenario() -> int:
        async with started(place.proxy(*place.plain())) as wire:
            await wire.call("size")
            os.killpg(wire.process.pid, number)  # as a terminal, or a client that ends us, does
            return await wire.ended()

    assert run(scenario()) == 40 + number
    assert [note for note in place.noted() if note.startswith("signal")] == [f"signal {number}"]


@posix
def test_a_client_that_is_gone_ends_the_server(place: Place) -> None:
    async def scenario() -> int:
        process = await asyncio.create_subprocess_exec(
            *place.proxy(*place.plain()), stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        wire = Wire(process)
        await wire.call("size")
        process._transport.get_pipe_transport(1).close()  # it reads no more, and does not say so
        for _ in range(3):
            await wire.send(wire.calling("large", {"characters": 100_000}))
        return await wire.ended()

    assert run(scenario()) == 0
    assert place.noted()[-1] == "end of input"


@posix
def test_a_proxy_that_is_killed_leaves_no_server(place: Place) -> None:
    async def scenario() -> None:
        async with started(place.proxy(*place.plain()), stderr=asyncio.subprocess.PIPE) as wire:
            await wire.call("size")
            wire.process.kill()
            assert wire.process.stderr is not None
            await wire.process.stderr.read()  # both have it open: at its end both have ended

    run(scenario())
    assert place.noted()[-1] == "end of input"


def test_threat_55_the_server_never_sees_the_key(place: Place) -> None:
    async def scenario() -> Any:
        command = place.proxy(*place.tools(), key_source="env:MY_OWN_KEY")
        variables = {
            "MY_OWN_KEY": secret_to_multibase(SigningKey.generate()),
            "SIGNET_KEY_PASSPHRASE": "x",
            "LEFT_ALONE": "1",
        }
        async with started(command, **variables) as wire:
            return await wire.call("environment")

    names = run(scenario())["result"]["structuredContent"]["result"]
    assert "LEFT_ALONE" in names
    assert not {"MY_OWN_KEY", "SIGNET_KEY_PASSPHRASE"} & set(names)


def test_input_and_output_may_be_files(place: Place, tmp_path: Path) -> None:
    call = b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"size"}}\n'
    (tmp_path / "in").write_bytes(call + call.replace(b":1,", b":2,"))
    with (tmp_path / "in").open("rb") as given, (tmp_path / "out").open("wb") as taken:
        ended = subprocess.run(
            place.proxy(*place.plain()), stdin=given, stdout=taken, timeout=60, check=False
        )
    assert ended.returncode == 0
    assert [json.loads(line)["id"] for line in (tmp_path / "out").read_bytes().splitlines()] == [1, 2]


@pytest.mark.parametrize("command", [["/no/such/server"], ["/"]])
def test_a_command_that_cannot_be_started_is_said(place: Place, command: list[str]) -> None:
    ended = subprocess.run(place.proxy(*command), input=b"", capture_output=True, timeout=60, check=False)
    assert ended.returncode == 2
    assert command[0].encode() in ended.stderr
