"""`signet vc present`, `derive` and `resolve`, each with the verifier's side."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from signet_vc import SigningKey, keystore
from signet_vc.cli import vc_resolve
from signet_vc.cli.main import signet
from signet_vc.cli.output import exit_code
from signet_vc.cli.vc import vc
from signet_vc.did import key as did_key
from signet_vc.envelopes import sd_jwt
from signet_vc.errors import Code, UnavailableError, problem

CREDENTIAL = {
    "@context": ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"],
    "type": ["VerifiableCredential"],
    "credentialSubject": {
        "id": "did:example:123",
        "name": "Jane",
        "degree": {"type": "BachelorDegree", "name": "BA"},
    },
}
ASKED = ("--domain", "shop.example", "--challenge", "7fR3")


def invoke(*arguments: str, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(signet, list(arguments), input=stdin, catch_exceptions=False)


class Parties:
    """An issuer and a holder with their keys in files, and what the issuer issued."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.issuer, self.holder = SigningKey.generate(), SigningKey.generate("P-256")
        keystore.save(self.issuer, f"file:{folder / 'issuer'}")
        keystore.save(self.holder, f"file:{folder / 'holder'}")
        self.key = ("--key", f"file:{folder / 'holder'}")

    def credential(self, securing: str, *options: str) -> str:
        """The name of a file with a credential, secured so."""
        path = self.folder / f"credential.{securing}"
        unsigned = json.dumps({**CREDENTIAL, "issuer": self.issuer.did})
        signing = ("--key", f"file:{self.folder / 'issuer'}", "--securing", securing, *options)
        signed = invoke("sign", "-", *signing, stdin=unsigned.encode())
        assert signed.exit_code == 0, signed.stderr
        path.write_bytes(signed.stdout_bytes)
        return str(path)

    def verify(self, content: bytes, *options: str) -> dict[str, Any]:
        allowed = ("--allow", self.issuer.did, "--allow", self.holder.did)
        result = invoke("verify", "-", "--json", *allowed, *options, stdin=content)
        (entry,) = json.loads(result.stdout)["results"]
        assert result.exit_code == (0 if entry["verified"] else 1)
        return entry


@pytest.fixture
def parties(tmp_path: Path) -> Parties:
    return Parties(tmp_path)


SECURINGS = ["data-integrity", "jws", "sd-jwt", "cose"]


@pytest.mark.parametrize("outer", SECURINGS)
def test_a_presentation_of_every_kind_of_credential(parties: Parties, outer: str) -> None:
    files = [parties.credential(each) for each in SECURINGS]
    challenge = "a-nonce-of-8-bytes"
    asked = ("--domain", "https://shop.example", "--challenge", challenge)
    made = invoke("vc", "present", *files, *parties.key, *asked, "--securing", outer)
    assert made.exit_code == 0, made.stderr
    assert parties.verify(made.stdout_bytes, *asked)["verified"]
    assert not parties.verify(made.stdout_bytes, "--domain", "https://shop.example", "--challenge", "other")[
        "verified"
    ]
    assert not parties.verify(
        made.stdout_bytes, "--domain", "https://else.example", "--challenge", challenge
    )["verified"]


def test_what_a_presentation_says_of_itself(parties: Parties) -> None:
    made = invoke(
        *("vc", "present", parties.credential("data-integrity"), *parties.key, *ASKED),
        *("--id", "urn:uuid:3978344f-8596-4c3a-a978-8fcaba3903c5", "--expires", "2999-01-01T00:00:00Z"),
    )
    document = json.loads(made.stdout)
    assert document["holder"] == parties.holder.did
    assert document["id"] == "urn:uuid:3978344f-8596-4c3a-a978-8fcaba3903c5"
    assert document["proof"]["proofPurpose"] == "authentication"
    assert document["proof"]["cryptosuite"] == "ecdsa-jcs-2019"
    assert document["proof"]["expires"] == "2999-01-01T00:00:00Z"
    assert (document["proof"]["domain"], document["proof"]["challenge"]) == ("shop.example", "7fR3")


def test_a_forged_credential_is_found_in_the_presentation(parties: Parties) -> None:
    path = Path(parties.credential("data-integrity"))
    path.write_text(path.read_text().replace("Jane", "John"))
    made = invoke("vc", "present", str(path), *parties.key, *ASKED)
    assert made.exit_code == 0  # it is the verifier's to find
    assert not parties.verify(made.stdout_bytes, *ASKED)["verified"]


def test_of_an_sd_jwt_only_what_is_chosen_is_presented(parties: Parties) -> None:
    options = [part for name in ("name", "degree") for part in ("--disclosable", f"credentialSubject.{name}")]
    file = parties.credential("sd-jwt", *options)
    made = invoke("vc", "present", file, *parties.key, "--disclose", "credentialSubject.name")
    presented = json.loads(made.stdout)["verifiableCredential"][0]["id"].partition(",")[2]
    shown = sd_jwt.claims(sd_jwt.parse(presented))
    assert shown["credentialSubject"] == {"id": "did:example:123", "name": "Jane"}
    assert parties.verify(made.stdout_bytes)["verified"]
    whole = invoke("vc", "present", file, *parties.key)
    presented = json.loads(whole.stdout)["verifiableCredential"][0]["id"].partition(",")[2]
    assert sd_jwt.claims(sd_jwt.parse(presented))["credentialSubject"] == CREDENTIAL["credentialSubject"]


def test_an_enveloped_credential_is_presented_as_what_is_in_it(parties: Parties) -> None:
    file = parties.credential(
        "sd-jwt", "--disclosable", "credentialSubject.name", "--disclosable", "credentialSubject.degree"
    )
    first = json.loads(invoke("vc", "present", file, *parties.key).stdout)
    enveloped = json.dumps(first["verifiableCredential"][0]).encode()
    made = invoke(
        "vc", "present", "-", *parties.key, "--disclose", "credentialSubject.degree", stdin=enveloped
    )
    presented = json.loads(made.stdout)["verifiableCredential"][0]["id"].partition(",")[2]
    assert "name" not in sd_jwt.claims(sd_jwt.parse(presented))["credentialSubject"]
    assert parties.verify(made.stdout_bytes)["verified"]


@pytest.mark.parametrize(
    ("arguments", "content", "code"),
    [
        (("-",), b"", 1),
        (("-",), b"{", 1),
        (("-",), b"\xff", 1),
        (("-",), b"\xd2\x84", 1),
        (("-",), b"not a token", 1),
        (("-", "-"), b"", 2),
        (("/nowhere",), b"", 2),
        (("-", "--securing", "both"), b"{}", 2),
        (("-", "--expires", "soon"), b"{}", 2),
        (("-",), json.dumps({**CREDENTIAL, "issuer": "did:example:1"}).encode(), 1),
    ],
)
def test_presentations_that_are_not_made(
    parties: Parties, arguments: tuple[str, ...], content: bytes, code: int
) -> None:
    result = invoke("vc", "present", *arguments, *parties.key, stdin=content)
    assert result.exit_code == code, result.stderr
    assert result.stdout == ""


def test_less_is_shown_and_bound_to_whom(parties: Parties) -> None:
    file = parties.credential(
        *("sd-jwt", "--disclosable", "credentialSubject.name", "--disclosable", "credentialSubject.degree"),
        *("--holder-key", parties.holder.did),
    )
    bound = ("--audience", "https://shop.example", "--nonce", "7fR3-nonce")
    made = invoke("vc", "derive", file, "--disclose", "/credentialSubject/name", *parties.key, *bound)
    assert made.exit_code == 0, made.stderr
    parsed = sd_jwt.parse(made.stdout.strip())
    assert sd_jwt.claims(parsed)["credentialSubject"] == {"id": "did:example:123", "name": "Jane"}
    expected = {"audience": "https://shop.example", "nonce": "7fR3-nonce", "skew_ns": 0, "required": True}
    import time

    assert sd_jwt.key_binding_problems(parsed, at_ns=time.time_ns(), **expected) == []
    again = invoke("vc", "derive", "-", "--all", stdin=made.stdout_bytes)
    assert sd_jwt.parse(again.stdout.strip()).key_binding is None
    assert parties.verify(again.stdout_bytes)["verified"]


def test_an_envelope_of_an_sd_jwt_gives_an_envelope(parties: Parties) -> None:
    file = parties.credential("sd-jwt", "--disclosable", "credentialSubject.name")
    presented = json.loads(invoke("vc", "present", file, *parties.key).stdout)["verifiableCredential"][0]
    made = invoke("vc", "derive", "-", "--all", stdin=json.dumps(presented).encode())
    assert json.loads(made.stdout) == presented


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((), 2),
        (("--all", "--disclose", "credentialSubject.name"), 2),
        (("--disclose", "credentialSubject.nothing"), 2),
        (("--all", "--audience", "https://shop.example"), 2),
        (("--all", "--audience", "https://shop.example", "--nonce", "7fR3"), 2),
    ],
)
def test_derivations_that_are_not_made(parties: Parties, arguments: tuple[str, ...], code: int) -> None:
    file = parties.credential("sd-jwt", "--disclosable", "credentialSubject.name")
    result = invoke("vc", "derive", file, *arguments)
    assert (result.exit_code, result.stdout) == (code, "")


def test_only_its_holder_binds_a_credential(parties: Parties) -> None:
    bound = ("--all", *parties.key, "--audience", "https://shop.example", "--nonce", "7fR3")
    unbound = parties.credential("sd-jwt", "--disclosable", "credentialSubject.name")
    assert invoke("vc", "derive", unbound, *bound).exit_code == 2


@pytest.mark.parametrize("content", [b"", b"{}", b"a.b.c", b"a.b.c~", b"\xff~", b"{", b"~~~"])
def test_what_is_no_sd_jwt(content: bytes) -> None:
    result = invoke("vc", "derive", "-", "--all", stdin=content)
    assert (result.exit_code in {1, 2}, result.stdout) == (True, "")


# --- resolve --------------------------------------------------------------------------------------------

DID = SigningKey.generate().did


def resolved(*arguments: str) -> tuple[int, dict[str, Any]]:
    result = invoke("vc", "resolve", "--json", *arguments)
    return result.exit_code, json.loads(result.stdout)


def test_a_did_is_resolved() -> None:
    code, result = resolved(DID)
    assert code == 0
    assert result["didDocument"] == did_key.document(DID)
    assert result["didResolutionMetadata"].keys() == {"contentType"}


def test_a_did_url_is_dereferenced() -> None:
    method = did_key.document(DID)["verificationMethod"][0]
    code, result = resolved(method["id"])
    assert code == 0
    assert result["contentStream"].items() >= method.items()


def test_how_the_answer_is_written() -> None:
    assert resolved(DID, "--accept", "application/did")[1] == did_key.document(DID)
    assert (
        resolved(DID, "--accept", "application/ld+json")[1]["@context"]
        == "https://w3id.org/did-resolution/v1"
    )
    options = ("--option", "publicKeyFormat=JsonWebKey")
    method = resolved(DID, *options)[1]["didDocument"]["verificationMethod"][0]
    assert method["type"] == "JsonWebKey"


class FakeResolver:
    """Gives one document, or fails."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer

    def resolve(self, did: str) -> Any:
        if isinstance(self._answer, Exception):
            raise self._answer
        return {**self._answer, "id": did}


def test_a_did_web_where_its_domain_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    given = []

    def resolver(domains: tuple[str, ...]) -> FakeResolver:
        given.append(domains)
        return FakeResolver({"@context": ["https://www.w3.org/ns/did/v1"]})

    monkeypatch.setattr(vc_resolve, "_resolver", resolver)
    code, result = resolved("did:web:example.com", "--allow-domain", "example.com")
    assert (code, result["didDocument"]["id"], given) == (0, "did:web:example.com", [("example.com",)])


def test_one_that_cannot_be_reached_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    down = FakeResolver(UnavailableError("down", code=Code.RESOLVER_UNAVAILABLE))
    monkeypatch.setattr(vc_resolve, "_resolver", lambda _: down)
    for accept in ("application/did-resolution", "application/ld+json", "application/did"):
        assert resolved("did:web:example.com", "--accept", accept)[0] == 3


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("nothing",), 1),
        (("did:key:@",), 1),
        ((f"{DID}#other",), 1),
        ((DID, "--accept", "text/html"), 1),
        (("did:web:example.com",), 2),
        (("did:web:example.com", "--allow-domain", "example.org"), 2),
        (("did:unknown:1",), 2),
        (("did:unknown:1", "--allow-domain", "example.org"), 2),
        ((f"{DID}?versionId=1",), 2),
    ],
)
def test_what_is_not_resolved(arguments: tuple[str, ...], code: int) -> None:
    found, result = resolved(*arguments)
    assert found == code
    assert "error" in json.dumps(result)


@pytest.mark.parametrize(
    "arguments",
    [("--option", "x"), ("--option", "=x"), ("--option", "accept=x"), ("--allow-domain", "EXAMPLE.com/x")],
)
def test_options_that_are_none(arguments: tuple[str, ...]) -> None:
    assert invoke("vc", "resolve", "did:web:example.com", *arguments).exit_code == 2


# --- the group ------------------------------------------------------------------------------------------


def commands(group: click.Command, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    if not isinstance(group, click.Group):
        return [path]
    context = click.Context(group)
    found = [path]
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        found += commands(command, (*path, name))
    return found


@pytest.mark.parametrize("path", commands(vc), ids=" ".join)
def test_every_command_has_help_with_an_example(path: tuple[str, ...]) -> None:
    result = invoke("vc", *path, "--help")
    assert result.exit_code == 0
    assert "Examples:\n    signet vc" in result.stdout


def test_what_is_no_command() -> None:
    assert invoke("vc", "issue").exit_code == 2


def test_a_status_list_that_cannot_be_had_is_told_apart_from_a_wrong_one() -> None:
    assert exit_code([problem(Code.STATUS_UNAVAILABLE, "no answer")]) == 3
    assert exit_code([problem(Code.STATUS_LIST_INVALID, "forged")]) == 1
