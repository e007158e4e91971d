"""A2A agent cards: who may have signed one, what was signed, and what no signature saves."""

from __future__ import annotations

import copy
import json
import time
from typing import Any, Final

import jwt
import pytest
from a2a.types import AgentCard
from a2a.utils.signing import (
    InvalidSignaturesError,
    SignatureVerificationError,
    create_agent_card_signer,
    create_signature_verifier,
)
from engine import SERVER
from google.protobuf.json_format import MessageToDict, ParseDict
from hypothesis import given
from hypothesis import strategies as st
from identities import P256, P384
from protocol_examples_a2a import AT, CARD, CARD_KEY, examples, signed_card

from signet_vc import Policy, UsageError, verify
from signet_vc.codec.multibase import base64url_decode, base64url_encode
from signet_vc.did import jwk
from signet_vc.errors import Code, ProblemError, UnavailableError
from signet_vc.keys.jwk import public_to_jwk, secret_to_jwk
from signet_vc.keys.signing import Key
from signet_vc.protocols import a2a_normal
from signet_vc.protocols.a2a_card import verify_card
from signet_vc.protocols.a2a_form import attestation_did, normal_form_problems
from signet_vc.protocols.a2a_signing import sign_card
from signet_vc.result import Verification

DID: Final = "did:web:agent.example"
SET: Final = "https://agent.example/jwks.json"
PINNED: Final = Policy(allowed_signers=[CARD_KEY.did])


def judged(card: Any, policy: Policy = PINNED) -> Verification:
    return verify(json.dumps(card), policy, at=AT)


def codes(result: Verification) -> list[Code]:
    return [each.code for each in result.problems]


def changed(card: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {**copy.deepcopy(card), **members}


class Documents:
    """A resolver and a loader over documents, which counts what it is asked for."""

    def __init__(self, **documents: Any) -> None:
        self.documents = documents
        self.asked: list[str] = []

    def resolve(self, did: str) -> dict[str, Any]:
        self.asked.append(did)
        found: dict[str, Any] = self.documents[did]
        return found

    def load(self, url: str) -> bytes:
        self.asked.append(url)
        if url not in self.documents:
            raise UnavailableError("nobody answers", code=Code.RESOLVER_UNAVAILABLE)
        return json.dumps(self.documents[url]).encode()


def did_document(did: str = DID, **relationships: Key) -> dict[str, Any]:
    """A document with a key for each use, by the fragment that is the use's name."""
    return {
        "id": did,
        "verificationMethod": [
            {
                "id": f"{did}#{name}",
                "type": "Multikey",
                "controller": did,
                "publicKeyMultibase": key.public_key.multibase,
            }
            for name, key in relationships.items()
        ],
        **{name: [f"{did}#{name}"] for name in relationships},
    }


def key_set(key: Key, kid: str = "key-1", **members: Any) -> dict[str, Any]:
    return {
        "keys": [{"kty": "RSA", "kid": "other"}, {**public_to_jwk(key.public_key), "kid": kid, **members}]
    }


# --- whose signature -----------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [CARD_KEY, P256, P384], ids=lambda key: key.key_type.name)
def test_a_card_verifies_under_a_pinned_did_and_is_handed_out_without_its_signatures(key: Key) -> None:
    result = judged(signed_card(key=key), Policy(allowed_signers=[key.did]))
    assert result.verified, result.problems
    assert (result.format, result.issuer, result.types) == ("a2a-agent-card", key.did, ("AgentCard",))
    assert result.document == CARD
    assert result.checks[-1].reason.endswith("canonical form raw")
    assert attestation_did(result.document) == SERVER.did


def test_nobody_is_trusted_unless_named() -> None:
    card = signed_card()
    assert codes(judged(card, Policy())) == [Code.NO_TRUST_ANCHOR]
    assert codes(judged(card, Policy(allowed_signers=[P256.did]))) == [Code.SIGNER_NOT_ALLOWED]
    # That it is a stranger's is told only of one whose signature holds.
    assert codes(judged(changed(card, name="Other"), Policy(allowed_signers=[P256.did]))) == [
        Code.PROOF_INVALID
    ]


def test_where_anybody_is_trusted_a_key_without_a_domain_is_told() -> None:
    result = judged(signed_card(), Policy(trust_any=True))
    assert result.verified
    assert [each.code for each in result.notices] == [Code.KEY_NOT_CONTROLLED_BY_ISSUER]


def with_web(did: str = DID, key: Key = CARD_KEY) -> dict[str, Any]:
    document = did_document(did, authentication=key, assertionMethod=SERVER)
    return signed_card(key=key, kid=f"{did}#authentication", did_document=document)


def test_a_did_of_the_cards_own_domain_needs_no_pin_where_anybody_is_trusted() -> None:
    documents = Documents(**{DID: did_document(authentication=CARD_KEY)})
    result = judged(with_web(), Policy(trust_any=True, resolver=documents))
    assert (result.verified, result.issuer, result.notices) == (True, DID, ())


def test_a_did_of_another_domain_is_refused_unless_it_is_pinned() -> None:
    other = "did:web:other.example"
    documents = Documents(**{other: did_document(other, authentication=CARD_KEY)})
    card = with_web(other)
    assert codes(judged(card, Policy(trust_any=True, resolver=documents))) == [Code.PROOF_INVALID]
    assert documents.asked == []
    assert judged(card, Policy(allowed_signers=[other], resolver=documents)).verified


def test_interfaces_of_two_origins_are_nobodys_domain() -> None:
    interfaces = [
        *CARD["supportedInterfaces"],
        {**CARD["supportedInterfaces"][0], "url": "https://b.example/"},
    ]
    document = did_document(authentication=CARD_KEY)
    card = signed_card(
        changed(CARD, supportedInterfaces=interfaces), kid=f"{DID}#authentication", did_document=document
    )
    documents = Documents(**{DID: document})
    assert not judged(card, Policy(trust_any=True, resolver=documents)).verified
    assert judged(card, Policy(allowed_signers=[DID], resolver=documents)).verified


def test_a_stranger_chooses_nothing_that_is_looked_up() -> None:
    documents = Documents()
    allowed = Policy(allowed_signers=[P256.did], resolver=documents, loader=documents)
    assert codes(judged(with_web(), allowed)) == [Code.PROOF_INVALID]
    assert codes(judged(signed_card(kid="key-1", jku=SET), allowed)) == [Code.PROOF_INVALID]
    assert codes(judged(signed_card(kid="key-1"), allowed)) == [Code.KEY_NOT_FOUND]
    assert documents.asked == []


def test_a_key_set_is_followed_only_if_the_policy_names_it() -> None:
    documents = Documents(**{SET: key_set(CARD_KEY), "https://evil.example/": key_set(P256)})
    pinned = Policy(allowed_signers=[SET], loader=documents)
    result = judged(signed_card(kid="key-1", jku=SET), pinned)
    assert (result.verified, result.issuer) == (True, SET)
    assert judged(signed_card(kid="key-1"), pinned).verified  # a trusted set, named by nobody
    forged = signed_card(key=P256, kid="key-1", jku="https://evil.example/")
    assert not judged(forged, pinned).verified
    assert "https://evil.example/" not in documents.asked
    everybody = Policy(trust_any=True, loader=documents)
    assert judged(signed_card(kid="key-1", jku=SET), everybody).verified  # of the card's own origin
    assert codes(judged(forged, everybody)) == [Code.PROOF_INVALID]
    assert "https://evil.example/" not in documents.asked


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (None, Code.RESOLVER_UNAVAILABLE),
        ([], Code.KEY_NOT_FOUND),
        ({"keys": 1}, Code.KEY_NOT_FOUND),
        (key_set(CARD_KEY, "key-2"), Code.KEY_NOT_FOUND),
        ({"keys": key_set(CARD_KEY)["keys"] * 2}, Code.KEY_INVALID),
        (key_set(CARD_KEY, use="enc"), Code.KEY_INVALID),
        (key_set(CARD_KEY, key_ops=["encrypt"]), Code.KEY_INVALID),
        ({"keys": [{"kty": "RSA", "kid": "key-1"}]}, Code.KEY_INVALID),
        (key_set(P256), Code.UNSUPPORTED_CRYPTOSUITE),
    ],
)
def test_a_key_set_gives_one_key_for_signatures_or_none(found: Any, code: Code) -> None:
    documents = Documents() if found is None else Documents(**{SET: found})
    result = judged(signed_card(kid="key-1", jku=SET), Policy(allowed_signers=[SET], loader=documents))
    assert codes(result) == [code]


def test_without_a_loader_no_key_set_is_had() -> None:
    result = judged(signed_card(kid="key-1"), Policy(allowed_signers=[SET]))
    assert codes(result) == [Code.RESOLVER_UNAVAILABLE]


def test_a_card_under_a_document_that_gives_the_key_to_assertions_verifies() -> None:
    """Other agents have one key for all: what is not done here is not refused there."""
    documents = Documents(**{DID: did_document(assertionMethod=CARD_KEY)})
    card = signed_card()
    card["signatures"] = resigned(card, {"alg": "EdDSA", "kid": f"{DID}#assertionMethod"})
    assert judged(card, Policy(allowed_signers=[DID], resolver=documents)).verified
    documents = Documents(**{DID: did_document(keyAgreement=CARD_KEY)})
    card["signatures"] = resigned(card, {"alg": "EdDSA", "kid": f"{DID}#keyAgreement"})
    refused = judged(card, Policy(allowed_signers=[DID], resolver=documents))
    assert codes(refused) == [Code.PROOF_PURPOSE_MISMATCH]


# --- what was signed -----------------------------------------------------------------------------------


def resigned(card: dict[str, Any], header: Any, key: Key = CARD_KEY) -> list[dict[str, Any]]:
    """A signature under any header."""
    protected = base64url_encode(header if isinstance(header, bytes) else json.dumps(header).encode())
    payload = base64url_encode(a2a_normal.raw(card).octets)
    signature = base64url_encode(key.sign(f"{protected}.{payload}".encode()))
    return [{"protected": protected, "signature": signature}]


GOOD: Final = {"alg": "EdDSA", "typ": "JOSE", "kid": CARD_KEY.verification_method}


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (GOOD, None),
        ({**GOOD, "alg": "Ed25519"}, None),
        ({"alg": "EdDSA", "kid": CARD_KEY.verification_method}, None),
        ({**GOOD, "alg": "ES256"}, Code.UNSUPPORTED_CRYPTOSUITE),
        ({**GOOD, "alg": "none"}, Code.UNSUPPORTED_CRYPTOSUITE),
        ({**GOOD, "alg": "HS256"}, Code.UNSUPPORTED_CRYPTOSUITE),
        ({**GOOD, "jku": None}, None),
        ({**GOOD, "typ": "JWT"}, Code.PROOF_INVALID),
        ({**GOOD, "typ": "vc+jwt"}, Code.PROOF_INVALID),
        ({**GOOD, "typ": ["JOSE"]}, Code.PROOF_INVALID),
        ({**GOOD, "crit": ["exp"]}, Code.PROOF_INVALID),
        ({**GOOD, "b64": True}, Code.PROOF_INVALID),
        ({**GOOD, "jku": 1}, Code.PROOF_INVALID),
        ({**GOOD, "kid": P256.verification_method}, Code.UNSUPPORTED_CRYPTOSUITE),
        ({**GOOD, "kid": f"{CARD_KEY.did}#other"}, Code.KEY_NOT_CONTROLLED_BY_ISSUER),
        ({"alg": "EdDSA"}, Code.PROOF_INVALID),
        ({"kid": CARD_KEY.verification_method}, Code.PROOF_INVALID),
        ([], Code.PROOF_INVALID),
        (b'{"alg":"EdDSA","alg":"EdDSA","kid":"a"}', Code.PROOF_INVALID),
        (b"\xff", Code.PROOF_INVALID),
    ],
)
def test_a_header_is_read_strictly(header: Any, code: Code | None) -> None:
    card = {**CARD, "signatures": resigned(CARD, header)}
    result = judged(card, Policy(allowed_signers=[CARD_KEY.did, P256.did]))
    assert codes(result) == ([] if code is None else [code])


def test_what_stands_in_the_unprotected_header_is_never_read() -> None:
    (entry,) = resigned(CARD, GOOD)
    unprotected = {"alg": "none", "kid": "evil", "jku": "https://evil.example/"}
    assert judged({**CARD, "signatures": [{**entry, "header": unprotected}]}).verified


@pytest.mark.parametrize(
    "entry",
    [None, 1, [], {}, {"protected": "", "signature": 1}, {"signature": "AA"}, {"protected": "e30"}],
)
def test_a_signature_of_another_form_is_refused(entry: Any) -> None:
    assert not judged({**CARD, "signatures": [entry]}).verified


@pytest.mark.parametrize("signatures", [None, [], {}, "e30", [signed_card()["signatures"][0]] * 9])
def test_a_card_has_one_to_eight_signatures(signatures: Any) -> None:
    result = judged({**CARD, "signatures": signatures})
    assert codes(result)[0] in {Code.PROOF_MISSING, Code.INVALID_AGENT_CARD, Code.TOO_LARGE}


def test_one_signature_that_holds_suffices_and_the_others_are_told() -> None:
    twice = signed_card(signed_card(key=P256))
    assert len(twice["signatures"]) == 2
    result = judged(twice)
    assert (result.verified, result.issuer) == (True, CARD_KEY.did)
    assert [(each.code, each.pointer) for each in result.notices] == [
        (Code.SIGNER_NOT_ALLOWED, "/signatures/0")
    ]


@pytest.mark.parametrize("policy", [{"formats": ["a2a-message"]}, {"securings": ["ES256"]}])
def test_a_policy_may_demand_another_format_or_algorithm(policy: dict[str, Any]) -> None:
    assert not judged(signed_card(), Policy(allowed_signers=[CARD_KEY.did], **policy)).verified


def places(value: Any, *path: Any) -> list[tuple[Any, ...]]:
    """The way to every member and element of a card."""
    if isinstance(value, dict):
        return [way for name, each in value.items() for way in [(*path, name), *places(each, *path, name)]]
    if isinstance(value, list):
        return [way for index, each in enumerate(value) for way in places(each, *path, index)]
    return []


@pytest.mark.parametrize("place", places(CARD), ids=lambda place: "-".join(map(str, place)))
def test_every_member_is_signed(place: tuple[Any, ...]) -> None:
    for alter in (lambda old: f"{old}x", lambda _: None, lambda _: ""):
        card = copy.deepcopy(signed_card())
        holder: Any = card
        for step in place[:-1]:
            holder = holder[step]
        holder[place[-1]] = alter(holder[place[-1]])
        assert not judged(card).verified


def test_every_bit_of_a_signature_is_signed() -> None:
    card = signed_card()
    for member in ("protected", "signature"):
        octets = base64url_decode(card["signatures"][0][member])
        for place in range(len(octets)):
            altered = bytearray(octets)
            altered[place] ^= 1
            other = {**card["signatures"][0], member: base64url_encode(bytes(altered))}
            assert not judged({**card, "signatures": [other]}).verified


@pytest.mark.parametrize(
    "addition",
    [
        {"x-unknown": {"trust": "me"}},
        {"default_input_modes": ["text/html"]},
        {"securityRequirements": [{}]},
        {"iconUrl": "https://evil.example/"},
        {"documentationUrl": ""},
    ],
)
def test_what_is_added_to_a_signed_card_is_refused_or_left_out(addition: dict[str, Any]) -> None:
    """Both SDKs drop such members before they verify, and hand out the card with them."""
    result = judged({**signed_card(), **addition})
    if result.verified:
        assert result.document == CARD
        assert [each.code for each in result.notices] == [Code.COVERAGE_INSUFFICIENT]
    else:
        assert result.document is None


def test_two_attestation_dids_are_none() -> None:
    card = changed(CARD)
    card["capabilities"]["extensions"].append(
        {**card["capabilities"]["extensions"][0], "params": {"did": CARD_KEY.did}}
    )
    signed = {**card, "signatures": resigned(card, GOOD)}
    assert codes(judged(signed)) == [Code.INVALID_AGENT_CARD]


def test_numbers_that_readers_round_have_no_canonical_form() -> None:
    card = copy.deepcopy(signed_card())
    card["capabilities"]["extensions"][0]["params"]["n"] = 2**53
    assert codes(judged(card)) == [Code.NUMBER_OUT_OF_RANGE]


@pytest.mark.parametrize("did", [1, "", "https://example.com", None])
def test_an_attestation_did_is_a_did(did: Any) -> None:
    card = changed(CARD)
    card["capabilities"]["extensions"][0]["params"]["did"] = did
    signed = {**card, "signatures": resigned(card, GOOD)}
    assert codes(judged(signed)) == [Code.INVALID_AGENT_CARD]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=3),
        lambda each: (
            st.lists(each, max_size=3)
            | st.dictionaries(st.sampled_from([*CARD, "list", "scopes", "protected"]), each, max_size=4)
        ),
        max_leaves=12,
    )
)
def test_nothing_that_a_card_may_hold_makes_a_verifier_raise(value: Any) -> None:
    for card in (
        {**CARD, "signatures": value},
        {**signed_card(), "capabilities": value},
        {**CARD, "skills": value},
    ):
        verify_card(card, PINNED, 0)
        judged(card)


def test_a_card_that_is_larger_than_any_is_refused_unread() -> None:
    assert codes(judged(signed_card(changed(CARD, description="x" * 131_072)))) == [Code.TOO_LARGE]
    assert judged(signed_card(changed(CARD, description="x" * 125_000))).verified


@pytest.mark.parametrize("nothing", ["", [[[[[]]]]], {}, 1], ids=str)
def test_the_most_that_a_card_can_ask_for_is_done_soon(nothing: Any) -> None:
    """Eight signatures, each tried over every form of an array of nothing: 0.3 s under load."""
    card = changed(CARD)
    card["capabilities"]["extensions"][0]["params"]["list"] = [nothing] * (
        120_000 // len(f"{json.dumps(nothing)},")
    )
    text = json.dumps({**card, "signatures": signed_card()["signatures"] * 8}, separators=(",", ":"))
    begun = time.process_time()
    result = verify(text, PINNED, at=AT)
    assert time.process_time() - begun < 3
    assert set(codes(result)) == {Code.PROOF_INVALID}
    assert len(result.problems) <= 8 * 20


# --- signing -------------------------------------------------------------------------------------------


def set_at(card: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    made = copy.deepcopy(card)
    holder: Any = made
    *way, last = path.split("/")
    for step in way:
        holder = holder[int(step) if isinstance(holder, list) else step]
    holder[last] = value
    return made


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("description", ""),
        ("iconUrl", None),
        ("securitySchemes", {}),
        ("skills/0/tags", ["mail", ""]),
        ("skills/0/examples", []),
        ("supportedInterfaces/0/tenant", ""),
        ("capabilities/extensions/0/required", False),
        ("capabilities/extensions/0/params/list", [{}]),
        ("capabilities/extensions/0/params/n", 2**53),
        ("capabilities/extensions/0/params/n", 1e300),
        ("default_input_modes", ["text/plain"]),
        ("x-unknown", 1),
        ("skills/0/unknown", "a"),
        ("securityRequirements", [{"schemes": {"a": {"list": []}}}]),
        ("name", 1),
    ],
)
def test_a_card_that_readers_take_in_different_ways_is_not_signed(path: str, value: Any) -> None:
    card = set_at(CARD, path, value)
    with pytest.raises(ProblemError) as refused:
        sign_card(card, CARD_KEY)
    assert refused.value.codes == (Code.INVALID_AGENT_CARD,)
    assert refused.value.problems[0].pointer.startswith(f"/{path}")


@pytest.mark.parametrize("name", ["description", "version", "skills", "supportedInterfaces", "capabilities"])
def test_a_card_without_what_is_required_is_not_signed(name: str) -> None:
    card = {each: value for each, value in CARD.items() if each != name}
    assert [each.pointer for each in normal_form_problems(card)] == [f"/{name}"]


def test_a_key_that_attests_calls_signs_no_card() -> None:
    with pytest.raises(UsageError):
        sign_card(CARD, SERVER)  # the card itself says so
    with pytest.raises(UsageError):
        sign_card(CARD, CARD_KEY, attesting={CARD_KEY.did})
    document = did_document(authentication=CARD_KEY, assertionMethod=CARD_KEY)
    with pytest.raises(UsageError):
        sign_card(CARD, CARD_KEY, kid=f"{DID}#authentication", did_document=document)


def test_a_card_says_of_a_key_that_attests_that_it_signed_the_card_itself() -> None:
    card = set_at(CARD, "capabilities/extensions/0/params/did", CARD_KEY.did)
    signed = {**card, "signatures": resigned(card, GOOD)}
    assert codes(judged(signed)) == [Code.PROOF_PURPOSE_MISMATCH]


def test_a_key_that_attests_is_known_under_its_other_did() -> None:
    card = set_at(CARD, "capabilities/extensions/0/params/did", jwk.from_public_key(CARD_KEY.public_key))
    with pytest.raises(UsageError):
        sign_card(card, CARD_KEY)
    signed = {**card, "signatures": resigned(card, GOOD)}
    assert codes(judged(signed)) == [Code.PROOF_PURPOSE_MISMATCH]


@pytest.mark.parametrize(
    ("purposes", "found"),
    [
        (("authentication",), []),
        (("authentication", "assertionMethod"), [Code.PROOF_PURPOSE_MISMATCH]),
        (("assertionMethod",), [Code.PROOF_PURPOSE_MISMATCH]),
    ],
)
def test_a_key_that_its_did_gives_to_the_attestations_of_the_card_signs_no_card(
    purposes: tuple[str, ...], found: list[Code]
) -> None:
    document = did_document(card=CARD_KEY)
    document = {"id": DID, "verificationMethod": document["verificationMethod"]}
    document |= {name: [f"{DID}#card"] for name in purposes}
    policy = Policy(allowed_signers=[DID], resolver=Documents(**{DID: document}))
    card = set_at(CARD, "capabilities/extensions/0/params/did", DID)
    header = {"alg": "EdDSA", "typ": "JOSE", "kid": f"{DID}#card"}
    signed = {**card, "signatures": resigned(card, header)}
    assert codes(judged(signed, policy)) == found


@pytest.mark.parametrize(
    ("kid", "document"),
    [
        ("", None),
        ("did:nonsense", None),
        (P256.verification_method, None),
        (f"{CARD_KEY.did}#other", None),
        (f"{DID}#authentication", None),
        (f"{DID}#authentication", did_document(authentication=P256)),
        (f"{DID}#assertionMethod", did_document(assertionMethod=CARD_KEY)),
        (f"{DID}#authentication", did_document("did:web:b.example", authentication=CARD_KEY)),
    ],
)
def test_a_kid_names_the_key_that_signs(kid: str, document: Any) -> None:
    with pytest.raises(UsageError):
        sign_card(CARD, CARD_KEY, kid=kid, did_document=document)


@pytest.mark.parametrize("jku", ["", "http://agent.example/", "https://a@b/", "javascript:1"])
def test_a_jku_is_an_https_url(jku: str) -> None:
    with pytest.raises(UsageError):
        sign_card(CARD, CARD_KEY, kid="key-1", jku=jku)


def test_our_own_credentials_are_signed_as_no_card() -> None:
    with pytest.raises(UsageError):
        sign_card({**CARD, "type": ["VerifiableCredential", "ToolCallRequestCredential"]}, CARD_KEY)
    with pytest.raises(UsageError):
        sign_card({"name": "a"}, CARD_KEY)


# --- the SDK -------------------------------------------------------------------------------------------


def sdk_verifier(key: Key) -> Any:
    jwk = jwt.PyJWK.from_dict({**public_to_jwk(key.public_key)})
    return create_signature_verifier(lambda _kid, _jku: jwk, ["EdDSA", "ES256", "ES384"])


@pytest.mark.parametrize("key", [CARD_KEY, P256, P384], ids=lambda key: key.key_type.name)
def test_the_sdk_verifies_what_is_signed_here_and_refuses_it_changed(key: Key) -> None:
    card = signed_card(key=key)
    sdk_verifier(key)(ParseDict(card, AgentCard()))
    with pytest.raises(InvalidSignaturesError):
        sdk_verifier(key)(ParseDict(changed(card, name="Other"), AgentCard()))


@pytest.mark.parametrize("typ", ["JOSE", None])
@pytest.mark.parametrize("key", [CARD_KEY, P256], ids=lambda key: key.key_type.name)
def test_what_the_sdk_signs_verifies_here(key: Key, typ: str | None) -> None:
    algorithm = {"Ed25519": "EdDSA", "P-256": "ES256"}[key.key_type.name]
    header: Any = {"alg": algorithm, "kid": key.verification_method, "typ": typ, "jku": None}
    sign = create_agent_card_signer(jwt.PyJWK.from_dict(secret_to_jwk(key)), header)
    signed = sign(ParseDict({**CARD, "skills": []}, AgentCard()))
    result = judged(MessageToDict(signed), Policy(allowed_signers=[key.did]))
    assert result.verified, result.problems


NAMES: Final = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=5)


@given(
    name=NAMES,
    params=st.dictionaries(
        NAMES,
        st.integers(-(2**53) + 1, 2**53 - 1) | st.booleans() | NAMES | st.floats(-1e6, 1e6),
        min_size=1,
        max_size=4,
    ),
)
def test_every_reading_of_a_card_in_normal_form_is_the_same_and_the_sdks_too(
    name: str, params: dict[str, Any]
) -> None:
    card = changed(CARD, name=name)
    card["capabilities"]["extensions"].append({"uri": "https://example.com/x", "params": params})
    readings = {read(card).octets for read in a2a_normal.PROFILES.values()}
    assert len(readings) == 1
    signed = signed_card(card)
    try:
        sdk_verifier(CARD_KEY)(ParseDict(signed, AgentCard()))
    except SignatureVerificationError as error:
        raise AssertionError(card) from error


def test_every_example_is_accepted() -> None:
    for name, data, policy, at in examples():
        result = verify(data, policy, at=at)
        assert result.verified, (name, result.problems)
