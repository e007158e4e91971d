"""The settings of the extension, in both eras."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signet_vc.errors import Code, ProblemError
from signet_vc.mcp import settings as extension
from signet_vc.mcp.messages import EXTENSION

DID = "did:key:z6MkhFwXNFWosLeugvSf4wcL9t3uuRXueGSFTRgSvHhWj5G2"
OWN = extension.server_settings(did=DID, securing="both", required=True)
VERSION = "io.modelcontextprotocol/protocolVersion"
CAPABILITIES = "io.modelcontextprotocol/clientCapabilities"


def initialize(capabilities: Any) -> dict[str, Any]:
    return {
        "id": 1,
        "method": "initialize",
        "params": {"protocolVersion": "2025-11-25", "capabilities": capabilities},
    }


def modern(capabilities: Any, method: str = "tools/call") -> dict[str, Any]:
    return {
        "id": 1,
        "method": method,
        "params": {"_meta": {VERSION: "2026-07-28", CAPABILITIES: capabilities}},
    }


def client(message: dict[str, Any]) -> extension.Settings | None:
    return extension.declared_by_client(message["method"], message["params"])


def server(value: Any) -> extension.Settings | None:
    return extension.declared_by_server({"capabilities": {"extensions": {EXTENSION: value}}})


def test_what_a_server_declares_is_what_its_agent_reads() -> None:
    assert server(OWN) == extension.Settings(
        version=1,
        did=DID,
        securing="both",
        cryptosuites=("eddsa-jcs-2022", "ecdsa-jcs-2019"),
        did_methods=("key",),
        required=True,
    )


def test_members_that_are_not_known_are_ignored_and_a_later_version_is_read() -> None:
    assert server({"version": 9, "did": DID, "future": {}}) == extension.Settings(version=9, did=DID)


@pytest.mark.parametrize("message", [initialize, modern])
def test_a_client_declares_in_its_capabilities(message: Any) -> None:
    assert client(message({"extensions": {EXTENSION: {"version": 1}}})) == extension.Settings(version=1)
    for nothing in ({}, {"extensions": {}}, {"extensions": {"other": {}}}, {"extensions": None}, None, []):
        assert client(message(nothing)) is None


@pytest.mark.parametrize(
    "params", [None, [], {}, {"_meta": None}, {"_meta": {CAPABILITIES: {"extensions": {EXTENSION: 1}}}}]
)
def test_a_request_without_its_era_declares_nothing(params: Any) -> None:
    assert extension.declared_by_client("tools/call", params) is None


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        "1",
        {},
        {"version": "1"},
        {"version": 0},
        {"version": 1.0},
        {"version": True},
        {"version": 1, "did": 5},
        {"version": 1, "did": "key:z6Mk"},
        {"version": 1, "did": DID, "securing": "none"},
        {"version": 1, "did": DID, "securing": []},
        {"version": 1, "did": DID, "cryptosuites": "all"},
        {"version": 1, "did": DID, "didMethods": [1]},
        {"version": 1, "did": DID, "required": "yes"},
    ],
)
def test_settings_that_cannot_be_read_are_told(value: Any) -> None:
    for read in (server, lambda each: client(modern({"extensions": {EXTENSION: each}}))):
        with pytest.raises(ProblemError) as raised:
            read(value)
        assert raised.value.codes == (Code.INVALID_CREDENTIAL,)


def test_a_server_names_its_did() -> None:
    with pytest.raises(ProblemError):
        server({"version": 1})


@pytest.mark.parametrize(
    "result", [None, [], {}, {"capabilities": None}, {"capabilities": {"extensions": []}}]
)
def test_a_result_without_settings_declares_nothing(result: Any) -> None:
    assert extension.declared_by_server(result) is None


# -- in the text -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "message", [initialize({}), initialize({"extensions": {"o": 1}}), modern({}), modern({"a": 1}, "ping")]
)
def test_the_extension_is_declared_for_a_client(message: dict[str, Any]) -> None:
    text = json.dumps(message)
    put = extension.put_client(text, message)
    assert client(json.loads(put)) == extension.Settings(version=1)
    assert extension.put_client(put, json.loads(put)) == put


@pytest.mark.parametrize(
    "message",
    [
        initialize(None),
        initialize({"extensions": None}),
        initialize({"extensions": {EXTENSION: {"version": 1, "own": True}}}),
        modern(None),
        {"id": 1, "method": "tools/call", "params": {"name": "t"}},
        {"id": 1, "method": "ping"},
    ],
)
def test_where_it_cannot_be_declared_or_is_nothing_changes(message: dict[str, Any]) -> None:
    text = json.dumps(message, indent=1)
    assert extension.put_client(text, message) == text


CAPABILITIES_OF_SERVERS = st.fixed_dictionaries(
    {},
    optional={
        "tools": st.just({}),
        "extensions": st.dictionaries(st.sampled_from(["a", "b/c"]), st.just({})),
    },
)


@given(CAPABILITIES_OF_SERVERS, st.sampled_from([None, 1]))
@settings(max_examples=60)
def test_a_servers_settings_are_put_in_and_taken_out_byte_for_byte(
    capabilities: Any, indent: int | None
) -> None:
    message = {"id": 1, "result": {"capabilities": capabilities, "serverInfo": {}}}
    text = json.dumps(message, indent=indent)
    put = extension.put_server(text, message, OWN)
    declared = extension.declared_by_server(json.loads(put)["result"])
    assert declared is not None
    assert declared.did == DID
    assert extension.take_server(put, json.loads(put)) == text


def test_settings_that_the_wrapped_server_declares_give_way() -> None:
    message = {
        "id": 1,
        "result": {"capabilities": {"extensions": {EXTENSION: {"version": 1, "did": "did:x:y"}}}},
    }
    put = extension.put_server(json.dumps(message), message, OWN)
    assert json.loads(put)["result"]["capabilities"]["extensions"] == {EXTENSION: OWN}


@pytest.mark.parametrize("result", [None, {}, {"capabilities": []}, {"capabilities": {"extensions": 1}}])
def test_a_result_without_capabilities_stays(result: Any) -> None:
    message = {"id": 1, "result": result}
    text = json.dumps(message)
    assert extension.put_server(text, message, OWN) == text
    assert extension.take_server(text, message) == text
