"""a2a-sdk: its own verifier of AgentCard signatures, on the card as its protobuf type holds it."""

from __future__ import annotations

import json
from typing import Any

from a2a.types import AgentCard
from a2a.utils.signing import create_signature_verifier
from adapting import Case, serve, text
from google.protobuf.json_format import ParseDict
from jwt import PyJWK
from jwt.exceptions import PyJWTError

ALGORITHMS = {"OKP": "EdDSA", "EC": "ES256"}


def card(case: Case) -> None:
    """Verify a published card by the keys that its file brings."""
    value = json.loads(text(case["input"]["case"]))
    keys = {key["kid"]: key for key in value["keys"]}

    def provide(kid: str | None, _jku: str | None) -> Any:
        if kid not in keys:
            raise PyJWTError("no such key")
        key = keys[kid]
        return PyJWK(key, ALGORITHMS[key["kty"]])

    parsed = ParseDict(value["card"], AgentCard(), ignore_unknown_fields=True)
    create_signature_verifier(provide, ["EdDSA", "ES256", "ES384"])(parsed)


serve("a2a-sdk", {"published/a2a": card})
