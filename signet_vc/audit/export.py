"""Records as JSON Lines, both ways. INTERFACES, ``signet audit``.

``{"digest", "kind", "receivedAt", "secured", "salts", "values"}``, and ``jws`` where the credential is
secured both ways. ``secured`` and ``jws`` are the exact stored texts; ``salts`` and ``values``, which are
confidential, may be left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from signet_vc.attestation.store import Record
from signet_vc.codec import strict_json
from signet_vc.codec.digest import is_digest, is_nonce
from signet_vc.codec.strict_json import JsonObject
from signet_vc.codec.timestamps import format_ms, parse
from signet_vc.credential.model import issuer_of
from signet_vc.envelopes import jws, vc_jwt
from signet_vc.errors import Code, ProblemError
from signet_vc.limits import DEFAULT_LIMITS, Limits

__all__ = ["document_of", "export_line", "is_export", "parse_line", "request_digest_of"]

_REQUIRED: Final = frozenset({"digest", "kind", "receivedAt", "secured"})
_KINDS: Final[dict[str, Literal["request", "response"]]] = {"request": "request", "response": "response"}


def export_line(record: Record, *, with_salts: bool = True) -> bytes:
    """One record on one line, without its end. ``with_salts`` False leaves salts and values out."""
    line: JsonObject = {
        "digest": record.digest,
        "kind": record.kind,
        "receivedAt": format_ms(record.received_at),
        "secured": record.secured,
    }
    if record.jws is not None:
        line["jws"] = record.jws
    if with_salts:
        line["salts"] = dict(record.salts)
        line["values"] = dict(record.values)
    return strict_json.dumps(line)


def is_export(first_line: bytes) -> bool:
    """Whether a file that begins with this line is an export."""
    if not first_line.lstrip().startswith(b"{"):
        return False
    try:
        value = _loads(first_line, DEFAULT_LIMITS)
    except ProblemError:
        return False
    return isinstance(value, dict) and value.keys() >= _REQUIRED


def parse_line(line: bytes | str, *, limits: Limits = DEFAULT_LIMITS) -> Record:
    """Read a line of an export. Whether the record is what it says is for ``judge`` to find out.

    Raises:
        ProblemError: no strict JSON; UNKNOWN_FORMAT for what is no record; INVALID_CREDENTIAL for a
            member that cannot be, at its pointer.
    """
    value = _loads(line, limits)
    if not isinstance(value, dict) or not value.keys() >= _REQUIRED:
        raise ProblemError.of(Code.UNKNOWN_FORMAT, "no record of an export of signet audit")
    received_at = parse(value["receivedAt"])
    kind = _KINDS.get(value["kind"]) if isinstance(value["kind"], str) else None
    _demand(is_digest(value["digest"]), "digest", "no digest")
    _demand(isinstance(value["secured"], str), "secured", "not the text of a credential")
    _demand(isinstance(value.get("jws", ""), str), "jws", "not the text of a JWS")
    salts = _member(value, "salts")
    for name, salt in salts.items():
        _demand(is_nonce(salt), f"salts/{name}", "not u + base64url of 16 bytes")
    if kind is None:
        raise ProblemError.of(Code.INVALID_CREDENTIAL, "neither request nor response", "/kind")
    if received_at is None:
        raise ProblemError.of(Code.INVALID_CREDENTIAL, "no time", "/receivedAt")
    document = document_of(value["secured"]) or {}
    subject = document.get("credentialSubject")
    subject = subject if isinstance(subject, dict) else {}
    return Record(
        digest=value["digest"],
        kind=kind,
        received_at=received_at,
        secured=value["secured"],
        jws=value.get("jws"),
        salts=salts,
        values=_member(value, "values"),
        issuer=issuer_of(document) or "",
        tool=_text(subject.get("tool")) or "",
        outcome=_text(subject.get("outcome")),
        request_digest=request_digest_of(subject),
    )


def document_of(secured: str) -> JsonObject | None:
    """The document that a stored text secures, without proof and without any check; None if there is none."""
    try:
        if not secured.startswith("{"):
            return vc_jwt.claims(jws.parse(secured))
        credential = strict_json.loads(secured)
    except ProblemError:
        return None
    return {name: value for name, value in credential.items() if name != "proof"}


def request_digest_of(subject: Mapping[str, Any]) -> str | None:
    """The digest of the request that a response's subject says it answers."""
    request = subject.get("request")
    return _text(request.get("digestMultibase")) if isinstance(request, dict) else None


def _loads(line: bytes | str, limits: Limits) -> Any:
    # A value was a part of one message; beside it stand a credential and a JWS, escaped.
    return strict_json.loads(line, max_bytes=2 * limits.message_bytes, max_depth=limits.message_depth)


def _member(value: JsonObject, name: str) -> JsonObject:
    member = value.get(name, {})
    _demand(isinstance(member, dict), name, "not an object")
    found: JsonObject = member
    return found


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _demand(holds: bool, member: str, otherwise: str) -> None:  # noqa: FBT001 - the condition itself
    if not holds:
        raise ProblemError.of(Code.INVALID_CREDENTIAL, otherwise, f"/{member}")
