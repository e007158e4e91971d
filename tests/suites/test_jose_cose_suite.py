"""What W3C's suite for VC-JOSE-COSE does: a command a test, files in, a file out; its tests by their numbers.

Its own tokens are made here as its reference implementation makes them: ``kid`` is the thumbprint of the JWK,
``iss`` is the issuer, ``iat`` the ISO text of ``validFrom`` (against RFC 7519), COSE in unpadded base64.
``tests/cli/test_vc_jose_cose.py`` holds what the command promises beside that.
"""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cbor2
import pytest
from click.testing import CliRunner

from signet_vc import SigningKey
from signet_vc.cli.main import signet
from signet_vc.codec.multibase import base64url_encode
from signet_vc.credential import enveloped
from signet_vc.envelopes import jws
from signet_vc.keys.jwk import public_to_jwk, secret_to_jwk, thumbprint

CONTEXTS = ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"]
ISSUER = "https://example.issuer/vc-jose-cose"
ISO = "2024-01-01T00:00:00Z"
JOSE = {"Ed25519": "EdDSA", "P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}
COSE = {"Ed25519": -8, "P-256": -7, "P-384": -35, "P-521": -36}
KEYS = {name: SigningKey.generate(name) for name in JOSE}

MINIMAL = {
    "@context": CONTEXTS,
    "id": "http://university.example/credentials/1872",
    "type": ["VerifiableCredential", "ExampleAlumniCredential"],
    "issuer": ISSUER,
    "validFrom": ISO,
    "credentialSchema": {"id": "https://example.org/examples/degree.json", "type": "JsonSchema"},
    "credentialSubject": {
        "id": "did:example:123",
        "degree": {"type": "BachelorDegree", "name": "Bachelor of Science and Arts"},
    },
}
FULL = {
    **MINIMAL,
    "id": "urn:uuid:3978344f-8596-4c3a-a978-8fcaba3903c5",
    "type": ["VerifiableCredential", "UniversityDegreeCredential"],
    "validUntil": "2099-01-01T00:00:00Z",
    "credentialSubject": {
        "id": "did:example:123",
        "degree": {"type": "BachelorDegree", "name": "Bachelor of Arts", "graduationDate": "2020-07-01"},
    },
    # of a type that nobody here knows: told, and no fault
    "credentialStatus": {
        "id": "https://example.edu/credentials/status/3#94567",
        "type": "StatusList2021Entry",
        "statusPurpose": "revocation",
        "statusListIndex": "94567",
    },
    "evidence": [
        {
            "id": "https://example.edu/evidence/f2aeec97-fc0d-42bf-8ca7-0548192d4231",
            "type": ["DocumentVerification"],
            "verifier": "https://example.edu/issuers/14",
            "evidenceDocument": "Diploma",
        }
    ],
    "termsOfUse": [{"id": "https://example.edu/terms/1", "type": "https://example.org/examples/terms/v1"}],
    "refreshService": {"id": "https://example.edu/refresh/3732", "type": "ManualRefreshService2018"},
}
UNDECLARED = {**MINIMAL, "badExtension": {"huh": "what?"}, "anotherBadOne": {"oh": "no!"}}
SELECTIVE = {
    "@context": CONTEXTS,
    "type": ["VerifiableCredential", "IdentityCredential"],
    "issuer": ISSUER,
    "validFrom": ISO,
    "credentialSubject": {
        "id": "did:example:ebfeb1f712ebc6f1c276e12ec21",
        "firstName": "Jane",
        "lastName": "Doe",
        "birthDate": "1990-01-01",
    },
}
NESTED = {
    **SELECTIVE,
    "type": ["VerifiableCredential", "EmploymentCredential"],
    "credentialSubject": {
        "id": "did:example:ebfeb1f712ebc6f1c276e12ec21",
        "address": {"street": "123 Main St", "city": "Anytown", "country": "USA"},
        "phoneNumbers": [
            {"number": "+1-555-123-4567", "type": "work"},
            {"number": "+1-555-987-6543", "type": "mobile"},
        ],
    },
}


def vp_of(*presented: Any, **members: Any) -> dict[str, Any]:
    return {
        "@context": CONTEXTS,
        "id": "urn:uuid:3978344f-8596-4c3a-a978-8fcaba3903c5",
        "type": "VerifiablePresentation",
        "holder": ISSUER,
        "verifiableCredential": list(presented),
        **members,
    }


# Headers that nobody can decode, as in three of the suite's presentations.
UNDECODABLE = enveloped.wrap("application/vc+jwt", "yJraWQiOiJFeEhrQk1XIn0.eyJ0eXBlIjoiYSJ9.B5Nb-yK8uVEI0292")
NO_TOKEN = {"@context": CONTEXTS[0], "type": "EnvelopedVerifiableCredential"}
SINGLE = vp_of(UNDECODABLE)
OF_A_DID = vp_of(UNDECODABLE, holder="did:example:ebfeb1f712ebc6f1c276e12ec21")


# -- the suite's tokens --------------------------------------------------------------------------------------


def method(algorithm: str, **members: Any) -> dict[str, Any]:
    """A key file of the suite."""
    key = KEYS[algorithm]
    public, secret = public_to_jwk(key.public_key), secret_to_jwk(key)
    more = {"alg": JOSE[algorithm], "kid": thumbprint(public)}
    return {
        "id": f"{ISSUER}#key-1",
        "type": "JsonWebKey",
        "controller": ISSUER,
        "publicKeyJwk": {**public, **more},
        "secretKeyJwk": {**secret, **more},
        **members,
    }


def kid_of(algorithm: str) -> str:
    return str(method(algorithm)["publicKeyJwk"]["kid"])


def claims_of(document: dict[str, Any]) -> dict[str, Any]:
    """What the suite's reference implementation adds."""
    added = {"iss": ISSUER}
    if "validFrom" in document:
        added["iat"] = document["validFrom"]
    if "id" in document:
        added["jti"] = document["id"]
    return {**document, **added}


def jwt(document: dict[str, Any], algorithm: str, kind: str = "vc", **header: Any) -> str:
    key = KEYS[algorithm]
    usual = {"alg": JOSE[algorithm], "cty": kind, "kid": kid_of(algorithm), "typ": f"{kind}+jwt", **header}
    to_sign = jws.prepare(json.dumps(claims_of(document)).encode(), usual)
    return to_sign.finish(key.sign(to_sign.message))


def sd_jwt(
    document: dict[str, Any], algorithm: str, *paths: tuple[str | int, ...], kind: str = "vc", **header: Any
) -> str:
    """An SD-JWT of which the members at ``paths`` are disclosures, all of them shown; of inner ones first."""
    payload = json.loads(json.dumps(document))
    shown = []
    for path in paths:
        parent = payload
        for step in path[:-1]:
            parent = parent[step]
        name = path[-1]
        contents = ["a-salt", parent[name]] if isinstance(name, int) else ["a-salt", name, parent.pop(name)]
        disclosure = base64url_encode(json.dumps(contents).encode())
        digest = base64url_encode(hashlib.sha256(disclosure.encode()).digest())
        if isinstance(name, int):
            parent[name] = {"...": digest}
        else:
            parent.setdefault("_sd", []).append(digest)
        shown.append(disclosure)
    token = jwt(payload, algorithm, kind, **{"typ": f"{kind}+sd-jwt", **header})
    return "~".join([token, *shown, ""])


def cose(document: dict[str, Any], algorithm: str, kind: str = "vc", **header: Any) -> str:
    """COSE_Sign1, in unpadded base64. header: ``typ`` and ``cty``."""
    protected = cbor2.dumps(
        {
            1: COSE[algorithm],
            3: header.get("cty", f"application/{kind}"),
            4: kid_of(algorithm).encode(),
            16: header.get("typ", f"application/{kind}+cose"),
        }
    )
    payload = json.dumps(document).encode()
    signature = KEYS[algorithm].sign(cbor2.dumps(["Signature1", protected, b"", payload]))
    signed = cbor2.dumps(cbor2.CBORTag(18, [protected, {}, payload, signature]))
    return base64.b64encode(signed).rstrip(b"=").decode()


def unbase64(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4))


def other_signature(token: str) -> str:
    """The same with one bit of the signature turned; of an SD-JWT, the disclosures stay."""
    first, *rest = token.split("~")
    head, _, signature = first.rpartition(".")
    raw = bytearray(base64.urlsafe_b64decode(signature + "=="))
    raw[7] ^= 1
    return "~".join([f"{head}.{base64url_encode(bytes(raw))}", *rest])


def other_cose_signature(token: str) -> str:
    raw = bytearray(unbase64(token))
    raw[-7] ^= 1
    return base64.b64encode(raw).rstrip(b"=").decode()


def mixed() -> dict[str, Any]:
    """A presentation of one credential of each envelope."""
    return vp_of(
        enveloped.wrap("application/vc+jwt", jwt(MINIMAL, "P-256")),
        enveloped.wrap(
            "application/vc+sd-jwt", sd_jwt(SELECTIVE, "P-384", ("credentialSubject", "firstName"))
        ),
        enveloped.wrap("application/vc+cose", unbase64(cose(MINIMAL, "P-256"))),
    )


# -- the command ---------------------------------------------------------------------------------------------


class Command:
    """Calls the command as the suite does, and reads what it wrote."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def arguments(self, function: str, content: Any, key: Any, feature: str, *paths: str) -> list[str]:
        for name, value in (("input", content), ("key", key)):
            (self._folder / name).write_text(value if isinstance(value, str) else json.dumps(value))
        files = [
            text for name in ("input", "key", "output") for text in (f"--{name}", str(self._folder / name))
        ]
        more = ["--sd", json.dumps(paths)] if paths else []
        return ["vc", "jose-cose", function, *files, "--feature", feature, *more]

    def result(self) -> Any:
        return json.loads((self._folder / "output").read_text())

    def __call__(self, function: str, content: Any, key: Any, feature: str, *paths: str) -> Any:
        arguments = self.arguments(function, content, key, feature, *paths)
        called = CliRunner().invoke(signet, arguments, catch_exceptions=False)
        assert (called.exit_code, called.stdout) == (0, "")
        assert isinstance(self.result()["data"], str)
        return self.result()


@pytest.fixture
def command(tmp_path: Path) -> Command:
    return Command(tmp_path)


NAMES = ("credentialSubject.firstName", "credentialSubject.lastName")
DEEP = (
    "credentialSubject.address.street",
    "credentialSubject.address.city",
    "credentialSubject.phoneNumbers[0]",
)

# the suite's number, what is issued, with which key, the feature, what is disclosable
ISSUED = [
    (1, MINIMAL, "P-256", "credential_jose", ()),
    (2, FULL, "P-384", "credential_jose", ()),
    (3, SINGLE, "P-256", "presentation_jose", ()),
    (4, mixed(), "P-521", "presentation_jose", ()),
    (17, SELECTIVE, "P-384", "credential_sdjwt", NAMES),
    (18, NESTED, "P-521", "credential_sdjwt", DEEP),
    (19, mixed(), "P-384", "presentation_sdjwt", ("holder", "verifiableCredential[0]")),
    (28, SINGLE, "P-384", "presentation_cose", ()),
]


@pytest.mark.parametrize(
    ("document", "algorithm", "feature", "paths"),
    [each[1:] for each in ISSUED],
    ids=[str(each[0]) for each in ISSUED],
)
def test_what_is_issued(
    command: Command, document: dict[str, Any], algorithm: str, feature: str, paths: tuple[str, ...]
) -> None:
    issued = command("issue", document, method(algorithm), feature, *paths)
    assert issued["result"] == "success"
    verified = command("verify", issued["data"], method(algorithm), feature)
    assert (verified["result"], json.loads(verified["data"])) == ("success", document)


def test_27_cose_with_the_key_of_a_did(command: Command) -> None:
    key = method("Ed25519", id="did:example:vc-jose-cose#key-4", controller="did:example:vc-jose-cose")
    issued = command("issue", MINIMAL, key, "credential_cose")
    assert issued["result"] == "success"
    protected = cbor2.loads(cbor2.loads(unbase64(issued["data"])).value[0])
    assert protected[4] == b"did:example:vc-jose-cose#key-4"  # §3.3.2: kid MUST be there
    assert (protected[16], protected[3]) == ("application/vc+cose", "application/vc")


def sd_vp() -> str:
    """A presentation of which the holder and what is presented are disclosures."""
    return sd_jwt(mixed(), "P-384", ("verifiableCredential", 0), ("holder",), kind="vp")


def sd_vp_typed() -> str:
    """The same of ``type`` and ``holder``."""
    return sd_jwt(mixed(), "P-384", ("type",), ("holder",), kind="vp")


SHOWN: list[tuple[str, Callable[[], str], str, str]] = [
    ("6", lambda: jwt(MINIMAL, "P-256"), "P-256", "credential_jose"),
    ("7-unexpired", lambda: jwt(mixed(), "P-384", "vp"), "P-384", "presentation_jose"),
    ("8", lambda: jwt(MINIMAL, "Ed25519"), "Ed25519", "credential_jose"),
    ("8-object", lambda: jwt({**MINIMAL, "issuer": {"id": ISSUER}}, "P-521"), "P-521", "credential_jose"),
    (
        "20",
        lambda: sd_jwt(
            SELECTIVE, "P-384", ("credentialSubject", "firstName"), ("credentialSubject", "lastName")
        ),
        "P-384",
        "credential_sdjwt",
    ),
    (
        "21",
        lambda: sd_jwt(
            NESTED,
            "P-521",
            ("credentialSubject", "address", "street"),
            ("credentialSubject", "phoneNumbers", 0),
            ("credentialSubject", "address"),
        ),
        "P-521",
        "credential_sdjwt",
    ),
    ("22", sd_vp, "P-384", "presentation_sdjwt"),
    ("22-type", sd_vp_typed, "P-384", "presentation_sdjwt"),
    ("29", lambda: cose(MINIMAL, "P-256"), "P-256", "credential_cose"),
    ("31", lambda: cose(SINGLE, "P-384", "vp"), "P-384", "presentation_cose"),
    # as the suite has it: the holder is a DID, and nothing but the thumbprint says whose key it is
    ("31-did", lambda: cose(OF_A_DID, "P-384", "vp"), "P-384", "presentation_cose"),
    # what the holder says itself is secured with the presentation (VCDM 2.0, holder claims)
    ("16-self-asserted", lambda: jwt(vp_of(MINIMAL), "P-384", "vp"), "P-384", "presentation_jose"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("make", "algorithm", "feature"), [each[1:] for each in SHOWN], ids=[each[0] for each in SHOWN]
)
def test_what_verifies(command: Command, make: Callable[[], str], algorithm: str, feature: str) -> None:
    verified = command("verify", make(), method(algorithm), feature)
    assert verified["result"] == "success"
    assert json.loads(verified["data"])["@context"] == CONTEXTS


def test_20_a_malformed_iat_is_a_warning_and_gates_nothing(command: Command) -> None:
    verified = command("verify", jwt(MINIMAL, "P-256"), method("P-256"), "credential_jose")
    assert "INVALID_CREDENTIAL" in [each["code"] for each in verified["notices"]]


@pytest.mark.parametrize("claim", ["exp", "nbf"])
@pytest.mark.parametrize("value", ["2024-01-01T00:00:00Z", "1704067200", [], None, {}])
def test_a_malformed_exp_or_nbf_is_an_error(command: Command, claim: str, value: Any) -> None:
    token = jwt({**MINIMAL, claim: value}, "P-256")
    assert command("verify", token, method("P-256"), "credential_jose")["result"] == "failure"


OTHERS = {**MINIMAL, "issuer": "https://university.example/issuers/565049"}
BAD = vp_of({**NO_TOKEN, "id": "not-a-credential"})
REFUSED: list[tuple[str, Callable[[], Any], str, str]] = [
    ("9", lambda: jwt(UNDECLARED, "P-521"), "Ed25519", "credential_jose"),
    ("10", lambda: MINIMAL, "Ed25519", "credential_jose"),
    ("11", lambda: SINGLE, "Ed25519", "presentation_jose"),
    ("12", lambda: other_signature(jwt(MINIMAL, "Ed25519")), "Ed25519", "credential_jose"),
    ("13-typ", lambda: jwt(MINIMAL, "Ed25519", typ="JWT"), "Ed25519", "credential_jose"),
    ("13-cty", lambda: jwt(MINIMAL, "Ed25519", cty="JSON"), "Ed25519", "credential_jose"),
    ("14-typ", lambda: jwt(mixed(), "Ed25519", "vp", typ="vc+jwt"), "Ed25519", "presentation_jose"),
    ("14-cty", lambda: jwt(mixed(), "Ed25519", "vp", cty="vc"), "Ed25519", "presentation_jose"),
    ("15-vc", lambda: jwt({**MINIMAL, "vc": MINIMAL}, "Ed25519"), "Ed25519", "credential_jose"),
    ("15-vp", lambda: jwt({**MINIMAL, "vp": SINGLE}, "Ed25519"), "Ed25519", "credential_jose"),
    ("16", lambda: jwt(BAD, "Ed25519", "vp"), "Ed25519", "presentation_jose"),
    ("16-unsecured", lambda: jwt(vp_of(OTHERS), "Ed25519", "vp"), "Ed25519", "presentation_jose"),
    (
        "23",
        lambda: other_signature(sd_jwt(SELECTIVE, "P-384", ("credentialSubject", "firstName"))),
        "P-384",
        "credential_sdjwt",
    ),
    ("24-typ", lambda: sd_jwt(SELECTIVE, "Ed25519", typ="vc+jwt"), "Ed25519", "credential_sdjwt"),
    ("24-cty", lambda: sd_jwt(SELECTIVE, "Ed25519", cty="vp"), "Ed25519", "credential_sdjwt"),
    ("25", lambda: sd_jwt(mixed(), "Ed25519", kind="vp", typ="JWT"), "Ed25519", "presentation_sdjwt"),
    ("26", lambda: sd_jwt(BAD, "P-521", ("holder",), kind="vp"), "P-521", "presentation_sdjwt"),
    ("30", lambda: unbase64(cose(MINIMAL, "P-256")).hex(), "P-256", "credential_cose"),
    ("32", lambda: other_cose_signature(cose(MINIMAL, "Ed25519")), "Ed25519", "credential_cose"),
    ("33-typ", lambda: cose(MINIMAL, "P-384", typ="application/json"), "P-384", "credential_cose"),
    ("33-cty", lambda: cose(MINIMAL, "P-384", cty="application/json"), "P-384", "credential_cose"),
    ("34-typ", lambda: cose(SINGLE, "P-384", "vp", typ="application/vc+cose"), "P-384", "presentation_cose"),
    ("34-cty", lambda: cose(SINGLE, "P-384", "vp", cty="application/vc"), "P-384", "presentation_cose"),
    ("35", lambda: cose(BAD, "P-256", "vp"), "P-256", "presentation_cose"),
]


@pytest.mark.parametrize(
    ("make", "algorithm", "feature"), [each[1:] for each in REFUSED], ids=[each[0] for each in REFUSED]
)
def test_what_does_not_verify(
    command: Command, make: Callable[[], Any], algorithm: str, feature: str
) -> None:
    refused = command("verify", make(), method(algorithm), feature)
    assert refused["result"] == "failure"
    assert refused["problems"]


def test_9_the_algorithm_of_the_token_is_what_is_wrong(command: Command) -> None:
    token = jwt(MINIMAL, "P-521", kid=kid_of("Ed25519"))
    refused = command("verify", token, method("Ed25519"), "credential_jose")
    assert [each["code"] for each in refused["problems"]] == ["UNSUPPORTED_CRYPTOSUITE"]


def test_34_a_key_file_that_is_not_there_is_a_failure_too(command: Command, tmp_path: Path) -> None:
    """The suite misspells the name of this test's key."""
    arguments = command.arguments("verify", "x", "", "presentation_cose")
    (tmp_path / "key").unlink()
    assert CliRunner().invoke(signet, arguments).exit_code == 2
    assert command.result()["result"] == "failure"


def test_the_suites_own_process(command: Command) -> None:
    """The command as a process, once: the exit code is ignored, the file is what counts."""
    for function, content, feature, result in (
        ("issue", MINIMAL, "credential_jose", "success"),
        ("verify", cose(MINIMAL, "P-256"), "credential_cose", "success"),
        ("verify", other_cose_signature(cose(MINIMAL, "P-256")), "credential_cose", "failure"),
    ):
        arguments = command.arguments(function, content, method("P-256"), feature)
        subprocess.run([sys.executable, "-m", "signet_vc.cli.main", *arguments], check=True, timeout=60)
        assert command.result()["result"] == result


# -- named deviations, and policies --------------------------------------------------------------------------


def test_deviation_d4_an_expired_presentation_is_refused(command: Command) -> None:
    """Test 7: its token expired in December 2024, and no clock is stopped for it."""
    token = jwt({**mixed(), "exp": 1_734_397_450, "iat": 1_734_311_050}, "P-384", "vp")
    refused = command("verify", token, method("P-384"), "presentation_jose")
    assert [each["code"] for each in refused["problems"]] == ["EXPIRED"]


@pytest.mark.parametrize("feature", ["credential_jose", "credential_sdjwt", "credential_cose"])
def test_deviation_d5_undeclared_members_are_not_issued(command: Command, feature: str) -> None:
    """Test 5, with which our policy for issuing agrees: at the top, what only a catch-all ``@vocab`` maps."""
    refused = command("issue", UNDECLARED, method("P-521"), feature)
    assert refused["result"] == "failure"
    assert {(each["code"], each["pointer"]) for each in refused["problems"]} == {
        ("UNDEFINED_TERM", "/badExtension"),
        ("UNDEFINED_TERM", "/anotherBadOne"),
    }


def test_deviation_d5_what_is_not_at_the_top_is_issued(command: Command) -> None:
    extended = {**MINIMAL, "credentialSubject": {"id": "did:example:123", "whatever": {"huh": "what?"}}}
    assert command("issue", extended, method("P-521"), "credential_jose")["result"] == "success"


def test_deviation_d5_a_verifier_ignores_them(command: Command) -> None:
    verified = command("verify", jwt(UNDECLARED, "P-521"), method("P-521"), "credential_jose")
    assert verified["result"] == "success"


@pytest.mark.parametrize(
    ("make", "feature"),
    [
        (lambda: jwt(SINGLE, "P-384", "vp"), "presentation_jose"),
        (lambda: sd_jwt(SINGLE, "P-384", kind="vp"), "presentation_sdjwt"),
        (lambda: cose(SINGLE, "P-384", "vp"), "presentation_cose"),
        (lambda: jwt(mixed(), "P-384", "vp"), "presentation_jose"),
    ],
    ids=["jose", "sdjwt", "cose", "decodable"],
)
def test_deviation_d6_presented_credentials_are_indeterminate(
    command: Command, make: Callable[[], str], feature: str
) -> None:
    """Tests 3, 28, 31: one key is given, and it says nothing of them; the presentation has its own result."""
    verified = command("verify", make(), method("P-384"), feature)
    assert verified["result"] == "success"
    assert {each["result"] for each in verified["credentials"]} == {"indeterminate"}
    assert len(verified["credentials"]) == len(json.loads(verified["data"])["verifiableCredential"])


@pytest.mark.parametrize("function", ["issue", "verify"])
@pytest.mark.parametrize(
    "identifier",
    [
        "not-a-credential",
        "https://example.org/credential",
        "data:application/json,{}",
        "data:application/vp+jwt,a.b.c",
        "data:application/vc+cose,0oRA",
    ],
)
def test_deviation_d6_the_form_of_what_is_presented_is_held(
    command: Command, function: str, identifier: str
) -> None:
    presentation = vp_of({**NO_TOKEN, "id": identifier})
    content = presentation if function == "issue" else jwt(presentation, "P-384", "vp")
    assert command(function, content, method("P-384"), "presentation_jose")["result"] == "failure"


def test_deviation_a_space_in_a_url_is_refused(command: Command) -> None:
    """Test 4, in one edition of its input: the ``data:`` URL of its SD-JWT holds a space, and no URL does."""
    spaced = enveloped.wrap("application/vc+sd-jwt", "yJraWQiOiJFeEhr.eyJ0eXBlIjoiYSJ9.B5Nb~")
    spaced["id"] = spaced["id"].replace("~", " ~")
    assert command("issue", vp_of(spaced), method("P-521"), "presentation_jose")["result"] == "failure"
