"""`signet audit show --basis`: from a call to what led to it."""

from __future__ import annotations

import json
from typing import Any

import ap2_chains as ap2
import pytest
from click.testing import CliRunner, Result
from engine import START, Sides, run
from engine import call as a_call

from signet_vc.cli.main import signet
from signet_vc.limits import NANOSECONDS
from signet_vc.protocols import basis
from signet_vc.store import open_store

MESSAGE = {"messageId": "m-1", "role": "ROLE_USER", "parts": [{"text": "buy two mugs"}]}


@pytest.fixture
def world(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A call that names a mandate and a message, the two in files, and the keys of who signed the mandate."""
    monkeypatch.setattr(ap2, "NOW", START // NANOSECONDS)
    chain = ap2.chain()
    files = {
        "mandate": chain.encode() + b"\n",
        "message": json.dumps(MESSAGE, indent=1).encode(),
        "other": ap2.chain(kind="payment").encode(),
        "keys": ap2.KeySet().load(ap2.KEYS),
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    url = f"sqlite:{tmp_path / 'audit.db'}"
    with open_store(url) as store:
        sides = Sides(agent_options={"store": store})
        entries = [basis.ap2_mandate(chain), basis.a2a_message(MESSAGE)]
        pending = run(sides.agent.attest(a_call(), audience=sides.server.role.audience, basis=entries))
        assert pending.request is not None
        return {
            "url": url,
            "digest": pending.request.digest,
            **{name: str(tmp_path / name) for name in files},
        }


def show(world: dict[str, str], *files: str, trusting: bool = True, **options: Any) -> Result:
    arguments = ["audit", "show", world["digest"], "--store", world["url"]]
    for name in files:
        arguments += ["--basis", world[name]]
    if trusting:
        arguments += ["--allow", ap2.KEYS, "--document", f"{ap2.KEYS}={world['keys']}"]
    return CliRunner().invoke(signet, [*arguments, *options.get("more", ())])


def test_what_led_to_the_call_is_found_and_verified(world: dict[str, str]) -> None:
    result = show(world, "mandate", "message")
    assert result.exit_code == 0, result.output
    mandate, message = result.stdout.splitlines()[-2:]
    assert mandate.split()[0] == "ap2-mandate"
    assert "verified" in mandate
    assert ap2.KEYS in mandate
    assert "NOT" not in mandate
    assert "nothing in it is signed" in message


def test_as_json(world: dict[str, str]) -> None:
    result = show(world, "mandate", more=["--json"])
    followed = json.loads(result.stdout)["basis"]
    assert [each["file"] for each in followed] == [world["mandate"], None]
    assert followed[0]["verification"]["verified"] is True
    assert "basis" not in json.loads(show(world, more=["--json"]).stdout)


def test_a_file_that_the_call_does_not_name(world: dict[str, str]) -> None:
    result = show(world, "mandate", "other")
    assert result.exit_code == 1
    assert "BASIS_MISMATCH" in result.output


def test_without_whom_to_trust_only_the_digest_is_compared(world: dict[str, str]) -> None:
    result = show(world, "mandate", trusting=False)
    assert result.exit_code == 0
    assert "not verified" in result.output


def test_a_mandate_that_does_not_verify(world: dict[str, str]) -> None:
    result = show(world, "mandate", trusting=False, more=["--allow", ap2.KEYS])
    assert result.exit_code == 1
    assert "NOT VERIFIED" in result.output


@pytest.mark.parametrize(
    "arguments",
    [["--basis", "/no/such/file"], ["--document", "x"], ["--document", "https://a.example/=/no/such"]],
)
def test_what_cannot_be_read(world: dict[str, str], arguments: list[str]) -> None:
    assert show(world, more=arguments).exit_code == 2
