"""The client's seam: what cannot be signed is not sent, what does not verify does not arrive."""

from __future__ import annotations

import copy
from contextlib import asynccontextmanager
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from end_to_end.servers.mail import Mail
from engine import AGENT, SERVER, STRANGER, memory_store
from mail_call import ERAS, attested_mail, connected, problems_of, refused, through
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp.server import Server
from mcp.shared.exceptions import MCPError
from mcp.shared.message import ClientMessageMetadata, SessionMessage
from mcp_types import JSONRPCNotification, JSONRPCRequest
from simulator import Hop, Message, dropped

from signet_vc.errors import UsageError
from signet_vc.mcp import AttestingTransport, sdk
from signet_vc.mcp.messages import REQUEST_KEY, RESPONSE_KEY
from signet_vc.store import open_store

pytestmark = pytest.mark.anyio
in_both_eras = pytest.mark.parametrize("mode", ERAS)
TO_ALICE = {"to": "alice@example.com"}
OTHER_SERVER = STRANGER.did


@pytest.fixture
def anyio_backend():
    return "asyncio"


def answers(change):
    """A rewrite of answers to calls alone: ``change`` gets a copy to change or to replace."""

    def rewrite(message: Message) -> list[Message]:
        changed = copy.deepcopy(message)
        if "error" not in message and "content" not in message.get("result", {}):
            return [message]
        return [change(changed) or changed]

    return rewrite


def carriers(hop: Hop) -> list[Any]:
    """The attestations that were sent, in order."""
    metas = [each.get("params", {}).get("_meta", {}) for each in hop.sent]
    return [meta[REQUEST_KEY] for meta in metas if REQUEST_KEY in meta]


def agent(server: Any, **options: Any) -> AttestingTransport:
    given = {"key": AGENT, "audience": SERVER.did, "store": memory_store()} | options
    return AttestingTransport(server, **given)


# -- setting up --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options",
    [
        {"key": None},
        {"audience": "first-use"},
        {"audience": "mail"},
        {"clock_skew": "soon"},
        {"allowed_signers": SERVER.did},
        {"unknown": 1},
    ],
)
def test_a_wrong_setting_is_refused_at_once(options):
    with pytest.raises(UsageError):
        agent(Mail().server, **options)


async def test_what_is_no_transport_is_refused():
    with pytest.raises(UsageError):
        async with agent(object()):
            pass


async def test_a_transport_is_one_connection_at_a_time_and_may_be_used_again():
    mail, _ = attested_mail()
    transport = agent(mail.server)
    for _ in range(2):
        async with Client(transport) as client:
            await client.call_tool("send_email", TO_ALICE)
            with pytest.raises(UsageError):
                await transport.__aenter__()
    assert len(transport.attestations) == 2
    assert await transport.__aexit__(None, None, None) is None


async def test_a_store_that_is_named_is_opened_for_the_connection(tmp_path):
    mail, _ = attested_mail()
    url = f"sqlite:{tmp_path / 'agent.db'}"
    async with Client(agent(mail.server, store=url)) as client:
        await client.call_tool("send_email", TO_ALICE)
    with open_store(url) as store:
        assert [each.kind for each in store.records()] == ["request", "response"]


async def test_a_key_may_be_named_and_settings_come_from_the_configuration(tmp_path):
    from signet_vc import keystore

    keystore.save(AGENT, f"file:{tmp_path / 'agent.key'}")
    settings = (
        f"key_source: 'file:agent.key', audience: '{SERVER.did}', store: 'sqlite:agent.db', securing: jws"
    )
    (tmp_path / "config.yaml").write_text(f"signet: {{{settings}}}")
    mail, _ = attested_mail()
    hop = through(mail)
    async with Client(AttestingTransport(hop, config=tmp_path / "config.yaml")) as client:
        await client.call_tool("send_email", TO_ALICE)
    assert "request_signature" in carriers(hop)[0]


# -- what goes out -----------------------------------------------------------------------------------


@in_both_eras
async def test_each_request_is_signed_afresh_and_only_calls_are(mode):
    async with connected(mode) as call:
        await call.client.list_tools()
        for _ in range(2):
            await call.client.call_tool("send_email", TO_ALICE)
        signed = carriers(call.hop)
        assert len(signed) == 2
        nonces = {each["credential"]["credentialSubject"]["nonce"] for each in signed}
        assert len(nonces) == 2


async def test_without_an_audience_nothing_is_sent_where_signatures_are_required():
    async with connected(audience=None) as call:
        assert problems_of(await refused(call.client, "send_email", TO_ALICE)) == ["ATTESTATION_UNAVAILABLE"]
        assert all(each["method"] != "tools/call" for each in call.hop.sent)


async def test_without_an_audience_calls_go_unsigned_where_they_may():
    async with connected(
        audience=None,
        require_signatures=False,
        attest_responses="never",
        server={"require_signatures": False},
    ) as call:
        result = await call.client.call_tool("who_called", {})
        assert result.structured_content == {"result": "nobody"}


async def test_an_agent_whose_store_is_down_sends_nothing():
    store = memory_store()
    async with connected(store=store) as call:
        store.close()
        assert problems_of(await refused(call.client, "send_email", TO_ALICE)) == ["STORE_UNAVAILABLE"]
        assert call.mail.outbox == []


async def test_an_attestation_of_the_clients_own_is_left_alone():
    async with connected() as call:
        with pytest.raises(MCPError) as caught:
            await call.client.call_tool("send_email", TO_ALICE, meta={REQUEST_KEY: {"credential": {}}})
        assert caught.value.code == -31901
        assert carriers(call.hop) == [{"credential": {}}]
        assert len(call.transport.attestations) == 0


# -- what comes back ---------------------------------------------------------------------------------


@in_both_eras
@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda answer: answer["result"]["content"][0].update(text="not sent"), "RESULT_MISMATCH"),
        (lambda answer: answer["result"].update(structuredContent={"result": "x"}), "RESULT_MISMATCH"),
        (lambda answer: answer["result"].update(isError=True), "OUTCOME_MISMATCH"),
        (lambda answer: answer["result"].update(extra=1), "RESULT_MISMATCH"),
        (lambda answer: answer["result"]["_meta"].pop(RESPONSE_KEY), "ATTESTATION_STRIPPED"),
        (lambda answer: answer["result"]["_meta"].update({RESPONSE_KEY: None}), "INVALID_CREDENTIAL"),
    ],
)
async def test_an_answer_that_was_changed_does_not_arrive(mode, change, code):
    async with connected(mode, back=answers(lambda answer: change(answer) and None)) as call:
        error = await refused(call.client, "send_email", TO_ALICE)
        assert problems_of(error) == [code]
        assert error.code == -31901
        assert error.data["mayHaveRun"] is True
        assert len(call.mail.outbox) == 1
        (verdict,) = call.transport.attestations
        assert [each.code for each in verdict.problems] == [code]
        assert verdict.response is None


@in_both_eras
async def test_an_error_that_was_changed_does_not_arrive(mode):
    async with connected(
        mode, back=answers(lambda answer: answer["error"].update(code=-31001) and None)
    ) as call:
        error = await refused(call.client, "refuse")
        assert problems_of(error) == ["RESULT_MISMATCH"]


@in_both_eras
async def test_threat_36_the_response_of_another_call_does_not_do(mode):
    kept: list[Any] = []

    def swap(answer: Message) -> None:
        meta = answer["result"]["_meta"]
        kept.append(meta[RESPONSE_KEY])
        meta[RESPONSE_KEY] = kept[0]

    async with connected(mode, back=answers(swap)) as call:
        await call.client.call_tool("send_email", TO_ALICE)
        assert problems_of(await refused(call.client, "send_email", TO_ALICE)) == ["REQUEST_MISMATCH"]


async def test_a_server_by_another_key_is_not_believed():
    async with connected(server={"key": STRANGER, "audience": SERVER.did}) as call:
        assert "SIGNER_NOT_ALLOWED" in problems_of(await refused(call.client, "send_email", TO_ALICE))


async def test_a_server_that_answers_for_a_uri_is_named_for_it():
    uri = "https://mail.example.com/mcp"
    entry = {"did": SERVER.did, "audience": uri}
    async with connected(server={"audience": uri}, audience=uri, allowed_signers=[entry]) as call:
        await call.client.call_tool("send_email", TO_ALICE)
        assert call.transport.attestations[0].response.issuer == SERVER.did
    async with connected(server={"audience": uri}, audience=uri) as call:
        assert problems_of(await refused(call.client, "send_email", TO_ALICE)) == ["NO_TRUST_ANCHOR"]


@in_both_eras
async def test_a_server_that_attests_nothing_is_refused_or_taken_as_configured(mode):
    async with Client(agent(Mail().server), mode=mode) as client:
        error = await refused(client, "send_email", TO_ALICE)
        assert problems_of(error) == ["ATTESTATION_MISSING"]
        assert error.data["mayHaveRun"] is True
    lenient = agent(Mail().server, require_signatures=False)
    async with Client(lenient, mode=mode) as client:
        assert (await client.call_tool("send_email", TO_ALICE)).structured_content == {"result": "sent"}
        assert lenient.attestations[0].response is None
        assert [str(each.code) for each in lenient.attestations[0].notices] == ["ATTESTATION_MISSING"]


async def test_an_unsigned_refusal_is_handed_on_as_one_that_anybody_may_have_made():
    async with connected(key=STRANGER) as call:
        error = await refused(call.client, "send_email", TO_ALICE)
        assert problems_of(error) == ["SIGNER_NOT_ALLOWED"]
        assert error.data["mayHaveRun"] is True
        assert error.data["unauthenticated"] is True


async def test_an_error_that_the_sdk_answers_with_another_call_must_be_signed():
    """``HeaderMismatch``: the SDK lists the tools and sends the call again."""

    def mismatch(message: Message) -> Message:
        error = {"code": -32020, "message": "a header is missing"}
        return {"jsonrpc": "2.0", "id": message["id"], "error": error}

    async with connected("auto", back=answers(mismatch)) as call:
        assert problems_of(await refused(call.client, "send_email", TO_ALICE)) == ["ATTESTATION_STRIPPED"]
        assert len(call.mail.outbox) == 1


async def test_our_members_are_taken_out_unless_they_are_to_pass():
    async with connected() as call:
        assert RESPONSE_KEY not in (await call.client.call_tool("send_email", TO_ALICE)).meta
    async with connected(pass_attestations=True) as call:
        assert RESPONSE_KEY in (await call.client.call_tool("send_email", TO_ALICE)).meta


async def test_the_verdict_is_told_before_the_answer_and_whatever_comes_of_that():
    told: list[Any] = []

    def tell(verdict: Any) -> None:
        told.append(verdict.response.outcome)
        raise RuntimeError("the program's own fault")

    async with connected(on_attested=tell) as call:
        await call.client.call_tool("send_email", TO_ALICE)
        assert told == ["completed"]
        assert (await call.client.call_tool("fail", {})).is_error
        assert told == ["completed", "failed"]


# -- who the server is -------------------------------------------------------------------------------


@in_both_eras
async def test_the_first_server_is_pinned_and_another_is_refused(mode):
    store = memory_store()
    async with connected(mode, audience="first-use", subject="the mail server", store=store) as call:
        await call.client.call_tool("send_email", TO_ALICE)
        assert call.transport.attestations[0].response.issuer == SERVER.did
    async with connected(
        mode, audience="first-use", subject="the mail server", store=store, server={"key": STRANGER}
    ) as call:
        assert problems_of(await refused(call.client, "send_email", TO_ALICE)) == ["PEER_CHANGED"]
        assert call.mail.outbox == []
    async with connected(
        mode, audience="first-use", subject="another server", store=store, server={"key": STRANGER}
    ) as call:
        await call.client.call_tool("send_email", TO_ALICE)


async def test_a_client_that_skips_discovery_has_it_made_for_it():
    async with connected("2026-07-28", audience="first-use", subject="mail") as call:
        await call.client.call_tool("send_email", TO_ALICE)
        await call.client.call_tool("send_email", TO_ALICE)
        methods = [each["method"] for each in call.hop.sent if each["method"] != "tools/list"]
        assert methods == ["server/discover", "tools/call", "tools/call"]
        assert call.transport.attestations[0].response is not None


async def test_what_is_said_while_discovery_is_under_way_comes_after_the_call_in_order():
    async with connected("2026-07-28", audience="first-use", subject="mail") as call:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(call.client.call_tool, "who_called", {})
            await anyio.lowlevel.checkpoint()
            tasks.start_soon(call.client.call_tool, "send_email", TO_ALICE)
        methods = [(each["method"], each["params"].get("name")) for each in call.hop.sent]
        assert methods[:3] == [
            ("server/discover", None),
            ("tools/call", "who_called"),
            ("tools/call", "send_email"),
        ]


async def test_discovery_that_is_not_answered_is_waited_for_no_longer_than_it_is_worth(monkeypatch):
    from signet_vc.mcp import discovery

    monkeypatch.setattr(discovery, "_PATIENCE", 50_000_000)

    def lose(message: Message) -> list[Message]:
        return list(dropped(message)) if message["method"] == "server/discover" else [message]

    async with connected("2026-07-28", audience="first-use", subject="mail", out=lose) as call:
        assert problems_of(await refused(call.client, "send_email", TO_ALICE)) == ["ATTESTATION_UNAVAILABLE"]
        assert call.mail.outbox == []


def test_commands_and_urls_are_subjects_of_their_own():
    command = StdioServerParameters(command="mail server", args=["--box", "a b"])
    assert sdk.subject_of(command) == "'mail server' --box 'a b'"
    assert sdk.subject_of("https://mail.example.com/mcp") == "https://mail.example.com/mcp"
    assert sdk.subject_of(Mail().server) is None
    agent(command, audience="first-use")
    agent("https://mail.example.com/mcp", audience="first-use")


# -- streams -----------------------------------------------------------------------------------------


class Wire:
    """An inner transport whose far end is the test: what was sent, and what is to be received."""

    def __init__(self) -> None:
        self.deliver, self._read = anyio.create_memory_object_stream[Any](10)
        self._write, self.sent = anyio.create_memory_object_stream[SessionMessage](10)

    async def __aenter__(self):
        return self._read, self._write

    async def __aexit__(self, *_):
        for stream in (self.deliver, self._read, self._write, self.sent):
            stream.close()

    async def got(self) -> SessionMessage:
        with anyio.fail_after(30):
            return await self.sent.receive()


@asynccontextmanager
async def wired(**options: Any):
    wire = Wire()
    async with agent(wire, **options) as (read, write):
        yield wire, read, write


def call_message(**params: Any) -> JSONRPCRequest:
    meta = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    return JSONRPCRequest(
        jsonrpc="2.0", id="7", method="tools/call", params={"name": "any", "_meta": meta} | params
    )


async def test_metadata_goes_with_its_message():
    async with wired() as (wire, _, write):
        metadata = ClientMessageMetadata(
            headers={"mcp-method": "tools/call", "mcp-name": "any"}, resumption_token="t"
        )
        await write.send(SessionMessage(call_message(), metadata))
        out = await wire.got()
        assert REQUEST_KEY in out.message.params["_meta"]
        assert out.metadata == metadata
        resumed = ClientMessageMetadata(resumption_token="t")
        await write.send(SessionMessage(call_message().model_copy(update={"id": "8"}), resumed))
        assert (await wire.got()).metadata == resumed
        notification = SessionMessage(JSONRPCNotification(jsonrpc="2.0", method="notifications/x"), metadata)
        await write.send(notification)
        assert await wire.got() is notification


async def test_metadata_goes_with_a_message_that_was_held_and_discovery_has_headers_of_its_own():
    headers = {
        "mcp-protocol-version": "2026-07-28",
        "Mcp-Method": "tools/call",
        "mcp-name": "any",
        "Mcp-Param-Region": "eu",
    }
    async with wired(audience="first-use", subject="mail") as (wire, _, write):
        metadata = ClientMessageMetadata(headers=headers)
        later = SessionMessage(
            JSONRPCNotification(jsonrpc="2.0", method="notifications/x"),
            ClientMessageMetadata(headers={"a": "b"}),
        )
        await write.send(SessionMessage(call_message(), metadata))
        await write.send(later)
        asked = await wire.got()
        assert asked.message.method == "server/discover"
        assert asked.metadata.headers == {
            "mcp-protocol-version": "2026-07-28",
            "mcp-method": "server/discover",
        }
        settings = {"version": 1, "did": SERVER.did}
        result = {"capabilities": {"extensions": {"org.w3id.signet-vc/attestation": settings}}}
        await wire.deliver.send(_answer(asked.message.id, result))
        called = await wire.got()
        assert (called.message.method, called.metadata) == ("tools/call", metadata)
        assert await wire.got() is later


async def test_faults_of_the_inner_transport_pass():
    async with wired() as (wire, read, _):
        fault = ValueError("not a message")
        await wire.deliver.send(fault)
        assert await read.receive() is fault


async def test_the_end_of_the_server_is_the_end_and_who_waits_is_told():
    async with wired() as (wire, read, write):
        await write.send(SessionMessage(call_message()))
        await wire.got()
        wire.deliver.close()
        told = await read.receive()
        assert told.message.id == "7"
        assert told.message.error.data["mayHaveRun"] is True
        with pytest.raises(anyio.EndOfStream):
            await read.receive()
        assert [item async for item in read] == []


async def test_the_end_of_the_client_is_the_end_of_the_servers_input():
    async with wired() as (wire, read, write):
        async with write:
            pass
        with pytest.raises(anyio.EndOfStream):
            await wire.got()
        async with read:
            pass
        await wire.deliver.send(_answer(1, {}))  # nobody reads it any more
        await anyio.lowlevel.checkpoint()


async def test_an_inner_stream_that_is_closed_under_us_is_the_end():
    async with wired() as (wire, read, _):
        await anyio.lowlevel.checkpoint()
        await wire._read.aclose()
        await wire.deliver.aclose()
        with anyio.fail_after(30):
            with pytest.raises(anyio.EndOfStream):
                await read.receive()


@pytest.mark.parametrize("value", [object(), {1: object()}])
async def test_a_message_that_is_no_json_is_the_programs_own_fault(value):
    async with wired() as (_, _, write):
        with pytest.raises(UsageError):
            await write.send(SessionMessage(call_message(arguments={"value": value})))


async def test_a_lone_surrogate_is_refused_and_not_sent():
    async with wired() as (wire, read, write):
        await write.send(SessionMessage(call_message(arguments={"value": "\ud800"})))
        told = await read.receive()
        assert told.message.id == "7"
        assert told.message.error.code == -31901
        assert wire.sent.statistics().current_buffer_used == 0


@pytest.mark.parametrize("value", ["\ud800", object()])
async def test_a_server_in_this_process_that_answers_with_what_is_no_json_is_told_apart(value):
    async def odd(context: Any, call_next: Any) -> Any:
        if context.method != "tools/call":
            return await call_next(context)
        return {"content": [], "structuredContent": {"value": value}, "resultType": "complete"}

    server = Server("low", on_call_tool=None)
    server.middleware.append(odd)
    async with Client(agent(server)) as client:
        error = await refused(client, "any")
        assert error.code == -31901
        assert error.data["mayHaveRun"] is True


async def test_what_is_no_json_and_no_answer_passes():
    async with wired() as (wire, read, _):
        odd = SessionMessage(JSONRPCNotification(jsonrpc="2.0", method="x", params={"value": object()}))
        await wire.deliver.send(odd)
        assert await read.receive() is odd


async def test_a_signer_that_hangs_does_not_hold_the_connection_for_ever(monkeypatch):
    from signet_vc.mcp import connection

    class Hanging:
        public_key = AGENT.public_key
        verification_method = AGENT.verification_method

        async def sign(self, _message: bytes) -> bytes:
            await anyio.sleep_forever()

    monkeypatch.setattr(connection, "_SIGN_SECONDS", 0.05)
    async with connected(key=Hanging()) as call:
        with pytest.raises(TimeoutError):
            await call.client.call_tool("send_email", TO_ALICE)
        await call.client.list_tools()
        assert call.mail.outbox == []


async def test_a_connection_through_a_hop_that_loses_answers_ends_all_the_same():
    async with connected(back=answers(lambda _answer: None)) as call:
        await call.client.call_tool("send_email", TO_ALICE)
    mail, _ = attested_mail()
    hop = Hop(sdk.opened(mail.server))

    async def give_up(scope: anyio.CancelScope) -> None:
        while not mail.outbox:
            await anyio.lowlevel.checkpoint()
        scope.cancel()

    with anyio.fail_after(30):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(give_up, tasks.cancel_scope)
            async with Client(agent(hop)) as client:
                hop.back = dropped
                await client.call_tool("send_email", TO_ALICE)
    assert mail.outbox != []


def _answer(identifier: Any, result: dict[str, Any]) -> SessionMessage:
    from mcp_types import JSONRPCResponse

    return SessionMessage(JSONRPCResponse(jsonrpc="2.0", id=identifier, result=result))
