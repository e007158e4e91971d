"""Exports, each verified by the other side's own software: in-toto in DSSE, KYA-OS request proofs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from engine import AGENT, Sides
from examples_of_every_member import RESPONSES, example
from identities import P256, STRANGER
from kya_os_verify import InMemoryNonceCache, verify_card_proof
from recorded import Recorded
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey

from signet_vc.did import jwk
from signet_vc.errors import UsageError
from signet_vc.keys.jwk import public_to_jwk
from signet_vc.keys.signing import Key
from signet_vc.protocols import in_toto, kya_os
from signet_vc.securing import Securing

# --- in-toto --------------------------------------------------------------------------------------------


def parts(**options: Any) -> list[in_toto.Part]:
    records = Recorded(**options).called()
    return [in_toto.Part(each.kind, each.digest, each.secured, each.issuer) for each in records]


def exported(key: Key, of: list[in_toto.Part]) -> dict[str, Any]:
    to_sign = in_toto.prepare(of, key_type=key.key_type, verification_method=key.verification_method)
    return json.loads(json.dumps(to_sign.finish(key.sign(to_sign.message))))


def theirs(key: Key) -> SSlibKey:
    keyid = key.verification_method
    if key.key_type.name == "Ed25519":
        return SSlibKey(keyid, "ed25519", "ed25519", {"public": key.public_key.raw.hex()})
    public = key.key_type.private_key(key.reveal_secret()).public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    return SSlibKey(keyid, "ecdsa", "ecdsa-sha2-nistp256", {"public": pem})


@pytest.mark.parametrize("key", [STRANGER, P256], ids=lambda key: key.key_type.name)
@pytest.mark.parametrize("how", list(Securing))
def test_securesystemslib_verifies_the_envelope(key: Key, how: Securing) -> None:
    of = parts(securing=how)
    envelope = Envelope.from_dict(exported(key, of))
    assert list(envelope.verify([theirs(key)], 1)) == [key.verification_method]
    content = json.loads(envelope.payload)
    assert content["_type"] == "https://in-toto.io/Statement/v1"
    assert [each["name"] for each in content["subject"]] == ["request", "response"]
    assert content["subject"][0]["digest"]["sha256"] == in_toto.sha256_of(of[0].digest).hex()
    expected = of[0].secured if how is Securing.JWS else json.loads(of[0].secured)
    assert content["predicate"]["request"] == expected


def test_securesystemslib_refuses_another_payload() -> None:
    envelope = Envelope.from_dict(exported(STRANGER, parts()))
    envelope.payload += b" "
    with pytest.raises(VerificationError):
        envelope.verify([theirs(STRANGER)], 1)


def test_an_attestation_key_exports_nothing() -> None:
    with pytest.raises(UsageError):
        exported(AGENT, parts())
    with pytest.raises(UsageError):
        in_toto.statement([])
    with pytest.raises(UsageError):
        in_toto.statement([parts()[0], parts()[0]])


def test_a_key_that_attests_is_known_under_its_other_did() -> None:
    did = jwk.from_public_key(STRANGER.public_key)
    with pytest.raises(UsageError):
        exported(STRANGER, [each._replace(issuer=did) for each in parts()])
    credential = {**proof()[1], "issuer": did}
    by = {"key_type": STRANGER.key_type, "verification_method": STRANGER.verification_method}
    with pytest.raises(UsageError):
        kya_os.prepare(credential, PARAMS, **by)


# --- KYA-OS ---------------------------------------------------------------------------------------------

PARAMS = {"name": "send_email", "arguments": {"to": "alice@example.com"}, "_meta": {"progressToken": 1}}


def proof(key: Key = STRANGER, params: Any = PARAMS) -> tuple[dict[str, Any], dict[str, Any]]:
    pending = Sides().attest()
    assert pending.carrier is not None
    credential = pending.carrier["credential"]
    to_sign = kya_os.prepare(
        credential, params, key_type=key.key_type, verification_method=key.verification_method
    )
    return to_sign.finish(key.sign(to_sign.message)), credential


def judged(made: dict[str, Any], credential: dict[str, Any], params: Any = PARAMS, **changes: Any) -> Any:
    options = {
        "resolve_key": lambda _: public_to_jwk(STRANGER.public_key),
        "trust_resolve_key_authority": True,
        "expected_audience": credential["credentialSubject"]["audience"],
        "consume_nonce": InMemoryNonceCache().consume,
        "now_ms": lambda: made["created"] * 1000,
        **changes,
    }
    return verify_card_proof(made, {"method": "tools/call", "params": params}, **options)


def test_kya_os_verifies_the_proof() -> None:
    made, credential = proof()
    result = judged(made, credential)
    assert result.ok, result.reasons
    assert result.did == STRANGER.did
    assert made["nonce"] == credential["credentialSubject"]["nonce"]
    assert 0 < made["expires"] - made["created"] <= 60


@pytest.mark.parametrize(
    ("params", "changes", "reason"),
    [
        ({**PARAMS, "name": "delete"}, {}, "request_hash_mismatch"),
        (PARAMS, {"expected_audience": "did:web:other.example"}, "audience_mismatch"),
        (PARAMS, {"resolve_key": lambda _: public_to_jwk(AGENT.public_key)}, "invalid_signature"),
        (PARAMS, {"now_ms": lambda: 0}, "created_in_future"),
    ],
)
def test_kya_os_refuses_what_differs(params: Any, changes: dict[str, Any], reason: str) -> None:
    made, credential = proof()
    assert judged(made, credential, params, **changes).reasons == [reason]


def test_what_kya_os_has_no_place_for() -> None:
    with pytest.raises(UsageError):
        proof(key=AGENT)  # attests
    with pytest.raises(UsageError):
        proof(key=Key.from_secret("P-384", bytes(range(1, 49))))
    by = {"key_type": STRANGER.key_type, "verification_method": STRANGER.verification_method}
    with pytest.raises(UsageError):
        kya_os.prepare(example("request-that-commits"), PARAMS, **by)  # for an https audience
    with pytest.raises(UsageError):
        kya_os.prepare(example(next(iter(RESPONSES))), PARAMS, **by)
    with pytest.raises(UsageError):
        kya_os.prepare({}, PARAMS, **by)
