"""The only outgoing HTTP: GET from domains that were named beforehand, under rules that no answer can bend.

What is fetched is named by strangers (the DID of a signer, the status list of a credential), so an address is
never proof of anything (threat 25): https alone, the host and port on an exact list, no redirect, no proxy,
no address that is not public, and the address that was checked is the one connected to, under the name's own
certificate. Every answer is bounded in time as a whole and in size, and is not decompressed.
"""

from signet_vc.fetch.addresses import Addresses, Lookup, is_public
from signet_vc.fetch.fetcher import Fetcher
from signet_vc.fetch.web_resolver import WebResolver

__all__ = ["Addresses", "Fetcher", "Lookup", "WebResolver", "is_public"]
