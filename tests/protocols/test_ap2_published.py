"""The published vectors of AP2 and of UCP checkouts as the runner reads them, and the examples."""

from __future__ import annotations

from collections import Counter

import protocol_examples_ap2
import pytest
from published import SHARED, published_json

import signet_vc
from signet_vc.interop.published_ap2 import ap2_vectors, checkout_vectors
from signet_vc.interop.published_case import PublishedCase
from signet_vc.policy import Policy

published_json("vectors/ap2/accept-checkout-chain.json")
CHAINS = list(ap2_vectors(SHARED / "vectors/ap2"))
CHECKOUTS = list(checkout_vectors(SHARED / "vectors/ucp"))


def test_all_of_them_are_read() -> None:
    assert Counter(each.verdict for each in CHAINS) == {"accept": 4, "reject": 7}
    assert Counter(each.verdict for each in CHECKOUTS) == {"accept": 2, "reject": 2}


@pytest.mark.parametrize("vector", [*CHAINS, *CHECKOUTS], ids=lambda vector: vector.name)
def test_published(vector: PublishedCase) -> None:
    assert vector.check() == ""


@pytest.mark.parametrize("example", list(protocol_examples_ap2.examples()), ids=lambda example: example[0])
def test_the_examples_verify_and_not_without_an_anchor(example: tuple) -> None:
    _, data, policy, at = example
    result = signet_vc.verify(data, policy, at=at)
    assert result.problems == ()
    assert not signet_vc.verify(data, Policy(), at=at).verified
