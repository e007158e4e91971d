"""How a call's credential is secured: ``data-integrity``, ``jws``, or ``both`` (FORMAT, *Carriers*).

Securing is two pure steps, whatever the mechanism and wherever the key: ``prepare`` gives the bytes to be
signed, ``finish`` takes the signatures. ``read`` and ``verify`` are the same for what comes in: form
first, without a key, then signatures.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from signet_vc.codec import jcs
from signet_vc.codec.digest import digest
from signet_vc.codec.strict_json import JsonObject
from signet_vc.credential.model import issuer_of
from signet_vc.did.resolver import Resolver
from signet_vc.envelopes import jws as compact
from signet_vc.envelopes import vc_jwt
from signet_vc.envelopes.jws import Jws, JwsToSign
from signet_vc.errors import Code, Problem, ProblemError, UsageError, problem
from signet_vc.keys.key_type import KeyType
from signet_vc.keys.signing import Signer
from signet_vc.proofs import data_integrity
from signet_vc.proofs.data_integrity import ProofToSign
from signet_vc.proofs.gap import Gap, canonicalize_around

__all__ = ["Secured", "Securing", "ToSign", "prepare", "read", "secure", "verify"]


class Securing(StrEnum):
    """How a credential is secured; the values are those of the configuration."""

    DATA_INTEGRITY = "data-integrity"
    JWS = "jws"
    BOTH = "both"


class Secured(NamedTuple):
    """A secured credential, made or read; whether it verifies is for ``verify`` to say.

    credential: with ``proof``; None under ``jws`` alone. jws: the compact JWS, or None. document: without
    proof. digest: DIGEST of the credential, over CANON with ``proof``; of a JWS alone, over its ASCII
    bytes. jws_digest: of the JWS, under ``both`` only. text: what is stored, CANON of the credential or
    the JWS. size: of that, in bytes. canonical: CANON of the document, which both mechanisms sign.
    token: the JWS taken apart, where it came from outside.
    """

    credential: JsonObject | None
    jws: str | None
    document: JsonObject
    digest: str
    jws_digest: str | None
    text: str
    size: int
    canonical: bytes
    token: Jws | None


class ToSign(NamedTuple):
    """What one key has to sign: a message for each mechanism, in order.

    document: unsecured. canonical: its CANON; gap: the same with a gap where ``proof`` belongs.
    """

    messages: tuple[bytes, ...]
    document: JsonObject
    canonical: bytes
    gap: Gap
    proof: ProofToSign | None
    token: JwsToSign | None

    def finish(self, signatures: Sequence[bytes]) -> Secured:
        """Put the signatures in, one for each message. UsageError for another number or length of them."""
        if len(signatures) != len(self.messages):
            raise UsageError(f"{len(self.messages)} signatures are needed, not {len(signatures)}")
        token = None if self.token is None else self.token.finish(signatures[-1])
        if self.proof is None:
            octets = (token or "").encode("ascii")
            return _secured(self.document, None, token, canonical=self.canonical, octets=octets)
        credential = self.proof.finish(signatures[0])
        proof_value = b'"proofValue":"%b"' % credential["proof"]["proofValue"].encode("ascii")
        octets = self.gap.filled(b'"proof":%b' % self.proof.configuration.filled(proof_value))
        return _secured(self.document, credential, token, canonical=self.canonical, octets=octets)


def prepare(
    unsigned: JsonObject,
    *,
    key_type: KeyType,
    verification_method: str,
    securing: Securing,
    created: str,
    jws_alg: str | None = None,
) -> ToSign:
    """Work out what a key has to sign.

    unsigned: without ``proof``. created: for the proof, FORMAT's time to the second. jws_alg: the name that
    the JWS has for the key's algorithm, if not the usual one.

    Raises:
        UsageError: ``jws_alg`` is not the key's; the document is secured already.
        ProblemError: the document has no CANON.
    """
    gap = canonicalize_around(unsigned, "proof")
    canonical = gap.closed()
    proof = token = None
    if securing is not Securing.JWS:
        proof = data_integrity.prepare(
            unsigned,
            suite=data_integrity.default_suite(key_type),
            key_type=key_type,
            verification_method=verification_method,
            created=created,
            canonical=canonical,
        )
    if securing is not Securing.DATA_INTEGRITY:
        token = vc_jwt.prepare(
            unsigned,
            key_type=key_type,
            verification_method=verification_method,
            alg=jws_alg,
            canonical=canonical,
        )
    messages = tuple([each.message for each in (proof, token) if each is not None])
    return ToSign(messages, unsigned, canonical, gap, proof, token)


def secure(
    unsigned: JsonObject, signer: Signer, *, securing: Securing, created: str, jws_alg: str | None = None
) -> Secured:
    """Secure a credential with a key that answers at once: ``prepare``, sign, ``finish``.

    Raises UnavailableError if the signer cannot be reached, and as ``prepare``.
    """
    to_sign = prepare(
        unsigned,
        key_type=signer.public_key.key_type,
        verification_method=signer.verification_method,
        securing=securing,
        created=created,
        jws_alg=jws_alg,
    )
    return to_sign.finish([signer.sign(message) for message in to_sign.messages])


def read(credential: JsonObject | None, jws: str | None) -> Secured:
    """Take in a secured credential as it came: its form, its digest; no key is looked at.

    Raises ProblemError: PROOF_MISSING where neither is given; INVALID_CREDENTIAL for a JWS that FORMAT does
    not have; what has no CANON, or is no JWS.
    """
    token = document = None
    if jws is not None:
        token = compact.parse(jws)
        document = vc_jwt.claims(token)
        problems = vc_jwt.form_problems(token, document, strict=True)
        if problems:
            raise ProblemError(*problems)
    if credential is not None:
        whole, document, canonical = jcs.canonicalize_without(credential, "proof")
        return _secured(document, credential, jws, canonical=canonical, octets=whole, token=token)
    if jws is None or token is None or document is None:
        raise ProblemError.of(Code.PROOF_MISSING, "neither a credential with a proof nor a JWS")
    return _secured(document, None, jws, canonical=token.payload, octets=jws.encode(), token=token)


def verify(
    secured: Secured, *, resolver: Resolver | None = None, strict: bool = True, at_ns: int | None = None
) -> list[Problem]:
    """Check the signatures of a secured credential against its issuer's keys, and that two securings agree.

    strict: refuse the second spelling of an ECDSA signature. at_ns: when, nanoseconds since 1970, for keys
    that expire or are revoked. SECURINGS_DISAGREE, beside what is wrong with
    either, unless both verify and secure the same document.

    Raises UnavailableError if a DID cannot be resolved.
    """
    issuer = issuer_of(secured.document)
    if issuer is None:
        return [problem(Code.INVALID_CREDENTIAL, "nobody is named whose signature it should be", "/issuer")]
    problems: list[Problem] = []
    if secured.credential is not None:
        problems += data_integrity.verify(
            secured.credential,
            controller=issuer,
            resolver=resolver,
            strict=strict,
            at_ns=at_ns,
            unsecured=(secured.document, secured.canonical),
        ).problems
    if secured.jws is not None:
        token = compact.parse(secured.jws) if secured.token is None else secured.token
        problems += _token_problems(token, secured.document, issuer, resolver, at_ns, strict=strict)
        if secured.credential is not None and (problems or token.payload != secured.canonical):
            detail = "proof and JWS do not both secure the same credential"
            problems.append(problem(Code.SECURINGS_DISAGREE, detail))
    return problems


def _token_problems(
    token: Jws,
    document: JsonObject,
    issuer: str,
    resolver: Resolver | None,
    at_ns: int | None,
    *,
    strict: bool,
) -> list[Problem]:
    try:
        return vc_jwt.signature_problems(
            token, document, controller=issuer, resolver=resolver, at_ns=at_ns, strict=strict
        )
    except ProblemError as error:
        return list(error.problems)


def _secured(
    document: JsonObject,
    credential: JsonObject | None,
    jws: str | None,
    *,
    canonical: bytes,
    octets: bytes,
    token: Jws | None = None,
) -> Secured:
    """``octets``: what is stored, CANON of the credential or the JWS."""
    return Secured(
        credential=credential,
        jws=jws,
        document=document,
        digest=digest(octets),
        jws_digest=None if credential is None or jws is None else digest(jws.encode("ascii")),
        text=octets.decode(),
        size=len(octets),
        canonical=canonical,
        token=token,
    )
