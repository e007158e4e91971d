"""Other parties' vectors of AP2's chains of mandates, and of UCP checkouts that a merchant authorized."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Final

from signet_vc import protocols
from signet_vc.codec import strict_json
from signet_vc.codec.strict_json import JsonObject
from signet_vc.errors import Code
from signet_vc.interop.published_case import KeySet, PublishedCase
from signet_vc.limits import NANOSECONDS
from signet_vc.policy import Policy

__all__ = ["ap2_vectors", "checkout_vectors"]

_CHAIN: Final = "ap2-mandate-chain"
_CHECKOUT: Final = "ucp-merchant-authorization"
_SIGNERS: Final = "https://signers.example/keys"  # whose keys those of a case are


def ap2_vectors(place: Path) -> Iterator[PublishedCase]:
    """Chains, judged at the time of the case.

    Where the key of the root was never published, everything but the signatures by unpublished keys is
    judged: the chain is then refused for want of keys, and for nothing else.
    """
    return _vectors(place, _CHAIN, _chain_codes)


def checkout_vectors(place: Path) -> Iterator[PublishedCase]:
    """Checkouts with ``ap2.merchant_authorization``."""
    return _vectors(place, _CHECKOUT, _checkout_codes)


def _vectors(place: Path, kind: str, codes: Callable[[JsonObject], list[Code]]) -> Iterator[PublishedCase]:
    for file in sorted(place.glob("*.json")):
        case = strict_json.loads(file.read_bytes())
        if case["kind"] == kind:
            yield PublishedCase(file.stem, case["expect"], partial(_difference, case, codes))


def _difference(case: JsonObject, codes: Callable[[JsonObject], list[Code]]) -> str:
    found = codes(case)
    if case["expect"] == "reject":
        return "" if found else "accepted"
    expected = {Code.KEY_NOT_FOUND} if "root_signature" in case else set()
    return "" if set(found) == expected else f"refused: {', '.join(found)}"


def _chain_codes(case: JsonObject) -> list[Code]:
    policy = Policy(
        allowed_signers=[_SIGNERS],
        loader=KeySet(case["keys"]),
        domain=case["expected_aud"],
        challenge=case["expected_nonce"],
    )
    return _codes(case["chain"], policy, case["now"] * NANOSECONDS)


def _checkout_codes(case: JsonObject) -> list[Code]:
    policy = Policy(allowed_signers=[_SIGNERS], loader=KeySet(case["keys"]))
    return _codes(json.dumps(case["checkout"]), policy, 0)


def _codes(text: str, policy: Policy, at_ns: int) -> list[Code]:
    result = protocols.verify(text, policy, at_ns=at_ns)
    if result is None:
        return [Code.UNKNOWN_FORMAT]
    return [each.code for each in result.problems]
