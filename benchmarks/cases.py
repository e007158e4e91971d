"""What is measured: keys and realistic credentials, made once, all distinct, the same on every run."""

from __future__ import annotations

import functools
import hashlib
from typing import Any

from signet_vc import SigningKey
from signet_vc.attestation import request
from signet_vc.attestation.call import ToolCall
from signet_vc.attestation.values import credential_id
from signet_vc.codec.digest import nonce_text
from signet_vc.codec.timestamps import parse

__all__ = ["AGENT", "KEYS", "SERVER", "agents", "requests", "seed", "seeded"]

KEYS = 20
_COUNT = 1_000
_AT = parse("2026-03-30T11:37:25.120Z") or 0


def seeded(text: str, length: int) -> bytes:
    """Bytes that look random and are the same on every run."""
    return hashlib.shake_256(text.encode()).digest(length)


def seed(number: int) -> bytes:
    """The secret of one of the ``agents``."""
    return seeded(f"key {number}", 32)


AGENT = SigningKey.from_secret("Ed25519", seeded("agent", 32))
SERVER = SigningKey.from_secret("Ed25519", seeded("server", 32))


@functools.cache
def agents() -> list[SigningKey]:
    """Twenty keys."""
    return [SigningKey.from_secret("Ed25519", seed(number)) for number in range(KEYS)]


@functools.cache
def requests() -> list[tuple[dict[str, Any], SigningKey]]:
    """A thousand unsigned request credentials, the format's example with other words, and their signers."""
    return [_request(number, agents()[number % KEYS]) for number in range(_COUNT)]


def _request(number: int, key: SigningKey) -> tuple[dict[str, Any], SigningKey]:
    call = ToolCall(
        method="tools/call",
        tool="send_email",
        arguments={"to": f"alice-{number}@example.com", "subject": f"Meeting {number} tomorrow"},
    )
    draft = request.build(
        call,
        issuer=key.did,
        audience=SERVER.did,
        valid_from=_AT,
        deadline=_AT + 300 * 10**9,
        identifier=credential_id(seeded(f"id {number}", 16)),
        nonce=nonce_text(seeded(f"nonce {number}", 16)),
        payload="embed",
        embed_limit=1 << 16,
        entropy=functools.partial(seeded, f"salt {number}"),
        members={"attester": "self"},
    )
    return draft.document, key
