from __future__ import annotations

import copy
import enum
import time
import uuid
from collections import OrderedDict
from datetime import UTC, datetime
from decimal import Decimal

import orjson
import pytest
import rfc8785
from codec.json_cases import FLOATS, NAMES, SAFE_INTEGERS, WIDE_INTEGERS, same, values
from hypothesis import example, given, settings
from hypothesis import strategies as st
from published import SHARED

from signet_vc.codec import jcs
from signet_vc.codec.digest import digest
from signet_vc.codec.jcs import (
    canonicalize,
    canonicalize_wide,
    canonicalize_without,
    embeddable,
    equal,
    pointer_to_wide_number,
)
from signet_vc.codec.strict_json import loads
from signet_vc.errors import Code, ProblemError

VECTORS = ["arrays", "french", "structures", "unicode", "values", "weird"]  # RFC 8785's author's
BOTH = pytest.mark.parametrize("function", [canonicalize, canonicalize_wide])


def refusal(function, value):
    with pytest.raises(ProblemError) as caught:
        function(value)
    (problem,) = caught.value.problems
    return problem.code, problem.pointer


# --- what is written --------------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize("name", VECTORS)
def test_published_vectors(function, name):
    folder = SHARED / "vectors" / "jcs"
    if not folder.is_dir():
        pytest.skip("not here: ../shared/vectors/jcs, vectors of other parties")
    value = loads((folder / "input" / f"{name}.json").read_bytes())
    output = function(value)
    assert output == (folder / "output" / f"{name}.json").read_bytes()
    assert output == bytes.fromhex((folder / "outhex" / f"{name}.txt").read_text())


@settings(max_examples=500)
@given(values(SAFE_INTEGERS))
@example({"\U00010000": 1, "\ue000": 2, "\uffff": 3})
@example({"a": 1.0, "b": -0.0, "c": 1e21, "d": 1e-6, "e": 1e-5, "f": 9.999999999999999e-6, "g": 5e-324})
@example([2**53 - 1, 1 - 2**53, 9007199254740991.0, 9007199254740992.0, 4503599627370495.5])
def test_both_ways_are_rfc_8785(value):
    assert canonicalize(value) == canonicalize_wide(value) == rfc8785.dumps(value)


@settings(max_examples=300)
@given(st.lists(FLOATS, min_size=1, max_size=80))
def test_floats_are_rfc_8785s(numbers):
    assert canonicalize(numbers) == canonicalize_wide(numbers) == rfc8785.dumps(numbers)


@settings(max_examples=300)
@given(st.dictionaries(NAMES, SAFE_INTEGERS | FLOATS, max_size=12))
def test_names_are_in_the_order_of_utf_16(value):
    assert canonicalize(value) == canonicalize_wide(value) == rfc8785.dumps(value)


def test_astral_names_come_before_the_end_of_the_basic_plane():
    assert canonicalize({"\uffff": 1, "\U0010ffff": 2}) == '{"\U0010ffff":2,"\uffff":1}'.encode()


@settings(max_examples=300)
@given(values(WIDE_INTEGERS))
def test_wide_integers_keep_their_digits(value):
    raw = canonicalize_wide(value)
    assert canonicalize_wide(loads(raw)) == raw
    assert raw == plain_canon(value)


def plain_canon(value):
    """CANON once more, a line a type."""
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return (
            b"{" + b",".join(rfc8785.dumps(name) + b":" + plain_canon(value[name]) for name in names) + b"}"
        )
    if isinstance(value, list):
        return b"[" + b",".join(map(plain_canon, value)) + b"]"
    if isinstance(value, int) and not isinstance(value, bool):
        return b"%d" % value
    return rfc8785.dumps(value)


@settings(max_examples=200)
@given(values(SAFE_INTEGERS))
def test_canonicalization_is_idempotent_and_ignores_member_order(value):
    raw = canonicalize(value)
    assert canonicalize(backwards(value)) == raw
    assert canonicalize_wide(loads(raw)) == raw  # wide: RFC 8785 prints doubles below 1e21 as integers


def backwards(value):
    if isinstance(value, dict):
        return {name: backwards(value[name]) for name in reversed(value)}
    return [backwards(item) for item in value] if isinstance(value, list) else value


def test_equality_is_that_of_numbers_not_of_types():
    assert canonicalize_wide([1]) == canonicalize_wide([1.0])
    assert canonicalize_wide([0]) == canonicalize_wide([-0.0])
    assert canonicalize_wide([1]) != canonicalize_wide([True])
    assert canonicalize_wide([10**21]) != canonicalize_wide([1e21])  # 1000000000000000000000 and 1e+21


@settings(max_examples=200)
@given(st.dictionaries(NAMES, values(SAFE_INTEGERS), max_size=8), st.data())
def test_an_object_and_what_is_left_of_it_without_a_member(value, data):
    name = data.draw(st.sampled_from([*value, "absent"]))
    whole, rest, without = canonicalize_without(value, name)
    assert rest == {each: item for each, item in value.items() if each != name}
    assert (whole, without) == (canonicalize(value), canonicalize(rest))


@pytest.mark.parametrize("member", [2**53, float("nan"), "\ud800", (), {1: 2}])
def test_no_object_is_canonicalized_for_what_is_left_of_it(member):
    value = {"a": member, "b": 1}
    assert refusal(lambda value: canonicalize_without(value, "a"), value) == refusal(canonicalize, value)


ALIKE = [
    *(None, False, True, 0, -0.0, 0.0, 1, 1.0, "1", "", [], {}, [1], [1.0], {"a": 1, "b": 2}),
    *(0.5, 1e-7, 2**53, 2.0**53, 2.0**60, 1152921504606847000, 2**64, 2.0**64, 18446744073709552000),
    *(10**20, 1e20, 10**21, 1e21, 10**400),
]
NO_JSON = [float("nan"), float("inf"), (), (1,), "\ud800", 10**4300, {1: 1}, b""]
INSIDE = [lambda value: value, lambda value: [value], lambda value: {"a": value, "é": [value]}]


@pytest.mark.parametrize("inside", INSIDE)
@pytest.mark.parametrize("parsed", ALIKE)
def test_equality_is_that_of_the_canonical_forms(parsed, inside):
    for actual in ALIKE:
        same = canonicalize_wide(parsed) == canonicalize_wide(actual)
        assert equal(inside(parsed), inside(actual)) is same
    for actual in NO_JSON:
        assert not equal(inside(parsed), inside(actual))


@settings(max_examples=300)
@given(values(WIDE_INTEGERS), values(WIDE_INTEGERS))
def test_values_equal_themselves_and_what_is_written_alike(value, other):
    assert equal(value, backwards(value))
    assert equal(value, other) is (canonicalize_wide(value) == canonicalize_wide(other))


def test_what_is_deeper_than_the_limit_equals_nothing():
    assert equal(nested(80, 0, as_object=False), nested(80, 0, as_object=False))
    assert not equal(nested(81, 0, as_object=False), nested(81, 0, as_object=False))
    endless = []
    endless.append(endless)
    assert not equal([], endless)


@pytest.mark.parametrize(
    "value",
    [
        [str(number) for number in range(1000)],
        [number / 8 for number in range(1000)],
        [*range(100), 1.0],
        [*range(100), {"é": 1}],
        {f"name{number}": number for number in range(1000)},
        [[number] for number in range(1000)],
        [None, True, False] * 50,
    ],
)
def test_long_containers(value):
    assert canonicalize(value) == canonicalize_wide(value) == rfc8785.dumps(value)


@pytest.mark.parametrize(
    "value", [None, True, False, 0, -1, "", "é", 'a\x00\x1f\x7f\u2028\\"/', 1.5, 1.0, [], {}]
)
def test_scalars_and_empty_containers(value):
    assert canonicalize(value) == canonicalize_wide(value) == rfc8785.dumps(value)


def test_arguments_are_not_changed():
    value = {"b": [1.0, {"é": -0.0}], "a": 2**60}
    before = copy.deepcopy(value)
    canonicalize_wide(value)
    assert same(value, before)


# --- what is refused --------------------------------------------------------------------------------


class Text(str):
    __slots__ = ()


class Number(int):
    pass


class Members(dict):
    pass


class Colour(enum.StrEnum):
    RED = "red"


class Level(enum.IntEnum):
    LOW = 1


@BOTH
@pytest.mark.parametrize(
    ("value", "pointer"),
    [
        ((1, 2), ""),
        ({"a": (1, 2)}, "/a"),
        ({"a": [Text("b")]}, "/a/0"),
        ({"a": {Text("b"): 1}}, "/a"),
        ({"a": [Number(1)]}, "/a/0"),
        ({"a": [Members(b=1)]}, "/a/0"),
        (Members(b=1), ""),
        (OrderedDict(b=1), ""),
        ([Colour.RED], "/0"),
        ({Colour.RED: 1}, ""),
        ([Level.LOW], "/0"),
        ({1: 2}, ""),
        ({"a": {None: 1}}, "/a"),
        ({"a/b": [b"bytes"]}, "/a~1b/0"),
        ([uuid.UUID(int=0)], "/0"),
        ([datetime(2026, 1, 1, tzinfo=UTC)], "/0"),
        ([Decimal(1)], "/0"),
        ([orjson.Fragment(b"1")], "/0"),
        ([{1}], "/0"),
        ([object()], "/0"),
        ([1.0, 2, ...], "/2"),
        ([*range(100), 1j], "/100"),
    ],
)
def test_types_that_json_has_not_are_refused(function, value, pointer):
    assert refusal(function, value) == (Code.MALFORMED_JSON, pointer)


@BOTH
@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_threat_08_what_is_no_number_is_refused(function, number):
    assert refusal(function, {"a": [1.5, number]}) == (Code.NUMBER_OUT_OF_RANGE, "/a/1")
    assert refusal(function, [0.5] * 100 + [number]) == (Code.NUMBER_OUT_OF_RANGE, "/100")
    assert refusal(function, number) == (Code.NUMBER_OUT_OF_RANGE, "")


@pytest.mark.parametrize("number", [2**53, -(2**53), 2**63, 2**64, 10**30, 10**4299])
@pytest.mark.parametrize("beside", [1, 1.0, {"é": 1}])
def test_threat_09_integers_that_rfc_8785_would_round_are_refused_or_exact(number, beside):
    assert refusal(canonicalize, {"a": [beside, number]}) == (Code.NUMBER_OUT_OF_RANGE, "/a/1")
    assert canonicalize_wide({"a": [beside, number]}) == b'{"a":[%b,%d]}' % (canonicalize(beside), number)


def test_threat_09_no_integer_is_longer_than_a_reader_takes():
    for longest in (10**4300 - 1, 1 - 10**4300):
        assert loads(canonicalize_wide([longest])) == [longest]
    for longer in (10**4300, -(10**4300)):
        assert refusal(canonicalize_wide, ["a", longer]) == (Code.NUMBER_OUT_OF_RANGE, "/1")


@BOTH
@pytest.mark.parametrize(
    ("value", "pointer"),
    [
        ("\ud800", ""),
        ({"a": ["b", "\udfff"]}, "/a/1"),
        ({"a": {"\ud800": 1}}, "/a"),
        (["\ud83d\ude02"], "/0"),
        ([1.0, "\ud800"], "/1"),
        (["\ud800", 10**30], "/0"),
    ],
)
def test_threat_10_lone_surrogates_are_refused(function, value, pointer):
    assert refusal(function, value) == (Code.MALFORMED_JSON, pointer)


@BOTH
def test_threat_10_text_is_not_normalized(function):
    assert function(["\u00e9", "e\u0301"]) == '["\u00e9","e\u0301"]'.encode()
    assert len(loads(function({"\u00e9": 1, "e\u0301": 2}))) == 2


def nested(depth, innermost, *, as_object):
    value = innermost
    for _ in range(depth):
        value = {"a": value} if as_object else [value]
    return value


@BOTH
@pytest.mark.parametrize("as_object", [False, True])
@pytest.mark.parametrize("innermost", [0, 1.0, "é", 10**30])
def test_threat_12_depth_is_bounded(function, as_object, innermost):
    if function is canonicalize and innermost == 10**30:
        innermost = -0.0
    assert loads(function(nested(80, innermost, as_object=as_object)))
    code, pointer = refusal(function, nested(81, innermost, as_object=as_object))
    assert code == Code.TOO_DEEP
    assert pointer == ("/a" if as_object else "/0") * 80


@BOTH
def test_threat_12_a_hundred_thousand_levels_are_refused_at_once(function):
    value = nested(100_000, 0, as_object=False)
    start = time.process_time()
    assert refusal(function, value)[0] == Code.TOO_DEEP
    assert time.process_time() - start < 1  # measured: 1 ms


@BOTH
def test_threat_12_a_value_that_contains_itself_is_too_deep(function, monkeypatch):
    once: list[object] = []
    once.append(once)
    assert refusal(function, once)[0] == Code.TOO_DEEP
    twice: dict[str, object] = {}
    twice["a"] = [twice, twice]
    monkeypatch.setattr(jcs, "_WIDEST_LEVEL", 1000)
    assert refusal(function, twice)[0] == Code.TOO_DEEP
    assert refusal(embeddable, twice)[0] == Code.TOO_DEEP


@BOTH
@pytest.mark.parametrize("innermost", [1.0, 0])
def test_threat_12_an_almost_full_stack_is_no_recursion_error(function, innermost):
    value = nested(80, innermost, as_object=False)
    if function is canonicalize_wide:
        value = [10**30, nested(79, innermost, as_object=False)]
    outcomes = set()

    def descend():
        try:
            descend()
        except RecursionError:
            outcomes.add(attempt())
            raise

    def attempt():
        try:
            function(value)
        except ProblemError as error:
            return error.codes
        except RecursionError:
            return None  # not even room for the call itself
        return ()

    with pytest.raises(RecursionError):
        descend()
    assert outcomes <= {None, (Code.TOO_DEEP,), ()}
    assert () in outcomes


def leaves(value, path=()):
    """The ways to every member, element and scalar."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, item in inside:
        yield (*path, step)
        yield from leaves(item, (*path, step))


def test_threat_20_every_mutated_leaf_changes_the_digest():
    document = {
        "@context": ["https://www.w3.org/ns/credentials/v2", {"é": None}],
        "credentialSubject": {"arguments": {"a": [1, 2.5, {"b": [[], {}, [[True]]]}], "n": 2**60}, "x": -0.5},
        "list": [{"deep": nested(60, "text", as_object=True)}, 1.0, "1", False, None],
    }
    original = digest(canonicalize_wide(document))
    mutations = 0
    for *way, last in leaves(document):
        for mutate in (lambda old: [old], lambda _: "changed", lambda _: None, lambda old: not old):
            changed = copy.deepcopy(document)
            holder = changed
            for step in way:
                holder = holder[step]
            old, holder[last] = holder[last], mutate(holder[last])
            if not same(old, holder[last]):
                mutations += 1
                assert digest(canonicalize_wide(changed)) != original
    assert mutations > 300


# --- embedding --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        {},
        [],
        "9007199254740992",
        [2**53 - 1, 1 - 2**53],
        [float(2**53 - 1)],
        {"é": [1.0, -0.0]},
        [True],
        [5e-324],
        0,
        None,
    ],
)
def test_numbers_that_every_reader_keeps_may_be_embedded(value):
    assert embeddable(value) == canonicalize(value)
    assert pointer_to_wide_number(value) is None


@pytest.mark.parametrize(
    ("value", "pointer"),
    [
        ([2**53], "/0"),
        ({"a": {"b/": [0, -(2**53)]}}, "/a/b~1/1"),
        ({"a": 2.0**53}, "/a"),
        ([1.0, 1e20], "/1"),
        ([-1e300, 2**64], "/0"),
        ([float("nan")], "/0"),
        ([float("inf")], "/0"),
        (2**53, ""),
        ({"é": [1.0, 10**30]}, "/é/1"),
    ],
)
def test_numbers_that_some_readers_lose_are_not_embedded(value, pointer):
    assert embeddable(value) is None
    assert pointer_to_wide_number(value) == pointer


@settings(max_examples=200)
@given(values(WIDE_INTEGERS))
def test_both_questions_have_one_answer(value):
    wide = pointer_to_wide_number(value) is not None
    assert embeddable(value) == (None if wide else canonicalize(value))


@pytest.mark.parametrize("value", [(1,), ["\ud800"], {1: 2}, [Number(1)]])
def test_what_is_no_json_is_not_asked_for_its_numbers(value):
    assert refusal(embeddable, value)[0] == Code.MALFORMED_JSON
    assert refusal(pointer_to_wide_number, value)[0] == Code.MALFORMED_JSON


@given(st.dictionaries(NAMES, values(SAFE_INTEGERS), max_size=8), st.lists(values(SAFE_INTEGERS), max_size=4))
def test_what_objects_share_is_canonicalized_once_and_as_before(value, items):
    shared = jcs.Shared()
    for document in (value, {**value, "proof": items}, {**value, "proof": items[1:]}, {**value, "proof": 1}):
        assert shared.canonicalize(document, apart="proof") == canonicalize(document)


@pytest.mark.parametrize(
    ("value", "pointer"),
    [
        ({"a": {"b": [2**53]}}, "/a/b/0"),
        ({"é/~": 2**53}, "/é~1~0"),
        ({"proof": [1, {"a": ()}]}, "/proof/1/a"),
        ({"a": 1, 2: 3}, ""),
        ({"\U0001f600": 1, "\ud800": 2}, ""),
    ],
)
def test_what_is_wrong_with_a_shared_value_is_told_each_time(value, pointer):
    shared = jcs.Shared()
    for _ in range(2):
        found = refusal(lambda given: shared.canonicalize(given, apart="proof"), value)
        assert found == refusal(canonicalize, value)
        assert found[1] == pointer


@BOTH
def test_threat_13_what_the_fast_way_does_not_write_costs_little_more(function):
    """A text of 1 MiB holds so many: 1.1 s by rfc8785 alone."""
    value = [1e22, 1e-7, {"\U0001f600": 1}] * 60_000
    start = time.process_time()
    text = function(value)
    assert time.process_time() - start < 3  # 0.3 s measured
    assert text == rfc8785.dumps(value)
