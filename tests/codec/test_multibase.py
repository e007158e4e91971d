from __future__ import annotations

import random
import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from multiformats import multibase

from signet_vc.codec.multibase import (
    EncodingError,
    base58btc_decode,
    base58btc_encode,
    base64url_decode,
    base64url_encode,
)

SIGNATURES = st.binary(min_size=64, max_size=64)
LETTERS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

# draft-msporny-base58-03 §5
PUBLISHED = [
    (b"Hello World!", "2NEpo7TZRRrLZSi2U"),
    (
        b"The quick brown fox jumps over the lazy dog.",
        "USm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z",
    ),
    (bytes.fromhex("0000287fb4cd"), "11233QC4"),
]


@pytest.mark.parametrize(("data", "text"), PUBLISHED)
def test_published_base58_vectors(data, text):
    assert base58btc_encode(data) == text
    assert base58btc_decode(text) == base58btc_decode(text, len(data)) == data


@settings(max_examples=300)
@given(st.binary(max_size=146) | SIGNATURES | SIGNATURES.map(lambda data: bytes(3) + data[3:]))
def test_base58_is_that_of_multiformats(data):
    text = base58btc_encode(data)
    assert "z" + text == multibase.encode(data, "base58btc")
    assert base58btc_decode(text, len(data)) == data == multibase.decode("z" + text)


@pytest.mark.parametrize("length", [0, 1, 31, 32, 34, 63, 64, 65, 96, 100, 146])
def test_base58_at_the_edges(length):
    samples = [bytes(length), b"\xff" * length]
    if length:
        samples += [
            bytes(length - 1) + b"\1",
            b"\1" + bytes(length - 1),
            bytes(length // 2) + b"\xff" * (length - length // 2),
        ]
    for data in samples:
        text = base58btc_encode(data)
        assert text == slow_encode(data)
        assert base58btc_decode(text, length) == data


def slow_encode(data):
    number, text = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = LETTERS[digit] + text
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + text


def test_lanes_hold_at_every_carry():
    dice = random.Random(58)
    for digits in range(1, 88):
        for number in (58**digits, 58**digits - 1, 58**digits + 1, dice.randrange(58**digits)):
            data = (number % 2**512).to_bytes(64, "big")
            assert base58btc_encode(data) == slow_encode(data)
            assert base58btc_decode(base58btc_encode(data), 64) == data


@settings(max_examples=300)
@given(st.text(LETTERS, max_size=200))
def test_base58_text_that_decodes_encodes_to_itself(text):
    data = base58btc_decode(text)
    if len(data) <= 146:
        assert base58btc_encode(data) == text


def test_threat_30_an_extra_leading_one_is_no_second_spelling():
    for data in (b"\1" * 64, b"\0" + b"\1" * 63, b"\0\0\0" + b"\1" * 61):
        text = base58btc_encode(data)
        for altered in ("1" + text, "11" + text, "1" * 12 + text, text[1:]):
            with pytest.raises(EncodingError):
                base58btc_decode(altered, 64)


@pytest.mark.parametrize(
    "number",
    [2**512, 2**512 + 1, 58**88 - 1, 58**87 * 57, 58**128 - 1, 58**200 - 1],
    ids=lambda number: number.bit_length(),
)
def test_threat_30_a_value_above_64_bytes_is_refused(number):
    text = ""
    while number:
        number, digit = divmod(number, 58)
        text = LETTERS[digit] + text
    with pytest.raises(EncodingError):
        base58btc_decode(text, 64)


@settings(max_examples=200)
@given(SIGNATURES, st.integers(0, 87), st.sampled_from(LETTERS + "0OIl +/=-_\n\0\x7fé\uff11"))
def test_threat_30_one_altered_letter_is_other_bytes_or_refused(data, at, letter):
    text = base58btc_encode(data)
    altered = text[:at] + letter + text[at + 1 :]
    if altered == text:
        return
    with suppress(EncodingError):
        assert base58btc_decode(altered, 64) != data


@pytest.mark.parametrize("bad", [" ", "0", "O", "I", "l", "=", "\n", "\0", "é", "\uff11", "\ud800", "\xff"])
def test_threat_30_letters_outside_base58_are_refused(bad):
    for text in (bad, bad + "2NEpo7TZRRrLZSi2U", "2NEpo7TZRRrLZSi2U" + bad, "2NEpo7TZ" + bad + "RRrLZSi2U"):
        with pytest.raises(EncodingError):
            base58btc_decode(text)


def test_base58_is_bounded():
    assert base58btc_decode("1" * 200) == bytes(200)
    assert len(base58btc_decode("z" * 200)) == 147
    start = time.process_time()
    for text in ("z" * 201, "1" * 201, "z" * 10_000_000):
        with pytest.raises(EncodingError):
            base58btc_decode(text)
    for data in (bytes(147), b"\xff" * 10_000_000):
        with pytest.raises(EncodingError):
            base58btc_encode(data)
    assert time.process_time() - start < 1  # measured: 1 ms


@settings(max_examples=200)
@given(st.binary(max_size=200))
def test_base64url_is_that_of_multiformats(data):
    text = base64url_encode(data)
    assert "u" + text == multibase.encode(data, "base64url")
    assert base64url_decode(text) == data


# RFC 4648 §10, without padding
@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", ""),
        (b"f", "Zg"),
        (b"fo", "Zm8"),
        (b"foo", "Zm9v"),
        (b"foobar", "Zm9vYmFy"),
        (b"\xfb\xff\xbf", "-_-_"),
    ],
)
def test_published_base64url_vectors(data, text):
    assert base64url_encode(data) == text
    assert base64url_decode(text) == data


@pytest.mark.parametrize(
    "text",
    [
        "Zg==",
        "Zm8=",
        "Zh",  # trailing bits
        "Zm9",
        "Z",
        "Zm9vY",
        "Zg ",
        " Zg",
        "Z\ng",
        "Zm9v\n",
        "+/+/",
        "Zm.9",
        "Zm9v=",
        "====",
        "Zg\0",
        "é",
        "\uff3a\uff47",
        "\ud800",
        "Zm9v!!!!",
    ],
)
def test_threat_30_other_spellings_of_base64url_are_refused(text):
    with pytest.raises(EncodingError):
        base64url_decode(text)


@settings(max_examples=200)
@given(st.text("AQgwZz09-_+/= \n", max_size=12))
def test_threat_30_base64url_text_that_decodes_encodes_to_itself(text):
    try:
        data = base64url_decode(text)
    except EncodingError:
        return
    assert base64url_encode(data) == text
