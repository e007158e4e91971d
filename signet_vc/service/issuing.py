"""What needs an instance's key or its lists: issue a credential, make a presentation, change a status.

Spec: VCALM (W3C CCG), Issue Credential, Create Presentation, Update Status. Named
deviation: an issued credential is not wrapped in ``verifiableCredential``, as W3C's test suites take it bare.
"""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final

from signet_vc import api
from signet_vc.codec import timestamps
from signet_vc.codec.strict_json import JsonObject
from signet_vc.credential import enveloped, profile
from signet_vc.credential.presentation import is_presentation
from signet_vc.errors import Code, ProblemError, SignetError
from signet_vc.limits import NANOSECONDS
from signet_vc.resources import CREDENTIALS_V1, STATUS_V1
from signet_vc.service import reply
from signet_vc.service.body import Body
from signet_vc.service.instance import DATA_INTEGRITY, Instance
from signet_vc.service.reply import RefusedError, Reply

__all__ = ["change_status", "issue", "present"]

_ENTRY_TYPES: Final = frozenset(
    {"BitstringStatusListEntry", "BitstringStatusList"}
)  # VCALM's example: the second
_MEDIA_TYPES: Final = {"jws": "jwt", "sd-jwt": "sd-jwt", "cose": "cose"}


def issue(instance: Instance, data: bytes) -> Reply:
    """``POST /credentials/issue``: secure ``credential``; 201 and the credential, or the envelope of it.

    Options: ``created``, ``domain``, ``challenge`` of a proof; ``credentialId``, by which its status can be
    changed, if it has no ``id``; ``disclosable``: JSON Pointers to what an SD-JWT's holder may leave out.
    """
    body = Body(data)
    credential = body.document("credential", Code.INVALID_CREDENTIAL)
    _refuse_attestations(credential)
    if is_presentation(credential):
        raise ProblemError.of(Code.INVALID_CREDENTIAL, "a presentation is made elsewhere", "/type")
    options = _proof_options(instance, body)
    disclosable = body.option_list("disclosable")
    if disclosable is not None:
        if instance.securing != "sd-jwt":
            raise RefusedError(
                HTTPStatus.BAD_REQUEST, "only an SD-JWT discloses", pointer="/options/disclosable"
            )
        options["disclosable"] = disclosable
    entries = _allotted(instance, credential, body.option("credentialId"))
    try:
        secured = _secured(instance, _with_status(credential, entries), "vc", options)
    except SignetError:
        if instance.lists is not None:
            instance.lists.release(entries)
        raise
    return reply.document(secured, code=HTTPStatus.CREATED)


def present(instance: Instance, data: bytes) -> Reply:
    """``POST /presentations``: secure ``presentation`` as its holder; 201 and ``verifiablePresentation``.

    Options: ``domain``, ``challenge``, ``created``.
    """
    body = Body(data)
    presentation = body.document("presentation", Code.INVALID_PRESENTATION)
    _refuse_attestations(presentation)
    if not is_presentation(presentation):
        raise ProblemError.of(Code.INVALID_PRESENTATION, "a credential is issued elsewhere", "/type")
    if body.option("proofPurpose") not in {None, "authentication"}:
        raise RefusedError(
            HTTPStatus.BAD_REQUEST,
            "a presentation's proof is for authentication",
            pointer="/options/proofPurpose",
        )
    secured = _secured(instance, presentation, "vp", _proof_options(instance, body))
    return reply.document({"verifiablePresentation": secured}, code=HTTPStatus.CREATED)


def change_status(instance: Instance, data: bytes) -> Reply:
    """``POST /credentials/status``: set or clear a status of a credential that was issued here; 200."""
    body = Body(data)
    named = body.document("credentialStatus", Code.INVALID_CREDENTIAL)
    entry = Body.of(named, "/credentialStatus")
    if entry.text("type") not in _ENTRY_TYPES:
        raise RefusedError(
            HTTPStatus.BAD_REQUEST, "must be BitstringStatusListEntry", pointer="/credentialStatus/type"
        )
    purpose, on = entry.text("statusPurpose"), body.flag("status")
    url, index = entry.text_if_there("statusListCredential"), entry.text_if_there("statusListIndex")
    credential = body.text_if_there("credentialId")
    if credential is None and (url is None or index is None):
        raise RefusedError(HTTPStatus.BAD_REQUEST, "must name the credential", pointer="/credentialId")
    if index is not None and not (index.isascii() and index.isdigit() and len(index) < 9):  # noqa: PLR2004 - of 131,072
        raise RefusedError(
            HTTPStatus.BAD_REQUEST, "must be a decimal number", pointer="/credentialStatus/statusListIndex"
        )
    if instance.lists is None:
        raise RefusedError(
            HTTPStatus.NOT_FOUND, "this instance keeps no status lists; they need an https address"
        )
    changed = instance.lists.change(
        credential, purpose, on=on, url=url, index=None if index is None else int(index)
    )
    if changed == 0:
        raise RefusedError(
            HTTPStatus.NOT_FOUND, "no such credential was issued here", pointer="/credentialId"
        )
    return reply.document({"statusPurpose": purpose, "status": on})


def _refuse_attestations(document: JsonObject) -> None:
    """FORMAT: attestation keys sign attestations and nothing else, so other keys do not sign them."""
    if profile.names_profile(document):
        detail = "an attestation is signed by an attestation key, never by an issuer of this service"
        raise ProblemError.of(Code.INVALID_CREDENTIAL, detail, "/type")


def _proof_options(instance: Instance, body: Body) -> dict[str, Any]:
    options: dict[str, Any] = {}
    for name in ("domain", "challenge"):
        value = body.option(name)
        if value is not None:
            options[name] = value
    created = body.option("created")
    if created is not None and instance.securing == DATA_INTEGRITY:
        moment = timestamps.parse(created)
        if moment is None:
            raise RefusedError(
                HTTPStatus.BAD_REQUEST, "must be a UTC time, YYYY-MM-DDThh:mm:ssZ", pointer="/options/created"
            )
        options["created"] = datetime.fromtimestamp(moment // NANOSECONDS, UTC)
    return options


def _allotted(instance: Instance, credential: JsonObject, credential_id: str | None) -> list[JsonObject]:
    if instance.lists is None:
        return []
    own = credential.get("id")
    return instance.lists.allot(
        credential_id if credential_id is not None else own if isinstance(own, str) else None
    )


def _with_status(credential: JsonObject, entries: list[JsonObject]) -> JsonObject:
    """Add the entries; and to a 1.1 document the context that defines them."""
    if not entries:
        return credential
    there = credential.get("credentialStatus", [])
    several = [*(there if isinstance(there, list) else [there]), *entries]
    prepared = {**credential, "credentialStatus": several[0] if len(several) == 1 else several}
    contexts = credential.get("@context")
    listed = contexts if isinstance(contexts, list) else [contexts]
    if listed[:1] == [CREDENTIALS_V1] and STATUS_V1 not in listed:
        prepared["@context"] = [*listed, STATUS_V1]
    return prepared


def _secured(instance: Instance, document: JsonObject, kind: str, options: dict[str, Any]) -> JsonObject:
    secured = api.sign(document, instance.key, suite=instance.suite, securing=instance.securing, **options)
    if isinstance(secured, dict):
        return secured
    return enveloped.wrap(f"application/{kind}+{_MEDIA_TYPES[instance.securing]}", secured)
