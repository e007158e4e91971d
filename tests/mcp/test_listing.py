"""The tools that were listed on a connection."""

from __future__ import annotations

from typing import Any

import pytest

from signet_vc.mcp import listing
from signet_vc.mcp.messages import tool_definition_digest


def test_the_latest_definition_of_a_tool_counts() -> None:
    known = listing.Listing()
    assert known.digest("t") is None
    for tool in ({"name": "t"}, {"name": "t", "description": "other"}):
        known.learn("tools/list", {"tools": [{"name": "u"}, tool]})
        assert known.digest("t") == tool_definition_digest(tool)
    assert known.digest("u") == tool_definition_digest({"name": "u"})


@pytest.mark.parametrize(
    "result", [None, [], {}, {"tools": {}}, {"tools": [None, {}, {"name": 5}, {"name": ["t"]}]}]
)
def test_what_is_no_list_of_tools_teaches_nothing(result: Any) -> None:
    known = listing.Listing()
    known.learn("tools/list", result)
    assert known.digest("t") is None


def test_only_the_list_of_tools_teaches() -> None:
    known = listing.Listing()
    known.learn("prompts/list", {"tools": [{"name": "t"}]})
    assert known.digest("t") is None


def test_an_endless_list_is_remembered_so_far_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "_MAX_TOOLS", 2)
    known = listing.Listing()
    known.learn("tools/list", {"tools": [{"name": name} for name in "abc"]})
    assert (known.digest("a") is None, known.digest("c")) == (False, None)
    changed = {"name": "a", "description": "other"}
    known.learn("tools/list", {"tools": [changed]})
    assert known.digest("a") == tool_definition_digest(changed)


def test_of_a_definition_without_canonical_form_nothing_is_known() -> None:
    known = listing.Listing()
    for tool in ({"name": "t"}, {"name": "t", "inputSchema": {"maximum": float("inf")}}):
        known.learn("tools/list", {"tools": [tool]})
    assert known.digest("t") is None
