"""Who signed a UCP message: the URL, or DID, that gives the key; never one that the policy does not trust.

A request names its signer in ``UCP-Agent``, for Web Bot Auth in ``Signature-Agent``; a response, and a
request without either, is held to the keys of the allowed signers, or to a DID that ``keyid`` names.
Spec: UCP, *Message Signatures*, *Key Discovery*; draft-meunier-webbotauth-httpsig-protocol.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from signet_vc.codec.strict_json import JsonObject
from signet_vc.did.did_url import is_https_url
from signet_vc.did.did_url import parse as parse_did_url
from signet_vc.did.resolver import resolve_key
from signet_vc.errors import Code, ProblemError, UnavailableError
from signet_vc.keys.signing import PublicKey
from signet_vc.policy import Policy
from signet_vc.protocols import ucp_keys
from signet_vc.protocols.http_message import HttpRequest, Message
from signet_vc.protocols.http_signatures import Candidate
from signet_vc.protocols.message_key import PURPOSE
from signet_vc.protocols.structured_fields import Item, dictionary
from signet_vc.protocols.ucp_keys import Found
from signet_vc.protocols.ucp_signing import WEB_BOT_AUTH

__all__ = ["Keys", "Signers"]

_MOST_ANCHORS: Final = 16  # documents that are looked through for a key


class Keys(NamedTuple):
    """Keys that may have signed, and whose they are: a DID, or the https URL of a profile or key set."""

    signer: str
    found: Found


class Signers:
    """The signers of one message, under a policy, at a time; each document is loaded once."""

    def __init__(self, message: Message, policy: Policy, at_ns: int) -> None:
        self._message = message
        self._policy = policy
        self._at = at_ns
        self._documents: dict[str, JsonObject] = {}

    def named(self, candidate: Candidate) -> list[str]:
        """Give whom the message names, most specific first; nothing where it names nobody.

        Raises ProblemError of MALFORMED_HTTP for a name that is none.
        """
        names = []
        if isinstance(self._message, HttpRequest):
            agent = self._message.field("ucp-agent")
            if agent is not None:
                names.append(_url(dictionary(agent, "ucp-agent").get("profile"), "ucp-agent"))
            bot = self._message.field("signature-agent")
            if bot is not None and candidate.parameter("tag") == WEB_BOT_AUTH:
                member = dictionary(bot, "signature-agent").get(candidate.label)
                if member is not None:  # else the gate finds that it is not covered
                    names.append(_url(member, "signature-agent"))
        did_url = parse_did_url(candidate.parameter("keyid"))
        if not names and did_url is not None:
            names.append(did_url.did)
        return names

    def keys(self, candidate: Candidate, signer: str | None) -> list[Keys]:
        """Give the keys that ``keyid`` names: of ``signer``, or of every allowed signer that has one.

        Raises ProblemError: KEY_NOT_FOUND, UNSUPPORTED_CRYPTOSUITE, and of a DID as ``resolve_key``; and
        UnavailableError of RESOLVER_UNAVAILABLE.
        """
        name = candidate.parameter("keyid")
        if name is None:
            raise ProblemError.of(Code.KEY_NOT_FOUND, "key_not_found: no keyid", candidate.pointer)
        if signer is not None and signer.startswith("did:"):
            return [Keys(signer, Found((self._of_did(name, signer),), unusable=False, notices=()))]
        unavailable: UnavailableError | None = None
        keys: list[Keys] = []
        for url in self._anchors() if signer is None else [signer]:
            try:
                keys.append(Keys(url, ucp_keys.find(self._document(url, candidate), name)))
            except UnavailableError as error:
                unavailable = error
        usable = [each for each in keys if each.found.keys]
        if usable:
            return usable
        if unavailable is not None:
            raise unavailable
        if any(each.found.unusable for each in keys):
            detail = "algorithm_unsupported: the key is of a type, or for a use, that is none here"
            raise ProblemError.of(Code.UNSUPPORTED_CRYPTOSUITE, detail, candidate.pointer)
        detail = "key_not_found: no key of that name is the signer's"
        raise ProblemError.of(Code.KEY_NOT_FOUND, detail, candidate.pointer)

    def _anchors(self) -> list[str]:
        urls = [
            each.did
            for each in self._policy.allowed_signers
            if each.active(self._at) and each.did.startswith("https://")
        ]
        return list(dict.fromkeys(urls))[:_MOST_ANCHORS]

    def _of_did(self, name: str, did: str) -> PublicKey:
        policy = self._policy
        return resolve_key(name, controller=did, purpose=PURPOSE, resolver=policy.resolver, at_ns=self._at)

    def _document(self, url: str, candidate: Candidate) -> JsonObject:
        place = self._place(url, candidate)
        if place not in self._documents:
            policy = self._policy
            self._documents[place] = ucp_keys.load(place, policy.loader, policy.limits)
        document = self._documents[place]
        jwks = document.get("jwks")  # of a client's metadata (RFC 7591), where the set stands inside
        return jwks if isinstance(jwks, dict) and "keys" not in document else document

    def _place(self, url: str, candidate: Candidate) -> str:
        """Tell where a signer's keys stand: under its URL, or of a directory in the place known for it."""
        bot = self._message.field("signature-agent")
        if bot is None or not isinstance(self._message, HttpRequest):
            return url
        member = dictionary(bot, "signature-agent").get(candidate.label)
        if member is None or member[0] != url:
            return url
        # UCP reads the same URL out of UCP-Agent, and a profile is a key set itself
        profile = self._message.field("ucp-agent")
        if profile is not None and dictionary(profile, "ucp-agent").get("profile", ("", {}))[0] == url:
            return url
        place = _PLACES.get(str(member[1].get("type", "directory")))
        if place is None:
            detail = "key_not_found: a type of Signature-Agent that is not known"
            raise ProblemError.of(Code.KEY_NOT_FOUND, detail, "/fields/signature-agent")
        return place(url)


def _itself(url: str) -> str:
    return url


def _directory(url: str) -> str:
    """Web Bot Auth: the value is an origin; under another URL nothing else than that is loaded."""
    origin = url.removesuffix("/")
    if "/" in origin.removeprefix("https://") or "?" in origin:
        detail = "key_not_found: a directory is named by an origin"
        raise ProblemError.of(Code.KEY_NOT_FOUND, detail, "/fields/signature-agent")
    return origin + "/.well-known/http-message-signatures-directory"


_PLACES: Final[Mapping[str, Callable[[str], str]]] = MappingProxyType(
    {"directory": _directory, "jwks_uri": _itself, "cimd": _itself}
)


def _url(member: Item | Any, field: str) -> str:
    """The https URL that a member of a Dictionary is."""
    value = None if member is None else member[0]
    if type(value) is not str or not is_https_url(value):
        detail = "invalid_profile_url: the signer is not named by an https URL in its plain spelling"
        raise ProblemError.of(Code.MALFORMED_HTTP, detail, f"/fields/{field}")
    return value
