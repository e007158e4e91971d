"""joserfc: the signature of a compact JWS, under the key that its ``kid`` names, and ``exp`` and ``nbf``."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from adapting import Case, jwk_of_did, serve, text
from joserfc import jws
from joserfc.jwk import ECKey, OKPKey
from joserfc.jwt import JWTClaimsRegistry

ALGORITHMS = ["EdDSA", "Ed25519", "ES256", "ES384", "ES512"]


def token(case: Case) -> None:
    """Verify a compact JWS by the key of its ``kid``."""
    value = text(case["input"]["token"])
    kid = jws.extract_compact(value.encode()).headers()["kid"]
    jwk: dict[str, str | list[str]] = {**jwk_of_did(kid)}
    key = OKPKey.import_key(jwk) if jwk["kty"] == "OKP" else ECKey.import_key(jwk)
    verified = jws.deserialize_compact(value, key, algorithms=ALGORITHMS)
    claims = json.loads(verified.payload)
    now = int(datetime.fromisoformat(case["policy"]["at"]).timestamp())
    asked: dict[str, Any] = {}
    if "aud" in claims and "domain" in case["policy"]:
        asked["aud"] = {"values": case["policy"]["domain"]}
    JWTClaimsRegistry(now=now, leeway=60, **asked).validate(claims)


serve("joserfc", {"vc-jwt": token})
