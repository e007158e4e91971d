"""The page on conformance holds to its form, its tests exist, and what no other test shows is shown here."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from identities import AGENT, P256, alumni_credential

from signet_vc import Policy, present, sign, verify
from signet_vc.codec import rdfc
from signet_vc.errors import Code

TESTS = Path(__file__).parent
PAGE = TESTS.parent / "docs" / "conformance.md"
VERDICTS = ("met", "not met", "not applicable")
SPECIFICATIONS = (
    "Verifiable Credentials Data Model 2.0",
    "Verifiable Credentials Data Model 1.1",
    "Data Integrity 1.0",
    "Data Integrity EdDSA and ECDSA Cryptosuites 1.0",
    "Securing Verifiable Credentials using JOSE and COSE",
    "Bitstring Status List 1.0",
    "Controlled Identifiers 1.0",
    "VC JSON Schema",
    "JSON-LD 1.1 and RDF Dataset Canonicalization",
    "did:key",
    "did:jwk",
    "did:web",
    "DID Resolution",
    "VC-API",
)


class Row(NamedTuple):
    """One statement of the page."""

    section: str
    statement: str
    verdict: str
    rest: str

    @property
    def tests(self) -> list[tuple[str, str]]:
        """The tests that are named, each with the file that the link leads to."""
        return re.findall(r"\[(test_\w+)\]\(([^)]+)\)", self.rest)


@cache
def sections() -> dict[str, str]:
    text = PAGE.read_text(encoding="utf-8")
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@cache
def rows() -> list[Row]:
    """Every row of the tables of statements, without their heads."""
    found = []
    for name in SPECIFICATIONS:
        lines = [line for line in sections()[name].splitlines() if line.startswith("|")]
        assert lines[:2] == ["| statement | verdict | test, or why |", "| --- | --- | --- |"], name
        for line in lines[2:]:
            statement, verdict, rest = (cell.strip() for cell in line.strip("|").split("|"))
            found.append(Row(name, statement, verdict, rest))
    return found


@cache
def defined_in(file: Path) -> set[str]:
    """The tests of a module, by their names."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_specification_has_its_table() -> None:
    assert list(sections()) == [*SPECIFICATIONS, "Named deviations", "W3C's test suites"]
    assert {row.section for row in rows()} == set(SPECIFICATIONS)


def test_every_row_has_a_verdict() -> None:
    assert [row for row in rows() if row.verdict not in VERDICTS] == []


def test_no_statement_stands_twice() -> None:
    statements = [(row.section, row.statement) for row in rows()]
    assert [each for each in statements if statements.count(each) > 1] == []


def test_what_is_met_names_its_tests() -> None:
    assert [row for row in rows() if row.verdict == "met" and not row.tests] == []


def test_what_is_not_met_says_why() -> None:
    silent = [row for row in rows() if row.verdict == "not met" and not re.match(r"[^\[]", row.rest)]
    assert silent == []


def test_every_test_that_is_named_exists() -> None:
    page = PAGE.read_text(encoding="utf-8")
    named = re.findall(r"\[(test_\w+)\]\(([^)]+)\)", page)
    assert len(named) == len(re.findall(r"\btest_\w+\]", page)) > len(rows())
    missing = []
    for name, address in named:
        file = (PAGE.parent / address).resolve()
        if not file.is_relative_to(TESTS) or not file.is_file() or name not in defined_in(file):
            missing.append((name, address))
    assert missing == []


def test_every_deviation_has_its_test() -> None:
    lines = re.findall(r"^\| D(\d) \|.*\| (.*) \|$", sections()["Named deviations"], re.MULTILINE)
    assert [number for number, _ in lines] == ["1", "2", "3", "4", "5", "6", "7"]
    assert [cell for _, cell in lines if "[test_deviation_" not in cell] == []


def test_every_test_of_a_deviation_is_named() -> None:
    """In the table, or in one that stands for it; none that the page does not tell of."""
    told = set(re.findall(r"\[test_deviation_(d\d)", sections()["Named deviations"]))
    found = {
        match[1]
        for file in (TESTS / "suites").glob("test_*.py")
        for name in defined_in(file)
        if (match := re.match(r"test_deviation_(d\d)_", name))
    }
    assert found == told


# --- statements that no other test shows ----------------------------------------------------------------

WAYS: list[dict[str, Any]] = [
    {},
    {"suite": "eddsa-rdfc-2022"},
    {"securing": "jws"},
    {"securing": "sd-jwt"},
    {"securing": "cose"},
]


@pytest.mark.parametrize("how", WAYS)
def test_the_verified_document_is_what_was_secured_and_nothing_else(how: dict[str, Any]) -> None:
    """VCDM 2.0 §5.13: no proof, no header, no signature, no digests of disclosures."""
    document = alumni_credential(AGENT.did)
    assert verify(sign(document, AGENT, **how), Policy(allowed_signers=[AGENT.did])).document == document


@pytest.mark.parametrize("how", WAYS)
def test_a_verification_gives_what_the_algorithm_returns(how: dict[str, Any]) -> None:
    """VCDM 2.0 §7.1, for a success with a warning, and for a failure."""
    document = alumni_credential(AGENT.did, credentialStatus={"type": "OtherStatus"})
    secured = sign(document, AGENT, **how)
    success = verify(secured, Policy(allowed_signers=[AGENT.did]))
    assert (success.verified, success.issuer, success.problems) == (True, AGENT.did, ())
    assert success.document == document
    assert [each.code for each in success.notices] == [Code.STATUS_NOT_EVALUATED]
    failure = verify(secured, Policy(allowed_signers=[P256.did]))
    assert (failure.verified, failure.document) == (False, None)
    assert [each.code for each in failure.problems] == [Code.SIGNER_NOT_ALLOWED]


def test_each_presented_credential_is_a_graph_of_its_own() -> None:
    """VCDM 2.0 §5.12: what two credentials say of nobody in particular is not said of one."""
    nobody = {"type": "Person", "alumniOf": "The School of Examples"}
    credentials = [
        sign({**alumni_credential(AGENT.did, credentialSubject=nobody), "id": f"urn:example:{number}"}, AGENT)
        for number in range(2)
    ]
    made = present(credentials, P256, suite="ecdsa-rdfc-2019")
    quads = rdfc.canonicalize(made).decode().splitlines()
    stated = [quad.split(" ") for quad in quads if "alumniOf" in quad]
    graphs = {quad[-2] for quad in stated}
    assert len(stated) == len(graphs) == 2
    assert all(graph.startswith("_:") for graph in graphs)
    holding = {quad.split(" ")[2] for quad in quads if "#verifiableCredential>" in quad}
    assert graphs == holding


@pytest.mark.parametrize("how", [{}, {"suite": "ecdsa-rdfc-2019"}])
def test_a_presentation_of_version_1_1_is_made_and_verified(how: dict[str, Any]) -> None:
    """VCDM 1.1 §4.10, of a credential of that version; never mixed with the context of 2.0."""
    base = "https://www.w3.org/2018/credentials/v1"
    credential = {
        "@context": [base],
        "type": ["VerifiableCredential"],
        "issuer": AGENT.did,
        "issuanceDate": "2023-01-01T00:00:00Z",
        "credentialSubject": {"id": "urn:example:anything"},
    }
    presentation = {
        "@context": [base],
        "type": ["VerifiablePresentation"],
        "holder": P256.did,
        "verifiableCredential": [sign(credential, AGENT)],
    }
    policy = Policy(allowed_signers=[AGENT.did])
    result = verify(sign(presentation, P256, **how), policy)
    assert (result.problems, [each.verified for each in result.credentials]) == ((), [True])
    forged = {**presentation["verifiableCredential"][0], "issuanceDate": "2022-01-01T00:00:00Z"}
    result = verify(sign({**presentation, "verifiableCredential": forged}, P256, **how), policy)
    assert [each.code for each in result.problems] == [Code.PROOF_INVALID]
