from __future__ import annotations

import json
import subprocess
import sys
import time
import unicodedata
from pathlib import Path

import orjson
import pytest
from codec.json_cases import WIDE_INTEGERS, Fault, hostile_texts, read_plainly, same, values
from hypothesis import given, settings
from hypothesis import strategies as st

from signet_vc.codec import json_locator
from signet_vc.codec.strict_json import dumps, loads
from signet_vc.errors import Code, ProblemError, UsageError

DEPTH = 8  # of the corpus


def refusal(data, **limits):
    """The code and the pointer of the one problem that ``data`` is refused with."""
    with pytest.raises(ProblemError) as caught:
        loads(data, **limits)
    (problem,) = caught.value.problems
    return problem.code, problem.pointer


# --- the corpus -------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(8))
def test_a_plain_reader_says_the_same_of_hostile_texts(seed):
    seen = set()
    for text in hostile_texts(1500, seed):
        raw = text.encode(errors="surrogateescape")
        expected = read_plainly(text, DEPTH)
        if isinstance(expected, Fault):
            assert refusal(raw, max_depth=DEPTH) == (expected.code, expected.pointer), text
            seen.add(expected.code)
        else:
            assert same(loads(raw, max_depth=DEPTH), expected), text
            seen.add(None)
    assert seen == {None, Code.MALFORMED_JSON, Code.DUPLICATE_MEMBER, Code.NUMBER_OUT_OF_RANGE, Code.TOO_DEEP}


@settings(max_examples=200)
@given(values(WIDE_INTEGERS), st.sampled_from([None, 2]), st.booleans())
def test_what_json_writes_is_read_back(value, indent, ascii_only):
    # json writes a float by its shortest decimal, as RFC 8785 does: none of these is refused
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    assert same(loads(text), value)
    assert same(loads(text.encode()), value)


@settings(max_examples=200)
@given(values(WIDE_INTEGERS))
def test_what_dumps_writes_is_read_back(value):
    raw = dumps(value)
    assert same(loads(raw), value)
    assert b"\n" not in raw
    assert json.loads(raw) == value


# --- threats ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "pointer"),
    [
        ('{"a":1,"a":2}', "/a"),
        ('{"a":1,"a":1}', "/a"),
        ('{"a":1,"\\u0061":2}', "/a"),
        ('{"\\u0061":1,"a":2}', "/a"),
        ('{ "a" : 1 , "a" : 2 }', "/a"),
        ('{"":0,"":0}', "/"),
        ('{"é":1,"\\u00e9":2}', "/é"),
        ('{"😂":1,"\\ud83d\\ude02":2}', "/😂"),
        ('{"params":{"arguments":[{"to":"a"},{"to":"b","x":{},"to":"c"}]}}', "/params/arguments/1/to"),
        ('{"a/b":{"~":{"c":1,"c":2}}}', "/a~1b/~0/c"),
        ('{"a":{"a":{"a":1}},"b":1,"a":0}', "/a"),
    ],
)
def test_threat_06_duplicate_members_are_refused_wherever_they_stand(text, pointer):
    assert refusal(text) == (Code.DUPLICATE_MEMBER, pointer)
    assert refusal(text.encode()) == (Code.DUPLICATE_MEMBER, pointer)


def test_threat_06_equal_names_in_different_objects_are_no_duplicates():
    assert loads('{"a":{"a":[{"a":1},{"a":2}]}}') == {"a": {"a": [{"a": 1}, {"a": 2}]}}


def test_threat_07_names_are_never_folded():
    names = ["method", "Method", "METHOD", "params", "param\u017f", "k", "\u212a", "é", "e\u0301"]
    assert list(loads(json.dumps(dict.fromkeys(names, 1)))) == names


@pytest.mark.parametrize(
    "token", ["NaN", "Infinity", "-Infinity", "nan", "+1", ".5", "1.", "01", "0x1", "1_0", "--1"]
)
def test_threat_08_what_is_no_number_is_refused(token):
    assert refusal(f'{{"a":[{token}]}}')[0] == Code.MALFORMED_JSON


@pytest.mark.parametrize("token", ["1e400", "-1e400", "1e999999999", "1e" + "9" * 5000, "1" * 400 + ".0"])
def test_threat_08_infinite_numbers_are_refused(token):
    assert refusal(f'{{"a":[0,{token}]}}') == (Code.NUMBER_OUT_OF_RANGE, "/a/1")


@pytest.mark.parametrize(
    "token",
    [
        "9007199254740993.0",
        "9007199254740993e0",
        "-9007199254740993.0",
        "4611686018427387904.0",
        "18446744073709551615e0",
        "9007199254740992.5",
        "1" * 30 + ".5",
        "1.00000000000000000001e23",
        "9" * 16 + "." + "1" * 5000,
    ],
)
def test_threat_09_numbers_that_a_double_changes_are_refused(token):
    for text in (f'{{"a":{token}}}', f'{{ "a": {token} }}'):
        assert refusal(text) == (Code.NUMBER_OUT_OF_RANGE, "/a")


@pytest.mark.parametrize(
    ("token", "value"),
    [
        ("0.10000000000000001", 0.1),
        ("1e23", 1e23),
        ("1E+23", 1e23),
        ("1" + "0" * 23 + ".0", 1e23),
        ("9007199254740992.0", 2.0**53),
        ("9007199254740994.0", 2.0**53 + 2),
        ("4611686018427388000.0", 2.0**62),
        ("0.1e17", 1e16),
        ("1e" + "0" * 5000 + "16", 1e16),
        ("1e-400", 0.0),
        ("0e999999999", 0.0),
        ("-0.0", -0.0),
        ("1.0", 1.0),
        ("1." + "0" * 5000, 1.0),
    ],
)
def test_threat_09_numbers_that_a_double_holds_are_read(token, value):
    assert same(loads(f"[{token}]"), [value])
    assert same(loads(f"[ {token} ]"), [value])


@pytest.mark.parametrize("bits", [0, 1, 52, 53, 62, 63, 64, 70, 1023, 1024, 1026, 1027, 2126, 14_280])
def test_threat_09_integers_are_exact(bits):
    for number in (2**bits - 1, 2**bits, 2**bits + 1, -(2**bits) - 1, -(2**bits), 1 - 2**bits):
        assert same(loads(f'{{"a":{number}}}'), {"a": number})
        assert same(loads(f'{{ "a": {number} }}'), {"a": number})


def test_threat_09_minus_zero_is_the_integer_zero():
    assert same(loads("[-0]"), [0])


@pytest.mark.parametrize(
    ("text", "pointer"),
    [
        ('["\\ud800"]', "/0"),
        ('["\\udc00\\ud800"]', "/0"),
        ('["\\ud83dx"]', "/0"),
        ('{"a":{"\\udfff":1}}', "/a"),
        ('["\ud800"]', "/0"),
        ('["\ud83d\ude02"]', "/0"),  # of a str: two lone surrogates are no character
        ("[1" + "0" * 400 + ',"\\ud800"]', "/1"),  # orjson refuses the number, json takes the surrogate
    ],
)
def test_threat_10_lone_surrogates_are_refused(text, pointer):
    assert refusal(text) == (Code.MALFORMED_JSON, pointer)


def test_threat_10_text_is_not_normalized():
    for text in (
        "\u00e9",
        "e\u0301",
        "\u202ea",
        "\u0430pple",
        "\ufb01",
        "\u2028",
        "\x7f",
        "\U0010ffff",
        "\ufeff",
    ):
        assert loads(json.dumps([text])) == [text]
        assert loads(dumps([text])) == [text]
    assert unicodedata.normalize("NFC", "e\u0301") == "\u00e9"  # so these two differ in form alone


@pytest.mark.parametrize(
    "encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "latin-1"]
)
def test_threat_11_other_encodings_are_refused(encoding):
    assert refusal('{"a":"é"}'.encode(encoding))[0] == Code.MALFORMED_JSON


def test_threat_11_a_byte_order_mark_is_refused_in_text_too():
    assert refusal("\ufeff{}") == (Code.MALFORMED_JSON, "")


@pytest.mark.parametrize(
    "bad", [b"\xff", b"\x80", b"\xc0\xaf", b"\xe0\x80\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc3"]
)
def test_threat_11_invalid_utf_8_is_refused_in_its_place(bad):
    assert refusal(b'{"a":["x","' + bad + b'"]}') == (Code.MALFORMED_JSON, "/a/1")
    assert refusal(b'{"a":{"' + bad + b'":1}}') == (Code.MALFORMED_JSON, "/a")
    assert refusal(b"[1]" + bad)[0] == Code.MALFORMED_JSON


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"a":' * 100_000, "[" * 100_000 + "]" * 100_000, ' [ {"a": ' * 50_000]
)
def test_threat_12_a_hundred_thousand_levels_are_refused_at_once(text):
    start = time.process_time()
    code, pointer = refusal(text)
    assert time.process_time() - start < 1  # measured: 5 ms
    assert code == Code.TOO_DEEP
    assert pointer.count("/") == 80


@pytest.mark.parametrize("max_depth", [1, 64, 80, 200])
def test_threat_12_the_limit_is_the_deepest_that_passes(max_depth):
    for opening, closing in (("[", "]"), ('{"a":', "}"), ('[{"]":', "}]")):
        per_unit = opening.count("[") + opening.count("{")
        deepest = max_depth // per_unit
        for text in (
            opening * deepest + "0" + closing * deepest,
            opening * deepest + " 0" + closing * deepest,
        ):
            loads(text, max_depth=max_depth)
        deeper = opening * (deepest + 1) + "0" + closing * (deepest + 1)
        assert refusal(deeper, max_depth=max_depth)[0] == Code.TOO_DEEP


def test_threat_12_brackets_in_strings_are_no_depth():
    tricky = [
        "[" * 100,
        '"' + "[" * 100,
        "\\" + "{" * 100,
        "\\\\" + '"[' * 100,
        '\\"' * 100 + "[",
        "n" + "\n[" * 100,
    ]
    for value in (tricky, {text: text for text in tricky}):
        assert loads(json.dumps(value)) == value
        assert loads(orjson.dumps(value)) == value


def test_threat_12_many_brackets_side_by_side_are_no_depth():
    value = [[] for _ in range(100_000)]
    assert loads(orjson.dumps(value)) == value
    deep_at_the_end = b"[" + b"[]," * 100_000 + b"[" * 80 + b"]" * 80 + b"]"
    assert refusal(deep_at_the_end) == (Code.TOO_DEEP, "/100000" + "/0" * 79)


def test_threat_12_no_limit_is_above_what_the_parsers_can_do():
    assert refusal("[" * 5000, max_depth=10_000)[0] == Code.TOO_DEEP
    assert refusal("[" * 201 + " " + "]" * 201, max_depth=10_000)[0] == Code.TOO_DEEP


def test_threat_12_an_almost_full_stack_is_no_recursion_error():
    text = "[" * 80 + " " + "]" * 80

    def descend():
        try:
            descend()
        except RecursionError:
            # a few frames are free again here, more with each return
            outcomes.append(attempt())
            raise

    def attempt():
        try:
            loads(text)
        except ProblemError as error:
            return error.codes
        except RecursionError:
            return None  # not even room for the call itself
        return ()

    outcomes: list[tuple[Code, ...] | None] = []
    with pytest.raises(RecursionError):
        descend()
    assert set(outcomes) <= {None, (Code.TOO_DEEP,), ()}
    assert () in outcomes


def test_threat_12_size_is_bounded_in_bytes():
    text = '"' + "é" * 10 + '"'
    assert loads(text, max_bytes=22) == "é" * 10
    assert refusal(text, max_bytes=21) == (Code.TOO_LARGE, "")
    assert refusal(text, max_bytes=5) == (Code.TOO_LARGE, "")
    assert refusal(text.encode(), max_bytes=21) == (Code.TOO_LARGE, "")
    assert refusal(b" " * (1 << 20) + b"1") == (Code.TOO_LARGE, "")


def test_threat_12_integers_of_more_than_4300_digits_are_refused():
    for sign in ("", "-"):
        assert same(loads(f"[{sign}{'9' * 4300}]"), [int(sign + "9" * 4300)])
        assert refusal(f"[1,{sign}{'9' * 4301}]") == (Code.NUMBER_OUT_OF_RANGE, "/1")
        assert refusal(f"{sign}{'9' * 1_000_000}") == (Code.NUMBER_OUT_OF_RANGE, "")


def test_threat_12_long_digits_in_strings_and_fractions_are_no_integers():
    digits = "7" * 5000
    assert loads(f'["{digits}"]') == [digits]
    assert loads(f"[0.{digits}]") == [float("0." + digits)]


def test_threat_12_the_interpreters_own_digit_limit_changes_nothing():
    code = (
        "from signet_vc.codec.jcs import canonicalize_wide\n"
        "from signet_vc.codec.strict_json import dumps, loads\n"
        "text = b'[' + b'7' * 4300 + b']'\n"
        "value = loads(text)\n"
        "assert value[0] % 10**9 == 777777777 and value[0] // 10**4299 == 7\n"
        "assert dumps(value) == canonicalize_wide(value) == text\n"
    )
    root = Path(__file__).resolve().parents[2]
    subprocess.run([sys.executable, "-X", "int_max_str_digits=640", "-c", code], check=True, cwd=root)


def test_threat_12_costs_grow_with_the_size_alone():
    # each took seconds where the cost was quadratic; measured: 0.5 s, 3 s under coverage
    many = {f"name{i}": i for i in range(50_000)}
    twice = orjson.dumps(many)[:-1] + b',"name0":0}'
    start = time.process_time()
    assert loads(orjson.dumps(many)) == many
    assert loads(json.dumps(many), max_bytes=1 << 22) == many
    assert refusal(twice) == (Code.DUPLICATE_MEMBER, "/name0")
    assert loads("1." + "0" * 1_000_000) == 1.0
    assert refusal("9" * 20 + "." + "1" * 1_000_000) == (Code.NUMBER_OUT_OF_RANGE, "")
    assert refusal('"' + "\\n" * 500_000 + "\\ud800" + '"') == (Code.MALFORMED_JSON, "")
    assert refusal('{"' + "n" * 500_000 + '":[' + "{}," * 100_000 + "]}") == (Code.MALFORMED_JSON, "")
    assert time.process_time() - start < 12


def test_threat_12_the_search_for_the_place_ends(monkeypatch):
    monkeypatch.setattr(json_locator, "_MAX_STEPS", 1000)
    assert refusal("[" + "0," * 900 + "1e400]") == (Code.NUMBER_OUT_OF_RANGE, "/900")
    assert refusal("[" + "0," * 1100 + "1e400]") == (Code.NUMBER_OUT_OF_RANGE, "")
    assert refusal("[" + "0," * 1100 + '{"a":1,"a":1}]') == (Code.DUPLICATE_MEMBER, "")
    assert refusal("[" + "0," * 1100 + '"\\ud800"]') == (Code.MALFORMED_JSON, "")
    assert refusal("[" + "0," * 1100 + "[" * 80) == (Code.TOO_DEEP, "")
    assert refusal("[" + "0," * 1100 + "1" * 400 + ',"\\ud800"]') == (Code.MALFORMED_JSON, "")
    assert refusal(b"[" + b"0," * 1100 + b'"\xff"]') == (Code.MALFORMED_JSON, "")


# --- the rest ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "{",
        "[",
        '"',
        "{]",
        "[}",
        '{"a"}',
        '{"a":}',
        "{1:2}",
        "{[]:1}",
        "[1,]",
        '{"a":1,}',
        "[,1]",
        "[1 2]",
    ],
)
def test_malformed_texts_are_refused(text):
    assert refusal(text)[0] == Code.MALFORMED_JSON


@pytest.mark.parametrize(
    "text", ["1 1", "{}{}", "[]x", "nul", "True", "'a'", "{'a':1}", "[1]\x00", "\xa01", "/**/1", "[1]\x0c"]
)
def test_what_other_languages_would_take_is_refused(text):
    assert refusal(text)[0] == Code.MALFORMED_JSON


@pytest.mark.parametrize("character", [chr(code) for code in range(0x20)])
def test_control_characters_in_strings_are_refused(character):
    assert refusal(f'{{"a":"{character}"}}') == (Code.MALFORMED_JSON, "/a")


@pytest.mark.parametrize("data", [None, 1, [], bytearray(b"1"), memoryview(b"1")])
def test_only_bytes_and_str_are_read(data):
    with pytest.raises(UsageError):
        loads(data)


def test_scalars_and_spaces():
    assert loads(" \t\r\n1 \t\r\n") == 1
    assert [loads(text) for text in ("null", "true", "false", '""')] == [None, True, False, ""]


def test_pointers_are_of_bounded_length():
    name = "n" * 3000
    assert refusal(f'{{"a":{{"{name}":{{"b":1e400}}}}}}') == (Code.NUMBER_OUT_OF_RANGE, "/a")


def test_no_problem_repeats_the_payload():
    for text in ('{"password":"hunter2","password":"hunter2"}', '["hunter2\\ud800"]', '["hunter2'):
        with pytest.raises(ProblemError) as caught:
            loads(text)
        assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("value", "code", "pointer"),
    [
        ({"a": [1.5, float("nan")]}, Code.NUMBER_OUT_OF_RANGE, "/a/1"),
        ({"a": float("inf")}, Code.NUMBER_OUT_OF_RANGE, "/a"),
        ([10**4300], Code.NUMBER_OUT_OF_RANGE, "/0"),
        ({"a": (1, 2)}, Code.MALFORMED_JSON, "/a"),
        ({1: 2}, Code.MALFORMED_JSON, ""),
        ({"a": b"b"}, Code.MALFORMED_JSON, "/a"),
        (["\ud800"], Code.MALFORMED_JSON, "/0"),
        ({"\ud800": 1}, Code.MALFORMED_JSON, ""),
        ([object()], Code.MALFORMED_JSON, "/0"),
    ],
)
def test_dumps_refuses_what_loads_would_not_read_back(value, code, pointer):
    with pytest.raises(ProblemError) as caught:
        dumps(value)
    assert [(each.code, each.pointer) for each in caught.value.problems] == [(code, pointer)]


def test_dumps_is_compact_and_keeps_order_and_digits():
    value = {"b": 10**30, "a": [1.0, "é", 1e23, True, None, {}, []], "": -0.0}
    assert (
        dumps(value)
        == '{"b":1000000000000000000000000000000,"a":[1.0,"é",1e+23,true,null,{},[]],"":-0.0}'.encode()
    )


def test_dumps_refuses_a_value_that_contains_itself():
    value: list[object] = []
    value.extend([value, value])
    with pytest.raises(ProblemError) as caught:
        dumps(value)
    assert caught.value.codes == (Code.TOO_DEEP,)


def test_dumps_writes_nothing_that_is_too_deep_to_read():
    value: object = 0
    for _ in range(200):
        value = [value]
    assert loads(dumps(value), max_depth=200) == value
    for innermost in ([value], [[value, 10**30]]):
        with pytest.raises(ProblemError) as caught:
            dumps(innermost)
        assert caught.value.codes == (Code.TOO_DEEP,)
