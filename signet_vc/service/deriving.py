"""Deriving a credential: its holder leaves out what need not be seen.

Spec: VCALM (W3C CCG), Derive Credential.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from signet_vc.credential import enveloped
from signet_vc.envelopes import sd_jwt
from signet_vc.errors import Code, ProblemError
from signet_vc.service import reply
from signet_vc.service.body import Body
from signet_vc.service.instance import Instance
from signet_vc.service.reply import RefusedError, Reply

__all__ = ["derive"]

_SD_JWT: Final = "application/vc+sd-jwt"


def derive(_instance: Instance, data: bytes) -> Reply:
    """``POST /credentials/derive``: leave out of an SD-JWT all but what is chosen; 201 and its envelope.

    Options: ``selectivePointers``, JSON Pointers to what is disclosed. Nothing is verified: what is left
    verifies as the whole did.
    """
    body = Body(data)
    document = body.document("verifiableCredential", Code.INVALID_CREDENTIAL)
    pointers = body.option_list("selectivePointers")
    if pointers is None:
        raise RefusedError(
            HTTPStatus.BAD_REQUEST, "must name what is disclosed", pointer="/options/selectivePointers"
        )
    found = enveloped.unwrap(document)
    if found is None or found.media_type != _SD_JWT or not isinstance(found.content, str):
        raise ProblemError.of(
            Code.UNKNOWN_FORMAT, f"only {_SD_JWT} discloses what is chosen", "/verifiableCredential"
        )
    return reply.document(
        enveloped.wrap(_SD_JWT, sd_jwt.present(found.content, pointers)), code=HTTPStatus.CREATED
    )
