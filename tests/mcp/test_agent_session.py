"""The agent's side over lines of raw JSON-RPC, with a real server's engine behind it."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from engine import SERVER, STRANGER, Sides, memory_store, run
from lines import (
    CAPABILITIES,
    VERSION,
    answer,
    call,
    carrier_in,
    codes,
    error,
    initialize,
    line,
    lines,
    message,
    modern,
    only,
)

from signet_vc.attestation.agent import Agent, Checked
from signet_vc.errors import UnavailableError
from signet_vc.mcp import settings as extension
from signet_vc.mcp.agent_session import AgentSession
from signet_vc.mcp.messages import EXTENSION, REQUEST_KEY, RESPONSE_KEY
from signet_vc.mcp.server_session import ServerSession
from signet_vc.mcp.traffic import Send
from signet_vc.policy import Policy

RELAXED = {"require_signatures": False, "attest_responses": "optional"}
SECONDS = 1_000_000_000
OWN = extension.server_settings(did=SERVER.did, securing="data-integrity", required=True)
OTHER = extension.server_settings(did=STRANGER.did, securing="data-integrity", required=True)


class World:
    """An agent's session; behind it the server's engine, or whatever lines a test makes up."""

    def __init__(
        self,
        audience: str | None = SERVER.did,
        *,
        store: Any = None,
        pass_attestations: bool = False,
        **options: Any,
    ) -> None:
        self.store = store or memory_store()
        self.sides = Sides(agent_options={**options, "store": self.store})
        self.checked: list[Checked] = []
        self.session = AgentSession(
            self.sides.agent,
            audience=audience,
            subject="the command",
            pass_attestations=pass_attestations,
            on_checked=self.checked.append,
        )
        self.behind = ServerSession(self.sides.server)

    def client(self, data: bytes) -> list[Send]:
        return run(self.session.from_client(data))

    def server(self, data: bytes) -> list[Send]:
        return run(self.session.from_server(data))

    def expire(self) -> list[Send]:
        return run(self.session.expire(self.sides.clock()))

    def attested(self, sent: bytes, reply: bytes) -> bytes:
        """What the server's side makes of ``reply`` to ``sent``."""
        assert only(run(self.behind.from_client(sent)), "server") == sent
        return only(run(self.behind.from_server(reply)), "client")

    def exchange(self, sent: bytes, reply: bytes) -> Any:
        return message(self.server(self.attested(sent, reply)), "client")

    def refused_answers(self) -> list[list[str]]:
        return [list(each.codes) for each in self.store.refused()]

    def learns(self, settings: Any, identifier: Any = 50) -> Any:
        """Let the client discover the server."""
        self.client(line(id=identifier, method="server/discover", params={"_meta": modern()}))
        extensions = {} if settings is None else {EXTENSION: settings}
        return message(self.server(answer(identifier, capabilities={"extensions": extensions})), "client")


# -- calls -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("meta", [None, {}, {"progressToken": 1}])
def test_a_call_is_signed_and_its_answer_comes_back_as_the_server_wrote_it(meta: Any) -> None:
    world = World()
    original = call(meta=meta)
    for reply in (
        b' {"id": 1, "jsonrpc": "2.0", "result": {"content": [], "_meta": { }, "n": 18446744073709551616}}\r',
        b'{"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"m","data":"tools/nope"}}',
        b'{"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"m"}}',
    ):
        sent = only(world.client(original), "server")
        assert REQUEST_KEY in json.loads(sent)["params"]["_meta"]
        assert only(world.server(world.attested(sent, reply)), "client") == reply
    assert [each.problems for each in world.checked] == [()] * 3
    assert all(each.response is not None for each in world.checked)


def test_every_call_is_signed_anew() -> None:
    world = World()
    carriers = []
    for identifier in (1, 2):
        sent = message(world.client(call(identifier)), "server")
        carriers.append(sent["params"]["_meta"][REQUEST_KEY]["credential"]["credentialSubject"]["nonce"])
    assert carriers[0] != carriers[1]


def test_a_call_that_is_signed_already_is_its_clients_affair() -> None:
    for carrier in (None, {"credential": {}}):
        world = World()
        original = call(carrier=carrier)
        assert only(world.client(original), "server") == original
        reply = answer(content=[], _meta={RESPONSE_KEY: {"x": 1}})
        assert only(world.server(reply), "client") == reply
        assert world.checked == []


def test_the_extension_is_declared_on_every_request_of_2026() -> None:
    world = World()
    for data in (call(), line(id=2, method="tools/list", params={"_meta": modern()})):
        declared = message(world.client(data), "server")["params"]["_meta"][CAPABILITIES]
        assert declared["extensions"] == {EXTENSION: {"version": 1}}
    for data in (line(id=3, method="tools/list"), call(4, meta={VERSION: "2026-07-28"})):
        assert CAPABILITIES not in json.dumps(message(world.client(data), "server"))


def test_the_handshake_declares_once_and_hides_the_answer() -> None:
    world = World("first-use")
    asked = message(world.client(initialize()), "server")
    assert asked["params"]["capabilities"]["extensions"] == {EXTENSION: {"version": 1}}
    plain = answer(0, protocolVersion="2025-11-25", capabilities={"tools": {}})
    put = extension.put_server(plain.decode(), json.loads(plain), OWN).encode()
    assert only(world.server(put), "client") == plain
    sent = only(world.client(call(1, meta={})), "server")
    stated = json.loads(sent)["params"]["_meta"][REQUEST_KEY]["credential"]["credentialSubject"]
    assert (stated["audience"], stated["protocolVersion"]) == (SERVER.did, "2025-11-25")
    assert world.exchange(sent, answer()) == json.loads(answer())


def test_what_passes_may_keep_our_members() -> None:
    world = World(pass_attestations=True)
    assert world.learns(OWN)["result"]["capabilities"]["extensions"] == {EXTENSION: OWN}
    sent = only(world.client(call()), "server")
    assert carrier_in(world.exchange(sent, answer()))


def test_a_retry_says_what_it_continues() -> None:
    world = World()
    sent = only(world.client(call(1)), "server")
    asked = world.exchange(sent, answer(1, resultType="input_required", requestState="s", inputRequests={}))
    assert asked["result"]["requestState"] == "s"
    retry = only(world.client(call(2, requestState="s", inputResponses={"a": 1})), "server")
    subject = json.loads(retry)["params"]["_meta"][REQUEST_KEY]["credential"]["credentialSubject"]
    assert set(subject["continuationOf"]) == {"request", "response"}
    assert world.exchange(retry, answer(2)) == json.loads(answer(2))


def test_the_definition_that_was_listed_is_stated() -> None:
    world = World()
    world.client(line(id=5, method="tools/list"))
    world.server(answer(5, tools=[{"name": "send_email"}]))
    subject = message(world.client(call()), "server")["params"]["_meta"][REQUEST_KEY]["credential"][
        "credentialSubject"
    ]
    assert "toolDefinitionDigest" in subject


# -- what is refused here --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "identifier", "code"),
    [
        (call(arguments=[]), 1, "CALL_MISMATCH"),
        (call(1.5), 1.5, "CALL_MISMATCH"),
        (call(4).replace(b'{"to":', b'{"to":1,"to":', 1), 4, "DUPLICATE_MEMBER"),
        (b'[{"jsonrpc":"2.0","id":4,"method":"ping"}]', 4, "MALFORMED_JSON"),
        (line(id=1, method="tasks/get", params={"taskId": "t"}), 1, "ATTESTATION_UNAVAILABLE"),
    ],
)
def test_what_cannot_be_signed_is_refused_under_its_id(data: bytes, identifier: Any, code: str) -> None:
    world = World()
    found = message(world.client(data), "client")
    assert (found["id"], codes(found)) == (identifier, [code])
    assert "mayHaveRun" not in found["error"]["data"]
    assert world.refused_answers() == [[code]]


def test_where_nothing_is_required_it_passes() -> None:
    for data in (call(arguments=[]), b"hello", line(id=1, method="tasks/get"), line(id=1.5, method="ping")):
        assert only(World(**RELAXED).client(data), "server") == data
    assert codes(message(World(require_signatures=False).client(call(arguments=[])), "client")) == [
        "CALL_MISMATCH"
    ]


def test_without_an_audience_nothing_is_signed() -> None:
    assert codes(message(World(None).client(call()), "client")) == ["ATTESTATION_UNAVAILABLE"]
    world = World(None, **RELAXED)
    assert REQUEST_KEY not in message(world.client(call()), "server")["params"]["_meta"]
    assert message(world.server(answer()), "client") == json.loads(answer())


def test_a_signer_or_store_that_fails_stops_the_call() -> None:
    class Store:
        async def record(self, *_: object, **__: object) -> bool:
            raise UnavailableError("full")

        async def refuse(self, *_: object) -> None:
            raise UnavailableError("full")

    assert codes(message(World(store=Store()).client(call()), "client")) == ["STORE_UNAVAILABLE"]
    relaxed = World(store=Store(), **RELAXED)
    assert REQUEST_KEY not in message(relaxed.client(call()), "server")["params"]["_meta"]
    assert codes(message(World(signer=None).client(call()), "client")) == ["ATTESTATION_UNAVAILABLE"]


# -- answers ---------------------------------------------------------------------------------------


def test_threat_38_an_answer_without_attestation_is_no_answer() -> None:
    for settings, code in ((None, "ATTESTATION_MISSING"), (OWN, "ATTESTATION_STRIPPED")):
        world = World()
        world.learns(settings)
        world.client(call())
        found = message(world.server(answer()), "client")
        assert codes(found) == [code]
        assert found["error"]["data"]["mayHaveRun"] is True
        assert world.refused_answers() == [[code]]


def test_an_altered_result_does_not_arrive() -> None:
    world = World()
    sent = only(world.client(call()), "server")
    altered = json.loads(world.attested(sent, answer()))
    altered["result"]["content"][0]["text"] = "other"
    found = message(world.server(json.dumps(altered).encode()), "client")
    assert codes(found) == ["RESULT_MISMATCH"]
    assert found["error"]["data"]["mayHaveRun"] is True
    assert "other" not in json.dumps(found)
    assert [str(each.code) for each in world.checked[0].problems] == ["RESULT_MISMATCH"]


def test_threat_36_the_answer_to_another_call_does_not_arrive() -> None:
    world = World()
    first, _ = (only(world.client(call(identifier)), "server") for identifier in (1, 2))
    swapped = world.attested(first, answer(1)).replace(b'"id":1', b'"id":2')
    assert codes(message(world.server(swapped), "client")) == ["REQUEST_MISMATCH"]


@pytest.mark.parametrize(
    "reply",
    [
        b'{"jsonrpc":"2.0","id":1,"result":[]}',
        b'{"jsonrpc":"2.0","id":1,"error":"no"}',
        b'{"jsonrpc":"2.0","id":1,"result":{"a":1,"a":2}}',
        b'{"jsonrpc":"2.0","id":1,"result":{"a":NaN}}',
        b'{"jsonrpc":"2.0","id":1,"result":{},"error":{}}',
    ],
)
def test_an_answer_that_cannot_be_read_leaves_the_outcome_unknown(reply: bytes) -> None:
    world = World()
    world.client(call())
    found = message(world.server(reply), "client")
    assert found["id"] == 1
    assert found["error"]["data"]["mayHaveRun"] is True
    assert len(world.checked) == 1


def test_an_answer_that_cannot_be_read_arrives_where_one_without_attestation_would() -> None:
    reply = b'{"jsonrpc":"2.0","id":1,"result":{"a":1e400}}'
    world = World(**RELAXED)
    world.client(call())
    assert only(world.server(reply), "client") == reply


@pytest.mark.parametrize("code", [-31901, -32021])
@pytest.mark.parametrize("options", [{}, RELAXED])
def test_an_unsigned_refusal_is_handed_on_and_marked(options: dict[str, Any], code: int) -> None:
    world = World(**options)
    world.client(call())
    refusal = error(code=code, data={"problems": ["REPLAYED"], "mayHaveRun": False})
    found = message(world.server(refusal), "client")
    assert codes(found) == ["REPLAYED"]
    assert found["error"]["code"] == code
    assert found["error"]["data"]["mayHaveRun"] is True
    assert found["error"]["data"]["unauthenticated"] is True


def test_another_unsigned_error_is_not() -> None:
    world = World()
    world.client(call())
    assert codes(message(world.server(error(code=-32601)), "client")) == ["ATTESTATION_MISSING"]


@pytest.mark.parametrize("settings", [None, OWN])
def test_what_a_transport_said_in_place_of_an_answer_is_in_the_log(settings, caplog) -> None:
    """The SDK's HTTP client answers for a connection that failed; nothing else tells why."""
    world = World()
    world.learns(settings)
    world.client(call())
    failed = {"code": -32000, "message": "SSE stream failed: too long\nsecond line"}
    told = message(world.server(line(id=1, error=failed)), "client")["error"]["message"]
    assert "SSE" not in told
    assert "this side's log" in told
    assert "error -32000, 'SSE stream failed: too long\\nsecond line'" in caplog.text


def test_where_none_is_demanded_an_answer_without_attestation_arrives() -> None:
    world = World(**RELAXED)
    world.client(call())
    assert only(world.server(answer()), "client") == answer()
    assert [str(each.code) for each in world.checked[0].notices] == ["ATTESTATION_MISSING"]


def test_a_signed_refusal_is_the_servers_word() -> None:
    world = World()
    sent = json.loads(only(world.client(call()), "server"))
    sent["params"]["arguments"] = {}
    denied = only(run(world.behind.from_client(json.dumps(sent).encode())), "client")
    found = message(world.server(denied), "client")
    assert codes(found) == ["CALL_MISMATCH"]
    assert "mayHaveRun" not in found["error"]["data"]
    assert RESPONSE_KEY not in found["error"]["data"]
    assert world.checked[0].response is not None
    assert world.checked[0].response.outcome == "denied"


def test_a_cancelled_call_has_no_late_answer() -> None:
    world = World()
    world.client(call())
    notice = line(method="notifications/cancelled", params={"requestId": 1})
    assert only(world.client(notice), "server") == notice
    assert world.server(answer()) == []


def test_when_the_server_ends_the_outcome_is_unknown() -> None:
    world = World()
    world.client(line(id=5, method="tools/list"))
    world.client(call())
    found = message(run(world.session.server_ended()), "client")
    assert (found["id"], codes(found)) == (1, ["ATTESTATION_MISSING"])
    assert found["error"]["data"]["mayHaveRun"] is True


# -- whom it is for --------------------------------------------------------------------------------


def test_a_client_that_skips_discovery_has_it_done() -> None:
    world = World("first-use")
    held = call(1, meta=modern(progressToken=1, **{"io.modelcontextprotocol/clientInfo": {"name": "c"}}))
    asked = message(world.client(held), "server")
    assert asked["method"] == "server/discover"
    assert isinstance(asked["id"], str)
    assert asked["params"]["_meta"] == {
        VERSION: "2026-07-28",
        CAPABILITIES: {"extensions": {EXTENSION: {"version": 1}}},
        "io.modelcontextprotocol/clientInfo": {"name": "c"},
    }
    bare = message(World("first-use").client(call(meta={VERSION: "2026-07-28"})), "server")
    assert bare["params"]["_meta"] == {VERSION: "2026-07-28"}
    behind = [call(2), line(id=3, method="tools/list"), line(method="notifications/x")]
    assert [world.client(data) for data in behind] == [[], [], []]
    notification = line(method="notifications/progress", params={})
    assert only(world.server(notification), "client") == notification
    assert world.session.deadline() == world.sides.clock() + 60 * SECONDS
    assert world.expire() == []

    reply = answer(asked["id"], capabilities={"extensions": {EXTENSION: OWN}})
    assert world.server(reply) == []
    assert (world.session.deadline() or 0) <= world.sides.clock()
    sent = world.expire()
    assert [each["method"] for each in lines(sent, "server")] == [
        "tools/call",
        "tools/call",
        "tools/list",
        "notifications/x",
    ]
    assert world.session.deadline() is None
    assert world.exchange(sent[0].data, answer(1)) == json.loads(answer(1))
    assert world.server(reply) == []  # no client asked for it


@pytest.mark.parametrize(
    "reply",
    [
        error,
        lambda identifier: b'{"jsonrpc":"2.0","id":"%s","result":{"a":1,"a":2}}' % identifier.encode(),
        lambda identifier: answer(identifier, capabilities={}),
        lambda identifier: answer(identifier, capabilities={"extensions": {EXTENSION: {"version": 0}}}),
        None,
    ],
)
def test_a_server_that_tells_nothing_in_a_minute_has_no_audience(reply: Any) -> None:
    world = World("first-use")
    asked = message(world.client(call()), "server")
    if reply is None:
        world.sides.clock.pass_seconds(60)
    else:
        assert world.server(reply(asked["id"])) == []
    assert codes(message(world.expire(), "client")) == ["ATTESTATION_UNAVAILABLE"]
    assert codes(message(world.client(call(2)), "client")) == ["ATTESTATION_UNAVAILABLE"]  # asked once


def test_a_call_waits_for_a_server_that_is_installed_first() -> None:
    world = World("first-use")
    asked = message(world.client(call()), "server")
    world.sides.clock.pass_seconds(45)
    assert world.expire() == []
    assert world.server(answer(asked["id"], capabilities={"extensions": {EXTENSION: OWN}})) == []
    assert REQUEST_KEY in message(world.expire(), "server")["params"]["_meta"]


def test_why_there_is_no_audience_is_told(caplog: pytest.LogCaptureFixture) -> None:
    message(World(None).client(call()), "client")
    world = World("first-use")
    world.client(call())
    world.sides.clock.pass_seconds(60)
    world.expire()
    nobody_named, nothing_declared = caplog.messages
    assert "configured" in nobody_named
    assert "signet proxy --role server" in nothing_declared


def test_where_nothing_is_required_the_held_call_goes_unsigned() -> None:
    world = World("first-use", **RELAXED)
    world.client(call())
    world.sides.clock.pass_seconds(60)
    assert REQUEST_KEY not in message(world.expire(), "server")["params"]["_meta"]


def test_the_handshake_is_never_held() -> None:
    world = World("first-use")
    world.client(initialize())
    world.server(answer(0, protocolVersion="2025-11-25", capabilities={}))
    assert codes(message(world.client(call(meta={})), "client")) == ["ATTESTATION_UNAVAILABLE"]


def test_what_waits_is_bounded_and_answered_when_the_server_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("signet_vc.mcp.agent_session._MAX_WAITING", 2)
    world = World("first-use")
    world.client(call(1))
    assert world.client(call(2)) == []
    assert codes(message(world.client(call(3)), "client")) == ["ATTESTATION_UNAVAILABLE"]
    assert [each["id"] for each in lines(run(world.session.server_ended()), "client")] == [1, 2]
    assert world.session.deadline() is None


def test_a_peer_that_is_another_one_than_before_is_refused() -> None:
    store = memory_store()
    first = World("first-use", store=store)
    first.learns(OWN)
    assert REQUEST_KEY in message(first.client(call()), "server")["params"]["_meta"]
    for options in ({}, RELAXED):
        second = World("first-use", store=store, **options)
        second.learns(OTHER)
        assert codes(message(second.client(call()), "client")) == ["PEER_CHANGED"]


def test_a_pin_without_a_store_holds_for_the_connection() -> None:
    sides = Sides()
    role = dataclasses.replace(sides.agent.role, store=None)
    session = AgentSession(Agent(role), audience="first-use")
    for settings, code in ((OWN, None), (OTHER, "PEER_CHANGED")):
        run(session.from_client(line(id=9, method="server/discover", params={"_meta": modern()})))
        run(session.from_server(answer(9, capabilities={"extensions": {EXTENSION: settings}})))
        sends = run(session.from_client(call(1 if code is None else 2)))
        if code is None:
            assert sends[0].to == "server"
        else:
            assert codes(message(sends, "client")) == [code]


def test_a_peer_that_stops_declaring_is_refused_where_signatures_are_required() -> None:
    world = World()
    world.learns(OWN, 50)
    world.learns(None, 51)
    assert codes(message(world.client(call()), "client")) == ["ATTESTATION_STRIPPED"]
    world.learns(OWN, 52)
    assert REQUEST_KEY in message(world.client(call(2)), "server")["params"]["_meta"]
    relaxed = World(**RELAXED)
    relaxed.learns(OWN, 50)
    relaxed.learns(None, 51)
    assert REQUEST_KEY in message(relaxed.client(call()), "server")["params"]["_meta"]


def test_the_answer_of_another_key_than_the_audience_is_refused() -> None:
    world = World(STRANGER.did)
    sent = only(world.client(call()), "server")
    other = Sides(server_options={"audience": STRANGER.did})
    behind = ServerSession(other.server)
    assert only(run(behind.from_client(sent)), "server")
    reply = only(run(behind.from_server(answer())), "client")
    assert codes(message(world.server(reply), "client")) == ["SIGNER_NOT_ALLOWED"]


def test_an_audience_that_is_a_uri_is_answered_by_a_listed_server() -> None:
    uri = "https://mail.example/mcp"
    world = World(uri, policy=Policy(allowed_signers=[SERVER.did]))
    behind = ServerSession(Sides(server_options={"audience": uri}).server)
    sent = only(world.client(call()), "server")
    run(behind.from_client(sent))
    assert message(world.server(only(run(behind.from_server(answer())), "client")), "client") == json.loads(
        answer()
    )


def test_what_the_server_says_between_passes() -> None:
    world = World()
    for data in (b"", line(method="notifications/progress"), line(id="s", method="ping")):
        assert only(world.server(data), "client") == data
    assert world.server(b"garbage") == []
    assert world.server(answer(7)) == []
    assert only(World(**RELAXED).server(b"garbage"), "client") == b"garbage"
