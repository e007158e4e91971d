"""Both backends, one verdict: the odd keys and signatures that libraries disagree on, rebuilt here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import edwards25519 as curve
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signet_vc.errors import Code, ProblemError
from signet_vc.keys.ed25519 import BACKEND, BACKENDS, SMALL_ORDER, ed25519_on
from signet_vc.keys.signing import PublicKey

TYPES = [ed25519_on(backend) for backend in BACKENDS.values()]
each_backend = pytest.mark.parametrize("key_type", TYPES, ids=list(BACKENDS))

SEED = bytes(range(32))
SCALAR = curve.expand(SEED)
HONEST = curve.encode(curve.multiply(SCALAR, curve.BASE))
TORSION = curve.torsion()
CANONICAL, NON_CANONICAL = curve.small_order_encodings()

# RFC 8032 §7.1, test 2: seed, key, message, signature
RFC_SEED = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
RFC_KEY = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
RFC_SIGNATURE = bytes.fromhex(
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
)


def codes(key_type, raw):
    with pytest.raises(ProblemError) as caught:
        PublicKey(key_type=key_type, raw=raw)
    return caught.value.codes


def honest_signature(message: bytes, nonce: int = 1234567) -> bytes:
    r = curve.encode(curve.multiply(nonce, curve.BASE))
    s = (nonce + curve.challenge(r, HONEST, message) * SCALAR) % curve.L
    return r + curve.scalar_bytes(s)


def forged_under_small_order(key: bytes) -> tuple[bytes, bytes]:
    """A signature by nobody: R = sB fits every message whose challenge kills the key."""
    r, s = curve.encode(curve.multiply(77, curve.BASE)), curve.scalar_bytes(77)
    return next((r + s, m) for m in curve.messages() if curve.holds(r + s, m, key, cofactor=1))


def mixed_order_cases(*, cofactorless: bool) -> list[tuple[bytes, bytes, bytes]]:
    """Five (key, signature, message): an honest key plus each of 5 points of small order but the identity."""
    cases = []
    for point in TORSION[1:6]:
        key = curve.encode(curve.add(curve.multiply(SCALAR, curve.BASE), point))
        r = curve.encode(curve.multiply(4321, curve.BASE))
        for message in curve.messages():
            k = curve.challenge(r, key, message)
            signature = r + curve.scalar_bytes((4321 + k * SCALAR) % curve.L)
            if curve.holds(signature, message, key, cofactor=1) == cofactorless:
                cases.append((key, signature, message))
                break
    return cases


def test_the_list_is_all_encodings_of_small_order():
    assert (len(CANONICAL), len(NON_CANONICAL)) == (8, 6)
    assert frozenset(CANONICAL + NON_CANONICAL) == SMALL_ORDER


def test_pynacl_is_preferred_and_both_backends_are_tested():
    pytest.importorskip("nacl", reason="PyNaCl is not installed: only one backend is tested")
    assert list(BACKENDS) == ["pynacl", "cryptography"]
    assert BACKEND is BACKENDS["pynacl"]


@each_backend
def test_rfc_8032(key_type):
    raw, sign = key_type.signer(RFC_SEED)
    assert raw == RFC_KEY
    assert sign(b"\x72") == RFC_SIGNATURE
    public_key = PublicKey(key_type=key_type, raw=raw)
    assert public_key.verify(RFC_SIGNATURE, b"\x72")
    assert not public_key.verify(RFC_SIGNATURE, b"\x73")
    assert key_type.is_low_s(RFC_SIGNATURE)


@each_backend
def test_the_construction_itself_is_right(key_type):
    assert PublicKey(key_type=key_type, raw=HONEST).verify(honest_signature(b"m"), b"m")


@each_backend
@pytest.mark.parametrize("key", CANONICAL + NON_CANONICAL, ids=bytes.hex)
def test_threat_26_keys_of_small_order_are_refused(key_type, key):
    signature, message = forged_under_small_order(key)
    assert curve.holds(signature, message, key, cofactor=1)
    assert codes(key_type, key) == (Code.KEY_INVALID,)


@each_backend
def test_threat_50_no_signature_fits_every_message(key_type):
    """Under the identity point R = sB does; that key is none, here and as a did:key."""
    identity = curve.encode(curve.IDENTITY)
    signature = curve.encode(curve.multiply(77, curve.BASE)) + curve.scalar_bytes(77)
    assert all(curve.holds(signature, message, identity, cofactor=1) for message in (b"", b"a", b"b"))
    assert codes(key_type, identity) == (Code.KEY_INVALID,)


@each_backend
def test_threat_50_a_signature_fits_one_key(key_type):
    signature = honest_signature(b"m")
    for number in range(1, 20):
        other, _ = key_type.signer(bytes([number]) * 32)
        assert not PublicKey(key_type=key_type, raw=other).verify(signature, b"m")


@each_backend
@pytest.mark.parametrize("r", CANONICAL + NON_CANONICAL, ids=bytes.hex)
def test_threat_26_r_of_small_order_is_refused(key_type, r):
    s = curve.challenge(r, HONEST, b"m") * SCALAR % curve.L
    signature = r + curve.scalar_bytes(s)
    assert curve.holds(signature, b"m", HONEST, cofactor=8)
    assert not PublicKey(key_type=key_type, raw=HONEST).verify(signature, b"m")


@each_backend
@pytest.mark.parametrize("y", range(curve.P, 2**255), ids=lambda y: f"p+{y - curve.P}")
@pytest.mark.parametrize("sign", [0, 1])
def test_threat_27_non_canonical_keys_are_refused(key_type, y, sign):
    assert codes(key_type, (y | sign << 255).to_bytes(32, "little")) == (Code.KEY_INVALID,)


@each_backend
def test_keys_off_the_curve_are_refused(key_type):
    off = [y.to_bytes(32, "little") for y in range(2, 40) if curve.decode(y.to_bytes(32, "little")) is None]
    assert len(off) > 10
    for raw in off:
        assert codes(key_type, raw) == (Code.KEY_INVALID,)


@each_backend
def test_keys_on_the_curve_are_taken(key_type):
    on = [
        y.to_bytes(32, "little") for y in range(2, 40) if curve.decode(y.to_bytes(32, "little")) is not None
    ]
    assert len(on) > 10
    for raw in on:
        assert PublicKey(key_type=key_type, raw=raw).raw == raw


@each_backend
@pytest.mark.parametrize("k", range(1, 8))
def test_threat_28_s_beyond_the_order_is_refused(key_type, k):
    good = honest_signature(b"m")
    s = int.from_bytes(good[32:], "little") + k * curve.L
    bad = good[:32] + curve.scalar_bytes(s)
    assert curve.holds(bad, b"m", HONEST, cofactor=1)
    assert not PublicKey(key_type=key_type, raw=HONEST).verify(bad, b"m")


@each_backend
@pytest.mark.parametrize(("key", "signature", "message"), mixed_order_cases(cofactorless=True))
def test_threat_29_mixed_order_keys_verify_without_the_cofactor(key_type, key, signature, message):
    assert PublicKey(key_type=key_type, raw=key).verify(signature, message)


@each_backend
@pytest.mark.parametrize(("key", "signature", "message"), mixed_order_cases(cofactorless=False))
def test_threat_29_what_needs_the_cofactor_is_refused(key_type, key, signature, message):
    assert curve.holds(signature, message, key, cofactor=8)
    assert not PublicKey(key_type=key_type, raw=key).verify(signature, message)


@settings(deadline=None, max_examples=200)
@given(
    signature=st.binary(max_size=80)
    | st.builds(
        lambda bit: (int.from_bytes(RFC_SIGNATURE, "big") ^ 1 << bit).to_bytes(64, "big"), st.integers(0, 511)
    ),
    message=st.binary(max_size=64) | st.just(b"\x72"),
)
def test_threat_29_no_other_signature_verifies_on_any_backend(signature, message):
    for key_type in TYPES:
        assert not PublicKey(key_type=key_type, raw=RFC_KEY).verify(signature, message)


@settings(deadline=None, max_examples=100)
@given(raw=st.binary(min_size=32, max_size=32))
def test_threat_29_backends_agree_on_what_a_key_is(raw):
    def verdict(key_type):
        try:
            return PublicKey(key_type=key_type, raw=raw).verify(RFC_SIGNATURE, b"\x72")
        except ProblemError as error:
            return error.codes

    assert len({verdict(key_type) for key_type in TYPES}) == 1


@settings(deadline=None, max_examples=50)
@given(seed=st.binary(min_size=32, max_size=32), message=st.binary(max_size=200))
def test_backends_make_the_same_keys_and_signatures(seed, message):
    results = {(raw, sign(message)) for raw, sign in (key_type.signer(seed) for key_type in TYPES)}
    assert len(results) == 1


def test_without_pynacl_the_package_works_on_cryptography():
    program = (
        "import sys; sys.modules['nacl'] = None; sys.modules['nacl.bindings'] = None\n"
        "from signet_vc.keys.ed25519 import BACKEND, BACKENDS\n"
        "from signet_vc.keys.signing import Key\n"
        "key = Key.from_secret('Ed25519', bytes.fromhex(sys.argv[1]))\n"
        "assert list(BACKENDS) == ['cryptography'] and BACKEND.name == 'cryptography'\n"
        "print(key.sign(b'\\x72').hex())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, RFC_SEED.hex()],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert done.stdout.strip() == RFC_SIGNATURE.hex()
