"""sd-jwt, the reference implementation of RFC 9901: signature, disclosures and key binding."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from typing import Any

from adapting import Case, Unsupported, jwk_of_did, serve, text
from jwcrypto.jwk import JWK
from sd_jwt.verifier import SDJWTVerifier


def token(case: Case) -> dict[str, Any]:
    """Verify by the key that ``kid`` names; a key binding, where the policy asks for one."""
    value = text(case["input"]["token"])
    header = value.partition(".")[0]
    kid = json.loads(urlsafe_b64decode(header + "=" * (-len(header) % 4)))["kid"]
    key = JWK(**jwk_of_did(kid))
    domain, challenge = case["policy"].get("domain"), case["policy"].get("challenge")
    if domain and len(domain) > 1:
        raise Unsupported("one audience at a time")
    audience = domain[0] if domain and challenge else None
    verifier = SDJWTVerifier(value, lambda *_: key, audience, challenge if audience else None)
    return {"document": verifier.get_verified_payload()}


serve("sd-jwt", {"vc-sd-jwt": token})
