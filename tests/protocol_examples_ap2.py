"""Artefacts of AP2 and UCP that verify, each with the policy and the time that it verifies under."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime

import ap2_chains as ap2

from signet_vc.policy import Policy
from signet_vc.protocols import ucp_checkout

__all__ = ["examples"]


def examples() -> Iterator[tuple[str, bytes, Policy, datetime]]:
    """Chains of one, two and three mandates, and an authorized checkout: (name, data, policy, time)."""
    judged = ap2.policy()
    yield "ap2-checkout", ap2.chain().encode(), judged, ap2.AT
    yield "ap2-payment", ap2.chain(kind="payment").encode(), judged, ap2.AT
    alone = ap2.policy(domain=None, challenge=None)
    yield "ap2-direct", ap2.root(ap2.closed_payment()).encode(), alone, ap2.AT
    first = ap2.root(ap2.open_mandate())
    second = ap2.hop(first, ap2.open_mandate(key=ap2.SUB_AGENT), typ="kb+sd-jwt+kb")
    third = ap2.hop(second, ap2.closed_checkout(), key=ap2.SUB_AGENT)
    yield "ap2-delegated", ap2.joined(first, second, third).encode(), judged, ap2.AT
    key = ap2.MERCHANT
    to_sign = ucp_checkout.prepare({"id": "chk_1"}, key_type=key.key_type, kid="merchant")
    checkout = json.dumps(to_sign.finish(key.sign(to_sign.message))).encode()
    yield "ucp-checkout", checkout, alone, ap2.AT
