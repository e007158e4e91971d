"""The server's side of one connection, on lines of raw JSON-RPC: admits calls, attests what came of them."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from signet_vc.attestation.call import ABSENT, Absent, Answer, Outcome, OutcomeKind
from signet_vc.attestation.server import Admission, Refusal, Server
from signet_vc.codec.strict_json import Json, JsonObject
from signet_vc.errors import Code, Problem, ProblemError, UnavailableError, problem
from signet_vc.mcp import attested_errors, jsonrpc, wire
from signet_vc.mcp import settings as extension
from signet_vc.mcp.messages import (
    REQUEST_KEY,
    RESPONSE_KEY,
    failed,
    is_attested_method,
    outcome_of,
    project_error,
    project_result,
    protocol_version,
    read_call,
)
from signet_vc.mcp.refusals import settings_error
from signet_vc.mcp.relay import Relay
from signet_vc.mcp.traffic import Send, to_client, to_server

__all__ = ["ServerSession"]

_LOG: Final = logging.getLogger("signet_vc.mcp")
_NO_ANSWER: Final = "The server ended before it answered; the call may have run"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    """An admitted call. ``told``: its caller understands carriers in errors."""

    identifier: Json
    admission: Admission
    told: bool


class ServerSession(Relay[_Call]):
    """FORMAT's server, in front of a program that knows nothing of it; a ``traffic.Session``.

    ``server``: the engine with its role; several sessions may share it. ``peer``: a name for the
    client's end of the connection.

    A call that is refused never reaches the program. Where signatures or attested answers are
    required, neither does any line that could be read in two ways.
    """

    def __init__(self, server: Server, *, peer: str = "stdio") -> None:
        role = server.role
        self._answers_required = role.attest_responses == "required"
        strict = role.require_signatures or self._answers_required
        super().__init__(limits=role.policy.limits, strict_calls=strict, strict_answers=strict)
        self._server = server
        self._role = role
        self._peer = peer
        self._client_declared = False
        self._negotiated: str | None = None

    def deadline(self) -> int | None:
        """None: nothing is ever held."""
        return None

    async def expire(self, now: int) -> list[Send]:  # noqa: ARG002 - as every session has it
        """Nothing is ever held."""
        return []

    # -- from the client ---------------------------------------------------------------------------

    async def _requested(self, line: bytes, message: JsonObject, key: jsonrpc.Key | None) -> list[Send]:
        method, params = message["method"], message.get("params", ABSENT)
        declared = False
        try:
            declared = extension.declared_by_client(method, params) is not None
        except ProblemError as error:
            if method != extension.DISCOVER:
                return to_client(jsonrpc.error_answer(message["id"], settings_error(error.problems)))
        if method == extension.INITIALIZE:
            self._client_declared = declared
        if is_attested_method(method) and key is not None:
            return await self._called(line, message, key, declared=declared or self._client_declared)
        if _has_carrier(params):
            misused = problem(Code.CALL_MISMATCH, "an attestation, of a method that has none", "/method")
            return await self._refuse(message, [misused])
        return self._follow(line, message, key)

    async def _called(
        self, line: bytes, message: JsonObject, key: jsonrpc.Key, *, declared: bool
    ) -> list[Send]:
        try:
            call, carrier = read_call(
                message["method"],
                message.get("params", ABSENT),
                negotiated=self._negotiated,
                limits=self._limits,
            )
        except ProblemError as error:
            return await self._refuse(message, error.problems)
        listed = self._listing.digest(call.tool)
        verdict = await self._server.admit(call, carrier, peer=self._peer, tool_definition_digest=listed)
        for notice in verdict.notices:
            _LOG.warning("call of %r: %s", call.tool, notice)
        told = declared or carrier is not ABSENT
        if isinstance(verdict, Refusal):
            modern = protocol_version(message["params"]) is not None
            denial = await attested_errors.denied(self._attest, verdict, told=told, modern=modern)
            return to_client(jsonrpc.error_answer(message["id"], denial))
        self._in_flight.add(key, _Call(identifier=message["id"], admission=verdict, told=told))
        return to_server(line)

    async def _withdrawn(self, call: _Call) -> None:
        """``cancelled`` is attested for the record alone: no answer is sent."""
        try:
            await self._attest(call.admission, Outcome(kind=OutcomeKind.CANCELLED))
        except (UnavailableError, ProblemError) as error:
            _LOG.error("a cancelled call was not recorded: %s", error)

    # -- from the server ---------------------------------------------------------------------------

    async def _answered(self, call: _Call, line: bytes, message: JsonObject) -> list[Send]:
        try:
            outcome = _outcome(message)
            carrier = await self._attest(call.admission, outcome)
        except ProblemError as error:
            if self._answers_required:
                return await self._lost(call, error.problems)
            return to_client(line)
        except UnavailableError as error:
            return to_client(jsonrpc.error_answer(call.identifier, attested_errors.withheld(error)))
        if carrier is None or ("error" in message and not call.told):
            return to_client(line)
        text = line.decode()
        if "error" in message:
            return to_client(wire.put_response_in_error(text, message, carrier).encode())
        return to_client(wire.put(text, message, ("result", "_meta", RESPONSE_KEY), carrier).encode())

    async def _lost(self, call: _Call, problems: Sequence[Problem]) -> list[Send]:
        _LOG.warning("an answer cannot be attested: %s", "; ".join(map(str, problems)))
        return await self._instead(call, attested_errors.NOT_ATTESTABLE)

    async def _ended(self, call: _Call) -> list[Send]:
        return await self._instead(call, failed(_NO_ANSWER, kind=OutcomeKind.UNKNOWN))

    async def _instead(self, call: _Call, outcome: Outcome) -> list[Send]:
        error = await attested_errors.instead(self._attest, call.admission, outcome, told=call.told)
        return to_client(jsonrpc.error_answer(call.identifier, error))

    def _resulted(self, line: bytes, message: JsonObject, method: str) -> bytes:
        """In the results of ``initialize`` and ``server/discover`` our settings are put."""
        result, signer = message["result"], self._role.signer
        if method not in (extension.INITIALIZE, extension.DISCOVER) or not isinstance(result, dict):
            return line
        version = result.get("protocolVersion")
        if method == extension.INITIALIZE and isinstance(version, str):
            self._negotiated = version
        if signer is None:
            return line
        settings = extension.server_settings(
            did=signer.verification_method.partition("#")[0],
            securing=str(self._role.securing),
            required=self._role.require_signatures,
        )
        return extension.put_server(line.decode(), message, settings).encode()

    # -- parts -------------------------------------------------------------------------------------

    async def _record_refusal(self, problems: Sequence[Problem], tool: str) -> None:
        await self._server.note_refusal(problems, tool=tool)

    async def _attest(self, subject: Admission | Refusal, outcome: Outcome) -> JsonObject | None:
        listed = self._listing.digest(subject.call.tool)
        return await self._server.attest(subject, outcome, tool_definition_digest=listed)


def _outcome(message: JsonObject) -> Outcome:
    """What an answer means. A carrier in it is the tool's own: bound as data, or overwritten."""
    if "error" in message:
        return outcome_of(Answer(error=project_error(message["error"])))
    return outcome_of(Answer(result=project_result(message["result"])))


def _has_carrier(params: Json | Absent) -> bool:
    meta = params.get("_meta") if isinstance(params, dict) else None
    return isinstance(meta, dict) and REQUEST_KEY in meta
