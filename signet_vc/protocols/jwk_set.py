"""JWK Sets at https URLs: what a name stands for there. Which URL is trusted is the caller's to say.

Spec: RFC 7517 §5.
"""

from __future__ import annotations

from typing import Final

from signet_vc.codec.strict_json import JsonObject
from signet_vc.errors import Code, ProblemError
from signet_vc.external import Loader
from signet_vc.limits import DEFAULT_LIMITS, Limits
from signet_vc.protocols import ucp_keys

__all__ = ["jwk_at"]

_MOST_KEYS: Final = 256


def jwk_at(url: str, kid: str, *, loader: Loader | None, limits: Limits = DEFAULT_LIMITS) -> JsonObject:
    """Load the set at ``url`` and give the one JWK named ``kid``; keys of other names may be of any kind.

    Raises ProblemError: KEY_NOT_FOUND where that is no set, or one of more than 256 keys, or has none of that
    name; KEY_INVALID for two of them; FETCH_REFUSED where the loader may not ask. UnavailableError of
    RESOLVER_UNAVAILABLE where there is no loader, or it gets nothing.
    """
    keys = ucp_keys.load(url, loader, limits).get("keys")
    if not isinstance(keys, list) or len(keys) > _MOST_KEYS:
        raise ProblemError.of(Code.KEY_NOT_FOUND, f"not a JWK Set of at most {_MOST_KEYS} keys")
    named = [key for key in keys if isinstance(key, dict) and key.get("kid") == kid]
    if not named:
        raise ProblemError.of(Code.KEY_NOT_FOUND, "the key set has no key of that name")
    if len(named) > 1:
        raise ProblemError.of(Code.KEY_INVALID, "the key set has two keys of that name")
    return named[0]
