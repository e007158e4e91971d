"""`signet vc jose-cose`: each feature and each kind of key, and what W3C's suite wants refused."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from signet_vc import SigningKey
from signet_vc.cli import vc_one_key
from signet_vc.cli.main import signet
from signet_vc.codec.multibase import base64url_encode
from signet_vc.credential import enveloped
from signet_vc.envelopes import jws
from signet_vc.keys.jwk import public_to_jwk, secret_to_jwk
from signet_vc.keys.signing import Key

CONTEXTS = ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"]
ISSUER = "https://example.issuer/vc-jose-cose"
CREDENTIAL = {
    "@context": CONTEXTS,
    "id": "http://university.example/credentials/1872",
    "type": ["VerifiableCredential", "ExampleAlumniCredential"],
    "issuer": ISSUER,
    "validFrom": "2010-01-01T19:23:24Z",
    "credentialSchema": {"id": "https://example.org/examples/degree.json", "type": "JsonSchema"},
    "credentialSubject": {
        "id": "did:example:123",
        "firstName": "Jane",
        "degree": {"type": "BachelorDegree", "name": "Bachelor of Science and Arts"},
        "phoneNumbers": ["+1", "+2"],
    },
}
PRESENTATION = {
    "@context": CONTEXTS,
    "id": "urn:uuid:3978344f-8596-4c3a-a978-8fcaba3903c5",
    "type": ["VerifiablePresentation"],
    "holder": ISSUER,
    "verifiableCredential": [
        # as the suite has them: nothing that could be decoded
        enveloped.wrap("application/vc+jwt", "yJraWQi.eyJAY29udGV4dCI6.B5Nb-yK8"),
        enveloped.wrap("application/vc+sd-jwt", "yJraWQi.eyJAY29udGV4dCI6.B5Nb-yK8~"),
        enveloped.wrap("application/vc+cose", b"\xd2\x84"),
    ],
}
ALGORITHMS = ["Ed25519", "P-256", "P-384", "P-521"]


def method(algorithm: str = "P-256", **members: Any) -> dict[str, Any]:
    key = SigningKey.generate(algorithm)
    return {
        "id": f"{ISSUER}#key-1",
        "type": "JsonWebKey",
        "controller": ISSUER,
        "publicKeyJwk": {**public_to_jwk(key.public_key), "kid": "a-thumbprint"},
        "secretKeyJwk": {**secret_to_jwk(key), "kid": "a-thumbprint"},
        **members,
    }


class Suite:
    """Calls the command as the suite does: files in, a file out."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def run(self, function: str, content: Any, key: Any, feature: str, *more: str) -> Result:
        for name, value in (("input", content), ("key", key)):
            text = value if isinstance(value, str) else json.dumps(value)
            (self._folder / name).write_text(text)
        files = [f"--{name}={self._folder / name}" for name in ("input", "key", "output")]
        arguments = ["vc", "jose-cose", function, *files, "--feature", feature, *more]
        return CliRunner().invoke(signet, arguments, catch_exceptions=False)

    def __call__(self, function: str, content: Any, key: Any, feature: str, *more: str) -> dict[str, Any]:
        result = self.run(function, content, key, feature, *more)
        assert (result.exit_code, result.stdout) == (0, "")
        return self.output()

    def output(self) -> dict[str, Any]:
        written: dict[str, Any] = json.loads((self._folder / "output").read_text())
        return written


@pytest.fixture
def suite(tmp_path: Path) -> Suite:
    return Suite(tmp_path)


def document_for(feature: str) -> dict[str, Any]:
    return PRESENTATION if feature.startswith("presentation") else CREDENTIAL


def codes(result: dict[str, Any]) -> list[str]:
    assert result["result"] == "failure"
    return [each["code"] for each in result["problems"]]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("feature", vc_one_key.FEATURES)
def test_what_is_issued_verifies(suite: Suite, feature: str, algorithm: str) -> None:
    key, document = method(algorithm), document_for(feature)
    issued = suite("issue", document, key, feature)
    assert issued["result"] == "success"
    verified = suite("verify", issued["data"] + "\n", key, feature)
    assert verified["result"] == "success"
    assert json.loads(verified["data"]) == document
    assert verified["notices"] == []
    presented = [
        {"pointer": f"/verifiableCredential/{number}", "result": "indeterminate"} for number in range(3)
    ]
    assert verified.get("credentials", []) == (presented if document is PRESENTATION else [])


@pytest.mark.parametrize("feature", vc_one_key.FEATURES)
def test_another_key_does_not_verify(suite: Suite, feature: str) -> None:
    issued = suite("issue", document_for(feature), method(), feature)
    assert codes(suite("verify", issued["data"], method(), feature)) == ["PROOF_INVALID"]
    assert codes(suite("verify", issued["data"], method("P-384"), feature)) == ["UNSUPPORTED_CRYPTOSUITE"]
    elsewhere = method(id="https://example.com/other#key")
    assert codes(suite("verify", issued["data"], elsewhere, feature)) == ["PROOF_INVALID"]


@pytest.mark.parametrize("feature", vc_one_key.FEATURES)
def test_an_envelope_of_another_feature_does_not_verify(suite: Suite, feature: str) -> None:
    key = method()
    issued = suite("issue", document_for(feature), key, feature)
    for other in vc_one_key.FEATURES.keys() - {feature}:
        assert suite("verify", issued["data"], key, other)["result"] == "failure"


@pytest.mark.parametrize("feature", vc_one_key.FEATURES)
def test_what_is_unsecured_does_not_verify(suite: Suite, feature: str) -> None:
    assert suite("verify", document_for(feature), method(), feature)["result"] == "failure"


def test_cose_is_unpadded_base64_and_nothing_else(suite: Suite) -> None:
    key = method()
    data = suite("issue", CREDENTIAL, key, "credential_cose")["data"]
    raw = base64.b64decode(data + "=" * (-len(data) % 4))
    assert raw[:2] == b"\xd2\x84"
    assert "=" not in data
    padded = base64.b64encode(raw).decode()
    assert suite("verify", padded, key, "credential_cose")["result"] == "success"
    for wrong in (raw.hex(), data[:-1] + "!", "0" + data, data + "é"):
        assert suite("verify", wrong, key, "credential_cose")["result"] == "failure"


def test_selective_disclosure(suite: Suite) -> None:
    key = method()
    paths = [
        "credentialSubject.firstName",
        "credentialSubject.degree.name",
        "credentialSubject.phoneNumbers[0]",
    ]
    issued = suite("issue", CREDENTIAL, key, "credential_sdjwt", "--sd", json.dumps(paths))
    assert issued["data"].count("~") == 4
    verified = suite("verify", issued["data"], key, "credential_sdjwt")
    assert json.loads(verified["data"]) == CREDENTIAL
    nothing_shown = issued["data"].partition("~")[0] + "~"
    shown = json.loads(suite("verify", nothing_shown, key, "credential_sdjwt")["data"])
    assert shown["credentialSubject"] == {
        "id": "did:example:123",
        "degree": {"type": "BachelorDegree"},
        "phoneNumbers": ["+2"],
    }


def test_a_presentations_holder_and_credentials_may_be_disclosable(suite: Suite) -> None:
    key = method()
    paths = json.dumps(["holder", "verifiableCredential[0]"])
    issued = suite("issue", PRESENTATION, key, "presentation_sdjwt", "--sd", paths)
    assert json.loads(suite("verify", issued["data"], key, "presentation_sdjwt")["data"]) == PRESENTATION


@pytest.mark.parametrize(
    "paths", [["credentialSubject.lastName"], ["type"], ["issuer"], ["credentialSubject.phoneNumbers[2]"]]
)
def test_disclosures_that_are_not_made(suite: Suite, paths: list[str]) -> None:
    assert (
        suite("issue", CREDENTIAL, method(), "credential_sdjwt", "--sd", json.dumps(paths))["result"]
        == "failure"
    )


@pytest.mark.parametrize("paths", ["x", "{}", "[1]", '"a"', json.dumps(["a"] * 1_025)])
def test_lists_of_paths_that_are_none(suite: Suite, paths: str) -> None:
    assert suite.run("issue", CREDENTIAL, method(), "credential_sdjwt", "--sd", paths).exit_code == 2


def test_d5_members_that_only_a_vocab_maps_are_not_issued(suite: Suite) -> None:
    """Our choice, which agrees with the suite: the issuer refuses, the verifier ignores."""
    extended = {**CREDENTIAL, "badExtension": {"huh": "what?"}, "anotherBadOne": {"oh": "no!"}}
    issued = suite("issue", extended, method(), "credential_jose")
    assert codes(issued) == ["UNDEFINED_TERM"] * 2
    assert {each["pointer"] for each in issued["problems"]} == {"/badExtension", "/anotherBadOne"}


def test_d6_presented_credentials_that_cannot_be_read_are_indeterminate(suite: Suite) -> None:
    """With one key nothing can be said of them; the presentation's own result is its own."""
    key = method()
    issued = suite("issue", PRESENTATION, key, "presentation_jose")
    verified = suite("verify", issued["data"], key, "presentation_jose")
    assert verified["result"] == "success"
    assert {each["result"] for each in verified["credentials"]} == {"indeterminate"}


def test_a_presented_token_with_a_space_in_it_is_not_issued(suite: Suite) -> None:
    """As one of the suite's presentations has it: no URL, and VCDM 2.0 §4.13.1 wants one."""
    broken = enveloped.wrap("application/vc+sd-jwt", "yJraWQi.eyJAY29udGV4dCI6.B5Nb-yK8~")
    broken["id"] = broken["id"].replace("~", " ~")
    issued = suite("issue", {**PRESENTATION, "verifiableCredential": [broken]}, method(), "presentation_jose")
    assert set(codes(issued)) <= {"INVALID_PRESENTATION", "INVALID_CREDENTIAL"}


def signed(payload: dict[str, Any], header: dict[str, Any], key: Key) -> str:
    to_sign = jws.prepare(json.dumps(payload).encode(), {"alg": "ES256", **header})
    return to_sign.finish(key.sign(to_sign.message))


def test_d4_an_expired_presentation_is_refused(suite: Suite) -> None:
    value = method()
    key = vc_one_key.Method.read(value).signing_key()
    header = {"typ": "vp+jwt", "cty": "vp", "kid": key.verification_method}
    token = signed({**PRESENTATION, "exp": 1_733_000_000}, header, key)
    assert codes(suite("verify", token, value, "presentation_jose")) == ["EXPIRED"]
    assert (
        suite("verify", signed(PRESENTATION, header, key), value, "presentation_jose")["result"] == "success"
    )


@pytest.mark.parametrize(
    ("members", "header", "code"),
    [
        ({}, {"typ": "JWT"}, "UNKNOWN_FORMAT"),
        ({}, {"typ": "vp+jwt"}, "UNKNOWN_FORMAT"),
        ({}, {"cty": "vp"}, "UNKNOWN_FORMAT"),
        ({"vc": {}}, {}, "INVALID_CREDENTIAL"),
        ({"vp": {}}, {}, "INVALID_CREDENTIAL"),
        ({"iss": "https://example.com/other"}, {}, "KEY_NOT_CONTROLLED_BY_ISSUER"),
        ({}, {"kid": "another-thumbprint"}, "PROOF_INVALID"),
        ({}, {"kid": None}, "PROOF_INVALID"),
        ({}, {"alg": "ES384"}, "UNSUPPORTED_CRYPTOSUITE"),
        ({"exp": "2010-01-01T19:23:24Z"}, {}, "INVALID_CREDENTIAL"),
        ({"nbf": 1 << 40}, {}, "NOT_YET_VALID"),
        ({"validFrom": "2999-01-01T00:00:00Z"}, {}, "NOT_YET_VALID"),
        ({"validUntil": "2011-01-01T00:00:00Z"}, {}, "EXPIRED"),
        ({"type": ["Other"]}, {}, "INVALID_CREDENTIAL"),
    ],
    ids=str,
)
def test_tokens_that_do_not_verify(
    suite: Suite, members: dict[str, Any], header: dict[str, Any], code: str
) -> None:
    value = method()
    key = vc_one_key.Method.read(value).signing_key()
    usual = {"typ": "vc+jwt", "cty": "vc", "kid": key.verification_method, **header}
    token = signed(
        {**CREDENTIAL, **members}, {name: each for name, each in usual.items() if each is not None}, key
    )
    assert codes(suite("verify", token, value, "credential_jose")) == [code]


@pytest.mark.parametrize(
    ("members", "header", "notices"),
    [
        # as four of the suite's tokens have it, against RFC 7519
        ({"iat": "2010-01-01T19:23:24Z", "iss": ISSUER}, {}, ["INVALID_CREDENTIAL"]),
        ({"iss": ISSUER, "jti": "urn:1", "nonce": "1"}, {"kid": "a-thumbprint"}, []),
        ({"iss": ISSUER}, {"kid": None}, []),
        ({}, {"kid": "a-thumbprint"}, ["VERIFICATION_METHOD_URL_INVALID"]),
        ({}, {"typ": None, "cty": None}, ["UNKNOWN_FORMAT"] * 2),
    ],
    ids=str,
)
def test_tokens_that_verify_with_a_notice(
    suite: Suite, members: dict[str, Any], header: dict[str, Any], notices: list[str]
) -> None:
    value = method()
    key = vc_one_key.Method.read(value).signing_key()
    usual = {"typ": "vc+jwt", "cty": "vc", "kid": key.verification_method, **header}
    token = signed(
        {**CREDENTIAL, **members}, {name: each for name, each in usual.items() if each is not None}, key
    )
    verified = suite("verify", token, value, "credential_jose")
    assert verified["result"] == "success"
    assert [each["code"] for each in verified["notices"]] == notices


@pytest.mark.parametrize(
    "presented", [{"type": "EnvelopedVerifiableCredential", "id": "urn:x"}, CREDENTIAL, "x"]
)
def test_presented_credentials_that_are_not_secured(suite: Suite, presented: Any) -> None:
    value = method()
    key = vc_one_key.Method.read(value).signing_key()
    header = {"typ": "vp+jwt", "cty": "vp", "kid": key.verification_method}
    presentation = {**PRESENTATION, "holder": "did:example:else", "verifiableCredential": [presented]}
    token = signed(presentation, header, key)
    assert suite("verify", token, value, "presentation_jose")["result"] == "failure"
    assert suite("issue", presentation, value, "presentation_jose")["result"] == "failure"


@pytest.mark.parametrize(
    "key",
    [
        [],
        {},
        "no JSON",
        {"id": "x", "publicKeyJwk": {}},
        {"publicKeyJwk": method()["publicKeyJwk"]},
        method(secretKeyJwk=None),
        method(secretKeyJwk=method()["secretKeyJwk"]),
        method(secretKeyJwk={**method()["secretKeyJwk"], "d": base64url_encode(bytes(32))}),
    ],
    ids=lambda key: str(key)[:40],
)
def test_keys_that_sign_nothing(suite: Suite, key: Any) -> None:
    failed = suite("issue", CREDENTIAL, key, "credential_jose")
    assert failed["result"] == "failure"
    secret = key.get("secretKeyJwk") if isinstance(key, dict) else None
    if secret:
        assert secret["d"] not in json.dumps(failed)


@pytest.mark.parametrize(
    "content", ["", "[]", "{", "null", '{"a": 1, "a": 1}', "{" * 5_000, "\ud800"[:0] + "x" * 99]
)
@pytest.mark.parametrize("function", ["issue", "verify"])
@pytest.mark.parametrize("feature", vc_one_key.FEATURES)
def test_a_result_is_written_whatever_comes(suite: Suite, content: str, function: str, feature: str) -> None:
    assert suite(function, content, method(), feature)["result"] == "failure"


def test_files_that_cannot_be_read_or_written_are_usage(suite: Suite, tmp_path: Path) -> None:
    files = [f"--{name}={tmp_path / name}" for name in ("input", "key", "output")]
    arguments = ["vc", "jose-cose", "verify", *files, "--feature", "credential_jose"]
    result = CliRunner().invoke(signet, arguments)
    assert result.exit_code == 2
    assert suite.output()["result"] == "failure"
    assert CliRunner().invoke(signet, [*arguments, f"--output={tmp_path / 'no' / 'folder'}"]).exit_code == 2
    assert suite.run("verify", "x", method(), "credential_x").exit_code == 2
