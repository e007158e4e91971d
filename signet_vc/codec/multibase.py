"""The two base encodings of this package, strict: what decodes also encodes back to itself.

base58btc (draft-msporny-base58, the alphabet of Bitcoin) for keys and Data Integrity signatures,
base64url (RFC 4648 §5, unpadded) for digests, nonces and JWS. The multibase letters ``z`` and ``u`` are
the caller's: one character in front. A signature costs 15 µs to make; general implementations of base58
take 10 to 250 µs for it, so the digits are computed here side by side, as lanes of one big integer.
"""

from __future__ import annotations

from binascii import Error as Base64Error
from binascii import a2b_base64, b2a_base64
from typing import Final

__all__ = [
    "EncodingError",
    "base58btc_decode",
    "base58btc_encode",
    "base64url_decode",
    "base64url_encode",
]


class EncodingError(ValueError):
    """The text is not in the encoding, or not in its only permitted spelling; or the data is too long."""


# base58 is quadratic in its length. The longest value of any suite here is 96 bytes, 132 characters.
_MAX_CHARACTERS: Final = 200
_MAX_BYTES: Final = 146

_ALPHABET: Final = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_DIGIT_TO_LETTER: Final = _ALPHABET.ljust(256, b"\0")
_NO_LETTER: Final = 0xFF
_LETTER_TO_DIGIT: Final = bytes(
    _ALPHABET.index(letter) if letter in _ALPHABET else _NO_LETTER for letter in range(256)
)


def _lanes(width: int, ones: int, count: int) -> int:
    """``count`` lanes of ``width`` bits, the lowest ``ones`` bits of each set."""
    return sum(((1 << ones) - 1) << (lane * width) for lane in range(count))


def _merge(step: int) -> tuple[int, int, int]:
    """One step of decoding: pairs of lanes of 8·2^step bits become one lane of twice the width.

    In a pair, high·2^width + low stands where high·58^(2^step) + low belongs; so high, times the
    difference of the two factors, is subtracted. Returns the width, the mask of all high halves once they
    are shifted down, and that difference.
    """
    width, lanes = 8 << step, 128 >> step
    return width, _lanes(2 * width, width, lanes), (1 << width) - 58 ** (1 << step)


_MERGES: Final = tuple(_merge(step) for step in range(8))  # up to 256 digits
_MERGES_SHORT: Final = _MERGES[:7]
_SHORT: Final = 128


def base58btc_decode(text: str, length: int | None = None) -> bytes:
    """The bytes that ``text`` (at most 200 characters, no ``z``) stands for; ``length`` if it is known.

    One leading ``1`` for each leading zero byte, neither more nor fewer: an altered spelling of a
    signature never decodes to the same signature. Raises EncodingError, also for another length.
    """
    if len(text) > _MAX_CHARACTERS or not text.isascii():
        raise EncodingError("no base58btc text of at most 200 characters")
    letters = text.encode("ascii")
    digits = letters.translate(_LETTER_TO_DIGIT)
    if _NO_LETTER in digits:
        raise EncodingError("a character is not in the base58btc alphabet")
    number = int.from_bytes(digits, "big")
    for width, mask, excess in _MERGES_SHORT if len(digits) <= _SHORT else _MERGES:
        number -= (number >> width & mask) * excess
    zeros = len(digits) - len(digits.lstrip(b"\0"))
    data = bytes(zeros) + number.to_bytes((number.bit_length() + 7) >> 3, "big")
    if length is not None and len(data) != length:
        raise EncodingError(f"the base58btc text holds {len(data)} bytes in place of {length}")
    return data


# Encoding 64 bytes, at most 88 digits: six chunks of sixteen digits by division, each in a lane of 256 bits;
# then every lane is cut in half four times, all lanes at once, to a digit in each lane of 16 bits. Division
# by d is multiplication by ceil(2^shift / d) and a shift, exact for values of n bits where
# ceil(2^shift / d)·d - 2^shift is at most 2^(shift - n).
_BYTES_IN_LANES: Final = 64
_LANE: Final = 256
_CHUNK: Final[int] = 58**16


def _halving(digits: int) -> tuple[int, int, int, int]:
    """Cut lanes of 2·``digits`` digits: multiplier, shift, mask of the quotients, excess.

    A quotient q moves to the upper half of its lane, and q times the divisor leaves the lower: so q, times
    the difference of the two factors, is added. No product reaches the next lane.
    """
    divisor, half = 58**digits, 16 * digits
    bits = (divisor * divisor - 1).bit_length()
    shift = next(s for s in range(bits, 2 * bits) if -(1 << s) % divisor <= 1 << (s - bits))
    mask = _lanes(2 * half, (divisor - 1).bit_length(), 48 // digits)
    return -(-(1 << shift) // divisor), shift, mask, (1 << half) - divisor


_HALVINGS: Final = tuple(_halving(digits) for digits in (8, 4, 2, 1))


def _digits_in_lanes(number: int) -> bytes:
    """The base58 digits of ``number`` (below 2^512), the highest first; 96 of them, zeros before the rest."""
    number, f = divmod(number, _CHUNK)
    number, e = divmod(number, _CHUNK)
    number, d = divmod(number, _CHUNK)
    number, c = divmod(number, _CHUNK)
    a, b = divmod(number, _CHUNK)
    lanes = ((((a << _LANE | b) << _LANE | c) << _LANE | d) << _LANE | e) << _LANE | f
    for multiplier, shift, mask, excess in _HALVINGS:
        lanes += (lanes * multiplier >> shift & mask) * excess
    return lanes.to_bytes(192, "big")[1::2]


def _digits_one_by_one(number: int) -> bytes:
    digits = bytearray()
    while number:
        number, digit = divmod(number, 58)
        digits.append(digit)
    return bytes(reversed(digits))


def base58btc_encode(data: bytes) -> str:
    """``data`` (at most 146 bytes) in base58btc, without the ``z``. Raises EncodingError if it is longer."""
    if len(data) > _MAX_BYTES:
        raise EncodingError("more than 146 bytes are not written in base58btc")
    number = int.from_bytes(data, "big")
    digits = _digits_in_lanes(number) if len(data) <= _BYTES_IN_LANES else _digits_one_by_one(number)
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "1" * zeros + digits.lstrip(b"\0").translate(_DIGIT_TO_LETTER).decode("ascii")


_TO_URL: Final = bytes.maketrans(b"+/", b"-_")
_FROM_URL: Final = bytes.maketrans(b"-_", b"+/")


def base64url_encode(data: bytes) -> str:
    """``data`` in unpadded base64url."""
    return b2a_base64(data, newline=False).translate(_TO_URL).rstrip(b"=").decode("ascii")


def base64url_decode(text: str) -> bytes:
    """The bytes that ``text`` stands for.

    Raises EncodingError for padding, white space, letters outside the alphabet, trailing bits that are
    not zero, and lengths that cannot be: for all that does not encode back to itself.
    """
    try:
        data = a2b_base64(text.encode("ascii").translate(_FROM_URL) + b"=" * (-len(text) % 4))
    except (UnicodeEncodeError, Base64Error) as error:
        raise EncodingError("no base64url text") from error
    if base64url_encode(data) != text:
        raise EncodingError("not the only permitted spelling in base64url")
    return data
