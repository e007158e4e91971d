"""Kind `ap2-mandate`: chains of AP2's mandates. The cases are in `mandates_*.py`."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Final

from generator.book import AT, NOW, Case, Rule, Writer
from generator.crypto import (
    AGENT_P256,
    PROVIDER_P256,
    SERVER_P256,
    Document,
    TestKey,
    base64url,
    digest,
)
from generator.did_jwk import jwk_of
from generator.documents import OUT

__all__ = [
    "AUDIENCE",
    "CHECKOUT",
    "KEY_SET",
    "NONCE",
    "Mandates",
    "chain",
    "checkout",
    "closed",
    "disclosed",
    "hashed",
    "hop",
    "joined",
    "jwt",
    "opened",
    "payment",
    "root",
]

AUDIENCE: Final = "merchant"
NONCE: Final = "b9c8d7e6f5a4b3c2"
KEY_SET: Final = "https://provider.example/keys"
MERCHANTS: Final = "https://merchant.example/keys"
CHECKOUT: Final[Document] = {
    "id": "chk_7f3a9c1e",
    "currency": "USD",
    "total": 4200,
    "merchant": {"id": "merchant_1", "name": "Demo Merchant"},
    "line_items": [{"item": {"id": "mug"}, "quantity": 2}],
}


def hashed(text: str, name: str = "sha256") -> str:
    """A digest as SD-JWT has it."""
    return base64url(hashlib.new(name, text.encode()).digest())


def jwt(header: Document, payload: Document, key: TestKey) -> str:
    """A token; members that are `OUT` are left out."""
    parts = [{name: value for name, value in each.items() if value is not OUT} for each in (header, payload)]
    message = ".".join(base64url(json.dumps(each).encode()) for each in parts)
    return f"{message}.{base64url(key.sign(message.encode()))}"


def disclosed(number: int, *contents: Any) -> str:
    """A disclosure, with a salt of its own; spelled with spaces, as Python does."""
    return base64url(json.dumps([base64url(bytes(range(number, number + 16))), *contents]).encode())


def checkout(payload: Document = CHECKOUT, key: TestKey = SERVER_P256, **header: Any) -> str:
    """What a merchant offers."""
    return jwt({"alg": "ES256", "typ": "JWT", "kid": "merchant-1", **header}, payload, key)


def _shown(
    *more: str, mandate: Document, number: int = 0, algorithm: str = "sha256"
) -> tuple[Document, list[str]]:
    """A payload that holds a mandate as a disclosure, and the disclosures: the mandate's last."""
    own = disclosed(number, mandate)
    payload: Document = {"delegate_payload": [{"...": hashed(own, algorithm)}], "_sd_alg": "sha-256"}
    return payload, [*more, own]


def _token(header: Document, payload: Document, disclosures: list[str], key: TestKey) -> str:
    return "~".join([jwt(header, payload, key), *disclosures]) + "~"


def opened(kind: str = "checkout", key: TestKey = AGENT_P256, **members: Any) -> Document:
    """An open mandate, which `key` may use."""
    mandate = {
        "vct": f"mandate.{kind}.open.1",
        "cnf": {"jwk": jwk_of(key)},
        "iat": NOW - 60,
        "exp": NOW + 3600,
        **members,
    }
    return {name: value for name, value in mandate.items() if value is not OUT}


def closed(text: str | None = None, **members: Any) -> Document:
    """The mandate for one checkout."""
    offer = checkout() if text is None else text
    mandate = {"vct": "mandate.checkout.1", "checkout_hash": hashed(offer), "checkout_jwt": offer, **members}
    return {name: value for name, value in mandate.items() if value is not OUT}


def payment(**members: Any) -> Document:
    """The mandate for one payment."""
    mandate = {
        "vct": "mandate.payment.1",
        "transaction_id": hashed(checkout()),
        "payee": {"id": "merchant_1", "name": "Demo Merchant"},
        "payment_amount": {"amount": 4200, "currency": "USD"},
        "payment_instrument": {"id": "card_1", "type": "card"},
        **members,
    }
    return {name: value for name, value in mandate.items() if value is not OUT}


def root(
    mandate: Document,
    *more: str,
    key: TestKey = PROVIDER_P256,
    header: Document | None = None,
    algorithm: str = "sha256",
    **payload: Any,
) -> str:
    """The first token; `more`: further disclosures."""
    content, disclosures = _shown(*more, mandate=mandate, algorithm=algorithm)
    stated = {"alg": key.algorithm, "typ": "example+sd-jwt", "kid": "provider-1", **(header or {})}
    return _token(stated, {**content, **payload}, disclosures, key)


def hop(
    before: str,
    mandate: Document,
    *more: str,
    key: TestKey = AGENT_P256,
    typ: Any = "kb+sd-jwt",
    header: Document | None = None,
    **payload: Any,
) -> str:
    """A token that goes on from the one before."""
    content, disclosures = _shown(*more, mandate=mandate, number=64)
    claims = {"iat": NOW - 10, "aud": AUDIENCE, "nonce": NONCE, "sd_hash": hashed(before), **payload}
    return _token(
        {"alg": key.algorithm, "typ": typ, **(header or {})}, {**content, **claims}, disclosures, key
    )


def joined(*tokens: str) -> str:
    """A chain of tokens."""
    return "~~".join(each.removesuffix("~") for each in tokens) + "~"


def chain(last: Document | None = None, kind: str = "checkout", **of_open: Any) -> str:
    """A chain of two, the first open with these members."""
    first = root(opened(kind, **of_open))
    usual = closed() if kind == "checkout" else payment()
    return joined(first, hop(first, usual if last is None else last))


def _key_set(*keys: Document) -> str:
    """A JWK Set."""
    return json.dumps({"keys": list(keys)})


_PROVIDER_KEY: Final = jwk_of(PROVIDER_P256, kid="provider-1")
_ANCHORS: Final[Document] = {
    KEY_SET: _key_set(_PROVIDER_KEY),
    MERCHANTS: _key_set(jwk_of(SERVER_P256, kid="merchant-1")),
}
_POLICY: Final[Document] = {
    "at": AT,
    "allowedSigners": [KEY_SET, MERCHANTS],
    "domain": [AUDIENCE],
    "challenge": NONCE,
    "documents": _ANCHORS,
}
_KEYS: Final = (PROVIDER_P256, AGENT_P256, SERVER_P256)


class Mandates(Writer):
    """Writes cases of this kind into the book."""

    part = "chain"

    def accept(
        self,
        name: str,
        of: Rule,
        text: str,
        *mandates: Document,
        offer: Document | None = None,
        issuer: str = KEY_SET,
        notices: list[str] | None = None,
        policy: Document | None = None,
    ) -> Case:
        """A chain that holds: the mandates with what is disclosed of each, and the checkout."""
        expected: Document = {"issuer": issuer, "mandates": list(mandates), "digest": digest(text.encode())}
        if offer is not None:
            expected["checkout"] = offer
        if notices:
            expected["notices"] = notices
        given = {**_POLICY, **(policy or {})}
        return self._book.accept(
            "ap2-mandate",
            name,
            of,
            input={"chain": text},
            keys=_KEYS,
            policy={member: value for member, value in given.items() if value is not None},
            expected=expected,
        )
