"""`signet sign --as agent-card`, and what `signet verify` makes of cards and of messages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from engine import AGENT, SERVER, Sides
from protocol_examples_a2a import CARD, MESSAGE

from signet_vc import SigningKey, keystore
from signet_vc.cli.main import signet
from signet_vc.codec.multibase import base64url_encode
from signet_vc.config import state_directory
from signet_vc.protocols.a2a_carriage import attach

DID = "did:web:agent.example"
AT = "2026-03-30T11:38:00Z"


def invoke(*arguments: str, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(signet, list(arguments), input=stdin, catch_exceptions=False)


@pytest.fixture
def key(tmp_path: Path) -> SigningKey:
    made = SigningKey.generate()
    keystore.save(made, f"file:{tmp_path / 'card.key'}")
    return made


@pytest.fixture
def signing(tmp_path: Path, key: SigningKey) -> tuple[str, ...]:
    assert key
    path = tmp_path / "card.json"
    path.write_text(json.dumps(CARD))
    return "sign", str(path), "--as", "agent-card", "--key", f"file:{tmp_path / 'card.key'}"


def document_of(key: SigningKey, *relationships: str) -> dict[str, Any]:
    method = {
        "id": f"{DID}#card",
        "type": "Multikey",
        "controller": DID,
        "publicKeyMultibase": key.public_key.multibase,
    }
    return {"id": DID, "verificationMethod": [method], **{name: [f"{DID}#card"] for name in relationships}}


def test_a_card_is_signed_and_verified_and_says_who_attests(
    key: SigningKey, signing: tuple[str, ...]
) -> None:
    signed = invoke(*signing)
    assert signed.exit_code == 0, signed.stderr
    assert invoke("verify", "-", stdin=signed.stdout_bytes).exit_code == 1
    verified = invoke("verify", "-", "--allow", key.did, stdin=signed.stdout_bytes)
    assert verified.exit_code == 0
    assert "a2a-agent-card" in verified.stdout
    assert SERVER.did in verified.stdout
    only = invoke("verify", "-", "--allow", key.did, "--format", "a2a-message", stdin=signed.stdout_bytes)
    assert only.exit_code == 1


def test_who_a_verified_card_names_is_followed(
    tmp_path: Path, key: SigningKey, signing: tuple[str, ...]
) -> None:
    sides = Sides()
    answer = sides.answer(sides.admitted(sides.attest()))
    message, card = tmp_path / "message.json", tmp_path / "signed.json"
    message.write_text(json.dumps(attach(MESSAGE, answer)))
    card.write_bytes(invoke(*signing).stdout_bytes)
    follow = ("verify", str(message), "--card", str(card), "--at", AT)
    assert invoke(*follow, "--allow", key.did).exit_code == 0
    results = json.loads(invoke(*follow, "--allow", key.did, "--json").stdout)["results"]
    assert [(each["format"], each["verified"], each["issuer"]) for each in results] == [
        ("a2a-agent-card", True, key.did),
        ("a2a-message", True, SERVER.did),
    ]
    *_, attestation = invoke(*follow, "--allow", key.did).stdout.splitlines()
    assert attestation.startswith("  verified  attestation 0  ")
    # a card that does not verify brings in nobody
    assert invoke(*follow, "--allow", AGENT.did).exit_code == 1
    card.write_text(card.read_text().replace("Mail Agent", "Other"))
    results = json.loads(invoke(*follow, "--allow", key.did, "--json").stdout)["results"]
    assert [each["verified"] for each in results] == [False, False]


def test_an_alg_writes_no_line_of_its_own(signing: tuple[str, ...], key: SigningKey) -> None:
    card = json.loads(invoke(*signing).stdout)
    header = {"alg": "ES256\n\x1b[1mverified", "kid": key.verification_method}
    card["signatures"][0]["protected"] = base64url_encode(json.dumps(header).encode())
    result = invoke("verify", "-", "--allow", key.did, stdin=json.dumps(card).encode())
    assert result.exit_code == 1
    verdict, told = result.stdout.splitlines()
    assert r"ES256\n\x1b[1mverified" in verdict
    assert told.startswith("  problem  UNSUPPORTED_CRYPTOSUITE")


def test_a_credential_is_no_card_to_follow(tmp_path: Path, key: SigningKey) -> None:
    path = tmp_path / "message.json"
    path.write_text(json.dumps(attach(MESSAGE, Sides().attest().carrier or {})))
    assert invoke("verify", str(path), "--card", str(path), "--allow", key.did).exit_code == 1


@pytest.mark.parametrize("name", ["key_source", "agent_key_source"])
def test_a_key_that_the_configuration_gives_to_attestation_signs_no_card(
    tmp_path: Path, signing: tuple[str, ...], name: str
) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(f"signet:\n  {name}: file:{tmp_path / 'card.key'}\n")
    refused = invoke(*signing, "--config", str(config))
    assert (refused.exit_code, refused.stdout) == (2, "")
    config.write_text(f"signet:\n  {name}: file:{tmp_path / 'gone.key'}\n")
    assert invoke(*signing, "--config", str(config)).exit_code == 2  # it may be the same
    keystore.save(SigningKey.generate(), f"file:{tmp_path / 'other.key'}")
    config.write_text(f"signet:\n  {name}: file:{tmp_path / 'other.key'}\n")
    assert invoke(*signing, "--config", str(config)).exit_code == 0


def test_a_key_that_the_proxy_made_for_itself_signs_no_card(
    key: SigningKey, signing: tuple[str, ...]
) -> None:
    kept = state_directory() / "agent.key"
    kept.parent.mkdir(parents=True, exist_ok=True)
    keystore.save(key, f"file:{kept}")
    assert invoke(*signing).exit_code == 2


def test_a_kid_under_a_did_needs_its_document(
    tmp_path: Path, key: SigningKey, signing: tuple[str, ...]
) -> None:
    named = (*signing, "--kid", f"{DID}#card")
    assert invoke(*named).exit_code == 2
    path = tmp_path / "did.json"
    for relationships, code in ((["authentication"], 0), (["authentication", "assertionMethod"], 2), ([], 2)):
        path.write_text(json.dumps(document_of(key, *relationships)))
        assert invoke(*named, "--did-document", str(path)).exit_code == code
    path.write_text("{")
    assert invoke(*named, "--did-document", str(path)).exit_code == 2
    assert invoke(*named, "--did-document", str(tmp_path / "gone.json")).exit_code == 2


def test_a_key_set_may_be_named(signing: tuple[str, ...]) -> None:
    assert invoke(*signing, "--kid", "key-1", "--jku", "https://agent.example/jwks.json").exit_code == 0
    assert invoke(*signing, "--kid", "key-1", "--jku", "http://agent.example/jwks.json").exit_code == 2


def test_what_is_in_no_normal_form_is_refused_with_its_places(
    tmp_path: Path, signing: tuple[str, ...]
) -> None:
    (tmp_path / "card.json").write_text(json.dumps({**CARD, "description": "", "x": 1}))
    refused = invoke(*signing)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "/description" in refused.stderr
    assert "/x" in refused.stderr


def test_our_credentials_are_signed_as_nothing_else(tmp_path: Path, signing: tuple[str, ...]) -> None:
    carrier = Sides().attest().carrier or {}
    (tmp_path / "card.json").write_text(json.dumps(carrier["credential"]))
    assert invoke(*signing).exit_code == 2


def test_options_of_credentials_and_of_cards_do_not_mix(signing: tuple[str, ...]) -> None:
    assert invoke(*signing, "--securing", "jws").exit_code == 2
    assert invoke(*signing, "--suite", "eddsa-jcs-2022").exit_code == 2
    as_credential = [each for each in signing if each not in {"--as", "agent-card"}]
    assert invoke(*as_credential, "--kid", "key-1").exit_code == 2
