"""Securing a call's credential, in each of three ways and in two steps; and reading it back."""

from __future__ import annotations

import json
from copy import deepcopy

import pytest
from examples_of_every_member import EXAMPLES, example
from identities import AGENT, ALL, P256, SERVER
from mutation import mutants
from remote_signer import remote_signer

from signet_vc import securing
from signet_vc.codec.digest import digest
from signet_vc.codec.jcs import canonicalize, canonicalize_wide
from signet_vc.codec.multibase import base64url_decode, base64url_encode
from signet_vc.codec.timestamps import format_s, parse
from signet_vc.credential import profile
from signet_vc.envelopes import jws, vc_jwt
from signet_vc.errors import ProblemError, UnavailableError, UsageError
from signet_vc.securing import Securing

KEYS = {each.did: each for each in (AGENT, SERVER)}


def unsigned(name="smallest-request", key=None):
    document = example(name)
    del document["proof"]
    if key is not None:
        document["issuer"] = key.did
    return document


def secure(document, how=Securing.DATA_INTEGRITY, key=None, **arguments):
    return securing.secure(
        document,
        key or KEYS[document["issuer"]],
        securing=how,
        created=format_s(parse(document["validFrom"])),
        **arguments,
    )


def codes(secured, **arguments):
    return [str(each.code) for each in securing.verify(secured, **arguments)]


def refusal(credential, token):
    with pytest.raises(ProblemError) as raised:
        securing.read(credential, token)
    return [str(code) for code in raised.value.codes]


@pytest.mark.parametrize("how", Securing)
@pytest.mark.parametrize("name", ALL)
def test_what_is_secured_verifies_and_reads_back(how, name):
    key = ALL[name]
    made = secure(unsigned(key=key), how, key)
    read = securing.read(made.credential, made.jws)
    assert read._replace(token=None) == made
    assert codes(made) == codes(read) == []


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("how", Securing)
def test_text_and_digest_are_those_of_canon(name, how):
    document = unsigned(name)
    made = secure(document, how)
    assert made.document == document
    assert made.canonical == canonicalize(document)
    if made.credential is not None:
        assert made.text == canonicalize(made.credential).decode()
        assert made.credential == {**document, "proof": made.credential["proof"]}
    else:
        assert made.text == made.jws
    if made.jws is not None:
        header, payload, _ = made.jws.split(".")
        assert base64url_decode(payload) == canonicalize(document)
        assert list(json.loads(base64url_decode(header))) == ["alg", "cty", "kid", "typ"]
    assert made.digest == digest(made.text.encode())
    assert made.jws_digest == (digest(made.jws.encode()) if how is Securing.BOTH else None)


@pytest.mark.parametrize("how", Securing)
def test_securing_changes_nothing_that_is_given(how):
    document = unsigned("request-that-embeds")
    before = deepcopy(document)
    secure(document, how)
    assert document == before


def test_securing_is_two_steps_around_a_signer_elsewhere():
    document = unsigned(key=AGENT)
    to_sign = securing.prepare(
        document,
        key_type=AGENT.key_type,
        verification_method=AGENT.verification_method,
        securing=Securing.BOTH,
        created="2026-03-30T11:37:25Z",
    )
    assert len(to_sign.messages) == 2
    signatures = [AGENT.sign(message) for message in to_sign.messages]
    assert to_sign.finish(signatures) == secure(document, Securing.BOTH)
    for wrong in ([], signatures[:1], [*signatures, signatures[0]], [b"", b""]):
        with pytest.raises(UsageError):
            to_sign.finish(wrong)


@pytest.mark.parametrize("how", Securing)
def test_the_key_may_live_in_another_process(how):
    with remote_signer("P-256", P256.reveal_secret()) as signer:
        made = secure(unsigned(key=P256), how, signer)
    assert codes(made) == []


def test_the_name_of_the_algorithm_is_configured_not_negotiated():
    made = secure(unsigned(), Securing.JWS, jws_alg="EdDSA")
    assert json.loads(base64url_decode(made.jws.split(".")[0]))["alg"] == "EdDSA"
    assert codes(made) == codes(securing.read(None, made.jws)) == []
    with pytest.raises(UsageError):
        secure(unsigned(), Securing.JWS, jws_alg="ES256")


@pytest.mark.parametrize("how", Securing)
def test_what_is_secured_already_is_not_secured(how):
    with pytest.raises(UsageError):
        secure(example("smallest-request"), how)


# --- reading ---


def test_nothing_at_all_is_no_credential():
    assert refusal(None, None) == ["PROOF_MISSING"]


def test_threat_19_a_credential_whose_proof_was_taken_out():
    read = securing.read(unsigned(), None)
    assert read.text == canonicalize(unsigned()).decode()
    assert codes(read) == ["PROOF_MISSING"]


def test_what_names_no_issuer_is_nobodys():
    for issuer in (None, 7, {}, {"id": 7}):
        assert codes(securing.read({**example("smallest-request"), "issuer": issuer}, None)) == [
            "INVALID_CREDENTIAL"
        ]


def test_what_has_no_canon_is_refused():
    credential = example("smallest-request")
    credential["credentialSubject"]["arguments"] = {"account": 2**53}
    assert refusal(credential, None) == ["NUMBER_OUT_OF_RANGE"]
    credential["credentialSubject"]["arguments"] = {"text": "\ud800"}
    assert refusal(credential, None) == ["MALFORMED_JSON"]


def test_a_jws_is_in_canonical_form():
    document = unsigned()
    made = secure(document, Securing.JWS)
    header = made.jws.split(".")[0]
    for payload in (json.dumps(document), json.dumps(document, sort_keys=True)):
        text = f"{header}.{base64url_encode(payload.encode())}"
        assert refusal(None, f"{text}.{base64url_encode(AGENT.sign(text.encode()))}") == [
            "INVALID_CREDENTIAL"
        ]
    with_proof = base64url_encode(canonicalize(example("smallest-request")))
    text = f"{header}.{with_proof}"
    assert refusal(None, f"{text}.{base64url_encode(AGENT.sign(text.encode()))}") == ["INVALID_CREDENTIAL"]


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "e30.e30.", "e30.e30"])
def test_what_is_no_jws_is_refused(token):
    assert refusal(None, token) != []
    assert refusal(secure(unsigned()).credential, token) != []


# --- both ---


def test_two_securings_of_different_credentials_disagree():
    first, second = unsigned(), unsigned()
    second["credentialSubject"]["arguments"] = {"to": "mallory"}
    a, b = secure(first, Securing.BOTH), secure(second, Securing.BOTH)
    for credential, token in ((a.credential, b.jws), (b.credential, a.jws)):
        assert codes(securing.read(credential, token)) == ["SECURINGS_DISAGREE"]


def test_two_securings_of_different_signers_disagree():
    """Each verifies by itself."""
    document = unsigned()
    other = {**document, "issuer": SERVER.did}
    agent, server = secure(document), secure(other, Securing.JWS)
    read = securing.read(agent.credential, server.jws)
    assert "SECURINGS_DISAGREE" in codes(read)


def test_of_two_securings_one_is_not_enough():
    made = secure(unsigned(), Securing.BOTH)
    other = deepcopy(made.credential)
    other["proof"]["proofValue"] = secure(unsigned("request-that-embeds")).credential["proof"]["proofValue"]
    assert codes(securing.read(other, made.jws)) == ["PROOF_INVALID", "SECURINGS_DISAGREE"]
    header, payload, _ = made.jws.split(".")
    foreign = f"{header}.{payload}.{base64url_encode(bytes(64))}"
    assert "SECURINGS_DISAGREE" in codes(securing.read(made.credential, foreign))


def test_a_did_that_cannot_be_resolved_is_no_verdict():
    did = "did:web:example.com"
    key = type(AGENT).from_secret("Ed25519", bytes(32), verification_method=f"{did}#1")
    for how in Securing:
        with pytest.raises(UnavailableError):
            securing.verify(secure(unsigned(key=key), how, key))


def test_a_bad_key_is_a_problem_under_a_jws_too():
    small = "did:key:z6MkeXATEjyXENzBXBxgC5EHk2JE5aqd7qMGGtDpLUH1e2Sj"
    document = {**unsigned(), "issuer": small}
    header = canonicalize(
        {"alg": "Ed25519", "cty": "vc", "kid": f"{small}#{small.removeprefix('did:key:')}", "typ": "vc+jwt"}
    )
    token = ".".join(base64url_encode(part) for part in (header, canonicalize(document), b"\x01" + bytes(63)))
    assert codes(securing.read(None, token)) == ["KEY_INVALID"]


# --- every signed byte counts ---


@pytest.mark.parametrize("name", EXAMPLES)
def test_threat_20_every_mutant_of_a_credential_is_refused(name):
    made = secure(unsigned(name))
    found = 0
    for pointer, mutant in mutants(made.credential):
        found += 1
        try:
            read = securing.read(mutant, None)
        except ProblemError:
            continue
        # A context that is appended is not signed, by specification: there the form refuses.
        assert codes(read) or profile.shape_problems(mutant), pointer
    assert found > 150


@pytest.mark.parametrize("name", ["request-that-embeds", "completed"])
def test_threat_20_every_mutant_of_a_jws_is_refused(name):
    document = unsigned(name)
    made = secure(document, Securing.JWS)
    parsed = jws.parse(made.jws)
    signature = made.jws.rpartition(".")[2]

    def token(header, payload):
        parts = (base64url_encode(canonicalize_wide(part)) for part in (header, payload))
        return ".".join((*parts, signature))

    assert token(parsed.header, document) == made.jws
    tokens = [(pointer, token(parsed.header, mutant)) for pointer, mutant in mutants(document)]
    tokens += [("header" + pointer, token(mutant, document)) for pointer, mutant in mutants(parsed.header)]
    assert len(tokens) > 200
    for pointer, mutant in tokens:
        result = vc_jwt.verify(mutant, controller=document["issuer"], strict=True)
        assert result.problems, pointer
        assert result.document is None
