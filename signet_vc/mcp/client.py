"""The client's seam in the MCP SDK: a transport around a transport, on JSON-RPC below every model.

It sees each message as it travels: the SDK's retries, which reuse one ``_meta``, are signed one by one,
and answers are checked before a model drops or adds a member.
"""

from __future__ import annotations

import logging
from collections import deque
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Unpack

import anyio

from signet_vc.attestation.agent import Agent
from signet_vc.errors import UsageError
from signet_vc.mcp import roles, sdk
from signet_vc.mcp.agent_session import AgentSession
from signet_vc.mcp.audience import FIRST_USE
from signet_vc.mcp.connection import Connection
from signet_vc.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    from mcp.client import Transport
    from mcp.client.stdio import StdioServerParameters
    from mcp.server import MCPServer, Server

    from signet_vc.attestation.agent import Checked
    from signet_vc.attestation.call import ToolCall
    from signet_vc.attestation.store import AttestationStore
    from signet_vc.config import Config
    from signet_vc.keys.signing import AsyncSigner, Signer
    from signet_vc.mcp.connection import Read, Write
    from signet_vc.policy import AllowedSigner

__all__ = ["AttestingTransport"]

_LOG: Final = logging.getLogger("signet_vc.mcp")
_KEPT: Final = 1000  # verdicts that are kept; bounds the memory of a client that never looks


class AttestingTransport:
    """A transport that signs each tool call and checks each answer, for ``mcp.Client``.

    ::

        async with Client(AttestingTransport(stdio_client(params), key=key, audience=did)) as client: ...

    A call that cannot be signed is not sent, and an answer that fails its check reaches the client as
    an error (``-31901``) whose ``data.mayHaveRun`` says that the call may have run; both only where
    signatures are required. What is not named is taken from the configuration.

    A tool that takes arguments in headers of HTTP (``x-mcp-header``) must have been listed before it is
    called. The SDK would recover from that by sending the call again, at an error that nobody signed;
    here such an error is refused like any other answer, so that nothing runs twice.

    Args:
        inner: a transport; or a server in the same process, a command (``StdioServerParameters``) or
            a URL, as ``Client`` takes them.
        key: a signer, or ``env:NAME``, ``file:PATH``, ``keyring:SERVICE/NAME``.
        audience: the server's DID, a URI that it answers for, or ``first-use``.
        subject: what a DID is pinned for under ``first-use``; a command or URL is its own.
        require_signatures: refuse answers without a valid attestation, and refuse to send calls that
            cannot be signed (default: yes).
        allowed_signers: servers, beside the audience; an entry may be ``{did, audience}``.
        store: a store or its URL.
        pass_attestations: leave our members in what the client gets.
        on_attested: told the verdict on each answer before the client gets it.
        basis: asked of each call what led to it: entries as ``signet_vc.protocols.basis`` makes them.
        config: a configuration, or the path of one.
        settings: the other settings of the configuration.

    Raises:
        UsageError: a wrong setting, no key, ``first-use`` without a subject.
    """

    def __init__(
        self,
        inner: Transport | MCPServer[Any] | Server[Any] | StdioServerParameters | str,
        *,
        key: Signer | AsyncSigner | str | None = None,
        audience: str | None = None,
        subject: str | None = None,
        require_signatures: bool | None = None,
        allowed_signers: Sequence[str | Mapping[str, Any] | AllowedSigner] | None = None,
        store: AttestationStore | str | None = None,
        pass_attestations: bool | None = None,
        on_attested: Callable[[Checked], object] | None = None,
        basis: Callable[[ToolCall], Sequence[Mapping[str, str]]] | None = None,
        config: Config | Path | str | None = None,
        **settings: Unpack[roles.Settings],
    ) -> None:
        loaded = roles.configuration(
            config,
            key=key,
            store=store,
            require_signatures=require_signatures,
            allowed_signers=allowed_signers,
            audience=audience,
            pass_attestations=pass_attestations,
            **settings,
        )
        self._subject = subject if subject is not None else sdk.subject_of(inner)
        if loaded.audience == FIRST_USE and self._subject is None:
            raise UsageError("audience: first-use pins a DID for a command or URL: name it by subject=")
        self._inner = inner
        self._config = loaded
        self._role = roles.agent_role(loaded, signer=roles.signer_of(key, loaded), store=None)
        self._store = store
        self._on_attested = on_attested
        self._basis = basis
        self._stack: AsyncExitStack | None = None
        self.attestations: deque[Checked] = deque(maxlen=_KEPT)
        """The verdicts on the last thousand answers, oldest first."""

    async def __aenter__(self) -> tuple[Read, Write]:
        if self._stack is not None:
            raise UsageError("this transport is in use")
        async with AsyncExitStack() as stack:
            session = AgentSession(
                Agent(replace(self._role, store=self._opened_store(stack))),
                audience=self._config.audience,
                subject=self._subject or "",
                pass_attestations=self._config.pass_attestations,
                on_checked=self._checked,
                basis=self._basis,
            )
            streams = await stack.enter_async_context(sdk.opened(self._inner))
            connection = Connection(session, *streams, clock=self._role.clock)
            stack.callback(connection.close)
            tasks = await stack.enter_async_context(anyio.create_task_group())
            stack.callback(tasks.cancel_scope.cancel)
            tasks.start_soon(connection.receive)
            tasks.start_soon(connection.watch)
            self._stack = stack.pop_all()
        return connection.read, connection.write

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        stack, self._stack = self._stack, None
        return None if stack is None else await stack.__aexit__(kind, error, trace)

    def _opened_store(self, stack: AsyncExitStack) -> AttestationStore:
        """The store that was handed in; one that is opened here is closed with the connection."""
        if self._store is not None and not isinstance(self._store, str):
            return self._store
        return stack.enter_context(open_store(self._config.store))

    def _checked(self, verdict: Checked) -> None:
        self.attestations.append(verdict)
        if self._on_attested is None:
            return
        try:
            self._on_attested(verdict)
        except Exception:  # noqa: BLE001 - the program's own callback must not end the connection
            _LOG.exception("on_attested raised; the answer goes its way")
