"""AP2 mandates, version 0.2: that a chain leads from a signer who is trusted to this one transaction.

Read as evidence: that a mandate was used before is for who accepts it to know.
Spec: AP2 v0.2 *Agent Authorization*, *Checkout Mandate*, *Payment Mandate*; Delegate SD-JWT; RFC 9901 §7.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, Final, NamedTuple

from signet_vc.codec.multibase import EncodingError, base64url_decode
from signet_vc.codec.strict_json import JsonObject
from signet_vc.envelopes import jws, media
from signet_vc.envelopes.jws import Jws
from signet_vc.envelopes.registered_claims import is_numeric_date
from signet_vc.envelopes.sd_jwt_disclosures import digest_with, hash_name
from signet_vc.errors import Code, Problem, ProblemError, problem
from signet_vc.keys.jwk import public_from_jwk
from signet_vc.keys.signing import PublicKey
from signet_vc.limits import NANOSECONDS
from signet_vc.policy import Policy
from signet_vc.protocols import ap2_constraints
from signet_vc.protocols.ap2_chain import JOINT, Chain, Link, confirmation, digests, form_problems, parse
from signet_vc.protocols.neighbour import Neighbour, Raw
from signet_vc.protocols.signer_keys import find_key
from signet_vc.protocols.steps import Steps, allowed_problems
from signet_vc.result import Verification

__all__ = ["AP2_MANDATE", "FORMAT", "chain_in"]

FORMAT: Final = "ap2-mandate"
_WHITE_SPACE: Final = " \t\r\n"
_HEADER: Final = "e"  # every JOSE header begins so, being an object; no JSON text does
_BINDINGS: Final = ("sd_hash", "issuer_jwt_hash")
_CHECKOUT_TYPE: Final = "JWT"


def opens(data: Raw, policy: Policy) -> Chain | None:
    """Take a chain apart; None for what is none."""
    text = chain_in(data)
    return None if text is None else parse(text, max_bytes=policy.limits.document_bytes)


def chain_in(data: Raw) -> str | None:
    """Tell a chain by its joints, one token by its ``delegate_payload``; give it without spaces around it."""
    try:
        text = (data if isinstance(data, str) else data.decode("ascii")).strip(_WHITE_SPACE)
    except UnicodeDecodeError:
        return None
    if not text.startswith(_HEADER) or "~" not in text:
        return None
    return text if JOINT in text or _delegates(text) else None


def _delegates(text: str) -> bool:
    parts = text.partition("~")[0].split(".")
    try:
        return b'"delegate_payload"' in base64url_decode(parts[1])
    except (EncodingError, IndexError):
        return False


def verify(chain: Chain, policy: Policy, at_ns: int) -> Verification:
    """Verify a chain: its form, who began it, each hop, for whom, when, the checkout, the constraints.

    ``document`` of the result: ``mandates`` from the first to the closed one, with what is disclosed of
    each; ``aud``, ``nonce`` and ``iat`` of the last token; ``digests`` of the tokens, by which receipts and
    other mandates name them; ``checkout``: what the merchant signed.
    """
    steps = Steps()
    case = _Case(chain, policy, at_ns)
    algorithms = [str(link.token.header["alg"]) for link in chain]
    usable = steps.run("form", lambda: form_problems(chain)) and steps.run(
        "policy", lambda: allowed_problems(policy, FORMAT, algorithms)
    )
    if usable:
        steps.run("signer", case.signer_problems)
        steps.run("chain", case.hop_problems)
        steps.run("transaction", case.transaction_problems)
        for name, expected in (("domain", policy.domain), ("challenge", policy.challenge)):
            if expected is None:
                steps.skip(name, f"the policy expects no {name}")
        steps.run("validity", case.time_problems)
        if "checkout_hash" in chain[-1].mandate or "checkout_jwt" in chain[-1].mandate:
            steps.run("checkout", case.checkout_problems)
        steps.run("content", case.content_problems)
        steps.run("constraints", lambda: case.constraint_problems(steps.notices))
    return steps.result(
        document=case.document(),
        format=FORMAT,
        securing=", ".join(dict.fromkeys(algorithms)),
        types=tuple(str(each.get("vct", "")) for link in chain for each in link.mandates),
        issuer=case.issuer,
    )


AP2_MANDATE: Final = Neighbour(FORMAT, opens, verify)


class _Case:
    """One verification under way."""

    def __init__(self, chain: Chain, policy: Policy, at_ns: int) -> None:
        self.chain = chain
        self.policy = policy
        self.at = at_ns
        self.issuer: str | None = None
        self.checkout: JsonObject | None = None

    def document(self) -> JsonObject:
        """What was verified, as it is handed out."""
        last = self.chain[-1].payload
        document: JsonObject = {"mandates": [each for link in self.chain for each in link.mandates]}
        document |= {name: last[name] for name in ("aud", "nonce", "iat") if name in last}
        document["digests"] = digests(self.chain)
        return document if self.checkout is None else document | {"checkout": self.checkout}

    def signer_problems(self) -> list[Problem]:
        """(1) The root is signed by a key of somebody whom the policy trusts."""
        root = self.chain[0]
        self.issuer, problems = _signed(root.token, root.payload, self.policy, self.at, "/0")
        return problems

    def hop_problems(self) -> Iterator[Problem]:
        """(2), (3) Each hop is signed by the key that the mandate before names, and binds to its token."""
        for index, (before, link) in enumerate(zip(self.chain, self.chain[1:], strict=False), 1):
            key = public_from_jwk(confirmation(before) or {})
            yield from _signature_problems(link.token, key, f"/{index}")
            yield from _binding_problems(before, link, f"/{index}")

    def transaction_problems(self) -> Iterator[Problem]:
        """(4) The last token names audience, nonce and time, the ones that are expected."""
        place, claims = f"/{len(self.chain) - 1}", self.chain[-1].payload
        missing = {
            name for name in ("aud", "nonce") if not (isinstance(claims.get(name), str) and claims[name])
        }
        if len(self.chain) > 1:
            for name in sorted(missing):
                yield _invalid(f"the last token has no {name}", f"{place}/{name}")
            if not is_numeric_date(claims.get("iat")):
                yield _invalid("the last token does not say when it was made", f"{place}/iat")
            if missing:
                return
        domain, challenge = self.policy.domain, self.policy.challenge
        if domain is not None and ("aud" in missing or claims["aud"] not in domain):
            yield problem(Code.DOMAIN_MISMATCH, "aud is none that is expected", f"{place}/aud")
        if challenge is not None and claims.get("nonce") != challenge:
            yield problem(Code.CHALLENGE_MISMATCH, "nonce is not the expected one", f"{place}/nonce")

    def time_problems(self) -> Iterator[Problem]:
        """(5) Every token and mandate is within its time."""
        for index, link in enumerate(self.chain):
            yield from self._times(link.shown, f"/{index}")
            for mandate in link.mandates:
                yield from self._times(mandate, f"/{index}/delegate_payload/0")

    def checkout_problems(self) -> Iterator[Problem]:
        """(7) The checkout is the one that the mandate names, and signed by a merchant who is trusted."""
        link, place = self.chain[-1], f"/{len(self.chain) - 1}/delegate_payload/0"
        text = link.mandate.get("checkout_jwt")
        if not isinstance(text, str) or not text.isascii():
            yield _invalid("the checkout itself is not shown", f"{place}/checkout_jwt")
            return
        if link.mandate.get("checkout_hash") != digest_with(hash_name(link.payload), text):
            detail = "not the digest of checkout_jwt as it stands"
            yield problem(Code.DIGEST_MISMATCH, detail, f"{place}/checkout_hash")
        limit = self.policy.limits.document_bytes
        token = jws.parse(text, max_bytes=limit)
        self.checkout = media.document_in(token.payload, max_bytes=limit)
        if not media.is_media_type(str(token.header.get("typ", _CHECKOUT_TYPE)).upper(), _CHECKOUT_TYPE):
            yield _invalid("the checkout's typ is not JWT", f"{place}/checkout_jwt")
        yield from self._times(self.checkout, f"{place}/checkout_jwt")
        yield from _signed(token, self.checkout, self.policy, self.at, f"{place}/checkout_jwt").problems

    def content_problems(self) -> Iterator[Problem]:
        """(6) The closed mandate is whole, and says what the open ones said already."""
        return ap2_constraints.content_problems(self.chain)

    def constraint_problems(self, notices: list[Problem]) -> list[Problem]:
        """(8) Every constraint of every open mandate holds of the closed one."""
        found = ap2_constraints.evaluate(self.chain, self.checkout)
        notices += found.notices
        return list(found.problems)

    def _times(self, claims: JsonObject, place: str) -> Iterator[Problem]:
        skew = self.policy.skew_ns
        for name in ("iat", "nbf", "exp"):
            if name not in claims:
                continue
            moment: Any = claims[name]
            if not is_numeric_date(moment):
                yield _invalid("not a NumericDate", f"{place}/{name}")
            elif name == "exp" and self.at - skew >= moment * NANOSECONDS:
                yield problem(Code.EXPIRED, "it is no longer valid", f"{place}/exp")
            elif name != "exp" and self.at + skew < moment * NANOSECONDS:
                yield problem(Code.NOT_YET_VALID, "it is from the future", f"{place}/{name}")


class _Signed(NamedTuple):
    """Whose signature it is, as far as that is known, and what is wrong with it."""

    issuer: str | None
    problems: list[Problem]


def _signed(token: Jws, claims: JsonObject, policy: Policy, at_ns: int, place: str) -> _Signed:
    """Check a token against the key that it names. A signer who is not allowed is told of after that."""
    try:
        named = find_key(token.header.get("kid"), issuer=claims.get("iss"), policy=policy, at_ns=at_ns)
    except ProblemError as error:
        return _Signed(None, [replace(each, pointer=place + each.pointer) for each in error.problems])
    problems = list(_signature_problems(token, named.public_key, place))
    if not problems and not policy.allows(named.issuer, at_ns):
        detail = f"{named.issuer[:200]} is not an allowed signer"
        problems = [problem(Code.SIGNER_NOT_ALLOWED, detail, place)]
    return _Signed(named.issuer, problems)


def _signature_problems(token: Jws, key: PublicKey, place: str) -> Iterable[Problem]:
    if token.header["alg"] not in key.key_type.jws_algorithms:
        detail = f"alg is not that of the {key.key_type.name} key"
        return [problem(Code.UNSUPPORTED_CRYPTOSUITE, detail, place)]
    if not key.verify(token.signature, token.message):
        return [problem(Code.PROOF_INVALID, "the signature is not this key's over this token", place)]
    return []


def _binding_problems(before: Link, link: Link, place: str) -> Iterable[Problem]:
    """Either digest says which token it goes on from; the second leaves out its disclosures."""
    named = [name for name in _BINDINGS if name in link.payload]
    if len(named) != 1:
        return [_invalid("exactly one of sd_hash and issuer_jwt_hash is in a token that goes on", place)]
    (name,) = named
    text = before.text if name == "sd_hash" else before.issuer_jwt
    if link.payload[name] == digest_with(hash_name(before.payload), text):
        return []
    return [problem(Code.DIGEST_MISMATCH, "not the digest of the token before", f"{place}/{name}")]


def _invalid(detail: str, pointer: str) -> Problem:
    return problem(Code.INVALID_MANDATE, detail, pointer)
