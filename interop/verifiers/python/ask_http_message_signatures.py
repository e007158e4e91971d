"""http-message-signatures: signatures of RFC 9421 with the Content-Digest that they cover."""

from __future__ import annotations

import json
import re
from types import SimpleNamespace
from typing import Any

from adapting import Case, Refused, Unsupported, data, jwk_of_did, serve, text
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


def raw_message(case: Case) -> None:
    """Verify a message as it is on the wire: one signature that verifies suffices."""
    documents = [json.loads(text(each)) for each in case["policy"].get("documents", {}).values()]
    keys = [key for each in documents for name in ("keys", "signing_keys") for key in each.get(name, [])]
    known = [key for key in keys if key.get("crv") in ALGORITHMS and "kid" in key]
    names = [key["kid"] for key in known]
    if len(set(names)) < len(names):
        raise Unsupported("two keys of one name: which one is the caller's to say")
    read, body = parsed(data(case["input"]["message"]))
    if "request" in case["input"]:
        read.request, _ = parsed(data(case["input"]["request"]))
    lines = ", ".join(value for name, value in read.headers.items() if name.lower() == "signature-input")
    if lines.count("keyid=") > 1:
        raise Unsupported("it wants every signature to verify, under one algorithm")
    if any(float(each) < PRESENT for each in EXPIRES.findall(lines)):
        raise Unsupported("expired at the present time, by which it judges")
    named = re.search(r'keyid="(did:key:[^"]*)"', lines)
    if named:
        known = [{**jwk_of_did(named[1]), "kid": named[1]}]
    curves = [key["crv"] for key in known if f'keyid="{key["kid"]}"' in lines]
    algorithm = ALGORITHMS[curves[0]] if curves else algorithms.ED25519
    verifier = HTTPMessageVerifier(signature_algorithm=algorithm, key_resolver=Keys(known))
    verifier.require_created = False
    if not verifier.verify(read, max_age=None, body=body or None):
        raise Refused("no signature")


class Fields:
    """The field lines, in order; several may have one name."""

    def __init__(self, lines: list[tuple[str, str]]) -> None:
        self.lines = lines

    def items(self) -> list[tuple[str, str]]:
        """Names and values."""
        return self.lines


def parsed(raw: bytes) -> tuple[Any, bytes]:
    """A message in the form that the library reads, and its content."""
    head, _, body = raw.partition(b"\r\n\r\n")
    start, *lines = head.decode("latin-1").split("\r\n")
    pairs = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines)]
    fields = Fields(pairs)
    if start.startswith("HTTP/"):
        return SimpleNamespace(status_code=int(start.split()[1]), headers=fields, request=None), body
    method, target, _ = start.split(" ")
    (host,) = (value for name, value in pairs if name.lower() == "host")
    url = target if "://" in target else f"https://{host}{target}"
    return SimpleNamespace(method=method, url=url, headers=fields), body


def built(value: dict[str, Any]) -> Any:
    """The message as an object with the members that the library reads."""
    if "status" not in value:
        return SimpleNamespace(method=value["method"], url=value["url"], headers=value["headers"])
    request = built(value["request"]) if "request" in value else None
    return SimpleNamespace(status_code=value["status"], headers=value["headers"], request=request)


published = dict.fromkeys(("published/rfc9421", "published/ucp"), message)
serve("http-message-signatures", {**published, "http-signature": raw_message})
