"""``data:`` URLs, presentations, related resources: problems for any object, and envelopes go round."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from fuzz import mutation
from fuzz.target import Target, require, timed
from signet_vc.codec import strict_json
from signet_vc.credential import enveloped, model, presentation, related_resource
from signet_vc.errors import ProblemError, UsageError
from signet_vc.resources import CREDENTIALS_V2

__all__ = ["TARGET"]

_MIB = 1 << 20


def _run(data: bytes) -> None:
    value = None
    with suppress(ProblemError):
        value = strict_json.loads(data)
    if isinstance(value, dict):
        _document(value)
        return
    text = data.decode(errors="surrogateescape")
    for kind in (enveloped.CREDENTIAL_TYPE, enveloped.PRESENTATION_TYPE):
        _envelope({"@context": [CREDENTIALS_V2], "type": kind, "id": text})
    for media_type, row in enveloped.MEDIA_TYPES.items():
        with suppress(UsageError):
            content = data if row.binary else text
            carried = enveloped.wrap(media_type, content)
            again = enveloped.unwrap(carried) if content else None
            require(not content or again == (media_type, content), "what was wrapped is taken out again")


def _envelope(document: dict[str, Any]) -> None:
    try:
        found = timed(enveloped.unwrap, document)
    except ProblemError:
        return
    require(found is not None, "it says that it is one")
    if found is not None:
        with suppress(UsageError):  # a token may hold letters that a URL has to encode
            again = enveloped.unwrap(enveloped.wrap(found.media_type, found.content))
            require(again == found, "an envelope goes round")


def _document(document: dict[str, Any]) -> None:
    with suppress(ProblemError):
        timed(enveloped.unwrap, document)
    check = presentation.check if presentation.is_presentation(document) else model.check
    timed(check, document, issuing=True)
    sound = not timed(check, document, issuing=False)
    presentation.holder_of(document)
    for _pointer, credential in presentation.presented(document):
        presentation.is_self_asserted(document, credential)
    for load in (None, lambda _url: b"", lambda _url: None) if sound else ():
        timed(related_resource.problems, document, load=load)


def _hostile() -> Iterator[bytes]:
    yield b"data:application/vc+jwt," + b"%41" * (_MIB // 3)
    yield b"data:application/vc+cose;base64," + b"A" * (_MIB - 100)
    yield b"data:" + b";a=b" * (_MIB // 4)
    yield b"data:application/vc+jwt," + b"=" * _MIB
    head = {"@context": [CREDENTIALS_V2], "type": "VerifiablePresentation"}
    yield json.dumps({**head, "verifiableCredential": [{}] * 200_000}).encode()
    yield json.dumps({**head, "relatedResource": [{"id": CREDENTIALS_V2}] * 20_000}).encode()
    digests = " ".join(["sha256-AAAA"] * 60_000)
    yield json.dumps({**head, "relatedResource": {"id": CREDENTIALS_V2, "digestSRI": digests}}).encode()


TARGET = Target(run=_run, hostile=_hostile, mutate=mutation.of_json)
