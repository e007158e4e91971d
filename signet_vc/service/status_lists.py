"""The status lists of an issuer: which entry each credential has, what it says, and the list to publish.

Kept in SQLite: what was given out and what was set must outlive the process, or a revoked credential is
valid again. One process keeps a file; another that opens it is refused.

Spec: VC-BITSTRING-STATUS-LIST §§2, 3.1 (Recommendation of 15 May 2025).
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from secrets import randbelow
from threading import RLock
from typing import Final, NamedTuple

from signet_vc import api
from signet_vc.codec import strict_json
from signet_vc.codec.strict_json import JsonObject
from signet_vc.codec.timestamps import format_s
from signet_vc.credential import status_issuing, status_list
from signet_vc.errors import UnavailableError, UsageError
from signet_vc.keys.signing import Signer

__all__ = ["PURPOSES", "StatusEntries", "StatusLists"]

PURPOSES: Final = ("revocation", "suspension")
_TTL_MS: Final = 300_000
_FRESH_NS: Final = 3600 * 1_000_000_000  # a list that nothing changes is signed anew each hour
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS entries (
  issuer TEXT NOT NULL, number INTEGER NOT NULL, position INTEGER NOT NULL, credential TEXT,
  PRIMARY KEY (issuer, number, position)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS credentials ON entries (issuer, credential) WHERE credential IS NOT NULL;
CREATE TABLE IF NOT EXISTS changes (
  issuer TEXT NOT NULL, purpose TEXT NOT NULL, number INTEGER NOT NULL, position INTEGER NOT NULL,
  PRIMARY KEY (issuer, purpose, number, position)
) WITHOUT ROWID;
"""


class StatusEntries:
    """The table behind all lists of a service: a file, or memory. Called from any thread."""

    def __init__(self, path: Path | None) -> None:
        """Open, or make, the file; None keeps nothing. Raises UsageError where that cannot be."""
        self._lock = RLock()
        try:
            self._connection = sqlite3.connect(
                ":memory:" if path is None else path, check_same_thread=False, isolation_level=None, timeout=1
            )
            self._connection.executescript(
                "PRAGMA locking_mode=EXCLUSIVE; PRAGMA synchronous=FULL;" + _SCHEMA
            )
            self._connection.executescript("BEGIN EXCLUSIVE; COMMIT;")
        except sqlite3.Error as error:
            raise UsageError(
                f"the file of the status lists cannot be used: {error}; another process may keep it"
            ) from error

    @contextmanager
    def using(self) -> Iterator[sqlite3.Connection]:
        """Give the connection for one transaction. Raises UnavailableError where the file fails."""
        with self._lock:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                try:
                    yield self._connection
                except BaseException:
                    self._connection.execute("ROLLBACK")
                    raise
                self._connection.execute("COMMIT")
            except sqlite3.Error as error:
                raise UnavailableError("the file of the status lists failed") from error

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()


class _Published(NamedTuple):
    signed_ns: int
    text: bytes


class StatusLists:
    """The lists of one issuer, one a purpose for each 131,072 credentials."""

    def __init__(
        self,
        entries: StatusEntries,
        *,
        name: str,
        key: Signer,
        base: str,
        purposes: Sequence[str] = ("revocation",),
    ) -> None:
        """Take where they are kept, and where they are found: under ``base``, an https URL, by ``name``."""
        if not base.startswith("https://"):
            raise UsageError("status lists are found under https alone")
        self._entries = entries
        self._name = name
        self._key = key
        self._base = f"{base}/status-lists/"
        self._purposes = tuple(purposes)
        self._published: dict[str, _Published] = {}
        self._lock = RLock()

    def allot(self, credential: str | None) -> list[JsonObject]:
        """Give a credential its entries, one a purpose at the same index.

        credential: an identifier by which its status can be changed later.
        """
        with self._entries.using() as connection:
            number, position = self._free(connection)
            connection.execute(
                "INSERT INTO entries VALUES (?, ?, ?, ?)", (self._name, number, position, credential)
            )
        return [
            status_issuing.entry(list_url=self._url(purpose, number), index=position, purpose=purpose)
            for purpose in self._purposes
        ]

    def release(self, entries: Sequence[JsonObject]) -> None:
        """Take entries back that no credential came to have."""
        if not entries:
            return
        position = int(entries[0]["statusListIndex"])
        number = self._number(entries[0]["statusListCredential"], self._purposes[0])
        with self._entries.using() as connection:
            connection.execute(
                "DELETE FROM entries WHERE issuer = ? AND number = ? AND position = ?",
                (self._name, number, position),
            )

    def _free(self, connection: sqlite3.Connection) -> tuple[int, int]:
        """Draw an entry that nobody has: its place must tell nothing of when it was given out."""
        (number, count) = connection.execute(
            "SELECT number, COUNT(*) FROM entries WHERE issuer = ? GROUP BY number "
            "ORDER BY number DESC LIMIT 1",
            (self._name,),
        ).fetchone() or (0, 0)
        if (
            count >= status_list.MINIMUM_ENTRIES // 2
        ):  # half full: drawing stays quick, and places stay random
            number += 1
        while True:
            position = randbelow(status_list.MINIMUM_ENTRIES)
            taken = connection.execute(
                "SELECT 1 FROM entries WHERE issuer = ? AND number = ? AND position = ?",
                (self._name, number, position),
            ).fetchone()
            if taken is None:
                return number, position

    def change(
        self,
        credential: str | None,
        purpose: str,
        *,
        on: bool,
        url: str | None = None,
        index: int | None = None,
    ) -> int:
        """Set or clear a status. Tell how many entries have it: 0 where there is no such credential.

        credential: as it was allotted; or url and index: of its entry; where both are told they must agree.
        Raises UsageError for a purpose that is not kept, and for taking back what is for good.
        """
        if purpose not in self._purposes:
            raise UsageError(f"the purposes that are kept here are {', '.join(self._purposes)}")
        if not on and purpose == "revocation":
            raise UsageError("a revocation is for good; what can be taken back is a suspension")
        with self._entries.using() as connection:
            found = self._entries_of(connection, credential, purpose, url, index)
            for number, position in found:
                statement = (
                    "INSERT OR IGNORE INTO changes VALUES (?, ?, ?, ?)"
                    if on
                    else "DELETE FROM changes "
                    "WHERE issuer = ? AND purpose = ? AND number = ? AND position = ?"
                )
                connection.execute(statement, (self._name, purpose, number, position))
        with self._lock:
            self._published.clear()
        return len(found)

    def _entries_of(
        self,
        connection: sqlite3.Connection,
        credential: str | None,
        purpose: str,
        url: str | None,
        index: int | None,
    ) -> list[tuple[int, int]]:
        where, values = "issuer = ?", [self._name]
        if credential is not None:
            where, values = where + " AND credential = ?", [*values, credential]
        if url is not None or index is not None:
            number = self._number(url, purpose)
            if number is None or index is None:
                return []
            return list(
                connection.execute(
                    f"SELECT number, position FROM entries WHERE {where} AND number = ? AND position = ?",  # noqa: S608 - of constants
                    (*values, number, index),
                )
            )
        if credential is None:
            return []
        return list(connection.execute(f"SELECT number, position FROM entries WHERE {where}", values))  # noqa: S608 - as above

    def _url(self, purpose: str, number: int) -> str:
        return f"{self._base}{self._name}-{purpose}-{number}"

    def _number(self, url: str | None, purpose: str) -> int | None:
        text = (url or "").removeprefix(f"{self._base}{self._name}-{purpose}-")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None  # noqa: PLR2004 - 10^9 lists

    def publish(self, name: str, *, now_ns: int | None = None) -> bytes | None:
        """Give the secured list credential that is found under ``name``; None where there is no such list."""
        now_ns = time.time_ns() if now_ns is None else now_ns
        with self._lock:
            kept = self._published.get(name)
            if kept is not None and now_ns - kept.signed_ns < _FRESH_NS:
                return kept.text
            found = self._read(name)
            if found is None:
                return None
            purpose, bits = found
            credential = status_issuing.list_credential(
                id=self._base + name,
                issuer=self._key.verification_method.partition("#")[0],
                purposes=purpose,
                encoded=status_list.encode(bits),
                valid_from=format_s(now_ns),
                ttl=_TTL_MS,
            )
            text = strict_json.dumps(api.sign(credential, self._key))
            self._published[name] = _Published(now_ns, text)
            return text

    def _read(self, name: str) -> tuple[str, bytearray] | None:
        for purpose in self._purposes:
            number = self._number(self._base + name, purpose)
            if number is None or name != f"{self._name}-{purpose}-{number}":
                continue
            with self._entries.using() as connection:
                (last,) = connection.execute(
                    "SELECT COALESCE(MAX(number), 0) FROM entries WHERE issuer = ?", (self._name,)
                ).fetchone()
                if number > last:
                    return None
                bits = status_list.new_list()
                for (position,) in connection.execute(
                    "SELECT position FROM changes WHERE issuer = ? AND purpose = ? AND number = ?",
                    (self._name, purpose, number),
                ):
                    status_list.set(bits, position, 1)
            return purpose, bits
        return None

    def load(self, url: str) -> bytes | None:
        """Give the list at its whole address; None where that is none of these."""
        return self.publish(url.removeprefix(self._base)) if url.startswith(self._base) else None
