"""did:jwk: identifiers that are a public JSON Web Key."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signet_vc.codec.multibase import base64url_encode
from signet_vc.did import jwk as did_jwk
from signet_vc.did.document import PROOF_PURPOSES
from signet_vc.did.error import DidError
from signet_vc.did.resolver import resolve_key
from signet_vc.errors import Code, ProblemError
from signet_vc.keys.jwk import public_to_jwk, secret_to_jwk
from signet_vc.keys.signing import KEY_TYPES, Key

KEYS = {
    name: Key.from_secret(name, bytes([0, *range(1, row.secret_length)])) for name, row in KEY_TYPES.items()
}
each_type = pytest.mark.parametrize("name", KEY_TYPES)
JWK = public_to_jwk(KEYS["Ed25519"].public_key)
# The examples of the method's own text.
P256 = (
    "did:jwk:eyJjcnYiOiJQLTI1NiIsImt0eSI6IkVDIiwieCI6ImFjYklRaXVNczNpOF91c3pFakoydHBUdFJNNEVVM3l6OTFQSDZDZEgyVjA"
    "iLCJ5IjoiX0tjeUxqOXZXTXB0bm1LdG00NkdxRHo4d2Y3NEk1TEtncmwyR3pIM25TRSJ9"
)
X25519 = (
    "did:jwk:eyJrdHkiOiJPS1AiLCJjcnYiOiJYMjU1MTkiLCJ1c2UiOiJlbmMiLCJ4IjoiM3A3YmZYdDl3YlRUVzJIQzdPUTFOei1EUThoYmVH"
    "ZE5yZngtRkctSUswOCJ9"
)


def did_of(value):
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return "did:jwk:" + base64url_encode(text)


def refused(function, did):
    with pytest.raises(DidError) as caught:
        function(did)
    assert caught.value.codes == (Code.KEY_INVALID,)
    return caught.value.error


def signs_nothing(did):
    with pytest.raises(ProblemError) as caught:
        did_jwk.parse(did)
    assert caught.value.codes == (Code.PROOF_PURPOSE_MISMATCH,)


@each_type
def test_round_trip(name):
    public_key = KEYS[name].public_key
    did = did_jwk.from_public_key(public_key)
    assert did_jwk.parse(did) == public_key
    assert did_jwk.verification_method(public_key) == f"{did}#0"
    assert did_jwk.verification_key(did, "0") == public_key
    for fragment in ("1", "", "00", public_key.multibase):
        assert did_jwk.verification_key(did, fragment) is None
    for purpose in PROOF_PURPOSES:
        assert resolve_key(f"{did}#0", controller=did, purpose=purpose) == public_key


def test_threat_17_another_fragment_or_another_s_did():
    did = did_jwk.from_public_key(KEYS["Ed25519"].public_key)
    for url, controller in ((f"{did}#1", did), (f"{P256}#0", did)):
        with pytest.raises(ProblemError) as caught:
            resolve_key(url, controller=controller, purpose="assertionMethod")
        assert caught.value.codes == (Code.KEY_NOT_CONTROLLED_BY_ISSUER,)


def test_the_document_of_the_method_s_p256_example():
    name = f"{P256}#0"
    assert did_jwk.document(P256) == {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/suites/jws-2020/v1"],
        "id": P256,
        "verificationMethod": [
            {
                "id": name,
                "type": "JsonWebKey2020",
                "controller": P256,
                "publicKeyJwk": {
                    "crv": "P-256",
                    "kty": "EC",
                    "x": "acbIQiuMs3i8_uszEjJ2tpTtRM4EU3yz91PH6CdH2V0",
                    "y": "_KcyLj9vWMptnmKtm46GqDz8wf74I5LKgrl2GzH3nSE",
                },
            }
        ],
        "assertionMethod": [name],
        "authentication": [name],
        "capabilityInvocation": [name],
        "capabilityDelegation": [name],
        "keyAgreement": [name],
    }
    assert did_jwk.from_public_key(did_jwk.parse(P256)) == P256


def test_the_document_of_the_method_s_x25519_example():
    document = did_jwk.document(X25519)
    assert set(document) == {"@context", "id", "verificationMethod", "keyAgreement"}
    assert document["keyAgreement"] == [f"{X25519}#0"]
    assert document["verificationMethod"][0]["publicKeyJwk"] == {
        "kty": "OKP",
        "crv": "X25519",
        "use": "enc",
        "x": "3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08",
    }
    signs_nothing(X25519)


@each_type
def test_what_use_says_is_held_to(name):
    jwk = public_to_jwk(KEYS[name].public_key)
    signing, encrypting = did_of({**jwk, "use": "sig"}), did_of({**jwk, "use": "enc"})
    assert "keyAgreement" not in did_jwk.document(signing)
    assert did_jwk.parse(signing) == KEYS[name].public_key
    assert set(did_jwk.document(encrypting)) == {"@context", "id", "verificationMethod", "keyAgreement"}
    signs_nothing(encrypting)
    with pytest.raises(ProblemError) as caught:
        resolve_key(f"{encrypting}#0", controller=encrypting, purpose="assertionMethod")
    assert caught.value.codes == (Code.PROOF_PURPOSE_MISMATCH,)


def test_other_members_stay_in_the_document_alone():
    jwk = {**JWK, "kid": "other", "custom": {"a": [1]}}
    document = did_jwk.document(did_of(jwk))
    assert document["verificationMethod"][0]["publicKeyJwk"] == jwk
    assert document["verificationMethod"][0]["id"].endswith("#0")
    assert did_jwk.parse(did_of(jwk)) == KEYS["Ed25519"].public_key
    assert did_jwk.verification_key(did_of(jwk), "other") is None


def test_documents_are_fresh():
    did = did_of({**JWK, "custom": {"a": [1]}})
    first = did_jwk.document(did)
    first["verificationMethod"][0]["publicKeyJwk"]["custom"]["a"].append(2)
    first["authentication"].clear()
    assert did_jwk.document(did)["verificationMethod"][0]["publicKeyJwk"]["custom"] == {"a": [1]}


def test_threat_51_one_key_under_two_names_is_two_identifiers():
    ours = did_jwk.from_public_key(KEYS["Ed25519"].public_key)
    other = did_of({**JWK, "kid": "1"})
    assert did_jwk.parse(ours) == did_jwk.parse(other)
    with pytest.raises(ProblemError) as caught:
        resolve_key(f"{other}#0", controller=ours, purpose="assertionMethod")
    assert caught.value.codes == (Code.KEY_NOT_CONTROLLED_BY_ISSUER,)


OWN = did_jwk.from_public_key(KEYS["Ed25519"].public_key)


@pytest.mark.parametrize(
    "did",
    [
        "",
        "did:jwk:",
        "did:jwk",
        "did:JWK:" + OWN[8:],
        OWN + "=",
        OWN + "\n",
        OWN + "#0",
        " " + OWN,
        "did:jwk:" + OWN[8:].replace("e", "%65", 1),
        did_of([]),
        did_of("text"),
        did_of(b'{"kty":"OKP","kty":"OKP"}'),
        did_of(b"\xef\xbb\xbf{}"),
        did_of(b"{}x"),
        did_of({**JWK, "a": [[[[[[[[[[]]]]]]]]]]}),
        did_of({**JWK, "a": "x" * 2000}),
        "did:jwk:" + "A" * 1_000_000,
    ],
)
def test_what_is_no_did_jwk(did):
    assert refused(did_jwk.parse, did) in ("invalidDid", "methodNotSupported")
    assert refused(did_jwk.document, did) in ("invalidDid", "methodNotSupported")


@pytest.mark.parametrize("value", [None, 1, [], {}, OWN.encode()])
def test_what_is_no_string_is_refused(value):
    assert refused(did_jwk.parse, value) == "invalidDid"
    assert refused(did_jwk.document, value) == "invalidDid"


@pytest.mark.parametrize(
    ("jwk", "error"),
    [
        ({}, "unsupportedPublicKeyType"),
        ({"kty": "RSA", "n": "AQ", "e": "AQAB"}, "unsupportedPublicKeyType"),
        ({"kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA"}, "unsupportedPublicKeyType"),
        ({"kty": ["OKP"], "crv": "Ed25519"}, "unsupportedPublicKeyType"),
        ({**JWK, "x": "AA"}, "invalidPublicKey"),
        ({**JWK, "x": "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}, "invalidPublicKey"),  # small order
        ({**JWK, "x": 1}, "invalidPublicKey"),
        ({**JWK, "alg": "ES256"}, "invalidPublicKey"),
        ({**JWK, "key_ops": ["encrypt"]}, "invalidPublicKey"),
        ({**JWK, "use": "other"}, "invalidPublicKey"),
        ({**JWK, "use": None}, "invalidPublicKey"),
        ({"kty": "OKP", "crv": "X25519", "x": "AA"}, "invalidPublicKey"),
        ({"kty": "OKP", "crv": "X25519", "x": "AA="}, "invalidPublicKey"),
        ({"kty": "OKP", "crv": "X25519"}, "invalidPublicKey"),
        ({"kty": "OKP", "crv": "X25519", "x": JWK["x"], "use": "sig"}, "invalidPublicKey"),
    ],
)
def test_threat_26_bad_keys(jwk, error):
    assert refused(did_jwk.parse, did_of(jwk)) == error
    assert refused(did_jwk.document, did_of(jwk)) == error


@pytest.mark.parametrize("member", ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"])
def test_threat_55_a_secret_is_refused_and_not_repeated(member):
    secret = secret_to_jwk(KEYS["Ed25519"])["d"]
    did = did_of({**JWK, member: secret})
    with pytest.raises(DidError) as caught:
        did_jwk.document(did)
    assert caught.value.error == "invalidDid"
    assert caught.value.__context__ is None
    assert secret not in str(caught.value)
    assert did not in str(caught.value)


@settings(deadline=None, max_examples=200)
@given(
    text=st.text(max_size=60)
    | st.binary(max_size=60).map(did_of)
    | st.dictionaries(
        st.sampled_from(["kty", "crv", "x", "y", "use", "key_ops", "alg"]),
        st.sampled_from(
            ["OKP", "EC", "Ed25519", "X25519", "P-256", JWK["x"], "sig", "enc", 1, None, ["verify"]]
        ),
    ).map(did_of)
)
def test_any_text_gives_a_key_or_a_problem(text):
    with contextlib.suppress(ProblemError):
        did_jwk.parse(text)
    with contextlib.suppress(DidError):
        did_jwk.document(text)
