"""What the vectors can tell: a verifier that leaves out a rule fails some of them."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from signet_vc.credential import (
    bitstring_status,
    enveloped,
    external_schema,
    model,
    presentation,
    related_resource,
    terms,
)
from signet_vc.did import document as did_document
from signet_vc.envelopes import cose, registered_claims, sd_jwt, vc_jwt
from signet_vc.interop import load, vectors_folder
from signet_vc.interop.cases import BrokenCaseError, Case
from signet_vc.interop.finding import differences
from signet_vc.interop.judges import judge
from signet_vc.proofs import data_integrity, opening, proof_set
from signet_vc.protocols import (
    a2a_card,
    a2a_carriage,
    a2a_signature,
    ap2,
    http_components,
    http_message,
    ucp,
    ucp_checkout,
)


@cache
def cases() -> dict[str, list[Case]]:
    """By kind."""
    found: dict[str, list[Case]] = {}
    for _, case in load(vectors_folder()):
        assert isinstance(case, Case)
        found.setdefault(case.kind, []).append(case)
    return found


def fails(case: Case) -> bool:
    try:
        return differences(case, judge(case)) != []
    except BrokenCaseError:  # what comes after the rule relies on it
        return True


def failing(*kinds: str) -> list[str]:
    return [case.identifier for kind in kinds for case in cases()[kind] if fails(case)]


def nothing(*_: Any, **__: Any) -> list[Any]:
    return []


def nothing_twice(*_: Any, **__: Any) -> tuple[list[Any], list[Any]]:
    return [], []


def first(value: Any, *_: Any, **__: Any) -> Any:
    return value


# What is left out: the module, the function, what stands in its place, the kinds that tell.
LEFT_OUT: dict[str, tuple[Any, str, Any, list[str]]] = {
    "the data model": (model, "check", nothing, ["data-model", "vc-cose", "vc-sd-jwt"]),
    "the presentation's data model": (presentation, "check", nothing, ["presentation"]),
    "undefined terms": (terms, "problems", nothing, ["data-model", "vc-sd-jwt", "vc-cose", "presentation"]),
    "related resources": (related_resource, "problems", nothing, ["data-model"]),
    "schemas": (external_schema, "check", lambda *_, **__: external_schema.Findings([], []), ["data-model"]),
    "the forms of status": (bitstring_status, "form_problems", nothing, ["status"]),
    "status": (bitstring_status, "check", nothing_twice, ["status", "presentation"]),
    "key binding": (sd_jwt, "key_binding_problems", nothing, ["vc-sd-jwt"]),
    "audience and nonce": (registered_claims, "audience_problems", nothing, ["presentation", "vc-cose"]),
    "times of a token": (
        registered_claims,
        "time_problems",
        nothing_twice,
        ["vc-jwt", "vc-sd-jwt", "vc-cose"],
    ),
    "headers of a JWS": (vc_jwt, "form_problems", nothing, ["vc-jwt", "presentation"]),
    "headers of an SD-JWT": (sd_jwt, "form_problems", nothing, ["vc-sd-jwt"]),
    "headers of COSE": (cose, "form_problems", nothing, ["vc-cose", "presentation"]),
    "signatures of a JWS": (vc_jwt, "signature_problems", nothing, ["vc-jwt", "presentation"]),
    "signatures of an SD-JWT": (sd_jwt, "signature_problems", nothing, ["vc-sd-jwt", "presentation"]),
    "signatures of COSE": (cose, "signature_problems", nothing, ["vc-cose", "presentation"]),
    "what a token should have": (cose, "notices", nothing, ["vc-cose"]),
    "controllers' documents": (did_document, "check", first, ["controller"]),
    "relationships": (did_document, "serves", lambda *_: True, ["controller"]),
    "envelopes": (enveloped, "unwrap", lambda _: None, ["presentation"]),
    "domains of a proof": (
        opening,
        "domains_of",
        lambda _: frozenset({"verifier.example"}),
        ["presentation"],
    ),
    "the signature of a proof": (
        data_integrity,
        "check_signature",
        nothing,
        ["eddsa-jcs-2022", "ecdsa-jcs-2019", "eddsa-rdfc-2022", "ecdsa-rdfc-2019", "presentation"],
    ),
    "the signatures of a set": (proof_set, "check_signature", nothing, ["proof-chain"]),
    "that what a proof rests on stands": (
        proof_set,
        "rest_on",
        lambda document, _: document,
        ["proof-chain"],
    ),
    "the coverage of HTTP signatures": (ucp, "required", nothing, ["http-signature"]),
    "the digest of content": (ucp, "digest_problems", nothing, ["http-signature"]),
    "HTTP signatures": (ucp, "signature_problems", nothing, ["http-signature"]),
    "times of HTTP signatures": (ucp, "time_problems", nothing, ["http-signature"]),
    "tags of HTTP signatures": (ucp, "_is_read", lambda _: True, ["http-signature"]),
    "thumbprints of bots": (ucp, "thumbprint", lambda _: "platform-bot", ["http-signature"]),
    "the strict spelling of fields": (http_components, "write_strict", first, ["http-signature"]),
    "the framing of HTTP": (http_message, "_check_framing", nothing, ["http-signature"]),
    "the form of cards": (a2a_card, "form_problems", nothing, ["a2a-agent-card"]),
    "signatures of cards": (a2a_card, "_holds", lambda *_: True, ["a2a-agent-card"]),
    "what a card's reading drops": (a2a_card, "_consequences", nothing, ["a2a-agent-card"]),
    "what of a card is uncovered": (a2a_card, "_uncovered", nothing, ["a2a-agent-card"]),
    "headers of cards": (a2a_signature, "_EXTENSIONS", (), ["a2a-agent-card"]),
    "that two securings agree": (a2a_carriage, "_both", nothing, ["a2a-message"]),
    "what is committed to": (a2a_carriage, "_unopened", nothing, ["a2a-message"]),
    "the form of chains": (ap2, "form_problems", nothing, ["ap2-mandate"]),
    "signatures of mandates": (ap2, "_signature_problems", nothing, ["ap2-mandate"]),
    "bindings of mandates": (ap2, "_binding_problems", nothing, ["ap2-mandate"]),
    "audience and nonce of mandates": (ap2._Case, "transaction_problems", nothing, ["ap2-mandate"]),
    "times of mandates": (ap2._Case, "time_problems", nothing, ["ap2-mandate"]),
    "the checkout": (ap2._Case, "checkout_problems", nothing, ["ap2-mandate"]),
    "what mandates say already": (ap2._Case, "content_problems", nothing, ["ap2-mandate"]),
    "headers of authorizations": (ucp_checkout, "_form_problems", nothing, ["ucp-checkout"]),
    "constraints": (ap2._Case, "constraint_problems", nothing, ["ap2-mandate"]),
}


@pytest.mark.parametrize("rule", LEFT_OUT)
def test_a_rule_that_is_left_out_is_noticed(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module, name, instead, kinds = LEFT_OUT[rule]
    monkeypatch.setattr(module, name, instead)
    for kind in kinds:
        assert failing(kind), kind


def test_with_every_rule_nothing_fails() -> None:
    assert failing(*{kind for *_, kinds in LEFT_OUT.values() for kind in kinds}) == []
