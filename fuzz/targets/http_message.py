"""HTTP messages: read or refused, and read again as written; a verdict for any; what is signed verifies.

A message without a signature is signed as UCP demands, where that can be done, and must verify then. One
whose ``Signature`` is empty bytes is signed over what its ``Signature-Input`` says.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

import orjson

from fuzz import mutation
from fuzz.signed import KEYS
from fuzz.target import Target, require, timed
from signet_vc import Policy, verify
from signet_vc.errors import ProblemError, UsageError
from signet_vc.protocols import ucp, ucp_keys
from signet_vc.protocols.http_components import signature_base
from signet_vc.protocols.http_message import HttpRequest, Message, looks_like, read, write
from signet_vc.protocols.http_signatures import candidates
from signet_vc.protocols.structured_fields import write_byte_sequence

__all__ = ["TARGET"]

_AT = datetime(2026, 3, 30, tzinfo=UTC)
_KEY = KEYS[0]
_PROFILE = "https://platform.example/.well-known/ucp"
_KIB = 1 << 10


class _Profiles:
    def load(self, url: str) -> bytes:
        require(url == _PROFILE, "nothing is loaded but what the policy names")
        return orjson.dumps({"keys": [ucp_keys.published(_KEY.public_key, kid="k")]})


_POLICY = Policy(allowed_signers=[_PROFILE], loader=_Profiles())


def _run(data: bytes) -> None:
    require((result := timed(verify, data, _POLICY, at=_AT)) is not None, "a verdict")
    require((result.document is None) is bool(result.problems), "a document, or a problem")
    try:
        message = timed(read, data)
    except ProblemError:
        return
    require(looks_like(data), "what is read is told by its first line")
    require(write(read(write(message))) == write(message), "what is written is read as the same")
    if message.field("signature") == "s=::":
        _signed_as_it_says(message)
    elif message.field("signature") is None:
        _signed_as_demanded(message)


def _signed_as_demanded(message: Message) -> None:
    sign = ucp.sign_request if isinstance(message, HttpRequest) else ucp.sign_response
    with suppress(UsageError):
        signed = sign(message, _KEY, keyid="k")  # type: ignore[arg-type] # each with its own kind of message
        again = timed(verify, write(signed), _POLICY, at=_AT)
        named = message.field("ucp-agent") is not None or message.field("signature-agent") is not None
        require(again.verified or named, "what is signed verifies")


def _signed_as_it_says(message: Message) -> None:
    """Whatever it covers: what a gate must refuse, though the signature fits."""
    try:
        (candidate,) = candidates(message)
        base = timed(signature_base, message, candidate.covered)
    except (ProblemError, ValueError):
        return
    value = f"s={write_byte_sequence(_KEY.sign(base.encode('ascii')))}"
    fields = tuple((name, value if name.lower() == "signature" else given) for name, given in message.fields)
    result = timed(verify, write(replace(message, fields=fields)), _POLICY, at=_AT)
    if result.verified and result.document is not None:
        required = (
            ['"@method"', '"@authority"', '"@path"'] if isinstance(message, HttpRequest) else ['"@status"']
        )
        lines = result.document["signatureBase"].split("\n")
        for each in required:
            require(any(line.startswith(f"{each}: ") for line in lines), f"{each} is covered")


def _hostile() -> Iterator[bytes]:
    head = b"GET / HTTP/1.1\r\nHost: a.example\r\n"
    yield head + b"\r\n" + b"x" * (1 << 20)
    yield head + b"X: y\r\n" * 10_000 + b"\r\n"
    yield head + b"X: " + b"y" * (63 * _KIB) + b"\r\n\r\n"
    yield b"GET /" + b"?" * (63 * _KIB) + b" HTTP/1.1\r\nHost: a.example\r\n\r\n"
    yield b"A" * (1 << 20)
    inputs = b", ".join(b's%d=("x";key="k%d" "@query");keyid="k"' % (each, each) for each in range(8))
    values = b", ".join(b"s%d=:AA==:" % each for each in range(8))
    members = b", ".join(b"k%d" % each for each in range(4000))
    yield (
        head
        + b"X: "
        + members
        + b"\r\nSignature-Input: "
        + inputs
        + b"\r\nSignature: "
        + values
        + b"\r\n\r\n"
    )
    covered = b" ".join(b'"@query-param";name="%d"' % each for each in range(64))
    query = b"&".join(b"%d=%%41" % each for each in range(6000))
    yield (
        b"GET /?"
        + query
        + b" HTTP/1.1\r\nHost: a.example\r\nSignature-Input: s=("
        + covered
        + b")\r\nSignature: s=::\r\n\r\n"
    )
    for value in (
        b"(" * 30_000,
        b'("' + b"\\\\" * 15_000,
        b":" + b"A" * 30_000,
        b";" * 30_000,
        b"a," * 15_000,
    ):
        yield head + b"Signature-Input: s=" + value + b"\r\nSignature: s=:AA==:\r\n\r\n"


TARGET = Target(run=_run, hostile=_hostile, mutate=mutation.of_token)
