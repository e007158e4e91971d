"""Store appends: a durable commit each, and twenty at once, against bare SQLite in the same mode."""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.cases import requests, seeded
from benchmarks.measure import Figure, percentile
from signet_vc import sign
from signet_vc.attestation.store import Claim, Record
from signet_vc.codec import jcs
from signet_vc.codec.digest import digest
from signet_vc.store import open_store

__all__ = ["figures"]

COUNT = 600
ROUNDS = 3


def figures() -> Iterator[Figure]:
    """``store/append`` (claim and record, one after the other) and ``store/append/20`` (twenty at once)."""
    with tempfile.TemporaryDirectory() as folder:
        for name, width in (("store/append", 1), ("store/append/20", 20)):
            ours, bare = [], []
            for turn in range(ROUNDS):
                where = Path(folder) / f"{width}-{turn}"
                ours.append(asyncio.run(_ours(f"sqlite:{where}.db", width, turn)))
                bare.append(_bare(f"{where}-bare.db", turn))
            mine, floor = percentile(ours, 0.5), percentile(bare, 0.5)
            yield Figure(name, 1 / mine, "1/s", 1 / floor)


async def _ours(url: str, width: int, turn: int) -> float:
    records = _records(turn)
    with open_store(url) as store:
        start = time.perf_counter()
        for first in range(0, COUNT, width):
            batch = records[first : first + width]
            kept = await asyncio.gather(*(store.record(record, claim=claim) for record, claim in batch))
            assert all(kept)
        return (time.perf_counter() - start) / COUNT


def _bare(path: str, turn: int) -> float:
    """One row a transaction, with the claim, in WAL mode and synchronous=FULL."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE record (digest TEXT PRIMARY KEY, secured TEXT)")
    connection.execute("CREATE TABLE claim (nonce TEXT PRIMARY KEY)")
    records = _records(turn)
    start = time.perf_counter()
    for record, claim in records:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO claim VALUES (?)", (claim.nonce,))
        connection.execute("INSERT INTO record VALUES (?, ?)", (record.digest, record.secured))
        connection.execute("COMMIT")
    elapsed = (time.perf_counter() - start) / COUNT
    connection.close()
    return elapsed


def _records(turn: int) -> list[tuple[Record, Claim]]:
    made = []
    now = time.time_ns()
    for number, (document, key) in enumerate(requests()[:COUNT]):
        text = jcs.canonicalize(sign(document, key)).decode()
        subject = document["credentialSubject"]
        record = Record(
            digest=digest(f"{turn} {text}".encode()),
            kind="request",
            received_at=now,
            secured=text,
            issuer=key.did,
            tool=subject["tool"],
        )
        claim = Claim(
            issuer=key.did,
            audience=subject["audience"],
            nonce=seeded(f"{turn} {number}", 16).hex(),
            valid_from=now,
            expires_at=now + 360 * 10**9,
        )
        made.append((record, claim))
    return made
