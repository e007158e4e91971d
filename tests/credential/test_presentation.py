"""The data model of presentations, accept beside reject."""

from __future__ import annotations

import copy
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from identities import AGENT, alumni_credential

from signet_vc.credential import presentation
from signet_vc.credential.enveloped import wrap
from signet_vc.limits import Limits

V2 = "https://www.w3.org/ns/credentials/v2"
V1 = "https://www.w3.org/2018/credentials/v1"
EXAMPLES_V2 = "https://www.w3.org/ns/credentials/examples/v2"
INVALID, UNKNOWN = "INVALID_PRESENTATION", "UNKNOWN_CONTEXT"
HOLDER = "did:example:holder"


def document(**members):
    """A presentation with these members; ... takes one out."""
    whole = {"@context": [V2], "type": ["VerifiablePresentation"], "holder": HOLDER, **members}
    return {name: value for name, value in whole.items() if value is not ...}


def secured(**members):
    return {**alumni_credential(AGENT.did, proof={"type": "DataIntegrityProof"}), **members}


ENVELOPED = wrap("application/vc+jwt", "a.b.c")


def found(value, **options):
    return [(str(each.code), each.pointer) for each in presentation.check(value, **options)]


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"holder": ...},
        {"id": "urn:uuid:1"},
        {"proof": {"type": "DataIntegrityProof"}},
        {"proof": [{"type": "DataIntegrityProof"}]},
        {"type": "VerifiablePresentation"},
        {"type": ["Other", "VerifiablePresentation"]},
        {"@context": V2},
        {"@context": [V2, EXAMPLES_V2]},
        {"@context": [V2, {"term": "ex:term"}]},
        {"@context": V1},
        {"termsOfUse": {"type": "HolderPolicy"}},
    ],
)
def test_presentations(members):
    assert found(document(**members)) == found(document(**members), issuing=True) == []
    assert presentation.is_presentation(document(**members))
    assert presentation.presented(document(**members)) == []


@pytest.mark.parametrize(
    ("members", "place"),
    [
        ({"@context": ...}, "/@context"),
        ({"@context": None}, "/@context"),
        ({"@context": []}, "/@context"),
        ({"@context": [EXAMPLES_V2, V2]}, "/@context"),
        ({"@context": [V2, V1]}, "/@context/1"),
        ({"type": ...}, "/type"),
        ({"type": None}, "/type"),
        ({"type": []}, "/type"),
        ({"type": 7}, "/type"),
        ({"type": ["VerifiableCredential"]}, "/type"),
        ({"type": ["VerifiablePresentation", "VerifiableCredential"]}, "/type"),
        ({"id": None}, "/id"),
        ({"id": "relative"}, "/id"),
        ({"id": ["urn:uuid:1"]}, "/id"),
        ({"proof": None}, "/proof"),
        ({"proof": [None]}, "/proof/0"),
        ({"termsOfUse": {"id": "urn:x:1"}}, "/termsOfUse"),
        ({"refreshService": [{}]}, "/refreshService/0"),
    ],
)
def test_what_is_no_presentation(members, place):
    assert found(document(**members)) == [(INVALID, place)]


def test_threat_15_a_context_that_is_not_known():
    assert found(document(**{"@context": [V2, "https://example.com/x"]})) == [(UNKNOWN, "/@context/1")]


@pytest.mark.parametrize(
    "holder", [HOLDER, "https://example.com/", {"id": HOLDER}, {"id": HOLDER, "name": "A"}]
)
def test_holders(holder):
    assert found(document(holder=holder)) == []
    assert presentation.holder_of(document(holder=holder)) == (
        holder["id"] if isinstance(holder, dict) else holder
    )


@pytest.mark.parametrize("holder", [None, "", "alice", 7, [], [HOLDER], {}, {"name": "A"}])
def test_what_is_no_holder(holder):
    assert found(document(holder=holder)) == [(INVALID, "/holder")]


@pytest.mark.parametrize("holder", [{"id": None}, {"id": "alice"}, {"id": [HOLDER]}])
def test_what_is_no_identifier_of_a_holder(holder):
    assert found(document(holder=holder)) == [(INVALID, "/holder/id")]


@pytest.mark.parametrize("credential", [secured(), ENVELOPED, wrap("application/vc+cose", b"\xd2")])
def test_presented_credentials(credential):
    one, two = (
        document(verifiableCredential=credential),
        document(verifiableCredential=[credential, secured()]),
    )
    for each in (one, two):
        assert found(each) == found(each, issuing=True) == []
    assert presentation.presented(one) == [("/verifiableCredential", credential)]
    assert presentation.presented(two) == [
        ("/verifiableCredential/0", credential),
        ("/verifiableCredential/1", secured()),
    ]


@pytest.mark.parametrize(
    ("credential", "place"),
    [
        (None, ""),
        (7, ""),
        ("a.b.c", ""),
        ("https://example.com/credentials/1", ""),
        ([], ""),
        (alumni_credential(AGENT.did), ""),
        ({}, "/type"),
        ({"type": "VerifiablePresentation", "proof": {}}, "/type"),
        (document(proof={}), "/type"),
        (wrap("application/vp+jwt", "a.b.c"), "/type"),
    ],
)
def test_what_is_not_presented(credential, place):
    in_a_list = document(verifiableCredential=[secured(), credential])
    assert found(in_a_list) == [(INVALID, f"/verifiableCredential/1{place}")]
    if credential != []:
        assert found(document(verifiableCredential=credential)) == [
            (INVALID, f"/verifiableCredential{place}")
        ]


@pytest.mark.parametrize(
    ("members", "code", "place"),
    [
        ({"@context": ...}, "INVALID_CREDENTIAL", "/@context"),
        ({"@context": [V2, "x"]}, UNKNOWN, "/@context/1"),
        ({"id": "https://example.com/a.b.c"}, "INVALID_CREDENTIAL", "/id"),
        ({"id": "data:application/vp+jwt,a.b.c"}, "INVALID_CREDENTIAL", "/id"),
        ({"type": ["EnvelopedVerifiableCredential", "Other"]}, "INVALID_CREDENTIAL", "/type"),
    ],
)
def test_a_wrong_envelope(members, code, place):
    wrong = {name: value for name, value in {**ENVELOPED, **members}.items() if value is not ...}
    assert found(document(verifiableCredential=[wrong])) == [(code, f"/verifiableCredential/0{place}")]


def test_an_empty_list_is_tolerated_of_others():
    assert found(document(verifiableCredential=[])) == []
    assert found(document(verifiableCredential=[]), issuing=True) == [(INVALID, "/verifiableCredential")]


def test_an_issuer_looks_into_the_credentials():
    """A verifier takes each out and verifies it by itself."""
    wrong = secured(issuer=7)
    assert found(document(verifiableCredential=[wrong])) == []
    assert found(document(verifiableCredential=[wrong]), issuing=True) == [
        ("INVALID_CREDENTIAL", "/verifiableCredential/0/issuer")
    ]
    unzoned = secured(validFrom="2026-01-01T00:00:00")  # what another has issued stays as it is
    assert found(document(verifiableCredential=[unzoned]), issuing=True) == []


def test_a_self_asserted_credential_may_be_secured_by_the_presentation_alone():
    own = alumni_credential(HOLDER)
    for holder in (HOLDER, {"id": HOLDER}):
        whole = document(holder=holder, verifiableCredential=[own])
        assert found(whole) == []
        assert presentation.is_self_asserted(whole, own)
    for holder in (..., "did:example:other"):
        whole = document(holder=holder, verifiableCredential=[own])
        assert found(whole) == [(INVALID, "/verifiableCredential/0")]
        assert not presentation.is_self_asserted(whole, own)
    wrong = {**own, "credentialSubject": {}}
    assert found(document(verifiableCredential=[wrong]), issuing=True) == [
        ("INVALID_CREDENTIAL", "/verifiableCredential/0/credentialSubject")
    ]
    for other in (alumni_credential(HOLDER, proof={}), ENVELOPED, {}, {"issuer": None}):
        assert not presentation.is_self_asserted(document(), other)
    assert not presentation.is_self_asserted(document(holder=...), {})


def test_threat_12_credentials_are_counted():
    many = document(verifiableCredential=[ENVELOPED] * 33)
    assert found(many) == [("TOO_LARGE", "/verifiableCredential")]
    assert found(document(verifiableCredential=[ENVELOPED] * 32)) == []
    assert found(document(verifiableCredential=[ENVELOPED] * 2), limits=Limits(presented=1)) == [
        ("TOO_LARGE", "/verifiableCredential")
    ]


def test_everything_that_is_wrong_is_told_but_not_without_end():
    assert len(found({})) == 2
    start = process_time()
    assert len(found(document(**{"@context": [V2, *["x"] * 100_000]}))) == 50
    assert process_time() - start < 1


@given(
    value=st.recursive(
        st.none()
        | st.integers()
        | st.text(max_size=5)
        | st.sampled_from([V2, "urn:x:1", "VerifiableCredential"]),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["@context", "id", "type", "proof", "issuer"]), inner, max_size=4
            )
        ),
        max_leaves=20,
    ),
    name=st.sampled_from(["@context", "id", "type", "holder", "verifiableCredential", "proof", "termsOfUse"]),
    issuing=st.booleans(),
)
def test_any_value_is_judged_and_nothing_is_changed(value, name, issuing):
    whole = {**document(), name: value}
    before = copy.deepcopy(whole)
    problems = presentation.check(whole, issuing=issuing)
    assert whole == before
    assert {str(each.code) for each in problems} <= {INVALID, UNKNOWN, "INVALID_CREDENTIAL"}
    presentation.presented(whole)
    presentation.holder_of(whole)
