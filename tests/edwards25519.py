"""Edwards25519 by the textbook (RFC 8032 §5.1), to build odd keys and signatures with; slow."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import TypeAlias

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P

Point: TypeAlias = tuple[int, int, int, int]  # extended coordinates X, Y, Z, T
IDENTITY: Point = (0, 1, 1, 0)


def add(p: Point, q: Point) -> Point:
    a = (p[1] - p[0]) * (q[1] - q[0]) % P
    b = (p[1] + p[0]) * (q[1] + q[0]) % P
    c = 2 * p[3] * q[3] * D % P
    d = 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(scalar: int, p: Point) -> Point:
    q = IDENTITY
    while scalar:
        if scalar & 1:
            q = add(q, p)
        p = add(p, p)
        scalar >>= 1
    return q


def encode(p: Point) -> bytes:
    inverse = pow(p[2], -1, P)
    x, y = p[0] * inverse % P, p[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def decode(encoding: bytes) -> Point | None:
    """Read a point leniently: y is reduced and x = 0 may carry a sign; None off the curve."""
    bits = int.from_bytes(encoding, "little")
    y, sign = bits % 2**255 % P, bits >> 255
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P:
        return None
    if x & 1 != sign:
        x = P - x if x else 0
    return x, y, 1, x * y % P


def _base() -> Point:
    point = decode((4 * pow(5, -1, P) % P).to_bytes(32, "little"))
    assert point is not None
    return point


BASE = _base()


def torsion() -> list[Point]:
    """Give the 8 points of small order: the multiples of one of order 8."""
    y = 2
    while True:
        point = decode(y.to_bytes(32, "little"))
        if point is not None:
            candidate = multiply(L, point)
            if encode(multiply(4, candidate)) != encode(IDENTITY):
                return [multiply(n, candidate) for n in range(8)]
        y += 1


def small_order_encodings() -> tuple[list[bytes], list[bytes]]:
    """Give all encodings of small order that a lenient reader takes: canonical ones, and the others."""
    canonical = sorted(encode(point) for point in torsion())
    small = set(canonical)
    others = set()
    for point in canonical:
        y = int.from_bytes(point, "little") % 2**255
        for bits in (y, y + P):
            for sign in (0, 1):
                if bits < 2**255:
                    encoding = (bits | sign << 255).to_bytes(32, "little")
                    lenient = decode(encoding)
                    if lenient is not None and encode(lenient) in small and encoding not in small:
                        others.add(encoding)
    return canonical, sorted(others)


def challenge(r: bytes, a: bytes, message: bytes) -> int:
    return int.from_bytes(hashlib.sha512(r + a + message).digest(), "little") % L


def messages() -> Iterator[bytes]:
    for number in range(10_000):
        yield b"message %d" % number


def expand(seed: bytes) -> int:
    """Give the secret scalar of a seed."""
    digest = bytearray(hashlib.sha512(seed).digest()[:32])
    digest[0] &= 248
    digest[31] &= 63
    digest[31] |= 64
    return int.from_bytes(digest, "little")


def scalar_bytes(scalar: int) -> bytes:
    return scalar.to_bytes(32, "little")


def holds(signature: bytes, message: bytes, key: bytes, *, cofactor: int) -> bool:
    """Evaluate the plain equation, leniently, times the cofactor (1 or 8)."""
    a, r = decode(key), decode(signature[:32])
    assert a is not None
    assert r is not None
    k, s = challenge(signature[:32], key, message), int.from_bytes(signature[32:], "little")
    left = multiply(cofactor, multiply(s, BASE))
    right = multiply(cofactor, add(r, multiply(k, a)))
    return encode(left) == encode(right)
