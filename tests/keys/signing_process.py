"""A signer in a process of its own: hexadecimal lines in, hexadecimal lines out.

First line out: type and public key. Then a signature for each message, until the input ends.
"""

from __future__ import annotations

import os
import sys

from signet_vc.keys.signing import Key


def main(name: str) -> None:
    key = Key.from_secret(name, bytes.fromhex(os.environ["REMOTE_SECRET"]))
    _write(f"{key.key_type.name} {key.public_key.raw.hex()}")
    for line in sys.stdin:
        _write(key.sign(bytes.fromhex(line)).hex())


def _write(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
