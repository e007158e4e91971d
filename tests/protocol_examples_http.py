"""What HTTP has for a verifier: a signed request, one for Web Bot Auth too, and a signed response."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from identities import P256, STRANGER
from protocols.documents import Documents

from signet_vc import Policy
from signet_vc.protocols import ucp, ucp_keys
from signet_vc.protocols.http_message import HttpRequest, HttpResponse, write

__all__ = ["AT", "PROFILE", "REQUEST", "RESPONSE", "examples", "trusting"]

AT: Final = datetime(2026, 3, 30, 11, 37, tzinfo=UTC)
PROFILE: Final = "https://platform.example/.well-known/ucp"
_TYPE: Final = ("Content-Type", "application/json")
REQUEST: Final = HttpRequest.of_url(
    "POST",
    "https://merchant.example.com/checkout-sessions",
    fields=(_TYPE, ("Idempotency-Key", "550e8400-e29b-41d4-a716-446655440000")),
    body=b'{"line_items":[]}',
)
RESPONSE: Final = HttpResponse(status=201, fields=(_TYPE,), body=b'{"id":"chk_123"}')


def trusting() -> Policy:
    """Trust the signer of the examples, whose profile is at hand."""
    keys = [ucp_keys.published(each.public_key) for each in (P256, STRANGER)]
    return Policy(allowed_signers=[PROFILE], loader=Documents({PROFILE: {"keys": keys}}))


def examples() -> Iterator[tuple[str, bytes, Policy, datetime]]:
    """Give what is accepted: a name, the bytes, a policy that accepts them, and when."""
    created = int(AT.timestamp())
    bots = {"web_bot_auth": True, "created": created, "expires": created + 300, "nonce": "bm9uY2U"}
    yield "http-request", write(ucp.sign_request(REQUEST, P256, profile_url=PROFILE)), trusting(), AT
    signed = ucp.sign_request(REQUEST, STRANGER, profile_url=PROFILE, **bots)
    yield "http-request-for-web-bot-auth", write(signed), trusting(), AT
    yield "http-response", write(ucp.sign_response(RESPONSE, P256, created=created)), trusting(), AT
