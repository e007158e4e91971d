"""ECDSA on P-256, P-384 and P-521: points, spellings of signatures, RFC 6979."""

from __future__ import annotations

import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from hypothesis import given, settings
from hypothesis import strategies as st

from signet_vc.errors import Code, ProblemError
from signet_vc.keys import nist
from signet_vc.keys.nist import P256, P384, P521
from signet_vc.keys.signing import Key, PublicKey

CURVES = [P256, P384, P521]
PRIMES = {
    "P-256": 2**256 - 2**224 + 2**192 + 2**96 - 1,
    "P-384": 2**384 - 2**128 - 2**96 + 2**32 - 1,
    "P-521": 2**521 - 1,
}
COFACTORLESS_B = {
    "P-256": 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
    "P-384": int(
        "B3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF", 16
    ),
    "P-521": int(
        "0051953EB9618E1C9A1F929A21A0B68540EEA2DA725B99B315F3B8B489918EF109E1"
        "56193951EC7E937B1652C0BD3BB1BF073573DF883D2C34F1EF451FD46B503F00",
        16,
    ),
}
each_curve = pytest.mark.parametrize("curve", CURVES, ids=lambda curve: curve.name)

# RFC 6979 A.2.5 to A.2.7: secret, r, s (its s, which may be the higher one), message "sample"
RFC_6979 = [
    (
        "P-256",
        "C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721",
        "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716",
        "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8",
    ),
    (
        "P-384",
        "6B9D3DAD2E1B8C1C05B19875B6659F4DE23C3B667BF297BA9AA47740787137D896D5724E4C70A825F872C9EA60D2EDF5",
        "94EDBB92A5ECB8AAD4736E56C691916B3F88140666CE9FA73D64C4EA95AD133C81A648152E44ACF96E36DD1E80FABE46",
        "99EF4AEB15F178CEA1FE40DB2603138F130E740A19624526203B6351D0A3A94FA329C145786E679E7B82C71A38628AC8",
    ),
    (
        "P-521",
        (
            "00FAD06DAA62BA3B25D2FB40133DA757205DE67F5BB0018FEE8C86E1B68C7E75CA"
            "A896EB32F1F47C70855836A6D16FCC1466F6D8FBEC67DB89EC0C08B0E996B83538"
        ),
        (
            "00C328FAFCBD79DD77850370C46325D987CB525569FB63C5D3BC53950E6D4C5F17"
            "4E25A1EE9017B5D450606ADD152B534931D7D4E8455CC91F9B15BF05EC36E377FA"
        ),
        (
            "00617CCE7CF5064806C467F678D3B4080D6F1CC50AF26CA209417308281B68AF28"
            "2623EAA63E5B5C0723D8B8C37FF0777B1A20F8CCB1DCCC43997F1EE0E44DA4A67A"
        ),
    ),
]


def key_on(curve) -> Key:
    return Key.from_secret(curve.name, bytes(range(1, curve.secret_length + 1)))


def split(curve, signature: bytes) -> tuple[int, int]:
    return (
        int.from_bytes(signature[: curve.secret_length], "big"),
        int.from_bytes(signature[curve.secret_length :], "big"),
    )


def join(curve, r: int, s: int) -> bytes:
    return r.to_bytes(curve.secret_length, "big") + s.to_bytes(curve.secret_length, "big")


@pytest.mark.parametrize(("name", "secret", "r", "s"), RFC_6979, ids=["P-256", "P-384", "P-521"])
def test_rfc_6979(name, secret, r, s):
    key = Key.from_secret(name, bytes.fromhex(secret))
    curve = key.key_type
    expected = join(curve, int(r, 16), min(int(s, 16), curve.order - int(s, 16)))
    assert key.sign(b"sample") == expected
    assert key.public_key.verify(bytes.fromhex(r + s), b"sample")


@each_curve
@settings(deadline=None, max_examples=50)
@given(message=st.binary(max_size=100))
def test_ours_are_low_s_and_verify_in_both_spellings(curve, message):
    key = key_on(curve)
    signature = key.sign(message)
    r, s = split(curve, signature)
    other = join(curve, r, curve.order - s)
    assert len(signature) == curve.signature_length
    assert curve.is_low_s(signature)
    assert not curve.is_low_s(other)
    assert key.public_key.verify(signature, message)
    assert key.public_key.verify(other, message)
    assert not key.public_key.verify(signature, message + b".")


@each_curve
def test_low_s_ends_at_half_the_order(curve):
    half = curve.order // 2
    assert curve.is_low_s(join(curve, 1, half))
    assert not curve.is_low_s(join(curve, 1, half + 1))


@each_curve
def test_signatures_out_of_range_or_of_another_length_are_refused(curve):
    key = key_on(curve)
    good = key.sign(b"m")
    r, s = split(curve, good)
    top = 2 ** (8 * curve.secret_length) - 1
    for bad_r, bad_s in [(0, s), (r, 0), (0, 0), (curve.order, s), (r, curve.order), (top, top)]:
        assert not key.public_key.verify(join(curve, bad_r, bad_s), b"m")
    for bad in [b"", good[:-1], good + b"\0", b"\0" + good, encode_dss_signature(r, s)]:
        assert not key.public_key.verify(bad, b"m")


@each_curve
@settings(deadline=None, max_examples=100)
@given(bit=st.integers(0, 8 * 132 - 1))
def test_no_altered_signature_verifies(curve, bit):
    key = key_on(curve)
    good = key.sign(b"m")
    altered = int.from_bytes(good, "big") ^ 1 << bit % (8 * len(good))
    assert not key.public_key.verify(altered.to_bytes(len(good), "big"), b"m")


@each_curve
def test_only_compressed_points_of_the_curve_are_keys(curve):
    good = key_on(curve).public_key.raw
    p, size = PRIMES[curve.name], curve.secret_length
    assert PublicKey(key_type=curve, raw=bytes([5 - good[0]]) + good[1:]).raw != good  # the other root
    off = next(
        x for x in range(2, 100) if pow(x**3 - 3 * x + COFACTORLESS_B[curve.name], (p - 1) // 2, p) != 1
    )
    bad = [
        bytes([2]) + off.to_bytes(size, "big"),
        bytes([2]) + p.to_bytes(size, "big"),
        bytes([2]) + (2 ** (8 * size) - 1).to_bytes(size, "big"),
        bytes(1 + size),
        *(bytes([lead]) + good[1:] for lead in (0, 1, 4, 5, 6, 7, 255)),
        good[:-1],
        good + b"\0",
        b"",
    ]
    for raw in bad:
        with pytest.raises(ProblemError) as caught:
            PublicKey(key_type=curve, raw=raw)
        assert caught.value.codes == (Code.KEY_INVALID,)


@each_curve
def test_an_x_beyond_the_prime_is_no_second_spelling(curve):
    """x and x + p fit the same length where x is small enough."""
    p, size = PRIMES[curve.name], curve.secret_length
    small = next(
        x for x in range(2, 100) if pow(x**3 - 3 * x + COFACTORLESS_B[curve.name], (p - 1) // 2, p) == 1
    )
    assert PublicKey(key_type=curve, raw=bytes([2]) + small.to_bytes(size, "big"))
    with pytest.raises(ProblemError) as caught:
        PublicKey(key_type=curve, raw=bytes([2]) + (small + p).to_bytes(size, "big"))
    assert caught.value.codes == (Code.KEY_INVALID,)


@each_curve
def test_secrets_are_below_the_order(curve):
    size = curve.secret_length
    for good in (1, curve.order - 1):
        Key.from_secret(curve.name, good.to_bytes(size, "big"))
    for bad in (0, curve.order, 2 ** (8 * size) - 1):
        with pytest.raises(ProblemError) as caught:
            Key.from_secret(curve.name, bad.to_bytes(size, "big"))
        assert caught.value.codes == (Code.KEY_INVALID,)


@each_curve
@settings(deadline=None, max_examples=100)
@given(random=st.binary(min_size=66, max_size=66))
def test_candidates_lose_only_the_bits_above_the_order(curve, random):
    """Otherwise one draw of 512 would be a secret of P-521."""
    draw = random[: curve.secret_length]
    made = curve.candidate(draw)
    assert len(made) == curve.secret_length
    mask = (1 << curve.order.bit_length()) - 1
    assert int.from_bytes(made, "big") == int.from_bytes(draw, "big") & mask


def test_signing_is_random_where_the_library_cannot_be_deterministic(monkeypatch):
    def ecdsa(algorithm, *, deterministic_signing=False):
        if deterministic_signing:
            raise UnsupportedAlgorithm("not in this build")
        return genuine(algorithm)

    genuine = ec.ECDSA
    monkeypatch.setattr(nist.ec, "ECDSA", ecdsa)
    assert not nist._signing_algorithm(hashes.SHA256()).deterministic_signing
    monkeypatch.undo()
    assert nist._signing_algorithm(hashes.SHA256()).deterministic_signing
