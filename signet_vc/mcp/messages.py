"""MCP's messages and the engine's values: what a call binds, what an answer means, where carriers stand.

Everything here works on members of parsed JSON-RPC messages (``params``, ``result``, ``error``) and
changes none of them: a changed one is a new dict. FORMAT, *Subject members*, *Values and outcomes*,
*Carriers*.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from signet_vc.attestation.call import ABSENT, Absent, Answer, Outcome, OutcomeKind, ToolCall
from signet_vc.attestation.response import outcomes_of
from signet_vc.codec import jcs
from signet_vc.codec.digest import digest
from signet_vc.codec.strict_json import Json, JsonObject
from signet_vc.credential.profile_response import task_id_of
from signet_vc.errors import Code, ProblemError
from signet_vc.limits import DEFAULT_LIMITS, Limits

__all__ = [
    "DATA_KEY",
    "EXTENSION",
    "INTERNAL_ERROR",
    "INVALID_PARAMS",
    "MISSING",
    "PROTOCOL_VERSION",
    "REFUSED",
    "REQUEST_KEY",
    "RESPONSE_KEY",
    "TOOLS_CALL",
    "failed",
    "is_attested_method",
    "is_task_method",
    "outcome_of",
    "project_error",
    "project_result",
    "protocol_version",
    "put_request",
    "put_response_in_error",
    "put_response_in_result",
    "read_call",
    "refuse_lookalikes",
    "take_response_from_error",
    "take_response_from_result",
    "tool_definition_digest",
]

EXTENSION: Final = "org.w3id.signet-vc/attestation"
REQUEST_KEY: Final = "org.w3id.signet-vc/request"
RESPONSE_KEY: Final = "org.w3id.signet-vc/response"
DATA_KEY: Final = "org.w3id.signet-vc/data"

REFUSED: Final = -31901  # outside the range that JSON-RPC and MCP reserve
MISSING: Final = -32021  # MCP: MissingRequiredClientCapability
INTERNAL_ERROR: Final = -32603
INVALID_PARAMS: Final = -32602

TOOLS_CALL: Final = "tools/call"
PROTOCOL_VERSION: Final = "io.modelcontextprotocol/protocolVersion"  # in _meta from 2026-07-28 on

_BOUND: Final = frozenset(("name", "arguments", "inputResponses", "requestState", "taskId"))
_DEFINITION: Final = ("name", "title", "description", "inputSchema", "outputSchema", "annotations")
_STATED: Final = 1024  # code points of a string that is stated
_NUL: Final = "\0"  # ends a string in C
_TRACEPARENT: Final = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}.*", re.DOTALL)
_ENVELOPE: Final = {
    name.casefold(): name for name in ("jsonrpc", "id", "method", "params", "result", "error")
}
_PARAMS: Final = {name.casefold(): name for name in (*_BOUND, "_meta")}

# -- calls -----------------------------------------------------------------------------------------


def is_attested_method(method: str) -> bool:
    """Whether requests of this method are signed calls. ``tasks/*`` will be; all others never."""
    return method == TOOLS_CALL


def is_task_method(method: str) -> bool:
    """Whether this is a method of tasks: it takes part in a call, and cannot be attested yet."""
    return method.startswith("tasks/")


def read_call(
    method: str,
    params: Json | Absent,
    *,
    negotiated: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> tuple[ToolCall, Json | Absent]:
    """The call that a request makes, and the carrier that came with it.

    ``params``: the member of the message. ``negotiated``: the protocol version of the handshake,
    for requests that do not state their own.

    Raises:
        ProblemError: CALL_MISMATCH for params that no signed call can have, TOO_DEEP; pointers are
            into the message.
    """
    if not is_attested_method(method):
        raise ProblemError.of(Code.CALL_MISMATCH, "not a method that is attested", "/method")
    if not isinstance(params, dict):
        raise ProblemError.of(Code.CALL_MISMATCH, "a call has an object of params", "/params")
    meta = params.get("_meta", {})
    if not isinstance(meta, dict):
        raise ProblemError.of(Code.CALL_MISMATCH, "not an object", "/params/_meta")
    arguments = params.get("arguments")
    if arguments is None:
        arguments = {}
    if not isinstance(arguments, dict):
        raise ProblemError.of(Code.CALL_MISMATCH, "not an object", "/params/arguments")
    task = params.get("taskId", ABSENT)
    call = ToolCall(
        method=method,
        tool=_text(params.get("name"), "/params/name"),
        arguments=arguments,
        input_responses=params.get("inputResponses", ABSENT),
        request_state=params.get("requestState", ABSENT),
        task_id=task if task is ABSENT else _text(task, "/params/taskId"),
        parameters={name: params[name] for name in params if name not in _BOUND and name != "_meta"},
        trace_id=_trace_id(meta),
        protocol_version=protocol_version(params) or negotiated,
    )
    for name in params:
        if name != "_meta":
            _refuse_depth(params[name], f"/params/{name}", limits)
    return call, meta.get(REQUEST_KEY, ABSENT)


def protocol_version(params: Json | Absent) -> str | None:
    """The version that a request states itself, from 2026-07-28 on; None before."""
    meta = params.get("_meta") if isinstance(params, dict) else None
    return _stated(meta.get(PROTOCOL_VERSION)) if isinstance(meta, dict) else None


def refuse_lookalikes(message: Mapping[str, Any]) -> None:
    """Refuse a member name that a lenient reader takes for a known one, and a strict one does not.

    Such a reader sees another message than was verified: ``Method``, or a long s (CVE-2026-27896); or, if it
    is written in C, ``method`` and all that a NUL hides. The same for the value of ``method``. The
    envelope's names are held in every message, those of a call's params in a call.

    Raises:
        ProblemError: CALL_MISMATCH, at the member.
    """
    _refuse_folded(message, _ENVELOPE, "")
    method, params = message.get("method"), message.get("params")
    if isinstance(method, str) and _NUL in method:
        raise ProblemError.of(Code.CALL_MISMATCH, "some readers take its beginning for the method", "/method")
    if method == TOOLS_CALL and isinstance(params, dict):
        _refuse_folded(params, _PARAMS, "/params")


def tool_definition_digest(tool: Json) -> str | None:
    """DIGEST of a listed tool's definition, as present on the wire; None if it has no canonical form."""
    if not isinstance(tool, dict):
        return None
    try:
        return digest(jcs.canonicalize_wide({name: tool[name] for name in _DEFINITION if name in tool}))
    except ProblemError:
        return None


# -- answers ---------------------------------------------------------------------------------------


def project_result(result: Json, *, limits: Limits = DEFAULT_LIMITS) -> JsonObject:
    """A result as it is signed: without its own ``_meta``, ``resultType`` and ``isError`` written out.

    Raises:
        ProblemError: OUTCOME_MISMATCH if it is no object, TOO_DEEP.
    """
    if not isinstance(result, dict):
        raise ProblemError.of(Code.OUTCOME_MISMATCH, "not an object", "/result")
    _refuse_depth(result, "/result", limits)
    projected = {name: value for name, value in result.items() if name != "_meta"}
    projected.setdefault("resultType", "complete")
    if projected["resultType"] == "complete":
        projected.setdefault("isError", False)
    return projected


def project_error(error: Json, *, limits: Limits = DEFAULT_LIMITS) -> JsonObject:
    """An error as it is signed: ``code``, ``message`` and ``data`` alone, an empty ``data`` left out.

    Raises:
        ProblemError: OUTCOME_MISMATCH if it is no JSON-RPC error, TOO_DEEP.
    """
    if not isinstance(error, dict):
        raise ProblemError.of(Code.OUTCOME_MISMATCH, "not an object", "/error")
    if type(error.get("code")) is not int or not isinstance(error.get("message"), str):
        raise ProblemError.of(Code.OUTCOME_MISMATCH, "not an integer code and a message", "/error")
    _refuse_depth(error, "/error", limits)
    projected = {"code": error["code"], "message": error["message"]}
    if error.get("data", {}) != {}:
        projected["data"] = error["data"]
    return projected


def outcome_of(answer: Answer) -> Outcome:
    """What an answer in projected form means, at the server. ``task`` goes before ``completed``.

    Raises:
        ProblemError: OUTCOME_MISMATCH for another ``resultType``, an ``isError`` that is no boolean,
            a task without an id.
    """
    kinds = outcomes_of(answer)
    if answer.error is not ABSENT:
        return Outcome(kind=OutcomeKind.FAILED, answer=answer)
    if OutcomeKind.TASK in kinds and answer.result is not ABSENT:
        return Outcome(kind=OutcomeKind.TASK, answer=answer, task_id=_task_id(answer.result))
    for kind in (OutcomeKind.COMPLETED, OutcomeKind.INPUT_REQUIRED, OutcomeKind.FAILED):
        if kind in kinds:
            return Outcome(kind=kind, answer=answer)
    raise ProblemError.of(Code.OUTCOME_MISMATCH, "no outcome has this resultType or isError", "/result")


def failed(message: str, *, kind: OutcomeKind = OutcomeKind.FAILED) -> Outcome:
    """The outcome of a call whose answer cannot be delivered: ``-32603`` in its place."""
    return Outcome(kind=kind, answer=Answer(error={"code": INTERNAL_ERROR, "message": message}))


# -- carriers --------------------------------------------------------------------------------------


def put_request(params: JsonObject, carrier: Json) -> JsonObject:
    """``params`` with a request's carrier. One that is there is never replaced: ask before."""
    return {**params, "_meta": {**params.get("_meta", {}), REQUEST_KEY: carrier}}


def put_response_in_result(result: JsonObject, carrier: Json) -> JsonObject:
    """``result`` with a response's carrier, which replaces any that is there: a tool can forge one."""
    meta = result.get("_meta")
    return {**result, "_meta": {**(meta if isinstance(meta, dict) else {}), RESPONSE_KEY: carrier}}


def put_response_in_error(error: JsonObject, carrier: Json) -> JsonObject:
    """``error`` with a response's carrier in its ``data``; members that are not bound are left out."""
    stated: JsonObject = {name: error[name] for name in ("code", "message") if name in error}
    data = error.get("data", ABSENT)
    if data is ABSENT:
        return {**stated, "data": {RESPONSE_KEY: carrier}}
    if isinstance(data, dict) and not {RESPONSE_KEY, DATA_KEY} & data.keys():
        return {**stated, "data": {**data, RESPONSE_KEY: carrier}}
    return {**stated, "data": {DATA_KEY: data, RESPONSE_KEY: carrier}}


def take_response_from_result(result: JsonObject) -> tuple[JsonObject, Json | Absent]:
    """``result`` without a response's carrier, and the carrier. A ``_meta`` left empty goes with it."""
    meta = result.get("_meta")
    if not isinstance(meta, dict) or RESPONSE_KEY not in meta:
        return result, ABSENT
    left = {name: value for name, value in meta.items() if name != RESPONSE_KEY}
    without = {name: value for name, value in result.items() if name != "_meta"}
    return (without | {"_meta": left} if left else without), meta[RESPONSE_KEY]


def take_response_from_error(error: JsonObject) -> tuple[JsonObject, Json | Absent]:
    """``error`` as the server meant it, and the carrier.

    Undoes ``put_response_in_error``, but that a ``data`` of ``{}`` becomes absent.
    """
    data = error.get("data")
    if not isinstance(data, dict) or RESPONSE_KEY not in data:
        return error, ABSENT
    left = {name: value for name, value in data.items() if name != RESPONSE_KEY}
    without = {name: value for name, value in error.items() if name != "data"}
    if not left:
        return without, data[RESPONSE_KEY]
    return without | {"data": left[DATA_KEY] if left.keys() == {DATA_KEY} else left}, data[RESPONSE_KEY]


# -- parts -----------------------------------------------------------------------------------------


def _text(value: Json, pointer: str) -> str:
    if not isinstance(value, str) or not 1 <= len(value) <= _STATED:
        raise ProblemError.of(Code.CALL_MISMATCH, f"not a string of 1 to {_STATED} code points", pointer)
    if _NUL in value:  # it would pass as one name, and to some readers be another
        raise ProblemError.of(Code.CALL_MISMATCH, "some readers take its beginning for the whole", pointer)
    return value


def _stated(value: Json) -> str | None:
    return value if isinstance(value, str) and 1 <= len(value) <= _STATED else None


def _trace_id(meta: JsonObject) -> str | None:
    """The trace id of a W3C ``traceparent``."""
    parent = meta.get("traceparent")
    found = _TRACEPARENT.fullmatch(parent) if isinstance(parent, str) else None
    return found[1] if found else None


def _task_id(result: Mapping[str, Any]) -> str:
    """The id of the task that a call began."""
    found = _stated(task_id_of(result))
    if found is None:
        raise ProblemError.of(Code.OUTCOME_MISMATCH, "a task without an id", "/result")
    return found


def _refuse_folded(members: Mapping[str, Any], known: Mapping[str, str], pointer: str) -> None:
    for name in members:
        meant = known.get(name.partition(_NUL)[0].casefold(), name)
        if meant != name:
            detail = f"a member that looks like {meant}"
            raise ProblemError.of(Code.CALL_MISMATCH, detail, f"{pointer}/{name}")


def _refuse_depth(value: Json, pointer: str, limits: Limits) -> None:
    """Level by level: only arrays and objects are visited."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(limits.value_depth):
        if not level:
            return
        level = [
            member
            for each in level
            for member in (each.values() if isinstance(each, dict) else each)
            if isinstance(member, dict | list)
        ]
    if level:
        raise ProblemError.of(Code.TOO_DEEP, f"nested deeper than {limits.value_depth}", pointer)
