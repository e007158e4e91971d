"""Signing for HTTP clients: one class that ``httpx`` and ``httpx2`` both take as ``auth=``.

Both take a callable that is given the request and gives it back, so neither is imported here. A redirect is
another request under the same fields, whose signature then does not verify: it is refused, not followed
quietly. Spec: UCP, *Message Signatures*.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Container
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol, TypeVar

from signet_vc.errors import ProblemError, UsageError
from signet_vc.keys.signing import Signer
from signet_vc.limits import NANOSECONDS
from signet_vc.policy import Policy
from signet_vc.protocols import message_key, ucp
from signet_vc.protocols.http_message import Fields, HttpRequest, HttpResponse
from signet_vc.result import Verification

__all__ = ["UcpAuth", "verify_response"]

_CHANGING: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})  # UCP: these carry an Idempotency-Key
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LIFETIME: Final = 300  # seconds of a Web Bot Auth signature; a day at most


class _Request(Protocol):
    """What is asked of a request, of either library."""

    method: str
    url: Any
    headers: Any

    def read(self) -> bytes:
        """Give the content."""


R = TypeVar("R", bound=_Request)


class UcpAuth:
    """Signs every request of a client, ``Client(auth=UcpAuth(key, profile_url=…))``.

    key: a key for messages, never one that attests calls. profile_url: of the signer, where the key is
    published. keyid: its ``kid`` there (default: its RFC 7638 thumbprint); a DID URL where there is no
    profile. web_bot_auth: sign for Web Bot Auth too, with times, a nonce and a thumbprint.
    attesting: did:keys of keys that attest tool calls, of which ``key`` must be none. did_document: of a
    ``keyid`` under a DID that does not hold its key. clock: nanoseconds since 1970.

    A state-changing request without an ``Idempotency-Key`` gets one; whoever sends a request again sets it.
    The content must be at hand: UsageError for one that is an asynchronous stream. The key signs in the
    thread, or event loop, that sends.
    """

    def __init__(
        self,
        key: Signer,
        *,
        profile_url: str | None = None,
        keyid: str | None = None,
        web_bot_auth: bool = False,
        attesting: Container[str] = (),
        did_document: object = None,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        """Raise UsageError where nobody would be named as the signer, or for a key that attests."""
        if profile_url is None and keyid is None:
            raise UsageError("name the signer: by profile_url, or by keyid, a DID URL")
        if key.public_key.did in attesting:
            raise UsageError(message_key.ATTESTS)
        if keyid is not None:
            message_key.check(keyid, key.public_key, did_document)
        self._key = key
        self._of_signer = {"profile_url": profile_url, "keyid": keyid, "did_document": did_document}
        self._web_bot_auth = web_bot_auth
        self._clock = clock

    def __call__(self, request: R) -> R:
        """Add the fields of the signature to ``request``, and give it back."""
        try:
            body = request.read()
        except (AssertionError, RuntimeError) as error:
            raise UsageError("a content that is an asynchronous stream cannot be signed") from error
        if request.method in _CHANGING and "idempotency-key" not in request.headers:
            request.headers["Idempotency-Key"] = secrets.token_urlsafe(16)
        for name in ("Signature", "Signature-Input", "Content-Digest"):  # of an earlier sending
            request.headers.pop(name, None)
        unsigned = _message(request, body)
        signed = ucp.sign_request(unsigned, self._key, **self._how())
        for name, value in signed.fields[len(unsigned.fields) :]:
            request.headers[name] = value
        return request

    def _how(self) -> dict[str, Any]:
        how: dict[str, Any] = dict(self._of_signer)
        if self._web_bot_auth:
            now = self._clock() // NANOSECONDS
            nonce = secrets.token_urlsafe(64)
            how |= {"web_bot_auth": True, "created": now, "expires": now + _LIFETIME, "nonce": nonce}
        return how


def verify_response(response: Any, policy: Policy, *, at: datetime | None = None) -> Verification:
    """Verify the signature of a response of either library, whose content has been read.

    policy: trusts the business whose answer it should be. A content that came compressed is no longer what
    its digest is of: ask with ``Accept-Encoding: identity``. at: an aware time (default: now).
    """
    if at is not None and at.utcoffset() is None:
        raise UsageError("a time is a datetime with its offset")
    at_ns = time.time_ns() if at is None else (at - _EPOCH) // timedelta(microseconds=1) * 1000
    try:
        request = _message(response.request, response.request.content)
        fields = _fields(response.headers)
        message = HttpResponse(
            status=response.status_code, fields=fields, body=response.content, request=request
        )
    except ProblemError as error:
        return Verification(
            verified=False, problems=error.problems, notices=(), checks=(), document=None, format=ucp.FORMAT
        )
    return ucp.verify(message, policy, at_ns=at_ns)


def _message(request: Any, body: bytes) -> HttpRequest:
    url = request.url
    return HttpRequest(
        method=request.method,
        target=url.raw_path.decode("ascii"),
        authority=request.headers["host"],
        scheme=url.scheme,
        fields=_fields(request.headers),
        body=body,
    )


def _fields(headers: Any) -> Fields:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers.raw)
