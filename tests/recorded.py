"""Calls made by the engine and what both sides recorded of them, in one store."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from engine import AGENT, SENT, SERVER, START, Sides, call, memory_store, run

from signet_vc import audit
from signet_vc.attestation.agent import Pending
from signet_vc.attestation.call import ABSENT, Answer, OutcomeKind
from signet_vc.attestation.store import Record
from signet_vc.codec.digest import digest
from signet_vc.codec.jcs import canonicalize
from signet_vc.limits import NANOSECONDS
from signet_vc.policy import Policy
from signet_vc.result import Verification
from signet_vc.store import Store

__all__ = ["BOTH", "FAILED", "LATER", "Recorded", "altered", "codes", "judged", "notices"]

BOTH = Policy(allowed_signers=[AGENT.did, SERVER.did])
LATER = START + 86_400 * NANOSECONDS
FAILED = Answer(
    result={
        "content": [{"type": "text", "text": "no such revision"}],
        "isError": True,
        "resultType": "complete",
    }
)


class Recorded:
    """Two sides that record in one store, as a proxy in role ``both`` does."""

    def __init__(self, store: Store | None = None, **options: Any) -> None:
        self.store: Any = store or memory_store()
        self.sides = Sides(
            agent_options={"store": self.store, **options}, server_options={"store": self.store, **options}
        )

    def asked(self, **members: Any) -> Pending:
        """A request that the server took, and nothing after it."""
        pending = self.sides.attest(call(**members))
        self.sides.admitted(pending)
        return pending

    def called(
        self, answer: Answer = SENT, kind: OutcomeKind = OutcomeKind.COMPLETED, **members: Any
    ) -> tuple[Record, Record]:
        """A whole call: its request and its response as they were recorded."""
        pending = self.sides.attest(call(**members))
        admission = self.sides.admitted(pending)
        self.sides.clock.pass_seconds(0.02)
        checked = self.sides.check(pending, self.sides.answer(admission, answer, kind), answer)
        assert checked.problems == ()
        assert checked.response is not None
        self.sides.clock.pass_seconds(1)
        return self.store.find(pending.request.digest), self.store.find(checked.response.digest)

    def refused(self, **members: Any) -> None:
        """A call without an attestation."""
        self.sides.admit(ABSENT, call(**members))

    def judge(self, record: Record, policy: Policy = BOTH) -> Verification:
        return audit.judge(record, policy, at_ns=LATER, evidence=self.store).verification

    def keep(self, *records: Record) -> None:
        for record in records:
            run(self.store.record(record))


def judged(record: Record, policy: Policy = BOTH) -> Verification:
    """A record by itself."""
    return audit.judge(record, policy, at_ns=LATER).verification


def altered(record: Record, **members: Any) -> Record:
    """The record with other members in the subject; its digest is the new text's, its proof is not."""
    credential = json.loads(record.secured)
    credential["credentialSubject"] |= members
    text = canonicalize(credential)
    return replace(record, secured=text.decode(), digest=digest(text))


def codes(result: Verification) -> list[str]:
    return [str(each.code) for each in result.problems]


def notices(result: Verification) -> list[str]:
    return [str(each.code) for each in result.notices]
