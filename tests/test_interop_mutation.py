"""The vectors to be accepted, changed: nothing that is signed can be another and still be accepted.

Each case is changed at places that are drawn by its name, the same on every run. What is accepted all the
same must stand in ``UNSIGNED``, with the reason; and what stands there is shown to be so.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from random import Random
from typing import NamedTuple

import pytest
from vector_changes import Change, changes

from signet_vc.interop import load, vectors_folder
from signet_vc.interop.cases import BrokenCaseError, Case
from signet_vc.interop.finding import Finding, differences
from signet_vc.interop.judges import JUDGES, judge

CHANGES = 16  # of a case; of some 500 cases these take half a minute
ROUNDS = 100  # after so many, no such change has been found
# What is no signature but a value: changed, it may be accepted as another value.
OF_VALUES = frozenset({"jcs", "canon", "commitment", "did-key", "did-jwk"})
# What is handed out, and stays what it was where a change is accepted, as nobody is added who signs.
UNCHANGED = ("holder", "canonicalDocument", "signatureBase", "mandates", "checkout")
# What a party has not received, but remembers of its own call.
REMEMBERED = frozenset({("response", "request")})
OVER_JCS = ("eddsa-jcs-2022", "ecdsa-jcs-2019", "proof-chain", "data-model", "status", "controller")
OVER_RDF = ("eddsa-rdfc-2022", "ecdsa-rdfc-2019")
WITH_PROOFS = (*OVER_JCS, *OVER_RDF, "presentation")
A2A = "a2a-message"
CARRIER = r"https:~1~1w3id\.org~1signet-vc~1a2a~1v1"


class Unsigned(NamedTuple):
    """What may change: kinds of case, places as a pattern, why; of these cases alone, if any are named."""

    kinds: tuple[str, ...]
    places: str
    why: str
    cases: str = ".*"
    input: str = ".*"


IN_JSON = (
    *WITH_PROOFS,
    "request",
    "response",
    "jcs",
    "canon",
    "commitment",
    "a2a-agent-card",
    A2A,
    "ucp-checkout",
)
UNSIGNED = (
    # -- JSON ------------------------------------------------------------------------------------------
    Unsigned(IN_JSON, "white space|order of members", "RFC 8785 3.2: neither is in the canonical form."),
    # -- Data Integrity --------------------------------------------------------------------------------
    Unsigned(WITH_PROOFS, "/proof", "VC Data Integrity 2.1: one proof may stand in a list.", "(?!chain).*"),
    Unsigned(("proof-chain", *OVER_RDF, "eddsa-jcs-2022"), "/proof/order", "2.1.1: proofs are a set."),
    Unsigned(
        ("proof-chain", *OVER_RDF, "eddsa-jcs-2022"),
        "/proof/(shorter|longer|\\d+)",
        "2.1.1: each proof of a set stands for itself; one may be taken away, or stand there twice.",
    ),
    Unsigned(
        ("proof-chain",),
        "/proof/1/.*",
        "The policy takes a proof of an unknown type, whose content nobody reads.",
        "beside-an-unknown-proof",
    ),
    Unsigned(
        (*OVER_JCS, "presentation"),
        "/@context(/longer|/shorter)?",
        "vc-di-eddsa 3.3.2: the context is that of the proof, with which the document's begins.",
    ),
    Unsigned(
        (*OVER_RDF, "proof-chain", "presentation"),
        ".*/(type|@context|alumniOf|credentialSubject|verifiableCredential|grades|name)(/(longer|order))?",
        "RDF 1.1 3.1: a graph is a set; one value, a list of it, and the same twice, are the same triples.",
        ".*(?<!a-list-in-order)",
    ),
    Unsigned(OVER_RDF, ".*/@language", "RDF 1.1 3.3: language tags are compared in lower case."),
    # -- envelopes -------------------------------------------------------------------------------------
    Unsigned(
        ("vc-sd-jwt", "presentation"),
        r"part [3-9]\d* left out",
        "RFC 9901 4: without a key binding, whoever holds a token may withhold disclosures.",
    ),
    Unsigned(("vc-cose", "presentation"), "unprotected", "RFC 9052 3: the unprotected header is not signed."),
    Unsigned(
        ("presentation",),
        "/(added|@context|type)",
        "VCDM 4.13: the object beside an envelope is not signed, and is not what is handed out.",
        ".*-in-a-data-url",
    ),
    # -- calls -----------------------------------------------------------------------------------------
    Unsigned(
        ("request", "response"),
        "/(jsonrpc|id|added)|/error/(added|details)",
        "FORMAT, Values: of JSON-RPC the method, params, result and error (code, message, data) are signed.",
    ),
    Unsigned(
        ("request", "response"),
        r"/(params|result)/_meta/(?!org\.w3id\.signet-vc).*",
        "FORMAT, Values: _meta is rewritten by gateways, and is not signed.",
    ),
    Unsigned(
        ("request", "response"),
        r"/(params/_meta|result/_meta|error/data)/org\.w3id\.signet-vc~1(request|response)/(?!credential|jws|values).*",
        "FORMAT, Carriers: members that are unknown are ignored, and authorization is not looked at.",
    ),
    Unsigned(
        ("response",),
        "/result/(resultType|isError)",
        "FORMAT, Values: an absent resultType is complete, an absent isError false.",
    ),
    Unsigned(
        ("request",),
        "/params/.*",
        "The policy demands no attestation, and there is none.",
        "unattested-where-none-is-required",
    ),
    # -- neighbours ------------------------------------------------------------------------------------
    Unsigned(
        (A2A,),
        f"(?!.*{CARRIER}/(credential|jws)).*",
        "docs/a2a.md, Carrier: what stands beside an attestation is not signed, and each stands for itself.",
    ),
    Unsigned(
        ("a2a-agent-card",),
        "/signatures(/.*)?",
        "A2A 8.4.3: one signature that holds suffices, and its unprotected header is not signed.",
    ),
    Unsigned(
        ("a2a-agent-card",),
        "/(?!signatures).*",
        "docs/a2a.md: what the canonical form leaves out is in a notice, and not in what is handed out.",
    ),
    Unsigned(
        ("http-signature",),
        "(content-length|user-agent|date|signature|signature-input)( left out)?",
        "RFC 9421 1.4: a field that no signature that counts covers is not signed.",
        input="message",
    ),
    Unsigned(
        ("ucp-checkout",),
        "/ap2(/.*)?",
        "UCP, AP2 Mandates: the checkout is signed without its member ap2.",
    ),
    Unsigned(("http-signature",), "host", "RFC 9421 2.2.3: the authority is taken in lower case."),
    Unsigned(
        ("http-signature",),
        "first line",
        "RFC 9421 2.2.9: of a response's first line the status code alone is covered.",
        ".*response.*",
    ),
    Unsigned(
        ("http-signature",),
        "first line",
        "RFC 9421 2.2.7: an empty query and none are signed alike.",
        "query-empty",
    ),
    Unsigned(
        ("http-signature",),
        "accept",
        "RFC 9421 2.1.1: with sf a value is signed in its strict spelling, whatever spelling came.",
        "strict",
    ),
    Unsigned(
        ("http-signature",),
        "(?!content-digest|body).*",
        "RFC 9421 2.4: of the request that is answered, what the response covers with req is signed.",
        input="request",
    ),
)


@cache
def accepted() -> dict[str, list[Case]]:
    """The cases to be accepted, by kind."""
    found: dict[str, list[Case]] = {}
    for _, case in load(vectors_folder()):
        assert isinstance(case, Case)
        if case.verdict == "accept":
            found.setdefault(case.kind, []).append(case)
    return found


def found_of(case: Case, name: str, change: Change) -> Finding | None:
    """The finding, if what was changed is accepted: as the same value, where a case is about one."""
    try:
        finding = judge(replace(case, input={**case.input, name: change.data}))
    except BrokenCaseError:  # no message of this kind any more
        return None
    if finding.codes or (case.kind in OF_VALUES and differences(case, finding)):
        return None
    return finding


def is_unchanged(case: Case, finding: Finding) -> bool:
    before = judge(case).values
    signers = {*before.get("issuers", ()), before.get("issuer")}
    return {*finding.values.get("issuers", ()), finding.values.get("issuer")} <= signers and all(
        finding.values.get(name) == before.get(name) for name in UNCHANGED
    )


def rules_for(case: Case, name: str, place: str) -> list[Unsigned]:
    return [rule for rule in UNSIGNED if applies(rule, case, name) and re.fullmatch(rule.places, place)]


def applies(rule: Unsigned, case: Case, name: str) -> bool:
    own_name = case.identifier.rpartition("/")[2]
    return (
        case.kind in rule.kinds
        and re.fullmatch(rule.cases, own_name) is not None
        and re.fullmatch(rule.input, name) is not None
    )


def inputs(case: Case) -> list[tuple[str, bytes]]:
    return [(name, data) for name, data in case.input.items() if (case.kind, name) not in REMEMBERED]


@pytest.mark.parametrize("kind", accepted())
def test_what_is_signed_cannot_be_changed(kind: str) -> None:
    tried, wrong = 0, []
    for case in accepted()[kind]:
        for name, data in inputs(case):
            for change in changes(data, Random(f"{case.identifier} {name}"), CHANGES):
                tried += 1
                finding = found_of(case, name, change)
                if finding and not (rules_for(case, name, change.place) and is_unchanged(case, finding)):
                    wrong.append((case.identifier, name, change))
    assert wrong == []
    assert tried >= 4 * len(accepted()[kind])


RULES = [rule for rule in UNSIGNED if accepted().keys() & set(rule.kinds)]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.why)
def test_what_is_said_to_be_unsigned_is_so_and_changes_nothing(rule: Unsigned) -> None:
    """Some change of such a place is accepted, and what is handed out is what it was."""
    subjects = [
        (case, name, data)
        for kind in rule.kinds
        for case in accepted().get(kind, ())
        for name, data in inputs(case)
        if applies(rule, case, name)
    ]
    for number in range(ROUNDS):
        for case, name, data in subjects:
            for change in changes(data, Random(f"{number} {case.identifier} {name}"), CHANGES):
                if re.fullmatch(rule.places, change.place):
                    finding = found_of(case, name, change)
                    if finding is not None:
                        assert is_unchanged(case, finding)
                        return
    pytest.fail("no change of such a place is accepted")


def test_every_kind_and_pattern_is_one() -> None:
    for rule in UNSIGNED:
        assert set(rule.kinds) <= set(JUDGES)
        assert rule.why.endswith(".")
        re.compile(rule.places)
