"""A name that is not what it seems: shown by its code points to a person, and never changed for a machine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from engine import SERVER, Sides, call

from signet_vc.cli.main import signet
from signet_vc.store import open_store

# UTS #39 and UAX #9 by example: other scripts, direction, marks, and what a terminal obeys.
NAMES = {
    "cyrillic": "s\u0435nd_email",
    "fullwidth": "\uff53end_email",
    "bidi override": "send\u202eliame_",
    "isolate": "send\u2066_email\u2069",
    "zero width": "send\u200b_email",
    "combining": "se\u0301nd_email",
    "escape sequence": "send\x1b[2J\x1b[31m_email",
    "line": "send\nverified  send_email",
    "carriage return": "send\rverified",
    "c1 control": "send\x9b31m",
}


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return NAMES[request.param]


@pytest.fixture
def url(name: str, tmp_path: Path) -> str:
    """A store with a call of that tool."""
    url = f"sqlite:{tmp_path / 'audit.db'}"
    with open_store(url) as store:
        sides = Sides(server_options={"store": store})
        pending = sides.attest(call(tool=name))
        sides.check(pending, sides.answer(sides.admitted(pending)))
        sides.admit(None, call(tool=name))  # and one that is refused
    return url


def audit(*arguments: str) -> Result:
    return CliRunner().invoke(signet, ["audit", *arguments], prog_name="signet")


@pytest.mark.parametrize("command", [["list"], ["verify", "--trust-any"]])
def test_threat_10_a_person_sees_the_code_points_of_a_misleading_name(
    command: list[str], name: str, url: str
) -> None:
    told = audit(*command, "--store", url)
    assert told.exit_code == 0, told.output
    assert name not in told.output
    printable = set(told.stdout) - {"\n"}
    assert not [letter for letter in printable if letter in name and not letter.isascii()]
    assert not [letter for letter in printable if ord(letter) < 0x20 or 0x7F <= ord(letter) < 0xA0]


def test_threat_10_it_is_neither_refused_nor_normalized(name: str, url: str) -> None:
    told = audit("list", "--json", "--store", url)
    assert name in {json.loads(line)["tool"] for line in told.stdout.splitlines()}
    exported = audit("export", "--store", url).stdout.splitlines()
    tools = {json.loads(json.loads(line)["secured"])["credentialSubject"]["tool"] for line in exported}
    assert tools == {name}
    assert SERVER.did in told.stdout + "".join(exported)
