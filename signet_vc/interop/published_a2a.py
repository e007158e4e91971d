"""Vectors of A2A's agent cards: the verdict on each card, and under each canonical form by itself."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

from signet_vc import protocols
from signet_vc.codec import strict_json
from signet_vc.codec.strict_json import JsonObject
from signet_vc.errors import ProblemError
from signet_vc.interop.published_case import KeySet, PublishedCase
from signet_vc.keys.jwk import public_from_jwk
from signet_vc.policy import Policy
from signet_vc.protocols import a2a_normal, a2a_signature

__all__ = ["a2a_vectors"]

_KIND: Final = "a2a-agent-card"
_SIGNERS: Final = "https://signers.example/jwks.json"  # the one key set that is trusted: the case's keys
_FORMS: Final = {**a2a_normal.PROFILES, "legacy": a2a_normal.legacy}


def a2a_vectors(place: Path) -> Iterator[PublishedCase]:
    """Cards: each is accepted or refused as the case says, and so is each signature under each form."""
    for file in sorted(place.glob("*.json")):
        case = strict_json.loads(file.read_bytes())
        if case.get("kind") == _KIND:
            yield PublishedCase(file.stem, case["expect"], partial(_difference, case))


def _difference(case: JsonObject) -> str:
    policy = Policy(allowed_signers=[_SIGNERS], loader=KeySet(case["keys"]))
    result = protocols.verify(strict_json.dumps(case["card"]), policy, at_ns=0)
    if result is None:
        return "not told to be a card"
    if result.verified is not (case["expect"] == "accept"):
        return "accepted" if result.verified else f"refused: {'; '.join(map(str, result.problems))}"
    found = {name: "accept" if _holds(case, name) else "reject" for name in case["verdict_by_profile"]}
    return "" if found == case["verdict_by_profile"] else f"by form: {found}"


def _holds(case: JsonObject, form: str) -> bool:
    """Tell whether some signature is over this form, whatever was dropped to come to it."""
    payload = _FORMS[form](case["card"]).octets
    for index, entry in enumerate(case["card"]["signatures"]):
        try:
            signature = a2a_signature.parse(entry, f"/signatures/{index}")
        except ProblemError:
            continue
        for jwk in case["keys"]:
            key = public_from_jwk(jwk)
            fits = jwk["kid"] == signature.kid and signature.algorithm in key.key_type.jws_algorithms
            message = a2a_signature.message(signature.protected, payload)
            if fits and key.verify(signature.signature, message):
                return True
    return False
