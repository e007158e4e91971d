"""The data model's rules that every credential is held to, accept beside reject."""

from __future__ import annotations

import copy
from time import process_time

import pytest
from examples_of_every_member import EXAMPLES, example
from hypothesis import given
from hypothesis import strategies as st
from identities import AGENT, alumni_credential

from signet_vc.credential import model
from signet_vc.errors import Code

V2 = "https://www.w3.org/ns/credentials/v2"
EXAMPLES_V2 = "https://www.w3.org/ns/credentials/examples/v2"
V1 = "https://www.w3.org/2018/credentials/v1"
UNDEFINED_TERMS = "https://www.w3.org/ns/credentials/undefined-terms/v2"
INVALID, UNKNOWN = "INVALID_CREDENTIAL", "UNKNOWN_CONTEXT"


def document(**members):
    """A credential with these members; None takes one out."""
    return {
        name: value
        for name, value in {**alumni_credential(AGENT.did), **members}.items()
        if value is not None
    }


def document_1(**members):
    """A credential of version 1.1 with these members; None takes one out."""
    credential = {
        "@context": [V1],
        "id": "http://university.example/credentials/1872",
        "type": ["VerifiableCredential"],
        "issuer": "https://university.example/issuers/565049",
        "issuanceDate": "2010-01-01T19:23:24Z",
        "credentialSubject": {"id": "did:example:ebfeb1f712ebc6f1c276e12ec21"},
        **members,
    }
    return {name: value for name, value in credential.items() if value is not None}


def found(credential, **options):
    return [(str(each.code), each.pointer) for each in model.check(credential, **options)]


def test_an_ordinary_credential():
    assert found(document()) == []


@pytest.mark.parametrize("name", EXAMPLES)
def test_our_own_credentials_are_credentials(name):
    """What the format's own shape accepts needs no second look here."""
    assert found(example(name)) == []


@pytest.mark.parametrize(
    "context",
    [V2, [V2], [V2, EXAMPLES_V2], [V2, "https://www.w3.org/ns/credentials/undefined-terms/v2"]],
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
        1,
        [None],
        [{}, V2],
        "https://www.w3.org/ns/credentials/v2/",
        ["http://www.w3.org/ns/credentials/v2"],
        [[V2]],
        {V2: V2},
    ],
)
def test_the_base_context_comes_first(context):
    assert found(document(**{"@context": context})) == [(INVALID, "/@context")]


UNKNOWN_CONTEXTS = [
    "https://example.com/context",
    "http://www.w3.org/ns/credentials/v2",
    "https://www.w3.org/ns/credentials/v2/",
    "v2",
    "../context",
    "",
    None,
    7,
    True,
    [V2],
]


@pytest.mark.parametrize("context", UNKNOWN_CONTEXTS)
def test_threat_15_a_context_that_is_not_known(context):
    assert found(document(**{"@context": [V2, context]})) == [(UNKNOWN, "/@context/1")]
    assert found(document(**{"@context": [V2, EXAMPLES_V2, context]})) == [(UNKNOWN, "/@context/2")]
    nested = document(credentialSubject={"a": [{"@context": [EXAMPLES_V2, context], "b": 1}]})
    assert found(nested) == [(UNKNOWN, "/credentialSubject/a/0/@context/1")]
    assert (UNKNOWN, "/proof/@context/1") in found(document(proof={"@context": [V2, context]}))


@pytest.mark.parametrize("context", [each for each in UNKNOWN_CONTEXTS if not isinstance(each, list)])
def test_threat_15_an_inner_context_that_is_not_known(context):
    nested = document(credentialSubject={"a": [{"@context": context, "b": 1}]})
    assert found(nested) == [(UNKNOWN, "/credentialSubject/a/0/@context")]


INLINE = {"@vocab": "https://example.com/", "term": {"@id": "ex:term", "@context": {"inner": "ex:inner"}}}


@pytest.mark.parametrize(
    "context",
    [{}, INLINE, {"t": {"@id": "ex:t", "@context": None}}, {"t": {"@id": "ex:t", "@context": [V2, {}]}}],
)
def test_an_object_may_stand_as_a_context(context):
    """Whether it may in this document is for what secures it."""
    for credential in (
        document(**{"@context": [V2, context]}),
        document(credentialSubject={"a": [{"@context": context, "b": 1}]}),
        document(credentialSubject={"a": [{"@context": [EXAMPLES_V2, context], "b": 1}]}),
    ):
        assert found(credential) == []
        assert model.has_inline_context(credential)
    assert not model.has_inline_context(document())


@pytest.mark.parametrize(
    ("context", "place"),
    [
        ({"@import": "https://example.com/x"}, "/@import"),
        ({"@import": 7}, "/@import"),
        ({"t": {"@id": "ex:t", "@context": "https://example.com/x"}}, "/t/@context"),
        ({"t": {"@id": "ex:t", "@context": [V2, "x"]}}, "/t/@context/1"),
        ({"t": {"@id": "ex:t", "@context": {"u": {"@context": "x"}}}}, "/t/@context/u/@context"),
        ({"t": {"@id": "ex:t", "@context": [{"@import": "x"}]}}, "/t/@context/0/@import"),
    ],
)
def test_threat_15_what_an_inline_context_refers_to_is_known(context, place):
    assert found(document(**{"@context": [V2, context]})) == [(UNKNOWN, f"/@context/1{place}")]
    nested = document(credentialSubject={"@context": context, "a": 1})
    assert found(nested) == [(UNKNOWN, f"/credentialSubject/@context{place}")]


def test_undefined_terms_come_last():
    assert found(document(**{"@context": [V2, EXAMPLES_V2, UNDEFINED_TERMS]})) == []
    assert found(document(**{"@context": [V2, UNDEFINED_TERMS, EXAMPLES_V2]})) == [(INVALID, "/@context/1")]


def test_contexts_are_a_set():
    assert found(document(**{"@context": [V2, V2]})) == [(INVALID, "/@context/1")]
    assert found(document(**{"@context": [V2, {}, EXAMPLES_V2, EXAMPLES_V2]})) == [(INVALID, "/@context/3")]
    assert found(document(credentialSubject={"@context": EXAMPLES_V2, "a": 1})) == []


def test_documents_are_compacted():
    """§6.1: what JSON-LD names @id and @type has other names under the base context."""
    assert found(document(credentialSubject={"a": {"@id": "urn:x:1"}})) == [
        (INVALID, "/credentialSubject/a/@id")
    ]
    assert found(document(credentialSubject={"@type": "A"})) == [(INVALID, "/credentialSubject/@type")]
    assert found({**document(), "@type": "A"}) == [(INVALID, "/@type")]
    value = {"@value": "2026-01-01", "@type": "http://www.w3.org/2001/XMLSchema#date"}
    assert found(document(credentialSubject={"born": value})) == []
    schema = {"jsonSchema": {"properties": {"@id": {}, "@type": {}}}}
    assert found(document(credentialSubject=schema)) == []


def test_versions_are_not_mixed():
    assert found(document(**{"@context": [V2, V1]})) == [(INVALID, "/@context/1")]
    nested = document(credentialSubject={"@context": V1, "a": 1})
    assert found(nested) == [(INVALID, "/credentialSubject/@context")]
    assert found(document_1(**{"@context": [V1, V2]})) == [(INVALID, "/@context/1")]


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
        {"name": "A"},
    ],
)
def test_what_is_no_issuer(value):
    assert found(document(issuer=value)) == [(INVALID, "/issuer")]


@pytest.mark.parametrize("value", [None, "", "x y:z", "alice", 7, ["did:example:1"], {}])
def test_what_is_no_identifier_of_an_issuer(value):
    assert found(document(issuer={"id": value})) == [(INVALID, "/issuer/id")]


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


@pytest.mark.parametrize("value", [None, {}, [], "alice", 7])
def test_what_is_no_subject(value):
    assert found(document(credentialSubject=value)) == [(INVALID, "/credentialSubject")]


@pytest.mark.parametrize("value", [{}, "alice", None, 7, [{"a": 1}]])
def test_what_is_no_subject_in_a_list(value):
    assert found(document(credentialSubject=[{"a": 1}, value])) == [(INVALID, "/credentialSubject/1")]


@pytest.mark.parametrize(
    "value",
    [
        "2026-03-30T11:37:25Z",
        "2026-03-30T11:37:25.5+02:00",
        "2026-03-30T11:37:25.123456789012345-14:00",
        "2026-03-30T24:00:00Z",
        "2026-03-30T11:37:25",
        "2024-02-29T00:00:00Z",
        "0001-01-01T00:00:00Z",
        "12026-01-01T00:00:00Z",
    ],
)
def test_times(value):
    assert found(document(validFrom=value)) == []
    assert found(document(validUntil="99999-01-01T00:00:00Z", validFrom=value)) == []


@pytest.mark.parametrize(
    "value",
    [
        "",
        "2026-03-30",
        "2026-W13-1T00:00:00Z",
        "20260330T000000Z",
        "2026-03-30 00:00:00Z",
        "2026-03-30T00:00Z",
        "2026-03-30T00:00:60Z",
        "2026-03-30T24:00:01Z",
        "2026-03-30T00:00:00+14:01",
        "2026-03-30T00:00:00z",
        "26-03-30T00:00:00Z",
        "2026-02-30T00:00:00Z",
        "2025-02-29T00:00:00Z",
        "yesterday",
        7,
        [],
        ["2026-03-30T00:00:00Z"],
        {"@value": "2026-03-30T00:00:00Z"},
        False,
    ],
)
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
    assert found(credential) == []
    assert found(credential, issuing=True) == [(INVALID, "/validFrom")]
    assert found(document(), issuing=True) == []


def test_null_is_a_value_and_no_absence():
    names = ("validFrom", "validUntil", "name", "description", "credentialStatus", "credentialSchema", "id")
    for name in (*names, "termsOfUse", "evidence", "refreshService", "relatedResource", "proof", "type"):
        assert found({**document(), name: None}) == [(INVALID, f"/{name}")], name


TYPED = [
    *("confidenceMethod", "credentialStatus", "credentialSchema", "evidence"),
    *("refreshService", "renderMethod", "termsOfUse"),
]


@pytest.mark.parametrize("name", TYPED)
def test_what_must_say_its_type(name):
    sound = {"type": ["A", "B"], "id": "urn:x:1"}
    for value in (sound, [sound], [sound, {"id": "urn:x:2", "type": "A"}]):
        assert found(document(**{name: value})) == []
    for value in ("A", {}, 7, {"id": "urn:x:1"}):
        assert found(document(**{name: value})) == [(INVALID, f"/{name}")]
        assert found(document(**{name: [sound, value]})) == [(INVALID, f"/{name}/1")]
    for value in (7, [], "", [7], {}, None, ["A", ""]):
        assert found(document(**{name: {**sound, "type": value}})) == [(INVALID, f"/{name}/type")]
    assert found(document(**{name: {"type": "A", "id": "no url"}})) == [(INVALID, f"/{name}/id")]
    assert found(document(**{name: []})) == [(INVALID, f"/{name}")]


@pytest.mark.parametrize("name", TYPED)
def test_a_schema_alone_must_have_an_id(name):
    wrong = [(INVALID, f"/{name}")] if name == "credentialSchema" else []
    assert found(document(**{name: {"type": "A"}})) == wrong


TEXTS = [
    "Alumni",
    "",
    {"@value": "Alumni"},
    {"@value": "Alumni", "@language": "en"},
    {"@value": "خريجون", "@language": "ar-Latn-EG-x-a", "@direction": "rtl"},
    [
        {"@value": "Alumni", "@language": "en"},
        {"@value": "Absolventen", "@language": "de", "@direction": "ltr"},
    ],
    ["Alumni", {"@value": "Alumni"}],
]
NO_TEXTS = [
    (7, ""),
    (True, ""),
    ([], ""),
    ([None], "/0"),
    ([["Alumni"]], "/0"),
    ({}, ""),
    ({"@value": 7}, ""),
    ({"@value": None}, ""),
    ({"@language": "en"}, ""),
    ({"value": "Alumni"}, ""),
    ({"@value": "Alumni", "@type": "xsd:string"}, ""),
    ({"@value": "Alumni", "url": "did:example:1"}, ""),
    ({"@value": "Alumni", "@language": "english language"}, "/@language"),
    ({"@value": "Alumni", "@language": None}, "/@language"),
    ({"@value": "Alumni", "@language": ["en"]}, "/@language"),
    ({"@value": "Alumni", "@language": "en", "@direction": "up"}, "/@direction"),
    ({"@value": "Alumni", "@language": "en", "@direction": None}, "/@direction"),
    ({"@value": "Alumni", "@language": "en", "@direction": []}, "/@direction"),
    ([{"@value": "Alumni"}, {"@value": "Alumni", "@language": "-"}], "/1/@language"),
]


@pytest.mark.parametrize("name", ["name", "description"])
@pytest.mark.parametrize("value", TEXTS)
def test_names_and_descriptions(name, value):
    assert found(document(**{name: value})) == []
    assert found(document(issuer={"id": "did:example:1", name: value})) == []


@pytest.mark.parametrize("name", ["name", "description"])
@pytest.mark.parametrize(("value", "place"), NO_TEXTS)
def test_what_is_no_name_or_description(name, value, place):
    assert found(document(**{name: value})) == [(INVALID, f"/{name}{place}")]
    credential = document(issuer={"id": "did:example:1", name: value})
    assert found(credential) == [(INVALID, f"/issuer/{name}{place}")]


def test_identifiers_and_types_of_every_object():
    deep = {"degree": [{"id": "urn:x:1", "type": "Degree", "of": {"id": "did:example:1"}}]}
    assert found(document(credentialSubject=deep)) == []
    deep["degree"][0]["of"]["id"] = "relative"
    deep["degree"][0]["type"] = 7
    assert sorted(found(document(credentialSubject=deep))) == [
        (INVALID, "/credentialSubject/degree/0/of/id"),
        (INVALID, "/credentialSubject/degree/0/type"),
    ]


def test_names_in_a_json_literal_mean_nothing():
    schema = {"properties": {"id": {"type": ["null"]}, "type": {"const": 7}}, "type": "object"}
    subject = {"id": "https://example.com/schema", "type": "JsonSchema", "jsonSchema": schema}
    assert found(document(credentialSubject=subject)) == []
    subject["elsewhere"] = schema
    assert sorted(found(document(credentialSubject=subject))) == [
        (INVALID, "/credentialSubject/elsewhere/properties/id"),
        (INVALID, "/credentialSubject/elsewhere/properties/type"),
    ]
    own = {"@context": [V2, {"elsewhere": {"@id": "ex:e", "@type": "@json"}}]}
    assert found(document(credentialSubject=subject, **own)) == []


@pytest.mark.parametrize("value", ["text", 7])
def test_what_is_no_proof(value):
    assert found(document(proof=value)) == [(INVALID, "/proof")]


@pytest.mark.parametrize("value", [[7], [None, {}]])
def test_what_is_no_proof_in_a_list(value):
    assert found(document(proof=value)) == [(INVALID, "/proof/0")]


def test_a_related_resource_is_held_to_its_form():
    sound = {"id": "https://example.com/a", "digestSRI": "sha256-" + "A" * 43 + "="}
    assert found(document(relatedResource=sound)) == []
    assert found(document(relatedResource=[sound, sound])) == [(INVALID, "/relatedResource/1/id")]
    assert found(document(relatedResource={**sound, "id": 7})) == [(INVALID, "/relatedResource/id")]


# --- version 1.1 ------------------------------------------------------------------------------------------


def test_an_ordinary_credential_of_version_1_1():
    assert found(document_1()) == found(document_1(), issuing=True) == []
    assert model.version_of(document_1()) == "1.1"
    assert model.version_of(document()) == "2.0"
    assert model.issuer_of(document_1()) == "https://university.example/issuers/565049"


@pytest.mark.parametrize("value", [None, [], {}, 7, "", "https://example.com/", [EXAMPLES_V2, V1]])
def test_no_version(value):
    assert model.version_of({"@context": value}) is None
    assert model.version_of({}) is None


@pytest.mark.parametrize("name", ["type", "issuer", "issuanceDate", "credentialSubject"])
def test_what_version_1_1_demands(name):
    assert found(document_1(**{name: None})) == [(INVALID, f"/{name}")]
    assert found({**document_1(), name: None}) == [(INVALID, f"/{name}")]


def test_the_period_of_version_1_1():
    until = document_1(expirationDate="2020-01-01T19:23:24Z")
    assert found(until) == []
    assert model.validity_of(until) == (1262373804 * 10**9, 1577906604 * 10**9)
    assert model.validity_of(document_1()) == (1262373804 * 10**9, None)
    assert found(document_1(expirationDate="2009-01-01T00:00:00Z")) == [(INVALID, "/expirationDate")]
    assert found(document_1(expirationDate="2020-01-01")) == [(INVALID, "/expirationDate")]
    assert found(document_1(issuanceDate="2020-01-01")) == [(INVALID, "/issuanceDate")]
    unzoned = document_1(issuanceDate="2010-01-01T19:23:24")
    assert [each.pointer for each in model.unzoned_times(unzoned)] == ["/issuanceDate"]
    assert found(unzoned, issuing=True) == [(INVALID, "/issuanceDate")]


@pytest.mark.parametrize("name", [name for name in TYPED if name not in {"confidenceMethod", "renderMethod"}])
def test_what_must_have_an_id_in_version_1_1(name):
    demanded = name in {"credentialStatus", "credentialSchema", "refreshService"}
    assert found(document_1(**{name: {"type": "A"}})) == ([(INVALID, f"/{name}")] if demanded else [])
    assert found(document_1(**{name: {"id": "urn:x:1", "type": "A"}})) == []
    assert found(document_1(**{name: {"id": "urn:x:1"}})) == [(INVALID, f"/{name}")]


def test_everything_that_is_wrong_is_told_but_not_without_end():
    assert len(found({})) == 4
    assert len(found({"@context": V1})) == 4
    assert len(found(document(**{"@context": [V2, *map(str, range(1000))]}))) == 50


def test_deep_documents_are_walked_without_recursion():
    value = {"@context": "x"}
    for _ in range(5000):
        value = {"a": [value]}
    assert [code for code, _ in found(document(credentialSubject=value))] == [Code.UNKNOWN_CONTEXT]
    context = {"@import": "x"}
    for _ in range(5000):
        context = {"t": {"@context": [context]}}
    assert [code for code, _ in found(document(**{"@context": [V2, context]}))] == [Code.UNKNOWN_CONTEXT]


def test_threat_12_a_hundred_thousand_identifiers_in_a_literal_are_passed_quickly():
    many = [{"id": 1}] * 75_000  # as many as a megabyte holds
    for _ in range(70):
        many = {"a": many}
    subject = {"jsonSchema": many}
    start = process_time()
    assert found(document(credentialSubject=subject)) == []
    assert process_time() - start < 20  # 0.2 s measured, 2.6 s under coverage


@given(
    json_document=st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.text(max_size=5)
        | st.sampled_from([V1, V2, "urn:x:1"]),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(["@context", "id", "type", "@import", "@value", "relatedResource", *TYPED]),
                inner,
                max_size=5,
            )
        ),
        max_leaves=30,
    ),
    name=st.sampled_from(["@context", "id", "type", "issuer", "credentialSubject", "name", "proof", *TYPED]),
)
def test_any_value_is_judged_and_nothing_is_changed(json_document, name):
    credential = {**document(), name: json_document}
    before = copy.deepcopy(credential)
    for each in model.check(credential):
        assert each.code in {Code.INVALID_CREDENTIAL, Code.UNKNOWN_CONTEXT}
    assert credential == before
