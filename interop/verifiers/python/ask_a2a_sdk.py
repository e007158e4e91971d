"""a2a-sdk: its own verifier of AgentCard signatures, on the card as its protobuf type holds it."""

from __future__ import annotations

import json
from typing import Any, TypeAlias

from a2a.types import AgentCard
from a2a.utils.signing import create_signature_verifier
from adapting import Case, data, jwk_of_did, serve, text
from google.protobuf.json_format import ParseDict
from jwt import PyJWK
from jwt.exceptions import PyJWTError

Jwk: TypeAlias = dict[str, Any]
ALGORITHMS = {"Ed25519": "EdDSA", "P-256": "ES256", "P-384": "ES384"}


def card(case: Case) -> None:
    """Verify a published card by the keys that its file brings."""
    value = json.loads(text(case["input"]["case"]))
    verify(value["card"], value["keys"])


def card_of_key_sets(case: Case) -> None:
    """Verify a card by the key sets of the case, or the did:key that ``kid`` is."""
    documents, allowed = case["policy"].get("documents", {}), case["policy"].get("allowedSigners", [])
    sets = {url: json.loads(text(each)).get("keys", []) for url, each in documents.items() if url in allowed}
    verify(json.loads(data(case["input"]["card"])), [key for keys in sets.values() for key in keys], sets)


def verify(value: Any, given: list[Jwk], sets: dict[str, list[Jwk]] | None = None) -> None:
    """Hand over the card, and to whoever asks the key of a name, of the set at ``jku`` where there is one."""

    def provide(kid: str | None, jku: str | None) -> Any:
        among = given if jku is None or sets is None else sets.get(jku, [])
        keys = {key.get("kid"): key for key in among}
        if kid in keys:
            return PyJWK(keys[kid], ALGORITHMS[keys[kid]["crv"]])
        if kid and kid.startswith("did:"):  # only did:key is known to the adapter
            key = jwk_of_did(kid)
            return PyJWK(key, ALGORITHMS[key["crv"]])
        raise PyJWTError("no such key")

    parsed = ParseDict(value, AgentCard(), ignore_unknown_fields=True)
    create_signature_verifier(provide, ["EdDSA", "ES256", "ES384"])(parsed)


serve("a2a-sdk", {"published/a2a": card, "a2a-agent-card": card_of_key_sets})
