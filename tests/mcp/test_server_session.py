"""The server's side over lines of raw JSON-RPC."""

from __future__ import annotations

import json
from typing import Any

import engine
import pytest
from engine import AGENT, SERVER, Sides, memory_store, run
from lines import answer, call, carrier_in, codes, error, initialize, line, lines, message, modern, only

from signet_vc.attestation.call import Answer
from signet_vc.attestation.decision import Deny
from signet_vc.errors import Code, ProblemError, UnavailableError
from signet_vc.limits import Limits
from signet_vc.mcp import messages, wire
from signet_vc.mcp.jsonrpc import read_any_number
from signet_vc.mcp.messages import DATA_KEY, EXTENSION, RESPONSE_KEY, TOOLS_CALL
from signet_vc.mcp.server_session import ServerSession
from signet_vc.mcp.settings import declared_by_server, take_server
from signet_vc.mcp.traffic import Send
from signet_vc.policy import Policy

RELAXED = {"require_signatures": False, "attest_responses": "optional"}
CALL = b'{"jsonrpc":"2.0","id":4,"method":"tools/call","params":'
OUT_OF_RANGE = ProblemError.of(Code.NUMBER_OUT_OF_RANGE, "")
SMALL = Limits(message_bytes=2000, document_bytes=2000)
TRUSTED = {"require_signatures": False}


class FailingStore:
    """A store that stops working when it is told to."""

    def __init__(self) -> None:
        self._inner = memory_store()
        self.broken = False

    def __getattr__(self, name: str) -> Any:
        if self.broken:
            raise UnavailableError("the disk is full")
        return getattr(self._inner, name)


class World:
    """A server session, with the agent's engine to sign what it gets and to check what it gives."""

    def __init__(self, **server_options: Any) -> None:
        self.sides = Sides(server_options=server_options)
        self.session = ServerSession(self.sides.server)

    def client(self, data: bytes) -> list[Send]:
        return run(self.session.from_client(data))

    def server(self, data: bytes) -> list[Send]:
        return run(self.session.from_server(data))

    def signed(self, identifier: Any = 1, *, meta: dict[str, Any] | None = None, **members: Any) -> bytes:
        """A call with its attestation; ``self.pending`` is what the agent remembers of it."""
        plain = json.loads(call(identifier, meta=meta, **members))
        said, _ = messages.read_call(TOOLS_CALL, plain["params"])
        self.pending = self.sides.attest(said)
        return wire.put(
            json.dumps(plain), plain, ("params", "_meta", messages.REQUEST_KEY), self.pending.carrier
        ).encode()

    def passed(self, **options: Any) -> bytes:
        """Send a signed call through."""
        data = self.signed(**options)
        assert only(self.client(data), "server") == data
        return data

    def verdict(self, found: dict[str, Any]) -> list[str]:
        """What the agent finds wrong with an answer to ``self.pending``."""
        if "error" in found:
            taken, carrier = messages.take_response_from_error(found["error"])
            given = Answer(error=messages.project_error(taken))
        else:
            taken, carrier = messages.take_response_from_result(found["result"])
            given = Answer(result=messages.project_result(taken))
        checked = self.sides.check(self.pending, carrier, given)
        self.response = checked.response
        return engine.codes(checked)

    def refused_calls(self) -> list[list[str]]:
        return [list(each.codes) for each in self.sides.store.refused()]

    def outcomes(self) -> list[str | None]:
        return [each.outcome for each in self.sides.store.records()]


# -- what passes -----------------------------------------------------------------------------------


def test_a_signed_call_passes_as_it_is_and_its_answer_is_attested() -> None:
    world = World()
    world.passed(meta={"progressToken": 1})
    original = (
        b' {"id": 1, "jsonrpc": "2.0", "result": {"content": [], "x": 12345678901234567890, "f": 1.50}}\r'
    )
    sent = only(world.server(original), "client")
    assert wire.take(sent.decode(), ("result", "_meta", RESPONSE_KEY), kept=1).encode() == original
    assert world.verdict(json.loads(sent)) == []
    assert world.outcomes() == [None, "completed"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\r",
        b'{"jsonrpc":"2.0","method":"notifications/initialized"}',
        b'{"jsonrpc": "2.0", "id": 5, "method": "tools/list", "params": {"cursor": "\\u0061"}}',
        b'{"id":"x","jsonrpc":"2.0","result":{"answer to the server":1}}\r',
        b'{"id":"x","jsonrpc":"2.0","error":{"code":1,"message":""}}',
        b'{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":99}}',
        b'{"jsonrpc":"2.0","method":"notifications/cancelled"}',
    ],
)
def test_what_is_no_call_passes_byte_for_byte(data: bytes) -> None:
    assert only(World().client(data), "server") == data


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b'{"jsonrpc":"2.0","method":"notifications/progress","params":{"progress":1.0}}',
        b'{"jsonrpc": "2.0", "id": 1, "method": "sampling/createMessage", "params": {}}',
        b'{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error"}}',
        b'{"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"}}',
    ],
)
def test_what_the_server_says_of_its_own_passes_byte_for_byte(data: bytes) -> None:
    assert only(World().server(data), "client") == data


def test_threat_40_what_a_gateway_adds_beside_the_attestation_does_not_matter() -> None:
    world = World()
    plain = json.loads(world.signed())
    plain["id"] = "re-minted"
    plain["params"]["_meta"] |= {"progressToken": 7, "traceparent": "00-" + "a" * 32 + "-" + "b" * 16 + "-01"}
    assert message(world.client(json.dumps(plain).encode()), "server") == plain
    assert world.verdict(message(world.server(answer("re-minted")), "client")) == []


# -- what does not ---------------------------------------------------------------------------------


def test_threat_38_a_call_without_attestation_is_refused_and_recorded() -> None:
    for data, code in (
        (call(), -32021),
        (call(meta=modern(declare=True)), -31901),
        (call(meta={}), -31901),
    ):
        world = World()
        found = message(world.client(data), "client")
        assert found["id"] == 1
        assert found["error"]["code"] == code
        assert codes(found) == ["ATTESTATION_MISSING"]
        assert world.refused_calls() == [["ATTESTATION_MISSING"]]


def test_what_is_missing_is_named_to_a_client_that_does_not_declare_it() -> None:
    found = message(World().client(call()), "client")
    assert found["error"]["data"]["requiredCapabilities"]["extensions"] == {EXTENSION: {"version": 1}}


def test_a_client_of_the_handshake_declares_once() -> None:
    world = World()
    world.client(initialize(declare=True))
    world.server(answer(0, protocolVersion="2025-11-25", capabilities={}))
    assert message(world.client(call()), "client")["error"]["code"] == -31901


def test_an_escape_in_the_method_hides_no_call() -> None:
    hidden = b'{"jsonrpc":"2.0","id":3,"method":"tools\\u002fcall","params":{"name":"evil"}}'
    found = message(World().client(hidden), "client")
    assert (found["id"], codes(found)) == (3, ["ATTESTATION_MISSING"])


@pytest.mark.parametrize("options", [{}, TRUSTED])
@pytest.mark.parametrize(
    ("data", "identifier", "code"),
    [
        (b'{"jsonrpc":"2.0","id":4,"method":"ping","method":"tools/call"}', 4, "DUPLICATE_MEMBER"),
        (CALL + b'{"name":"t","arguments":{"a":1,"\\u0061":2}}}', 4, "DUPLICATE_MEMBER"),
        (CALL + b'{"name":"t","arguments":{"a":NaN}}}', 4, "MALFORMED_JSON"),
        (CALL + b'{"name":"t","arguments":{"a":1e999}}}', 4, "NUMBER_OUT_OF_RANGE"),
        (CALL + b'{"name":"t","arguments":{"a":"\\ud800"}}}', 4, "MALFORMED_JSON"),
        (b"[" + CALL + b'{"name":"t"}}]', 4, "MALFORMED_JSON"),
        (CALL.replace(b":4,", b':"\xff",') + b'{"name":"t"}}', "\ufffd", "MALFORMED_JSON"),
        (CALL.replace(b":4,", b":1.5,") + b'{"name":"t"}}', 1.5, "CALL_MISMATCH"),
        (CALL.replace(b":4,", b":true,") + b'{"name":"t"}}', None, "CALL_MISMATCH"),
        (CALL.replace(b":4,", b":null,") + b'{"name":"t"}}', None, "CALL_MISMATCH"),
        (CALL + b'{"Name":"t","name":"t"}}', 4, "CALL_MISMATCH"),
        (CALL + b'{"name":"t","arguments":[]}}', 4, "CALL_MISMATCH"),
        (b'{"jsonrpc":"2.0","id":4,"method":"tools/call"}', 4, "CALL_MISMATCH"),
        (CALL + b'{"name":"t"},"result":{}}', 4, "MALFORMED_JSON"),
    ],
)
def test_a_call_that_could_be_read_in_two_ways_is_refused_under_its_id(
    options: dict[str, Any], data: bytes, identifier: Any, code: str
) -> None:
    world = World(**options)
    found = message(world.client(data), "client")
    assert (found["id"], codes(found)) == (identifier, [code])
    assert world.refused_calls() == [[code]]


@pytest.mark.parametrize(
    "data",
    [
        b"hello",
        b'{"jsonrpc":"2.0","id":1,"method":"ping","params":\r{"id":2,"method":"ping"}\r}',
        b'{"jsonrpc":"2.0","id":1,"Method":"tools/call","Params":{"name":"evil"}}',
        b'[{"jsonrpc":"2.0","id":1,"method":"ping"}]',
        b'{"jsonrpc":"2.0","id":1.0,"method":"tools/list"}',
        b'{"jsonrpc":"2.0","id":9007199254740993,"method":"tools/list"}',
    ],
)
def test_where_signatures_are_required_nothing_ambiguous_passes(data: bytes) -> None:
    assert [each.to for each in World().client(data)] == ["client"]
    assert [each.to for each in World(**TRUSTED).client(data)] == ["client"]  # its answers are attested
    assert only(World(**RELAXED).client(data), "server") == data


def test_threat_07_a_look_alike_reaches_no_server() -> None:
    for data in (
        b'{"jsonrpc":"2.0","id":1,"method":"tools/call","param\xc5\xbf":{"name":"evil"},"params":{"name":"t"}}',
        b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t","Arguments":{"x":1}}}',
        b'{"jsonrpc":"2.0","id":1,"METHOD":"tools/call","params":{"name":"t"}}',
        b'{"jsonrpc":"2.0","id":1,"method":"tools/call\\u0000","params":{"name":"t"}}',  # as C reads them
        b'{"jsonrpc":"2.0","id":1,"method":"ping","method\\u0000":"tools/call","params":{"name":"t"}}',
    ):
        found = message(World().client(data), "client")
        assert (found["id"], codes(found)) == (1, ["CALL_MISMATCH"])


def test_every_request_of_a_refused_batch_is_answered() -> None:
    batch = b"[" + line(id=1, method="ping") + b"," + line(id="b", method="tools/call", params={}) + b"]"
    assert [each["id"] for each in lines(World().client(batch), "client")] == [1, "b"]


def test_a_refused_answer_of_the_client_leaves_no_server_waiting() -> None:
    (sent,) = World().client(b'{"jsonrpc":"2.0","id":"s1","result":{"a":1,"a":2}}')
    assert sent.to == "server"
    assert json.loads(sent.data)["id"] == "s1"
    assert json.loads(sent.data)["error"]["code"] == -32603


@pytest.mark.parametrize("options", [{}, TRUSTED, RELAXED])
def test_a_call_without_an_id_never_runs(options: dict[str, Any]) -> None:
    world = World(**options)
    plain = json.loads(world.signed())
    del plain["id"]
    assert world.client(json.dumps(plain).encode()) == []
    assert world.refused_calls() == [["CALL_MISMATCH"]]


@pytest.mark.parametrize(
    "method", ["tasks/get", "tasks/update", "tasks/cancel", "tasks/result", "tasks/list"]
)
def test_tasks_are_refused_where_signatures_are_required(method: str) -> None:
    data = line(id=1, method=method, params={"taskId": "t"})
    assert codes(message(World().client(data), "client")) == ["ATTESTATION_UNAVAILABLE"]
    assert World().client(line(method=method)) == []
    assert only(World(**RELAXED).client(data), "server") == data


def test_a_method_that_is_reserved_carries_no_attestation() -> None:
    data = line(id=1, method="prompts/get", params={"name": "p", "_meta": {messages.REQUEST_KEY: {}}})
    for options in ({}, RELAXED):
        assert codes(message(World(**options).client(data), "client")) == ["CALL_MISMATCH"]


def test_a_line_beyond_the_limit_is_refused_whatever_is_required() -> None:
    for options in ({}, RELAXED):
        world = World(**options, policy=Policy(allowed_signers=[AGENT.did], limits=SMALL))
        data = line(id=6, method="ping", params={"x": "y" * world.session.max_line})[
            : world.session.max_line + 1
        ]
        found = message(world.client(data), "client")
        assert (found["id"], codes(found)) == (6, ["TOO_LARGE"])


def test_one_id_belongs_to_one_request_at_a_time() -> None:
    world = World()
    world.passed(identifier=1)
    for data in (line(id=1, method="resources/read", params={}), world.signed(1)):
        found = message(world.client(data), "client")
        assert (found["id"], codes(found)) == (1, ["CALL_MISMATCH"])
    assert only(world.client(line(id="1", method="tools/list")), "server")
    world.server(answer())
    world.passed(identifier=1)


def test_requests_without_answers_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("signet_vc.mcp.traffic._MAX_OPEN", 2)
    world = World()
    for identifier in (1, 2):
        world.client(line(id=identifier, method="tools/list"))
    assert codes(message(world.client(line(id=3, method="tools/list")), "client")) == [
        "ATTESTATION_UNAVAILABLE"
    ]
    world.server(answer(1, tools=[]))
    world.client(line(id=3, method="tools/list"))
    for identifier in (2, 3):
        world.client(line(method="notifications/cancelled", params={"requestId": identifier}))
    world.client(line(id=4, method="tools/list"))
    world.client(line(method="notifications/cancelled", params={"requestId": 4}))
    assert only(world.client(line(id=2, method="tools/list")), "server")  # the oldest is forgotten


# -- verdicts --------------------------------------------------------------------------------------


def test_an_altered_call_is_denied_under_a_signature() -> None:
    world = World()
    plain = json.loads(world.signed())
    plain["params"]["arguments"] = {"to": "mallory@example.com"}
    found = message(world.client(json.dumps(plain).encode()), "client")
    assert codes(found) == ["CALL_MISMATCH"]
    assert world.verdict(found) == []
    assert world.response is not None
    assert world.response.outcome == "denied"
    assert world.outcomes() == [None, "denied"]


def test_threat_01_a_call_passes_once() -> None:
    world = World()
    data = world.passed()
    world.server(answer())
    again = message(world.client(data), "client")
    assert codes(again) == ["REPLAYED"]
    assert RESPONSE_KEY not in again["error"]["data"]


def test_threat_39_two_attestations_are_none() -> None:
    world = World()
    data = world.signed()
    (key,) = (name for name in json.loads(data)["params"]["_meta"] if name == messages.REQUEST_KEY)
    twice = data.replace(b'"_meta": {', b'"_meta": {"' + key.encode() + b'":{},', 1)
    assert codes(message(world.client(twice), "client")) == ["DUPLICATE_MEMBER"]


@pytest.mark.parametrize("carrier", [None, {}, "x", {"credential": {}}])
@pytest.mark.parametrize("options", [{}, RELAXED])
def test_a_carrier_that_is_there_is_verified_wherever(options: dict[str, Any], carrier: Any) -> None:
    found = message(World(**options).client(call(carrier=carrier)), "client")
    assert set(codes(found)) <= {"INVALID_CREDENTIAL", "PROOF_MISSING"}


def test_a_decision_against_a_call_is_attested() -> None:
    world = World(decide=lambda *_: Deny("RECIPIENT_NOT_ALLOWED"))
    found = message(world.client(world.signed()), "client")
    assert codes(found) == ["POLICY_DENIED"]
    assert world.verdict(found) == []
    assert (
        carrier_in(found)["credential"]["credentialSubject"]["decision"]["reason"] == "RECIPIENT_NOT_ALLOWED"
    )


def test_an_unattested_call_that_is_denied_is_told_as_its_client_understands() -> None:
    options = {**TRUSTED, "decide": lambda *_: Deny("NO")}
    plain = message(World(**options).client(call()), "client")
    assert plain["error"]["data"] == {"problems": ["POLICY_DENIED"]}
    told = message(World(**options).client(call(meta=modern(declare=True))), "client")
    assert carrier_in(told)["credential"]["credentialSubject"]["outcome"] == "denied"


# -- answers ---------------------------------------------------------------------------------------


def test_a_carrier_that_a_tool_forged_is_overwritten() -> None:
    world = World()
    world.passed()
    forged = answer(content=[], _meta={RESPONSE_KEY: {"credential": {}}, "kept": 1})
    found = message(world.server(forged), "client")
    assert found["result"]["_meta"]["kept"] == 1
    assert world.verdict(found) == []


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"data": {}},
        {"data": None},
        {"data": "tools/nope"},
        {"data": {RESPONSE_KEY: 1}},
        {"data": {"a": 1}, "x": 1},
    ],
)
def test_an_error_is_attested_and_comes_out_as_it_was(data: dict[str, Any]) -> None:
    world = World()
    world.passed()
    found = message(world.server(error(**data)), "client")
    assert world.verdict(found) == []
    assert world.response is not None
    assert world.response.outcome == "failed"
    taken, _ = messages.take_response_from_error(found["error"])
    assert (
        taken
        == json.loads(error(**{"data": data.get("data")} if data.get("data", {}) != {} else {}))["error"]
    )
    if data.get("data") == "tools/nope":
        assert found["error"]["data"][DATA_KEY] == "tools/nope"


def test_an_error_for_a_caller_that_knows_nothing_of_us_stays_as_it_is() -> None:
    world = World(**TRUSTED)
    world.client(call())
    plain = error(data="x", more=1)
    assert only(world.server(plain), "client") == plain
    assert world.outcomes() == ["failed"]
    world.client(call(2, meta=modern(declare=True)))
    assert RESPONSE_KEY in message(world.server(error(2)), "client")["error"]["data"]


def test_the_answer_to_an_unattested_call_binds_its_arguments() -> None:
    world = World(**TRUSTED)
    world.client(call())
    subject = carrier_in(message(world.server(answer()), "client"))["credential"]["credentialSubject"]
    assert subject["arguments"] == json.loads(call())["params"]["arguments"]
    assert {"request", "agent"} & subject.keys() == set()


@pytest.mark.parametrize(
    ("result", "kind"),
    [
        ({"content": [], "isError": True}, "failed"),
        ({"resultType": "input_required", "requestState": "s", "inputRequests": {}}, "input_required"),
        ({"resultType": "task", "taskId": "t1", "status": "working"}, "task"),
        ({"task": {"taskId": "t2"}}, "task"),
    ],
)
def test_every_kind_of_answer_has_its_outcome(result: dict[str, Any], kind: str) -> None:
    world = World()
    world.passed()
    assert world.verdict(message(world.server(answer(**result)), "client")) == []
    assert world.response is not None
    assert world.response.outcome == kind


ODD = [
    b'{"jsonrpc":"2.0","id":1,"result":{"resultType":"weird"}}',
    b'{"jsonrpc":"2.0","id":1,"result":{"resultType":null}}',
    b'{"jsonrpc":"2.0","id":1,"result":{"isError":"no","content":[]}}',
    b'{"jsonrpc":"2.0","id":1,"result":[]}',
    b'{"jsonrpc":"2.0","id":1,"error":{"code":"x","message":"m"}}',
    b'{"jsonrpc":"2.0","id":1,"result":{"content":[],"x":9007199254740993.0}}',
    b'{"jsonrpc":"2.0","id":1,"result":{"content":[],"x":NaN}}',
    b'{"jsonrpc":"2.0","id":1,"result":{"content":[],"content":[1]}}',
    b'{"jsonrpc":"2.0","id":1,"result":{"content":[],"x":"\\ud800"}}',
    b'{"jsonrpc":"2.0","id":1,"result":{"x":' + b"[" * 70 + b"]" * 70 + b"}}",
    b'{"jsonrpc":"2.0","id":1,"result":{"x":' + b"[" * 200 + b"]" * 200 + b"}}",
    b'{"jsonrpc":"2.0","id":1,"result":{},"error":{}}',
    b'{"jsonrpc":"2.0","id":1}',
    b'[{"jsonrpc":"2.0","id":1,"result":{}}]',
]


@pytest.mark.parametrize("data", ODD)
def test_an_answer_that_cannot_be_attested_is_not_delivered(data: bytes) -> None:
    world = World()
    world.passed()
    found = message(world.server(data), "client")
    assert (found["id"], found["error"]["code"]) == (1, -32603)
    assert world.verdict(found) == []
    assert world.response is not None
    assert world.response.outcome == "failed"
    assert world.server(answer()) == []  # nobody waits for it any more


@pytest.mark.parametrize("data", ODD)
def test_where_none_is_required_it_is_delivered(data: bytes) -> None:
    world = World(**RELAXED)
    world.passed()
    assert only(world.server(data), "client") == data


def test_lines_that_are_no_messages_are_dropped_where_answers_must_be_attested() -> None:
    assert World().server(b"Server starting...") == []
    assert only(World(**RELAXED).server(b"Server starting..."), "client") == b"Server starting..."


BEYOND = (b"1e400", b"9007199254740993.0", b"9" * 5000)


@pytest.mark.parametrize("number", BEYOND)
def test_a_number_that_no_call_carries_passes(number: bytes) -> None:
    world = World()
    for data in (
        b'{"jsonrpc":"2.0","id":5,"method":"tools/list","params":{"x":%s}}' % number,
        b'{"jsonrpc":"2.0","id":"s","result":{"x":%s}}' % number,
        b'{"jsonrpc":"2.0","method":"notifications/x","params":{"x":%s}}' % number,
    ):
        assert only(world.client(data), "server") == data
    for data in (
        b'{"jsonrpc":"2.0","id":5,"result":{"tools":[{"name":"t","inputSchema":{"maximum":%s}}]}}' % number,
        b'{"jsonrpc":"2.0","method":"notifications/x","params":{"x":%s}}' % number,
    ):
        assert only(world.server(data), "client") == data
    assert world.session._listing.digest("t") is None


@pytest.mark.parametrize("number", BEYOND)
def test_the_settings_are_put_beside_any_number(number: bytes) -> None:
    world = World()
    world.client(initialize(1))
    data = b'{"jsonrpc":"2.0","id":1,"result":{"x":%s,"capabilities":{"x":%s}}}' % (number, number)
    sent = only(world.server(data), "client")
    assert EXTENSION.encode() in sent
    assert take_server(sent.decode(), read_any_number(sent, OUT_OF_RANGE)).encode() == data


@pytest.mark.parametrize(
    "hidden",
    [
        b'{"jsonrpc":"2.0","id":5,"result":{"x":1e400},"id":1}',
        b'{"jsonrpc":"2.0","id":5,"result":{"x":1e400},"Id":1}',
        b'{"jsonrpc":"2.0","id":5,"result":{"x":1e400},"error":{}}',
        b'{"jsonrpc":"2.0","id":5,"result":{"x":[1e400,NaN]}}',
        b'[{"jsonrpc":"2.0","id":5,"result":{"x":1e400}}]',
        b"1e400",
    ],
)
def test_nothing_hides_behind_a_number(hidden: bytes) -> None:
    world = World()
    world.client(line(id=5, method="tools/list"))
    world.passed(identifier=1)
    assert hidden not in [each.data for each in world.server(hidden)]


def test_a_refused_line_of_the_server_leaves_nobody_waiting() -> None:
    world = World()
    world.client(line(id=5, method="tools/list"))
    found = message(world.server(b'{"jsonrpc":"2.0","id":5,"result":{"a":1,"a":2}}'), "client")
    assert (found["id"], found["error"]["code"]) == (5, -32603)
    asked = message(
        world.server(b'{"jsonrpc":"2.0","id":"s","method":"elicitation/create","method":"x"}'), "server"
    )
    assert (asked["id"], asked["error"]["code"]) == ("s", -32603)


def test_an_answer_to_nothing_could_pass_for_one_to_a_call() -> None:
    world = World()
    world.passed(identifier=1)
    for data in (answer("1"), answer(1.0), answer(True), answer(None), answer(2), error("1")):
        assert world.server(data) == []
        assert only(World(**RELAXED).server(data), "client") == data
    assert world.verdict(message(world.server(answer()), "client")) == []
    assert world.server(answer()) == []  # a second one


# -- cancellation and the end ----------------------------------------------------------------------


def test_a_cancelled_call_is_recorded_and_answered_by_nobody() -> None:
    world = World()
    world.passed(identifier="c")
    notice = line(method="notifications/cancelled", params={"requestId": "c"})
    assert only(world.client(notice), "server") == notice
    assert world.outcomes() == [None, "cancelled"]
    assert codes(message(world.client(world.signed("c")), "client")) == ["CALL_MISMATCH"]
    assert world.server(answer("c")) == []
    world.passed(identifier="c")


def test_cancelling_what_is_no_call_is_recorded_nowhere() -> None:
    world = World()
    world.client(line(id=5, method="tools/list"))
    for params in ({"requestId": 5}, {"requestId": "5"}, {"requestId": 7}, {}, []):
        notice = line(method="notifications/cancelled", params=params)
        assert only(world.client(notice), "server") == notice
    assert world.outcomes() == []


def test_when_the_server_ends_every_call_is_unknown_and_answered() -> None:
    world = World()
    world.client(line(id=9, method="tools/list"))
    world.passed(identifier=1)
    found = message(run(world.session.server_ended()), "client")
    assert (found["id"], found["error"]["code"]) == (1, -32603)
    assert world.verdict(found) == []
    assert world.outcomes() == [None, "unknown"]
    assert run(world.session.server_ended()) == []


# -- settings --------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["initialize", "server/discover"])
def test_the_settings_are_advertised_in_both_eras(method: str) -> None:
    world = World()
    asked = initialize(1) if method == "initialize" else line(id=1, method=method, params={"_meta": modern()})
    assert only(world.client(asked), "server") == asked
    original = answer(capabilities={"tools": {}}, protocolVersion="2025-11-25", serverInfo={})
    found = message(world.server(original), "client")
    declared = declared_by_server(found["result"])
    assert declared is not None
    assert (declared.did, declared.required, declared.securing) == (SERVER.did, True, "data-integrity")
    del found["result"]["capabilities"]["extensions"]
    assert found == json.loads(original)


def test_the_version_of_the_handshake_is_stated() -> None:
    world = World()
    world.client(initialize(1))
    world.server(answer(capabilities={}, protocolVersion="2025-11-25"))
    world.passed(identifier=2, meta={"x": 1})
    subject = carrier_in(message(world.server(answer(2)), "client"))["credential"]["credentialSubject"]
    assert subject["protocolVersion"] == "2025-11-25"


@pytest.mark.parametrize("data", [error(1), answer(1, protocolVersion="2025-11-25"), line(id=1, result=[])])
def test_nothing_is_advertised_where_nothing_can_be(data: bytes) -> None:
    world = World()
    world.client(initialize(1))
    assert only(world.server(data), "client") == data


def test_a_server_that_signs_nothing_advertises_nothing() -> None:
    world = World(signer=None, require_signatures=False, attest_responses="never")
    world.client(initialize(1))
    data = answer(1, capabilities={})
    assert only(world.server(data), "client") == data
    world.client(call(2))
    assert only(world.server(answer(2)), "client") == answer(2)


@pytest.mark.parametrize("value", [None, {"version": "1"}, []])
def test_settings_that_cannot_be_read_are_told_but_never_to_discovery(value: Any) -> None:
    meta = modern(**{"io.modelcontextprotocol/clientCapabilities": {"extensions": {EXTENSION: value}}})
    found = message(World().client(line(id=1, method="tools/list", params={"_meta": meta})), "client")
    assert found["error"]["code"] == -32602
    params = {"protocolVersion": "2025-11-25", "capabilities": {"extensions": {EXTENSION: value}}}
    assert (
        message(World().client(line(id=1, method="initialize", params=params)), "client")["error"]["code"]
        == -32602
    )
    discovery = line(id=1, method="server/discover", params={"_meta": meta})
    assert only(World().client(discovery), "server") == discovery


# -- definitions -----------------------------------------------------------------------------------


def test_the_definition_that_was_listed_is_stated() -> None:
    tool = {"name": "send_email", "inputSchema": {"type": "object"}}
    world = World()
    world.client(line(id=5, method="tools/list"))
    world.server(answer(5, tools=[tool]))
    world.passed()
    subject = carrier_in(message(world.server(answer()), "client"))["credential"]["credentialSubject"]
    assert subject["toolDefinitionDigest"] == messages.tool_definition_digest(tool)


def test_a_call_signed_for_another_definition_is_noticed(caplog: pytest.LogCaptureFixture) -> None:
    world = World()
    world.client(line(id=5, method="tools/list"))
    world.server(answer(5, tools=[{"name": "send_email"}]))
    other = messages.tool_definition_digest({"name": "send_email", "description": "other"})
    pending = world.sides.attest(engine.call(), tool_definition_digest=other)
    assert only(world.client(call(carrier=pending.carrier)), "server")
    assert "TOOL_DEFINITION_CHANGED" in caplog.text


# -- what fails ------------------------------------------------------------------------------------


def test_a_store_that_fails_lets_no_call_through() -> None:
    store = FailingStore()
    world = World(store=store)
    data = world.signed()
    store.broken = True
    assert "STORE_UNAVAILABLE" in codes(message(world.client(data), "client"))
    assert codes(message(world.client(b"hello"), "client")) == ["MALFORMED_JSON"]


@pytest.mark.parametrize(
    "finish",
    [
        lambda world: world.server(answer()),
        lambda world: world.server(ODD[0]),
        lambda world: run(world.session.server_ended()),
    ],
)
def test_an_answer_that_cannot_be_recorded_is_withheld(finish: Any) -> None:
    store = FailingStore()
    world = World(store=store)
    world.passed()
    store.broken = True
    found = message(finish(world), "client")
    assert codes(found) == ["STORE_UNAVAILABLE"]
    assert found["error"]["data"]["mayHaveRun"] is True


def test_a_cancellation_that_cannot_be_recorded_still_passes() -> None:
    store = FailingStore()
    world = World(store=store)
    world.passed()
    store.broken = True
    notice = line(method="notifications/cancelled", params={"requestId": 1})
    assert only(world.client(notice), "server") == notice


def test_where_attestation_is_optional_the_answer_goes_without() -> None:
    store = FailingStore()
    world = World(store=store, **RELAXED)
    world.client(call())
    store.broken = True
    assert only(world.server(answer()), "client") == answer()


def test_where_attestation_is_optional_an_error_of_ours_goes_without() -> None:
    store = FailingStore()
    world = World(store=store, **RELAXED)
    world.passed()
    store.broken = True
    found = message(run(world.session.server_ended()), "client")
    assert found["error"] == {"code": -32603, "message": found["error"]["message"]}


def test_a_final_refusal_that_cannot_be_signed_is_told_unsigned() -> None:
    class Broken:
        public_key = SERVER.public_key
        verification_method = SERVER.verification_method

        async def sign(self, message: bytes) -> bytes:
            raise UnavailableError("the signer is gone")

    world = World(signer=Broken(), decide=lambda *_: Deny("NO"))
    found = message(world.client(world.signed()), "client")
    assert codes(found) == ["POLICY_DENIED", "STORE_UNAVAILABLE"]
    assert RESPONSE_KEY not in found["error"]["data"]


def test_nothing_is_ever_held() -> None:
    session = World().session
    assert session.deadline() is None
    assert run(session.expire(0)) == []


def test_calls_under_way_at_once_find_their_own_answers() -> None:
    world = World(**TRUSTED)
    for data in (world.signed("a"), call("b", meta={}), call(1), call("1")):
        world.client(data)
    answers = [message(world.server(answer(each)), "client")["id"] for each in ("b", "1", "a", 1)]
    assert answers == ["b", "1", "a", 1]


def test_what_a_stranger_sent_is_one_line_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    world = World()
    carrier = json.loads(world.signed())["params"]["_meta"][messages.REQUEST_KEY]
    for name in ("x\n2026-03-30 INFO call of 'pay' admitted", "\x1b[2J", "\u202e", "y" * 1_000_000):
        only(world.client(call(1, carrier={**carrier, "salts": {name: ""}})), "client")
    assert [each.message.isprintable() for each in caplog.records] == [True] * 4
    assert max(len(each.message) for each in caplog.records) < 1000
