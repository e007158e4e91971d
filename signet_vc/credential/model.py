"""Any Verifiable Credential: what its data model demands of it, whatever secures it.

Versions 2.0 and 1.1, told by the first context. What needs JSON-LD (undefined terms, types that map to
nothing, a protected term defined again) is ``terms``' and the suites'.

Spec: VCDM 2.0 §§4, 5 and 11.1 (Recommendation of 15 May 2025); VCDM 1.1 §§4 and 5 (of 3 March 2022).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from signet_vc.codec import xsd_datetime
from signet_vc.codec.strict_json import JsonObject
from signet_vc.codec.xsd_datetime import Moment
from signet_vc.credential.members import (
    are_types,
    entries,
    is_url,
    named_by,
    text_problems,
    typed_problems,
    types_of,
)
from signet_vc.credential.nodes import has_inline_context, node_problems, version_of
from signet_vc.credential.related_resource import form_problems
from signet_vc.errors import Code, Problem, problem

__all__ = [
    "TYPE",
    "check",
    "has_inline_context",
    "issuer_of",
    "period_members",
    "types_of",
    "unzoned_times",
    "validity_of",
    "version_of",
]

TYPE: Final = "VerifiableCredential"

_MOST_PROBLEMS: Final = 50  # an attacker must not choose how many are made
_CODE: Final = Code.INVALID_CREDENTIAL
_UNZONED: Final = "the time has no offset and is read as UTC"


class _Version(NamedTuple):
    """What differs between the versions.

    times: the members of the validity period's start and end. dated: whether the start must be there.
    typed: the members whose objects must say their type, and which of them also their ``id``.
    """

    times: tuple[str, str]
    dated: bool
    typed: Mapping[str, bool]


_TYPED_2: Final = {
    "confidenceMethod": False,
    "credentialStatus": False,
    "credentialSchema": True,
    "evidence": False,
    "refreshService": False,
    "renderMethod": False,
    "termsOfUse": False,
}
_TYPED_1: Final = {
    "credentialStatus": True,
    "credentialSchema": True,
    "evidence": False,
    "refreshService": True,
    "termsOfUse": False,
}
_VERSION_2: Final = _Version(("validFrom", "validUntil"), dated=False, typed=MappingProxyType(_TYPED_2))
_VERSION_1: Final = _Version(("issuanceDate", "expirationDate"), dated=True, typed=MappingProxyType(_TYPED_1))


def check(document: JsonObject, *, issuing: bool = False) -> list[Problem]:
    """Hold a credential, with its proof or without, to the data model; at most fifty problems.

    issuing: refuse also what a verifier only takes notice of, times without an offset.

    INVALID_CREDENTIAL; UNKNOWN_CONTEXT where a context is neither a bundled one nor an object, wherever in
    the document it stands. Objects as contexts pass: see ``has_inline_context``.
    """
    return list(islice(_problems(document, issuing=issuing), _MOST_PROBLEMS))


def issuer_of(document: JsonObject) -> str | None:
    """The issuer that a document claims, a URL; None if it names none."""
    return named_by(document, "issuer")


def validity_of(document: JsonObject) -> tuple[int | None, int | None]:
    """Start and end of the validity period of a document that passed ``check``, in nanoseconds."""
    start, end = _period(document, _version(document))
    return None if start is None else start.ns, None if end is None else end.ns


def period_members(document: JsonObject) -> tuple[str, str]:
    """The names of the members that say when the validity period starts and ends, by the version."""
    return _version(document).times


def unzoned_times(document: JsonObject) -> list[Problem]:
    """The times that do not say their offset: a verifier takes them for UTC, an issuer refuses them."""
    version = _version(document)
    return [
        problem(_CODE, _UNZONED, f"/{name}")
        for name, moment in zip(version.times, _period(document, version), strict=True)
        if moment is not None and not moment.zoned
    ]


def _version(document: JsonObject) -> _Version:
    return _VERSION_1 if version_of(document) == "1.1" else _VERSION_2


def _period(document: JsonObject, version: _Version) -> tuple[Moment | None, Moment | None]:
    start, end = version.times
    return xsd_datetime.parse(document.get(start)), xsd_datetime.parse(document.get(end))


def _problems(document: JsonObject, *, issuing: bool) -> Iterator[Problem]:
    version = _version(document)
    yield from node_problems(document, _CODE)
    yield from _type_problems(document)
    yield from _issuer_problems(document)
    yield from _subject_problems(document)
    yield from _time_problems(document, version, issuing=issuing)
    for name, demands_id in version.typed.items():
        if name in document:
            yield from typed_problems(document[name], f"/{name}", _CODE, demands_id=demands_id)
    if version is _VERSION_2:
        yield from _texts_problems(document)
        if "relatedResource" in document:
            yield from form_problems(document["relatedResource"])
    if "proof" in document:
        yield from _proof_problems(document["proof"])


def _type_problems(document: JsonObject) -> Iterator[Problem]:
    """§4.5. What is no type at all was said with the nodes, where there is one."""
    if "type" not in document or (TYPE not in types_of(document) and are_types(document["type"])):
        yield problem(_CODE, f"must name {TYPE}", "/type")


def _issuer_problems(document: JsonObject) -> Iterator[Problem]:
    """§4.7. An ``id`` that is no URL was said with the nodes."""
    value = document.get("issuer")
    if not (is_url(value) or (isinstance(value, dict) and "id" in value)):
        yield problem(_CODE, "must be a URL, or an object whose id is one", "/issuer")


def _subject_problems(document: JsonObject) -> Iterator[Problem]:
    """§4.8: claims about at least one subject, each with at least one."""
    value = document.get("credentialSubject")
    if value == []:
        yield problem(_CODE, "must be an object with claims, or a list of such", "/credentialSubject")
    for place, each in entries(value, "/credentialSubject"):
        if not isinstance(each, dict) or not each:
            yield problem(_CODE, "must be an object with claims", place)


def _time_problems(document: JsonObject, version: _Version, *, issuing: bool) -> Iterator[Problem]:
    """§4.9."""
    moments = _period(document, version)
    for name, moment in zip(version.times, moments, strict=True):
        if moment is None:
            if name in document:
                yield problem(_CODE, "must be an xsd:dateTimeStamp of a day that exists", f"/{name}")
        elif issuing and not moment.zoned:
            yield problem(_CODE, "the time must say its offset", f"/{name}")
    start, end = moments
    if version.dated and version.times[0] not in document:
        yield problem(_CODE, "must be there", f"/{version.times[0]}")
    if start is not None and end is not None and end.ns < start.ns:
        yield problem(_CODE, f"must not be before {version.times[0]}", f"/{version.times[1]}")


def _texts_problems(document: JsonObject) -> Iterator[Problem]:
    """§4.6, of the credential and its issuer."""
    issuer = document.get("issuer")
    for name in ("name", "description"):
        if name in document:
            yield from text_problems(document[name], f"/{name}", _CODE)
        if isinstance(issuer, dict) and name in issuer:
            yield from text_problems(issuer[name], f"/issuer/{name}", _CODE)


def _proof_problems(value: Any) -> Iterator[Problem]:
    """§4.12: one object or several; what is in them is for the securing mechanism."""
    for place, each in entries(value, "/proof"):
        if not isinstance(each, dict):
            yield problem(_CODE, "must be an object", place)
