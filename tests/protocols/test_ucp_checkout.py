"""A merchant's authorization of a UCP checkout: the published cases, and others with one thing wrong."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from examples_of_every_member import example
from protocol_examples_a2a import CARD
from published import SHARED, published_json

import signet_vc
from signet_vc.codec.multibase import base64url_encode
from signet_vc.errors import Code, ProblemError, UsageError
from signet_vc.keys.jwk import public_to_jwk
from signet_vc.keys.signing import Key
from signet_vc.policy import Policy
from signet_vc.protocols import ucp_checkout
from signet_vc.protocols.a2a_signing import sign_card
from signet_vc.result import Verification

PROFILE = "https://merchant.example/.well-known/ucp"
KEY = Key.from_secret("P-256", bytes(range(1, 33)))
CHECKOUT = {"id": "chk_1", "links": [], "totals": [{"type": "total", "amount": 5400}], "x": {"a": "é"}}

published_json("vectors/ucp/accept-merchant-authorization-es256.json")
PUBLISHED = sorted((SHARED / "vectors/ucp").glob("*merchant-authorization*.json"))


class Profile:
    def __init__(self, keys: list[dict[str, Any]], member: str = "keys") -> None:
        self.document = {"ucp": {"version": "2026-04-08"}, member: keys}

    def load(self, url: str) -> bytes:
        assert url == PROFILE
        return json.dumps(self.document).encode()


OWN = [{**public_to_jwk(KEY.public_key), "kid": "m-1"}]


def policy(keys: list[dict[str, Any]] | None = None, member: str = "keys", **changes: Any) -> Policy:
    return Policy(**{"allowed_signers": [PROFILE], "loader": Profile(keys or OWN, member), **changes})


def authorized(checkout: dict[str, Any] | None = None, key: Key = KEY, kid: str = "m-1") -> dict[str, Any]:
    to_sign = ucp_checkout.prepare(checkout or CHECKOUT, key_type=key.key_type, kid=kid)
    return to_sign.finish(key.sign(to_sign.message))


def verified(document: Any, rules: Policy | None = None) -> Verification:
    return signet_vc.verify(document, rules or policy())


def codes(document: Any, rules: Policy | None = None) -> set[Code]:
    return {each.code for each in verified(document, rules).problems}


@pytest.mark.parametrize("file", PUBLISHED, ids=lambda file: file.stem)
def test_published(file: Any) -> None:
    case = json.loads(file.read_bytes())
    result = verified(json.dumps(case["checkout"]), policy(case["keys"]))
    assert result.format == "ucp-checkout"
    if case["expect"] == "accept":
        assert result.problems == ()
        assert result.issuer == PROFILE
        assert result.document == {name: case["checkout"][name] for name in case["checkout"] if name != "ap2"}
    else:
        assert {each.code for each in result.problems} == {Code.PROOF_INVALID}
        assert result.document is None


def test_signing_and_the_older_name_of_the_keys() -> None:
    checkout = copy.deepcopy(CHECKOUT)
    document = authorized(checkout)
    assert checkout == CHECKOUT
    assert verified(document).verified
    assert verified(json.dumps(document).encode()).verified
    assert verified(document, policy(OWN, "signing_keys")).verified
    kept = authorized({**CHECKOUT, "ap2": {"other": 1}})
    assert kept["ap2"]["other"] == 1
    own = authorized(kid=KEY.verification_method)
    assert verified(own, Policy(allowed_signers=[KEY.did])).issuer == KEY.did


def test_refused() -> None:
    document = authorized()
    assert codes(document, Policy()) == {Code.NO_TRUST_ANCHOR}
    assert codes(document, policy(formats=["vc+jwt"])) == {Code.UNKNOWN_FORMAT}
    assert codes(document, policy(securings=["EdDSA"])) == {Code.UNSUPPORTED_CRYPTOSUITE}
    assert codes(document, policy(loader=None)) == {Code.RESOLVER_UNAVAILABLE}
    assert codes(authorized(kid="m-2")) == {Code.KEY_NOT_FOUND}
    other = Key.from_secret("P-256", bytes(range(2, 34)))
    assert codes(authorized(key=other)) == {Code.PROOF_INVALID}
    assert codes(authorized(key=other, kid=other.verification_method)) == {Code.SIGNER_NOT_ALLOWED}
    twice = [*OWN, {**public_to_jwk(other.public_key), "kid": "m-1"}]
    assert codes(document, policy(twice)) == {Code.KEY_INVALID}
    assert codes(document, policy([{**OWN[0], "use": "enc"}])) == {Code.KEY_INVALID}


def test_every_member_is_signed_but_ap2() -> None:
    document = authorized()
    assert verified({**document, "ap2": {**document["ap2"], "checkout_mandate": "x"}}).verified
    for change in ({"links": [1]}, {"y": None}, {"id": "chk_2"}):
        assert codes({**document, **change}) == {Code.PROOF_INVALID}
    for member in CHECKOUT.keys() - {"id"}:
        assert codes({name: document[name] for name in document if name != member}) == {Code.PROOF_INVALID}


def _resigned(header: dict[str, Any]) -> dict[str, Any]:
    encoded = base64url_encode(json.dumps(header).encode())
    payload = base64url_encode(json.dumps({"id": "chk_1"}, separators=(",", ":")).encode())
    signature = base64url_encode(KEY.sign(f"{encoded}.{payload}".encode()))
    return {"id": "chk_1", "ap2": {"merchant_authorization": f"{encoded}..{signature}"}}


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ({"alg": "ES256", "kid": "m-1"}, None),
        ({"alg": "ES256", "kid": "m-1", "typ": "vc+jwt"}, Code.UNKNOWN_FORMAT),
        ({"alg": "ES256", "kid": "m-1", "typ": "JOSE"}, Code.UNKNOWN_FORMAT),
        ({"alg": "ES384", "kid": "m-1"}, Code.UNSUPPORTED_CRYPTOSUITE),
        ({"alg": "ES256"}, Code.KEY_NOT_FOUND),
        ({"alg": "ES256", "kid": "m-1", "b64": False}, Code.PROOF_INVALID),
        ({"alg": "ES256", "kid": "m-1", "jku": PROFILE}, Code.PROOF_INVALID),
    ],
)
def test_headers(header: dict[str, Any], code: Code | None) -> None:
    assert codes(_resigned(header)) == (set() if code is None else {code})


@pytest.mark.parametrize("authorization", [None, 1, "", "..", "a..b", "a.b.c", "e30..AA", "é..é", ["x"]])
def test_what_is_no_authorization(authorization: Any) -> None:
    result = verified({"id": "chk_1", "ap2": {"merchant_authorization": authorization}})
    assert not result.verified
    assert result.format == "ucp-checkout"


def test_threat_03_a_signed_agent_card_is_no_checkout() -> None:
    """Its signature is over RFC 8785 of the card too: moved, it would be one over a checkout."""
    key = Key.from_secret("P-256", bytes(range(3, 35)))
    card = sign_card(CARD, key)
    (entry,) = card["signatures"]
    moved = {name: card[name] for name in card if name != "signatures"}
    moved["ap2"] = {"merchant_authorization": f"{entry['protected']}..{entry['signature']}"}
    trusting = Policy(allowed_signers=[key.did])
    opened = ucp_checkout.UCP_CHECKOUT.opens(json.dumps(moved), trusting)
    result = ucp_checkout.UCP_CHECKOUT.verify(opened, trusting, 0)
    assert {each.pointer: each.code for each in result.problems} == {
        "/ap2/merchant_authorization": Code.UNKNOWN_FORMAT,
        "/id": Code.UNKNOWN_FORMAT,
    }
    assert not verified(moved, trusting).verified


def test_what_is_not_signed() -> None:
    with pytest.raises(UsageError):
        ucp_checkout.prepare({}, key_type=Key.from_secret("Ed25519", bytes(32)).key_type, kid="x")
    with pytest.raises(UsageError):
        ucp_checkout.prepare(example("smallest-request"), key_type=KEY.key_type, kid="x")
    with pytest.raises(UsageError):
        ucp_checkout.prepare({"id": "c", "ap2": 1}, key_type=KEY.key_type, kid="x")
    with pytest.raises(UsageError):
        ucp_checkout.prepare({"total": 1}, key_type=KEY.key_type, kid="x")
    with pytest.raises(ProblemError):
        ucp_checkout.prepare({"id": "c", "amount": 2**53 + 1}, key_type=KEY.key_type, kid="x")
