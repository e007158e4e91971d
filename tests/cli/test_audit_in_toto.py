"""`signet audit export --as in-toto`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from engine import AGENT, STRANGER
from recorded import Recorded
from securesystemslib.dsse import Envelope
from securesystemslib.signer import SSlibKey

from signet_vc import keystore
from signet_vc.cli.main import signet
from signet_vc.keys.multikey import secret_to_multibase
from signet_vc.store import open_store


@pytest.fixture
def url(tmp_path: Any) -> str:
    url = f"sqlite:{tmp_path / 'audit.db'}"
    with open_store(url) as store:
        recorded = Recorded(store)
        recorded.called()
        recorded.asked(tool="slow")
    return url


def export(url: str, *arguments: str, **environment: str) -> Any:
    return CliRunner(env=environment).invoke(signet, ["audit", "export", "--store", url, *arguments])


def test_each_call_is_an_envelope_that_securesystemslib_verifies(url: str) -> None:
    key = STRANGER
    result = export(url, "--as", "in-toto", "--key", "env:EXPORT_KEY", EXPORT_KEY=secret_to_multibase(key))
    assert result.exit_code == 0, result.output
    theirs = SSlibKey(key.verification_method, "ed25519", "ed25519", {"public": key.public_key.raw.hex()})
    subjects = []
    for line in result.stdout.splitlines():
        envelope = Envelope.from_dict(json.loads(line))
        envelope.verify([theirs], 1)
        subjects.append([each["name"] for each in json.loads(envelope.payload)["subject"]])
    assert subjects == [["request", "response"], ["request"]]


@pytest.mark.parametrize("arguments", [["--as", "in-toto"], ["--key", "env:EXPORT_KEY"], ["--as", "other"]])
def test_the_two_go_together(url: str, arguments: list[str]) -> None:
    assert export(url, *arguments, EXPORT_KEY=secret_to_multibase(STRANGER)).exit_code == 2


@pytest.mark.parametrize("name", ["key_source", "agent_key_source"])
def test_a_key_that_the_configuration_gives_to_attestation_exports_nothing(
    url: str, tmp_path: Path, name: str
) -> None:
    """It attested none of these calls."""
    keystore.save(STRANGER, f"file:{tmp_path / 'a.key'}")
    config = tmp_path / "config.yaml"
    arguments = ("--as", "in-toto", "--key", "env:KEY", "--config", str(config))
    for source, code in (("a.key", 2), ("of-another-user.key", 0)):
        config.write_text(f"signet:\n  {name}: file:{tmp_path / source}\n")
        result = export(url, *arguments, KEY=secret_to_multibase(STRANGER))
        assert (result.exit_code, bool(result.stdout)) == (code, code == 0)


def test_an_attestation_key_exports_nothing(url: str) -> None:
    result = export(url, "--as", "in-toto", "--key", "env:KEY", KEY=secret_to_multibase(AGENT))
    assert result.exit_code == 2
    assert result.stdout == ""
