"""PKCS#8 PEM, encrypted or not."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, rsa, x25519
from secrecy import everything_in, leaked

from signet_vc.errors import Code, ProblemError, UsageError
from signet_vc.keys.pem import is_encrypted, secret_from_pem, secret_to_pem
from signet_vc.keys.signing import KEY_TYPES, Key

SECRETS = {name: bytes(range(1, row.secret_length + 1)) for name, row in KEY_TYPES.items()}
KEYS = {name: Key.from_secret(name, secret) for name, secret in SECRETS.items()}
each_type = pytest.mark.parametrize("name", KEY_TYPES)

# RFC 8410 §10.3
RFC_8410 = b"""-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
-----END PRIVATE KEY-----
"""


def pem(private_key, form=serialization.PrivateFormat.PKCS8) -> bytes:
    return private_key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())


def refused(data, passphrase=None):
    with pytest.raises(ProblemError) as caught:
        secret_from_pem(data, passphrase)
    assert caught.value.codes == (Code.KEY_INVALID,)
    return caught.value


@each_type
def test_round_trips(name):
    plain = secret_to_pem(KEYS[name])
    assert plain.startswith(b"-----BEGIN PRIVATE KEY-----\n")
    assert not is_encrypted(plain)
    for passphrase in (None, b"not needed"):
        assert secret_from_pem(plain, passphrase) == (name, SECRETS[name])
    assert secret_from_pem(b"\n " + plain, None) == (name, SECRETS[name])


@each_type
def test_encrypted_round_trips(name):
    data = secret_to_pem(KEYS[name], b"correct horse")
    assert is_encrypted(data)
    assert secret_from_pem(data, b"correct horse") == (name, SECRETS[name])


def test_rfc_8410():
    secret = bytes.fromhex("d4ee72dbf913584ad5b6d8f1f769f8ad3afe7c28cbf1d4fbe097a88f44755842")
    assert secret_from_pem(RFC_8410, None) == ("Ed25519", secret)


@each_type
def test_threat_55_the_wrong_passphrase_is_refused_and_not_shown(name):
    data = secret_to_pem(KEYS[name], b"correct horse")
    for passphrase in (b"battery staple", b"correct horse ", b"", b"battery" * 1000, None):
        error = refused(data, passphrase)
        assert not leaked(
            everything_in(error), SECRETS[name], "battery staple", data.splitlines()[1].decode()
        )


@each_type
def test_passphrases_that_cannot_be(name):
    for passphrase in (b"", b"x" * 1024):
        with pytest.raises(UsageError):
            secret_to_pem(KEYS[name], passphrase)


@each_type
def test_damaged_ones_are_refused(name):
    plain = secret_to_pem(KEYS[name])
    lines = plain.splitlines(keepends=True)
    damaged = lines[1][:20] + b"!!!!" + lines[1][24:]
    for data in (
        b"",
        b"-----BEGIN PRIVATE KEY-----",
        lines[0] + lines[-1],
        lines[0] + damaged + b"".join(lines[2:]),
        plain + plain,
        b"Bag Attributes\n" + plain,
        plain.replace(b"PRIVATE KEY", b"ENCRYPTED PRIVATE KEY"),
        plain[:-40],
        plain.replace(b"BEGIN PRIVATE", b"BEGIN PUBLIC"),
        b"\xff\xfe" + plain,
    ):
        error = refused(data, b"passphrase")
        assert not leaked(everything_in(error), SECRETS[name], lines[1].decode().strip())


def test_keys_of_other_types_are_refused():
    for private_key in (
        rsa.generate_private_key(65537, 2048),
        ed448.Ed448PrivateKey.generate(),
        x25519.X25519PrivateKey.generate(),
        ec.generate_private_key(ec.SECP256K1()),
        ec.generate_private_key(ec.BrainpoolP256R1()),
    ):
        refused(pem(private_key))


def test_only_pkcs8_is_read():
    private_key = ec.derive_private_key(int.from_bytes(SECRETS["P-256"], "big"), ec.SECP256R1())
    assert secret_from_pem(pem(private_key), None) == ("P-256", SECRETS["P-256"])
    refused(pem(private_key, serialization.PrivateFormat.TraditionalOpenSSL))
    refused(
        private_key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )


def test_a_key_that_is_elsewhere_is_not_written():
    key = KEYS["Ed25519"]
    with pytest.raises(UsageError):
        secret_to_pem(Key(key.public_key, key.sign))
