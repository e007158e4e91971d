"""Members of messages and the engine's values: what a call binds, what an answer means, carriers."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signet_vc.attestation.call import ABSENT, Answer, OutcomeKind
from signet_vc.codec import jcs
from signet_vc.codec.digest import digest
from signet_vc.errors import Code, ProblemError
from signet_vc.mcp import messages
from signet_vc.mcp.messages import DATA_KEY, REQUEST_KEY, RESPONSE_KEY

CARRIER = {"credential": {"id": "urn:uuid:1"}}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


def code_of(raised: pytest.ExceptionInfo[ProblemError]) -> tuple[Code, str]:
    (found,) = raised.value.problems
    return found.code, found.pointer


# -- calls -----------------------------------------------------------------------------------------


def test_a_call_binds_what_the_format_says() -> None:
    params = {
        "name": "send",
        "arguments": {"to": "alice"},
        "inputResponses": None,
        "requestState": "opaque",
        "taskId": "t1",
        "task": {"ttl": 1},
        "_meta": {
            "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            REQUEST_KEY: CARRIER,
        },
    }
    before = copy.deepcopy(params)
    call, carrier = messages.read_call("tools/call", params)
    assert (call.method, call.tool, call.arguments) == ("tools/call", "send", {"to": "alice"})
    assert (call.input_responses, call.request_state, call.task_id) == (None, "opaque", "t1")
    assert call.parameters == {"task": {"ttl": 1}}
    assert (call.trace_id, call.protocol_version) == ("0af7651916cd43dd8448eb211c80319c", "2026-07-28")
    assert carrier == CARRIER
    assert params == before


@pytest.mark.parametrize(
    "params", [{"name": "t"}, {"name": "t", "arguments": None}, {"name": "t", "arguments": {}}]
)
def test_arguments_that_are_absent_or_null_read_as_none(params: dict[str, Any]) -> None:
    call, carrier = messages.read_call("tools/call", params)
    assert call.arguments == {}
    assert call.parameters == {}
    assert carrier is ABSENT
    assert (call.input_responses, call.request_state, call.task_id) == (ABSENT, ABSENT, ABSENT)
    assert call.protocol_version is None


def test_the_version_of_the_handshake_stands_in_for_one_that_is_not_stated() -> None:
    assert (
        messages.read_call("tools/call", {"name": "t"}, negotiated="2025-11-25")[0].protocol_version
        == "2025-11-25"
    )


def test_a_null_carrier_is_there() -> None:
    assert messages.read_call("tools/call", {"name": "t", "_meta": {REQUEST_KEY: None}})[1] is None


@pytest.mark.parametrize(
    ("params", "pointer"),
    [
        (ABSENT, "/params"),
        (None, "/params"),
        ([], "/params"),
        ({}, "/params/name"),
        ({"name": None}, "/params/name"),
        ({"name": ""}, "/params/name"),
        ({"name": "delete\0_read"}, "/params/name"),
        ({"name": "x" * 1025}, "/params/name"),
        ({"name": "t", "arguments": []}, "/params/arguments"),
        ({"name": "t", "arguments": "{}"}, "/params/arguments"),
        ({"name": "t", "arguments": False}, "/params/arguments"),
        ({"name": "t", "_meta": None}, "/params/_meta"),
        ({"name": "t", "_meta": []}, "/params/_meta"),
        ({"name": "t", "taskId": None}, "/params/taskId"),
        ({"name": "t", "taskId": 7}, "/params/taskId"),
    ],
)
def test_params_that_no_signed_call_can_have_are_refused(params: Any, pointer: str) -> None:
    with pytest.raises(ProblemError) as raised:
        messages.read_call("tools/call", params)
    assert code_of(raised) == (Code.CALL_MISMATCH, pointer)


@pytest.mark.parametrize(
    "method", ["tools/list", "tasks/update", "tasks/cancel", "prompts/get", "Tools/Call", ""]
)
def test_no_other_method_is_a_call(method: str) -> None:
    with pytest.raises(ProblemError) as raised:
        messages.read_call(method, {"name": "t"})
    assert code_of(raised) == (Code.CALL_MISMATCH, "/method")
    assert not messages.is_attested_method(method)


def test_threat_12_a_value_may_be_64_deep_and_no_deeper() -> None:
    messages.read_call("tools/call", {"name": "t", "arguments": {"a": nested(63)}})
    for params, pointer in (
        ({"name": "t", "arguments": {"a": nested(64)}}, "/params/arguments"),
        ({"name": "t", "requestState": nested(65)}, "/params/requestState"),
        ({"name": "t", "task": {"a": nested(64)}}, "/params/task"),
    ):
        with pytest.raises(ProblemError) as raised:
            messages.read_call("tools/call", params)
        assert code_of(raised) == (Code.TOO_DEEP, pointer)
    with pytest.raises(ProblemError) as raised:
        messages.project_result({"content": nested(64)})
    assert code_of(raised) == (Code.TOO_DEEP, "/result")


@pytest.mark.parametrize("parent", [None, 5, "", "0af7651916cd43dd8448eb211c80319c", "00-0AF7-b7-01"])
def test_what_is_no_traceparent_states_no_trace(parent: Any) -> None:
    assert (
        messages.read_call("tools/call", {"name": "t", "_meta": {"traceparent": parent}})[0].trace_id is None
    )


@pytest.mark.parametrize("version", [None, 5, "", "x" * 1025])
def test_a_version_is_stated_only_if_it_can_be(version: Any) -> None:
    meta = {"io.modelcontextprotocol/protocolVersion": version}
    assert messages.read_call("tools/call", {"name": "t", "_meta": meta})[0].protocol_version is None


# -- look-alikes -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "pointer"),
    [
        ({"jsonrpc": "2.0", "id": 1, "Method": "tools/call"}, "/Method"),
        ({"jsonrpc": "2.0", "ID": 1, "method": "ping"}, "/ID"),
        ({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "param\u017f": {}}, "/param\u017f"),
        ({"j\u017fonrpc": "2.0", "id": 1, "method": "ping"}, "/j\u017fonrpc"),
        ({"jsonrpc": "2.0", "id": 1, "re\u017fult": {}}, "/re\u017fult"),
        ({"id": 1, "method": "tools/call", "params": {"Name": "evil"}}, "/params/Name"),
        ({"id": 1, "method": "tools/call", "params": {"argument\u017f": {}}}, "/params/argument\u017f"),
        ({"id": 1, "method": "tools/call", "params": {"_META": {}}}, "/params/_META"),
        ({"id": 1, "method": "tools/call", "params": {"ta\u017f\u212aId": "t"}}, "/params/ta\u017f\u212aId"),
        ({"id": 1, "method": "tools/call", "params": {"inputresponses": {}}}, "/params/inputresponses"),
        ({"id": 1, "method": "tools/call", "params": {"requeststate": ""}}, "/params/requeststate"),
        ({"id": 1, "method": "ping", "method\0x": "tools/call"}, "/method\0x"),
        ({"id": 1, "method": "tools/call", "params": {"Name\0": "evil"}}, "/params/Name\0"),
        ({"id": 1, "method": "tools/call\0x"}, "/method"),
    ],
)
def test_threat_07_a_member_that_looks_like_a_known_one_is_refused(message: Any, pointer: str) -> None:
    with pytest.raises(ProblemError) as raised:
        messages.refuse_lookalikes(message)
    assert code_of(raised) == (Code.CALL_MISMATCH, pointer)


@pytest.mark.parametrize(
    "message",
    [
        {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "tools/call",
            "params": {"name": "t", "arguments": {"Name": 1, "ID": 2}},
        },
        {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "tools/call",
            "params": {"name": "t", "names": 1, "task": {"ID": 1}},
        },
        {"jsonrpc": "2.0", "method": "notifications/x", "params": {"Name": 1}},
        {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": ["Name"]},
    ],
)
def test_threat_07_names_elsewhere_are_nobodys_business(message: Any) -> None:
    messages.refuse_lookalikes(message)


# -- tool definitions ------------------------------------------------------------------------------


def test_threat_04_the_digest_of_a_definition_is_over_six_members_as_on_the_wire() -> None:
    tool = {
        "name": "t",
        "title": "T",
        "description": "d",
        "inputSchema": {"type": "object"},
        "outputSchema": {"type": "object"},
        "annotations": {"readOnlyHint": True},
    }
    expected = digest(jcs.canonicalize(tool))
    assert messages.tool_definition_digest(tool) == expected
    assert messages.tool_definition_digest({**tool, "_meta": {}, "execution": {}, "icons": []}) == expected
    for name in tool:
        without = {other: value for other, value in tool.items() if other != name}
        assert messages.tool_definition_digest(without) != expected
        assert messages.tool_definition_digest({**tool, name: None}) != expected


@pytest.mark.parametrize("tool", [None, [], "t", {"name": "t", "inputSchema": {"maximum": float("inf")}}])
def test_what_has_no_canonical_definition_has_no_digest(tool: Any) -> None:
    assert messages.tool_definition_digest(tool) is None


# -- answers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("result", "projected"),
    [
        ({}, {"resultType": "complete", "isError": False}),
        ({"content": [], "_meta": {"x": 1}}, {"content": [], "resultType": "complete", "isError": False}),
        ({"resultType": "complete", "isError": True}, {"resultType": "complete", "isError": True}),
        ({"resultType": "input_required"}, {"resultType": "input_required"}),
        (
            {"content": [{"_meta": {"kept": 1}}]},
            {"content": [{"_meta": {"kept": 1}}], "resultType": "complete", "isError": False},
        ),
        ({"isError": None}, {"resultType": "complete", "isError": None}),
    ],
)
def test_results_are_projected(result: Any, projected: Any) -> None:
    before = copy.deepcopy(result)
    assert messages.project_result(result) == projected
    assert result == before


@pytest.mark.parametrize(
    ("error", "projected"),
    [
        ({"code": 1, "message": ""}, {"code": 1, "message": ""}),
        ({"code": 1, "message": "m", "data": {}}, {"code": 1, "message": "m"}),
        ({"code": 1, "message": "m", "data": None}, {"code": 1, "message": "m", "data": None}),
        ({"code": 1, "message": "m", "data": [], "more": 1}, {"code": 1, "message": "m", "data": []}),
    ],
)
def test_errors_are_projected(error: Any, projected: Any) -> None:
    assert messages.project_error(error) == projected


@pytest.mark.parametrize("result", [None, [], "ok", 1])
def test_a_result_is_an_object(result: Any) -> None:
    with pytest.raises(ProblemError) as raised:
        messages.project_result(result)
    assert code_of(raised)[0] == Code.OUTCOME_MISMATCH


@pytest.mark.parametrize(
    "error", [None, "no", {}, {"code": 1}, {"code": "1", "message": "m"}, {"code": True, "message": "m"}]
)
def test_an_error_has_a_code_and_a_message(error: Any) -> None:
    with pytest.raises(ProblemError) as raised:
        messages.project_error(error)
    assert code_of(raised)[0] == Code.OUTCOME_MISMATCH


@pytest.mark.parametrize(
    ("result", "kind", "task"),
    [
        ({"content": []}, OutcomeKind.COMPLETED, None),
        ({"content": [], "isError": True}, OutcomeKind.FAILED, None),
        ({"resultType": "input_required", "requestState": "s"}, OutcomeKind.INPUT_REQUIRED, None),
        ({"resultType": "task", "taskId": "t1", "status": "working"}, OutcomeKind.TASK, "t1"),
        ({"task": {"taskId": "t2"}}, OutcomeKind.TASK, "t2"),
        ({"task": {"taskId": "t2"}, "content": []}, OutcomeKind.COMPLETED, None),
    ],
)
def test_what_a_result_means(result: Any, kind: OutcomeKind, task: str | None) -> None:
    outcome = messages.outcome_of(Answer(result=messages.project_result(result)))
    assert (outcome.kind, outcome.task_id) == (kind, task)


@pytest.mark.parametrize(
    "result",
    [
        {"resultType": "weird"},
        {"resultType": None},
        {"resultType": "complete", "isError": None},
        {"resultType": "complete", "isError": 0},
        {"resultType": "task"},
        {"resultType": "task", "taskId": 7},
        {"task": {}},
        {"task": None},
    ],
)
def test_a_result_of_no_known_kind_has_no_outcome(result: Any) -> None:
    with pytest.raises(ProblemError) as raised:
        messages.outcome_of(Answer(result=messages.project_result(result)))
    assert code_of(raised)[0] == Code.OUTCOME_MISMATCH


def test_an_error_means_failed_and_stands_in_for_what_cannot_be_delivered() -> None:
    assert messages.outcome_of(Answer(error={"code": 1, "message": "m"})).kind is OutcomeKind.FAILED
    unknown = messages.failed("gone", kind=OutcomeKind.UNKNOWN)
    assert unknown.kind is OutcomeKind.UNKNOWN
    assert unknown.answer.error == {"code": -32603, "message": "gone"}


# -- carriers --------------------------------------------------------------------------------------


def test_a_request_carrier_stands_in_meta_beside_the_rest() -> None:
    params = {"name": "t", "_meta": {"progressToken": 1}}
    before = copy.deepcopy(params)
    assert messages.put_request(params, CARRIER) == {
        "name": "t",
        "_meta": {"progressToken": 1, REQUEST_KEY: CARRIER},
    }
    assert messages.put_request({"name": "t"}, CARRIER)["_meta"] == {REQUEST_KEY: CARRIER}
    assert params == before


def test_a_response_carrier_overwrites_one_that_a_tool_forged() -> None:
    forged = {"content": [], "_meta": {RESPONSE_KEY: "forged", "x": 1}}
    assert messages.put_response_in_result(forged, CARRIER)["_meta"] == {RESPONSE_KEY: CARRIER, "x": 1}
    assert messages.put_response_in_result({"_meta": None}, CARRIER)["_meta"] == {RESPONSE_KEY: CARRIER}


@given(st.dictionaries(st.sampled_from(["content", "isError", "_meta"]), JSON, max_size=3))
@settings(max_examples=200)
def test_a_carrier_in_a_result_is_taken_out_again(result: dict[str, Any]) -> None:
    if not isinstance(result.get("_meta"), dict) or not result["_meta"]:
        result.pop("_meta", None)  # an empty one, or none at all, is the same
    taken, carrier = messages.take_response_from_result(messages.put_response_in_result(result, CARRIER))
    assert (taken, carrier) == (result, CARRIER)


@pytest.mark.parametrize("result", [{}, {"_meta": {}}, {"_meta": None}, {"_meta": {"x": 1}}])
def test_no_carrier_is_absent_not_null(result: dict[str, Any]) -> None:
    assert messages.take_response_from_result(result) == (result, ABSENT)
    assert messages.take_response_from_result({"_meta": {RESPONSE_KEY: None}}) == ({}, None)
    assert messages.take_response_from_error({"code": 1, "message": "m"})[1] is ABSENT
    assert messages.take_response_from_error({"code": 1, "message": "m", "data": "x"})[1] is ABSENT


DATA = st.one_of(
    JSON,
    st.fixed_dictionaries({DATA_KEY: JSON}, optional={RESPONSE_KEY: JSON, "x": JSON}),
    st.fixed_dictionaries({RESPONSE_KEY: JSON}),
)


@given(DATA)
@settings(max_examples=300)
def test_error_data_is_wrapped_and_unwrapped_exactly(data: Any) -> None:
    error = {"code": -1, "message": "m", "data": data}
    sent = messages.put_response_in_error(error, CARRIER)
    assert set(sent) == {"code", "message", "data"}
    assert isinstance(sent["data"], dict)
    taken, carrier = messages.take_response_from_error(sent)
    assert carrier == CARRIER
    assert taken == (error if data != {} else {"code": -1, "message": "m"})


@pytest.mark.parametrize(
    ("data", "wrapped"),
    [
        ({"why": 1}, {"why": 1, RESPONSE_KEY: CARRIER}),
        ({}, {RESPONSE_KEY: CARRIER}),
        ("tools/nope", {DATA_KEY: "tools/nope", RESPONSE_KEY: CARRIER}),
        (None, {DATA_KEY: None, RESPONSE_KEY: CARRIER}),
        ({RESPONSE_KEY: "forged"}, {DATA_KEY: {RESPONSE_KEY: "forged"}, RESPONSE_KEY: CARRIER}),
        ({DATA_KEY: 1}, {DATA_KEY: {DATA_KEY: 1}, RESPONSE_KEY: CARRIER}),
    ],
)
def test_how_error_data_is_wrapped(data: Any, wrapped: Any) -> None:
    error = {"code": -1, "message": "m", "data": data, "more": "taken out"}
    assert messages.put_response_in_error(error, CARRIER) == {"code": -1, "message": "m", "data": wrapped}


def test_absent_error_data_becomes_the_carrier_alone() -> None:
    sent = messages.put_response_in_error({"code": -1, "message": "m"}, CARRIER)
    assert sent == {"code": -1, "message": "m", "data": {RESPONSE_KEY: CARRIER}}
    assert messages.take_response_from_error(sent) == ({"code": -1, "message": "m"}, CARRIER)
