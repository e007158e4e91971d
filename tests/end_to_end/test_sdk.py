"""The SDK at both ends, in both eras: every kind of answer is signed, checked, and looks as without us."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
import uvicorn
from end_to_end.servers import mail as mail_program
from end_to_end.servers.mail import Mail
from engine import AGENT, SERVER, STRANGER, memory_store
from mail_call import ERAS, accept, attested_mail, connected, problems_of, refused, unattested
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.shared.exceptions import MCPError
from measured import measured

from signet_vc import Policy, verify
from signet_vc.mcp import AttestingTransport

pytestmark = pytest.mark.anyio
in_both_eras = pytest.mark.parametrize("mode", ERAS)

CALLS: list[tuple[str, dict[str, Any], str]] = [
    ("send_email", {"to": "alice@example.com", "subject": "Meeting"}, "completed"),
    ("echo", {"value": {"deep": [None, {"a": [True, 0.1, "é\u2028\U0001f600"]}]}}, "completed"),
    ("echo", {"value": [2**53, 2**60, -(2**63), 2**70]}, "completed"),
    ("echo", {"value": [1.0, -0.0, 1e-7, 1e21, 1.5e300]}, "completed"),
    ("fail", {}, "failed"),
    ("refuse", {}, "failed"),
    ("refuse_with_text", {}, "failed"),
    ("no_such_tool", {}, "failed"),
    ("send_email", {"subject": "to nobody"}, "failed"),
]


@pytest.fixture
def anyio_backend():
    return "asyncio"


async def answer(client: Client, tool: str, arguments: dict[str, Any]) -> Any:
    """What a caller sees: a result, or an error."""
    try:
        return (await client.call_tool(tool, arguments)).model_dump(exclude={"meta"})
    except MCPError as error:
        return error.error


@in_both_eras
@pytest.mark.parametrize(("tool", "arguments", "outcome"), CALLS)
async def test_each_kind_of_call_is_attested_and_looks_as_without_us(mode, tool, arguments, outcome):
    async with Client(Mail().server, mode=mode) as client:
        plain = await answer(client, tool, arguments)
    async with connected(mode) as call:
        assert await answer(call.client, tool, arguments) == plain
        (verdict,) = call.transport.attestations
        assert verdict.problems == ()
        assert verdict.response.outcome == outcome
        assert verdict.response.issuer == SERVER.did
        assert [each.kind for each in call.store.records()] == ["request", "response"]


async def test_a_client_pinned_to_a_version_skips_discovery():
    async with connected("2026-07-28") as call:
        await call.client.call_tool("send_email", {"to": "alice@example.com"})
        assert call.transport.attestations[0].response is not None
        assert all(message["method"] != "server/discover" for message in call.hop.sent)


@in_both_eras
async def test_every_credential_verifies_as_evidence(mode):
    async with connected(mode, server={"securing": "both"}, securing="jws") as call:
        await call.client.call_tool("send_email", {"to": "alice@example.com"})
        await answer(call.client, "refuse", {})
        policy = Policy(allowed_signers=[AGENT.did, SERVER.did])
        records = list(call.store.records())
        assert len(records) == 4
        for record in records:
            assert verify(record.secured, policy).verified
            assert record.jws is None or verify(record.jws, policy).verified
        assert [record.issuer for record in records] == [AGENT.did, SERVER.did] * 2


async def test_an_answered_question_binds_the_answer_to_the_question():
    async with connected() as call:
        result = await call.client.call_tool("confirm", {"to": "alice@example.com"})
        assert result.structured_content == {"result": "accept after drafted"}
        assert call.mail.outbox == [{"to": "alice@example.com", "answer": "accept", "state": "drafted"}]
        asked, done = call.transport.attestations
        assert [asked.response.outcome, done.response.outcome] == ["input_required", "completed"]
        retry = next(each for each in call.hop.sent if "requestState" in each.get("params", {}))
        subject = retry["params"]["_meta"]["org.w3id.signet-vc/request"]["credential"]["credentialSubject"]
        assert subject["continuationOf"] == {
            "request": asked.pending.request.digest,
            "response": asked.response.digest,
        }
        assert {"inputResponsesDigest", "requestStateDigest"} <= subject.keys()


@in_both_eras
async def test_progress_passes(mode):
    seen = []

    async def progress(done: float, total: float | None, _message: str | None) -> None:
        seen.append((done, total))

    async with connected(mode) as call:
        await call.client.call_tool("count", {"steps": 10}, progress_callback=progress)
        assert seen == [(step + 1, 10) for step in range(10)]


@in_both_eras
async def test_calls_at_once_end_together_each_with_its_own_answer(mode):
    async with connected(mode) as call:
        answers: dict[int, Any] = {}

        async def one(number: int) -> None:
            result = await call.client.call_tool("echo", {"value": number})
            answers[number] = result.structured_content["value"]

        async with anyio.create_task_group() as tasks:
            for number in range(20):
                tasks.start_soon(one, number)
        assert answers == {number: number for number in range(20)}
        assert all(verdict.problems == () for verdict in call.transport.attestations)
        assert len(call.transport.attestations) == 20


@in_both_eras
async def test_a_cancelled_call_is_cancelled_and_stated_as_that(mode):
    async with connected(mode) as call:
        with anyio.CancelScope() as scope:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(call.client.call_tool, "wait", {})
                await call.mail.waiting.wait()
                scope.cancel()
        await call.client.call_tool("send_email", {"to": "alice@example.com"})
        outcomes = [each.outcome for each in call.store.records() if each.kind == "response"]
        assert outcomes == ["cancelled", "completed"]
        assert len(call.transport.attestations) == 1


@in_both_eras
async def test_a_tool_learns_who_called_in_a_coroutine_and_in_a_thread(mode):
    async with connected(mode) as call:
        for tool in ("who_called", "who_called_a_thread"):
            result = await call.client.call_tool(tool, {})
            assert result.structured_content == {"result": f"{AGENT.did} {tool}"}
    async with unattested(mode, require_signatures=False) as call:
        for tool in ("who_called", "who_called_a_thread"):
            result = await call.client.call_tool(tool, {})
            assert result.structured_content == {"result": "nobody"}


@in_both_eras
async def test_committed_values_stay_out_of_the_credentials(mode):
    async with connected(mode, server={"payload": "commit"}, payload="commit") as call:
        await call.client.call_tool("send_email", {"to": "alice@example.com", "subject": "a secret"})
        for record in call.store.records():
            assert "secret" not in record.secured
            assert record.salts
        assert call.transport.attestations[0].problems == ()


@in_both_eras
async def test_the_definition_that_was_listed_is_stated_by_both(mode):
    async with connected(mode) as call:
        await call.client.list_tools()
        await call.client.call_tool("send_email", {"to": "alice@example.com"})
        (verdict,) = call.transport.attestations
        stated = verdict.response.document["credentialSubject"]["toolDefinitionDigest"]
        request = call.hop.sent[-1]["params"]["_meta"]["org.w3id.signet-vc/request"]["credential"]
        assert request["credentialSubject"]["toolDefinitionDigest"] == stated
        assert verdict.notices == ()


@in_both_eras
async def test_over_stdio_as_two_programs(mode, tmp_path):
    async with over_stdio(tmp_path, mode) as (client, transport):
        result = await client.call_tool("send_email", {"to": "alice@example.com"})
        assert result.structured_content == {"result": "sent"}
        assert (await client.call_tool("echo", {"value": 2**60})).structured_content == {"value": 2**60}
        assert (await client.call_tool("fail", {})).is_error
        refusal = await refused(client, "refuse_with_text")
        assert refusal.data == "refuse_with_text"
        assert [each.response.outcome for each in transport.attestations] == [
            "completed",
            "completed",
            "failed",
            "failed",
        ]
        if mode != "legacy":
            result = await client.call_tool("confirm", {"to": "alice@example.com"})
            assert result.structured_content == {"result": "accept after drafted"}


@in_both_eras
async def test_over_stdio_an_unattested_client_is_refused(mode, tmp_path):
    parameters = program(tmp_path)
    async with Client(stdio_client(parameters), mode=mode) as client:
        error = await refused(client, "send_email", {"to": "alice@example.com"})
        assert problems_of(error) == ["ATTESTATION_MISSING"]
        assert error.code == (-31901 if mode == "legacy" else -32021)


def program(folder: Path) -> StdioServerParameters:
    """The mail server as a program, configured by a file."""
    from signet_vc import keystore

    keystore.save(SERVER, f"file:{folder / 'server.key'}")
    (folder / "config.yaml").write_text(
        "signet:\n"
        "  key_source: file:server.key\n"
        "  store: sqlite:audit.db\n"
        f"  allowed_signers: ['{AGENT.did}']\n"
    )
    return StdioServerParameters(
        command=sys.executable,
        args=[mail_program.__file__, str(folder / "config.yaml")],
        env=measured(HOME=str(folder)),
    )


class over_stdio:  # noqa: N801 - reads as a function
    def __init__(self, folder: Path, mode: str) -> None:
        self.transport = AttestingTransport(
            program(folder), key=AGENT, audience=SERVER.did, store=memory_store()
        )
        self.client = Client(self.transport, mode=mode, elicitation_callback=accept)

    async def __aenter__(self):
        return await self.client.__aenter__(), self.transport

    async def __aexit__(self, *error):
        await self.client.__aexit__(*error)


@in_both_eras
async def test_over_http(mode):
    mail, store = attested_mail()
    async with served(mail) as url:
        transport = AttestingTransport(url, key=AGENT, audience=SERVER.did, store=memory_store())
        async with Client(transport, mode=mode, elicitation_callback=accept) as client:
            result = await client.call_tool("send_email", {"to": "alice@example.com"})
            assert result.structured_content == {"result": "sent"}
            assert (await refused(client, "refuse_with_text")).data == "refuse_with_text"
            assert [each.response.outcome for each in transport.attestations] == ["completed", "failed"]
        stranger = AttestingTransport(url, key=STRANGER, audience=SERVER.did, store=memory_store())
        async with Client(stranger, mode=mode) as client:
            assert problems_of(await refused(client, "fail")) == ["SIGNER_NOT_ALLOWED"]
        async with Client(url, mode=mode) as client:
            assert problems_of(await refused(client, "fail")) == ["ATTESTATION_MISSING"]
    assert mail.outbox == [{"to": "alice@example.com", "subject": ""}]
    assert [each.codes for each in store.refused()] == [("SIGNER_NOT_ALLOWED",), ("ATTESTATION_MISSING",)]


async def test_over_http_a_client_that_skips_discovery_has_it_made_for_it():
    mail, _ = attested_mail()
    async with served(mail) as url:
        transport = AttestingTransport(url, key=AGENT, audience="first-use", store=memory_store())
        async with Client(transport, mode="2026-07-28") as client:
            result = await client.call_tool("who_called", {})
            assert result.structured_content == {"result": f"{AGENT.did} who_called"}
            assert transport.attestations[0].response.issuer == SERVER.did


@asynccontextmanager
async def served(mail: Mail) -> AsyncIterator[str]:
    """The mail server on a port of loopback."""
    options = {"log_config": None, "timeout_graceful_shutdown": 1}
    server = uvicorn.Server(uvicorn.Config(mail.server.streamable_http_app(), port=0, **options))
    ended = anyio.Event()

    async def serve() -> None:
        await server._serve()
        ended.set()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(serve)
        with anyio.fail_after(60):
            while not server.started:
                await anyio.lowlevel.checkpoint()
        port = server.servers[0].sockets[0].getsockname()[1]
        try:
            yield f"http://127.0.0.1:{port}/mcp"
        finally:
            server.should_exit = True
            with anyio.move_on_after(10, shield=True):
                await ended.wait()
