"""DIDs, DID URLs and the URLs that name controllers: their syntax, and nothing of what they name."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

__all__ = ["DidUrl", "is_did", "is_https_url", "is_url", "parse"]

_MOST_CHARACTERS: Final = 4096  # of an identifier: it is held in caches, and goes into requests

_ID_CHARACTERS: Final = r"(?:[A-Za-z0-9._:-]|%[0-9A-Fa-f]{2})+(?<!:)"
_PATH: Final = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*"
_QUERY: Final = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*"
_is_did: Final = re.compile(f"did:[a-z0-9]+:{_ID_CHARACTERS}").fullmatch
_match: Final = re.compile(
    rf"(did:[a-z0-9]+:{_ID_CHARACTERS})((?:/{_PATH})?)(?:\?({_QUERY}))?(?:\#({_QUERY}))?"
).fullmatch
# RFC 3986: a scheme, and none of what no URL may hold. What a scheme makes of the rest is not judged.
_is_url: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`\x00-\x20\x7f]*").fullmatch
_is_https_url: Final = re.compile(
    rf"https://[a-z0-9.-]+(?::[1-9][0-9]{{0,4}})?(?:/{_PATH}(?:\?{_QUERY})?)?"
).fullmatch


class DidUrl(NamedTuple):
    """The parts of a DID URL (DID Core §3.2). ``path`` is empty or begins with ``/``; None: not there."""

    did: str
    path: str
    query: str | None
    fragment: str | None


def parse(text: object) -> DidUrl | None:
    """Take a DID URL apart; None for what is none, or has more than 4,096 characters."""
    if not isinstance(text, str) or len(text) > _MOST_CHARACTERS:
        return None
    match = _match(text)
    return None if match is None else DidUrl(*match.groups())


def is_did(text: object) -> bool:
    """Tell whether ``text`` is a DID (DID Core §3.1); what its method demands is not judged."""
    return isinstance(text, str) and len(text) <= _MOST_CHARACTERS and _is_did(text) is not None


def is_url(text: object) -> bool:
    """Tell whether ``text`` is an absolute URL of any scheme; DIDs and URNs are."""
    return isinstance(text, str) and len(text) <= _MOST_CHARACTERS and _is_url(text) is not None


def is_https_url(text: object) -> bool:
    """Tell whether ``text`` is an https URL in its plain spelling.

    ASCII, the host in lower case, no user, no fragment, no backslash.
    """
    return isinstance(text, str) and len(text) <= _MOST_CHARACTERS and _is_https_url(text) is not None
