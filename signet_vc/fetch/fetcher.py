"""Who fetches: what may be asked for, how often and when it is asked again."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from http.client import HTTPException
from ipaddress import IPv4Address, IPv6Address
from threading import BoundedSemaphore
from typing import Final

from signet_vc.did import web
from signet_vc.did.did_url import is_https_url
from signet_vc.errors import Code, ProblemError, UnavailableError, UsageError
from signet_vc.external import NotFoundError
from signet_vc.fetch.addresses import Addresses, Finder, Lookup, is_public, system_lookup
from signet_vc.fetch.cache import Cache, Failure
from signet_vc.fetch.exchange import (
    HTTPS_PORT,
    AbsentError,
    BadAnswerError,
    NotAllowedError,
    Place,
    exchange,
    remaining,
)
from signet_vc.limits import DEFAULT_LIMITS, Limits

__all__ = ["Fetcher"]

_MOST_PORT: Final = 65_535
_MOST_TRIED: Final = 4  # addresses of one name
_AT_ONCE: Final = 8  # requests under way; a flood of names waits, and gives up at its deadline


class Fetcher:
    """A ``Loader`` of what stands under https in some domains; for any thread.

    allowed_domains: ``example.com`` (port 443) or ``example.com:8443``, exactly; none: nothing is fetched.
    limits: ``fetched_bytes`` of a body; ``fetch_seconds`` of a whole request, from the lookup to the last
    byte. ttl: seconds for which an answer is kept (0: not at all), and so for which a key or status that
    was withdrawn may still be seen; failures are kept for ten seconds at most. addresses, lookup, context:
    which addresses may be connected to, who finds them, and whom TLS trusts, by default the public ones, the
    system's resolver and its authorities. clock: seconds, for the cache alone.
    """

    def __init__(
        self,
        allowed_domains: Iterable[str],
        *,
        limits: Limits = DEFAULT_LIMITS,
        ttl: float = 300.0,
        addresses: Addresses = is_public,
        lookup: Lookup | None = None,
        context: ssl.SSLContext | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Raise UsageError for an entry that is no domain in lower case, or names an IP address."""
        self._allowed = _domains(allowed_domains)
        self._limits = limits
        self._finder = Finder(system_lookup if lookup is None else lookup, addresses)
        self._given_context = context
        self._cache = Cache(ttl, clock)
        self._under_way = BoundedSemaphore(_AT_ONCE)

    def load(self, url: str) -> bytes:
        """Give the body that ``url`` answers with status 200.

        Raises ProblemError of FETCH_REFUSED: no https URL in its plain spelling, a host or port that is not
        allowed, an address that is not public, a redirect. Raises UnavailableError of RESOLVER_UNAVAILABLE:
        no answer in time, a certificate that is not the host's, another status, a body that is too large,
        cut short or compressed; NotFoundError of the same code for 404 and 410.
        """
        place = self._place(url)
        answer = self._cache.get(url)
        if answer is None:
            answer = self._ask(url, place)
        if isinstance(answer, bytes):
            return answer
        raise answer.error()

    def _place(self, url: str) -> Place:
        """The parts of a URL that may be asked for."""
        if not is_https_url(url):
            raise _refused("what is to be fetched is no https URL in its plain spelling")
        authority, slash, target = url.removeprefix("https://").partition("/")
        host, _, port = authority.partition(":")
        place = Place(host, int(port or HTTPS_PORT), slash + target if slash else "/")
        if (place.host, place.port) not in self._allowed:
            raise _refused("nothing is fetched from that domain and port: it is not allowed")
        return place

    def _ask(self, url: str, place: Place) -> bytes | Failure:
        """Wait for one of the places, and see whether another has asked meanwhile."""
        deadline = time.monotonic() + self._limits.fetch_seconds
        if not self._under_way.acquire(timeout=self._limits.fetch_seconds):
            detail = "too much is being fetched already"
            raise UnavailableError(detail, code=Code.RESOLVER_UNAVAILABLE)
        try:
            answer = self._cache.get(url)
            if answer is None:
                answer = self._answer(place, deadline)
                self._cache.put(url, answer)
            return answer
        finally:
            self._under_way.release()

    def _answer(self, place: Place, deadline: float) -> bytes | Failure:
        try:
            with self._connect(place, deadline) as connection:
                return exchange(connection, place, deadline, self._limits.fetched_bytes)
        except NotAllowedError as error:
            return Failure(ProblemError, str(error))
        except (OSError, HTTPException, ValueError) as error:
            # Its kind alone: the text of the others may repeat what a stranger sent.
            why = str(error) if isinstance(error, BadAnswerError) else type(error).__name__
            kind = NotFoundError if isinstance(error, AbsentError) else UnavailableError
            return Failure(kind, f"{place.host} gave no answer that can be taken: {why}")

    def _connect(self, place: Place, deadline: float) -> ssl.SSLSocket:
        """Look up once, check every address, and connect to one of those, as the host of that name."""
        raw = _dial(self._finder.find(place.host, place.port, deadline), place.port, deadline)
        try:
            raw.settimeout(remaining(deadline))
            # an end without TLS's own goodbye is an error: the body may have been cut
            return self._context.wrap_socket(raw, server_hostname=place.host, suppress_ragged_eofs=False)
        except BaseException:
            raw.close()
            raise

    @cached_property
    def _context(self) -> ssl.SSLContext:
        """Read the system's authorities at the first request, and never without one."""
        if self._given_context is not None:
            return self._given_context
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["http/1.1"])
        return context


def _dial(addresses: Sequence[IPv4Address | IPv6Address], port: int, deadline: float) -> socket.socket:
    """Connect to the first address that answers, each given its share of the time."""
    failure: OSError = TimeoutError()
    tried = addresses[:_MOST_TRIED]
    for index, address in enumerate(tried):
        try:
            share = remaining(deadline) / (len(tried) - index)
            return socket.create_connection((str(address), port), timeout=share)
        except OSError as error:
            failure = error
    raise failure


def _refused(detail: str) -> ProblemError:
    return ProblemError.of(Code.FETCH_REFUSED, detail)


def _domains(entries: Iterable[str]) -> frozenset[tuple[str, int]]:
    if isinstance(entries, str):
        raise UsageError("allowed_domains is a list of domains, not one text")
    return frozenset(map(_domain, entries))


def _domain(entry: object) -> tuple[str, int]:
    host, colon, port = entry.partition(":") if isinstance(entry, str) else ("", "", "")
    number = int(port) if port.isascii() and port.isdigit() and len(port) <= len(str(_MOST_PORT)) else 0
    if not web.is_host_name(host) or (colon and not 0 < number <= _MOST_PORT):
        raise UsageError("an allowed domain is a host name in lower case, perhaps with :port; no IP address")
    return host, number if colon else HTTPS_PORT
