"""What a hop adds beside an attestation: a second one changes nothing, its own members are no harm."""

from __future__ import annotations

import json
from typing import Any

import pytest
from engine import STRANGER, Sides
from two_sessions import TwoSessions, line_of

from signet_vc.mcp.messages import REQUEST_KEY, RESPONSE_KEY


def meta_of(line: bytes) -> dict[str, Any]:
    message = json.loads(line)
    holder = message.get("params") or message.get("result")
    return dict(holder["_meta"])


def with_meta(line: bytes, **members: Any) -> bytes:
    message = json.loads(line)
    holder = message["params"] if "params" in message else message["result"]
    holder["_meta"] = {**holder.get("_meta", {}), **members}
    return json.dumps(message).encode()


def codes(answer: dict[str, Any]) -> list[str]:
    return list(answer["error"]["data"]["problems"])


def passed(connection: TwoSessions, answer: dict[str, Any]) -> bool:
    return "result" in answer and len(connection.ran) == 1


# -- 39: attestations that are put in --------------------------------------------------------------


@pytest.mark.parametrize("name", [REQUEST_KEY, REQUEST_KEY.replace("q", "\\u0071")])
@pytest.mark.parametrize("first", [True, False])
def test_threat_39_a_second_attestation_of_a_call_is_refused(name: str, *, first: bool) -> None:
    foreign = json.dumps(Sides(agent_options={"signer": STRANGER}).attest().carrier)

    def add(line: bytes) -> bytes:
        text = line.decode()
        begin = text.index('"_meta":') + len('"_meta":')
        _, length = json.JSONDecoder().raw_decode(text[begin:])
        if first:
            return f'{text[: begin + 1]}"{name}":{foreign},{text[begin + 1 :]}'.encode()
        end = begin + length - 1
        return f'{text[:end]},"{name}":{foreign}{text[end:]}'.encode()

    connection = TwoSessions(out=add)
    assert codes(connection.call()) == ["DUPLICATE_MEMBER"]
    assert connection.ran == []


def test_threat_39_another_one_in_its_place_is_judged_as_what_it_is() -> None:
    foreign = Sides(agent_options={"signer": STRANGER}).attest().carrier
    connection = TwoSessions(out=lambda line: with_meta(line, **{REQUEST_KEY: foreign}))
    assert codes(connection.call()) == ["SIGNER_NOT_ALLOWED"]
    assert connection.ran == []


@pytest.mark.parametrize(
    "name", ["signet", "org.w3id.signet-vc/Request", RESPONSE_KEY, "org.w3id.signet-vc/data"]
)
def test_threat_39_one_under_another_name_is_not_looked_at(name: str) -> None:
    foreign = Sides(agent_options={"signer": STRANGER}).attest().carrier
    connection = TwoSessions(out=lambda line: with_meta(line, **{name: foreign}))
    assert passed(connection, connection.call())


def test_threat_39_an_agents_side_never_replaces_the_one_that_is_there() -> None:
    connection = TwoSessions()
    forged = {"credential": {}}
    answer = connection.call(_meta={REQUEST_KEY: forged})
    assert meta_of(connection.between[0])[REQUEST_KEY] == forged
    assert codes(answer) != []
    assert connection.ran == []


def test_threat_39_one_that_the_tool_forged_is_overwritten() -> None:
    forged = {"credential": {"type": "forged"}}
    connection = TwoSessions(answer={"result": {"content": [], "_meta": {RESPONSE_KEY: forged, "kept": 1}}})
    assert passed(connection, connection.call())
    answered = meta_of(connection.between[-1])
    assert answered[RESPONSE_KEY] != forged
    assert answered["kept"] == 1


def test_threat_39_a_second_attestation_of_an_answer_is_refused() -> None:
    def add(line: bytes) -> bytes:
        at = line.index(b'"_meta":{') + len(b'"_meta":{')
        return line[:at] + f'"{RESPONSE_KEY}":{{}},'.encode() + line[at:]

    answer = TwoSessions(back=add).call()
    assert codes(answer) == ["DUPLICATE_MEMBER"]
    assert answer["error"]["data"]["mayHaveRun"] is True


def test_threat_39_an_attestation_of_a_method_that_has_none_is_refused() -> None:
    connection = TwoSessions()
    carrier = connection.sides.attest().carrier
    ping = line_of({"id": "p", "method": "ping", "params": {"_meta": {REQUEST_KEY: carrier}}})
    assert codes(connection.send(ping)) == ["CALL_MISMATCH"]
    assert connection.ran == []


# -- 40: what gateways change ----------------------------------------------------------------------

GATEWAYS = {
    "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "tracestate": "gateway=1",
    "baggage": "tenant=7",
    "progressToken": "gateway/17",
    "com.example.gateway/route": {"hops": ["a", "b"]},
    "io.modelcontextprotocol/clientInfo": {"name": "gateway", "version": "9"},
}


@pytest.mark.parametrize("name", GATEWAYS)
def test_threat_40_what_a_gateway_adds_leaves_a_call_and_its_answer_valid(name: str) -> None:
    added = {name: GATEWAYS[name]}
    connection = TwoSessions(
        out=lambda line: with_meta(line, **added), back=lambda line: with_meta(line, **added)
    )
    answer = connection.call()
    assert passed(connection, answer)
    assert connection.ran[0]["params"]["_meta"][name] == GATEWAYS[name]
    assert answer["result"]["_meta"] == added


def test_threat_40_other_ids_spaces_and_orders_leave_them_valid() -> None:
    ids: list[Any] = []

    def renumbered(line: bytes) -> bytes:
        message = json.loads(line)
        ids.append(message["id"])
        message["id"] = "gateway-1"
        return json.dumps(message, indent=2, sort_keys=True).replace("\n", " ").encode()

    def restored(line: bytes) -> bytes:
        return json.dumps({**json.loads(line), "id": ids.pop()}).encode()

    connection = TwoSessions(out=renumbered, back=restored)
    assert passed(connection, connection.call())


@pytest.mark.parametrize(
    "added", [{"arguments": {"to": "mallory@example.com"}}, {"timeout": 5}, {"name": "delete_email"}]
)
def test_threat_40_but_nothing_that_is_bound_can_be_added(added: dict[str, Any]) -> None:
    def alter(line: bytes) -> bytes:
        message = json.loads(line)
        message["params"].update(added)
        return json.dumps(message).encode()

    connection = TwoSessions(out=alter)
    assert codes(connection.call()) == ["CALL_MISMATCH"]
    assert connection.ran == []
