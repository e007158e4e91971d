"""Digital Bazaar's ``@digitalbazaar/vc`` in Node: one process that stays, and takes the time itself.

The same credentials and keys as ours, in turns with ours. What differs, to its advantage: contexts and DID
documents are in its memory as objects, where our side derives keys from DIDs and parses and checks what it
reads; ours verifies against a policy that names who may sign.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from signet_vc import SigningKey
from signet_vc.did import key as did_key
from signet_vc.keys.multikey import secret_to_multibase
from signet_vc.resources import known_contexts, load_context

__all__ = ["DigitalBazaar", "digitalbazaar", "is_here"]

_FOLDER = Path(__file__).parent / "node"


def is_here() -> bool:
    """Tell whether Node and the packages are installed; ``make bench-all`` does the latter."""
    return shutil.which("node") is not None and (_FOLDER / "node_modules" / "@digitalbazaar" / "vc").is_dir()


class DigitalBazaar:
    """The process. ``sign`` and ``verify`` give the seconds that it took for all items."""

    def __init__(self, process: subprocess.Popen[str], keys: Sequence[SigningKey]) -> None:
        self._process = process
        self._ask({"op": "init", **_known(keys)})

    def signed(self, suite: str, items: Sequence[tuple[dict[str, Any], int]]) -> list[dict[str, Any]]:
        """Sign credentials with the keys of these numbers, and give them."""
        results: list[dict[str, Any]] = self._ask({"op": "sign", "suite": suite, "items": items})["results"]
        return results

    def sign(self, suite: str, items: Sequence[tuple[dict[str, Any], int]]) -> float:
        """Take the time of ``signed``."""
        return float(self._ask({"op": "sign", "suite": suite, "items": items})["seconds"])

    def verify(self, suite: str, texts: Sequence[bytes]) -> float:
        """Take the time of parsing and verifying; each must verify."""
        items = [text.decode() for text in texts]
        return float(self._ask({"op": "verify", "suite": suite, "items": items})["seconds"])

    def _ask(self, message: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer


@contextmanager
def digitalbazaar(keys: Sequence[SigningKey]) -> Iterator[DigitalBazaar]:
    """Start the process with these keys; end it."""
    with subprocess.Popen(  # noqa: S603 - our own
        [shutil.which("node") or "node", "peer.mjs"],
        cwd=_FOLDER,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield DigitalBazaar(process, keys)
        finally:
            process.terminate()


def _known(keys: Sequence[SigningKey]) -> dict[str, Any]:
    """All that its document loader and its signers are to have in memory."""
    documents: dict[str, Any] = {}
    for key in keys:
        document = did_key.document(key.did)
        (method,) = document["verificationMethod"]
        documents[key.did] = document
        documents[method["id"]] = {"@context": document["@context"][1], **method}
    return {
        "contexts": {each: load_context(each) for each in sorted(known_contexts())},
        "documents": documents,
        "keys": [_secret(key) for key in keys],
    }


def _secret(key: SigningKey) -> dict[str, str]:
    """Give a key of the benchmark as it takes them: a seed for Ed25519, a Multikey for the others."""
    known = {"type": key.key_type.name, "id": key.verification_method, "controller": key.did}
    if key.key_type.name == "Ed25519":
        return {**known, "seed": b64encode(key.reveal_secret()).decode()}
    public = {"publicKeyMultibase": key.public_key.multibase}
    return {**known, **public, "secretKeyMultibase": secret_to_multibase(key)}
