"""One attested call in the engine alone: no SDK, no store, every check."""

from __future__ import annotations

import asyncio
import secrets
import statistics
import time
from collections.abc import Iterator, Sequence
from typing import Any

from benchmarks.cases import AGENT, SERVER, requests, seeded
from benchmarks.measure import Figure, in_chunks
from signet_vc import Policy
from signet_vc.attestation.agent import Agent, Pending
from signet_vc.attestation.call import Answer, Outcome, OutcomeKind, ToolCall
from signet_vc.attestation.role import AgentRole, ServerRole
from signet_vc.attestation.server import Admission, Server
from signet_vc.attestation.store import Claim, Record, RefusedCall
from signet_vc.codec import strict_json
from signet_vc.keys import ed25519

__all__ = ["figures"]

_ROUNDS = 7
_MESSAGE = seeded("message", 64)


def figures() -> Iterator[Figure]:
    """``engine/call``: attest, admit, attest, check, against their four bare primitives."""
    yield asyncio.run(_measured())


async def _measured() -> Figure:
    agent, server = _agent(), _server()
    primitives = _primitives()
    ours, bare = [], []
    for _ in range(_ROUNDS):
        for chunk in in_chunks(requests()):
            arguments = [document["credentialSubject"]["arguments"] for document, _ in chunk]
            ours.append(await _seconds(agent, server, arguments) / len(chunk))
            start = time.perf_counter()
            for _ in chunk:
                primitives()
            bare.append((time.perf_counter() - start) / len(chunk))
    return Figure("engine/call", statistics.median(ours) * 1e6, "µs", statistics.median(bare) * 1e6)


async def _seconds(agent: Agent, server: Server, arguments: Sequence[Any]) -> float:
    """All calls through one step after the other.

    Between steps, untimed, what travels is written and parsed, so that the two sides share no object.
    """
    calls = [_call(each) for each in arguments]
    start = time.perf_counter()
    sent = [await agent.attest(call, audience=SERVER.did) for call in calls]
    elapsed = time.perf_counter() - start

    arrived = [(_call(_copy(pending.call.arguments)), _copy(pending.carrier)) for pending in sent]
    outcomes = [_outcome(call) for call, _ in arrived]
    start = time.perf_counter()
    carriers = [
        await _served(server, call, carrier, outcome)
        for (call, carrier), outcome in zip(arrived, outcomes, strict=True)
    ]
    elapsed += time.perf_counter() - start

    answers = [
        (Answer(result=_copy(outcome.answer.result)), _copy(carrier))
        for outcome, carrier in zip(outcomes, carriers, strict=True)
    ]
    start = time.perf_counter()
    for pending, (answer, carrier) in zip(sent, answers, strict=True):
        await _checked(agent, pending, answer, carrier)
    return elapsed + time.perf_counter() - start


async def _served(server: Server, call: ToolCall, carrier: Any, outcome: Outcome) -> Any:
    admission = await server.admit(call, carrier, peer="bench")
    assert isinstance(admission, Admission)
    return await server.attest(admission, outcome)


async def _checked(agent: Agent, pending: Pending, answer: Answer, carrier: Any) -> None:
    checked = await agent.check(pending, answer, carrier)
    assert checked.response is not None


def _primitives() -> Any:
    """Two signatures and two verifications by the backend, without the checks that we make around them."""
    (agent_key, agent_sign), (server_key, server_sign) = (
        ed25519.BACKEND.signer(seeded(name, 32)) for name in ("agent", "server")
    )
    agent_verify, server_verify = ed25519.BACKEND.verifier(agent_key), ed25519.BACKEND.verifier(server_key)

    def work() -> None:
        assert agent_verify(agent_sign(_MESSAGE), _MESSAGE)
        assert server_verify(server_sign(_MESSAGE), _MESSAGE)

    return work


def _call(arguments: Any) -> ToolCall:
    return ToolCall(method="tools/call", tool="send_email", arguments=arguments)


def _outcome(call: ToolCall) -> Outcome:
    text = f"sent {call.arguments}"
    result = {"content": [{"type": "text", "text": text}], "isError": False, "resultType": "complete"}
    return Outcome(kind=OutcomeKind.COMPLETED, answer=Answer(result=result))


def _copy(value: Any) -> Any:
    return strict_json.loads(strict_json.dumps(value))


def _agent() -> Agent:
    role = AgentRole(
        signer=AGENT,
        policy=Policy(allowed_signers=[SERVER.did]),
        store=None,
        clock=time.time_ns,
        entropy=secrets.token_bytes,
    )
    return Agent(role)


def _server() -> Server:
    role = ServerRole(
        signer=SERVER,
        policy=Policy(allowed_signers=[AGENT.did]),
        audience=SERVER.did,
        store=_Claims(),
        clock=time.time_ns,
        entropy=secrets.token_bytes,
    )
    return Server(role)


class _Claims:
    """Claims nonces, since that is a check, and keeps no record."""

    def __init__(self) -> None:
        self._seen: set[tuple[str, str, str]] = set()

    async def record(self, record: Record, *, claim: Claim | None = None) -> bool:  # noqa: ARG002 - not kept
        if claim is None:
            return True
        key = (claim.issuer, claim.audience, claim.nonce)
        known = key in self._seen
        self._seen.add(key)
        return not known

    async def refuse(self, refused: RefusedCall) -> None:
        raise AssertionError(refused)

    async def get(self, digest: str) -> Record | None:
        raise AssertionError(digest)

    async def pin(self, subject: str, did: str) -> str:
        raise AssertionError(subject, did)
