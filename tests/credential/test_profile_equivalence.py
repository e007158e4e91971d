"""The hand-written shape check and the JSON Schemas agree on whatever is near a credential."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest
from examples_of_every_member import EXAMPLES, example, kind, named_digest
from hypothesis import given, settings
from hypothesis import strategies as st

from signet_vc.codec.timestamps import parse
from signet_vc.credential import profile, schema
from signet_vc.credential.profile_members import TIME, in_order
from signet_vc.errors import Code
from signet_vc.resources import REQUEST_SCHEMA, RESPONSE_SCHEMA

SCHEMA = {"request": REQUEST_SCHEMA, "response": RESPONSE_SCHEMA}
EXAMPLE_VALUES: list[Any] = [
    value
    for document in EXAMPLES.values()
    for holder in (document, document["credentialSubject"], document["proof"])
    for value in holder.values()
]
MEMBERS = sorted(
    {
        name
        for document in EXAMPLES.values()
        for holder in (document, document["credentialSubject"], document["proof"])
        for name in holder
    }
    | {
        "request",
        "response",
        "jkt",
        "effect",
        "reason",
        "jwsDigest",
        "isError",
        "resultType",
        "_meta",
        "data",
        "code",
    }
)
ODD_VALUES: list[Any] = [
    None,
    True,
    False,
    0,
    1,
    1.0,
    1.5,
    2,
    -1,
    2**53 - 1,
    2**53,
    float(2**53),
    -(2**60),
    1e300,
    "",
    " ",
    "x" * 1024,
    "x" * 1025,
    "\U0001d4b3" * 1024,
    [],
    {},
    [[]],
    [named_digest("a")] * 8,
    [named_digest("a")] * 9,
    {"request": named_digest("a")},
    {"response": named_digest("a")},
    {"resultType": "complete"},
    {"resultType": "complete", "isError": True},
    {"resultType": "task", "isError": None},
    {"code": 1.0, "message": ""},
    {"code": 1, "message": "", "data": None},
    {"effect": "escalate"},
    "cancelled",
    "unknown",
    "denied",
    "task",
    "input_required",
    "tasks/cancel",
    "did:web:example.com",
    "did:web:example.com:",
    "did:web:a%3A80",
    "did:web:a%3",
    "did:Web:a",
    "urn:x",
    "https://example.com/a?b",
    "https://example.com/#a",
    "https://exämple.com/",
    "2024-02-29T00:00:00Z",
    "2025-02-29T00:00:00Z",
    "0000-01-01T00:00:00Z",
    "2026-04-31T00:00:00Z",
    "2026-01-01T00:00:00.Z",
    "2026-01-01t00:00:00z",
]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    if isinstance(value, dict):
        for name, item in value.items():
            yield from places(item, (*path, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from places(item, (*path, index))


def at(document: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        document = document[step]
    return document


def agree(document: Any, name: str) -> bool:
    """Hold both verdicts to each other; the verdict."""
    by_schema = schema.problems(document, SCHEMA[kind(name)])
    found = profile.shape_problems(document)
    assert bool(found) == bool(by_schema), (document, found, by_schema)
    return not found


@st.composite
def mutants(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    name = draw(st.sampled_from(sorted(EXAMPLES)))
    document = example(name)
    for _ in range(draw(st.integers(1, 3))):
        mutate(draw, document)
    return name, document


def mutate(draw: st.DrawFn, document: dict[str, Any]) -> None:
    path = draw(st.sampled_from([each for each in places(document) if each]))
    holder, last = at(document, path[:-1]), path[-1]
    match draw(st.sampled_from(["drop", "odd", "borrow", "text", "add", "any"])):
        case "drop":
            del holder[last]
        case "odd":
            holder[last] = deepcopy(draw(st.sampled_from(ODD_VALUES)))
        case "borrow":
            holder[last] = deepcopy(draw(st.sampled_from(EXAMPLE_VALUES)))
        case "text" if isinstance(holder[last], str):
            text = holder[last]
            place = draw(st.integers(0, len(text)))
            extra = draw(
                st.sampled_from(["", "\n", "\r", "0", "A", "z", "é", "٣", "#", "%", ":", "-", "Z", " "])
            )
            holder[last] = text[:place] + extra + text[place + draw(st.integers(0, 1)) :]
        case "add" if isinstance(holder, dict):
            value = draw(st.sampled_from([*EXAMPLE_VALUES, *ODD_VALUES]))
            holder[draw(st.sampled_from([*MEMBERS, "evil", ""]))] = deepcopy(value)
        case _:
            holder[last] = draw(JSON)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**54), 2**54)
    | st.floats(allow_nan=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(MEMBERS), inner, max_size=3),
    max_leaves=6,
)


@given(mutants())
@settings(max_examples=400, deadline=None)
def test_both_give_the_same_verdict_on_mutants(mutant: tuple[str, dict[str, Any]]) -> None:
    name, document = mutant
    agree(document, name)


@given(st.sampled_from(sorted(EXAMPLES)), st.data())
@settings(max_examples=200, deadline=None)
def test_both_give_the_same_verdict_on_combinations_of_members(name: str, data: st.DataObject) -> None:
    """Members in other combinations: what the rules between them are about."""
    document = example(name)
    subject = document["credentialSubject"]
    every = {
        member: value
        for other in EXAMPLES
        if kind(other) == kind(name)
        for member, value in EXAMPLES[other]["credentialSubject"].items()
    }
    for member in data.draw(st.sets(st.sampled_from(sorted(every)), min_size=1, max_size=4)):
        if member in subject and data.draw(st.booleans()):
            del subject[member]
        else:
            values = [each["credentialSubject"] for each in EXAMPLES.values()]
            choices = [each[member] for each in values if member in each and each["type"] == every["type"]]
            subject[member] = deepcopy(data.draw(st.sampled_from(choices)))
    agree(document, name)


@pytest.mark.parametrize("name", EXAMPLES)
def test_both_refuse_a_member_less_a_member_more_and_null(name: str) -> None:
    """Every place of every example in turn; a member that may be absent is dropped with consent of both."""
    for path in places(example(name)):
        embedded = {"arguments", "result", "error"} & set(path[:-1])
        if path:
            document = example(name)
            at(document, path[:-1])[path[-1]] = None
            assert agree(document, name) is False or embedded
            document = example(name)
            del at(document, path[:-1])[path[-1]]
            agree(document, name)
        document = example(name)
        if isinstance(at(document, path), dict) and not embedded:
            at(document, path)["evil"] = 1
            assert agree(document, name) is False or path[-1] in {"arguments", "result"}


# -- times -----------------------------------------------------------------------------------------

DIGITS = st.text("0123456789", max_size=10)
TIMES = st.builds(
    lambda moment, digits: f"{moment.isoformat()[:19]}{'.' + digits if digits else ''}Z",
    st.datetimes(min_value=datetime(1, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis asks for it
    st.text("0123456789", max_size=9),
)


def is_time(text: str) -> bool:
    return bool(TIME.holds(text))


@given(TIMES)
@settings(deadline=None)
def test_a_time_that_exists_has_the_form_and_can_be_read(text: str) -> None:
    assert is_time(text)
    assert parse(text) is not None


@given(
    st.builds(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}Z".format,
        st.integers(0, 9999) | st.sampled_from([0, 4, 100, 400, 1900, 2000, 2024, 2100]),
        st.integers(0, 13),
        st.integers(0, 32) | st.integers(28, 31),
        st.integers(0, 25),
        st.integers(0, 61),
        st.integers(0, 62),
        st.just("") | DIGITS.map(".".__add__),
    )
)
@settings(max_examples=500, deadline=None)
def test_the_form_of_a_time_and_its_reading_agree(text: str) -> None:
    assert is_time(text) is (parse(text) is not None)


def test_the_form_and_the_reading_agree_on_every_day_of_a_leap_cycle() -> None:
    for year in (*range(1896, 1905), *range(1996, 2005), 4, 100, 400):
        for month in range(14):
            for day in range(33):
                text = f"{year:04}-{month:02}-{day:02}T00:00:00Z"
                assert is_time(text) is (parse(text) is not None), text


@given(TIMES, TIMES)
@settings(deadline=None)
def test_order_as_text_is_order_in_time(earlier: str, later: str) -> None:
    before, after = parse(earlier), parse(later)
    assert before is not None
    assert after is not None
    assert in_order(earlier, later) is (before <= after)
    padded = earlier if re.search(r"\.\d{9}Z", earlier) or "." not in earlier else earlier[:-1] + "0Z"
    assert in_order(padded, earlier)
    assert in_order(earlier, padded)


def test_the_depth_of_a_value_is_beyond_the_schemas() -> None:
    """The one difference, on purpose: a schema cannot count levels."""
    document = example("smallest-request")
    value: Any = {}
    for _ in range(64):
        value = {"a": value}
    document["credentialSubject"]["arguments"] = value
    assert schema.problems(document, REQUEST_SCHEMA) == []
    assert [each.code for each in profile.shape_problems(document)] == [Code.TOO_DEEP]
