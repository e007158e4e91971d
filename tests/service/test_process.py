"""`signet serve` as a process: what it says, what it refuses, how it ends."""

from __future__ import annotations

import json
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

import httpx2
import pytest
from click.testing import CliRunner, Result
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from vc_service import address_of, credential_of, eventually, in_a_process

from signet_vc import SigningKey, keystore
from signet_vc.cli.serve import serve

TOKEN = "a-token-of-more-than-sixteen-characters"
SECRET = "personal-datum-5f3a9c1e"


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(serve, list(arguments))


def write(folder: Path, section: str) -> Path:
    file = folder / "service.yaml"
    file.write_text(f"signet:\n{section}")
    return file


@pytest.fixture
def key(tmp_path: Path) -> SigningKey:
    made = SigningKey.generate()
    keystore.save(made, f"file:{tmp_path / 'issuer.key'}")
    return made


@pytest.fixture
def config(tmp_path: Path, key: SigningKey) -> Path:
    token = tmp_path / "token"
    token.write_text(TOKEN + "\n")
    token.chmod(0o600)
    instances = "[{name: alumni, key_source: 'file:issuer.key', suite: eddsa-jcs-2022, status: [revocation]}]"
    return write(
        tmp_path,
        f"  serve: {{tokens: ['file:token'], instances: {instances}, status_store: 'sqlite:status.db'}}\n",
    )


# -- trying out ------------------------------------------------------------------------------------


def test_one_command_serves_and_ends_when_told(tmp_path: Path) -> None:
    with in_a_process(tmp_path, "--ephemeral", "--port", "0") as started:
        base = address_of(started)
        with httpx2.Client(base_url=base, timeout=30) as client:
            manifest = client.get("/implementation.json").json()
            issuer = manifest["issuers"][0]
            credential = credential_of(issuer["id"], credentialSubject={"id": f"did:example:{SECRET}"})
            issued = client.post(issuer["endpoint"], json={"credential": credential}).json()
            headers = {"authorization": f"Bearer {TOKEN}"}
            body = {"verifiableCredential": issued}
            assert client.post("/credentials/verify", json=body, headers=headers).status_code == 200
            assert client.get(f"/1.0/nothing/{SECRET}?{SECRET}").status_code == 404
            assert client.post("/credentials/verify", json={"verifiableCredential": {}}).status_code == 400
        started.process.send_signal(signal.SIGTERM)
        assert started.process.wait(30) == 0
    said = "\n".join(started.lines())
    for name in ("eddsa-jcs-2022", "eddsa-rdfc-2022", "vc-cose"):
        assert f"/instances/{name} " in said
    assert issuer["id"] in said
    assert [(each["route"], each["status"]) for each in started.requests()] == [
        ("/implementation.json", 200),
        ("/credentials/issue", 201),
        ("/credentials/verify", 200),
        (None, 404),
        ("/credentials/verify", 400),
    ]
    assert set(started.requests()[-1]) == {"time", "method", "route", "instance", "status", "ms", "codes"}
    assert started.requests()[-1]["codes"]
    for secret in (SECRET, TOKEN, issued["proof"]["proofValue"]):
        assert secret not in said


@pytest.mark.skipif(shutil.which("curl") is None, reason="the page's commands are of curl")
def test_what_the_page_has_typed_works(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "service.md").read_text("utf-8")
    (typed,) = (block for block in re.findall(r"```text\n(.+?)```", page, re.DOTALL) if "curl" in block)
    with in_a_process(tmp_path, "--ephemeral", "--port", "0") as started:
        base = address_of(started)
        described = httpx2.get(f"{base}/openapi.json", timeout=30)
        openapi, first = started.lines()[1:3]
        assert openapi.endswith(f" {described.url}")
        assert described.json()["openapi"].startswith("3.1")
        script = typed.replace("http://127.0.0.1:8080", base).replace(
            "did:key:z6Mk…", first.rpartition(" ")[2]
        )
        done = subprocess.run(
            ["/bin/sh", "-c", script], cwd=tmp_path, capture_output=True, check=True, timeout=60
        )
    assert json.loads(done.stdout)["verified"] is True


def test_a_certificate_is_made_for_the_run(tmp_path: Path) -> None:
    with in_a_process(tmp_path, "--ephemeral", "--tls", "--port", "0") as started:
        base = address_of(started)
        assert base.startswith("https://")
        with httpx2.Client(base_url=base, verify=False, timeout=30) as client:
            manifest = client.get("/implementation.json").json()
            tags = {tag: each for each in manifest["issuers"] for tag in each["tags"]}
            issuer = tags["BitstringStatusList"]
            assert issuer["endpoint"].startswith(base)
            issued = client.post(issuer["endpoint"], json={"credential": credential_of(issuer["id"])}).json()
            listed = client.get(issued["credentialStatus"]["statusListCredential"])
            assert listed.status_code == 200
        with pytest.raises(httpx2.ConnectError):  # nobody vouches for it
            httpx2.get(base + "/health", timeout=30)


# -- configured ------------------------------------------------------------------------------------


def test_a_configured_service_behind_a_proxy(tmp_path: Path, config: Path, key: SigningKey) -> None:
    arguments = ["--config", str(config), "--public-url", "https://vc.example", "--port", "0"]
    headers = {"authorization": f"Bearer {TOKEN}", "host": "vc.example"}
    credential = credential_of(key.did, id="urn:example:a")
    change = {
        "credentialId": "urn:example:a",
        "credentialStatus": {"type": "BitstringStatusListEntry", "statusPurpose": "revocation"},
        "status": True,
    }
    with in_a_process(tmp_path, *arguments) as started:
        with httpx2.Client(base_url=address_of(started), headers=headers, timeout=30) as client:
            assert (
                client.get("/implementation.json")
                .json()["issuers"][0]["endpoint"]
                .startswith("https://vc.example/")
            )
            issued = client.post("/credentials/issue", json={"credential": credential}).json()
            assert issued["credentialStatus"]["statusListCredential"].startswith(
                "https://vc.example/status-lists/"
            )
            assert (
                client.post("/credentials/verify", json={"verifiableCredential": issued}).status_code == 200
            )
            assert client.post("/credentials/status", json=change).status_code == 200
            unauthorized = {"authorization": "Bearer other"}
            answer = client.post("/credentials/issue", json={"credential": credential}, headers=unauthorized)
            assert answer.status_code == 401
        started.process.send_signal(signal.SIGTERM)
        assert started.process.wait(30) == 0
    with in_a_process(tmp_path, *arguments) as again:
        body = {"verifiableCredential": issued}
        url = address_of(again) + "/credentials/verify"
        answer = httpx2.post(url, json=body, headers=headers, timeout=30)
        # what was revoked stays revoked
        assert [each["code"] for each in answer.json()["problemDetails"]] == ["STATUS_REVOKED"]


def test_who_is_not_trusted_does_not_verify(tmp_path: Path) -> None:
    stranger = SigningKey.generate()
    from signet_vc import sign

    signed = sign(credential_of(stranger.did), stranger)
    for trust, status in (
        ("", 400),
        (f"  allowed_signers: ['{stranger.did}']\n", 200),
        ("  serve: {trust_any: true}\n", 200),
    ):
        file = write(tmp_path, trust)
        with in_a_process(tmp_path, "--config", str(file), "--port", "0") as started:
            base = address_of(started)
            body = {"verifiableCredential": signed}
            answer = httpx2.post(base + "/credentials/verify", json=body, timeout=30)
            assert answer.status_code == status, answer.text
            assert httpx2.post(base + "/credentials/issue", json={}, timeout=30).status_code == 404


# -- ending ----------------------------------------------------------------------------------------


def is_refused(address: SplitResult) -> bool:
    try:
        socket.create_connection((address.hostname, address.port), timeout=30).close()
    except ConnectionRefusedError:
        return True
    return False


@pytest.mark.skipif(sys.platform == "win32", reason="not applicable: no POSIX signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_what_is_under_way_is_finished(tmp_path: Path, number: signal.Signals) -> None:
    with in_a_process(tmp_path, "--ephemeral", "--port", "0") as started:
        address = urlsplit(address_of(started))
        body = b'{"verifiableCredential": {}}'
        head = f"POST /credentials/verify HTTP/1.1\r\nHost: {address.netloc}\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        with socket.create_connection((address.hostname, address.port), timeout=30) as connection:
            connection.sendall(f"{head}Expect: 100-continue\r\n\r\n".encode())
            assert connection.recv(65536).startswith(b"HTTP/1.1 100")  # now it is under way
            connection.sendall(body[:10])
            started.process.send_signal(number)
            eventually(lambda: is_refused(address))  # it has begun to end
            threading.Event().wait(0.5)  # and waits for what is under way
            connection.sendall(body[10:])
            assert connection.recv(65536).startswith(b"HTTP/1.1 400")
        assert started.process.wait(30) == 0


def test_an_address_that_is_taken_is_an_error(tmp_path: Path) -> None:
    with in_a_process(tmp_path, "--ephemeral", "--port", "0") as started:
        port = address_of(started).rpartition(":")[2]
        answer = invoke("--ephemeral", "--port", port)
        assert type(answer.exception).__name__ == "UsageError"
        assert "--port" in str(answer.exception)


# -- what is refused -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ("--ephemeral", "--host", "0.0.0.0"),  # noqa: S104 - refused
        ("--ephemeral", "--host", "::"),
        ("--ephemeral", "--host", "192.0.2.1"),
        ("--ephemeral", "--host", "example.com"),
        ("--ephemeral", "--public-url", "https://vc.example"),
        ("--ephemeral", "--tls", "--tls-cert", "a.pem", "--tls-key", "b.pem"),
        ("--ephemeral", "--config", "none.yaml"),
        ("--tls",),
        ("--tls-cert", "none.pem"),
        ("--tls-key", "none.pem"),
        ("--tls-cert", "none.pem", "--tls-key", "none.pem"),
        ("--host", "0.0.0.0"),  # noqa: S104 - refused
        ("--host", "::", "--tls-cert", "none.pem", "--tls-key", "none.pem"),
        ("--public-url", "http://vc.example"),
        ("--public-url", "https://vc.example/"),
        ("--public-url", "https://user@vc.example"),
        ("--config", "none.yaml"),
    ],
)
def test_it_refuses_to_start(arguments: tuple[str, ...]) -> None:
    answer = invoke("--port", "0", *arguments)
    assert type(answer.exception).__name__ in {"UsageError", "ConfigurationError"}


ISSUER = "name: a, key_source: 'file:issuer.key'"


@pytest.mark.parametrize(
    ("tokens", "instances"),
    [
        ("", f"{{{ISSUER}}}"),
        ("'file:none'", f"{{{ISSUER}}}"),
        ("'env:SIGNET_NO_SUCH_VARIABLE'", f"{{{ISSUER}}}"),
        ("'file:short'", f"{{{ISSUER}}}"),
        ("'file:open'", f"{{{ISSUER}}}"),
        ("'file:spaced'", f"{{{ISSUER}}}"),
        ("'file:token'", "{name: a, key_source: 'file:none.key'}"),
        ("'file:token'", "{name: a, key_source: 'file:attesting.key'}"),
        ("'file:token'", f"{{{ISSUER}, suite: ecdsa-jcs-2019}}"),
        ("'file:token'", f"{{{ISSUER}, securing: jws, suite: eddsa-jcs-2022}}"),
        ("'file:token'", f"{{{ISSUER}, status: [revocation]}}"),
        ("'file:token'", f"{{{ISSUER}}}, {{{ISSUER}}}"),
    ],
)
def test_a_configuration_that_is_no_services_is_refused(
    tmp_path: Path, key: SigningKey, tokens: str, instances: str
) -> None:
    for name, content, mode in (
        ("token", TOKEN, 0o600),
        ("short", "short", 0o600),
        ("open", TOKEN, 0o644),
        ("spaced", "two words of a token", 0o600),
    ):
        (tmp_path / name).write_text(content)
        (tmp_path / name).chmod(mode)
    keystore.save(SigningKey.generate(), f"file:{tmp_path / 'attesting.key'}")
    file = write(
        tmp_path,
        f"  key_source: file:attesting.key\n  serve: {{tokens: [{tokens}], instances: [{instances}]}}\n",
    )
    answer = invoke("--port", "0", "--config", str(file))
    assert type(answer.exception).__name__ == "UsageError"
    assert TOKEN not in str(answer.exception)


def pem(folder: Path, *, passphrase: bytes | None = None) -> tuple[str, str]:
    """A certificate for localhost that signs itself, and its key, as files."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    encryption = (
        serialization.NoEncryption()
        if passphrase is None
        else serialization.BestAvailableEncryption(passphrase)
    )
    form = serialization.PrivateFormat.PKCS8
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, form, encryption))
    return str(folder / "cert.pem"), str(folder / "key.pem")


def test_a_certificate_of_ones_own(tmp_path: Path, config: Path, key: SigningKey) -> None:
    certificate, private = pem(tmp_path)
    arguments = ["--config", str(config), "--tls-cert", certificate, "--tls-key", private]
    with in_a_process(tmp_path, *arguments, "--host", "localhost", "--port", "0") as started:
        base = address_of(started)
        assert base.startswith("https://localhost:")
        trusting = ssl.create_default_context(cafile=certificate)
        headers = {"authorization": f"Bearer {TOKEN}"}
        with httpx2.Client(base_url=base, verify=trusting, headers=headers, timeout=30) as client:
            issued = client.post("/credentials/issue", json={"credential": credential_of(key.did)}).json()
            assert client.get(issued["credentialStatus"]["statusListCredential"]).status_code == 200


def test_a_certificate_that_cannot_be_used(tmp_path: Path, config: Path) -> None:
    certificate, private = pem(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    locked = tmp_path / "locked"
    locked.mkdir()
    (tmp_path / "none.pem").write_bytes(b"none")
    for pair in (
        (certificate, pem(other)[1]),  # another key's
        pem(locked, passphrase=b"passphrase"),  # a service has nobody to ask
        (str(tmp_path / "none.pem"), private),
    ):
        answer = invoke("--config", str(config), "--tls-cert", pair[0], "--tls-key", pair[1])
        assert type(answer.exception).__name__ == "UsageError"


def test_the_help_shows_how() -> None:
    shown = invoke("--help")
    assert shown.exit_code == 0
    assert "signet serve --ephemeral" in shown.output
