"""Kind `http-signature`: HTTP messages, their signatures, and what publishes the keys.

Signature bases are put together line by line, from values that stand here; the cases are in
`http_signatures.py` and `http_profile.py`.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, replace
from typing import Any, Final

from generator.book import AT, Bytes, Case, Rule, Writer
from generator.crypto import AGENT_P256, SERVER_P256, Document, TestKey, digest, wire
from generator.did_jwk import jwk_of

__all__ = [
    "BODY",
    "BUSINESS",
    "MERCHANT_KEY",
    "PLATFORM_KEY",
    "PROFILE",
    "Http",
    "Message",
    "answer",
    "content_digest",
    "order",
    "published",
    "read",
]

PROFILE: Final = "https://platform.example/.well-known/ucp"
BUSINESS: Final = "https://merchant.example/.well-known/ucp"
BODY: Final = '{"line_items":[{"item":{"id":"item_123"},"quantity":2}]}'
_AGENT: Final = f'profile="{PROFILE}"'
_KEY: Final = "550e8400-e29b-41d4-a716-446655440000"

Line = tuple[str, str]  # a component as it is written, or a field's name; and its value


def _base64(data: bytes) -> str:
    return f":{base64.b64encode(data).decode()}:"


def content_digest(body: str, name: str = "sha-256") -> str:
    """One member of the field."""
    return f"{name}={_base64(hashlib.new(name.replace('-', ''), body.encode()).digest())}"


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message whose signature is made as its text is asked for.

    `start`: its first line. `fields`: before the signature. `covered`: components, quoted and with their
    parameters, and their values. `parameters`: of the signature. `inner`: the list of components where it is
    another than that of `covered`.
    """

    start: str
    fields: tuple[Line, ...]
    body: str = ""
    covered: tuple[Line, ...]
    parameters: str
    key: TestKey
    label: str = "sig1"
    inner: str | None = None

    def but(self, **members: Any) -> Message:
        """The same with other members."""
        return replace(self, **members)

    def without(self, *names: str) -> Message:
        """The same, these components uncovered."""
        quoted = [f'"{name}"' for name in names]
        if any(name not in dict(self.covered) for name in quoted):
            raise ValueError(f"not covered: {names}")
        return self.but(covered=tuple(each for each in self.covered if each[0] not in quoted))

    def also(self, component: str, value: str) -> Message:
        """The same, one more component covered."""
        return self.but(covered=(*self.covered, (component, value)))

    def field(self, name: str, value: str | None, *, signed: bool = True) -> Message:
        """The same with a field of another value, or without it; covered as it is then, if it was."""
        fields = tuple((each, value if each == name else was) for each, was in self.fields)
        if name not in dict(self.fields):
            fields = (*self.fields, (name, value))
        kept = tuple((each, text) for each, text in fields if text is not None)
        quoted = f'"{name.lower()}"'
        covered = self.covered
        if signed and value is not None:
            covered = tuple((each, value if each == quoted else was) for each, was in covered)
        return self.but(fields=kept, covered=covered)

    @property
    def params(self) -> str:
        """The list of what is covered, with the parameters."""
        inner = f"({' '.join(name for name, _ in self.covered)})" if self.inner is None else self.inner
        return inner + self.parameters

    @property
    def base(self) -> str:
        """The signature base."""
        lines = [f"{name}: {value}" for name, value in self.covered]
        return "\n".join([*lines, f'"@signature-params": {self.params}'])

    @property
    def signature(self) -> bytes:
        """The signature of the base."""
        return self.key.sign(self.base.encode())

    @property
    def signed(self) -> tuple[Line, Line]:
        """The two fields of the signature."""
        return (
            ("Signature-Input", f"{self.label}={self.params}"),
            ("Signature", f"{self.label}={_base64(self.signature)}"),
        )

    def text(self, *, signature: bytes | None = None, fields: tuple[Line, ...] | None = None) -> str:
        """The whole message. `signature`: other bytes; `fields`: in place of the two of the signature."""
        signed = self.signed if fields is None else fields
        if signature is not None:
            signed = (signed[0], ("Signature", f"{self.label}={_base64(signature)}"))
        lines = [self.start, *(f"{name}: {value}" for name, value in (*self.fields, *signed))]
        if self.body:
            lines.append(f"Content-Length: {len(self.body.encode())}")
        return "\r\n".join([*lines, "", ""]) + self.body


def order(body: str = BODY, key: TestKey = AGENT_P256, parameters: str | None = None) -> Message:
    """A platform's request of a checkout, as UCP's example has it."""
    stated = content_digest(body)
    return Message(
        start="POST /checkout-sessions HTTP/1.1",
        fields=(
            ("Host", "merchant.example"),
            ("UCP-Agent", _AGENT),
            ("Idempotency-Key", _KEY),
            ("Content-Type", "application/json"),
            ("Content-Digest", stated),
        ),
        body=body,
        covered=(
            ('"@method"', "POST"),
            ('"@authority"', "merchant.example"),
            ('"@path"', "/checkout-sessions"),
            ('"ucp-agent"', _AGENT),
            ('"idempotency-key"', _KEY),
            ('"content-digest"', stated),
            ('"content-type"', "application/json"),
        ),
        parameters=';keyid="platform-2026"' if parameters is None else parameters,
        key=key,
    )


def read(query: str = "") -> Message:
    """A request without content; `query` with its question mark."""
    covered: tuple[Line, ...] = (
        ('"@method"', "GET"),
        ('"@authority"', "merchant.example"),
        ('"@path"', "/orders"),
    )
    if query:
        covered += (('"@query"', query),)
    return Message(
        start=f"GET /orders{query} HTTP/1.1",
        fields=(("Host", "merchant.example"), ("UCP-Agent", _AGENT)),
        covered=(*covered, ('"ucp-agent"', _AGENT)),
        parameters=';keyid="platform-2026"',
        key=AGENT_P256,
    )


def answer(body: str = '{"id":"chk_abc123","status":"incomplete"}') -> Message:
    """A business's response."""
    stated = content_digest(body)
    return Message(
        start="HTTP/1.1 201 Created",
        fields=(("Content-Type", "application/json"), ("Content-Digest", stated)),
        body=body,
        covered=(
            ('"@status"', "201"),
            ('"content-digest"', stated),
            ('"content-type"', "application/json"),
        ),
        parameters=';keyid="merchant-2026"',
        key=SERVER_P256,
    )


def published(*keys: Document, member: str = "keys") -> str:
    """A profile with keys."""
    return wire({"ucp": {"version": "2026-04-08"}, member: list(keys)})


PLATFORM_KEY: Final = jwk_of(AGENT_P256, kid="platform-2026", use="sig", alg="ES256")
MERCHANT_KEY: Final = jwk_of(SERVER_P256, kid="merchant-2026", use="sig", alg="ES256")
_POLICY: Final[Document] = {
    "at": AT,
    "allowedSigners": [PROFILE, BUSINESS],
    "documents": {PROFILE: published(PLATFORM_KEY), BUSINESS: published(MERCHANT_KEY)},
}


class Http(Writer):
    """Writes cases of this kind into the book."""

    part = "message"

    def accept(
        self,
        name: str,
        of: Rule,
        message: Message,
        *,
        text: Bytes | None = None,
        issuer: str | None = None,
        jwk: Document | None = None,
        request: Message | None = None,
        notices: list[str] | None = None,
        **policy: Any,
    ) -> Case:
        """A message whose signature counts.

        `text`: where it is not the message's own. `jwk`: the key of the platform's profile. `request`: what
        a response answers.
        """
        given: dict[str, Bytes] = {"message": message.text() if text is None else text}
        if request is not None:
            given["request"] = request.text()
        if jwk is not None:
            policy["documents"] = {PROFILE: published(jwk)}
        of_response = message.start.startswith("HTTP/")
        expected: Document = {
            "issuer": issuer or (BUSINESS if of_response else PROFILE),
            "signatureBase": message.base,
            "digest": digest(message.base.encode()),
        }
        if notices:
            expected["notices"] = notices
        return self._book.accept(
            "http-signature",
            name,
            of,
            input=given,
            keys=[message.key],
            policy={**_POLICY, **policy},
            expected=expected,
        )

    def text_of(self, value: Any) -> Bytes:
        """Its text."""
        text: str = value.text()
        return text
