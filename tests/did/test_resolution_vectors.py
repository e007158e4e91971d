"""Resolution of did:key, against published vectors."""

from __future__ import annotations

import pytest
from published import published_json

from signet_vc.did.resolution import resolve

REFUSALS = published_json("vectors/did-key/invalid.json")["cases"]
DOCUMENTS = published_json("vectors/did-key/documents.json")["cases"]


@pytest.mark.parametrize("case", REFUSALS, ids=lambda case: case["why"])
def test_refusals(case):
    answer = resolve(case["did"], case.get("options", {}))
    assert answer.status >= 400
    assert answer.result["didResolutionMetadata"] == {"error": case["error"]}


@pytest.mark.parametrize(
    "case", DOCUMENTS, ids=lambda case: f"{case['did'][8:20]} {[*case['options'].values()]}"
)
def test_documents(case):
    answer = resolve(case["did"], case["options"])
    assert (answer.status, answer.result["didDocument"]) == (200, case["didDocument"])
    as_text = {name: "true" if value is True else value for name, value in case["options"].items()}
    assert resolve(case["did"], as_text) == answer


@pytest.mark.parametrize("case", DOCUMENTS[:2], ids=lambda case: case["did"][8:20])
def test_fragments(case):
    method = case["didDocument"]["verificationMethod"][0]
    found = resolve(method["id"], case["options"]).result["didDocument"]
    assert {name: value for name, value in found.items() if name != "@context"} == method
