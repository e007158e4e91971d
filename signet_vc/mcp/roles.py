"""From a configuration to the engine's roles: the table of roles of `docs/configuration.md`, in one place.

Server, client and proxies all come through here. This is where the clock, the randomness, the key
and the store of a program that named none are filled in.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypedDict

from signet_vc import keystore
from signet_vc.attestation.role import AgentRole, ServerRole
from signet_vc.config import Config
from signet_vc.errors import UsageError
from signet_vc.policy import Policy
from signet_vc.store import open_store

if TYPE_CHECKING:
    from signet_vc.attestation.decision import Decide
    from signet_vc.attestation.store import AttestationStore
    from signet_vc.keys.signing import AsyncSigner, Signer

__all__ = ["Settings", "agent_role", "configuration", "did_of", "server_role", "signer_of", "store_of"]


class Settings(TypedDict, total=False):
    """The settings that a program may give by name beside those that every program gives."""

    attest_responses: Literal["required", "optional", "never"]
    securing: Literal["data-integrity", "jws", "both"]
    jws_alg: Literal["Ed25519", "EdDSA"]
    payload: Literal["embed", "commit"]
    embed_limit: int | str
    max_lifetime: int | str | timedelta
    clock_skew: int | str | timedelta


def server_role(
    config: Config,
    *,
    signer: Signer | AsyncSigner | None,
    store: AttestationStore | None,
    decide: Decide | None = None,
    trusted: Sequence[str] = (),
    attester: Literal["self", "proxy"] = "self",
    clock: Callable[[], int] = time.time_ns,
    entropy: Callable[[int], bytes] = secrets.token_bytes,
) -> ServerRole:
    """The server's side.

    signer: None only where no answers are signed. trusted: agents beside ``allowed_signers``, as the
    other half of a proxy in role ``both``. clock: nanoseconds since 1970, UTC.

    Raises:
        UsageError: no key though answers are signed, or no audience.
    """
    if signer is None and config.responses != "never":
        raise UsageError(
            "name a key: key_source in the configuration, or key=, such as env:SIGNET_PRIVATE_KEY"
        )
    if config.audience == "first-use":
        raise UsageError(
            "audience: first-use is an agent's; a server's is a DID or a URI, its own DID by default"
        )
    audience = config.audience or (None if signer is None else did_of(signer))
    if audience is None:
        raise UsageError("name an audience: a server without a key has no DID of its own")
    return ServerRole(
        signer=signer,
        policy=_policy(config, trusted, unheard="audience"),
        audience=audience,
        require_signatures=config.require_signatures,
        attest_responses=config.responses,
        securing=config.securing,
        jws_alg=_jws_alg(config, signer),
        payload=config.payload,
        embed_limit=config.embed_limit,
        store=store,
        clock=clock,
        entropy=entropy,
        attester=attester,
        decide=decide,
    )


def agent_role(
    config: Config,
    *,
    signer: Signer | AsyncSigner | None,
    store: AttestationStore | None,
    trusted: Sequence[str] = (),
    attester: Literal["self", "proxy"] = "self",
    clock: Callable[[], int] = time.time_ns,
    entropy: Callable[[int], bytes] = secrets.token_bytes,
) -> AgentRole:
    """The agent's side; parameters as for ``server_role``, ``trusted`` being servers.

    Raises:
        UsageError: no key though calls must be signed.
    """
    if signer is None and config.require_signatures:
        raise UsageError(
            "name a key: key_source in the configuration, or key=, such as env:SIGNET_PRIVATE_KEY"
        )
    return AgentRole(
        signer=signer,
        policy=_policy(config, trusted, unheard="tools"),
        require_signatures=config.require_signatures,
        attest_responses=config.responses,
        securing=config.securing,
        jws_alg=_jws_alg(config, signer),
        payload=config.payload,
        embed_limit=config.embed_limit,
        store=store,
        clock=clock,
        entropy=entropy,
        attester=attester,
    )


def configuration(
    config: Config | Path | str | None,
    *,
    key: Signer | AsyncSigner | str | None,
    store: AttestationStore | str | None,
    **settings: Any,
) -> Config:
    """The configuration of a program that gives ``settings`` by name, None being not given.

    A key or a store that is named, not handed in, is a setting too.
    """
    given = {
        **settings,
        "key_source": key if isinstance(key, str) else None,
        "store": store if isinstance(store, str) else None,
    }
    if isinstance(config, Config):
        return config.overridden(given)
    return Config.load(config, overrides=given)


def signer_of(key: Signer | AsyncSigner | str | None, config: Config) -> Signer | AsyncSigner | None:
    """The signer that was handed in, or that the configuration names. UsageError as ``keystore.load``."""
    if key is not None and not isinstance(key, str):
        return key
    return None if config.key_source is None else keystore.load(config.key_source)


def store_of(store: AttestationStore | str | None, config: Config) -> AttestationStore:
    """The store that was handed in, or that the configuration names, else the user's own, opened.

    Raises:
        UsageError: a URL of no store that is known.
        UnavailableError: it cannot be opened.
    """
    if store is not None and not isinstance(store, str):
        return store
    return open_store(config.store)


def did_of(signer: Signer | AsyncSigner) -> str:
    """In whose name a signer signs."""
    return signer.verification_method.partition("#")[0]


def _policy(config: Config, trusted: Sequence[str], *, unheard: Literal["audience", "tools"]) -> Policy:
    """``unheard``: the member of an entry that this side cannot honour, and the other side alone may have.

    A proxy in role ``both`` (``trusted``) is both sides, each with the same entries. Entries that name the
    other side are what it is trusted for: beside them a bare DID would lift their `tools` and `until`.
    """
    for entry in config.allowed_signers:
        if not trusted and getattr(entry, unheard) is not None:
            raise UsageError(
                f"allowed_signers: `{unheard}` of {entry.did} means nothing on this side; leave it out"
            )
    named = {entry.did for entry in config.allowed_signers}
    return Policy(
        allowed_signers=(*config.allowed_signers, *(did for did in trusted if did not in named)),
        clock_skew=config.clock_skew,
        max_lifetime=config.max_lifetime,
    )


def _jws_alg(config: Config, signer: Signer | AsyncSigner | None) -> str | None:
    """The setting is about Ed25519 keys alone, which have two names in JOSE."""
    if signer is None or signer.public_key.key_type.name != "Ed25519":
        return None
    return config.jws_alg
