"""W3C's suite for the data model 2.0, of verifiers: presentations that it signs itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from identities import AGENT, SERVER, STRANGER
from suite_client import Endpoint, Suite, codes, issued, refused, started, verified
from suite_fixtures import EXAMPLES, V1, V2, secured

from signet_vc.keys.signing import Key

ABSENT = "(absent)"  # compared by identity; its repr is the same in every test process
VC, VP = "VerifiableCredential", "VerifiablePresentation"
TERM = {"Widget": "https://vocabulary.example/Widget"}
SUITE = "eddsa-rdfc-2022"
CHALLENGE = "uGXbbTUJ8zYwmqjyHbl8yPA"
DOMAIN = "domain.example"  # no URL, as the suites have it


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Suite]:
    with started(tmp_path_factory.mktemp("suite")) as made:
        yield made


@pytest.fixture
def verifier(suite: Suite) -> Endpoint:
    return suite.vp_verifier("vc2.0")


def without_absent(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not ABSENT}


def plain_credential(issuer: str, **members: Any) -> dict[str, Any]:
    made = {
        "@context": [V2],
        "type": [VC],
        "validFrom": "2023-02-27T05:03:28Z",
        "issuer": issuer,
        "credentialSubject": {"id": "did:example:subject"},
        **members,
    }
    return without_absent(made)


def credential(by: Key = AGENT, **members: Any) -> dict[str, Any]:
    return secured(by, plain_credential(by.did, **members), SUITE)


def presentation(*credentials: Any, proof: dict[str, Any] | None = None, **members: Any) -> dict[str, Any]:
    """Sign a presentation as the suite does; it has a challenge of the suite's own."""
    made: dict[str, Any] = {"@context": [V2], "type": [VP], **members}
    if credentials:
        made["verifiableCredential"] = list(credentials)
    with_challenge = {"proofPurpose": "authentication", "challenge": CHALLENGE, **(proof or {})}
    return secured(AGENT, without_absent(made), SUITE, **with_challenge)


# -- what must verify -----------------------------------------------------------------------------

HOLDERS = {"without a holder": ABSENT, "a holder": AGENT.did, "a holder as an object": {"id": AGENT.did}}


@pytest.mark.parametrize("options", [{}, {"checks": []}])
@pytest.mark.parametrize("holder", HOLDERS.values(), ids=HOLDERS.keys())
@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_presentation(verifier: Endpoint, options: dict[str, Any], holder: Any, count: int) -> None:
    credentials = [credential(), credential(SERVER)][:count]
    told = verified(verifier.verify_presentation(presentation(*credentials, holder=holder), **options))
    assert [each["verified"] for each in told["credentialResults"]] == [True] * count


@pytest.mark.parametrize(
    "members",
    [
        {"id": "urn:uuid:3978344f-8596-4c3a-a978-8fcaba3903c5"},
        {"id": "https://holder.example/1"},
        {"type": VP},
        {"type": [VP, "https://vocabulary.example/Other"]},
        {"@context": [V2, EXAMPLES]},
        {"@context": [V2, TERM], "type": [VP, "Widget"]},
        {"@context": [V2, {"@context": TERM}], "type": ["Widget", VP]},
        {"holder": {"id": AGENT.did, "name": "The holder"}},
        {"termsOfUse": {"type": "https://vocabulary.example/Terms"}},
    ],
    ids=repr,
)
def test_a_presentation_with_more(verifier: Endpoint, members: dict[str, Any]) -> None:
    verified(verifier.verify_presentation(presentation(**members)))
    verified(verifier.verify_presentation(presentation(credential(), **members)))


def test_a_single_credential_without_a_list(verifier: Endpoint) -> None:
    verified(verifier.verify_presentation(presentation(verifiableCredential=credential())))


def test_a_credential_that_was_issued_here(suite: Suite, verifier: Endpoint) -> None:
    for tag in ("vc2.0", "ecdsa-rdfc-2019", "ecdsa-jcs-2019", "EnvelopingProof"):
        issuer = suite.issuer(tag)
        document = issued(issuer.issue(plain_credential(issuer.id)))
        verified(verifier.verify_presentation(presentation(document, credential())))


# -- domain and challenge -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options",
    [{}, {"challenge": CHALLENGE}, {"domain": DOMAIN}, {"domain": DOMAIN, "challenge": CHALLENGE}],
    ids=repr,
)
def test_the_domain_and_the_challenge_that_are_asked_for(verifier: Endpoint, options: dict[str, Any]) -> None:
    verified(verifier.verify_presentation(presentation(credential(), proof={"domain": DOMAIN}), **options))


@pytest.mark.parametrize(
    ("proof", "options", "code"),
    [
        ({"domain": "invalid-vc-domain.example.com"}, {"domain": DOMAIN}, "DOMAIN_MISMATCH"),
        ({}, {"domain": DOMAIN}, "DOMAIN_MISMATCH"),
        ({"domain": [DOMAIN, "other.example"]}, {"domain": DOMAIN}, "DOMAIN_MISMATCH"),
        (
            {"domain": DOMAIN, "challenge": "invalid-challenge"},
            {"domain": DOMAIN, "challenge": CHALLENGE},
            "CHALLENGE_MISMATCH",
        ),
        ({"challenge": None}, {"challenge": CHALLENGE}, "CHALLENGE_MISMATCH"),
        ({"challenge": CHALLENGE.lower()}, {"challenge": CHALLENGE}, "CHALLENGE_MISMATCH"),
    ],
    ids=repr,
)
def test_another_domain_or_challenge(
    verifier: Endpoint, proof: dict[str, Any], options: dict[str, Any], code: str
) -> None:
    answer = verifier.verify_presentation(presentation(proof=proof), **options)
    assert codes(answer) == {code}


# -- what must not --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "members",
    [
        {"@context": ABSENT},
        {"@context": []},
        {"@context": [EXAMPLES]},
        {"@context": [EXAMPLES, V2]},
        {"@context": V1},
        {"@context": [V2, "https ://not-a-url/contexts/example/v1"]},
        {"@context": [V2, 123192875]},
        {"@context": [V2, "https://unknown.example/v1"]},
        {"type": ABSENT},
        {"type": []},
        {"type": VC},
        {"type": ["https://vocabulary.example/Other"]},
        {"type": [VP, "UnmappedType"]},
        {"id": "not a url"},
        {"id": None},
        {"holder": SERVER.did},
        {"holder": None},
        {"holder": "not a url"},
        {"holder": {"name": "without an id"}},
        {"holder": {"id": None}},
        {"proof": ABSENT},
        {"proof": None},
        {"verifiableCredential": ["eyJhbGciOiJFZERTQSJ9.e30.AA"]},
        {"verifiableCredential": [7]},
        {"verifiableCredential": [None]},
        {"verifiableCredential": "https://issuer.example/credential"},
        {"undefinedTerm": "IfDroppedWillVerify"},
    ],
    ids=repr,
)
def test_what_was_changed_after_signing(verifier: Endpoint, members: dict[str, Any]) -> None:
    changed = without_absent({**presentation(credential()), **members})
    assert codes(verifier.verify_presentation(changed, checks=[]))


@pytest.mark.parametrize(
    "members",
    [
        {"holder": {"name": "without an id"}},
        {"holder": "did:example:somebody-else"},
        {"holder": SERVER.did},
        {"termsOfUse": {"id": "https://holder.example/terms"}},
    ],
    ids=repr,
)
def test_what_was_signed_and_must_not_have_been(verifier: Endpoint, members: dict[str, Any]) -> None:
    assert codes(verifier.verify_presentation(presentation(**members)))


def test_a_broken_value_of_the_proof(verifier: Endpoint) -> None:
    document = presentation(credential())
    proof = document["proof"]
    for value in (
        proof["proofValue"][:-1],
        proof["proofValue"][1:],
        None,
        7,
        presentation()["proof"]["proofValue"],
    ):
        answer = verifier.verify_presentation({**document, "proof": {**proof, "proofValue": value}})
        assert codes(answer) == {"PROOF_INVALID"}


def test_an_unsecured_presentation(verifier: Endpoint) -> None:
    for holder in (ABSENT, AGENT.did):
        plain = {"@context": [V2], "type": [VP], "holder": holder, "verifiableCredential": [credential()]}
        assert codes(verifier.verify_presentation(without_absent(plain)))


@pytest.mark.parametrize("purpose", ["assertionMethod", "capabilityInvocation"])
def test_a_proof_for_another_purpose(verifier: Endpoint, purpose: str) -> None:
    document = presentation(proof={"proofPurpose": purpose})
    assert codes(verifier.verify_presentation(document)) == {"PROOF_PURPOSE_MISMATCH"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"credentialSubject": {"id": "did:example:another"}}, "PROOF_INVALID"),
        ({"issuer": STRANGER.did}, "KEY_NOT_CONTROLLED_BY_ISSUER"),
        ({"type": [VC, "https://vocabulary.example/Other"]}, "PROOF_INVALID"),
        ({"validUntil": "2023-02-28T00:00:00Z"}, "PROOF_INVALID"),
    ],
    ids=repr,
)
def test_a_presented_credential_that_does_not_verify(
    verifier: Endpoint, change: dict[str, Any], code: str
) -> None:
    """The presentation's own proof is good."""
    answer = verifier.verify_presentation(presentation(credential(), {**credential(SERVER), **change}))
    assert code in codes(answer)
    assert any(
        each["pointer"].startswith("/verifiableCredential/1") for each in answer.json()["problemDetails"]
    )


# -- a credential of the holder about itself --------------------------------------------------------


def test_a_self_asserted_credential(verifier: Endpoint) -> None:
    """Secured only by the presentation's proof: its issuer must be the holder."""
    verified(verifier.verify_presentation(presentation(plain_credential(AGENT.did), holder=AGENT.did)))


@pytest.mark.parametrize(
    ("issuer", "holder"),
    [
        (AGENT.did, ABSENT),
        (AGENT.did, "did:example:acme"),
        ("did:example:acme", AGENT.did),
        ("did:example:acme", "did:example:acme"),
        ("did:example:acme", ABSENT),
    ],
)
def test_a_self_asserted_credential_without_its_holder(verifier: Endpoint, issuer: str, holder: Any) -> None:
    answer = verifier.verify_presentation(presentation(plain_credential(issuer), holder=holder))
    assert codes(answer)


def test_a_credential_is_no_presentation(verifier: Endpoint) -> None:
    refused(verifier.verify_presentation(credential()))


def test_a_credential_is_not_made_as_a_presentation(suite: Suite) -> None:
    """It would be issued past the list of its statuses."""
    issuer = suite.issuer("vc2.0")
    address = issuer.url.replace("credentials/issue", "presentations")
    for kind in (VC, [VC, VP]):
        refused(suite.client.post(address, json={"presentation": plain_credential(issuer.id, type=kind)}))
