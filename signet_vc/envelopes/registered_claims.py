"""The registered claims of a token: who signed it, when, and for whom (RFC 7519 §4.1).

They stand beside the document's own members and speak of the signature. A CWT's claims (RFC 9597) are read
under the same names.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any, Final, TypeGuard

from signet_vc.errors import Code, Problem, UsageError, problem
from signet_vc.limits import NANOSECONDS

__all__ = ["NAMES", "added", "audience_problems", "is_numeric_date", "time_problems"]

# What a caller may add to a document that is signed; the others are the document's to say.
NAMES: Final = ("aud", "exp", "iat", "nonce")


def added(document: Mapping[str, Any], registered: Mapping[str, Any] | None) -> dict[str, Any]:
    """Give the payload: the document, and beside it the claims about its signature.

    Raises UsageError for a claim that is none of NAMES or has no valid value, or that the document has.
    """
    claims = {} if registered is None else dict(registered)
    for name, value in claims.items():
        if name not in NAMES or not _is_valid(name, value):
            raise UsageError(f"{name!r} is no registered claim that can be added, or has no valid value")
        if name in document:
            raise UsageError(f"the document has a member {name} of its own")
    return {**document, **claims}


def time_problems(
    claims: Mapping[str, Any], *, at_ns: int, skew_ns: int
) -> tuple[list[Problem], list[Problem]]:
    """Find problems and notices of the registered claims about time (RFC 7519 §4.1.4 to §4.1.6).

    ``exp`` and ``nbf`` gate the signature; a malformed ``iat`` gates nothing.
    """
    problems = [
        problem(Code.INVALID_CREDENTIAL, "not a NumericDate", f"/{name}")
        for name in ("exp", "nbf")
        if name in claims and not is_numeric_date(claims[name])
    ]
    if problems:
        return problems, []
    if "exp" in claims and at_ns - skew_ns >= claims["exp"] * NANOSECONDS:
        problems.append(problem(Code.EXPIRED, "the signature has expired", "/exp"))
    if "nbf" in claims and at_ns + skew_ns < claims["nbf"] * NANOSECONDS:
        problems.append(problem(Code.NOT_YET_VALID, "the signature is not valid yet", "/nbf"))
    if "iat" in claims and not is_numeric_date(claims["iat"]):
        return problems, [problem(Code.INVALID_CREDENTIAL, "not a NumericDate, and not looked at", "/iat")]
    return problems, []


def audience_problems(
    claims: Mapping[str, Any], *, domain: frozenset[str] | None, challenge: str | None
) -> list[Problem]:
    """Check whom a token is for, and that it answers what was asked.

    domain: the names under which the verifier is addressed. A token that names an audience is refused by
    whoever is not among it, so also where no domain is expected (RFC 7519 §4.1.3); one that is expected
    must be named. challenge: what ``nonce`` must be; without it any will do.
    DOMAIN_MISMATCH, CHALLENGE_MISMATCH.
    """
    problems = []
    audience = claims.get("aud")
    named = audience if isinstance(audience, list) else [audience]
    if "aud" in claims or domain is not None:
        expected = frozenset() if domain is None else domain
        if not any(isinstance(name, str) and name in expected for name in named):
            problems.append(problem(Code.DOMAIN_MISMATCH, "aud names none that is expected", "/aud"))
    if challenge is not None and claims.get("nonce") != challenge:
        problems.append(problem(Code.CHALLENGE_MISMATCH, "nonce is not the expected one", "/nonce"))
    return problems


def is_numeric_date(value: Any) -> TypeGuard[float]:
    """RFC 7519 §2: seconds since 1970, a number."""
    return type(value) is int or (type(value) is float and isfinite(value))


def _is_valid(name: str, value: Any) -> bool:
    if name in {"exp", "iat"}:
        return is_numeric_date(value)
    texts = value if name == "aud" and isinstance(value, list) and value else [value]
    return all(isinstance(text, str) and text for text in texts)
