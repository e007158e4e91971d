"""No artefact of one protocol passes as another's: each is fed to every other verifier, and refused."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import protocol_examples_a2a
import protocol_examples_ap2
import protocol_examples_http
import pytest
from identities import AGENT, P256, alumni_credential

from signet_vc import Policy, present, sign, verify
from signet_vc.errors import ProblemError
from signet_vc.formats import FORMATS
from signet_vc.protocols import NEIGHBOURS

NOW = datetime(2026, 11, 1, tzinfo=UTC)
ASKED = {"domain": "shop.example", "challenge": "a8fR3n-0017"}


def credentials():
    """Ours: every format of credentials and presentations."""
    document = alumni_credential(AGENT.did)
    trusted = Policy(allowed_signers=[AGENT.did])
    shown = Policy(allowed_signers=[AGENT.did], **ASKED)
    for securing in ("data-integrity", "jws", "sd-jwt", "cose"):
        yield f"credential {securing}", sign(document, AGENT, securing=securing), trusted, NOW
        presented = present([sign(document, AGENT)], P256, securing=securing, **ASKED)
        yield f"presentation {securing}", presented, shown, NOW


MODULES = (protocol_examples_a2a, protocol_examples_ap2, protocol_examples_http)
EXAMPLES = [*credentials(), *(each for module in MODULES for each in module.examples())]
NAMED = pytest.mark.parametrize(
    ("data", "policy", "at"), [each[1:] for each in EXAMPLES], ids=[each[0] for each in EXAMPLES]
)
EVERY = {*FORMATS, *NEIGHBOURS}


def allowing(policy, formats):
    """The same policy, for these formats alone."""
    members = (
        *("allowed_signers", "trust_any", "resolver", "loader", "domain", "challenge"),
        *("allowed_holders", "inline_contexts", "unknown_proofs"),
    )
    return Policy(formats=formats, **{name: getattr(policy, name) for name in members})


@NAMED
def test_threat_03_each_is_accepted_as_what_it_is(data, policy, at):
    result = verify(data, policy, at=at)
    assert [str(each) for each in result.problems] == []
    assert result.verified
    formats = [result.format, *(each.format for each in result.credentials)]
    assert verify(data, allowing(policy, formats), at=at).verified


@NAMED
def test_threat_03_and_as_nothing_else(data, policy, at):
    own = verify(data, policy, at=at).format
    for other in EVERY - {own}:
        result = verify(data, allowing(policy, [other]), at=at)
        assert not result.verified, other
        assert result.document is None
        assert [str(each.code) for each in result.problems] == ["UNKNOWN_FORMAT"], other


@NAMED
@pytest.mark.parametrize("other", sorted(NEIGHBOURS))
def test_threat_03_no_other_verifier_takes_it_by_itself(data, policy, at, other):
    """Asked directly, without what tells formats apart: it is not opened, or is refused."""
    if verify(data, policy, at=at).format == other:
        return
    neighbour = NEIGHBOURS[other]
    raw = data if isinstance(data, bytes | str) else json.dumps(data)
    try:
        opened = neighbour.opens(raw, policy)
    except ProblemError:
        return
    if opened is not None:
        result = neighbour.verify(opened, policy, int(at.timestamp() * 1e9))
        assert not result.verified
        assert result.problems != ()


def test_threat_03_every_format_is_among_the_examples():
    assert {verify(data, policy, at=at).format for _, data, policy, at in EXAMPLES} == EVERY
