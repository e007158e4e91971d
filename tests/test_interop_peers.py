"""The vectors before other implementations: PyLD, the SD-JWT reference implementation, pycose.

What the collection calls right is right to them too, so that no reading of this project's own is in it. What
they cannot do is named; that they refuse as much is not asked of them.
"""

from __future__ import annotations

import json
from base64 import b64decode
from functools import cache
from pathlib import Path
from typing import Any

import cbor2
import pytest
from jwcrypto.jwk import JWK
from pycose.keys import EC2Key, OKPKey
from pycose.messages import Sign1Message
from pyld import jsonld
from sd_jwt.verifier import SDJWTVerifier

from signet_vc import resources
from signet_vc.codec.multibase import base64url_decode
from signet_vc.keys.jwk import public_to_jwk
from signet_vc.keys.signing import public_key

VECTORS = Path(__file__).resolve().parents[1] / "interop" / "vectors"
# URDNA2015 as PyLD has it: SHA-256, and without the escapes that RDFC-1.0 added
NOT_FOR_PYLD = {"eddsa-rdfc-2022/accept/escapes", "eddsa-rdfc-2022/accept/beside-a-proof-over-json"}
NOT_FOR_SD_JWT = {
    "vc-sd-jwt/accept/sha-512",
    # key bindings whose alg is Ed25519 (RFC 9864), which jwcrypto has under the older name alone
    "vc-sd-jwt/accept/key-binding",
    "vc-sd-jwt/accept/one-of-the-verifiers-names",
}
ALGORITHMS_OF_PYCOSE = {-7, -8, -35, -36}  # not those of RFC 9864


def accepted(kind: str) -> list[str]:
    index = json.loads((VECTORS / "index.json").read_bytes())
    return [each for each in index["cases"] if each.startswith(f"{kind}/accept/")]


@cache
def case(identifier: str) -> dict[str, Any]:
    return json.loads((VECTORS / f"{identifier}.json").read_bytes())


def jwk_of(identifier: str) -> dict[str, Any]:
    (key,) = case(identifier)["keys"].values()
    return public_to_jwk(public_key(key["type"], bytes.fromhex(key["publicKeyHex"])))


def load(url: str, _options: Any) -> dict[str, Any]:
    return {
        "contextUrl": None,
        "documentUrl": url,
        "document": resources.load_context(url),
        "contentType": "application/ld+json",
    }


def canonical(document: dict[str, Any]) -> str:
    options = {
        "algorithm": "URDNA2015",
        "format": "application/n-quads",
        "documentLoader": load,
        "base": None,
    }
    return jsonld.JsonLdProcessor().normalize(document, options)


RDF = [
    each
    for kind in ("eddsa-rdfc-2022", "ecdsa-rdfc-2019", "proof-chain")
    for each in accepted(kind)
    if "p-384" not in each and each not in NOT_FOR_PYLD
]


@pytest.mark.parametrize("identifier", RDF)
def test_pyld_states_the_same(identifier: str) -> None:
    document = json.loads(case(identifier)["input"]["document"])
    proofs = document["proof"] if isinstance(document["proof"], list) else [document["proof"]]
    steps = case(identifier)["expected"].get("proofs", [])
    whole = {name: value for name, value in document.items() if name != "proof"}
    for proof, values in zip(proofs, steps, strict=bool(steps)):
        if "-rdfc-" not in proof["cryptosuite"]:
            continue
        options = {name: value for name, value in proof.items() if name != "proofValue"}
        under = {**options, "@context": document["@context"]}
        previous = [each for each in proofs if each.get("id") == proof.get("previousProof", ...)]
        hashed = {**whole, "proof": previous} if previous else whole
        assert canonical(under) == values["canonicalProofConfiguration"]
        assert canonical(hashed) == values["canonicalDocument"]


def test_enough_is_put_before_pyld() -> None:
    proofs = [proof for each in RDF for proof in json.dumps(case(each)["input"]).split("cryptosuite")[1:]]
    assert sum("-rdfc-" in each[:40] for each in proofs) >= 25


@pytest.mark.parametrize("identifier", [each for each in accepted("vc-sd-jwt") if each not in NOT_FOR_SD_JWT])
def test_the_reference_implementation_shows_the_same(identifier: str) -> None:
    key = JWK(**jwk_of(identifier))
    policy = case(identifier)["policy"]
    (audience,), challenge = policy.get("domain", [None]), policy.get("challenge")
    token = case(identifier)["input"]["token"]
    verifier = SDJWTVerifier(token, lambda *_: key, audience, challenge)
    assert verifier.get_verified_payload() == case(identifier)["expected"]["document"]


def parts_of(identifier: str) -> list[Any]:
    """Without the tag, which cbor2 6 and pycose take apart differently."""
    return cbor2.loads(b64decode(case(identifier)["input"]["message"]["base64"])[1:])


@pytest.mark.parametrize(
    "identifier",
    [each for each in accepted("vc-cose") if cbor2.loads(parts_of(each)[0])[1] in ALGORITHMS_OF_PYCOSE],
)
def test_pycose_verifies_it(identifier: str) -> None:
    message = Sign1Message.from_cose_obj(parts_of(identifier), allow_unknown_attributes=True)
    jwk = jwk_of(identifier)
    x, y = (base64url_decode(jwk.get(name, "")) for name in ("x", "y"))
    curve = jwk["crv"].replace("-", "_").upper()
    message.key = OKPKey(crv=curve, x=x) if jwk["kty"] == "OKP" else EC2Key(crv=curve, x=x, y=y)
    assert message.verify_signature()
    assert json.loads(message.payload) == case(identifier)["expected"]["document"]
