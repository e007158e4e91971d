"""Bitstring Status List: what the entries of a credential say, by the lists that they point into.

A list credential is handed in verified; here it is held to its form, and read. What a set entry means is
told by its purpose: revoked and suspended are problems, a refresh or a message is worth knowing. The parts
stand in modules of their own and are named here too: the bits (``status_list``), the forms
(``status_forms``), and what an issuer makes (``status_issuing``).

Spec: VC-BITSTRING-STATUS-LIST §3.2 (Recommendation of 15 May 2025).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from signet_vc.codec.strict_json import JsonObject
from signet_vc.credential import model
from signet_vc.credential.status_forms import (
    ENTRY,
    LIST,
    LIST_CREDENTIAL,
    Entry,
    StatusList,
    form_problems,
    is_entry,
    open_entry,
    open_list,
    statuses,
)
from signet_vc.credential.status_issuing import choose_index, entry, list_credential, update
from signet_vc.credential.status_list import (
    MINIMUM_ENTRIES,
    decode,
    encode,
    entries_set,
    get,
    new_list,
    set,  # noqa: A004 - said with its module: bitstring_status.set
)
from signet_vc.errors import Code, Problem, ProblemError, UnavailableError, problem
from signet_vc.limits import DEFAULT_LIMITS, Limits

__all__ = [
    "ENTRY",
    "LIST",
    "LIST_CREDENTIAL",
    "MINIMUM_ENTRIES",
    "Entry",
    "StatusList",
    "StatusResult",
    "check",
    "choose_index",
    "decode",
    "encode",
    "entries_set",
    "entry",
    "evaluate",
    "form_problems",
    "get",
    "list_credential",
    "new_list",
    "open_entry",
    "open_list",
    "set",
    "update",
]

_MOST_PROBLEMS: Final = 50  # an attacker must not choose how many are made
_MOST_LISTS: Final = 8  # of one credential: each is a retrieval, a verification and an expansion
_LONGEST_TEXT: Final = 100  # characters of what others wrote that a detail quotes


class StatusResult(NamedTuple):
    """What a list says of a credential (§3.2).

    valid: whether the status is 0; what another one means is told by the purpose. message: the one that is
    stated for the status; of one bit without messages "set" or "unset"; None where nothing is stated.
    """

    purpose: str
    status: int
    valid: bool
    message: str | None


# --- validating -----------------------------------------------------------------------------------------


def check(
    document: JsonObject,
    *,
    fetch: Callable[[str], JsonObject] | None,
    at_ns: int | None = None,
    skew_ns: int = 0,
    limits: Limits = DEFAULT_LIMITS,
    minimum: int = MINIMUM_ENTRIES,
) -> tuple[list[Problem], list[Problem]]:
    """Evaluate each status that a credential names: problems, and notices; at most fifty of each.

    fetch: gives the list credential behind a URL, its securing and conformance verified already, or raises
    ProblemError (STATUS_UNAVAILABLE, FETCH_REFUSED: it could not be had; INVALID_CREDENTIAL: it is malformed;
    others: it does not hold) or
    UnavailableError. Called once a URL, for at most eight. None: no list is looked at. at_ns: holds lists to
    their validity period at that time; None if ``fetch`` did. minimum: entries that a list must have.

    Problems: STATUS_REVOKED, STATUS_SUSPENDED; INVALID_CREDENTIAL, STATUS_UNAVAILABLE, STATUS_LIST_INVALID,
    STATUS_LIST_TOO_SHORT, STATUS_INDEX_OUT_OF_RANGE, TOO_LARGE. Notices: STATUS_MESSAGE,
    STATUS_NOT_EVALUATED.
    """
    problems: list[Problem] = []
    notices: list[Problem] = []
    lists = None if fetch is None else _Lists(fetch, _Period(at_ns, skew_ns), limits)
    for place, value in statuses(document):
        if not is_entry(value):
            detail = "no status of this type is evaluated"
            notices.append(problem(Code.STATUS_NOT_EVALUATED, detail, place))
        else:
            try:
                opened = open_entry(value, place=place)
                if lists is None:
                    detail = "no status list is looked at"
                    notices.append(problem(Code.STATUS_NOT_EVALUATED, detail, place))
                else:
                    result = _result(opened, lists.at(opened.url, place), minimum, place)
                    _tell(result, place, problems, notices)
            except ProblemError as error:
                problems += error.problems
        if max(len(problems), len(notices)) == _MOST_PROBLEMS:
            break
    return problems, notices


def evaluate(
    status: JsonObject,
    listed: JsonObject,
    *,
    at_ns: int | None = None,
    skew_ns: int = 0,
    limits: Limits = DEFAULT_LIMITS,
    minimum: int = MINIMUM_ENTRIES,
    place: str = "/credentialStatus",
) -> StatusResult:
    """Read what a list credential, verified already, says at an entry (§3.2).

    The others as in ``check``; place: JSON Pointer to the entry.

    ProblemError: INVALID_CREDENTIAL, STATUS_LIST_INVALID, STATUS_LIST_TOO_SHORT, STATUS_INDEX_OUT_OF_RANGE,
    TOO_LARGE.
    """
    opened = open_entry(status, place=place)
    try:
        found = _opened(listed, opened.url, _Period(at_ns, skew_ns), limits)
    except ProblemError as error:
        raise _moved(error, f"{place}/statusListCredential") from error
    return _result(opened, found, minimum, place)


class _Period(NamedTuple):
    at_ns: int | None
    skew_ns: int


class _Lists:
    """The lists of one credential, each retrieved and expanded once."""

    def __init__(self, fetch: Callable[[str], JsonObject], period: _Period, limits: Limits) -> None:
        self._fetch = fetch
        self._period = period
        self._limits = limits
        self._known: dict[str, StatusList | ProblemError] = {}

    def at(self, url: str, place: str) -> StatusList:
        """Give the list that the entry at ``place`` points to. ProblemError in that entry."""
        known = self._known.get(url)
        if known is None:
            if len(self._known) == _MOST_LISTS:
                raise ProblemError.of(Code.TOO_LARGE, f"more than {_MOST_LISTS} status lists", place)
            known = self._known[url] = self._retrieved(url)
        if isinstance(known, ProblemError):
            raise _moved(known, f"{place}/statusListCredential") from known
        return known

    def _retrieved(self, url: str) -> StatusList | ProblemError:
        try:
            return _opened(_fetched(self._fetch, url), url, self._period, self._limits)
        except ProblemError as error:
            return error


_RETRIEVAL: Final = frozenset({Code.STATUS_UNAVAILABLE, Code.FETCH_REFUSED, Code.RESOLVER_UNAVAILABLE})


def _fetched(fetch: Callable[[str], JsonObject], url: str) -> JsonObject:
    """§3.2 step 4: what cannot be had is told apart from what does not verify."""
    try:
        return fetch(url)
    except UnavailableError as error:
        raise ProblemError.of(Code.STATUS_UNAVAILABLE, str(error)) from error
    except ProblemError as error:
        detail = "; ".join(each.detail for each in error.problems)[: 4 * _LONGEST_TEXT]
        raise ProblemError.of(_unusable(error.codes), detail) from error


def _unusable(codes: tuple[Code, ...]) -> Code:
    """Why there is no list: it cannot be had, is malformed by itself, or does not verify."""
    if _RETRIEVAL.issuperset(codes):
        return Code.STATUS_UNAVAILABLE
    malformed = all(code is Code.INVALID_CREDENTIAL for code in codes)
    return Code.INVALID_CREDENTIAL if malformed else Code.STATUS_LIST_INVALID


def _opened(listed: JsonObject, url: str, period: _Period, limits: Limits) -> StatusList:
    """The list, if it is the one that was asked for (§2.2 ``id``), at a time when it holds."""
    found = open_list(listed, limits=limits)
    if "id" in listed and listed["id"] != url:
        raise ProblemError.of(Code.STATUS_LIST_INVALID, "names another place than the entry does", "/id")
    if period.at_ns is not None:
        start, end = model.validity_of(listed)
        if start is not None and start - period.skew_ns > period.at_ns:
            raise ProblemError.of(Code.STATUS_LIST_INVALID, "is in the future", "/validFrom")
        if end is not None and end + period.skew_ns < period.at_ns:
            raise ProblemError.of(Code.STATUS_LIST_INVALID, "has passed", "/validUntil")
    return found


def _moved(error: ProblemError, place: str) -> ProblemError:
    """What is wrong with a list, as a problem of the credential that points to it."""
    return ProblemError(
        *(
            problem(each.code, f"the status list's {each.pointer} {each.detail}", place)
            if each.pointer
            else problem(each.code, each.detail, place)
            for each in error.problems
        )
    )


def _result(opened: Entry, found: StatusList, minimum: int, place: str) -> StatusResult:
    """§3.2 steps 5 to 14, but for what was read already."""
    if opened.purpose not in found.purposes:
        detail = "the list is not for the entry's purpose"
        raise ProblemError.of(Code.STATUS_LIST_INVALID, detail, f"{place}/statusPurpose")
    if found.size not in {None, opened.size}:
        detail = "the list has another statusSize"
        raise ProblemError.of(Code.STATUS_LIST_INVALID, detail, f"{place}/statusSize")
    if len(found.bits) * 8 // opened.size < minimum:
        detail = f"the list has fewer than {minimum} entries"
        raise ProblemError.of(Code.STATUS_LIST_TOO_SHORT, detail, f"{place}/statusListCredential")
    where = f"{place}/statusListIndex"
    if opened.index is None:
        raise ProblemError.of(Code.STATUS_INDEX_OUT_OF_RANGE, "no list is that long", where)
    try:
        status = get(found.bits, opened.index, opened.size)
    except ProblemError as error:
        raise _moved(error, where) from error
    return StatusResult(opened.purpose, status, status == 0, _message(opened, found, status))


_UNDEFINED: Final = "undefined"  # §2.1: not defined when the credential was issued; the list may define it


def _message(opened: Entry, found: StatusList, status: int) -> str | None:
    """The message that the issuer committed to in the entry; the list's where the entry leaves it open."""
    stated = opened.messages.get(status)
    if stated is None or stated == _UNDEFINED:
        stated = found.messages.get(status, stated)
    if stated is None and opened.purpose == "message":
        return "set" if status else "unset"
    return stated


_INVALIDATING: Final = {
    "revocation": (Code.STATUS_REVOKED, "revoked"),
    "suspension": (Code.STATUS_SUSPENDED, "suspended"),
}


def _tell(result: StatusResult, place: str, problems: list[Problem], notices: list[Problem]) -> None:
    """§2.1: what a set entry means. One for a purpose that is not known here is reported, as a message is."""
    said = "" if result.message is None else f": {result.message[:_LONGEST_TEXT]}"
    if result.purpose in _INVALIDATING:
        code, what = _INVALIDATING[result.purpose]
        if not result.valid:
            problems.append(problem(code, f"its issuer's list has it as {what}{said}", place))
    elif result.purpose == "message":
        notices.append(problem(Code.STATUS_MESSAGE, f"status {result.status:#x}{said}", place))
    elif not result.valid:
        detail = (
            "a refreshed credential is there"
            if result.purpose == "refresh"
            else f"status {result.status:#x} for {result.purpose[:_LONGEST_TEXT]}{said}"
        )
        notices.append(problem(Code.STATUS_MESSAGE, detail, place))
