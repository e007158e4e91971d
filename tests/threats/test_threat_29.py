"""Verifiers disagree about odd Ed25519 signatures: ours never with itself, with others where it is known.

Every case but those that need the cofactor fulfils the plain equation: nobody who accepts it is wrong by
RFC 8032. That is why the profile is stated exactly, as the first column of EXPECTED.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple

import edwards25519 as curve
import pytest

from signet_vc.errors import ProblemError
from signet_vc.keys.ed25519 import BACKENDS, ed25519_on
from signet_vc.keys.signing import PublicKey

SEED = bytes(range(32))
SCALAR = curve.expand(SEED)
HONEST = curve.encode(curve.multiply(SCALAR, curve.BASE))
CANONICAL, NON_CANONICAL = curve.small_order_encodings()


class Case(NamedTuple):
    """A signature that somebody accepts."""

    kind: str
    key: bytes
    signature: bytes
    message: bytes


class Verdicts(NamedTuple):
    """How many of a kind's cases each accepts; the bare backends stand without our guard."""

    cases: int
    ours: int
    pynacl: int
    cryptography: int
    node: int


EXPECTED = {
    "honest": Verdicts(4, 4, 4, 4, 4),
    "small-order key, canonical": Verdicts(8, 0, 0, 8, 8),
    "small-order key, non-canonical": Verdicts(6, 0, 0, 6, 6),
    "R is the identity": Verdicts(1, 0, 0, 1, 1),
    "other R of small order": Verdicts(13, 0, 0, 0, 0),
    "S beyond the order": Verdicts(7, 0, 0, 0, 0),
    "mixed-order key": Verdicts(5, 5, 5, 5, 5),
    "mixed-order key, only with the cofactor": Verdicts(5, 0, 0, 0, 0),
}


# -- the table -------------------------------------------------------------------------------------


@cache
def table() -> tuple[Case, ...]:
    return (*_honest(), *_small_order_keys(), *_small_order_r(), *_beyond_the_order(), *_mixed_order())


def _honest() -> Iterator[Case]:
    for message in (b"", b"m", b"\x00" * 64, b"long " * 1000):
        yield Case("honest", HONEST, _signature(message), message)


def _small_order_keys() -> Iterator[Case]:
    """R = sB, by nobody: it fits every message whose challenge kills the key."""
    signature = curve.encode(curve.multiply(77, curve.BASE)) + curve.scalar_bytes(77)
    for kind, keys in (("canonical", CANONICAL), ("non-canonical", NON_CANONICAL)):
        for key in keys:
            fits = (m for m in curve.messages() if curve.holds(signature, m, key, cofactor=1))
            yield Case(f"small-order key, {kind}", key, signature, next(fits))


def _small_order_r() -> Iterator[Case]:
    identity = curve.encode(curve.IDENTITY)
    for r in CANONICAL + NON_CANONICAL:
        s = curve.challenge(r, HONEST, b"m") * SCALAR % curve.L
        kind = "R is the identity" if r == identity else "other R of small order"
        yield Case(kind, HONEST, r + curve.scalar_bytes(s), b"m")


def _beyond_the_order() -> Iterator[Case]:
    good = _signature(b"m")
    s = int.from_bytes(good[32:], "little")
    for k in range(1, 8):
        yield Case("S beyond the order", HONEST, good[:32] + curve.scalar_bytes(s + k * curve.L), b"m")


def _mixed_order() -> Iterator[Case]:
    """An honest key plus a point of small order: some messages need the cofactor, the others do not."""
    r = curve.encode(curve.multiply(4321, curve.BASE))
    for point in curve.torsion()[1:6]:
        key = curve.encode(curve.add(curve.multiply(SCALAR, curve.BASE), point))
        wanted = {True: "mixed-order key", False: "mixed-order key, only with the cofactor"}
        for message in curve.messages():
            s = (4321 + curve.challenge(r, key, message) * SCALAR) % curve.L
            signature = r + curve.scalar_bytes(s)
            kind = wanted.pop(curve.holds(signature, message, key, cofactor=1), None)
            if kind is not None:
                yield Case(kind, key, signature, message)
            if not wanted:
                break


def _signature(message: bytes, nonce: int = 1234567) -> bytes:
    r = curve.encode(curve.multiply(nonce, curve.BASE))
    return r + curve.scalar_bytes((nonce + curve.challenge(r, HONEST, message) * SCALAR) % curve.L)


def accepted(verify: Callable[[Case], bool]) -> Counter[str]:
    return Counter(case.kind for case in table() if verify(case))


def expected(column: str) -> Counter[str]:
    return Counter({kind: getattr(row, column) for kind, row in EXPECTED.items() if getattr(row, column)})


# -- the verdicts ----------------------------------------------------------------------------------


def test_threat_29_the_table_is_whole() -> None:
    assert Counter(case.kind for case in table()) == expected("cases")
    plain = [case for case in table() if not case.kind.endswith(("with the cofactor", "R of small order"))]
    for case in plain:
        assert curve.holds(case.signature, case.message, case.key, cofactor=1)
    for case in table():
        assert curve.holds(case.signature, case.message, case.key, cofactor=8)


@pytest.mark.parametrize("name", BACKENDS)
def test_threat_29_our_verdict_is_the_same_on_every_backend(name: str) -> None:
    key_type = ed25519_on(BACKENDS[name])

    def verify(case: Case) -> bool:
        try:
            return PublicKey(key_type=key_type, raw=case.key).verify(case.signature, case.message)
        except ProblemError:
            return False

    assert accepted(verify) == expected("ours")


@pytest.mark.parametrize("name", BACKENDS)
def test_threat_29_the_bare_backends_differ_where_it_is_known(name: str) -> None:
    bare = BACKENDS[name].verifier
    assert accepted(lambda case: bare(case.key)(case.signature, case.message)) == expected(name)


NODE = """
const {createPublicKey, verify} = require("node:crypto");
const prefix = Buffer.from("302a300506032b6570032100", "hex");  // SubjectPublicKeyInfo of Ed25519
const bytes = (text) => Buffer.from(text, "hex");
const judge = ([key, signature, message]) => {
  try {
    const der = Buffer.concat([prefix, bytes(key)]);
    const publicKey = createPublicKey({key: der, format: "der", type: "spki"});
    return verify(null, bytes(message), publicKey, bytes(signature));
  } catch (error) {
    return false;
  }
};
const cases = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
console.log(JSON.stringify(cases.map(judge)));
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not here: its crypto is not asked")
def test_threat_29_node_differs_where_it_is_known() -> None:
    cases = [[each.hex() for each in case[1:]] for case in table()]
    done = subprocess.run(
        ["node", "-e", NODE], input=json.dumps(cases), capture_output=True, text=True, check=True
    )
    verdicts = dict(zip(table(), json.loads(done.stdout), strict=True))
    assert accepted(verdicts.__getitem__) == expected("node")
