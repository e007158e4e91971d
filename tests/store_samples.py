"""Records, claims and refusals for the store's tests; their credentials are not real."""

from __future__ import annotations

import asyncio
from typing import Any

from signet_vc.attestation.store import Claim, Record, RefusedCall
from signet_vc.codec.digest import digest, nonce_text
from signet_vc.limits import NANOSECONDS

NOW = 1_774_870_645 * NANOSECONDS  # 2026-03-30T11:37:25Z
AGENT = "did:key:z6MkehRgf7yJbgaGfYsdoAsKdBPE3dj2CYhowQdcjqSJgvVd"
SERVER = "did:key:z6MkhFwXNFWosLeugvSf4wcL9t3uuRXueGSFTRgSvHhWj5G2"


def run(work: Any) -> Any:
    async def main() -> Any:
        return await work

    return asyncio.run(main())


def named(name: str | int) -> str:
    """The digest of the sample with this name."""
    return digest(str(name).encode())


def request(name: str | int = 1, **members: Any) -> Record:
    given = {
        "digest": named(name),
        "kind": "request",
        "received_at": NOW,
        "secured": f'{{"sample":"{name}"}}',
        "issuer": AGENT,
        "tool": "send_email",
    }
    return Record(**(given | members))


def response(name: str | int = 2, to: str | int | None = 1, **members: Any) -> Record:
    given = {
        "kind": "response",
        "issuer": SERVER,
        "outcome": "completed",
        "request_digest": None if to is None else named(to),
    }
    return request(name, **(given | members))


def claim(number: int = 1, **members: Any) -> Claim:
    given = {
        "issuer": AGENT,
        "audience": SERVER,
        "nonce": nonce_text(number.to_bytes(16)),
        "valid_from": NOW,
        "expires_at": NOW + 360 * NANOSECONDS,
    }
    return Claim(**(given | members))


def refusal(**members: Any) -> RefusedCall:
    given = {
        "at": NOW,
        "side": "server",
        "tool": "send_email",
        "codes": ("PROOF_INVALID",),
        "detail": "PROOF_INVALID: the signature is not the key's",
    }
    return RefusedCall(**(given | members))
