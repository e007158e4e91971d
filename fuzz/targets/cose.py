"""COSE_Sign1, ``vc+cose``, ``vp+cose``: a verdict for any bytes; also well signed.

A CBOR array of two, a map and bytes, is signed as protected header and payload.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import cbor2

from fuzz import mutation
from fuzz.signed import KEYS
from fuzz.target import Target, require, timed
from signet_vc.envelopes import cose, cose_sign1
from signet_vc.errors import ProblemError

__all__ = ["TARGET"]

_AT = 1_700_000_000 * 10**9
_MIB = 1 << 20


def _run(data: bytes) -> None:
    if data[:1] == b"\x82":
        data = _signed(data)
    try:
        message = timed(cose.parse, data)
        document = timed(cose.claims, message)
    except ProblemError:
        return
    require(isinstance(cose.algorithm(message), str), "the algorithm has a name")
    cose.is_typed(message)
    cose.media_type(document)
    cose.registered(message)
    cose.signer(message)
    for strict in (False, True):
        cose.form_problems(message, document, strict=strict)
    cose.notices(message, document)
    for key in KEYS:
        try:
            timed(cose.signature_problems, message, document, controller=key.did, at_ns=_AT)
        except ProblemError:
            continue
    timed(cose.time_problems, message, at_ns=_AT, skew_ns=0)
    timed(cose.audience_problems, message, domain=frozenset({"a"}), challenge="n")


def _signed(data: bytes) -> bytes:
    key = KEYS[len(data) % len(KEYS)]
    try:
        (protected, payload) = cbor2.loads(data)
        header: Any = {
            cose_sign1.ALG: next(iter(key.key_type.cose_algorithms)),
            cose_sign1.KID: key.verification_method.encode(),
            **protected,
        }
        to_sign = cose_sign1.prepare(payload, header)
        return to_sign.finish(key.sign(to_sign.message))
    except Exception:  # noqa: BLE001 - another's parser, over hostile bytes
        return data


def _hostile() -> Iterator[bytes]:
    yield b"\xd2" * _MIB
    yield b"\x81" * _MIB
    yield b"\xd2\x84\x5b" + b"\xff" * 8
    yield b"\xd2\x84\x40\xbb" + b"\xff" * 8
    yield b"\xd2\x84\x40" + b"\xa1\x00" * 2000
    yield b"\xd2\x84\x59\x0f\xff" + b"\x81" * 4095 + b"\xa0\x40\x40"
    yield b"\xd2\x84\x40\xa0\x5a\x00\x0f\xff\x00" + b"[" * 0xFFF00 + b"\x41\x00"
    yield b"\xd2\x84\x40\xa0\xc2\x5a\x00\x0f\xff\x00" + b"\xff" * 0xFFF00


TARGET = Target(run=_run, hostile=_hostile, mutate=mutation.of_cbor)
