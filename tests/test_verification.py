"""The one verification: every format, every step, what is told and what is handed out."""

from __future__ import annotations

import json
from copy import deepcopy
from types import MappingProxyType

import pytest
from examples_of_every_member import EXAMPLES, REQUESTS, example
from hypothesis import given
from hypothesis import strategies as st
from identities import AGENT, ALL, P256, SERVER, STRANGER, alumni_credential
from mutation import mutants

from signet_vc import verification
from signet_vc.codec.jcs import canonicalize, canonicalize_wide
from signet_vc.codec.multibase import base58btc_decode, base58btc_encode, base64url_encode
from signet_vc.codec.timestamps import format_s, parse
from signet_vc.credential import bitstring_status
from signet_vc.errors import Code, UnavailableError, VerificationError
from signet_vc.limits import NANOSECONDS, Limits
from signet_vc.policy import Policy
from signet_vc.proofs import data_integrity
from signet_vc.securing import Securing, secure
from signet_vc.verification import STEPS, verify

AT = parse("2026-03-30T11:40:00Z")
CREATED = "2026-03-30T11:37:25Z"
KEYS = {each.did: each for each in (AGENT, SERVER)}
TRUST_ALL = Policy(trust_any=True)
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
SMALL_ORDER = "did:key:z6MkeXATEjyXENzBXBxgC5EHk2JE5aqd7qMGGtDpLUH1e2Sj"


def call_credential(name="smallest-request", how=Securing.DATA_INTEGRITY, key=None, **members):
    """One of the format's credentials, secured; DATA_INTEGRITY gives an object, JWS a text."""
    document = {**example(name), **members}
    del document["proof"]
    if key is not None:
        document["issuer"] = key.did
    created = format_s(parse(document["validFrom"]))
    made = secure(document, key or KEYS[document["issuer"]], securing=how, created=created)
    return made.jws if made.credential is None else made.credential


def credential(key=AGENT, **members):
    """One that has nothing to do with calls."""
    return data_integrity.create({**alumni_credential(key.did), **members}, key, created=CREATED)


def token(key=AGENT, header=(), **members):
    """The same as a JWS, with any header."""
    usual = {
        "alg": key.key_type.jws_algorithms[0],
        "cty": "vc",
        "kid": key.verification_method,
        "typ": "vc+jwt",
    }
    parts = ({**usual, **dict(header)}, {**alumni_credential(key.did), **members})
    text = ".".join(base64url_encode(canonicalize(part)) for part in parts)
    return f"{text}.{base64url_encode(key.sign(text.encode()))}"


def verified(data, policy=None, at=AT):
    result = verify(
        data,
        policy or Policy(allowed_signers=[each.did for each in (AGENT, SERVER, *ALL.values())]),
        at_ns=at,
    )
    assert result.verified == (not result.problems) == (result.document is not None)
    assert {check.outcome for check in result.checks} <= {"passed", "failed", "skipped"}
    assert result.verified == all(check.outcome != "failed" for check in result.checks)
    return result


def codes(data, policy=None, at=AT):
    return [str(each.code) for each in verified(data, policy, at).problems]


def notices(data, policy=None, at=AT):
    return [(str(each.code), each.pointer) for each in verified(data, policy, at).notices]


# --- what verifies ---


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("how", [Securing.DATA_INTEGRITY, Securing.JWS])
def test_the_credentials_of_calls_verify(name, how):
    made = call_credential(name, how)
    result = verified(made)
    assert result.problems == ()
    unsecured = example(name)
    del unsecured["proof"]
    assert result.document == unsecured
    assert result.types == tuple(unsecured["type"])
    assert result.issuer == unsecured["issuer"]
    assert (result.format, result.securing) == (
        ("data-integrity", "eddsa-jcs-2022") if how is Securing.DATA_INTEGRITY else ("vc+jwt", "Ed25519")
    )


@pytest.mark.parametrize("name", ALL)
def test_the_credentials_of_others_verify(name):
    key = ALL[name]
    for made in (credential(key), token(key)):
        result = verified(made)
        assert result.problems == ()
        assert result.document == alumni_credential(key.did)


def test_every_way_to_hand_it_over():
    made = call_credential()
    text = json.dumps(made)
    for data in (
        made,
        MappingProxyType(made),
        text,
        text.encode(),
        bytearray(text.encode()),
        memoryview(text.encode()),
        json.dumps(made, indent=2) + "\n",
        "\r\n " + text,
    ):
        assert codes(data) == []
    compact = token()
    for data in (compact, compact.encode(), compact + "\n", " \t\r\n" + compact + "\r\n"):
        assert codes(data) == []


def test_an_object_is_judged_as_its_text_would_be():
    made = call_credential()
    result = verified(made)
    made["credentialSubject"]["tool"] = "changed afterwards"
    assert result.document["credentialSubject"]["tool"] == "send_email"


def test_every_check_is_reported():
    passed = verified(call_credential())
    assert [(each.name, each.outcome) for each in passed.checks] == [(step.name, "passed") for step in STEPS]
    failed = verified("{}")
    assert [each.outcome for each in failed.checks] == ["passed", "failed", *["skipped"] * 4]
    assert failed.checks[2].reason == "format failed"
    with pytest.raises(VerificationError) as raised:
        failed.raise_for_problems()
    assert raised.value.codes == (Code.PROOF_MISSING,)
    passed.raise_for_problems()


# --- parse and format ---


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("", "MALFORMED_JSON"),
        (b"", "MALFORMED_JSON"),
        ("hello", "MALFORMED_JSON"),
        ("{", "MALFORMED_JSON"),
        (b"\xff\xfe{\x00}\x00", "MALFORMED_JSON"),
        (b"\xef\xbb\xbf{}", "MALFORMED_JSON"),
        ("\ufeff{}", "MALFORMED_JSON"),
        ('{"a":1,"a":2}', "DUPLICATE_MEMBER"),
        ('{"a":1,"\\u0061":2}', "DUPLICATE_MEMBER"),
        ('{"proof":{},"a":NaN}', "MALFORMED_JSON"),
        ("[" * 100_000, "TOO_DEEP"),
        ('{"a":"' + "x" * (1 << 20) + '"}', "TOO_LARGE"),
        ("e" + "." * (1 << 20), "TOO_LARGE"),
        ("[]", "UNKNOWN_FORMAT"),
        ("null", "UNKNOWN_FORMAT"),
        ('"text"', "UNKNOWN_FORMAT"),
        (json.dumps(token()), "UNKNOWN_FORMAT"),
        (json.dumps([credential()]), "UNKNOWN_FORMAT"),
        ("{}", "PROOF_MISSING"),
        (json.dumps(alumni_credential(AGENT.did)), "PROOF_MISSING"),
        ("eyJhbGciOiJub25lIn0.e30.", "PROOF_MISSING"),
        ("e30.e30.AA", "PROOF_INVALID"),
        ("eyJh.e30", "PROOF_INVALID"),
        (token() + ".AA", "PROOF_INVALID"),
        (token() + "=", "PROOF_INVALID"),
        (token(header={"crit": ["x"]}), "PROOF_INVALID"),
        (token(header={"typ": "vp+jwt"}), "UNKNOWN_FORMAT"),
        (token(header={"typ": "JWT"}), "UNKNOWN_FORMAT"),
        (None, "MALFORMED_JSON"),
        (7, "MALFORMED_JSON"),
        ([credential()], "MALFORMED_JSON"),
        ({"a": float("nan"), "proof": {}}, "NUMBER_OUT_OF_RANGE"),
        ({"a": (1,), "proof": {}}, "MALFORMED_JSON"),
        ({1: 2, "proof": {}}, "MALFORMED_JSON"),
        ({"a": "x" * (1 << 20), "proof": {}}, "TOO_LARGE"),
    ],
    ids=str,
)  # fmt: skip
def test_what_is_nothing_that_is_known(data, expected):
    result = verified(data)
    assert [str(each.code) for each in result.problems] == [expected]
    assert result.document is None
    if result.format == "unknown":
        assert (result.types, result.issuer, result.securing) == ((), None, None)


def test_an_object_that_contains_itself():
    value = {"proof": {}}
    value["a"] = value
    assert codes(value) == ["TOO_DEEP"]


@given(st.binary(max_size=60) | st.text(max_size=60))
def test_nothing_that_is_given_raises(data):
    assert not verified(data).verified


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
MEMBERS = st.sampled_from(
    [
        "@context",
        "type",
        "issuer",
        "credentialSubject",
        "proof",
        "validFrom",
        "validUntil",
        "id",
        "credentialSchema",
    ]
)


@given(st.dictionaries(MEMBERS, JSON), st.dictionaries(st.sampled_from(list(credential()["proof"])), JSON))
def test_no_member_of_any_form_raises(members, proof):
    made = credential()
    result = verify({**made, "proof": {**made["proof"], **proof}, **members}, TRUST_ALL, at_ns=AT)
    if members or proof:
        assert not result.verified or members.get("id", 0) is None


def test_limits_are_the_policys():
    text = json.dumps(credential())
    size = len(text.encode())
    assert codes(text, Policy(trust_any=True, limits=Limits(document_bytes=size))) == []
    assert codes(text, Policy(trust_any=True, limits=Limits(document_bytes=size - 1))) == ["TOO_LARGE"]
    assert codes(text, Policy(trust_any=True, limits=Limits(message_depth=1))) == ["TOO_DEEP"]
    assert codes(token(), Policy(trust_any=True, limits=Limits(document_bytes=size))) == []


def test_a_policy_may_take_less_than_is_known():
    made, compact = credential(), token()
    only = Policy(trust_any=True, formats=["vc+jwt"])
    assert (codes(made, only), codes(compact, only)) == (["UNKNOWN_FORMAT"], [])
    assert codes(made, Policy(trust_any=True, formats=[])) == ["UNKNOWN_FORMAT"]
    suites = Policy(trust_any=True, securings=["ecdsa-jcs-2019", "Ed25519"])
    assert (codes(made, suites), codes(credential(P256), suites), codes(compact, suites)) == (
        ["UNSUPPORTED_CRYPTOSUITE"],
        [],
        [],
    )
    both = {**made, "proof": [made["proof"], made["proof"]]}
    assert codes(both, Policy(trust_any=True, securings=["eddsa-jcs-2022"])) == []
    assert codes(both, Policy(trust_any=True, securings=[])) == ["UNSUPPORTED_CRYPTOSUITE"] * 2
    assert verified(both).securing == "eddsa-jcs-2022, eddsa-jcs-2022"


def test_a_token_that_names_no_type_is_taken_for_a_credential():
    kid = AGENT.verification_method
    header = base64url_encode(canonicalize({"alg": "Ed25519", "kid": kid}))
    text = f"{header}.{base64url_encode(canonicalize(alumni_credential(AGENT.did)))}"
    data = f"{text}.{base64url_encode(AGENT.sign(text.encode()))}"
    assert codes(data) == []
    assert notices(data) == [("UNKNOWN_FORMAT", "")] * 2


# --- schema ---


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"@context": ["https://www.w3.org/ns/credentials/v2", "https://example.com/x"]}, "UNKNOWN_CONTEXT"),
        ({"@context": ["https://www.w3.org/2018/credentials/v1"]}, "INVALID_CREDENTIAL"),
        ({"type": ["AlumniCredential"]}, "INVALID_CREDENTIAL"),
        ({"credentialSubject": {}}, "INVALID_CREDENTIAL"),
        ({"validFrom": "yesterday"}, "INVALID_CREDENTIAL"),
        ({"issuer": {"name": "nobody"}}, "INVALID_CREDENTIAL"),
    ],
)
def test_other_credentials_follow_the_data_model(members, expected):
    assert set(codes(credential(**members), TRUST_ALL)) == {expected}  # once more in the proof's @context
    assert codes(token(**members), TRUST_ALL) == [expected]


@pytest.mark.parametrize("member", ["vc", "vp", "proof"])
def test_a_payload_that_wraps_a_credential(member):
    assert codes(token(**{member: {"type": "A"}})) == ["INVALID_CREDENTIAL"]


@pytest.mark.parametrize(
    "added",
    [
        {"description": "x"},
        {"validUntil": "2027-01-01T00:00:00Z"},
        {"credentialStatus": {"type": "A"}},
        {"": 1},
    ],
)
def test_a_member_of_a_calls_credential_that_the_format_does_not_have(added):
    """Signed in or added later."""
    assert codes(call_credential(**added)) == ["INVALID_CREDENTIAL"]
    assert codes({**call_credential(), **added}) == ["INVALID_CREDENTIAL"]


@pytest.mark.parametrize(
    "members",
    [
        {"type": ["VerifiableCredential", "ToolCallRequestCredential"]},
        {"credentialSubject": {"type": "ToolCallRequest", "a": 1}},
        {"credentialSubject": [{"a": 1}, {"type": ["ToolCallResponse"]}]},
        {"@context": ["https://www.w3.org/ns/credentials/v2", "https://w3id.org/signet-vc/v1"]},
    ],
)
def test_what_names_the_format_is_bound_by_it(members):
    assert codes(credential(**members)) == ["INVALID_CREDENTIAL"] or "/" in str(
        verified(credential(**members)).problems
    )
    assert not verified(credential(**members)).verified
    assert not verified(token(**members)).verified


def test_a_context_of_ours_cannot_be_appended_to_the_credential_of_another():
    made = credential()
    made["@context"] = [*made["@context"], "https://w3id.org/signet-vc/v1"]
    assert not verified(made).verified


def test_what_a_credential_shows_by_itself_is_seen_without_a_key():
    made = call_credential()
    made["proof"]["created"] = "2026-03-30T11:37:26Z"
    assert codes(made) == ["INVALID_CREDENTIAL"]
    other = call_credential()
    other["proof"]["verificationMethod"] = SERVER.verification_method
    assert codes(other) == ["KEY_NOT_CONTROLLED_BY_ISSUER"]


def test_the_format_has_one_spelling_in_a_jws():
    document = example("smallest-request")
    del document["proof"]
    made = call_credential(how=Securing.JWS)
    header = made.split(".")[0]
    text = f"{header}.{base64url_encode(json.dumps(document).encode())}"
    assert codes(f"{text}.{base64url_encode(AGENT.sign(text.encode()))}") == ["INVALID_CREDENTIAL"]


def test_the_format_has_one_spelling_of_an_ecdsa_signature():
    """With the other one, one statement would have two digests; other people's credentials may have it."""
    for made, refused in ((call_credential(key=P256), True), (credential(P256), False)):
        raw = base58btc_decode(made["proof"]["proofValue"][1:], 64)
        high = raw[:32] + (P256_ORDER - int.from_bytes(raw[32:], "big")).to_bytes(32, "big")
        made["proof"]["proofValue"] = "z" + base58btc_encode(high)
        assert codes(made) == (["PROOF_INVALID"] if refused else [])


def test_a_number_that_others_would_read_as_another():
    made = credential()
    made["credentialSubject"]["account"] = 2**53
    assert codes(json.dumps(made)) == ["NUMBER_OUT_OF_RANGE"]
    bound = call_credential()
    bound["credentialSubject"]["arguments"] = {"account": 2**53}
    result = verified(json.dumps(bound))
    assert [(str(each.code), each.pointer) for each in result.problems] == [
        ("NUMBER_OUT_OF_RANGE", "/credentialSubject/arguments/account")
    ]


# --- signer and proof ---


def test_without_an_anchor_nothing_verifies():
    for made in (credential(), token(), call_credential()):
        assert codes(made, Policy()) == ["NO_TRUST_ANCHOR"]
        assert codes(made, Policy(allowed_signers=[])) == ["NO_TRUST_ANCHOR"]


def test_a_signer_that_is_not_allowed():
    for made in (credential(STRANGER), token(STRANGER), call_credential(key=STRANGER)):
        result = verified(made)
        assert [(str(each.code), each.pointer) for each in result.problems] == [
            ("SIGNER_NOT_ALLOWED", "/issuer")
        ]
        assert codes(made, TRUST_ALL) == []


def test_that_a_signer_is_not_allowed_is_told_only_to_that_signer():
    forged = credential(STRANGER)
    forged["name"] = "Another name"
    result = verified(forged)
    assert [str(each.code) for each in result.problems] == ["PROOF_INVALID"]
    assert {each.name: each.outcome for each in result.checks}["signer"] == "skipped"
    assert codes(forged, Policy()) == ["NO_TRUST_ANCHOR", "PROOF_INVALID"]


class Resolver:
    """Counts what it is asked."""

    def __init__(self, document=None):
        self.document, self.asked = document, []

    def resolve(self, did):
        self.asked.append(did)
        if self.document is None:
            raise UnavailableError("gone", code=Code.RESOLVER_UNAVAILABLE)
        return self.document


DID_WEB = "did:web:example.com"
WEB_KEY = type(AGENT).from_secret("Ed25519", bytes(32), verification_method=f"{DID_WEB}#1")
WEB_DOCUMENT = {
    "id": DID_WEB,
    "verificationMethod": [
        {
            "id": "#1",
            "type": "Multikey",
            "controller": DID_WEB,
            "publicKeyMultibase": WEB_KEY.public_key.multibase,
        }
    ],
    "assertionMethod": ["#1"],
}


def test_nothing_is_looked_up_for_a_stranger():
    for made in (credential(WEB_KEY), token(WEB_KEY), call_credential(key=WEB_KEY)):
        resolver = Resolver(WEB_DOCUMENT)
        assert codes(made, Policy(allowed_signers=[AGENT.did], resolver=resolver)) == ["PROOF_INVALID"]
        assert codes(made, Policy(resolver=resolver)) == ["NO_TRUST_ANCHOR", "PROOF_INVALID"]
        assert resolver.asked == []


def test_a_resolver_is_asked_for_those_who_are_trusted():
    for made in (credential(WEB_KEY), token(WEB_KEY), call_credential(key=WEB_KEY)):
        resolver = Resolver(WEB_DOCUMENT)
        assert codes(made, Policy(allowed_signers=[DID_WEB], resolver=resolver)) == []
        assert resolver.asked == [DID_WEB]


def test_what_cannot_be_resolved_does_not_verify():
    for made in (credential(WEB_KEY), token(WEB_KEY)):
        assert codes(made, Policy(allowed_signers=[DID_WEB], resolver=Resolver())) == ["RESOLVER_UNAVAILABLE"]
        assert codes(made, Policy(allowed_signers=[DID_WEB])) == ["RESOLVER_UNAVAILABLE"]


@pytest.mark.parametrize("policy", [TRUST_ALL, Policy(allowed_signers=[SMALL_ORDER])])
def test_threat_50_a_key_of_small_order_whatever_the_policy(policy):
    made = credential()
    fragment = SMALL_ORDER.removeprefix("did:key:")
    made["issuer"] = SMALL_ORDER
    made["proof"] |= {
        "verificationMethod": f"{SMALL_ORDER}#{fragment}",
        "proofValue": "z" + base58btc_encode(b"\x01" + bytes(63)),
    }
    assert codes(made, policy) == ["KEY_INVALID"]
    compact = token(header={"kid": f"{SMALL_ORDER}#{fragment}"}, issuer=SMALL_ORDER)
    assert codes(compact, policy) == ["KEY_INVALID"]


def test_threat_19_what_is_not_signed():
    made = credential()
    for proof in (None, [], "", 7, {}, [{}]):
        assert not verified({**made, "proof": proof}, TRUST_ALL).verified
    assert codes({**made, "proof": []}) == ["PROOF_MISSING"]
    assert codes({**made, "proof": None}) == ["INVALID_CREDENTIAL"]


def test_threat_17_the_key_is_the_issuers():
    made = credential(STRANGER)
    made["issuer"] = AGENT.did
    assert codes(made) == ["KEY_NOT_CONTROLLED_BY_ISSUER"]
    assert codes(token(STRANGER, issuer=AGENT.did)) == ["KEY_NOT_CONTROLLED_BY_ISSUER"]


def test_an_issuer_with_members_of_its_own():
    issuer = {"id": AGENT.did, "name": "An agent"}
    for made in (credential(issuer=issuer), token(issuer=issuer)):
        result = verified(made)
        assert (result.problems, result.issuer) == ((), AGENT.did)


def test_contexts_that_are_not_signed_are_not_handed_out():
    made = credential()
    made["@context"] = [*made["@context"], "https://www.w3.org/ns/cid/v1"]
    assert verified(made).document == alumni_credential(AGENT.did)


# --- validity ---


@pytest.mark.parametrize("name", [*REQUESTS, "completed"])
def test_a_calls_credential_is_judged_as_evidence(name):
    made = call_credential(name)
    signed = parse(example(name)["validFrom"])
    assert codes(made, at=signed - 60 * NANOSECONDS) == []
    assert codes(made, at=signed - 60 * NANOSECONDS - 1) == ["NOT_YET_VALID"]
    assert codes(made, at=signed + 100 * 365 * 86_400 * NANOSECONDS) == []


def test_a_deadline_that_has_passed_is_no_fault():
    made = call_credential()
    deadline = parse(made["credentialSubject"]["deadline"])
    assert notices(made, at=deadline) == []
    assert notices(made, at=deadline + 1) == [("DEADLINE_PASSED", "/credentialSubject/deadline")]


def test_a_long_lifetime_is_for_the_boundary_to_judge():
    made = call_credential()
    subject = {**made["credentialSubject"], "deadline": "2027-03-30T11:37:25Z"}
    assert codes(call_credential(credentialSubject=subject)) == []


@pytest.mark.parametrize("make", [credential, token])
def test_a_period_of_validity(make):
    at = parse("2026-03-30T12:00:00Z")
    skew = 60 * NANOSECONDS
    made = make(validFrom="2026-03-30T12:00:00Z", validUntil="2026-03-30T12:00:00Z")
    assert codes(made, at=at - skew) == codes(made, at=at + skew) == []
    assert codes(made, at=at - skew - 1) == ["NOT_YET_VALID"]
    assert codes(made, at=at + skew + 1) == ["EXPIRED"]
    assert codes(made, Policy(trust_any=True, clock_skew=0), at=at + 1) == ["EXPIRED"]


def test_a_time_without_an_offset_is_read_as_utc_and_told():
    made = credential(validFrom="2026-03-30T11:39:00")
    assert codes(made) == []
    assert notices(made) == [("INVALID_CREDENTIAL", "/validFrom")]


def test_a_proof_that_expires():
    for expires, expected, told in (
        ("2026-03-30T11:39:00Z", [], 0),
        ("2026-03-30T11:38:59Z", ["EXPIRED"], 0),
        ("2026-03-30T11:39:00", [], 1),
    ):
        prepared = data_integrity.prepare(
            alumni_credential(AGENT.did),
            suite=data_integrity.default_suite(AGENT.key_type),
            key_type=AGENT.key_type,
            verification_method=AGENT.verification_method,
            created=None,
            options={"expires": expires},
        )
        made = prepared.finish(AGENT.sign(prepared.message))
        assert codes(made) == expected
        assert len(notices(made)) == told
        assert codes({**made, "proof": [made["proof"]]}) == expected


def test_times_of_a_tokens_signature():
    now = AT // NANOSECONDS
    assert codes(token(exp=now, nbf=now, iat=now)) == []
    assert codes(token(exp=now - 61)) == ["EXPIRED"]
    assert codes(token(nbf=now + 61)) == ["NOT_YET_VALID"]
    assert codes(token(exp="soon")) == ["INVALID_CREDENTIAL"]
    assert notices(token(iat="2026-03-30")) == [("INVALID_CREDENTIAL", "/iat")]


# --- what is not looked at is said ---


def test_an_authorization_is_not_evaluated():
    made = call_credential("request-that-embeds")
    result = verified(made)
    assert ("authorization", "skipped") in [(each.name, each.outcome) for each in result.checks]
    assert ("AUTHORIZATION_NOT_EVALUATED", "/credentialSubject/authorization") in notices(made)


@pytest.mark.parametrize("name", ["credentialStatus", "credentialSchema"])
def test_status_and_schema_are_not_evaluated(name):
    made = credential(**{name: {"id": "https://example.com/1", "type": "SomeType"}})
    result = verified(made)
    assert result.problems == ()
    assert (name, "skipped") in [(each.name, each.outcome) for each in result.checks]


def test_several_problems_are_told_together():
    made = credential(STRANGER, validFrom="2027-01-01T00:00:00Z")
    assert codes(made) == ["SIGNER_NOT_ALLOWED", "NOT_YET_VALID"]


# --- every signed byte counts ---


@pytest.mark.parametrize("name", EXAMPLES)
def test_threat_20_every_mutant_of_a_calls_credential_is_refused(name):
    for pointer, mutant in mutants(call_credential(name)):
        result = verify(canonicalize_wide(mutant), TRUST_ALL, at_ns=AT)
        assert not result.verified, pointer
        assert result.document is None


DEEP = {
    "credentialSubject": [
        {"id": "urn:x:1", "a": {"b": [{"c": [[1, 2.5], {"d": {"e": True}}]}, "text"]}, "f": ""},
        {"name": "É", "list": [[], {}, [[["deep"]]], -0.5, 1e-7]},
    ],
    "evidence": [{"type": "A", "x": {"y": {"z": [1, {"w": "v"}]}}}, {"type": ["B", "C"]}],
}


def test_threat_20_every_mutant_of_a_deep_credential_is_refused():
    made = credential(**DEEP)
    assert codes(made) == []
    found = 0
    for pointer, mutant in mutants(made):
        found += 1
        result = verify(mutant, TRUST_ALL, at_ns=AT)
        if pointer == "/@context" and result.verified:  # one was appended: not signed, so not handed out
            assert result.document == {**alumni_credential(AGENT.did), **DEEP}
        else:
            assert not result.verified, pointer
    assert found > 400


def test_mutants_are_other_documents():
    made = deepcopy(DEEP)
    original = canonicalize(made)
    seen = [canonicalize_wide(mutant) for _, mutant in mutants(made)]
    assert original not in seen
    assert canonicalize(made) == original


def test_a_proof_is_somebodys_even_if_no_schema_were_checked(monkeypatch):
    monkeypatch.setattr(verification, "STEPS", tuple(step for step in STEPS if step.name != "schema"))
    made = credential(issuer={"name": "nobody"})
    assert codes(made, TRUST_ALL) == ["INVALID_CREDENTIAL"]


# --- what a credential refers to ---

LIST = "https://example.com/status/1"


class Loaded:
    """A loader that gives the same for every URL."""

    def __init__(self, document):
        self.data = json.dumps(document).encode()

    def load(self, url):
        return self.data


def status_list(**members):
    bits = bitstring_status.new_list()
    return bitstring_status.list_credential(
        id=LIST, issuer=AGENT.did, purposes="revocation", encoded=bitstring_status.encode(bits)
    ) | {"validFrom": "2026-01-01T00:00:00Z", **members}


def presenting(key, document):
    """What refers to nothing but itself, as a presentation of something that an allowed signer made."""
    kept = {name: value for name, value in document.items() if name not in {"issuer", "validFrom"}}
    made = {
        **kept,
        "@context": [*kept["@context"], "https://www.w3.org/ns/credentials/examples/v2"],
        "type": ["VerifiablePresentation", *document["type"][1:]],
        "holder": key.did,
        "verifiableCredential": [credential()],
    }
    return data_integrity.create(made, key, created=CREATED, purpose="authentication")


def test_a_status_list_is_a_credential_and_no_presentation_of_one():
    """Whoever may present could clear every revocation."""
    status = bitstring_status.entry(list_url=LIST, index=7, purpose="revocation")
    made = credential(credentialStatus=status)
    honest = data_integrity.create(status_list(), AGENT, created=CREATED)
    for served, expected in (
        (honest, []),
        (
            data_integrity.create(status_list(issuer=STRANGER.did), STRANGER, created=CREATED),
            ["STATUS_LIST_INVALID"],
        ),
        (presenting(STRANGER, status_list()), ["INVALID_CREDENTIAL"]),
        (presenting(AGENT, status_list()), ["INVALID_CREDENTIAL"]),
    ):
        assert codes(made, Policy(allowed_signers=[AGENT.did], loader=Loaded(served))) == expected


def test_a_schema_stands_in_a_credential_and_in_no_presentation():
    schema = {"$id": LIST, "$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object"}
    made = credential(credentialSchema={"id": LIST, "type": "JsonSchemaCredential"})
    document = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": LIST,
        "type": ["VerifiableCredential", "JsonSchemaCredential"],
        "issuer": AGENT.did,
        "credentialSubject": {"id": LIST, "type": "JsonSchema", "jsonSchema": schema},
    }
    honest = data_integrity.create(document, AGENT, created=CREATED)
    for served, verifies in ((honest, True), (presenting(STRANGER, document), False)):
        found = codes(made, Policy(allowed_signers=[AGENT.did], loader=Loaded(served)))
        assert (found == []) == verifies


# --- numbers and many ---


@pytest.mark.parametrize("number", [1e20, 9007199254740992.0, 1e22, -0.0, 1e-7])
def test_a_number_that_rfc_8785_prints_as_an_integer_verifies_as_an_object_and_as_text(number):
    made = credential(credentialSubject={"id": "did:example:a", "alumniOf": number})
    assert codes(made) == codes(json.dumps(made)) == []
    assert verified(made).document["credentialSubject"]["alumniOf"] == number


def test_that_proofs_have_expired_is_told_once():
    made = credential()
    made["proof"] = [{"expires": "2001-01-01T00:00:00Z"}] * 20_000
    assert codes(json.dumps(made)) == ["TOO_LARGE", "EXPIRED"]
