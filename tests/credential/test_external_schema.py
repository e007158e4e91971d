"""credentialSchema: success, mismatch and indeterminate, modelled on the examples of VC-JSON-SCHEMA."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from base64 import b64encode
from time import process_time

import pytest

from signet_vc.credential import external_schema, model
from signet_vc.errors import Code, ProblemError, UnavailableError

V2 = "https://www.w3.org/ns/credentials/v2"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
URL = "https://example.com/schemas/email.json"
CREDENTIAL_URL = "https://example.com/credentials/3734"
EMAIL = {
    "$id": URL,
    "$schema": DIALECT,
    "name": "EmailCredential",
    "type": "object",
    "properties": {
        "credentialSubject": {
            "type": "object",
            "properties": {"emailAddress": {"type": "string", "format": "email"}},
            "required": ["emailAddress"],
        }
    },
}
PLACE = "/credentialSchema"


def document(address="subject@example.com", schema=..., **members):
    return {
        "@context": [V2],
        "type": ["VerifiableCredential"],
        "issuer": "https://example.com/issuers/14",
        "credentialSubject": {"id": "did:example:1", "emailAddress": address},
        "credentialSchema": {"id": URL, "type": "JsonSchema"} if schema is ... else schema,
        **members,
    }


def carrying(schema=EMAIL, **subject):
    return {
        "@context": [V2],
        "id": CREDENTIAL_URL,
        "type": ["VerifiableCredential", "JsonSchemaCredential"],
        "issuer": "https://example.com/issuers/14",
        "credentialSubject": {"id": URL, "type": "JsonSchema", "jsonSchema": schema, **subject},
    }


def bytes_of(value):
    return value if isinstance(value, bytes) else json.dumps(value).encode()


def found(credential, schema=EMAIL, *, verify=None):
    """The problems and the notices, each a code and a pointer."""
    findings = external_schema.check(credential, load=lambda _: bytes_of(schema), verify=verify)
    return tuple([(str(each.code), each.pointer) for each in listed] for listed in findings)


SUCCESS = ([], [])
INDETERMINATE = ([], [("SCHEMA_INDETERMINATE", PLACE)])


def test_a_credential_without_a_schema():
    credential = document()
    del credential["credentialSchema"]
    assert found(credential) == SUCCESS


def test_the_three_outcomes():
    assert found(document()) == SUCCESS
    assert found(document("not an email")) == (
        [("SCHEMA_MISMATCH", "/credentialSubject/emailAddress")],
        [],
    )
    old = {**EMAIL, "$schema": "https://json-schema.org/draft/2019-09/schema"}
    assert found(document("not an email"), old) == INDETERMINATE


def test_the_whole_credential_is_what_is_described():
    whole = {**EMAIL, "required": ["proof", "validUntil"]}
    assert found(document(), whole) == ([("SCHEMA_MISMATCH", "")], [])
    assert found(document(proof={}, validUntil="2030-01-01T00:00:00Z"), whole) == SUCCESS


@pytest.mark.parametrize("name", ["$schema", "$id"])
def test_what_every_schema_must_have(name):
    without = {key: value for key, value in EMAIL.items() if key != name}
    assert found(document("not an email"), without) == INDETERMINATE
    assert found(document("not an email"), {**EMAIL, name: 7}) == INDETERMINATE


@pytest.mark.parametrize(
    "schema",
    [
        b"",
        b"{",
        b"[]",
        b"true",
        b'{"$id": "a", "$id": "b"}',
        b"[" * 100_000,
        {**EMAIL, "$schema": "http://json-schema.org/draft-07/schema#"},
        {**EMAIL, "$schema": DIALECT + "#"},
        {**EMAIL, "type": "strin"},
        {**EMAIL, "$ref": "https://example.com/another"},
        {**EMAIL, "description": "x" * 300_000},
        {**EMAIL, "propertyNames": {"pattern": "(?=x)"}},
    ],
)
def test_what_cannot_be_evaluated(schema):
    assert found(document(), schema) == INDETERMINATE


def test_what_is_broken_is_broken_whatever_else_cannot_be_evaluated():
    schema = {**EMAIL, "$ref": "https://example.com/another"}
    assert found(document("not an email"), schema)[0] == [
        ("SCHEMA_MISMATCH", "/credentialSubject/emailAddress")
    ]


@pytest.mark.parametrize("kind", ["ZkpExampleSchema2018", ["Other"], "jsonschema"])
def test_types_that_are_not_supported(kind):
    assert found(document("not an email", {"id": URL, "type": kind})) == INDETERMINATE


def test_a_type_may_stand_beside_others():
    assert found(document("x", {"id": URL, "type": ["Other", "JsonSchema"]}))[0] == [
        ("SCHEMA_MISMATCH", "/credentialSubject/emailAddress")
    ]


def unavailable(_):
    raise UnavailableError("down", code=Code.RESOLVER_UNAVAILABLE)


def refused(_):
    raise ProblemError.of(Code.FETCH_REFUSED, "not allowed")


@pytest.mark.parametrize("load", [None, lambda _: None, unavailable, refused])
def test_a_schema_that_is_not_had(load):
    problems, notices = external_schema.check(document("not an email"), load=load)
    assert problems == []
    assert [(each.code, each.pointer) for each in notices] == [(Code.SCHEMA_INDETERMINATE, PLACE)]


def test_only_the_url_that_is_named_is_asked_for():
    asked = []
    external_schema.check(document(), load=asked.append)
    assert asked == [URL]


def test_several_schemas_each_count():
    second = {"$id": "https://example.com/b", "$schema": DIALECT, "required": ["evidence"]}
    schemas = {URL: EMAIL, "https://example.com/b": second}
    listed = [{"id": URL, "type": "JsonSchema"}, {"id": "https://example.com/b", "type": "JsonSchema"}]
    findings = external_schema.check(
        document("not an email", listed), load=lambda url: bytes_of(schemas[url])
    )
    assert [each.pointer for each in findings.problems] == ["/credentialSubject/emailAddress", ""]
    listed = [*[{"id": URL, "type": "JsonSchema"}] * 8, {"id": "https://example.com/b", "type": "JsonSchema"}]
    assert found(document(schema=listed)) == ([], [("SCHEMA_INDETERMINATE", f"{PLACE}/8")])


# --- integrity --------------------------------------------------------------------------------------------


def sri(data):
    return "sha384-" + b64encode(hashlib.sha384(data).digest()).decode()


def test_a_schema_is_compared_with_its_digest_before_it_is_evaluated():
    data = bytes_of(EMAIL)
    sound = {"id": URL, "type": "JsonSchema", "digestSRI": sri(data)}
    assert found(document(schema=sound), data) == SUCCESS
    assert found(document("not an email", sound), data)[0] == [
        ("SCHEMA_MISMATCH", "/credentialSubject/emailAddress")
    ]
    assert found(document("not an email", sound), data + b" ") == (
        [("RELATED_RESOURCE_MISMATCH", f"{PLACE}/digestSRI")],
        [],
    )
    assert found(document(schema={**sound, "digestSRI": "md5-x"}), data)[0] == [
        ("INVALID_CREDENTIAL", f"{PLACE}/digestSRI")
    ]
    assert found(document(schema=[{**sound, "digestMultibase": "u"}]), data)[0] == [
        ("INVALID_CREDENTIAL", f"{PLACE}/0/digestMultibase")
    ]


# --- JsonSchemaCredential ---------------------------------------------------------------------------------

NAMED = {"id": CREDENTIAL_URL, "type": "JsonSchemaCredential"}


def test_a_schema_in_a_credential():
    assert model.check(carrying()) == []
    for address, outcome in (
        ("a@example.com", []),
        ("x", [("SCHEMA_MISMATCH", "/credentialSubject/emailAddress")]),
    ):
        assert found(document(address, NAMED), carrying(), verify=json.loads) == (outcome, [])


def test_a_schema_in_a_credential_that_does_not_verify_is_a_problem():
    def verify(_):
        raise ProblemError.of(Code.PROOF_INVALID, "no")

    assert found(document(schema=NAMED), carrying(), verify=verify) == (
        [("SCHEMA_INDETERMINATE", PLACE)],
        [],
    )


def test_a_schema_in_a_credential_that_is_not_verified():
    assert found(document("x", NAMED), carrying()) == INDETERMINATE
    assert found(document("x", NAMED), carrying(), verify=unavailable) == INDETERMINATE
    too_large = carrying(description="x" * 300_000)
    assert found(document("x", NAMED), too_large, verify=json.loads) == INDETERMINATE


@pytest.mark.parametrize(
    "credential",
    [
        {},
        {"credentialSubject": None},
        {"credentialSubject": [carrying()["credentialSubject"]]},
        carrying(type="Schema"),
        carrying(type=["JsonSchema", "Other"]),
        carrying(jsonSchema=None),
        carrying(jsonSchema="true"),
        carrying({"$id": URL}),
        carrying({"$schema": DIALECT}),
    ],
)
def test_a_credential_that_carries_no_schema(credential):
    assert found(document("x", NAMED), credential, verify=json.loads) == INDETERMINATE


def test_threat_12_several_schemas_share_the_work():
    hostile = {**EMAIL, "anyOf": [{"required": [str(each)]} for each in range(3000)]}
    listed = [{"id": URL, "type": "JsonSchema"}] * 8
    start = process_time()
    problems, notices = found(document(schema=listed), hostile)
    assert process_time() - start < 5  # 0.3 s measured
    assert (problems, len(notices)) == ([], 8)


def test_nothing_of_the_schema_is_quoted():
    secret = {**EMAIL, "properties": {"credentialSubject": {"const": "secret"}}}
    (problem,) = external_schema.check(document(), load=lambda _: bytes_of(secret)).problems
    assert "secret" not in problem.detail


def test_jsonschema_is_loaded_at_the_first_use():
    program = (
        "import sys; from signet_vc.credential import external_schema, presentation;"
        "sys.exit('jsonschema' in sys.modules or 'referencing' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
