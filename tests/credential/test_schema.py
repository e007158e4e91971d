"""The bridge to jsonschema: problems with pointers, and nothing of the document in them."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from examples_of_every_member import example

from signet_vc.credential import schema
from signet_vc.errors import Code, UsageError
from signet_vc.resources import CONFIG_SCHEMA, REQUEST_SCHEMA


def test_a_sound_document_has_no_problems() -> None:
    assert schema.problems(example("smallest-request"), REQUEST_SCHEMA) == []


def test_a_problem_has_a_code_and_the_pointer_of_its_place() -> None:
    document = example("smallest-request")
    document["credentialSubject"]["arguments"] = {"a/b": {"~": [0, 2**60]}}
    (found,) = schema.problems(document, REQUEST_SCHEMA)
    assert found.code is Code.INVALID_CREDENTIAL
    assert found.pointer == "/credentialSubject/arguments/a~1b/~0/1"


def test_no_detail_repeats_the_document() -> None:
    document = {"signet": {"key_source": "z3u2-secret", "allowed_signers": ["secret"], "secret": 1}}
    found = schema.problems(document, CONFIG_SCHEMA)
    assert len(found) == 3
    assert "secret" not in " ".join(each.detail for each in found)


def test_every_problem_is_named_up_to_fifty() -> None:
    settings: dict[str, Any] = {"allowed_signers": [None] * 1000}
    assert len(schema.problems({"signet": settings}, CONFIG_SCHEMA)) == 50


@pytest.mark.parametrize("depth", [81, 100_000])
def test_threat_12_a_deep_document_is_refused_before_it_is_descended_into(depth: int) -> None:
    document: Any = []
    for _ in range(depth - 1):
        document = [document]
    assert [each.code for each in schema.problems(document, REQUEST_SCHEMA)] == [Code.TOO_DEEP]


def test_a_value_of_the_full_depth_does_not_exhaust_the_stack() -> None:
    document = example("smallest-request")
    value: Any = {}
    for _ in range(63):
        value = {"a": value}
    document["credentialSubject"]["arguments"] = value
    assert schema.problems(document, REQUEST_SCHEMA) == []


def test_an_unknown_schema_is_the_callers_mistake() -> None:
    with pytest.raises(UsageError):
        schema.problems({}, "https://example.com/schema.json")


def test_jsonschema_is_loaded_at_the_first_use() -> None:
    program = (
        "import sys; from signet_vc.credential import profile, schema;"
        "sys.exit('jsonschema' in sys.modules or 'multiformats' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
