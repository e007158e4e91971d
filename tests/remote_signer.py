"""Signers whose key lives in another process, as one in an HSM or a KMS does."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from signet_vc.keys.signing import PublicKey, public_key

_PROJECT = Path(__file__).parents[1]
_PROGRAM = Path(__file__).parent / "keys" / "signing_process.py"


def _environment(secret: bytes) -> dict[str, str]:
    return {**os.environ, "REMOTE_SECRET": secret.hex(), "PYTHONPATH": str(_PROJECT)}


def _read_public_key(line: bytes) -> PublicKey:
    name, raw = line.decode().split()
    return public_key(name, bytes.fromhex(raw))


class RemoteSigner:
    """A ``Signer`` over a process's pipes; it knows the public key alone."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._in, self._out = process.stdin, process.stdout
        self.public_key = _read_public_key(self._out.readline())
        self.verification_method = f"{self.public_key.did}#{self.public_key.multibase}"

    def sign(self, message: bytes) -> bytes:
        self._in.write(message.hex().encode() + b"\n")
        self._in.flush()
        return bytes.fromhex(self._out.readline().decode())


class AsyncRemoteSigner:
    """The same as an ``AsyncSigner``; one request at a time."""

    def __init__(self, process: asyncio.subprocess.Process, public: PublicKey) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._in, self._out = process.stdin, process.stdout
        self._turn = asyncio.Lock()
        self.public_key = public
        self.verification_method = f"{public.did}#{public.multibase}"

    async def sign(self, message: bytes) -> bytes:
        async with self._turn:
            self._in.write(message.hex().encode() + b"\n")
            await self._in.drain()
            return bytes.fromhex((await self._out.readline()).decode())


@contextlib.contextmanager
def remote_signer(name: str, secret: bytes) -> Iterator[RemoteSigner]:
    """Start a process that holds the secret; it ends with the context."""
    command = [sys.executable, str(_PROGRAM), name]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=_environment(secret)
    ) as process:
        yield RemoteSigner(process)
        assert process.stdin is not None
        process.stdin.close()


@contextlib.asynccontextmanager
async def async_remote_signer(name: str, secret: bytes) -> AsyncIterator[AsyncRemoteSigner]:
    """The same, awaited."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(_PROGRAM),
        name,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=_environment(secret),
    )
    assert process.stdin is not None
    assert process.stdout is not None
    yield AsyncRemoteSigner(process, _read_public_key(await process.stdout.readline()))
    process.stdin.close()
    await process.wait()
