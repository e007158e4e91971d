"""``vc+jwt``: the algorithm is the key's, the payload the credential; others verify what we make."""

from __future__ import annotations

import hashlib
import hmac
import json

import jwt
import pytest
from identities import AGENT, ALL, P256, P384, SERVER, alumni_credential
from joserfc import jws as joserfc_jws
from joserfc.jwk import ECKey, OKPKey

from signet_vc.codec.jcs import canonicalize
from signet_vc.codec.multibase import base64url_decode, base64url_encode
from signet_vc.envelopes import jws, vc_jwt
from signet_vc.errors import UnavailableError, UsageError
from signet_vc.keys.jwk import public_to_jwk
from signet_vc.limits import NANOSECONDS

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@pytest.fixture(params=ALL)
def key(request):
    return ALL[request.param]


def signed(key=AGENT, alg=None, **members):
    prepared = vc_jwt.prepare(
        alumni_credential(key.did, **members),
        key_type=key.key_type,
        verification_method=key.verification_method,
        alg=alg,
    )
    return prepared.finish(key.sign(prepared.message))


def handmade(key=AGENT, header=None, payload=None, **changes):
    """A token of any header and payload, correctly signed. A change to None takes a header parameter out."""
    usual = {
        "alg": key.key_type.jws_algorithms[0],
        "cty": "vc",
        "kid": key.verification_method,
        "typ": "vc+jwt",
    }
    made = {name: value for name, value in {**usual, **changes}.items() if value is not None}
    body = payload if isinstance(payload, bytes) else canonicalize(payload or alumni_credential(key.did))
    text = f"{base64url_encode(header or canonicalize(made))}.{base64url_encode(body)}"
    return f"{text}.{base64url_encode(key.sign(text.encode()))}"


def codes(token, key=AGENT, **arguments):
    result = vc_jwt.verify(token, **{"controller": key.did, **arguments})
    assert (result.document is None) == bool(result.problems)
    return [str(each.code) for each in result.problems]


# --- what we make ---


def test_what_is_signed_verifies(key):
    result = vc_jwt.verify(signed(key), controller=key.did, strict=True)
    assert result.problems == result.notices == ()
    assert result.document == alumni_credential(key.did)
    assert (result.algorithm, result.verification_method) == (
        key.key_type.jws_algorithms[0],
        key.verification_method,
    )


def test_the_algorithm_is_named_after_the_key():
    names = {
        name: json.loads(base64url_decode(signed(each).split(".")[0]))["alg"] for name, each in ALL.items()
    }
    assert names == {"Ed25519": "Ed25519", "P-256": "ES256", "P-384": "ES384"}


def test_header_and_payload_are_canonical(key):
    parsed = jws.parse(signed(key))
    assert parsed.header_bytes == canonicalize(parsed.header)
    assert set(parsed.header) == {"alg", "cty", "kid", "typ"}
    assert parsed.payload == canonicalize(alumni_credential(key.did))


@pytest.mark.parametrize(
    ("name", "alg"), [("Ed25519", "ES256"), ("Ed25519", "none"), ("P-256", "EdDSA"), ("P-384", "ES256")]
)
def test_no_other_algorithm_is_written(name, alg):
    with pytest.raises(UsageError):
        signed(ALL[name], alg)


@pytest.mark.parametrize("member", ["proof", "vc", "vp"])
def test_the_payload_is_the_credential_alone(member):
    with pytest.raises(UsageError):
        signed(**{member: {}})


@pytest.mark.parametrize(("name", "alg"), [("Ed25519", "Ed25519"), ("P-256", "ES256"), ("P-384", "ES384")])
def test_joserfc_verifies_it(name, alg):
    key = ALL[name]
    jwk = public_to_jwk(key.public_key)
    theirs = (OKPKey if jwk["kty"] == "OKP" else ECKey).import_key(jwk)
    token = signed(key, alg)
    assert json.loads(
        joserfc_jws.deserialize_compact(token, theirs, algorithms=[alg]).payload
    ) == alumni_credential(key.did)


@pytest.mark.parametrize(("name", "alg"), [("Ed25519", "EdDSA"), ("P-256", "ES256"), ("P-384", "ES384")])
def test_pyjwt_verifies_it(name, alg):
    """It knows no ``Ed25519``: the reason for ``jws_alg: EdDSA``."""
    key = ALL[name]
    theirs = jwt.PyJWK(public_to_jwk(key.public_key), algorithm=alg)
    assert jwt.decode(signed(key, alg), theirs, algorithms=[alg]) == alumni_credential(key.did)


def test_what_joserfc_signs_verifies():
    secret = ECKey.generate_key("P-256")
    numbers = secret.as_dict(private=False)
    from signet_vc.keys.jwk import public_from_jwk

    public = public_from_jwk({name: numbers[name] for name in ("kty", "crv", "x", "y")})
    header = {"alg": "ES256", "kid": f"{public.did}#{public.multibase}", "typ": "vc+jwt", "cty": "vc"}
    payload = json.dumps(alumni_credential(public.did))
    token = joserfc_jws.serialize_compact(header, payload, secret, algorithms=["ES256"])
    result = vc_jwt.verify(token, controller=public.did)
    assert result.problems == ()


# --- the algorithm ---


def test_both_names_of_ed25519_are_read():
    for alg in ("Ed25519", "EdDSA"):
        assert codes(signed(alg=alg), strict=True) == []


@pytest.mark.parametrize(
    "alg", ["none", "None", "NONE", "HS256", "ES256", "ES384", "RS256", "ed25519", "Ed448", ""]
)
def test_threat_21_an_algorithm_that_is_not_the_keys(alg):
    assert codes(handmade(alg=alg)) == ["UNSUPPORTED_CRYPTOSUITE"]


@pytest.mark.parametrize("key", [P256, P384])
def test_threat_22_the_key_decides_not_the_header(key):
    for alg in ("Ed25519", "EdDSA", "none", "HS256", "ES512", "ES256" if key is P384 else "ES384"):
        assert codes(handmade(key, alg=alg), key) == ["UNSUPPORTED_CRYPTOSUITE"]


def test_threat_21_a_public_key_is_no_secret():
    """HS256 with the public key as the secret: the classical confusion."""
    public_key = AGENT.public_key
    header = {"alg": "HS256", "cty": "vc", "kid": AGENT.verification_method, "typ": "vc+jwt"}
    text = ".".join(base64url_encode(canonicalize(part)) for part in (header, alumni_credential(AGENT.did)))
    for secret in (
        public_key.raw,
        public_key.multibase.encode(),
        json.dumps(public_to_jwk(public_key)).encode(),
    ):
        mac = hmac.digest(secret, text.encode(), hashlib.sha256)
        assert codes(f"{text}.{base64url_encode(mac)}") == ["UNSUPPORTED_CRYPTOSUITE"]


def test_threat_21_none_with_an_empty_signature():
    header, payload, _ = handmade(alg="none").split(".")
    assert codes(f"{header}.{payload}.") == ["PROOF_MISSING"]
    assert codes(f"{header}.{payload}.AA") == ["UNSUPPORTED_CRYPTOSUITE"]


# --- the key ---


@pytest.mark.parametrize(
    ("kid", "code"),
    [
        (None, "PROOF_INVALID"),
        (7, "PROOF_INVALID"),
        (AGENT.did, "KEY_INVALID"),
        ("#" + AGENT.public_key.multibase, "VERIFICATION_METHOD_URL_INVALID"),
        (AGENT.public_key.multibase, "VERIFICATION_METHOD_URL_INVALID"),
        (SERVER.verification_method, "KEY_NOT_CONTROLLED_BY_ISSUER"),
        (f"{AGENT.did}#{SERVER.public_key.multibase}", "KEY_NOT_CONTROLLED_BY_ISSUER"),
        ("https://example.com/key", "KEY_INVALID"),
        ("https://example.com/keys#1", "KEY_NOT_CONTROLLED_BY_ISSUER"),
    ],
)
def test_threat_24_kid_is_the_issuers_verification_method(kid, code):
    assert codes(handmade(kid=kid)) == [code]


def test_threat_17_a_token_of_another_signer():
    assert codes(handmade(SERVER, payload=alumni_credential(AGENT.did))) == ["KEY_NOT_CONTROLLED_BY_ISSUER"]
    assert codes(handmade(SERVER, payload=alumni_credential(AGENT.did), kid=AGENT.verification_method)) == [
        "PROOF_INVALID"
    ]


@pytest.mark.parametrize("iss", [SERVER.did, 7, None, [AGENT.did]])
def test_iss_is_the_issuer_where_it_is_given(iss):
    assert codes(signed(iss=AGENT.did)) == []
    assert codes(handmade(payload=alumni_credential(AGENT.did, iss=iss))) == ["KEY_NOT_CONTROLLED_BY_ISSUER"]
    if iss is not None:
        assert codes(handmade(iss=iss)) == ["KEY_NOT_CONTROLLED_BY_ISSUER"]


def test_a_did_that_cannot_be_resolved():
    with pytest.raises(UnavailableError):
        vc_jwt.verify(handmade(kid="did:web:example.com#1"), controller="did:web:example.com")


# --- form ---


@pytest.mark.parametrize("name", ["typ", "cty"])
def test_media_types(name):
    wanted = {"typ": "vc+jwt", "cty": "vc"}[name]
    for value in (wanted, wanted.upper(), "application/" + wanted):
        assert codes(handmade(**{name: value})) == []
    for value in ("JWT", "vp+jwt", "vp", "vc+sd-jwt", "application/json", "text/" + wanted, "", 7, [wanted]):
        assert codes(handmade(**{name: value})) == ["UNKNOWN_FORMAT"]
    result = vc_jwt.verify(handmade(**{name: None}), controller=AGENT.did)
    assert result.problems == ()
    assert [str(each.code) for each in result.notices] == ["UNKNOWN_FORMAT"]


@pytest.mark.parametrize("member", ["vc", "vp", "proof"])
def test_claims_that_wrap_a_credential(member):
    payload = alumni_credential(AGENT.did, **{member: alumni_credential(AGENT.did)})
    assert codes(handmade(payload=payload)) == ["INVALID_CREDENTIAL"]


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"[]", "INVALID_CREDENTIAL"),
        (b'"text"', "INVALID_CREDENTIAL"),
        (b"{", "MALFORMED_JSON"),
        (b'{"issuer":"a","issuer":"b"}', "DUPLICATE_MEMBER"),
        (b'{"a":NaN}', "MALFORMED_JSON"),
        (b'{"a":1e400}', "NUMBER_OUT_OF_RANGE"),
    ],
)
def test_a_payload_is_a_strict_json_object(payload, code):
    assert codes(handmade(payload=payload)) == [code]


def test_every_character_counts():
    token = signed()
    for place, character in enumerate(token):
        mutant = token[:place] + ("A" if character != "A" else "B") + token[place + 1 :]
        assert codes(mutant) != [], place
    for mutant in (
        token + "A",
        token[:-1],
        "A" + token,
        token[1:],
        token + "\n",
        " " + token,
        token.replace(".", "..", 1),
    ):
        assert codes(mutant) != []


# --- FORMAT's one spelling ---


def test_strict_takes_no_other_header():
    payload = canonicalize(alumni_credential(AGENT.did))
    kid = json.dumps(AGENT.verification_method)
    canonical = f'{{"alg":"Ed25519","cty":"vc","kid":{kid},"typ":"vc+jwt"}}'
    assert codes(handmade(header=canonical.encode(), payload=payload), strict=True) == []
    for other in (
        canonical.replace(":", ": ", 1),
        canonical.replace("Ed", "\\u0045d"),
        canonical + " ",
        f'{{"cty":"vc","alg":"Ed25519","kid":{kid},"typ":"vc+jwt"}}',
        f'{{"alg":"Ed25519","cty":"VC","kid":{kid},"typ":"vc+jwt"}}',
        f'{{"alg":"Ed25519","cty":"vc","kid":{kid},"typ":"application/vc+jwt"}}',
        f'{{"alg":"Ed25519","cty":"vc","kid":{kid},"typ":"vc+jwt","x":1}}',
        f'{{"alg":"Ed25519","kid":{kid},"typ":"vc+jwt"}}',
        f'{{"alg":"Ed25519","cty":"vc","kid":{kid}}}',
        '{"alg":"Ed25519","cty":"vc","typ":"vc+jwt"}',
    ):
        token = handmade(header=other.encode(), payload=payload)
        assert codes(token, strict=True) == ["INVALID_CREDENTIAL"], other
        if "kid" in other:
            assert codes(token) == []


def test_strict_takes_no_other_payload():
    document = alumni_credential(AGENT.did)
    for other in (
        json.dumps(document),
        json.dumps(document, separators=(",", ":")),
        json.dumps(document, sort_keys=True),
    ):
        token = handmade(payload=other.encode())
        assert codes(token) == []
        assert codes(token, strict=True) == ["INVALID_CREDENTIAL"]


def test_strict_takes_long_names_too():
    key = type(AGENT).of(AGENT)
    long = f"{AGENT.did}#{'x' * 2000}"
    parsed = jws.parse(handmade(key, kid=long))
    assert vc_jwt.form_problems(parsed, vc_jwt.claims(parsed), strict=True) == []


def test_threat_28_a_high_s():
    header, payload, signature = signed(P256).split(".")
    raw = base64url_decode(signature)
    high = raw[:32] + (P256_ORDER - int.from_bytes(raw[32:], "big")).to_bytes(32, "big")
    other = f"{header}.{payload}.{base64url_encode(high)}"
    assert codes(other, P256) == []
    assert codes(other, P256, strict=True) == ["PROOF_INVALID"]


# --- times of the signature ---

NOW = 1_774_870_645


def times(**claims):
    problems, notices = vc_jwt.time_problems(claims, at_ns=NOW * NANOSECONDS, skew_ns=60 * NANOSECONDS)
    return [str(each.code) for each in problems], [each.pointer for each in notices]


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({}, []),
        ({"exp": NOW + 1}, []),
        ({"exp": NOW - 59.5}, []),
        ({"exp": NOW - 60}, ["EXPIRED"]),
        ({"exp": 0}, ["EXPIRED"]),
        ({"nbf": NOW + 60}, []),
        ({"nbf": NOW + 61}, ["NOT_YET_VALID"]),
        ({"nbf": 1e300}, ["NOT_YET_VALID"]),
        ({"exp": "never"}, ["INVALID_CREDENTIAL"]),
        ({"nbf": True}, ["INVALID_CREDENTIAL"]),
        ({"exp": None, "nbf": []}, ["INVALID_CREDENTIAL", "INVALID_CREDENTIAL"]),
    ],
)
def test_exp_and_nbf_gate_the_signature(claims, expected):
    assert times(**claims) == (expected, [])


def test_a_malformed_iat_gates_nothing():
    assert times(iat="2026-03-30T11:37:25Z") == ([], ["/iat"])
    assert times(iat=NOW + 1000) == ([], [])
