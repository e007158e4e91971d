"""``signet_vc.verify`` of everything that it knows: W3C's forms, and what neighbouring protocols sign.

Against the bare primitive of the same key, as often as there are signatures in an item. Ours is the public
function over bytes: what it is is told by its content, and all of its checks are made. Where keys stand in a
key set or profile, that is at hand as bytes: no network is asked.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from benchmarks.cases import KEYS, requests, seeded
from benchmarks.measure import Figure, rates
from benchmarks.w3c import credential, keys_of
from signet_vc import Policy, SigningKey, present, sign, verify
from signet_vc.keys import ed25519
from signet_vc.keys.jwk import public_to_jwk
from signet_vc.protocols import ucp, ucp_keys
from signet_vc.protocols.a2a_carriage import attach
from signet_vc.protocols.a2a_signing import sign_card
from signet_vc.protocols.http_message import HttpRequest, write

__all__ = ["AT", "FORMATS", "Format", "figures", "items", "policy_of"]

_COUNT: Final = 200  # items of each format
_ROUNDS: Final = 7
_NOW: Final = 1_774_870_645
AT: Final = datetime.fromtimestamp(_NOW, UTC)
_ASKED: Final[Mapping[str, Any]] = {"domain": "verifier.example", "challenge": "a8fR3n-0017"}
_PROVIDER: Final = "https://provider.example/keys"
_PLATFORM: Final = "https://platform.example/.well-known/ucp"


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """make: one item, by its number and its key. signatures: of an item, each by a key of this type.

    source: the URL where the keys stand, if no DID holds them. asked: of the policy.
    """

    name: str
    make: Callable[[int, SigningKey], Any]
    key_type: str = "Ed25519"
    signatures: int = 1
    source: str | None = None
    asked: Mapping[str, Any] = field(default_factory=dict)


def figures() -> Iterator[Figure]:
    """``verify/FORMAT/KEYTYPE``."""
    for each in FORMATS:
        ours = _verification(policy_of(each))
        yield rates(
            f"verify/{each.name}/{each.key_type}",
            (ours, items(each, _COUNT)),
            (_verify_bare, _bare(each, _COUNT)),
            rounds=_ROUNDS,
        )


def items(kind: Format, count: int) -> list[bytes]:
    """So many of a format, all distinct, by twenty keys."""
    keys = keys_of(kind.key_type)
    return [_as_bytes(kind.make(number, keys[number % KEYS])) for number in range(count)]


def policy_of(kind: Format) -> Policy:
    """What accepts them."""
    keys = keys_of(kind.key_type)
    if kind.source is None:
        return Policy(allowed_signers=[key.did for key in keys], **kind.asked)
    document = json.dumps({"keys": [ucp_keys.published(key.public_key) for key in keys]}).encode()
    return Policy(allowed_signers=[kind.source], loader=_AtHand({kind.source: document}), **kind.asked)


@dataclass(frozen=True, slots=True)
class _AtHand:
    """A loader of what is here."""

    documents: Mapping[str, bytes]

    def load(self, url: str) -> bytes:
        return self.documents[url]


def _verification(policy: Policy) -> Callable[[bytes], None]:
    def ours(data: bytes) -> None:
        result = verify(data, policy, at=AT)
        assert result.verified, result.problems

    return ours


def _as_bytes(secured: object) -> bytes:
    if isinstance(secured, dict):
        return json.dumps(secured, separators=(",", ":"), ensure_ascii=False).encode()
    return secured if isinstance(secured, bytes) else str(secured).encode()


# -- one item ------------------------------------------------------------------------------------------


def _credential(securing: str) -> Callable[[int, SigningKey], Any]:
    return lambda number, key: sign(credential(number, key), key, securing=securing)


def _presentation(securing: str) -> Callable[[int, SigningKey], Any]:
    """A presentation of one credential, in the same securing, by another key."""

    def make(number: int, key: SigningKey) -> Any:
        keys = keys_of("Ed25519")
        held = sign(credential(number, key), key, securing=securing)
        return present([held], keys[(number + 1) % KEYS], securing=securing, **_ASKED)

    return make


def _card(number: int, key: SigningKey) -> Any:
    card = {
        "name": f"Mail Agent {number}",
        "description": "Sends what it is told to",
        "version": "1.0.0",
        "supportedInterfaces": [
            {"url": "https://agent.example/a2a", "protocolBinding": "JSONRPC", "protocolVersion": "1.0"}
        ],
        "provider": {"organization": "Beispiel GmbH, Zürich", "url": "https://example.com"},
        "capabilities": {"streaming": False},
        "defaultInputModes": ["text/plain"],
        "defaultOutputModes": ["text/plain"],
        "skills": [{"id": "mail", "name": "Mail", "description": "Sends mail", "tags": ["mail"]}],
    }
    return sign_card(card, key)


def _message(number: int, key: SigningKey) -> Any:
    """A message that carries one attested request."""
    unsigned, signer = requests()[number]
    assert signer.did == key.did
    message = {"messageId": f"m-{number}", "role": "ROLE_USER", "parts": [{"text": "Send it."}]}
    return attach(message, {"credential": sign(unsigned, signer)})


def _request(number: int, key: SigningKey) -> bytes:
    """A request with a body, signed as UCP profiles it."""
    request = HttpRequest.of_url(
        "POST",
        "https://merchant.example.com/checkout-sessions",
        fields=(("Content-Type", "application/json"), ("Idempotency-Key", f"key-{number}")),
        body=json.dumps({"line_items": [{"item": {"id": f"item-{number}"}, "quantity": 2}]}).encode(),
    )
    return write(ucp.sign_request(request, key, profile_url=_PLATFORM))


def _mandate(number: int, key: SigningKey) -> str:
    """An open checkout mandate, and the closed one by the key that it names: a chain of two."""
    agent = keys_of("P-256")[(number + 1) % KEYS]
    merchant = keys_of("P-256")[(number + 2) % KEYS]
    bought = {"id": f"checkout-{number}", "line_items": [{"item": {"id": "mug"}, "quantity": 2}]}
    named = ucp_keys.published(merchant.public_key)["kid"]
    checkout = _jwt({"alg": "ES256", "typ": "JWT", "kid": named}, bought, merchant)
    first = _token(
        {
            "vct": "mandate.checkout.open.1",
            "cnf": {"jwk": public_to_jwk(agent.public_key)},
            "iat": _NOW - 60,
            "exp": _NOW + 3600,
        },
        {"typ": "example+sd-jwt", "kid": ucp_keys.published(key.public_key)["kid"]},
        {},
        key,
    )
    last = _token(
        {"vct": "mandate.checkout.1", "checkout_hash": _sha256(checkout), "checkout_jwt": checkout},
        {"typ": "kb+sd-jwt"},
        {
            "iat": _NOW - 10,
            "aud": _ASKED["domain"],
            "nonce": _ASKED["challenge"],
            "sd_hash": _sha256(first),
        },
        agent,
    )
    return f"{first.removesuffix('~')}~~{last}"


def _token(mandate: dict[str, Any], header: dict[str, Any], claims: dict[str, Any], key: SigningKey) -> str:
    """An SD-JWT whose one disclosure is a mandate."""
    shown = _base64url(json.dumps([_base64url(seeded(str(mandate), 16)), mandate]).encode())
    payload = {"delegate_payload": [{"...": _sha256(shown)}], **claims}
    return f"{_jwt({'alg': 'ES256', **header}, payload, key)}~{shown}~"


def _jwt(header: dict[str, Any], payload: dict[str, Any], key: SigningKey) -> str:
    message = ".".join(_base64url(json.dumps(each).encode()) for each in (header, payload))
    return f"{message}.{_base64url(key.sign(message.encode()))}"


def _sha256(text: str) -> str:
    return _base64url(hashlib.sha256(text.encode()).digest())


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


FORMATS: Final = (
    Format(name="data-integrity", make=_credential("data-integrity")),
    Format(name="vc+jwt", make=_credential("jws")),
    Format(name="vc+sd-jwt", make=_credential("sd-jwt")),
    Format(name="vc+cose", make=_credential("cose")),
    Format(name="vp+jwt", make=_presentation("jws"), signatures=2, asked=_ASKED),
    Format(name="vp+sd-jwt", make=_presentation("sd-jwt"), signatures=2, asked=_ASKED),
    Format(name="vp+cose", make=_presentation("cose"), signatures=2, asked=_ASKED),
    Format(name="a2a-agent-card", make=_card),
    Format(name="a2a-message", make=_message),
    Format(name="http-signature", make=_request, key_type="P-256", source=_PLATFORM),
    Format(name="ap2-mandate", make=_mandate, key_type="P-256", signatures=3, source=_PROVIDER, asked=_ASKED),
)

# -- the bare primitive --------------------------------------------------------------------------------

_Check = tuple[Callable[[bytes, bytes], object], Sequence[tuple[bytes, bytes]]]


def _bare(kind: Format, count: int) -> list[_Check]:
    """For each item a verifier, and as many signatures over 64 bytes as the item has."""
    keys = keys_of(kind.key_type)
    checks = [_check_of(key) for key in keys]
    found: list[_Check] = []
    for number in range(count):
        messages = [seeded(f"hash {number} {each}", 64) for each in range(kind.signatures)]
        key = keys[number % KEYS]
        found.append((checks[number % KEYS], [(key.sign(message), message) for message in messages]))
    return found


def _check_of(key: SigningKey) -> Callable[[bytes, bytes], object]:
    if key.key_type.name == "Ed25519":
        return ed25519.BACKEND.verifier(key.public_key.raw)
    private = key.key_type.private_key(key.reveal_secret())
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    public_key, algorithm = private.public_key(), ec.ECDSA(hashes.SHA256())

    def check(signature: bytes, message: bytes) -> None:
        half = len(signature) // 2
        r, s = (int.from_bytes(each) for each in (signature[:half], signature[half:]))
        public_key.verify(encode_dss_signature(r, s), message, algorithm)

    return check


def _verify_bare(item: _Check) -> None:
    check, signatures = item
    for signature, message in signatures:
        assert check(signature, message) is not False
