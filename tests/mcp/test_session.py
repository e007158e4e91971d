"""Both sides over one another: role ``both``, and an agent's proxy in front of a server's."""

from __future__ import annotations

import json
from typing import Any

import pytest
from engine import SERVER, Sides, run
from hypothesis import given, settings
from hypothesis import strategies as st
from lines import answer, call, codes, error, initialize, line, message, modern, only

from signet_vc import mcp
from signet_vc.mcp.messages import EXTENSION, REQUEST_KEY
from signet_vc.mcp.session import AgentSession, Chained, ServerSession, Session

RELAXED = {"require_signatures": False, "attest_responses": "optional"}


class World:
    """Role ``both``: an unmodified client and an unmodified server."""

    def __init__(self, *, audience: str = SERVER.did, **options: Any) -> None:
        self.sides = Sides(agent_options=dict(options), server_options=dict(options))
        self.session: Session = Chained(
            AgentSession(self.sides.agent, audience=audience), ServerSession(self.sides.server)
        )

    def client(self, data: bytes) -> Any:
        return run(self.session.from_client(data))

    def server(self, data: bytes) -> Any:
        return run(self.session.from_server(data))

    def kept(self) -> list[str | None]:
        return [each.outcome for each in self.sides.store.records()]


@pytest.mark.parametrize("meta", [None, {}])
def test_a_call_and_its_answer_pass_as_if_nothing_stood_between(meta: Any) -> None:
    world = World()
    sent = message(world.client(call(meta=meta)), "server")
    plain = json.loads(call(meta=meta))
    assert sent["params"]["name"] == plain["params"]["name"]
    assert sent["params"]["arguments"] == plain["params"]["arguments"]
    assert REQUEST_KEY in sent["params"]["_meta"]
    reply = b'{"jsonrpc":"2.0","id":1,"result":{"content":[],"structuredContent":{"id":9007199254740993}}}'
    assert only(world.server(reply), "client") == reply
    assert world.kept() == [None, "completed"]


@pytest.mark.parametrize(
    "reply", [error(data="x"), error(), error(data=None), answer(isError=True, content=[])]
)
def test_errors_pass_as_the_server_wrote_them(reply: bytes) -> None:
    world = World()
    world.client(call())
    assert only(world.server(reply), "client") == reply
    assert world.kept() == [None, "failed"]


def test_the_settings_of_our_own_server_side_are_not_shown() -> None:
    world = World()
    for data, identifier in (
        (initialize(0), 0),
        (line(id=1, method="server/discover", params={"_meta": modern()}), 1),
    ):
        world.client(data)
        reply = answer(identifier, capabilities={"tools": {}}, protocolVersion="2025-11-25")
        assert only(world.server(reply), "client") == reply


def test_first_use_needs_nobody_to_be_asked_twice() -> None:
    world = World(audience="first-use")
    asked = message(world.client(call()), "server")
    assert asked["method"] == "server/discover"
    assert world.server(answer(asked["id"], capabilities={})) == []
    assert (world.session.deadline() or 0) <= world.sides.clock()
    sent = message(run(world.session.expire(world.sides.clock())), "server")
    stated = sent["params"]["_meta"][REQUEST_KEY]["credential"]["credentialSubject"]
    assert stated["audience"] == SERVER.did
    assert only(world.server(answer()), "client") == answer()
    assert world.session.deadline() is None


@pytest.mark.parametrize("options", [{}, RELAXED])
def test_an_answer_outside_of_canon(options: dict[str, Any]) -> None:
    world = World(**options)
    world.client(call())
    reply = b'{"jsonrpc":"2.0","id":1,"result":{"content":[],"x":1e400}}'
    if options:
        assert only(world.server(reply), "client") == reply
    else:
        found = message(world.server(reply), "client")
        assert (found["id"], found["error"]["code"]) == (1, -32603)


def test_a_cancelled_call_is_cancelled_in_the_server() -> None:
    world = World()
    world.client(call())
    notice = line(method="notifications/cancelled", params={"requestId": 1})
    assert only(world.client(notice), "server") == notice
    assert world.kept() == [None, "cancelled"]
    assert world.server(answer()) == []


def test_when_the_server_ends_the_error_is_attested() -> None:
    world = World()
    world.client(call())
    found = message(run(world.session.server_ended()), "client")
    assert (found["id"], found["error"]["code"]) == (1, -32603)
    assert world.kept() == [None, "unknown"]


def test_a_refusal_by_the_server_side_reaches_the_client() -> None:
    world = World(audience="did:key:z6MkehRgf7yJbgaGfYsdoAsKdBPE3dj2CYhowQdcjqSJgvVd")
    found = message(world.client(call()), "client")
    assert (found["id"], codes(found)) == (1, ["AUDIENCE_MISMATCH"])


MESSAGES = st.fixed_dictionaries(
    {
        "jsonrpc": st.just("2.0"),
        "method": st.sampled_from(["ping", "notifications/x", "resources/read", "tools/list"]),
    },
    optional={
        "id": st.integers(0, 5) | st.text(max_size=3),
        "params": st.dictionaries(
            st.sampled_from(["uri", "Name", "é", "nested"]),
            st.integers() | st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
            max_size=3,
        ),
    },
)


@given(MESSAGES, st.booleans(), st.sampled_from([None, (", ", ": ")]))
@settings(max_examples=100)
def test_what_is_no_call_passes_both_byte_for_byte(
    found: dict[str, Any], ascii_only: bool, separators: Any
) -> None:
    data = json.dumps(found, ensure_ascii=ascii_only, separators=separators).encode()
    assert only(World().client(data), "server") == data
    assert only(World().server(data), "client") == data


def test_the_engine_is_public() -> None:
    assert mcp.AgentSession is AgentSession
    assert mcp.ServerSession is ServerSession
    assert (
        Chained(AgentSession(Sides().agent, audience=None), ServerSession(Sides().server)).max_line > 64 << 20
    )


def test_an_agents_proxy_in_front_of_a_servers() -> None:
    sides = Sides()
    near, far = AgentSession(sides.agent, audience="first-use", subject="c"), ServerSession(sides.server)
    asked = only(run(near.from_client(call())), "server")
    assert only(run(far.from_client(asked)), "server") == asked
    told = only(run(far.from_server(answer(json.loads(asked)["id"], capabilities={}))), "client")
    assert EXTENSION in told.decode()
    assert run(near.from_server(told)) == []
    sent = only(run(near.expire(sides.clock())), "server")
    assert only(run(far.from_client(sent)), "server") == sent
    assert only(run(near.from_server(only(run(far.from_server(answer())), "client"))), "client") == answer()
