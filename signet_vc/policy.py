"""Who is trusted, for what, until when: handed to every verification, never guessed.

Without a trust anchor nothing verifies; an empty list of signers allows nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import inf
from types import MappingProxyType
from typing import Any, Final

from signet_vc.did import key as did_key
from signet_vc.did.error import INVALID_PUBLIC_KEY, DidError
from signet_vc.did.resolver import Resolver
from signet_vc.errors import UsageError
from signet_vc.external import Loader
from signet_vc.limits import DEFAULT_LIMITS, NANOSECONDS, Limits

__all__ = ["AllowedSigner", "Policy"]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_MEMBERS: Final = frozenset({"did", "tools", "until", "audience"})


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowedSigner:
    """One entry of ``allowed_signers``.

    did: whose keys may sign: a DID, or the https URL of a controller or key set that is none. tools: names of
    the tools that it may call, ``*`` and ``?`` being wildcards; None for all. until: the last moment at which
    it is allowed, an aware time. audience: at an agent, for whom this server may answer; None for everyone.
    """

    did: str
    tools: tuple[str, ...] | None = None
    until: datetime | None = None
    audience: str | None = None

    def __post_init__(self) -> None:
        if not _is_name(self.did):
            raise UsageError("an allowed signer is named by a DID, or by an https URL")
        _check_whole(self.did)
        if self.tools is not None:
            object.__setattr__(self, "tools", _tools(self.tools))
        if self.until is not None and not _is_aware(self.until):
            raise UsageError("an allowed signer's `until` is a time with its offset")

    @classmethod
    def of(cls, entry: str | Mapping[str, Any] | AllowedSigner) -> AllowedSigner:
        """Read an entry in any of its forms: a DID, the members of this class by name, or one of it."""
        if isinstance(entry, AllowedSigner):
            return entry
        if isinstance(entry, str):
            return cls(did=entry)
        if "did" not in entry or not entry.keys() <= _MEMBERS:
            raise UsageError(f"an allowed signer is a DID, or has the members {', '.join(sorted(_MEMBERS))}")
        return cls(**entry)

    def active(self, at_ns: int) -> bool:
        """Tell whether the entry counts at a time, nanoseconds since 1970."""
        if self.until is None:
            return True
        return at_ns <= (self.until - _EPOCH) // _MICROSECOND * 1_000


@dataclass(frozen=True, slots=True, init=False)
class Policy:
    """What a verification demands.

    allowed_signers: the trust anchors. trust_any: trust every signer; a verification then says only that
    nothing was changed since the issuer named in it signed. clock_skew: how far clocks may differ, seconds.
    max_lifetime: of a call, seconds from ``validFrom`` to ``deadline``. resolver: for DIDs that do not hold
    their key; without one they cannot be resolved. limits: of what is read. formats, securings: the only
    formats, cryptosuites and algorithms that are accepted; None for all that are known, empty for none.
    both_securings: an attested call or answer must carry a proof and a JWS.

    Of credentials and presentations of others: loader: gives status lists, schemas and related resources;
    without one they are not looked at, which a notice says. inline_contexts: take contexts that a document
    brings itself under RDF suites too, which sign what a context makes of the document and not the context.
    unknown_proofs: only tell of proofs of an unknown type or cryptosuite beside a known one of the issuer's.
    domain, challenge: what a presentation must have been made for (its proof's domains are exactly these)
    and in answer to; None where that is not asked. allowed_holders: the only DIDs whose keys may present;
    None for any, since what is presented is what the trust anchors are for.
    """

    allowed_signers: tuple[AllowedSigner, ...]
    trust_any: bool
    clock_skew: float
    max_lifetime: float
    resolver: Resolver | None
    limits: Limits
    formats: frozenset[str] | None
    securings: frozenset[str] | None
    both_securings: bool
    loader: Loader | None
    inline_contexts: bool
    unknown_proofs: bool
    domain: frozenset[str] | None
    challenge: str | None
    allowed_holders: frozenset[str] | None
    _by_did: Mapping[str, tuple[AllowedSigner, ...]] = field(repr=False, compare=False)

    def __init__(
        self,
        *,
        allowed_signers: Iterable[str | Mapping[str, Any] | AllowedSigner] = (),
        trust_any: bool = False,
        clock_skew: float | timedelta = 60.0,
        max_lifetime: float | timedelta = 300.0,
        resolver: Resolver | None = None,
        limits: Limits = DEFAULT_LIMITS,
        formats: Iterable[str] | None = None,
        securings: Iterable[str] | None = None,
        both_securings: bool = False,
        loader: Loader | None = None,
        inline_contexts: bool = False,
        unknown_proofs: bool = False,
        domain: str | Iterable[str] | None = None,
        challenge: str | None = None,
        allowed_holders: Iterable[str] | None = None,
    ) -> None:
        """Take signers and times in any of their forms; UsageError for what is none."""
        if isinstance(allowed_signers, str | Mapping):
            raise UsageError("allowed_signers is a list")
        signers = tuple(AllowedSigner.of(entry) for entry in allowed_signers)
        by_did: dict[str, tuple[AllowedSigner, ...]] = {}
        for signer in signers:
            by_did[signer.did] = (*by_did.get(signer.did, ()), signer)
        for name, value in {
            "allowed_signers": signers,
            "trust_any": _flag("trust_any", trust_any),
            "clock_skew": _seconds("clock_skew", clock_skew),
            "max_lifetime": _seconds("max_lifetime", max_lifetime),
            "resolver": resolver,
            "limits": limits,
            "formats": _names("formats", formats),
            "securings": _names("securings", securings),
            "both_securings": _flag("both_securings", both_securings),
            "loader": loader,
            "inline_contexts": _flag("inline_contexts", inline_contexts),
            "unknown_proofs": _flag("unknown_proofs", unknown_proofs),
            "domain": _names("domain", [domain] if isinstance(domain, str) else domain),
            "challenge": _text("challenge", challenge),
            "allowed_holders": _names("allowed_holders", allowed_holders),
            "_by_did": MappingProxyType(by_did),
        }.items():
            object.__setattr__(self, name, value)

    def for_presented(self) -> Policy:
        """The same for the credentials of a presentation, which nobody asked for by domain or challenge."""
        if self.domain is None and self.challenge is None:
            return self
        presented = copy(self)
        for name in ("domain", "challenge"):
            object.__setattr__(presented, name, None)
        return presented

    def for_carried(self) -> Policy:
        """The same for what another format carries: the formats that were asked for are of what is around."""
        if self.formats is None:
            return self
        carried = copy(self)
        object.__setattr__(carried, "formats", None)
        return carried

    @property
    def has_anchor(self) -> bool:
        """Whether anybody at all could be trusted."""
        return self.trust_any or bool(self.allowed_signers)

    @property
    def skew_ns(self) -> int:
        """``clock_skew`` in nanoseconds."""
        return int(self.clock_skew * NANOSECONDS)

    def allows(self, issuer: str, at_ns: int, *, audience: str | None = None) -> bool:
        """Tell whether the policy trusts an issuer at a time, nanoseconds since 1970.

        audience: for whom it is to answer; None where that is not asked, and entries for one audience
        count as others do. Which tools it may call is not asked here.
        """
        if self.trust_any:
            return True
        for entry in self._by_did.get(issuer, ()):
            if entry.active(at_ns) and (audience is None or entry.audience in {None, audience}):
                return True
        return False

    def refusal(self, issuer: str | None, at_ns: int) -> str:
        """Say of an issuer that is not allowed at a time that it is not, and if so until when it was."""
        past = [entry for entry in self._by_did.get(issuer or "", ()) if not entry.active(at_ns)]
        ends = [entry.until for entry in past if entry.until is not None]
        since = f": it was until {max(ends).isoformat()}" if ends else ""
        return f"{issuer} is not an allowed signer{since}"


# --- arguments: types are hints to callers, and these decide who is trusted ---


def _is_name(value: object) -> bool:
    return isinstance(value, str) and value.startswith(("did:", "https://"))


def _check_whole(name: str) -> None:
    """Refuse a did:key that was cut short or mistyped: it would allow nobody, and nothing would say so."""
    if not name.startswith("did:key:"):
        return
    try:
        did_key.parse(name)
    except DidError as error:
        if error.error != INVALID_PUBLIC_KEY:  # a whole one, and its key is refused by every verification
            detail = error.problems[0].detail
            raise UsageError(f"an allowed signer is no whole did:key: {name[:200]}: {detail}") from error


def _is_aware(value: object) -> bool:
    return isinstance(value, datetime) and value.utcoffset() is not None


def _tools(value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(name, str) for name in value):
        raise UsageError("the tools of an allowed signer are a list of names")
    return tuple(value)


def _flag(name: str, value: object) -> bool:
    if value is True or value is False:
        return value
    raise UsageError(f"{name} is True or False")  # the text "false" would trust everybody


def _seconds(name: str, value: object) -> float:
    seconds = value.total_seconds() if isinstance(value, timedelta) else value
    if not isinstance(seconds, int | float) or isinstance(seconds, bool) or not 0 <= seconds < inf:
        raise UsageError(f"{name} is a number of seconds, or a timedelta, and not negative")
    return float(seconds)


def _text(name: str, value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise UsageError(f"{name} is a text")


def _names(name: str, value: Iterable[str] | None) -> frozenset[str] | None:
    if isinstance(value, str):
        raise UsageError(f"{name} is a list of names")
    if value is None:
        return None
    names = tuple(value)
    if not all(isinstance(each, str) for each in names):
        raise UsageError(f"{name} is a list of names")
    return frozenset(names)
