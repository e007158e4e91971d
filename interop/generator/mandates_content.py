"""Kind `ap2-mandate`: the checkout that a mandate is for, and the constraints that it keeps to."""

from __future__ import annotations

from typing import Any, Final

from generator.book import NOW, Book, Case, Rule, rule
from generator.crypto import AGENT_P256, STRANGER_P256
from generator.documents import OUT
from generator.mandates import (
    CHECKOUT,
    Mandates,
    chain,
    checkout,
    closed,
    hashed,
    opened,
    payment,
)

__all__ = ["add"]

_CHECKOUT: Final = "Checkout Mandate"
_PAYMENT: Final = "Payment Mandate"
_CONSTRAINTS: Final = "Constraints"
OFFER = rule("AP2", _CHECKOUT, "checkout_hash is the digest of the whole checkout_jwt.")
MERCHANT = rule("AP2", _CHECKOUT, "The checkout is a JWT, signed by a merchant whom the verifier trusts.")
OFFER_TIMES = rule("AP2", _CHECKOUT, "The checkout is within its own times.")
WHOLE = rule("AP2", "Agent Authorization", "A closed mandate has every member that its type demands.")
KEPT = rule("AP2", "Agent Authorization", "What an open mandate says already, the closed one says too.")
UNKNOWN = rule("AP2", "Agent Authorization", "A constraint that the verifier does not know is not met.")
ELSEWHERE = rule("AP2", _PAYMENT, "What a constraint rests on and the chain does not hold is told of.")
HISTORY = rule("AP2", _PAYMENT, "A constraint on what was paid before is not met by a chain alone.")
LIST = rule("AP2", "Agent Authorization", "constraints is a list of objects with a type.")
MERCHANTS = rule("AP2", _CHECKOUT, "checkout.allowed_merchants: the merchant is one of those, by its id.")
ITEMS = rule("AP2", _CHECKOUT, "checkout.line_items: each entry is exactly used up by items that it accepts.")
SHARED = rule("AP2", _CHECKOUT, "checkout.line_items: one item counts for one entry alone.")
AMOUNT = rule("AP2", _PAYMENT, "payment.amount_range: the amount is within it, in its currency.")
PAYEES = rule("AP2", _PAYMENT, "payment.allowed_payees: the payee is one of those, by its id.")
INSTRUMENTS = rule("AP2", _PAYMENT, "payment.allowed_payment_instruments: the instrument is one of those.")
DATES = rule("AP2", _PAYMENT, "payment.execution_date: the date is within it.")


def add(book: Book) -> None:
    """Write the cases."""
    mandates = Mandates(book)
    first = mandates.accept("offer", OFFER, chain(), opened(), closed(), offer=CHECKOUT)
    _offers(mandates, first)
    _members(mandates, first)
    _unknown(mandates)
    _checkouts(mandates)
    _payments(mandates)


def _offers(mandates: Mandates, first: Case) -> None:
    offer = checkout()
    for name, text in (
        ("checkout-hash-of-the-payload", offer.split(".")[1]),
        ("checkout-hash-of-another", checkout({**CHECKOUT, "total": 4300})),
        ("checkout-hash-without-signature", offer.rpartition(".")[0]),
    ):
        mandates.reject(first, name, OFFER, "DIGEST_MISMATCH", chain(closed(checkout_hash=hashed(text))))
    for name, code, other in (
        ("checkout-of-a-stranger", "PROOF_INVALID", checkout(key=STRANGER_P256)),
        ("checkout-by-the-agent", "PROOF_INVALID", checkout(key=AGENT_P256)),
        ("checkout-of-no-key", "KEY_NOT_FOUND", checkout(kid="merchant-2")),
        ("checkout-typ-of-a-token", "INVALID_MANDATE", checkout(typ="kb+jwt")),
    ):
        mandates.reject(first, name, MERCHANT, code, chain(closed(other)))
    bounded = {**CHECKOUT, "exp": NOW + 600}
    timed = mandates.accept(
        "offer-with-exp",
        OFFER_TIMES,
        chain(closed(checkout(bounded))),
        opened(),
        closed(checkout(bounded)),
        offer=bounded,
    )
    gone = checkout({**CHECKOUT, "exp": NOW - 61})
    mandates.reject(timed, "checkout-expired", OFFER_TIMES, "EXPIRED", chain(closed(gone)))


def _members(mandates: Mandates, first: Case) -> None:
    paid = mandates.accept("payment-of-an-offer", WHOLE, chain(kind="payment"), opened("payment"), payment())
    for name in ("payee", "payment_amount", "payment_instrument", "transaction_id"):
        mandates.reject(
            paid,
            f"no-{name.replace('_', '-')}",
            WHOLE,
            "INVALID_MANDATE",
            chain(payment(**{name: OUT}), "payment"),
        )
    payee = {"id": "merchant_1", "name": "Demo Merchant"}
    kept = mandates.accept(
        "payee-said-already",
        KEPT,
        chain(kind="payment", payee=payee),
        opened("payment", payee=payee),
        payment(),
    )
    other = {"id": "merchant_2", "name": "Demo Merchant"}
    mandates.reject(kept, "payee-is-another", KEPT, "INVALID_MANDATE", chain(kind="payment", payee=other))
    mandates.reject(first, "member-left-out", KEPT, "INVALID_MANDATE", chain(risk_data={"score": 1}))


class _Constraints:
    """Cases of one constraint."""

    def __init__(self, mandates: Mandates, kind: str) -> None:
        self._mandates = mandates
        self._kind = kind

    def met(
        self,
        name: str,
        of: Rule,
        constraint: Any,
        last: Any = None,
        *,
        offer: Any = None,
        notices: list[str] | None = None,
    ) -> Case:
        """A chain that keeps to it. `offer`: another checkout."""
        final = self._last(last, offer)
        return self._mandates.accept(
            name,
            of,
            chain(final, self._kind, constraints=[constraint]),
            opened(self._kind, constraints=[constraint]),
            final,
            offer=(CHECKOUT if offer is None else offer) if self._kind == "checkout" else None,
            notices=notices,
        )

    def broken(
        self,
        beside: Case,
        name: str,
        of: Rule,
        constraint: Any,
        last: Any = None,
        *,
        offer: Any = None,
        code: str = "INVALID_MANDATE",
        many: Any = None,
    ) -> None:
        """A chain that does not."""
        constraints = [constraint] if many is None else many
        text = chain(self._last(last, offer), self._kind, constraints=constraints)
        self._mandates.reject(beside, name, of, code, text)

    def _last(self, last: Any, offer: Any) -> Any:
        if last is not None:
            return last
        if self._kind == "payment":
            return payment()
        return closed() if offer is None else closed(checkout(offer))


def _unknown(mandates: Mandates) -> None:
    made = _Constraints(mandates, "payment")
    payees = {"type": "payment.allowed_payees", "allowed": [{"id": "merchant_1"}]}
    known = made.met("known-constraint", UNKNOWN, payees)
    for name, kind in (
        ("constraint-unknown", "payment.weekday"),
        ("constraint-of-another-version", "payment.allowed_payees.2"),
        ("constraint-without-a-type", OUT),
    ):
        constraint = {**payees, "type": kind}
        if kind is OUT:
            del constraint["type"]
        made.broken(known, name, UNKNOWN, constraint, code="CONSTRAINT_UNRESOLVED")
    made.broken(known, "constraints-are-an-object", LIST, None, many=payees)
    made.broken(known, "constraint-is-a-text", LIST, "payment.allowed_payees", code="CONSTRAINT_UNRESOLVED")
    made.met(
        "reference-to-a-checkout",
        ELSEWHERE,
        {"type": "payment.reference", "conditional_transaction_id": hashed("a checkout mandate")},
        notices=["CONSTRAINT_UNRESOLVED"],
    )
    for name in ("budget", "agent_recurrence"):
        constraint = {"type": f"payment.{name}", "max": 100000, "currency": "USD"}
        made.broken(
            known,
            f"constraint-on-{name.replace('_', '-')}",
            HISTORY,
            constraint,
            code="CONSTRAINT_UNRESOLVED",
        )


def _checkouts(mandates: Mandates) -> None:
    made = _Constraints(mandates, "checkout")

    def merchants(*ids: str) -> dict[str, Any]:
        return {
            "type": "checkout.allowed_merchants",
            "allowed": [{"id": each, "name": "Demo Merchant"} for each in ids],
        }

    met = made.met("allowed-merchant", MERCHANTS, merchants("merchant_0", "merchant_1"))
    made.broken(met, "merchant-not-allowed", MERCHANTS, merchants("merchant_0"))
    made.broken(met, "no-merchant-allowed", MERCHANTS, merchants())
    anonymous = {**CHECKOUT, "merchant": {"name": "Demo Merchant"}}
    made.broken(met, "merchant-by-its-name", MERCHANTS, merchants("merchant_1"), offer=anonymous)
    without = {name: value for name, value in CHECKOUT.items() if name != "merchant"}
    made.met(
        "merchant-not-named",
        ELSEWHERE,
        merchants("merchant_1"),
        offer=without,
        notices=["CONSTRAINT_UNRESOLVED"],
    )

    def items(*entries: tuple[int, list[str]]) -> dict[str, Any]:
        return {
            "type": "checkout.line_items",
            "items": [
                {
                    "id": f"entry-{number}",
                    "quantity": quantity,
                    "acceptable_items": [{"id": each} for each in accepted],
                }
                for number, (quantity, accepted) in enumerate(entries)
            ],
        }

    exact = made.met("line-items", ITEMS, items((2, ["mug", "cup"])))
    made.broken(exact, "more-than-wanted", ITEMS, items((1, ["mug"])))
    made.broken(exact, "less-than-wanted", ITEMS, items((3, ["mug"])))
    made.broken(exact, "item-not-accepted", ITEMS, items((2, ["cup"])))
    made.broken(exact, "no-entries", ITEMS, items())
    two = {
        **CHECKOUT,
        "line_items": [{"item": {"id": "mug"}, "quantity": 1}, {"item": {"id": "cup"}, "quantity": 1}],
    }
    shared = made.met(
        "line-items-of-two-entries", SHARED, items((1, ["mug", "cup"]), (1, ["mug"])), offer=two
    )
    made.broken(shared, "line-item-for-two-entries", SHARED, items((1, ["mug"]), (1, ["mug"])), offer=two)


def _payments(mandates: Mandates) -> None:
    made = _Constraints(mandates, "payment")

    def amount(**members: Any) -> dict[str, Any]:
        return {"type": "payment.amount_range", "currency": "USD", **members}

    most = made.met("amount", AMOUNT, amount(min=4200, max=4200))
    made.broken(most, "amount-above", AMOUNT, amount(max=4199))
    made.broken(most, "amount-below", AMOUNT, amount(min=4201, max=5000))
    made.broken(most, "amount-in-another-currency", AMOUNT, amount(max=5000, currency="EUR"))
    made.broken(most, "amount-against-a-text", AMOUNT, amount(max="5000"))
    payees = made.met("payee", PAYEES, {"type": "payment.allowed_payees", "allowed": [{"id": "merchant_1"}]})
    made.broken(
        payees,
        "payee-not-allowed",
        PAYEES,
        {"type": "payment.allowed_payees", "allowed": [{"id": "merchant_2"}]},
    )
    cards = made.met(
        "instrument",
        INSTRUMENTS,
        {"type": "payment.allowed_payment_instruments", "allowed": [{"id": "card_1"}]},
    )
    made.broken(
        cards,
        "instrument-not-allowed",
        INSTRUMENTS,
        {"type": "payment.allowed_payment_instruments", "allowed": [{"id": "card_2"}]},
    )
    dates = {
        "type": "payment.execution_date",
        "not_before": "2026-03-30T00:00:00Z",
        "not_after": "2026-04-30T00:00:00Z",
    }
    within = made.met("execution-date", DATES, dates, payment(execution_date="2026-04-01T09:00:00Z"))
    made.broken(within, "execution-date-later", DATES, dates, payment(execution_date="2026-05-01T09:00:00Z"))
    made.broken(
        within, "execution-date-earlier", DATES, dates, payment(execution_date="2026-03-29T09:00:00Z")
    )
    made.met("no-execution-date", ELSEWHERE, dates, notices=["CONSTRAINT_UNRESOLVED"])
