"""What a caller is told."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from engine import Sides, call

from signet_vc.attestation.call import Answer, OutcomeKind
from signet_vc.attestation.decision import Deny
from signet_vc.attestation.server import Refusal
from signet_vc.errors import TITLES, Code, problem
from signet_vc.mcp import messages, refusals
from signet_vc.mcp.messages import EXTENSION


@pytest.mark.parametrize("code", list(Code))
def test_every_refusal_names_its_code_and_tells_no_detail(code: Code) -> None:
    error = refusals.refusal_error([problem(code, "a secret detail")])
    assert error["code"] == -31901
    assert error["data"] == {"problems": [str(code)]}
    assert str(code) in error["message"]
    assert TITLES[code] in error["message"]
    assert "secret" not in json.dumps(error)


def test_each_code_is_told_once_and_in_order() -> None:
    error = refusals.refusal_error([Code.REPLAYED, Code.KEY_INVALID, Code.REPLAYED], may_have_run=True)
    assert error["data"] == {"problems": ["REPLAYED", "KEY_INVALID"], "mayHaveRun": True}


def test_no_code_is_told_where_there_is_none() -> None:
    assert refusals.refusal_error([])["data"] == {"problems": []}


def test_the_worked_example_of_a_refusal_has_this_form() -> None:
    """FORMAT, *Worked example* (3); the message is an input there, since it names no remedy."""
    error = refusals.refusal_error([Code.POLICY_DENIED], message="Attestation refused")
    assert error == {
        "code": -31901,
        "message": "Attestation refused",
        "data": {"problems": ["POLICY_DENIED"]},
    }


def test_a_refusal_of_the_policy_is_signed_as_it_is_sent() -> None:
    sides = Sides(server_options={"decide": lambda *_: Deny("RECIPIENT_NOT_ALLOWED")})
    pending = sides.attest(call())
    verdict = sides.admit(pending.carrier)
    assert isinstance(verdict, Refusal)
    error = refusals.refusal_error(verdict.problems)
    carrier = sides.answer(verdict, Answer(error=error), OutcomeKind.DENIED)
    sent = messages.put_response_in_error(error, carrier)
    taken, found = messages.take_response_from_error(sent)
    assert taken == error
    assert sides.check(pending, found, Answer(error=messages.project_error(taken))).problems == ()


def test_a_missing_attestation_names_the_capability() -> None:
    error = refusals.missing_error()
    assert error["code"] == -32021
    assert error["data"]["requiredCapabilities"]["extensions"] == {EXTENSION: {"version": 1}}
    assert "ATTESTATION_MISSING" in error["message"]


def test_settings_that_cannot_be_read_are_invalid_params() -> None:
    error = refusals.settings_error([problem(Code.INVALID_CREDENTIAL, "not an object")])
    assert error == {"code": -32602, "message": "Invalid params: not an object"}


@pytest.mark.parametrize(
    ("data", "kept"),
    [
        ({"problems": ["REPLAYED"]}, {"problems": ["REPLAYED"]}),
        ({"problems": ["REPLAYED"], "mayHaveRun": False}, {"problems": ["REPLAYED"]}),
        ({"requiredCapabilities": {}}, {"requiredCapabilities": {}}),
        (None, {}),
        ("text", {}),
    ],
)
def test_an_unsigned_refusal_is_marked(data: Any, kept: dict[str, Any]) -> None:
    marked = refusals.mark_unauthenticated({"code": -31901, "message": "m", "data": data, "more": 1})
    assert marked == {
        "code": -31901,
        "message": "m",
        "data": {**kept, "mayHaveRun": True, "unauthenticated": True},
    }
    assert asyncio.iscoroutinefunction(refusals.mark_unauthenticated) is False
