"""W3C's suite for the data model 2.0, of issuers: of each kind what must be issued and what must not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from suite_client import Endpoint, Suite, codes, issued, started, verified
from suite_fixtures import EXAMPLES, V1, V2

ABSENT = "(absent)"  # compared by identity; its repr is the same in every test process
VC = "VerifiableCredential"
TERM = {"Widget": "https://vocabulary.example/Widget"}
STATUS = {"id": "https://issuer.example/status#7", "type": "https://vocabulary.example/Status"}
SCHEMA = {"id": "https://issuer.example/schema.json", "type": "https://vocabulary.example/Schema"}
SERVICE = {"id": "did:example:refresh/2", "type": "https://vocabulary.example/Refresh"}
TERMS = {"id": "https://issuer.example/terms", "type": "https://vocabulary.example/Terms"}
EVIDENCE = {"id": "https://issuer.example/evidence", "type": ["https://vocabulary.example/Evidence"]}
ENGLISH = {"@value": "A widget", "@language": "en"}
BOTH = {**ENGLISH, "@direction": "ltr"}
SEVERAL = [ENGLISH, {"@value": "Ein Dings", "@language": "de"}]
SHA384 = "sha384-l/HrjlBCNWyAX91hr6LFV2Y3heB5Tcr6IeE4/Tje8YyzYBM8IhqjHWiWpr8+ZbYU"
MULTIHASH = "uEiBZlVztZpfWHgPyslVv6-UwirFoQoRvW1htfx963sknNA"
RESOURCE = {"id": V2, "digestSRI": SHA384}
IMAGE = {"id": "https://issuer.example/image.png", "digestSRI": SHA384, "mediaType": "image/png"}


def of(name: str, *values: Any) -> list[dict[str, Any]]:
    """Credentials that differ in one member."""
    return [{name: value} for value in values]


ISSUED: dict[str, list[dict[str, Any]]] = {
    "context": [
        {},
        {"@context": [V2, EXAMPLES]},
        {"@context": [V2, "https://www.w3.org/ns/credentials/undefined-terms/v2"]},
        {"@context": [V2, TERM], "type": [VC, "Widget"]},
        {"@context": [V2, {"@context": TERM}], "type": [VC, "Widget"]},
        {"@context": [V2, TERM, EXAMPLES], "type": [VC, "Widget"]},
    ],
    "id": [
        *of("id", ABSENT, "https://issuer.example/1", "did:example:1", "urn:isbn:0451450523"),
        *of("credentialSubject", {"id": "urn:isbn:0451450523"}, {"id": "https://subject.example/"}),
        *of("credentialStatus", {**STATUS, "id": "urn:example:7"}),
    ],
    "type": [
        *of("type", VC, [VC], [VC, "https://vocabulary.example/A"], ["https://vocabulary.example/A", VC]),
        *of("type", ["https://vocabulary.example/A", VC, "https://vocabulary.example/B"]),
        {"@context": [V2, TERM], "type": ["Widget", VC]},
    ],
    "subject": of(
        "credentialSubject",
        {"id": "did:example:a"},
        [{"id": "did:example:a"}, {"id": "did:example:b"}],
        {"name": "A widget"},
    ),
    "dates": [
        *of("validFrom", ABSENT, "2010-01-01T00:00:00Z", "2010-01-01T00:00:00.123Z"),
        *of("validFrom", "2010-01-01T00:00:00-08:00", "2010-01-01T00:00:00+14:00", "2010-01-01T24:00:00Z"),
        *of("validFrom", "9999-12-31T23:59:59Z", "12010-01-01T00:00:00Z", "2012-02-29T00:00:00.5Z"),
        *of("validUntil", "2010-01-01T00:00:01Z", "2999-01-01T00:00:00.000Z", "2999-01-01T00:00:00-08:00"),
        {"validFrom": "2010-01-01T00:00:00Z", "validUntil": "2010-01-01T00:00:00Z"},
        {"validFrom": "2010-01-01T00:00:00+01:00", "validUntil": "2009-12-31T23:00:00Z"},
    ],
    "status": of("credentialStatus", STATUS, [STATUS], [STATUS, STATUS], {"type": STATUS["type"]}),
    "schema": of("credentialSchema", SCHEMA, [SCHEMA, {**SCHEMA, "id": "https://issuer.example/b.json"}]),
    "terms of use": of("termsOfUse", TERMS, [TERMS, TERMS], {"type": TERMS["type"]}),
    "evidence": of("evidence", EVIDENCE, [EVIDENCE, {"type": ["https://vocabulary.example/Other"]}]),
    "refresh": of("refreshService", SERVICE, [SERVICE, SERVICE], {"type": SERVICE["type"]}),
    "name": of("name", "A widget", ENGLISH, BOTH, {"@value": "A widget"}, SEVERAL, [BOTH, "A widget"]),
    "description": of("description", "A widget", ENGLISH, BOTH, SEVERAL),
    "related resource": of(
        "relatedResource",
        RESOURCE,
        [RESOURCE],
        [RESOURCE, IMAGE],
        {"id": V2, "digestMultibase": MULTIHASH},
        {**RESOURCE, "digestMultibase": MULTIHASH},
    ),
}

REFUSED: dict[str, list[dict[str, Any]]] = {
    "context": [
        *of("@context", ABSENT, None, [], "", EXAMPLES, [EXAMPLES], [EXAMPLES, V2], [TERM, V2], V1, [V2, V1]),
        *of("@context", 192875, [V2, 123192875], [V2, "not a url"], [V2, "https ://no.example/v1"]),
        *of("@context", [V2, "https://unknown.example/v1"], [V2, None], [V2, True], [V2, [[EXAMPLES]]]),
        {"@context": [V2, {VC: "https://vocabulary.example/Other"}]},
        {"@context": [V2, {"name": "https://vocabulary.example/name"}]},
        {"@context": [V2, {"@protected": True, **TERM}, {"Widget": "https://vocabulary.example/Other"}]},
        {"@context": [V2, {"@context": {"@protected": True, **TERM}}, {"Widget": "urn:other:widget"}]},
    ],
    "id": [
        *of("id", None, [], ["https://issuer.example/1"], ["did:example:1", "did:example:2"], "", 7, {}),
        *of("id", "not a url", "https ://issuer.example", "https://issuer example/1"),
        *of("credentialSubject", {"id": ["did:example:1", "did:example:2"]}, {"id": None}, {"id": "no url"}),
        *of("credentialStatus", {**STATUS, "id": None}, {**STATUS, "id": "no url"}),
        *of("credentialStatus", {**STATUS, "id": ["did:example:1", "did:example:2"]}),
        *of("credentialSchema", {**SCHEMA, "id": None}, {**SCHEMA, "id": "no url"}, {**SCHEMA, "id": 7}),
        *of("refreshService", {**SERVICE, "id": "no url"}),
        *of("termsOfUse", {**TERMS, "id": "no url"}),
        *of("evidence", {**EVIDENCE, "id": ["did:example:1", "did:example:2"]}),
    ],
    "type": [
        *of("type", ABSENT, None, [], "", 7, {}, [7], [VC, None], [VC, 7]),
        *of("type", "https://vocabulary.example/A", ["https://vocabulary.example/A"]),
        *of("type", [VC, "UnmappedType"], [VC, "no url"]),
        {"@context": [V2, {"Widget": "not an IRI"}], "type": [VC, "Widget"]},
        {"@context": [V2, {"Widget": None}], "type": [VC, "Widget"]},
    ],
    "issuer": of("issuer", ABSENT, None, "", "not a url", 7, [], {}, {"id": None}, {"id": "no url"}),
    "issuer's own": of("issuer", {"id": "https://issuer.example/"}, "did:example:issuer", {"name": "A"}),
    "subject": of(
        "credentialSubject", ABSENT, None, {}, [], [{}], [{"id": "did:example:a"}, {}], "did:example:a"
    ),
    "dates": [
        *of("validFrom", None, 7, "", "2010", "2010-01-01", "2010-01-01T00:00:00", "2010-01-01 00:00:00Z"),
        *of("validFrom", "2010-01-01T00:00:60Z", "2010-01-01T24:00:01Z", "2010-02-30T00:00:00Z"),
        *of("validFrom", "2010-W01-1T00:00:00Z", "2010-01-01T00:00Z", "Fri, 01 Jan 2010 00:00:00 GMT"),
        *of("validFrom", "2010-01-01T00:00:00+14:01", "2010-01-01T00:00:00+1400", "10-01-01T00:00:00Z"),
        *of("validUntil", "2999", "2999-01-01", "2999-13-01T00:00:00Z", "2999-01-01T00:00:00", 7),
        {"validFrom": "2020-01-01T00:00:00Z", "validUntil": "2019-01-01T00:00:00Z"},
        {"validFrom": "2020-01-01T00:00:00-01:00", "validUntil": "2020-01-01T00:59:59Z"},
    ],
    "status": of(
        "credentialStatus",
        {"id": STATUS["id"]},
        {},
        [STATUS, {}],
        {**STATUS, "type": 7},
        {**STATUS, "type": "UnmappedStatus"},
        {**STATUS, "type": []},
        "https://issuer.example/status#7",
        None,
    ),
    "schema": of(
        "credentialSchema", {"id": SCHEMA["id"]}, {"type": SCHEMA["type"]}, {}, {**SCHEMA, "type": 7}, "a"
    ),
    "terms of use": of("termsOfUse", {"id": TERMS["id"]}, {}, [TERMS, {}], {"type": 7}, "a"),
    "evidence": of("evidence", {"id": EVIDENCE["id"]}, {}, [EVIDENCE, {}], {"type": 7}, "a"),
    "refresh": of("refreshService", {"id": SERVICE["id"]}, {}, [SERVICE, {}], {"type": 7}, "a"),
    "name": of(
        "name", {**ENGLISH, "url": "did:example:a"}, {**ENGLISH, "@type": "@json"}, {}, 7, [ENGLISH, {}]
    ),
    "description": of("description", {**ENGLISH, "url": "did:example:a"}, {"@language": "en"}, 7, [{}]),
    "related resource": [
        *of("relatedResource", V2, [V2], 7, {}, [], None, {"id": V2}, {"digestSRI": SHA384}),
        *of(
            "relatedResource",
            [RESOURCE, RESOURCE],
            [RESOURCE, {**IMAGE, "id": V2}],
            [RESOURCE, {"id": EXAMPLES}],
        ),
        *of("relatedResource", {**RESOURCE, "id": "no url"}, {**RESOURCE, "digestSRI": "sha384-AAAA"}),
        *of("relatedResource", {**RESOURCE, "digestSRI": SHA384[:-4] + "AAAA"}),
        *of("relatedResource", {"id": V2, "digestMultibase": MULTIHASH[:-4] + "AAAA"}),
        *of("relatedResource", {"id": V2, "digestMultibase": "z" + MULTIHASH[1:]}),
    ],
}


def cases(table: dict[str, list[dict[str, Any]]]) -> list[Any]:
    return [
        pytest.param(members, id=f"{row}-{number}")
        for row, several in table.items()
        for number, members in enumerate(several)
    ]


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Suite]:
    with started(tmp_path_factory.mktemp("suite")) as made:
        yield made


@pytest.fixture
def issuer(suite: Suite) -> Endpoint:
    return suite.issuer("vc2.0")


def credential(by: Endpoint, **members: Any) -> dict[str, Any]:
    """The least that the suite sends, whose issuer is the manifest's."""
    made = {
        "@context": [V2],
        "type": [VC],
        "issuer": by.id,
        "credentialSubject": {"id": "did:example:subject"},
        **members,
    }
    return {name: value for name, value in made.items() if value is not ABSENT}


@pytest.mark.parametrize("members", cases(ISSUED))
def test_what_must_be_issued(issuer: Endpoint, members: dict[str, Any]) -> None:
    given = credential(issuer, **members)
    document = issued(issuer.issue(given))
    assert {name: value for name, value in document.items() if name != "proof"} == given
    assert document["proof"]


@pytest.mark.parametrize("members", cases(REFUSED))
def test_what_must_not_be_issued(issuer: Endpoint, members: dict[str, Any]) -> None:
    assert codes(issuer.issue(credential(issuer, **members)))


@pytest.mark.parametrize("members", [each for each in cases(REFUSED) if "@context" not in each.values[0]])
def test_what_must_not_be_issued_is_refused_for_what_is_wrong_with_it(
    issuer: Endpoint, members: dict[str, Any]
) -> None:
    told = issuer.issue(credential(issuer, **members)).json()
    places = tuple(f"/{name}" for name in members)
    assert any(each["pointer"].startswith(places) for each in told["problemDetails"]), told


def test_a_presentation_is_not_issued_as_a_credential(issuer: Endpoint) -> None:
    """It would be signed for another purpose: to authenticate, with a challenge that the caller chooses."""
    for document in (
        credential(issuer, type="VerifiablePresentation"),
        credential(issuer, type=[VC, "VerifiablePresentation"]),
        {"@context": [V2], "type": "VerifiablePresentation", "holder": issuer.id},
    ):
        assert codes(issuer.issue(document, challenge="a-challenge"))


@pytest.mark.parametrize("form", ["url", "object", "named"])
def test_an_issuer_that_is_ours(issuer: Endpoint, form: str) -> None:
    named: Any = issuer.id if form == "url" else {"id": issuer.id}
    if form == "named":
        named |= {"name": SEVERAL, "description": BOTH}
    assert issued(issuer.issue(credential(issuer, issuer=named)))["issuer"] == named


@pytest.mark.parametrize("member", ["name", "description"])
@pytest.mark.parametrize("value", ["A widget", ENGLISH, BOTH, SEVERAL])
def test_a_name_of_the_issuer(issuer: Endpoint, member: str, value: Any) -> None:
    named = {"id": issuer.id, member: value}
    assert issued(issuer.issue(credential(issuer, issuer=named)))["issuer"] == named


@pytest.mark.parametrize("member", ["name", "description"])
@pytest.mark.parametrize("value", [{**ENGLISH, "url": "did:example:a"}, {}, 7, [{}]])
def test_a_name_of_the_issuer_that_is_none(issuer: Endpoint, member: str, value: Any) -> None:
    named = {"id": issuer.id, member: value}
    answer = issuer.issue(credential(issuer, issuer=named))
    assert codes(answer) == {"INVALID_CREDENTIAL"}


def test_a_base_direction_is_issued_by_a_suite_that_signs_it(suite: Suite) -> None:
    """RDF has none: the issuer that the suite calls makes JCS proofs, and one of RDF proofs refuses it."""
    assert suite.issuer("vc2.0").entry["tags"] == ["eddsa-jcs-2022", "vc2.0"]
    graph = suite.issuer("eddsa-rdfc-2022")
    assert codes(graph.issue(credential(graph, name=BOTH))) == {"UNDEFINED_TERM"}
    issued(graph.issue(credential(graph, name=ENGLISH)))


PAST = [members for members in ISSUED["dates"] if members.get("validUntil", "").startswith(("2010", "2009"))]
FUTURE = [
    members
    for members in ISSUED["dates"]
    if members.get("validFrom") in {"9999-12-31T23:59:59Z", "12010-01-01T00:00:00Z"}
]


@pytest.mark.parametrize(
    "members", [each for each in cases(ISSUED) if each.values[0] not in [*PAST, *FUTURE]]
)
def test_what_was_issued_verifies(suite: Suite, issuer: Endpoint, members: dict[str, Any]) -> None:
    """Types of status and of schemas that are not known are told, and are no error."""
    document = issued(issuer.issue(credential(issuer, **members)))
    told = verified(suite.verifier("vc2.0").verify(document, checks=["proof"]))
    assert bool({"credentialStatus", "credentialSchema"} & members.keys()) == any(
        each["pointer"].startswith(("/credentialStatus", "/credentialSchema")) for each in told["warnings"]
    )


@pytest.mark.parametrize(("several", "code"), [(PAST, "EXPIRED"), (FUTURE, "NOT_YET_VALID")])
def test_out_of_its_period_the_proof_verifies_and_that_is_told_apart(
    suite: Suite, issuer: Endpoint, several: list[dict[str, Any]], code: str
) -> None:
    assert several
    for members in several:
        document = issued(issuer.issue(credential(issuer, **members)))
        answer = suite.verifier("vc2.0").verify(document)
        assert codes(answer) == {code}
        outcomes = {each["name"]: each["outcome"] for each in answer.json()["checks"]}
        assert (outcomes["proof"], outcomes["validity"]) == ("passed", "failed")


# -- the deviation --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "digest",
    [
        {"digestSRI": "sha256-JKGMkPiXJcJm7cPYBjHbYSPLGkM8PyVdMyQWHFvDOnk="},
        {"digestMultibase": "uJKGMkPiXJcJm7cPYBjHbYSPLGkM8PyVdMyQWHFvDOnk"},
    ],
    ids=["of other bytes", "a bare hash"],
)
def test_deviation_d3_a_digest_of_an_older_draft_is_refused(issuer: Endpoint, digest: dict[str, str]) -> None:
    """The suite's digests are of the context as it was in July 2024; one names no algorithm."""
    answer = issuer.issue(credential(issuer, relatedResource={"id": V2, **digest}))
    assert codes(answer) & {"RELATED_RESOURCE_MISMATCH", "INVALID_CREDENTIAL"}
    assert answer.json()["problemDetails"][0]["pointer"].startswith("/relatedResource")


def test_the_digests_of_the_recommendations_bytes_are_accepted(issuer: Endpoint) -> None:
    sha256 = "sha256-WZVc7WaX1h4D8rJVb+vlMIqxaEKEb1tYbX8fet7JJzQ="
    for digest in ({"digestSRI": sha256}, {"digestSRI": SHA384}, {"digestMultibase": MULTIHASH}):
        issued(issuer.issue(credential(issuer, relatedResource={"id": V2, **digest})))
