"""Schemas that somebody else wrote: what they mean, and that they cannot make us work."""

from __future__ import annotations

import warnings
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from referencing import Registry

from signet_vc.credential import schema_evaluation
from signet_vc.credential.schema_evaluation import IndeterminateError, Work, broken_at

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def broken(schema, document):
    """What is broken of a schema, whose frame is added: the pointer and the keyword."""
    found = broken_at(document, {"$schema": DIALECT, "$id": "https://example.com/schema", **schema}, Work())
    return None if found is None else tuple(found)


CASES = [
    ({}, [{}, {"a": None}], []),
    ({"type": "object"}, [{}], []),
    ({"required": ["a"]}, [{"a": None}], [({}, "", "required")]),
    (
        {"properties": {"a": {"type": ["string", "null"]}}},
        [{}, {"a": "x"}, {"a": None}],
        [({"a": 1}, "/a", "type"), ({"a": []}, "/a", "type")],
    ),
    (
        {"properties": {"a": {"type": "integer"}}},
        [{"a": 1}, {"a": 1.0}],
        [({"a": 1.5}, "/a", "type"), ({"a": True}, "/a", "type")],
    ),
    ({"properties": {"a": {"const": 1}}}, [{"a": 1.0}], [({"a": True}, "/a", "const")]),
    (
        {"properties": {"a": {"enum": ["x", {"y": [1]}]}}},
        [{"a": {"y": [1]}}],
        [({"a": {"y": [2]}}, "/a", "enum")],
    ),
    (
        {"properties": {"a": {"minimum": 1, "exclusiveMaximum": 3}}},
        [{"a": 1}],
        [({"a": 3}, "/a", "exclusiveMaximum")],
    ),
    ({"properties": {"a": {"multipleOf": 0.1}}}, [{"a": 1}], [({"a": 0.25}, "/a", "multipleOf")]),
    (
        {"properties": {"a": {"minLength": 2, "maxLength": 3}}},
        [{"a": "äö"}],
        [({"a": "ä"}, "/a", "minLength")],
    ),
    ({"properties": {"a": {"pattern": "^x+$"}}}, [{"a": "xx"}, {"a": 7}], [({"a": "xy"}, "/a", "pattern")]),
    (
        {"properties": {"a": {"items": {"type": "string"}}}},
        [{"a": []}, {"a": ["x"]}],
        [({"a": ["x", 7]}, "/a/1", "type")],
    ),
    (
        {"properties": {"a": {"prefixItems": [True, {"type": "null"}], "items": False}}},
        [{"a": [1, None]}],
        [({"a": [1, 2]}, "/a/1", "type"), ({"a": [1, None, 3]}, "/a", "items")],
    ),
    (
        {"properties": {"a": {"contains": {"const": 1}, "maxContains": 1}}},
        [{"a": [1, 2]}],
        [({"a": [1, 1]}, "/a", "maxContains"), ({"a": [2]}, "/a", "contains")],
    ),
    (
        {"properties": {"a": {"uniqueItems": True}}},
        [{"a": [1, True, "1", [1], {"x": 1}]}, {"a": 7}],
        [
            ({"a": [1, 1.0]}, "/a", "uniqueItems"),
            ({"a": [{"x": 1, "y": 2}, {"y": 2, "x": 1}]}, "/a", "uniqueItems"),
        ],
    ),
    (
        {
            "patternProperties": {"^n_": {"type": "number"}},
            "properties": {"a": True},
            "additionalProperties": False,
        },
        [{"n_1": 1, "a": "x"}],
        [({"n_1": "x"}, "/n_1", "type"), ({"b": 1}, "/b", "additionalProperties")],
    ),
    ({"additionalProperties": {"type": "null"}}, [{"a": None}], [({"a/b": 1}, "/a~1b", "type")]),
    ({"propertyNames": {"maxLength": 1}}, [{"a": 1}], [({"ab": 1}, "", "maxLength")]),
    ({"dependentRequired": {"a": ["b"]}}, [{}, {"a": 1, "b": 1}], [({"a": 1}, "", "dependentRequired")]),
    ({"dependentSchemas": {"a": {"required": ["b"]}}}, [{"b": 1}], [({"a": 1}, "", "required")]),
    ({"allOf": [{"required": ["a"]}, {"required": ["b"]}]}, [{"a": 1, "b": 1}], [({"a": 1}, "", "required")]),
    ({"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}, [{"b": 1}], [({}, "", "anyOf")]),
    ({"oneOf": [{"required": ["a"]}, {"required": ["b"]}]}, [{"b": 1}], [({"a": 1, "b": 1}, "", "oneOf")]),
    ({"not": {"required": ["a"]}}, [{}], [({"a": 1}, "", "not")]),
    (
        {"if": {"required": ["a"]}, "then": {"required": ["b"]}, "else": {"required": ["c"]}},
        [{"a": 1, "b": 1}, {"c": 1}],
        [({"a": 1}, "", "required"), ({}, "", "required")],
    ),
    (
        {"$defs": {"text": {"type": "string"}}, "properties": {"a": {"$ref": "#/$defs/text"}}},
        [{"a": "x"}],
        [({"a": 1}, "/a", "type")],
    ),
    (
        {"$defs": {"t": {"$anchor": "text", "type": "string"}}, "properties": {"a": {"$ref": "#text"}}},
        [{"a": "x"}],
        [({"a": 1}, "/a", "type")],
    ),
    (
        {"$defs": {"t": {"$id": "text.json", "type": "string"}}, "properties": {"a": {"$ref": "text.json"}}},
        [{"a": "x"}],
        [({"a": 1}, "/a", "type")],
    ),
    (
        {"properties": {"a": {"$ref": "#"}}, "maxProperties": 1},
        [{"a": {"a": {}}}],
        [({"a": {"a": {"x": 1, "y": 2}}}, "/a/a", "maxProperties")],
    ),
    (
        {"allOf": [{"$schema": DIALECT, "$id": "https://example.com/inner", "required": ["a"]}]},
        [{"a": 1}],
        [({}, "", "required")],
    ),
    (
        {
            "$defs": {"base": {"properties": {"a": True}}},
            "allOf": [{"$ref": "#/$defs/base"}],
            "anyOf": [{"properties": {"b": {"const": 1}}}, {"patternProperties": {"^c": True}}],
            "unevaluatedProperties": False,
        },
        [{"a": 1, "b": 1}, {"a": 1, "b": 1, "c1": 1}],
        [({"a": 1, "d": 1}, "/d", "unevaluatedProperties"), ({"b": 2}, "/b", "unevaluatedProperties")],
    ),
    (
        {
            "properties": {
                "a": {"prefixItems": [True], "contains": {"const": 1}, "unevaluatedItems": {"type": "null"}}
            }
        },
        [{"a": ["x", 1, None]}],
        [({"a": ["x", 1, 2]}, "/a/2", "type")],
    ),
    (
        {"properties": {"a": {"format": "email"}}},
        [{"a": "a@example.com"}, {"a": 7}],
        [({"a": "not an email"}, "/a", "format"), ({"a": "@"}, "/a", "format")],
    ),
    (
        {"properties": {"a": {"format": "date-time"}}},
        [{"a": "2026-01-01T00:00:00Z"}],
        [({"a": "2026-01-01"}, "/a", "format"), ({"a": "2026-01-01T00:00:00"}, "/a", "format")],
    ),
    (
        {"properties": {"a": {"format": "date"}}},
        [{"a": "2024-02-29"}],
        [({"a": "2025-02-29"}, "/a", "format")],
    ),
    (
        {"properties": {"a": {"format": "uri"}}},
        [{"a": "did:example:1"}],
        [({"a": "relative"}, "/a", "format")],
    ),
    ({"properties": {"a": {"format": "of-its-own"}}}, [{"a": "anything"}], []),
]


@pytest.mark.parametrize(("schema", "keeping", "breaking"), CASES)
def test_keywords(schema, keeping, breaking):
    for document in keeping:
        assert broken(schema, document) is None, document
    for document, place, keyword in breaking:
        assert broken(schema, document) == (place, keyword), document


@pytest.mark.parametrize(
    "speaking",
    [
        {"properties": {"a": True}},
        {"patternProperties": {"^a$": True}},
        {"additionalProperties": True},
        {"unevaluatedProperties": True},
        {"allOf": [{"properties": {"a": True}}]},
        {"anyOf": [False, {"properties": {"a": True}}]},
        {"oneOf": [False, {"properties": {"a": True}}]},
        {"$ref": "#/$defs/a"},
        {"$dynamicRef": "#a"},
        {"if": {"properties": {"a": True}}},
        {"if": True, "then": {"properties": {"a": True}}},
        {"if": False, "else": {"properties": {"a": True}}},
        {"dependentSchemas": {"a": {"properties": {"a": True}}}},
    ],
)
def test_what_makes_a_member_an_evaluated_one(speaking):
    shared = {"$defs": {"a": {"$dynamicAnchor": "a", "properties": {"a": True}}}}
    whole = {**shared, "allOf": [speaking], "unevaluatedProperties": False}
    assert broken(whole, {"a": 1}) is None
    assert broken({**shared, "not": {"not": speaking}, "unevaluatedProperties": False}, {"a": 1}) == (
        "/a",
        "unevaluatedProperties",
    )


@pytest.mark.parametrize(
    "speaking",
    [
        {"prefixItems": [True, True]},
        {"items": True},
        {"prefixItems": [True], "items": True},
        {"unevaluatedItems": True},
        {"contains": {"const": 1}},
        {"anyOf": [False, {"items": True}]},
    ],
)
def test_what_makes_an_item_an_evaluated_one(speaking):
    whole = {"properties": {"a": {"allOf": [speaking], "unevaluatedItems": False}}}
    assert broken(whole, {"a": [1, 1]}) is None
    whole["properties"]["a"]["allOf"] = [{"not": {"not": speaking}}]
    assert broken(whole, {"a": [1, 1]}) == ("/a/0", "unevaluatedItems")


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "strin"},
        {"properties": {"a": {"type": "strin"}}},
        {"required": "name"},
        {"$defs": {"a": {"minLength": -1}}},
        {"properties": []},
        {"$ref": "https://example.com/other"},
        {"$ref": "file:///etc/passwd"},
        {"$ref": "#/nowhere"},
        {"$ref": "#nowhere"},
        {"$ref": "http://["},
        {"$dynamicRef": "https://example.com/other"},
        {"$ref": "#"},
        {"allOf": [{"anyOf": [{"$ref": "#"}]}]},
        {"properties": {"a": {"pattern": "(?=x)"}}},
        {"properties": {"a": {"pattern": "("}}},
        {"patternProperties": {"(a)\\1": True}},
        {"patternProperties": {"(?=x)": True}, "additionalProperties": False},
        {"properties": {"a": {"$schema": "https://json-schema.org/draft/2019-09/schema"}}},
        {"const": {"$schema": DIALECT}},
        {"enum": [{"$schema": DIALECT}]},
        {"$defs": {"b": {"$id": "b.json"}}, "unevaluatedProperties": False},
        {"properties": {"n": {"multipleOf": 0.5}}},
    ],
)
def test_what_is_indeterminate(schema):
    with pytest.raises(IndeterminateError):
        broken(schema, {"a": "x", "n": 10**400})


def test_a_deep_schema_is_indeterminate():
    schema = {}
    for _ in range(70):
        schema = {"not": schema}
    with pytest.raises(IndeterminateError):
        broken(schema, {})


def doubling(keyword, depth=30):
    step = {
        "allOf": lambda ref: {"allOf": [ref, ref]},
        "oneOf": lambda ref: {"oneOf": [ref, ref]},
        "then": lambda ref: {**ref, "if": True, "then": ref},
        "dependentSchemas": lambda ref: {"dependentSchemas": {"a": ref, "b": ref}},
    }[keyword]
    steps = {f"d{index}": step({"$ref": f"#/$defs/d{index + 1}"}) for index in range(depth)}
    return {"$defs": {**steps, f"d{depth}": {"type": "object"}}, "$ref": "#/$defs/d0"}


ROWS = [{"a": index, "b": "x" * 30} for index in range(20_000)]
NUMBERS = list(range(150_000))


@pytest.mark.parametrize(
    ("schema", "document"),
    [
        (doubling("allOf"), {"a": 1, "b": 1}),
        (doubling("oneOf"), {"a": 1, "b": 1}),
        ({**doubling("then"), "unevaluatedProperties": False}, {"a": 1, "b": 1}),
        ({**doubling("dependentSchemas"), "unevaluatedProperties": False}, {"a": 1, "b": 1}),
        ({"anyOf": [{"type": "string"}] * 3000}, {"a": ROWS}),
        ({"not": {"not": {"not": {"type": "string"}}}}, {"a": ROWS}),
        ({"properties": {"a": {"items": {"enum": list(range(200_000, 204_000))}}}}, {"a": NUMBERS}),
        (
            {"properties": {"a": {"items": {"enum": list(range(149_000, 153_000))}}}},
            {"a": NUMBERS[149_500:] * 99},
        ),
        ({"properties": {"a": {"items": {"const": "x" * 50_000}}}}, {"a": ["x" * 50_000] * 20}),
        ({"properties": {"a": {"items": {"oneOf": [{}] * 1000}}}}, {"a": NUMBERS}),
        ({"properties": {"a": {"items": {}}}}, {"a": NUMBERS}),
        ({"properties": {"a": {"items": {"type": "integer"}}}}, {"a": NUMBERS}),
        ({"properties": {"a": {"contains": {"const": "x"}}}}, {"a": ROWS}),
        ({"properties": {"a": {"uniqueItems": True}}}, {"a": [*ROWS, *ROWS]}),
        ({"propertyNames": {"maxLength": 30}}, {str(each): 1 for each in NUMBERS}),
        ({"additionalProperties": {"type": "integer"}}, {str(each): 1 for each in NUMBERS}),
        ({"properties": {str(each): {"type": "string"} for each in range(4000)}}, {}),
        ({"$defs": {str(each): {"type": "string"} for each in range(4000)}}, {}),
        ({"properties": {"a": {"pattern": "(a|aa)*$"}}}, {"a": "a" * 500_000 + "b"}),
        ({"properties": {"a": {"pattern": "[a-z]{1,255}\\d"}}}, {"a": "abc" * 100_000}),
        (
            {"patternProperties": {f"(a|b{each})*c$": {} for each in range(500)}},
            {f"{each}aaa": 1 for each in range(5000)},
        ),
        ({"$defs": {"t": {"$anchor": "t"}}, "properties": {"a": {"items": {"$ref": "#t"}}}}, {"a": NUMBERS}),
        (
            {"$defs": {"t": {"$dynamicAnchor": "t"}}, "properties": {"a": {"items": {"$dynamicRef": "#t"}}}},
            {"a": NUMBERS},
        ),
        ({"properties": {"a": {"unevaluatedItems": {"contains": {}}}}}, {"a": [ROWS] * 20}),
    ],
)
def test_threat_12_a_schema_cannot_ask_for_much_work(schema, document):
    """However it ends: within the work that is given, and so within a second."""
    broken({}, {})  # jsonschema is loaded
    work = Work()
    start = process_time()
    try:
        broken_at(document, {"$schema": DIALECT, "$id": "https://example.com/schema", **schema}, work)
    except IndeterminateError:
        assert work._left < 0
    assert process_time() - start < 8  # 0.25 s measured for what costs the most, 1.1 s under coverage


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {"a": {"items": {}}}},
        {"properties": {"a": {"contains": {}}}},
        {"properties": {"a": {"prefixItems": [{}]}}},
        {"properties": {"a": {"allOf": [{}] * 100_000}}},
        {"properties": {"a": {"uniqueItems": True}}},
        {"properties": {"a": {"unevaluatedItems": {}}}},
        {"propertyNames": {}, "$defs": {"x": {"enum": list(range(2_000_000))}}},
    ],
)
def test_threat_12_what_is_gone_through_is_paid_for(schema):
    with pytest.raises(IndeterminateError):
        broken(schema, {"a": NUMBERS})


def test_work_is_shared_by_what_is_evaluated_with_it():
    work = Work()
    broken_at({}, {"type": "object"}, work)
    spent = schema_evaluation._MOST_WORK - work._left
    assert 0 < spent < 10_000
    with pytest.raises(IndeterminateError):
        broken_at({}, {"type": "object"}, Work(most=spent - 1))


# --- against the library without what is done here ---------------------------------------------------------

SIMPLE = st.sampled_from(
    [
        True,
        False,
        {},
        {"type": "string"},
        {"type": "integer"},
        {"const": 1},
        {"required": ["a"]},
        {"pattern": "^a"},
        {"uniqueItems": True},
    ]
)


def schemas():
    def grown(inner):
        named = st.dictionaries(st.sampled_from("abc"), inner, min_size=1, max_size=2)
        return st.fixed_dictionaries(
            {},
            optional={
                "properties": named,
                "patternProperties": st.dictionaries(
                    st.sampled_from(["^a", "b$", "."]), inner, min_size=1, max_size=2
                ),
                "additionalProperties": inner,
                "unevaluatedProperties": inner,
                "dependentSchemas": named,
                "prefixItems": st.lists(inner, min_size=1, max_size=2),
                "items": inner,
                "contains": inner,
                "unevaluatedItems": inner,
                "allOf": st.lists(inner, min_size=1, max_size=2),
                "anyOf": st.lists(inner, min_size=1, max_size=2),
                "oneOf": st.lists(inner, min_size=1, max_size=2),
                "not": inner,
                "if": inner,
                "then": inner,
                "else": inner,
                "$ref": st.just("#/$defs/s"),
            },
        )

    return st.recursive(SIMPLE, grown, max_leaves=8)


VALUES = st.recursive(
    st.sampled_from([None, True, 1, 1.0, "a", "ab"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "b", "c", "ab"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(
    schema=schemas(),
    shared=SIMPLE,
    document=VALUES,
    beside=st.sampled_from([{}, {"unevaluatedProperties": False, "unevaluatedItems": False}]),
)
def test_it_agrees_with_the_library_by_itself(schema, shared, document, beside):
    whole = {"$schema": DIALECT, "$defs": {"s": shared}, "allOf": [schema], **beside}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = Draft202012Validator(whole, registry=Registry()).is_valid(document)
    assert (broken_at(document, whole, Work(10**8)) is None) == expected


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=8)
    | st.just("#"),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from([*Draft202012Validator.VALIDATORS, "$id", "$schema", "$anchor", "$defs"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=200, deadline=None)
@given(schema=ANYTHING, document=ANYTHING)
def test_any_schema_is_evaluated_or_indeterminate(schema, document):
    try:
        broken_at(
            {"a": document}, {"allOf": [schema], **(schema if isinstance(schema, dict) else {})}, Work()
        )
    except IndeterminateError:
        return
