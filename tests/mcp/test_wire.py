"""Our members in the text of a message: every other byte stays."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signet_vc.mcp import messages, wire
from signet_vc.mcp.messages import DATA_KEY, REQUEST_KEY, RESPONSE_KEY

CARRIER = {"credential": {"n": 1e21, "big": 2**70, "text": 'a"\\\u2028é'}}
NUMBERS = st.integers(-(2**80), 2**80) | st.floats(allow_nan=False, allow_infinity=False)
SCALARS = st.none() | st.booleans() | NUMBERS | st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["a", "_meta", "data", 'q"\\', "é", REQUEST_KEY]), inner, max_size=3
        )
    ),
    max_leaves=6,
)
OBJECTS = st.dictionaries(st.sampled_from(["name", "content", "a", "é\n"]), JSON, max_size=3)
SPACE = st.text(" \t\r\n", max_size=2)


@st.composite
def texts(draw: st.DrawFn, value: Any) -> str:
    """JSON text of ``value`` with white space anywhere and escapes at will."""
    if isinstance(value, dict):
        members = [
            f"{draw(SPACE)}{draw(texts(name))}{draw(SPACE)}:{draw(texts(each))}"
            for name, each in value.items()
        ]
        return draw(SPACE) + "{" + ",".join(members) + draw(SPACE) + "}" + draw(SPACE)
    if isinstance(value, list):
        return draw(SPACE) + "[" + ",".join(draw(texts(each)) for each in value) + draw(SPACE) + "]"
    return draw(SPACE) + json.dumps(value, ensure_ascii=draw(st.booleans()))


@st.composite
def written(draw: st.DrawFn, values: st.SearchStrategy[Any]) -> tuple[Any, str]:
    value = draw(values)
    text = draw(texts(value)) if draw(st.booleans()) else json.dumps(value, separators=(",", ":"))
    return value, text


def results() -> st.SearchStrategy[Any]:
    meta = st.dictionaries(st.sampled_from(["a", "io.x/y", "é"]), JSON, max_size=2)
    result = st.tuples(OBJECTS, st.none() | meta).map(
        lambda both: both[0] if both[1] is None else {**both[0], "_meta": both[1]}
    )
    return result.flatmap(
        lambda value: st.permutations(["jsonrpc", "id", "result"]).map(
            lambda order: {name: {"jsonrpc": "2.0", "id": 7, "result": value}[name] for name in order}
        )
    )


@given(written(results()))
@settings(max_examples=300)
def test_put_is_insertion_and_take_undoes_it_byte_for_byte(case: tuple[Any, str]) -> None:
    message, text = case
    path = ("result", "_meta", RESPONSE_KEY)
    put = wire.put(text, message, path, CARRIER)
    assert json.loads(put) == {
        **message,
        "result": messages.put_response_in_result(message["result"], CARRIER),
    }
    assert wire.take(put, path, kept=1) == text


@given(written(results()))
@settings(max_examples=100)
def test_a_carrier_that_is_there_is_replaced(case: tuple[Any, str]) -> None:
    message, text = case
    path = ("result", "_meta", RESPONSE_KEY)
    forged = wire.put(text, message, path, {"forged": [1, 2]})
    replaced = wire.put(forged, json.loads(forged), path, CARRIER)
    assert replaced == wire.put(text, message, path, CARRIER)


DATA = st.one_of(
    JSON,
    st.fixed_dictionaries({DATA_KEY: JSON}, optional={RESPONSE_KEY: JSON, "x": JSON}),
    st.fixed_dictionaries({RESPONSE_KEY: JSON}),
)
ERRORS = st.fixed_dictionaries(
    {"code": st.integers(-5, 5), "message": st.text("aé", max_size=3)}, optional={"data": DATA}
)


@given(written(ERRORS.map(lambda error: {"jsonrpc": "2.0", "id": "x", "error": error})))
@settings(max_examples=300)
def test_an_error_gets_the_carrier_and_is_restored_byte_for_byte(case: tuple[Any, str]) -> None:
    message, text = case
    put = wire.put_response_in_error(text, message, CARRIER)
    expected = messages.put_response_in_error(message["error"], CARRIER)
    assert json.loads(put) == {**message, "error": expected}
    assert wire.take_response_from_error(put, json.loads(put)) == text


@given(written(ERRORS.map(lambda error: {"error": {"first": [1], **error, "last": {"x": 1}}, "id": 1})))
@settings(max_examples=50)
def test_other_members_of_an_error_are_taken_out(case: tuple[Any, str]) -> None:
    message, text = case
    put = wire.put_response_in_error(text, message, CARRIER)
    assert set(json.loads(put)["error"]) == {"code", "message", "data"}
    unbound = (
        put.replace('{"error":{', '{"error":{"late":{"x":1},', 1) if put.startswith('{"error":{') else put
    )
    assert set(json.loads(wire.take_response_from_error(unbound, json.loads(unbound)))["error"]) <= {
        "code",
        "message",
        "data",
    }


@given(written(OBJECTS), st.lists(st.sampled_from(["x", "y", "z"]), min_size=1, max_size=4))
@settings(max_examples=100)
def test_objects_that_lack_on_the_way_are_made_and_go_again(case: tuple[Any, str], names: list[str]) -> None:
    message, text = case
    put = wire.put(text, message, tuple(names), CARRIER)
    inner = json.loads(put)
    for name in names:
        inner = inner[name]
    assert inner == CARRIER
    assert wire.take(put, tuple(names), kept=0) == text


@pytest.mark.parametrize(
    ("text", "path", "kept", "left"),
    [
        ('{"a":{"K":1}}', ("a", "K"), 0, "{}"),
        ('{"a":{"K":1}}', ("a", "K"), 1, '{"a":{}}'),
        ('{"a":{"K":1 }}', ("a", "K"), 0, '{"a":{}}'),
        ('{"a":{ "K":1}}', ("a", "K"), 0, '{"a":{ }}'),
        ('{"a":{"b":2,"K":1}}', ("a", "K"), 0, '{"a":{"b":2}}'),
        ('{"a":{"b":2 , "K":1 }}', ("a", "K"), 0, '{"a":{"b":2  }}'),
        ('{"a":{"b":2,"K":{"x":[1,"}"]},"c":3}}', ("a", "K"), 0, '{"a":{"b":2,"c":3}}'),
        ('{"a":{"\\u004b":1,"c":3}}', ("a", "K"), 0, '{"a":{"c":3}}'),
    ],
)
def test_what_another_hop_wrote_is_taken_out_too(
    text: str, path: tuple[str, ...], kept: int, left: str
) -> None:
    assert wire.take(text, path, kept=kept) == left


def test_what_is_no_object_on_the_way_gives_way() -> None:
    text = '{"result":{"_meta":null,"content":[]}}'
    put = wire.put(text, json.loads(text), ("result", "_meta", RESPONSE_KEY), 1)
    assert put == f'{{"result":{{"_meta":{{"{RESPONSE_KEY}":1}},"content":[]}}}}'


def test_what_is_not_there_cannot_be_taken() -> None:
    with pytest.raises(KeyError):
        wire.take('{"a":{"b":1}}', ("a", "K"), kept=0)
