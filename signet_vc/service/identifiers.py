"""``GET /1.0/identifiers/{did}``: a DID's document, or the method that a DID URL names, and how it went."""

from __future__ import annotations

from signet_vc.codec import strict_json
from signet_vc.did import resolution
from signet_vc.did.resolver import Resolver
from signet_vc.service.handler import Asked
from signet_vc.service.reply import Reply

__all__ = ["resolve"]


def resolve(resolver: Resolver | None, asked: Asked) -> Reply:
    """Resolve or dereference; options come as the query.

    Spec: DID Resolution (draft of 2026), HTTP(S) Binding; the did:key draft, whose forms are the default.
    """
    found = resolution.resolve(asked.name, {**asked.query, "accept": asked.accept}, resolver=resolver)
    return Reply(found.status, strict_json.dumps(found.result), found.content_type)
