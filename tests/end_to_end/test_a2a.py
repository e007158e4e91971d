"""Attestations carried by the real A2A SDK: its client and its server over HTTP on loopback.

The client's message holds a request attestation, the server's task the response, as an artifact. What both
verify is the JSON of what came, after the SDK's protobuf.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import jwt
import uvicorn
from a2a.client import A2ACardResolver, ClientConfig, ClientFactory
from a2a.helpers import new_task
from a2a.server.agent_execution import AgentExecutor, RequestContext
from a2a.server.events import EventQueue
from a2a.server.request_handlers import DefaultRequestHandler
from a2a.server.routes import create_agent_card_routes, create_jsonrpc_routes
from a2a.server.tasks import InMemoryTaskStore, TaskUpdater
from a2a.types import AgentCard, Message, SendMessageRequest, TaskState
from a2a.utils.signing import create_signature_verifier
from engine import AGENT, RESULT, SERVER, Sides
from google.protobuf.json_format import MessageToDict, ParseDict
from protocol_examples_a2a import AT, CARD, CARD_KEY, MESSAGE, signed_card
from starlette.applications import Starlette

from signet_vc import Policy, verify
from signet_vc.attestation.call import Answer, Outcome, OutcomeKind, ToolCall
from signet_vc.attestation.server import Admission
from signet_vc.keys.jwk import public_to_jwk
from signet_vc.protocols.a2a_carriage import attach, carried
from signet_vc.protocols.a2a_form import EXTENSION, attestation_did

CALL = ToolCall(method="tools/call", tool="send_email", arguments={"to": "alice@example.com", "copies": 2})

REJECTED = "TASK_STATE_REJECTED"


class AttestingExecutor(AgentExecutor):
    """Runs the call that a message asks for, if its attestation admits that; states what came of it."""

    def __init__(self, sides: Sides) -> None:
        self.sides = sides
        self.ran = 0

    async def execute(self, context: RequestContext, event_queue: EventQueue) -> None:
        message = MessageToDict(context.message)
        asked = message["parts"][0]["data"]
        call = ToolCall(method="tools/call", tool=asked["tool"], arguments=asked["arguments"])
        verdict = await self.sides.server.admit(call, carried(message), peer="a2a")
        updater = TaskUpdater(event_queue, context.task_id, context.context_id)
        await event_queue.enqueue_event(
            new_task(context.task_id, context.context_id, TaskState.TASK_STATE_SUBMITTED)
        )
        if not isinstance(verdict, Admission):
            await updater.reject()
            return
        self.ran += 1
        outcome = Outcome(kind=OutcomeKind.COMPLETED, answer=Answer(result=RESULT))
        answer = await self.sides.server.attest(verdict, outcome)
        artifact = attach({"artifactId": "answer", "parts": [{"data": RESULT}]}, answer or {})
        parts = ParseDict({**MESSAGE, "parts": artifact["parts"]}, Message()).parts
        await updater.add_artifact(
            list(parts), "answer", metadata=artifact["metadata"], extensions=artifact["extensions"]
        )
        await updater.complete()

    async def cancel(self, context: RequestContext, event_queue: EventQueue) -> None:
        raise NotImplementedError


@asynccontextmanager
async def serving(executor: AttestingExecutor, card: dict[str, Any]) -> AsyncIterator[str]:
    """The SDK's server on a free port; gives its base URL."""
    served = ParseDict(card, AgentCard())
    handler = DefaultRequestHandler(
        agent_executor=executor, task_store=InMemoryTaskStore(), agent_card=served
    )
    app = Starlette(routes=[*create_agent_card_routes(served), *create_jsonrpc_routes(handler, "/a2a")])
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", lifespan="off"))
    running = asyncio.create_task(server.serve())
    while not server.started:
        assert not running.done()  # it would never be
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await running


async def sent(base: str, message: dict[str, Any]) -> dict[str, Any]:
    """Send a message with the SDK's client; the task that came of it, as JSON."""
    async with httpx.AsyncClient(headers={"A2A-Extensions": EXTENSION}) as http:
        card = await A2ACardResolver(http, base).get_agent_card()
        card.supported_interfaces[0].url = f"{base}/a2a"
        client = ClientFactory(ClientConfig(streaming=False, httpx_client=http)).create(card)
        last: dict[str, Any] = {}
        async for event in client.send_message(SendMessageRequest(message=ParseDict(message, Message()))):
            last = MessageToDict(event)
        return dict(last["task"])


def asking(carrier: dict[str, Any]) -> dict[str, Any]:
    parts = [{"data": {"tool": CALL.tool, "arguments": CALL.arguments}}]
    return attach({**MESSAGE, "parts": parts}, carrier)


def test_a_call_and_its_answer_are_attested_through_the_sdk() -> None:
    async def main() -> None:
        sides = Sides()
        executor = AttestingExecutor(sides)
        async with serving(executor, signed_card()) as base:
            pending = await sides.agent.attest(CALL, audience=SERVER.did)
            task = await sent(base, asking(pending.carrier or {}))
        (artifact,) = task["artifacts"]
        assert executor.ran == 1
        assert artifact["extensions"] == [EXTENSION]
        # the agent: this answers that call
        result = artifact["parts"][0]["data"]
        checked = await sides.agent.check(pending, Answer(result=result), carried(artifact))
        assert checked.problems == ()
        assert checked.response is not None
        assert checked.response.issuer == SERVER.did
        # anybody, later: the task as evidence
        for evidence in (task, artifact):
            verdict = verify(json.dumps(evidence), Policy(allowed_signers=[AGENT.did, SERVER.did]), at=AT)
            assert (verdict.verified, verdict.format) == (True, "a2a-message"), verdict.problems
        assert {each.issuer for each in verify(task, Policy(trust_any=True), at=AT).credentials} >= {
            SERVER.did
        }

    asyncio.run(main())


def test_only_the_call_that_was_attested_runs_and_once() -> None:
    async def main() -> None:
        sides = Sides()
        executor = AttestingExecutor(sides)
        async with serving(executor, signed_card()) as base:
            first, second = [await sides.agent.attest(CALL, audience=SERVER.did) for _ in range(2)]
            other = json.loads(json.dumps(asking(first.carrier or {})))
            other["parts"][0]["data"]["arguments"]["to"] = "mallory@example.com"
            without = {**other, "metadata": {}}
            honest = asking(second.carrier or {})
            states = [
                (await sent(base, {**message, "messageId": f"m-{number}"}))["status"]["state"]
                for number, message in enumerate((without, other, honest, honest))
            ]
        assert states == [REJECTED, REJECTED, "TASK_STATE_COMPLETED", REJECTED]
        assert executor.ran == 1

    asyncio.run(main())


def test_the_served_card_verifies_here_and_under_the_sdk_and_names_who_attests() -> None:
    async def main() -> None:
        async with serving(AttestingExecutor(Sides()), signed_card()) as base, httpx.AsyncClient() as http:
            text = (await http.get(f"{base}/.well-known/agent-card.json")).text
            key = jwt.PyJWK.from_dict(public_to_jwk(CARD_KEY.public_key))
            verifier = create_signature_verifier(lambda _kid, _jku: key, ["EdDSA"])
            await A2ACardResolver(http, base).get_agent_card(signature_verifier=verifier)
        result = verify(text, Policy(allowed_signers=[CARD_KEY.did]), at=AT)
        assert result.verified, result.problems
        assert result.document == CARD
        assert attestation_did(result.document) == SERVER.did

    asyncio.run(main())
