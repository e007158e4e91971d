"""`signet vc status`: lists as files, made, changed and read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from signet_vc import SigningKey, keystore
from signet_vc.cli.main import signet
from signet_vc.credential import bitstring_status

URL = "https://example.com/status/3"


def invoke(*arguments: str, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(signet, ["vc", "status", *arguments], input=stdin, catch_exceptions=False)


def printed(*arguments: str, stdin: bytes | None = None) -> Any:
    result = invoke(*arguments, stdin=stdin)
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


@pytest.fixture
def key(tmp_path: Path) -> SigningKey:
    made = SigningKey.generate()
    keystore.save(made, f"file:{tmp_path / 'key'}")
    return made


@pytest.fixture
def source(tmp_path: Path, key: SigningKey) -> str:
    return f"file:{tmp_path / 'key'}"


@pytest.mark.parametrize("securing", ["data-integrity", "jws"])
def test_a_list_is_made_changed_and_read(tmp_path: Path, key: SigningKey, source: str, securing: str) -> None:
    secured = ("--key", source, "--securing", securing)
    first = invoke("make", URL, *secured)
    assert first.exit_code == 0
    path = tmp_path / "list"
    path.write_bytes(first.stdout_bytes)
    second = invoke("update", str(path), "--set", "94567", "--set", "7=1", *secured)
    assert second.exit_code == 0
    verified = CliRunner().invoke(signet, ["verify", "-", "--allow", key.did], input=second.stdout_bytes)
    assert verified.exit_code == 0
    read = printed("read", "-", "--json", stdin=second.stdout_bytes)
    assert read == {
        "statusPurpose": ["revocation"],
        "entries": 131_072,
        "read": [{"index": 7, "status": 1}, {"index": 94_567, "status": 1}],
    }
    text = invoke("read", "-", "94567", "8", stdin=second.stdout_bytes)
    assert text.stdout == "94567  0x1  revocation\n8  0x0  revocation\n"


def test_every_option_of_a_list_reaches_it() -> None:
    made = printed(
        *("make", URL, "--purpose", "suspension", "--purpose", "message", "--issuer", "did:web:example.com"),
        *("--length", "200000", "--size", "2", "--ttl", "300", "--until", "2999-01-01T00:00:00Z"),
    )
    subject = made["credentialSubject"]
    assert made["issuer"] == "did:web:example.com"
    assert made["validUntil"] == "2999-01-01T00:00:00Z"
    assert (subject["statusPurpose"], subject["ttl"]) == (["suspension", "message"], 300_000)
    assert bitstring_status.decode(subject["encodedList"]) == bytes(50_000)
    assert "proof" not in made


def test_an_entry_by_chance_and_one_that_is_named() -> None:
    entry = printed("entry", URL)
    assert 0 <= int(entry["statusListIndex"]) < 131_072
    assert entry["statusListCredential"] == URL
    assert len({printed("entry", URL)["statusListIndex"] for _ in range(8)}) > 1
    texts = [part for text in ("fine", "late", "lost", "undefined") for part in ("--message", text)]
    entry = printed(
        *("entry", URL, "--index", "3", "--purpose", "message", "--size", "2", *texts),
        *("--reference", "https://example.com/a", "--reference", "https://example.com/b"),
    )
    assert entry == bitstring_status.entry(
        list_url=URL,
        index=3,
        purpose="message",
        size=2,
        messages=["fine", "late", "lost", "undefined"],
        reference=["https://example.com/a", "https://example.com/b"],
    )


def test_an_unsigned_list_can_be_changed_without_a_key() -> None:
    made = invoke("make", URL, "--issuer", "did:web:example.com", "--purpose", "suspension", "--size", "2")
    changed = invoke("update", "-", "--set", "3=0x2", "--size", "2", stdin=made.stdout_bytes)
    read = printed("read", "-", "--size", "2", "--json", stdin=changed.stdout_bytes)
    assert read["read"] == [{"index": 3, "status": 2}]
    cleared = invoke("update", "-", "--clear", "3", "--size", "2", stdin=changed.stdout_bytes)
    assert printed("read", "-", "--size", "2", "--json", stdin=cleared.stdout_bytes)["read"] == []


def test_what_somebody_else_changed_is_not_signed_anew(tmp_path: Path, source: str) -> None:
    """The attack: the entry is taken out of the file between two editions."""
    made = json.loads(invoke("make", URL, "--key", source).stdout)
    changed = json.loads(
        invoke("update", "-", "--set", "7", "--key", source, stdin=json.dumps(made).encode()).stdout
    )
    changed["credentialSubject"]["encodedList"] = made["credentialSubject"]["encodedList"]
    refused = invoke("update", "-", "--set", "8", "--key", source, stdin=json.dumps(changed).encode())
    assert refused.exit_code == 1
    assert refused.stdout == ""
    assert "PROOF_INVALID" in refused.stderr


def test_a_list_of_another_issuer_is_not_signed_anew(tmp_path: Path, source: str) -> None:
    other = SigningKey.generate()
    keystore.save(other, f"file:{tmp_path / 'other'}")
    theirs = invoke("make", URL, "--key", f"file:{tmp_path / 'other'}")
    refused = invoke("update", "-", "--set", "8", "--key", source, stdin=theirs.stdout_bytes)
    assert refused.exit_code == 1
    assert "SIGNER_NOT_ALLOWED" in refused.stderr
    assert invoke("update", "-", "--set", "8", stdin=theirs.stdout_bytes).exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("make", URL), 2),
        (("make", "status/3", "--issuer", "did:example:1"), 2),
        (("make", URL, "--issuer", "did:example:1", "--length", "1000"), 2),
        (("make", URL, "--issuer", "did:example:1", "--until", "2020-01-01"), 2),
        (("make", URL, "--issuer", "did:example:1", "--until", "soon"), 2),
        (("entry", URL, "--size", "2"), 2),
        (("entry", "status/3"), 2),
        (("update", "-", "--set", "x"), 2),
        (("update", "-", "--set", "131072"), 1),
        (("update", "-", "--set", "1=2"), 2),
        (("update", "-", "--clear", "7"), 2),  # a revocation
        (("read", "-", "131072"), 1),
        (("read", "/nowhere/list.json"), 2),
    ],
)
def test_exit_codes(arguments: tuple[str, ...], code: int) -> None:
    made = invoke("make", URL, "--issuer", "did:web:example.com")
    there = invoke("update", "-", "--set", "7", stdin=made.stdout_bytes)
    result = invoke(*arguments, stdin=there.stdout_bytes)
    assert (result.exit_code, result.stdout) == (code, "")


def test_the_next_edition_says_until_when_as_the_last_did() -> None:
    made = invoke("make", URL, "--issuer", "did:web:example.com", "--until", "2999-01-01T00:00:00Z")
    assert invoke("update", "-", "--set", "7", stdin=made.stdout_bytes).exit_code == 2
    told = printed("update", "-", "--set", "7", "--until", "2999-02-01", stdin=made.stdout_bytes)
    assert told["validUntil"] == "2999-02-01T00:00:00Z"


def test_a_list_from_a_year_that_nobody_lives_in_is_judged_now(tmp_path: Path, source: str) -> None:
    made = json.loads(invoke("make", URL, "--issuer", SigningKey.load(source).did).stdout)
    far = json.dumps({**made, "validFrom": "12026-01-01T00:00:00Z"}).encode()
    signed = CliRunner().invoke(signet, ["sign", "-", "--key", source], input=far)
    refused = invoke("update", "-", "--set", "7", "--key", source, stdin=signed.stdout_bytes)
    assert refused.exit_code == 1
    assert "NOT_YET_VALID" in refused.stderr


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b"{", b"\xff\xfe", b"a.b.c", b"e30.e30.AA", b"{" * 5_000]
)
def test_files_that_hold_no_list(content: bytes) -> None:
    for arguments in (("read", "-"), ("update", "-", "--set", "1")):
        result = invoke(*arguments, stdin=content)
        assert (result.exit_code, result.stdout) == (1, "")
        assert len(result.stderr) < 1_000


def test_a_file_larger_than_a_document_is_refused() -> None:
    result = invoke("read", "-", stdin=b" " * ((1 << 20) + 1))
    assert result.exit_code == 1
    assert "TOO_LARGE" in result.stderr
