"""Definedness: the verdict on a skeleton is the verdict on the document, and PyLD is asked once for each."""

from __future__ import annotations

import copy
import random
import time

import pytest
from examples_of_every_member import EXAMPLES, example
from hypothesis import given, settings
from hypothesis import strategies as st
from identities import alumni_credential
from pyld import jsonld

from signet_vc import resources
from signet_vc.codec import rdfc
from signet_vc.credential import terms
from signet_vc.credential.skeleton import size_of, skeleton
from signet_vc.errors import Code

V2 = resources.CREDENTIALS_V2
INLINE = [
    V2,
    {
        "kind": "type",  # an alias of an alias of @type
        "way": "@direction",
        "1": "https://vocab.example/",
        "link": {"@id": "https://vocab.example/link", "@type": "@id"},
        "choice": {"@id": "https://vocab.example/choice", "@type": "@vocab"},
        "jsonSchema": "https://vocab.example/jsonSchema",  # no JSON literal here
        "text": {"@id": "https://vocab.example/text"},
        "Thing": {"@id": "https://vocab.example/Thing", "@context": {"inner": "https://vocab.example/i"}},
    },
]
CONTEXTS = [V2, [V2, resources.SIGNET_V1], [V2, resources.EXAMPLES_V2], INLINE, [resources.CREDENTIALS_V1]]


@pytest.fixture(autouse=True)
def _nothing_remembered():
    terms._sound.clear()


def places(document, **how):
    return {(each.code, each.pointer) for each in terms.problems(document, **how)}


# -- verdicts --------------------------------------------------------------------------------------


def credential(**members):
    return {
        "@context": V2,
        "type": "VerifiableCredential",
        "issuer": "urn:i",
        "credentialSubject": {"id": "urn:s"},
        **members,
    }


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_documents_of_our_own_format_are_defined(name):
    assert terms.problems(example(name)) == []
    assert terms.problems(example(name)) == []


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (credential(), set()),
        (alumni_credential("urn:i"), set()),
        (credential(evil=1), {"/evil"}),
        (credential(type=["VerifiableCredential", "Evil"]), {"/type"}),
        (credential(credentialSubject=[{"id": "urn:a"}, {"id": "b"}]), {"/credentialSubject/1/id"}),
        (credential(credentialSubject=[{"id": "urn:a"}] * 3 + [{"x": 1}] * 3), {"/credentialSubject/3/x"}),
        (credential(name=None), {"/name"}),
        (credential(evil=1, proof={"type": "DataIntegrityProof", "worse": 1}), {"/evil", "/proof/worse"}),
        (credential(proof={"type": "DataIntegrityProof", "proofPurpose": "none"}), {"/proof/proofPurpose"}),
        (credential(**{"@context": INLINE, "text": 1, "link": "1:a"}), set()),
        (credential(**{"@context": INLINE, "text": 1, "link": "2:a"}), {"/link"}),
        (credential(**{"@context": INLINE, "choice": "Thing"}), set()),
        (credential(**{"@context": INLINE, "choice": "Nothing"}), {"/choice"}),
        (credential(**{"@context": INLINE, "text": {"kind": "Thing", "inner": 1}}), set()),
        (credential(**{"@context": INLINE, "text": {"kind": "urn:t", "inner": 1}}), {"/text/inner"}),
        (credential(**{"@context": INLINE, "jsonSchema": {"a": 1}}), {"/jsonSchema/a"}),
    ],
)
def test_what_is_not_defined_is_told_where_it_stands(document, expected):
    for _ in range(2):  # new, and remembered
        assert places(document) == {(Code.UNDEFINED_TERM, each) for each in expected}


def test_what_only_rdf_loses_is_defined():
    text = {"@value": "x", "@language": "en", "@direction": "rtl"}
    assert terms.problems(credential(name=text)) == []
    wrong = {**text, "@direction": "up"}
    assert [each.code for each in terms.problems(credential(name=wrong))] == [Code.INVALID_CREDENTIAL]


@pytest.mark.parametrize(
    "value", [("x",), {"x"}, b"x", object(), resources], ids=lambda each: type(each).__name__
)
def test_what_is_no_json_is_refused(value):
    assert [each.code for each in terms.problems(credential(name=value))] == [Code.MALFORMED_JSON]
    assert [each.code for each in terms.problems(credential(name=[value]))] == [Code.MALFORMED_JSON]


def test_an_unknown_context_is_told():
    assert places(credential(**{"@context": [V2, "urn:no"]})) == {(Code.UNKNOWN_CONTEXT, "/@context")}
    within = credential(credentialSubject={"@context": "urn:no", "id": "urn:a"})
    assert places(within) == {(Code.UNKNOWN_CONTEXT, "/credentialSubject/@context")}


def test_registered_claims_are_exempt_at_the_top():
    document = credential(iat=1, jti="x", nonce="y")
    assert places(document, exempt=terms.REGISTERED_CLAIMS) == set()
    assert {pointer for _, pointer in places(document)} == {"/jti", "/nonce"}  # the context has the others
    within = credential(credentialSubject={"id": "urn:a", "jti": 1})
    assert places(within, exempt=terms.REGISTERED_CLAIMS) == {(Code.UNDEFINED_TERM, "/credentialSubject/jti")}


def test_members_that_only_a_catch_all_maps_are_defined_and_told():
    document = alumni_credential("urn:i", unknown=1)
    assert terms.problems(document) == []
    assert terms.maps_top_level(document) == ["unknown"]


# -- the skeleton is enough ------------------------------------------------------------------------

texts = st.sampled_from(
    ["x", "", "urn:a", "urn:a b", "_:b", "rel/a", "1:a", "2:a", "@json", "@none", "@foo", "Thing", "type"]
)
scalars = st.one_of(texts, st.sampled_from([None, True, False, 0, -1, 2.5, 2**53, 10**400]))
names = st.sampled_from(
    [
        *("id", "type", "kind", "way", "link", "choice", "text", "name", "jsonSchema", "arguments", "result"),
        *("inner", "proof", "proofPurpose", "evidence", "statusPurpose", "verifiableCredential", "urn:m"),
        *("@id", "@type", "@value", "@language", "@direction", "@list", "@graph", "@included", "@index"),
    ]
)
types = st.sampled_from(
    ["VerifiableCredential", "JsonSchema", "BitstringStatusList", "Thing", "ToolCallRequest", "Nothing"]
)
values = st.recursive(
    st.one_of(scalars, types),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(names, inner, max_size=4)),
    max_leaves=12,
)


def verdict(problems):
    return {each.code for each in problems}


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(CONTEXTS), types, st.dictionaries(names, values, max_size=5))
def test_the_verdict_is_pylds_on_the_whole_document(context, type_, members):
    document = {"@context": context, "type": type_, **members}
    before = copy.deepcopy(document)
    expected = verdict(rdfc.losses(document))
    assert verdict(terms.problems(document)) == expected
    assert verdict(terms.problems(copy.deepcopy(document))) == expected  # remembered, where it is sound
    assert document == before


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from(CONTEXTS),
    types,
    st.dictionaries(names, values, max_size=4),
    st.dictionaries(names, values, max_size=4),
)
def test_documents_of_one_skeleton_have_one_verdict(context, type_, members, other):
    """Also where what was remembered was another document's."""
    pair = [{"@context": context, "type": type_, **each} for each in (members, {**members, **other})]
    terms.problems(pair[0])
    assert verdict(terms.problems(pair[1])) == verdict(rdfc.losses(pair[1]))


def test_what_decides_is_in_the_skeleton():
    plain = credential(name="x", validFrom="2023-01-01T00:00:00Z", credentialSubject=[{"id": "urn:a"}])

    def like(**members):
        return skeleton({**plain, **members})[0] == skeleton(plain)[0]

    assert like(name="another", issuer="https://i.example/")
    assert like(credentialSubject=[{"id": "urn:b"}, {"id": "urn:c"}])
    assert not like(name=1)
    assert not like(name=None)
    assert not like(issuer="relative")
    assert not like(issuer="_:b")
    assert not like(type="VerifiablePresentation")
    assert not like(credentialSubject={"id": "urn:a"})
    assert not like(credentialSubject=[{"id": "urn:a"}, {"id": "urn:a", "name": "x"}])
    assert not like(**{"@context": [V2]})


# -- what it costs ---------------------------------------------------------------------------------


def test_pyld_is_asked_once_for_a_skeleton(monkeypatch):
    asked = []
    judge = rdfc.judge
    monkeypatch.setattr(rdfc, "judge", lambda *args, **how: asked.append(1) or judge(*args, **how))
    for number in range(50):
        subjects = [{"id": f"urn:{each}", "type": f"urn:t{each % 2}"} for each in range(number % 7 + 2)]
        assert terms.problems(alumni_credential(f"urn:i{number}", credentialSubject=subjects)) == []
    assert len(asked) == 1
    terms.problems(credential(evil=1))
    terms.problems(credential(evil=1))
    assert len(asked) == 3  # only what is sound is remembered


def test_an_array_counts_as_the_set_of_its_items(monkeypatch):
    """A document of many more values than may be expanded, of few kinds."""
    subjects = [{"id": f"urn:{each}", "name": str(each)} for each in range(20_000)]
    assert terms.problems(alumni_credential("urn:i", credentialSubject=subjects)) == []
    subjects[15_000] = {"id": "relative"}
    found = places(alumni_credential("urn:i", credentialSubject=subjects))
    assert found == {(Code.UNDEFINED_TERM, "/credentialSubject/15000/id")}
    with pytest.raises(Exception, match="more than"):
        rdfc.expand(alumni_credential("urn:i", credentialSubject=subjects))


def test_what_is_remembered_is_bounded():
    for number in range(1100):
        assert terms.problems(alumni_credential("urn:i", **{f"m{number}": 1})) == []
    assert len(terms._sound) < 1024
    large = alumni_credential("urn:i", **{"m" * 9000: 1})
    terms._sound.clear()
    assert terms.problems(large) == []
    assert not terms._sound
    assert size_of(skeleton(large)[0]) > 9000


def test_no_document_costs_more_than_it_may():
    rnd = random.Random(5)
    words = [*jsonld.KEYWORDS, "id", "type", "text", "name", "urn:x", None, 5, V2]

    def value(depth):
        if depth == 0 or rnd.random() < 0.3:
            return rnd.choice(words)
        if rnd.random() < 0.5:
            return [value(depth - 1) for _ in range(rnd.randint(0, 5))]
        return {str(rnd.choice(words)): value(depth - 1) for _ in range(rnd.randint(0, 5))}

    deep = {"text": 1}
    for _ in range(3000):
        deep = {"text": deep}
    terms.problems(credential())
    for document in [credential(**deep), *({"@context": value(4), "text": value(6)} for _ in range(200))]:
        begun = time.process_time()
        terms.problems(document)
        assert time.process_time() - begun < 4
    assert [each.code for each in terms.problems(credential(**deep))] == [Code.TOO_DEEP]


@pytest.mark.parametrize("item", [[], [1], [[]], [[[]]]], ids=str)
def test_arrays_in_arrays_are_bounded(item):
    many, fewer = (alumni_credential("urn:i", m=[item] * number) for number in (70_000, 16_000))
    assert places(many) == {(Code.GRAPH_TOO_COMPLEX, "")}
    begun = time.process_time()
    assert places(fewer) == set()
    assert time.process_time() - begun < 4  # 0.3; under coverage 1.2
