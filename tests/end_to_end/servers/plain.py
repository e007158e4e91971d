"""A server without any SDK, which answers lines with lines: for large ones, odd ones, and signals.

``plain.py NOTES [odd]``: every line that arrives is noted by its length and beginning. A call of ``size``
answers how many bytes its line had, of ``large`` with a text of that many characters; any other with its
arguments. ``odd`` writes, before each answer, what no server should.
"""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from typing import Any

notes = Path(sys.argv[1]).open("a", buffering=1)  # noqa: SIM115 - as long as the program
ODD = sys.argv[2:] == ["odd"]


def answered(message: dict[str, Any], length: int) -> Any:
    arguments = message["params"].get("arguments") or {}
    tool = message["params"]["name"]
    if tool == "size":
        return length
    return "x" * arguments["characters"] if tool == "large" else arguments


def on_signal(number: int, _: object) -> None:
    notes.write(f"signal {number}\n")
    raise SystemExit(40 + number)


def main() -> None:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, on_signal)
    notes.write("started\n")
    for line in sys.stdin.buffer:
        notes.write(f"{len(line)} {line[:60]!r}\n")
        message = json.loads(line)
        if ODD:
            sys.stdout.buffer.write(b"Serving ...\n\n{}\n[]\n")
            sys.stdout.buffer.write(
                b'{"jsonrpc":"2.0","id":%d,"result":{"a":1,"a":2}}\n' % (message["id"] + 1000)
            )
        result = {"content": [], "structuredContent": {"value": answered(message, len(line))}}
        answer = {"jsonrpc": "2.0", "id": message["id"], "result": result}
        sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")
        sys.stdout.buffer.flush()
    notes.write("end of input\n")


if __name__ == "__main__":
    main()
