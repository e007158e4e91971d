"""A UCP checkout that its merchant vouches for: ``ap2.merchant_authorization``, a JWS beside what it signs.

Signed is the whole checkout but for its member ``ap2``: nothing else is left out, so that members which no
schema knows are covered too.
Spec: UCP, *AP2 Mandates Extension* (Merchant Authorization); RFC 7515 Appendix F; RFC 8785.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from signet_vc.codec import jcs, strict_json
from signet_vc.codec.multibase import base64url_encode
from signet_vc.codec.strict_json import JsonObject
from signet_vc.credential import profile
from signet_vc.envelopes import jws
from signet_vc.envelopes.jws import Jws, JwsToSign
from signet_vc.errors import Code, Problem, ProblemError, UsageError, problem
from signet_vc.keys.key_type import KeyType
from signet_vc.policy import Policy
from signet_vc.protocols.neighbour import Neighbour, Raw
from signet_vc.protocols.signer_keys import find_key
from signet_vc.protocols.steps import Steps, allowed_problems
from signet_vc.result import Verification

__all__ = ["FORMAT", "UCP_CHECKOUT", "AuthorizationToSign", "prepare"]

FORMAT: Final = "ucp-checkout"
_EXTENSION: Final = "ap2"
_AUTHORIZATION: Final = "merchant_authorization"
_MARK: Final = _AUTHORIZATION.encode("ascii")
_POINTER: Final = f"/{_EXTENSION}/{_AUTHORIZATION}"
_ALGORITHMS: Final = frozenset({"ES256", "ES384", "ES512"})  # UCP, *Merchant Authorization*


class Checkout(NamedTuple):
    """A checkout taken apart. signed: what the merchant signed of it. token: the authorization, attached."""

    signed: JsonObject
    token: Jws


class AuthorizationToSign(NamedTuple):
    """The first of two steps: ``message`` is what the merchant's key signs."""

    token: JwsToSign
    checkout: JsonObject

    @property
    def message(self) -> bytes:
        """The JWS Signing Input."""
        return self.token.message

    def finish(self, signature: bytes) -> JsonObject:
        """Give the checkout with its authorization: a new object."""
        header, _, _ = self.token.message.decode("ascii").partition(".")
        extension = self.checkout.get(_EXTENSION, {})
        authorization = f"{header}..{base64url_encode(signature)}"
        return {**self.checkout, _EXTENSION: {**extension, _AUTHORIZATION: authorization}}


def prepare(checkout: JsonObject, *, key_type: KeyType, kid: str) -> AuthorizationToSign:
    """Work out what a merchant's key has to sign to vouch for a checkout.

    kid: the key's name in the merchant's profile. Raises UsageError for a key that UCP does not take here,
    for a credential of a tool call, and for an ``ap2`` that is no object; ProblemError of NUMBER_OUT_OF_RANGE
    for a number that RFC 8785 has no exact print of.
    """
    if key_type.jws_algorithms[0] not in _ALGORITHMS:
        raise UsageError(f"a merchant authorizes with {', '.join(sorted(_ALGORITHMS))}")
    if profile.names_profile(checkout):
        raise UsageError("a credential of a tool call is no checkout")
    if not isinstance(checkout.get("id"), str) or not isinstance(checkout.get(_EXTENSION, {}), dict):
        raise UsageError(f"a checkout has an id, and its member {_EXTENSION} is an object")
    header = {"alg": key_type.jws_algorithms[0], "kid": kid}
    return AuthorizationToSign(jws.prepare(jcs.canonicalize(_signed_part(checkout)), header), checkout)


def _signed_part(checkout: JsonObject) -> JsonObject:
    return {name: value for name, value in checkout.items() if name != _EXTENSION}


def opens(data: Raw, policy: Policy) -> Checkout | None:
    """Tell a checkout by ``ap2.merchant_authorization``, whatever else it has."""
    if not _may_be(data):
        return None
    limits = policy.limits
    document = strict_json.loads(data, max_bytes=limits.document_bytes, max_depth=limits.message_depth)
    extension = document.get(_EXTENSION) if isinstance(document, dict) else None
    if not isinstance(extension, dict) or _AUTHORIZATION not in extension:
        return None
    authorization = extension[_AUTHORIZATION]
    header, dots, signature = (
        authorization.partition("..") if isinstance(authorization, str) else ("", "", "")
    )
    if not dots:
        raise ProblemError.of(Code.PROOF_INVALID, "no JWS with a detached payload", _POINTER)
    signed = _signed_part(document)
    payload = base64url_encode(jcs.canonicalize(signed))
    limit = 2 * limits.document_bytes  # base64url of what is within the limit
    return Checkout(signed, jws.parse(f"{header}.{payload}.{signature}", max_bytes=limit))


def _may_be(data: Raw) -> bool:
    if isinstance(data, str):
        return _AUTHORIZATION in data and data.lstrip().startswith("{")
    return _MARK in data and data.lstrip().startswith(b"{")


def verify(checkout: Checkout, policy: Policy, at_ns: int) -> Verification:
    """Verify the merchant's authorization. ``document``: the checkout without its member ``ap2``.

    The trust anchors are merchants: the https URLs of their profiles, or DIDs. A mandate in
    ``ap2.checkout_mandate`` is not looked at: it is verified by itself.
    """
    steps = Steps()
    token = checkout.token
    algorithm = str(token.header["alg"])
    issuer: list[str] = []

    def proof() -> Iterator[Problem]:
        named = find_key(token.header.get("kid"), issuer=None, policy=policy, at_ns=at_ns)
        issuer.append(named.issuer)
        if algorithm not in named.public_key.key_type.jws_algorithms:
            detail = f"alg is not that of the {named.public_key.key_type.name} key"
            yield problem(Code.UNSUPPORTED_CRYPTOSUITE, detail, _POINTER)
        elif not named.public_key.verify(token.signature, token.message):
            yield problem(Code.PROOF_INVALID, "the signature is not the merchant's over this", _POINTER)
        elif not policy.allows(named.issuer, at_ns):
            detail = f"{named.issuer[:200]} is not an allowed signer"
            yield problem(Code.SIGNER_NOT_ALLOWED, detail, _POINTER)

    if steps.run("policy", lambda: allowed_problems(policy, FORMAT, [algorithm])):
        steps.run("form", lambda: _form_problems(checkout))
        steps.run("proof", proof)
    return steps.result(
        document=checkout.signed,
        format=FORMAT,
        securing=algorithm[:100],
        types=("UcpCheckout",),
        issuer=issuer[0] if issuer else None,
    )


def _form_problems(checkout: Checkout) -> list[Problem]:
    """It is a merchant's authorization of a checkout, and not another kind of token that was moved."""
    header = checkout.token.header
    problems = []
    if header["alg"] not in _ALGORITHMS:
        detail = f"alg is none of {', '.join(sorted(_ALGORITHMS))}"
        problems.append(problem(Code.UNSUPPORTED_CRYPTOSUITE, detail, _POINTER))
    if "typ" in header:  # UCP's header is alg and kid; what has a type is of another use
        problems.append(problem(Code.UNKNOWN_FORMAT, "the header's typ is of another use", _POINTER))
    if not isinstance(checkout.signed.get("id"), str):  # a signed agent card, say, which is JOSE too
        problems.append(problem(Code.UNKNOWN_FORMAT, "what is signed is no checkout: it has no id", "/id"))
    return problems


UCP_CHECKOUT: Final = Neighbour(FORMAT, opens, verify)
