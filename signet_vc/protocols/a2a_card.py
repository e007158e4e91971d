"""A2A AgentCards: who signed one, and what the signature covers.

One valid signature by a trusted signer suffices (cards carry several while keys rotate). A signer is the
DID of a ``kid`` that is a DID URL, or the https URL of the key set that the key came from. What a result
hands out is the card that the signed bytes say, never the one that came.
Spec: A2A 1.0 §8.4.3.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from signet_vc.codec import strict_json
from signet_vc.codec.strict_json import JsonObject
from signet_vc.errors import Code, Problem, ProblemError, UnavailableError, problem
from signet_vc.keys.signing import PublicKey
from signet_vc.policy import Policy
from signet_vc.protocols import a2a_normal, a2a_signature, message_key
from signet_vc.protocols.a2a_form import attestation_did, form_problems, is_card
from signet_vc.protocols.a2a_normal import Canonical
from signet_vc.protocols.a2a_signature import CardSignature
from signet_vc.protocols.a2a_signers import Signer, find_signer
from signet_vc.protocols.neighbour import Neighbour, Raw
from signet_vc.protocols.rsa_key import RsaKey
from signet_vc.protocols.steps import allowed_problems
from signet_vc.result import Check, Verification

__all__ = ["AGENT_CARD", "FORMAT", "open_card", "verify_card"]

FORMAT: Final = "a2a-agent-card"
_TYPES: Final = ("AgentCard",)
_MOST_BYTES: Final = 128 << 10  # canonical forms of arrays of nothing cost most: 2 µs a byte
_MOST_SIGNATURES: Final = 8  # each is tried over every canonical form
_UNCOVERED: Final = Code.COVERAGE_INSUFFICIENT


class _Signed(NamedTuple):
    """A signature that holds, by somebody who is trusted. form: its canonical form, by name and content."""

    signer: str
    form: str
    canonical: Canonical


def open_card(data: Raw, policy: Policy) -> JsonObject | None:
    """Give the card that the text is, or None for anything else, what is no strict JSON among it.

    Raises TOO_LARGE for a card of more than 128 KiB.
    """
    marker = '"name"' if isinstance(data, str) else b'"name"'
    if marker not in data:  # type: ignore[operator] # of the same type
        return None
    limits = policy.limits
    try:
        value: Any = strict_json.loads(data, max_bytes=limits.document_bytes, max_depth=limits.message_depth)
    except ProblemError:
        return None
    if not isinstance(value, dict) or not is_card(value):
        return None
    if len(data) > _MOST_BYTES:
        raise ProblemError.of(Code.TOO_LARGE, f"a card of more than {_MOST_BYTES} bytes")
    return value


def verify_card(card: JsonObject, policy: Policy, at_ns: int) -> Verification:
    """Verify a card at a time, nanoseconds since 1970. Never raises.

    Checks: ``parse``, ``policy``, ``form``, ``signatures`` (the reason names signer and canonical form).
    Notices: signatures beside the valid one that do not hold, and what stands in the card uncovered.
    """
    return _Case(card, policy, at_ns).verdict()


AGENT_CARD: Final = Neighbour(format=FORMAT, opens=open_card, verify=verify_card)


class _Case:
    """One verification under way."""

    def __init__(self, card: JsonObject, policy: Policy, at_ns: int) -> None:
        self.card = card
        self.policy = policy
        self.at = at_ns
        self.forms: dict[str, Canonical] = {}  # each is made at its first use: the first one mostly holds
        self.legacy: Canonical | None = None
        self.signed: _Signed | None = None
        self.claimed: str | None = None
        self.algorithm: str | None = None
        self.notices: list[Problem] = []

    def verdict(self) -> Verification:
        checks = [Check(name="parse", outcome="passed")]
        problems: list[Problem] = []
        steps = (("policy", self._allowed), ("form", self._form), ("signatures", self._signatures))
        for name, step in steps:
            if problems:
                checks.append(Check(name=name, outcome="skipped", reason="a step before failed"))
                continue
            try:
                problems = step()
            except ProblemError as error:
                problems = list(error.problems)
            checks.append(self._check(name, problems))
        signed = self.signed
        return Verification(
            verified=not problems,
            problems=tuple(problems),
            notices=() if problems else tuple(self.notices),
            checks=tuple(checks),
            document=None if problems or signed is None else signed.canonical.content,
            format=FORMAT,
            securing=self.algorithm,
            types=_TYPES,
            issuer=self.claimed,
        )

    def _check(self, name: str, problems: list[Problem]) -> Check:
        if problems:
            return Check(name=name, outcome="failed", reason="; ".join(map(str, problems)))
        signed = self.signed
        reason = "" if signed is None else f"by {signed.signer}, canonical form {signed.form}"
        return Check(name=name, outcome="passed", reason=reason)

    # --- the steps, in order ------------------------------------------------------------------------

    def _allowed(self) -> list[Problem]:
        return allowed_problems(self.policy, FORMAT, ())

    def _form(self) -> list[Problem]:
        """What the card shows without a key; and its canonical forms."""
        signatures = self.card.get("signatures")
        if signatures is None or signatures == []:
            return [problem(Code.PROOF_MISSING, "the card has no signature", "/signatures")]
        problems = form_problems(self.card)
        if problems:
            return problems
        if len(self.card["signatures"]) > _MOST_SIGNATURES:
            return [problem(Code.TOO_LARGE, f"more than {_MOST_SIGNATURES} signatures", "/signatures")]
        self._canonical("raw")  # if one has a canonical form, all do
        return []

    def _signatures(self) -> list[Problem]:
        """§8.4.3: at least one holds. What is wrong with the others is told beside it."""
        failures: list[Problem] = []
        for index, entry in enumerate(self.card["signatures"]):
            at = f"/signatures/{index}"
            try:
                problems = self._one(a2a_signature.parse(entry, at), at)
            except ProblemError as error:
                problems = list(error.problems)
            except UnavailableError as error:
                problems = [error.as_problem()]
            failures += [_placed(each, at) for each in problems]
        if self.signed is None:
            return failures
        self.notices += failures
        self.notices += _uncovered(self.signed)
        return []

    def _one(self, signature: CardSignature, at: str) -> list[Problem]:
        """Judge a signature: whose key, then over which form of the card, then whether that one may."""
        if self.signed is not None:
            return []  # one suffices
        securings = self.policy.securings
        if securings is not None and signature.algorithm not in securings:
            return [problem(Code.UNSUPPORTED_CRYPTOSUITE, "the policy does not allow its alg", at)]
        signer = find_signer(signature, self.card, self.policy, self.at)
        self.claimed, self.algorithm = signer.name, signature.algorithm
        if signature.algorithm not in signer.algorithms:
            detail = f"alg is not that of the key: {' or '.join(signer.algorithms)}"
            return [problem(Code.UNSUPPORTED_CRYPTOSUITE, detail, f"{at}/protected")]
        signed = self._over(signature, signer)
        problems = _consequences(signed, signer, at)
        if not problems:
            self.signed = signed
            self.notices += [] if signer.notice is None else [_placed(signer.notice, at)]
        return problems

    def _over(self, signature: CardSignature, signer: Signer) -> _Signed:
        """Find the canonical form that was signed. Raises PROOF_INVALID if it is none."""
        for name in a2a_normal.PROFILES:
            canonical = self._canonical(name)
            if _holds(signature, signer.key, canonical):
                return _Signed(signer.name, name, canonical)
        detail = "the signature is not this key's over this card"
        if _holds(signature, signer.key, self._legacy()):
            detail = "signed by an SDK that does not implement RFC 8785: the card has to be signed again"
        raise ProblemError.of(Code.PROOF_INVALID, detail)

    def _canonical(self, name: str) -> Canonical:
        if name not in self.forms:
            self.forms[name] = a2a_normal.PROFILES[name](self.card)
        return self.forms[name]

    def _legacy(self) -> Canonical:
        if self.legacy is None:
            self.legacy = a2a_normal.legacy_of(self._canonical("sdk"))
        return self.legacy


def _consequences(signed: _Signed, signer: Signer, at: str) -> list[Problem]:
    """What a signature that holds may still be wrong with."""
    canonical = signed.canonical
    if canonical.altered:
        detail = f"as {signed.form} reads the card the signature holds, but it drops what was added here"
        return [problem(Code.PROOF_INVALID, detail, place) for place in canonical.altered]
    if signer.attests or _names(attestation_did(canonical.content), signer.key):
        detail = "the key attests tool calls, and so signs nothing else"
        return [problem(Code.PROOF_PURPOSE_MISMATCH, detail, at)]
    return [] if signer.refusal is None else [signer.refusal]


def _names(did: str | None, key: PublicKey | RsaKey) -> bool:
    return did is not None and isinstance(key, PublicKey) and message_key.is_same(did, key.did)


def _holds(signature: CardSignature, key: PublicKey | RsaKey, canonical: Canonical) -> bool:
    message = a2a_signature.message(signature.protected, canonical.octets)
    if isinstance(key, RsaKey):
        return key.verify(signature.signature, message, signature.algorithm)
    return key.verify(signature.signature, message)


def _placed(each: Problem, at: str) -> Problem:
    return each if each.pointer else problem(each.code, each.detail, at)


def _uncovered(signed: _Signed) -> Iterable[Problem]:
    for place in signed.canonical.uncovered:
        detail = f"not covered: as {signed.form} reads the card it says nothing, and is left out"
        yield problem(_UNCOVERED, detail, place)
