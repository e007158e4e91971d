"""The errors that a server's side answers calls with, each attested where that can be.

What they share: the proxies' session and the SDK's middleware, of which one makes lines of them and the
other exceptions.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias

from signet_vc.attestation.call import ABSENT, Answer, Outcome, OutcomeKind
from signet_vc.attestation.server import Admission, Refusal
from signet_vc.codec.strict_json import JsonObject
from signet_vc.errors import Code, UnavailableError
from signet_vc.mcp.messages import failed, put_response_in_error
from signet_vc.mcp.refusals import missing_error, refusal_error

__all__ = ["NOT_ATTESTABLE", "Attest", "denied", "instead", "told_error", "withheld"]

Attest: TypeAlias = Callable[[Admission | Refusal, Outcome], Awaitable[JsonObject | None]]

_LOG: Final = logging.getLogger("signet_vc.mcp")
NOT_ATTESTABLE: Final = failed("The tool's answer cannot be attested")


async def denied(attest: Attest, refusal: Refusal, *, told: bool, modern: bool) -> JsonObject:
    """The answer to a refused call; a final refusal is attested as ``denied``.

    told: the caller understands carriers in errors. modern: it speaks 2026-07-28 or a later revision.
    """
    _LOG.warning("call of %r refused: %s", refusal.call.tool, "; ".join(map(str, refusal.problems)))
    codes = {each.code for each in refusal.problems}
    if codes == {Code.ATTESTATION_MISSING} and modern and not told:
        return missing_error()
    error = refusal_error(refusal.problems)
    try:
        carrier = await attest(refusal, Outcome(kind=OutcomeKind.DENIED, answer=Answer(error=error)))
    except UnavailableError as unavailable:
        _LOG.error("a refusal was not attested: %s", unavailable)
        return refusal_error([*refusal.problems, unavailable.as_problem()])
    return told_error(error, carrier, told=told)


async def instead(attest: Attest, admission: Admission, outcome: Outcome, *, told: bool) -> JsonObject:
    """The answer in place of one that cannot be given: an error of ours, itself attested."""
    error = {} if outcome.answer.error is ABSENT else dict(outcome.answer.error)
    try:
        carrier = await attest(admission, outcome)
    except UnavailableError as unavailable:
        return withheld(unavailable)
    return told_error(error, carrier, told=told)


def withheld(unavailable: UnavailableError) -> JsonObject:
    """No attestation, so no answer; but the call has run."""
    _LOG.error("an answer was withheld: %s", unavailable)
    return refusal_error([unavailable.as_problem()], may_have_run=True)


def told_error(error: JsonObject, carrier: JsonObject | None, *, told: bool) -> JsonObject:
    """The error with its attestation, if the caller understands it."""
    return put_response_in_error(error, carrier) if carrier is not None and told else error
