"""http-message-signatures: signatures of RFC 9421 with the Content-Digest that they cover."""

from __future__ import annotations

import json
import re
from types import SimpleNamespace
from typing import Any

from adapting import Case, Refused, Unsupported, serve, text
from http_message_signatures import HTTPMessageVerifier, HTTPSignatureKeyResolver, algorithms
from jwt import PyJWK

ALGORITHMS = {
    "Ed25519": algorithms.ED25519,
    "P-256": algorithms.ECDSA_P256_SHA256,
    "P-384": algorithms.ECDSA_P384_SHA384,
}


EXPIRES = re.compile(r";expires=([0-9]+)")
PRESENT = 1_800_000_000  # what had expired before is not asked


class Keys(HTTPSignatureKeyResolver):
    """The public keys of a case, by the ``keyid`` that names them."""

    def __init__(self, keys: list[dict[str, Any]]) -> None:
        self.keys = {key["kid"]: key for key in keys}

    def resolve_public_key(self, key_id: str) -> Any:
        """Give the key as the library takes it."""
        return PyJWK(self.keys[key_id]).key

    def resolve_private_key(self, key_id: str) -> Any:
        """Nothing is signed here."""
        raise KeyError(key_id)


def message(case: Case) -> None:
    """Verify every signature of a published message."""
    value = json.loads(text(case["input"]["case"]))
    if "message" not in value:
        raise Unsupported("no HTTP message")
    keys = value["keys"]
    verifier = HTTPMessageVerifier(signature_algorithm=ALGORITHMS[keys[0]["crv"]], key_resolver=Keys(keys))
    verifier.require_created = False
    # The library judges by the present time, and demands that a body that it is given is covered.
    given = json.dumps(value["message"]["headers"])
    if "now" in value and any(float(each) < PRESENT for each in EXPIRES.findall(given)):
        raise Unsupported("expired at the present time")
    body = value["message"].get("body_utf8") if '\\"content-digest\\"' in given else None
    verified = verifier.verify(
        built(value["message"]), max_age=None, body=None if body is None else body.encode()
    )
    if not verified:
        raise Refused("no signature")


def built(value: dict[str, Any]) -> Any:
    """The message as an object with the members that the library reads."""
    if "status" not in value:
        return SimpleNamespace(method=value["method"], url=value["url"], headers=value["headers"])
    request = built(value["request"]) if "request" in value else None
    return SimpleNamespace(status_code=value["status"], headers=value["headers"], request=request)


serve("http-message-signatures", dict.fromkeys(("published/rfc9421", "published/ucp"), message))
