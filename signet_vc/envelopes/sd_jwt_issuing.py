"""Making an SD-JWT: chosen members and elements go out of the document, their digests in (RFC 9901 §4, §6).

Salts are handed in, 128 bits of randomness each. No decoy digests are made.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from typing import Any, Final, NamedTuple

from signet_vc.codec import jcs
from signet_vc.codec.json_value import numbers
from signet_vc.codec.strict_json import Json, JsonObject
from signet_vc.envelopes import jws, media
from signet_vc.envelopes.jws import JwsToSign
from signet_vc.envelopes.media import CREDENTIAL, Kind
from signet_vc.envelopes.registered_claims import added
from signet_vc.envelopes.sd_jwt_disclosures import (
    ALGORITHM,
    DIGESTS,
    ELEMENT,
    RESERVED,
    Steps,
    digest_with,
    encode,
)
from signet_vc.envelopes.sd_jwt_paths import steps_to
from signet_vc.envelopes.vc_jwt import algorithm
from signet_vc.errors import UsageError
from signet_vc.keys.jwk import public_to_jwk
from signet_vc.keys.key_type import KeyType
from signet_vc.keys.signing import PublicKey
from signet_vc.limits import DEFAULT_LIMITS

__all__ = ["ENVELOPE", "SdJwtToSign", "is_needed", "prepare"]

ENVELOPE: Final = "sd-jwt"
_HASH: Final = "sha-256"
_SALT: Final = 22  # characters: 128 bits in base64url

# What a verifier cannot do without. VC-JOSE-COSE §3.2.1 names the first five; who says it, when it holds, and
# the claims about the signature are as necessary: a holder who could drop them would decide what is valid.
_CONTEXT: Final = "@context"
_NEEDED: Final = frozenset(
    {
        *(_CONTEXT, "type", "credentialStatus", "credentialSchema", "relatedResource"),
        *("validFrom", "validUntil", "issuanceDate", "expirationDate"),
        *("iss", "aud", "exp", "nbf", "iat", "nonce", "cnf"),
    }
)
_ISSUER: Final = (("issuer",), ("issuer", "id"))


class SdJwtToSign(NamedTuple):
    """The first of two steps: ``message`` is what the issuer's key signs."""

    token: JwsToSign
    disclosures: tuple[str, ...]

    @property
    def message(self) -> bytes:
        """The JWS Signing Input of the issuer-signed JWT."""
        return self.token.message

    def finish(self, signature: bytes) -> str:
        """The SD-JWT with all of its disclosures, without key binding: it ends with ``~`` (§4)."""
        return "~".join((self.token.finish(signature), *self.disclosures, ""))


def prepare(
    document: JsonObject,
    *,
    key_type: KeyType,
    verification_method: str,
    disclosable: Sequence[str],
    salts: Callable[[], str],
    holder_key: PublicKey | None = None,
    presentation: bool = False,
    alg: str | None = None,
    registered: Mapping[str, Any] | None = None,
) -> SdJwtToSign:
    """Work out what a key has to sign to secure ``document``, which has no ``proof``.

    disclosable: paths of the members and elements that a holder may show or not, also one within another; see
    ``sd_jwt_paths``. salts: gives a fresh salt at each call, at least 22 characters of base64url. holder_key:
    the key that will have to prove possession (``cnf``). The rest as for ``vc_jwt.prepare``.

    Raises:
        UsageError: a path leads nowhere, comes twice, or to what a verifier needs; a salt is short or comes
            again; the document uses a name that SD-JWT reserves, or as ``vc_jwt.prepare``.
        ProblemError: the document cannot be canonicalized.
    """
    kind = media.checked_kind(document, presentation=presentation, envelope=ENVELOPE)
    _check_names(document)
    payload = deepcopy(added(document, registered))
    if holder_key is not None:
        if "cnf" in payload:
            raise UsageError("the document has a member cnf of its own")
        payload["cnf"] = {"jwk": public_to_jwk(holder_key)}
    disclosures = _conceal(payload, _ways(disclosable, document, kind), salts)
    payload[ALGORITHM] = _HASH
    header = {
        "alg": algorithm(key_type, alg),
        "cty": kind.cty,
        "kid": verification_method,
        "typ": f"{kind.cty}+{ENVELOPE}",
    }
    return SdJwtToSign(jws.prepare(jcs.canonicalize(payload), header), disclosures)


def is_needed(way: Steps, kind: Kind) -> bool:
    """Tell whether a verifier needs what is there, so that it should not be disclosable.

    Of a presentation, ``@context`` and ``type`` alone and the claims about the signature.
    """
    if way[0] in _NEEDED or _CONTEXT in way:
        return True
    return kind is CREDENTIAL and way in _ISSUER


def _ways(disclosable: Sequence[str], document: JsonObject, kind: Kind) -> list[Steps]:
    """Find what is to be concealed, the innermost first: one disclosure can hold the next (§4.2.6)."""
    ways = [steps_to(path, document) for path in disclosable]
    if len(set(ways)) != len(ways):
        raise UsageError("a path is given twice")
    for path, way in zip(disclosable, ways, strict=True):
        if is_needed(way, kind):
            raise UsageError(f"a verifier needs what is at {path[:200]!r}")
    return sorted(ways, key=len, reverse=True)


def _conceal(payload: JsonObject, ways: Sequence[Steps], salts: Callable[[], str]) -> tuple[str, ...]:
    """Take out of ``payload`` what is at ``ways``, put the digests in, and give the disclosures."""
    disclosures: list[str] = []
    used: set[str] = set()
    for way in ways:
        parent, last = _parent(payload, way), way[-1]
        salt = salts()
        if len(salt) < _SALT or salt in used:
            raise UsageError("a salt has at least 128 bits and is used once")
        used.add(salt)
        if isinstance(last, str):
            disclosures.append(encode((salt, last, parent.pop(last))))
            # in an order that says nothing of the members' (§4.2.4.1)
            insort(parent.setdefault(DIGESTS, []), digest_with(_HASH, disclosures[-1]))
        else:
            disclosures.append(encode((salt, parent[last])))
            parent[last] = {ELEMENT: digest_with(_HASH, disclosures[-1])}
    return tuple(disclosures)


def _parent(value: Json, way: Steps) -> Any:
    for step in way[:-1]:
        value = value[step]
    return value


def _check_names(document: JsonObject) -> None:
    """§4.1: the names that carry digests stand for nothing else. Raises ProblemError for what is no JSON."""
    for _ in numbers(document, max_depth=DEFAULT_LIMITS.message_depth):
        pass  # exact types and bounded depth from here on
    stack: list[Json] = [document]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            if not RESERVED.isdisjoint(value):
                raise UsageError("the document has a member with a name that SD-JWT reserves")
            stack.extend(value.values())
        elif isinstance(value, list):
            stack.extend(value)
