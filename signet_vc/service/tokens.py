"""Bearer tokens (RFC 6750): read from where they are kept, held as digests, compared in constant time."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from typing import Final

__all__ = ["Tokens"]

_SCHEME: Final = "bearer"
_LONGEST: Final = 4096


class Tokens:
    """Who may issue, derive, present and change a status. ``Tokens(None)`` asks for no token at all."""

    __slots__ = ("_digests",)

    def __init__(self, tokens: Iterable[str] | None) -> None:
        self._digests = None if tokens is None else tuple(map(_digest, tokens))

    @property
    def asked(self) -> bool:
        """Tell whether a token is asked for."""
        return self._digests is not None

    def admit(self, authorization: str | None) -> bool:
        """Tell whether an Authorization header carries one of the tokens."""
        if self._digests is None:
            return True
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != _SCHEME or len(token) > _LONGEST:
            return False
        given = _digest(token.strip())
        fitting = [hmac.compare_digest(given, each) for each in self._digests]  # every one, whichever fits
        return any(fitting)

    def __repr__(self) -> str:
        return f"Tokens({'none asked' if self._digests is None else len(self._digests)})"


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()
