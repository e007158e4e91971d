"""The bits of a status list: what holds of any list, and what is none."""

from __future__ import annotations

import gzip
import time
import zlib
from base64 import urlsafe_b64decode
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signet_vc.codec.multibase import base64url_encode
from signet_vc.credential import status_list
from signet_vc.errors import Code, ProblemError, UsageError
from signet_vc.limits import DEFAULT_LIMITS

SMALL = replace(DEFAULT_LIMITS, status_list_bytes=20_000)
BYTES = 16_384
PACKED = gzip.compress(bytes(BYTES), mtime=0)


def published(data: bytes) -> str:
    """Gzip data as a list carries them."""
    return "u" + base64url_encode(data)


def decoded(encoded):
    """The bits, or the code of the one problem."""
    try:
        return status_list.decode(encoded)
    except ProblemError as error:
        [code] = error.codes
        return code


def refused(encoded, limits=DEFAULT_LIMITS):
    with pytest.raises(ProblemError) as caught:
        status_list.decode(encoded, limits=limits, place="/here")
    assert {each.pointer for each in caught.value.problems} == {"/here"}
    return caught.value.codes


def test_a_new_list_is_all_zeros_and_as_short_as_it_may_be():
    assert status_list.new_list() == bytes(BYTES)
    assert status_list.new_list(size=3) == bytes(3 * BYTES)
    assert len(status_list.new_list(131_073)) == BYTES + 1


@pytest.mark.parametrize(
    ("length", "size"), [(131_071, 1), (0, 1), (-1, 1), (131_072, 0), (131_072, 17), (1 << 40, 1)]
)
def test_lists_that_are_not_made(length, size):
    with pytest.raises(UsageError):
        status_list.new_list(length, size)


def test_the_first_entry_is_the_left_most_bit():
    bits = status_list.new_list()
    status_list.set(bits, 0, 1)
    status_list.set(bits, 131_071, 1)
    assert (bits[0], bits[-1]) == (0x80, 0x01)


@pytest.mark.parametrize(
    ("index", "size"), [(-1, 1), (131_072, 1), (1 << 70, 1), (65_536, 2), (26_214, 5), (8_192, 16)]
)
def test_entries_outside_of_the_list(index, size):
    bits = bytearray(BYTES)
    for access in (lambda: status_list.get(bits, index, size), lambda: status_list.set(bits, index, 1, size)):
        with pytest.raises(ProblemError) as caught:
            access()
        assert caught.value.codes == (Code.STATUS_INDEX_OUT_OF_RANGE,)
    assert bits == bytes(BYTES)


@pytest.mark.parametrize(("value", "size"), [(2, 1), (-1, 1), (4, 2), (65_536, 16)])
def test_values_that_do_not_fit(value, size):
    with pytest.raises(UsageError):
        status_list.set(status_list.new_list(), 0, value, size)


@pytest.mark.parametrize("size", [0, -1, 17])
def test_sizes_that_are_not_read(size):
    with pytest.raises(UsageError):
        status_list.get(bytes(BYTES), 0, size)


@given(st.data(), st.integers(1, 16))
def test_entries_do_not_touch_each_other(data, size):
    """Against a list of numbers, written out as one string of binary digits."""
    count = 64
    values = [0] * count
    bits = bytearray(count * size // 8)
    changes = st.tuples(st.integers(0, count - 1), st.integers(0, (1 << size) - 1))
    for index, value in data.draw(st.lists(changes, max_size=30)):
        values[index] = value
        status_list.set(bits, index, value, size)
    digits = "".join(f"{value:0{size}b}" for value in values)
    assert bits == int(digits, 2).to_bytes(len(bits), "big")
    assert [status_list.get(bits, index, size) for index in range(count)] == values
    assert list(status_list.entries_set(bits, size)) == [each for each in enumerate(values) if each[1]]


@given(st.binary(max_size=4096))
def test_what_is_encoded_decodes_to_itself_and_is_gzip(bits):
    encoded = status_list.encode(bits)
    assert status_list.decode(encoded) == bits
    assert encoded == status_list.encode(bytearray(bits))
    packed = zlib.decompressobj(31)
    raw = urlsafe_b64decode(encoded[1:] + "=" * (-len(encoded[1:]) % 4))
    assert packed.decompress(raw) == bits
    assert raw[:10] == bytes.fromhex("1f8b08000000000000ff")


@given(st.text(max_size=60).map("u".__add__) | st.binary(max_size=60).map(published))
def test_any_text_gives_bits_or_a_problem(text):
    found = decoded(text)
    assert isinstance(found, bytes) or found is Code.INVALID_CREDENTIAL


@given(st.integers(0, 8 * len(PACKED) - 1))
def test_a_turned_bit_never_shows_another_list(position):
    """Refused by its check value; or one that says nothing, such as the time in the header."""
    packed = bytearray(PACKED)
    packed[position // 8] ^= 0x80 >> position % 8
    assert decoded(published(packed)) in {bytes(BYTES), Code.INVALID_CREDENTIAL}


@pytest.mark.parametrize(
    "encoded", [None, 7, [], {}, b"uH4sI", "", "z", "mH4sI", "u", "u=", "uH4sI\n", "uH4sI é"]
)
def test_what_is_no_list(encoded):
    assert refused(encoded) == (Code.INVALID_CREDENTIAL,)


def test_other_compressions_are_refused():
    bits = bytes(BYTES)
    raw = zlib.compressobj(9, zlib.DEFLATED, -15)
    for packed in (bits, zlib.compress(bits), raw.compress(bits) + raw.flush()):
        assert refused(published(packed)) == (Code.INVALID_CREDENTIAL,)


def test_exactly_one_whole_member():
    packed = gzip.compress(bytes(BYTES), mtime=0)
    assert status_list.decode(published(packed)) == bytes(BYTES)
    for wrong in (packed + b"\0", packed + packed, packed[:-1], packed[:20], packed[1:]):
        assert refused(published(wrong)) == (Code.INVALID_CREDENTIAL,)


def test_a_list_is_expanded_to_the_limit_and_not_beyond():
    assert len(status_list.decode(status_list.encode(bytes(20_000)), limits=SMALL)) == 20_000
    assert refused(status_list.encode(bytes(20_001)), SMALL) == (Code.TOO_LARGE,)
    assert refused("u" + "A" * 40_001, SMALL) == (Code.TOO_LARGE,)


def test_a_bomb_is_refused_within_a_second(monkeypatch):
    """A gigabyte in a megabyte: expanded to the limit (measured: 0.02 s), whatever comes after."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    mebibyte = deflate.compress(bytes(1 << 20)) + deflate.flush(zlib.Z_FULL_FLUSH)
    packed = PACKED[:10] + mebibyte * 1024
    expanded = []
    real = zlib.decompressobj

    class Counting:
        def __init__(self, window):
            self._real = real(window)

        def decompress(self, data, most):
            expanded.append(most)
            return self._real.decompress(data, most)

    monkeypatch.setattr(status_list.zlib, "decompressobj", Counting)
    bomb = published(packed)
    begun = time.process_time()
    assert refused(bomb) == (Code.TOO_LARGE,)
    assert time.process_time() - begun < 1
    assert expanded == [DEFAULT_LIMITS.status_list_bytes + 1]
