"""Kind `a2a-agent-card`: AgentCards of A2A with signatures over their canonical form."""

from __future__ import annotations

import copy
import json
from typing import Any, Final

from generator.book import AT, Book, Bytes, Case, Rule, Writer, rule
from generator.crypto import (
    AGENT,
    AGENT_P256,
    AGENT_P384,
    Document,
    TestKey,
    base64url,
    jcs,
)
from generator.did_jwk import jwk_of
from generator.documents import OUT, changed

__all__ = [
    "A2A_EXTENSION",
    "CARD",
    "KEY_SET",
    "SIGNED",
    "VERIFICATION",
    "Cards",
    "add",
    "card_text",
    "header_of",
    "signed_card",
]

A2A_EXTENSION: Final = "https://w3id.org/signet-vc/a2a/v1"
KEY_SET: Final = "https://agent.example/jwks.json"
_JOSE: Final = "JOSE"

_FORM: Final = "8.4.1"
VERIFICATION: Final = "8.4.3"
SIGNED = rule("A2A", VERIFICATION, "The signature is over the canonical form of the card without signatures.")
INTEGRITY = rule("A2A", VERIFICATION, "A card that was changed after it was signed does not verify.")
CANONICAL = rule("A2A", _FORM, "The canonical form is that of RFC 8785, whatever order and spacing came.")
DEFAULTS = rule(
    "A2A", _FORM, "A member of implicit presence that has its default is left out of what is signed."
)
EXPLICIT = rule("A2A", _FORM, "An optional member that is present is signed, its default too.")
REQUIRED = rule("A2A", _FORM, "A required member is signed, even if it is empty.")
AS_IT_CAME = rule(
    "A2A-EXTENSION",
    "What a signature covers",
    "A card that was signed as it stands is accepted as it stands.",
)
STRIPPED = rule(
    "A2A-EXTENSION",
    "What a signature covers",
    "A card that was signed without any empty value is accepted as that, and it is told.",
)
ADDED = rule(
    "A2A-EXTENSION",
    "What a signature covers",
    "No reading of the card drops a member that it does not know, or an element.",
)
ESCAPED = rule("RFC 8785", "3.2.2.2", "What is signed is UTF-8, and not escaped ASCII.")
NAMES = rule("A2A", "4.6", "Parameters of an extension are JSON of any kind, and signed as all else.")
TYPES = rule("A2A", "4.4.1", "Each member of a card is of the type that it has.")
THERE = rule("A2A", VERIFICATION, "A card has a signature, or it is nobody's.")
BOUND = rule(
    "A2A-EXTENSION", "What a signature covers", "What a card may ask of a verifier has a bound: 8 signatures."
)

CARD: Final[Document] = {
    "name": "Weather Agent",
    "description": "Daily forecast",
    "supportedInterfaces": [
        {"url": "https://agent.example/a2a/v1", "protocolBinding": "JSONRPC", "protocolVersion": "1.0"}
    ],
    "provider": {"organization": "Example Ltd", "url": "https://example.com"},
    "version": "1.0.0",
    "capabilities": {"streaming": True, "pushNotifications": False},
    "defaultInputModes": ["text/plain"],
    "defaultOutputModes": ["text/plain"],
    "skills": [
        {"id": "forecast", "name": "Forecast", "description": "Forecast by city", "tags": ["weather"]}
    ],
}


def card_text(card: Document) -> str:
    """A card as it is served."""
    return json.dumps(card, indent=1, ensure_ascii=False)


def _entry(payload: bytes, key: TestKey, stated: Document | str, **members: Any) -> Document:
    """An entry of `signatures`. `stated`: the protected header, or its text."""
    protected = base64url((stated if isinstance(stated, str) else json.dumps(stated)).encode())
    message = f"{protected}.{base64url(payload)}"
    entry = {"protected": protected, "signature": base64url(key.sign(message.encode())), **members}
    return {name: value for name, value in entry.items() if value is not OUT}


def header_of(key: TestKey = AGENT, **members: Any) -> Document:
    """A protected header; a member that is `OUT` is left out."""
    algorithm = "EdDSA" if key.type == "Ed25519" else key.algorithm
    header = {"alg": algorithm, "typ": _JOSE, "kid": f"card-{key.type.lower()}", **members}
    return {name: value for name, value in header.items() if value is not OUT}


def signed_card(
    card: Document = CARD,
    key: TestKey = AGENT,
    *,
    over: Document | bytes | None = None,
    header: Document | str | None = None,
    members: Document | None = None,
    **changes: Any,
) -> Document:
    """The card with a signature. `over`: what is signed instead; `changes`: of the header."""
    payload = over if isinstance(over, bytes) else jcs(card if over is None else over)
    stated = header_of(key, **changes) if header is None else header
    return {**copy.deepcopy(card), "signatures": [_entry(payload, key, stated, **(members or {}))]}


class Cards(Writer):
    """Writes cases of this kind into the book."""

    part = "card"

    def accept(
        self,
        name: str,
        of: Rule,
        card: Document,
        key: TestKey = AGENT,
        *,
        content: Document | None = None,
        text: str | None = None,
        issuer: str = KEY_SET,
        notices: list[str] | None = None,
        **policy: Any,
    ) -> Case:
        """A card that verifies. `content`: what was signed of it, where that is not all."""
        verified = changed(card, signatures=OUT) if content is None else content
        expected: Document = {
            "issuer": issuer,
            "canonicalDocument": jcs(verified).decode(),
            "document": verified,
        }
        if notices:
            expected["notices"] = notices
        keys = [jwk_of(each, kid=f"card-{each.type.lower()}") for each in (AGENT, AGENT_P256, AGENT_P384)]
        return self._book.accept(
            "a2a-agent-card",
            name,
            of,
            input={"card": card_text(card) if text is None else text},
            keys=[key],
            policy={
                "at": AT,
                "allowedSigners": [KEY_SET],
                "documents": {KEY_SET: json.dumps({"keys": keys})},
                **policy,
            },
            expected=expected,
        )

    def text_of(self, value: Any) -> Bytes:
        """Its text."""
        return card_text(value)


def add(book: Book) -> None:
    """Write the cases."""
    cards = Cards(book)
    first = cards.accept("ed25519", SIGNED, signed_card())
    _integrity(cards, first)
    _readings(cards, first)
    _forms(cards, first)


def _skill(**members: Any) -> list[Document]:
    return [changed(CARD["skills"][0], **members)]


def _integrity(cards: Cards, first: Case) -> None:
    signed = signed_card()
    interface = {**CARD["supportedInterfaces"][0], "url": "https://agent-example.test/a2a/v1"}
    for name, members in (
        ("changed-name", {"name": "Whether Agent"}),
        ("changed-url", {"supportedInterfaces": [interface]}),
        ("changed-skill", {"skills": _skill(tags=["weather", "payments"])}),
        ("member-taken-out", {"provider": OUT}),
        ("changed-flag", {"capabilities": {"streaming": True, "pushNotifications": True}}),
    ):
        cards.reject(first, name, INTEGRITY, "PROOF_INVALID", changed(signed, **members))
    cards.reject(
        first,
        "another-cards-signature",
        SIGNED,
        "PROOF_INVALID",
        {**CARD, "signatures": signed_card(changed(CARD, version="1.0.1"))["signatures"]},
    )
    cards.reject(
        first,
        "signed-with-its-signatures",
        SIGNED,
        "PROOF_INVALID",
        signed_card(over={**CARD, "signatures": []}),
    )
    turned = dict(reversed(signed.items()))
    cards.accept("another-order", CANONICAL, signed, text=json.dumps(turned))
    unicode = changed(CARD, name="Wetter für Köln \u2600 \U0001f326", description="\u20ac, \r und \u0080")
    case = cards.accept("unicode", CANONICAL, signed_card(unicode))
    escaped = json.dumps(unicode, sort_keys=True, separators=(",", ":")).encode()
    cards.reject(
        case, "signed-as-escaped-ascii", ESCAPED, "PROOF_INVALID", signed_card(unicode, over=escaped)
    )
    cards.reject(
        first,
        "signed-as-it-is-spelled",
        CANONICAL,
        "PROOF_INVALID",
        signed_card(over=card_text(CARD).encode()),
    )
    params = {"levels": [1, 2], "ratio": 0.5, "none": 1e3}
    extended = changed(
        CARD, capabilities={"extensions": [{"uri": "https://example.com/x", "params": params}]}
    )
    numbers = cards.accept("parameters", NAMES, signed_card(extended))
    spelled = card_text(signed_card(extended)).replace("0.5", "5e-1").replace("1000.0", "1000")
    cards.accept("parameters-spelled-otherwise", NAMES, signed_card(extended), text=spelled)
    other = copy.deepcopy(signed_card(extended))
    other["capabilities"]["extensions"][0]["params"]["levels"] = [2, 1]
    cards.reject(numbers, "changed-parameters", NAMES, "PROOF_INVALID", other)


def _readings(cards: Cards, first: Case) -> None:
    told = ["COVERAGE_INSUFFICIENT"]
    plain = changed(CARD, securitySchemes={}, skills=_skill(examples=[]))
    cards.accept("defaults-left-out", DEFAULTS, signed_card(plain, over=CARD), content=CARD, notices=told)
    null = changed(CARD, documentationUrl=None)
    cards.accept("null-left-out", DEFAULTS, signed_card(null, over=CARD), content=CARD, notices=told)
    cards.accept("defaults-signed", AS_IT_CAME, signed_card(plain))
    unknown = changed(CARD, **{"x-rating": 5})
    as_it_came = cards.accept("unknown-member-signed", AS_IT_CAME, signed_card(unknown))
    cards.reject(
        as_it_came,
        "unknown-member-changed",
        AS_IT_CAME,
        "PROOF_INVALID",
        changed(signed_card(unknown), **{"x-rating": 1}),
    )
    empty = changed(CARD, description="", skills=[], securityRequirements=[])
    kept = changed(CARD, description="", skills=[])
    required = cards.accept(
        "required-and-empty", REQUIRED, signed_card(empty, over=kept), content=kept, notices=told
    )
    cards.reject(
        required,
        "required-and-empty-added-to",
        REQUIRED,
        "PROOF_INVALID",
        changed(signed_card(empty, over=kept), skills=_skill()),
    )
    stripped = changed(CARD, description=OUT, skills=OUT)
    sdk = cards.accept(
        "empty-values-left-out", STRIPPED, signed_card(empty, over=stripped), content=stripped, notices=told
    )
    cards.reject(
        sdk,
        "left-out-and-filled",
        STRIPPED,
        "PROOF_INVALID",
        changed(signed_card(empty, over=stripped), description="Payments"),
    )
    explicit = cards.accept(
        "explicit-false", EXPLICIT, signed_card(changed(CARD, capabilities={"streaming": False}))
    )
    cards.reject(
        explicit,
        "explicit-false-taken-out",
        EXPLICIT,
        "PROOF_INVALID",
        changed(signed_card(changed(CARD, capabilities={"streaming": False})), capabilities={}),
    )
    cards.reject(
        explicit,
        "explicit-false-added",
        EXPLICIT,
        "PROOF_INVALID",
        changed(
            signed_card(changed(CARD, capabilities={"streaming": False})),
            capabilities={"streaming": False, "extendedAgentCard": False},
        ),
    )
    signed = signed_card()
    for name, members in (
        ("unknown-member-added", {"x-rating": {"stars": 5}}),
        ("empty-element-added", {"skills": _skill(tags=["weather", ""])}),
        ("empty-skill-added", {"skills": [*CARD["skills"], {}]}),
        ("empty-example-added", {"skills": _skill(examples=[""])}),
        ("unknown-member-of-a-skill-added", {"skills": _skill(price="free")}),
    ):
        cards.reject(first, name, ADDED, "PROOF_INVALID", changed(signed, **members))


def _forms(cards: Cards, first: Case) -> None:
    signed = signed_card()
    entry = signed["signatures"][0]
    for name, signatures in (
        ("no-signatures", OUT),
        ("signatures-are-empty", []),
        ("signature-is-empty", [{**entry, "signature": ""}]),
    ):
        cards.reject(first, name, THERE, "PROOF_MISSING", changed(signed, signatures=signatures))
    for name, members in (
        ("signatures-are-an-object", {"signatures": entry}),
        ("signature-is-a-text", {"signatures": ["eyJhbGciOiJFZERTQSJ9"]}),
        ("skills-are-a-text", {"skills": "forecast"}),
        ("flag-is-a-text", {"capabilities": {"streaming": "yes"}}),
    ):
        cards.reject(first, name, TYPES, "INVALID_AGENT_CARD", changed(signed, **members))
    cards.reject(
        first,
        "signature-without-a-header",
        TYPES,
        "INVALID_AGENT_CARD",
        changed(signed, signatures=[{"signature": entry["signature"]}]),
    )
    cards.reject(first, "too-many-signatures", BOUND, "TOO_LARGE", changed(signed, signatures=[entry] * 9))
    most = [
        {**entry, "protected": base64url(json.dumps(header_of(kid=f"k{each}")).encode())} for each in range(7)
    ]
    cards.accept(
        "eight-signatures", BOUND, changed(signed, signatures=[*most, entry]), notices=["KEY_NOT_FOUND"]
    )
