"""A hop between the two proxies takes attestations out: no call runs unsigned, no answer passes unsigned."""

from __future__ import annotations

import asyncio
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest

from signet_vc import SigningKey, keystore
from signet_vc.demo.wire import connect
from signet_vc.mcp.messages import EXTENSION, MISSING, REFUSED, REQUEST_KEY, RESPONSE_KEY
from signet_vc.store import open_store

HOP = Path(__file__).with_name("stripping_hop.py")
TIME_SERVER = Path(sysconfig.get_path("scripts")) / "mcp-server-time"
PROXY = [sys.executable, "-m", "signet_vc.cli.main", "proxy"]


@pytest.fixture
def proxies(tmp_path: Path) -> Path:
    """Two identities that trust each other, and a configuration for each."""
    dids = {}
    for name in ("agent", "server"):
        key = SigningKey.generate()
        keystore.save(key, f"file:{tmp_path / name}.key")
        dids[name] = key.did
    for name, other in (
        ("agent", f"audience: {dids['server']}"),
        ("server", f"allowed_signers: [{dids['agent']}]"),
    ):
        settings = [f"key_source: file:{name}.key", f"store: sqlite:{name}.db", other]
        lines = "".join(f"  {setting}\n" for setting in settings)
        (tmp_path / f"{name}.yaml").write_text(f"signet:\n{lines}")
    return tmp_path


def called(folder: Path, *stripped: str) -> dict[str, Any]:
    """An unmodified client, the agent's proxy, the hop, the server's proxy, an unmodified server."""

    def proxy(role: str, *command: str) -> list[str]:
        return [*PROXY, "--role", role, "--config", str(folder / f"{role}.yaml"), "--", *command]

    behind = proxy("server", str(TIME_SERVER), "--local-timezone", "Etc/UTC")
    hop = [sys.executable, str(HOP), ",".join(stripped) or "nothing", "--"]

    async def call() -> dict[str, Any]:
        async with connect(proxy("agent", *hop, *behind)) as wire:
            return await wire.call("get_current_time", {"timezone": "Europe/Berlin"}, declare=False)

    return asyncio.run(call())


def records(folder: Path) -> list[str]:
    with open_store(f"sqlite:{folder / 'server.db'}") as store:
        return [each.kind for each in store.records()]


def refusals(folder: Path, name: str) -> list[tuple[str, ...]]:
    with open_store(f"sqlite:{folder / f'{name}.db'}") as store:
        return [each.codes for each in store.refused()]


def test_threat_38_an_honest_hop_is_no_obstacle(proxies: Path) -> None:
    answer = called(proxies)
    assert "Europe/Berlin" in answer["result"]["content"][0]["text"]
    assert records(proxies) == ["request", "response"]


@pytest.mark.parametrize(
    ("stripped", "code"), [([REQUEST_KEY], REFUSED), ([REQUEST_KEY, EXTENSION], MISSING)]
)
def test_threat_38_a_call_that_a_hop_strips_does_not_run(
    stripped: list[str], code: int, proxies: Path
) -> None:
    answer = called(proxies, *stripped)
    assert answer["error"]["code"] == code
    assert answer["error"]["data"]["problems"] == ["ATTESTATION_MISSING"]
    assert answer["error"]["data"]["unauthenticated"] is True
    assert records(proxies) == []
    assert refusals(proxies, "server") == [("ATTESTATION_MISSING",)]


@pytest.mark.parametrize("stripped", [[RESPONSE_KEY], [RESPONSE_KEY, EXTENSION]])
def test_threat_38_an_answer_that_a_hop_strips_is_not_handed_on(stripped: list[str], proxies: Path) -> None:
    answer = called(proxies, *stripped)
    assert answer["error"]["code"] == REFUSED
    assert answer["error"]["data"] == {"problems": ["ATTESTATION_MISSING"], "mayHaveRun": True}
    assert records(proxies) == ["request", "response"]
    assert refusals(proxies, "agent") == [("ATTESTATION_MISSING",)]


def test_threat_38_nothing_gets_through_a_hop_that_strips_everything(proxies: Path) -> None:
    answer = called(proxies, REQUEST_KEY, RESPONSE_KEY, EXTENSION)
    assert answer["error"]["data"]["problems"] == ["ATTESTATION_MISSING"]
    assert records(proxies) == []
