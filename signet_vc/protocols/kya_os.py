"""KYA-OS request proofs: the same call stated in that protocol too, under a key of its own.

A proof goes with the call (``_meta["org.kya-os/proof@1"]``) and is good for a minute: it is made beside the
request credential, whose nonce and time it takes. Spec: KYA-OS, *Request Proof*, profile
``org.kya-os/proof@1`` (the one that its released verifier knows).
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from typing import Any, Final, NamedTuple

from signet_vc.codec import jcs, timestamps
from signet_vc.codec.multibase import base64url_encode
from signet_vc.codec.strict_json import JsonObject
from signet_vc.envelopes import jws
from signet_vc.envelopes.jws import JwsToSign
from signet_vc.errors import UsageError
from signet_vc.keys.key_type import KeyType
from signet_vc.limits import NANOSECONDS
from signet_vc.protocols import message_key

__all__ = ["META_KEY", "ProofToSign", "prepare", "request_hash"]

META_KEY: Final = "org.kya-os/proof@1"
_LONGEST: Final = 60  # seconds from created to expires
_METHODS: Final = ("did:key:", "did:web:")
_ALGORITHMS: Final = {"Ed25519": "EdDSA", "P-256": "ES256"}


class ProofToSign(NamedTuple):
    """The first of two steps: ``message`` is what the key signs."""

    token: JwsToSign
    claims: JsonObject

    @property
    def message(self) -> bytes:
        """The JWS Signing Input."""
        return self.token.message

    def finish(self, signature: bytes) -> JsonObject:
        """The proof: its claims, and the JWS over them with the payload left out."""
        header, _, _ = self.token.message.decode("ascii").partition(".")
        return {**self.claims, "jws": f"{header}..{base64url_encode(signature)}"}


def request_hash(method: str, params: Any) -> str:
    """Give ``requestHash``: SHA-256 over RFC 8785 of method and params without ``_meta``.

    Raises ProblemError of NUMBER_OUT_OF_RANGE for a number that RFC 8785 has no exact print of.
    """
    request: JsonObject = {"method": method}
    if isinstance(params, dict):
        request["params"] = {name: value for name, value in params.items() if name != "_meta"}
    hashed = sha256(jcs.canonicalize(request)).digest()
    return f"sha-256=:{b64encode(hashed).decode('ascii')}:"


def prepare(
    credential: JsonObject, params: JsonObject, *, key_type: KeyType, verification_method: str
) -> ProofToSign:
    """Work out what a key has to sign to state the call of a request credential as KYA-OS does.

    credential: the request credential, as it was signed. params: of the JSON-RPC request. Raises UsageError:
    a key that is neither Ed25519 nor P-256, or that attests (its DID is the credential's issuer); an
    audience that is no did:key and no did:web, which KYA-OS demands; a credential that is no request.
    """
    subject = credential.get("credentialSubject")
    valid_from = timestamps.parse(credential.get("validFrom"))
    deadline = timestamps.parse(subject.get("deadline")) if isinstance(subject, dict) else None
    if not isinstance(subject, dict) or valid_from is None or deadline is None:
        raise UsageError("the credential is no request of a tool call")
    if key_type.name not in _ALGORITHMS:
        raise UsageError(f"KYA-OS takes {' and '.join(_ALGORITHMS)}")
    did = verification_method.partition("#")[0]
    if message_key.is_same(did, str(credential.get("issuer"))):
        raise UsageError(message_key.ATTESTS)
    if not all(each.startswith(_METHODS) for each in (did, subject["audience"])):
        raise UsageError("KYA-OS takes a signer and an audience of did:key and did:web alone")
    created = valid_from // NANOSECONDS
    alg = _ALGORITHMS[key_type.name]
    claims: JsonObject = {
        "prf": META_KEY,
        "alg": alg,
        "did": did,
        "kid": verification_method,
        "audience": subject["audience"],
        "nonce": subject["nonce"],
        "created": created,
        "expires": max(created + 1, min(created + _LONGEST, deadline // NANOSECONDS)),
        "requestHash": request_hash(subject["method"], params),
    }
    header = {"alg": alg, "kid": verification_method}
    return ProofToSign(jws.prepare(jcs.canonicalize(claims), header), claims)
