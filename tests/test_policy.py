"""Who is trusted: nobody unless named, and never by accident."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from types import MappingProxyType

import pytest
from identities import AGENT, SERVER, STRANGER

from signet_vc.errors import UsageError
from signet_vc.limits import NANOSECONDS, Limits
from signet_vc.policy import AllowedSigner, Policy

NOON = datetime(2026, 3, 30, 12, tzinfo=UTC)
NOON_NS = int(NOON.timestamp()) * NANOSECONDS


def test_nobody_is_trusted_by_default():
    policy = Policy()
    assert not policy.has_anchor
    assert not policy.allows(AGENT.did, NOON_NS)


def test_an_empty_list_allows_nobody():
    policy = Policy(allowed_signers=[])
    assert not policy.has_anchor
    assert not policy.allows(AGENT.did, NOON_NS)


def test_who_is_named_is_trusted():
    policy = Policy(allowed_signers=[AGENT.did])
    assert policy.has_anchor
    assert policy.allows(AGENT.did, NOON_NS)
    for other in (SERVER.did, AGENT.did + " ", AGENT.did.upper(), AGENT.did[:-1], "", "did:key:"):
        assert not policy.allows(other, NOON_NS)


def test_trust_in_anyone_is_said_in_so_many_words():
    policy = Policy(trust_any=True)
    assert policy.has_anchor
    assert policy.allows(STRANGER.did, NOON_NS)


@pytest.mark.parametrize("value", ["false", "true", 1, 0, None, [], "no"])
def test_trust_any_is_true_or_false(value):
    with pytest.raises(UsageError):
        Policy(trust_any=value)


def test_an_entry_has_three_forms():
    entry = AllowedSigner(did=AGENT.did, tools=("git_*",), until=NOON, audience="https://example.com/mcp")
    members = {"did": AGENT.did, "tools": ["git_*"], "until": NOON, "audience": "https://example.com/mcp"}
    assert Policy(allowed_signers=[members]).allowed_signers == (entry,)
    assert Policy(allowed_signers=(entry,)).allowed_signers == (entry,)
    assert Policy(allowed_signers=[AGENT.did]).allowed_signers == (AllowedSigner(did=AGENT.did),)
    assert Policy(allowed_signers=iter([MappingProxyType(members)])).allowed_signers == (entry,)


@pytest.mark.parametrize(
    "entry",
    [
        "",
        "alice",
        "http://example.com",
        "DID:key:z6Mk",
        {},
        {"tools": []},
        {"did": "alice"},
        {"did": None},
        {"did": AGENT.did, "tool": "git_*"},
        {"did": AGENT.did, "tools": "git_*"},
        {"did": AGENT.did, "tools": [1]},
        {"did": AGENT.did, "until": NOON.replace(tzinfo=None)},
        {"did": AGENT.did, "until": "2026-03-30T12:00:00Z"},
    ],
)
def test_what_is_no_entry(entry):
    with pytest.raises(UsageError):
        Policy(allowed_signers=[entry])


@pytest.mark.parametrize(
    "did", [AGENT.did[:-1], AGENT.did[:12], f"{AGENT.did}0", "did:key:z6Mk…", "did:key:"]
)
def test_a_did_key_that_is_not_whole_is_no_signer(did):
    with pytest.raises(UsageError):
        Policy(allowed_signers=[did])


def test_a_whole_did_key_is_a_signer_whatever_its_key_is_worth():
    """Of small order: what it signs is refused, and told by KEY_INVALID."""
    did = "did:key:z6MkeXATEjyXENzBXBxgC5EHk2JE5aqd7qMGGtDpLUH1e2Sj"
    assert Policy(allowed_signers=[did]).allows(did, NOON_NS)


@pytest.mark.parametrize("signers", [AGENT.did, {"did": AGENT.did}])
def test_a_single_signer_is_no_list(signers):
    """The characters of a string, and the keys of a mapping, would each be taken for a signer."""
    with pytest.raises(UsageError):
        Policy(allowed_signers=signers)


def test_an_entry_counts_until_its_time():
    policy = Policy(allowed_signers=[{"did": AGENT.did, "until": NOON}])
    assert policy.allows(AGENT.did, NOON_NS)
    assert policy.allows(AGENT.did, NOON_NS - 1)
    assert not policy.allows(AGENT.did, NOON_NS + 1)
    elsewhere = NOON.astimezone(timezone(timedelta(hours=9)))
    assert not AllowedSigner(did=AGENT.did, until=elsewhere).active(NOON_NS + 1)
    old = AllowedSigner(did=AGENT.did, until=datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC))
    assert old.active(-1_000)
    assert not old.active(-999)


def test_who_was_allowed_is_told_from_who_never_was():
    policy = Policy(allowed_signers=[{"did": AGENT.did, "until": NOON}])
    assert NOON.isoformat() in policy.refusal(AGENT.did, NOON_NS + 1)
    assert "until" not in policy.refusal(SERVER.did, NOON_NS + 1)
    assert "until" not in policy.refusal(AGENT.did, NOON_NS)  # of whom another audience is asked


def test_any_of_several_entries_is_enough():
    policy = Policy(allowed_signers=[{"did": AGENT.did, "until": NOON}, AGENT.did])
    assert policy.allows(AGENT.did, NOON_NS + 1)


def test_an_entry_for_one_audience():
    policy = Policy(allowed_signers=[{"did": SERVER.did, "audience": "https://example.com/mcp"}, AGENT.did])
    assert policy.allows(SERVER.did, NOON_NS, audience="https://example.com/mcp")
    assert not policy.allows(SERVER.did, NOON_NS, audience="https://example.com/mcp/")
    assert policy.allows(AGENT.did, NOON_NS, audience="https://example.com/mcp")
    assert policy.allows(SERVER.did, NOON_NS)


def test_times_are_seconds_or_timedeltas():
    policy = Policy(clock_skew=timedelta(minutes=2), max_lifetime=7)
    assert (policy.clock_skew, policy.max_lifetime, policy.skew_ns) == (120.0, 7.0, 120 * NANOSECONDS)
    assert (Policy().clock_skew, Policy().max_lifetime) == (60.0, 300.0)
    assert Policy(clock_skew=0).skew_ns == 0


@pytest.mark.parametrize("value", [-1, float("nan"), float("inf"), True, "60", None, timedelta(seconds=-1)])
@pytest.mark.parametrize("name", ["clock_skew", "max_lifetime"])
def test_what_is_no_span_of_time(name, value):
    with pytest.raises(UsageError):
        Policy(**{name: value})


@pytest.mark.parametrize("name", ["formats", "securings"])
def test_names_are_a_set_and_none_is_all(name):
    assert getattr(Policy(), name) is None
    assert getattr(Policy(**{name: []}), name) == frozenset()
    assert getattr(Policy(**{name: ["vc+jwt"]}), name) == {"vc+jwt"}
    with pytest.raises(UsageError):
        Policy(**{name: "vc+jwt"})


def test_a_policy_is_a_value():
    first = Policy(allowed_signers=[AGENT.did], limits=Limits(document_bytes=10))
    assert first == Policy(allowed_signers=[AGENT.did], limits=Limits(document_bytes=10))
    assert hash(first) == hash(Policy(allowed_signers=[AGENT.did], limits=Limits(document_bytes=10)))
    assert first != Policy(allowed_signers=[SERVER.did], limits=Limits(document_bytes=10))
    with pytest.raises(AttributeError):
        first.trust_any = True
    assert AGENT.did in repr(first)


@pytest.mark.parametrize("name", ["formats", "securings", "domain", "allowed_holders"])
def test_names_are_texts(name):
    assert getattr(Policy(**{name: ["a", "b"]}), name) == {"a", "b"}
    for wrong in ([1], [None], [["a"]]):
        with pytest.raises(UsageError):
            Policy(**{name: wrong})


def test_what_is_asked_of_a_presentation_is_not_asked_of_what_it_presents():
    policy = Policy(domain="shop.example", challenge="a8fR3n", allowed_signers=[AGENT.did])
    presented = policy.for_presented()
    assert (presented.domain, presented.challenge) == (None, None)
    assert presented.allows(AGENT.did, 0)
    assert policy.domain == {"shop.example"}
    assert presented.for_presented() is presented
    with pytest.raises(UsageError):
        Policy(challenge=7)
