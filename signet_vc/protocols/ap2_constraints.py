"""What open mandates allow, and whether the closed one keeps to it.

A constraint that is not known fails. One that rests on what no chain holds (who the verifier's merchant is,
another chain) is told of; one that rests on what was paid before cannot be judged here, and fails too.
Spec: AP2 v0.2 *Agent Authorization* (Verification and Processing Rules 2, 3), *Checkout Mandate*
(Constraints), *Payment Mandate* (Constraints).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple, TypeAlias

from signet_vc.codec import xsd_datetime
from signet_vc.codec.jcs import canonicalize_wide
from signet_vc.codec.strict_json import JsonObject
from signet_vc.envelopes.sd_jwt_disclosures import Steps
from signet_vc.errors import Code, Problem, ProblemError, problem
from signet_vc.protocols.ap2_chain import Chain

__all__ = ["KNOWN", "Found", "content_problems", "evaluate"]

# Claims of a token (SD-JWT VC §3.2.2.2), and those that an open mandate has for itself.
_OWN: Final = frozenset(
    {"vct", "vct#integrity", "constraints", "cnf", "iss", "iat", "nbf", "exp", "aud", "jti", "sub", "status"}
)
_REQUIRED: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "mandate.checkout.1": ("checkout_jwt", "checkout_hash"),
        "mandate.payment.1": ("transaction_id", "payee", "payment_amount", "payment_instrument"),
    }
)
_MOST_ENTRIES: Final = 10  # of one line_items constraint: the work doubles with each, 1 ms at last
_MOST_CONSTRAINTS: Final = 64  # of a whole chain


class _Subject(NamedTuple):
    """What is judged: the closed mandate, and the checkout that a merchant signed, if there is one."""

    mandate: JsonObject
    checkout: JsonObject


class Found(NamedTuple):
    """What came of the constraints."""

    problems: tuple[Problem, ...]
    notices: tuple[Problem, ...]


class _Untold(Exception):  # noqa: N818 - no error: it says what to look for elsewhere
    """The chain does not hold what the constraint is about."""


# --- the closed mandate ---------------------------------------------------------------------------------


def content_problems(chain: Chain) -> Iterator[Problem]:
    """Check that the closed mandate has its members, and those of the open ones unchanged (rule 2)."""
    last, place = chain[-1].mandate, f"/{len(chain) - 1}/delegate_payload/0"
    for name in _REQUIRED.get(last["vct"], ()):
        if name not in last:
            yield problem(Code.INVALID_MANDATE, f"the closed mandate has no {name}", place)
    for link in chain[:-1]:
        for mandate in link.mandates:
            for name, value in mandate.items():
                if name not in _OWN and not _same(value, last.get(name)):
                    yield problem(Code.INVALID_MANDATE, "an open mandate says something else", place)
                    return


def _same(one: Any, other: Any) -> bool:
    return canonicalize_wide(one) == canonicalize_wide(other)


# --- constraints ----------------------------------------------------------------------------------------


def evaluate(chain: Chain, checkout: JsonObject | None) -> Found:
    """Evaluate every constraint of every open mandate (rule 3)."""
    problems: list[Problem] = []
    notices: list[Problem] = []
    subject = _Subject(chain[-1].mandate, {} if checkout is None else checkout)
    evaluated = 0
    for index, link in enumerate(chain[:-1]):
        constraints = link.mandates[0].get("constraints", []) if link.mandates else []
        if _MANDATE in link.withheld:
            detail = "a member of the open mandate is not shown: it may be its constraints, or its time"
            notices.append(problem(Code.CONSTRAINT_UNRESOLVED, detail, f"/{index}/delegate_payload/0"))
        place = f"/{index}/delegate_payload/0/constraints"
        if not isinstance(constraints, list):
            problems.append(problem(Code.INVALID_MANDATE, "constraints are a list", place))
            continue
        if any(map(_is_of_constraints, link.withheld)):
            detail = "a part of the constraints is not shown"
            problems.append(problem(Code.CONSTRAINT_UNRESOLVED, detail, place))
        evaluated += len(constraints)
        if evaluated > _MOST_CONSTRAINTS:
            problems.append(problem(Code.TOO_LARGE, f"more than {_MOST_CONSTRAINTS} constraints", place))
            break
        for number, constraint in enumerate(constraints):
            try:
                problems += _judge(constraint, subject, f"{place}/{number}")
            except _Untold as told:
                notices.append(problem(Code.CONSTRAINT_UNRESOLVED, str(told), f"{place}/{number}"))
    return Found(tuple(problems), tuple(notices))


# AP2 wants as little disclosed as authorizes (Action Authorization), so what is withheld there is no refusal.
_MANDATE: Final[Steps] = ("delegate_payload", 0)
_CONSTRAINTS: Final[Steps] = (*_MANDATE, "constraints")
_NARROWING: Final = frozenset({"allowed", "acceptable_items"})  # lists of which less allows less


def _is_of_constraints(way: Steps) -> bool:
    """Whether what is withheld there may bind the very key that withholds it."""
    return way[:3] == _CONSTRAINTS and _NARROWING.isdisjoint(way[3:])


def _judge(constraint: Any, subject: _Subject, place: str) -> list[Problem]:
    kind = constraint.get("type") if isinstance(constraint, dict) else None
    rule = _RULES.get(kind) if isinstance(kind, str) else None
    if rule is None:
        return [problem(Code.CONSTRAINT_UNRESOLVED, "no constraint that is known here", place)]
    try:
        holds = rule(constraint, subject)
    except ProblemError as error:
        return [problem(each.code, each.detail, place) for each in error.problems]
    return [] if holds else [problem(Code.INVALID_MANDATE, f"{kind} does not hold", place)]


def _listed(constraint: JsonObject, value: Any, names: tuple[str, ...]) -> bool:
    """Whether ``allowed`` has an entry that is ``value`` by these members, of which none may be empty."""
    allowed = constraint.get("allowed")
    if not isinstance(allowed, list) or not isinstance(value, dict):
        return False
    wanted = [value.get(name) for name in names]
    if not all(isinstance(each, str) and each for each in wanted):
        return False  # a name for display proves nobody
    return any(isinstance(each, dict) and [each.get(name) for name in names] == wanted for each in allowed)


def _merchants(constraint: JsonObject, subject: _Subject) -> bool:
    if "merchant" not in subject.checkout:
        raise _Untold("the checkout names no merchant: whether it is allowed was not evaluated")
    return _listed(constraint, subject.checkout["merchant"], ("id",))


def _payees(constraint: JsonObject, subject: _Subject) -> bool:
    return _listed(constraint, subject.mandate.get("payee"), ("id",))


def _instruments(constraint: JsonObject, subject: _Subject) -> bool:
    return _listed(constraint, subject.mandate.get("payment_instrument"), ("id",))


def _pisps(constraint: JsonObject, subject: _Subject) -> bool:
    return _listed(constraint, subject.mandate.get("pisp"), ("legal_name", "brand_name", "domain_name"))


def _amount(constraint: JsonObject, subject: _Subject) -> bool:
    paid = subject.mandate.get("payment_amount")
    if not isinstance(paid, dict) or not _is_number(paid.get("amount")):
        return False
    for name in ("min", "max"):
        if name in constraint and not _is_number(constraint[name]):
            return False
    return bool(
        isinstance(constraint.get("currency"), str)
        and constraint["currency"] == paid.get("currency")
        and paid["amount"] >= constraint.get("min", 0)
        and ("max" not in constraint or paid["amount"] <= constraint["max"])
    )


def _execution_date(constraint: JsonObject, subject: _Subject) -> bool:
    if "execution_date" not in subject.mandate:
        raise _Untold("the mandate names no date of execution: whether that of the payment is within it")
    moment = _nanoseconds(subject.mandate["execution_date"])
    if moment is None:
        return False
    for name, sign in (("not_before", 1), ("not_after", -1)):
        if name in constraint:
            bound = _nanoseconds(constraint[name])
            if bound is None or (moment - bound) * sign < 0:
                return False
    return True


def _reference(constraint: JsonObject, subject: _Subject) -> bool:  # noqa: ARG001 - a row of _RULES
    raise _Untold("which checkout mandate it goes with shows only beside that one")


def _history(constraint: JsonObject, subject: _Subject) -> bool:  # noqa: ARG001 - a row of _RULES
    detail = "it rests on what was paid before, which no mandate shows"
    raise ProblemError.of(Code.CONSTRAINT_UNRESOLVED, detail)


def _line_items(constraint: JsonObject, subject: _Subject) -> bool:
    """Whether the items of the checkout can be handed out to the entries, each exactly used up.

    By Hall's theorem: if as many are wanted as there are, and no set of entries wants more than there is of
    what any of them accepts.
    """
    entries, lines = constraint.get("items"), subject.checkout.get("line_items")
    if not isinstance(entries, list) or not isinstance(lines, list) or not lines:
        return False
    if len(entries) > _MOST_ENTRIES:
        detail = f"more than {_MOST_ENTRIES} entries are not evaluated"
        raise ProblemError.of(Code.CONSTRAINT_UNRESOLVED, detail)
    acceptors, wanted = _acceptors(entries)
    present = [0] * (1 << len(entries))  # by the set of entries that accept it, as bits
    for line in lines:
        name, quantity = _line(line)
        present[acceptors.get(name, 0)] += quantity
    within = _sums_over_subsets(present, len(entries))
    total = within[-1]
    return sum(wanted) == total and all(
        want <= total - left for want, left in zip(_sums(wanted), reversed(within), strict=True)
    )


def _acceptors(entries: list[Any]) -> tuple[dict[str, int], list[int]]:
    """Give for each item the set of entries that accept it, as bits; and how many each entry wants."""
    acceptors: dict[str, int] = {}
    wanted = []
    for bit, entry in enumerate(entries):
        items = entry.get("acceptable_items") if isinstance(entry, dict) else None
        if not isinstance(items, list) or not _is_count(entry.get("quantity")):
            raise ProblemError.of(Code.INVALID_MANDATE, "an entry has no acceptable items, or no quantity")
        wanted.append(entry["quantity"])
        for item in items:
            name = item.get("id") if isinstance(item, dict) else None
            if isinstance(name, str):
                acceptors[name] = acceptors.get(name, 0) | 1 << bit
    return acceptors, wanted


def _line(line: Any) -> tuple[str, int]:
    item = line.get("item") if isinstance(line, dict) else None
    name = item.get("id") if isinstance(item, dict) else None
    if not isinstance(name, str) or not _is_count(line.get("quantity")):
        raise ProblemError.of(Code.INVALID_MANDATE, "a line of the checkout has no item, or no quantity")
    return name, line["quantity"]


def _sums(values: list[int]) -> list[int]:
    """Give for each set of values, as bits, their sum."""
    sums = [0]
    for value in values:
        sums += [each + value for each in sums]
    return sums


def _sums_over_subsets(values: list[int], bits: int) -> list[int]:
    """Give for each set the sum of the values of all its subsets."""
    sums = list(values)
    for bit in range(bits):
        for each in range(len(sums)):
            if each >> bit & 1:
                sums[each] += sums[each ^ 1 << bit]
    return sums


def _is_number(value: Any) -> bool:
    return type(value) in {int, float}


def _is_count(value: Any) -> bool:
    return type(value) is int and value > 0


def _nanoseconds(value: Any) -> int | None:
    moment = xsd_datetime.parse(value)
    return None if moment is None else moment.ns


_Rule: TypeAlias = Callable[[JsonObject, _Subject], bool]
_RULES: Final[Mapping[str, _Rule]] = MappingProxyType(
    {
        "checkout.allowed_merchants": _merchants,
        "checkout.line_items": _line_items,
        "payment.agent_recurrence": _history,
        "payment.allowed_payees": _payees,
        "payment.allowed_payment_instruments": _instruments,
        "payment.allowed_pisps": _pisps,
        "payment.amount_range": _amount,
        "payment.budget": _history,
        "payment.execution_date": _execution_date,
        "payment.reference": _reference,
    }
)
KNOWN: Final = tuple(_RULES)
