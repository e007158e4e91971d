"""A hop between two proxies that takes out of each message the members that are named, wherever they stand.

``python stripping_hop.py NAME,NAME… -- COMMAND ARGS…``
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from typing import IO, Any


def main(names: str, _: str, *command: str) -> int:
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert server.stdin is not None
    assert server.stdout is not None
    stripped = frozenset(names.split(","))
    answers = threading.Thread(target=relay, args=(server.stdout, sys.stdout.buffer, stripped))
    answers.start()
    relay(sys.stdin.buffer, server.stdin, stripped)
    server.stdin.close()
    answers.join()
    return server.wait()


def relay(source: IO[bytes], sink: IO[bytes], names: frozenset[str]) -> None:
    for line in source:
        sink.write(json.dumps(without(json.loads(line), names)).encode() + b"\n")
        sink.flush()


def without(value: Any, names: frozenset[str]) -> Any:
    if isinstance(value, dict):
        return {name: without(member, names) for name, member in value.items() if name not in names}
    return [without(member, names) for member in value] if isinstance(value, list) else value


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
