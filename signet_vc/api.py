"""What ``signet_vc`` exports: the pure core, with the clock, randomness and key sources filled in."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal, Self, overload

from signet_vc import formats, issuing, keystore, verification
from signet_vc.codec import jcs
from signet_vc.codec.multibase import base64url_encode
from signet_vc.codec.timestamps import format_s
from signet_vc.credential import enveloped, presentation, profile
from signet_vc.errors import ProblemError, UsageError
from signet_vc.issuing import Options
from signet_vc.keys.signing import Key, PublicKey, Signer, key_type
from signet_vc.limits import DEFAULT_LIMITS
from signet_vc.policy import Policy
from signet_vc.resources import CREDENTIALS_V2
from signet_vc.result import Verification
from signet_vc.verification import Input

__all__ = ["SigningKey", "present", "sign", "verify"]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


class SigningKey(Key):
    """A signing key, made here or loaded from where it is kept. It shows its DID, never its secret."""

    __slots__ = ()

    @classmethod
    def generate(cls, algorithm: str = "Ed25519") -> Self:
        """Make a new key: ``Ed25519``, ``P-256``, ``P-384`` or ``P-521``; UsageError for another name."""
        try:
            row = key_type(algorithm)
        except ProblemError as error:
            raise UsageError(f"no such algorithm: {error.problems[0].detail}") from error
        while True:
            try:
                return cls.from_secret(algorithm, row.candidate(secrets.token_bytes(row.secret_length)))
            except ProblemError:  # not below the order of the curve: once in 2^32
                continue

    @classmethod
    def load(cls, source: str) -> Self:
        """Load the key from ``env:NAME``, ``file:PATH`` or ``keyring:SERVICE/NAME``, else UsageError."""
        return cls.of(keystore.load(source))


@overload
def sign(
    document: Mapping[str, Any],
    key: Signer,
    *,
    suite: str | None = None,
    securing: Literal["data-integrity"] = "data-integrity",
    created: datetime | None = None,
    expires: datetime | None = None,
    domain: str | Sequence[str] = (),
    challenge: str | None = None,
    proof_id: str | None = None,
    add_proof: bool = False,
    previous_proof: str | Sequence[str] | None = None,
) -> dict[str, Any]: ...


@overload
def sign(
    document: Mapping[str, Any],
    key: Signer,
    *,
    securing: Literal["jws"],
    expires: datetime | None = None,
    domain: str | Sequence[str] = (),
    challenge: str | None = None,
) -> str: ...


@overload
def sign(
    document: Mapping[str, Any],
    key: Signer,
    *,
    securing: Literal["sd-jwt"],
    expires: datetime | None = None,
    domain: str | Sequence[str] = (),
    challenge: str | None = None,
    disclosable: Sequence[str] = (),
    holder_key: PublicKey | None = None,
) -> str: ...


@overload
def sign(
    document: Mapping[str, Any],
    key: Signer,
    *,
    securing: Literal["cose"],
    expires: datetime | None = None,
    domain: str | Sequence[str] = (),
    challenge: str | None = None,
) -> bytes: ...


@overload
def sign(
    document: Mapping[str, Any],
    key: Signer,
    *,
    suite: str | None = None,
    securing: str = "data-integrity",
    created: datetime | None = None,
    expires: datetime | None = None,
    domain: str | Sequence[str] = (),
    challenge: str | None = None,
    proof_id: str | None = None,
    add_proof: bool = False,
    previous_proof: str | Sequence[str] | None = None,
    disclosable: Sequence[str] = (),
    holder_key: PublicKey | None = None,
) -> dict[str, Any] | str | bytes: ...


def sign(
    document: Mapping[str, Any],
    key: Signer,
    *,
    suite: str | None = None,
    securing: str = "data-integrity",
    created: datetime | None = None,
    expires: datetime | None = None,
    domain: str | Sequence[str] = (),
    challenge: str | None = None,
    proof_id: str | None = None,
    add_proof: bool = False,
    previous_proof: str | Sequence[str] | None = None,
    disclosable: Sequence[str] = (),
    holder_key: PublicKey | None = None,
) -> dict[str, Any] | str | bytes:
    """Secure a credential with its issuer's key, or a presentation with its holder's.

    Under ``data-integrity`` a new object with a proof, under ``jws`` a compact JWS, under ``sd-jwt`` an
    SD-JWT with every disclosure, under ``cose`` the bytes of a COSE_Sign1. The argument is never changed,
    and the result shares its values. Nothing is added but the proof, to a document of version 1.1 its
    context too, and in an envelope the claims that are asked for here.

    suite: a cryptosuite that the key can make (default: the key's own). created: of the proof (default: now;
    for a credential of a tool call, as its format demands, ``validFrom``). expires: of the signature. Both
    are aware, and written to the second. domain, challenge: of a presentation: for whom it is made, and what
    it answers. proof_id: a URL for others to name the proof by. add_proof: beside the proofs that the
    document has; previous_proof: ids of those that the new one endorses. disclosable: paths of what a holder
    may withhold (``credentialSubject.name``, ``evidence[0]``); holder_key: whose key has to sign where it is
    presented.

    Raises:
        ProblemError: what is wrong with the document, each with its JSON Pointer; nothing is signed then.
        UsageError: a suite that does not go with the key; an option that the securing has no use for;
            ``securing`` of ``both``, which belongs to a call; a document that is secured already.
        UnavailableError: the signer could not be reached.

    Spec: VC-DATA-INTEGRITY §§4.2, 4.3, VC-JOSE-COSE §3, RFC 9901; for a tool call, FORMAT.
    """
    given = document if type(document) is dict else dict(document)
    if created is not None and securing != "data-integrity":
        raise UsageError("created is of a proof, which an envelope has none of")
    options = Options(
        created=_created(given, created),
        suite=suite,
        expires=None if expires is None else _nanoseconds(expires),
        domain=[domain] if isinstance(domain, str) else domain,
        challenge=challenge,
        proof_id=proof_id,
        add_proof=add_proof or previous_proof is not None,
        previous_proof=previous_proof,
        disclosable=disclosable,
        holder_key=holder_key,
        salts=_salt,
    )
    to_sign = issuing.prepare(
        given,
        options,
        securing=securing,
        key_type=key.public_key.key_type,
        verification_method=key.verification_method,
    )
    return to_sign.finish(key.sign(to_sign.message))


def present(
    credentials: Iterable[Mapping[str, Any] | str | bytes],
    key: Signer,
    *,
    identifier: str | None = None,
    **how: Any,
) -> dict[str, Any] | str | bytes:
    """Make a presentation of secured credentials, and secure it with its holder's key as ``sign`` does.

    credentials: each with its proof, or a compact JWS, an SD-JWT, or a COSE_Sign1, which are enveloped.
    identifier: of the presentation, a URL. how: as ``sign`` takes it; ``domain`` and ``challenge`` are what
    binds the presentation to who asked for it. Whether the credentials verify is for who asked.

    Raises as ``sign``; also UsageError for a credential that this key itself attested (an attestation key
    signs attestations and nothing else) or that is no object and no known envelope, and ProblemError for an
    envelope that cannot be read. Spec: VCDM §4.13.
    """
    document: dict[str, Any] = {
        "@context": [CREDENTIALS_V2],
        "type": [presentation.TYPE],
        "holder": key.verification_method.partition("#")[0],
        "verifiableCredential": [_presented(each, key) for each in credentials],
    }
    if identifier is not None:
        document["id"] = identifier
    secured: dict[str, Any] | str | bytes = sign(document, key, **how)
    return secured


def verify(data: Input, policy: Policy, *, at: datetime | None = None) -> Verification:
    """Verify anything that is known here: text, bytes, or an object that was parsed before.

    A credential or presentation with its proof or in its envelope, or an artefact of a neighbouring protocol,
    of at most ``policy.limits.document_bytes``. It is judged as evidence, at the time ``at``.

    at: an aware time (default: now). Never raises for what it is given; UsageError for an ``at`` without an
    offset. Spec: VCDM §7.1, VC-DATA-INTEGRITY §§4.4, 4.5, VC-JOSE-COSE §§3, 4; for a tool call, FORMAT,
    Verification.
    """
    at_ns = time.time_ns() if at is None else _nanoseconds(at)
    result = verification.verify(data, policy, at_ns=at_ns)
    if result.format != "unknown":
        return result
    neighbour = _of_neighbour(data, policy, at_ns)
    return result if neighbour is None else neighbour


def _of_neighbour(data: Input, policy: Policy, at_ns: int) -> Verification | None:
    """What is no credential may be a neighbouring protocol's."""
    from signet_vc import protocols  # noqa: PLC0415 - a quarter of the package's start, and seldom needed

    try:
        text = data if isinstance(data, bytes | str) else jcs.canonicalize_wide(dict(data))
        return protocols.verify(text, policy, at_ns=at_ns)
    except (ProblemError, TypeError, ValueError):  # no text and no object: told by the first verdict
        return None


def _presented(credential: Mapping[str, Any] | str | bytes, key: Signer) -> dict[str, Any]:
    if not isinstance(credential, Mapping):
        opened = formats.open_content(formats.read_content(credential, DEFAULT_LIMITS), DEFAULT_LIMITS)
        if opened is None:
            raise UsageError("a credential that is no object is a compact JWS, an SD-JWT or a COSE_Sign1")
        content = credential.strip() if isinstance(credential, str) else credential
        return enveloped.wrap(f"application/{opened.format}", content)
    document = dict(credential)
    holder = key.verification_method.partition("#")[0]
    if profile.names_profile(document) and document.get("issuer") == holder:
        raise UsageError("a key that attests calls presents nothing: the holder needs a key of its own")
    return document


def _created(document: dict[str, Any], created: datetime | None) -> int:
    """The proof's time. A call's credential says itself when it was signed."""
    if created is None:
        return time.time_ns()
    moment = _nanoseconds(created)
    if profile.names_profile(document) and format_s(moment) != str(document.get("validFrom"))[:19] + "Z":
        raise UsageError("the proof of a tool call's credential is created at its validFrom")
    return moment


def _salt() -> str:
    """128 random bits (SD-JWT §4.2.1)."""
    return base64url_encode(secrets.token_bytes(16))


def _nanoseconds(moment: datetime) -> int:
    if moment.utcoffset() is None:
        raise UsageError("a time is a datetime with its offset")
    return (moment - _EPOCH) // _MICROSECOND * 1_000
