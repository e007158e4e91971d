"""What the adapters in Python share: the loop over lines, and the keys that did:key identifiers spell.

The standard library alone, and nothing of signet-vc: what is put to an implementation is the case as it
stands in its file.
"""

from __future__ import annotations

import importlib.metadata
import json
import logging
import sys
import warnings
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable
from typing import Any, TypeAlias

__all__ = ["Case", "Refused", "Unsupported", "data", "did_key", "jwk_of_did", "serve", "text"]

Case: TypeAlias = dict[str, Any]
_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_MOST = 280


class Refused(Exception):  # noqa: N818 - a verdict, no error
    """The implementation refuses the case, and says so without an exception of its own."""


class Unsupported(Exception):  # noqa: N818 - a verdict, no error
    """The implementation does not take cases of this form; nothing is said of the case."""


def serve(distribution: str, judges: dict[str, Callable[[Case], dict[str, Any] | None]]) -> None:
    """Answer each case on standard input with a verdict on standard output.

    A judge returns where the implementation accepts, with values to be compared if it states any; whatever
    it raises is a refusal, and what it says of it the reason.
    """
    warnings.simplefilter("ignore")
    logging.disable()
    answers, sys.stdout = sys.stdout, sys.stderr  # what a library prints is no answer
    _write(answers, {"name": distribution, "version": importlib.metadata.version(distribution)})
    for line in sys.stdin.buffer:
        case = json.loads(line)
        _write(answers, {"id": case["id"], **_verdict(judges.get(case["kind"]), case)})


def _verdict(judge: Callable[[Case], dict[str, Any] | None] | None, case: Case) -> dict[str, Any]:
    if judge is None:
        return {"verdict": "unsupported", "reason": "no such kind here"}
    try:
        return {"verdict": "accept", "values": judge(case) or {}}
    except Unsupported as said:
        return {"verdict": "unsupported", "reason": str(said)}
    except Exception as error:  # noqa: BLE001 - an implementation may refuse with anything
        return {"verdict": "reject", "reason": f"{type(error).__name__}: {error}"[:_MOST]}


def _write(file: Any, value: dict[str, Any]) -> None:
    file.write(json.dumps(value) + "\n")
    file.flush()


def data(value: Any) -> bytes:
    """Bytes of an input: its text, or what its base64 encodes."""
    return value.encode() if isinstance(value, str) else b64decode(value["base64"])


def text(value: Any) -> str:
    """Text of an input, for an implementation that takes nothing else."""
    return data(value).decode()


# -- did:key ---------------------------------------------------------------------------------------------

_TYPES = {b"\xed\x01": "Ed25519", b"\x80\x24": "P-256", b"\x81\x24": "P-384", b"\x82\x24": "P-521"}


def did_key(did: str) -> tuple[str, bytes]:
    """The type and the bytes of a did:key's key, compressed for the NIST curves."""
    if not did.startswith("did:key:z"):
        raise Unsupported("no did:key")
    number = 0
    for letter in did.removeprefix("did:key:z").partition("#")[0]:
        number = number * 58 + _ALPHABET.index(letter)
    raw = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return _TYPES[raw[:2]], raw[2:]


def jwk_of_did(did: str) -> dict[str, str]:
    """The public key of a did:key as a JWK."""
    kind, raw = did_key(did)
    if kind == "Ed25519":
        return {"kty": "OKP", "crv": kind, "x": _base64url(raw)}
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415 - for these keys alone

    curve = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1()}[kind]
    point = ec.EllipticCurvePublicKey.from_encoded_point(curve, raw).public_numbers()
    size = (curve.key_size + 7) // 8
    x, y = (_base64url(each.to_bytes(size, "big")) for each in (point.x, point.y))
    return {"kty": "EC", "crv": kind, "x": x, "y": y}


def _base64url(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()
