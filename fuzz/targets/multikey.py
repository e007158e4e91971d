"""Multibase and Multikey: what is read is written the same way, and no refusal holds a secret."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from fuzz.target import Target, require, timed
from signet_vc.codec.multibase import (
    EncodingError,
    base58btc_decode,
    base58btc_encode,
    base64url_decode,
    base64url_encode,
)
from signet_vc.errors import ProblemError
from signet_vc.keys.multikey import public_from_multibase, public_to_multibase, secret_from_multibase
from signet_vc.keys.signing import Key

__all__ = ["TARGET"]

_TELLING = 16  # characters that no refusal may repeat
_MIB = 1 << 20


def _run(data: bytes) -> None:
    text = data.decode(errors="surrogateescape")
    _bases(text)
    with suppress(ProblemError):
        require(public_to_multibase(timed(public_from_multibase, text)) == text, "a key has one spelling")
    try:
        name, secret = timed(secret_from_multibase, text)
        Key.from_secret(name, secret)
    except ProblemError as error:
        require(len(text) < _TELLING or text[:_TELLING] not in str(error), "no refusal repeats a secret")


def _bases(text: str) -> None:
    for length in (None, 64):
        with suppress(EncodingError):
            require(base58btc_encode(timed(base58btc_decode, text, length)) == text, "base58btc goes round")
    with suppress(EncodingError):
        require(base64url_encode(timed(base64url_decode, text)) == text, "base64url goes round")
    raw = text.encode(errors="surrogateescape")
    if len(raw) <= 146:  # noqa: PLR2004 - what is written in base58btc
        require(base58btc_decode(base58btc_encode(raw)) == raw, "bytes go round in base58btc")
    require(base64url_decode(base64url_encode(raw)) == raw, "bytes go round in base64url")


def _hostile() -> Iterator[bytes]:
    yield b"z" * _MIB
    yield b"z" + b"1" * _MIB
    yield b"z6Mk" + b"A" * _MIB
    yield b"_" * _MIB


TARGET = Target(run=_run, hostile=_hostile, longest=512)
