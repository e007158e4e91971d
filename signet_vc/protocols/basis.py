"""``basis``: the digests by which a call names what came in by another protocol and led to it.

FORMAT, *Added to version 1*: ``a2a-message`` over CANON of the message, ``http-message`` over the RFC 9421
signature base that verified, ``ap2-mandate`` over the chain's ASCII bytes as received.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple, TypeAlias

from signet_vc.codec import strict_json
from signet_vc.codec.digest import digest
from signet_vc.codec.jcs import canonicalize_wide
from signet_vc.codec.strict_json import JsonObject
from signet_vc.errors import Code, Problem, ProblemError, UsageError, problem
from signet_vc.limits import DEFAULT_LIMITS, Limits
from signet_vc.protocols import ap2
from signet_vc.protocols import http_message as messages
from signet_vc.protocols.http_components import signature_base
from signet_vc.protocols.http_signatures import candidates

__all__ = ["Entry", "Match", "a2a_message", "ap2_mandate", "entries_of", "http_message", "matches"]

Entry: TypeAlias = dict[str, str]  # {"type", "digestMultibase"}, as the subject has it

_A2A: Final = "a2a-message"
_HTTP: Final = "http-message"
_AP2: Final = "ap2-mandate"
_WHITE_SPACE: Final = " \t\r\n"
_POINTER: Final = "/credentialSubject/basis"


def a2a_message(message: JsonObject) -> Entry:
    """Name an A2A message, the object that was received. Raises ProblemError as ``canonicalize_wide``."""
    return _entry(_A2A, canonicalize_wide(message))


def http_message(base: str | bytes) -> Entry:
    """Name an HTTP message by the signature base that verified, ``signatureBase`` of the verified document.

    Raises UsageError for a base that is not ASCII.
    """
    return _entry(_HTTP, _ascii(base))


def ap2_mandate(chain: str | bytes) -> Entry:
    """Name a chain of mandates as it was received; white space around it is none of it.

    Raises UsageError for a chain that is not ASCII.
    """
    return _entry(_AP2, _ascii(chain).strip(_WHITE_SPACE.encode("ascii")))


def _entry(kind: str, data: bytes) -> Entry:
    return {"type": kind, "digestMultibase": digest(data)}


def _ascii(text: str | bytes) -> bytes:
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    if not data.isascii():
        raise UsageError("what has this digest is ASCII")
    return data


# --- back from a call to what led to it -----------------------------------------------------------------


class Match(NamedTuple):
    """An entry of a call, and which of what is at hand it names: indexes, in order."""

    entry: Mapping[str, Any]
    found: tuple[int, ...]


def entries_of(data: bytes, *, limits: Limits = DEFAULT_LIMITS) -> tuple[Entry, ...]:
    """Give every entry that could name ``data``: by what it is, none if it is nothing that ``basis`` names.

    An HTTP message has one for each of its signatures, verified or not. Never raises for what it is given.
    """
    if len(data) > limits.document_bytes:
        return ()
    try:
        return tuple(_entries(data, limits))
    except ProblemError:
        return ()


def _entries(data: bytes, limits: Limits) -> Iterator[Entry]:
    if messages.looks_like(data):
        message = messages.read(data, limits=limits)
        for candidate in candidates(message):
            yield http_message(signature_base(message, candidate.covered))
    elif data.lstrip()[:1] == b"{":
        value = strict_json.loads(data, max_bytes=limits.document_bytes, max_depth=limits.message_depth)
        if isinstance(value, dict):
            yield a2a_message(value)
    elif ap2.chain_in(data) is not None:  # else any text would pass for the mandate that a call names
        yield ap2_mandate(data)


def matches(subject: object, at_hand: list[tuple[Entry, ...]]) -> tuple[list[Match], list[Problem]]:
    """Follow the ``basis`` of a request's subject to what is at hand, each with its ``entries_of``.

    The problems, BASIS_MISMATCH: what is at hand and no entry names. That an entry names nothing of it is no
    problem: nobody need keep everything.
    """
    basis = subject.get("basis") if isinstance(subject, Mapping) else None
    found = [
        Match(entry, tuple(index for index, named in enumerate(at_hand) if dict(entry) in named))
        for entry in (basis if isinstance(basis, list) else [])
        if isinstance(entry, Mapping)
    ]
    named = {index for each in found for index in each.found}
    return found, [
        problem(Code.BASIS_MISMATCH, f"the call names nothing that is file {index + 1}", _POINTER)
        for index in range(len(at_hand))
        if index not in named
    ]
