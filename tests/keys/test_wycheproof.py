"""All Ed25519 cases of C2SP's Wycheproof, on each backend."""

from __future__ import annotations

import pytest
from published import published_json

from signet_vc.keys.ed25519 import BACKENDS, ed25519_on
from signet_vc.keys.signing import PublicKey

VECTORS = published_json("vectors/wycheproof/ed25519_test.json")
CASES = [
    pytest.param(group["publicKey"]["pk"], case, id=str(case["tcId"]))
    for group in VECTORS["testGroups"]
    for case in group["tests"]
]


def test_all_cases_are_here():
    assert len(CASES) == VECTORS["numberOfTests"]


@pytest.mark.parametrize("backend", BACKENDS.values(), ids=list(BACKENDS))
@pytest.mark.parametrize(("key", "case"), CASES)
def test_threat_28_wycheproof(backend, key, case):
    public_key = PublicKey(key_type=ed25519_on(backend), raw=bytes.fromhex(key))
    verdict = public_key.verify(bytes.fromhex(case["sig"]), bytes.fromhex(case["msg"]))
    assert verdict == (case["result"] == "valid")
