"""A real `signet serve` against its own OpenAPI description: schemathesis, and documents that really verify.

Schemathesis makes bodies from the description, to which a credential is an object: none of them verifies. So
what the description says of success is held with real documents, and of refusal with mutations of these.
"""

from __future__ import annotations

import copy
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import positive_data_acceptance
from vc_service import Started, address_of, credential_of, in_a_process, presentation_of

EXAMPLES = 3  # an operation: what is wide is tried by the coverage phase, which makes the same each time
MUTATIONS = 25  # a document
pytestmark = pytest.mark.filterwarnings("ignore:Unverified HTTPS request")  # of a certificate for this run


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    with in_a_process(tmp_path_factory.mktemp("serve"), "--ephemeral", "--tls", "--port", "0") as run:
        address_of(run)
        yield run


@pytest.fixture(scope="module")
def base(process: Started) -> str:
    return address_of(process)


@pytest.fixture(scope="module")
def description(base: str) -> Any:
    return httpx2.get(f"{base}/openapi.json", verify=False, timeout=30).json()


def test_nothing_that_schemathesis_finds_is_wrong(base: str, description: Any, tmp_path: Path) -> None:
    """Every operation, every check: no 5xx, documented codes and content types, schemas, 405 with Allow.

    But for one check: that what fits the description is accepted, since a credential has to verify too.
    """
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{base}/openapi.json", "--tls-verify=false"]
    command += ["--checks=all", "--exclude-checks=positive_data_acceptance"]
    command += ["--phases=examples,coverage,fuzzing,stateful", f"--max-examples={EXAMPLES}"]
    command += ["--seed=1", "--generation-database=none", "--no-color"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=240, check=False)
    assert run.returncode == 0, run.stdout
    # all but the one that gives the description itself, which it has read
    count = sum(len({"get", "post"} & set(item)) for item in description["paths"].values()) - 1
    assert f"{count} selected / {count} total" in run.stdout
    assert f"Tested: {count}" in run.stdout


# -- what succeeds is as it is described ---------------------------------------------------------------------


class Asking:
    """Calls operations with bodies that are known, and holds each answer to the description."""

    def __init__(self, described: Any, base: str, dids: dict[str, str]) -> None:
        self._described = described
        self._base = base
        self._session = requests.Session()
        self.dids = dids  # of the instances, by name

    def __call__(self, path: str, body: Any = None, **parameters: str) -> schemathesis.Response:
        """Ask, and hold the answer to every check but the one that is left out above."""
        operation = self._described[path]["GET" if body is None else "POST"]
        given: dict[str, Any] = {"path_parameters": parameters}
        if body is not None:
            given |= {"body": body, "media_type": "application/json"}
        case = operation.Case(**given)
        answer: schemathesis.Response = case.call_and_validate(
            base_url=self._base,
            session=self._session,
            verify=False,
            excluded_checks=[positive_data_acceptance],
        )
        return answer

    def done(self, code: int, path: str, body: Any = None, **parameters: str) -> Any:
        """The same of what succeeds."""
        answer = self(path, body, **parameters)
        assert answer.status_code == code, answer.text
        return answer.json()


@pytest.fixture(scope="module")
def ask(description: Any, process: Started, base: str) -> Asking:
    found = (re.search(r"/instances/(\S+) .* (did:key:\S+)$", line) for line in process.lines())
    dids = {each[1]: each[2] for each in found if each}
    (named,) = description["paths"]["/instances/{instance}/presentations"]["parameters"]
    assert list(dids) == named["schema"]["enum"]
    return Asking(schemathesis.openapi.from_dict(description), base, dids)


INSTANCES = [
    "eddsa-jcs-2022", "eddsa-rdfc-2022", "ecdsa-jcs-2019-p256", "ecdsa-jcs-2019-p384", "ecdsa-rdfc-2019-p256",
    "ecdsa-rdfc-2019-p384", "vc-jwt", "vc-sd-jwt", "vc-cose", "status",
]  # fmt: skip


def test_these_are_all_instances(ask: Asking) -> None:
    assert list(ask.dids) == INSTANCES


def issued(ask: Asking, name: str, options: Any = None, **members: Any) -> Any:
    body = {"credential": credential_of(ask.dids[name], **members), "options": options or {}}
    return ask.done(201, "/instances/{instance}/credentials/issue", body, instance=name)


def presented(ask: Asking, name: str, *credentials: Any) -> Any:
    body = {"presentation": presentation_of(*credentials, holder=ask.dids[name])}
    answer = ask.done(201, "/instances/{instance}/presentations", body, instance=name)
    return answer["verifiablePresentation"]


@pytest.mark.parametrize("name", INSTANCES)
def test_what_every_instance_does(ask: Asking, name: str) -> None:
    credential = issued(ask, name)
    body = {"verifiableCredential": credential, "options": {"returnCredential": True}}
    ask.done(200, "/instances/{instance}/credentials/verify", body, instance=name)
    body = {
        "verifiablePresentation": presented(ask, name, credential),
        "options": {"returnPresentation": True},
    }
    ask.done(200, "/instances/{instance}/presentations/verify", body, instance=name)


def test_what_the_first_instance_does_at_the_root(ask: Asking) -> None:
    did = next(iter(ask.dids.values()))
    credential = ask.done(201, "/credentials/issue", {"credential": credential_of(did)})
    ask.done(200, "/credentials/verify", {"verifiableCredential": credential})
    body = {
        "presentation": presentation_of(credential, holder=did),
        "options": {"challenge": "a", "domain": "b"},
    }
    made = ask.done(201, "/presentations", body)
    body = {**made, "options": {"challenge": "a", "domain": "b"}}
    told = ask.done(200, "/presentations/verify", body)
    assert [each["verified"] for each in told["credentialResults"]] == [True]


def test_warnings_are_described(ask: Asking) -> None:
    status = {"id": "https://example.org/1", "type": "https://example.org/Status"}
    credential = issued(ask, "eddsa-jcs-2022", credentialStatus=status)
    assert ask.done(200, "/credentials/verify", {"verifiableCredential": credential})["warnings"]


@pytest.mark.parametrize("path", ["/credentials/derive", "/instances/{instance}/credentials/derive"])
def test_derived(ask: Asking, path: str) -> None:
    subject = {"id": "did:example:subject", "name": "a"}
    full = issued(ask, "vc-sd-jwt", {"disclosable": ["/credentialSubject/name"]}, credentialSubject=subject)
    parameters = {"instance": "vc-sd-jwt"} if "{instance}" in path else {}
    body = {"verifiableCredential": full, "options": {"selectivePointers": []}}
    derived = ask.done(201, path, body, **parameters)
    assert len(derived["id"]) < len(full["id"])
    ask.done(200, "/credentials/verify", {"verifiableCredential": derived})


def test_a_status_is_changed_and_told(ask: Asking) -> None:
    credential = issued(ask, "status", id="urn:example:revoked")
    entry = credential["credentialStatus"]
    path = "/instances/{instance}/credentials/status"
    for named in ({"credentialId": "urn:example:revoked"}, {}):
        body = {**named, "credentialStatus": entry, "status": True}
        ask.done(200, path, body, instance="status")
    assert ask("/credentials/verify", {"verifiableCredential": credential}).status_code == 400
    ask.done(200, "/status-lists/{list}", list=entry["statusListCredential"].rpartition("/")[2])
    assert ask("/status-lists/{list}", list="none").status_code == 404
    body = {"credentialId": "urn:example:nobody", "credentialStatus": entry, "status": True}
    assert (
        ask(
            path, {**body, "credentialStatus": {**entry, "statusListIndex": "7"}}, instance="status"
        ).status_code
        == 404
    )
    assert ask("/credentials/status", body).status_code == 404


def test_what_is_read(ask: Asking) -> None:
    for path in ("/implementation.json", "/openapi.json", "/health", "/ready"):
        ask.done(200, path)
    for did in ask.dids.values():
        ask.done(200, "/1.0/identifiers/{did}", did=did)
        ask.done(200, "/1.0/identifiers/{did}", did=quote(f"{did}#{did.removeprefix('did:key:')}"))
    for wrong in ("did:key:@", "no did", f"{did}#nothing"):
        assert ask("/1.0/identifiers/{did}", did=quote(wrong)).status_code in {400, 404}


# -- what is changed is refused as it is described -----------------------------------------------------------

# What a reader of JSON, of JSON-LD, of a date, a URL, a token or a number may stumble over.
STRANGE: list[Any] = [
    None, True, False, 0, -1, 1 << 53, 1 << 64, 1.5, 1e300, "", "a", "\0", "\ufdd0", "did:key:z", "urn:a",
    "https://a.example/ b", "2020-01-01T00:00:00Z", "0000-00-00T00:00:00Z", [], {}, [[]], [{}], {"": ""},
    {"@value": 1}, {"@id": "a"}, {"@type": []}, {"@list": [1]}, {"@set": []}, {"@graph": {}}, {"@json": 1},
    {"@reverse": {}}, {"@included": [{}]}, {"@nest": {}}, {"@context": {}}, {"id": None}, {"type": [{}]},
    "@type", "@id", "_:b", "x" * 3000, ["a"] * 300, "data:,", "data:application/vc+jwt,a.b.c",
    "data:application/vc+cose;base64,AAAA", "z" + "1" * 500, "u" + "A" * 500,
]  # fmt: skip
NAMES = [
    "@context", "id", "type", "proof", "issuer", "@id", "@type", "@vocab", "@base", "@graph", "@reverse",
    "@list", "@value", "@import", "@propagate", "@protected", "@version", "@nest", "@included",
    "credentialStatus", "credentialSchema", "relatedResource", "verifiableCredential", "holder",
    "previousProof", "expires", "created", "domain", "challenge", "cryptosuite", "verificationMethod",
    "proofPurpose", "proofValue", "validFrom", "validUntil", "statusSize", "statusMessage", "digestMultibase",
    "digestSRI", "issuanceDate", "__proto__", "",
]  # fmt: skip


def places(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value inside of one."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, each in inside:
        yield (*way, step)
        yield from places(each, (*way, step))


def at(document: Any, way: tuple[Any, ...]) -> Any:
    for step in way:
        document = document[step]
    return document


@st.composite
def mutated(draw: st.DrawFn, document: Any) -> Any:
    """A document of which a value is replaced, taken away, doubled, extended or cut, or another's copy."""
    made = copy.deepcopy(document)
    for _ in range(draw(st.integers(1, 2))):
        ways = list(places(made))
        if not ways:
            break
        way = draw(st.sampled_from(ways))
        parent, last = at(made, way[:-1]), way[-1]
        value, strange = parent[last], copy.deepcopy(draw(st.sampled_from(STRANGE)))
        other = copy.deepcopy(at(made, draw(st.sampled_from(ways))))
        changes = [strange, other, [value, strange], [value, value]]
        if isinstance(value, dict):
            changes.append({**value, draw(st.sampled_from(NAMES)): strange})
        elif isinstance(value, str):
            place = draw(st.integers(0, len(value)))
            changes.append(
                value[:place] + draw(st.sampled_from(["A", "~", ".", "%", "\0", "é"])) + value[place + 1 :]
            )
            changes.append(value[:place])
        if draw(st.integers(0, 9)):
            parent[last] = draw(st.sampled_from(changes))
        else:
            del parent[last]
    if draw(st.booleans()):
        made[draw(st.sampled_from(NAMES))] = copy.deepcopy(draw(st.sampled_from(STRANGE)))
    return made


def trial(
    ask: Asking, path: str, member: str, document: Any, *, signed: Callable[[Any], Any] | None = None
) -> None:
    """Ask with mutations of a document: each is answered as it is described, and done or refused.

    signed: what of the document is signed. Where that is not as it was, it is refused.
    """

    @given(mutated(document))
    @settings(max_examples=MUTATIONS, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    def mutate(changed: Any) -> None:
        code = ask(path, {member: changed}).status_code
        assert code in {200, 201, 400}
        assert signed is None or signed(changed) == signed(document) or code == 400

    mutate()


def distinct(document: Any) -> Any:
    """A document with its proofs as a list, each once: the same document otherwise written."""
    proof = document.get("proof")
    several = proof if isinstance(proof, list) else [proof]
    return {**document, "proof": [each for place, each in enumerate(several) if each not in several[:place]]}


def carried(document: Any) -> str:
    """What the ``data:`` URL of an object carries; how its media type is written does not matter."""
    return str(document.get("id")).partition(",")[2]


# by instance. The RDF suites sign a graph, which documents that are written differently may have in common.
SIGNED: dict[str, Callable[[Any], Any] | None] = {
    "eddsa-rdfc-2022": None,
    "ecdsa-jcs-2019-p384": distinct,
    "vc-jwt": carried,
    "vc-sd-jwt": carried,
    "vc-cose": carried,
    "status": distinct,
}


@pytest.mark.parametrize("name", SIGNED)
def test_mutations_of_what_is_verified(ask: Asking, name: str) -> None:
    signed = SIGNED[name]
    credential = issued(ask, name)
    trial(ask, "/credentials/verify", "verifiableCredential", credential, signed=signed)
    presentation = presented(ask, name, credential, issued(ask, "vc-sd-jwt"))
    trial(ask, "/presentations/verify", "verifiablePresentation", presentation, signed=signed)


def test_mutations_of_what_is_issued_and_presented(ask: Asking) -> None:
    did = next(iter(ask.dids.values()))
    credential = credential_of(
        did,
        name={"@value": "a", "@language": "en"},
        credentialStatus={"id": "urn:a", "type": "https://a.example/status"},
        credentialSchema={"id": "https://a.example/schema", "type": "JsonSchema"},
        evidence=[{"type": "https://a.example/evidence"}],
        validFrom="2020-01-01T00:00:00Z",
    )
    trial(ask, "/credentials/issue", "credential", credential)
    presentation = presentation_of(issued(ask, "vc-jwt"), issued(ask, "eddsa-jcs-2022"), holder=did)
    trial(ask, "/presentations", "presentation", presentation)
