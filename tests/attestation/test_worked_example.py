"""The worked example of the format, byte for byte."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from signet_vc import securing
from signet_vc.attestation import request, response
from signet_vc.attestation.call import Answer, Outcome, OutcomeKind, ToolCall
from signet_vc.attestation.response import RequestReference
from signet_vc.codec.digest import commitment, digest
from signet_vc.codec.timestamps import format_s, parse
from signet_vc.keys.signing import Key

AGENT = Key.from_secret("Ed25519", bytes(range(0x20)))
SERVER = Key.from_secret("Ed25519", bytes(range(0x20, 0x40)))
AGENT_DID = "did:key:z6MkehRgf7yJbgaGfYsdoAsKdBPE3dj2CYhowQdcjqSJgvVd"
SERVER_DID = "did:key:z6MkhFwXNFWosLeugvSf4wcL9t3uuRXueGSFTRgSvHhWj5G2"
NONCE = "uAAECAwQFBgcICQoLDA0ODw"

TEXTS = Path(__file__).parent / "worked_example"  # one line each, as the format prints them
REQUEST, COMPLETED, DENIED = (
    (TEXTS / f"{name}.json").read_text().rstrip("\n") for name in ("request", "completed", "denied")
)


def at(text: str) -> int:
    moment = parse(f"2026-03-30T{text}Z")
    assert moment is not None
    return moment


def entropy(_: int) -> bytes:
    raise AssertionError("nothing in the example is committed to")


def no_members() -> dict[str, Any]:
    return {}


def request_document() -> dict[str, Any]:
    call = ToolCall(
        method="tools/call",
        tool="send_email",
        arguments={"to": "alice@example.com", "subject": "Meeting tomorrow"},
    )
    return request.build(
        call,
        issuer=AGENT.did,
        audience=SERVER.did,
        valid_from=at("11:37:25.120"),
        deadline=at("11:42:25.120"),
        identifier="urn:uuid:5f3a9c1e-7b1d-4c55-9d0a-2f6b8e4d1a01",
        nonce=NONCE,
        payload="embed",
        embed_limit=1 << 16,
        entropy=entropy,
        members=no_members(),
    ).document


def secured(document: dict[str, Any], key: Key, how: securing.Securing) -> securing.Secured:
    signed_at = parse(document["validFrom"])
    assert signed_at is not None
    return securing.secure(document, key, securing=how, created=format_s(signed_at))


def response_text(outcome: Outcome, completed: str, signed: str, last: str, members: dict[str, Any]) -> str:
    reference = RequestReference(
        identifier="urn:uuid:5f3a9c1e-7b1d-4c55-9d0a-2f6b8e4d1a01",
        digest=digest(REQUEST.encode()),
        jws_digest=None,
        agent=AGENT.did,
        nonce=NONCE,
        valid_from=at("11:37:25.120"),
    )
    document = response.build(
        outcome,
        issuer=SERVER.did,
        method="tools/call",
        tool="send_email",
        request=reference,
        unattested=None,
        received_at=at("11:37:25.140"),
        completed_at=at(completed),
        valid_from=at(signed),
        identifier=f"urn:uuid:0d0f7c55-3a52-4e0e-8a55-6f1f3f6f2b{last}",
        payload="embed",
        embed_limit=1 << 16,
        entropy=entropy,
        members=members,
    ).document
    return secured(document, SERVER, securing.Securing.DATA_INTEGRITY).text


def test_keys() -> None:
    assert (AGENT.did, SERVER.did) == (AGENT_DID, SERVER_DID)


def test_request() -> None:
    """(1) of the worked example."""
    made = secured(request_document(), AGENT, securing.Securing.DATA_INTEGRITY)
    assert made.text == REQUEST
    assert made.digest == "uEiBQpNMbUFtYzROveLKPGLK-NOg6Z5X4Q0IwVWD80cbFVA"


def test_completed() -> None:
    """(2) of the worked example."""
    result = {
        "content": [{"type": "text", "text": "sent"}],
        "isError": False,
        "resultType": "complete",
    }
    outcome = Outcome(kind=OutcomeKind.COMPLETED, answer=Answer(result=result))
    assert response_text(outcome, "11:37:25.305", "11:37:25.310", "02", {}) == COMPLETED


def test_denied() -> None:
    """(3) of the worked example."""
    error = {"code": -31901, "message": "Attestation refused", "data": {"problems": ["POLICY_DENIED"]}}
    outcome = Outcome(kind=OutcomeKind.DENIED, answer=Answer(error=error))
    decision = {"decision": {"effect": "deny", "reason": "RECIPIENT_NOT_ALLOWED"}}
    assert response_text(outcome, "11:37:25.145", "11:37:25.150", "04", decision) == DENIED


def test_compact_jws() -> None:
    """(4) of the worked example."""
    made = secured(request_document(), AGENT, securing.Securing.JWS)
    assert made.digest == "uEiAtlrcKPcmSpMs-TnecQXDcbwq1NqyGrHlS4GiiQ_4ICw"


def test_commitment() -> None:
    """(5) of the worked example."""
    value = {"account": 9007199254740993, "amount": 12.5}
    made: Callable[..., str] = commitment
    assert made("argumentsDigest", value, "uEBESExQVFhcYGRobHB0eHw") == (
        "uEiDJThP48hBu7gW--013IhkI80NTo81r9OJr0e60TzpCfQ"
    )
