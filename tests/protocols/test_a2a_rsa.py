"""RSA keys of other agents: their cards verify, under the two algorithms and the sizes that are allowed."""

from __future__ import annotations

import json
from typing import Any, Final

import jwt
import pytest
from a2a.types import AgentCard
from a2a.utils.signing import create_agent_card_signer
from cryptography.hazmat.primitives.asymmetric import rsa
from google.protobuf.json_format import MessageToDict, ParseDict
from hypothesis import given
from hypothesis import strategies as st
from protocol_examples_a2a import AT, CARD

from signet_vc import Policy, verify
from signet_vc.codec.multibase import base64url_decode, base64url_encode
from signet_vc.errors import Code, ProblemError
from signet_vc.protocols.rsa_key import RsaKey

SET: Final = "https://agent.example/jwks.json"
SECRET: Final = rsa.generate_private_key(65537, 2048)
PRIVATE: Final[dict[str, Any]] = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(SECRET))
PUBLIC: Final[dict[str, Any]] = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(SECRET.public_key()))


class KeySet:
    def __init__(self, **members: Any) -> None:
        jwk = {**PUBLIC, "kid": "key-1", **members}
        self.keys = [{name: value for name, value in jwk.items() if value is not None}]

    def load(self, _url: str) -> bytes:
        return json.dumps({"keys": self.keys}).encode()


def signed(algorithm: str) -> dict[str, Any]:
    header: Any = {"alg": algorithm, "kid": "key-1", "typ": "JOSE", "jku": SET}
    key = jwt.PyJWK.from_dict(PRIVATE, algorithm=algorithm)
    card = create_agent_card_signer(key, header)(ParseDict(CARD, AgentCard()))
    return MessageToDict(card)


def codes(card: dict[str, Any], **members: Any) -> list[Code]:
    policy = Policy(allowed_signers=[SET], loader=KeySet(**members))
    return [each.code for each in verify(card, policy, at=AT).problems]


@pytest.mark.parametrize("algorithm", ["RS256", "PS256"])
def test_a_card_that_the_sdk_signed_with_rsa_verifies(algorithm: str) -> None:
    card = signed(algorithm)
    assert codes(card) == codes(card, alg=algorithm, use="sig", key_ops=["verify"]) == []
    assert codes({**card, "name": "Other"}) == [Code.PROOF_INVALID]
    entry = card["signatures"][0]
    octets = bytearray(base64url_decode(entry["signature"]))
    octets[17] ^= 1
    for signature in (bytes(octets), bytes(octets[1:]), b"\0" * 256, b"\xff" * 256, b"\0"):
        altered = {**entry, "signature": base64url_encode(signature)}
        assert codes({**card, "signatures": [altered]}) == [Code.PROOF_INVALID]


def test_one_padding_is_not_the_other() -> None:
    assert codes(signed("RS256"), alg="PS256") == [Code.UNSUPPORTED_CRYPTOSUITE]
    entries = {name: signed(name)["signatures"][0] for name in ("RS256", "PS256")}
    mixed = {**entries["RS256"], "signature": entries["PS256"]["signature"]}
    assert codes({**CARD, "signatures": [mixed]}) == [Code.PROOF_INVALID]


@pytest.mark.parametrize("algorithm", ["RS384", "PS512"])
def test_other_algorithms_are_not_verified(algorithm: str) -> None:
    assert codes(signed(algorithm)) == [Code.UNSUPPORTED_CRYPTOSUITE]


def modulus(bits: int) -> str:
    octets = bits // 8
    return base64url_encode(bytes([0x80, *[1] * (octets - 1)]))


@pytest.mark.parametrize(
    "members",
    [
        {"d": "AQ"},
        {"use": "enc"},
        {"key_ops": ["encrypt"]},
        {"key_ops": "verify"},
        {"alg": "RS512"},
        {"alg": "HS256"},
        {"n": None},
        {"n": 1},
        {"n": PUBLIC["n"] + "="},
        {"n": base64url_encode(b"\0" + base64url_decode(PUBLIC["n"]))},
        {"n": modulus(1024)},
        {"n": modulus(8192)},
        {"n": base64url_encode(bytes([0x80, *[0] * 255]))},
        {"e": "Aw"},
        {"e": "AQ"},
        {"e": ""},
        {"e": "AAEAAQ"},
    ],
    ids=range(17),
)
def test_a_key_that_is_weak_or_of_another_use_is_refused(members: dict[str, Any]) -> None:
    assert codes(signed("RS256"), **members) == [Code.KEY_INVALID]


@given(
    st.dictionaries(
        st.sampled_from(["n", "e", "use", "key_ops", "alg"]), st.text() | st.none() | st.integers()
    )
)
def test_no_jwk_makes_it_raise_anything_else(members: dict[str, Any]) -> None:
    try:
        found = RsaKey({**PUBLIC, **members}).verify(b"", b"", "RS256")
    except ProblemError as error:
        found = error.codes
    assert found in (False, (Code.KEY_INVALID,))
