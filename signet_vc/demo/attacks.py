"""Attacks on attested calls, each sent through a real proxy, each with the code that must refuse it."""

from __future__ import annotations

import copy
import json
import secrets
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Final

from signet_vc import Policy, SigningKey, verify
from signet_vc.attestation.agent import Agent
from signet_vc.attestation.call import ToolCall
from signet_vc.attestation.role import AgentRole
from signet_vc.codec.multibase import base58btc_encode
from signet_vc.demo.wire import Wire, connect
from signet_vc.demo.world import World, hop
from signet_vc.mcp.messages import REQUEST_KEY

__all__ = ["ATTACKS", "Attack"]

_TOOL: Final = "get_current_time"
_ARGUMENTS: Final = {"timezone": "Europe/Berlin"}
_SMALL_ORDER: Final = "did:key:z6MkeXATEjyXENzBXBxgC5EHk2JE5aqd7qMGGtDpLUH1e2Sj"
_IDENTITY_SIGNATURE: Final = bytes([1]) + bytes(63)  # R is the identity point, S is zero


@dataclass(frozen=True, slots=True)
class Attack:
    """``run`` gives the codes that came back; ``where`` says what refused it."""

    name: str
    where: str
    expected: str
    run: Callable[[World], Awaitable[list[str]]]


async def changed_argument(world: World) -> list[str]:
    """A hop asks the server for something else than was signed."""
    return await _through_hop(world, "change-argument")


async def changed_result(world: World) -> list[str]:
    """A hop tells the agent something else than the server said."""
    return await _through_hop(world, "change-result")


async def swapped_response(world: World) -> list[str]:
    """A hop answers the second call with the genuine answer to the first."""
    return await _through_hop(world, "swap-response", calls=2)


async def stripped_response(world: World) -> list[str]:
    """A hop takes the server's attestation away."""
    return await _through_hop(world, "strip-response")


async def replay(world: World) -> list[str]:
    """The same signed call, sent twice."""
    carrier = await _carrier(world)
    async with _server(world) as wire:
        await wire.call(_TOOL, _ARGUMENTS, meta={REQUEST_KEY: carrier})
        return _codes(await wire.call(_TOOL, _ARGUMENTS, meta={REQUEST_KEY: carrier}))


async def stripped_request(world: World) -> list[str]:
    """The call without its attestation, by a client that declared the extension."""
    async with _server(world) as wire:
        return _codes(await wire.call(_TOOL, _ARGUMENTS))


async def stripped_declaration(world: World) -> list[str]:
    """The call without its attestation, by a client that never heard of it."""
    async with _server(world) as wire:
        answer = await wire.call(_TOOL, _ARGUMENTS, declare=False)
    return [str(answer["error"]["code"])] if "error" in answer else []


async def added_member(world: World) -> list[str]:
    """A member added to the signed credential."""

    def add(carrier: dict[str, Any]) -> None:
        carrier["credential"]["credentialSubject"]["approved"] = True

    return await _altered(world, add)


async def other_audience(world: World) -> list[str]:
    """A genuine call to another server, presented to this one."""
    carrier = await _carrier(world, audience=world.stranger.did)
    async with _server(world) as wire:
        return _codes(await wire.call(_TOOL, _ARGUMENTS, meta={REQUEST_KEY: carrier}))


async def stranger(world: World) -> list[str]:
    """A genuine call by a key that the server does not know."""
    carrier = await _carrier(world, key=world.stranger)
    async with _server(world) as wire:
        return _codes(await wire.call(_TOOL, _ARGUMENTS, meta={REQUEST_KEY: carrier}))


async def small_order_key(world: World) -> list[str]:
    """A key under which one signature fits every message; this server's configuration allows it."""
    return await _altered(world, _forge)


async def small_order_trusted(world: World) -> list[str]:
    """The same forgery given to ``verify`` under ``trust_any``, and under ``allowed_signers``."""
    carrier = await _carrier(world)
    _forge(carrier)
    forged = json.dumps(carrier["credential"]).encode()
    policies = (Policy(trust_any=True), Policy(allowed_signers=[_SMALL_ORDER]))
    verdicts = [verify(forged, policy) for policy in policies]
    if any(verdict.verified for verdict in verdicts):
        return []
    found = [{str(each.code) for each in verdict.problems} for verdict in verdicts]
    return sorted(set.intersection(*found))


ATTACKS: Final = (
    Attack("changed argument", "server proxy", "CALL_MISMATCH", changed_argument),
    Attack("changed result", "agent proxy", "RESULT_MISMATCH", changed_result),
    Attack("swapped response", "agent proxy", "REQUEST_MISMATCH", swapped_response),
    Attack("response stripped", "agent proxy", "ATTESTATION_MISSING", stripped_response),
    Attack("replay", "server proxy", "REPLAYED", replay),
    Attack("request stripped", "server proxy", "ATTESTATION_MISSING", stripped_request),
    Attack("request and declaration stripped", "server proxy", "-32021", stripped_declaration),
    Attack("member added to the credential", "server proxy", "INVALID_CREDENTIAL", added_member),
    Attack("other audience", "server proxy", "AUDIENCE_MISMATCH", other_audience),
    Attack("signer not allowed", "server proxy", "SIGNER_NOT_ALLOWED", stranger),
    Attack("small-order key, allowed by policy", "server proxy", "KEY_INVALID", small_order_key),
    Attack("small-order key, trust_any and allowed", "verify", "KEY_INVALID", small_order_trusted),
)


def _server(world: World) -> AbstractAsyncContextManager[Wire]:
    return connect(world.proxy("server", "server.yaml", *world.time), log=world.log)


async def _altered(world: World, alter: Callable[[dict[str, Any]], None]) -> list[str]:
    carrier = await _carrier(world)
    alter(carrier)
    async with _server(world) as wire:
        return _codes(await wire.call(_TOOL, _ARGUMENTS, meta={REQUEST_KEY: carrier}))


async def _through_hop(world: World, mode: str, calls: int = 1) -> list[str]:
    """An unmodified client, the agent's proxy, the hop, the server's proxy, the time server."""
    server = world.proxy("server", "server.yaml", *world.time)
    async with connect(world.proxy("agent", "agent.yaml", *hop(mode), *server), log=world.log) as wire:
        answer = {}
        for _ in range(calls):
            answer = await wire.call(_TOOL, _ARGUMENTS)
        return _codes(answer)


async def _carrier(
    world: World, *, key: SigningKey | None = None, audience: str | None = None
) -> dict[str, Any]:
    """What an honest agent would send along with the call."""
    role = AgentRole(
        signer=key or world.agent,
        policy=Policy(allowed_signers=[world.server.did]),
        store=None,
        clock=time.time_ns,
        entropy=secrets.token_bytes,
    )
    call = ToolCall(method="tools/call", tool=_TOOL, arguments=_ARGUMENTS)
    pending = await Agent(role).attest(call, audience=audience or world.server.did)
    return copy.deepcopy(pending.carrier or {})


def _forge(carrier: dict[str, Any]) -> None:
    credential = carrier["credential"]
    credential["issuer"] = _SMALL_ORDER
    credential["proof"]["verificationMethod"] = f"{_SMALL_ORDER}#{_SMALL_ORDER.removeprefix('did:key:')}"
    credential["proof"]["proofValue"] = "z" + base58btc_encode(_IDENTITY_SIGNATURE)


def _codes(answer: dict[str, Any]) -> list[str]:
    """The problem codes of a refusal; empty if the call went through."""
    error = answer.get("error")
    if not isinstance(error, dict):
        return []
    data = error.get("data")
    problems = data.get("problems", []) if isinstance(data, dict) else []
    return [str(code) for code in problems]
