"""`signet audit trail`: calls and what they name, verified. A whole trail: tests/test_example_trail.py."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import ap2_chains as ap2
import pytest
from click.testing import CliRunner, Result
from engine import AGENT, SERVER, START, Sides, run
from engine import call as a_call
from identities import P256, STRANGER

from signet_vc.cli.main import signet
from signet_vc.limits import NANOSECONDS
from signet_vc.policy import Policy
from signet_vc.protocols import basis, ucp
from signet_vc.protocols.http_message import HttpRequest, write
from signet_vc.store import open_store

WHO = ["--allow", AGENT.did, "--allow", SERVER.did]


def signed_twice() -> tuple[bytes, list[dict[str, str]]]:
    """A request with two signatures, and the entries that could name it."""
    request = HttpRequest(
        method="POST",
        target="/pay",
        authority="shop.example",
        fields=(("Content-Type", "application/json"), ("Idempotency-Key", "key-1")),
        body=b"{}",
    )
    for key, label in ((P256, "sig1"), (STRANGER, "sig2")):
        request = ucp.sign_request(request, key, keyid=key.verification_method, label=label)
    data = write(request)
    return data, list(basis.entries_of(data))


class World:
    """A call that names what it is told to, in a store, and files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = f"sqlite:{folder / 'audit.db'}"

    def call(self, *entries: dict[str, str]) -> None:
        with open_store(self.url) as store:
            sides = Sides(agent_options={"store": store})
            run(sides.agent.attest(a_call(), audience=sides.server.role.audience, basis=list(entries)))

    def file(self, name: str, data: bytes) -> str:
        (self.folder / name).write_bytes(data)
        return str(self.folder / name)

    def trail(self, *arguments: str) -> Result:
        return CliRunner().invoke(signet, ["audit", "trail", "--store", self.url, *arguments])


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def found(result: Result) -> list[list[str]]:
    """The codes at each thing that the call names."""
    (call, *_) = json.loads(result.stdout)["children"]
    return [[each["code"] for each in named["problems"]] for named in call["children"][0]["children"]]


def test_of_two_signatures_the_one_that_is_named_is_the_one_that_counts(world: World) -> None:
    data, (first, second) = signed_twice()
    file = world.file("pay.http", data)
    world.call(first)
    assert found(world.trail(file, *WHO, "--allow", P256.did, "--json")) == [[]]
    other = world.trail(file, *WHO, "--allow", STRANGER.did, "--json")
    assert found(other) == [["BASIS_MISMATCH"]]
    assert other.exit_code == 1
    assert first != second


def test_calls_before_a_time_are_left_out_with_their_chains(world: World) -> None:
    world.call()
    everything = json.loads(world.trail(world.file("a.json", b"{}"), *WHO, "--json").stdout)
    assert [each["what"] for each in everything["children"]] == ["call", "file", "chain"]
    later = world.trail(str(world.folder / "a.json"), *WHO, "--since", "2099-01-01", "--json")
    assert [each["what"] for each in json.loads(later.stdout)["children"]] == ["file"]


def test_notices_are_told_and_are_no_problem(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A constraint that rests on what the chain does not hold."""
    monkeypatch.setattr(ap2, "NOW", START // NANOSECONDS)
    reference = {"type": "payment.reference", "conditional_transaction_id": "x"}
    chain = ap2.chain(kind="payment", constraints=[reference])
    world.call(basis.ap2_mandate(chain))
    keys = world.file("keys.json", ap2.KeySet().load(ap2.KEYS))
    named = ["--allow", ap2.KEYS, "--document", f"{ap2.KEYS}={keys}"]
    result = world.trail(world.file("mandate.txt", chain.encode()), *WHO, *named)
    assert result.exit_code == 0, result.output
    assert "notice: CONSTRAINT_UNRESOLVED" in result.stdout


@pytest.mark.parametrize("subject", [[], {"basis": 3}, {"basis": [3]}, "x"])
def test_a_record_that_is_no_attestation_is_told_of(world: World, subject: Any) -> None:
    world.call()
    with sqlite3.connect(world.folder / "audit.db") as database:
        database.execute("UPDATE record SET secured = ?", (json.dumps({"credentialSubject": subject}),))
    database.close()
    result = world.trail(world.file("a.json", b"{}"), *WHO)
    assert result.exit_code == 1
    assert "request  NOT VERIFIED" in result.stdout


def test_whom_to_trust_must_be_said(world: World) -> None:
    world.call()
    file = world.file("a.json", b"{}")
    assert "NO_TRUST_ANCHOR" in world.trail(file).output
    assert world.trail(*WHO).exit_code == 2


def test_the_skew_that_is_forgiven_is_the_configured_one(world: World) -> None:
    policy = Policy(allowed_signers=[AGENT.did, SERVER.did], clock_skew=300)
    with open_store(world.url) as store:
        sides = Sides(agent_options={"policy": policy}, server_options={"policy": policy, "store": store})
        sides.clock.pass_seconds(200)  # the agent's clock is ahead
        pending = sides.attest()
        sides.clock.pass_seconds(-200)
        sides.answer(sides.admitted(pending))
    configured = world.file("signet.yaml", b"signet:\n  clock_skew: 300s\n")
    (world.folder / "nothing").mkdir()
    nothing = str(world.folder / "nothing")
    assert world.trail(nothing, *WHO, "--config", configured).exit_code == 0
    assert world.trail(nothing, *WHO).exit_code == 1
