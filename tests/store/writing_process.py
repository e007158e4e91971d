"""A process that writes to a store, for the tests of several processes and of their sudden end.

``write PATH NAME COUNT``: COUNT coroutines record requests with their claims, without end; the digest of
each is printed when it was acknowledged, and not before. ``claim PATH NUMBER``: once a line comes in,
claims a nonce, and prints whether it could. ``open PATH``: once a line comes in, makes the store.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from store_samples import claim, request, response

from signet_vc.store.sqlite import SqliteStore


async def write(path: str, name: str, count: str) -> None:
    store = SqliteStore(Path(path), busy_timeout=60.0)

    async def worker(worker_number: int) -> None:
        for number in range(1_000_000):
            nonce = int.from_bytes(f"{name}{worker_number:03}{number:06}".encode()[-16:])
            asked = request(f"{name} {worker_number} {number}")
            assert await store.record(asked, claim=claim(nonce))
            os.write(1, f"{asked.digest} {nonce}\n".encode())
            answer = response(f"answer to {asked.digest}", request_digest=asked.digest)
            assert await store.record(answer)
            os.write(1, f"{answer.digest} -\n".encode())

    await asyncio.gather(*(worker(n) for n in range(int(count))))


async def claim_once(path: str, number: str) -> None:
    store = SqliteStore(Path(path), busy_timeout=60.0)
    os.write(1, b"ready\n")
    sys.stdin.readline()
    claimed = await store.record(request(f"by {os.getpid()}"), claim=claim(int(number)))
    os.write(1, str(claimed).encode())


async def open_first(path: str) -> None:
    os.write(1, b"ready\n")
    sys.stdin.readline()
    with SqliteStore(Path(path), busy_timeout=60.0) as store:
        kept = await store.record(request(f"by {os.getpid()}"))
        os.write(1, str(kept).encode())


if __name__ == "__main__":
    what = {"write": write, "claim": claim_once, "open": open_first}[sys.argv[1]]
    asyncio.run(what(*sys.argv[2:]))
