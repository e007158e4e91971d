"""Kind `vc-sd-jwt`, where the holder signs whom it shows a token to."""

from __future__ import annotations

from typing import Any, Final

from generator.book import NOW, Book, rule
from generator.crypto import AGENT, AGENT_P256, SERVER, STRANGER, Document, TestKey, base64url, jcs
from generator.sd_jwt import NAME, SCHOOL, Tokens, hashed, sd_jwt, showing, withholding

__all__ = ["add"]

_SD: Final = "RFC 9901"
AUDIENCE: Final = "https://verifier.example"
CHALLENGE: Final = "1f44d55f-f161-4938-a659-f8026467f126"
ASKED: Final[Document] = {"domain": [AUDIENCE], "challenge": CHALLENGE}
KEY_BINDING = rule(_SD, "7.3", "A verifier that demands key binding refuses a token without it.")
BOUND = rule(_SD, "4.3.1", "sd_hash is the digest of all that is shown, up to the last tilde.")
HOLDER = rule(_SD, "4.1.2", "The key binding is signed by the key of cnf.")
AUDIENCE_RULE = rule(_SD, "4.3", "aud of the key binding names the verifier.")
NONCE_RULE = rule(_SD, "4.3", "nonce of the key binding is the verifier's.")
FRESH = rule(_SD, "7.3", "The key binding was made shortly before it is shown.")
KB_TYPE = rule(_SD, "4.3", "The typ of a key binding is kb+jwt, and its algorithm that of the key.")
UNASKED = rule(_SD, "7.3", "Whether key binding is demanded is the verifier's to say, not the token's.")


def holder_key(key: TestKey) -> Document:
    """The confirmation that binds a token to a key."""
    if key.type == "Ed25519":
        return {"jwk": {"kty": "OKP", "crv": "Ed25519", "x": base64url(key.raw)}}
    x, y = key.coordinates
    return {"jwk": {"kty": "EC", "crv": key.type, "x": base64url(x), "y": base64url(y)}}


def binding(
    bound: str, key: TestKey = SERVER, *, header: Document | None = None, without: str = "", **claims: Any
) -> str:
    """The token with its key binding. `claims` replace or add; `without` one."""
    payload = {"aud": AUDIENCE, "iat": NOW - 10, "nonce": CHALLENGE, "sd_hash": hashed(bound), **claims}
    payload.pop(without, None)
    head = {"alg": key.algorithm, "typ": "kb+jwt", **(header or {})}
    message = f"{base64url(jcs(head))}.{base64url(jcs(payload))}"
    return f"{bound}{message}.{base64url(key.sign(message.encode()))}"


def add(book: Book) -> None:
    """Add to the kind."""
    made = Tokens(book)
    confirmation = holder_key(SERVER)
    payload = withholding(NAME, SCHOOL, cnf=confirmation)
    bound = sd_jwt(payload, AGENT, NAME)
    shown = {**showing(name="Alice"), "cnf": confirmation}
    good = made.accept("key-binding", HOLDER, binding(bound), shown, **ASKED)
    made.accept("bound-and-not-asked", UNASKED, bound, shown)
    made.accept("bound-and-shown-unasked", UNASKED, binding(bound), shown)
    several = {**ASKED, "domain": ["https://other.example", AUDIENCE]}
    made.accept("one-of-the-verifiers-names", AUDIENCE_RULE, binding(bound), shown, **several)
    curve = holder_key(AGENT_P256)
    es256 = sd_jwt(withholding(NAME, cnf=curve), AGENT, NAME)
    made.accept("key-binding-es256", HOLDER, binding(es256, AGENT_P256), {**shown, "cnf": curve}, **ASKED)
    made.reject(good, "no-key-binding", KEY_BINDING, "KEY_BINDING_MISSING", bound)
    free = sd_jwt(withholding(NAME, SCHOOL), AGENT, NAME)
    made.reject(good, "bound-to-no-key", KEY_BINDING, "KEY_BINDING_INVALID", binding(free))
    for name, of, code, text in (
        (
            "bound-with-another-choice",
            BOUND,
            "KEY_BINDING_INVALID",
            binding(bound, sd_hash=hashed(sd_jwt(payload, AGENT))),
        ),
        (
            "hash-of-the-jwt-alone",
            BOUND,
            "KEY_BINDING_INVALID",
            binding(bound, sd_hash=hashed(bound.split("~")[0])),
        ),
        ("no-hash", BOUND, "KEY_BINDING_INVALID", binding(bound, without="sd_hash")),
        ("signed-by-another-key", HOLDER, "KEY_BINDING_INVALID", binding(bound, STRANGER)),
        ("signed-by-the-issuer", HOLDER, "KEY_BINDING_INVALID", binding(bound, AGENT)),
        (
            "for-another-verifier",
            AUDIENCE_RULE,
            "DOMAIN_MISMATCH",
            binding(bound, aud="https://other.example"),
        ),
        ("for-nobody", AUDIENCE_RULE, "KEY_BINDING_INVALID", binding(bound, without="aud")),
        ("another-nonce", NONCE_RULE, "CHALLENGE_MISMATCH", binding(bound, nonce="another")),
        ("no-nonce", NONCE_RULE, "KEY_BINDING_INVALID", binding(bound, without="nonce")),
        ("an-hour-old", FRESH, "KEY_BINDING_INVALID", binding(bound, iat=NOW - 3600)),
        ("from-the-future", FRESH, "KEY_BINDING_INVALID", binding(bound, iat=NOW + 3600)),
        ("no-iat", FRESH, "KEY_BINDING_INVALID", binding(bound, without="iat")),
        ("key-binding-of-type-jwt", KB_TYPE, "KEY_BINDING_INVALID", binding(bound, header={"typ": "JWT"})),
        (
            "key-binding-alg-es256",
            KB_TYPE,
            "UNSUPPORTED_CRYPTOSUITE",
            binding(bound, header={"alg": "ES256"}),
        ),
    ):
        made.reject(good, name, of, code, text)
    dropped = binding(bound).replace(f"~{NAME}~", "~")
    made.reject(good, "a-disclosure-taken-out", BOUND, "KEY_BINDING_INVALID", dropped)
