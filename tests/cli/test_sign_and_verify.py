"""`signet sign` and `signet verify`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from engine import AGENT, Sides, call, run
from examples_of_every_member import example

from signet_vc import SigningKey, keystore
from signet_vc.audit import export_line
from signet_vc.cli.main import signet

CREDENTIAL = {
    "@context": ["https://www.w3.org/ns/credentials/v2"],
    "type": ["VerifiableCredential"],
    "credentialSubject": {"id": "did:example:subject"},
}


def invoke(*arguments: str, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(signet, list(arguments), input=stdin, catch_exceptions=False)


@pytest.fixture
def key(tmp_path: Path) -> SigningKey:
    made = SigningKey.generate()
    keystore.save(made, f"file:{tmp_path / 'key'}")
    return made


@pytest.fixture
def unsigned(tmp_path: Path, key: SigningKey) -> Path:
    path = tmp_path / "credential.json"
    path.write_text(json.dumps({**CREDENTIAL, "issuer": key.did}))
    return path


@pytest.mark.parametrize("securing", ["data-integrity", "jws"])
def test_what_is_signed_verifies(tmp_path: Path, key: SigningKey, unsigned: Path, securing: str) -> None:
    signed = invoke("sign", str(unsigned), "--key", f"file:{tmp_path / 'key'}", "--securing", securing)
    assert signed.exit_code == 0
    verified = invoke("verify", "-", "--allow", key.did, stdin=signed.stdout_bytes)
    assert verified.exit_code == 0
    assert verified.stdout.startswith("verified  -")
    assert invoke("verify", "-", stdin=signed.stdout_bytes).exit_code == 1  # nobody is trusted
    changed = (
        signed.stdout_bytes.replace(b"subject", b"mallory") if securing == "data-integrity" else b"e30.e30.AA"
    )
    assert invoke("verify", "-", "--trust-any", stdin=changed).exit_code == 1


def test_without_a_signer_it_says_how_to_name_one(tmp_path: Path, key: SigningKey, unsigned: Path) -> None:
    signed = invoke("sign", str(unsigned), "--key", f"file:{tmp_path / 'key'}").stdout_bytes
    for trust, told in (((), True), (("--allow", key.did), False), (("--trust-any",), False)):
        stderr = invoke("verify", "-", "-", *trust, stdin=signed).stderr
        assert stderr.count("--allow") == told


def test_json_has_every_member(tmp_path: Path, key: SigningKey, unsigned: Path) -> None:
    signed = invoke("sign", str(unsigned), "--key", f"file:{tmp_path / 'key'}")
    path = tmp_path / "signed.json"
    path.write_text(signed.stdout)
    (entry,) = json.loads(invoke("verify", str(path), "--json").stdout)["results"]
    assert entry.keys() == {
        "source", "verified", "format", "types", "issuer", "securing", "problems", "notices", "checks",
    }  # fmt: skip
    assert entry["source"] == str(path)
    assert not entry["verified"]
    assert entry["issuer"] == key.did
    assert entry["problems"][0].keys() == {"code", "title", "detail", "pointer", "type"}
    assert entry["problems"][0]["code"] == "NO_TRUST_ANCHOR"
    assert entry["checks"][0].keys() == {"name", "outcome", "reason"}


def records(payload: str) -> list[Any]:
    sides = Sides(agent_options={"payload": payload}, server_options={"payload": payload})
    pending = sides.attest(call())
    sides.answer(sides.admitted(pending))
    assert pending.request is not None
    asked = run(sides.store.get(pending.request.digest))
    (answered,) = sides.store.answers(pending.request.digest)
    return [asked, answered]


@pytest.mark.parametrize("payload", ["embed", "commit"])
def test_an_export_is_verified_record_by_record(tmp_path: Path, payload: str) -> None:
    lines = [export_line(record) for record in records(payload)]
    path = tmp_path / "calls.jsonl"
    path.write_bytes(b"".join(line.rstrip(b"\n") + b"\n" for line in lines))
    verified = invoke("verify", str(path), "--trust-any", "--json")
    assert verified.exit_code == 0
    entries = json.loads(verified.stdout)["results"]
    assert [entry["source"] for entry in entries] == [f"{path}:1", f"{path}:2"]
    assert (
        invoke("verify", str(path), "--allow", AGENT.did).exit_code == 1
    )  # the server's record is not allowed
    path.write_bytes(path.read_bytes().replace(b"alice", b"mallo", 1))
    assert invoke("verify", str(path), "--trust-any").exit_code == 1


def test_an_earlier_time_can_be_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "request.json"
    path.write_text(records("embed")[0].secured)
    arguments = ("verify", str(path), "--trust-any", "--json", "--at")
    before = json.loads(invoke(*arguments, "2026-03-30T11:30:00Z").stdout)["results"][0]
    assert [each["code"] for each in before["problems"]] == ["NOT_YET_VALID"]
    during = json.loads(invoke(*arguments, "2026-03-30T11:40:00Z").stdout)["results"][0]
    assert during["verified"]
    assert during["notices"] == []


def test_a_format_can_be_demanded(tmp_path: Path) -> None:
    path = tmp_path / "request.json"
    path.write_text(records("embed")[0].secured)
    assert invoke("verify", str(path), "--trust-any", "--format", "data-integrity").exit_code == 0
    assert invoke("verify", str(path), "--trust-any", "--format", "vc+jwt").exit_code == 1
    assert invoke("verify", str(path), "--trust-any", "--format", "x").exit_code == 2


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "MALFORMED_JSON"),
        (b"{}", "PROOF_MISSING"),
        (b"[1]", "UNKNOWN_FORMAT"),
        (b'{"a":1,"a":2}', "DUPLICATE_MEMBER"),
    ],
)
def test_content_that_is_nothing_we_know(content: bytes, code: str) -> None:
    result = invoke("verify", "-", "--trust-any", stdin=content)
    assert result.exit_code == 1
    assert code in result.stdout


def test_a_large_file_is_refused_without_reading_it_all(tmp_path: Path) -> None:
    path = tmp_path / "large.json"
    with path.open("wb") as stream:
        stream.truncate(1 << 30)
    result = invoke("verify", str(path), "--trust-any")
    assert result.exit_code == 1
    assert "TOO_LARGE" in result.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("verify", "/no/such/file"),
        ("verify",),
        ("sign", "/no/such/file", "--key", "env:NOTHING"),
        ("verify", "-", "--at", "yesterday"),
    ],
)
def test_usage(arguments: tuple[str, ...]) -> None:
    assert invoke(*arguments, stdin=b"{}").exit_code == 2


@pytest.mark.parametrize("name", ["smallest-request", "completed"])
@pytest.mark.parametrize("kind", [(), ("--as", "agent-card")], ids=["credential", "card"])
def test_a_calls_credential_is_not_signed_from_a_file(tmp_path, key, unsigned, name, kind) -> None:
    document = example(name)
    del document["proof"]
    unsigned.write_text(json.dumps({**document, "issuer": key.did}))
    result = invoke("sign", str(unsigned), "--key", f"file:{tmp_path / 'key'}", *kind)
    assert result.exit_code == 2
    assert result.stdout == ""


def test_what_the_issuer_must_not_sign(tmp_path: Path, key: SigningKey, unsigned: Path) -> None:
    unsigned.write_text(json.dumps({**CREDENTIAL, "issuer": "did:example:other"}))
    result = invoke("sign", str(unsigned), "--key", f"file:{tmp_path / 'key'}")
    assert result.exit_code == 1
    assert "KEY_NOT_CONTROLLED_BY_ISSUER" in result.stderr
    unsigned.write_text("[]")
    assert invoke("sign", str(unsigned), "--key", f"file:{tmp_path / 'key'}").exit_code == 2


def test_the_highest_status_counts(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text(records("embed")[0].secured)
    bad.write_text("{}")
    assert invoke("verify", str(good), str(bad), "--trust-any").exit_code == 1


def test_names_that_move_the_cursor_are_escaped(tmp_path: Path) -> None:
    path = tmp_path / "\x1b[2J.json"
    path.write_text("{}")
    assert "\x1b" not in invoke("verify", str(path), "--trust-any").stdout
