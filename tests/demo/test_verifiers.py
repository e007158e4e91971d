"""What the demonstration prints of other people's verifiers is what they said."""

from __future__ import annotations

import json

import pytest
from engine import AGENT, Sides, call, run

from signet_vc.attestation.store import Record
from signet_vc.demo.verifiers import VERIFIERS, Said, Verifier
from signet_vc.securing import Securing


def record(how: Securing) -> Record:
    sides = Sides(agent_options={"securing": how})
    pending = sides.attest(call())
    assert pending.request is not None
    kept = run(sides.agent_store.get(pending.request.digest))
    assert kept is not None
    return kept


def changed(kept: Record) -> Record:
    """The same record with a changed credential and a changed JWS."""
    members = {name: getattr(kept, name) for name in Record.__slots__}
    if kept.secured.startswith("{"):
        credential = json.loads(kept.secured)
        credential["credentialSubject"]["tool"] = "other"
        members["secured"] = json.dumps(credential)
    else:
        members["secured"] = _changed_token(kept.secured)
    if kept.jws is not None:
        members["jws"] = _changed_token(kept.jws)
    return Record(**members)


def _changed_token(token: str) -> str:
    """Another signature under the same header and payload."""
    head, _, signature = token.rpartition(".")
    return f"{head}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"


@pytest.mark.parametrize("verifier", VERIFIERS, ids=lambda each: each.name)
def test_each_verifies_and_refuses(verifier: Verifier) -> None:
    kept = record(Securing.BOTH)
    assert json.loads(kept.secured)["issuer"] == AGENT.did
    assert verifier.verdict(kept) is Said.VERIFIED
    assert verifier.verdict(changed(kept)) is Said.REFUSED


def test_a_form_that_is_not_read_is_not_asked() -> None:
    by_name = {each.name: each for each in VERIFIERS}
    assert by_name["joserfc"].verdict(record(Securing.DATA_INTEGRITY)) is Said.NOT_ASKED
    assert by_name["awr"].verdict(record(Securing.JWS)) is Said.NOT_ASKED
    assert by_name["joserfc"].verdict(record(Securing.JWS)) is Said.VERIFIED


def test_one_that_is_not_installed_never_passes() -> None:
    absent = Verifier("absent", "no-such-distribution", reads_jws=False, ask=lambda _: True)
    assert absent.version() is None
    assert absent.verdict(record(Securing.DATA_INTEGRITY)) is Said.MISSING
