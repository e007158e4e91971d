"""What one side of a call works with: its key, whom it trusts, its store, its clock; and how it signs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from signet_vc import securing as securings
from signet_vc.attestation.chain import Chains
from signet_vc.attestation.store import Record
from signet_vc.attestation.values import Draft, Payload
from signet_vc.codec.strict_json import JsonObject
from signet_vc.errors import Code, UnavailableError
from signet_vc.limits import DEFAULT_LIMITS, NANOSECONDS
from signet_vc.securing import Secured, Securing

if TYPE_CHECKING:
    from signet_vc.attestation.chain import Chain
    from signet_vc.attestation.decision import Decide
    from signet_vc.attestation.response import RequestReference
    from signet_vc.attestation.store import AttestationStore
    from signet_vc.keys.signing import AsyncSigner, Signer
    from signet_vc.policy import Policy

__all__ = ["AgentRole", "AttestResponses", "Attested", "Attester", "Role", "ServerRole"]

AttestResponses = Literal["required", "optional", "never"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """Common to both sides.

    signer: the key of this side, here or behind an ``async`` signer; None where nothing is signed.
    policy: whom this side trusts: at a server agents, at an agent servers.
    require_signatures: at a server, refuse calls without a valid attestation; at an agent, refuse
        answers without one, and refuse to send where none can be made.
    attest_responses: at a server, sign answers always (``required``: else no answer), where possible
        (``optional``), or ``never``; at an agent, demand them, take them, ignore them.
    embed_limit: bytes. store: None records nothing (and a server then claims no nonces: only where
        the other side of the same process does). clock: nanoseconds since 1970, UTC.
    entropy: that many random bytes. attester: ``proxy`` where another program runs the tool.
    """

    signer: Signer | AsyncSigner | None
    policy: Policy
    require_signatures: bool = True
    attest_responses: AttestResponses = "required"
    securing: Securing = Securing.DATA_INTEGRITY
    jws_alg: str | None = None
    payload: Payload = "embed"
    embed_limit: int = DEFAULT_LIMITS.embed_bytes
    store: AttestationStore | None
    clock: Callable[[], int]
    entropy: Callable[[int], bytes]
    attester: Literal["self", "proxy"] = "self"

    @property
    def skew(self) -> int:
        """The clock skew that is forgiven, nanoseconds."""
        return self.policy.skew_ns

    @property
    def lifetime(self) -> int:
        """The longest time from ``validFrom`` to ``deadline``, nanoseconds."""
        return int(self.policy.max_lifetime * NANOSECONDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentRole(Role):
    """The agent's side: signs calls, checks answers."""

    @property
    def demands_responses(self) -> bool:
        """An answer without a valid attestation is refused."""
        return self.require_signatures or self.attest_responses == "required"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerRole(Role):
    """The server's side: admits calls, signs what came of them.

    audience: what a call must be addressed to, a DID or an absolute URI. decide: may deny a call
    that is otherwise in order. demand_tool_definition: a call that was signed for another definition
    of the tool is refused, not only noticed.
    """

    audience: str
    decide: Decide | None = None
    demand_tool_definition: bool = False


class Attested(NamedTuple):
    """A credential that this side has signed, with the draft behind it and its chain."""

    secured: Secured
    draft: Draft
    chain: Chain

    def record(
        self, kind: Literal["request", "response"], at: int, request: RequestReference | None = None
    ) -> Record:
        """The credential as evidence; ``at`` in nanoseconds, ``request`` what a response answers."""
        subject = self.secured.document["credentialSubject"]
        return Record(
            digest=self.secured.digest,
            kind=kind,
            received_at=at,
            secured=self.secured.text,
            jws=self.secured.jws if self.secured.credential is not None else None,
            salts=self.draft.salts,
            values=self.draft.values,
            issuer=self.secured.document["issuer"],
            tool=subject["tool"],
            outcome=subject.get("outcome"),
            request_digest=None if request is None else request.digest,
        )


class Attester:
    """Signs drafts, each as the next credential of its peer's chain."""

    def __init__(self, role: Role) -> None:
        self._role = role
        self._chains = Chains(role.entropy)
        self._issuer = None if role.signer is None else role.signer.verification_method.partition("#")[0]

    async def sign(self, peer: str, build: Callable[[JsonObject], Draft]) -> Attested:
        """Build with the chain members, sign, number.

        Raises:
            UnavailableError: there is no signer, or it failed.
            ProblemError: the draft cannot be secured (a value outside CANON, too large).
        """
        role = self._role
        if role.signer is None:
            raise _no_key()
        chain = self._chains.take(peer)
        draft = build(chain.members())
        to_sign = securings.prepare(
            draft.document,
            key_type=role.signer.public_key.key_type,
            verification_method=role.signer.verification_method,
            securing=role.securing,
            created=draft.created,
            jws_alg=role.jws_alg,
        )
        signatures = []
        for message in to_sign.messages:
            signature = role.signer.sign(message)
            signatures.append(signature if isinstance(signature, bytes) else await signature)
        secured = to_sign.finish(signatures)
        chain.advance(secured.digest)
        self._chains.give_back(peer, chain)
        return Attested(secured=secured, draft=draft, chain=chain)

    @property
    def issuer(self) -> str:
        """The DID in whose name this side signs."""
        if self._issuer is None:
            raise _no_key()
        return self._issuer


def _no_key() -> UnavailableError:
    return UnavailableError("no key to sign with", code=Code.ATTESTATION_UNAVAILABLE)
