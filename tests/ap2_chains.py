"""Chains of AP2 mandates made here: every part can be another, so that one thing at a time is wrong."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from signet_vc.keys.jwk import public_to_jwk
from signet_vc.keys.signing import Key
from signet_vc.policy import Policy

NOW = 1_790_000_000
AT = datetime.fromtimestamp(NOW, UTC)
KEYS = "https://provider.example/keys"
ROOT, AGENT, SUB_AGENT, MERCHANT = (Key.from_secret("P-256", bytes([each]) * 32) for each in (1, 2, 3, 4))


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def digest(text: str) -> str:
    return b64(hashlib.sha256(text.encode()).digest())


def jwt(header: dict[str, Any], payload: dict[str, Any], key: Key) -> str:
    message = f"{b64(json.dumps(header).encode())}.{b64(json.dumps(payload).encode())}"
    return f"{message}.{b64(key.sign(message.encode()))}"


def disclosure(*contents: Any) -> str:
    return b64(json.dumps(list(contents)).encode())


def checkout(payload: dict[str, Any] | None = None, *, key: Key = MERCHANT, **header: Any) -> str:
    content = {
        "id": "chk_1",
        "merchant": {"id": "merchant_1"},
        "line_items": [{"item": {"id": "mug"}, "quantity": 2}],
    }
    return jwt({"alg": "ES256", "typ": "JWT", "kid": "merchant", **header}, payload or content, key)


def token(mandate: dict[str, Any], key: Key, header: dict[str, Any], **payload: Any) -> str:
    """One token: the mandate in a disclosure."""
    shown = disclosure("salt-of-a-mandate", mandate)
    content = {"delegate_payload": [{"...": digest(shown)}], **payload}
    return f"{jwt({'alg': 'ES256', **header}, content, key)}~{shown}~"


def cnf(key: Key) -> dict[str, Any]:
    return {"jwk": public_to_jwk(key.public_key)}


def open_mandate(kind: str = "checkout", key: Key = AGENT, **members: Any) -> dict[str, Any]:
    return {"vct": f"mandate.{kind}.open.1", "cnf": cnf(key), "iat": NOW - 60, "exp": NOW + 3600, **members}


def closed_checkout(text: str | None = None, **members: Any) -> dict[str, Any]:
    text = text or checkout()
    return {"vct": "mandate.checkout.1", "checkout_hash": digest(text), "checkout_jwt": text, **members}


def closed_payment(**members: Any) -> dict[str, Any]:
    return {
        "vct": "mandate.payment.1",
        "transaction_id": digest(checkout()),
        "payee": {"id": "merchant_1", "name": "Demo Merchant"},
        "payment_amount": {"amount": 4200, "currency": "USD"},
        "payment_instrument": {"id": "card_1", "type": "card"},
        **members,
    }


def root(mandate: dict[str, Any], *, key: Key = ROOT, kid: str = "root", **payload: Any) -> str:
    return token(mandate, key, {"typ": "example+sd-jwt", "kid": kid}, **payload)


def hop(
    before: str, mandate: dict[str, Any], *, key: Key = AGENT, typ: str = "kb+sd-jwt", **payload: Any
) -> str:
    claims = {"iat": NOW - 10, "aud": "merchant", "nonce": "n-1", "sd_hash": digest(before)} | payload
    claims = {name: value for name, value in claims.items() if value is not None}
    return token(mandate, key, {"typ": typ}, **claims)


def joined(*tokens: str) -> str:
    return "~~".join(each.removesuffix("~") for each in tokens) + "~"


def chain(closed: dict[str, Any] | None = None, *, kind: str = "checkout", **of_open: Any) -> str:
    """A chain of two that holds, but for what is asked for."""
    first = root(open_mandate(kind, **of_open))
    last = closed or (closed_checkout() if kind == "checkout" else closed_payment())
    return joined(first, hop(first, last))


class KeySet:
    """A loader that holds one key set, and counts how often it is asked."""

    def __init__(self, keys: list[dict[str, Any]] | None = None) -> None:
        self.asked: list[str] = []
        self.keys = keys or [
            {**public_to_jwk(key.public_key), "kid": kid}
            for kid, key in (("root", ROOT), ("merchant", MERCHANT))
        ]

    def load(self, url: str) -> bytes:
        self.asked.append(url)
        return json.dumps({"keys": self.keys}).encode()


def policy(**changes: Any) -> Policy:
    settings = {
        "allowed_signers": [KEYS],
        "loader": KeySet(),
        "domain": "merchant",
        "challenge": "n-1",
        **changes,
    }
    return Policy(**settings)
