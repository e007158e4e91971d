"""The data model's rules that every credential is held to, accept beside reject."""

from __future__ import annotations

import pytest
from examples_of_every_member import EXAMPLES, example
from identities import AGENT, alumni_credential

from signet_vc.credential import model
from signet_vc.errors import Code

V2 = "https://www.w3.org/ns/credentials/v2"
EXAMPLES_V2 = "https://www.w3.org/ns/credentials/examples/v2"
INVALID, UNKNOWN = "INVALID_CREDENTIAL", "UNKNOWN_CONTEXT"


def document(**members):
    """A credential with these members; None takes one out."""
    return {
        name: value
        for name, value in {**alumni_credential(AGENT.did), **members}.items()
        if value is not None
    }


def found(credential):
    return [(str(each.code), each.pointer) for each in model.check(credential)]


def test_an_ordinary_credential():
    assert found(document()) == []


@pytest.mark.parametrize("name", EXAMPLES)
def test_our_own_credentials_are_credentials(name):
    """What the format's own shape accepts needs no second look here."""
    assert found(example(name)) == []


@pytest.mark.parametrize(
    "context",
    [V2, [V2], [V2, EXAMPLES_V2], [V2, V2], [V2, "https://www.w3.org/ns/credentials/undefined-terms/v2"]],
)
def test_contexts(context):
    assert found(document(**{"@context": context})) == []


@pytest.mark.parametrize(
    "context",
    [
        None,
        [],
        "",
        EXAMPLES_V2,
        [EXAMPLES_V2, V2],
        ["https://www.w3.org/2018/credentials/v1"],
        1,
        [None],
        [[V2]],
        {V2: V2},
    ],
)
def test_the_base_context_comes_first(context):
    assert found(document(**{"@context": context})) == [(INVALID, "/@context")]


@pytest.mark.parametrize(
    "context",
    [
        "https://example.com/context",
        "http://www.w3.org/ns/credentials/v2",
        "https://www.w3.org/ns/credentials/v2/",
        "v2",
        "../context",
        "",
        {"@vocab": "https://example.com/"},
        {},
        None,
        7,
        [V2],
    ],
)
def test_threat_15_a_context_that_is_not_known(context):
    assert found(document(**{"@context": [V2, context]})) == [(UNKNOWN, "/@context")]
    nested = document(credentialSubject={"a": [{"@context": context, "b": 1}]})
    if context != [V2]:
        assert found(nested) == [(UNKNOWN, "/credentialSubject/a/0/@context")]
    else:
        assert found(nested) == []
    assert (UNKNOWN, "/proof/@context") in found(document(proof={"@context": [V2, context]}))


@pytest.mark.parametrize(
    "value", ["VerifiableCredential", ["VerifiableCredential"], ["A", "VerifiableCredential"]]
)
def test_types(value):
    assert found(document(type=value)) == []
    assert "VerifiableCredential" in model.types_of(document(type=value))


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        "",
        "AlumniCredential",
        ["VerifiableCredential", 7],
        7,
        {},
        ["VerifiablePresentation"],
        ["VerifiableCredential", ""],
    ],
)
def test_what_is_not_of_the_type(value):
    assert found(document(type=value)) == [(INVALID, "/type")]


@pytest.mark.parametrize(
    "value",
    ["did:web:example.com", "https://example.com/1", "urn:uuid:1", {"id": "did:example:1", "name": "A"}],
)
def test_issuers(value):
    assert found(document(issuer=value)) == []
    assert model.issuer_of(document(issuer=value)) == (value["id"] if isinstance(value, dict) else value)


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "alice",
        "not a url",
        7,
        [],
        ["did:example:1"],
        {},
        {"id": None},
        {"id": "x y:z"},
        {"name": "A"},
    ],
)
def test_what_is_no_issuer(value):
    assert found(document(issuer=value)) == [(INVALID, "/issuer")]


@pytest.mark.parametrize("value", ["urn:uuid:1", "https://example.com/a?b#c", "did:key:z6Mk"])
def test_identifiers(value):
    assert found(document(id=value)) == []
    assert found(document(credentialSubject=[{"id": value}, {"a": 1}])) == []


@pytest.mark.parametrize(
    "value", ["", "1", "a b:c", "http://a b", 7, [], {}, ["urn:uuid:1"], "urn:a\nb", "urn:<x>"]
)
def test_what_is_no_identifier(value):
    assert found(document(id=value)) == [(INVALID, "/id")]
    assert found(document(credentialSubject={"id": value})) == [(INVALID, "/credentialSubject/id")]
    assert found(document(credentialSubject=[{"a": 1}, {"id": value}])) == [
        (INVALID, "/credentialSubject/1/id")
    ]


@pytest.mark.parametrize("value", [None, {}, [], [{}], "alice", [{"a": 1}, "alice"], [[{"a": 1}]]])
def test_what_is_no_subject(value):
    assert found(document(credentialSubject=value)) == [(INVALID, "/credentialSubject")]


@pytest.mark.parametrize(
    "value",
    ["2026-03-30T11:37:25Z", "2026-03-30T11:37:25.5+02:00", "2026-03-30T11:37:25", "12026-01-01T00:00:00Z"],
)
def test_times(value):
    assert found(document(validFrom=value)) == []
    assert found(document(validUntil="99999-01-01T00:00:00Z", validFrom=value)) == []


@pytest.mark.parametrize("value", ["", "2026-03-30", "yesterday", 7, [], "2026-02-30T00:00:00Z"])
@pytest.mark.parametrize("name", ["validFrom", "validUntil"])
def test_what_is_no_time(name, value):
    assert found(document(**{name: value})) == [(INVALID, f"/{name}")]


def test_the_period_is_not_empty():
    assert found(document(validFrom="2026-03-30T00:00:00Z", validUntil="2026-03-30T00:00:00Z")) == []
    assert found(document(validFrom="2026-03-30T00:00:00Z", validUntil="2026-03-29T23:59:59Z")) == [
        (INVALID, "/validUntil")
    ]
    assert found(document(validFrom="2026-03-30T00:00:00+02:00", validUntil="2026-03-29T22:00:00Z")) == []
    assert model.validity_of(document(validFrom="1970-01-01T00:00:01Z", validUntil=None)) == (10**9, None)


def test_times_without_an_offset_are_told():
    credential = document(validFrom="2026-03-30T00:00:00", validUntil="2026-03-31T00:00:00Z")
    assert [each.pointer for each in model.unzoned_times(credential)] == ["/validFrom"]


@pytest.mark.parametrize("name", ["credentialStatus", "evidence", "refreshService", "termsOfUse"])
def test_what_must_say_its_type(name):
    for value in ({"type": "A"}, [{"type": ["A", "B"], "id": "urn:x:1"}], []):
        assert found(document(**{name: value})) == []
    for value in ("A", {}, {"type": 7}, {"type": []}):
        assert found(document(**{name: value})) == [(INVALID, f"/{name}")]
        assert found(document(**{name: [{"type": "A"}, value]})) == [(INVALID, f"/{name}/1")]
    assert found(document(**{name: {"type": "A", "id": "no url"}})) == [(INVALID, f"/{name}/id")]


def test_a_schema_must_have_an_id():
    assert found(document(credentialSchema={"type": "JsonSchema", "id": "https://example.com/schema"})) == []
    assert found(document(credentialSchema={"type": "JsonSchema"})) == [(INVALID, "/credentialSchema")]


@pytest.mark.parametrize("value", ["text", 7, [7], [{}, None]])
def test_what_is_no_proof(value):
    assert found(document(proof=value)) == [(INVALID, "/proof")]


def test_everything_that_is_wrong_is_told_but_not_without_end():
    assert len(found({})) == 4
    assert len(found(document(**{"@context": [V2, *map(str, range(1000))]}))) == 50


def test_deep_documents_are_walked_without_recursion():
    value = {"@context": "x"}
    for _ in range(5000):
        value = {"a": [value]}
    assert [code for code, _ in found(document(credentialSubject=value))] == [Code.UNKNOWN_CONTEXT]
