"""Kinds ``request`` and ``response``: whole messages, judged as the server and the agent judge them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from signet_vc.attestation import carrier as carriers
from signet_vc.attestation.agent import Agent, Pending
from signet_vc.attestation.boundary import reference
from signet_vc.attestation.call import ABSENT, Absent, Answer, ToolCall
from signet_vc.attestation.role import AgentRole, ServerRole
from signet_vc.attestation.server import Admission, Refusal, Server
from signet_vc.attestation.store import Claim, Record, RefusedCall
from signet_vc.codec.strict_json import Json, JsonObject, dumps
from signet_vc.errors import Problem
from signet_vc.interop.cases import BrokenCaseError, Case
from signet_vc.interop.finding import Finding
from signet_vc.interop.policies import policy_of, time_of
from signet_vc.mcp import jsonrpc, messages
from signet_vc.mcp.server_session import ServerSession

__all__ = ["judge_request", "judge_response"]

_LISTING: Final = "tools/list"
_LOGGER: Final = logging.getLogger("signet_vc.mcp")


def judge_request(case: Case) -> Finding:
    """A ``tools/call`` as the server receives it: it is accepted exactly if it reaches the tool."""
    policy = case.policy
    server = _Watched(
        ServerRole(
            signer=None,
            policy=policy_of(case),
            audience=policy["audience"],
            require_signatures=policy.get("requireSignatures", True),
            attest_responses="never",
            store=_Remembered(policy),
            clock=lambda: time_of(case),
            entropy=bytes,
            demand_tool_definition=policy.get("demandToolDefinition", False),
        )
    )
    session = ServerSession(server)
    with _quiet():
        reached = asyncio.run(_received(session, policy.get("toolDefinitions"), case.input["message"]))
    if not reached:
        return Finding.refused(server.problems)
    if server.admission is None:
        raise BrokenCaseError("the message is no call")
    return _admitted(server.admission)


async def _received(session: ServerSession, tools: Json, message: bytes) -> bool:
    """Whether a message passes on to the server, after the tools have been listed."""
    if tools is not None:
        await session.from_client(dumps({"jsonrpc": "2.0", "id": "listing", "method": _LISTING}))
        await session.from_server(jsonrpc.answer("listing", "result", {"tools": tools}))
    return any(send.to == "server" for send in await session.from_client(message))


def _admitted(admission: Admission) -> Finding:
    values: JsonObject = {}
    if admission.request is not None:
        values["digest"] = admission.request.digest
        if admission.request.jws_digest is not None:
            values["jwsDigest"] = admission.request.jws_digest
    return Finding(notices=tuple(str(each.code) for each in admission.notices), values=values)


def judge_response(case: Case) -> Finding:
    """The answer to a call as the agent receives it, which had sent ``request``."""
    policy = case.policy
    role = AgentRole(
        signer=None,
        policy=policy_of(case),
        require_signatures=policy.get("requireSignatures", True),
        store=None,
        clock=lambda: time_of(case),
        entropy=bytes,
    )
    pending = _sent(case)
    answer, carrier = _answer(jsonrpc.read(case.input["message"]))
    listed = {
        tool["name"]: messages.tool_definition_digest(tool) for tool in policy.get("toolDefinitions", [])
    }
    checked = asyncio.run(
        Agent(role).check(
            pending,
            answer,
            carrier,
            declared=policy.get("declared", False),
            tool_definition_digest=listed.get(pending.call.tool),
        )
    )
    if checked.problems:
        return Finding.refused(checked.problems)
    values: JsonObject = {}
    if checked.response is not None:
        values["digest"] = checked.response.digest
    if pending.request is not None:
        values["requestDigest"] = pending.request.digest
    return Finding(notices=tuple(str(each.code) for each in checked.notices), values=values)


def _sent(case: Case) -> Pending:
    """The call that the agent remembers having sent, from the message that it sent."""
    message = jsonrpc.read(case.input["request"])
    call, value = messages.read_call(message["method"], message["params"])
    if value is ABSENT:
        return Pending(call=call, audience=case.policy.get("audience"))
    carrier = carriers.read(value, "request")
    audience = carrier.secured.document["credentialSubject"]["audience"]
    return Pending(call=call, audience=audience, carrier=value, request=reference(carrier))


def _answer(message: JsonObject) -> tuple[Answer, Json | Absent]:
    if "error" in message:
        error, carrier = messages.take_response_from_error(message["error"])
        return Answer(error=messages.project_error(error)), carrier
    if "result" not in message:
        raise BrokenCaseError("the message is no answer")
    result, carrier = messages.take_response_from_result(message["result"])
    return Answer(result=messages.project_result(result)), carrier


class _Watched(Server):
    """A server whose verdicts can be seen."""

    def __init__(self, role: ServerRole) -> None:
        super().__init__(role)
        self.admission: Admission | None = None
        self.problems: list[Problem] = []

    async def admit(self, call: ToolCall, carrier: Json | Absent, **given: Any) -> Admission | Refusal:
        verdict = await super().admit(call, carrier, **given)
        if isinstance(verdict, Refusal):
            self.problems += verdict.problems
        else:
            self.admission = verdict
        return verdict

    async def note_refusal(self, problems: Iterable[Problem], *, tool: str) -> None:
        self.problems += problems
        await super().note_refusal((), tool=tool)


@dataclass(slots=True)
class _Remembered:
    """A store that holds what a case says of the past: nonces already seen, answers that asked for input."""

    policy: JsonObject
    claimed: set[tuple[str, str, str]] = field(init=False)

    def __post_init__(self) -> None:
        seen = self.policy.get("noncesSeen", [])
        self.claimed = {(each["issuer"], each["audience"], each["nonce"]) for each in seen}

    async def record(self, record: Record, *, claim: Claim | None = None) -> bool:  # noqa: ARG002 - a store's
        return claim is None or (claim.issuer, claim.audience, claim.nonce) not in self.claimed

    async def refuse(self, refused: RefusedCall) -> None:
        """Nothing is kept."""

    async def get(self, digest: str) -> Record | None:
        for held in self.policy.get("heldAnswers", []):
            if held["response"] == digest:
                return Record(
                    digest=digest,
                    kind="response",
                    received_at=0,
                    secured="",
                    values={"resultDigest": {"requestState": held["requestState"]}},
                    issuer=self.policy["audience"],
                    tool=held["tool"],
                    outcome="input_required",
                    request_digest=held["request"],
                )
        return None

    async def pin(self, subject: str, did: str) -> str:  # noqa: ARG002 - a store's
        return did


@contextmanager
def _quiet() -> Iterator[None]:
    """The session's log of refusals, which are what is asked for here, is not shown."""
    before = _LOGGER.disabled
    _LOGGER.disabled = True
    try:
        yield
    finally:
        _LOGGER.disabled = before
