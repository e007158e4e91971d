"""What A2A has for a verifier: a card in normal form, and messages that carry attestations."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from engine import AGENT, SERVER, START, Sides
from identities import STRANGER as CARD_KEY

from signet_vc.codec import strict_json
from signet_vc.policy import Policy
from signet_vc.protocols.a2a_carriage import attach
from signet_vc.protocols.a2a_form import EXTENSION
from signet_vc.protocols.a2a_signing import sign_card

__all__ = ["AT", "CARD", "CARD_KEY", "MESSAGE", "examples", "signed_card", "task"]

AT: Final = datetime.fromtimestamp(START // 1_000_000_000 + 10, UTC)
CARD: Final[dict[str, Any]] = {
    "name": "Mail Agent",
    "description": "Sends what it is told to",
    "version": "1.0.0",
    "supportedInterfaces": [
        {"url": "https://agent.example/a2a", "protocolBinding": "JSONRPC", "protocolVersion": "1.0"}
    ],
    "provider": {"organization": "Beispiel GmbH, Zürich", "url": "https://example.com"},
    "capabilities": {
        "streaming": False,
        "extensions": [{"uri": EXTENSION, "params": {"did": SERVER.did}}],
    },
    "defaultInputModes": ["text/plain"],
    "defaultOutputModes": ["text/plain"],
    "skills": [{"id": "mail", "name": "Mail", "description": "Sends mail", "tags": ["mail"]}],
}
MESSAGE: Final[dict[str, Any]] = {"messageId": "m-1", "role": "ROLE_USER", "parts": [{"text": "Send it."}]}


def signed_card(card: dict[str, Any] | None = None, **how: Any) -> dict[str, Any]:
    return sign_card(CARD if card is None else card, how.pop("key", CARD_KEY), **how)


def task(sides: Sides) -> dict[str, Any]:
    """A Task that holds a question in its history and the answer as an artifact, both attested."""
    pending = sides.attest()
    answer = sides.answer(sides.admitted(pending))
    return {
        "id": "t-1",
        "contextId": "c-1",
        "status": {"state": "TASK_STATE_COMPLETED"},
        "history": [attach(MESSAGE, pending.carrier or {})],
        "artifacts": [attach({"artifactId": "a-1", "parts": [{"text": "sent"}]}, answer)],
    }


def examples() -> Iterator[tuple[str, bytes, Policy, datetime]]:
    """Give what is accepted: a name, the bytes, a policy that accepts them, and when."""
    yield "a2a-agent-card", strict_json.dumps(signed_card()), Policy(allowed_signers=[CARD_KEY.did]), AT
    message = attach(MESSAGE, Sides().attest().carrier or {})
    yield "a2a-message", strict_json.dumps(message), Policy(allowed_signers=[AGENT.did]), AT
    both = Policy(allowed_signers=[AGENT.did, SERVER.did])
    yield "a2a-message of a task", strict_json.dumps(task(Sides())), both, AT
