"""``vp+jwt``: the kind is the payload's, the purpose authentication; claims about the signature beside it."""

from __future__ import annotations

import json

import pytest
from identities import AGENT, ALL, P256, SERVER, alumni_credential
from joserfc import jws as joserfc_jws
from joserfc.jwk import ECKey

from signet_vc.codec.jcs import canonicalize
from signet_vc.codec.multibase import base64url_encode
from signet_vc.envelopes import jws, vc_jwt
from signet_vc.errors import ProblemError, UsageError
from signet_vc.keys.jwk import public_to_jwk
from signet_vc.keys.signing import Key
from signet_vc.limits import NANOSECONDS

P521 = Key.from_secret("P-521", bytes(range(1, 67)))
KEYS = {**ALL, "P-521": P521}


@pytest.fixture(params=KEYS)
def key(request):
    return KEYS[request.param]


def presentation(holder=AGENT.did, **members):
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        **({} if holder is None else {"holder": holder}),
        "verifiableCredential": [],
        **members,
    }


def signed(key=AGENT, document=None, registered=None, **members):
    prepared = vc_jwt.prepare(
        document or presentation(key.did, **members),
        key_type=key.key_type,
        verification_method=key.verification_method,
        presentation=True,
        registered=registered,
    )
    return prepared.finish(key.sign(prepared.message))


def handmade(key=AGENT, payload=None, **changes):
    usual = {
        "alg": key.key_type.jws_algorithms[0],
        "cty": "vp",
        "kid": key.verification_method,
        "typ": "vp+jwt",
    }
    header = {name: value for name, value in {**usual, **changes}.items() if value is not None}
    body = presentation(key.did) if payload is None else payload
    text = f"{base64url_encode(canonicalize(header))}.{base64url_encode(canonicalize(body))}"
    return f"{text}.{base64url_encode(key.sign(text.encode()))}"


def codes(token, key=AGENT, **arguments):
    result = vc_jwt.verify(token, **{"controller": key.did, **arguments})
    assert (result.document is None) == bool(result.problems)
    return [str(each.code) for each in result.problems]


class Document:
    """A resolver of one key that stands in the relationships of ``purposes``."""

    def __init__(self, key, *purposes):
        self.key, self.purposes = key, purposes

    def resolve(self, did):
        method = f"{did}#key"
        return {
            "id": did,
            "verificationMethod": [
                {
                    "id": method,
                    "type": "JsonWebKey",
                    "controller": did,
                    "publicKeyJwk": public_to_jwk(self.key.public_key),
                }
            ],
            **{purpose: [method] for purpose in self.purposes},
        }


def test_what_is_signed_verifies(key):
    result = vc_jwt.verify(signed(key), controller=key.did, strict=True)
    assert result.problems == result.notices == ()
    assert result.document == presentation(key.did)
    assert result.algorithm == key.key_type.jws_algorithms[0]
    parsed = jws.parse(signed(key))
    assert (parsed.header["typ"], parsed.header["cty"]) == ("vp+jwt", "vp")
    assert vc_jwt.media_type(result.document) == "vp+jwt"
    assert vc_jwt.signer(parsed) == key.did


def test_es512_is_verified_by_another_implementation():
    theirs = ECKey.import_key(public_to_jwk(P521.public_key))
    payload = joserfc_jws.deserialize_compact(signed(P521), theirs, algorithms=["ES512"]).payload
    assert json.loads(payload) == presentation(P521.did)


def test_what_another_implementation_signs_with_es512_verifies():
    secret = ECKey.import_key({**public_to_jwk(P521.public_key), "d": base64url_encode(P521.reveal_secret())})
    header = {"alg": "ES512", "kid": P521.verification_method, "typ": "vp+jwt", "cty": "vp"}
    payload = json.dumps(presentation(P521.did))
    token = joserfc_jws.serialize_compact(header, payload, secret, algorithms=["ES512"])
    assert codes(token, P521) == []


@pytest.mark.parametrize("alg", ["ES256K", "ES256", "ES384", "RS256", "PS512", "none"])
def test_the_algorithm_is_the_keys(alg):
    assert codes(handmade(P521, alg=alg), P521) == ["UNSUPPORTED_CRYPTOSUITE"]


def test_threat_16_the_key_must_stand_for_authentication():
    did = "did:web:example.com"
    token = handmade(P256, presentation(did), kid=f"{did}#key")
    assert codes(token, controller=did, resolver=Document(P256, "authentication")) == []
    assert codes(token, controller=did, resolver=Document(P256, "assertionMethod")) == [
        "PROOF_PURPOSE_MISMATCH"
    ]
    credential = handmade(P256, alumni_credential(did), kid=f"{did}#key", typ="vc+jwt", cty="vc")
    assert codes(credential, controller=did, resolver=Document(P256, "assertionMethod")) == []
    assert codes(credential, controller=did, resolver=Document(P256, "authentication")) == [
        "PROOF_PURPOSE_MISMATCH"
    ]


def test_another_purpose_may_be_asked_for():
    did = "did:web:example.com"
    parsed = jws.parse(handmade(P256, presentation(did), kid=f"{did}#key"))
    resolver = Document(P256, "assertionMethod")
    problems = vc_jwt.signature_problems(
        parsed, vc_jwt.claims(parsed), controller=did, purpose="assertionMethod", resolver=resolver
    )
    assert problems == []


def test_threat_17_a_presentation_is_its_holders():
    assert codes(signed(SERVER, document=presentation(AGENT.did))) == ["KEY_NOT_CONTROLLED_BY_HOLDER"]
    assert codes(handmade(SERVER, presentation(AGENT.did), kid=AGENT.verification_method)) == [
        "PROOF_INVALID"
    ]
    assert codes(handmade(kid=f"{AGENT.did}#{SERVER.public_key.multibase}")) == [
        "KEY_NOT_CONTROLLED_BY_HOLDER"
    ]


@pytest.mark.parametrize("kid", [None, 7, "", "#key"])
def test_kid_names_a_verification_method(kid):
    expected = "VERIFICATION_METHOD_URL_INVALID" if isinstance(kid, str) else "PROOF_INVALID"
    assert codes(handmade(kid=kid)) == [expected]
    assert vc_jwt.signer(jws.parse(handmade(kid=kid))) is None


@pytest.mark.parametrize("iss", [SERVER.did, 7, None, [AGENT.did], ""])
def test_iss_is_the_holder_where_it_is_given(iss):
    assert codes(signed(iss=AGENT.did)) == []
    assert codes(handmade(payload=presentation(iss=iss))) == ["KEY_NOT_CONTROLLED_BY_HOLDER"]
    if iss is not None:
        assert codes(handmade(iss=iss)) == ["KEY_NOT_CONTROLLED_BY_HOLDER"]


def test_a_presentation_without_a_holder_is_its_signers():
    token = handmade(payload=presentation(None))
    assert codes(token, controller=vc_jwt.signer(jws.parse(token))) == []


# --- the two kinds ---


@pytest.mark.parametrize("typ", ["vc+jwt", "JWT", "vp+sd-jwt", "vp+cose", "application/vc+jwt", "vp", 7])
def test_threat_3_typ_agrees_with_the_payload(typ):
    assert codes(handmade(typ=typ)) == ["UNKNOWN_FORMAT"]


@pytest.mark.parametrize("cty", ["vc", "application/vc", "vp+jwt", "json", None, []])
def test_threat_3_cty_agrees_with_the_payload(cty):
    assert codes(handmade(cty=cty)) == ([] if cty is None else ["UNKNOWN_FORMAT"])


def test_threat_3_a_credential_is_no_presentation():
    assert codes(handmade(payload=alumni_credential(AGENT.did))) == ["UNKNOWN_FORMAT"] * 2
    assert codes(handmade(typ="vc+jwt", cty="vc")) == ["UNKNOWN_FORMAT"] * 2
    both = presentation(type=["VerifiableCredential", "VerifiablePresentation"])
    assert codes(handmade(payload=both, typ="vc+jwt", cty=None)) == ["UNKNOWN_FORMAT"]
    enveloped = {"type": "EnvelopedVerifiablePresentation", "id": "data:application/vp+jwt,e30.e30.AA"}
    assert codes(handmade(payload=enveloped)) == []


@pytest.mark.parametrize(
    ("document", "as_presentation"),
    [(alumni_credential(AGENT.did), True), (presentation(), False), ({}, True)],
)
def test_a_document_is_signed_as_what_it_is(document, as_presentation):
    with pytest.raises(UsageError):
        vc_jwt.prepare(
            document,
            key_type=AGENT.key_type,
            verification_method=AGENT.verification_method,
            presentation=as_presentation,
        )


@pytest.mark.parametrize("member", ["vc", "vp", "proof"])
def test_claims_that_wrap_a_presentation(member):
    assert codes(handmade(payload=presentation(**{member: {}}))) == ["INVALID_PRESENTATION"]
    with pytest.raises(UsageError):
        signed(**{member: {}})


def test_what_should_be_there_and_is_not():
    result = vc_jwt.verify(handmade(typ=None, cty=None), controller=AGENT.did)
    assert [str(each.code) for each in result.notices] == ["UNKNOWN_FORMAT"] * 2
    assert result.problems == ()


def test_types_that_are_told_by_the_header():
    assert vc_jwt.is_typed(jws.parse(handmade()))
    assert vc_jwt.is_typed(jws.parse(handmade(typ=None)))
    assert vc_jwt.is_typed(jws.parse(handmade(typ="application/VP+JWT")))
    for typ in ("vp+sd-jwt", "kb+jwt", "JWT", 7):
        assert not vc_jwt.is_typed(jws.parse(handmade(typ=typ)))


# --- claims about the signature ---

NOW = 1_800_000_000


def test_claims_are_added_beside_the_document():
    token = signed(registered={"aud": "https://verifier.example", "nonce": "n", "exp": NOW, "iat": NOW - 1})
    document = vc_jwt.claims(jws.parse(token))
    assert document == presentation(aud="https://verifier.example", nonce="n", exp=NOW, iat=NOW - 1)
    assert codes(token, strict=True) == []


@pytest.mark.parametrize(
    "registered",
    [
        {"iss": AGENT.did},
        {"nbf": NOW},
        {"exp": "2030"},
        {"exp": True},
        {"exp": float("inf")},
        {"iat": None},
        {"aud": []},
        {"aud": ["a", 1]},
        {"aud": ""},
        {"nonce": ["n"]},
        {"nonce": ""},
        {"holder": "x"},
    ],
)
def test_no_other_claims_are_added(registered):
    with pytest.raises(UsageError):
        signed(registered=registered)


def test_a_claim_of_the_documents_own_is_not_replaced():
    with pytest.raises(UsageError):
        signed(registered={"nonce": "n"}, nonce="m")


@pytest.mark.parametrize(
    ("claims", "domain", "challenge", "expected"),
    [
        ({}, None, None, []),
        ({"aud": "a", "nonce": "n"}, {"a"}, "n", []),
        ({"aud": ["b", "a"], "nonce": "n"}, {"a", "c"}, "n", []),
        ({"nonce": "n"}, None, None, []),
        ({"aud": "a"}, None, None, ["DOMAIN_MISMATCH"]),
        ({"aud": "a"}, set(), None, ["DOMAIN_MISMATCH"]),
        ({"aud": "b"}, {"a"}, None, ["DOMAIN_MISMATCH"]),
        ({"aud": "A"}, {"a"}, None, ["DOMAIN_MISMATCH"]),
        ({"aud": []}, {"a"}, None, ["DOMAIN_MISMATCH"]),
        ({"aud": None}, {"a"}, None, ["DOMAIN_MISMATCH"]),
        ({"aud": [["a"], {"a": 1}, 7]}, {"a"}, None, ["DOMAIN_MISMATCH"]),
        ({}, {"a"}, None, ["DOMAIN_MISMATCH"]),
        ({}, None, "n", ["CHALLENGE_MISMATCH"]),
        ({"nonce": "m"}, None, "n", ["CHALLENGE_MISMATCH"]),
        ({"nonce": ["n"]}, None, "n", ["CHALLENGE_MISMATCH"]),
        ({"aud": "b", "nonce": "m"}, {"a"}, "n", ["DOMAIN_MISMATCH", "CHALLENGE_MISMATCH"]),
    ],
)
def test_audience_and_nonce(claims, domain, challenge, expected):
    expected_domain = None if domain is None else frozenset(domain)
    problems = vc_jwt.audience_problems(claims, domain=expected_domain, challenge=challenge)
    assert [str(each.code) for each in problems] == expected


@pytest.mark.parametrize(
    ("claims", "problems", "notices"),
    [
        ({"iat": "2024-01-01T00:00:00Z"}, [], ["INVALID_CREDENTIAL"]),  # as in W3C's suite: it gates nothing
        ({"iat": NOW}, [], []),
        ({"exp": NOW + 1}, [], []),
        ({"exp": NOW}, ["EXPIRED"], []),
        ({"exp": NOW + 0.5}, [], []),
        ({"nbf": NOW}, [], []),
        ({"nbf": NOW + 1}, ["NOT_YET_VALID"], []),
        ({"exp": "2030"}, ["INVALID_CREDENTIAL"], []),
        ({"nbf": None}, ["INVALID_CREDENTIAL"], []),
        ({"exp": True}, ["INVALID_CREDENTIAL"], []),
        ({"exp": float("nan")}, ["INVALID_CREDENTIAL"], []),
        ({"exp": 10**400, "nbf": -(10**400)}, [], []),
    ],
)
def test_times_of_the_signature(claims, problems, notices):
    found, told = vc_jwt.time_problems(claims, at_ns=NOW * NANOSECONDS, skew_ns=0)
    assert [str(each.code) for each in found] == problems
    assert [str(each.code) for each in told] == notices


def test_claims_that_the_header_repeats_do_not_differ():
    payload = presentation(aud="a", exp=NOW)
    assert codes(handmade(payload=payload, aud="a", exp=NOW, sub="x")) == []
    assert codes(handmade(payload=payload, aud=["a"])) == ["INVALID_PRESENTATION"]
    assert codes(handmade(payload=payload, exp=NOW + 1)) == ["INVALID_PRESENTATION"]


def test_every_character_counts():
    token = signed(P256)
    for place in range(0, len(token), 7):
        mutant = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        assert codes(mutant, P256) != [], place


def test_a_header_is_every_readers_own():
    token = signed()
    first = jws.parse(token)
    first.header["kid"] = "changed"
    assert jws.parse(token).header["kid"] == AGENT.verification_method
    nested = handmade(typ=None, extra={"a": []})
    jws.parse(nested).header["extra"]["a"].append(1)
    assert jws.parse(nested).header["extra"] == {"a": []}


def test_a_bad_header_is_bad_each_time():
    for _ in range(2):
        with pytest.raises(ProblemError) as raised:
            jws.parse("e30.e30.AA")
        assert [str(code) for code in raised.value.codes] == ["PROOF_INVALID"]
