"""What a configuration makes of each side."""

from __future__ import annotations

import pytest
from engine import AGENT, SERVER, STRANGER, memory_store

from signet_vc.config import Config
from signet_vc.errors import UsageError
from signet_vc.keys.signing import Key
from signet_vc.mcp import roles
from signet_vc.policy import AllowedSigner
from signet_vc.securing import Securing

EVERYTHING = Config(
    require_signatures=False,
    allowed_signers=(AllowedSigner(did=AGENT.did),),
    attest_responses="required",
    securing=Securing.BOTH,
    jws_alg="EdDSA",
    payload="commit",
    embed_limit=10,
    audience="https://mail.example.com/mcp",
    max_lifetime=7,
    clock_skew=8,
)
OF_BOTH = {
    "signer": SERVER,
    "require_signatures": False,
    "attest_responses": "required",
    "securing": Securing.BOTH,
    "jws_alg": "EdDSA",
    "payload": "commit",
    "embed_limit": 10,
    "attester": "proxy",
    "skew": 8_000_000_000,
    "lifetime": 7_000_000_000,
}


@pytest.mark.parametrize("make", [roles.server_role, roles.agent_role])
def test_every_setting_reaches_the_role(make):
    store = memory_store()
    role = make(EVERYTHING, signer=SERVER, store=store, trusted=[STRANGER.did], attester="proxy")
    assert {name: getattr(role, name) for name in OF_BOTH} == OF_BOTH
    assert role.store is store
    assert role.policy.allowed_signers == (AllowedSigner(did=AGENT.did), AllowedSigner(did=STRANGER.did))
    assert role.clock() > 1_700_000_000_000_000_000
    assert len(role.entropy(16)) == 16


@pytest.mark.parametrize("make", [roles.server_role, roles.agent_role])
def test_without_configuration_all_is_required_and_nobody_allowed(make):
    role = make(Config(), signer=SERVER, store=None)
    assert role.require_signatures
    assert role.attest_responses == "required"
    assert not role.policy.has_anchor
    assert role.jws_alg == "Ed25519"


def test_a_servers_audience_is_its_own_did_unless_it_is_named():
    assert roles.server_role(Config(), signer=SERVER, store=None).audience == SERVER.did
    assert roles.server_role(EVERYTHING, signer=SERVER, store=None).audience == EVERYTHING.audience


def test_the_name_of_an_ed25519_signature_is_not_another_keys():
    key = Key.from_secret("P-256", bytes(range(1, 33)))
    assert roles.agent_role(EVERYTHING, signer=key, store=None).jws_alg is None
    assert roles.agent_role(Config(require_signatures=False), signer=None, store=None).jws_alg is None


@pytest.mark.parametrize(
    ("make", "config"),
    [
        (roles.server_role, Config()),
        (roles.server_role, Config(require_signatures=False)),
        (roles.server_role, Config(attest_responses="never")),
        (roles.agent_role, Config()),
    ],
)
def test_a_side_that_signs_has_a_key(make, config):
    with pytest.raises(UsageError):
        make(config, signer=None, store=None)


def test_a_server_does_not_wait_to_learn_who_it_is():
    with pytest.raises(UsageError):
        roles.server_role(Config(audience="first-use"), signer=SERVER, store=None)


def test_a_configuration_that_is_handed_in_is_changed_by_what_is_named():
    config = roles.configuration(EVERYTHING, key="env:K", store=None, payload="embed", audience=None)
    assert (config.payload, config.key_source, config.audience) == ("embed", "env:K", EVERYTHING.audience)
    assert "K" in config.secret_variables
    assert roles.configuration(EVERYTHING, key=AGENT, store=memory_store()) == EVERYTHING


@pytest.mark.parametrize(
    ("make", "other", "entry"),
    [
        (roles.server_role, roles.agent_role, AllowedSigner(did=AGENT.did, audience="https://x.example")),
        (roles.agent_role, roles.server_role, AllowedSigner(did=AGENT.did, tools=("git_*",))),
    ],
)
def test_a_rule_that_would_be_ignored_is_refused(make, other, entry):
    config = Config(allowed_signers=(entry,))
    with pytest.raises(UsageError):
        make(config, signer=SERVER, store=None)
    assert other(config, signer=SERVER, store=None).policy.allowed_signers == (entry,)
    both = make(config, signer=SERVER, store=None, trusted=[AGENT.did])
    assert both.policy.allowed_signers[0] == entry


@pytest.mark.parametrize("make", [roles.server_role, roles.agent_role])
def test_an_entry_that_names_the_other_side_of_both_is_not_lifted(make):
    entry = AllowedSigner(did=AGENT.did, tools=("git_*",))
    role = make(
        Config(allowed_signers=(entry,)), signer=SERVER, store=None, trusted=[AGENT.did, STRANGER.did]
    )
    assert role.policy.allowed_signers == (entry, AllowedSigner(did=STRANGER.did))
