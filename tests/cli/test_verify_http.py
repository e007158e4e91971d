"""`signet verify` of HTTP messages, with the documents that the user has at hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest
from click.testing import CliRunner, Result
from identities import AGENT, P256

from signet_vc.cli.main import signet
from signet_vc.protocols import ucp, ucp_keys
from signet_vc.protocols.http_message import HttpRequest, HttpResponse, write
from signet_vc.protocols.http_signatures import prepare

PROFILE: Final = "https://platform.example/.well-known/ucp"
CONTENT: Final = (("Content-Type", "application/json"),)
REQUEST: Final = HttpRequest.of_url("POST", "https://merchant.example.com/pay", fields=CONTENT, body=b"{}")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Leave a signed request, its answer, and the signer's profile."""
    signed = ucp.sign_request(REQUEST, P256, profile_url=PROFILE)
    digest = ucp.sign_response(HttpResponse(status=200, fields=CONTENT, body=b"{}"), P256).fields[:2]
    components: Any = [
        ("@status", {}),
        ("content-type", {}),
        ("content-digest", {}),
        ("@path", {"req": True}),
    ]
    keyid = ucp_keys.published(P256.public_key)["kid"]
    unsigned = HttpResponse(status=200, fields=digest, body=b"{}", request=REQUEST)
    to_sign = prepare(unsigned, components, {"keyid": keyid})
    (tmp_path / "request.http").write_bytes(write(signed))
    (tmp_path / "response.http").write_bytes(write(to_sign.finish(P256.sign(to_sign.message))))
    (tmp_path / "profile.json").write_text(json.dumps({"keys": [ucp_keys.published(P256.public_key)]}))
    return tmp_path


def invoke(folder: Path, *arguments: str) -> Result:
    known = ["--document", f"{PROFILE}={folder / 'profile.json'}", "--allow", PROFILE]
    return CliRunner().invoke(signet, ["verify", *arguments, *known], catch_exceptions=False)


def test_a_request(files: Path) -> None:
    result = invoke(files, str(files / "request.http"))
    assert result.exit_code == 0
    assert result.stdout.startswith(f"verified  {files / 'request.http'}  http-signature  ecdsa-p256-sha256")
    assert PROFILE in result.stdout
    assert invoke(files, str(files / "request.http"), "--format", "http-signature").exit_code == 0
    assert invoke(files, str(files / "request.http"), "--format", "vc+jwt").exit_code == 1


def test_an_answer_that_covers_its_request(files: Path) -> None:
    response, request = str(files / "response.http"), str(files / "request.http")
    assert invoke(files, response, "--request", request).exit_code == 0
    assert invoke(files, response).exit_code == 1
    assert invoke(files, response, "--request", response).exit_code == 1
    assert invoke(files, request, "--request", request).exit_code == 0


def test_a_profile_that_is_not_there_and_one_of_another(files: Path) -> None:
    request = str(files / "request.http")
    run = CliRunner().invoke
    nowhere = run(signet, ["verify", request, "--allow", PROFILE])
    assert nowhere.exit_code == 3  # nothing can be said
    (files / "other.json").write_text(json.dumps({"keys": [ucp_keys.published(AGENT.public_key)]}))
    other = run(
        signet, ["verify", request, "--allow", PROFILE, "--document", f"{PROFILE}={files / 'other.json'}"]
    )
    assert (other.exit_code, "KEY_NOT_FOUND" in other.stdout) == (1, True)
    stranger = run(signet, ["verify", request, "--allow", "https://other.example/ucp"])
    assert (stranger.exit_code, "SIGNER_NOT_ALLOWED" in stranger.stdout) == (1, True)


def test_the_document_of_a_did_web_at_hand(tmp_path: Path) -> None:
    did = "did:web:agent.example"
    method = {
        "id": f"{did}#messages",
        "type": "Multikey",
        "controller": did,
        "publicKeyMultibase": P256.public_key.multibase,
    }
    context = ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"]
    document = {
        "@context": context,
        "id": did,
        "verificationMethod": [method],
        "authentication": [method["id"]],
    }
    (tmp_path / "did.json").write_text(json.dumps(document))
    signed = ucp.sign_request(REQUEST, P256, keyid=f"{did}#messages", did_document=document)
    (tmp_path / "request.http").write_bytes(write(signed))
    known = f"https://agent.example/.well-known/did.json={tmp_path / 'did.json'}"
    arguments = ["verify", str(tmp_path / "request.http"), "--allow", did]
    assert CliRunner().invoke(signet, [*arguments, "--document", known]).exit_code == 0
    assert CliRunner().invoke(signet, arguments).exit_code == 3


@pytest.mark.parametrize(
    "document", ["nothing", "http://a.example=profile.json", "https://a.example=", f"{PROFILE}=none.json"]
)
def test_documents_that_are_none(files: Path, document: str) -> None:
    result = CliRunner().invoke(signet, ["verify", str(files / "request.http"), "--document", document])
    assert result.exit_code == 2
