"""Any Verifiable Credential, version 2.0 of the data model: what it must look like, whatever secures it.

Spec: VCDM 2.0 §4 (Recommendation of 15 May 2025), as far as both securing mechanisms rest on it. What needs
JSON-LD (undefined terms, types that map to nothing) and the other members' own rules are not looked at.
Version 1.1 and presentations are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from signet_vc.codec import xsd_datetime
from signet_vc.codec.json_pointer import Path, pointer
from signet_vc.codec.strict_json import JsonObject
from signet_vc.errors import Code, Problem, problem
from signet_vc.resources import CREDENTIALS_V2, known_context

__all__ = ["check", "issuer_of", "types_of", "unzoned_times", "validity_of"]

TYPE: Final = "VerifiableCredential"

_MOST_PROBLEMS: Final = 50  # an attacker must not choose how many are made
# RFC 3986: a scheme, and none of what no URI may hold. DIDs and URNs are URLs here (§1.3).
_is_url: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`\x00-\x20\x7f]+").fullmatch
_TIMES: Final = ("validFrom", "validUntil")
# Members whose objects must say what they are (§§4.10 to 4.14, 5.4 to 5.6), and which of them also `id`.
_TYPED: Final = {
    "credentialStatus": False,
    "credentialSchema": True,
    "evidence": False,
    "refreshService": False,
    "termsOfUse": False,
}


def check(document: JsonObject) -> list[Problem]:
    """Hold a credential, with its proof or without, to the data model; at most fifty problems.

    INVALID_CREDENTIAL; UNKNOWN_CONTEXT where a context is not a bundled one, wherever in the document it
    stands: what it means to its issuer could not be known (VC-DATA-INTEGRITY §4.6).
    """
    found: list[Problem] = []
    for each in _problems(document):
        found.append(each)
        if len(found) == _MOST_PROBLEMS:
            break
    return found


def types_of(document: JsonObject) -> tuple[str, ...]:
    """The types that a document claims."""
    value = document.get("type")
    if isinstance(value, str):
        return (value,)
    return tuple([each for each in value if isinstance(each, str)]) if isinstance(value, list) else ()


def issuer_of(document: JsonObject) -> str | None:
    """The issuer that a document claims, a URL; None if it names none."""
    value = document.get("issuer")
    if isinstance(value, dict):
        value = value.get("id")
    return value if isinstance(value, str) else None


def validity_of(document: JsonObject) -> tuple[int | None, int | None]:
    """``validFrom`` and ``validUntil`` of a document that passed ``check``, in nanoseconds."""
    start, end = (xsd_datetime.parse(document.get(name)) for name in _TIMES)
    return None if start is None else start.ns, None if end is None else end.ns


def unzoned_times(document: JsonObject) -> list[Problem]:
    """The times that do not say their offset: a verifier takes them for UTC, an issuer refuses them."""
    found = []
    for name in _TIMES:
        moment = xsd_datetime.parse(document.get(name))
        if moment is not None and not moment.zoned:
            found.append(
                problem(Code.INVALID_CREDENTIAL, "the time has no offset and is read as UTC", f"/{name}")
            )
    return found


def _problems(document: JsonObject) -> Iterator[Problem]:
    yield from _context_problems(document)
    yield from _id_problems(document, "")
    yield from _type_problems(document)
    yield from _issuer_problems(document)
    yield from _subject_problems(document)
    yield from _time_problems(document)
    for name, demands_id in _TYPED.items():
        if name in document:
            yield from _typed_problems(document[name], name, demands_id=demands_id)
    if "proof" in document:
        yield from _proof_problems(document["proof"])


def _invalid(detail: str, place: str) -> Problem:
    return problem(Code.INVALID_CREDENTIAL, detail, place)


def _context_problems(document: JsonObject) -> Iterator[Problem]:
    """§4.3: the base context first. §4.6 of Data Integrity: each one known, in every place."""
    value = document.get("@context")
    first = value[0] if isinstance(value, list) and value else value
    if first != CREDENTIALS_V2:
        yield _invalid(f"must begin with {CREDENTIALS_V2}", "/@context")
        return
    for path, context in _contexts(document):
        entries = context if isinstance(context, list) else [context]
        for entry in entries:
            if not known_context(entry):
                detail = (
                    f"{entry[:200]} is not a bundled context"
                    if isinstance(entry, str)
                    else "an inline context"
                )
                yield problem(Code.UNKNOWN_CONTEXT, detail, pointer(path))


def _contexts(document: JsonObject) -> Iterator[tuple[Path, Any]]:
    """Every ``@context`` in the document with its place, by a walk that does not recurse."""
    pending: list[tuple[Path, Any]] = [(None, document)]
    while pending:
        path, value = pending.pop()
        members = value.items() if isinstance(value, dict) else enumerate(value)
        for name, member in members:
            if name == "@context":
                yield (path, name), member
            elif isinstance(member, dict | list):
                pending.append(((path, name), member))


def _id_problems(holder: JsonObject, place: str) -> Iterator[Problem]:
    """§4.4."""
    if "id" in holder and not _names_url(holder["id"]):
        yield _invalid("must be a URL, as a string", f"{place}/id")


def _type_problems(document: JsonObject) -> Iterator[Problem]:
    """§4.5; what a type maps to is not looked at."""
    if not _are_types(document.get("type")):
        yield _invalid("must be a string or a list of strings", "/type")
    elif TYPE not in types_of(document):
        yield _invalid(f"must name {TYPE}", "/type")


def _issuer_problems(document: JsonObject) -> Iterator[Problem]:
    """§4.7."""
    if not _names_url(issuer_of(document)):
        yield _invalid("must be a URL, or an object whose id is one", "/issuer")


def _subject_problems(document: JsonObject) -> Iterator[Problem]:
    """§4.8: claims about at least one subject, each with at least one."""
    value = document.get("credentialSubject")
    subjects = value if isinstance(value, list) else [value]
    if not subjects or not all(isinstance(each, dict) and each for each in subjects):
        yield _invalid("must be an object with claims, or a list of such", "/credentialSubject")
        return
    for index, each in enumerate(subjects):
        yield from _id_problems(
            each, f"/credentialSubject/{index}" if value is subjects else "/credentialSubject"
        )


def _time_problems(document: JsonObject) -> Iterator[Problem]:
    """§4.9."""
    sound = True
    for name in _TIMES:
        if name in document and xsd_datetime.parse(document[name]) is None:
            sound = False
            yield _invalid("must be an xsd:dateTimeStamp of a day that exists", f"/{name}")
    start, end = validity_of(document)
    if sound and start is not None and end is not None and end < start:
        yield _invalid("must not be before validFrom", "/validUntil")


def _typed_problems(value: Any, name: str, *, demands_id: bool) -> Iterator[Problem]:
    entries = value if isinstance(value, list) else [value]
    for index, entry in enumerate(entries):
        place = f"/{name}/{index}" if isinstance(value, list) else f"/{name}"
        if not isinstance(entry, dict) or not _are_types(entry.get("type")):
            yield _invalid("must be an object with a type", place)
            continue
        yield from _id_problems(entry, place)
        if demands_id and "id" not in entry:
            yield _invalid("must have an id", place)


def _proof_problems(value: Any) -> Iterator[Problem]:
    """§4.12: one object or several; what is in them is for the securing mechanism."""
    entries = value if isinstance(value, list) else [value]
    if not all(isinstance(each, dict) for each in entries):
        yield _invalid("must be an object or a list of objects", "/proof")


def _names_url(value: Any) -> bool:
    return isinstance(value, str) and _is_url(value) is not None


def _are_types(value: Any) -> bool:
    if isinstance(value, list):
        return bool(value) and all(isinstance(each, str) and each for each in value)
    return isinstance(value, str) and bool(value)
