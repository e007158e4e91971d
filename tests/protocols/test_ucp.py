"""UCP's profile: one signed request through the one ``verify``, and what the gate refuses."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from identities import P256
from protocols.documents import Documents

from signet_vc import Policy, verify
from signet_vc.protocols import ucp, ucp_keys
from signet_vc.protocols.http_message import HttpRequest, write

PROFILE: Final = "https://platform.example/.well-known/ucp"
AT: Final = datetime(2026, 11, 29, 12, tzinfo=UTC)
REQUEST: Final = HttpRequest.of_url(
    "POST",
    "https://merchant.example.com/checkout-sessions?draft=1",
    fields=(
        ("Content-Type", "application/json"),
        ("Idempotency-Key", "550e8400-e29b-41d4-a716-446655440000"),
    ),
    body=b'{"line_items":[]}',
)


def policy(**members: object) -> Policy:
    documents = Documents({PROFILE: {"keys": [ucp_keys.published(P256.public_key, kid="platform-2026")]}})
    return Policy(**{"allowed_signers": [PROFILE], "loader": documents, **members})


SIGNED: Final = ucp.sign_request(REQUEST, P256, keyid="platform-2026", profile_url=PROFILE)


def test_a_signed_request_verifies_as_a_file() -> None:
    result = verify(write(SIGNED), policy(), at=AT)
    assert result.problems == ()
    assert (result.verified, result.format, result.securing) == (True, "http-signature", "ecdsa-p256-sha256")
    assert result.issuer == PROFILE
    assert result.document is not None
    assert result.document["body"] == '{"line_items":[]}'
    assert result.document["query"] == "draft=1"
