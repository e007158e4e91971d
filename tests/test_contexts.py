"""The bundled contexts: which bytes they are, and that ours means what FORMAT says, member by member."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import rdflib
from examples_of_every_member import EXAMPLES, example, kind
from published import SHARED
from pyld import jsonld
from rdflib.compare import isomorphic

from signet_vc import resources
from signet_vc.credential import profile
from signet_vc.errors import ProblemError

CHECKOUT = Path(__file__).resolve().parents[1]
INDEX = json.loads((CHECKOUT / "contexts" / "index.json").read_bytes())
GRAPHS = Path(__file__).parent / "expected_graphs"
# What rdflib's own parsers do with its Dataset.
pytestmark = pytest.mark.filterwarnings(
    "ignore:(Dataset|ConjunctiveGraph).* is deprecated:DeprecationWarning"
)
EXPECTED = sorted(path.stem for path in GRAPHS.glob("*.trig"))


# -- the bytes -------------------------------------------------------------------------------------


@pytest.mark.parametrize("identifier", INDEX)
def test_the_index_has_the_hash_of_the_file(identifier: str) -> None:
    row = INDEX[identifier]
    data = (CHECKOUT / "contexts" / row["file"]).read_bytes()
    assert hashlib.sha256(data).hexdigest() == row["sha256"]


def test_every_file_is_in_the_index_and_says_where_it_is_from() -> None:
    files = {path.name for path in (CHECKOUT / "contexts").glob("*.jsonld")}
    assert {row["file"] for row in INDEX.values()} == files
    assert all(row["origin"] and row["license"] for row in INDEX.values())
    readme = (CHECKOUT / "contexts" / "README.md").read_text()
    assert [file for file in files if f"`{file}`" not in readme] == []


@pytest.mark.parametrize("identifier", [each for each in INDEX if each != resources.SIGNET_V1])
def test_a_copy_equals_what_its_publisher_serves(identifier: str) -> None:
    published = SHARED / "contexts" / INDEX[identifier]["file"]
    if not published.is_file():
        pytest.skip(f"not here: ../shared/contexts/{published.name}")
    data = published.read_bytes()
    assert hashlib.sha256(data).hexdigest() == INDEX[identifier]["publishedSha256"]
    assert resources.load_context(identifier) == json.loads(data)


# -- the terms -------------------------------------------------------------------------------------


def static_loader(url: str, _options: object) -> dict[str, Any]:
    try:
        document = resources.load_context(url)
    except ProblemError as error:
        raise jsonld.JsonLdError(f"unknown: {url}", "loading document failed") from error
    return {
        "contextUrl": None,
        "documentUrl": url,
        "document": document,
        "contentType": "application/ld+json",
    }


OPTIONS = {"documentLoader": static_loader, "base": ""}


def expand(document: dict[str, Any]) -> tuple[list[Any], list[str]]:
    """The expanded document, and the members that JSON-LD would have dropped without a word."""
    dropped: list[str] = []
    return jsonld.expand(document, OPTIONS, on_property_dropped=dropped.append), dropped


def relative_identifiers(expanded: Any) -> Iterator[str]:
    """Predicates, types and node identifiers that are no absolute IRIs: not mapped by any term."""
    if isinstance(expanded, list):
        for item in expanded:
            yield from relative_identifiers(item)
    elif isinstance(expanded, dict) and "@value" not in expanded:
        for name, value in expanded.items():
            identifiers = value if name in {"@id", "@type"} else [name]
            for identifier in [identifiers] if isinstance(identifiers, str) else identifiers:
                if not identifier.startswith("@") and ":" not in identifier:
                    yield identifier
            yield from relative_identifiers(value)


def as_one_graph(dataset: rdflib.Dataset) -> rdflib.Graph:
    """Each quad as a node with four edges, since isomorphism is defined for graphs alone."""
    edges = [rdflib.URIRef(f"urn:quad:{part}") for part in ("subject", "predicate", "object", "graph")]
    graph = rdflib.Graph()
    for quad in dataset.quads():
        node = rdflib.BNode()
        for edge, term in zip(edges, quad, strict=True):
            if term is not None:
                graph.add((node, edge, getattr(term, "identifier", term)))
    return graph


def parsed(text: str, syntax: str, monkeypatch: pytest.MonkeyPatch) -> rdflib.Graph:
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)  # the spelling counts
    dataset = rdflib.Dataset()
    dataset.parse(data=text, format=syntax)
    return as_one_graph(dataset)


@pytest.mark.parametrize("name", EXAMPLES)
def test_no_member_is_dropped_or_undefined(name: str) -> None:
    expanded, dropped = expand(example(name))
    assert dropped == []
    assert list(relative_identifiers(expanded)) == []


@pytest.mark.parametrize("name", EXPECTED)
def test_the_graph_is_the_expected_one(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    quads = jsonld.to_rdf(example(name), {**OPTIONS, "format": "application/n-quads"})
    found = parsed(quads, "nquads", monkeypatch)
    expected = parsed((GRAPHS / f"{name}.trig").read_text(), "trig", monkeypatch)
    assert isomorphic(found, expected)


def test_the_expected_graphs_use_every_term_of_the_context() -> None:
    used = " ".join((GRAPHS / f"{name}.trig").read_text() for name in EXPECTED)
    identifiers = set(own_identifiers(resources.load_context(resources.SIGNET_V1)))
    assert len(identifiers) > 40
    assert {
        each for each in identifiers if f"signet:{each.removeprefix(profile.VOCABULARY)} " not in used
    } <= {profile.VOCABULARY + name for name in profile.CREDENTIAL_TYPES.values()}


@pytest.mark.parametrize("mutation", ["term", "case", "swap", "spelling", "proof", "order"])
def test_another_graph_is_not_the_expected_one(mutation: str, monkeypatch: pytest.MonkeyPatch) -> None:
    document = example("request-that-embeds")
    subject = document["credentialSubject"]
    match mutation:
        case "term":
            subject["attester"] = "proxy"
        case "case":
            subject["arguments"]["To"] = subject["arguments"].pop("to")
        case "spelling":
            subject["deadline"] = "2026-03-30T11:42:25.12Z"
        case "proof":
            document["proof"]["created"] = "2026-03-30T11:37:26Z"
        case "swap":
            subject["chain"], subject["traceId"] = subject["traceId"], subject["chain"]
        case _:
            subject["authorization"].reverse()
    quads = jsonld.to_rdf(document, {**OPTIONS, "format": "application/n-quads"})
    expected = parsed((GRAPHS / "request-that-embeds.trig").read_text(), "trig", monkeypatch)
    assert not isomorphic(parsed(quads, "nquads", monkeypatch), expected)


def own_identifiers(definition: Any) -> Iterator[str]:
    if isinstance(definition, dict):
        for value in definition.values():
            yield from own_identifiers(value)
    elif isinstance(definition, str) and definition.startswith(profile.VOCABULARY):
        yield definition


def contexts_within(definition: Any) -> Iterator[dict[str, Any]]:
    if isinstance(definition, dict):
        if "@context" in definition:
            yield definition["@context"]
        for value in definition.values():
            yield from contexts_within(value)


def test_every_scope_is_protected_and_defines_nothing_of_the_base_context_again() -> None:
    scopes = list(contexts_within(resources.load_context(resources.SIGNET_V1)))
    base = resources.load_context(resources.CREDENTIALS_V2)["@context"]
    assert len(scopes) == 9  # the outer one, two subjects, five kinds of objects, one of them in both
    for scope in scopes:
        assert scope["@protected"] is True
        assert not {*scope} & {*base} - {"@protected"}
        assert "@vocab" not in scope


def test_only_our_types_are_defined_outside_of_a_scope() -> None:
    outer = resources.load_context(resources.SIGNET_V1)["@context"]
    types = {*profile.CREDENTIAL_TYPES.values(), "ToolCallRequest", "ToolCallResponse"}
    assert {*outer} == {"@protected", *types}


# -- what must not pass ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "member"),
    [
        ("", "nonce"),
        ("", "outcome"),
        ("credentialSubject", "jkt"),
        ("credentialSubject", "effect"),
        ("proof", "audience"),
    ],
)
def test_threat_14_a_term_outside_of_its_scope_is_undefined_and_refused(place: str, member: str) -> None:
    document = example("request-that-embeds")
    (document[place] if place else document)[member] = "uTheNonceOfTheRequest_A"
    assert expand(document)[1] == [member]
    assert [each.pointer for each in profile.shape_problems(document)] == [
        f"{place and '/' + place}/{member}"
    ]


@pytest.mark.parametrize("name", ["request-that-embeds", "completed"])
def test_threat_14_an_undefined_term_is_refused_wherever_it_is_put(name: str) -> None:
    for holder in every_object(example(name), ""):
        document = example(name)
        inner = at(document, holder)
        inner["evil"] = "https://example.com/evil"
        assert expand(document)[1] == ["evil"], holder
        assert [each.pointer for each in profile.shape_problems(document)] == [f"{holder}/evil"]


def every_object(value: Any, place: str) -> Iterator[str]:
    """Objects that the format controls: not the embedded values."""
    if isinstance(value, dict):
        yield place
        for name, item in value.items():
            if name not in {"arguments", "result", "error"}:
                yield from every_object(item, f"{place}/{name}")


def at(document: dict[str, Any], place: str) -> dict[str, Any]:
    for step in place.split("/")[1:]:
        document = document[step]
    return document


@pytest.mark.parametrize(
    "contexts",
    [
        "https://w3id.org/signet-vc/v1",
        ["https://w3id.org/signet-vc/v1", "https://www.w3.org/ns/credentials/v2"],
        ["https://www.w3.org/ns/credentials/v2", "https://w3id.org/signet-vc/v1", "https://example.com/v1"],
        ["https://www.w3.org/ns/credentials/v2", "signet-vc/v1"],
        [
            "https://www.w3.org/ns/credentials/v2",
            "https://w3id.org/signet-vc/v1",
            {"to": "https://example.com/to"},
        ],
        ["https://www.w3.org/ns/credentials/v2", "https://W3id.org/signet-vc/v1"],
        ["https://www.w3.org/ns/credentials/v2", "https://w3id.org/signet-vc/v1/"],
        ["https://www.w3.org/ns/credentials/v2", None],
        [],
        None,
    ],
)
def test_threat_15_other_contexts_than_the_two_are_refused(contexts: Any) -> None:
    document = example("smallest-request")
    document["@context"] = contexts
    assert "/@context" in [each.pointer for each in profile.shape_problems(document)]


@pytest.mark.parametrize("term", ["ToolCallRequest", "ToolCallRequestCredential", "digestMultibase"])
def test_threat_15_a_term_of_the_outer_scope_cannot_be_given_another_meaning(term: str) -> None:
    document = example("smallest-request")
    document["@context"].append({term: "https://example.com/other"})
    with pytest.raises(jsonld.JsonLdError):
        expand(document)


@pytest.mark.parametrize("term", ["audience", "nonce", "outcome", "issuer"])
def test_threat_15_a_scoped_term_keeps_its_meaning_within_its_scope(term: str) -> None:
    document = example("smallest-request")
    document["@context"].append({term: "https://example.com/other"})
    assert "https://example.com/other" not in json.dumps(expand(document)[0])


def test_nothing_is_loaded_from_the_network() -> None:
    document = example("smallest-request")
    document["@context"].append("https://example.com/v1")
    with pytest.raises(jsonld.JsonLdError):
        expand(document)


def test_examples_are_of_both_kinds() -> None:
    assert {kind(name) for name in EXAMPLES} == {"request", "response"}
