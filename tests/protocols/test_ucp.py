"""UCP's profile: what is signed and verified, and what each gate refuses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from identities import AGENT, ALL, P256, P384, STRANGER
from protocols.documents import Documents

from signet_vc import Policy, Verification, verify
from signet_vc.codec.digest import digest
from signet_vc.errors import Code, UsageError
from signet_vc.keys.jwk import public_to_jwk, thumbprint
from signet_vc.keys.signing import Key
from signet_vc.limits import NANOSECONDS
from signet_vc.protocols import ucp, ucp_keys
from signet_vc.protocols.http_message import HttpRequest, HttpResponse, Message, read, write
from signet_vc.protocols.http_signatures import prepare

PLATFORM: Final = "https://platform.example/.well-known/ucp"
BUSINESS: Final = "https://merchant.example.com/.well-known/ucp"
AT: Final = datetime(2026, 11, 29, 12, tzinfo=UTC)
SECOND: Final = int(AT.timestamp())
KID: Final = "platform-2026"
REQUEST: Final = HttpRequest.of_url(
    "POST",
    "https://merchant.example.com/checkout-sessions?draft=1",
    fields=(
        ("Content-Type", "application/json"),
        ("Idempotency-Key", "550e8400-e29b-41d4-a716-446655440000"),
    ),
    body=b'{"line_items":[]}',
)
SIGNED: Final = ucp.sign_request(REQUEST, P256, keyid=KID, profile_url=PLATFORM)
RESPONSE: Final = HttpResponse(status=201, fields=(("Content-Type", "application/json"),), body=b"{}")
JWK: Final = ucp_keys.published(P256.public_key, kid=KID)


def policy(documents: Mapping[str, Any] | None = None, *allowed: str, **members: Any) -> Policy:
    loader = Documents({PLATFORM: {"keys": [JWK]}} if documents is None else documents)
    return Policy(**{"allowed_signers": allowed or [PLATFORM], "loader": loader, **members})


def judged(message: Message, given_policy: Policy | None = None) -> Verification:
    return ucp.verify(message, given_policy or policy(), at_ns=SECOND * NANOSECONDS)


def codes(message: Message, given_policy: Policy | None = None) -> list[Code]:
    return [each.code for each in judged(message, given_policy).problems]


def signed_by_hand(
    message: Message, components: list[Any], *, key: Key = P256, label: str = "sig1", **parameters: Any
) -> Message:
    """A signature that no signer of ours makes."""
    to_sign = prepare(message, components, {"keyid": KID, **parameters}, label=label)
    return to_sign.finish(key.sign(to_sign.message))


# --- accepted ---


def test_a_signed_request_verifies_as_a_file() -> None:
    result = verify(write(SIGNED), policy(), at=AT)
    assert result.problems == ()
    assert (result.verified, result.format, result.securing) == (True, "http-signature", "ecdsa-p256-sha256")
    assert (result.issuer, result.types) == (PLATFORM, ("HttpRequest",))
    assert [(each.name, each.outcome) for each in result.checks] == [
        (name, "passed")
        for name in ("parse", "format", "signer", "coverage", "digest", "key", "proof", "validity")
    ]


def test_what_joins_the_tokens_of_a_mandate_makes_no_mandate_of_a_request() -> None:
    request = replace(REQUEST, method="echo", fields=(*REQUEST.fields, ("X-Note", "a~~b")))
    result = verify(write(ucp.sign_request(request, P256, keyid=KID, profile_url=PLATFORM)), policy(), at=AT)
    assert (result.verified, result.format) == (True, "http-signature"), result.problems


def test_the_document_holds_what_was_covered_and_nothing_else() -> None:
    message = replace(SIGNED, fields=(*SIGNED.fields, ("X-Note", "not signed")))
    document = judged(message).document
    assert document is not None
    base = document["signatureBase"]
    assert document == {
        "type": "HttpRequest",
        "method": "POST",
        "authority": "merchant.example.com",
        "path": "/checkout-sessions",
        "query": "draft=1",
        "fields": {
            "content-digest": SIGNED.field("content-digest"),
            "content-type": "application/json",
            "idempotency-key": "550e8400-e29b-41d4-a716-446655440000",
            "ucp-agent": f'profile="{PLATFORM}"',
        },
        "label": "sig1",
        "parameters": {"keyid": KID},
        "body": '{"line_items":[]}',
        "signatureBase": base,
        "signatureBaseDigest": digest(base.encode()),
    }
    assert base.startswith('"@method": POST\n"@authority": merchant.example.com\n')


@pytest.mark.parametrize("name", ALL)
def test_each_type_of_key_and_a_content_that_is_no_text(name: str) -> None:
    key = ALL[name]
    message = ucp.sign_request(replace(REQUEST, body=b"\xff"), key, profile_url=PLATFORM)
    result = judged(message, policy({PLATFORM: {"keys": [ucp_keys.published(key.public_key)]}}))
    assert result.problems == ()
    assert result.document is not None
    assert result.document["bodyBase64url"] == "_w"


def test_a_response_is_held_to_the_allowed_signers() -> None:
    message = ucp.sign_response(RESPONSE, P256, keyid=KID, created=SECOND)
    other = {"keys": [ucp_keys.published(P384.public_key, kid=KID)]}
    documents = {PLATFORM: other, BUSINESS: {"keys": [JWK]}}
    result = judged(message, policy(documents, PLATFORM, BUSINESS))
    assert (result.verified, result.issuer, result.types) == (True, BUSINESS, ("HttpResponse",))
    assert codes(message, policy(documents, PLATFORM)) == [Code.PROOF_INVALID]
    assert codes(message, policy({PLATFORM: {}}, PLATFORM)) == [Code.KEY_NOT_FOUND]


def test_a_response_that_covers_its_request_needs_it() -> None:
    components = [("@status", {}), ("content-type", {}), ("content-digest", {}), ("@path", {"req": True})]
    plain = ucp.sign_response(RESPONSE, P256).fields
    unsigned = HttpResponse(status=201, fields=plain[:2], body=b"{}", request=REQUEST)
    text = write(signed_by_hand(unsigned, components))
    assert judged(read(text, request=REQUEST)).verified
    assert codes(read(text)) == [Code.MALFORMED_HTTP]
    assert codes(read(text, request=replace(REQUEST, target="/other"))) == [Code.PROOF_INVALID]


def test_a_request_without_a_profile_is_held_to_the_allowed_signers() -> None:
    message = ucp.sign_request(REQUEST, P256, keyid=KID)
    assert judged(message).issuer == PLATFORM


def test_one_signature_of_several_suffices() -> None:
    first = signed_by_hand(
        replace(SIGNED, fields=SIGNED.fields[:-2]), [("@method", {})], key=STRANGER, label="a"
    )
    second = signed_by_hand(first, [(name, {}) for name in REQUIRED])
    result = judged(second)
    assert result.verified
    assert {each.code for each in result.notices} == {Code.COVERAGE_INSUFFICIENT}
    assert {each.pointer for each in result.notices} == {"/fields/signature-input/a"}
    both = signed_by_hand(REQUEST, [("@method", {})], label="a")
    both = signed_by_hand(both, [("@path", {})], label="b")
    assert set(codes(both)) == {Code.COVERAGE_INSUFFICIENT}


def test_signatures_for_other_uses_are_left_alone() -> None:
    other = signed_by_hand(REQUEST, [("@method", {})], tag="agent-payer-auth")
    assert codes(other) == [Code.PROOF_MISSING]
    assert judged(signed_by_hand(SIGNED, [("@method", {})], label="a", tag="x")).verified


# --- coverage ---

REQUIRED: Final = [
    "@method",
    "@authority",
    "@path",
    "@query",
    "ucp-agent",
    "idempotency-key",
    "content-digest",
    "content-type",
]


@pytest.mark.parametrize("left_out", REQUIRED)
def test_each_integral_part_must_be_covered(left_out: str) -> None:
    unsigned = replace(SIGNED, fields=SIGNED.fields[:-2])
    everything = [(name, {}) for name in REQUIRED]
    assert judged(signed_by_hand(unsigned, everything)).verified
    rest = [each for each in everything if each[0] != left_out]
    result = judged(signed_by_hand(unsigned, rest))
    assert [each.code for each in result.problems] == [Code.COVERAGE_INSUFFICIENT]
    assert left_out in result.problems[0].detail
    assert ucp.refusal(result.problems) == ucp.Refusal("signature_invalid", 401)


@pytest.mark.parametrize("left_out", ["@status", "content-digest", "content-type"])
def test_each_integral_part_of_a_response_must_be_covered(left_out: str) -> None:
    unsigned = replace(RESPONSE, fields=ucp.sign_response(RESPONSE, P256).fields[:2])
    names = [name for name in ("@status", "content-digest", "content-type") if name != left_out]
    message = signed_by_hand(unsigned, [(name, {}) for name in names])
    assert codes(message) == [Code.COVERAGE_INSUFFICIENT]


def test_a_part_of_a_field_is_not_the_field() -> None:
    unsigned = replace(SIGNED, fields=SIGNED.fields[:-2])
    components = [(name, {"key": "sha-256"} if name == "content-digest" else {}) for name in REQUIRED]
    partly = signed_by_hand(unsigned, components)
    assert codes(partly) == [Code.COVERAGE_INSUFFICIENT]
    # nor is a content that was taken away none: what is covered says that there was one
    assert codes(replace(partly, body=b"")) == [Code.DIGEST_MISMATCH]


def test_no_byte_can_be_changed_so_that_another_document_verifies() -> None:
    """What may change is what says the same: the case of names, and the length that is not signed."""
    text, document = write(SIGNED), judged(SIGNED).document
    trusted = policy()
    for place in range(len(text)):
        for bit in (1, 32, 128):
            changed = bytearray(text)
            changed[place] ^= bit
            result = verify(bytes(changed), trusted, at=AT)
            assert result.document in (None, document), (place, bit)
            assert result.verified == (result.document is not None)


# --- who signed ---


@pytest.mark.parametrize(
    "value",
    [
        "profile=https",
        "profile",
        'profile="http://platform.example/ucp"',
        'profile="https://me@platform.example/"',
        'profile="https://PLATFORM.example/"',
        "profile=:AA==:",
        'other="https://platform.example/"',
        f'profile="{PLATFORM}", profile="{PLATFORM}"',
        "\xe9",
    ],
)
def test_an_agent_that_names_nobody(value: str) -> None:
    result = judged(replace(REQUEST, fields=(*SIGNED.fields[:2], ("UCP-Agent", value), *SIGNED.fields[3:])))
    assert [each.code for each in result.problems] == [Code.MALFORMED_HTTP]
    assert ucp.refusal(result.problems) == ucp.Refusal("invalid_profile_url", 400)


def test_a_stranger_is_told_so_and_looked_up_nowhere() -> None:
    loader = Documents({PLATFORM: {"keys": [JWK]}})
    result = judged(SIGNED, Policy(allowed_signers=[BUSINESS], loader=loader))
    assert [each.code for each in result.problems] == [Code.SIGNER_NOT_ALLOWED]
    assert (result.document, loader.asked) == (None, [])
    assert ucp.refusal(result.problems) == ucp.Refusal("profile_not_trusted", 403)


def test_without_a_trust_anchor_nothing_verifies() -> None:
    assert codes(SIGNED, Policy(loader=Documents({PLATFORM: {"keys": [JWK]}}))) == [Code.NO_TRUST_ANCHOR]


def test_any_signer_may_be_trusted() -> None:
    assert judged(SIGNED, Policy(trust_any=True, loader=Documents({PLATFORM: {"keys": [JWK]}}))).verified


class Failing:
    def load(self, _url: str) -> bytes:
        raise ConnectionResetError


@pytest.mark.parametrize("loader", [None, Failing(), Documents({})], ids=["none", "failing", "without it"])
def test_keys_that_cannot_be_had(loader: Any) -> None:
    result = judged(SIGNED, policy(loader=loader))
    assert [each.code for each in result.problems] == [Code.RESOLVER_UNAVAILABLE]
    assert ucp.refusal(result.problems) == ucp.Refusal("profile_unreachable", 424)


ENCRYPTION: Final = {**JWK, "use": "enc"}
UNKNOWN: Final = {"kid": KID, "kty": "RSA", "n": "AQAB", "e": "AQAB"}
PROFILES: Final = {
    "one of several": ({"keys": [UNKNOWN | {"kid": "x"}, "text", None, JWK]}, []),
    "behind one for encryption": ({"keys": [ENCRYPTION, JWK]}, []),
    "second of a name": ({"keys": [ucp_keys.published(P384.public_key, kid=KID), JWK]}, []),
    "in the older member": ({"keys": [], "signing_keys": [JWK]}, []),
    "in both": ({"keys": [JWK], "signing_keys": [JWK]}, []),
    "of another name": ({"keys": [JWK | {"kid": "other"}]}, [Code.KEY_NOT_FOUND]),
    "nowhere": ({}, [Code.KEY_NOT_FOUND]),
    "no list": ({"keys": {KID: JWK}}, [Code.KEY_NOT_FOUND]),
    "no object": ([JWK], [Code.KEY_NOT_FOUND]),
    "no JSON": (b"{", [Code.KEY_NOT_FOUND]),
    "for encryption": ({"keys": [ENCRYPTION]}, [Code.UNSUPPORTED_CRYPTOSUITE]),
    "that may not verify": ({"keys": [JWK | {"key_ops": ["sign"]}]}, [Code.UNSUPPORTED_CRYPTOSUITE]),
    "of another type": ({"keys": [UNKNOWN]}, [Code.UNSUPPORTED_CRYPTOSUITE]),
    "another's": ({"keys": [ucp_keys.published(P384.public_key, kid=KID)]}, [Code.PROOF_INVALID]),
}


@pytest.mark.parametrize("name", PROFILES)
def test_the_key_in_the_profile(name: str) -> None:
    document, expected = PROFILES[name]
    assert codes(SIGNED, policy({PLATFORM: document})) == expected


def test_a_key_of_the_older_member_is_told_of() -> None:
    notices = judged(SIGNED, policy({PLATFORM: {"signing_keys": [JWK]}})).notices
    assert [(each.code, each.pointer) for each in notices] == [(Code.KEY_NOT_FOUND, "/signing_keys")]
    assert judged(SIGNED).notices == ()


def test_without_a_keyid_no_key_is_found() -> None:
    unsigned = replace(SIGNED, fields=SIGNED.fields[:-2])
    to_sign = prepare(unsigned, [(name, {}) for name in REQUIRED], {})
    assert codes(to_sign.finish(P256.sign(to_sign.message))) == [Code.KEY_NOT_FOUND]


# --- DIDs ---

DID_WEB: Final = "did:web:agent.example"


class Resolver:
    """The document of an agent with a key for each use."""

    def resolve(self, did: str) -> dict[str, Any]:
        methods = [
            {
                "id": f"{did}#{name}",
                "type": "Multikey",
                "controller": did,
                "publicKeyMultibase": key.public_key.multibase,
            }
            for name, key in (("messages", P256), ("attestation", AGENT))
        ]
        return {
            "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
            "id": did,
            "verificationMethod": methods,
            "authentication": [f"{did}#messages"],
            "assertionMethod": [f"{did}#attestation"],
        }


def test_a_key_of_a_did_for_authentication_signs_messages_and_one_that_attests_does_not() -> None:
    trusted = policy({}, DID_WEB, resolver=Resolver())
    document = Resolver().resolve(DID_WEB)
    message = ucp.sign_request(REQUEST, P256, keyid=f"{DID_WEB}#messages", did_document=document)
    result = judged(message, trusted)
    assert (result.problems, result.issuer) == ((), DID_WEB)
    unsigned = replace(message, fields=message.fields[:-2])
    names = [name for name in REQUIRED if name != "ucp-agent"]
    attested = signed_by_hand(
        unsigned, [(name, {}) for name in names], key=AGENT, keyid=f"{DID_WEB}#attestation"
    )
    assert codes(attested, trusted) == [Code.PROOF_PURPOSE_MISMATCH]


def test_a_did_that_is_its_key() -> None:
    message = ucp.sign_request(REQUEST, AGENT, keyid=AGENT.verification_method)
    assert judged(message, policy({}, AGENT.did)).issuer == AGENT.did
    assert codes(message, policy({}, STRANGER.did)) == [Code.SIGNER_NOT_ALLOWED]
    unsigned = replace(message, fields=message.fields[:-2])
    names = [name for name in REQUIRED if name != "ucp-agent"]
    keyid = AGENT.verification_method
    foreign = signed_by_hand(unsigned, [(name, {}) for name in names], key=STRANGER, keyid=keyid)
    assert codes(foreign, policy({}, AGENT.did)) == [Code.PROOF_INVALID]


# --- Web Bot Auth ---

BOT: Final = thumbprint(public_to_jwk(AGENT.public_key))
BOTS: Final = {"keys": [ucp_keys.published(AGENT.public_key)]}
FOR_BOTS: Final = ucp.sign_request(
    REQUEST,
    AGENT,
    profile_url=PLATFORM,
    web_bot_auth=True,
    created=SECOND,
    expires=SECOND + 300,
    nonce="n",
)


def test_a_signature_for_two_audiences() -> None:
    result = judged(FOR_BOTS, policy({PLATFORM: BOTS}))
    assert (result.verified, result.issuer, result.securing) == (True, PLATFORM, "ed25519")
    assert FOR_BOTS.field("signature-agent") == f'sig1="{PLATFORM}";type=jwks_uri'


def agent_of(value: str, *, keyid: str = BOT, label: str = "sig1", **parameters: Any) -> Message:
    """A request that names its signer in Signature-Agent alone."""
    fields = (
        *REQUEST.fields,
        ("Content-Digest", SIGNED.field("content-digest") or ""),
        ("Signature-Agent", value),
    )
    names = [name for name in REQUIRED if name != "ucp-agent"]
    components: list[Any] = [*((name, {}) for name in names), ("signature-agent", {"key": label})]
    given_parameters = {"keyid": keyid, "created": SECOND, "expires": SECOND + 300, "tag": "web-bot-auth"}
    to_sign = prepare(replace(REQUEST, fields=fields), components, {**given_parameters, **parameters})
    return to_sign.finish(AGENT.sign(to_sign.message))


BOT_URL: Final = "https://bot.example"


@pytest.mark.parametrize(
    ("parameters", "place", "document"),
    [
        ("", f"{BOT_URL}/.well-known/http-message-signatures-directory", BOTS),
        (";type=directory", f"{BOT_URL}/.well-known/http-message-signatures-directory", BOTS),
        (";type=jwks_uri", BOT_URL, BOTS),
        (";type=cimd", BOT_URL, {"client_id": BOT_URL, "jwks": BOTS}),
    ],
)
def test_where_the_keys_of_a_bot_stand(parameters: str, place: str, document: Any) -> None:
    message = agent_of(f'sig1="{BOT_URL}"{parameters}')
    result = judged(message, policy({place: document}, BOT_URL))
    assert (result.problems, result.issuer) == ((), BOT_URL)


def test_a_bot_is_refused() -> None:
    trusted = policy(
        {BOT_URL: BOTS | {"signing_keys": [ucp_keys.published(AGENT.public_key, kid="name")]}}, BOT_URL
    )
    here = f'sig1="{BOT_URL}";type=jwks_uri'
    assert codes(agent_of(here), trusted) == []
    assert codes(agent_of(here, keyid="name"), trusted) == [Code.PROOF_INVALID]
    assert codes(agent_of(here, expires=SECOND - 61), trusted) == [Code.EXPIRED]
    assert codes(agent_of(here, created=SECOND + 61), trusted) == [Code.NOT_YET_VALID]
    assert codes(agent_of(f'sig2="{BOT_URL}";type=jwks_uri', label="sig2"), trusted) == [
        Code.COVERAGE_INSUFFICIENT
    ]
    assert codes(agent_of(f'sig1="{BOT_URL}";type=other'), trusted) == [Code.KEY_NOT_FOUND]
    assert codes(agent_of('sig1="http://bot.example"'), trusted) == [Code.MALFORMED_HTTP]
    assert codes(agent_of('sig1="https://other.example"'), trusted) == [Code.SIGNER_NOT_ALLOWED]


@pytest.mark.parametrize("rest", ["/agents/one", "/?a=1", "//"])
def test_a_directory_is_named_by_an_origin(rest: str) -> None:
    """Else a message would choose another document of the signer's host than the policy names."""
    url = BOT_URL + rest
    directory = f"{url.removesuffix('/')}/.well-known/http-message-signatures-directory"
    trusted = policy({directory: BOTS, url: BOTS}, url)
    assert codes(agent_of(f'sig1="{url}"'), trusted) == [Code.KEY_NOT_FOUND]
    assert codes(agent_of(f'sig1="{url}";type=jwks_uri'), trusted) == []


@pytest.mark.parametrize("left_out", ["created", "expires"])
def test_for_bots_both_times_are_demanded(left_out: str) -> None:
    unsigned = replace(FOR_BOTS, fields=FOR_BOTS.fields[:-2])
    components: list[Any] = [*((name, {}) for name in REQUIRED), ("signature-agent", {"key": "sig1"})]
    parameters = {"keyid": BOT, "tag": "web-bot-auth", "created": SECOND, "expires": SECOND + 1}
    del parameters[left_out]
    to_sign = prepare(unsigned, components, parameters)
    message = to_sign.finish(AGENT.sign(to_sign.message))
    assert codes(message, policy({PLATFORM: BOTS})) == [Code.COVERAGE_INSUFFICIENT]


# --- what a policy allows ---


def test_formats_and_algorithms_that_are_not_allowed() -> None:
    assert codes(SIGNED, policy(formats=["data-integrity"])) == [Code.UNKNOWN_FORMAT]
    assert codes(SIGNED, policy(securings=["ed25519"])) == [Code.UNSUPPORTED_CRYPTOSUITE]
    assert codes(SIGNED, policy(formats=["http-signature"], securings=["ecdsa-p256-sha256"])) == []


def test_a_message_without_a_signature_and_one_that_is_broken() -> None:
    for message, code in ((write(REQUEST), Code.PROOF_MISSING), (b"GET / HTTP/1.1\r\n", Code.MALFORMED_HTTP)):
        result = verify(message, policy(), at=AT)
        assert [each.code for each in result.problems] == [code]
        assert (result.verified, result.format) == (False, "http-signature")


# --- signing ---


def attestation() -> bytes:
    return b'{"@context":["https://www.w3.org/ns/credentials/v2"],"type":["VerifiableCredential","ToolCallRequestCredential"]}'


@pytest.mark.parametrize(
    ("changes", "how"),
    [
        ({"fields": ()}, {}),  # a content without its type
        ({"fields": (*REQUEST.fields, ("Content-Digest", "sha-256=:AA==:"))}, {}),
        ({"fields": (*REQUEST.fields, ("UCP-Agent", 'profile="https://other.example/"'))}, {}),
        ({"body": attestation()}, {}),
        ({}, {"attesting": [P256.did]}),
        ({}, {"profile_url": "http://platform.example"}),
        ({}, {"profile_url": "https://platform.example/é"}),
        ({}, {"web_bot_auth": True}),
        ({}, {"web_bot_auth": True, "created": 1, "expires": 2, "keyid": "other"}),
        ({}, {"label": "Sig"}),
        ({}, {"keyid": "é"}),
    ],
)
def test_what_is_not_signed(changes: dict[str, Any], how: dict[str, Any]) -> None:
    request = replace(REQUEST, **changes)
    with pytest.raises(UsageError):
        ucp.sign_request(request, P256, **{"profile_url": PLATFORM, **how})


def test_an_attestation_is_answered_under_its_own_securing() -> None:
    with pytest.raises(UsageError):
        ucp.sign_response(replace(RESPONSE, body=attestation()), P256)


def test_a_digest_that_stands_there_is_kept() -> None:
    again = ucp.sign_request(
        replace(SIGNED, fields=SIGNED.fields[:-2]), P256, keyid=KID, profile_url=PLATFORM
    )
    assert again == SIGNED


def test_a_key_that_the_dids_document_gives_to_attestation_signs_no_message() -> None:
    document = Resolver().resolve(DID_WEB)
    for key, name, given_document in (
        (AGENT, "attestation", document),
        (AGENT, "messages", document),  # the document has another key there
        (P256, "messages", None),
        (P256, "messages", {**document, "assertionMethod": [f"{DID_WEB}#messages"]}),
    ):
        with pytest.raises(UsageError):
            ucp.sign_request(REQUEST, key, keyid=f"{DID_WEB}#{name}", did_document=given_document)
        with pytest.raises(UsageError):
            ucp.sign_response(RESPONSE, key, keyid=f"{DID_WEB}#{name}", did_document=given_document)
