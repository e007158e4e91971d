"""``signet proxy``: attest the calls to a server that knows nothing of it."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import os
import shlex
import shutil
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Literal

import click

from signet_vc import keystore
from signet_vc.api import SigningKey
from signet_vc.attestation.agent import Agent
from signet_vc.attestation.server import Server
from signet_vc.attestation.store import AttestationStore
from signet_vc.config import Config, state_directory
from signet_vc.errors import UsageError
from signet_vc.keys.signing import Key
from signet_vc.mcp import roles
from signet_vc.mcp.session import AgentSession, Chained, ServerSession, Session
from signet_vc.store import open_store

__all__ = ["proxy"]

RoleName = Literal["agent", "server", "both"]
_UPSTREAM: Final = "HTTP is not built yet: put the proxy in front of a command, after --"


@click.command(
    short_help="Sign and verify in front of an MCP server.",
    context_settings={"allow_interspersed_args": False},
    epilog="""\b
Examples:
  signet proxy -- uvx mcp-server-git --repository .
  signet proxy --print-config -- uvx mcp-server-git --repository /path/to/repository
  signet proxy --role server --config server.yaml -- mcp-server-time
""",
)
@click.option(
    "--role",
    type=click.Choice(["agent", "server", "both"]),
    default="both",
    show_default=True,
    help="Which side this proxy is: the agent's, the server's, or both at once.",
)
@click.option(
    "--config", "config_path", type=click.Path(path_type=Path), metavar="FILE", help="Configuration file."
)
@click.option("--store", metavar="URL", help="Where to record, such as sqlite:audit.db.")
@click.option("--audience", metavar="DID|URI|first-use", help="Agent: the server that calls are meant for.")
@click.option("--listen", metavar="HOST:PORT", help="Not built yet: serve HTTP in front.")
@click.option("--upstream", metavar="URL", help="Not built yet: an HTTP server behind.")
@click.option(
    "--print-config", is_flag=True, help="Print the client's configuration for this command, and end."
)
@click.argument("command", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def proxy(
    context: click.Context,
    *,
    role: RoleName,
    config_path: Path | None,
    store: str | None,
    audience: str | None,
    listen: str | None,
    upstream: str | None,
    print_config: bool,
    command: tuple[str, ...],
) -> None:
    """Sign and verify in front of the MCP server that COMMAND starts, on standard input and output.

    Unmodified clients and servers need nothing else. Without configuration, keys and store are made at
    the first use in your state directory, and in role `both` the two keys trust each other. The exit
    status is the server's.
    """
    if listen is not None or upstream is not None:
        raise UsageError(_UPSTREAM)
    if not command:
        raise UsageError("name the server's command after --, as in: signet proxy -- mcp-server-time")
    config = Config.load(config_path, overrides={"store": store, "audience": audience})
    if print_config:
        options = _given(role, config_path, store, audience)
        click.echo(json.dumps(client_configuration(options, command), indent=2))
        return
    context.exit(asyncio.run(_run(role, config, command)))


def client_configuration(options: list[str], command: tuple[str, ...]) -> dict[str, Any]:
    """The entry of an MCP client's configuration that starts this proxy in front of ``command``."""
    program, *rest = (Path(part).name for part in command)
    # Of `python notes.py` the script tells more than the interpreter, which others are started by too.
    script = next((name for name in rest if name.endswith((".py", ".js", ".mjs", ".ts"))), program)
    name = next((name for name in (*reversed(rest), program) if "mcp" in name), script)
    arguments = ["proxy", *options, "--", *command]
    return {"mcpServers": {name: {"command": _own_executable(), "args": arguments}}}


def _given(role: RoleName, config_path: Path | None, store: str | None, audience: str | None) -> list[str]:
    options = [] if role == "both" else ["--role", role]
    for name, value in (
        ("--config", None if config_path is None else str(config_path.resolve())),
        ("--store", None if store is None else _absolute(store)),
        ("--audience", audience),
    ):
        if value is not None:
            options += [name, value]
    return options


def _absolute(store: str) -> str:
    """The same store from whatever folder a client starts the proxy in."""
    scheme, _, path = store.partition(":")
    return store if path == ":memory:" else f"{scheme}:{Path(path).expanduser().resolve()}"


def _own_executable() -> str:
    """The absolute path of this command; a client may start it with another PATH."""
    beside = Path(sysconfig.get_path("scripts")) / "signet"
    if beside.exists():
        return str(beside)
    return shutil.which("signet") or str(Path(sys.argv[0]).resolve())


async def _run(role: RoleName, config: Config, command: tuple[str, ...]) -> int:
    from signet_vc.mcp import stdio_proxy  # noqa: PLC0415 - the proxy alone needs asyncio's machinery

    with open_store(config.store) as store:
        session = build_session(role, config, store, subject=shlex.join(command))
        environment = {
            name: value for name, value in os.environ.items() if name not in config.secret_variables
        }
        return await stdio_proxy.run(command, session, environment=environment)


def build_session(role: RoleName, config: Config, store: AttestationStore, *, subject: str) -> Session:
    """The session of a proxy in this role; ``subject`` is what a first-use pin is kept for.

    An agent's that was told nothing pins the server it meets first. In ``both`` the server's side records;
    the agent's would record the same once more.
    """
    if role == "server":
        return _server_session(config, _key(config.key_source, "server", config), store)
    if role == "agent":
        if config.audience is None and not config.allowed_signers:
            config = dataclasses.replace(config, audience="first-use")
        return _agent_session(config, _key(config.key_source, "agent", config), store, subject)
    server_key = _key(config.key_source, "server", config)
    agent_key = _key(config.agent_key_source, "agent", config)
    inner = _server_session(config, server_key, store, trusted=[agent_key.did])
    audience = config.audience if config.audience not in {None, "first-use"} else server_key.did
    outer = _agent_session(
        dataclasses.replace(config, audience=audience), agent_key, None, subject, trusted=[server_key.did]
    )
    return Chained(outer, inner)


def _server_session(
    config: Config, key: Key, store: AttestationStore, trusted: Sequence[str] = ()
) -> ServerSession:
    role = roles.server_role(config, signer=key, store=store, trusted=trusted, attester="proxy")
    return ServerSession(Server(role))


def _agent_session(
    config: Config, key: Key, store: AttestationStore | None, subject: str, trusted: Sequence[str] = ()
) -> AgentSession:
    role = roles.agent_role(config, signer=key, store=store, trusted=trusted, attester="proxy")
    return AgentSession(
        Agent(role), audience=config.audience, subject=subject, pass_attestations=config.pass_attestations
    )


def _key(source: str | None, name: str, config: Config) -> Key:
    """The configured key, or this user's own for that side, made at the first use."""
    if source is not None:
        return keystore.load(source)
    kept = f"file:{state_directory() / name}.key"
    with contextlib.suppress(keystore.KeyExistsError):
        made = SigningKey.generate(config.algorithm)
        keystore.save(made, kept)
        click.echo(f"signet: made the {name}'s key, {made.did}, in {kept}", err=True)
    return keystore.load(kept)
