"""JWKs: one spelling, a public part that fits, a purpose that fits."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from secrecy import everything_in, leaked

from signet_vc.errors import Code, ProblemError
from signet_vc.keys.jwk import public_from_jwk, public_to_jwk, secret_from_jwk, secret_to_jwk, thumbprint
from signet_vc.keys.signing import KEY_TYPES, Key

SECRETS = {name: bytes(range(1, row.secret_length + 1)) for name, row in KEY_TYPES.items()}
KEYS = {name: Key.from_secret(name, secret) for name, secret in SECRETS.items()}
CURVES = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1()}
each_type = pytest.mark.parametrize("name", KEY_TYPES)

# RFC 8037, appendix A.1 and A.3
RFC_8037 = {
    "kty": "OKP",
    "crv": "Ed25519",
    "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
}


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def refused(reader, jwk):
    with pytest.raises(ProblemError) as caught:
        reader(jwk)
    assert caught.value.codes == (Code.KEY_INVALID,)
    return caught.value


@each_type
def test_round_trips(name):
    key = KEYS[name]
    public, secret = public_to_jwk(key.public_key), secret_to_jwk(key)
    assert public_from_jwk(public) == key.public_key
    assert secret_from_jwk(secret) == (name, SECRETS[name])
    assert secret == {**public, "d": b64(SECRETS[name])}
    assert list(public) == (["kty", "crv", "x"] if name == "Ed25519" else ["kty", "crv", "x", "y"])


def test_rfc_8037():
    name, secret = secret_from_jwk(RFC_8037)
    assert public_to_jwk(Key.from_secret(name, secret).public_key)["x"] == RFC_8037["x"]
    assert thumbprint(RFC_8037) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_rfc_7638():
    """The thumbprint of §3.1, an RSA key with members that do not count."""
    n = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3"
        "oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdA"
        "ZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-"
        "kEgU8awapJzKnqDKgw"
    )
    jwk = {"kty": "RSA", "n": n, "e": "AQAB", "alg": "RS256", "kid": "2011-04-29"}
    assert thumbprint(jwk) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


def test_thumbprints_need_their_members():
    for bad in (
        {},
        {"kty": "oct", "k": "AA"},
        {"kty": "OKP", "crv": "Ed25519"},
        {"kty": ["OKP"]},
        {"kty": "EC", "x": 1},
    ):
        refused(thumbprint, bad)


@pytest.mark.parametrize("name", CURVES)
def test_coordinates_are_the_point_s(name):
    numbers = (
        ec.derive_private_key(int.from_bytes(SECRETS[name], "big"), CURVES[name])
        .public_key()
        .public_numbers()
    )
    size = len(SECRETS[name])
    jwk = public_to_jwk(KEYS[name].public_key)
    assert (jwk["x"], jwk["y"]) == (
        b64(numbers.x.to_bytes(size, "big")),
        b64(numbers.y.to_bytes(size, "big")),
    )


@each_type
def test_members_that_say_nothing_against_it_are_ignored(name):
    row = KEY_TYPES[name]
    public = public_to_jwk(KEYS[name].public_key)
    for extra in (
        {"use": "sig"},
        {"key_ops": ["verify"]},
        {"kid": "k"},
        {"x5c": []},
        *({"alg": algorithm} for algorithm in row.jws_algorithms),
    ):
        assert public_from_jwk({**public, **extra}) == KEYS[name].public_key


@each_type
def test_keys_for_something_else_are_refused(name):
    public, secret = public_to_jwk(KEYS[name].public_key), secret_to_jwk(KEYS[name])
    for extra in (
        {"use": "enc"},
        {"use": None},
        {"key_ops": ["sign"]},
        {"key_ops": []},
        {"key_ops": "verify"},
        {"alg": "ES512" if name != "P-521" else "ES384"},
        {"alg": "none"},
        {"alg": None},
        {"alg": ["EdDSA"]},
        {"alg": "HS256"},
    ):
        refused(public_from_jwk, {**public, **extra})
    refused(secret_from_jwk, {**secret, "key_ops": ["verify"]})
    refused(public_from_jwk, secret)


@each_type
def test_bad_public_keys(name):
    public = public_to_jwk(KEYS[name].public_key)
    for member in set(public) - {"kty", "crv"}:
        value = public[member]
        raw = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
        for bad in (
            None,
            1,
            "",
            [],
            value + "=",
            value + "\n",
            " " + value,
            b64(raw[:-1]),
            b64(raw + b"\0"),
            b64(b"\0" + raw),
            base64.b64encode(b"\xfb\xff" + raw[2:]).decode(),
            "é" + value[1:],
            value + "A",
            b64(bytes(len(raw))),
        ):
            refused(public_from_jwk, {**public, member: bad})
        refused(public_from_jwk, {k: v for k, v in public.items() if k != member})
    for extra in (
        {"kty": "RSA"},
        {"kty": None},
        {"crv": "secp256k1"},
        {"crv": ["P-256"]},
        {"kty": "OKP", "crv": "P-256"},
    ):
        refused(public_from_jwk, {**public, **extra})
    refused(public_from_jwk, {})


@pytest.mark.parametrize("name", CURVES)
def test_a_y_of_another_point_is_refused(name):
    public = public_to_jwk(KEYS[name].public_key)
    other = public_to_jwk(Key.from_secret(name, SECRETS[name][:1] + SECRETS[name][:0:-1]).public_key)
    refused(public_from_jwk, {**public, "y": other["y"]})


def test_trailing_bits_are_no_second_spelling():
    public = public_to_jwk(KEYS["Ed25519"].public_key)
    last = public["x"][-1]
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    refused(public_from_jwk, {**public, "x": public["x"][:-1] + alphabet[alphabet.index(last) + 1]})


@each_type
def test_threat_55_bad_secrets_are_not_shown(name):
    secret = secret_to_jwk(KEYS[name])
    d = secret["d"]
    other = secret_to_jwk(Key.from_secret(name, SECRETS[name][:1] + SECRETS[name][:0:-1]))
    for bad in (
        {**secret, "d": d + "="},
        {**secret, "d": d[:-1]},
        {**secret, "d": "!" + d},
        {**secret, "d": [d]},
        {**secret, "d": int.from_bytes(SECRETS[name], "big")},
        {**other, "d": d},
        {**secret, "x": other["x"]},
        {**secret, "crv": "none"},
        {**secret, "d": d + "é"},
        {k: v for k, v in secret.items() if k != "x"},
    ):
        error = refused(secret_from_jwk, bad)
        assert not leaked(everything_in(error), SECRETS[name], d[:-1])
