from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from multiformats import multibase, multihash

from signet_vc.codec.digest import commitment, digest, is_digest, is_nonce, nonce_text, sha256_of
from signet_vc.codec.jcs import canonicalize_wide
from signet_vc.codec.multibase import EncodingError
from signet_vc.errors import Code, ProblemError

SALT = "uEBESExQVFhcYGRobHB0eHw"
OF_NOTHING = "uEiDjsMRCmPwcFJr79MiZb7kkJ65B5GSbk0yklZkbeFK4VQ"
NO_TEXTS = [None, 1, b"uEiDjsMRCmPwcFJr79MiZb7kkJ65B5GSbk0yklZkbeFK4VQ", [OF_NOTHING], ""]


@settings(max_examples=100)
@given(st.binary(max_size=100))
def test_a_digest_is_multibase_of_multihash(data):
    text = digest(data)
    assert text == multibase.encode(multihash.digest(data, "sha2-256"), "base64url")
    assert is_digest(text)
    assert sha256_of(text) == hashlib.sha256(data).digest()


def test_the_digest_of_nothing():
    assert digest(b"") == OF_NOTHING


def test_the_worked_example_of_a_commitment():
    value = {"account": 9007199254740993, "amount": 12.5}
    text = (
        b'{"member":"argumentsDigest","salt":"uEBESExQVFhcYGRobHB0eHw",'
        b'"value":{"account":9007199254740993,"amount":12.5}}'
    )
    expected = "uEiDJThP48hBu7gW--013IhkI80NTo81r9OJr0e60TzpCfQ"
    assert commitment("argumentsDigest", value, SALT) == digest(text) == expected
    assert commitment("argumentsDigest", {"amount": 12.5, "account": 9007199254740993}, SALT) == expected


@settings(max_examples=100)
@given(st.text(st.characters(exclude_categories=["Cs"])), st.text(st.characters(exclude_categories=["Cs"])))
def test_a_commitment_is_the_digest_of_one_object(member, salt):
    value = {"é": [1.0, 10**30, None]}
    whole = canonicalize_wide({"member": member, "salt": salt, "value": value})
    assert commitment(member, value, salt) == digest(whole)


def test_a_commitment_changes_with_each_of_its_parts():
    other = nonce_text(bytes(16))
    texts = [
        commitment("argumentsDigest", {"a": 1}, SALT),
        commitment("argumentsDigest", {"a": True}, SALT),
        commitment("argumentsDigest", {"a": 1}, other),
        commitment("resultDigest", {"a": 1}, SALT),
        commitment("argumentsDigest", {}, SALT),
        commitment("argumentsDigest", None, SALT),
    ]
    assert len(set(texts)) == len(texts)


def test_a_value_that_cannot_be_committed_to_is_refused_in_its_place():
    with pytest.raises(ProblemError) as caught:
        commitment("argumentsDigest", {"a": [float("nan")]}, SALT)
    assert [(each.code, each.pointer) for each in caught.value.problems] == [
        (Code.NUMBER_OUT_OF_RANGE, "/a/0")
    ]


def test_a_nonce_is_multibase_of_16_bytes():
    assert nonce_text(bytes(range(16))) == "uAAECAwQFBgcICQoLDA0ODw"
    assert nonce_text(bytes(range(16, 32))) == SALT
    assert nonce_text(b"\xff" * 16) == multibase.encode(b"\xff" * 16, "base64url")


@settings(max_examples=100)
@given(st.binary(min_size=16, max_size=16))
def test_every_nonce_is_recognized(raw):
    assert is_nonce(nonce_text(raw))


@pytest.mark.parametrize("length", [0, 15, 17, 32])
def test_a_nonce_has_16_bytes(length):
    with pytest.raises(EncodingError):
        nonce_text(bytes(length))


@pytest.mark.parametrize(
    "text",
    [
        *NO_TEXTS,
        OF_NOTHING[1:],
        "z" + OF_NOTHING[1:],
        OF_NOTHING + "=",
        OF_NOTHING + "\n",
        " " + OF_NOTHING,
        OF_NOTHING[:-1],
        OF_NOTHING + "A",
        OF_NOTHING[:-1] + "R",  # trailing bits
        OF_NOTHING.replace("uEi", "uFi"),  # another hash function
        OF_NOTHING.replace("uEiD", "uEiE"),  # another length
        OF_NOTHING.replace("k", "+"),
        OF_NOTHING.replace("k", "\uff4b"),
        "uEiA",
        multibase.encode(multihash.digest(b"", "sha3-256"), "base64url"),
        multibase.encode(multihash.digest(b"", "sha2-512"), "base64url"),
    ],
)
def test_threat_30_a_digest_has_one_spelling(text):
    assert not is_digest(text)
    if isinstance(text, str):
        with pytest.raises(EncodingError):
            sha256_of(text)


@pytest.mark.parametrize(
    "text",
    [
        *NO_TEXTS,
        SALT[1:],
        SALT + "=",
        SALT + "\n",
        SALT[:-1],
        SALT + "A",
        SALT[:-1] + "x",
        SALT.replace("E", "+"),
        OF_NOTHING,
    ],
)
def test_threat_30_a_nonce_has_one_spelling(text):
    assert not is_nonce(text)
