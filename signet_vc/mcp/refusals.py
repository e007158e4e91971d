"""What a caller is told when a call, or an answer, is refused. FORMAT, *On the wire*.

``data.problems`` holds codes alone: details go to the log. ``message`` names code and remedy, since
some clients show nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from signet_vc.codec.strict_json import JsonObject
from signet_vc.errors import TITLES, Code, Problem
from signet_vc.mcp.messages import EXTENSION, INVALID_PARAMS, MISSING, REFUSED
from signet_vc.mcp.settings import OWN_VERSION

__all__ = ["mark_unauthenticated", "missing_error", "refusal_error", "settings_error"]

_REFUSED: Final = "Attestation refused"

# What the reader of the message can do about it. Every other code: nothing but to ask the other side.
_REMEDIES: Final[Mapping[Code, str]] = {
    Code.ATTESTATION_MISSING: f"sign calls with the extension {EXTENSION}, or put `signet proxy` between",
    Code.ATTESTATION_UNAVAILABLE: "configure a key and an audience, and see this side's log",
    Code.ATTESTATION_STRIPPED: "something on the way removes attestations; call without it",
    Code.AUDIENCE_MISMATCH: "set `audience` to this server's DID",
    Code.SIGNER_NOT_ALLOWED: "add the signer's DID to `allowed_signers`",
    Code.NO_TRUST_ANCHOR: "name the other side's DID in `allowed_signers`, or as `audience`",
    Code.PEER_CHANGED: "if the server's key was changed on purpose, set `audience` to its new DID",
    Code.REPLAYED: "sign every call anew",
    Code.DEADLINE_PASSED: "sign the call anew, and compare both clocks",
    Code.NOT_YET_VALID: "compare both clocks",
    Code.TIME_MISMATCH: "compare both clocks",
    Code.LIFETIME_TOO_LONG: "sign with a nearer deadline",
    Code.CALL_MISMATCH: "sign exactly what is sent; something on the way may have changed it",
    Code.RESULT_MISMATCH: "something on the way may have changed the answer; do not use it",
    Code.REQUEST_MISMATCH: "the answer is to another call; do not use it",
    Code.POLICY_DENIED: "ask whoever runs the server to allow it",
    Code.STORE_UNAVAILABLE: "make room for the store, or unlock it, and try again",
    Code.NUMBER_OUT_OF_RANGE: "send large numbers as strings",
}

# Where an answer was refused, these mean something else: the connection may have failed, say.
_LOG_OF_ANSWER: Final = "this side's log says what came in place of the server's signed answer"
_REMEDIES_OF_ANSWERS: Final[Mapping[Code, str]] = {
    **_REMEDIES,
    Code.ATTESTATION_MISSING: f"{_LOG_OF_ANSWER}; a server that signs nothing needs `signet proxy` in front",
    Code.ATTESTATION_STRIPPED: _LOG_OF_ANSWER,
}


def refusal_error(
    problems: Sequence[Problem | Code], *, may_have_run: bool = False, message: str | None = None
) -> JsonObject:
    """The JSON-RPC error of a refusal, ``-31901``.

    ``may_have_run``: the call had been sent on, so that nothing must retry it blindly. ``message``
    replaces the text that is made of the first code.
    """
    codes = list(dict.fromkeys(each if isinstance(each, Code) else each.code for each in problems))
    data: JsonObject = {"problems": [str(code) for code in codes]}
    if may_have_run:
        data["mayHaveRun"] = True
    remedies = _REMEDIES_OF_ANSWERS if may_have_run else _REMEDIES
    return {"code": REFUSED, "message": message or _message(codes, remedies), "data": data}


def missing_error() -> JsonObject:
    """``-32021``: the call carries no attestation, and its client does not declare the extension."""
    return {
        "code": MISSING,
        "message": _message([Code.ATTESTATION_MISSING], _REMEDIES),
        "data": {
            "requiredCapabilities": {"extensions": {EXTENSION: {"version": OWN_VERSION}}},
            "problems": [str(Code.ATTESTATION_MISSING)],
        },
    }


def settings_error(problems: Sequence[Problem]) -> JsonObject:
    """``-32602``: the settings in this message cannot be read."""
    details = "; ".join(each.detail for each in problems)
    return {"code": INVALID_PARAMS, "message": f"Invalid params: {details}"}


def mark_unauthenticated(error: Mapping[str, Any]) -> JsonObject:
    """An unsigned refusal, handed on: anyone on the way may have made it, so the call may have run."""
    data = error.get("data")
    marks = {"mayHaveRun": True, "unauthenticated": True}
    return {
        "code": error["code"],
        "message": error["message"],
        "data": {**(data if isinstance(data, dict) else {}), **marks},
    }


def _message(codes: Sequence[Code], remedies: Mapping[Code, str]) -> str:
    if not codes:
        return _REFUSED
    first = codes[0]
    said = f"{_REFUSED}: {first}: {TITLES[first]}"
    return f"{said}; {remedies[first]}" if first in remedies else said
