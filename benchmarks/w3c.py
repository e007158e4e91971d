"""Sign and verify in every suite and envelope, on credentials of the data model alone.

Against the bare primitive, ``openvc-core`` and Digital Bazaar's ``@digitalbazaar/vc`` in Node. Ours are the
public functions: the data model's checks, ``allowed_signers`` and, in verify, parsing included. A peer is
asked by its public functions on the same credentials, with the same keys; see ``peers`` and
``digitalbazaar``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from benchmarks import peers
from benchmarks.cases import KEYS, agents, seed, seeded
from benchmarks.digitalbazaar import DigitalBazaar, digitalbazaar, is_here
from benchmarks.measure import Figure, Side, of_calls, rates_of
from signet_vc import Policy, SigningKey, sign, verify
from signet_vc.keys import ed25519
from signet_vc.resources import CREDENTIALS_V2

__all__ = ["WAYS", "Way", "credential", "figures", "keys_of"]

_MANY, _FEW = 400, 50  # credentials: of the fast suites, and where one takes milliseconds
_ROUNDS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A way to secure a credential. name: in the figures. options: of ``sign``. count: of credentials."""

    name: str
    key_type: str
    options: dict[str, str]
    count: int = _MANY

    @property
    def suite(self) -> str | None:
        """Its cryptosuite, if it has one; peers are measured by these."""
        return self.options.get("suite")


WAYS: Final = (
    Way(name="eddsa-jcs-2022", key_type="Ed25519", options={"suite": "eddsa-jcs-2022"}),
    Way(name="ecdsa-jcs-2019/P-256", key_type="P-256", options={"suite": "ecdsa-jcs-2019"}),
    Way(name="ecdsa-jcs-2019/P-384", key_type="P-384", options={"suite": "ecdsa-jcs-2019"}),
    Way(name="eddsa-rdfc-2022", key_type="Ed25519", options={"suite": "eddsa-rdfc-2022"}, count=_FEW),
    Way(name="ecdsa-rdfc-2019/P-256", key_type="P-256", options={"suite": "ecdsa-rdfc-2019"}, count=_FEW),
    Way(name="ecdsa-rdfc-2019/P-384", key_type="P-384", options={"suite": "ecdsa-rdfc-2019"}, count=_FEW),
    Way(name="vc+jwt", key_type="Ed25519", options={"securing": "jws"}),
    Way(name="vc+sd-jwt", key_type="Ed25519", options={"securing": "sd-jwt"}),
    Way(name="vc+cose", key_type="Ed25519", options={"securing": "cose"}),
)
_IN_SECURING: Final = "eddsa-jcs-2022"  # whose baseline is in the group ``securing``, on request credentials

_sign: Callable[..., Any] = sign
_SIZES: Final = {"Ed25519": 32, "P-256": 32, "P-384": 48}


def figures() -> Iterator[Figure]:
    """``sign/WAY``, ``verify/WAY``, and of the cryptosuites each ``/vs/PEER``."""
    if not is_here():
        sys.stderr.write("Node or the packages of benchmarks/node are not here: no figures against them.\n")
        yield from _all(None)
        return
    every_key = [key for name in _SIZES for key in keys_of(name)]
    with digitalbazaar(every_key) as node:
        yield from _all(node)


def _all(node: DigitalBazaar | None) -> Iterator[Figure]:
    for way in WAYS:
        yield from _of(way, node)


def _of(way: Way, node: DigitalBazaar | None) -> Iterator[Figure]:
    keys = keys_of(way.key_type)
    unsigned = [(credential(number, keys[number % KEYS]), keys[number % KEYS]) for number in range(way.count)]
    secured = [_as_bytes(_sign(document, key, **way.options)) for document, key in unsigned]
    policy = Policy(allowed_signers=[key.did for key in keys])

    def ours_sign(item: tuple[dict[str, Any], SigningKey]) -> None:
        _sign(*item, **way.options)

    def ours_verify(data: bytes) -> None:
        result = verify(data, policy)
        assert result.verified, result.problems

    signing, verifying = of_calls(ours_sign, unsigned), of_calls(ours_verify, secured)
    if way.name != _IN_SECURING:
        bare_sign, bare_verify = _primitive(way, keys)
        yield rates_of(f"sign/{way.name}", signing, bare_sign, rounds=_ROUNDS)
        yield rates_of(f"verify/{way.name}", verifying, bare_verify, rounds=_ROUNDS)
    if way.suite is None:
        return
    numbered = [(document, number % KEYS) for number, (document, _) in enumerate(unsigned)]
    for name, their_sign, their_verify in _peers(way, keys, numbered, secured, node):
        yield rates_of(f"sign/{way.name}/vs/{name}", signing, their_sign, rounds=_ROUNDS)
        yield rates_of(f"verify/{way.name}/vs/{name}", verifying, their_verify, rounds=_ROUNDS)


def _peers(
    way: Way,
    keys: Sequence[SigningKey],
    numbered: Sequence[tuple[dict[str, Any], int]],
    secured: Sequence[bytes],
    node: DigitalBazaar | None,
) -> Iterator[tuple[str, Side, Side]]:
    suite = way.suite or ""
    openvc = peers.openvc(suite, keys)
    to_sign = openvc.to_sign(numbered)
    openvc.verify(secured[0])
    yield (
        openvc.name,
        of_calls(openvc.sign, to_sign),
        of_calls(openvc.verify, openvc.to_verify(to_sign, secured)),
    )
    if node is not None:
        offset = list(_SIZES).index(way.key_type) * KEYS
        theirs = [(document, offset + number) for document, number in numbered]
        (signed,) = node.signed(suite, theirs[:1])
        found = verify(json.dumps(signed), Policy(allowed_signers=[keys[0].did]))
        assert found.verified, found.problems
        yield "digitalbazaar", (partial(node.sign, suite), theirs), (partial(node.verify, suite), secured)


def _as_bytes(secured: object) -> bytes:
    if isinstance(secured, dict):
        return json.dumps(secured, separators=(",", ":"), ensure_ascii=False).encode()
    return secured if isinstance(secured, bytes) else str(secured).encode()


def credential(number: int, key: SigningKey) -> dict[str, Any]:
    """A credential that needs no context but the data model's own; each number another one."""
    return {
        "@context": [CREDENTIALS_V2],
        "id": f"urn:uuid:00000000-0000-4000-8000-{number:012d}",
        "type": ["VerifiableCredential"],
        "name": "Membership",
        "description": "What the association says of its member.",
        "issuer": key.did,
        "validFrom": "2026-03-30T11:37:25Z",
        "validUntil": "2126-03-30T11:37:25Z",
        "credentialSubject": {
            "id": f"did:example:member-{number}",
            "name": f"Member {number}",
            "description": "Joined on the first of March, and has paid since.",
        },
    }


# --- keys and their bare primitive --------------------------------------------------------------------


@cache
def keys_of(name: str) -> list[SigningKey]:
    """Twenty keys of a type."""
    if name == "Ed25519":
        return agents()
    size = _SIZES[name]
    # the first byte 0, so that every one is below the order of its curve
    return [SigningKey.from_secret(name, b"\0" + seeded(f"{name} {n}", size - 1)) for n in range(KEYS)]


def _primitive(way: Way, keys: Sequence[SigningKey]) -> tuple[Side, Side]:
    """Sign and verify 64 bytes by the backend's own functions, without what we do around them."""
    pairs = [_of_backend(number, key) for number, key in enumerate(keys)]
    messages = [seeded(f"hash {number}", 64) for number in range(way.count)]
    signs = [(pairs[number % KEYS][0], message) for number, message in enumerate(messages)]
    checks = [
        (pairs[number % KEYS][1], signs[number][0](message), message)
        for number, message in enumerate(messages)
    ]

    def sign_bare(item: tuple[Any, bytes]) -> None:
        item[0](item[1])

    def verify_bare(item: tuple[Any, bytes, bytes]) -> None:
        item[0](item[1], item[2])

    return of_calls(sign_bare, signs), of_calls(verify_bare, checks)


def _of_backend(
    number: int, key: SigningKey
) -> tuple[Callable[[bytes], bytes], Callable[[bytes, bytes], None]]:
    if key.key_type.name == "Ed25519":
        public, sign_bare = ed25519.BACKEND.signer(seed(number))
        judge = ed25519.BACKEND.verifier(public)

        def check(signature: bytes, message: bytes) -> None:
            if not judge(signature, message):
                raise InvalidSignature

        return sign_bare, check
    private = key.key_type.private_key(key.reveal_secret())
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    algorithm = ec.ECDSA(hashes.SHA384() if key.key_type.name == "P-384" else hashes.SHA256())
    public_key = private.public_key()
    return (
        lambda message: private.sign(message, algorithm),
        lambda signature, message: public_key.verify(signature, message, algorithm),
    )
