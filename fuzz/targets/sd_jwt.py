"""SD-JWT: a verdict for any token; well signed tokens with any digests and disclosures; issuing goes round.

A JSON text with ``disclosures`` is signed as it is, ``#0`` in it being the digest of the first. One with
``disclosable`` is issued, shown in part, and read.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from typing import Any

import orjson

from fuzz import mutation
from fuzz.signed import KEYS
from fuzz.target import Target, require, timed
from signet_vc.codec import jcs, strict_json
from signet_vc.codec.multibase import base64url_encode
from signet_vc.envelopes import jws, sd_jwt
from signet_vc.envelopes.sd_jwt_disclosures import digest_with, encode
from signet_vc.errors import ProblemError, UsageError

__all__ = ["TARGET"]

_AT = 1_700_000_000 * 10**9
_MIB = 1 << 20
_KEY = KEYS[0]
_HEADER = {"alg": "EdDSA", "kid": _KEY.verification_method}


def _run(data: bytes) -> None:
    value = None
    if data[:1] == b"{":
        with suppress(ProblemError):
            value = strict_json.loads(data)
    if not isinstance(value, dict):
        _read(data.decode(errors="surrogateescape"))
    elif isinstance(value.get("disclosable"), list):
        _issue(value.get("document"), [each for each in value["disclosable"] if isinstance(each, str)])
    else:
        with suppress(ProblemError):
            _read(_signed(value))


def _read(text: str) -> None:
    try:
        parsed = timed(sd_jwt.parse, text)
        require(parsed.bound + (parsed.key_binding or "") == text, "the parts are the whole")
        document = timed(sd_jwt.claims, parsed)
    except ProblemError:
        return
    sd_jwt.form_problems(parsed, document, strict=False)
    sd_jwt.notices(parsed, document)
    with suppress(ProblemError):
        timed(sd_jwt.signature_problems, parsed, document, controller=_KEY.did, at_ns=_AT)
    for required in (False, True):
        timed(
            sd_jwt.key_binding_problems,
            parsed,
            audience="a",
            nonce="n",
            at_ns=_AT,
            skew_ns=0,
            required=required,
        )
    whole = timed(sd_jwt.present, text, None)
    require(sd_jwt.claims(sd_jwt.parse(whole)) == document, "to show everything shows the same")
    require(sd_jwt.claims(sd_jwt.parse(sd_jwt.present(text, []))) is not None, "nothing need be shown")
    with suppress(ProblemError, UsageError):
        timed(sd_jwt.bind, text, key_type=_KEY.key_type, audience="a", nonce="n", issued_at=_AT)


def _issue(document: Any, disclosable: list[str]) -> None:
    if not isinstance(document, dict):
        return
    numbers = count()

    def salts() -> str:
        return base64url_encode(next(numbers).to_bytes(16, "big"))

    try:
        to_sign = timed(
            sd_jwt.prepare,
            document,
            key_type=_KEY.key_type,
            verification_method=_KEY.verification_method,
            disclosable=disclosable,
            salts=salts,
        )
    except (ProblemError, UsageError):
        return
    text = to_sign.finish(_KEY.sign(to_sign.message))
    parsed = sd_jwt.parse(text)
    shown = sd_jwt.claims(parsed)
    require(jcs.canonicalize(shown) == jcs.canonicalize(document), "what was concealed is there again")
    for path in disclosable:
        sd_jwt.claims(sd_jwt.parse(timed(sd_jwt.present, text, [path])))
    _read(text)


def _signed(value: dict[str, Any]) -> str:
    """A token of ours over ``payload``, and the disclosures, each text or the contents of one."""
    listed = value.get("disclosures")
    texts: list[str] = []
    for each in listed if isinstance(listed, list) else []:
        texts.append(each if isinstance(each, str) else encode(_with_digests([each], texts)))
    payload = _with_digests(value.get("payload"), texts)
    to_sign = jws.prepare(strict_json.dumps(payload), _HEADER)
    end = value.get("key_binding")
    bound = "~".join([to_sign.finish(_KEY.sign(to_sign.message)), *texts, ""])
    return bound + (end if isinstance(end, str) else "")


def _with_digests(value: Any, texts: list[str]) -> Any:
    if isinstance(value, dict):
        return {name: _with_digests(item, texts) for name, item in value.items()}
    if isinstance(value, list):
        return [_with_digests(item, texts) for item in value]
    if isinstance(value, str) and value[:1] == "#" and value[1:].isdecimal() and value[1:].isascii():
        text = texts[int(value[1:4]) % len(texts)] if texts else ""
        return digest_with("sha-256", text) if text.isascii() else value
    return value


def _hostile() -> Iterator[bytes]:
    head = b"eyJhbGciOiJFZERTQSJ9.e30.AA"
    yield head + b"~" * (_MIB - len(head))
    yield head + b"~W10" * ((_MIB - len(head)) // 4)
    yield head + b"~" + b"A" * (_MIB - len(head) - 1)
    members = [["s" * 22, f"m{number}", number] for number in range(4000)]
    digests = [f"#{number}" for number in range(1000)]
    yield orjson.dumps({"payload": {"_sd": digests}, "disclosures": members})
    nested: list[Any] = [["s" * 22, "deepest", 1]]
    nested += [["s" * 22, "within", {"_sd": [f"#{number}"]}] for number in range(70)]
    yield orjson.dumps({"payload": {"_sd": ["#70"]}, "disclosures": nested})


TARGET = Target(run=_run, hostile=_hostile, mutate=mutation.of_token)
