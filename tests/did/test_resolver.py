"""Whose key a proof names: did:key by itself, other methods by their document."""

from __future__ import annotations

import copy

import pytest

from signet_vc.did.resolver import METHODS, MethodNotSupportedError, holds_its_key, resolve_key
from signet_vc.errors import Code, ProblemError, UnavailableError
from signet_vc.keys.jwk import public_to_jwk
from signet_vc.keys.signing import KEY_TYPES, Key

KEYS = {
    name: Key.from_secret(name, bytes(range(1, row.secret_length + 1))) for name, row in KEY_TYPES.items()
}
each_type = pytest.mark.parametrize("name", KEY_TYPES)
ALICE = KEYS["Ed25519"]
MALLORY = Key.from_secret("Ed25519", bytes(range(100, 132)))
WEB = "did:web:example.com"
METHOD = f"{WEB}#key-1"
PURPOSES = ["authentication", "assertionMethod", "capabilityInvocation", "capabilityDelegation"]


class Fixed:
    """A resolver that knows one answer, or fails."""

    def __init__(self, answer):
        self.answer = answer
        self.asked = []

    def resolve(self, did):
        self.asked.append(did)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def multikey(key=ALICE, **members):
    return {
        "id": METHOD,
        "type": "Multikey",
        "controller": WEB,
        "publicKeyMultibase": key.public_key.multibase,
        **members,
    }


def json_web_key(key=ALICE, **members):
    jwk = public_to_jwk(key.public_key)
    return {"id": METHOD, "type": "JsonWebKey", "controller": WEB, "publicKeyJwk": jwk, **members}


def document(*methods, **members):
    return {"id": WEB, "verificationMethod": list(methods), "assertionMethod": [METHOD], **members}


def resolved(answer, verification_method=METHOD, *, controller=WEB, purpose="assertionMethod"):
    resolver = Fixed(answer)
    before = copy.deepcopy(answer) if isinstance(answer, dict) else None
    try:
        return resolve_key(verification_method, controller=controller, purpose=purpose, resolver=resolver)
    finally:
        assert resolver.asked in ([], [WEB])
        assert before is None or answer == before


def refused(code, function, *arguments, **options):
    with pytest.raises(ProblemError) as caught:
        function(*arguments, **options)
    assert caught.value.codes == (code,)


@each_type
@pytest.mark.parametrize("purpose", PURPOSES)
def test_did_key_needs_no_resolver(name, purpose):
    key = KEYS[name]
    assert resolve_key(key.verification_method, controller=key.did, purpose=purpose) == key.public_key
    unused = Fixed(AssertionError("asked"))
    assert (
        resolve_key(key.verification_method, controller=key.did, purpose=purpose, resolver=unused)
        == key.public_key
    )


def test_threat_17_a_key_of_another_controller():
    refused(
        Code.KEY_NOT_CONTROLLED_BY_ISSUER,
        resolve_key,
        MALLORY.verification_method,
        controller=ALICE.did,
        purpose="assertionMethod",
    )


def test_threat_17_another_key_s_fragment():
    url = f"{ALICE.did}#{MALLORY.public_key.multibase}"
    refused(
        Code.KEY_NOT_CONTROLLED_BY_ISSUER, resolve_key, url, controller=ALICE.did, purpose="assertionMethod"
    )


def test_threat_17_a_url_that_only_begins_with_the_issuer():
    for url in (f"{ALICE.did}?x#{ALICE.public_key.multibase}", f"{ALICE.did}/x#{ALICE.public_key.multibase}"):
        refused(
            Code.KEY_NOT_CONTROLLED_BY_ISSUER,
            resolve_key,
            url,
            controller=ALICE.did,
            purpose="assertionMethod",
        )


@pytest.mark.parametrize("url", [ALICE.did, ALICE.did + "#", WEB, WEB + "#", "https://example.com/"])
def test_a_url_without_a_fragment_names_no_key(url):
    refused(Code.KEY_INVALID, resolve_key, url, controller=url.partition("#")[0], purpose="assertionMethod")


@pytest.mark.parametrize(
    "url",
    [
        None,
        1,
        [ALICE.verification_method],
        {},
        "",
        "#",
        "#" + ALICE.public_key.multibase,
        "example#key-1",
        "//example.com/#key-1",
        f"{WEB} #key-1",
        f"{WEB}#key\n1",
        f"{WEB}#" + "x" * 5000,
        "did:web:" + "x" * 1_000_000 + "#key-1",
    ],
)
def test_what_is_no_url(url):
    controller = url.partition("#")[0] if isinstance(url, str) else ALICE.did
    refused(
        Code.VERIFICATION_METHOD_URL_INVALID,
        resolve_key,
        url,
        controller=controller,
        purpose="assertionMethod",
        resolver=Fixed({}),
    )
    refused(
        Code.VERIFICATION_METHOD_URL_INVALID,
        resolve_key,
        url,
        controller=ALICE.did,
        purpose="assertionMethod",
        resolver=Fixed({}),
    )


def test_threat_51_a_did_key_with_its_version_is_nobody():
    versioned = ALICE.did.replace("did:key:", "did:key:1:")
    url = f"{versioned}#{ALICE.public_key.multibase}"
    refused(Code.KEY_INVALID, resolve_key, url, controller=versioned, purpose="assertionMethod")


@pytest.mark.parametrize("purpose", ["keyAgreement", "", "verificationMethod", "assertionmethod", "id"])
def test_purposes_that_no_proof_serves(purpose):
    url = ALICE.verification_method
    refused(Code.PROOF_PURPOSE_MISMATCH, resolve_key, url, controller=ALICE.did, purpose=purpose)
    refused(
        Code.PROOF_PURPOSE_MISMATCH, resolved, document(multikey(), keyAgreement=[METHOD]), purpose=purpose
    )


@each_type
@pytest.mark.parametrize("method", [multikey, json_web_key])
def test_a_document_gives_the_key(name, method):
    assert resolved(document(method(KEYS[name]))) == KEYS[name].public_key


def test_a_document_may_use_relative_names_and_embed_the_method():
    relative = multikey(id="#key-1")
    assert resolved(document(relative, assertionMethod=["#key-1"])) == ALICE.public_key
    assert resolved(document(assertionMethod=[multikey()])) == ALICE.public_key


def test_an_https_url_may_control_keys_where_a_resolver_knows_it():
    url = "https://controller.example/123"
    method = multikey(id=f"{url}#key-456", controller=url)
    answer = {"id": url, "verificationMethod": [method], "assertionMethod": ["#key-456"]}
    resolver = Fixed(answer)
    assert (
        resolve_key(f"{url}#key-456", controller=url, purpose="assertionMethod", resolver=resolver)
        == ALICE.public_key
    )
    assert resolver.asked == [url]
    with pytest.raises(MethodNotSupportedError):
        resolve_key(f"{url}#key-456", controller=url, purpose="assertionMethod")


def test_without_a_resolver_nothing_is_known():
    with pytest.raises(MethodNotSupportedError) as caught:
        resolve_key(METHOD, controller=WEB, purpose="assertionMethod")
    assert caught.value.code is Code.RESOLVER_UNAVAILABLE


@pytest.mark.parametrize(
    "did",
    [
        "urn:example:1",
        "did:",
        "did:web",
        "did:web:",
        "did:web:a:",
        "did:web:a%3",
        "did:web:a/b",
        "did:web:a?b",
        "did:WEB:x",
        "DID:web:x",
        "did::x",
        "http://example.com/",
        "https://Example.com/",
        "https://user@example.com/",
        "https://example.com\\@evil.example/",
        "https://example.com:0/",
        "ftp://example.com/",
    ],
)
def test_what_is_no_did_and_no_https_url_is_not_asked_for(did):
    resolver = Fixed({})
    code = Code.VERIFICATION_METHOD_URL_INVALID if "\\" in did else Code.KEY_INVALID
    refused(code, resolve_key, f"{did}#key", controller=did, purpose="assertionMethod", resolver=resolver)
    assert not resolver.asked


@pytest.mark.parametrize("failure", [OSError("down"), TimeoutError(), ConnectionRefusedError()])
def test_a_resolver_that_fails_is_unavailable(failure):
    with pytest.raises(UnavailableError) as caught:
        resolved(failure)
    assert caught.value.code is Code.RESOLVER_UNAVAILABLE


def test_what_a_resolver_says_is_passed_on():
    with pytest.raises(UnavailableError):
        resolved(UnavailableError("down", code=Code.RESOLVER_UNAVAILABLE))
    refused(Code.KEY_INVALID, resolved, ProblemError.of(Code.KEY_INVALID, "no such DID"))


def test_which_dids_hold_their_key():
    assert list(METHODS) == ["key", "jwk"]
    assert holds_its_key(ALICE.did)
    assert holds_its_key("did:jwk:e30")
    for did in (WEB, "did:key", "https://example.com/", "key:z6Mk", "", "urn:key:z6Mk"):
        assert not holds_its_key(did)
