"""What travels beside a call or an answer: the secured credential, salts, authorization.

FORMAT, *Carriers*: ``{"credential", "salts", "authorization"}``; under ``jws`` four members stand
instead of ``credential``, under ``both`` all of them. Other members are ignored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from signet_vc import securing
from signet_vc.codec.digest import is_nonce
from signet_vc.codec.strict_json import Json, JsonObject
from signet_vc.credential import profile
from signet_vc.errors import Code, Problem, ProblemError, problem
from signet_vc.limits import DEFAULT_LIMITS, Limits
from signet_vc.policy import Policy
from signet_vc.securing import Secured

__all__ = ["Carrier", "Kind", "proof_problems", "read", "shape", "write"]

Kind = Literal["request", "response"]

_SIGNATURE: Final[dict[Kind, str]] = {"request": "request_signature", "response": "response_signature"}
_MAX_AUTHORIZATION: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """A carrier that was read: its form is right, nothing of it is verified yet.

    ``hints``: the members beside a JWS (``signer``, ``timestamp``, ``nonce``), None without one.
    """

    secured: Secured
    salts: Mapping[str, str] = field(default_factory=dict, repr=False)
    authorization: tuple[JsonObject | str, ...] = ()
    hints: JsonObject | None = None


def write(
    secured: Secured,
    kind: Kind,
    *,
    nonce: str | None,
    salts: Mapping[str, str],
    authorization: Sequence[JsonObject | str] = (),
) -> JsonObject:
    """Make the carrier of a credential.

    ``nonce``: the request's, in both carriers; None in the answer to an unattested call.
    """
    carrier: JsonObject = {}
    if secured.credential is not None:
        carrier["credential"] = secured.credential
    if secured.jws is not None:
        carrier[_SIGNATURE[kind]] = secured.jws
        carrier["signer"] = secured.document["issuer"]
        carrier["timestamp"] = secured.document["validFrom"]
        if nonce is not None:
            carrier["nonce"] = nonce
    if salts:
        carrier["salts"] = dict(salts)
    if authorization:
        carrier["authorization"] = list(authorization)
    return carrier


def read(value: Json, kind: Kind, *, limits: Limits = DEFAULT_LIMITS) -> Carrier:
    """Read a carrier as it stands in a message: form and bounds, no key.

    Raises:
        ProblemError: INVALID_CREDENTIAL for a form that FORMAT does not have, TOO_LARGE for a
            credential of more than ``limits.document_bytes``, and what ``securing.read`` finds.
    """
    if not isinstance(value, dict):
        raise ProblemError.of(Code.INVALID_CREDENTIAL, "the carrier is not an object")
    credential = value.get("credential")
    if "credential" in value and not isinstance(credential, dict):
        raise ProblemError.of(Code.INVALID_CREDENTIAL, "not an object", "/credential")
    member = _SIGNATURE[kind]
    jws = value.get(member)
    if member in value and not isinstance(jws, str):
        raise ProblemError.of(Code.INVALID_CREDENTIAL, "not a string", f"/{member}")
    if jws is None and credential is None:
        raise ProblemError.of(Code.INVALID_CREDENTIAL, f"neither credential nor {member} is in the carrier")
    if jws is not None and len(jws) > limits.document_bytes:
        raise ProblemError.of(Code.TOO_LARGE, f"more than {limits.document_bytes} bytes", f"/{member}")
    secured = securing.read(credential, jws)
    if secured.size > limits.document_bytes:
        raise ProblemError.of(Code.TOO_LARGE, f"more than {limits.document_bytes} bytes", "/credential")
    return Carrier(
        secured=secured,
        salts=_salts(value),
        authorization=_authorization(value),
        hints=None if jws is None else _hints(value, secured, kind),
    )


def shape(carrier: Carrier, kind: Kind) -> tuple[JsonObject, JsonObject]:
    """What the credential shows by itself, without a key; its document and its subject.

    Raises:
        ProblemError: it is no credential of this kind, or breaks its schema.
    """
    secured = carrier.secured
    full = secured.document if secured.credential is None else secured.credential
    if profile.kind_of(full) != kind:
        raise ProblemError.of(Code.INVALID_CREDENTIAL, f"not a credential of a {kind}", "/type")
    problems = profile.shape_problems(full) or profile.consistency_problems(full)
    if problems:
        raise ProblemError(*problems)
    return secured.document, secured.document["credentialSubject"]


def proof_problems(carrier: Carrier, policy: Policy, now: int) -> list[Problem]:
    """Check the signatures, that two securings agree, and that both are there where the policy says so.

    now: nanoseconds since 1970, for keys that expire or are revoked.

    Raises UnavailableError if a DID cannot be resolved.
    """
    secured = carrier.secured
    problems = securing.verify(secured, resolver=policy.resolver, at_ns=now)
    if policy.both_securings and (secured.credential is None or secured.jws is None):
        problems.append(problem(Code.SECURINGS_DISAGREE, "the policy demands a proof and a JWS"))
    return problems


def _salts(carrier: JsonObject) -> Mapping[str, str]:
    if "salts" not in carrier:
        return {}
    salts = carrier["salts"]
    if not isinstance(salts, dict):
        raise ProblemError.of(Code.INVALID_CREDENTIAL, "not an object", "/salts")
    for name, salt in salts.items():
        if not is_nonce(salt):
            raise ProblemError.of(Code.INVALID_CREDENTIAL, "not u + base64url of 16 bytes", f"/salts/{name}")
    if len(set(salts.values())) != len(salts):
        raise ProblemError.of(Code.INVALID_CREDENTIAL, "two salts are equal", "/salts")
    return salts


def _authorization(carrier: JsonObject) -> tuple[JsonObject | str, ...]:
    if "authorization" not in carrier:
        return ()
    entries = carrier["authorization"]
    if not isinstance(entries, list) or not 1 <= len(entries) <= _MAX_AUTHORIZATION:
        raise ProblemError.of(
            Code.INVALID_CREDENTIAL, f"not a list of 1 to {_MAX_AUTHORIZATION}", "/authorization"
        )
    for index, entry in enumerate(entries):
        if not isinstance(entry, dict | str):
            raise ProblemError.of(
                Code.INVALID_CREDENTIAL, "neither a credential nor a JWS", f"/authorization/{index}"
            )
    return tuple(entries)


def _hints(carrier: JsonObject, secured: Secured, kind: Kind) -> JsonObject:
    """The members beside a JWS: required, and refused unless they repeat what is signed.

    The nonce of a response is compared by the agent, which knows the request.
    """
    document = secured.document
    expected: dict[str, Any] = {"signer": document.get("issuer"), "timestamp": document.get("validFrom")}
    if kind == "request":
        subject = document.get("credentialSubject")
        expected["nonce"] = subject.get("nonce") if isinstance(subject, dict) else None
    for name, value in expected.items():
        if value is None or carrier.get(name) != value:
            raise ProblemError.of(
                Code.INVALID_CREDENTIAL, "the hint is not what the signed credential says", f"/{name}"
            )
    return {name: carrier[name] for name in ("signer", "timestamp", "nonce") if name in carrier}
