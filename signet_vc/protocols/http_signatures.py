"""HTTP Message Signatures: the two fields, the keys' algorithms, creation in two steps, and one check.

What a signature must cover, whose key it is and when it is too old is a profile's to say (``ucp``).
Spec: RFC 9421 §3, §4.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final, NamedTuple, TypeVar

from signet_vc.errors import Code, Problem, ProblemError, UsageError, problem
from signet_vc.keys.signing import KeyType, PublicKey
from signet_vc.limits import NANOSECONDS
from signet_vc.protocols.http_components import names, signature_base
from signet_vc.protocols.http_message import HttpRequest, HttpResponse, Message
from signet_vc.protocols.structured_fields import (
    InnerList,
    Item,
    dictionary,
    is_inner_list,
    write_byte_sequence,
    write_member,
)

__all__ = [
    "ALGORITHMS",
    "Candidate",
    "HttpSignatureToSign",
    "algorithm_of",
    "candidates",
    "prepare",
    "signature_problems",
    "time_problems",
]

M = TypeVar("M", HttpRequest, HttpResponse)

# By the type of the key (§3.3); P-521 has no algorithm.
ALGORITHMS: Final[Mapping[str, str]] = MappingProxyType(
    {"Ed25519": "ed25519", "P-256": "ecdsa-p256-sha256", "P-384": "ecdsa-p384-sha384"}
)
_MOST_SIGNATURES: Final = 8  # each is the work of a verification
_INPUT, _SIGNATURE = "signature-input", "signature"
_is_label: Final = re.compile(r"[a-z*][a-z0-9_.*-]{0,63}").fullmatch
_TIMES: Final = ("created", "expires")
_TEXTS: Final = ("nonce", "alg", "keyid", "tag")


class Candidate(NamedTuple):
    """One signature of a message, of which nothing is verified."""

    label: str
    covered: InnerList
    signature: bytes

    @property
    def components(self) -> frozenset[str]:
        """The names of what is covered as a whole."""
        return names(self.covered[0])

    @property
    def items(self) -> list[Item]:
        """The covered components, in order, with their parameters."""
        return self.covered[0]

    def parameter(self, name: str) -> Any:
        """Give a signature parameter; None without it. Times are integers, the others texts."""
        return self.covered[1].get(name)

    @property
    def pointer(self) -> str:
        """Where it stands."""
        return f"/fields/{_INPUT}/{self.label}"


def candidates(message: Message) -> list[Candidate]:
    """Give the signatures of ``message``, in the order of ``Signature-Input`` (§4.1, §4.2).

    Raises ProblemError: PROOF_MISSING without either field; MALFORMED_HTTP, among it for labels that differ
    between the two; TOO_LARGE for more than eight.
    """
    described, signed = message.field(_INPUT), message.field(_SIGNATURE)
    if described is None or signed is None:
        raise ProblemError.of(Code.PROOF_MISSING, "signature_missing: no Signature-Input and Signature")
    inputs, signatures = dictionary(described, _INPUT), dictionary(signed, _SIGNATURE)
    if not inputs and not signatures:
        raise ProblemError.of(
            Code.PROOF_MISSING, "signature_missing: Signature-Input and Signature are empty"
        )
    if len(inputs) > _MOST_SIGNATURES:
        raise ProblemError.of(Code.TOO_LARGE, f"more than {_MOST_SIGNATURES} signatures", f"/fields/{_INPUT}")
    if inputs.keys() != signatures.keys():
        raise _bad("Signature and Signature-Input have different labels", f"/fields/{_SIGNATURE}")
    found = [_candidate(label, covered, signatures[label]) for label, covered in inputs.items()]
    for each in found:
        if write_byte_sequence(each.signature) not in signed:  # base64 has spellings with bits to spare
            raise _bad("a signature is not in the only spelling of base64", f"/fields/{_SIGNATURE}")
    return found


def _candidate(label: str, covered: Any, signature: Any) -> Candidate:
    if not _is_label(label):
        raise _bad("a label of more than 64 characters")
    if not is_inner_list(covered) or type(signature[0]) is not bytes:
        raise _bad("a signature is no list of components, or no bytes")
    parameters = covered[1]
    if any(name in parameters and type(parameters[name]) is not int for name in _TIMES):
        raise _bad("created or expires is no integer")
    if any(name in parameters and type(parameters[name]) is not str for name in _TEXTS):
        raise _bad("a parameter of the signature is no string")
    return Candidate(label, covered, signature[0])


def _bad(detail: str, pointer: str = f"/fields/{_INPUT}") -> ProblemError:
    return ProblemError.of(Code.MALFORMED_HTTP, detail, pointer)


# --- verification -----------------------------------------------------------------------------------


def algorithm_of(key_type: KeyType) -> str:
    """Name the algorithm of a key's type; UNSUPPORTED_CRYPTOSUITE for one that has none."""
    if key_type.name not in ALGORITHMS:
        detail = f"algorithm_unsupported: no HTTP signature is made with {key_type.name}"
        raise ProblemError.of(Code.UNSUPPORTED_CRYPTOSUITE, detail)
    return ALGORITHMS[key_type.name]


def signature_problems(
    message: Message, candidate: Candidate, key: PublicKey, *, base: str | None = None
) -> list[Problem]:
    """Check that ``key`` made the signature over what it covers of ``message`` (§3.2, §3.3.7).

    base: the message's ``signature_base`` for this signature, where it has been made.

    UNSUPPORTED_CRYPTOSUITE where ``alg`` is not the key's, PROOF_INVALID; raises ProblemError as
    ``signature_base``. ECDSA is r and s joined, and never DER.
    """
    algorithm = algorithm_of(key.key_type)
    if candidate.parameter("alg") not in {None, algorithm}:
        detail = "algorithm_unsupported: alg is not that of the key"
        return [problem(Code.UNSUPPORTED_CRYPTOSUITE, detail, candidate.pointer)]
    signed = signature_base(message, candidate.covered) if base is None else base
    if not key.verify(candidate.signature, signed.encode("ascii")):
        detail = "signature_invalid: the signature is not this key's over this message"
        return [problem(Code.PROOF_INVALID, detail, candidate.pointer)]
    return []


def time_problems(candidate: Candidate, *, at_ns: int, skew_ns: int) -> list[Problem]:
    """Judge ``created`` and ``expires`` where they stand: NOT_YET_VALID, EXPIRED."""
    created, expires = candidate.parameter("created"), candidate.parameter("expires")
    problems = []
    if created is not None and created * NANOSECONDS - skew_ns > at_ns:
        detail = "signature_invalid: signed in the future"
        problems.append(problem(Code.NOT_YET_VALID, detail, candidate.pointer))
    if expires is not None and expires * NANOSECONDS + skew_ns < at_ns:
        detail = "signature_invalid: the signature has expired"
        problems.append(problem(Code.EXPIRED, detail, candidate.pointer))
    return problems


# --- creation -----------------------------------------------------------------------------------------


class HttpSignatureToSign(NamedTuple):
    """A message that lacks its signature. ``base`` is what is signed (§2.5)."""

    unsigned: Message
    label: str
    covered: InnerList
    base: str

    @property
    def message(self) -> bytes:
        """The bytes to be signed."""
        return self.base.encode("ascii")

    def fields(self, signature: bytes) -> tuple[tuple[str, str], tuple[str, str]]:
        """Give the two fields that carry the signature."""
        return (
            ("Signature-Input", f"{self.label}={write_member(self.covered)}"),
            ("Signature", f"{self.label}={write_byte_sequence(signature)}"),
        )

    def finish(self, signature: bytes) -> Message:
        """Give the message with its signature, beside those that it has."""
        return replace(self.unsigned, fields=self.unsigned.fields + self.fields(signature))


def prepare(
    message: Message,
    components: list[Item],
    parameters: Mapping[str, Any],
    *,
    label: str = "sig1",
) -> HttpSignatureToSign:
    """Make the signature base of ``message`` (§3.1).

    components: names with their parameters, ``[("@method", {}), ("signature-agent", {"key": "sig1"})]``.
    parameters: ``created``, ``expires`` (seconds), ``nonce``, ``alg``, ``keyid``, ``tag``, in this order.
    Raises UsageError for a label that is none or is taken, and for components that the message has not.
    """
    if not _is_label(label):
        raise UsageError("a signature's label has 1 to 64 characters: lower case, digits, _ . * -")
    covered: InnerList = (list(components), dict(parameters))
    try:
        has_signatures = any(message.field(name) is not None for name in (_INPUT, _SIGNATURE))
        taken = {each.label for each in candidates(message)} if has_signatures else set()
        base = signature_base(message, covered)
    except (ProblemError, ValueError) as error:
        raise UsageError(f"the message cannot be signed: {error}") from error
    if label in taken:
        raise UsageError("the message has a signature of that label")
    return HttpSignatureToSign(message, label, covered, base)
