"""MCP servers of the npm registry, which ``make test`` installs into ``tests/node``."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

_MODULES = Path(__file__).resolve().parent / "node" / "node_modules"


def node_server(name: str) -> list[str]:
    """The command of ``@modelcontextprotocol/server-NAME``; without it the test is skipped, loudly.

    ``name``: everything, filesystem (folders follow), memory (needs MEMORY_FILE_PATH) or sequential-thinking.
    """
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node is not here: a call through the proxy to a server of the npm registry")
    program = _MODULES / "@modelcontextprotocol" / f"server-{name}" / "dist" / "index.js"
    if not program.is_file():
        pytest.skip("the servers of tests/node are not installed: `make test` installs them")
    return [node, str(program)]
