"""Controlled identifier documents: what a conforming one is, and whose key it holds for what, when."""

from __future__ import annotations

import contextlib
import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signet_vc.codec import timestamps
from signet_vc.did import jwk as did_jwk
from signet_vc.did.document import PROOF_PURPOSES, RELATIONSHIPS, check, key_in, methods_in, serves
from signet_vc.errors import Code, ProblemError
from signet_vc.keys.jwk import public_to_jwk, secret_to_jwk
from signet_vc.keys.multikey import secret_to_multibase
from signet_vc.keys.signing import KEY_TYPES, Key

KEYS = {
    name: Key.from_secret(name, bytes(range(1, row.secret_length + 1))) for name, row in KEY_TYPES.items()
}
ALICE = KEYS["Ed25519"]
MALLORY = Key.from_secret("Ed25519", bytes(range(100, 132)))
WEB = "did:web:example.com"
METHOD = f"{WEB}#key-1"
AT = timestamps.parse("2026-06-01T00:00:00Z")


def multikey(key=ALICE, **members):
    multibase = key.public_key.multibase
    return {"id": METHOD, "type": "Multikey", "controller": WEB, "publicKeyMultibase": multibase, **members}


def json_web_key(key=ALICE, **members):
    jwk = public_to_jwk(key.public_key)
    return {"id": METHOD, "type": "JsonWebKey", "controller": WEB, "publicKeyJwk": jwk, **members}


def document(*methods, **members):
    return {"id": WEB, "verificationMethod": list(methods), "assertionMethod": [METHOD], **members}


def key_of(answer, *, purpose="assertionMethod", at_ns=AT):
    before = copy.deepcopy(answer)
    try:
        return key_in(answer, METHOD, controller=WEB, purpose=purpose, at_ns=at_ns)
    finally:
        assert answer == before


def refused(code, answer, **options):
    with pytest.raises(ProblemError) as caught:
        key_of(answer, **options)
    assert caught.value.codes == (code,)


@pytest.mark.parametrize("name", KEYS)
@pytest.mark.parametrize("method", [multikey, json_web_key])
def test_a_document_gives_the_key(name, method):
    assert key_of(document(method(KEYS[name]))) == KEYS[name].public_key


def test_a_json_web_key_may_have_its_older_name():
    assert key_of(document(json_web_key(type="JsonWebKey2020"))) == ALICE.public_key
    did = did_jwk.from_public_key(ALICE.public_key)
    found = key_in(did_jwk.document(did), f"{did}#0", controller=did, purpose="assertionMethod", at_ns=AT)
    assert found == ALICE.public_key


def test_the_minimum_of_the_recommendation():
    url = "https://controller.example/123"
    example = {
        "@context": "https://www.w3.org/ns/cid/v1",
        "id": url,
        "verificationMethod": [
            {
                "id": f"{url}#key-456",
                "type": "Multikey",
                "controller": url,
                "publicKeyMultibase": "z6MkmM42vxfqZQsv4ehtTjFFxQ4sQKS2w6WR7emozFAn5cxu",
            }
        ],
        "authentication": [f"{url}#key-456"],
    }
    key = key_in(example, f"{url}#key-456", controller=url, purpose="authentication")
    assert key.multibase == "z6MkmM42vxfqZQsv4ehtTjFFxQ4sQKS2w6WR7emozFAn5cxu"


def test_names_may_be_relative_and_methods_embedded():
    relative = multikey(id="#key-1")
    assert key_of(document(relative, assertionMethod=["#key-1"])) == ALICE.public_key
    assert key_of({"id": WEB, "assertionMethod": [multikey()]}) == ALICE.public_key
    assert key_of({"id": WEB, "assertionMethod": [relative]}) == ALICE.public_key


@pytest.mark.parametrize("purpose", PROOF_PURPOSES)
def test_threat_16_a_method_serves_what_it_is_listed_for(purpose):
    for other in RELATIONSHIPS:
        listed = {"id": WEB, "verificationMethod": [multikey()], other: [METHOD]}
        embedded = {"id": WEB, other: [multikey()]}
        for each in (listed, embedded):
            if other == purpose:
                assert key_of(each, purpose=purpose) == ALICE.public_key
            else:
                refused(Code.PROOF_PURPOSE_MISMATCH, each, purpose=purpose)
    for listed in ([], [f"{WEB}#key-2"], ["did:web:other.example#key-1"]):
        refused(Code.PROOF_PURPOSE_MISMATCH, document(multikey(), assertionMethod=listed))


def test_threat_17_a_method_of_another_controller():
    for controller in (MALLORY.did, "did:web:example.com.", "https://example.com", f"{WEB}#key-1"):
        refused(Code.KEY_NOT_CONTROLLED_BY_ISSUER, document(multikey(controller=controller)))


def test_a_document_without_the_method_or_with_two():
    for other in (
        document(),
        document(multikey(id=f"{WEB}#key-2")),
        document(multikey(), multikey(MALLORY)),
        document(multikey(), multikey(MALLORY, id="#key-1")),
        document(multikey(), authentication=[multikey(MALLORY)]),
        document(multikey(), authentication=[multikey()]),
    ):
        refused(Code.KEY_INVALID, other)


@pytest.mark.parametrize(
    "method",
    [
        multikey(publicKeyMultibase=None),
        multikey(publicKeyMultibase="z6Mk"),
        multikey(publicKeyMultibase="z" + "2" * 100_000),
        multikey(publicKeyMultibase="z6MkeXATEjyXENzBXBxgC5EHk2JE5aqd7qMGGtDpLUH1e2Sj"),  # small order
        multikey(publicKeyMultibase=secret_to_multibase(ALICE)),
        multikey(publicKeyMultibase="u7QEub8zjZwHceRSI4NCxdFzB4zpMHJ_MQcY700Pbvglw5g"),
        multikey(publicKeyJwk=public_to_jwk(ALICE.public_key)),
        multikey(type="JsonWebKey"),
        multikey(type="Ed25519VerificationKey2018"),
        multikey(type="JsonWebKey2020"),
        json_web_key(publicKeyJwk=None),
        json_web_key(publicKeyJwk={}),
        json_web_key(publicKeyJwk={**public_to_jwk(ALICE.public_key), "use": "enc"}),
        json_web_key(publicKeyJwk={**public_to_jwk(ALICE.public_key), "alg": "ES256"}),
        json_web_key(publicKeyMultibase=ALICE.public_key.multibase),
    ],
)
def test_bad_keys_in_a_document(method):
    refused(Code.KEY_INVALID, document(method))


@pytest.mark.parametrize("member", ["expires", "revoked"])
def test_a_method_ends_at_the_time_that_it_says(member):
    for end, ended in (
        ("2026-06-01T00:00:00.000000001Z", False),
        ("2026-06-01T00:00:00Z", True),
        ("2026-05-31T24:00:00Z", True),
        ("2026-06-01T02:00:00+02:00", True),
        ("2026-06-01T01:59:59+02:00", True),
        ("2026-05-31T23:00:00-01:00", True),
        ("2026-05-31T23:00:01-01:00", False),
        ("12026-06-01T00:00:00Z", False),
        ("0001-01-01T00:00:00Z", True),
    ):
        answer = document(multikey(**{member: end}))
        if ended:
            refused(Code.KEY_INVALID, answer)
        else:
            assert key_of(answer) == ALICE.public_key
        refused(Code.KEY_INVALID, answer, at_ns=None)


@pytest.mark.parametrize("member", ["expires", "revoked"])
@pytest.mark.parametrize(
    "end",
    [None, 1, "", "2099-01-01", "2099-01-01T00:00:00", "2099-02-30T00:00:00Z", "2099-01-01T00:00:60Z", []],
)
def test_what_is_no_date_time_stamp_is_refused(member, end):
    refused(Code.KEY_INVALID, document(multikey(**{member: end})))


def test_both_ends_are_judged():
    refused(
        Code.KEY_INVALID, document(multikey(expires="2099-01-01T00:00:00Z", revoked="2026-01-01T00:00:00Z"))
    )
    both = multikey(expires="2099-01-01T00:00:00Z", revoked="2098-01-01T00:00:00Z")
    assert key_of(document(both)) == ALICE.public_key


def test_the_end_of_another_method_is_its_own():
    other = multikey(MALLORY, id="#key-2", revoked="2020-01-01T00:00:00Z")
    assert key_of(document(multikey(), other)) == ALICE.public_key


SERVICE = {"type": "S", "serviceEndpoint": "https://example.com/s"}


@pytest.mark.parametrize(
    "members",
    [
        {"controller": "did:web:other.example"},
        {"controller": ["did:web:other.example", WEB]},
        {"alsoKnownAs": []},
        {"alsoKnownAs": ["https://example.com/"]},
        {"service": []},
        {"service": [SERVICE, SERVICE]},
        {"service": [{**SERVICE, "id": "#a"}, {**SERVICE, "id": "#b", "type": ["S", "T"]}]},
        {"service": [{**SERVICE, "serviceEndpoint": ["https://example.com/", {"uri": 1}]}]},
        {"@context": ["https://www.w3.org/ns/did/v1"], "anything": 1},
        {"keyAgreement": [{"id": "#x", "type": "X25519KeyAgreementKey2020", "controller": WEB}]},
    ],
)
def test_what_else_a_document_may_hold(members):
    assert key_of(document(multikey(), **members)) == ALICE.public_key


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        "text",
        {},
        document(multikey(), id="did:web:other.example"),
        document(multikey(), id=[WEB]),
        document(multikey(), id=f"{WEB}#"),
        {"verificationMethod": [multikey()], "assertionMethod": [METHOD]},
        document(verificationMethod={}),
        document(verificationMethod=None),
        document(verificationMethod=METHOD),
        document(METHOD),
        document(None),
        document(multikey(), assertionMethod=METHOD),
        document(multikey(), assertionMethod={METHOD: True}),
        document(multikey(), assertionMethod=[METHOD, None]),
        document(multikey(), assertionMethod=[METHOD, "key-1"]),
        document(multikey(), assertionMethod=[METHOD, ""]),
        document(multikey(), keyAgreement=[[]]),
        document(multikey(id=1)),
        document(multikey(id="key-1")),
        document(multikey(), multikey(id=None)),
        document(multikey(type=None)),
        document(multikey(type=["Multikey"])),
        document(multikey(controller=None)),
        document(multikey(controller=[WEB])),
        document(multikey(controller="me")),
        document(multikey(), controller=None),
        document(multikey(), controller=["x"]),
        document(multikey(), controller={"id": WEB}),
        document(multikey(), alsoKnownAs="https://example.com/"),
        document(multikey(), alsoKnownAs=[1]),
        document(multikey(), service={}),
        document(multikey(), service=["x"]),
        document(multikey(), service=[{"serviceEndpoint": "https://example.com/"}]),
        document(multikey(), service=[{"type": "S"}]),
        document(multikey(), service=[{**SERVICE, "type": [1]}]),
        document(multikey(), service=[{**SERVICE, "serviceEndpoint": []}]),
        document(multikey(), service=[{**SERVICE, "serviceEndpoint": "x"}]),
        document(multikey(), service=[{**SERVICE, "id": 1}]),
        document(multikey(), service=[{**SERVICE, "id": "#a"}, {**SERVICE, "id": f"{WEB}#a"}]),
    ],
)
def test_what_is_no_conforming_document_of_the_controller(answer):
    refused(Code.CONTROLLER_DOCUMENT_INVALID, answer)


@pytest.mark.parametrize(
    "leak",
    [
        {"secretKeyMultibase": "z3u2"},
        {"secretKeyJwk": {}},
        {"privateKeyMultibase": "z3u2"},
        {"publicKeyJwk": secret_to_jwk(ALICE)},
        {"publicKeyJwk": {"kty": "oct", "k": "AAAA"}},
        {"publicKeyJwk": {"kty": "RSA", "n": "AQ", "e": "AQAB", "p": "AQ"}},
    ],
)
def test_threat_55_a_document_that_reveals_a_secret_is_refused_whole(leak):
    revealing = {"id": "#key-2", "type": "JsonWebKey", "controller": WEB, **leak}
    refused(Code.CONTROLLER_DOCUMENT_INVALID, document(multikey(), revealing))
    refused(Code.CONTROLLER_DOCUMENT_INVALID, document(multikey(), keyAgreement=[revealing]))
    with pytest.raises(ProblemError) as caught:
        key_of(document(multikey(), revealing))
    assert secret_to_jwk(ALICE)["d"] not in str(caught.value)


def test_what_a_document_defines_is_found_by_its_absolute_name():
    answer = check(document(multikey(id="#key-1"), multikey(MALLORY, id=f"{WEB}#key-2")), WEB)
    assert methods_in(answer, METHOD) == [answer["verificationMethod"][0]]
    assert methods_in(answer, f"{WEB}#key-2") == [answer["verificationMethod"][1]]
    assert methods_in(answer, f"{WEB}#key-3") == []
    assert serves(answer, "assertionMethod", METHOD)
    assert not serves(answer, "assertionMethod", f"{WEB}#key-2")


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from([WEB, METHOD, "#key-1"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "type", "controller", "publicKeyJwk", "x"]), inner, max_size=4
        )
    ),
    max_leaves=8,
)
MEMBERS = ["verificationMethod", *RELATIONSHIPS, "controller", "service", "alsoKnownAs"]


@settings(deadline=None, max_examples=200)
@given(members=st.dictionaries(st.sampled_from(MEMBERS), JSON, max_size=4))
def test_any_document_gives_a_key_or_a_problem(members):
    with contextlib.suppress(ProblemError):
        key_of({"id": WEB, **members})


def test_threat_12_a_large_document_takes_little_time():
    many = [multikey(id=f"#key-{n}") for n in range(2, 20_000)]
    names = [f"{WEB}#key-{n}" for n in range(2, 20_000)]
    refused(Code.KEY_INVALID, document(*many, assertionMethod=names))
