"""What an issuer makes: status list credentials, entries that point into them, and changes; all unsigned.

Spec: VC-BITSTRING-STATUS-LIST §§2, 3.1, 3.3 (Recommendation of 15 May 2025).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final

from signet_vc.codec import xsd_datetime
from signet_vc.codec.strict_json import JsonObject
from signet_vc.credential import model, status_list
from signet_vc.credential.status_forms import ENTRY, LIST, LIST_CREDENTIAL, open_entry, open_list
from signet_vc.errors import ProblemError, UsageError
from signet_vc.limits import DEFAULT_LIMITS, Limits
from signet_vc.resources import CREDENTIALS_V2

__all__ = ["choose_index", "entry", "list_credential", "update"]

_FOR_GOOD: Final = frozenset({"revocation", "refresh"})  # §2.1: not reversible
_DRAWS: Final = 64


def list_credential(
    *,
    id: str,  # noqa: A002 - the member's name
    issuer: str | JsonObject,
    purposes: str | Sequence[str],
    encoded: str,
    valid_from: str | None = None,
    valid_until: str | None = None,
    ttl: int | None = None,
) -> JsonObject:
    """Make the credential that publishes a list (§2.2), unsigned.

    id: the URL where it will be found, which entries name. encoded: from ``encode``. valid_from, valid_until:
    ``xsd:dateTimeStamp``. ttl: milliseconds after which a verifier should look again. UsageError for what
    makes no list credential.
    """
    several = [purposes] if isinstance(purposes, str) else list(purposes)
    subject: JsonObject = {
        "id": f"{id}#list",
        "type": LIST,
        "statusPurpose": several[0] if len(several) == 1 else several,
    }
    if ttl is not None:
        subject["ttl"] = ttl
    subject["encodedList"] = encoded
    document: JsonObject = {
        "@context": [CREDENTIALS_V2],
        "id": id,
        "type": ["VerifiableCredential", LIST_CREDENTIAL],
        "issuer": issuer,
        **_period(valid_from, valid_until),
        "credentialSubject": subject,
    }
    _sound(open_list, document)
    if problems := model.check(document, issuing=True):
        raise UsageError(str(problems[0]))
    return document


def entry(
    *,
    list_url: str,
    index: int,
    purpose: str = "revocation",
    size: int = 1,
    messages: Sequence[str] | None = None,
    reference: str | Sequence[str] | None = None,
    id: str | None = None,  # noqa: A002 - the member's name
) -> JsonObject:
    """Make a ``credentialStatus`` that points at entry ``index`` of the list at ``list_url`` (§2.1).

    size: bits. messages: one for each of the 2^size values, from 0 on; demanded for more than one bit.
    reference: where the meaning of the status is explained. id: by default the list's URL with the index as
    its fragment. UsageError for what makes no entry.
    """
    made: JsonObject = {
        "id": f"{list_url}#{index}" if id is None else id,
        "type": ENTRY,
        "statusPurpose": purpose,
        "statusListIndex": str(index),
        "statusListCredential": list_url,
    }
    if size != 1:
        made["statusSize"] = size
    if messages is not None:
        made["statusMessage"] = [
            {"status": f"{value:#x}", "message": message} for value, message in enumerate(messages)
        ]
    if reference is not None:
        made["statusReference"] = reference if isinstance(reference, str) else list(reference)
    _sound(open_entry, made)
    return made


def update(
    document: JsonObject,
    changes: Mapping[int, int],
    *,
    size: int = 1,
    valid_from: str | None = None,
    valid_until: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> JsonObject:
    """Make the next edition of a list credential: index to value, and its period if it is told. Unsigned.

    size: the bits of an entry, as the entries into the list state it.

    ProblemError: INVALID_CREDENTIAL or TOO_LARGE for what is no list credential, STATUS_INDEX_OUT_OF_RANGE.
    UsageError for a value that does not fit, or one that takes back a revocation or a refresh, which are for
    good.
    """
    found = open_list(document, limits=limits)
    bits = bytearray(found.bits)
    lasting = not _FOR_GOOD.isdisjoint(found.purposes)
    for index, value in changes.items():
        if lasting and value == 0 and status_list.get(bits, index, size) != 0:
            raise UsageError(f"entry {index} is set in a list for {' and '.join(found.purposes)}: for good")
        status_list.set(bits, index, value, size)
    subject = {**document["credentialSubject"], "encodedList": status_list.encode(bits)}
    rest = {name: value for name, value in document.items() if name != "proof"}
    return {**rest, **_period(valid_from, valid_until), "credentialSubject": subject}


def choose_index(taken: Collection[int], length: int, *, draw: Callable[[int], int]) -> int:
    """Choose a free index by chance (§2.1): its place tells neither when it was given nor how many there are.

    draw: gives a random integer from 0 to below its argument. UsageError if none of ``length`` is free.
    """
    for _ in range(_DRAWS):
        index = draw(length)
        if index not in taken:
            return index
    free = [index for index in range(length) if index not in taken]
    if not free:
        raise UsageError("every entry of the list is taken")
    return free[draw(len(free))]


def _period(valid_from: str | None, valid_until: str | None) -> JsonObject:
    period: JsonObject = {}
    for name, value in (("validFrom", valid_from), ("validUntil", valid_until)):
        if value is not None:
            moment = xsd_datetime.parse(value)
            if moment is None or not moment.zoned:
                raise UsageError(f"{name} is an xsd:dateTimeStamp, like 2026-03-30T11:37:25Z")
            period[name] = value
    return period


def _sound(open_: Callable[[JsonObject], Any], made: JsonObject) -> None:
    try:
        open_(made)
    except ProblemError as error:
        raise UsageError(str(error)) from error
