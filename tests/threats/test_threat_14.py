"""JSON-LD drops what no context defines: put into a signed document, it would be read and not be signed."""

from __future__ import annotations

import pytest
from identities import AGENT, ALL, alumni_credential

from signet_vc import resources
from signet_vc.credential import terms
from signet_vc.errors import Code, ProblemError
from signet_vc.proofs import data_integrity
from signet_vc.proofs.rdfc_suites import ECDSA_RDFC_2019, EDDSA_RDFC_2022

CREATED = "2026-03-30T11:37:25Z"
DEFINED = {
    **alumni_credential(AGENT.did),
    "@context": [resources.CREDENTIALS_V2],
    "type": ["VerifiableCredential"],
    "credentialSubject": {"id": "did:example:abcdefgh"},
}

# What an attacker puts in, and where it is told.
INJECTED = {
    "a member": ({"evil": "x"}, "/evil"),
    "a member of the subject": ({"credentialSubject": {"id": "urn:s", "evil": 1}}, "/credentialSubject/evil"),
    "a type": ({"type": ["VerifiableCredential", "Evil"]}, "/type"),
    "a relative type": ({"type": ["VerifiableCredential", "evil/type"]}, "/type"),
    "a relative identifier": ({"credentialSubject": {"id": "abcdefgh"}}, "/credentialSubject/id"),
    "null": ({"name": None}, "/name"),
    "a keyword to be": ({"@evil": "x"}, "/@evil"),
    "a keyword of frames": ({"@explicit": "x"}, "/@explicit"),
    "a member whose name has a space": ({"urn:a b": "x"}, "/urn:a b"),
}  # fmt: skip


def signed(key, document):
    suite = EDDSA_RDFC_2022 if key is AGENT else ECDSA_RDFC_2019
    return data_integrity.create({**document, "issuer": key.did}, key, created=CREATED, suite=suite)


@pytest.mark.parametrize("key", ALL.values(), ids=ALL)
@pytest.mark.parametrize("name", INJECTED)
def test_threat_14_what_is_put_in_after_signing_is_refused(name, key):
    members, _ = INJECTED[name]
    document = signed(key, DEFINED)
    assert not data_integrity.verify(document, controller=key.did).problems
    problems = data_integrity.verify({**document, **members}, controller=key.did).problems
    assert [each.code for each in problems] == [Code.UNDEFINED_TERM]


@pytest.mark.parametrize("name", INJECTED)
def test_threat_14_what_is_defined_nowhere_is_not_signed(name):
    members, pointer = INJECTED[name]
    with pytest.raises(ProblemError) as caught:
        signed(AGENT, {**DEFINED, **members})
    assert [(each.code, each.pointer) for each in caught.value.problems] == [(Code.UNDEFINED_TERM, pointer)]


@pytest.mark.parametrize("name", INJECTED)
def test_threat_14_it_is_told_under_any_securing(name):
    members, pointer = INJECTED[name]
    assert terms.problems(DEFINED) == []
    found = terms.problems({**DEFINED, **members})
    assert [(each.code, each.pointer) for each in found] == [(Code.UNDEFINED_TERM, pointer)]


def test_threat_14_a_base_that_is_taken_away_leaves_nothing_relative():
    """Under an `@base` too a relative name is refused: what it means must not rest on another member."""
    based = {**DEFINED, "@context": [{"@base": "https://base.example/"}, *DEFINED["@context"]]}
    with pytest.raises(ProblemError) as caught:
        signed(AGENT, {**based, "id": "relative"})
    assert caught.value.codes == (Code.UNDEFINED_TERM,)


def test_threat_14_what_a_catch_all_maps_is_signed():
    document = signed(AGENT, alumni_credential(AGENT.did))
    problems = data_integrity.verify({**document, "evil": "x"}, controller=AGENT.did).problems
    assert [each.code for each in problems] == [Code.PROOF_INVALID]
    assert terms.maps_top_level({**document, "evil": "x"}) == ["evil"]
