"""W3C's suite for vc-di-eddsa: proof sets and chains. What it shares with that for ECDSA is beside this."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from identities import AGENT, SERVER, STRANGER
from suite_client import Endpoint, Suite, codes, refused, started, verified
from suite_fixtures import credential, proof_over

FIRST = "urn:uuid:7e1b6a0d-9f0c-4d3a-8f86-6d1c0f0b7a01"
OTHER = "urn:uuid:7e1b6a0d-9f0c-4d3a-8f86-6d1c0f0b7a02"
MISSING = "urn:uuid:7e1b6a0d-9f0c-4d3a-8f86-6d1c0f0b7aff"


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Suite]:
    with started(tmp_path_factory.mktemp("suite")) as made:
        yield made


@pytest.fixture(params=["eddsa-rdfc-2022", "eddsa-jcs-2022"])
def tag(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def verifier(suite: Suite, tag: str) -> Endpoint:
    return suite.verifier(tag)


@pytest.fixture(params=["2.0", "1.1"])
def unsecured(request: pytest.FixtureRequest) -> dict[str, Any]:
    return credential(request.param, AGENT.did, to_sign=True)


def beside(document: dict[str, Any], *proofs: dict[str, Any]) -> dict[str, Any]:
    return {**document, "proof": list(proofs)}


def next_proof(
    document: dict[str, Any], tag: str, previous: list[dict[str, Any]], named: Any
) -> dict[str, Any]:
    """The issuer's proof over the document with the ``previous`` proofs in it, naming them as ``named``."""
    signed = {**document, "proof": previous} if previous else document
    return proof_over(AGENT, signed, tag, previousProof=named)


@pytest.fixture
def first(unsecured: dict[str, Any], tag: str) -> dict[str, Any]:
    """The first proof of the suite's fixtures is by another DID than the issuer's."""
    return proof_over(SERVER, unsecured, tag, id=FIRST)


# -- what must verify -----------------------------------------------------------------------------


@pytest.mark.parametrize("named", [FIRST, [FIRST]], ids=["string", "list"])
def test_a_chain(
    verifier: Endpoint, unsecured: dict[str, Any], tag: str, first: dict[str, Any], named: Any
) -> None:
    second = next_proof(unsecured, tag, [first], named)
    verified(verifier.verify(beside(unsecured, first, second), checks=["proof"]))
    verified(verifier.verify(beside(unsecured, second, first)))  # proofs have no order of their own


def test_a_chain_on_two(
    verifier: Endpoint, unsecured: dict[str, Any], tag: str, first: dict[str, Any]
) -> None:
    other = proof_over(STRANGER, unsecured, tag, id=OTHER)
    second = next_proof(unsecured, tag, [first, other], [FIRST, OTHER])
    verified(verifier.verify(beside(unsecured, first, other, second)))


def test_a_set(verifier: Endpoint, unsecured: dict[str, Any], tag: str, first: dict[str, Any]) -> None:
    verified(verifier.verify(beside(unsecured, first, proof_over(AGENT, unsecured, tag))))


def test_a_set_of_two_of_the_issuers(verifier: Endpoint, unsecured: dict[str, Any], tag: str) -> None:
    later = proof_over(AGENT, unsecured, tag, created="2024-05-06T07:08:10Z")
    told = verified(verifier.verify(beside(unsecured, proof_over(AGENT, unsecured, tag), later)))
    assert told["warnings"] == []


# -- what must not --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "named", [MISSING, [MISSING], [FIRST, MISSING]], ids=["string", "list", "one of two"]
)
def test_a_proof_that_is_named_and_not_there(
    verifier: Endpoint, unsecured: dict[str, Any], tag: str, first: dict[str, Any], named: Any
) -> None:
    second = next_proof(unsecured, tag, [first], named)
    answer = verifier.verify(beside(unsecured, first, second), checks=["proof"])
    assert codes(answer) == {"PROOF_CHAIN_BROKEN"}


@pytest.mark.parametrize("named", [38, True, None, {"id": FIRST}, [38], [[FIRST]]], ids=repr)
def test_a_reference_that_is_no_string(
    verifier: Endpoint, unsecured: dict[str, Any], tag: str, first: dict[str, Any], named: Any
) -> None:
    second = {**next_proof(unsecured, tag, [first], FIRST), "previousProof": named}
    assert codes(verifier.verify(beside(unsecured, first, second))) == {"PROOF_INVALID"}


def test_a_proof_that_names_itself(verifier: Endpoint, unsecured: dict[str, Any], tag: str) -> None:
    proof = proof_over(AGENT, unsecured, tag, id=FIRST, previousProof=FIRST)
    assert codes(verifier.verify({**unsecured, "proof": proof})) == {"PROOF_CHAIN_BROKEN"}


def test_two_proofs_of_one_name(
    verifier: Endpoint, unsecured: dict[str, Any], tag: str, first: dict[str, Any]
) -> None:
    again = proof_over(AGENT, unsecured, tag, id=FIRST)
    assert codes(verifier.verify(beside(unsecured, first, again))) == {"PROOF_INVALID"}


def test_a_proof_that_rests_on_a_broken_one(
    verifier: Endpoint, unsecured: dict[str, Any], tag: str, first: dict[str, Any]
) -> None:
    broken = {**first, "proofValue": proof_over(STRANGER, unsecured, tag)["proofValue"]}
    second = next_proof(unsecured, tag, [broken], FIRST)
    assert "PROOF_INVALID" in codes(verifier.verify(beside(unsecured, broken, second)))


def test_a_proof_over_the_document_alone_that_claims_to_rest_on_another(
    verifier: Endpoint, unsecured: dict[str, Any], tag: str, first: dict[str, Any]
) -> None:
    second = next_proof(unsecured, tag, [], FIRST)
    assert "PROOF_INVALID" in codes(verifier.verify(beside(unsecured, first, second)))


def test_a_chain_whose_first_proof_was_taken_out(
    verifier: Endpoint, unsecured: dict[str, Any], tag: str, first: dict[str, Any]
) -> None:
    second = next_proof(unsecured, tag, [first], FIRST)
    for document in (beside(unsecured, second), {**unsecured, "proof": second}):
        assert codes(verifier.verify(document)) == {"PROOF_CHAIN_BROKEN"}


def test_a_set_of_which_one_is_broken(
    verifier: Endpoint, unsecured: dict[str, Any], tag: str, first: dict[str, Any]
) -> None:
    good = proof_over(AGENT, unsecured, tag)
    other = proof_over(STRANGER, unsecured, tag)["proofValue"]
    for broken in ({**good, "proofValue": other}, {**first, "proofValue": other}):
        refused(verifier.verify(beside(unsecured, good, broken)))


# -- the deviation --------------------------------------------------------------------------------


def test_deviation_d1_another_signer_beside_the_issuer_is_told_and_accepted(
    verifier: Endpoint, unsecured: dict[str, Any], tag: str, first: dict[str, Any]
) -> None:
    """Every proof must verify and one be the issuer's; whoever else signed is named, and not the issuer."""
    second = next_proof(unsecured, tag, [first], FIRST)
    told = verified(verifier.verify(beside(unsecured, first, second)))
    assert told["issuer"] == AGENT.did
    assert any(each["pointer"].startswith("/proof/0") for each in told["warnings"])
    assert not any(each["pointer"].startswith("/proof/1") for each in told["warnings"])


def test_deviation_d1_without_a_proof_of_the_issuers_it_is_refused(
    verifier: Endpoint, unsecured: dict[str, Any], tag: str, first: dict[str, Any]
) -> None:
    other = proof_over(STRANGER, unsecured, tag)
    for proofs in ([first], [first, other]):
        assert codes(verifier.verify(beside(unsecured, *proofs))) == {"KEY_NOT_CONTROLLED_BY_ISSUER"}
