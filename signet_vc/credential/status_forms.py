"""The forms of a status entry in a credential, and of the list credential that it points into.

Spec: VC-BITSTRING-STATUS-LIST §§2.1, 2.2 (Recommendation of 15 May 2025). Two of its statements meet no
term of the context that it fixes: ``statusSize`` and ``statusMessages`` of a list. They are read where they
stand, and not demanded; an entry carries both itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from signet_vc.codec.strict_json import JsonObject
from signet_vc.credential import status_list
from signet_vc.credential.members import entries, is_url, types_of
from signet_vc.errors import Code, Problem, ProblemError
from signet_vc.limits import DEFAULT_LIMITS, Limits

__all__ = [
    "ENTRY",
    "LIST",
    "LIST_CREDENTIAL",
    "Entry",
    "StatusList",
    "form_problems",
    "is_entry",
    "open_entry",
    "open_list",
    "statuses",
]

ENTRY: Final = "BitstringStatusListEntry"
LIST: Final = "BitstringStatusList"
LIST_CREDENTIAL: Final = "BitstringStatusListCredential"

_MOST_PROBLEMS: Final = 50  # an attacker must not choose how many are made

# §2.1: an integer of any size in base 10, written in the one way. No list has 10^19 entries.
_is_index: Final = re.compile(r"0|[1-9][0-9]*").fullmatch
_LONGEST_INDEX: Final = 19
_is_hexadecimal: Final = re.compile(r"0x[0-9A-Fa-f]{1,8}").fullmatch


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A ``BitstringStatusListEntry`` that is well formed.

    url: of the list credential. index: None if it is so large that no list reaches it. size: bits.
    messages: by status; empty if none are stated.
    """

    url: str
    index: int | None
    purpose: str
    size: int
    messages: dict[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusList:
    """The list in a list credential, expanded.

    ttl: milliseconds after which to look again; size: bits of an entry: both None if not stated.
    messages: by status; empty if none are stated.
    """

    purposes: tuple[str, ...]
    bits: bytes
    ttl: int | None
    size: int | None
    messages: dict[int, str]


def form_problems(document: JsonObject, *, limits: Limits = DEFAULT_LIMITS) -> list[Problem]:
    """Hold a credential to this specification's own rules, no list looked at: its entries, and it as a list.

    For an issuer before it signs, and for a list that is verified by itself. INVALID_CREDENTIAL, TOO_LARGE.
    """
    problems: list[Problem] = []
    for place, value in statuses(document):
        if is_entry(value):
            problems += _raised(open_entry, value, place=place)
            if len(problems) == _MOST_PROBLEMS:
                return problems
    if LIST_CREDENTIAL in types_of(document):
        problems += _raised(open_list, document, limits=limits)
    return problems


def _raised(form: Callable[..., Any], value: JsonObject, **options: Any) -> tuple[Problem, ...]:
    try:
        form(value, **options)
    except ProblemError as error:
        return error.problems
    return ()


# --- the entry ------------------------------------------------------------------------------------------


def statuses(document: JsonObject) -> Iterator[tuple[str, JsonObject]]:
    """Every status of a credential with its place; what is no object is the data model's to refuse."""
    for place, value in entries(document.get("credentialStatus"), "/credentialStatus"):
        if isinstance(value, dict):
            yield place, value


def is_entry(value: JsonObject) -> bool:
    """Whether a status claims to be of this specification."""
    return ENTRY in types_of(value)


def open_entry(value: JsonObject, *, place: str = "/credentialStatus") -> Entry:
    """Hold an entry to its form (§2.1). ProblemError: INVALID_CREDENTIAL in ``place``."""
    if value.get("type") not in (ENTRY, [ENTRY]):
        raise _malformed(f"must be {ENTRY}", f"{place}/type")
    url = value.get("statusListCredential")
    if not isinstance(url, str) or not is_url(url):
        raise _malformed("must be a URL", f"{place}/statusListCredential")
    if value.get("id") == url:
        raise _malformed("must not be the URL of the list", f"{place}/id")
    purpose = value.get("statusPurpose")
    if not isinstance(purpose, str) or not purpose:
        raise _malformed("must be a string", f"{place}/statusPurpose")
    index = _index(value.get("statusListIndex"), f"{place}/statusListIndex")
    size = _size(value.get("statusSize", 1), f"{place}/statusSize")
    messages = {}
    if size > 1 or "statusMessage" in value:
        messages = _messages(value.get("statusMessage"), size, f"{place}/statusMessage")
    references = _several(value.get("statusReference", ()))
    if not all(is_url(each) for each in references):
        raise _malformed("must be a URL or an array of URLs", f"{place}/statusReference")
    return Entry(url=url, index=index, purpose=purpose, size=size, messages=messages)


def _index(value: Any, place: str) -> int | None:
    if not isinstance(value, str) or not _is_index(value):
        raise _malformed("must be an integer from 0 on, as a string in base 10", place)
    return int(value) if len(value) <= _LONGEST_INDEX else None


def _size(value: Any, place: str) -> int:
    if type(value) is not int or value < 1:
        raise _malformed("must be an integer greater than 0", place)
    if value > status_list.LARGEST_SIZE:
        raise _malformed(f"more than {status_list.LARGEST_SIZE} bits are not read", place)
    return value


def _messages(value: Any, size: int, place: str) -> dict[int, str]:
    """A message for each value of an entry, one only: else the reader would choose which holds."""
    if not isinstance(value, list) or len(value) != 1 << size:
        raise _malformed(f"must be an array with a message for each of {1 << size} values", place)
    messages: dict[int, str] = {}
    for number, each in enumerate(value):
        status = each.get("status") if isinstance(each, dict) else None
        message = each.get("message") if isinstance(each, dict) else None
        if not isinstance(status, str) or not _is_hexadecimal(status) or not isinstance(message, str):
            detail = "must be an object with a status (0x and hexadecimal digits) and a message"
            raise _malformed(detail, f"{place}/{number}")
        key = int(status, 16)
        if key >= 1 << size or key in messages:
            raise _malformed(f"must be a value of {size} bits, and no other's", f"{place}/{number}/status")
        messages[key] = message
    return messages


# --- the list -------------------------------------------------------------------------------------------

_SUBJECT: Final = "/credentialSubject"


def open_list(document: JsonObject, *, limits: Limits = DEFAULT_LIMITS) -> StatusList:
    """Hold a list credential to its form and expand its list (§§2.2, 3.4).

    ProblemError: INVALID_CREDENTIAL; TOO_LARGE for a list that expands to more than the limit.
    """
    if LIST_CREDENTIAL not in types_of(document):
        raise _malformed(f"must name {LIST_CREDENTIAL}", "/type")
    subject = document.get("credentialSubject")
    if not isinstance(subject, dict):
        raise _malformed(f"must be one object, a {LIST}", _SUBJECT)
    if subject.get("type") not in (LIST, [LIST]):
        raise _malformed(f"must be {LIST}", f"{_SUBJECT}/type")
    purposes = tuple(_several(subject.get("statusPurpose")))
    if not purposes or not all(isinstance(each, str) and each for each in purposes):
        raise _malformed("must be a string or several", f"{_SUBJECT}/statusPurpose")
    ttl = subject.get("ttl")
    if "ttl" in subject and (type(ttl) is not int or ttl < 0):
        raise _malformed("must be a number of milliseconds", f"{_SUBJECT}/ttl")
    size = _size(subject["statusSize"], f"{_SUBJECT}/statusSize") if "statusSize" in subject else None
    messages = {}
    if "statusMessages" in subject:
        messages = _messages(subject["statusMessages"], size or 1, f"{_SUBJECT}/statusMessages")
    bits = status_list.decode(subject.get("encodedList"), limits=limits, place=f"{_SUBJECT}/encodedList")
    return StatusList(purposes=purposes, bits=bits, ttl=ttl, size=size, messages=messages)


# --- parts of both --------------------------------------------------------------------------------------


def _several(value: Any) -> Sequence[Any]:
    """One or several, as JSON-LD has it: always several; none for null."""
    if value is None:
        return ()
    return value if isinstance(value, list | tuple) else (value,)


def _malformed(detail: str, place: str) -> ProblemError:
    return ProblemError.of(Code.INVALID_CREDENTIAL, detail, place)
