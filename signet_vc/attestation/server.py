"""The server's side of a call: admit or refuse it, then attest what came of it.

``admit`` and ``attest`` own the whole sequence; an adapter turns messages into ``ToolCall`` and
``Outcome`` and nothing more. Only ``admit`` makes an ``Admission``, and only that may reach a tool.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from signet_vc.attestation import boundary
from signet_vc.attestation import carrier as carriers
from signet_vc.attestation import request as requests
from signet_vc.attestation import response as responses
from signet_vc.attestation.call import ABSENT, Absent, Outcome, OutcomeKind, ToolCall
from signet_vc.attestation.decision import Attestation, judge, policy_rules
from signet_vc.attestation.response import RequestReference
from signet_vc.attestation.role import Attester, ServerRole
from signet_vc.attestation.store import Claim, Record, RefusedCall
from signet_vc.attestation.values import credential_id
from signet_vc.codec.strict_json import Json, JsonObject
from signet_vc.errors import Code, Problem, ProblemError, UnavailableError, problem

__all__ = ["Admission", "Refusal", "Server"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Verdict:
    """What both verdicts on a call remember; times in nanoseconds.

    ``method`` and ``tool``: the request credential's once that has verified, else the call's.
    """

    call: ToolCall
    peer: str
    received_at: int
    request: RequestReference | None
    method: str
    tool: str
    decision: Mapping[str, Any] | None
    notices: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission(_Verdict):
    """The call may run. ``attestation`` is None for an unattested call, where that is allowed."""

    attestation: Attestation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal(_Verdict):
    """The call must not run. ``final``: the verdict is recorded, and ``attest`` states it as denied."""

    problems: tuple[Problem, ...]
    final: bool = False


class _Hearing:
    """One call being judged: what is known so far, of which either verdict is made."""

    __slots__ = ("call", "decision", "method", "notices", "peer", "received_at", "request", "tool")

    def __init__(self, call: ToolCall, peer: str, received_at: int) -> None:
        self.call = call
        self.peer = peer
        self.received_at = received_at
        self.method = call.method
        self.tool = call.tool
        self.request: RequestReference | None = None
        self.decision: Mapping[str, Any] | None = None
        self.notices: tuple[Problem, ...] = ()

    def admitted(self, attestation: Attestation | None) -> Admission:
        return Admission(**self._known(), attestation=attestation)

    def refused(self, problems: Iterable[Problem], *, final: bool) -> Refusal:
        return Refusal(**self._known(), problems=tuple(problems), final=final)

    def _known(self) -> dict[str, Any]:
        return {
            "call": self.call,
            "peer": self.peer,
            "received_at": self.received_at,
            "request": self.request,
            "method": self.method,
            "tool": self.tool,
            "decision": self.decision,
            "notices": self.notices,
        }


class Server:
    """FORMAT, *At the server*, for one role; safe for many calls at once in one event loop."""

    def __init__(self, role: ServerRole) -> None:
        self.role = role
        self._attester = Attester(role)
        self._rules = policy_rules(role.policy)

    async def admit(
        self,
        call: ToolCall,
        carrier: Json | Absent,
        *,
        peer: str,
        tool_definition_digest: str | None = None,
        access_token_jkt: str | None = None,
    ) -> Admission | Refusal:
        """Decide whether ``call`` may run.

        ``peer`` names the connection that an unattested call came by; ``tool_definition_digest`` is
        of this server's own listing; ``access_token_jkt`` the key that the caller's token is bound to.
        A refusal is recorded before it is returned. Nothing is raised for what the caller sent; a
        store or resolver that fails is a refusal with its code.
        """
        hearing = _Hearing(call, peer, self.role.clock())
        try:
            if carrier is ABSENT:
                return await self._admit_unattested(hearing)
            return await self._admit_attested(hearing, carrier, tool_definition_digest, access_token_jkt)
        except ProblemError as error:
            return await self._refuse(hearing, error.problems)
        except UnavailableError as error:
            return await self._refuse(hearing, (error.as_problem(),))

    async def note_refusal(self, problems: Iterable[Problem], *, tool: str) -> None:
        """Record a message that was refused before it could be read as a call."""
        await self._note(self.role.clock(), tool, tuple(problems))

    async def attest(
        self, subject: Admission | Refusal, outcome: Outcome, *, tool_definition_digest: str | None = None
    ) -> JsonObject | None:
        """State what came of a call: build, sign, record; the carrier that goes with the answer.

        None where this side signs no answers, and for a refusal that is not final. Under
        ``optional`` also where signing or recording fails.

        Raises:
            UnavailableError: under ``required``, signer or store failed.
            ProblemError: the outcome holds a value outside CANON.
        """
        role = self.role
        if role.attest_responses == "never" or (isinstance(subject, Refusal) and not subject.final):
            return None
        try:
            return await self._attest(subject, outcome, tool_definition_digest)
        except UnavailableError:
            if role.attest_responses == "required":
                raise
            return None

    # -- admit, step by step -----------------------------------------------------------------------

    async def _admit_unattested(self, hearing: _Hearing) -> Admission | Refusal:
        role = self.role
        if role.require_signatures:
            missing = problem(Code.ATTESTATION_MISSING, "this server requires signed calls")
            return await self._refuse(hearing, (missing,))
        hearing.decision = await judge(
            hearing.call, None, role.policy, role.decide, at=hearing.received_at, rules=self._rules
        )
        if denied := _denial(hearing.decision):
            return await self._refuse(hearing, denied, final=True)
        return hearing.admitted(None)

    async def _admit_attested(
        self, hearing: _Hearing, value: Json, listed: str | None, access_token_jkt: str | None
    ) -> Admission | Refusal:
        role, call, now = self.role, hearing.call, hearing.received_at
        # (1) limits; (2) schema
        carrier = carriers.read(value, "request", limits=role.policy.limits)
        document, subject = carriers.shape(carrier, "request")
        request = boundary.reference(carrier)
        deadline = boundary.time_of(subject["deadline"])
        # (3) signer, (4) proof, (5) times, (6) audience
        problems = [
            *boundary.signer_and_proof_problems(role, carrier, now),
            *boundary.time_problems(role, request.valid_from, deadline, now),
            *boundary.audience_problems(role, subject),
        ]
        if problems:
            return await self._refuse(hearing, problems)
        # (7) claim and record. (8) is judged before, to know which values to record, and told after.
        problems = requests.call_problems(subject, call, carrier.salts)
        claim = Claim(
            issuer=request.agent,
            audience=subject["audience"],
            nonce=request.nonce,
            valid_from=request.valid_from,
            expires_at=deadline + role.skew,
        )
        if not await self._claim(claim, carrier, now, None if problems else call):
            replayed = problem(Code.REPLAYED, "a call with this nonce was presented before")
            return await self._refuse(hearing, (replayed,))
        # (8) the call; (9) confirmation, delegation, policy: final from here on
        attestation = boundary.attestation_of(document, call, request)
        notices = boundary.notices(subject, listed)
        continued, unheld = await self._continuation(subject, call)
        problems += [*continued, *boundary.confirmation_problems(subject, access_token_jkt)]
        if role.demand_tool_definition:
            problems += [each for each in notices if each.code is Code.TOOL_DEFINITION_CHANGED]
        decision = None
        if not problems:
            decision = await judge(call, attestation, role.policy, role.decide, at=now, rules=self._rules)
            problems += _denial(decision)
        if (
            not problems
        ):  # store and program may have taken their time: the call is begun now, not when it came
            problems += boundary.deadline_problems(role, deadline, role.clock())
            decision = None if problems else decision
        hearing.request, hearing.decision = request, decision
        hearing.method, hearing.tool = subject["method"], subject["tool"]
        hearing.notices = (*notices, *unheld)
        if problems:
            return await self._refuse(hearing, problems, final=True)
        return hearing.admitted(attestation)

    async def _claim(
        self, claim: Claim, carrier: carriers.Carrier, received_at: int, call: ToolCall | None
    ) -> bool:
        """Step (7): claim the nonce and record the request, in one transaction.

        ``call`` is None where it is not the one that was signed: its values are then not the
        credential's.
        """
        store = self.role.store
        if store is None:
            raise UnavailableError("no store to claim nonces in")
        subject = carrier.secured.document["credentialSubject"]
        record = Record(
            digest=carrier.secured.digest,
            kind="request",
            received_at=received_at,
            secured=carrier.secured.text,
            jws=carrier.secured.jws if carrier.secured.credential is not None else None,
            salts=carrier.salts,
            values={} if call is None else requests.committed_values(call, subject),
            issuer=claim.issuer,
            tool=subject["tool"],
        )
        return await store.record(record, claim=claim)

    async def _continuation(self, subject: JsonObject, call: ToolCall) -> tuple[list[Problem], list[Problem]]:
        """Step (8) for ``continuationOf``: problems and notices.

        The answer it names must be this server's, to that request, with this requestState; an answer
        that is not held here is only noted, since another instance may hold it.
        """
        continuation = subject.get("continuationOf", {})
        if "response" not in continuation or self.role.store is None:
            return [], []
        pointer = "/credentialSubject/continuationOf"
        answer = await self.role.store.get(continuation["response"])
        if answer is None:
            return [], [problem(Code.REQUEST_MISMATCH, "the answer it continues is not held here", pointer)]
        asked = answer.values.get("resultDigest")
        state = asked.get("requestState", ABSENT) if isinstance(asked, dict) else ABSENT
        if answer.outcome != OutcomeKind.INPUT_REQUIRED:
            detail = "what it continues asked for no input"
        elif answer.request_digest != continuation.get("request"):
            detail = "request and response do not belong together"
        elif asked is not None and state != call.request_state:
            detail = "that answer had another requestState"
        else:
            return [], []
        return [problem(Code.CALL_MISMATCH, detail, pointer)], []

    async def _refuse(
        self, hearing: _Hearing, problems: Iterable[Problem], *, final: bool = False
    ) -> Refusal:
        """Record the refusal: a final one in the response that ``attest`` makes, if it makes one."""
        refusal = hearing.refused(problems, final=final)
        if not final or self.role.attest_responses == "never":
            try:
                await self._note(hearing.received_at, hearing.tool, refusal.problems)
            except UnavailableError as error:
                return replace(refusal, problems=(*refusal.problems, error.as_problem()))
        return refusal

    async def _note(self, at: int, tool: str, problems: tuple[Problem, ...]) -> None:
        if self.role.store is not None:
            await self.role.store.refuse(
                RefusedCall(
                    at=at,
                    side="server",
                    tool=tool[:1024],
                    codes=tuple(dict.fromkeys(str(each.code) for each in problems)),
                    detail="; ".join(map(str, problems))[:1024],
                )
            )

    # -- attest ------------------------------------------------------------------------------------

    async def _attest(
        self, subject: Admission | Refusal, outcome: Outcome, tool_definition_digest: str | None
    ) -> JsonObject:
        role = self.role
        request = subject.request
        completed_at = max(role.clock(), subject.received_at)
        members: JsonObject = {"attester": role.attester}
        if subject.decision is not None:
            members["decision"] = dict(subject.decision)
        elif outcome.kind is OutcomeKind.DENIED:
            members["decision"] = {"effect": "deny", "reason": str(_first_code(subject))}
        if tool_definition_digest is not None:
            members["toolDefinitionDigest"] = tool_definition_digest
        if subject.call.trace_id is not None:
            members["traceId"] = subject.call.trace_id
        if subject.call.protocol_version is not None:
            members["protocolVersion"] = subject.call.protocol_version

        attested = await self._attester.sign(
            request.agent if request is not None else f"unattested {subject.peer}",
            lambda chain: responses.build(
                outcome,
                issuer=self._attester.issuer,
                method=subject.method,
                tool=subject.tool,
                request=request,
                unattested=subject.call if request is None else None,
                received_at=subject.received_at,
                completed_at=completed_at,
                valid_from=max(role.clock(), completed_at),
                identifier=credential_id(role.entropy(16)),
                payload=role.payload,
                embed_limit=role.embed_limit,
                entropy=role.entropy,
                members={**members, **chain},
            ),
        )
        if role.store is not None:
            try:
                await role.store.record(attested.record("response", completed_at, request))
            except UnavailableError:
                attested.chain.retire()
                raise
        return carriers.write(
            attested.secured,
            "response",
            nonce=None if request is None else request.nonce,
            salts=attested.draft.travelling_salts(),
        )


def _denial(decision: Mapping[str, Any] | None) -> list[Problem]:
    if decision is None or decision["effect"] == "allow":
        return []
    return [problem(Code.POLICY_DENIED, f"{decision['effect']}: {decision['reason']}")]


def _first_code(subject: Admission | Refusal) -> Code:
    return subject.problems[0].code if isinstance(subject, Refusal) else Code.POLICY_DENIED
