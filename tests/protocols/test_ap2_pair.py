"""A payment belongs to its checkout."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ap2_chains as ap2
import pytest
from published import published_json

import signet_vc
from signet_vc.errors import Code, UsageError
from signet_vc.protocols import ap2_chain
from signet_vc.protocols.ap2_pair import pair_problems


def document(chain: str) -> Mapping[str, Any]:
    result = signet_vc.verify(chain, ap2.policy(), at=ap2.AT)
    assert result.document is not None, result.problems
    return result.document


def pair(reference: str | None = None, **closed: Any) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """A checkout, and a payment for it that its open mandate binds to the open checkout mandate."""
    text = ap2.checkout()
    first = ap2.root(ap2.open_mandate())
    checkout = ap2.joined(first, ap2.hop(first, ap2.closed_checkout(text)))
    bound = {"type": "payment.reference", "conditional_transaction_id": reference or ap2.digest(first)}
    paid = ap2.closed_payment(**{"transaction_id": ap2.digest(text), **closed})
    payment = ap2.chain(paid, kind="payment", constraints=[bound])
    return document(payment), document(checkout)


def codes(payment: Mapping[str, Any], checkout: Mapping[str, Any]) -> list[Code]:
    return [each.code for each in pair_problems(payment, checkout)]


def test_they_belong_together_or_not() -> None:
    assert codes(*pair()) == []
    assert codes(*pair(transaction_id="another")) == [Code.DIGEST_MISMATCH]
    assert codes(*pair(reference="another")) == [Code.INVALID_MANDATE]


def test_they_are_told_apart() -> None:
    payment, checkout = pair()
    for wrong in ((checkout, payment), (payment, payment), (payment, {})):
        with pytest.raises(UsageError):
            pair_problems(*wrong)


def test_the_digest_is_what_the_documentation_names() -> None:
    """Its payment chain names its open checkout mandate, in two pages of AP2's documentation."""
    first, second = (
        ap2_chain.parse(
            published_json(f"vectors/ap2/accept-docs-{kind}-mandate-chain.json")["chain"], max_bytes=9999
        )
        for kind in ("checkout", "payment")
    )
    named = second[0].mandate["constraints"][2]["conditional_transaction_id"]
    assert ap2_chain.digests(first)[0] == named
    assert second[1].mandate["transaction_id"] == first[1].mandate["checkout_hash"]
