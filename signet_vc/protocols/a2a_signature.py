"""One signature of an A2A AgentCard: a JWS in parts, with the payload elsewhere; taken apart, and signed.

Spec: A2A 1.0 §8.4.2; RFC 7515 §7.2 and Appendix F. Stricter: base64url has one spelling, the header names no
extension, and its ``typ``, where it has one, is JOSE, so that no token of another use passes as a card's.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from signet_vc.codec import strict_json
from signet_vc.codec.multibase import EncodingError, base64url_decode, base64url_encode
from signet_vc.codec.strict_json import Json, JsonObject
from signet_vc.errors import Code, ProblemError

__all__ = ["CardSignature", "CardToSign", "message", "parse", "prepare"]

_EXTENSIONS: Final = ("crit", "b64")  # to understand none is to refuse every signature that demands one
_MOST_CHARACTERS: Final = 8192  # of a header, and of a signature
_JOSE: Final = "JOSE"


class CardSignature(NamedTuple):
    """An entry of ``signatures``; nothing of it is verified.

    protected: as received, which is what was signed. algorithm, kid, jku: of that header; the last two are
    hints.
    """

    protected: str
    algorithm: str
    kid: str
    jku: str | None
    signature: bytes


class CardToSign(NamedTuple):
    """The first of two steps: ``message`` is what the key signs."""

    card: JsonObject
    protected: str
    message: bytes

    def finish(self, signature: bytes) -> JsonObject:
        """The card with this signature after those that it has: a new object."""
        entry = {"protected": self.protected, "signature": base64url_encode(signature)}
        return {**self.card, "signatures": [*self.card.get("signatures", ()), entry]}


def message(protected: str, payload: bytes) -> bytes:
    """The JWS Signing Input (RFC 7515 §5.1)."""
    return f"{protected}.{base64url_encode(payload)}".encode("ascii")


def prepare(card: JsonObject, payload: bytes, *, algorithm: str, kid: str, jku: str | None) -> CardToSign:
    """Work out what a key has to sign: the header in the order of the specification's example."""
    header = {"alg": algorithm, "typ": _JOSE, "kid": kid}
    if jku is not None:
        header["jku"] = jku
    protected = base64url_encode(strict_json.dumps(header))
    return CardToSign(card, protected, message(protected, payload))


def parse(entry: Json, at: str) -> CardSignature:
    """Take an entry apart; ``at`` is its JSON Pointer. The unprotected header is never looked at.

    Raises ProblemError: INVALID_AGENT_CARD for no object of two texts; TOO_LARGE; PROOF_MISSING for an empty
    signature; PROOF_INVALID for what is no strict base64url, no strict JSON, or a header that lacks ``alg``
    or ``kid`` or demands an extension.
    """
    protected, signature = _text(entry, "protected", at), _text(entry, "signature", at)
    if not signature:
        raise ProblemError.of(Code.PROOF_MISSING, "the signature is empty", f"{at}/signature")
    place = f"{at}/protected"
    header = _header(_decoded(protected, place), place)
    algorithm, kid, jku = header["alg"], header["kid"], header.get("jku")
    return CardSignature(protected, algorithm, kid, jku, _decoded(signature, f"{at}/signature"))


def _decoded(text: str, place: str) -> bytes:
    try:
        return base64url_decode(text)
    except EncodingError as error:
        raise ProblemError.of(Code.PROOF_INVALID, f"a part of the signature is {error}", place) from error


def _header(data: bytes, place: str) -> JsonObject:
    """Read the protected header: an object with the texts ``alg`` and ``kid``; what is refused is."""
    try:
        header = strict_json.loads(data)
    except ProblemError as error:
        detail = f"the header is no strict JSON: {error.problems[0].detail}"
        raise ProblemError.of(Code.PROOF_INVALID, detail, place) from error
    if not isinstance(header, dict):
        raise ProblemError.of(Code.PROOF_INVALID, "the header is no object", place)
    for name in _EXTENSIONS:
        if name in header:
            raise ProblemError.of(Code.PROOF_INVALID, f"the header demands an extension: {name}", place)
    if not isinstance(header.get("alg"), str) or not isinstance(header.get("kid"), str):
        raise ProblemError.of(Code.PROOF_INVALID, "the protected header names no alg or no kid", place)
    if not isinstance(header.get("jku"), str | None):  # a2a-python writes null where there is none
        raise ProblemError.of(Code.PROOF_INVALID, "the header's jku is no text", place)
    if header.get("typ", _JOSE) != _JOSE:
        raise ProblemError.of(Code.PROOF_INVALID, "the header's typ is that of another use", place)
    return header


def _text(entry: Json, name: str, at: str) -> str:
    value = entry.get(name) if isinstance(entry, dict) else None
    if not isinstance(value, str):
        raise ProblemError.of(Code.INVALID_AGENT_CARD, f"a signature without the text {name}", at)
    if len(value) > _MOST_CHARACTERS:
        raise ProblemError.of(Code.TOO_LARGE, f"more than {_MOST_CHARACTERS} characters", f"{at}/{name}")
    return value
