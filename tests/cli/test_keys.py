"""`signet keygen` and `signet did`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from signet_vc import SigningKey
from signet_vc.cli.main import signet
from signet_vc.did import jwk as did_jwk


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(signet, list(arguments), catch_exceptions=False)


@pytest.mark.parametrize(("algorithm", "start"), [("Ed25519", "z6Mk"), ("P-256", "zDn"), ("P-384", "z82")])
def test_a_key_is_made_and_kept(tmp_path: Path, algorithm: str, start: str) -> None:
    path = tmp_path / "agent.key"
    result = invoke("keygen", "--algorithm", algorithm, "--out", str(path))
    assert result.exit_code == 0
    did = result.stdout.strip()
    assert did.startswith(f"did:key:{start}")
    assert path.stat().st_mode & 0o777 == 0o600
    assert SigningKey.load(f"file:{path}").did == did
    assert path.read_text().strip() not in result.output


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "agent.key"
    invoke("keygen", "--out", str(path))
    kept = path.read_bytes()
    assert invoke("keygen", "--out", f"file:{path}").exit_code == 2
    assert path.read_bytes() == kept


def test_the_environment_keeps_no_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert invoke("keygen", "--out", "env:SIGNET_PRIVATE_KEY").exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_a_key_is_kept_in_the_users_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert invoke("keygen").exit_code == 0
    assert (tmp_path / "signet" / "key").exists()


def test_the_secret_is_shown_only_on_demand(tmp_path: Path) -> None:
    path = tmp_path / "agent.key"
    result = invoke("keygen", "--out", str(path), "--show-secret", "--json")
    printed = json.loads(result.stdout)
    assert printed["secretKeyMultibase"] == path.read_text().strip()
    assert printed["key"] == f"file:{path}"


def test_the_did_document_of_a_key_and_of_a_did(tmp_path: Path) -> None:
    path = tmp_path / "agent.key"
    did = invoke("keygen", "--out", str(path)).stdout.strip()
    by_key, by_did = invoke("did", f"file:{path}"), invoke("did", did, "--json")
    assert json.loads(by_key.stdout) == json.loads(by_did.stdout)
    assert json.loads(by_did.stdout)["id"] == did


def test_the_document_of_a_did_jwk() -> None:
    key = SigningKey.generate("P-256")
    did = did_jwk.from_public_key(key.public_key)
    printed = json.loads(invoke("did", did, "--json").stdout)
    assert printed == did_jwk.document(did)
    assert printed["assertionMethod"] == [f"{did}#0"]


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("did", "did:key:z6MkeXATEjyXENzBXBxgC5EHk2JE5aqd7qMGGtDpLUH1e2Sj"), 1),
        (("did", "did:jwk:e30"), 1),
        (("did", "did:key:@"), 1),
        (("did", "did:web:example.com"), 2),
        (("did", "did:example:1"), 2),
        (("did", "file:/no/such/key"), 2),
        (("did", "somewhere"), 2),
        (("keygen", "--algorithm", "RSA"), 2),
        (("no-such-command",), 2),
    ],
)
def test_what_goes_wrong_has_its_status(arguments: tuple[str, ...], status: int) -> None:
    assert invoke(*arguments).exit_code == status
