"""``vc+cose`` and ``vp+cose``: strict CBOR, small headers, no tag acted on; others verify what we make."""

from __future__ import annotations

import contextlib
import json
import time
from itertools import chain

import cbor2
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from identities import AGENT, ALL, P256, SERVER, alumni_credential
from pycose.headers import KID, Algorithm, ContentType
from pycose.keys import EC2Key, OKPKey
from pycose.messages import Sign1Message

from signet_vc.codec.jcs import canonicalize
from signet_vc.codec.multibase import base64url_decode
from signet_vc.envelopes import cose, cose_sign1
from signet_vc.errors import ProblemError, UsageError
from signet_vc.keys.jwk import public_to_jwk
from signet_vc.keys.signing import Key
from signet_vc.limits import NANOSECONDS

P521 = Key.from_secret("P-521", bytes(range(1, 67)))
KEYS = {**ALL, "P-521": P521}
NUMBERS = {"Ed25519": -8, "P-256": -7, "P-384": -35, "P-521": -36}
VP = {
    "@context": ["https://www.w3.org/ns/credentials/v2"],
    "type": "VerifiablePresentation",
    "holder": AGENT.did,
}
NOW = 1_800_000_000


@pytest.fixture(params=KEYS)
def key(request):
    return KEYS[request.param]


def signed(key=AGENT, document=None, **arguments):
    prepared = cose.prepare(
        alumni_credential(key.did) if document is None else document,
        key_type=key.key_type,
        verification_method=key.verification_method,
        **arguments,
    )
    return prepared.finish(key.sign(prepared.message))


def handmade(key=AGENT, payload=None, unprotected=None, *, encode=cbor2.dumps, **changes):
    """A message of any headers, correctly signed. A change of a label (``l16``) to None takes it out."""
    header = {
        1: next(iter(key.key_type.cose_algorithms)),
        3: "application/vc",
        4: key.verification_method.encode(),
        16: "application/vc+cose",
        **{int(name[1:]): value for name, value in changes.items()},
    }
    protected = encode({label: value for label, value in header.items() if value is not None})
    body = canonicalize(alumni_credential(key.did)) if payload is None else payload
    signature = key.sign(cbor2.dumps(["Signature1", protected, b"", body]))
    return cbor2.dumps(cbor2.CBORTag(18, [protected, unprotected or {}, body, signature]))


def codes(data, key=AGENT, *, strict=False, **arguments):
    """All that is wrong, as whoever verifies collects it."""
    try:
        message = cose.parse(data)
        document = cose.claims(message)
        problems = cose.form_problems(message, document, strict=False) or cose.signature_problems(
            message, document, controller=key.did, strict=strict, **arguments
        )
    except ProblemError as error:
        problems = error.problems
    return [str(each.code) for each in problems]


# --- what we make ---


def test_what_is_signed_verifies(key):
    data = signed(key)
    assert codes(data, key, strict=True) == []
    message = cose.parse(data)
    assert cose.claims(message) == alumni_credential(key.did)
    assert message.payload == canonicalize(alumni_credential(key.did))
    assert message.unprotected == {}
    assert message.protected == {
        1: NUMBERS[key.key_type.name],
        3: "application/vc",
        4: key.verification_method.encode(),
        16: "application/vc+cose",
    }
    assert cose.signer(message) == key.did
    assert cose.notices(message, cose.claims(message)) == ()


def test_a_presentation():
    data = signed(document=VP, presentation=True)
    message = cose.parse(data)
    assert (message.protected[3], message.protected[16]) == ("application/vp", "application/vp+cose")
    assert codes(data) == []
    assert cose.media_type(cose.claims(message)) == "vp+cose"


def test_it_is_deterministic_cbor(key):
    data = signed(key, registered={"aud": ["b", "a"], "exp": NOW, "nonce": "12345678"})
    assert cbor2.dumps(cbor2.loads(data), canonical=True) == data
    protected = cbor2.loads(data).value[0]
    assert cbor2.dumps(cbor2.loads(protected), canonical=True) == protected


@pytest.mark.parametrize("member", ["proof", "vc", "vp"])
def test_the_payload_is_the_credential_alone(member):
    with pytest.raises(UsageError):
        signed(document=alumni_credential(AGENT.did, **{member: {}}))
    payload = canonicalize(alumni_credential(AGENT.did, **{member: {}}))
    assert codes(handmade(payload=payload)) == ["INVALID_CREDENTIAL"]
    payload = canonicalize({**VP, member: {}})
    assert codes(handmade(payload=payload, l3="application/vp", l16="application/vp+cose")) == [
        "INVALID_PRESENTATION"
    ]


def test_a_document_is_signed_as_what_it_is():
    for document, presentation in ((VP, False), (alumni_credential(AGENT.did), True)):
        with pytest.raises(UsageError):
            signed(document=document, presentation=presentation)


# --- another implementation ---


def theirs(key):
    jwk = public_to_jwk(key.public_key)
    x, y = (base64url_decode(jwk.get(name, "")) for name in ("x", "y"))
    if jwk["kty"] == "OKP":
        return OKPKey(crv="ED25519", x=x, d=key.reveal_secret())
    return EC2Key(crv=jwk["crv"].replace("-", "_"), x=x, y=y, d=key.reveal_secret())


def test_pycose_verifies_it(key):
    # without the tag: its decode takes no tuple, and that is what cbor2 6 makes of an array under one
    message = Sign1Message.from_cose_obj(cbor2.loads(signed(key)[1:]), allow_unknown_attributes=True)
    message.key = theirs(key)
    assert message.verify_signature()
    assert json.loads(message.payload) == alumni_credential(key.did)


def test_what_pycose_signs_verifies(key):
    payload = canonicalize(alumni_credential(key.did))
    for protected, unprotected in (
        ({KID: key.verification_method.encode()}, {}),
        ({}, {KID: key.verification_method.encode()}),
    ):
        header = {Algorithm: NUMBERS[key.key_type.name], ContentType: "application/vc", **protected}
        message = Sign1Message(phdr=header, uhdr=unprotected, payload=payload)
        message.key = theirs(key)
        data = message.encode()
        assert codes(data, key) == []
        parsed = cose.parse(data)
        assert [str(each.code) for each in cose.notices(parsed, cose.claims(parsed))] == ["UNKNOWN_FORMAT"]


# --- the signature ---


def test_every_byte_counts():
    data = signed(P256)
    for place in range(len(data)):
        mutant = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        assert codes(mutant, P256) != [], place
    for place in range(len(data)):
        assert codes(data[:place], P256) != [], place
    assert codes(data + b"\0", P256) == ["MALFORMED_CBOR"]


@pytest.mark.parametrize("alg", [-7, -35, -47, -8.0, 0, 1, 5, "ES256", "EdDSA", "none", [-8], b"\x27", True])
def test_threat_21_the_algorithm_is_the_keys(alg):
    assert codes(handmade(l1=alg)) == ["UNSUPPORTED_CRYPTOSUITE"]
    assert isinstance(cose.algorithm(cose.parse(handmade(l1=alg))), str)


@pytest.mark.parametrize(("key", "alg"), [(AGENT, -19), (P256, -9), (KEYS["P-384"], -51), (P521, -52)])
def test_fully_specified_algorithms_are_read(key, alg):
    assert codes(handmade(key, l1=alg), key) == []


def test_es256k_is_not_supported():
    assert codes(handmade(P256, l1=-47), P256) == ["UNSUPPORTED_CRYPTOSUITE"]


def test_the_algorithm_is_protected():
    assert codes(handmade(l1=None)) == ["PROOF_INVALID"]
    assert codes(handmade(l1=None, unprotected={1: -8})) == ["PROOF_INVALID"]
    assert codes(handmade(unprotected={1: -8})) == ["MALFORMED_CBOR"]


def test_algorithms_have_names(key):
    names = {"Ed25519": "EdDSA", "P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}
    assert cose.algorithm(cose.parse(signed(key))) == names[key.key_type.name]


def test_the_second_spelling_of_a_signature():
    message = cbor2.loads(signed(P256))
    signature = message.value[3]
    s = P256.key_type.order - int.from_bytes(signature[32:], "big")
    other = cbor2.dumps(cbor2.CBORTag(18, [*message.value[:3], signature[:32] + s.to_bytes(32, "big")]))
    assert codes(other, P256) == []
    assert codes(other, P256, strict=True) == ["PROOF_INVALID"]


# --- the key ---


@pytest.mark.parametrize(
    ("kid", "code"),
    [
        (None, "PROOF_INVALID"),
        (AGENT.verification_method, "PROOF_INVALID"),  # text where bytes belong
        (b"\xff", "PROOF_INVALID"),
        (b"", "VERIFICATION_METHOD_URL_INVALID"),
        (AGENT.did.encode(), "KEY_INVALID"),
        (SERVER.verification_method.encode(), "KEY_NOT_CONTROLLED_BY_ISSUER"),
    ],
)
def test_threat_24_kid_is_the_issuers_verification_method(kid, code):
    assert codes(handmade(l4=kid)) == [code]


def test_kid_may_be_unprotected_but_not_in_both():
    assert codes(handmade(l4=None, unprotected={4: AGENT.verification_method.encode()})) == []
    assert codes(handmade(unprotected={4: AGENT.verification_method.encode()})) == ["MALFORMED_CBOR"]


@pytest.mark.parametrize("label", [32, 33, 35])
@pytest.mark.parametrize("where", ["protected", "unprotected"])
def test_threat_24_keys_that_the_message_brings_or_points_to(label, where):
    header = {f"l{label}": b"x"} if where == "protected" else {"unprotected": {label: b"x"}}
    assert codes(handmade(**header)) == ["PROOF_INVALID"]


@pytest.mark.parametrize("crit", [[], [99], 1])
def test_threat_23_any_critical_extension(crit):
    assert codes(handmade(l2=crit)) == ["PROOF_INVALID"]
    assert codes(handmade(unprotected={2: crit})) == ["PROOF_INVALID"]


def test_parameters_that_are_not_known_are_left_alone():
    assert codes(handmade(l99="x", unprotected={98: b"x", "name": [1, {"a": None}]})) == []


@pytest.mark.parametrize("iss", [SERVER.did, 7, b"", [AGENT.did]])
def test_iss_is_the_issuer_where_it_is_given(iss):
    assert codes(handmade(l15={1: AGENT.did})) == []
    assert codes(handmade(l15={1: iss})) == ["KEY_NOT_CONTROLLED_BY_ISSUER"]
    payload = canonicalize(alumni_credential(AGENT.did, iss=SERVER.did))
    assert codes(handmade(payload=payload)) == ["KEY_NOT_CONTROLLED_BY_ISSUER"]


# --- types ---


@pytest.mark.parametrize(("label", "wanted"), [(16, "application/vc+cose"), (3, "application/vc")])
def test_media_types(label, wanted):
    for value in (wanted, wanted.upper(), None):
        assert codes(handmade(**{f"l{label}": value})) == []
    for value in (
        "vc+cose",
        "vc",
        "application/vp+cose",
        "application/vp",
        "application/json",
        "",
        0,
        50,
        b"x",
    ):
        assert codes(handmade(**{f"l{label}": value})) == ["UNKNOWN_FORMAT"]


def test_threat_3_a_credential_is_no_presentation():
    assert codes(handmade(payload=canonicalize(VP))) == ["UNKNOWN_FORMAT"] * 2
    assert codes(handmade(l3="application/vp", l16="application/vp+cose")) == ["UNKNOWN_FORMAT"] * 2


def test_what_should_be_there_and_is_not():
    message = cose.parse(handmade(l3=None, l16=None))
    assert cose.is_typed(message)
    assert [str(each.code) for each in cose.notices(message, cose.claims(message))] == ["UNKNOWN_FORMAT"] * 2
    assert not cose.is_typed(cose.parse(handmade(l16="application/cwt")))


def test_the_attestation_format_has_none():
    message = cose.parse(signed())
    problems = cose.form_problems(message, cose.claims(message), strict=True)
    assert [str(each.code) for each in problems] == ["UNKNOWN_FORMAT"]


# --- claims about the signature ---


def test_claims_in_the_header():
    registered = {"aud": "https://verifier.example", "nonce": "12345678", "exp": NOW, "iat": NOW - 1}
    message = cose.parse(signed(document=VP, presentation=True, registered=registered))
    assert cose.registered(message) == registered
    assert cose.claims(message) == VP
    aud = frozenset({"https://verifier.example"})
    assert cose.audience_problems(message, domain=aud, challenge="12345678") == []
    found = cose.audience_problems(message, domain=frozenset({"x"}), challenge="x")
    assert [str(each.code) for each in found] == ["DOMAIN_MISMATCH", "CHALLENGE_MISMATCH"]
    assert cose.time_problems(message, at_ns=(NOW - 1) * NANOSECONDS, skew_ns=0) == ([], [])
    found, _ = cose.time_problems(message, at_ns=NOW * NANOSECONDS, skew_ns=0)
    assert [str(each.code) for each in found] == ["EXPIRED"]


@pytest.mark.parametrize(
    "registered", [{"nonce": "1234567"}, {"nonce": "n" * 65}, {"iss": "x"}, {"exp": "x"}]
)
def test_claims_that_cannot_be_written(registered):
    with pytest.raises(UsageError):
        signed(registered=registered)


def test_claims_in_the_payload_count_and_do_not_differ():
    document = alumni_credential(AGENT.did, exp=NOW, nonce="n")
    alone = cose.parse(handmade(payload=canonicalize(document)))
    assert cose.registered(alone) == {}
    assert cose.registered(alone, document) == {"exp": NOW, "nonce": "n"}
    assert codes(handmade(payload=canonicalize(document), l15={4: NOW})) == []
    assert codes(handmade(payload=canonicalize(document), l15={4: NOW + 1})) == ["INVALID_CREDENTIAL"]


@pytest.mark.parametrize("value", [1, "x", [], b"\xa0"])
def test_claims_that_are_no_map(value):
    assert codes(handmade(l15=value)) == ["INVALID_CREDENTIAL"]


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({5: NOW + 1}, "NOT_YET_VALID"),
        ({4: "x"}, "INVALID_CREDENTIAL"),
        ({4: float("nan")}, "INVALID_CREDENTIAL"),
    ],
)
def test_times_of_the_signature(claims, expected):
    found, _ = cose.time_problems(cose.parse(handmade(l15=claims)), at_ns=NOW * NANOSECONDS, skew_ns=0)
    assert [str(each.code) for each in found] == [expected]


def test_a_nonce_that_is_no_text():
    message = cose.parse(handmade(l15={10: b"\xff" * 8}))
    assert cose.registered(message) == {"nonce": b"\xff" * 8}
    found = cose.audience_problems(message, domain=None, challenge="x")
    assert [str(each.code) for each in found] == ["CHALLENGE_MISMATCH"]


# --- strict CBOR ---

PARTS = [cbor2.dumps({1: -8}), {}, b"{}", b"s" * 64]


def message(tag=18, **parts):
    values = list(PARTS)
    for name, value in parts.items():
        values[int(name[1:])] = value
    return cbor2.dumps(cbor2.CBORTag(tag, values))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xd2",
        b"\xd2\x84",
        b"{}",
        cbor2.dumps(PARTS),  # no tag
        message(98),
        message(17),
        message(61),
        b"\xd8\x3d" + message(),  # a CWT's tag around it
        b"\xd9\xd9\xf7" + message(),
        b"\xd8\x12" + message()[1:],  # the tag, longer than it need be
        cbor2.dumps(cbor2.CBORTag(18, PARTS[:3])),
        cbor2.dumps(cbor2.CBORTag(18, [*PARTS, b""])),
        b"\xd2\x9f" + message()[2:] + b"\xff",  # of indefinite length
        message(p0={1: -8}),
        message(p0="x"),
        message(p0=b"\xa1"),
        message(p0=b"\xa1\x01"),
        message(p0=b"\xa0\x00"),
        message(p0=b"\x80"),
        message(p0=b"\x01"),
        message(p0=b"\xff"),
        message(p0=b"\xbf\x01\x27\xff"),
        message(p0=b"\xa2\x01\x27\x01\x27"),
        message(p0=b"\xa2\x01\x27\x18\x01\x27"),  # the same label, longer
        message(p0=b"\xa2\x01\x27\xf5\x00"),  # true is no label, though it equals 1
        message(p0=b"\xa2\x01\x27\xf9\x3c\x00\x00"),  # nor is 1.0
        message(p0=b"\xa2\x01\x27\x80\x00"),
        message(p0=b"\xa2\x01\x27\xa0\x00"),
        message(p0=b"\xa2\x01\x27\x40\x00"),
        message(p0=b"\xa2\x01\x27\x02\xf7"),  # undefined
        message(p0=b"\xa2\x01\x27\x02\xf0"),  # a simple value
        message(p0=b"\xa2\x01\x27\x02\xf8\x14"),
        message(p0=b"\xa2\x01\x27\x02\x61\xff"),
        message(p0=b"\xa2\x01\x27\x18\x63" + b"\x81" * 5 + b"\x00"),
        message(p1=[]),
        message(p1=None),
        message(p1=b""),
        message(p1={1: -8}),
        message(p2=None),  # a detached payload
        message(p2="{}"),
        message(p2={}),
        message(p3=None),
        message(p3=[]),
        message() + b"\x00",
        message() * 2,
        message(p2=b"")[:-67] + b"\x5f\x42{}\xff\x40",
    ],
    ids=lambda data: data[:24].hex(),
)
def test_what_is_no_cose_sign1(data):
    assert codes(data) == ["MALFORMED_CBOR"]


def test_the_empty_signature_and_header():
    assert codes(message(p3=b"")) == ["PROOF_MISSING"]
    assert codes(message(p0=b"")) == ["PROOF_INVALID"]
    assert codes(message(p0=b"\xa0")) == ["PROOF_INVALID"]


@pytest.mark.parametrize(
    "length", [b"\x5b\x7f" + b"\xff" * 7, b"\x5b" + b"\xff" * 8, b"\x5a\xff\xff\xff\xff", b"\x5c"]
)
def test_lengths_that_are_not_there(length):
    assert codes(b"\xd2\x84" + length) == ["MALFORMED_CBOR"]
    assert codes(b"\xd2\x84\x40" + b"\xbb" + length[1:]) == ["MALFORMED_CBOR"]


def test_no_tag_is_acted_on():
    """Not one that the library knows, nor one that a later version may: dates, patterns, references, …"""
    for tag in chain(range(400), (1004, 1040, 43000, 55799, 65535, 2**32)):
        inside = cbor2.dumps({1: -8, 99: cbor2.CBORTag(tag, "2013-03-21T20:04:00Z")})
        assert codes(message(p0=inside)) == ["MALFORMED_CBOR"], tag
    assert codes(message(p0=cbor2.dumps({1: -8, 99: 2**64}))) == ["MALFORMED_CBOR"]


def test_headers_are_bounded():
    assert codes(message(p0=cbor2.dumps({1: -8, 99: b"x" * 4096}))) == ["TOO_LARGE"]
    assert codes(message(p1={99: b"x" * 4096})) == ["MALFORMED_CBOR"]
    assert codes(message(p1={99: b"x" * 4000})) != ["MALFORMED_CBOR"]


def test_threat_12_labels_chosen_to_collide_are_refused_within_a_second():
    """20,000 multiples of 2^61 - 1, all of one hash, took 6.4 s; they need the tag of a large number."""
    numbers = [(number * (2**61 - 1)).to_bytes(10, "big") for number in range(9, 20_009)]
    labels = b"".join(b"\xc2\x4a" + number + b"\x00" for number in numbers)
    started = time.process_time()
    assert codes(b"\xd2\x84\x43\xa1\x01\x27\xb9\x4e\x20" + labels + b"\x42{}\x41s") == ["MALFORMED_CBOR"]
    assert time.process_time() - started < 1


def test_size_is_bounded():
    data = message(p2=b"x" * 1000)
    assert cose.parse(data, max_bytes=len(data)).payload == b"x" * 1000
    with pytest.raises(ProblemError) as raised:
        cose.parse(data, max_bytes=len(data) - 1)
    assert [str(code) for code in raised.value.codes] == ["TOO_LARGE"]


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"", "MALFORMED_JSON"),
        (b"[]", "INVALID_CREDENTIAL"),
        (b"{", "MALFORMED_JSON"),
        (b'{"issuer":"a","issuer":"b"}', "DUPLICATE_MEMBER"),
        (b"\xa0", "MALFORMED_JSON"),  # CBOR
        (b"[" * 1000, "TOO_DEEP"),
    ],
)
def test_the_payload_is_a_strict_json_object(payload, code):
    assert codes(handmade(payload=payload)) == [code]


def test_w3c_s_own_example_can_be_read():
    """As Example 9 of VC-JOSE-COSE begins: no kid, no type."""
    parsed = cose.parse(bytes.fromhex("d28444a1013822a04f") + b'{"type":["a"]} ' + b"\x40"[:0] + b"\x41s")
    assert (parsed.protected, parsed.unprotected) == ({1: -35}, {})
    assert cose.claims(parsed) == {"type": ["a"]}
    assert cose.signer(parsed) is None


# --- whatever comes ---

PIECES = st.sampled_from(
    [b"\xd2\x84", b"\xa0", b"\xa1\x01\x27", b"\x40", b"\x43\xa1\x01\x27", b"\x42{}", b"\xf6", b"\xc0"]
)


@settings(deadline=None, max_examples=400)
@given(st.binary(max_size=200) | st.lists(PIECES | st.binary(max_size=8), max_size=8).map(b"".join))
@example(b"\xd2\x84\x43\xa1\x01\x27\xa0\x42{}\x41s")
def test_whatever_comes_only_our_errors_get_out(data):
    with contextlib.suppress(ProblemError):
        parsed = cose.parse(data)
        document = cose.claims(parsed)
        cose.form_problems(parsed, document, strict=False)
        cose.signature_problems(parsed, document, controller=AGENT.did)


@settings(deadline=None, max_examples=200)
@given(
    st.dictionaries(
        st.integers(-40, 40) | st.text(max_size=3),
        st.recursive(
            st.none()
            | st.booleans()
            | st.integers(-(2**63), 2**63)
            | st.binary(max_size=5)
            | st.text(max_size=5)
            | st.floats(),
            lambda inner: (
                st.lists(inner, max_size=3) | st.dictionaries(st.integers(0, 12), inner, max_size=3)
            ),
            max_leaves=5,
        ),
        max_size=5,
    )
)
def test_whatever_a_header_holds_only_our_errors_get_out(header):
    with contextlib.suppress(ProblemError):
        parsed = cose.parse(message(p0=cbor2.dumps({1: -8, **header})))
        for judge in (cose.algorithm, cose.signer, cose.registered, cose.is_typed):
            judge(parsed)
        cose.notices(parsed, {})
        cose.form_problems(parsed, {}, strict=False)
        cose.time_problems(parsed, at_ns=NOW, skew_ns=0)
        cose.audience_problems(parsed, domain=frozenset({"a"}), challenge="c")
        cose.signature_problems(parsed, {}, controller=AGENT.did)


@settings(deadline=None, max_examples=50)
@given(
    st.dictionaries(
        st.integers(16, 60) | st.text(max_size=9), st.integers() | st.binary() | st.text(), max_size=9
    )
)
def test_a_header_round_trips(header):
    header = {
        label: value
        for label, value in header.items()
        if label not in {32, 33, 35} and not (type(value) is int and not -(2**64) <= value < 2**64)
    }
    prepared = cose_sign1.prepare(b"payload", {1: -8, **header})
    parsed = cose.parse(prepared.finish(b"signature"))
    assert parsed == ({1: -8, **header}, {}, b"payload", b"signature", prepared.message)
