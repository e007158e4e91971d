"""Public keys that a signer publishes under a URL: a JWK Set, or a profile that holds one.

Spec: RFC 7517 §5; UCP, *Key Discovery*. A key that cannot be used never spoils the set.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from signet_vc.codec import strict_json
from signet_vc.codec.strict_json import JsonObject
from signet_vc.errors import Code, Problem, ProblemError, UnavailableError, problem
from signet_vc.external import Loader
from signet_vc.keys.jwk import public_from_jwk, public_to_jwk, thumbprint
from signet_vc.keys.signing import PublicKey
from signet_vc.limits import Limits

__all__ = ["Found", "find", "load", "published"]

_MOST_OF_A_NAME: Final = 4  # keys of one kid: each may be tried
_SETS: Final = ("keys", "signing_keys")  # in the order in which they are read


class Found(NamedTuple):
    """The keys of one name. ``unusable``: there are some of a type, or for a use, that none is here."""

    keys: tuple[PublicKey, ...]
    unusable: bool
    notices: tuple[Problem, ...]


def load(url: str, loader: Loader | None, limits: Limits) -> JsonObject:
    """Give the document under ``url``.

    Raises ProblemError of KEY_NOT_FOUND for what is no JSON object, and what the loader raises;
    UnavailableError of RESOLVER_UNAVAILABLE without a loader.
    """
    if loader is None:
        raise UnavailableError(
            "profile_unreachable: nothing is there to load the signer's keys", code=Code.RESOLVER_UNAVAILABLE
        )
    try:
        data = loader.load(url)
    except OSError as error:
        detail = "profile_unreachable: the loader failed"
        raise UnavailableError(detail, code=Code.RESOLVER_UNAVAILABLE) from error
    try:
        document = strict_json.loads(data, max_bytes=limits.fetched_bytes)
    except ProblemError as error:
        detail = "key_not_found: the signer's document is no strict JSON"
        raise ProblemError.of(Code.KEY_NOT_FOUND, detail) from error
    if not isinstance(document, dict):
        raise ProblemError.of(Code.KEY_NOT_FOUND, "key_not_found: the signer's document is no JSON object")
    return document


def find(document: JsonObject, name: str) -> Found:
    """Give the keys whose ``kid`` is ``name``: of ``keys``, else of the older ``signing_keys``."""
    unusable = False
    for member in _SETS:
        keys, others = _named(document.get(member), name)
        unusable = unusable or others
        if keys:
            older = member != _SETS[0]
            detail = f"the key stands in {member} alone, and not in {_SETS[0]}"
            notices = (problem(Code.KEY_NOT_FOUND, detail, f"/{member}"),) if older else ()
            return Found(keys, unusable=False, notices=notices)
    return Found((), unusable, ())


def _named(jwks: Any, name: str) -> tuple[tuple[PublicKey, ...], bool]:
    if not isinstance(jwks, list):
        return (), False
    named = [jwk for jwk in jwks if isinstance(jwk, dict) and jwk.get("kid") == name]
    keys = []
    for jwk in named[:_MOST_OF_A_NAME]:
        try:
            keys.append(public_from_jwk(jwk))
        except ProblemError:  # of another type, for encryption, or no key at all
            continue
    return tuple(keys), bool(named) and not keys


def published(key: PublicKey, *, kid: str | None = None) -> JsonObject:
    """Give a key as a JWK for a set. kid: its name there (default: its RFC 7638 thumbprint)."""
    jwk = public_to_jwk(key)
    name = thumbprint(jwk) if kid is None else kid
    return {"kid": name, **jwk, "use": "sig", "alg": key.key_type.jws_algorithms[0]}
