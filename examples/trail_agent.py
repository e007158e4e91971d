"""The agent of `trail.py`: a task over A2A, tool calls over MCP, a payment over HTTP, and what is left."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
from a2a.helpers import new_task
from a2a.server.agent_execution import AgentExecutor, RequestContext
from a2a.server.events import EventQueue
from a2a.server.tasks import TaskUpdater
from a2a.types import Part, TaskState
from google.protobuf.json_format import MessageToDict
from mcp import Client, StdioServerParameters
from trail_parties import AGENT, SHOP, Documents, trusting

from signet_vc import Policy, verify
from signet_vc.keys.signing import Key
from signet_vc.mcp import AttestingTransport
from signet_vc.protocols import basis
from signet_vc.protocols.http_message import HttpRequest, HttpResponse, write
from signet_vc.web.httpx_auth import UcpAuth, verify_response

__all__ = ["BuyingAgent"]


class BuyingAgent(AgentExecutor):
    """Buys what it is told to, within a mandate.

    attesting: the key that signs its tool calls. paying: the one that signs its HTTP requests. tools: the
    command of an MCP server that signs its answers as ``server``. shop: the base URL. folder: what comes in
    is kept there, and named by digest in every tool call that follows.
    """

    def __init__(
        self,
        *,
        attesting: Key,
        paying: Key,
        tools: StdioServerParameters,
        server: str,
        shop: str,
        documents: Documents,
        folder: Path,
    ) -> None:
        self._attesting = attesting
        self._tools = tools
        self._server = server
        self._auth = UcpAuth(paying, profile_url=AGENT, keyid="pay", attesting=[attesting.did])
        self._shop = shop
        self._documents = documents
        self._folder = folder

    async def execute(self, context: RequestContext, event_queue: EventQueue) -> None:
        """Do one task; reject it without a mandate that verifies."""
        names = context.task_id or "", context.context_id or ""
        updater = TaskUpdater(event_queue, *names)
        await event_queue.enqueue_event(new_task(*names, TaskState.TASK_STATE_SUBMITTED))
        message = MessageToDict(context.message)
        chain = str(message["parts"][1]["data"]["mandate"])
        result = verify(chain, trusting(self._documents))
        if not result.verified or result.document is None:
            await updater.reject()
            return
        told = await self._buy(message, chain, result.document["mandates"][-1]["payment_amount"])
        await updater.add_artifact([Part(text=told)], "receipt")
        await updater.complete()

    async def cancel(self, context: RequestContext, event_queue: EventQueue) -> None:
        """Nothing of this can be taken back."""
        raise NotImplementedError

    async def _buy(self, message: dict[str, Any], chain: str, amount: Mapping[str, Any]) -> str:
        self._keep("1-message.json", json.dumps(message, indent=1).encode())
        self._keep("2-mandate.txt", chain.encode())
        led_to = [basis.a2a_message(message), basis.ap2_mandate(chain)]

        def named(_call: object) -> Sequence[Mapping[str, str]]:
            return led_to

        transport = AttestingTransport(
            self._tools,
            key=self._attesting,
            audience=self._server,
            store=f"sqlite:{self._folder.parent / 'agent.db'}",
            basis=named,
        )
        async with Client(transport) as client:
            before = await client.call_tool("get_current_time", {"timezone": "Europe/Berlin"})
            payment, receipt, delivery = await self._pay({"mandate": chain, "amount": amount})
            led_to = [*led_to, payment, receipt]
            arrival = await client.call_tool(
                "convert_time",
                {
                    "source_timezone": delivery["timezone"],
                    "time": delivery["time"],
                    "target_timezone": "Europe/Berlin",
                },
            )
        now, then = (json.loads(getattr(each.content[0], "text", "")) for each in (before, arrival))
        return f"paid at {now['datetime']}, delivered at {then['target']['datetime']}"

    async def _pay(self, payment: dict[str, Any]) -> tuple[basis.Entry, basis.Entry, dict[str, str]]:
        """Pay; the request and the receipt, as calls name them, and when the goods come."""
        headers = {"Accept-Encoding": "identity"}
        async with httpx.AsyncClient(auth=self._auth, headers=headers) as client:
            answer = await client.post(f"{self._shop}/payments", json=payment)
        result = verify_response(answer, Policy(allowed_signers=[SHOP], loader=self._documents))
        if answer.status_code != 201 or result.document is None:  # noqa: PLR2004 - created
            raise RuntimeError(f"not paid: {answer.status_code} {[str(each) for each in result.problems]}")
        sent = HttpRequest.of_url(
            "POST", str(answer.request.url), fields=_fields(answer.request), body=answer.request.content
        )
        received = HttpResponse(status=answer.status_code, fields=_fields(answer), body=answer.content)
        self._keep("3-payment.http", write(sent))
        self._keep("4-receipt.http", write(received))
        (paid,) = basis.entries_of(write(sent))
        return paid, basis.http_message(result.document["signatureBase"]), answer.json()["delivery"]

    def _keep(self, name: str, data: bytes) -> None:
        (self._folder / name).write_bytes(data)


def _fields(message: httpx.Request | httpx.Response) -> tuple[tuple[str, str], ...]:
    return tuple((name.decode(), value.decode()) for name, value in message.headers.raw)
