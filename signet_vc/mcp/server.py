"""The server's seam in the MCP SDK: one middleware, outermost, on raw members of messages.

The SDK's own middleware seals and unseals ``requestState`` and its models drop members: only outside
of both does a signature hold over what travels. FORMAT, *At the server*.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Unpack

import anyio
import anyio.lowlevel
from mcp.server import MCPServer
from mcp.server import Server as LowLevelServer
from mcp.shared.exceptions import MCPError

from signet_vc.attestation.call import ABSENT, Answer, Outcome, OutcomeKind
from signet_vc.attestation.server import Admission, Refusal, Server
from signet_vc.codec import jcs
from signet_vc.config import Config
from signet_vc.errors import Code, Problem, ProblemError, UnavailableError, UsageError, problem
from signet_vc.mcp import attested_errors, messages, roles
from signet_vc.mcp import settings as extension
from signet_vc.mcp.listing import Listing
from signet_vc.mcp.refusals import refusal_error, settings_error
from signet_vc.mcp.sdk import (
    detached,
    error_of,
    is_modern,
    is_unexpected,
    mcp_error,
    middleware_of,
    peer_of,
    plain,
)

if TYPE_CHECKING:
    from pathlib import Path

    from mcp.server.context import CallNext, HandlerResult

    from signet_vc.attestation.decision import Attestation, Decide
    from signet_vc.attestation.store import AttestationStore
    from signet_vc.codec.strict_json import JsonObject
    from signet_vc.keys.signing import AsyncSigner, Signer
    from signet_vc.mcp.sdk import Context
    from signet_vc.policy import AllowedSigner

__all__ = ["AttestationMiddleware", "attest_server", "current_attestation"]

_LOG: Final = logging.getLogger("signet_vc.mcp")
_ATTEST_SECONDS: Final = 10.0  # a signer or store that hangs must not hold a withdrawn call for ever

_current: ContextVar[Attestation | None] = ContextVar("signet_vc_current_attestation", default=None)


def current_attestation() -> Attestation | None:
    """The verified request behind the tool that is running: who called, with what.

    None for an unattested call, and outside of calls. Right in async tools, in tools that the SDK
    runs in threads, and in tasks that a tool starts.
    """
    return _current.get()


def attest_server(
    server: MCPServer[Any] | LowLevelServer[Any],
    *,
    key: Signer | AsyncSigner | str | None = None,
    require_signatures: bool | None = None,
    allowed_signers: Sequence[str | Mapping[str, Any] | AllowedSigner] | None = None,
    audience: str | None = None,
    store: AttestationStore | str | None = None,
    decide: Decide | None = None,
    config: Config | Path | str | None = None,
    **settings: Unpack[roles.Settings],
) -> None:
    """Have ``server`` verify each tool call before it runs, and sign each answer.

    Call it once, after the server is made and before it runs. Whatever is not named here is taken
    from the configuration: ``config``, or where a user's is kept.

    Args:
        server: an ``MCPServer``, a low-level ``Server``, or FastMCP's (version 4).
        key: a signer, or ``env:NAME``, ``file:PATH``, ``keyring:SERVICE/NAME``.
        require_signatures: refuse calls that carry no valid attestation (default: yes).
        allowed_signers: the agents; DIDs, or ``{did, tools, until}``. An empty list allows nobody.
        audience: what calls must be addressed to; the key's DID by default.
        store: a store or its URL, shared by all processes that serve the same audience.
        decide: may deny or escalate a call that is otherwise in order; an exception in it denies. It is
            waited for though its call is withdrawn meanwhile, so give it a bound of its own.
        config: a configuration, or the path of one.
        settings: the other settings of the configuration.

    Raises:
        UsageError: a wrong setting, no key, a server of another kind or attested already.
    """
    chain = middleware_of(server)
    if any(isinstance(each, AttestationMiddleware) for each in chain):
        raise UsageError("this server is attested already")
    loaded = roles.configuration(
        config,
        key=key,
        store=store,
        require_signatures=require_signatures,
        allowed_signers=allowed_signers,
        audience=audience,
        **settings,
    )
    role = roles.server_role(loaded, signer=roles.signer_of(key, loaded), store=None, decide=decide)
    role = replace(role, store=roles.store_of(store, loaded))
    chain.insert(0, AttestationMiddleware(Server(role)))


class AttestationMiddleware:
    """The middleware itself, for a program that makes its own engine; it belongs at index 0.

    Nothing here keeps to one connection: one instance serves all of a server's.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self._role = server.role
        self._listing = Listing()

    async def __call__(self, ctx: Context, call_next: CallNext) -> HandlerResult:
        """Handle one message: a call is admitted, run and attested; all others pass."""
        if ctx.request_id is None:
            return await self._notified(ctx, call_next)
        declared = self._declares(ctx)
        if messages.is_attested_method(ctx.method):
            return await self._called(ctx, call_next, declared=declared)
        misplaced = self._misplaced(ctx)
        if misplaced is not None:
            raise await self._unreadable(ctx, [misplaced])
        token = _current.set(None)
        try:
            result = await call_next(ctx)
        finally:
            _current.reset(token)
        self._listing.learn(ctx.method, result)
        return self._advertise(ctx.method, result)

    # -- what is no call ---------------------------------------------------------------------------

    async def _notified(self, context: Context, call_next: CallNext) -> HandlerResult:
        if messages.is_attested_method(context.method) or messages.is_task_method(context.method):
            await self._note(context, [problem(Code.CALL_MISMATCH, "a call without an id", "/id")])
            return None
        return await call_next(context)

    def _declares(self, context: Context) -> bool:
        """Whether the caller says that it knows the extension, in this message or in the handshake."""
        try:
            if extension.declared_by_client(context.method, context.params) is not None:
                return True
        except ProblemError as error:
            if context.method != extension.DISCOVER:
                raise mcp_error(settings_error(error.problems)) from error
        capabilities = context.session.client_capabilities
        return capabilities is not None and messages.EXTENSION in (capabilities.extensions or {})

    def _misplaced(self, context: Context) -> Problem | None:
        if messages.is_task_method(context.method) and self._role.require_signatures:
            return problem(Code.ATTESTATION_UNAVAILABLE, "tasks cannot be attested", "/method")
        meta = (context.params or {}).get("_meta")
        if isinstance(meta, Mapping) and messages.REQUEST_KEY in meta:
            return problem(Code.CALL_MISMATCH, "an attestation of a method that has none", "/method")
        return None

    def _advertise(self, method: str, result: HandlerResult) -> HandlerResult:
        """The result with our settings among the server's capabilities, in both eras.

        The SDK would declare extensions in ``server/discover`` alone.
        """
        if method not in (extension.INITIALIZE, extension.DISCOVER) or self._role.signer is None:
            return result
        answer = plain(result)
        capabilities = answer.get("capabilities") or {}
        settings = extension.server_settings(
            did=roles.did_of(self._role.signer),
            securing=str(self._role.securing),
            required=self._role.require_signatures,
        )
        extensions = {**(capabilities.get("extensions") or {}), messages.EXTENSION: settings}
        return {**answer, "capabilities": {**capabilities, "extensions": extensions}}

    # -- calls -------------------------------------------------------------------------------------

    async def _called(self, context: Context, call_next: CallNext, *, declared: bool) -> JsonObject:
        params = ABSENT if context.params is None else context.params
        try:
            messages.refuse_lookalikes({"method": context.method, "params": params})
            call, carrier = messages.read_call(
                context.method, params, negotiated=context.protocol_version, limits=self._role.policy.limits
            )
            call = detached(call)
            if carrier is ABSENT and self._role.attest_responses != "never":
                jcs.canonicalize_wide(call.arguments)  # the answer binds them, and the SDK lets NaN through
        except ProblemError as error:
            raise await self._unreadable(context, error.problems) from error
        with anyio.CancelScope(shield=True):  # a nonce that is claimed gets an outcome, though withdrawn
            verdict = await self._server.admit(
                call,
                carrier,
                peer=peer_of(context),
                tool_definition_digest=self._listing.digest(call.tool),
            )
        for notice in verdict.notices:
            _LOG.warning("call of %r: %s", call.tool, notice)
        told = declared or carrier is not ABSENT
        if isinstance(verdict, Refusal):
            modern = is_modern(context.protocol_version)
            raise mcp_error(await attested_errors.denied(self._attest, verdict, told=told, modern=modern))
        return await self._run(context, call_next, verdict, told=told)

    async def _run(
        self, context: Context, call_next: CallNext, admission: Admission, *, told: bool
    ) -> JsonObject:
        token = _current.set(admission.attestation)
        try:
            await anyio.lowlevel.checkpoint_if_cancelled()  # withdrawn while it was being admitted
            result = plain(await call_next(context))
        except anyio.get_cancelled_exc_class():
            await self._withdrawn(admission)
            raise
        except Exception as error:
            raise await self._failed(context, admission, error, told=told) from error
        finally:
            _current.reset(token)
        return await self._answered(admission, result, told=told)

    async def _answered(self, admission: Admission, result: JsonObject, *, told: bool) -> JsonObject:
        try:
            projected = messages.project_result(result, limits=self._role.policy.limits)
            carrier = await self._attest(admission, messages.outcome_of(Answer(result=projected)))
        except ProblemError as error:
            _LOG.warning("the answer of %r cannot be attested: %s", admission.tool, error)
            if self._role.attest_responses != "required":
                return result
            raise await self._instead(admission, told=told) from error
        except UnavailableError as error:
            raise mcp_error(attested_errors.withheld(error)) from error
        return result if carrier is None else messages.put_response_in_result(result, carrier)

    async def _failed(
        self, context: Context, admission: Admission, raised: Exception, *, told: bool
    ) -> MCPError:
        """What a handler raised, as the error that the request's era sends for it, attested."""
        error = error_of(raised, context.protocol_version)
        if is_unexpected(raised):
            _LOG.error("the handler of %r raised", admission.tool, exc_info=raised)
        try:
            projected = messages.project_error(error, limits=self._role.policy.limits)
            carrier = await self._attest(admission, messages.outcome_of(Answer(error=projected)))
        except ProblemError as problems:
            _LOG.warning("the error of %r cannot be attested: %s", admission.tool, problems)
            if self._role.attest_responses != "required":
                return mcp_error(error)
            return await self._instead(admission, told=told)
        except UnavailableError as unavailable:
            return mcp_error(attested_errors.withheld(unavailable))
        return mcp_error(attested_errors.told_error(error, carrier, told=told))

    async def _withdrawn(self, admission: Admission) -> None:
        """The caller took the call back: nothing is answered, and that is recorded."""
        try:
            await self._attest(admission, Outcome(kind=OutcomeKind.CANCELLED))
        except UnavailableError as error:
            _LOG.error("a cancelled call was not recorded: %s", error)

    async def _instead(self, admission: Admission, *, told: bool) -> MCPError:
        outcome = attested_errors.NOT_ATTESTABLE
        return mcp_error(await attested_errors.instead(self._attest, admission, outcome, told=told))

    async def _attest(self, subject: Admission | Refusal, outcome: Outcome) -> JsonObject | None:
        """Attest under a shield: what has run is stated, though nobody may wait for the answer any more."""
        listed = self._listing.digest(subject.call.tool)
        with anyio.move_on_after(_ATTEST_SECONDS, shield=True):
            return await self._server.attest(subject, outcome, tool_definition_digest=listed)
        if self._role.attest_responses != "required":
            return None
        raise UnavailableError("signer or store gave no answer in time", code=Code.ATTESTATION_UNAVAILABLE)

    async def _unreadable(self, context: Context, problems: Sequence[Problem]) -> MCPError:
        """The answer to a message that is refused before the engine sees a call in it."""
        await self._note(context, problems)
        return mcp_error(refusal_error(problems))

    async def _note(self, context: Context, problems: Sequence[Problem]) -> None:
        _LOG.warning("%.200r refused: %s", context.method, "; ".join(map(str, problems)))
        name = (context.params or {}).get("name")
        try:
            await self._server.note_refusal(problems, tool=name if isinstance(name, str) else "")
        except UnavailableError as error:
            _LOG.error("the refusal was not recorded: %s", error)
