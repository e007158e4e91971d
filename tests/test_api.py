"""The public functions, and what importing the package brings with it."""

from __future__ import annotations

import json
import subprocess
import sys
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import jwt
import pytest
from examples_of_every_member import EXAMPLES, example
from identities import AGENT, SERVER, alumni_credential
from remote_signer import remote_signer

import signet_vc
from signet_vc import Code, Policy, ProblemError, SigningKey, UsageError, VerificationError, sign, verify
from signet_vc.codec.timestamps import parse
from signet_vc.keys.jwk import public_to_jwk
from signet_vc.limits import NANOSECONDS

KEYS = {each.did: each for each in (AGENT, SERVER)}
V2 = "https://www.w3.org/ns/credentials/v2"
ALGORITHMS = ["Ed25519", "P-256", "P-384"]


@pytest.fixture(params=ALGORITHMS, scope="module")
def key(request):
    return SigningKey.generate(request.param)


def call_credential(name="smallest-request"):
    document = example(name)
    del document["proof"]
    return document


def refused(credential, key, **arguments):
    with pytest.raises(ProblemError) as raised:
        sign(credential, key, **arguments)
    return [(str(each.code), each.pointer) for each in raised.value.problems]


@pytest.mark.parametrize(
    "how",
    [
        {"securing": "sd-jwt"},
        {"securing": "cose"},
        {"suite": "eddsa-rdfc-2022"},
        {"proof_id": "urn:uuid:00000000-0000-4000-8000-000000000000"},
        {"expires": datetime(2030, 1, 1, tzinfo=UTC)},
    ],
    ids=str,
)
def test_a_calls_credential_is_secured_as_its_format_has_it(how):
    with pytest.raises(UsageError):
        sign({**call_credential(), "issuer": AGENT.did}, AGENT, **how)


# --- keys ---


def test_a_generated_key_is_new():
    assert SigningKey.generate() != SigningKey.generate()
    assert SigningKey.generate().key_type.name == "Ed25519"
    assert isinstance(SigningKey.generate("P-384"), SigningKey)


@pytest.mark.parametrize("algorithm", ["ed25519", "RSA", "", None, "secp256k1"])
def test_no_other_algorithm_is_generated(algorithm):
    with pytest.raises(UsageError):
        SigningKey.generate(algorithm)


def test_a_secret_out_of_range_is_drawn_again(monkeypatch):
    """Above the order of P-256; about once in 2^32."""
    draws = iter([b"\xff" * 32, bytes(32), bytes(range(32))])
    monkeypatch.setattr("signet_vc.api.secrets.token_bytes", lambda _: next(draws))
    assert SigningKey.generate("P-256").reveal_secret() == bytes(range(32))


def test_a_key_is_loaded_from_where_it_is_kept(monkeypatch):
    from signet_vc.keys.multikey import secret_to_multibase

    monkeypatch.setenv("A_KEY", secret_to_multibase(AGENT))
    loaded = SigningKey.load("env:A_KEY")
    assert (loaded, type(loaded)) == (AGENT, SigningKey)
    with pytest.raises(UsageError):
        SigningKey.load("env:NO_SUCH_KEY")


def test_threat_55_a_key_shows_its_did_and_no_secret():
    assert repr(SigningKey.of(AGENT)) == f"SigningKey({AGENT.did})"


# --- sign ---


@pytest.mark.parametrize("securing", ["data-integrity", "jws"])
def test_what_is_signed_verifies(key, securing):
    credential = alumni_credential(key.did)
    result = verify(sign(credential, key, securing=securing), Policy(allowed_signers=[key.did]))
    assert result.problems == ()
    assert result.document == credential


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_credentials_of_calls_can_be_signed(name):
    credential = call_credential(name)
    key = KEYS[credential["issuer"]]
    for securing in ("data-integrity", "jws"):
        assert verify(sign(credential, key, securing=securing), Policy(allowed_signers=[key.did])).verified


def test_the_argument_is_never_changed(key):
    credential = alumni_credential(key.did)
    before = deepcopy(credential)
    made = sign(credential, key)
    assert credential == before
    assert made.keys() - credential.keys() == {"proof"}
    assert {name: made[name] for name in credential} == credential
    assert (
        sign(MappingProxyType(credential), key, created=datetime(2026, 1, 1, tzinfo=UTC))["issuer"] == key.did
    )


def test_a_jws_is_text_that_others_read():
    made = sign(alumni_credential(AGENT.did), AGENT, securing="jws")
    assert json.loads(jwt.utils.base64url_decode(made.split(".")[1])) == alumni_credential(AGENT.did)
    es256 = SigningKey.generate("P-256")
    theirs = jwt.PyJWK(public_to_jwk(es256.public_key), algorithm="ES256")
    token = sign(alumni_credential(es256.did), es256, securing="jws")
    assert jwt.decode(token, theirs, algorithms=["ES256"]) == alumni_credential(es256.did)


def test_the_time_of_the_proof(monkeypatch):
    credential = alumni_credential(AGENT.did)
    moment = datetime(2026, 3, 30, 13, 37, 25, 999_999, tzinfo=UTC)
    assert sign(credential, AGENT, created=moment)["proof"]["created"] == "2026-03-30T13:37:25Z"
    monkeypatch.setattr("signet_vc.api.time.time_ns", lambda: 1_774_870_645 * NANOSECONDS + 5)
    assert sign(credential, AGENT)["proof"]["created"] == "2026-03-30T11:37:25Z"
    with pytest.raises(UsageError):
        sign(credential, AGENT, created=moment.replace(tzinfo=None))


def test_a_calls_credential_is_proved_at_its_own_time():
    credential = call_credential()
    assert sign(credential, AGENT)["proof"]["created"] == "2026-03-30T11:37:25Z"
    own = datetime(2026, 3, 30, 11, 37, 25, 120_000, tzinfo=UTC)
    assert sign(credential, AGENT, created=own) == sign(credential, AGENT)
    with pytest.raises(UsageError):
        sign(credential, AGENT, created=own + timedelta(seconds=1))


def test_a_suite_is_named_or_the_keys_own(key):
    credential = alumni_credential(key.did)
    own = "eddsa-jcs-2022" if key.key_type.name == "Ed25519" else "ecdsa-jcs-2019"
    other = "ecdsa-jcs-2019" if own == "eddsa-jcs-2022" else "eddsa-jcs-2022"
    assert sign(credential, key)["proof"]["cryptosuite"] == own
    assert sign(credential, key, suite=own)["proof"]["cryptosuite"] == own
    for wrong in (other, "eddsa-rdfc-2099", ""):
        with pytest.raises(UsageError):
            sign(credential, key, suite=wrong)


@pytest.mark.parametrize(
    "arguments",
    [
        {"securing": "both"},
        {"securing": "JWS"},
        {"securing": ""},
        {"securing": None},
        {"securing": "jws", "suite": "eddsa-jcs-2022"},
        {"securing": "jws", "created": datetime(2026, 1, 1, tzinfo=UTC)},
    ],
)
def test_what_cannot_be_asked_for(arguments):
    with pytest.raises(UsageError):
        sign(alumni_credential(AGENT.did), AGENT, **arguments)


@pytest.mark.parametrize("securing", ["data-integrity", "jws"])
def test_what_is_signed_already_is_not_signed_again(securing):
    with pytest.raises(UsageError):
        sign(sign(alumni_credential(AGENT.did), AGENT), AGENT, securing=securing)


@pytest.mark.parametrize("securing", ["data-integrity", "jws"])
@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"type": ["AlumniCredential"]}, [("INVALID_CREDENTIAL", "/type")]),
        ({"credentialSubject": {}}, [("INVALID_CREDENTIAL", "/credentialSubject")]),
        ({"validFrom": "2026-03-30T00:00:00"}, [("INVALID_CREDENTIAL", "/validFrom")]),
        ({"@context": ["https://www.w3.org/ns/credentials/v2", "x"]}, [("UNKNOWN_CONTEXT", "/@context/1")]),
        ({"issuer": SERVER.did}, [("KEY_NOT_CONTROLLED_BY_ISSUER", "/issuer")]),
        (
            {"relatedResource": {"id": V2, "digestSRI": "sha256-" + "A" * 43 + "="}},
            [("RELATED_RESOURCE_MISMATCH", "/relatedResource/digestSRI")],
        ),
        (
            {"@context": [V2], "undefined": 1},
            [
                ("UNDEFINED_TERM", "/type"),
                ("UNDEFINED_TERM", "/undefined"),
                ("UNDEFINED_TERM", "/credentialSubject/alumniOf"),
            ],
        ),
        (
            {"credentialStatus": {"type": "BitstringStatusListEntry", "statusListIndex": "007"}},
            [("INVALID_CREDENTIAL", "/credentialStatus/statusListCredential")],
        ),
        ({"credentialSubject": {"a": 2**53}}, [("NUMBER_OUT_OF_RANGE", "/credentialSubject/a")]),
        ({"credentialSubject": {"a": float("nan")}}, [("NUMBER_OUT_OF_RANGE", "/credentialSubject/a")]),
        ({"credentialSubject": {"a": object()}}, [("MALFORMED_JSON", "/credentialSubject/a")]),
    ],
)
def test_an_issuer_signs_nothing_that_is_wrong(members, expected, securing):
    assert refused({**alumni_credential(AGENT.did), **members}, AGENT, securing=securing) == expected


@pytest.mark.parametrize("securing", ["data-integrity", "jws"])
def test_an_issuer_signs_no_call_that_is_wrong(securing):
    credential = call_credential()
    del credential["credentialSubject"]["nonce"]
    assert refused(credential, AGENT, securing=securing) == [("INVALID_CREDENTIAL", "/credentialSubject")]
    assert refused({**call_credential(), "validFrom": 7}, AGENT) == [("INVALID_CREDENTIAL", "/validFrom")]
    late = call_credential()
    late["credentialSubject"]["deadline"] = "2026-03-30T11:37:25Z"
    assert refused(late, AGENT, securing=securing) == [("INVALID_CREDENTIAL", "/credentialSubject/deadline")]
    assert refused(call_credential(), SERVER, securing=securing) == [
        ("KEY_NOT_CONTROLLED_BY_ISSUER", "/issuer")
    ]


@pytest.mark.parametrize("member", ["vc", "vp"])
def test_a_payload_wraps_no_credential(member):
    with pytest.raises(UsageError):
        sign({**alumni_credential(AGENT.did), member: {}}, AGENT, securing="jws")


@pytest.mark.parametrize("securing", ["data-integrity", "jws", "sd-jwt", "cose"])
def test_what_is_signed_is_no_larger_than_a_verifier_reads(securing):
    """Of a text of four fifths of the limit a token is too large, of one of the limit everything."""
    for size in (700_000, 840_000, 1 << 20):
        document = alumni_credential(AGENT.did) | {"name": "x" * size}
        is_token = securing in {"jws", "sd-jwt"}
        if size < (800_000 if is_token else 1 << 20):
            assert verify(sign(document, AGENT, securing=securing), Policy(trust_any=True)).verified
        else:
            assert refused(document, AGENT, securing=securing) == [("TOO_LARGE", "")]


def test_a_document_that_contains_itself_is_refused():
    credential = alumni_credential(AGENT.did)
    credential["credentialSubject"]["self"] = credential
    assert [code for code, _ in refused(credential, AGENT)] == ["TOO_DEEP"]
    call = call_credential()
    call["credentialSubject"]["arguments"] = {"self": call}
    assert [code for code, _ in refused(call, AGENT)] == ["TOO_DEEP"]


def test_the_signer_may_be_in_another_process():
    with remote_signer("Ed25519", AGENT.reveal_secret()) as signer:
        for securing in ("data-integrity", "jws"):
            made = sign(alumni_credential(AGENT.did), signer, securing=securing)
            assert verify(made, Policy(allowed_signers=[AGENT.did])).verified


# --- verify ---


def test_it_judges_now_or_at_a_time(monkeypatch):
    made = sign(alumni_credential(AGENT.did) | {"validUntil": "2030-01-01T00:00:00Z"}, AGENT)
    policy = Policy(allowed_signers=[AGENT.did])
    assert verify(made, policy, at=datetime(2029, 1, 1, tzinfo=UTC)).verified
    assert verify(made, policy, at=datetime(2031, 1, 1, tzinfo=UTC)).problems[0].code is Code.EXPIRED
    for now, expected in (("2029-01-01T00:00:00Z", True), ("2031-01-01T00:00:00Z", False)):
        monkeypatch.setattr("signet_vc.api.time.time_ns", lambda now=now: parse(now))
        assert verify(made, policy).verified is expected
    with pytest.raises(UsageError):
        verify(made, policy, at=datetime(2029, 1, 1))  # noqa: DTZ001 - that it is refused is the test


def test_the_readme_of_a_result():
    result = verify(sign(alumni_credential(AGENT.did), AGENT), Policy(allowed_signers=[SERVER.did]))
    assert result.verified is False
    assert result.document is None
    with pytest.raises(VerificationError):
        result.raise_for_problems()
    with pytest.raises(TypeError):
        bool(result)


# --- the package ---


def test_the_public_names():
    assert sorted(signet_vc.__all__) == [
        "AllowedSigner",
        "Check",
        "Code",
        "Policy",
        "Problem",
        "ProblemError",
        "SignetError",
        "SigningKey",
        "UnavailableError",
        "UsageError",
        "Verification",
        "VerificationError",
        "__version__",
        "present",
        "sign",
        "verify",
    ]
    for name in signet_vc.__all__:
        assert getattr(signet_vc, name) is not None


def test_importing_the_package_loads_nothing_heavy():
    program = (
        "import sys, signet_vc; print(*{name.partition('.')[0] for name in sys.modules}, "
        "*(name for name in sys.modules if name.startswith('signet_vc.')))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.split()
    assert "signet_vc" in loaded
    heavy = {
        "multiformats",
        "jsonschema",
        "mcp",
        "pyld",
        "rdflib",
        "keyring",
        "yaml",
        "click",
        "joserfc",
        "jwt",
        "asyncio",
        "signet_vc.protocols",
        "signet_vc.fetch",
    }
    assert heavy & set(loaded) == set()
