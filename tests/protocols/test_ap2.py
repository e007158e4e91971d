"""AP2 mandates: the published chains, and chains made here with one thing wrong at a time."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import Any

import ap2_chains as ap2
import pytest
from ap2_chains import AGENT, AT, KEYS, NOW, ROOT, SUB_AGENT
from hypothesis import given
from hypothesis import strategies as st
from published import SHARED, published_json

import signet_vc
from signet_vc.errors import Code
from signet_vc.result import Verification

published_json("vectors/ap2/accept-checkout-chain.json")
PUBLISHED = sorted((SHARED / "vectors/ap2").glob("*.json"))

REASONS = {
    "reject-checkout-hash-of-payload-only": {Code.DIGEST_MISMATCH},
    "reject-disclosure-dropped-under-sd-hash": {Code.DIGEST_MISMATCH},
    "reject-hop-wrong-key": {Code.PROOF_INVALID},
    "reject-nonce": {Code.CHALLENGE_MISMATCH},
    "reject-open-mandate-expired": {Code.EXPIRED},
    "reject-sd-hash-without-trailing-tilde": {Code.DIGEST_MISMATCH},
    "reject-terminal-with-cnf": {Code.INVALID_MANDATE},
    # printed in AP2's documentation without the keys of provider and merchant: all else of them holds
    "accept-docs-checkout-mandate-chain": {Code.KEY_NOT_FOUND},
    "accept-docs-payment-mandate-chain": {Code.KEY_NOT_FOUND},
}


def verified(chain: str, **changes: Any) -> Verification:
    result = signet_vc.verify(chain, ap2.policy(**changes), at=AT)
    assert result.verified is not bool(result.problems)
    assert (result.document is None) is not result.verified
    return result


def codes(chain: str, **changes: Any) -> set[Code]:
    return {each.code for each in verified(chain, **changes).problems}


@pytest.mark.parametrize("file", PUBLISHED, ids=lambda file: file.stem)
def test_published_chains(file: Any) -> None:
    case = json.loads(file.read_bytes())
    policy = ap2.policy(
        loader=ap2.KeySet(case["keys"]), domain=case["expected_aud"], challenge=case["expected_nonce"]
    )
    if not case["keys"]:
        policy = ap2.policy(domain=case["expected_aud"], challenge=case["expected_nonce"])
    result = signet_vc.verify(case["chain"], policy, at=datetime.fromtimestamp(case["now"], UTC))
    assert result.format == "ap2-mandate"
    assert {each.code for each in result.problems} == REASONS.get(file.stem, set())
    if result.verified:
        assert case["expect"] == "accept"
        assert result.issuer == KEYS
        assert result.types == ("mandate.checkout.open.1", "mandate.checkout.1")
        assert result.document is not None
        assert result.document["checkout"] == {"id": "chk_1", "currency": "USD", "total": 4200}


# --- what holds -----------------------------------------------------------------------------------------


def test_a_chain_of_three_and_one_of_one() -> None:
    first = ap2.root(ap2.open_mandate())
    second = ap2.hop(first, ap2.open_mandate(key=SUB_AGENT), typ="kb+sd-jwt+kb", aud=None, nonce=None)
    third = ap2.hop(second, ap2.closed_checkout(), key=SUB_AGENT)
    assert verified(ap2.joined(first, second, third)).verified
    direct = verified(ap2.root(ap2.closed_payment()), domain=None, challenge=None)
    assert direct.verified
    assert direct.types == ("mandate.payment.1",)


def test_a_did_signs_the_root_and_a_credential_of_the_user_begins_it() -> None:
    kid = ROOT.verification_method
    first = ap2.root(ap2.open_mandate(), kid=kid)
    result = verified(
        ap2.joined(first, ap2.hop(first, ap2.closed_checkout())), allowed_signers=[ROOT.did, KEYS]
    )
    assert result.issuer == ROOT.did
    assert result.verified
    header = {"alg": "ES256", "typ": "dc+sd-jwt", "kid": "root"}
    credential = ap2.jwt(header, {"vct": "com.emvco.dpc", "cnf": ap2.cnf(AGENT)}, ROOT) + "~"
    assert verified(ap2.joined(credential, ap2.hop(credential, ap2.closed_checkout()))).verified


def test_white_space_of_a_file_and_bytes() -> None:
    assert signet_vc.verify(ap2.chain().encode() + b"\n", ap2.policy(), at=AT).verified


# --- who is trusted -------------------------------------------------------------------------------------


def test_nobody_is_asked_for_a_stranger() -> None:
    keys = ap2.KeySet()
    first = ap2.root(ap2.open_mandate("payment"), iss="https://stranger.example/keys")
    chain = ap2.joined(first, ap2.hop(first, ap2.closed_payment()))
    assert codes(chain, loader=keys) == {Code.PROOF_INVALID}
    assert keys.asked == []


def test_trust_anchors() -> None:
    assert codes(ap2.chain(), allowed_signers=[]) == {Code.NO_TRUST_ANCHOR}
    assert codes(ap2.chain(), allowed_signers=["https://other.example/keys"], loader=None) == {
        Code.RESOLVER_UNAVAILABLE
    }
    assert codes(ap2.chain(), formats=["vc+jwt"]) == {Code.UNKNOWN_FORMAT}
    assert codes(ap2.chain(), securings=["Ed25519"]) == {Code.UNSUPPORTED_CRYPTOSUITE}
    first = ap2.root(ap2.open_mandate("payment"), kid=ROOT.verification_method)
    chain = ap2.joined(first, ap2.hop(first, ap2.closed_payment()))
    assert codes(chain) == {Code.SIGNER_NOT_ALLOWED}


def test_a_key_in_the_header_is_refused() -> None:
    for name, value in (("x5c", ["MIIB"]), ("jku", KEYS), ("jwk", ap2.cnf(ROOT)["jwk"])):
        header = {"typ": "example+sd-jwt", "kid": "root", name: value}
        assert codes(ap2.token(ap2.closed_payment(), ROOT, header)) == {Code.PROOF_INVALID}


# --- one thing wrong at a time --------------------------------------------------------------------------


def _with_hop(**payload: Any) -> str:
    first = ap2.root(ap2.open_mandate())
    return ap2.joined(first, ap2.hop(first, ap2.closed_checkout(), **payload))


def _constrained(kind: str, *constraints: Any, closed: dict[str, Any] | None = None) -> str:
    return ap2.chain(closed, kind=kind, constraints=list(constraints))


def _items(*entries: tuple[int, list[str]]) -> dict[str, Any]:
    return {
        "type": "checkout.line_items",
        "items": [
            {"id": f"e{number}", "quantity": quantity, "acceptable_items": [{"id": each} for each in names]}
            for number, (quantity, names) in enumerate(entries)
        ],
    }


_OTHER = {"checkout_hash": ap2.digest("another")}
REFUSED = {
    "hop by another key": (
        lambda: _with_hop(key=SUB_AGENT),
        Code.PROOF_INVALID,
    ),
    "both bindings": (lambda: _with_hop(issuer_jwt_hash="x"), Code.INVALID_MANDATE),
    "no binding": (lambda: _with_hop(sd_hash=None), Code.INVALID_MANDATE),
    "no iat": (lambda: _with_hop(iat=None), Code.INVALID_MANDATE),
    "no aud": (lambda: _with_hop(aud=None), Code.INVALID_MANDATE),
    "another aud": (lambda: _with_hop(aud="other"), Code.DOMAIN_MISMATCH),
    "another nonce": (lambda: _with_hop(nonce="other"), Code.CHALLENGE_MISMATCH),
    "from the future": (lambda: _with_hop(iat=NOW + 120), Code.NOT_YET_VALID),
    "hop expired": (lambda: _with_hop(exp=NOW - 120), Code.EXPIRED),
    "exp is text": (lambda: _with_hop(exp="soon"), Code.INVALID_MANDATE),
    "typ of an intermediate": (lambda: _with_hop(typ="kb+sd-jwt+kb"), Code.INVALID_MANDATE),
    "typ of a credential": (lambda: _with_hop(typ="vc+sd-jwt"), Code.INVALID_MANDATE),
    "open last": (lambda: ap2.chain({"vct": "mandate.checkout.open.1"}), Code.INVALID_MANDATE),
    "another version": (lambda: ap2.chain({"vct": "mandate.checkout.2"}), Code.INVALID_MANDATE),
    "payment after checkout": (lambda: ap2.chain(ap2.closed_payment()), Code.INVALID_MANDATE),
    "last with cnf": (lambda: ap2.chain(ap2.closed_checkout(cnf=ap2.cnf(AGENT))), Code.INVALID_MANDATE),
    "open without cnf": (lambda: ap2.chain(cnf=None), Code.INVALID_MANDATE),
    "open key is no key": (lambda: ap2.chain(cnf={"jwk": {"kty": "EC"}}), Code.KEY_INVALID),
    "open expired": (lambda: ap2.chain(exp=NOW - 120), Code.EXPIRED),
    "checkout not shown": (lambda: ap2.chain({"vct": "mandate.checkout.1", **_OTHER}), Code.INVALID_MANDATE),
    "checkout of another hash": (lambda: ap2.chain(ap2.closed_checkout(**_OTHER)), Code.DIGEST_MISMATCH),
    "checkout by another key": (
        lambda: ap2.chain(ap2.closed_checkout(ap2.checkout(key=AGENT))),
        Code.PROOF_INVALID,
    ),
    "checkout of an unknown merchant": (
        lambda: ap2.chain(ap2.closed_checkout(ap2.checkout(kid="other"))),
        Code.KEY_NOT_FOUND,
    ),
    "checkout is a credential": (
        lambda: ap2.chain(ap2.closed_checkout(ap2.checkout(typ="vc+jwt"))),
        Code.INVALID_MANDATE,
    ),
    "another alg": (
        lambda: ap2.chain(ap2.closed_checkout(ap2.checkout(alg="ES384"))),
        Code.UNSUPPORTED_CRYPTOSUITE,
    ),
    "payment without payee": (
        lambda: ap2.chain({"vct": "mandate.payment.1"}, kind="payment"),
        Code.INVALID_MANDATE,
    ),
    "claims of the open one changed": (
        lambda: ap2.chain(kind="payment", payee={"id": "merchant_2"}),
        Code.INVALID_MANDATE,
    ),
    "unknown constraint": (
        lambda: _constrained("checkout", {"type": "org.example.other"}),
        Code.CONSTRAINT_UNRESOLVED,
    ),
    "constraint of the other kind of type": (
        lambda: _constrained("payment", {"type": ["payment.reference"]}),
        Code.CONSTRAINT_UNRESOLVED,
    ),
    "constraint on history": (
        lambda: _constrained("payment", {"type": "payment.budget", "max": 9, "currency": "USD"}),
        Code.CONSTRAINT_UNRESOLVED,
    ),
    "constraints are no list": (lambda: ap2.chain(constraints={}), Code.INVALID_MANDATE),
    "merchant not allowed": (
        lambda: _constrained(
            "checkout", {"type": "checkout.allowed_merchants", "allowed": [{"id": "other"}]}
        ),
        Code.INVALID_MANDATE,
    ),
    "no merchant revealed": (
        lambda: _constrained("checkout", {"type": "checkout.allowed_merchants", "allowed": []}),
        Code.INVALID_MANDATE,
    ),
    "payee by its name alone": (
        lambda: _constrained(
            "payment",
            {"type": "payment.allowed_payees", "allowed": [{"name": "Demo Merchant"}]},
            closed=ap2.closed_payment(payee={"name": "Demo Merchant"}),
        ),
        Code.INVALID_MANDATE,
    ),
    "too much": (
        lambda: _constrained("payment", {"type": "payment.amount_range", "max": 4199, "currency": "USD"}),
        Code.INVALID_MANDATE,
    ),
    "too little": (
        lambda: _constrained("payment", {"type": "payment.amount_range", "min": 4201, "currency": "USD"}),
        Code.INVALID_MANDATE,
    ),
    "another currency": (
        lambda: _constrained("payment", {"type": "payment.amount_range", "max": 9999, "currency": "EUR"}),
        Code.INVALID_MANDATE,
    ),
    "another instrument": (
        lambda: _constrained("payment", {"type": "payment.allowed_payment_instruments", "allowed": []}),
        Code.INVALID_MANDATE,
    ),
    "no payment service": (
        lambda: _constrained("payment", {"type": "payment.allowed_pisps", "allowed": [{}]}),
        Code.INVALID_MANDATE,
    ),
    "executed too late": (
        lambda: _constrained(
            "payment",
            {"type": "payment.execution_date", "not_after": "2026-01-01T00:00:00Z"},
            closed=ap2.closed_payment(execution_date="2026-01-02T00:00:00Z"),
        ),
        Code.INVALID_MANDATE,
    ),
    "fewer items than wanted": (lambda: _constrained("checkout", _items((3, ["mug"]))), Code.INVALID_MANDATE),
    "another item": (lambda: _constrained("checkout", _items((2, ["cup"]))), Code.INVALID_MANDATE),
    "too many entries to judge": (
        lambda: _constrained("checkout", _items(*[(1, ["mug"])] * 11)),
        Code.CONSTRAINT_UNRESOLVED,
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    make, code = REFUSED[name]
    assert codes(make()) == {code}


def test_disclosures_belong_and_come_once() -> None:
    first, last = ap2.chain().split("~~")
    _, shown = first.split("~")
    assert codes(f"{first}~{shown}~~{last}") == {Code.DISCLOSURE_INVALID}
    assert codes(f"{first}~{ap2.disclosure('salt', 1)}~~{last}") == {Code.DISCLOSURE_INVALID}


def test_a_mandate_that_is_not_shown_is_none() -> None:
    first, last = ap2.chain().split("~~")
    assert codes(f"{first.split('~')[0]}~~{last}") == {Code.INVALID_MANDATE}


@pytest.mark.parametrize(
    ("entries", "lines", "holds"),
    [
        ([(1, ["red", "blue"]), (1, ["socks"])], {"red": 1, "socks": 1}, True),
        ([(1, ["red", "blue"]), (1, ["socks"])], {"red": 1, "blue": 1}, False),
        ([(1, ["red", "blue"]), (1, ["socks"])], {"red": 1}, False),
        ([(1, ["red", "blue"]), (1, ["red"])], {"red": 1, "blue": 1}, True),  # only in one way
        ([(2, ["red"]), (1, ["red", "blue"])], {"red": 2, "blue": 1}, True),
        ([(2, ["red"]), (1, ["red"])], {"red": 2, "blue": 1}, False),
    ],
)
def test_line_items_are_handed_out(
    entries: list[tuple[int, list[str]]], lines: dict[str, int], holds: bool
) -> None:
    items = [{"item": {"id": name}, "quantity": quantity} for name, quantity in lines.items()]
    text = ap2.checkout({"id": "chk_2", "line_items": items})
    found = codes(_constrained("checkout", _items(*entries), closed=ap2.closed_checkout(text)))
    assert found == (set() if holds else {Code.INVALID_MANDATE})


LIMIT = {"type": "payment.amount_range", "currency": "USD"}
SHOWN = ap2.disclosure("salt-of-a-limit", "max", 5000)
ENTRY = ap2.disclosure("salt-of-an-entry", {"id": "merchant_1"})
WHOLE = ap2.disclosure("salt-of-a-constraint", {**LIMIT, "max": 5000})


@pytest.mark.parametrize(
    ("constraint", "disclosure", "withheld"),
    [
        pytest.param({"...": ap2.digest(WHOLE)}, WHOLE, {Code.CONSTRAINT_UNRESOLVED}, id="a constraint"),
        pytest.param(
            {**LIMIT, "_sd": [ap2.digest(SHOWN)]}, SHOWN, {Code.CONSTRAINT_UNRESOLVED}, id="its maximum"
        ),
        pytest.param(
            {"type": "payment.allowed_payees", "allowed": [{"...": ap2.digest(ENTRY)}]},
            ENTRY,
            {Code.INVALID_MANDATE},  # nobody is left who may be paid
            id="who may be paid",
        ),
        pytest.param(
            {
                "type": "payment.allowed_payees",
                "allowed": [{"id": "merchant_1"}, {"...": ap2.digest("of another")}],
            },
            None,
            set(),
            id="who else may be paid",
        ),
    ],
)
@pytest.mark.parametrize("binding", ["sd_hash", "issuer_jwt_hash"])
def test_who_is_bound_does_not_withhold_what_binds(
    constraint: dict[str, Any], disclosure: str | None, withheld: set[Code], binding: str
) -> None:
    first = ap2.root(ap2.open_mandate("payment", constraints=[constraint]))
    for shown, expected in ((first, withheld), (f"{first}{disclosure}~", set())):
        text = shown if binding == "sd_hash" else shown.partition("~")[0]
        last = ap2.hop(shown, ap2.closed_payment(), **{"sd_hash": None, binding: ap2.digest(text)})
        assert codes(ap2.joined(shown, last)) == expected
        if disclosure is None:
            return


@pytest.mark.parametrize(
    ("member", "shown"),
    [
        pytest.param(["constraints", [{**LIMIT, "max": 1}]], {Code.INVALID_MANDATE}, id="constraints"),
        pytest.param(["exp", NOW - 3600], {Code.EXPIRED}, id="exp"),
    ],
)
def test_what_an_open_mandate_withholds_of_itself_is_told(member: list[Any], shown: set[Code]) -> None:
    disclosure = ap2.disclosure("salt-of-a-member", *member)
    mandate = {**ap2.open_mandate("payment"), "_sd": [ap2.digest(disclosure)]}
    mandate.pop(member[0], None)
    first = ap2.root(mandate)
    result = verified(ap2.joined(first, ap2.hop(first, ap2.closed_payment())))
    told = [(each.code, each.pointer) for each in result.notices]
    assert told == [(Code.CONSTRAINT_UNRESOLVED, "/0/delegate_payload/0")]
    assert result.verified
    whole = f"{first}{disclosure}~"
    assert codes(ap2.joined(whole, ap2.hop(whole, ap2.closed_payment()))) == shown


def test_a_time_of_a_token_counts_where_it_is_disclosed_too() -> None:
    disclosure = ap2.disclosure("salt-of-a-time", "exp", NOW - 3600)
    header = {"alg": "ES256", "typ": "dc+sd-jwt", "kid": "root"}
    claims = {"vct": "com.emvco.dpc", "cnf": ap2.cnf(AGENT), "_sd": [ap2.digest(disclosure)]}
    credential = f"{ap2.jwt(header, claims, ROOT)}~{disclosure}~"
    assert codes(ap2.joined(credential, ap2.hop(credential, ap2.closed_checkout()))) == {Code.EXPIRED}


def test_what_a_chain_cannot_show_is_told() -> None:
    reference = {"type": "payment.reference", "conditional_transaction_id": "x"}
    result = verified(_constrained("payment", reference))
    assert result.verified
    assert [each.code for each in result.notices] == [Code.CONSTRAINT_UNRESOLVED]


# --- hostile input --------------------------------------------------------------------------------------


def test_every_character_is_signed() -> None:
    """One in each hundred, the others being like them."""
    chain = ap2.chain()
    for place in range(0, len(chain), 97):
        other = "A" if chain[place] != "A" else "B"
        assert not signet_vc.verify(chain[:place] + other + chain[place + 1 :], ap2.policy(), at=AT).verified


def test_other_things_are_none_of_it() -> None:
    for other in ("e~", "eyJ.e30.x~", "e" * 100 + "~~", "é~~", "{}", "", "e~~~~"):
        result = signet_vc.verify(other, ap2.policy(), at=AT)
        assert not result.verified
        assert result.document is None


def test_the_work_that_constraints_ask_for_has_a_bound() -> None:
    """Measured: 0.1 s for as many as are evaluated, the worst of their kind."""
    worst = _items(*[(1, ["mug"])] * 10)
    closed = ap2.closed_checkout(ap2.checkout({"line_items": [{"item": {"id": "mug"}, "quantity": 10}]}))
    begun = time.process_time()
    assert codes(_constrained("checkout", *[worst] * 64, closed=closed)) == set()
    assert codes(_constrained("checkout", *[worst] * 65, closed=closed)) == {Code.TOO_LARGE}
    assert time.process_time() - begun < 2


def test_too_large() -> None:
    assert codes("e30.e30.AA~~" + "AA~" * 5000) == {Code.TOO_LARGE}
    assert codes("~~".join(["e30.e30.AA"] * 20) + "~") == {Code.TOO_LARGE}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(("type", "allowed", "items", "min", "max", "currency", "not_after", "quantity", "id"))
KINDS = st.sampled_from(
    ("checkout.line_items", "payment.amount_range", "payment.allowed_payees", "payment.budget")
)


@given(
    st.dictionaries(NAMES, JSON), KINDS, st.dictionaries(st.sampled_from(("cnf", "vct", "exp", "nbf")), JSON)
)
def test_never_raises(constraint: dict[str, Any], kind: str, members: dict[str, Any]) -> None:
    chain = ap2.chain(constraints=[{**constraint, "type": kind}], **members)
    result = signet_vc.verify(chain, ap2.policy(), at=AT)
    assert result.format == "ap2-mandate"


@given(JSON, JSON)
def test_never_raises_for_a_payment(payee: Any, amount: Any) -> None:
    closed = ap2.closed_payment(payee=payee, payment_amount=amount, payment_instrument=payee)
    constraints = [{"type": "payment.amount_range", "currency": "USD"}, {"type": "payment.allowed_payees"}]
    result = signet_vc.verify(ap2.chain(closed, kind="payment", constraints=constraints), ap2.policy(), at=AT)
    assert not result.verified


def test_a_policy_without_domain_judges_as_evidence() -> None:
    result = verified(ap2.chain(), domain=None, challenge=None)
    assert result.verified
    assert [each.name for each in result.checks if each.outcome == "skipped"] == ["domain", "challenge"]
