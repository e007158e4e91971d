"""Any Verifiable Presentation: what its data model demands of it, whatever secures it.

What it presents is only taken apart here: each credential is verified by itself.

Spec: VCDM 2.0 §4.13; VCDM 1.1 §4.10, told by the first context.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from signet_vc.codec.strict_json import JsonObject
from signet_vc.credential import enveloped, model, profile
from signet_vc.credential.members import are_types, entries, is_url, named_by, typed_problems, types_of
from signet_vc.credential.nodes import node_problems
from signet_vc.errors import Code, Problem, ProblemError, problem
from signet_vc.limits import DEFAULT_LIMITS, Limits

__all__ = ["TYPE", "check", "holder_of", "is_presentation", "is_self_asserted", "presented"]

TYPE: Final = "VerifiablePresentation"

_MOST_PROBLEMS: Final = 50  # an attacker must not choose how many are made
_CODE: Final = Code.INVALID_PRESENTATION
_MEMBER: Final = "verifiableCredential"
_APART: Final = frozenset({_MEMBER})
_TYPED: Final = ("termsOfUse", "refreshService")


def is_presentation(document: JsonObject) -> bool:
    """Whether a document says that it is a presentation. One in an envelope is told by ``enveloped``."""
    return TYPE in types_of(document)


def check(document: JsonObject, *, issuing: bool = False, limits: Limits = DEFAULT_LIMITS) -> list[Problem]:
    """Hold a presentation, with its proof or without, to the data model; at most fifty problems.

    issuing: hold the credentials in it to theirs too, and refuse an empty list of them. A verifier takes
    each out (``presented``) and verifies it.

    INVALID_PRESENTATION; UNKNOWN_CONTEXT as ``model.check``; TOO_LARGE for more than ``limits.presented``
    credentials; of an embedded credential INVALID_CREDENTIAL.
    """
    return list(islice(_problems(document, issuing=issuing, limits=limits), _MOST_PROBLEMS))


def holder_of(document: JsonObject) -> str | None:
    """The holder that a presentation claims, a URL; None if it names none."""
    return named_by(document, "holder")


def presented(document: JsonObject) -> list[tuple[str, JsonObject]]:
    """The credentials of a presentation that passed ``check``, embedded or enveloped, with their pointers."""
    if _MEMBER not in document:
        return []
    return [each for each in entries(document[_MEMBER], f"/{_MEMBER}") if isinstance(each[1], dict)]


def is_self_asserted(document: JsonObject, credential: JsonObject) -> bool:
    """Whether the proof of a presentation is all that secures a credential in it, which its holder issued.

    Spec: VCDM 2.0 §4.13.4 (Presentations Including Holder Claims).
    """
    holder = holder_of(document)
    return (
        "proof" not in credential
        and not profile.names_profile(credential)  # FORMAT: it has a proof of its own
        and not enveloped.is_enveloped(credential)
        and holder is not None
        and model.issuer_of(credential) == holder
    )


def _problems(document: JsonObject, *, issuing: bool, limits: Limits) -> Iterator[Problem]:
    yield from node_problems(document, _CODE, apart=_APART)
    yield from _type_problems(document)
    yield from _holder_problems(document)
    for name in _TYPED:
        if name in document:
            yield from typed_problems(document[name], f"/{name}", _CODE, demands_id=False)
    if _MEMBER in document:
        yield from _presented_problems(document, issuing=issuing, limits=limits)
    if "proof" in document:
        yield from _proof_problems(document["proof"])


def _type_problems(document: JsonObject) -> Iterator[Problem]:
    if "type" not in document or (TYPE not in types_of(document) and are_types(document["type"])):
        yield problem(_CODE, f"must name {TYPE}", "/type")
    elif model.TYPE in types_of(document):  # its proof would serve two purposes
        yield problem(_CODE, f"must not name {model.TYPE} too", "/type")


def _holder_problems(document: JsonObject) -> Iterator[Problem]:
    """A wrong ``id`` of an object was said with the nodes."""
    if "holder" not in document:
        return
    value = document["holder"]
    if not (is_url(value) or (isinstance(value, dict) and "id" in value)):
        yield problem(_CODE, "must be a URL, or an object whose id is one", "/holder")


def _presented_problems(document: JsonObject, *, issuing: bool, limits: Limits) -> Iterator[Problem]:
    listed = entries(document[_MEMBER], f"/{_MEMBER}")
    if len(listed) > limits.presented:
        yield problem(Code.TOO_LARGE, f"more than {limits.presented} credentials", f"/{_MEMBER}")
        return
    if issuing and not listed:
        yield problem(_CODE, "must be one credential or more", f"/{_MEMBER}")
    for place, credential in listed:
        yield from _credential_problems(document, credential, place, issuing=issuing)


def _credential_problems(
    document: JsonObject, credential: Any, place: str, *, issuing: bool
) -> Iterator[Problem]:
    """An object, secured: in an envelope, by a proof, or by the presentation's if its holder issued it."""
    if not isinstance(credential, dict):
        yield problem(_CODE, "must be an object: a secured credential or an envelope with one", place)
    elif enveloped.is_enveloped(credential):
        yield from _enveloped_problems(credential, place)
    elif model.TYPE not in types_of(credential):
        yield problem(_CODE, f"must name {model.TYPE} or {enveloped.CREDENTIAL_TYPE}", f"{place}/type")
    elif "proof" not in credential and not is_self_asserted(document, credential):
        yield problem(_CODE, "must be secured", place)
    elif issuing:
        yield from (_inside(each, place) for each in model.check(credential))


def _enveloped_problems(credential: JsonObject, place: str) -> Iterator[Problem]:
    """A presentation does not present presentations."""
    if enveloped.PRESENTATION_TYPE in types_of(credential):
        yield problem(_CODE, f"must be {enveloped.CREDENTIAL_TYPE}", f"{place}/type")
        return
    try:
        enveloped.unwrap(credential)
    except ProblemError as error:
        yield from (_inside(each, place) for each in error.problems)


def _inside(found: Problem, place: str) -> Problem:
    return problem(found.code, found.detail, place + found.pointer)


def _proof_problems(value: Any) -> Iterator[Problem]:
    for place, each in entries(value, "/proof"):
        if not isinstance(each, dict):
            yield problem(_CODE, "must be an object", place)
