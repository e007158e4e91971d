"""``signet audit export --as sep-records``, experimental: calls as SEP-2787 and SEP-2828 records."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypedDict

import click

from signet_vc.attestation.store import Record
from signet_vc.audit import Call
from signet_vc.audit.export import document_of
from signet_vc.codec import strict_json
from signet_vc.codec.digest import nonce_text
from signet_vc.codec.strict_json import JsonObject
from signet_vc.errors import Code, ProblemError
from signet_vc.keys.key_type import KeyType
from signet_vc.keys.signing import Key
from signet_vc.protocols import sep_records
from signet_vc.protocols.sep_records import Part

__all__ = ["exported_records"]

_NONCE_BYTES = 16


def exported_records(calls: Iterable[Call], key: Key) -> Iterator[bytes]:
    """Give an attestation a request and an outcome record an answer, each a line without its end.

    Signed with ``key``. Which calls have no place in them is told on standard error. Raises UsageError for a
    key that is not P-256, and for one that attested one of the calls.
    """
    left_out = Counter[str]()
    last: _Attested | None = None  # a request that has several answers is attested once
    for call in calls:
        try:
            lines, last = _records(call, key, last)
        except ProblemError as error:
            left_out[error.codes[0]] += 1
            continue
        yield from map(strict_json.dumps, lines)
    for code, count in left_out.items():
        click.echo(f"left out, since the records have no place for them: {count} ({code})", err=True)


class _Attested(NamedTuple):
    """A request's attestation; digest: of the request."""

    digest: str
    record: JsonObject


def _records(call: Call, key: Key, last: _Attested | None) -> tuple[list[JsonObject], _Attested]:
    """What a call is exported as, and its attestation, which may be the last one."""
    if call.request is None:
        raise ProblemError.of(Code.ATTESTATION_MISSING, "the call was unattested, or its request is not here")
    lines = []
    request = _part(call.request)
    by = _By(key_type=key.key_type, verification_method=key.verification_method)
    if last is None or last.digest != request.digest:
        to_sign = sep_records.attestation(request, **by)
        last = _Attested(request.digest, to_sign.finish(key.sign(to_sign.message)))
        lines.append(last.record)
    if call.response is not None:
        nonce = nonce_text(secrets.token_bytes(_NONCE_BYTES))
        answer = sep_records.outcome(request, _part(call.response), last.record, nonce=nonce, **by)
        if answer is not None:
            lines.append(answer.finish(key.sign(answer.message)))
    return lines, last


class _By(TypedDict):
    """Whose signature it is."""

    key_type: KeyType
    verification_method: str


def _part(record: Record) -> Part:
    return Part(document_of(record.secured) or {}, record.digest, record.values, record.salts)
