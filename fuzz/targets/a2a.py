"""A2A: a verdict for any card and any message; signed cards verify, and have one reading in normal form."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import orjson

from fuzz import mutation
from fuzz.signed import KEYS
from fuzz.target import Target, require, timed
from signet_vc import Policy, verify
from signet_vc.codec import strict_json
from signet_vc.errors import ProblemError, UsageError
from signet_vc.protocols import a2a_normal
from signet_vc.protocols.a2a_carriage import attach
from signet_vc.protocols.a2a_form import EXTENSION
from signet_vc.protocols.a2a_signing import sign_card

__all__ = ["TARGET"]

_AT = datetime(2026, 4, 1, tzinfo=UTC)
_KEY = KEYS[0]
_POLICIES = (Policy(allowed_signers=[_KEY.did]), Policy(trust_any=True))
_MIB = 1 << 20


def _run(data: bytes) -> None:
    _judge(data)
    with suppress(ProblemError):
        value = strict_json.loads(data)
        if isinstance(value, dict):
            _as_card(value)
            with suppress(UsageError):
                _judge(strict_json.dumps(attach({"messageId": "m"}, value)))


def _as_card(card: dict[str, object]) -> None:
    with suppress(UsageError):
        signed = timed(sign_card, card, _KEY)
        readings = {read(card).octets for read in a2a_normal.PROFILES.values()}
        require(len(readings) == 1, "every reading of a card in normal form is the same")
        result = timed(verify, strict_json.dumps(signed), _POLICIES[0], at=_AT)
        codes = {str(each.code) for each in result.problems}
        require(result.verified or codes == {"TOO_LARGE"}, "what was signed verifies")


def _judge(data: bytes) -> None:
    for policy in _POLICIES:
        result = timed(verify, data, policy, at=_AT)
        require((result.document is None) is bool(result.problems), "a document, or a problem")


def _hostile() -> Iterator[bytes]:
    entry = {"protected": "eyJhbGciOiJFZERTQSIsImtpZCI6IiJ9", "signature": "AA"}
    card = {"name": "a", "skills": [], "capabilities": {}, "signatures": [entry] * 8}
    nothings: tuple[Any, ...] = ("", [[[[]]]], {}, None, 1)
    for nothing in nothings:
        params = {"list": [nothing] * 20_000}
        yield orjson.dumps({**card, "capabilities": {"extensions": [{"params": params}]}})
    yield orjson.dumps({**card, "skills": [{"tags": [1] * 400_000}]})
    yield orjson.dumps({**card, "signatures": [entry] * 15_000})
    carried = {"messageId": "m", "metadata": {EXTENSION: {"credential": {}}}}
    yield orjson.dumps({"id": "t", "history": [carried] * 8_000})
    yield b'{"message":' * 80 + b"{}" + b"}" * 80
    yield b'{"name":"' + b"a" * (_MIB - 100) + b'","skills":[],"capabilities":{}}'


TARGET = Target(run=_run, hostile=_hostile, mutate=mutation.of_json)
