"""Keys as objects: what they show, what they keep, what they accept."""

from __future__ import annotations

import copy
import dataclasses
import gc
import json
import logging
import pickle
import pprint
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from multiformats import multibase, multicodec
from secrecy import everything_in, leaked, spellings

from signet_vc.errors import Code, ProblemError, UsageError
from signet_vc.keys.signing import KEY_TYPES, AsyncSigner, Key, PublicKey, Signer, key_type, public_key

SECRETS = {
    name: row.candidate(bytes.fromhex("7fa3c1d9e8b24650" * 9)[: row.secret_length])
    for name, row in KEY_TYPES.items()
}
each_type = pytest.mark.parametrize("name", KEY_TYPES)


class Wallet(Key):
    """A subclass as ``SigningKey`` is one, here even without slots."""


def test_the_table():
    assert list(KEY_TYPES) == ["Ed25519", "P-256", "P-384", "P-521"]
    assert {row.jws_algorithms[0] for row in KEY_TYPES.values()} == {"Ed25519", "ES256", "ES384", "ES512"}
    assert KEY_TYPES["Ed25519"].jws_algorithms == ("Ed25519", "EdDSA")
    for row in KEY_TYPES.values():
        assert multicodec.exists(row.public_codec)
        assert multicodec.exists(row.secret_codec)
    algorithms = [number for row in KEY_TYPES.values() for number in row.cose_algorithms]
    assert algorithms == [-8, -19, -7, -9, -35, -51, -36, -52]
    with pytest.raises(TypeError):
        KEY_TYPES["none"] = KEY_TYPES["Ed25519"]


@each_type
@settings(deadline=None, max_examples=30)
@given(message=st.binary(max_size=300))
def test_what_a_key_signs_its_public_key_verifies(name, message):
    key = Key.from_secret(name, SECRETS[name])
    signature = key.sign(message)
    assert len(signature) == key.key_type.signature_length
    assert key.key_type.is_low_s(signature)
    assert key.public_key.verify(signature, message)
    assert not key.public_key.verify(signature, message + b"\0")
    for other in KEY_TYPES:
        if other != name:
            assert not Key.from_secret(other, SECRETS[other]).public_key.verify(signature, message)


@each_type
@settings(deadline=None, max_examples=30)
@given(signature=st.binary(max_size=140))
def test_verify_takes_bytes_of_any_length(name, signature):
    assert not Key.from_secret(name, SECRETS[name]).public_key.verify(signature, b"m")


@each_type
def test_names(name):
    key = Key.from_secret(name, SECRETS[name])
    row, public = KEY_TYPES[name], key.public_key
    assert public.multibase == multibase.encode(multicodec.wrap(row.public_codec, public.raw), "base58btc")
    assert key.did == public.did == f"did:key:{public.multibase}"
    assert key.verification_method == f"{key.did}#{public.multibase}"
    assert key.key_type is public.key_type is row


def test_another_did_may_be_given():
    key = Key.from_secret("Ed25519", SECRETS["Ed25519"], verification_method="did:web:example.com#key-1")
    assert key.verification_method == "did:web:example.com#key-1"
    assert key.did == "did:web:example.com"
    assert repr(key) == "Key(did:web:example.com)"


def test_a_subclass_takes_over_a_key():
    key = Key.from_secret("P-256", SECRETS["P-256"], verification_method="did:web:example.com#key-1")
    wallet = Wallet.of(key)
    assert type(wallet) is Wallet
    assert wallet == key
    assert wallet.verification_method == key.verification_method
    assert wallet.sign(b"m") == key.sign(b"m")
    assert wallet.reveal_secret() == SECRETS["P-256"]
    assert type(Wallet.from_secret("P-256", SECRETS["P-256"])) is Wallet


def test_a_key_may_sign_elsewhere():
    here = Key.from_secret("Ed25519", SECRETS["Ed25519"])
    elsewhere = Key(here.public_key, here.sign)
    assert elsewhere.sign(b"m") == here.sign(b"m")
    with pytest.raises(UsageError):
        elsewhere.reveal_secret()


def test_keys_are_signers():
    signer: Signer = Key.from_secret("Ed25519", SECRETS["Ed25519"])
    assert signer.sign(b"m")
    assert AsyncSigner is not Signer


@each_type
def test_equality_is_of_public_keys(name):
    key, same = (Key.from_secret(name, SECRETS[name]) for _ in range(2))
    other = Key.from_secret(name, SECRETS[name][:-1] + b"\1")
    assert key == same
    assert hash(key) == hash(same)
    assert key != other
    assert key != key.public_key
    assert key.public_key == same.public_key == public_key(name, key.public_key.raw)
    assert key.public_key != other.public_key
    assert len({key, same, other}) == 2


@each_type
def test_public_keys_are_values(name):
    public = Key.from_secret(name, SECRETS[name]).public_key
    assert repr(public) == f"PublicKey({public.multibase})"
    for same in (copy.copy(public), copy.deepcopy(public), pickle.loads(pickle.dumps(public))):  # noqa: S301 - our own bytes
        assert same == public
        assert same.multibase == public.multibase
        assert not same.verify(b"", b"")
    with pytest.raises(dataclasses.FrozenInstanceError):
        public.raw = b""


@each_type
def test_threat_55_a_key_shows_no_secret(name, caplog):
    secret = SECRETS[name]
    key = Key.from_secret(name, secret)
    holder = dataclasses.make_dataclass("Holder", [("key", Key)])(key)
    logging.getLogger("test").warning("%s %r %s", key, key, {"key": key})
    shown = [
        str(key),
        repr(key),
        f"{key}",
        format(key),
        pprint.pformat(key),
        repr([key, {"key": key}]),
        repr(holder),
        repr(dataclasses.asdict(holder)),
        json.dumps({"key": key}, default=repr),
        caplog.text,
        repr([getattr(key, member) for member in dir(key)]),
    ]
    for text in shown:
        assert not leaked(text, secret)
    assert repr(key) == f"Key({key.did})"


@each_type
@pytest.mark.parametrize("kind", [Key, Wallet])
def test_threat_55_a_key_holds_its_secret_in_no_attribute(name, kind):
    key = kind.from_secret(name, SECRETS[name])
    with pytest.raises(TypeError) if kind is Key else pytest.MonkeyPatch.context():
        assert vars(key) == {}
    assert SECRETS[name] not in [getattr(key, member) for member in dir(key)]
    assert SECRETS[name] not in gc.get_referents(key)


@each_type
def test_threat_55_a_key_is_neither_copied_nor_pickled(name):
    key = Key.from_secret(name, SECRETS[name])
    assert copy.copy(key) is key
    assert copy.deepcopy(key) is key
    assert copy.deepcopy({"key": [key]})["key"][0] is key
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(TypeError) as caught:
            pickle.dumps(key, protocol)
        assert not leaked(everything_in(caught.value), SECRETS[name])


@each_type
def test_threat_55_a_key_does_not_change(name):
    key = Key.from_secret(name, SECRETS[name])
    for attribute in ("public_key", "verification_method", "_sign", "_reveal", "new"):
        with pytest.raises(AttributeError):
            setattr(key, attribute, None)
    with pytest.raises(AttributeError):
        del key.public_key


@each_type
def test_threat_55_refused_secrets_are_not_shown(name):
    secret = SECRETS[name]
    for bad in (secret[:-1], secret + b"\x42", b"\xff" * (len(secret) + 1)):
        with pytest.raises(ProblemError) as caught:
            Key.from_secret(name, bad)
        assert caught.value.codes == (Code.KEY_INVALID,)
        assert not leaked(everything_in(caught.value), bad)


def test_threat_55_the_search_itself_finds_secrets():
    secret = SECRETS["Ed25519"]
    assert leaked(f"the key {secret!r}", secret)
    assert leaked(f"the key {secret.hex()}", secret)
    error = ValueError("outer")
    error.__context__ = UnicodeDecodeError("ascii", secret, 0, 1, "inner")
    assert leaked(everything_in(error), secret)
    assert len(spellings(secret)) == 8


def test_unknown_types_are_refused():
    for name in ("", "ed25519", "secp256k1", "RSA"):
        with pytest.raises(ProblemError) as caught:
            key_type(name)
        assert caught.value.codes == (Code.KEY_INVALID,)
        with pytest.raises(ProblemError):
            Key.from_secret(name, bytes(32))


@each_type
def test_public_keys_have_their_exact_length(name):
    good = Key.from_secret(name, SECRETS[name]).public_key.raw
    for bad in (b"", good[:-1], good + b"\0"):
        with pytest.raises(ProblemError) as caught:
            public_key(name, bad)
        assert caught.value.codes == (Code.KEY_INVALID,)


def test_importing_keys_does_not_load_multiformats():
    program = (
        "import sys, signet_vc.did.resolver, signet_vc.keystore\n"
        "sys.exit('multiformats' in sys.modules or 'keyring' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=Path(__file__).parents[2])


def test_a_public_key_is_made_of_its_fields_alone():
    assert [field.name for field in dataclasses.fields(PublicKey) if field.init] == ["key_type", "raw"]
