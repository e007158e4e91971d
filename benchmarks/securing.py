"""Sign and verify: against the bare primitive of the same backend, and against other implementations.

Ours are the public functions: schema, ``allowed_signers`` and, in verify, parsing included. A peer is
asked by its public functions for the same work on the same credentials.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from benchmarks import peers
from benchmarks.cases import KEYS, agents, requests, seed, seeded
from benchmarks.measure import Figure, rates
from signet_vc import Policy, SigningKey, sign, verify
from signet_vc.keys import ed25519

__all__ = ["figures"]

_SUITE = "eddsa-jcs-2022"
_FOR_PEERS = 200  # they are slower: fewer credentials


def figures() -> Iterator[Figure]:
    """``sign/…``, ``verify/…``, and each ``/vs/PEER``."""
    unsigned = requests()
    signed = [sign(document, key) for document, key in unsigned]
    texts = [json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode() for document in signed]
    policy = Policy(allowed_signers=[key.did for key in agents()])

    def ours_sign(item: tuple[dict[str, Any], SigningKey]) -> None:
        sign(*item)

    def ours_verify(text: bytes) -> None:
        assert verify(text, policy).verified

    yield from _against_the_primitive((ours_sign, unsigned), (ours_verify, texts))
    few = [(document, number % KEYS) for number, (document, _) in enumerate(unsigned[:_FOR_PEERS])]
    for peer in (peers.openvc(), peers.awr(), peers.signet_auth()):
        theirs = peer.to_sign(few)
        yield rates(f"sign/{_SUITE}/vs/{peer.name}", (ours_sign, unsigned[:_FOR_PEERS]), (peer.sign, theirs))
        yield rates(
            f"verify/{_SUITE}/vs/{peer.name}",
            (ours_verify, texts[:_FOR_PEERS]),
            (peer.verify, peer.to_verify(theirs, texts)),
        )


def _against_the_primitive(ours_sign: Any, ours_verify: Any) -> Iterator[Figure]:
    """The backend's own functions, without the checks that we make around them, on 64 bytes."""
    signers = [ed25519.BACKEND.signer(seed(number)) for number in range(KEYS)]
    verifiers = [ed25519.BACKEND.verifier(public) for public, _ in signers]
    messages = [seeded(f"hash {number}", 64) for number in range(len(requests()))]
    to_sign = [(signers[number % KEYS][1], message) for number, message in enumerate(messages)]
    to_verify = [
        (verifiers[number % KEYS], bare_sign(message), message)
        for number, (bare_sign, message) in enumerate(to_sign)
    ]

    def sign_bare(item: tuple[Any, bytes]) -> None:
        item[0](item[1])

    def verify_bare(item: tuple[Any, bytes, bytes]) -> None:
        assert item[0](item[1], item[2])

    yield rates(f"sign/{_SUITE}", ours_sign, (sign_bare, to_sign))
    yield rates(f"verify/{_SUITE}", ours_verify, (verify_bare, to_verify))
