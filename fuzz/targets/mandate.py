"""AP2 chains and UCP checkouts: a verdict for any text; well signed chains of any mandates; their ``basis``.

A JSON array is a chain: its members are the mandates, each signed by the key that the one before hands on to;
a checkout that a mandate has as an object is signed by the merchant. A JSON object is a checkout, and is
authorized first.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import orjson

from fuzz import mutation
from fuzz.signed import KEYS
from fuzz.target import Target, require, timed
from signet_vc import Policy, verify
from signet_vc.codec import strict_json
from signet_vc.errors import ProblemError, UsageError
from signet_vc.keys.jwk import public_to_jwk
from signet_vc.protocols import basis, ucp_checkout

__all__ = ["TARGET"]

_AT = datetime(2026, 4, 1, tzinfo=UTC)
_MIB = 1 << 20
_KEY = KEYS[1]
_SET = "https://signer.example/keys"


class _Keys:
    def load(self, url: str) -> bytes:
        require(url == _SET, "nothing is loaded but what the policy names")
        return orjson.dumps({"keys": [{**public_to_jwk(_KEY.public_key), "kid": "k"}]})


_POLICY = Policy(allowed_signers=[_SET], loader=_Keys(), domain="a", challenge="n")
_EVIDENCE = Policy(allowed_signers=[_SET, _KEY.did], loader=_Keys())


def _run(data: bytes) -> None:
    value = None
    if data[:1] in {b"[", b"{"}:
        with suppress(ProblemError):
            value = strict_json.loads(data)
    if isinstance(value, list):
        data = _chain([each for each in value if isinstance(each, dict)])
    elif isinstance(value, dict):
        with suppress(ProblemError, UsageError):
            to_sign = timed(ucp_checkout.prepare, value, key_type=_KEY.key_type, kid="k")
            authorized = to_sign.finish(_KEY.sign(to_sign.message))
            require(timed(verify, authorized, _POLICY, at=_AT).verified, "what was authorized verifies")
            data = strict_json.dumps(authorized)
    for policy in (_POLICY, _EVIDENCE):
        result = timed(verify, data, policy, at=_AT)
        require((result.document is None) is bool(result.problems), "a document, or a problem")
    for entry in timed(basis.entries_of, data):
        require(entry["digestMultibase"].startswith("uEi"), "an entry holds a digest")


def _chain(mandates: list[dict[str, Any]]) -> bytes:
    tokens: list[str] = []
    for index, mandate in enumerate(mandates[:20]):
        checkout = mandate.get("checkout_jwt")
        if isinstance(checkout, dict):
            text = _jwt({"alg": "ES256", "kid": "k"}, checkout)
            mandate = {**mandate, "checkout_jwt": text, "checkout_hash": _digest(text)}  # noqa: PLW2901 - with a signature
        if mandate.get("cnf") == "own":
            mandate = {**mandate, "cnf": {"jwk": public_to_jwk(_KEY.public_key)}}  # noqa: PLW2901 - with the key
        shown = _base64url(strict_json.dumps(["salt", mandate]))
        payload: dict[str, Any] = {"delegate_payload": [{"...": _digest(shown)}]}
        last = index == len(mandates) - 1
        typ = "example+sd-jwt" if index == 0 else "kb+sd-jwt" if last else "kb+sd-jwt+kb"
        if index:
            payload |= {"sd_hash": _digest(tokens[-1]), "aud": "a", "nonce": "n", "iat": 1_770_000_000}
        tokens.append(f"{_jwt({'alg': 'ES256', 'kid': 'k', 'typ': typ}, payload)}~{shown}~")
    return ("~~".join(each[:-1] for each in tokens) + "~").encode()


def _jwt(header: dict[str, Any], payload: Any) -> str:
    message = f"{_base64url(orjson.dumps(header))}.{_base64url(strict_json.dumps(payload))}"
    return f"{message}.{_base64url(_KEY.sign(message.encode()))}"


def _base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _digest(text: str) -> str:
    return _base64url(sha256(text.encode()).digest())


def _hostile() -> Iterator[bytes]:
    yield b"e" + b"~" * (_MIB - 1)
    yield b"eyJhbGciOiJFUzI1NiJ9.e30.AA" + b"~W10" * 4090 + b"~"
    yield b'{"ap2":{"merchant_authorization":"' + b"." * (_MIB - 100) + b'"}}'
    entry = {"quantity": 1, "acceptable_items": [{"id": "a"}]}
    lines = {"line_items": [{"item": {"id": "a"}, "quantity": 10}]}
    opened = {"vct": "mandate.checkout.open.1", "cnf": "own"}
    constraint = {"type": "checkout.line_items", "items": [entry] * 10}
    closed = {"vct": "mandate.checkout.1", "checkout_jwt": lines}
    yield orjson.dumps([{**opened, "constraints": [constraint] * 64}, closed])
    yield orjson.dumps([{**opened, "constraints": [constraint] * 400}, closed])
    yield orjson.dumps([opened] * 16 + [closed])


TARGET = Target(run=_run, hostile=_hostile, mutate=mutation.of_token)
