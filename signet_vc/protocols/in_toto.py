"""An in-toto Statement about a call in a DSSE envelope: for verifiers that know supply chains and not ours.

It says, under a key of its own, that whoever exports holds these two credentials; what they say is shown by
their own proofs, which the predicate holds.
Spec: in-toto Attestation Framework, Statement v1; DSSE v1.0 (protocol.md).
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from signet_vc.codec import strict_json
from signet_vc.codec.digest import sha256_of
from signet_vc.codec.jcs import canonicalize_wide
from signet_vc.codec.strict_json import JsonObject
from signet_vc.errors import UsageError
from signet_vc.keys.key_type import KeyType
from signet_vc.protocols import message_key

__all__ = ["PAYLOAD_TYPE", "PREDICATE", "EnvelopeToSign", "Part", "prepare", "statement"]

_STATEMENT: Final = "https://in-toto.io/Statement/v1"
PREDICATE: Final = "https://w3id.org/signet-vc/in-toto/v1"
PAYLOAD_TYPE: Final = "application/vnd.in-toto+json"


class Part(NamedTuple):
    """One credential of a call. digest: its DIGEST. secured: its text, JSON or a compact JWS."""

    role: Literal["request", "response"]
    digest: str
    secured: str
    issuer: str


class EnvelopeToSign(NamedTuple):
    """The first of two steps: ``message`` is what the key signs (DSSE, Pre-Authentication Encoding)."""

    payload: bytes
    keyid: str
    key_type: KeyType

    @property
    def message(self) -> bytes:
        """PAE(type, payload)."""
        kind = PAYLOAD_TYPE.encode("ascii")
        return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(self.payload), self.payload)

    def finish(self, signature: bytes) -> JsonObject:
        """The envelope. An ECDSA signature is in DER, as DSSE's implementations have it."""
        if self.key_type.jwk_kty == "EC":
            half = len(signature) // 2
            r, s = (int.from_bytes(each, "big") for each in (signature[:half], signature[half:]))
            signature = encode_dss_signature(r, s)
        return {
            "payload": b64encode(self.payload).decode("ascii"),
            "payloadType": PAYLOAD_TYPE,
            "signatures": [{"keyid": self.keyid, "sig": b64encode(signature).decode("ascii")}],
        }


def statement(parts: Sequence[Part]) -> JsonObject:
    """Make the Statement of a call: its subjects are its credentials, by the SHA-256 that their DIGESTs hold.

    Raises UsageError without any part, or for two of one role.
    """
    if not parts or len({part.role for part in parts}) != len(parts):
        raise UsageError("a statement is about a request, a response, or both")
    return {
        "_type": _STATEMENT,
        "subject": [
            {"name": part.role, "digest": {"sha256": sha256_of(part.digest).hex()}} for part in parts
        ],
        "predicateType": PREDICATE,
        "predicate": {part.role: _content(part.secured) for part in parts},
    }


def _content(secured: str) -> JsonObject | str:
    if not secured.startswith("{"):
        return secured
    document: JsonObject = strict_json.loads(secured)
    return document


def prepare(
    parts: Sequence[Part], *, key_type: KeyType, verification_method: str, keyid: str | None = None
) -> EnvelopeToSign:
    """Work out what a key has to sign to export a call.

    verification_method: of the key that signs. keyid: what the envelope calls it (default: that). Raises
    UsageError as ``statement``, and for the key of a party that attested the call: attestation keys sign
    attestations and nothing else.
    """
    did = verification_method.partition("#")[0]
    if any(message_key.is_same(did, part.issuer) for part in parts):
        raise UsageError(message_key.ATTESTS)
    payload = canonicalize_wide(statement(parts))
    return EnvelopeToSign(payload, verification_method if keyid is None else keyid, key_type)
