"""The stage of the demonstration: two identities, their configuration, a repository, real servers."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from signet_vc import keystore
from signet_vc.api import SigningKey
from signet_vc.errors import UsageError

__all__ = ["World", "build", "missing"]

_SERVERS: Final = {"mcp-server-time": "mcp-server-time", "mcp-server-git": "mcp-server-git"}


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What the acts of the demonstration share."""

    folder: Path
    agent: SigningKey
    server: SigningKey
    stranger: SigningKey
    signet: str

    def proxy(self, role: str, config: str, *command: str) -> list[str]:
        """The command line of a real proxy in front of ``command``."""
        return [self.signet, "proxy", "--role", role, "--config", str(self.folder / config), "--", *command]

    @property
    def log(self) -> Path:
        """What proxies and servers write on standard error, and what this process logs."""
        return self.folder / "log.txt"

    @property
    def time(self) -> list[str]:
        """The time server, as its authors ship it."""
        return [executable("mcp-server-time"), "--local-timezone", "Etc/UTC"]

    @property
    def git(self) -> list[str]:
        """The git server, as its authors ship it, on this demonstration's repository."""
        return [executable("mcp-server-git"), "--repository", str(self.folder / "repository")]


def executable(name: str) -> str:
    """Where a console script is: beside this interpreter, or on the path.

    Raises:
        UsageError: it is not installed.
    """
    beside = Path(sysconfig.get_path("scripts")) / name
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        raise UsageError(f"{name} is not installed: pip install {_SERVERS.get(name, name)}")
    return found


def missing() -> list[str]:
    """What the demonstration needs and does not find, each with how to install it."""
    lines = []
    for name, distribution in _SERVERS.items():
        try:
            executable(name)
        except UsageError:
            lines.append(f"{name}: pip install {distribution}")
    if shutil.which("git") is None:
        lines.append("git: from your system's packages")
    return lines


def build(folder: Path) -> World:
    """Make the folder (mode 0700) with fresh keys, a configuration a role, and a repository."""
    folder.mkdir(parents=True, mode=0o700)
    world = World(
        folder=folder,
        agent=_key(folder / "agent.key"),
        server=_key(folder / "server.key"),
        stranger=_key(folder / "stranger.key"),
        signet=executable("signet"),
    )
    for name, lines in _configurations(world).items():
        (folder / name).write_text("signet:\n" + "".join(f"  {line}\n" for line in lines))
    _repository(folder / "repository")
    return world


def _key(path: Path) -> SigningKey:
    key = SigningKey.generate()
    keystore.save(key, f"file:{path}")
    return key


def _configurations(world: World) -> dict[str, list[str]]:
    server = ["key_source: file:server.key", "store: sqlite:server.db", "require_signatures: true"]
    both = [*server, "agent_key_source: file:agent.key"]
    small_order = "did:key:z6MkeXATEjyXENzBXBxgC5EHk2JE5aqd7qMGGtDpLUH1e2Sj"
    return {
        "server.yaml": [*server, f"allowed_signers: ['{world.agent.did}', '{small_order}']"],
        "both.yaml": both,
        "both-secured-twice.yaml": [*both, "securing: both"],
        "agent.yaml": [
            "key_source: file:agent.key",
            "store: sqlite:agent.db",
            "require_signatures: true",
            f"audience: {world.server.did}",
        ],
    }


def _repository(path: Path) -> None:
    """A repository with one commit."""
    path.mkdir()
    (path / "minutes.txt").write_text("We agreed to sign what we do.\n")
    who = ["-c", "user.name=Demonstration", "-c", "user.email=demo@example.org"]
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    for arguments in (
        ["init", "--quiet", "--initial-branch=main"],
        ["add", "."],
        [*who, "commit", "--quiet", "--message", "Minutes of the first meeting"],
    ):
        subprocess.run(["git", *arguments], cwd=path, check=True, env=environment)  # noqa: S603, S607 - git from the path, our own arguments


def hop(mode: str) -> list[str]:
    """The command line of the hostile hop; the command behind it follows."""
    return [sys.executable, "-m", "signet_vc.demo.hop", mode, "--"]
