"""Both sides of the engine in memory, under a clock and a randomness that the test holds."""

from __future__ import annotations

import asyncio
import copy
import hashlib
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from signet_vc.attestation.agent import Agent, Checked, Pending
from signet_vc.attestation.call import ABSENT, Answer, Outcome, OutcomeKind, ToolCall
from signet_vc.attestation.role import AgentRole, ServerRole
from signet_vc.attestation.server import Admission, Refusal, Server
from signet_vc.attestation.store import AttestationStore
from signet_vc.codec.timestamps import parse
from signet_vc.keys.signing import Key
from signet_vc.limits import NANOSECONDS
from signet_vc.policy import Policy
from signet_vc.store.memory import MemoryStore

T = TypeVar("T")
START = parse("2026-03-30T11:37:25.120Z") or 0
AGENT = Key.from_secret("Ed25519", bytes(range(0x20)))
SERVER = Key.from_secret("Ed25519", bytes(range(0x20, 0x40)))
STRANGER = Key.from_secret("Ed25519", bytes(range(0x40, 0x60)))
RESULT = {"content": [{"type": "text", "text": "sent"}], "isError": False, "resultType": "complete"}
SENT = Answer(result=RESULT)


def run(work: Awaitable[T]) -> T:
    async def main() -> T:
        return await work

    return asyncio.run(main())


def call(**members: Any) -> ToolCall:
    given = {
        "method": "tools/call",
        "tool": "send_email",
        "arguments": {"to": "alice@example.com", "subject": "Meeting tomorrow"},
    }
    return ToolCall(**(given | members))


@dataclass
class Clock:
    """Moves only when it is told to."""

    now: int = START

    def __call__(self) -> int:
        return self.now

    def pass_seconds(self, seconds: float) -> None:
        self.now += int(seconds * NANOSECONDS)


@dataclass
class Entropy:
    """Bytes that look random and are the same on every run."""

    seed: str
    drawn: int = 0

    def __call__(self, length: int) -> bytes:
        self.drawn += 1
        return hashlib.shake_256(f"{self.seed} {self.drawn}".encode()).digest(length)


@dataclass
class Sides:
    """An agent and a server that trust each other, over one clock."""

    agent_options: dict[str, Any] = field(default_factory=dict)
    server_options: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.clock = Clock()
        # Begun long before the calls, so that no claim is older than the store.
        self.store: AttestationStore = self.server_options.pop("store", None) or memory_store()
        self.agent_store = self.agent_options.pop("store", None) or memory_store()
        self.agent = Agent(
            AgentRole(
                **{
                    "signer": AGENT,
                    "policy": Policy(allowed_signers=[SERVER.did]),
                    "store": self.agent_store,
                    "clock": self.clock,
                    "entropy": Entropy("agent"),
                    **self.agent_options,
                }
            )
        )
        self.server = Server(
            ServerRole(
                **{
                    "signer": SERVER,
                    "policy": Policy(allowed_signers=[AGENT.did]),
                    "audience": SERVER.did,
                    "store": self.store,
                    "clock": self.clock,
                    "entropy": Entropy("server"),
                    **self.server_options,
                }
            )
        )

    def attest(self, what: ToolCall | None = None, **options: Any) -> Pending:
        return run(self.agent.attest(what or call(), **{"audience": SERVER.did, **options}))

    def admit(self, carrier: Any, what: ToolCall | None = None, **options: Any) -> Admission | Refusal:
        return run(self.server.admit(what or call(), carrier, **{"peer": "test", **options}))

    def admitted(self, pending: Pending) -> Admission:
        verdict = self.admit(pending.carrier, pending.call)
        assert isinstance(verdict, Admission), verdict
        return verdict

    def answer(
        self,
        subject: Admission | Refusal,
        answer: Answer = SENT,
        kind: OutcomeKind = OutcomeKind.COMPLETED,
        **options: Any,
    ) -> Any:
        outcome = Outcome(kind=kind, answer=answer, task_id=options.pop("task_id", None))
        return run(self.server.attest(subject, outcome, **options))

    def check(self, pending: Pending, carrier: Any, answer: Answer = SENT, **options: Any) -> Checked:
        return run(self.agent.check(pending, answer, carrier, **options))


def memory_store() -> MemoryStore:
    return MemoryStore(clock=lambda: START - 86_400 * NANOSECONDS)


def carrier_of(pending: Pending) -> dict[str, Any]:
    """A copy that a test may change."""
    return copy.deepcopy(pending.carrier or {})


def codes(verdict: Admission | Refusal | Checked) -> list[str]:
    return [] if isinstance(verdict, Admission) else [str(each.code) for each in verdict.problems]


__all__ = [
    "ABSENT",
    "AGENT",
    "RESULT",
    "SENT",
    "SERVER",
    "START",
    "STRANGER",
    "Clock",
    "Entropy",
    "Sides",
    "call",
    "carrier_of",
    "codes",
    "memory_store",
    "run",
]
