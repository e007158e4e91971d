"""Why an identifier does not resolve, by the names of the DID drafts."""

from __future__ import annotations

from typing import Final

from signet_vc.errors import Code, Problem, ProblemError, problem

__all__ = [
    "FEATURE_NOT_SUPPORTED",
    "INTERNAL_ERROR",
    "INVALID_DID",
    "INVALID_DID_DOCUMENT",
    "INVALID_DID_URL",
    "INVALID_OPTIONS",
    "INVALID_PUBLIC_KEY",
    "INVALID_PUBLIC_KEY_LENGTH",
    "INVALID_PUBLIC_KEY_TYPE",
    "METHOD_NOT_SUPPORTED",
    "NOT_FOUND",
    "REPRESENTATION_NOT_SUPPORTED",
    "UNSUPPORTED_PUBLIC_KEY_TYPE",
    "DidError",
]

INVALID_DID: Final = "invalidDid"
METHOD_NOT_SUPPORTED: Final = "methodNotSupported"
INVALID_DID_URL: Final = "invalidDidUrl"
INVALID_DID_DOCUMENT: Final = "invalidDidDocument"
INVALID_OPTIONS: Final = "invalidOptions"
NOT_FOUND: Final = "notFound"
REPRESENTATION_NOT_SUPPORTED: Final = "representationNotSupported"
FEATURE_NOT_SUPPORTED: Final = "featureNotSupported"
INTERNAL_ERROR: Final = "internalError"
INVALID_PUBLIC_KEY: Final = "invalidPublicKey"
INVALID_PUBLIC_KEY_LENGTH: Final = "invalidPublicKeyLength"
INVALID_PUBLIC_KEY_TYPE: Final = "invalidPublicKeyType"
UNSUPPORTED_PUBLIC_KEY_TYPE: Final = "unsupportedPublicKeyType"


class DidError(ProblemError):
    """A problem of code KEY_INVALID; ``error`` is what a resolver's metadata call it."""

    def __init__(self, *problems: Problem, error: str = INVALID_DID) -> None:
        super().__init__(*problems)
        self.error = error

    @classmethod
    def named(cls, error: str, detail: str) -> DidError:
        """Make the error of that name."""
        return cls(problem(Code.KEY_INVALID, detail), error=error)
