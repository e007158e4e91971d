"""One trail across four protocols: an A2A task, its AP2 mandate, MCP tool calls, an HTTP payment.

    pip install "signet-vc[mcp,service]" httpx "a2a-sdk[http-server]" mcp-server-time
    python examples/trail.py FOLDER

FOLDER is new. What the agent received and what it recorded stand there afterwards, and the one command that
verifies all of it is printed and run. docs/trail.md says more.
"""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from a2a.client import A2ACardResolver, ClientConfig, ClientFactory
from a2a.server.request_handlers import DefaultRequestHandler
from a2a.server.routes import create_agent_card_routes, create_jsonrpc_routes
from a2a.server.tasks import InMemoryTaskStore
from a2a.types import AgentCard, Message, SendMessageRequest
from google.protobuf.json_format import MessageToDict, ParseDict
from mcp import StdioServerParameters
from starlette.applications import Starlette
from trail_agent import BuyingAgent
from trail_parties import AGENT, ORDER, SHOP, WALLET, mandate, published, shop

from signet_vc import SigningKey, keystore
from signet_vc.cli.main import signet

CARD = {
    "name": "Buying Agent",
    "description": "Buys what it is told to, within a mandate",
    "version": "1.0.0",
    "supportedInterfaces": [
        {"url": "https://agent.example/a2a", "protocolBinding": "JSONRPC", "protocolVersion": "1.0"}
    ],
    "capabilities": {"streaming": False},
    "defaultInputModes": ["text/plain", "application/json"],
    "defaultOutputModes": ["text/plain"],
    "skills": [{"id": "buy", "name": "Buy", "description": "Pays an order", "tags": ["buy"]}],
}


async def main(folder: Path) -> list[str]:
    """Have the task done; what is left of it stands in the folder. Gives the command that verifies it."""
    received = folder / "received"
    received.mkdir(parents=True)
    attesting, time_server = SigningKey.generate(), SigningKey.generate()
    wallet, paying, shop_key = (SigningKey.generate("P-256") for _ in range(3))
    documents = published(wallet, paying, shop_key)
    async with serving(shop(shop_key, documents)) as shop_url:
        agent = BuyingAgent(
            attesting=attesting,
            paying=paying,
            tools=tools(folder, time_server, attesting.did),
            server=time_server.did,
            shop=shop_url,
            documents=documents,
            folder=received,
        )
        served = ParseDict(CARD, AgentCard())
        handler = DefaultRequestHandler(agent, InMemoryTaskStore(), served)
        routes = [*create_agent_card_routes(served), *create_jsonrpc_routes(handler, "/a2a")]
        async with serving(Starlette(routes=routes)) as agent_url:
            task = await sent(agent_url, asking(mandate(wallet)))
    for artifact in task.get("artifacts", []):
        print("the agent says:", artifact["parts"][0]["text"])
    print("the task is", task["status"]["state"])
    named = []
    for url, name in ((WALLET, "wallet"), (AGENT, "agent"), (SHOP, "shop")):
        (folder / f"{name}.json").write_bytes(documents.load(url))
        named += ["--allow", url, "--document", f"{url}={folder / name}.json"]
    store = ["--store", f"sqlite:{folder / 'agent.db'}"]
    who = ["--allow", attesting.did, "--allow", time_server.did]
    return ["signet", "audit", "trail", str(received), *store, *who, *named]


def asking(chain: str) -> dict[str, Any]:
    """The message: what to do, and the mandate to do it."""
    parts = [{"text": f"Pay {ORDER}, and tell when it comes."}, {"data": {"mandate": chain}}]
    return {"messageId": "m-1", "role": "ROLE_USER", "parts": parts}


def tools(folder: Path, key: SigningKey, agent: str) -> StdioServerParameters:
    """What starts an unmodified MCP server behind the proxy, which answers this agent alone."""
    keystore.save(key, f"file:{folder / 'server.key'}")
    store = f"sqlite:{folder / 'server.db'}"
    settings = {
        "key_source": f"file:{folder / 'server.key'}",
        "allowed_signers": [agent],
        "store": store,
    }
    config = folder / "server.yaml"
    config.write_text(json.dumps({"signet": settings}))
    proxy = ["-m", "signet_vc.cli.main", "proxy", "--role", "server", "--config", str(config), "--"]
    server = [sys.executable, "-m", "mcp_server_time"]
    return StdioServerParameters(command=sys.executable, args=[*proxy, *server], env=dict(os.environ))


@asynccontextmanager
async def serving(app: Any) -> AsyncIterator[str]:
    """Serve on a free port of loopback; the base URL."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", lifespan="off"))
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn tells it in no other way
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await running


async def sent(base: str, message: dict[str, Any]) -> dict[str, Any]:
    """Send a message with the A2A SDK's client; the task that came of it, as JSON."""
    async with httpx.AsyncClient(timeout=60) as http:
        card = await A2ACardResolver(http, base).get_agent_card()
        card.supported_interfaces[0].url = f"{base}/a2a"
        client = ClientFactory(ClientConfig(streaming=False, httpx_client=http)).create(card)
        last: dict[str, Any] = {}
        async for event in client.send_message(SendMessageRequest(message=ParseDict(message, Message()))):
            last = MessageToDict(event)
        return dict(last["task"])


if __name__ == "__main__":
    if not sys.argv[1:]:
        sys.exit(__doc__)
    command = asyncio.run(main(Path(sys.argv[1])))
    print(f"\n$ {shlex.join(command)}", flush=True)
    signet(command[1:], prog_name="signet")
