"""Experimental: a call as SEP-2787 and SEP-2828 records, for verifiers that know those drafts and not ours.

Both are proposals to MCP that may change or go; so may this module. A record is signed by an ES256 key of its
own, which says that whoever exports holds the credentials; those themselves are not in it. Its times are the
credentials'. Digests of arguments and results are not salted: who can guess a value can confirm it.
Spec: SEP-2787, Tool call attestation (second shape); SEP-2828, Server-side signed execution record.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final, NamedTuple

from signet_vc.codec import jcs, timestamps
from signet_vc.codec.digest import commitment, is_nonce
from signet_vc.codec.strict_json import Json, JsonObject
from signet_vc.credential import profile
from signet_vc.errors import Code, ProblemError, UsageError
from signet_vc.keys.key_type import KeyType
from signet_vc.limits import NANOSECONDS
from signet_vc.protocols import message_key

__all__ = ["Part", "RecordToSign", "attestation", "outcome"]

_VERSION: Final = 1
_ALG: Final = "ES256"
_STATUS: Final = {"completed": "executed", "failed": "errored", "denied": "refused", "cancelled": "refused"}
_MISMATCH: Final = {
    "argumentsDigest": Code.CALL_MISMATCH,
    "resultDigest": Code.RESULT_MISMATCH,
    "errorDigest": Code.RESULT_MISMATCH,
}


class Part(NamedTuple):
    """One credential of a call, as a record of ours has it.

    digest: its DIGEST. values, salts: of committed members, by the member's name.
    """

    document: JsonObject
    digest: str
    values: Mapping[str, Any]
    salts: Mapping[str, str]


class RecordToSign(NamedTuple):
    """The first of two steps: ``message`` is what the key signs, over SHA-256."""

    body: JsonObject

    @property
    def message(self) -> bytes:
        """RFC 8785 of everything but the signature."""
        return jcs.canonicalize(self.body)

    def finish(self, signature: bytes) -> JsonObject:
        """The record. signature: r ‖ s, 64 bytes."""
        return {**self.body, "signature": signature.hex()}


def attestation(request: Part, *, key_type: KeyType, verification_method: str) -> RecordToSign:
    """Work out what a key has to sign to state a request as SEP-2787 does.

    request: the credential of a ``tools/call``. verification_method: of the key that signs. Raises UsageError
    for a key that is not P-256, or whose DID is a party of the call: attestation keys sign attestations and
    nothing else. Raises ProblemError: INVALID_CREDENTIAL (or what is wrong more exactly) for what is no such
    request; VALUE_ERASED where its arguments were committed to and are not there, CALL_MISMATCH where they
    are others; NUMBER_OUT_OF_RANGE for arguments with a number that is no integer within ±(2^53-1).
    """
    subject = _subject(request, "request")
    if subject["method"] != "tools/call":
        raise _invalid("not the request of a tools/call", "/credentialSubject/method")
    agent, audience = request.document["issuer"], subject["audience"]
    did = _signer(key_type, verification_method, agent, audience)
    iat = _seconds(request.document["validFrom"])
    return RecordToSign(
        {
            "version": _VERSION,
            "alg": _ALG,
            # A claim of the caller in either form; where it is none that can be read, the call itself.
            "plannerDeclared": {"intent": subject.get("intent") or f"tools/call/{subject['tool']}"},
            "issuerAsserted": {
                "alg": _ALG,
                "iss": did,
                "sub": agent,
                "iat": timestamps.format_s(iat * NANOSECONDS),
                "expSeconds": _seconds(subject["deadline"]) - iat,
                "nonce": subject["nonce"],
                "secretVersion": verification_method,
            },
            "payloadDerived": {
                "toolCalls": [
                    {
                        "name": subject["tool"],
                        "serverFingerprint": audience,
                        "args": _commitment(_value(request, "arguments")),
                    }
                ]
            },
        }
    )


def outcome(
    request: Part,
    response: Part,
    attested: JsonObject,
    *,
    nonce: str,
    key_type: KeyType,
    verification_method: str,
) -> RecordToSign | None:
    """Work out what a key has to sign to state a response as SEP-2828 does; None if it has no status for it.

    request: what is answered. attested: the finished record of ``attestation(request)``. nonce: a new one.
    The result's commitment is left out where its value is not there or has a number that no record may have,
    and of a call that was refused. Raises UsageError as ``attestation``. Raises ProblemError:
    INVALID_CREDENTIAL (or what is wrong more exactly) for what is no response; REQUEST_MISMATCH for one to
    another request; RESULT_MISMATCH where the value that is there is another.
    """
    asked, subject = _subject(request, "request"), _subject(response, "response")
    if subject.get("request", {}).get("digestMultibase") != request.digest:
        raise ProblemError.of(
            Code.REQUEST_MISMATCH, "the answer to another request", "/credentialSubject/request"
        )
    did = _signer(key_type, verification_method, response.document["issuer"], subject["agent"])
    status = _STATUS.get(subject["outcome"])
    if status is None:
        return None
    derived: JsonObject = {"status": status, "completedAt": subject["completedAt"]}
    if status != "refused":
        derived |= _result_commitment(response)
    return RecordToSign(
        {
            "version": _VERSION,
            "alg": _ALG,
            "backLink": {
                "attestationDigest": _digest(jcs.canonicalize(attested)),
                "attestationNonce": asked["nonce"],
            },
            "outcomeDerived": derived,
            "receiptAsserted": {
                "alg": _ALG,
                "iat": timestamps.format_s(_seconds(response.document["validFrom"]) * NANOSECONDS),
                "iss": did,
                "nonce": nonce,
                "secretVersion": verification_method,
                "sub": subject["agent"],
            },
        }
    )


def _subject(part: Part, kind: profile.Kind) -> JsonObject:
    document = {name: value for name, value in part.document.items() if name != "proof"}
    if profile.kind_of(document) != kind:
        raise _invalid(f"no {kind} of a tool call", "/type")
    problems = profile.shape_problems(document) or profile.consistency_problems(document)
    if problems:
        raise ProblemError(*problems)
    subject: JsonObject = document["credentialSubject"]
    return subject


def _signer(key_type: KeyType, verification_method: str, *parties: str) -> str:
    """The DID of the key that signs, if it may."""
    if key_type.name != "P-256":
        raise UsageError("SEP records are signed with ES256: by a P-256 key")
    did = verification_method.partition("#")[0]
    if any(message_key.is_same(did, each) for each in parties):
        raise UsageError(message_key.ATTESTS)
    return did


def _value(part: Part, name: str) -> Json:
    """The value of a member that is embedded, or committed to."""
    subject, member = part.document["credentialSubject"], f"{name}Digest"
    if name in subject:
        return subject[name]
    if member not in part.values or member not in part.salts:
        pointer = f"/credentialSubject/{member}"
        raise ProblemError.of(Code.VALUE_ERASED, "its value or its salt is not here", pointer)
    value, salt = part.values[member], part.salts[member]
    if not is_nonce(salt) or commitment(member, value, salt) != subject.get(member):
        raise ProblemError.of(_MISMATCH[member], "not what was committed to", f"/credentialSubject/{member}")
    return value


def _result_commitment(response: Part) -> JsonObject:
    subject = response.document["credentialSubject"]
    name = "error" if subject.keys() & {"error", "errorDigest"} else "result"
    try:
        return {"resultCommitment": _commitment(_value(response, name))}
    except ProblemError as error:
        if not {Code.VALUE_ERASED, Code.NUMBER_OUT_OF_RANGE}.isdisjoint(error.codes):
            return {}
        raise


def _commitment(value: Json) -> JsonObject:
    """A projection that is the value's digest alone."""
    text = jcs.canonicalize(value)
    if _has_float(value):
        raise ProblemError.of(Code.NUMBER_OUT_OF_RANGE, "the records' numbers are integers")
    projection = jcs.canonicalize({"digest": _digest(text)})
    return {"projection": projection.decode("ascii"), "projectionDigest": _digest(projection)}


def _has_float(value: Json) -> bool:
    if isinstance(value, dict):
        return any(_has_float(each) for each in value.values())
    return any(map(_has_float, value)) if isinstance(value, list) else isinstance(value, float)


def _digest(data: bytes) -> str:
    return f"sha256:{sha256(data).hexdigest()}"


def _seconds(time: str) -> int:
    """Seconds since 1970 of a time whose form was seen, cut."""
    return (timestamps.parse(time) or 0) // NANOSECONDS


def _invalid(detail: str, pointer: str) -> ProblemError:
    return ProblemError.of(Code.INVALID_CREDENTIAL, detail, pointer)
