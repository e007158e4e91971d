"""From a host's name to addresses that may be connected to."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from queue import Empty, SimpleQueue
from threading import BoundedSemaphore, Thread
from typing import Final, TypeAlias

from signet_vc.fetch.exchange import BadAnswerError, NotAllowedError, remaining

__all__ = ["Addresses", "Finder", "Lookup", "is_public", "system_lookup"]

# Whether an address may be connected to.
Addresses: TypeAlias = Callable[[IPv4Address | IPv6Address], bool]
# A host and a port -> the addresses as text. OSError where there are none.
Lookup: TypeAlias = Callable[[str, int], Sequence[str]]

_LOOKUPS: Final = 16  # at once: the system's lookup cannot be ended, only left behind

# Public by Python's table (of whatever version), and yet nothing that a document is fetched from: relays and
# tunnels that hold another address, the metadata service of a cloud that has a public one, documentation.
_NEVER_4: Final = tuple(
    map(IPv4Network, ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32", "100.64.0.0/10"))
)
_NEVER_6: Final = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))
# Global unicast. Mapped and compatible IPv4, NAT64, site-local and all other embedding lie outside.
_UNICAST: Final = IPv6Network("2000::/3")


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Tell whether an address is of the public internet, and of one machine there.

    Not: private, loopback, link-local, shared (CGNAT), multicast, reserved, and what has another address
    embedded (NAT64, 6to4, Teredo, IPv4-mapped).
    """
    if not address.is_global or address.is_multicast:
        return False
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NEVER_4)
    return address in _UNICAST and not any(address in network for network in _NEVER_6)


def system_lookup(host: str, port: int) -> Sequence[str]:
    """Ask the system's resolver, for as long as that takes."""
    return [str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


class Finder:
    """Looks names up, in bounded time, and lets none pass that has an address which may not be asked."""

    def __init__(self, lookup: Lookup, allowed: Addresses) -> None:
        self._lookup = lookup
        self._allowed = allowed
        self._under_way = BoundedSemaphore(_LOOKUPS)

    def find(self, host: str, port: int, deadline: float) -> list[IPv4Address | IPv6Address]:
        """Give the host's addresses, each once, all of them allowed, at least one.

        Raises NotAllowedError, OSError and ValueError.
        """
        found = [ip_address(text) for text in dict.fromkeys(self._look_up(host, port, deadline))]
        if not found:
            raise BadAnswerError("the domain has no address")
        # One address among good ones is enough to be led inside, and no honest domain has it.
        if not all(map(self._allowed, found)):
            raise NotAllowedError("the domain has an address that is not public")
        return found

    def _look_up(self, host: str, port: int, deadline: float) -> Sequence[str]:
        """Look up on a thread that is left behind where it takes too long."""
        if not self._under_way.acquire(timeout=remaining(deadline)):
            raise TimeoutError
        answers: SimpleQueue[Sequence[str] | OSError | ValueError] = SimpleQueue()

        def look_up() -> None:
            try:
                answers.put(self._lookup(host, port))
            except (OSError, ValueError) as error:
                answers.put(error)
            finally:
                self._under_way.release()

        Thread(target=look_up, name="signet-lookup", daemon=True).start()
        try:
            answer = answers.get(timeout=remaining(deadline))
        except Empty as error:
            raise TimeoutError from error
        if isinstance(answer, Exception):
            raise answer
        return answer
