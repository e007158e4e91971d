"""The agent's side of a call: state it under a signature, then check what came back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from signet_vc import securing
from signet_vc.attestation import carrier as carriers
from signet_vc.attestation import request as requests
from signet_vc.attestation import response as responses
from signet_vc.attestation.call import ABSENT, Absent, Answer, OutcomeKind, ToolCall
from signet_vc.attestation.exchange import Exchanges
from signet_vc.attestation.response import RequestReference
from signet_vc.attestation.role import AgentRole, Attester
from signet_vc.attestation.store import Record, RefusedCall
from signet_vc.attestation.values import credential_id, unopened
from signet_vc.codec.digest import digest, nonce_text
from signet_vc.codec.jcs import equal
from signet_vc.codec.strict_json import Json, JsonObject
from signet_vc.credential.profile_request import BASIS
from signet_vc.did.resolver import holds_its_key
from signet_vc.errors import Code, Problem, ProblemError, UnavailableError, problem

__all__ = ["Agent", "Checked", "Pending", "VerifiedResponse"]


_ANSWERED: Final = ("request", "agent", "method", "tool")  # members by which a response names its request


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A call that was sent. ``carrier`` goes with it; None where the call was sent unattested.

    ``audience``: who must answer; None where that is not known. ``sent_at``: nanoseconds, of a call that was
    sent unattested.
    """

    call: ToolCall
    audience: str | None
    sent_at: int | None = None
    carrier: JsonObject | None = None
    request: RequestReference | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedResponse:
    """A response credential that verified, and is about the call that was sent."""

    issuer: str
    outcome: OutcomeKind
    identifier: str
    digest: str
    request_digest: str | None
    document: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The verdict on an answer: it may be handed on exactly if ``problems`` is empty.

    ``response`` is None where the answer is not attested (or nothing here can vouch for it), and
    that is allowed.
    """

    pending: Pending
    problems: tuple[Problem, ...]
    notices: tuple[Problem, ...] = ()
    response: VerifiedResponse | None = None


class Agent:
    """FORMAT, *At the agent*, for one role; safe for many calls at once in one event loop."""

    def __init__(self, role: AgentRole) -> None:
        self.role = role
        self._attester = Attester(role)
        self._exchanges = Exchanges()
        self._last_response: dict[str, str] = {}

    def unattested(self, call: ToolCall, audience: str | None) -> Pending:
        """A call that is sent without an attestation, where that is allowed."""
        return Pending(call=call, audience=audience, sent_at=_stated_time(self.role.clock()))

    async def attest(
        self,
        call: ToolCall,
        *,
        audience: str,
        tool_definition_digest: str | None = None,
        intent: str | None = None,
        authorization: Sequence[JsonObject | str] = (),
        confirmation: str | None = None,
        basis: Sequence[Mapping[str, str]] = (),
    ) -> Pending:
        """State ``call`` to ``audience``: build, sign, record; ``Pending.carrier`` goes with it.

        ``authorization``: 1 to 8 secured delegations, root first. ``confirmation``: the RFC 7638
        thumbprint of the key that the access token is bound to. ``basis``: 1 to 8 ``{"type",
        "digestMultibase"}`` of what led to the call (``protocols.basis``).

        Raises:
            UnavailableError: signer or store failed; the call must not be sent as attested.
            ProblemError: the call holds a value outside CANON, or ``basis`` is not in its form.
        """
        role = self.role
        now = role.clock()
        members: JsonObject = {"attester": role.attester}
        if call.input_responses is not ABSENT or call.request_state is not ABSENT:
            members["continuationOf"] = self._exchanges.continued_by(call, audience)
        if tool_definition_digest is not None:
            members["toolDefinitionDigest"] = tool_definition_digest
        if audience in self._last_response:
            members["previousResponseDigest"] = self._last_response[audience]
        if authorization:
            members["authorization"] = [_digest_of(entry) for entry in authorization]
        if confirmation is not None:
            members["confirmation"] = {"jkt": confirmation}
        if basis:
            members["basis"] = _basis(basis)
        nonce = nonce_text(role.entropy(16))

        attested = await self._attester.sign(
            audience,
            lambda chain: requests.build(
                call,
                issuer=self._attester.issuer,
                audience=audience,
                valid_from=now,
                deadline=now + role.lifetime,
                identifier=credential_id(role.entropy(16)),
                nonce=nonce,
                payload=role.payload,
                embed_limit=role.embed_limit,
                entropy=role.entropy,
                members={**members, **chain},
                intent=intent,
            ),
        )
        if role.store is not None:
            try:
                await role.store.record(attested.record("request", now))
            except UnavailableError:
                attested.chain.retire()
                raise
        secured = attested.secured
        return Pending(
            call=call,
            audience=audience,
            carrier=carriers.write(
                secured,
                "request",
                nonce=nonce,
                salts=attested.draft.travelling_salts(),
                authorization=authorization,
            ),
            request=RequestReference(
                identifier=secured.document["id"],
                digest=secured.digest,
                jws_digest=secured.jws_digest,
                agent=self._attester.issuer,
                nonce=nonce,
                valid_from=_stated_time(now),
            ),
        )

    async def check(
        self,
        pending: Pending,
        answer: Answer,
        carrier: Json | Absent,
        *,
        declared: bool = False,
        tool_definition_digest: str | None = None,
    ) -> Checked:
        """Check the answer to a call that was sent, and record what it proves.

        ``declared``: the server had said that it attests. An answer that fails leaves the outcome
        *unknown*, never "did not run". Nothing is raised for what the server sent.
        """
        role = self.role
        try:
            if role.attest_responses == "never" and not role.require_signatures:
                return Checked(pending=pending, problems=())
            if carrier is ABSENT:
                return await self._unattested_answer(pending, answer, declared=declared)
            if pending.audience is None and not role.policy.has_anchor:
                return await self._unanchored(pending)
            return await self._check(pending, answer, carrier, tool_definition_digest)
        except ProblemError as error:
            return await self._refuse(pending, error.problems)
        except UnavailableError as error:
            return await self._refuse(pending, (error.as_problem(),))

    async def note_refusal(self, call_tool: str, problems: Sequence[Problem]) -> None:
        """Record that a call was not sent, or an answer refused, for reasons the adapter found."""
        if self.role.store is not None:
            await self.role.store.refuse(
                RefusedCall(
                    at=self.role.clock(),
                    side="agent",
                    tool=call_tool[:1024],
                    codes=tuple(dict.fromkeys(str(each.code) for each in problems)),
                    detail="; ".join(map(str, problems))[:1024],
                )
            )

    # -- check, step by step -----------------------------------------------------------------------

    async def _check(
        self, pending: Pending, answer: Answer, value: Json, tool_definition_digest: str | None
    ) -> Checked:
        role = self.role
        now = role.clock()
        # limits, parse, schema
        carrier = carriers.read(value, "response", limits=role.policy.limits)
        document, subject = carriers.shape(carrier, "response")
        # signer, then proof
        problems = self._signer_problems(pending, document["issuer"], now)
        if not problems or holds_its_key(document["issuer"]):  # nothing is fetched for a stranger
            problems += carriers.proof_problems(carrier, role.policy, now)
        if problems:
            return await self._refuse(pending, problems)
        # request, agent, method, tool as sent; outcome, value and salts; times
        problems += _request_problems(pending, carrier, subject)
        problems += responses.answer_problems(subject, answer, carrier.salts)
        requested_at = pending.sent_at if pending.request is None else pending.request.valid_from
        problems += responses.time_problems(document, requested_at=requested_at, skew=role.skew, now=now)
        if problems:
            return await self._refuse(pending, problems)
        notices = _definition_notices(subject, tool_definition_digest)
        response = VerifiedResponse(
            issuer=document["issuer"],
            outcome=OutcomeKind(subject["outcome"]),
            identifier=document["id"],
            digest=carrier.secured.digest,
            request_digest=None if pending.request is None else pending.request.digest,
            document=document,
        )
        await self._record(pending, carrier, answer, now)
        self._remember(pending, answer, response)
        return Checked(pending=pending, problems=(), notices=tuple(notices), response=response)

    def _signer_problems(self, pending: Pending, issuer: str, now: int) -> list[Problem]:
        """The audience, if that is a DID; else a DID that the policy lists for that audience."""
        audience = pending.audience
        if audience is not None and audience.startswith("did:"):
            if issuer == audience:
                return []
            return [problem(Code.SIGNER_NOT_ALLOWED, "the answer is not by the audience", "/issuer")]
        policy = self.role.policy
        if not policy.has_anchor:
            return [problem(Code.NO_TRUST_ANCHOR, "no server is trusted to answer for this audience")]
        if policy.allows(issuer, now, audience=audience):
            return []
        return [problem(Code.SIGNER_NOT_ALLOWED, f"{issuer} is not an allowed server", "/issuer")]

    async def _unattested_answer(self, pending: Pending, answer: Answer, *, declared: bool) -> Checked:
        code = Code.ATTESTATION_STRIPPED if declared else Code.ATTESTATION_MISSING
        detail = "the answer carries no attestation"
        if answer.error is not ABSENT:  # a transport makes errors too, and then this is all that tells why
            detail = f"{detail}: error {answer.error['code']}, {answer.error['message']!r:.200}"
        missing = problem(code, detail)
        if self.role.demands_responses:
            return await self._refuse(pending, (missing,))
        return Checked(pending=pending, problems=(), notices=(missing,))

    async def _unanchored(self, pending: Pending) -> Checked:
        detail = "the answer is attested, but nothing says by whom it should be"
        unknown = problem(Code.NO_TRUST_ANCHOR, detail)
        if self.role.demands_responses:
            return await self._refuse(pending, (unknown,))
        return Checked(pending=pending, problems=(), notices=(unknown,))

    async def _refuse(self, pending: Pending, problems: Sequence[Problem]) -> Checked:
        found = tuple(problems)
        try:
            await self.note_refusal(pending.call.tool, found)
        except UnavailableError as error:
            found = (*found, error.as_problem())
        return Checked(pending=pending, problems=found)

    async def _record(self, pending: Pending, carrier: carriers.Carrier, answer: Answer, now: int) -> None:
        store = self.role.store
        if store is None:
            return
        secured = carrier.secured
        subject = secured.document["credentialSubject"]
        values = {}
        if "resultDigest" in subject:
            values["resultDigest"] = answer.result
        if "errorDigest" in subject:
            values["errorDigest"] = answer.error
        if "argumentsDigest" in subject:
            values["argumentsDigest"] = pending.call.arguments
        await store.record(
            Record(
                digest=secured.digest,
                kind="response",
                received_at=now,
                secured=secured.text,
                jws=secured.jws if secured.credential is not None else None,
                salts=carrier.salts,
                values=values,
                issuer=secured.document["issuer"],
                tool=subject["tool"],
                outcome=subject["outcome"],
                request_digest=None if pending.request is None else pending.request.digest,
            )
        )

    def _remember(self, pending: Pending, answer: Answer, response: VerifiedResponse) -> None:
        if pending.audience is None or pending.request is None:
            return
        self._last_response[pending.audience] = response.digest
        if response.outcome is OutcomeKind.INPUT_REQUIRED and answer.result is not ABSENT:
            self._exchanges.asked(
                pending.call, pending.audience, answer.result, pending.request.digest, response.digest
            )


def _stated_time(at: int) -> int:
    """A time as a credential states it, whole milliseconds; both in nanoseconds.

    What an answer states is compared with this one: in the same millisecond it would be the earlier.
    """
    return at - at % 1_000_000


def _request_problems(pending: Pending, carrier: carriers.Carrier, subject: JsonObject) -> list[Problem]:
    """The response answers this request of ours, and not another one."""
    expected: JsonObject = {"method": pending.call.method, "tool": pending.call.tool}
    if pending.request is not None:
        expected |= {"request": pending.request.members(), "agent": pending.request.agent}
    stated = {name: subject[name] for name in _ANSWERED if name in subject}
    problems: list[Problem] = []
    if stated != expected:
        problems += (
            problem(Code.REQUEST_MISMATCH, f"not the {name} that was sent", f"/credentialSubject/{name}")
            for name in _ANSWERED
            if stated.get(name, ABSENT) != expected.get(name, ABSENT)
        )
    if carrier.hints is not None:
        nonce = None if pending.request is None else pending.request.nonce
        if carrier.hints.get("nonce") != nonce:
            problems.append(problem(Code.REQUEST_MISMATCH, "not the request's nonce", "/nonce"))
    if pending.request is None:
        problems += _argument_problems(subject, pending.call, carrier.salts)
    return problems


def _argument_problems(subject: JsonObject, call: ToolCall, salts: Mapping[str, str]) -> list[Problem]:
    """The answer to an unattested call binds the arguments itself."""
    pointer = "/credentialSubject/arguments"
    if "arguments" in subject:
        if call.arguments is not ABSENT and equal(subject["arguments"], call.arguments):
            return []
        return [problem(Code.REQUEST_MISMATCH, "not the arguments that were sent", pointer)]
    if "argumentsDigest" not in subject or call.arguments is ABSENT:
        return [problem(Code.REQUEST_MISMATCH, "the arguments are not bound", pointer)]
    detail = unopened(subject, "argumentsDigest", call.arguments, salts)
    return [] if detail is None else [problem(Code.REQUEST_MISMATCH, detail, pointer + "Digest")]


def _definition_notices(subject: JsonObject, listed: str | None) -> list[Problem]:
    stated = subject.get("toolDefinitionDigest")
    if stated is None or listed is None or stated == listed:
        return []
    detail = "the server ran another definition of this tool than it had listed"
    return [problem(Code.TOOL_DEFINITION_CHANGED, detail, "/credentialSubject/toolDefinitionDigest")]


def _basis(basis: Sequence[Mapping[str, str]]) -> list[JsonObject]:
    """What led to the call, as the subject has it; FORMAT's form and nothing else is signed."""
    entries = [dict(entry) for entry in basis]
    if not BASIS.holds(entries):
        raise ProblemError(*BASIS.problems(entries, "/credentialSubject/basis"))
    return entries


def _digest_of(entry: JsonObject | str) -> str:
    if isinstance(entry, str):
        return digest(entry.encode("ascii", "strict"))
    return securing.read(entry, None).digest
