"""Multikeys: one spelling, held to ``multiformats``."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from multiformats import multibase, multicodec, varint
from secrecy import everything_in, leaked

from signet_vc.codec.multibase import EncodingError
from signet_vc.errors import Code, ProblemError
from signet_vc.keys import multicodec as codecs
from signet_vc.keys.multikey import (
    public_from_multibase,
    public_to_multibase,
    secret_from_multibase,
    secret_to_multibase,
)
from signet_vc.keys.signing import KEY_TYPES, Key

SECRETS = {name: bytes(range(1, row.secret_length + 1)) for name, row in KEY_TYPES.items()}
KEYS = {name: Key.from_secret(name, secret) for name, secret in SECRETS.items()}
each_type = pytest.mark.parametrize("name", KEY_TYPES)


def written(codec: str, raw: bytes, base: str = "base58btc") -> str:
    return multibase.encode(multicodec.wrap(codec, raw), base)


def refused(reader, text):
    with pytest.raises(ProblemError) as caught:
        reader(text)
    assert caught.value.codes == (Code.KEY_INVALID,)
    return caught.value


@each_type
def test_public_round_trip(name):
    public_key = KEYS[name].public_key
    text = public_to_multibase(public_key)
    assert text == written(KEY_TYPES[name].public_codec, public_key.raw)
    assert public_from_multibase(text) == public_key


@each_type
def test_secret_round_trip(name):
    text = secret_to_multibase(KEYS[name])
    assert text == written(KEY_TYPES[name].secret_codec, SECRETS[name])
    assert secret_from_multibase(text) == (name, SECRETS[name])


def test_prefixes():
    assert [secret_to_multibase(key)[:4] for key in KEYS.values()] == ["z3u2", "z42t", "z2fa", "zJp6"]
    assert [key.public_key.multibase[:4] for key in KEYS.values()] == ["z6Mk", "zDna", "z82L", "z2J9"]


@each_type
def test_bad_public_keys(name):
    row, raw = KEY_TYPES[name], KEYS[name].public_key.raw
    good = written(row.public_codec, raw)
    for text in (
        "",
        "z",
        good[1:],
        " " + good,
        good + " ",
        good + "\n",
        "z1" + good[1:],
        good[:-1],
        good + "1",
        good.upper(),
        written(row.public_codec, raw, "base64url"),
        written(row.public_codec, raw, "base16"),
        written(row.public_codec, raw[:-1]),
        written(row.public_codec, raw + b"\0"),
        written(row.public_codec, b""),
        written("secp256k1-pub", raw),
        written("x25519-pub", raw),
        written("bls12_381-g2-pub", raw),
        written("raw", raw),
        written(row.secret_codec, raw),
        "z0OIl",
        "zé",
        "z" + "2" * 100_000,
        multibase.encode(b"\xed\x81\x00" + raw, "base58btc"),
        multibase.encode(b"\xff" * 12, "base58btc"),
        multibase.encode(varint.encode(0x3FFFFF) + raw, "base58btc"),
    ):
        refused(public_from_multibase, text)


@each_type
def test_threat_55_bad_secrets_are_not_shown(name):
    row, secret = KEY_TYPES[name], SECRETS[name]
    good = written(row.secret_codec, secret)
    for text in (
        good[1:],
        " " + good,
        good + "0",
        good[:-1] + "l",
        "z1" + good[1:],
        good.swapcase(),
        good + "é",
        written(row.secret_codec, secret, "base64url"),
        written("secp256k1-priv", secret),
        written(row.public_codec, secret),
    ):
        error = refused(secret_from_multibase, text)
        assert not leaked(everything_in(error), secret, good[1:-1], text)


def test_the_length_of_a_secret_is_the_key_s_to_check():
    name, secret = secret_from_multibase(written("ed25519-priv", bytes(64)))
    assert len(secret) == 64
    with pytest.raises(ProblemError):
        Key.from_secret(name, secret)


@settings(deadline=None, max_examples=200)
@given(
    codec=st.sampled_from(["ed25519-pub", "p256-pub", "p384-priv", "raw", "rsa-pub"]),
    raw=st.binary(max_size=100),
)
def test_codecs_agree_with_multiformats(codec, raw):
    text = codecs.encode(codec, raw)
    assert text == written(codec, raw)
    assert codecs.decode(text) == (codec, raw)


@settings(deadline=None, max_examples=200)
@given(
    text=st.text(max_size=80)
    | st.text("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz").map("z".__add__)
)
def test_codecs_read_one_spelling_or_refuse(text):
    try:
        codec, raw = codecs.decode(text)
    except EncodingError:
        return
    if codec is not None:
        assert codecs.encode(codec, raw) == text
