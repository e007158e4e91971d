"""The example of a trail across protocols runs, and one command tells what is wrong with a trail, and where.

`trail.py`, with `trail_agent.py` and `trail_parties.py` beside it.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from click.testing import CliRunner, Result
from test_examples import EXAMPLES

from signet_vc import SigningKey
from signet_vc.cli.main import signet
from signet_vc.web.httpx_auth import UcpAuth

FILES = ["trail.py", "trail_agent.py", "trail_parties.py"]
WALLET = "https://wallet.example/keys"
AGENT = "https://agent.example/.well-known/ucp"
SHOP = "https://shop.example/.well-known/ucp"


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """What the example left, and what it printed."""
    home = tmp_path_factory.mktemp("trail")
    environment = {**os.environ, "HOME": str(home / "home"), "PYTHONPATH": str(EXAMPLES.parent)}
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / FILES[0]), str(home / "folder")],
        env=environment,
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return home / "folder", done.stdout


class Trail:
    """A copy of what the example left, to be changed, and the command that verifies it."""

    def __init__(self, ran: tuple[Path, str], folder: Path) -> None:
        shutil.copytree(ran[0], folder)
        self.folder = folder
        line = next(line for line in ran[1].splitlines() if line.startswith("$ signet "))
        self.command = shlex.split(line.replace(str(ran[0]), str(folder)))[2:]

    def change(self, name: str, old: bytes, new: bytes) -> None:
        file = self.folder / "received" / name
        before = file.read_bytes()
        assert before.count(old) == 1
        file.write_bytes(before.replace(old, new))

    def without(self, signer: str) -> list[str]:
        """The command that does not trust this signer."""
        place = self.command.index(signer)
        return self.command[: place - 1] + self.command[place + 1 :]

    def verify(self, command: list[str] | None = None) -> Result:
        return CliRunner().invoke(signet, command or self.command)

    def wrong(self, command: list[str] | None = None) -> list[tuple[str, str]]:
        """Every place in the tree that has problems, and its codes."""
        result = CliRunner().invoke(signet, [*(command or self.command), "--json"])
        assert (result.exit_code != 0) is ("code" in result.stdout), result.output
        return list(_wrong(json.loads(result.stdout), ""))


def _wrong(node: dict[str, Any], above: str) -> Iterator[tuple[str, str]]:
    name = {"call": node.get("tool"), "file": Path(node.get("file", "")).name}.get(node["what"], node["what"])
    place = f"{above}/{name}"
    assert (node["verified"] is False) is bool(node["problems"])
    if node["problems"]:
        yield place, " ".join(each["code"] for each in node["problems"])
    for each in node["children"]:
        yield from _wrong(each, place)


@pytest.fixture
def trail(ran: tuple[Path, str], tmp_path: Path) -> Trail:
    return Trail(ran, tmp_path / "folder")


def test_the_example_runs_and_its_whole_trail_is_verified_as_a_tree(ran: tuple[Path, str]) -> None:
    before, _, tree = ran[1].partition("\ntrail  ")
    assert "the agent says: paid at 20" in before
    assert "delivered at 20" in before
    assert "TASK_STATE_COMPLETED" in before
    shapes = [_two_cells(line) for line in tree.splitlines()]
    assert shapes == [
        "2 calls  4 files",
        "├─ call  get_current_time",
        "│  ├─ request  verified",
        "│  │  ├─ a2a-message  as named, unsigned",
        "│  │  └─ ap2-mandate  verified",
        "│  └─ answer  verified",
        "├─ call  convert_time",
        "│  ├─ request  verified",
        "│  │  ├─ a2a-message  as named, unsigned",
        "│  │  ├─ ap2-mandate  verified",
        "│  │  ├─ http-message  verified",
        "│  │  └─ http-message  verified",
        "│  └─ answer  verified",
        "├─ chain  verified",
        "└─ chain  verified",
    ]


def _two_cells(line: str) -> str:
    """The line with its branches, up to its second cell."""
    found = re.match(r"([│├└─ ]*)(.+?)  (.+?)(?=  |$)", line)
    assert found is not None, line
    return f"{found[1]}{found[2]}  {found[3]}"


def test_the_page_shows_what_is_printed(ran: tuple[Path, str]) -> None:
    page = (EXAMPLES.parent / "docs" / "trail.md").read_text(encoding="utf-8")
    trees = [text.partition("\ntrail  ")[2].partition("\n```")[0] for text in (page, ran[1])]
    shown, printed = ([_two_cells(line) for line in tree.splitlines()] for tree in trees)
    assert shown == printed


def test_the_signers_are_told(trail: Trail) -> None:
    tree = trail.verify().stdout
    for signer in (WALLET, AGENT, SHOP):
        assert signer in tree
    assert trail.wrong() == []


def test_a_server_that_is_unmodified_answered_behind_the_proxy(trail: Trail) -> None:
    """The proxy recorded the same calls and answers as the agent."""
    told = []
    for name in ("agent", "server"):
        arguments = ["audit", "list", "--store", f"sqlite:{trail.folder / name}.db", "--json"]
        lines = CliRunner().invoke(signet, arguments).stdout.splitlines()
        told.append([(each["request"], each["response"]) for each in map(json.loads, lines)])
    assert told[0] == told[1]
    assert len(told[0]) == 2


# --- what is wrong, at its place ------------------------------------------------------------------------

MANDATE = "/trail/{}/request/ap2-mandate"
MESSAGE = "/trail/{}/request/a2a-message"
TOOLS = ("get_current_time", "convert_time")


def test_a_changed_mandate(trail: Trail) -> None:
    file = trail.folder / "received" / "2-mandate.txt"
    first, dot, rest = file.read_text().partition(".")
    payload, dot_too, more = rest.partition(".")
    more = ("B" if more[0] == "A" else "A") + more[1:]
    file.write_text(first + dot + payload + dot_too + more)
    assert trail.wrong() == [
        *((MANDATE.format(tool), "BASIS_MISMATCH") for tool in TOOLS),
        ("/trail/2-mandate.txt", "BASIS_MISMATCH PROOF_INVALID DIGEST_MISMATCH"),
    ]


def test_a_changed_payment(trail: Trail) -> None:
    """The signature still is of that digest, and the body is another."""
    trail.change("3-payment.http", b'"amount":4200', b'"amount":1200')
    assert trail.wrong() == [("/trail/convert_time/request/http-message", "DIGEST_MISMATCH")]


def test_a_payment_to_another_path(trail: Trail) -> None:
    trail.change("3-payment.http", b"/payments HTTP", b"/presents HTTP")
    assert trail.wrong() == [
        ("/trail/convert_time/request/http-message", "BASIS_MISMATCH"),
        ("/trail/3-payment.http", "BASIS_MISMATCH PROOF_INVALID"),
    ]


def test_a_changed_receipt(trail: Trail) -> None:
    trail.change("4-receipt.http", b'"time": "09:30"', b'"time": "19:30"')
    assert trail.wrong() == [("/trail/convert_time/request/http-message", "DIGEST_MISMATCH")]


def test_another_message(trail: Trail) -> None:
    trail.change("1-message.json", b"order-17, and tell", b"order-18, and tell")
    assert trail.wrong() == [
        *((MESSAGE.format(tool), "BASIS_MISMATCH") for tool in TOOLS),
        ("/trail/1-message.json", "BASIS_MISMATCH"),
    ]


def test_a_message_that_is_written_otherwise_is_the_same(trail: Trail) -> None:
    file = trail.folder / "received" / "1-message.json"
    file.write_text(json.dumps(json.loads(file.read_text()), sort_keys=True))
    assert trail.wrong() == []


def test_a_file_that_is_gone_and_one_that_nothing_names(trail: Trail) -> None:
    received = trail.folder / "received"
    (received / "2-mandate.txt").rename(trail.folder / "2-mandate.txt")
    (received / "note.json").write_text('{"a": 1}')
    assert trail.wrong() == [
        *((MANDATE.format(tool), "BASIS_MISMATCH") for tool in TOOLS),
        ("/trail/note.json", "BASIS_MISMATCH"),
    ]


@pytest.mark.parametrize(
    ("signer", "wrong"),
    [
        (WALLET, [(MANDATE.format(tool), "KEY_NOT_FOUND") for tool in TOOLS]),
        (AGENT, [("/trail/convert_time/request/http-message", "SIGNER_NOT_ALLOWED")]),
        (SHOP, [("/trail/convert_time/request/http-message", "KEY_NOT_FOUND")]),
    ],
)
def test_a_signer_who_is_not_trusted(trail: Trail, signer: str, wrong: list[tuple[str, str]]) -> None:
    assert trail.wrong(trail.without(signer)) == wrong


def test_records_that_were_changed(trail: Trail) -> None:
    """The basis of a recorded call, given another digest: its signature is broken, and what it names too."""
    with sqlite3.connect(trail.folder / "agent.db") as database:
        (secured,) = database.execute("SELECT secured FROM record WHERE kind = 'request'").fetchone()
        mandate = next(
            each["digestMultibase"]
            for each in json.loads(secured)["credentialSubject"]["basis"]
            if each["type"] == "ap2-mandate"
        )
        other = json.loads(secured.replace(mandate, mandate[:-4] + "AAAA"))
        database.execute(
            "UPDATE record SET secured = ? WHERE secured = ?",
            (json.dumps(other, separators=(",", ":")), secured),
        )
    database.close()
    wrong = dict(trail.wrong())
    assert "PROOF_INVALID" in wrong["/trail/get_current_time/request"]
    assert wrong["/trail/get_current_time/request/ap2-mandate"] == "BASIS_MISMATCH"
    assert not any("convert_time" in place for place in wrong)


def test_nothing_verifies_without_a_trust_anchor(trail: Trail) -> None:
    result = trail.verify(trail.command[:5])
    assert result.exit_code == 1
    assert "NO_TRUST_ANCHOR" in result.output


@pytest.mark.parametrize("more", [["no-such-file"], ["--store", "sqlite:no-such.db"]])
def test_what_cannot_be_read(trail: Trail, more: list[str]) -> None:
    assert trail.verify([*trail.command, *more]).exit_code in {2, 3}


def test_too_many_files(trail: Trail) -> None:
    for number in range(300):
        (trail.folder / "received" / f"{number}.json").write_text("{}")
    assert trail.verify().exit_code == 2


# --- the agent and the shop -----------------------------------------------------------------------------


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(EXAMPLES))
    return importlib.import_module("trail")


def _other_signature(chain: str) -> str:
    return ("f" if chain[0] != "f" else "e") + chain[1:]


def _other_disclosure(chain: str) -> str:
    """The last mandate is disclosed as the first one, which its token was not signed for."""
    parts = chain.split("~")
    parts[-2] = parts[1]
    return "~".join(parts)


@pytest.mark.parametrize("changed", [_other_signature, _other_disclosure])
def test_a_task_without_a_mandate_that_verifies_is_rejected(
    example: ModuleType,
    changed: Callable[[str], str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    mandate = example.mandate
    monkeypatch.setattr(example, "mandate", lambda key: changed(mandate(key)))
    asyncio.run(example.main(tmp_path / "folder"))
    assert "TASK_STATE_REJECTED" in capsys.readouterr().out
    assert list((tmp_path / "folder" / "received").iterdir()) == []
    assert not (tmp_path / "folder" / "agent.db").exists()


def test_the_shop_takes_what_the_mandate_is_for_from_the_agent_alone(example: ModuleType) -> None:
    wallet, paying, shop_key = (SigningKey.generate("P-256") for _ in range(3))
    documents = example.published(wallet, paying, shop_key)
    transport = httpx.ASGITransport(example.shop(shop_key, documents))
    chain, amount = example.mandate(wallet), {"amount": 4200, "currency": "USD"}
    agent = UcpAuth(paying, profile_url=AGENT, keyid="pay")
    stranger = UcpAuth(shop_key, profile_url=SHOP, keyid="shop")

    async def paid(auth: UcpAuth | None, **payment: Any) -> int:
        async with httpx.AsyncClient(transport=transport, auth=auth) as client:
            asked = {"mandate": chain, "amount": amount, **payment}
            return (await client.post("http://shop.example/payments", json=asked)).status_code

    assert asyncio.run(paid(agent)) == 201
    assert asyncio.run(paid(agent, amount={"amount": 1200, "currency": "USD"})) == 403
    assert asyncio.run(paid(agent, mandate=_other_disclosure(chain))) == 403
    assert asyncio.run(paid(agent, mandate=example.mandate(paying))) == 403
    assert asyncio.run(paid(None)) == 401
    assert asyncio.run(paid(stranger)) == 403
