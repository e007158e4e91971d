"""A process that forks while its store's thread is in a transaction, another's work in the queue behind it.

Prints what the child answers: whether it could write, and what was in its queue.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
import threading
import time
from pathlib import Path

from store_samples import request

from signet_vc.store.sqlite import SqliteStore

path = Path(sys.argv[1])
store = SqliteStore(path)
SLOW = 0.5


def in_thread(work: object) -> threading.Thread:
    thread = threading.Thread(target=lambda: asyncio.run(work))
    thread.start()
    return thread


def slow(connection: sqlite3.Connection) -> None:
    begun.set()
    time.sleep(SLOW)


begun = threading.Event()
threads = [in_thread(store._commits.run(slow))]
begun.wait()
threads.append(in_thread(store.record(request(1))))
while not store._commits._queue:
    time.sleep(0.001)
if child := os.fork():
    _, status = os.waitpid(child, 0)
    for thread in threads:
        thread.join()
    store.close()
    sys.exit(os.waitstatus_to_exitcode(status))
inherited = len(store._commits._queue)
asyncio.run(store.record(request(2)))
sys.stdout.write(f"{inherited}\n")  # and it ends like any program, closing the store
