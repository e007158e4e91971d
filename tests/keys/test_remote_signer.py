"""A signer may live in another process; nobody here sees its secret."""

from __future__ import annotations

import asyncio

import pytest
from remote_signer import async_remote_signer, remote_signer

from signet_vc.keys.signing import KEY_TYPES, AsyncSigner, Key, Signer

SECRETS = {name: bytes(range(1, row.secret_length + 1)) for name, row in KEY_TYPES.items()}
each_type = pytest.mark.parametrize("name", KEY_TYPES)


def signed_by(signer: Signer, message: bytes) -> bytes:
    return signer.sign(message)


async def signed_by_awaiting(signer: AsyncSigner, message: bytes) -> bytes:
    return await signer.sign(message)


@each_type
def test_a_signer_in_another_process(name):
    here = Key.from_secret(name, SECRETS[name])
    with remote_signer(name, SECRETS[name]) as signer:
        assert signer.public_key == here.public_key
        assert signer.verification_method == here.verification_method
        for message in (b"", b"a message", bytes(10_000)):
            signature = signed_by(signer, message)
            assert signer.public_key.verify(signature, message)
            assert not signer.public_key.verify(signature, message + b".")
        assert Key(signer.public_key, signer.sign).public_key.verify(signed_by(signer, b"m"), b"m")


@each_type
def test_an_awaited_signer_in_another_process(name):
    async def sign_all() -> None:
        async with async_remote_signer(name, SECRETS[name]) as signer:
            messages = [b"message %d" % number for number in range(5)]
            signatures = await asyncio.gather(*(signed_by_awaiting(signer, each) for each in messages))
            for message, signature in zip(messages, signatures, strict=True):
                assert signer.public_key.verify(signature, message)
            assert not signer.public_key.verify(signatures[0], messages[1])

    asyncio.run(sign_all())
