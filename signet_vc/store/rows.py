"""Records, claims and refusals as rows of the database, and back."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any, Final

from signet_vc.attestation.store import Claim, Record, RefusedCall
from signet_vc.codec import strict_json
from signet_vc.errors import Code, ProblemError, UnavailableError, UsageError
from signet_vc.limits import DEFAULT_LIMITS

__all__ = [
    "RECORD_COLUMNS",
    "REFUSAL_COLUMNS",
    "claim_nonce",
    "claim_row",
    "insert_record",
    "insert_refusal",
    "pin_subject",
    "record_of",
    "record_row",
    "refusal_of",
    "refusal_row",
]

Row = tuple[Any, ...]

RECORD_COLUMNS: Final = (
    "digest, kind, received_at, secured, jws, salts, committed, issuer, tool, outcome, request_digest"
)
REFUSAL_COLUMNS: Final = "at, side, tool, codes, detail"

_MAX_REFUSALS: Final = 100_000  # anybody can cause them: bounds the file, oldest dropped first
_PRUNED_AT_ONCE: Final = 4  # more than the one that comes, so that expired claims never pile up
# Claims are kept a while longer than they must be: a clock may be set back, and another instance of the
# audience may be configured with a larger skew.
_GRACE: Final = 600 * 1_000_000_000
_MAX_INTEGER: Final = 2**63 - 1
_MAX_VALUES_BYTES: Final = 2 * DEFAULT_LIMITS.message_bytes


# -- rows ------------------------------------------------------------------------------------------


def record_row(record: Record) -> Row:
    """A record in the order of RECORD_COLUMNS.

    Raises ProblemError for values that are no JSON, UsageError for text or a time that cannot be kept.
    """
    return (
        _text(record.digest),
        record.kind,
        _integer(record.received_at),
        _text(record.secured),
        None if record.jws is None else _text(record.jws),
        _json(record.salts),
        _json(record.values),
        _text(record.issuer),
        _text(record.tool),
        None if record.outcome is None else _text(str(record.outcome)),
        None if record.request_digest is None else _text(record.request_digest),
    )


def record_of(row: Row) -> Record:
    """The record of a row. Raises UnavailableError if the row was damaged."""
    digest, kind, received_at, secured, jws, salts, committed, issuer, tool, outcome, request_digest = row
    try:
        return Record(
            digest=digest,
            kind=kind,
            received_at=received_at,
            secured=secured,
            jws=jws,
            salts=_object(salts),
            values=_object(committed),
            issuer=issuer,
            tool=tool,
            outcome=outcome,
            request_digest=request_digest,
        )
    except ProblemError as error:
        raise UnavailableError(f"the store is damaged: what {digest} commits to is no JSON") from error


def claim_row(claim: Claim) -> Row:
    """A claim in the order of its columns. Raises UsageError for text that cannot be kept."""
    expires_at = min(claim.expires_at, _MAX_INTEGER)
    return (_text(claim.issuer), _text(claim.audience), _text(claim.nonce), expires_at)


def refusal_row(refused: RefusedCall) -> Row:
    """A refusal in the order of REFUSAL_COLUMNS. What a stranger sent never makes recording it fail."""
    return (
        max(-_MAX_INTEGER, min(refused.at, _MAX_INTEGER)),
        refused.side,
        _printable(refused.tool),
        _printable(",".join(refused.codes)),
        _printable(refused.detail),
    )


def refusal_of(row: Row) -> RefusedCall:
    """The refusal of a row."""
    at, side, tool, codes, detail = row
    return RefusedCall(
        at=at, side=side, tool=tool, codes=tuple(filter(None, codes.split(","))), detail=detail
    )


# -- statements, each inside a transaction ---------------------------------------------------------

_INSERT_RECORD: Final = (
    f"INSERT INTO record ({RECORD_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"  # noqa: S608 - a constant
)
_INSERT_CLAIM: Final = "INSERT INTO claim VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
_PRUNE_CLAIMS: Final = """DELETE FROM claim WHERE (issuer, audience, nonce) IN
    (SELECT issuer, audience, nonce FROM claim WHERE expires_at < ? ORDER BY expires_at LIMIT ?)"""
_INSERT_REFUSAL: Final = f"INSERT INTO refusal ({REFUSAL_COLUMNS}) VALUES (?, ?, ?, ?, ?)"  # noqa: S608 - a constant
_PRUNE_REFUSALS: Final = "DELETE FROM refusal WHERE position <= ?"


def insert_record(connection: sqlite3.Connection, row: Row) -> None:
    """Keep a record unless its digest is there."""
    connection.execute(_INSERT_RECORD, row)


def claim_nonce(connection: sqlite3.Connection, row: Row, *, now: int) -> bool:
    """Claim a nonce; False if it is claimed. Drops a few claims that expired long before ``now`` (ns).

    An unexpired claim is never dropped: what bounds their number is the disk, and a full disk refuses
    the call.
    """
    if connection.execute(_INSERT_CLAIM, row).rowcount == 0:
        return False
    connection.execute(_PRUNE_CLAIMS, (now - _GRACE, _PRUNED_AT_ONCE))
    return True


def insert_refusal(connection: sqlite3.Connection, row: Row) -> None:
    """Keep a refusal, and drop the oldest beyond the bound."""
    position = connection.execute(_INSERT_REFUSAL, row).lastrowid or 0
    connection.execute(_PRUNE_REFUSALS, (position - _MAX_REFUSALS,))


def pin_subject(connection: sqlite3.Connection, subject: str, did: str) -> str:
    """Pin ``did`` unless one is pinned; the pinned one."""
    connection.execute("INSERT INTO pin VALUES (?, ?) ON CONFLICT DO NOTHING", (subject, did))
    pinned: str = connection.execute("SELECT did FROM pin WHERE subject = ?", (subject,)).fetchone()[0]
    return pinned


# -- values ----------------------------------------------------------------------------------------


def _text(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise UsageError("a record holds text with a lone surrogate") from error
    return text


def _printable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()


def _integer(value: int) -> int:
    if not -_MAX_INTEGER <= value <= _MAX_INTEGER:
        raise UsageError("a time outside of the years 1678 to 2262")
    return value


def _json(members: Mapping[str, Any]) -> str | None:
    return strict_json.dumps(dict(members)).decode() if members else None


def _object(text: str | None) -> Mapping[str, Any]:
    if text is None:
        return {}
    value = strict_json.loads(text, max_bytes=_MAX_VALUES_BYTES)
    if not isinstance(value, dict):
        raise ProblemError.of(Code.MALFORMED_JSON, "not an object")
    return value
