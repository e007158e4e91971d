"""Securing a credential or presentation: what an issuer may sign, and each way to sign as a row of SECURINGS.

Nothing is signed that a verifier would refuse. Each way is two steps: ``prepare`` gives the bytes that the
key signs, ``finish`` of what it gives takes the signature.

Spec: VCDM 2.0 §§1.4 and 4; what each mechanism demands is in ``proofs`` and ``envelopes``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple, Protocol

from signet_vc.codec import jcs
from signet_vc.codec.strict_json import JsonObject
from signet_vc.codec.timestamps import format_s
from signet_vc.credential import bitstring_status, model, presentation, profile, related_resource, terms
from signet_vc.envelopes import cose, sd_jwt, vc_jwt
from signet_vc.errors import Code, ProblemError, UsageError, problem
from signet_vc.keys.key_type import KeyType
from signet_vc.keys.signing import PublicKey
from signet_vc.limits import DEFAULT_LIMITS, NANOSECONDS
from signet_vc.proofs import data_integrity
from signet_vc.proofs.rdfc_suites import with_proof_terms

__all__ = ["SECURINGS", "Options", "ToSign", "prepare"]


class Options(NamedTuple):
    """How to secure; what a way has no use for, it refuses.

    suite: a cryptosuite (None: the key's own). created: of a proof, nanoseconds since 1970 (of a call's
    credential, ``validFrom``). expires: of the signature. domain, challenge: whom a presentation is for, and
    what it answers. proof_id: a URL for others to name the proof by. add_proof: beside those that are there.
    previous_proof: ids of the proofs that this one endorses. disclosable: paths of what a holder may
    withhold; holder_key: whose key then has to present it; salts: gives a fresh one at each call.
    """

    created: int
    salts: Callable[[], str] | None = None
    suite: str | None = None
    expires: int | None = None
    domain: Sequence[str] = ()
    challenge: str | None = None
    proof_id: str | None = None
    add_proof: bool = False
    previous_proof: str | Sequence[str] | None = None
    disclosable: Sequence[str] = ()
    holder_key: PublicKey | None = None


_MOST_BYTES: Final = DEFAULT_LIMITS.document_bytes
_ASKED: Final = 2  # the members from here on are what may be asked for
_PLAIN: Final = Options(0)[_ASKED:]


class ToSign(Protocol):
    """What one key has to sign, and what becomes of its signature."""

    @property
    def message(self) -> bytes:
        """Give the bytes to be signed."""

    def finish(self, signature: bytes) -> JsonObject | str | bytes:
        """Give the secured document."""


class _Checked(NamedTuple):
    """What may be signed, and by which key. canonical: RFC 8785 of it."""

    document: JsonObject
    canonical: bytes
    bound: bool
    presents: bool
    key_type: KeyType
    verification_method: str


def prepare(
    document: JsonObject, options: Options, *, securing: str, key_type: KeyType, verification_method: str
) -> ToSign:
    """Work out what the key of ``verification_method`` has to sign to secure ``document``.

    securing: a name in SECURINGS. An embedded proof brings its context to a document of version 1.1 that
    lacks it; otherwise nothing but the signature is added.

    Raises:
        ProblemError: what is wrong with the document, each with its JSON Pointer.
        UsageError: no such securing; an option that it has no use for; a suite or document that does not go
            with the key.
    """
    if securing not in SECURINGS:
        raise UsageError(f"a credential is secured as {', '.join(SECURINGS)}; both belongs to a call")
    if "proof" in document and not options.add_proof:
        raise UsageError("the document is secured already")
    way = SECURINGS[securing]
    checked = _check(document, key_type, verification_method)
    if checked.bound and securing not in _OF_CALLS:
        raise UsageError(f"a tool call's credential is secured as {' or '.join(_OF_CALLS)}")
    if options[_ASKED:] != _PLAIN:
        _check_options(options, checked, way)
    to_sign = way.prepare(checked, options)
    if options.disclosable or len(checked.canonical) > _MOST_BYTES // 2:  # base64url adds a third
        _check_size(to_sign, key_type)
    return to_sign


def _check_size(to_sign: ToSign, key_type: KeyType) -> None:
    """Hold what will be made to what a verifier reads unless it is told otherwise."""
    made = to_sign.finish(bytes(key_type.signature_length))
    size = len(jcs.canonicalize(made) if isinstance(made, dict) else made)
    if size > _MOST_BYTES:
        raise ProblemError.of(Code.TOO_LARGE, f"secured it has {size} bytes, more than {_MOST_BYTES}")


def _check(document: JsonObject, key_type: KeyType, verification_method: str) -> _Checked:
    """Hold a document to all that a verifier would hold it to, and its signer to be the key's."""
    canonical = jcs.canonicalize(document)
    bound = profile.names_profile(document)
    presents = not bound and presentation.is_presentation(document)
    if bound:
        problems = profile.shape_problems(document) or profile.consistency_problems(document)
    elif presents:
        problems = presentation.check(document, issuing=True)
    else:
        problems = model.check(document, issuing=True) + bitstring_status.form_problems(document)
        problems = problems or related_resource.problems(document, load=None)
    if not bound and not problems:
        problems = terms.problems(with_proof_terms(document))
    controller = verification_method.partition("#")[0]
    if presents:
        if presentation.holder_of(document) not in {None, controller}:
            detail = "the holder is not the DID of the key that is to sign"
            problems.append(problem(Code.KEY_NOT_CONTROLLED_BY_HOLDER, detail, "/holder"))
    elif model.issuer_of(document) != controller:
        detail = "the issuer is not the DID of the key that is to sign"
        problems.append(problem(Code.KEY_NOT_CONTROLLED_BY_ISSUER, detail, "/issuer"))
    if problems:
        raise ProblemError(*problems)
    return _Checked(document, canonical, bound, presents, key_type, verification_method)


def _check_options(options: Options, checked: _Checked, way: _Way) -> None:
    """Refuse what the way or the document has no use for; a call's credential takes its format's alone."""
    if checked.bound and options.suite not in {None, data_integrity.default_suite(checked.key_type).name}:
        raise UsageError("a tool call's credential takes its key's own cryptosuite")
    refused = (*way.refuses, *(_NOT_OF_CALLS if checked.bound else ()))
    given = [name for name in refused if getattr(options, name)]
    if given:
        raise UsageError(f"this securing has no {', '.join(given)}")
    if (options.domain or options.challenge is not None) and not checked.presents:
        raise UsageError("domain and challenge are of a presentation")


# --- the ways -------------------------------------------------------------------------------------------


def _proof(checked: _Checked, options: Options) -> ToSign:
    """An embedded proof: Data Integrity."""
    if options.suite is not None and options.suite not in data_integrity.SUITES:
        raise UsageError(f"the cryptosuite is none of {', '.join(data_integrity.SUITES)}")
    suite = (
        data_integrity.default_suite(checked.key_type)
        if options.suite is None
        else data_integrity.SUITES[options.suite]
    )
    document = checked.document if checked.bound else with_proof_terms(checked.document)
    fresh = document is checked.document and "proof" not in document
    return data_integrity.prepare(
        document,
        suite=suite,
        key_type=checked.key_type,
        verification_method=checked.verification_method,
        created=_created(checked, options),
        purpose="authentication" if checked.presents else "assertionMethod",
        options=_proof_options(options),
        canonical=checked.canonical if fresh and suite.pins_context else None,
    )


def _proof_options(options: Options) -> JsonObject:
    given: JsonObject = {}
    if options.proof_id is not None:
        given["id"] = options.proof_id
    if options.expires is not None:
        given["expires"] = format_s(options.expires)
    if options.domain:
        given["domain"] = options.domain[0] if len(options.domain) == 1 else list(options.domain)
    if options.challenge is not None:
        given["challenge"] = options.challenge
    if options.previous_proof is not None:
        previous = options.previous_proof
        given["previousProof"] = previous if isinstance(previous, str) else list(previous)
    return given


def _created(checked: _Checked, options: Options) -> str:
    """The proof's time, to the second; of a call's credential the time that it gives itself."""
    if not checked.bound:
        return format_s(options.created)
    signed: str = checked.document["validFrom"][:19] + "Z"
    return signed


def _jwt(checked: _Checked, options: Options) -> ToSign:
    """A compact JWS around it."""
    return vc_jwt.prepare(
        checked.document,
        key_type=checked.key_type,
        verification_method=checked.verification_method,
        presentation=checked.presents,
        registered=_registered(options),
        canonical=checked.canonical,
    )


def _sd_jwt(checked: _Checked, options: Options) -> ToSign:
    """An SD-JWT, of which a holder may withhold what the issuer let it."""
    if options.salts is None:
        raise UsageError("what can be withheld needs salts")
    return sd_jwt.prepare(
        checked.document,
        key_type=checked.key_type,
        verification_method=checked.verification_method,
        presentation=checked.presents,
        registered=_registered(options),
        disclosable=options.disclosable,
        holder_key=options.holder_key,
        salts=options.salts,
    )


def _cose(checked: _Checked, options: Options) -> ToSign:
    """A COSE_Sign1 around it."""
    return cose.prepare(
        checked.document,
        key_type=checked.key_type,
        verification_method=checked.verification_method,
        presentation=checked.presents,
        registered=_registered(options),
    )


def _registered(options: Options) -> Mapping[str, Any]:
    """The claims about a signature that an envelope carries beside the document."""
    claims: dict[str, Any] = {}
    if options.expires is not None:
        claims["exp"] = options.expires // NANOSECONDS
    if options.domain:
        claims["aud"] = options.domain[0] if len(options.domain) == 1 else list(options.domain)
    if options.challenge is not None:
        claims["nonce"] = options.challenge
    return claims


_OF_CALLS: Final = ("data-integrity", "jws")  # FORMAT, Carriers
_NOT_OF_CALLS: Final = ("expires", "proof_id", "add_proof", "previous_proof")
_OF_A_PROOF: Final = ("suite", "proof_id", "add_proof", "previous_proof")
_OF_WITHHOLDING: Final = ("disclosable", "holder_key")


class _Way(NamedTuple):
    """A way to secure. refuses: the options that it has no use for."""

    prepare: Callable[[_Checked, Options], ToSign]
    refuses: tuple[str, ...]


SECURINGS: Final[Mapping[str, _Way]] = MappingProxyType(
    {
        "data-integrity": _Way(_proof, _OF_WITHHOLDING),
        "jws": _Way(_jwt, (*_OF_A_PROOF, *_OF_WITHHOLDING)),
        "sd-jwt": _Way(_sd_jwt, _OF_A_PROOF),
        "cose": _Way(_cose, (*_OF_A_PROOF, *_OF_WITHHOLDING)),
    }
)
