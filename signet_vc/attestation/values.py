"""How a value gets into a credential: embedded, or committed to under a salt. FORMAT, *Bytes*."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from signet_vc.codec import jcs
from signet_vc.codec.digest import commitment, nonce_text
from signet_vc.codec.strict_json import Json, JsonObject
from signet_vc.errors import Code, ProblemError
from signet_vc.limits import DEFAULT_LIMITS

__all__ = ["CREDENTIAL_CONTEXTS", "Draft", "Payload", "Values", "credential_id", "unopened"]

Payload = Literal["embed", "commit"]
# What one credential embeds at most, whatever the limit for a value: no reader takes a larger credential
# than ``document_bytes``, of which a JWS needs a third more, and what has run must not go unattested for it.
_EMBEDDED: Final = DEFAULT_LIMITS.document_bytes // 2
_SECOND: Final = len("1970-01-01T00:00:00")
CREDENTIAL_CONTEXTS = ("https://www.w3.org/ns/credentials/v2", "https://w3id.org/signet-vc/v1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A credential before it is signed, with what its commitments hide.

    ``salts`` and ``values`` by member name; ``private`` names those that do not travel.
    """

    document: JsonObject
    salts: Mapping[str, str] = field(repr=False)
    values: Mapping[str, Any] = field(repr=False)
    private: frozenset[str] = frozenset()

    @property
    def created(self) -> str:
        """``validFrom`` cut to the second, which FORMAT has a proof say."""
        valid_from: str = self.document["validFrom"]
        return f"{valid_from[:_SECOND]}Z"

    def travelling_salts(self) -> dict[str, str]:
        """The salts that go into the carrier."""
        return {name: salt for name, salt in self.salts.items() if name not in self.private}


class Values:
    """Puts values into one credential's subject, and keeps salts and values of the committed ones."""

    def __init__(
        self, subject: JsonObject, *, payload: Payload, embed_limit: int, entropy: Callable[[int], bytes]
    ) -> None:
        self._subject = subject
        self._payload = payload
        self._embed_limit = embed_limit
        self._room = _EMBEDDED
        self._entropy = entropy
        self.salts: dict[str, str] = {}
        self.values: dict[str, Any] = {}

    def put(self, name: str, value: Json) -> None:
        """As ``name`` where the value may be embedded, else as ``nameDigest``."""
        if self._payload == "embed" and self._may_embed(value):
            self._subject[name] = value
        else:
            self.commit(f"{name}Digest", value)

    def commit(self, member: str, value: Json) -> None:
        """As a commitment under a fresh salt."""
        salt = nonce_text(self._entropy(16))
        self._subject[member] = commitment(member, value, salt)
        self.salts[member] = salt
        self.values[member] = value

    def _may_embed(self, value: Json) -> bool:
        canonical = jcs.embeddable(value)
        if canonical is None or len(canonical) > min(self._embed_limit, self._room):
            return False
        self._room -= len(canonical)
        return True


def credential_id(raw: bytes) -> str:
    """A ``urn:uuid:`` of version 4 (RFC 9562 §5.4) from 16 random bytes."""
    if len(raw) != 16:  # noqa: PLR2004 - a UUID's length
        raise ProblemError.of(Code.ATTESTATION_UNAVAILABLE, "the source of randomness gave too little")
    digits = (int.from_bytes(raw) & ~(0xF << 76) & ~(0x3 << 62) | 0x4 << 76 | 0x2 << 62).to_bytes(16).hex()
    return f"urn:uuid:{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def unopened(subject: JsonObject, member: str, value: Json, salts: Mapping[str, str]) -> str | None:
    """Why the commitment ``member`` does not open to ``value``; None if it does."""
    salt = salts.get(member)
    if salt is None:
        return "its salt is not in the carrier"
    try:
        opened = commitment(member, value, salt) == subject[member]
    except ProblemError as error:
        return f"the value has no canonical form: {error}"
    return None if opened else "the value is not the one that was signed"
