"""The tools that a server has listed on this connection, each by the digest of its definition."""

from __future__ import annotations

from typing import Final

from signet_vc.codec.strict_json import Json
from signet_vc.mcp.messages import tool_definition_digest

__all__ = ["TOOLS_LIST", "Listing"]

TOOLS_LIST: Final = "tools/list"
_MAX_TOOLS: Final = 10_000  # definitions that are remembered; bounds memory against an endless list


class Listing:
    """Learns from the results of ``tools/list`` that pass by; the latest definition counts."""

    def __init__(self) -> None:
        self._digests: dict[str, str] = {}

    def learn(self, method: str, result: Json) -> None:
        """Take the definitions from a result, if it is one of ``tools/list``."""
        tools = result.get("tools") if method == TOOLS_LIST and isinstance(result, dict) else None
        for tool in tools if isinstance(tools, list) else ():
            name = tool.get("name") if isinstance(tool, dict) else None
            if isinstance(name, str):
                self._listed(name, tool_definition_digest(tool))

    def _listed(self, name: str, digest: str | None) -> None:
        if digest is None:  # none can be stated, least of all the one before
            self._digests.pop(name, None)
        elif name in self._digests or len(self._digests) < _MAX_TOOLS:
            self._digests[name] = digest

    def digest(self, tool: str) -> str | None:
        """The digest of the definition that was listed last; None for a tool that was not listed."""
        return self._digests.get(tool)
