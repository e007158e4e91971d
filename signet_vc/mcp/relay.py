"""What the sessions of both sides do with every line, before any of it is a call.

A line that peers may read in two ways is refused, each request in it under its id, so that nobody
waits for ever; requests are followed to their answers, since an answer belongs to a call by its id
alone. Calls themselves are the sessions' own.
"""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Final, Generic, TypeVar

from signet_vc.codec.strict_json import JsonObject
from signet_vc.errors import Code, Problem, ProblemError, UnavailableError, problem
from signet_vc.limits import Limits
from signet_vc.mcp import jsonrpc
from signet_vc.mcp.listing import Listing
from signet_vc.mcp.messages import INTERNAL_ERROR, is_attested_method, is_task_method
from signet_vc.mcp.refusals import refusal_error
from signet_vc.mcp.traffic import CANCELLED, InFlight, Send, to_client, to_server

__all__ = ["Relay"]

_LOG: Final = logging.getLogger("signet_vc.mcp")
_CallT = TypeVar("_CallT")


class Relay(ABC, Generic[_CallT]):
    """One connection; ``_CallT`` is what a session remembers of a call under way.

    strict_calls: signatures are required, so nothing may pass to the server that could be a call to
        another reader. strict_answers: the same of answers, towards the client.
    """

    def __init__(self, *, limits: Limits, strict_calls: bool, strict_answers: bool) -> None:
        self._limits = limits
        self._strict_calls = strict_calls
        self._strict_answers = strict_answers
        self._in_flight: InFlight[_CallT] = InFlight()
        self._listing = Listing()

    @property
    def max_line(self) -> int:
        """Bytes of the longest line that is taken; of a longer one, hand in one byte more than this."""
        return jsonrpc.max_line(self._limits)

    def _read(self, line: bytes) -> JsonObject:
        try:
            return jsonrpc.read(line, limits=self._limits)
        except ProblemError as refusal:
            message = jsonrpc.read_any_number(line, refusal, limits=self._limits)
            answers = "method" not in message and self._in_flight.is_call(jsonrpc.key_of(message.get("id")))
            if answers or _is_call(message.get("method")):
                raise
            return message

    # -- from the client ---------------------------------------------------------------------------

    async def from_client(self, line: bytes) -> list[Send]:
        """Send on what the client said, or refuse it."""
        if not line.strip():
            return to_server(line)
        try:
            message = self._read(line)
        except ProblemError as error:
            return await self._unreadable(line, error.problems)
        if "method" not in message:
            return to_server(line)  # the client's answer to a request of the server's
        if "id" not in message:
            return await self._notified(line, message)
        key = jsonrpc.key_of(message["id"])
        misplaced = self._misplaced(message, key)
        if misplaced is not None:
            return await self._refuse(message, [misplaced])
        return await self._requested(line, message, key)

    async def _unreadable(self, line: bytes, problems: Sequence[Problem]) -> list[Send]:
        found = jsonrpc.fragments(line)
        is_call = any(_is_call(method) for each in found for method in each.methods)
        if not (self._strict_calls or is_call or _is_cut(problems)):
            return to_server(line)
        await self._note(problems, "")
        return refuse_line(found, problems)

    async def _notified(self, line: bytes, message: JsonObject) -> list[Send]:
        method, params = message["method"], message.get("params")
        if _is_call(method):
            await self._note([problem(Code.CALL_MISMATCH, "a call without an id", "/id")], tool_of(message))
            return []
        if method == CANCELLED and isinstance(params, dict):
            withdrawn = self._in_flight.cancel(jsonrpc.key_of(params.get("requestId")))
            if withdrawn is not None and not isinstance(withdrawn, str):
                await self._withdrawn(withdrawn)
        return to_server(line)

    def _misplaced(self, message: JsonObject, key: jsonrpc.Key | None) -> Problem | None:
        """Why a request cannot pass, whatever it asks for."""
        method = message["method"]
        if key is None and (self._strict_calls or _is_call(method)):
            return problem(Code.CALL_MISMATCH, "an id that peers may read differently", "/id")
        if key is not None and key in self._in_flight:
            return problem(Code.CALL_MISMATCH, "another request with this id is under way", "/id")
        if self._in_flight.full:
            return problem(Code.ATTESTATION_UNAVAILABLE, "too many requests are under way")
        if self._strict_calls and is_task_method(method):
            return problem(Code.ATTESTATION_UNAVAILABLE, "tasks cannot be attested", "/method")
        return None

    def _follow(self, line: bytes, message: JsonObject, key: jsonrpc.Key | None) -> list[Send]:
        """Send a request on that is no call."""
        if key is not None:
            self._in_flight.add(key, message["method"])
        return to_server(line)

    async def _refuse(self, message: JsonObject, problems: Sequence[Problem]) -> list[Send]:
        await self._note(problems, tool_of(message))
        return to_client(jsonrpc.error_answer(message["id"], refusal_error(problems)))

    async def _note(self, problems: Sequence[Problem], tool: str) -> None:
        _LOG.warning("message refused: %s", "; ".join(map(str, problems)))
        try:
            await self._record_refusal(problems, tool)
        except UnavailableError as error:
            _LOG.error("the refusal was not recorded: %s", error)

    # -- from the server ---------------------------------------------------------------------------

    async def from_server(self, line: bytes) -> list[Send]:
        """Send on what the server said; an answer to a call as the session makes it."""
        if not line.strip():
            return to_client(line)
        try:
            message = self._read(line)
        except ProblemError as error:
            return await self._unusable(line, error.problems)
        if "method" in message:
            return to_client(line)
        if self._swallowed(message):
            return []
        return await self._matched(line, message)

    async def _matched(self, line: bytes, message: JsonObject) -> list[Send]:
        """An answer, brought to the request that it answers."""
        request, cancelled = self._in_flight.answered(jsonrpc.key_of(message.get("id")))
        if cancelled:
            return []
        if request is None:
            return self._unasked(line, message)
        if not isinstance(request, str):
            return await self._answered(request, line, message)
        if "result" in message:
            self._listing.learn(request, message["result"])
            line = self._resulted(line, message, request)
        return to_client(line)

    async def _unusable(self, line: bytes, problems: Sequence[Problem]) -> list[Send]:
        """A line from the server that could be read in two ways, or is no message at all."""
        found = jsonrpc.fragments(line)
        answered = [identifier for each in found if not each.methods for identifier in each.ids]
        if any(self._swallowed({"id": identifier}) for identifier in answered):
            return []
        waiting = [(each, self._in_flight.answered(jsonrpc.key_of(each))[0]) for each in answered]
        if not (self._strict_answers or _is_cut(problems)):
            return to_client(line)
        _LOG.warning("a line of the server was dropped: %s", "; ".join(map(str, problems)))
        sends: list[Send] = []
        for identifier, request in waiting:
            if isinstance(request, str):
                sends += to_client(jsonrpc.error_answer(identifier, _LOST))
            elif request is not None:
                sends += await self._lost(request, problems)
        asked = [identifier for each in found if each.methods for identifier in each.ids]
        return [*sends, *(Send("server", jsonrpc.error_answer(each, _LOST)) for each in asked)]

    def _unasked(self, line: bytes, message: JsonObject) -> list[Send]:
        """An answer to nothing that is under way: a careless client could take it for a call's."""
        if self._strict_answers and not ("error" in message and message.get("id") is None):
            _LOG.warning("an answer of the server to no request under way was dropped")
            return []
        return to_client(line)

    async def server_ended(self) -> list[Send]:
        """The server has gone: every call under way is answered with an error."""
        sends: list[Send] = []
        for request in self._in_flight.drain():
            if not isinstance(request, str):
                sends += await self._ended(request)
        return sends

    # -- the sessions' own -------------------------------------------------------------------------

    @abstractmethod
    async def _requested(self, line: bytes, message: JsonObject, key: jsonrpc.Key | None) -> list[Send]:
        """A request that can be read; ``key`` is there if it is a call."""

    @abstractmethod
    async def _withdrawn(self, call: _CallT) -> None:
        """The client has cancelled the call."""

    @abstractmethod
    async def _answered(self, call: _CallT, line: bytes, message: JsonObject) -> list[Send]:
        """The server has answered the call."""

    @abstractmethod
    async def _lost(self, call: _CallT, problems: Sequence[Problem]) -> list[Send]:
        """The server has answered the call, in a line that is refused."""

    @abstractmethod
    async def _ended(self, call: _CallT) -> list[Send]:
        """The server has gone without an answer to the call."""

    @abstractmethod
    def _resulted(self, line: bytes, message: JsonObject, method: str) -> bytes:
        """The line to pass for the result of a request that is no call."""

    @abstractmethod
    async def _record_refusal(self, problems: Sequence[Problem], tool: str) -> None:
        """Keep the fact of a refusal."""

    def _swallowed(self, message: JsonObject) -> bool:  # noqa: ARG002 - for sessions that ask themselves
        """Whether this answers a request that the session made itself."""
        return False


_LOST: Final = {"code": INTERNAL_ERROR, "message": "The message was refused on the way: not strict JSON"}


def refuse_line(found: Sequence[jsonrpc.Fragment], problems: Sequence[Problem]) -> list[Send]:
    """Answers to whoever waits because of a line of the client's that does not pass.

    Its requests are refused, each under its id; where it answered requests of the server's, the server
    gets an error in place of each answer. Without any id the client is told under ``null``.
    """
    refused = refusal_error(problems)
    sends: list[Send] = []
    for each in found:
        for identifier in each.ids:
            if each.answers and not each.methods:
                sends += to_server(jsonrpc.error_answer(identifier, _LOST))
            else:
                sends += to_client(jsonrpc.error_answer(identifier, refused))
    return sends or to_client(jsonrpc.error_answer(None, refused))


def tool_of(message: JsonObject) -> str:
    """What a refused message names as its tool, for the record."""
    params = message.get("params")
    name = params.get("name") if isinstance(params, dict) else None
    return name if isinstance(name, str) else ""


def _is_call(method: object) -> bool:
    """Whether requests of this method make something happen that only a signature may ask for."""
    return isinstance(method, str) and (is_attested_method(method) or is_task_method(method))


def _is_cut(problems: Sequence[Problem]) -> bool:
    """Whether the line was longer than the limit: what is at hand may be only its beginning."""
    return any(each.code is Code.TOO_LARGE for each in problems)
