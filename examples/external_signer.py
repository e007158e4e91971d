"""A key that this program never sees: it lives in another process, as it would in an HSM or a KMS.

    python examples/external_signer.py

A signer is any object with `public_key`, `verification_method` and `sign`. For a key that must be
waited for, `sign` is a coroutine function; servers, clients and gateways take either kind.
"""

from __future__ import annotations

import subprocess
import sys
from types import TracebackType
from typing import Self

import anyio
from mcp import Client
from server import server

from signet_vc import Policy, SigningKey, sign, verify
from signet_vc.keys.multikey import public_from_multibase
from signet_vc.mcp import AttestingTransport, attest_server


class ProcessSigner:
    """Asks the process that `hold_the_key` runs in for each signature: hexadecimal lines out and in."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - this very program
            [sys.executable, __file__, "--hold-the-key"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.public_key = public_from_multibase(self._line())
        self.verification_method = f"{self.public_key.did}#{self.public_key.multibase}"

    def sign(self, message: bytes) -> bytes:
        """The signature of the message; ECDSA as r and s, each of the curve's length."""
        if self._process.stdin is None:
            raise BrokenPipeError
        self._process.stdin.write(message.hex() + "\n")
        self._process.stdin.flush()
        return bytes.fromhex(self._line())

    def _line(self) -> str:
        if self._process.stdout is None:
            raise BrokenPipeError
        return self._process.stdout.readline().strip()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()


class AwaitedSigner:
    """The same for a signer that must be waited for: the event loop goes on meanwhile."""

    def __init__(self, signer: ProcessSigner) -> None:
        self._signer = signer
        self._turn = anyio.Lock()
        self.public_key = signer.public_key
        self.verification_method = signer.verification_method

    async def sign(self, message: bytes) -> bytes:
        """The signature of the message."""
        async with self._turn:
            return await anyio.to_thread.run_sync(self._signer.sign, message)


def hold_the_key() -> None:
    """The other process: its public key first, then a signature for each message."""
    key = SigningKey.generate()
    print(key.public_key.multibase, flush=True)
    for line in sys.stdin:
        print(key.sign(bytes.fromhex(line)).hex(), flush=True)


def main() -> None:
    """Sign a credential, and then a tool call."""
    with ProcessSigner() as signer:
        did = signer.public_key.did
        credential = {
            "@context": ["https://www.w3.org/ns/credentials/v2"],
            "type": ["VerifiableCredential"],
            "issuer": did,
            "credentialSubject": {"id": "urn:example:invoice-7"},
        }
        result = verify(sign(credential, signer), Policy(allowed_signers=[did]))
        print("a credential, verified:", result.verified)
        anyio.run(call, AwaitedSigner(signer))


async def call(signer: AwaitedSigner) -> None:
    """Call the server's tool, signed by the other process."""
    mail = SigningKey.generate()
    agent = signer.public_key.did
    attest_server(server, key=mail, allowed_signers=[agent], store="sqlite::memory:")
    transport = AttestingTransport(server, key=signer, audience=mail.did, store="sqlite::memory:")
    async with Client(transport) as client:
        await client.call_tool("send_email", {"to": "alice@example.com", "subject": "Hello"})
    (verdict,) = transport.attestations
    print("a tool call, problems:", [str(problem) for problem in verdict.problems])


if __name__ == "__main__":
    if "--hold-the-key" in sys.argv[1:]:
        hold_the_key()
    else:
        main()
