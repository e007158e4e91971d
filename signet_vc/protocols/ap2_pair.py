"""A payment mandate and the checkout mandate that it goes with, each verified by itself before.

Spec: AP2 v0.2 *Payment Mandate* (``transaction_id``; Constraints, Reference).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from signet_vc.errors import Code, Problem, UsageError, problem

__all__ = ["pair_problems"]

_PAYMENT: Final = "mandate.payment.1"
_CHECKOUT: Final = "mandate.checkout.1"


def pair_problems(payment: Mapping[str, Any], checkout: Mapping[str, Any]) -> list[Problem]:
    """Find what shows that a payment is not for this checkout: pointers are into the payment's document.

    payment, checkout: the ``document`` of the verification of each chain. DIGEST_MISMATCH: the payment is for
    another checkout; INVALID_MANDATE: its open mandate is bound to another open checkout mandate. Raises
    UsageError if they are not a payment's and a checkout's.
    """
    paid, bought = _closed(payment, _PAYMENT), _closed(checkout, _CHECKOUT)
    problems = []
    last = len(payment["mandates"]) - 1
    if paid["transaction_id"] != bought["checkout_hash"]:
        detail = "the payment is for another checkout"
        problems.append(problem(Code.DIGEST_MISMATCH, detail, f"/mandates/{last}/transaction_id"))
    opened = set(checkout["digests"][:-1])
    for index, mandate in enumerate(payment["mandates"][:-1]):
        for number, constraint in enumerate(mandate.get("constraints", [])):
            if constraint.get("type") != "payment.reference":
                continue
            if constraint.get("conditional_transaction_id") not in opened:
                detail = "the payment goes with another open checkout mandate"
                place = f"/mandates/{index}/constraints/{number}"
                problems.append(problem(Code.INVALID_MANDATE, detail, place))
    return problems


def _closed(document: Mapping[str, Any], vct: str) -> Mapping[str, Any]:
    mandates = document.get("mandates")
    if not mandates or mandates[-1].get("vct") != vct:
        raise UsageError(f"not the document of a verified chain that ends in {vct}")
    last: Mapping[str, Any] = mandates[-1]
    return last
