"""Lines of JSON-RPC: what is read, what could be read in two ways, what can be seen of the latter."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signet_vc.attestation.call import ABSENT
from signet_vc.errors import Code, ProblemError
from signet_vc.limits import Limits
from signet_vc.mcp import jsonrpc


def refused(line: bytes, limits: Limits = Limits()) -> Code:  # noqa: B008 - frozen
    with pytest.raises(ProblemError) as raised:
        jsonrpc.read(line, limits=limits)
    return raised.value.codes[0]


@pytest.mark.parametrize(
    "line",
    [
        b'{"jsonrpc":"2.0","id":1,"method":"ping"}',
        b'{"jsonrpc":"2.0","id":1,"method":"ping"}\r',
        b' {"jsonrpc" : "2.0", "id":"x",\t"method":"tools\\u002fcall", "params":{}} ',
        b'{"jsonrpc":"2.0","method":"notifications/x"}',
        b'{"jsonrpc":"2.0","id":1,"result":{}}',
        b'{"jsonrpc":"2.0","id":1,"result":null}',
        b'{"jsonrpc":"2.0","id":null,"error":{}}',
        b'{"jsonrpc":"2.0","error":{}}',
    ],
)
def test_messages_are_read(line: bytes) -> None:
    assert jsonrpc.read(line) == json.loads(line)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"hello", Code.MALFORMED_JSON),
        (b"[]", Code.MALFORMED_JSON),
        (b'[{"jsonrpc":"2.0","id":1,"method":"tools/call"}]', Code.MALFORMED_JSON),
        (b"7", Code.MALFORMED_JSON),
        (b"{}", Code.MALFORMED_JSON),
        (b'{"id":1}', Code.MALFORMED_JSON),
        (b'{"id":1,"method":null}', Code.MALFORMED_JSON),
        (b'{"id":1,"method":["tools/call"]}', Code.MALFORMED_JSON),
        (b'{"id":1,"method":"ping","result":{}}', Code.MALFORMED_JSON),
        (b'{"id":1,"method":"ping","error":{}}', Code.MALFORMED_JSON),
        (b'{"id":1,"result":{},"error":{}}', Code.MALFORMED_JSON),
        (b'{"id":1,"Method":"tools/call"}', Code.CALL_MISMATCH),
        (b'\xef\xbb\xbf{"id":1,"method":"ping"}', Code.MALFORMED_JSON),
        (b'{"id":1,"method":"ping","x":"\xff"}', Code.MALFORMED_JSON),
        (b'{"id":1,"method":"ping","x":"\\ud800"}', Code.MALFORMED_JSON),
        (b'{"id":1,"method":"ping","x":NaN}', Code.MALFORMED_JSON),
        (b'{"id":1,"method":"ping","x":1e400}', Code.NUMBER_OUT_OF_RANGE),
    ],
)
def test_what_is_no_message_is_refused(line: bytes, code: Code) -> None:
    assert refused(line) == code


@pytest.mark.parametrize(
    "line",
    [
        b'{"id":1,"method":"ping","method":"tools/call"}',
        b'{"id":1,"method":"tools/call","\\u006dethod":"ping"}',
        b'{"id":1,"method":"tools/call","params":{"name":"t","arguments":{"a":{"b":1,"b":2}}}}',
        b'{"id":1,"method":"tools/call","params":{"name":"t","_meta":{"k":1,"k":2}}}',
    ],
)
def test_threat_06_a_name_stands_once(line: bytes) -> None:
    assert refused(line) == Code.DUPLICATE_MEMBER


def test_a_line_that_others_split_at_a_carriage_return_is_refused() -> None:
    inner = b'{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"evil"}}'
    assert (
        refused(b'{"jsonrpc":"2.0","id":1,"method":"ping","params":\r' + inner + b"\r}")
        == Code.MALFORMED_JSON
    )
    assert refused(b"\r" + inner) == Code.MALFORMED_JSON


def test_threat_12_a_message_may_be_80_deep_and_no_deeper() -> None:
    def line(depth: int) -> bytes:
        return b'{"id":1,"method":"ping","params":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"

    jsonrpc.read(line(80))
    assert refused(line(81)) == Code.TOO_DEEP


def test_threat_12_a_hundred_thousand_levels_are_refused_at_once() -> None:
    line = b'{"id":1,"method":"tools/call","params":' + b"[" * 100_000
    began = time.process_time()
    assert refused(line) == Code.TOO_DEEP
    assert [each.ids for each in jsonrpc.fragments(line)] == [[1]]
    assert time.process_time() - began < 2


def test_a_line_may_be_longer_by_its_carrier_only() -> None:
    limits = Limits(message_bytes=200, document_bytes=100)
    assert jsonrpc.max_line(limits) == 400
    plain = b'{"id":1,"method":"ping","params":{"x":"%s"}}'
    jsonrpc.read(plain % (b"y" * 150), limits=limits)
    assert refused(plain % (b"y" * 200), limits) == Code.TOO_LARGE
    carrying = b'{"id":1,"method":"ping","params":{"org.w3id.signet-vc/request":"%s"}}'
    jsonrpc.read(carrying % (b"y" * 200), limits=limits)
    assert refused(carrying % (b"y" * 400), limits) == Code.TOO_LARGE


@pytest.mark.parametrize("number", ["1e400", "-1e999", "9007199254740993.0", "1" * 5000])
def test_a_message_is_told_apart_in_spite_of_its_numbers(number: str) -> None:
    line = b'{"jsonrpc":"2.0","id":7,"method":"ping","params":{"x":%s,"id":8}}' % number.encode()
    with pytest.raises(ProblemError) as refusal:
        jsonrpc.read(line)
    found = jsonrpc.read_any_number(line, refusal.value)
    assert (found["id"], found["method"], found["params"]["id"]) == (7, "ping", 8)
    for other in (line.replace(b"id", b"x"), line):
        with pytest.raises(ProblemError):
            jsonrpc.read_any_number(other[:-1] + b',"method":"y"}', refusal.value)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (b"[" * 79 + b"]" * 79, Code.TOO_DEEP),
        (b"[" * 100_000 + b"]" * 100_000, Code.TOO_DEEP),
        (b'"\\ud800"', Code.MALFORMED_JSON),
        (b'"\xff"', Code.MALFORMED_JSON),
        (b"NaN", Code.MALFORMED_JSON),
        (b'{"b":1,"b":1}', Code.DUPLICATE_MEMBER),
    ],
)
def test_threat_12_what_comes_after_such_a_number_is_looked_at_too(value: bytes, code: Code) -> None:
    line = b'{"jsonrpc":"2.0","id":7,"method":"ping","params":{"x":1e999,"y":%s}}' % value
    with pytest.raises(ProblemError) as refusal:
        jsonrpc.read(line)
    assert refusal.value.codes == (Code.NUMBER_OUT_OF_RANGE,)
    with pytest.raises(ProblemError) as again:
        jsonrpc.read_any_number(line, refusal.value)
    assert again.value.codes == (code,)


def test_threat_12_such_numbers_cost_no_more_than_others() -> None:
    refusal = ProblemError.of(Code.NUMBER_OUT_OF_RANGE, "")

    def seconds(number: bytes) -> float:
        line = b'{"jsonrpc":"2.0","id":7,"method":"ping","params":[1e999' + (b"," + number) * 100_000 + b"]}"
        began = time.process_time()
        jsonrpc.read_any_number(line, refusal)
        return time.process_time() - began

    assert min(seconds(b"1e999") for _ in range(3)) < 5 * min(seconds(b"1.5") for _ in range(3))


def test_no_other_refusal_is_read_again() -> None:
    for code in set(Code) - {Code.NUMBER_OUT_OF_RANGE}:
        refusal = ProblemError.of(code, "")
        with pytest.raises(ProblemError) as raised:
            jsonrpc.read_any_number(b'{"id":1,"method":"ping"}', refusal)
        assert raised.value is refusal


# -- ids -------------------------------------------------------------------------------------------


def test_ids_of_another_type_are_other_ids() -> None:
    keys = [jsonrpc.key_of(each) for each in (7, "7", -7, "", 0, 2**53 - 1)]
    assert None not in keys
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("identifier", [None, True, False, 7.0, 7.5, 2**53, -(2**53), [], {}])
def test_an_id_that_peers_may_read_differently_is_none(identifier: object) -> None:
    assert jsonrpc.key_of(identifier) is None


@pytest.mark.parametrize("identifier", [1, "x", 1.5, -0.0, 2**70])
def test_a_refusal_carries_the_id_as_it_came(identifier: object) -> None:
    line = json.loads(jsonrpc.error_answer(identifier, {"code": 1, "message": "m"}))
    assert line == {"jsonrpc": "2.0", "id": identifier, "error": {"code": 1, "message": "m"}}


@pytest.mark.parametrize("identifier", [None, True, [], {}, float("nan"), "\ud800", ABSENT])
def test_what_can_be_no_id_is_answered_as_null(identifier: object) -> None:
    assert json.loads(jsonrpc.error_answer(identifier, {"code": 1, "message": "m"}))["id"] is None


# -- fragments -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "ids", "methods", "answers"),
    [
        (b'{"id":1,"method":"tools/call","params":{"id":9,"method":"no"}', [1], ["tools/call"], False),
        (b'{"method":"ping","id":"a","id":2,"method":"tools/call"}', ["a", 2], ["ping", "tools/call"], False),
        (b'{"id":1,"result":{"id":5}', [1], [], True),
        (b'{"error":{"id":5},"id":1,', [1], [], True),
        (b'{"id":{"id":4},"method":[]}', [ABSENT], [ABSENT], False),
        (b'{"\\u0069d":1,"method":"tools\\u002fcall",}', [1], ["tools/call"], False),
        (b'{"x":{"a":"}","b":"\\"}"},"id":7', [7], [], False),
        (b'{"id":1.5,"method":"ping","params":[[[{"id":2}]]]}', [1.5], ["ping"], False),
        (b'{"x":"id","id":3}', [3], [], False),
        (b'{"x":"id":4}', [], [], False),
    ],
)
def test_ids_and_methods_of_a_refused_line(
    line: bytes, ids: list[object], methods: list[object], answers: bool
) -> None:
    (found,) = jsonrpc.fragments(line)
    assert (found.ids, found.methods, found.answers) == (ids, methods, answers)


def test_every_message_of_a_batch_is_found() -> None:
    found = jsonrpc.fragments(
        b'[{"id":1,"method":"a"},{"id":"2","params":[{"id":3}],"method":"b"},7,[{"id":4}]]'
    )
    assert [(each.ids, each.methods) for each in found] == [([1], ["a"]), (["2"], ["b"])]


@pytest.mark.parametrize("line", [b"", b"hello", b"7", b'"x"', b"[]", b"\xff\xfe", b"}}}{", b"]"])
def test_of_what_holds_no_message_nothing_is_found(line: bytes) -> None:
    assert all(not each.ids and not each.methods for each in jsonrpc.fragments(line))


@given(st.binary(max_size=200) | st.text('{}[]:,"\\id method 12nul\u2028', max_size=200).map(str.encode))
@settings(max_examples=300)
def test_nothing_makes_it_fail(line: bytes) -> None:
    jsonrpc.fragments(line)
    try:
        jsonrpc.read(line)
    except ProblemError as error:
        assert error.problems  # noqa: PT017 - what is raised is the point


@given(
    st.lists(
        st.dictionaries(st.sampled_from(["id", "method", "params", "x"]), st.text(max_size=4), max_size=4),
        max_size=4,
    )
)
def test_well_formed_batches_show_all_their_ids(batch: list[dict[str, str]]) -> None:
    found = jsonrpc.fragments(json.dumps(batch).encode())
    assert [each.ids for each in found] == [[each["id"]] if "id" in each else [] for each in batch]


@pytest.mark.parametrize(
    "rest",
    [
        b'"params":[' + b"1," * 3_000_000 + b'1],"id":2',
        b'"x":"' + b'\\"' * 3_000_000,
        b'"x":' + b'"' * 6_000_001,
    ],
)
def test_a_long_line_is_looked_at_for_so_long_only(rest: bytes) -> None:
    line = b'{"id":1,"method":"tools/call",' + rest
    began = time.process_time()
    (found,) = jsonrpc.fragments(line)
    assert found.ids == [1]
    assert time.process_time() - began < 20  # measured: 0.4 to 3.7 s, under coverage on two busy cores
