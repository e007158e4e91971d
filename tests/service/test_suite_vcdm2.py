"""What W3C's suite for the data model 2.0 asks of a service, found by its manifest; D3 with our choice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from identities import AGENT
from proofs.signed_proofs import proof_over
from vc_service import V2, Running, credential_of, running

EXAMPLES = "https://www.w3.org/ns/credentials/examples/v2"
VC, VP = "VerifiableCredential", "VerifiablePresentation"
ABSENT = "(absent)"  # compared by identity; its repr is the same in every test process
SHA384_OF_V2 = "sha384-l/HrjlBCNWyAX91hr6LFV2Y3heB5Tcr6IeE4/Tje8YyzYBM8IhqjHWiWpr8+ZbYU"
MULTIBASE_OF_V2 = "uEiBZlVztZpfWHgPyslVv6-UwirFoQoRvW1htfx963sknNA"


@pytest.fixture(scope="module")
def service() -> Iterator[Running]:
    with running(tls=True) as made:
        yield made


@pytest.fixture(scope="module")
def manifest(service: Running) -> Any:
    return service.get("/implementation.json").json()


def tagged(manifest: Any, kind: str, tag: str) -> Any:
    (found,) = [each for each in manifest[kind] if tag in each["tags"]]
    return found


@pytest.fixture
def issue(service: Running, manifest: Any) -> Any:
    issuer = tagged(manifest, "issuers", "vc2.0")

    def ask(**members: Any) -> Any:
        made = {**credential_of(issuer["id"]), "@context": [V2, EXAMPLES], **members}
        credential = {name: value for name, value in made.items() if value is not ABSENT}
        return service.post(issuer["endpoint"], {"credential": credential, "options": {}})

    ask.issuer = issuer["id"]  # type: ignore[attr-defined]  # a function has attributes
    return ask


def url(name: str = "a") -> str:
    return f"https://example.org/{name}"


STATUS = {"id": url("status#1"), "type": "ExampleStatus"}
SCHEMA = {"id": url("schema.json"), "type": "ExampleSchema"}
RESOURCE = {"id": V2, "digestSRI": SHA384_OF_V2}

ACCEPTED: list[dict[str, Any]] = [
    {},
    {"@context": [V2]},
    {"@context": [V2, {"@vocab": "https://example.org/vocab#"}]},
    {"id": url()},
    {"id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33"},
    {"id": "did:example:a"},
    {"type": VC},
    {"type": ["AlumniCredential", VC]},
    {"type": [VC, "https://example.org/Type"]},
    {"credentialSubject": [{"id": "did:example:a"}, {"alumniOf": "The School of Examples"}]},
    {"credentialSubject": {"name": "a"}},
    {"name": "a", "description": "b"},
    {"name": {"@value": "a", "@language": "en", "@direction": "ltr"}},
    {"name": [{"@value": "a", "@language": "en"}, {"@value": "b", "@language": "fr"}]},
    {"description": {"@value": "a"}},
    {"validFrom": "2020-01-01T00:00:00Z"},
    {"validFrom": "2020-01-01T00:00:00+05:30", "validUntil": "2040-01-01T00:00:00-00:01"},
    {"validFrom": "2020-01-01T24:00:00Z"},
    {"validFrom": "2020-01-01T00:00:00.123456789Z"},
    {"validUntil": "2021-01-01T00:00:00Z"},
    {"credentialStatus": STATUS},
    {"credentialStatus": [STATUS, STATUS]},
    {"credentialStatus": {"type": "ExampleStatus"}},
    {"credentialSchema": SCHEMA},
    {"credentialSchema": [SCHEMA, SCHEMA]},
    {"termsOfUse": {"type": "ExampleTerms"}},
    {"evidence": [{"type": "ExampleEvidence"}]},
    {"refreshService": {"type": "ExampleRefresh", "id": url()}},
    {"relatedResource": RESOURCE},
    {"relatedResource": [RESOURCE, {"id": url("image.png"), "digestSRI": SHA384_OF_V2}]},
    {"relatedResource": {"id": V2, "digestMultibase": MULTIBASE_OF_V2}},
]

REFUSED: list[dict[str, Any]] = [
    {"@context": ABSENT},
    {"@context": []},
    {"@context": [EXAMPLES]},
    {"@context": [EXAMPLES, V2]},
    {"@context": 7},
    {"@context": [V2, 7]},
    {"@context": [V2, "no url"]},
    {"@context": [V2, url("unknown")]},
    {"@context": [V2, {"VerifiableCredential": "https://example.org/other"}]},
    {
        "@context": [
            V2,
            {"@protected": True, "t": "https://example.org/t"},
            {"t": "https://example.org/other"},
        ],
        "t": "a",
    },
    {"id": None},
    {"id": [url()]},
    {"id": "no url"},
    {"id": 7},
    {"type": ABSENT},
    {"type": []},
    {"type": "AlumniCredential"},
    {"type": [VC, 7]},
    {"@context": [V2], "type": [VC, "Undefined"]},
    {"@context": [V2, {"Bad": "not an iri"}], "type": [VC, "Bad"]},
    {"issuer": ABSENT},
    {"issuer": None},
    {"issuer": "no url"},
    {"issuer": {"id": None}},
    {"issuer": {}},
    {"credentialSubject": ABSENT},
    {"credentialSubject": {}},
    {"credentialSubject": []},
    {"credentialSubject": [{"id": "did:example:a"}, {}]},
    {"credentialSubject": "did:example:a"},
    {"credentialSubject": {"id": "no url", "name": "a"}},
    {"credentialSubject": {"id": ["did:example:a"], "name": "a"}},
    {"name": 7},
    {"name": {"@value": "a", "other": "b"}},
    {"name": {"value": "a"}},
    {"description": {"@language": "en"}},
    {"description": ["a", {"@value": "a", "@language": "en", "id": url()}]},
    {"validFrom": "2020-01-01"},
    {"validFrom": "2020-02-30T00:00:00Z"},
    {"validFrom": "2020-01-01T00:00:60Z"},
    {"validFrom": 7},
    {"validFrom": "2021-01-01T00:00:00Z", "validUntil": "2020-01-01T00:00:00Z"},
    {"credentialStatus": {"id": url()}},
    {"credentialStatus": {}},
    {"credentialStatus": {"type": 7}},
    {"credentialStatus": {"type": "ExampleStatus", "id": "no url"}},
    {"credentialSchema": {"type": "ExampleSchema"}},
    {"credentialSchema": {"id": url()}},
    {"credentialSchema": {"id": "no url", "type": "ExampleSchema"}},
    {"termsOfUse": {"id": url()}},
    {"termsOfUse": {}},
    {"evidence": {"id": url()}},
    {"evidence": [{"type": "ExampleEvidence"}, {}]},
    {"refreshService": {}},
    {"relatedResource": "a"},
    {"relatedResource": ["a"]},
    {"relatedResource": {"digestSRI": SHA384_OF_V2}},
    {"relatedResource": [RESOURCE, RESOURCE]},
    {"relatedResource": {"id": V2}},
    {"relatedResource": {"id": V2, "digestSRI": SHA384_OF_V2[:-4] + "AAAA"}},
]


@pytest.mark.parametrize("members", ACCEPTED, ids=repr)
def test_what_the_issuer_accepts(issue: Any, members: dict[str, Any]) -> None:
    answer = issue(**members)
    assert answer.status_code == 201, answer.text


def test_an_issuer_may_be_an_object(issue: Any) -> None:
    issuer = {
        "id": issue.issuer,
        "name": {"@value": "a", "@language": "en"},
        "description": ["a", {"@value": "b"}],
    }
    assert issue(issuer=issuer).json()["issuer"] == issuer


@pytest.mark.parametrize("members", REFUSED, ids=repr)
def test_what_the_issuer_refuses(issue: Any, members: dict[str, Any]) -> None:
    answer = issue(**members)
    assert answer.status_code == 400
    assert answer.json()["problemDetails"]


@pytest.mark.parametrize(
    "resource",
    [
        {"id": V2, "digestSRI": "sha256-JKGMkPiXJcJm7cPYBjHbYSPLGkM8PyVdMyQWHFvDOnk="},
        {"id": V2, "digestMultibase": "uJKGMkPiXJcJm7cPYBjHbYSPLGkM8PyVdMyQWHFvDOnk"},
    ],
)
def test_d3_a_digest_of_other_bytes_is_refused(issue: Any, resource: dict[str, Any]) -> None:
    """D3: the suite's digests are of a draft of the context, and one is a bare hash, no multihash."""
    assert issue(relatedResource=resource).status_code == 400


# -- presentations ---------------------------------------------------------------------------------


def presentation(*credentials: Any, **members: Any) -> dict[str, Any]:
    """A presentation as the suite signs it itself: eddsa-rdfc-2022, authentication, did:key."""
    made: dict[str, Any] = {"@context": [V2], "type": [VP], "holder": AGENT.did}
    if credentials:
        made["verifiableCredential"] = list(credentials)
    document = {name: value for name, value in (made | members).items() if value is not ABSENT}
    return {
        **document,
        "proof": proof_over(AGENT, document, cryptosuite="eddsa-rdfc-2022", purpose="authentication"),
    }


@pytest.fixture
def verify(service: Running, manifest: Any) -> Any:
    verifier = tagged(manifest, "vpVerifiers", "vc2.0")

    def ask(document: Any) -> Any:
        answer = service.post(verifier["endpoint"], {"verifiablePresentation": document, "options": {}})
        assert answer.json()["verified"] is (answer.status_code == 200)
        return answer

    return ask


@pytest.mark.parametrize("holder", [AGENT.did, {"id": AGENT.did}, ABSENT], ids=repr)
@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_presentation_verifies(issue: Any, verify: Any, holder: Any, count: int) -> None:
    credentials = [issue().json() for _ in range(count)]
    assert verify(presentation(*credentials, holder=holder)).status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        {"@context": ABSENT},
        {"@context": [EXAMPLES]},
        {"@context": [EXAMPLES, V2]},
        {"@context": "https://www.w3.org/2018/credentials/v1"},
        {"type": ABSENT},
        {"type": "Presentation"},
        {"proof": ABSENT},
        {"holder": "did:key:z6MkhFwXNFWosLeugvSf4wcL9t3uuRXueGSFTRgSvHhWj5G2"},
        {
            "verifiableCredential": [
                {"@context": [V2], "type": [VC], "issuer": AGENT.did, "credentialSubject": {"a": 1}}
            ]
        },
        {"verifiableCredential": ["eyJ.e30.AA"]},
    ],
    ids=repr,
)
def test_a_changed_presentation_does_not_verify(verify: Any, change: dict[str, Any]) -> None:
    document = {**presentation(), **change}
    assert verify({name: value for name, value in document.items() if value is not ABSENT}).status_code == 400


def test_a_broken_value_of_the_proof_does_not_verify(issue: Any, verify: Any) -> None:
    document = presentation(issue().json())
    value = document["proof"]["proofValue"]
    assert verify({**document, "proof": {**document["proof"], "proofValue": value[:-1]}}).status_code == 400


# -- enveloped -------------------------------------------------------------------------------------


@pytest.fixture
def enveloped(service: Running, manifest: Any) -> Any:
    issuer = tagged(manifest, "issuers", "EnvelopingProof")
    answer = service.post(issuer["endpoint"], {"credential": credential_of(issuer["id"]), "options": {}})
    assert answer.status_code == 201
    return answer.json()


def verified(service: Running, manifest: Any, document: Any) -> bool:
    verifier = tagged(manifest, "verifiers", "EnvelopingProof")
    answer = service.post(verifier["endpoint"], {"verifiableCredential": document, "options": {}})
    assert answer.status_code in {200, 400}
    return answer.status_code == 200


def test_an_enveloped_credential(service: Running, manifest: Any, enveloped: Any) -> None:
    assert enveloped["@context"] in (V2, [V2])
    assert enveloped["type"] in ("EnvelopedVerifiableCredential", ["EnvelopedVerifiableCredential"])
    assert enveloped["id"].startswith("data:application/vc+jwt,")
    assert verified(service, manifest, enveloped)
    assert verified(service, manifest, {**enveloped, "@context": [V2], "type": [enveloped["type"]]})


@pytest.mark.parametrize(
    "change",
    [
        {"@context": []},
        {"@context": [EXAMPLES]},
        {"@context": ABSENT},
        {"id": "no data URL"},
        {"id": ABSENT},
        {"type": ABSENT},
        {"type": "Enveloped"},
        {"type": "EnvelopedVerifiablePresentation"},
        {"type": [VC]},
    ],
    ids=repr,
)
def test_a_wrong_object_around_it(
    service: Running, manifest: Any, enveloped: Any, change: dict[str, Any]
) -> None:
    document = {name: value for name, value in (enveloped | change).items() if value is not ABSENT}
    assert not verified(service, manifest, document)
