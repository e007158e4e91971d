"""HTTP signatures before another implementation, ``http-message-signatures``, in both directions."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from http_message_signatures import (
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    InvalidSignature,
    algorithms,
)
from identities import ALL
from protocols.documents import Documents

from signet_vc import Policy
from signet_vc.keys.signing import Key
from signet_vc.limits import NANOSECONDS
from signet_vc.protocols import ucp, ucp_keys
from signet_vc.protocols.http_message import HttpRequest, HttpResponse, Message

PROFILE: Final = "https://platform.example/.well-known/ucp"
URL: Final = "https://merchant.example.com/checkout-sessions?draft=1"
CONTENT: Final = (
    ("Content-Type", "application/json"),
    ("Idempotency-Key", "550e8400-e29b-41d4-a716-446655440000"),
)
REQUEST: Final = HttpRequest.of_url("POST", URL, fields=CONTENT, body=b'{"line_items":[]}')
RESPONSE: Final = HttpResponse(status=201, fields=CONTENT[:1], body=b"{}")

ALGORITHMS: Final = {
    "Ed25519": algorithms.ED25519,
    "P-256": algorithms.ECDSA_P256_SHA256,
    "P-384": algorithms.ECDSA_P384_SHA384,
}


@dataclass
class Theirs:
    """A request as the other implementation takes it."""

    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class TheirResponse:
    status_code: int
    headers: dict[str, str]
    request: Theirs | None = None


class Keys(HTTPSignatureKeyResolver):
    def __init__(self, key: Key) -> None:
        self._key = key.key_type.private_key(key.reveal_secret())

    def resolve_private_key(self, key_id: str) -> Any:
        return self._key

    def resolve_public_key(self, key_id: str) -> Any:
        return self._key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


class Verifier(HTTPMessageVerifier):
    require_created = False  # UCP's requests have none


def theirs(message: Message) -> Any:
    if isinstance(message, HttpRequest):
        url = f"{message.scheme}://{message.authority}{message.target}"
        return Theirs(message.method, url, dict(message.fields))
    return TheirResponse(message.status, dict(message.fields))


def verified_by_the_other(message: Message, name: str) -> Any:
    verifier = Verifier(signature_algorithm=ALGORITHMS[name], key_resolver=Keys(ALL[name]))
    return verifier.verify(theirs(message), max_age=None, body=message.body)


@pytest.mark.parametrize("name", ALL)
def test_what_is_signed_here_verifies_there(name: str) -> None:
    now = int(datetime.now(UTC).timestamp())  # the other's verifier reads the clock itself
    how: dict[str, Any] = {"profile_url": PROFILE}
    bots = {**how, "web_bot_auth": True, "created": now, "expires": now + 300, "nonce": "n"}
    signed = [
        ucp.sign_request(REQUEST, ALL[name], **how),
        ucp.sign_request(replace(REQUEST, method="GET", body=b""), ALL[name], keyid="a"),
        ucp.sign_request(REQUEST, ALL[name], **bots),
        ucp.sign_response(RESPONSE, ALL[name], created=now),
    ]
    for message in signed:
        (result,) = verified_by_the_other(message, name)
        assert result.label == "sig1"
        with pytest.raises(InvalidSignature):
            verified_by_the_other(replace(message, body=b"[]"), name)


@pytest.mark.parametrize("name", ALL)
def test_what_is_signed_there_verifies_here(name: str) -> None:
    headers = {**dict(CONTENT), "UCP-Agent": f'profile="{PROFILE}"'}
    message = Theirs("POST", URL, headers)
    signer = HTTPMessageSigner(signature_algorithm=ALGORITHMS[name], key_resolver=Keys(ALL[name]))
    covered = ("@method", "@authority", "@path", "@query", "ucp-agent", "idempotency-key", "content-type")
    signer.sign(message, key_id="k", covered_component_ids=covered, body=REQUEST.body)
    ours = HttpRequest.of_url("POST", URL, fields=tuple(message.headers.items()), body=REQUEST.body)
    loader = Documents({PROFILE: {"keys": [ucp_keys.published(ALL[name].public_key, kid="k")]}})
    now = int(datetime.now(UTC).timestamp())
    result = ucp.verify(ours, Policy(allowed_signers=[PROFILE], loader=loader), at_ns=now * NANOSECONDS)
    assert (result.problems, result.issuer) == ((), PROFILE)
