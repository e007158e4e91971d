"""Canonical JSON of an object with a gap where one member belongs, so that it is canonicalized once.

A proof is hashed without its ``proofValue`` and stored with it, a document is hashed without its ``proof``
and stored with it: both texts come out of one canonicalization.
"""

from __future__ import annotations

from typing import NamedTuple

from signet_vc.codec import jcs
from signet_vc.codec.strict_json import JsonObject
from signet_vc.errors import UsageError

__all__ = ["Gap", "Whole", "canonicalize_around"]


class Gap(NamedTuple):
    """``before`` and ``after`` the gap: ``{"a":1`` and ``"c":3}``; at an end ``{`` or ``}`` alone."""

    before: bytes
    after: bytes

    def closed(self) -> bytes:
        """The object without the member."""
        if len(self.before) == 1 or len(self.after) == 1:
            return self.before + self.after
        return self.before + b"," + self.after

    def filled(self, member: bytes) -> bytes:
        """The object with the member, ``"name":value`` in canonical form."""
        left = b"" if len(self.before) == 1 else b","
        right = b"" if len(self.after) == 1 else b","
        return self.before + left + member + right + self.after


class Whole(Gap):
    """A canonical form that is no JSON and has no gap: RDF's, where ``before`` is all of it."""

    __slots__ = ()

    def closed(self) -> bytes:
        """All of it."""
        return self.before

    def filled(self, member: bytes) -> bytes:
        """Refuse: nothing is stored in this form."""
        raise UsageError(f"canonical RDF is hashed, not stored, and takes no {member[:20]!r}")


def canonicalize_around(document: JsonObject, name: str) -> Gap:
    """RFC 8785 of ``document`` without the member ``name`` (ASCII). Raises as ``jcs.canonicalize``.

    Members sort by UTF-16 units and Python's strings by code point: beside an ASCII name that is the same.
    """
    try:
        before = {each: value for each, value in document.items() if each < name}
        after = {each: value for each, value in document.items() if each > name}
    except TypeError:  # a name that is no string: refused with its code
        before, after = document, {}
    return Gap(jcs.canonicalize(before)[:-1], jcs.canonicalize(after)[1:])
