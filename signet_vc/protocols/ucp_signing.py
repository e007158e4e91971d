"""Signing as UCP profiles it: everything that a verifier must see covered is covered, and nothing is guessed.

Time and randomness are the caller's: ``created`` and ``expires`` in seconds, the ``nonce``, the request's
``Idempotency-Key``. Spec: UCP, *Message Signatures*; RFC 9421 §3.1.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace
from typing import Any, Final, cast

from signet_vc.codec import strict_json
from signet_vc.credential import profile
from signet_vc.did.did_url import is_https_url
from signet_vc.errors import ProblemError, UsageError
from signet_vc.keys.jwk import public_to_jwk, thumbprint
from signet_vc.keys.signing import PublicKey, Signer
from signet_vc.protocols import message_key
from signet_vc.protocols.content_digest import content_digest
from signet_vc.protocols.http_message import HttpRequest, HttpResponse, Message
from signet_vc.protocols.http_signatures import HttpSignatureToSign, algorithm_of, prepare
from signet_vc.protocols.structured_fields import write_string, write_token
from signet_vc.protocols.ucp_coverage import required

__all__ = ["WEB_BOT_AUTH", "prepare_request", "prepare_response", "sign_request", "sign_response"]

WEB_BOT_AUTH: Final = "web-bot-auth"  # the one tag whose signatures UCP reads


def prepare_request(
    request: HttpRequest,
    public_key: PublicKey,
    *,
    keyid: str | None = None,
    profile_url: str | None = None,
    created: int | None = None,
    expires: int | None = None,
    nonce: str | None = None,
    web_bot_auth: bool = False,
    label: str = "sig1",
    attesting: Container[str] = (),
    did_document: object = None,
) -> HttpSignatureToSign:
    """Make what is signed of a request: for a signer that is awaited or lives elsewhere.

    keyid: the key's ``kid`` in the signer's profile, or a DID URL (default: the key's RFC 7638 thumbprint).
    profile_url: of the signer, for ``UCP-Agent``. created, expires: seconds since 1970. web_bot_auth: make it
    readable to verifiers of Web Bot Auth too, which demands ``profile_url``, ``created``, ``expires``, and
    the thumbprint. attesting: did:keys of keys that attest tool calls. did_document: of a
    ``keyid`` under a DID that does not hold its key, to see what it gives the key to.

    Raises UsageError for what cannot be signed: a body without ``Content-Type``, a key that attests, a
    content that is an attestation, another digest or agent in the request.
    """
    _refuse_attestation(request, public_key, attesting)
    own = thumbprint(public_to_jwk(public_key))
    message_key.check(own if keyid is None else keyid, public_key, did_document)
    if web_bot_auth and (
        profile_url is None or created is None or expires is None or keyid not in {None, own}
    ):
        raise UsageError("web-bot-auth needs profile_url, created, expires, and the thumbprint as keyid")
    if profile_url is not None and not is_https_url(profile_url):
        raise UsageError("the signer's profile is an https URL in its plain spelling")
    added = {}
    if profile_url is not None:
        added["UCP-Agent"] = f"profile={write_string(profile_url)}"
        if web_bot_auth:
            added["Signature-Agent"] = f"{label}={write_string(profile_url)};type={write_token('jwks_uri')}"
    parameters = {
        "keyid": own if keyid is None else keyid,
        "created": created,
        "expires": expires,
        "nonce": nonce,
        "tag": WEB_BOT_AUTH if web_bot_auth else None,
    }
    return _prepare(_with(request, added), parameters, label=label, web_bot_auth=web_bot_auth)


def prepare_response(
    response: HttpResponse,
    public_key: PublicKey,
    *,
    keyid: str | None = None,
    created: int | None = None,
    label: str = "sig1",
    attesting: Container[str] = (),
    did_document: object = None,
) -> HttpSignatureToSign:
    """Make what is signed of a response; as ``prepare_request``."""
    _refuse_attestation(response, public_key, attesting)
    own = thumbprint(public_to_jwk(public_key))
    message_key.check(own if keyid is None else keyid, public_key, did_document)
    parameters = {"created": created, "keyid": own if keyid is None else keyid}
    return _prepare(_with(response, {}), parameters, label=label, web_bot_auth=False)


def sign_request(request: HttpRequest, key: Signer, **how: Any) -> HttpRequest:
    """Sign a request; gives a new one with the fields that ``prepare_request`` and its signature add."""
    to_sign = prepare_request(request, key.public_key, **how)
    return cast("HttpRequest", to_sign.finish(key.sign(to_sign.message)))


def sign_response(response: HttpResponse, key: Signer, **how: Any) -> HttpResponse:
    """Sign a response, as ``prepare_response`` says."""
    to_sign = prepare_response(response, key.public_key, **how)
    return cast("HttpResponse", to_sign.finish(key.sign(to_sign.message)))


def _prepare(
    message: Message, parameters: dict[str, Any], *, label: str, web_bot_auth: bool
) -> HttpSignatureToSign:
    components = required(message, label=label, web_bot_auth=web_bot_auth)
    given = {name: value for name, value in parameters.items() if value is not None}
    return prepare(message, components, given, label=label)


def _with(message: Message, added: dict[str, str]) -> Message:
    """Add the digest of the content, and who signs; what stands there already must say the same."""
    if message.body:
        added = {**added, "Content-Digest": content_digest(message.body)}
    fields = message.fields
    for name, value in added.items():
        there = message.field(name.lower())
        if there not in {None, value}:
            raise UsageError(f"the message has another {name}")
        if there is None:
            fields = (*fields, (name, value))
    return replace(message, fields=fields)


def _refuse_attestation(message: Message, public_key: PublicKey, attesting: Container[str]) -> None:
    """FORMAT: a key that attests calls signs nothing else, and an attestation is signed as one alone."""
    algorithm_of(public_key.key_type)
    if public_key.did in attesting:
        raise UsageError(message_key.ATTESTS)
    if not message.body.lstrip().startswith(b"{"):
        return
    try:
        document = strict_json.loads(message.body)
    except ProblemError:
        return  # no JSON object that anybody would take for an attestation
    if isinstance(document, dict) and profile.names_profile(document):
        raise UsageError("the content is the attestation of a tool call, which has its own securing")
