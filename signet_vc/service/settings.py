"""From the configuration, or from nothing, to a service: keys, tokens, lists, and whom it trusts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from signet_vc import keystore
from signet_vc.api import SigningKey
from signet_vc.config import Config, InstanceConfig, state_directory
from signet_vc.did.resolver import Resolver
from signet_vc.errors import UsageError
from signet_vc.external import Loader
from signet_vc.fetch import Fetcher, WebResolver
from signet_vc.keys.signing import Signer
from signet_vc.policy import AllowedSigner, Policy
from signet_vc.proofs.suites import SUITES, default_suite
from signet_vc.service.app import Bounds, Service
from signet_vc.service.instance import DATA_INTEGRITY, Instance, ephemeral
from signet_vc.service.lists_here import ListsHere
from signet_vc.service.status_lists import StatusEntries, StatusLists
from signet_vc.service.tokens import Tokens

__all__ = ["configured_service", "ephemeral_service"]

_SHORTEST_TOKEN: Final = 16


def ephemeral_service(base: str) -> Service:
    """Make a service for trying out: a key for each suite and securing, for this run; everybody is trusted.

    base: its URL. Status lists are kept, in memory, where that is an https one.
    """
    entries = StatusEntries(None)

    def lists(name: str, key: Signer) -> StatusLists:
        return StatusLists(entries, name=name, key=key, base=base)

    made = ephemeral(SigningKey.generate, lists if base.startswith("https://") else None)
    return _service(
        made,
        base,
        _Trust(trust_any=True, inline_contexts=True),
        tokens=Tokens(None),
        bounds=Bounds(),
        entries=entries,
    )


def configured_service(config: Config, base: str) -> Service:
    """Make the service that a configuration tells. base: its URL.

    Raises UsageError for a configuration that is no service's:
    instances without a token to use them with, status lists without an https address, a key that signs
    attestations.
    """
    serve = config.serve
    tokens = [_token(source) for source in serve.tokens]
    if serve.instances and not tokens:
        raise UsageError("name in serve.tokens the token that issuing asks for, as env:NAME or file:PATH")
    names = [each.name for each in serve.instances]
    if len(set(names)) != len(names):
        raise UsageError("two instances have the same name")
    entries = _entries(serve.status_store) if any(each.status for each in serve.instances) else None
    instances: list[Instance] = []
    taken: set[str] = set()
    sources = config.attesting_sources
    attesting = keystore.readable(sources)  # a service need not read them all
    for each in serve.instances:
        key = None if each.key_source in sources else keystore.load(each.key_source)
        if key is None or key.public_key.did in attesting:
            raise UsageError(
                f"the key of the instance {each.name} signs attestations; give it one of its own"
            )
        _check_suite(each.name, key, each.securing, each.suite)
        lists = None
        if entries is not None and each.status:
            lists = StatusLists(entries, name=each.name, key=key, base=base, purposes=each.status)
        instances.append(
            Instance(
                name=each.name,
                key=key,
                securing=each.securing,
                suite=each.suite,
                lists=lists,
                tags=_tags(each, key, taken),
            )
        )
    trust = _Trust(
        trust_any=serve.trust_any,
        inline_contexts=serve.inline_contexts,
        signers=config.allowed_signers,
        clock_skew=config.clock_skew,
    )
    if config.allowed_domains:
        fetcher = Fetcher(config.allowed_domains)
        trust = replace(trust, resolver=WebResolver(fetcher), loader=fetcher)
    bounds = Bounds(threads=serve.threads, waiting=serve.waiting)
    return _service(instances, base, trust, tokens=Tokens(tokens), bounds=bounds, entries=entries)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trust:
    """What the policy of every verification is made from."""

    trust_any: bool
    inline_contexts: bool
    signers: Sequence[AllowedSigner] = ()
    clock_skew: float = 60.0
    resolver: Resolver | None = None
    loader: Loader | None = None


def _service(
    instances: Iterable[Instance],
    base: str,
    trust: _Trust,
    *,
    tokens: Tokens,
    bounds: Bounds,
    entries: StatusEntries | None,
) -> Service:
    by_name = {each.name: each for each in instances}
    here = ListsHere([each.lists for each in by_name.values() if each.lists is not None], trust.loader)
    signers = [*trust.signers, *(AllowedSigner(did=each.did) for each in by_name.values())]

    def policy(domain: str | None = None, challenge: str | None = None) -> Policy:
        return Policy(
            allowed_signers=signers,
            trust_any=trust.trust_any,
            inline_contexts=trust.inline_contexts,
            clock_skew=trust.clock_skew,
            resolver=trust.resolver,
            loader=here,
            domain=domain,
            challenge=challenge,
        )

    usual = policy()

    def policy_for(domain: str | None, challenge: str | None) -> Policy:
        return usual if domain is None and challenge is None else policy(domain, challenge)

    return Service(
        instances=by_name,
        base=base,
        policy=policy_for,
        tokens=tokens,
        bounds=bounds,
        lists=here,
        resolver=trust.resolver,
        **({} if entries is None else {"close": entries.close}),
    )


def _token(source: str) -> str:
    token = keystore.read_token(source)
    if len(token) < _SHORTEST_TOKEN:
        raise UsageError(f"the token of {source} is shorter than {_SHORTEST_TOKEN} characters")
    return token


def _entries(store: str | None) -> StatusEntries:
    path = state_directory() / "status-lists.db" if store is None else Path(store.removeprefix("sqlite:"))
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{path.parent} cannot be made: {error.strerror}") from error
    return StatusEntries(path)


def _check_suite(name: str, key: Signer, securing: str, suite: str | None) -> None:
    if suite is None:
        return
    if securing != DATA_INTEGRITY:
        raise UsageError(f"the instance {name} has a suite, which is of a proof, and secures as {securing}")
    if suite not in SUITES or key.public_key.key_type.name not in SUITES[suite].key_types:
        raise UsageError(f"the key of the instance {name} makes no {suite}")


def _tags(entry: InstanceConfig, key: Signer, taken: set[str]) -> tuple[str, ...]:
    """What W3C's suites may test an instance as; of a tag the first instance is the one that they call."""
    if entry.securing == DATA_INTEGRITY:
        fitting = ["vc2.0", entry.suite or default_suite(key.public_key.key_type).name]
        fitting += ["BitstringStatusList"] if entry.status else []
    else:
        fitting = ["EnvelopingProof"] if entry.securing == "jws" else []
    tags = tuple([each for each in fitting if each not in taken])
    taken.update(tags)
    return tags
