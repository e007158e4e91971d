"""did:key documents and refusals, against published vectors."""

from __future__ import annotations

import pytest
from published import published_json

from signet_vc.did.error import DidError
from signet_vc.did.key import document, parse
from signet_vc.errors import Code

OPTIONS = {
    "publicKeyFormat": "public_key_format",
    "enableEncryptionKeyDerivation": "enable_encryption_key_derivation",
}
DOCUMENTS = published_json("vectors/did-key/documents.json")["cases"]
REFUSALS = published_json("vectors/did-key/invalid.json")["cases"]


def options_of(case):
    """The options that this package has; experimental types are always off here, as in the vectors."""
    given = dict(case.get("options", {}))
    assert given.pop("enableExperimentalPublicKeyTypes", False) is False
    return {OPTIONS[name]: value for name, value in given.items()}


@pytest.mark.parametrize(
    "case", DOCUMENTS, ids=lambda case: f"{case['did'][8:20]} {[*case['options'].values()]}"
)
def test_documents(case):
    public_key = parse(case["did"])
    assert public_key.key_type.name == case["keyType"]
    assert public_key.raw.hex() == case["rawPublicKeyHex"]
    assert document(case["did"], **options_of(case)) == case["didDocument"]


@pytest.mark.parametrize("case", REFUSALS, ids=lambda case: case["why"])
def test_refusals(case):
    with pytest.raises(DidError) as caught:
        document(case["did"], **options_of(case))
    assert caught.value.error == case["error"]
    assert caught.value.codes == (Code.KEY_INVALID,)


@pytest.mark.parametrize(
    "case", [case for case in REFUSALS if "options" not in case], ids=lambda case: case["why"]
)
def test_threat_51_refusals_as_names_of_signers(case):
    with pytest.raises(DidError) as caught:
        parse(case["did"])
    assert caught.value.error == case["error"]
