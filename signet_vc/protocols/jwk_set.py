"""JWK Sets at https URLs: the key that a name stands for there. Which URL is trusted is the caller's to say.

Spec: RFC 7517 §5.
"""

from __future__ import annotations

from typing import Final

from signet_vc.codec import strict_json
from signet_vc.codec.strict_json import Json, JsonObject
from signet_vc.errors import Code, ProblemError, UnavailableError
from signet_vc.external import Loader
from signet_vc.keys.jwk import public_from_jwk
from signet_vc.keys.signing import PublicKey
from signet_vc.limits import DEFAULT_LIMITS, Limits

__all__ = ["jwk_at", "key_at", "key_in"]

_MOST_KEYS: Final = 256


def key_at(url: str, kid: str, *, loader: Loader | None, limits: Limits = DEFAULT_LIMITS) -> PublicKey:
    """Load the set at ``url`` and give the key named ``kid``.

    Raises as ``jwk_at``, and KEY_INVALID for a key that is not for signatures, holds a secret, or is none.
    """
    return public_from_jwk(jwk_at(url, kid, loader=loader, limits=limits))


def jwk_at(url: str, kid: str, *, loader: Loader | None, limits: Limits = DEFAULT_LIMITS) -> JsonObject:
    """Load the set at ``url`` and give what stands there under ``kid``; what it is, is for the caller to see.

    Raises ProblemError as ``key_in``, FETCH_REFUSED where the loader may not ask; UnavailableError of
    RESOLVER_UNAVAILABLE where there is no loader, or it gets nothing.
    """
    if loader is None:
        raise UnavailableError("nothing was handed in that loads key sets", code=Code.RESOLVER_UNAVAILABLE)
    try:
        data = loader.load(url)
    except OSError as error:
        raise UnavailableError("the key set could not be loaded", code=Code.RESOLVER_UNAVAILABLE) from error
    try:
        document = strict_json.loads(data, max_bytes=limits.fetched_bytes)
    except ProblemError as error:
        raise ProblemError.of(Code.KEY_NOT_FOUND, "what the key set's URL holds is no strict JSON") from error
    return _named(document, kid)


def key_in(document: Json, kid: str) -> PublicKey:
    """Give the one key of a set that is named ``kid``; keys of other names may be of any kind.

    Raises KEY_NOT_FOUND: no set, more than 256 keys, or none of that name; KEY_INVALID: two of them, or a key
    that is not for signatures, holds a secret, or is none.
    """
    return public_from_jwk(_named(document, kid))


def _named(document: Json, kid: str) -> JsonObject:
    keys = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(keys, list) or len(keys) > _MOST_KEYS:
        raise ProblemError.of(Code.KEY_NOT_FOUND, f"not a JWK Set of at most {_MOST_KEYS} keys")
    named = [key for key in keys if isinstance(key, dict) and key.get("kid") == kid]
    if not named:
        raise ProblemError.of(Code.KEY_NOT_FOUND, "the key set has no key of that name")
    if len(named) > 1:
        raise ProblemError.of(Code.KEY_INVALID, "the key set has two keys of that name")
    return dict(named[0])
