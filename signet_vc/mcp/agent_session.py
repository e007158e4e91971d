"""The agent's side of one connection, on lines of raw JSON-RPC: signs calls, checks their answers."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from signet_vc.attestation.agent import Agent, Checked, Pending
from signet_vc.attestation.call import ABSENT, Absent, Answer, ToolCall
from signet_vc.codec.strict_json import Json, JsonObject
from signet_vc.errors import Code, Problem, ProblemError, UnavailableError, problem
from signet_vc.mcp import jsonrpc, wire
from signet_vc.mcp import settings as extension
from signet_vc.mcp.audience import Audience
from signet_vc.mcp.discovery import Discovery
from signet_vc.mcp.messages import (
    MISSING,
    REFUSED,
    REQUEST_KEY,
    RESPONSE_KEY,
    is_attested_method,
    project_error,
    project_result,
    protocol_version,
    read_call,
    take_response_from_error,
    take_response_from_result,
)
from signet_vc.mcp.refusals import mark_unauthenticated, refusal_error
from signet_vc.mcp.relay import Relay, refuse_line
from signet_vc.mcp.traffic import Send, to_client, to_server

__all__ = ["AgentSession"]

_LOG: Final = logging.getLogger("signet_vc.mcp")
_MAX_WAITING: Final = 10_000  # lines behind a call that is held; a driver should stop reading before


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    """A call that was sent on, signed or not."""

    identifier: Json
    pending: Pending


class AgentSession(Relay[_Call]):
    """FORMAT's agent, behind a client that knows nothing of it; a ``traffic.Session``.

    agent: the engine with its role; several sessions may share it.
    audience: a DID or absolute URI; ``first-use`` takes the DID that the server declares and pins it
        for ``subject`` (the command or URL) in the role's store; None signs for nobody.
    pass_attestations: leave our members in what the client gets.
    on_checked: told the verdict on every answer, before the client gets it.
    basis: asked of each call what led to it, as ``Agent.attest`` takes it.

    A call that carries an attestation is its client's own affair, and passes with its answer as it is.
    """

    def __init__(
        self,
        agent: Agent,
        *,
        audience: str | None,
        subject: str = "",
        pass_attestations: bool = False,
        on_checked: Callable[[Checked], None] | None = None,
        basis: Callable[[ToolCall], Sequence[Mapping[str, str]]] | None = None,
    ) -> None:
        role = agent.role
        super().__init__(
            limits=role.policy.limits,
            strict_calls=role.require_signatures,
            strict_answers=role.demands_responses,
        )
        self._agent = agent
        self._required = role.require_signatures
        self._passes_carriers = pass_attestations
        self._on_checked = on_checked
        self._basis = basis
        self._audience = Audience(audience, subject=subject, store=role.store)
        self._discovery = Discovery(clock=role.clock, entropy=role.entropy)
        self._waiting: deque[bytes] = deque()
        self._negotiated: str | None = None

    def deadline(self) -> int | None:
        """When the call that is held must go on; None if none is."""
        return self._discovery.deadline()

    async def expire(self, now: int) -> list[Send]:
        """Go on with the call that is held, and with what came after it, in order."""
        deadline = self._discovery.deadline()
        if deadline is None or now < deadline:
            return []
        self._discovery.close()
        sends: list[Send] = []
        while self._waiting:
            sends += await super().from_client(self._waiting.popleft())
        return sends

    # -- from the client ---------------------------------------------------------------------------

    async def from_client(self, line: bytes) -> list[Send]:
        """Send on what the client said, calls with an attestation.

        A line that comes while a call is held waits behind it.
        """
        if self._discovery.deadline() is None:
            return await super().from_client(line)
        if len(self._waiting) < _MAX_WAITING:
            self._waiting.append(line)
            return []
        full = problem(Code.ATTESTATION_UNAVAILABLE, "too many messages wait for the server to be known")
        return refuse_line(jsonrpc.fragments(line), [full])

    async def _requested(self, line: bytes, message: JsonObject, key: jsonrpc.Key | None) -> list[Send]:
        if is_attested_method(message["method"]) and key is not None:
            return await self._called(line, message, key)
        text = line.decode()
        declared = extension.put_client(text, message)
        return self._follow(line if declared is text else declared.encode(), message, key)

    async def _called(self, line: bytes, message: JsonObject, key: jsonrpc.Key) -> list[Send]:
        params = message.get("params", ABSENT)
        try:
            call, carrier = read_call(
                message["method"], params, negotiated=self._negotiated, limits=self._limits
            )
        except ProblemError as error:
            if self._strict_answers:
                return await self._refuse(message, error.problems)
            return self._follow(line, message, key)
        if carrier is not ABSENT:
            return self._follow(line, message, key)
        if self._audience.unknown and protocol_version(params) and not self._discovery.begun:
            self._waiting.append(line)
            return to_server(self._discovery.begin(params["_meta"]))
        return await self._stated(line, message, key, call)

    async def _stated(self, line: bytes, message: JsonObject, key: jsonrpc.Key, call: ToolCall) -> list[Send]:
        """Send the call on, signed; unsigned only where that is allowed."""
        problems: Sequence[Problem]
        try:
            pending = await self._attest(call)
        except (ProblemError, UnavailableError) as error:
            problems = error.problems if isinstance(error, ProblemError) else [error.as_problem()]
            if self._required or any(each.code is Code.PEER_CHANGED for each in problems):
                return await self._refuse(message, problems)
            _LOG.warning("call of %r goes unattested: %s", call.tool, error)
            pending = self._agent.unattested(call, self._audience.known)
        self._in_flight.add(key, _Call(identifier=message["id"], pending=pending))
        text = extension.put_client(line.decode(), message)
        if pending.carrier is not None:
            text = wire.put(text, message, ("params", "_meta", REQUEST_KEY), pending.carrier)
        return to_server(text.encode())

    async def _attest(self, call: ToolCall) -> Pending:
        if self._audience.stripped and self._required:
            raise ProblemError.of(Code.ATTESTATION_STRIPPED, "the server no longer says that it attests")
        audience = await self._audience.resolve()
        listed = self._listing.digest(call.tool)
        return await self._agent.attest(
            call, audience=audience, tool_definition_digest=listed, basis=self._basis_of(call)
        )

    def _basis_of(self, call: ToolCall) -> Sequence[Mapping[str, str]]:
        if self._basis is None:
            return ()
        try:
            return self._basis(call)
        except Exception as error:  # the program's own function; what it could not say is not signed
            detail = "the program's function did not say what led to the call"
            _LOG.exception("call of %r: %s", call.tool, detail)
            raise UnavailableError(detail, code=Code.ATTESTATION_UNAVAILABLE) from error

    async def _withdrawn(self, call: _Call) -> None:
        """Nothing is to be checked any more."""

    # -- from the server ---------------------------------------------------------------------------

    def _swallowed(self, message: JsonObject) -> bool:
        if not self._discovery.is_answer(message.get("id")):
            return False
        if "result" in message:
            self._learn(message["result"])
        self._discovery.answered()
        return True

    async def _answered(self, call: _Call, line: bytes, message: JsonObject) -> list[Send]:
        try:
            answer, carrier = _answer(message)
        except ProblemError as error:
            return await self._lost(call, error.problems)
        if carrier is ABSENT and "error" in message and message["error"]["code"] in (REFUSED, MISSING):
            return await self._refused_unsigned(call, message["error"])
        checked = await self._agent.check(
            call.pending,
            answer,
            carrier,
            declared=self._audience.declared,
            tool_definition_digest=self._listing.digest(call.pending.call.tool),
        )
        self._report(checked)
        if checked.problems:
            return _refused(call, checked.problems)
        if carrier is ABSENT or self._passes_carriers:
            return to_client(line)
        return to_client(_without_carrier(line.decode(), message).encode())

    async def _refused_unsigned(self, call: _Call, error: JsonObject) -> list[Send]:
        """Hand an unsigned refusal on, marked: anyone on the way may have made it."""
        problems = [problem(code, "said in a refusal that nobody signed") for code in _codes_in(error)]
        await self._note(problems, call.pending.call.tool)
        self._report(Checked(pending=call.pending, problems=tuple(problems)))
        return to_client(jsonrpc.error_answer(call.identifier, mark_unauthenticated(error)))

    async def _lost(self, call: _Call, problems: Sequence[Problem]) -> list[Send]:
        """No usable answer: the outcome is unknown, never "did not run"."""
        await self._note(problems, call.pending.call.tool)
        self._report(Checked(pending=call.pending, problems=tuple(problems)))
        return _refused(call, problems)

    async def _ended(self, call: _Call) -> list[Send]:
        gone = problem(Code.ATTESTATION_MISSING, "the server ended before it answered")
        return await self._lost(call, [gone])

    async def server_ended(self) -> list[Send]:
        """Every call under way, or held, is answered with an error."""
        self._discovery.close()
        gone = problem(Code.ATTESTATION_UNAVAILABLE, "the server ended")
        sends = await super().server_ended()
        while self._waiting:
            sends += refuse_line(jsonrpc.fragments(self._waiting.popleft()), [gone])
        return sends

    def _resulted(self, line: bytes, message: JsonObject, method: str) -> bytes:
        """Of the results of ``initialize`` and ``server/discover`` the settings are kept here."""
        result = message["result"]
        if method not in (extension.INITIALIZE, extension.DISCOVER) or not isinstance(result, dict):
            return line
        version = result.get("protocolVersion")
        if method == extension.INITIALIZE and isinstance(version, str):
            self._negotiated = version
        self._learn(result)
        return line if self._passes_carriers else extension.take_server(line.decode(), message).encode()

    def _learn(self, result: Json) -> None:
        try:
            settings = extension.declared_by_server(result)
        except ProblemError as error:
            _LOG.warning("the server's settings are ignored: %s", error)
            settings = None
        self._audience.learn(settings)
        if self._audience.stripped:
            _LOG.warning("the server no longer says that it attests")

    # -- parts -------------------------------------------------------------------------------------

    async def _record_refusal(self, problems: Sequence[Problem], tool: str) -> None:
        await self._agent.note_refusal(tool, problems)

    def _report(self, checked: Checked) -> None:
        for each in (*checked.problems, *checked.notices):
            _LOG.warning("answer of %r: %s", checked.pending.call.tool, each)
        if self._on_checked is not None:
            self._on_checked(checked)


def _answer(message: JsonObject) -> tuple[Answer, Json | Absent]:
    """The answer in projected form, and the carrier that came with it.

    Raises:
        ProblemError: OUTCOME_MISMATCH for a result or error of no known form, TOO_DEEP.
    """
    if "error" in message:
        project_error(message["error"])
        error, carrier = take_response_from_error(message["error"])
        return Answer(error=project_error(error)), carrier
    projected = project_result(message["result"])
    return Answer(result=projected), take_response_from_result(message["result"])[1]


def _codes_in(error: JsonObject) -> list[Code]:
    """The problem codes that a refusal names; without a known one, that nothing attests it."""
    data = error.get("data")
    named = data.get("problems") if isinstance(data, dict) else None
    known = [code for code in Code if isinstance(named, list) and code in named]
    return known or [Code.ATTESTATION_MISSING]


def _refused(call: _Call, problems: Sequence[Problem]) -> list[Send]:
    return to_client(jsonrpc.error_answer(call.identifier, refusal_error(problems, may_have_run=True)))


def _without_carrier(text: str, message: JsonObject) -> str:
    if "error" in message:
        return wire.take_response_from_error(text, message)
    return wire.take(text, ("result", "_meta", RESPONSE_KEY), kept=1)
