"""What ``signet_vc`` exports: the pure core, with the clock, randomness and key sources filled in."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal, Self, overload

from signet_vc import keystore, verification
from signet_vc.codec import jcs
from signet_vc.codec.strict_json import JsonObject
from signet_vc.codec.timestamps import format_s
from signet_vc.credential import model, profile
from signet_vc.envelopes import vc_jwt
from signet_vc.errors import Code, ProblemError, UsageError, problem
from signet_vc.keys.signing import Key, Signer, key_type
from signet_vc.policy import Policy
from signet_vc.proofs import data_integrity
from signet_vc.result import Verification
from signet_vc.securing import Securing
from signet_vc.verification import Input

__all__ = ["SigningKey", "sign", "verify"]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


class SigningKey(Key):
    """A signing key, made here or loaded from where it is kept. It shows its DID, never its secret."""

    __slots__ = ()

    @classmethod
    def generate(cls, algorithm: str = "Ed25519") -> Self:
        """Make a new key: ``Ed25519``, ``P-256`` or ``P-384``; UsageError for another name."""
        try:
            length = key_type(algorithm).secret_length
        except ProblemError as error:
            raise UsageError(f"no such algorithm: {error.problems[0].detail}") from error
        while True:
            try:
                return cls.from_secret(algorithm, secrets.token_bytes(length))
            except ProblemError:  # not below the order of the curve: once in 2^32
                continue

    @classmethod
    def load(cls, source: str) -> Self:
        """Load the key from ``env:NAME``, ``file:PATH`` or ``keyring:SERVICE/NAME``, else UsageError."""
        return cls.of(keystore.load(source))


@overload
def sign(
    credential: Mapping[str, Any],
    key: Signer,
    *,
    suite: str | None = None,
    securing: Literal["data-integrity"] = "data-integrity",
    created: datetime | None = None,
) -> dict[str, Any]: ...


@overload
def sign(credential: Mapping[str, Any], key: Signer, *, securing: Literal["jws"]) -> str: ...


@overload
def sign(
    credential: Mapping[str, Any],
    key: Signer,
    *,
    suite: str | None = None,
    securing: str = "data-integrity",
    created: datetime | None = None,
) -> dict[str, Any] | str: ...


def sign(
    credential: Mapping[str, Any],
    key: Signer,
    *,
    suite: str | None = None,
    securing: str = "data-integrity",
    created: datetime | None = None,
) -> dict[str, Any] | str:
    """Secure a credential with its issuer's key: a new object with a proof, or under ``jws`` a compact JWS.

    The argument is never changed, and nothing but the proof is added; the result shares its values.
    suite: a cryptosuite that the key can make (default: the key's own). created: of the proof (default: now;
    for a credential of a tool call, as its format demands, ``validFrom``).

    Raises:
        ProblemError: what is wrong with the credential, each with its JSON Pointer; nothing is signed then.
        UsageError: a suite that does not go with the key; ``securing`` of ``both``, which belongs to a call;
            a credential that is secured already.
        UnavailableError: the signer could not be reached.
    """
    document = credential if type(credential) is dict else dict(credential)
    if "proof" in document:
        raise UsageError("the credential is secured already")
    if securing == Securing.DATA_INTEGRITY:
        return _sign_proof(document, key, suite, created)
    if securing != Securing.JWS:
        raise UsageError("a credential is secured as data-integrity or jws; both belongs to a call")
    if suite is not None or created is not None:
        raise UsageError("suite and created are of a proof, which a JWS has none of")
    return _sign_jws(document, key)


def verify(data: Input, policy: Policy, *, at: datetime | None = None) -> Verification:
    """Verify anything that is known here: text, bytes, or an object that was parsed before.

    It is judged as evidence, at the time ``at`` (aware; default: now). Never raises for what it is given.
    """
    return verification.verify(data, policy, at_ns=time.time_ns() if at is None else _nanoseconds(at))


def _sign_proof(document: JsonObject, key: Signer, suite: str | None, created: datetime | None) -> JsonObject:
    key_type = key.public_key.key_type
    if suite is not None and suite not in data_integrity.SUITES:
        raise UsageError(f"the cryptosuite is none of {', '.join(data_integrity.SUITES)}")
    bound = profile.names_profile(document)
    canonical = _canonical(document, key, bound=bound)
    to_sign = data_integrity.prepare(
        document,
        suite=data_integrity.default_suite(key_type) if suite is None else data_integrity.SUITES[suite],
        key_type=key_type,
        verification_method=key.verification_method,
        created=_created(document, created, bound=bound),
        canonical=canonical,
    )
    return to_sign.finish(key.sign(to_sign.message))


def _sign_jws(document: JsonObject, key: Signer) -> str:
    to_sign = vc_jwt.prepare(
        document,
        key_type=key.public_key.key_type,
        verification_method=key.verification_method,
        canonical=_canonical(document, key, bound=profile.names_profile(document)),
    )
    return to_sign.finish(key.sign(to_sign.message))


def _canonical(document: JsonObject, key: Signer, *, bound: bool) -> bytes:
    """RFC 8785 of what an issuer may sign: nothing that a verifier would refuse."""
    canonical = jcs.canonicalize(document)
    if bound:
        problems = profile.shape_problems(document) or profile.consistency_problems(document)
    else:
        problems = model.check(document) + model.unzoned_times(document)
    if model.issuer_of(document) != key.verification_method.partition("#")[0]:
        detail = "the issuer is not the DID of the key that is to sign"
        problems.append(problem(Code.KEY_NOT_CONTROLLED_BY_ISSUER, detail, "/issuer"))
    if problems:
        raise ProblemError(*problems)
    return canonical


def _created(document: JsonObject, created: datetime | None, *, bound: bool) -> str:
    """The proof's time, to the second; of a call's credential the time that it gives itself."""
    if not bound:
        return format_s(time.time_ns() if created is None else _nanoseconds(created))
    signed: str = document["validFrom"][:19] + "Z"
    if created is not None and format_s(_nanoseconds(created)) != signed:
        raise UsageError("the proof of a tool call's credential is created at its validFrom")
    return signed


def _nanoseconds(moment: datetime) -> int:
    if moment.utcoffset() is None:
        raise UsageError("a time is a datetime with its offset")
    return (moment - _EPOCH) // _MICROSECOND * 1_000
