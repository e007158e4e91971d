"""The JSON Schemas by themselves: sound, complete, and what they accept and refuse."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from examples_of_every_member import EXAMPLES, RESPONSES, example, kind, named_digest
from jsonschema import Draft202012Validator

from signet_vc import resources
from signet_vc.credential import schema
from signet_vc.credential.profile_members import CREDENTIAL_ID, DID, DID_URL, TIME, URI
from signet_vc.errors import Code

SCHEMA = {"request": resources.REQUEST_SCHEMA, "response": resources.RESPONSE_SCHEMA}


def credential_problems(name: str, document: dict[str, Any]) -> list[str]:
    return [each.pointer for each in schema.problems(document, SCHEMA[kind(name)])]


def subschemas(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from subschemas(item)


# -- the schemas -----------------------------------------------------------------------------------


@pytest.mark.parametrize("identifier", [*SCHEMA.values(), resources.CONFIG_SCHEMA, resources.VECTOR_SCHEMA])
class TestEverySchema:
    def test_it_is_a_schema(self, identifier: str) -> None:
        Draft202012Validator.check_schema(resources.load_schema(identifier))

    def test_it_is_complete_in_itself(self, identifier: str) -> None:
        whole = resources.load_schema(identifier)
        references = {each["$ref"] for each in subschemas(whole) if isinstance(each.get("$ref"), str)}
        assert references == {f"#/$defs/{name}" for name in whole["$defs"]}

    def test_its_patterns_match_whole_lines_in_every_dialect(self, identifier: str) -> None:
        for each in subschemas(resources.load_schema(identifier)):
            pattern = each.get("pattern")
            if isinstance(pattern, str) and pattern != "\\n":
                assert pattern.startswith("^")
                assert pattern.endswith("$")
                assert not re.search(r"\\[a-zA-Z]|\(\?[^:]", pattern), "not the same in every dialect"
                assert each["$ref"] == "#/$defs/oneLine"


def test_the_two_credentials_share_their_definitions() -> None:
    request, response = (resources.load_schema(SCHEMA[each])["$defs"] for each in ("request", "response"))
    both = request.keys() & response.keys()
    assert request.keys() - both == {"uri", "nonce"}
    assert {name: request[name] for name in both} == {name: response[name] for name in both}


def test_the_fast_forms_are_the_schemas_patterns() -> None:
    definitions = resources.load_schema(resources.REQUEST_SCHEMA)["$defs"]
    forms = {"credentialId": CREDENTIAL_ID, "did": DID, "didUrl": DID_URL, "time": TIME, "uri": URI}
    for name, form in forms.items():
        assert definitions[name]["pattern"] == f"^{form.pattern}$"


def test_the_examples_use_every_member() -> None:
    def members(value: dict[str, Any], rules: dict[str, Any], place: str) -> Iterator[str]:
        for name, inner in rules.get("properties", {}).items():
            if inner is not False:
                yield f"{place}/{name}"
                yield from members(value, inner, f"{place}/{name}")

    def used(value: Any, place: str) -> Iterator[str]:
        if isinstance(value, dict):
            for name, item in value.items():
                yield f"{place}/{name}"
                yield from used(item, f"{place}/{name}")

    for each, identifier in SCHEMA.items():
        defined = set(members({}, resources.load_schema(identifier), ""))
        examples = {path for name in EXAMPLES if kind(name) == each for path in used(EXAMPLES[name], "")}
        assert defined - examples == set()


# -- credentials -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("secured", [True, False])
def test_an_example_is_accepted(name: str, secured: bool) -> None:
    document = example(name)
    if not secured:
        del document["proof"]
    assert credential_problems(name, document) == []


def test_a_proof_set_is_accepted() -> None:
    document = example("completed")
    document["proof"] = [document["proof"], document["proof"]]
    assert credential_problems("completed", document) == []


_BASIS = {"type": "ap2-mandate", "digestMultibase": named_digest("b")}
Change = Callable[[dict[str, Any]], object]

REFUSED: list[tuple[str, str, Change]] = [
    ("null", "smallest-request", lambda vc: vc.update(validFrom=None)),
    ("validUntil", "smallest-request", lambda vc: vc.update(validUntil="2026-03-30T11:42:25Z")),
    ("a third context", "smallest-request", lambda vc: vc["@context"].append("https://example.com/v1")),
    ("issuer object", "smallest-request", lambda vc: vc.update(issuer={"id": vc["issuer"]})),
    ("issuer DID URL", "smallest-request", lambda vc: vc.update(issuer=vc["issuer"] + "#key")),
    ("issuer ends in a colon", "smallest-request", lambda vc: vc.update(issuer="did:web:")),
    ("line feed", "smallest-request", lambda vc: vc.update(issuer=vc["issuer"] + "\n")),
    ("upper case id", "smallest-request", lambda vc: vc.update(id="urn:uuid:" + "A" * 8 + vc["id"][17:])),
    ("extra type", "smallest-request", lambda vc: vc["type"].append("Thing")),
    ("subject list", "smallest-request", lambda vc: vc.update(credentialSubject=[vc["credentialSubject"]])),
    ("subject id", "smallest-request", lambda vc: vc["credentialSubject"].update(id=vc["issuer"])),
    ("other method", "smallest-request", lambda vc: vc["credentialSubject"].update(method="prompts/get")),
    ("empty tool", "smallest-request", lambda vc: vc["credentialSubject"].update(tool="")),
    ("long tool", "smallest-request", lambda vc: vc["credentialSubject"].update(tool="\U0001d4b3" * 1025)),
    ("no arguments", "smallest-request", lambda vc: vc["credentialSubject"].pop("arguments")),
    ("argument list", "smallest-request", lambda vc: vc["credentialSubject"].update(arguments=[])),
    (
        "arguments twice",
        "smallest-request",
        lambda vc: vc["credentialSubject"].update(argumentsDigest=named_digest("a")),
    ),
    ("wide number", "smallest-request", lambda vc: vc["credentialSubject"]["arguments"].update(a=[2**53])),
    ("arguments of a task", "request-for-a-task", lambda vc: vc["credentialSubject"].update(arguments={})),
    ("no continuation", "request-for-a-task", lambda vc: vc["credentialSubject"].pop("continuationOf")),
    (
        "a continuation of nothing",
        "smallest-request",
        lambda vc: vc["credentialSubject"].update(continuationOf={}),
    ),
    ("relative audience", "smallest-request", lambda vc: vc["credentialSubject"].update(audience="/mcp")),
    (
        "audience with fragment",
        "smallest-request",
        lambda vc: vc["credentialSubject"].update(audience="a:b#c"),
    ),
    ("short nonce", "smallest-request", lambda vc: vc["credentialSubject"].update(nonce="uAAAA")),
    (
        "nonce with odd bits",
        "smallest-request",
        lambda vc: vc["credentialSubject"].update(nonce="uAAECAwQFBgcICQoLDA0ODx"),
    ),
    ("30 February", "smallest-request", lambda vc: vc.update(validFrom="2026-02-30T11:37:25Z")),
    ("29 February", "smallest-request", lambda vc: vc.update(validFrom="2026-02-29T11:37:25Z")),
    ("hour 24", "smallest-request", lambda vc: vc.update(validFrom="2026-03-30T24:00:00Z")),
    ("leap second", "smallest-request", lambda vc: vc.update(validFrom="2026-12-31T23:59:60Z")),
    ("offset", "smallest-request", lambda vc: vc.update(validFrom="2026-03-30T11:37:25+00:00")),
    ("ten digits", "smallest-request", lambda vc: vc.update(validFrom="2026-03-30T11:37:25.0123456789Z")),
    ("chain alone", "request-that-commits", lambda vc: vc["credentialSubject"].pop("sequence")),
    ("sequence 0", "request-that-commits", lambda vc: vc["credentialSubject"].update(sequence=0)),
    ("sequence true", "request-that-commits", lambda vc: vc["credentialSubject"].update(sequence=True)),
    ("sequence 2^53", "request-that-embeds", lambda vc: vc["credentialSubject"].update(sequence=2**53)),
    ("unlinked", "request-that-embeds", lambda vc: vc["credentialSubject"].pop("previousDigest")),
    (
        "first linked",
        "request-that-commits",
        lambda vc: vc["credentialSubject"].update(previousDigest=named_digest("p")),
    ),
    (
        "no authorization",
        "request-that-embeds",
        lambda vc: vc["credentialSubject"].update(authorization=[]),
    ),
    (
        "much authorization",
        "request-that-embeds",
        lambda vc: vc["credentialSubject"].update(authorization=[named_digest("a")] * 9),
    ),
    ("no basis", "request-that-embeds", lambda vc: vc["credentialSubject"].update(basis=[])),
    ("much basis", "request-that-embeds", lambda vc: vc["credentialSubject"]["basis"].extend([_BASIS] * 6)),
    (
        "basis of an unknown type",
        "request-that-embeds",
        lambda vc: vc["credentialSubject"]["basis"][0].update(type="email"),
    ),
    (
        "basis with more",
        "request-that-embeds",
        lambda vc: vc["credentialSubject"]["basis"][0].update(id="a:b"),
    ),
    (
        "basis without a digest",
        "request-that-embeds",
        lambda vc: vc["credentialSubject"]["basis"][0].pop("digestMultibase"),
    ),
    (
        "a digest of another kind",
        "request-that-embeds",
        lambda vc: vc["credentialSubject"].update(previousDigest="uFCA" + "A" * 43),
    ),
    ("jkt", "request-that-embeds", lambda vc: vc["credentialSubject"]["confirmation"].update(jkt="abc")),
    (
        "intent twice",
        "request-that-embeds",
        lambda vc: vc["credentialSubject"].update(intentDigest=named_digest("i")),
    ),
    (
        "long intent",
        "request-that-embeds",
        lambda vc: vc["credentialSubject"].update(intent="\U0001d4b3" * 1025),
    ),
    ("attester", "request-that-embeds", lambda vc: vc["credentialSubject"].update(attester="someone")),
    ("proof null", "smallest-request", lambda vc: vc.update(proof=None)),
    ("proof list empty", "smallest-request", lambda vc: vc.update(proof=[])),
    ("proof id", "smallest-request", lambda vc: vc["proof"].update(id="urn:x:y")),
    ("proof without context", "smallest-request", lambda vc: vc["proof"].pop("@context")),
    ("purpose", "smallest-request", lambda vc: vc["proof"].update(proofPurpose="authentication")),
    ("hexadecimal", "smallest-request", lambda vc: vc["proof"].update(proofValue="f00")),
    ("empty proof value", "smallest-request", lambda vc: vc["proof"].update(proofValue="z")),
    ("no agent", "completed", lambda vc: vc["credentialSubject"].pop("agent")),
    ("no request", "completed", lambda vc: vc["credentialSubject"].pop("request")),
    ("arguments beside request", "completed", lambda vc: vc["credentialSubject"].update(arguments={})),
    ("unbound call", "failed-unattested", lambda vc: vc["credentialSubject"].pop("arguments")),
    ("outcome", "completed", lambda vc: vc["credentialSubject"].update(outcome="done")),
    ("no result", "completed", lambda vc: vc["credentialSubject"].pop("result")),
    (
        "result twice",
        "completed",
        lambda vc: vc["credentialSubject"].update(resultDigest=named_digest("r")),
    ),
    (
        "result and error",
        "completed",
        lambda vc: vc["credentialSubject"].update(error={"code": 1, "message": ""}),
    ),
    ("own _meta", "completed", lambda vc: vc["credentialSubject"]["result"].update(_meta={})),
    ("no resultType", "completed", lambda vc: vc["credentialSubject"]["result"].pop("resultType")),
    ("no isError", "completed", lambda vc: vc["credentialSubject"]["result"].pop("isError")),
    ("isError 0", "completed", lambda vc: vc["credentialSubject"]["result"].update(isError=0)),
    ("allow a denial", "denied", lambda vc: vc["credentialSubject"]["decision"].update(effect="allow")),
    ("deny a success", "completed", lambda vc: vc["credentialSubject"]["decision"].update(effect="deny")),
    ("lower-case reason", "denied", lambda vc: vc["credentialSubject"]["decision"].update(reason="no")),
    ("error text code", "denied", lambda vc: vc["credentialSubject"]["error"].update(code="1")),
    ("error data {}", "denied", lambda vc: vc["credentialSubject"]["error"].update(data={})),
    ("error more", "denied", lambda vc: vc["credentialSubject"]["error"].update(stack="")),
    ("error wide", "denied", lambda vc: vc["credentialSubject"]["error"].update(data=[-1e300])),
    (
        "embedded question",
        "input-required-unattested",
        lambda vc: vc["credentialSubject"].update(
            result={"resultType": "input_required"}, resultDigest=vc["credentialSubject"].pop("resultDigest")
        ),
    ),
    ("task without id", "task", lambda vc: vc["credentialSubject"].pop("taskId")),
    ("id without task", "completed", lambda vc: vc["credentialSubject"].update(taskId="t")),
    (
        "final without call",
        "final-answer-of-a-task",
        lambda vc: vc["credentialSubject"]["continuationOf"].pop("request"),
    ),
    (
        "final without interim",
        "final-answer-of-a-task",
        lambda vc: vc["credentialSubject"]["continuationOf"].pop("response"),
    ),
    (
        "cancelled with answer",
        "cancelled",
        lambda vc: vc["credentialSubject"].update(errorDigest=named_digest("e")),
    ),
]


@pytest.mark.parametrize(
    ("name", "change"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_a_changed_example_is_refused(name: str, change: Change) -> None:
    document = example(name)
    change(document)
    assert credential_problems(name, document) != []


@pytest.mark.parametrize("name", RESPONSES)
def test_one_kind_is_not_the_other(name: str) -> None:
    assert schema.problems(example(name), resources.REQUEST_SCHEMA) != []


# -- the configuration -----------------------------------------------------------------------------

WHOLE = {
    "algorithm": "Ed25519",
    "key_source": "env:SIGNET_PRIVATE_KEY",
    "agent_key_source": "file:agent.key",
    "require_signatures": True,
    "allowed_signers": [
        "did:key:z6MkehRgf7yJbgaGfYsdoAsKdBPE3dj2CYhowQdcjqSJgvVd",
        {"did": "did:web:example.com", "tools": ["git_*"], "until": "2027-01-01T00:00:00Z"},
        {"did": "did:web:example.com", "audience": "https://mcp.example.com/mcp"},
    ],
    "attest_responses": "required",
    "securing": "data-integrity",
    "jws_alg": "Ed25519",
    "payload": "embed",
    "embed_limit": "64KiB",
    "audience": "did:key:z6MkhFwXNFWosLeugvSf4wcL9t3uuRXueGSFTRgSvHhWj5G2",
    "max_lifetime": "300s",
    "clock_skew": "60s",
    "store": "sqlite:audit.db",
    "pass_attestations": False,
    "allowed_domains": ["issuer.example", "a.b-c.example:8443"],
    "serve": {
        "public_url": "https://vc.example:8443/issuing",
        "tokens": ["env:TOKEN", "file:token"],
        "trust_any": False,
        "status_store": "sqlite:status.db",
        "threads": 2,
        "waiting": 256,
        "instances": [
            {
                "name": "alumni",
                "key_source": "file:alumni.key",
                "securing": "data-integrity",
                "suite": "eddsa-rdfc-2022",
                "status": ["revocation", "suspension"],
            }
        ],
    },
}


def config_problems(section: Any) -> list[str]:
    return [each.pointer for each in schema.problems({"signet": section}, resources.CONFIG_SCHEMA)]


def test_a_configuration_with_every_key_is_accepted() -> None:
    section = resources.load_schema(resources.CONFIG_SCHEMA)["properties"]["signet"]
    assert set(WHOLE) == set(section["properties"])
    assert all("description" in each for each in section["properties"].values())
    assert config_problems(WHOLE) == []


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("algorithm", "P-384"),
        ("key_source", "keyring:signet/agent"),
        ("allowed_signers", []),
        ("attest_responses", "never"),
        ("securing", "both"),
        ("jws_alg", "EdDSA"),
        ("payload", "commit"),
        ("embed_limit", 65536),
        ("embed_limit", "1MiB"),
        ("audience", "first-use"),
        ("audience", "https://mcp.example.com/mcp"),
        ("max_lifetime", 300),
        ("max_lifetime", "5m"),
        ("clock_skew", 0),
        ("store", "sqlite::memory:"),
    ],
)
def test_a_setting_is_accepted(key: str, value: Any) -> None:
    assert config_problems({key: value}) == []


@pytest.mark.parametrize(
    ("key", "value", "pointer"),
    [
        ("algorithm", "ed25519", "/signet/algorithm"),
        ("algorithm", None, "/signet/algorithm"),
        ("key_source", "z3u2secret", "/signet/key_source"),
        ("key_source", "keyring:agent", "/signet/key_source"),
        ("require_signatures", "true", "/signet/require_signatures"),
        ("allowed_signers", "did:web:example.com", "/signet/allowed_signers"),
        ("allowed_signers", ["example.com"], "/signet/allowed_signers/0"),
        ("allowed_signers", [{"tools": ["*"]}], "/signet/allowed_signers/0"),
        ("allowed_signers", [{"did": "did:web:example.com", "tool": "x"}], "/signet/allowed_signers/0"),
        ("allowed_signers", [{"did": "did:web:a", "until": "2027-01-01"}], "/signet/allowed_signers/0"),
        ("attest_responses", False, "/signet/attest_responses"),
        ("securing", "vc+jwt", "/signet/securing"),
        ("jws_alg", "none", "/signet/jws_alg"),
        ("payload", "digest", "/signet/payload"),
        ("embed_limit", "64kB", "/signet/embed_limit"),
        ("embed_limit", -1, "/signet/embed_limit"),
        ("audience", "mail server", "/signet/audience"),
        ("max_lifetime", "300 seconds", "/signet/max_lifetime"),
        ("max_lifetime", True, "/signet/max_lifetime"),
        ("clock_skew", "-60s", "/signet/clock_skew"),
        ("store", "audit.db", "/signet/store"),
        ("pass_attestations", 1, "/signet/pass_attestations"),
        ("allowed_signer", [], "/signet"),
    ],
)
def test_a_setting_is_refused(key: str, value: Any, pointer: str) -> None:
    assert config_problems({key: value}) == [pointer]


@pytest.mark.parametrize("document", [{}, {"signet": None}, {"signet": {}, "other": {}}, [], None])
def test_a_configuration_is_one_section(document: Any) -> None:
    found = schema.problems(document, resources.CONFIG_SCHEMA)
    assert {each.code for each in found} == {Code.INVALID_CREDENTIAL}
