"""The parties of `trail.py` but the agent: a wallet that signs a mandate, and a shop that is paid."""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from signet_vc import Policy, SigningKey, verify
from signet_vc.codec.multibase import base64url_encode
from signet_vc.errors import Code, UnavailableError
from signet_vc.keys.jwk import public_to_jwk
from signet_vc.keys.signing import Key
from signet_vc.protocols import ucp, ucp_keys
from signet_vc.protocols.http_message import HttpResponse
from signet_vc.web.asgi import UcpMiddleware

__all__ = ["AGENT", "ORDER", "SHOP", "WALLET", "Documents", "mandate", "published", "shop", "trusting"]

WALLET: Final = "https://wallet.example/keys"
AGENT: Final = "https://agent.example/.well-known/ucp"
SHOP: Final = "https://shop.example/.well-known/ucp"
ORDER: Final = "order-17"
_PRICE: Final = {"amount": 4200, "currency": "USD"}
_PAYEE: Final = {"id": "shop-1", "name": "Mug Shop"}
_DELIVERY: Final = {"time": "09:30", "timezone": "America/New_York"}


class Documents:
    """What stands under the parties' URLs. No server of this example is at them."""

    def __init__(self, documents: Mapping[str, Any]) -> None:
        """Take each document as JSON, by its URL."""
        self.held = {url: json.dumps(document).encode() for url, document in documents.items()}

    def load(self, url: str) -> bytes:
        """Give the document's bytes."""
        if url not in self.held:
            raise UnavailableError("nothing is there", code=Code.RESOLVER_UNAVAILABLE)
        return self.held[url]


def published(wallet: Key, agent: Key, shop_key: Key) -> Documents:
    """The wallet's key set, and the profiles of agent and shop, each with its key for messages."""
    return Documents(
        {
            url: {"keys": [ucp_keys.published(key.public_key, kid=kid)]}
            for url, key, kid in ((WALLET, wallet, "wallet"), (AGENT, agent, "pay"), (SHOP, shop_key, "shop"))
        }
    )


def trusting(documents: Documents) -> Policy:
    """Trust the wallet, for a mandate that was made for this shop and order."""
    return Policy(allowed_signers=[WALLET], loader=documents, domain=SHOP, challenge=ORDER)


# -- the mandate -------------------------------------------------------------------------------------


def mandate(wallet: Key) -> str:
    """A chain of two: the wallet allows an assistant to pay up to 50 dollars; it settles on one payment."""
    assistant, now = SigningKey.generate("P-256"), int(time.time())
    allowed = {
        "vct": "mandate.payment.open.1",
        "cnf": {"jwk": public_to_jwk(assistant.public_key)},
        "exp": now + 3600,
        "constraints": [{"type": "payment.amount_range", "currency": "USD", "max": 5000}],
    }
    first = _token(allowed, wallet, {"typ": "example+sd-jwt", "kid": "wallet"}, iat=now)
    settled = {
        "vct": "mandate.payment.1",
        "transaction_id": _digest(ORDER),
        "payee": _PAYEE,
        "payment_amount": _PRICE,
        "payment_instrument": {"id": "card-1", "type": "card"},
    }
    bound = {"iat": now, "aud": SHOP, "nonce": ORDER, "sd_hash": _digest(first)}
    return f"{first}~{_token(settled, assistant, {'typ': 'kb+sd-jwt'}, **bound)}"


def _token(content: dict[str, Any], key: Key, header: dict[str, Any], **claims: Any) -> str:
    """An SD-JWT that discloses one mandate."""
    disclosed = _json([secrets.token_urlsafe(16), content])
    payload = {"delegate_payload": [{"...": _digest(disclosed)}], **claims}
    message = f"{_json({'alg': 'ES256', **header})}.{_json(payload)}"
    return f"{message}.{base64url_encode(key.sign(message.encode()))}~{disclosed}~"


def _json(value: Any) -> str:
    return base64url_encode(json.dumps(value).encode())


def _digest(text: str) -> str:
    return base64url_encode(hashlib.sha256(text.encode()).digest())


# -- the shop ----------------------------------------------------------------------------------------


def shop(key: Key, documents: Documents) -> UcpMiddleware:
    """An application that takes the agent's signed payments, and answers each with a signed receipt."""

    async def pay(request: Request) -> Response:
        asked = await request.json()
        result = verify(asked["mandate"], trusting(documents))
        if not result.verified or result.document is None:
            return JSONResponse({"problems": [str(each.code) for each in result.problems]}, 403)
        settled = result.document["mandates"][-1]
        if (settled["payment_amount"], settled["payee"]) != (asked["amount"], _PAYEE):
            return JSONResponse({"problems": ["not what the mandate is for"]}, 403)
        paid = {"order": ORDER, "paid": asked["amount"], "delivery": _DELIVERY}
        body = json.dumps({**paid, "at": datetime.now(UTC).isoformat()}).encode()
        receipt = HttpResponse(status=201, fields=(("Content-Type", "application/json"),), body=body)
        signed = ucp.sign_response(receipt, key, keyid="shop", created=int(time.time()))
        return Response(body, 201, headers=dict(signed.fields))

    app = Starlette(routes=[Route("/payments", pay, methods=["POST"])])
    return UcpMiddleware(app, Policy(allowed_signers=[AGENT], loader=documents))
