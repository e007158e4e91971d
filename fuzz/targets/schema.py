"""JSON Schemas of others: an outcome for any schema and credential, in bounded work.

An input is ``{"schema", "credential"}``, or with ``wrapped`` the schema in a credential of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from fuzz import mutation
from fuzz.target import Target, require, timed
from signet_vc.codec import strict_json
from signet_vc.credential import external_schema
from signet_vc.errors import ProblemError

__all__ = ["TARGET"]

_URL = "https://example.com/schema"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_MOST = 64  # problems and notices of one schema


def _run(data: bytes) -> None:
    value = None
    with suppress(ProblemError):
        value = strict_json.loads(data)
    if not isinstance(value, dict):
        _check({}, data, wrapped=False)
        return
    credential = value.get("credential")
    schema = strict_json.dumps(value.get("schema"))
    _check(credential if isinstance(credential, dict) else {}, schema, wrapped="wrapped" in value)


def _check(credential: dict[str, Any], schema: bytes, *, wrapped: bool) -> None:
    kind = "JsonSchemaCredential" if wrapped else "JsonSchema"
    document = {**credential, "credentialSchema": {"id": _URL, "type": kind}}
    found = timed(external_schema.check, document, load=lambda _url: schema, verify=_verified)
    require(len(found.problems) + len(found.notices) <= _MOST, "their number is bounded")
    again = external_schema.check(document, load=lambda _url: schema, verify=_verified)
    require(again == found, "the outcome is the same each time")


def _verified(data: bytes) -> dict[str, Any]:
    """Give a credential whose subject is what was loaded, as if it had been verified."""
    subject = {"id": _URL, "type": "JsonSchema", "jsonSchema": strict_json.loads(data)}
    return {
        "id": _URL,
        "type": ["VerifiableCredential", "JsonSchemaCredential"],
        "credentialSubject": subject,
    }


def _hostile() -> Iterator[bytes]:
    head = {"$schema": _DIALECT, "$id": _URL}
    word = {"a": "a" * 30_000 + "!"}
    for pattern in ("^(a+)+$", "^(a|aa)+$", "(.*)*x", "^(([a-z])+.)+[A-Z]([a-z])+$", "a{1,9999}{1,9999}"):
        yield _input({**head, "properties": {"a": {"pattern": pattern}}}, word)
    yield _input({**head, "$ref": "#"}, {})
    twice = {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(40)}
    yield _input({**head, "$defs": {**twice, "d40": {}}, "$ref": "#/$defs/d0"}, {})
    yield _input({**head, "properties": {"a": {"uniqueItems": True}}}, {"a": [[n] for n in range(20_000)]})
    yield _input({**head, "anyOf": [{"required": [str(n)]} for n in range(20_000)]}, {})
    yield _input({**head, "properties": {"a": {"multipleOf": 1e-300}}}, {"a": 1e300})
    deep: Any = {}
    for _ in range(60):
        deep = {"not": deep}
    yield _input({**head, **deep}, {})


def _input(schema: dict[str, Any], credential: dict[str, Any]) -> bytes:
    return json.dumps({"schema": schema, "credential": credential}).encode()


TARGET = Target(run=_run, hostile=_hostile, mutate=mutation.of_json, longest=1 << 13)
