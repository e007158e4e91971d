"""Every problem code in one table, and the four kinds of failure.

Whose fault is it? ``UsageError``: the caller's, raised. ``Problem``: the input's, collected in a
result; inside the package it travels in a ``ProblemError``. ``UnavailableError``: a store, resolver
or upstream that could not be asked; it never turns into a verdict of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

__all__ = [
    "TITLES",
    "Code",
    "Problem",
    "ProblemError",
    "SignetError",
    "UnavailableError",
    "UsageError",
    "VerificationError",
    "problem",
    "shown",
]

_VCDM: Final = "https://www.w3.org/TR/vc-data-model#"
_SECURITY: Final = "https://w3id.org/security#"
_STATUS: Final = "https://www.w3.org/ns/credentials/status-list#"


class Code(StrEnum):
    """Stable problem codes; the list only grows."""

    MALFORMED_JSON = "MALFORMED_JSON"
    DUPLICATE_MEMBER = "DUPLICATE_MEMBER"
    TOO_LARGE = "TOO_LARGE"
    TOO_DEEP = "TOO_DEEP"
    NUMBER_OUT_OF_RANGE = "NUMBER_OUT_OF_RANGE"
    UNKNOWN_FORMAT = "UNKNOWN_FORMAT"
    INVALID_CREDENTIAL = "INVALID_CREDENTIAL"
    UNKNOWN_CONTEXT = "UNKNOWN_CONTEXT"
    PROOF_MISSING = "PROOF_MISSING"
    PROOF_INVALID = "PROOF_INVALID"
    PROOF_PURPOSE_MISMATCH = "PROOF_PURPOSE_MISMATCH"
    CONTEXT_MISMATCH = "CONTEXT_MISMATCH"
    UNSUPPORTED_CRYPTOSUITE = "UNSUPPORTED_CRYPTOSUITE"
    KEY_INVALID = "KEY_INVALID"
    KEY_NOT_CONTROLLED_BY_ISSUER = "KEY_NOT_CONTROLLED_BY_ISSUER"
    SECURINGS_DISAGREE = "SECURINGS_DISAGREE"
    NO_TRUST_ANCHOR = "NO_TRUST_ANCHOR"
    SIGNER_NOT_ALLOWED = "SIGNER_NOT_ALLOWED"
    NOT_YET_VALID = "NOT_YET_VALID"
    EXPIRED = "EXPIRED"
    LIFETIME_TOO_LONG = "LIFETIME_TOO_LONG"
    DEADLINE_PASSED = "DEADLINE_PASSED"
    AUDIENCE_MISMATCH = "AUDIENCE_MISMATCH"
    REPLAYED = "REPLAYED"
    CALL_MISMATCH = "CALL_MISMATCH"
    REQUEST_MISMATCH = "REQUEST_MISMATCH"
    RESULT_MISMATCH = "RESULT_MISMATCH"
    OUTCOME_MISMATCH = "OUTCOME_MISMATCH"
    TIME_MISMATCH = "TIME_MISMATCH"
    TOOL_DEFINITION_CHANGED = "TOOL_DEFINITION_CHANGED"
    CHAIN_BROKEN = "CHAIN_BROKEN"
    POLICY_DENIED = "POLICY_DENIED"
    DELEGATION_INVALID = "DELEGATION_INVALID"
    ATTESTATION_MISSING = "ATTESTATION_MISSING"
    ATTESTATION_UNAVAILABLE = "ATTESTATION_UNAVAILABLE"
    ATTESTATION_STRIPPED = "ATTESTATION_STRIPPED"
    PEER_CHANGED = "PEER_CHANGED"
    STORE_UNAVAILABLE = "STORE_UNAVAILABLE"
    RESOLVER_UNAVAILABLE = "RESOLVER_UNAVAILABLE"
    VALUE_ERASED = "VALUE_ERASED"
    AUTHORIZATION_NOT_EVALUATED = "AUTHORIZATION_NOT_EVALUATED"
    UNDEFINED_TERM = "UNDEFINED_TERM"
    GRAPH_TOO_COMPLEX = "GRAPH_TOO_COMPLEX"
    INVALID_PRESENTATION = "INVALID_PRESENTATION"
    CHALLENGE_MISMATCH = "CHALLENGE_MISMATCH"
    DOMAIN_MISMATCH = "DOMAIN_MISMATCH"
    PROOF_CHAIN_BROKEN = "PROOF_CHAIN_BROKEN"
    KEY_NOT_CONTROLLED_BY_HOLDER = "KEY_NOT_CONTROLLED_BY_HOLDER"
    CONTROLLER_DOCUMENT_INVALID = "CONTROLLER_DOCUMENT_INVALID"
    VERIFICATION_METHOD_URL_INVALID = "VERIFICATION_METHOD_URL_INVALID"
    MALFORMED_CBOR = "MALFORMED_CBOR"
    DISCLOSURE_INVALID = "DISCLOSURE_INVALID"
    KEY_BINDING_MISSING = "KEY_BINDING_MISSING"
    KEY_BINDING_INVALID = "KEY_BINDING_INVALID"
    RELATED_RESOURCE_MISMATCH = "RELATED_RESOURCE_MISMATCH"
    SCHEMA_MISMATCH = "SCHEMA_MISMATCH"
    SCHEMA_INDETERMINATE = "SCHEMA_INDETERMINATE"
    STATUS_REVOKED = "STATUS_REVOKED"
    STATUS_SUSPENDED = "STATUS_SUSPENDED"
    STATUS_MESSAGE = "STATUS_MESSAGE"
    STATUS_NOT_EVALUATED = "STATUS_NOT_EVALUATED"
    STATUS_UNAVAILABLE = "STATUS_UNAVAILABLE"
    STATUS_LIST_INVALID = "STATUS_LIST_INVALID"
    STATUS_LIST_TOO_SHORT = "STATUS_LIST_TOO_SHORT"
    STATUS_INDEX_OUT_OF_RANGE = "STATUS_INDEX_OUT_OF_RANGE"
    FETCH_REFUSED = "FETCH_REFUSED"
    MALFORMED_HTTP = "MALFORMED_HTTP"
    COVERAGE_INSUFFICIENT = "COVERAGE_INSUFFICIENT"
    DIGEST_MISMATCH = "DIGEST_MISMATCH"
    KEY_NOT_FOUND = "KEY_NOT_FOUND"
    INVALID_AGENT_CARD = "INVALID_AGENT_CARD"
    INVALID_MANDATE = "INVALID_MANDATE"
    CONSTRAINT_UNRESOLVED = "CONSTRAINT_UNRESOLVED"
    BASIS_MISMATCH = "BASIS_MISMATCH"


# code -> (title, the W3C error type that says the same, or None)
_TABLE: Final[dict[Code, tuple[str, str | None]]] = {
    Code.MALFORMED_JSON: ("The input is not strict JSON", _VCDM + "PARSING_ERROR"),
    Code.DUPLICATE_MEMBER: ("An object names a member twice", _VCDM + "PARSING_ERROR"),
    Code.TOO_LARGE: ("The input is larger than the limit", _VCDM + "PARSING_ERROR"),
    Code.TOO_DEEP: ("The input is nested deeper than the limit", _VCDM + "PARSING_ERROR"),
    Code.NUMBER_OUT_OF_RANGE: ("A number cannot be represented exactly", _VCDM + "RANGE_ERROR"),
    Code.UNKNOWN_FORMAT: ("The content is nothing that can be verified here", _VCDM + "PARSING_ERROR"),
    Code.INVALID_CREDENTIAL: ("The credential breaks its schema", _VCDM + "MALFORMED_VALUE_ERROR"),
    Code.UNKNOWN_CONTEXT: ("A JSON-LD context is not known", _VCDM + "MALFORMED_VALUE_ERROR"),
    Code.PROOF_MISSING: ("No proof secures the document", _VCDM + "CRYPTOGRAPHIC_SECURITY_ERROR"),
    Code.PROOF_INVALID: ("The proof does not verify", _SECURITY + "PROOF_VERIFICATION_ERROR"),
    Code.PROOF_PURPOSE_MISMATCH: (
        "The proof serves another purpose",
        _SECURITY + "INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD",
    ),
    Code.CONTEXT_MISMATCH: (
        "The contexts of document and proof differ",
        _SECURITY + "PROOF_VERIFICATION_ERROR",
    ),
    Code.UNSUPPORTED_CRYPTOSUITE: (
        "The cryptosuite or algorithm is not supported for this key",
        _SECURITY + "PROOF_VERIFICATION_ERROR",
    ),
    Code.KEY_INVALID: ("The key is not acceptable", _SECURITY + "INVALID_VERIFICATION_METHOD"),
    Code.KEY_NOT_CONTROLLED_BY_ISSUER: (
        "The key is not the issuer's",
        _SECURITY + "INVALID_VERIFICATION_METHOD",
    ),
    Code.SECURINGS_DISAGREE: ("The two securings say different things", None),
    Code.NO_TRUST_ANCHOR: ("The policy names nobody to trust", None),
    Code.SIGNER_NOT_ALLOWED: ("The signer is not allowed", None),
    Code.NOT_YET_VALID: ("The credential is from the future", None),
    Code.EXPIRED: ("The credential's validity period is over", None),
    Code.LIFETIME_TOO_LONG: ("The call may be begun for longer than the limit", None),
    Code.DEADLINE_PASSED: ("The call's deadline has passed", None),
    Code.AUDIENCE_MISMATCH: ("The call is meant for another server", None),
    Code.REPLAYED: ("The call has been presented before", None),
    Code.CALL_MISMATCH: ("The call is not the one that was signed", None),
    Code.REQUEST_MISMATCH: ("The response belongs to another request", None),
    Code.RESULT_MISMATCH: ("The result is not the one that was signed", None),
    Code.OUTCOME_MISMATCH: ("The outcome contradicts the result", None),
    Code.TIME_MISMATCH: ("The times of the response cannot be", None),
    Code.TOOL_DEFINITION_CHANGED: ("The tool's definition has changed", None),
    Code.CHAIN_BROKEN: ("A credential is missing from its chain", None),
    Code.POLICY_DENIED: ("The policy denies the call", None),
    Code.DELEGATION_INVALID: ("The delegation does not hold", None),
    Code.ATTESTATION_MISSING: ("No attestation came with the message", None),
    Code.ATTESTATION_UNAVAILABLE: ("No attestation can be made", None),
    Code.ATTESTATION_STRIPPED: ("An attestation was removed on the way", None),
    Code.PEER_CHANGED: ("The peer is not the one that was pinned", None),
    Code.STORE_UNAVAILABLE: ("The store could not be reached", None),
    Code.RESOLVER_UNAVAILABLE: ("An identifier could not be resolved", None),
    Code.VALUE_ERASED: ("A committed value or its salt is not there", None),
    Code.AUTHORIZATION_NOT_EVALUATED: ("The authorization was not evaluated", None),
    Code.UNDEFINED_TERM: (
        "A term or type has no definition in the contexts",
        _SECURITY + "DATA_LOSS_DETECTION_ERROR",
    ),
    Code.GRAPH_TOO_COMPLEX: (
        "The document asks for more work than the limit",
        _SECURITY + "PROOF_TRANSFORMATION_ERROR",
    ),
    Code.INVALID_PRESENTATION: ("The presentation breaks its data model", _VCDM + "MALFORMED_VALUE_ERROR"),
    Code.CHALLENGE_MISMATCH: ("The challenge is not the expected one", _SECURITY + "INVALID_CHALLENGE_ERROR"),
    Code.DOMAIN_MISMATCH: ("The domain is not the expected one", _SECURITY + "INVALID_DOMAIN_ERROR"),
    Code.PROOF_CHAIN_BROKEN: (
        "A proof rests on another that is missing or does not verify",
        _SECURITY + "PROOF_VERIFICATION_ERROR",
    ),
    Code.KEY_NOT_CONTROLLED_BY_HOLDER: (
        "The key is not the holder's",
        _SECURITY + "INVALID_VERIFICATION_METHOD",
    ),
    Code.CONTROLLER_DOCUMENT_INVALID: (
        "The controller's document is not acceptable",
        _SECURITY + "INVALID_CONTROLLED_IDENTIFIER_DOCUMENT",
    ),
    Code.VERIFICATION_METHOD_URL_INVALID: (
        "The verification method is not named by a URL",
        _SECURITY + "INVALID_VERIFICATION_METHOD_URL",
    ),
    Code.MALFORMED_CBOR: ("The input is not strict CBOR", _VCDM + "PARSING_ERROR"),
    Code.DISCLOSURE_INVALID: (
        "A disclosure does not belong to the token",
        _VCDM + "CRYPTOGRAPHIC_SECURITY_ERROR",
    ),
    Code.KEY_BINDING_MISSING: ("No key binding came with the token", _VCDM + "CRYPTOGRAPHIC_SECURITY_ERROR"),
    Code.KEY_BINDING_INVALID: ("The key binding does not verify", _VCDM + "CRYPTOGRAPHIC_SECURITY_ERROR"),
    Code.RELATED_RESOURCE_MISMATCH: (
        "A related resource is not the one that was meant",
        _VCDM + "CRYPTOGRAPHIC_SECURITY_ERROR",
    ),
    Code.SCHEMA_MISMATCH: ("The credential breaks the schema that it names", None),
    Code.SCHEMA_INDETERMINATE: ("The schema that the credential names was not evaluated", None),
    Code.STATUS_REVOKED: ("The credential is revoked", None),
    Code.STATUS_SUSPENDED: ("The credential is suspended", None),
    Code.STATUS_MESSAGE: ("The issuer's status list says something of the credential", None),
    Code.STATUS_NOT_EVALUATED: ("The credential's status was not evaluated", None),
    Code.STATUS_UNAVAILABLE: ("The status list could not be retrieved", _STATUS + "STATUS_RETRIEVAL_ERROR"),
    Code.STATUS_LIST_INVALID: ("The status list does not hold", _STATUS + "STATUS_VERIFICATION_ERROR"),
    Code.STATUS_LIST_TOO_SHORT: (
        "The status list is shorter than privacy demands",
        _STATUS + "STATUS_LIST_LENGTH_ERROR",
    ),
    Code.STATUS_INDEX_OUT_OF_RANGE: ("The status list has no such entry", _VCDM + "RANGE_ERROR"),
    Code.FETCH_REFUSED: ("The address is not one that may be fetched", None),
    Code.MALFORMED_HTTP: ("The input is not a strict HTTP message", None),
    Code.COVERAGE_INSUFFICIENT: ("The signature does not cover what it must", None),
    Code.DIGEST_MISMATCH: ("The content is not what its digest says", None),
    Code.KEY_NOT_FOUND: ("No key of that name is the signer's", None),
    Code.INVALID_AGENT_CARD: ("The agent card breaks its form", None),
    Code.INVALID_MANDATE: ("The mandate breaks its form or its chain", None),
    Code.CONSTRAINT_UNRESOLVED: ("A constraint of the mandate is not known", None),
    Code.BASIS_MISMATCH: ("What led to the call is not what the call names", None),
}

TITLES: Final[dict[Code, str]] = {code: row[0] for code, row in _TABLE.items()}


_POINTER: Final = 256  # characters of a pointer that are shown, and of a detail: enough for any of ours
_DETAIL: Final = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong (or, as a notice, worth knowing).

    ``pointer`` is a JSON Pointer (RFC 6901) into the input, empty for the whole of it; ``type`` a
    W3C error URI where a specification names one.
    """

    code: Code
    title: str
    detail: str
    pointer: str = ""
    type: str | None = None

    def __str__(self) -> str:
        """One line for a log: member names of a stranger's may hold line ends, escapes, and megabytes."""
        where = f" at {_line(self.pointer, _POINTER)}" if self.pointer else ""
        return f"{self.code}{where}: {_line(self.detail, _DETAIL)}"


def shown(text: str) -> str:
    """The text with everything escaped that is not plainly visible: controls, direction marks, odd spaces."""
    if text.isprintable():
        return text
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text
    )


def _line(text: str, most: int) -> str:
    return shown(text) if len(text) <= most else shown(text[:most]) + "…"


def problem(code: Code, detail: str, pointer: str = "") -> Problem:
    """Make a problem with the title and the type that the table has for ``code``."""
    title, uri = _TABLE[code]
    return Problem(code=code, title=title, detail=detail, pointer=pointer, type=uri)


class SignetError(Exception):
    """Base of everything that this package raises."""


class UsageError(SignetError):
    """The caller asked for something that cannot be: a wrong argument, key source or setting."""


class ProblemError(SignetError):
    """The input is wrong; ``problems`` says how. Never leaves ``verify``."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems: tuple[Problem, ...] = problems

    @classmethod
    def of(cls, code: Code, detail: str, pointer: str = "") -> ProblemError:
        """One problem, raised on the spot."""
        return cls(problem(code, detail, pointer))

    @property
    def codes(self) -> tuple[Code, ...]:
        """The codes of the problems, in order."""
        return tuple(each.code for each in self.problems)


class VerificationError(ProblemError):
    """What ``Verification.raise_for_problems`` raises."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        super().__init__(*problems)


class UnavailableError(SignetError):
    """A store, resolver, signer or upstream failed: nothing can be said, so nothing verifies."""

    def __init__(self, detail: str, *, code: Code = Code.STORE_UNAVAILABLE) -> None:
        super().__init__(detail)
        self.code = code

    def as_problem(self) -> Problem:
        """The failure as a problem of the verification that met it."""
        return problem(self.code, str(self))
