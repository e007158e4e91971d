"""Compact JWS and ``vc+jwt``: a verdict for any token; a JSON text is signed first, as its payload."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from fuzz import mutation
from fuzz.signed import KEYS, POLICY, issued_by
from fuzz.target import Target, require, timed
from signet_vc import verify
from signet_vc.codec import strict_json
from signet_vc.codec.multibase import base64url_encode
from signet_vc.envelopes import jws, vc_jwt
from signet_vc.errors import ProblemError

__all__ = ["TARGET"]

_AT = datetime(2026, 4, 1, tzinfo=UTC)
_MIB = 1 << 20


def _run(data: bytes) -> None:
    if data[:1] == b"{":
        data = _signed(data)
    text = data.decode(errors="surrogateescape")
    timed(verify, data, POLICY, at=_AT)
    for strict in (False, True):
        result = timed(vc_jwt.verify, text, controller=KEYS[0].did, strict=strict)
        require((result.document is None) == bool(result.problems), "a document, or a problem")
    try:
        token = timed(jws.parse, text)
        again = jws.join(base64url_encode(token.header_bytes), token.payload).finish(token.signature)
        require(again == text, "a token goes round")
        credential = vc_jwt.claims(token)
    except ProblemError:
        return
    vc_jwt.time_problems(credential, at_ns=0, skew_ns=0)
    vc_jwt.notices(token)


def _signed(data: bytes) -> bytes:
    """A token by a key of ours over the payload, whose member ``header`` adds to the header."""
    try:
        payload = strict_json.loads(data)
        key = KEYS[len(data) % len(KEYS)]
        header = {"alg": key.public_key.key_type.jws_algorithms[0], "kid": key.verification_method}
        added = payload.get("header")
        header |= added if isinstance(added, dict) else {}
        to_sign = jws.prepare(strict_json.dumps(issued_by(payload, key.did)), header)
    except ProblemError:
        return data
    return to_sign.finish(key.sign(to_sign.message)).encode()


def _hostile() -> Iterator[bytes]:
    yield b"e" * _MIB
    yield b"e." * (_MIB // 2)
    yield b"eyJhbGciOiJFZERTQSJ9." + b"A" * (_MIB - 100) + b"."
    yield b'{"a":"' + b"x" * (_MIB // 2) + b'"}'


TARGET = Target(run=_run, hostile=_hostile, mutate=mutation.of_token)
