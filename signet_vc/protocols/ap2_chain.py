"""A chain of AP2 mandates taken apart: SD-JWTs that each delegate to the key that signs the next.

Tokens are joined by ``~~``; each holds one mandate as a disclosure of ``delegate_payload``. Nothing here is
verified but what a chain shows by itself.
Spec: AP2 v0.2, *Agent Authorization* (Mandates using SD-JWT VCs); Delegate SD-JWT; RFC 9901.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple, TypeAlias

from signet_vc.codec.strict_json import JsonObject
from signet_vc.envelopes import jws, media
from signet_vc.envelopes.jws import Jws
from signet_vc.envelopes.sd_jwt_disclosures import Steps, digest_with, hash_name, show
from signet_vc.errors import Code, Problem, ProblemError, problem

__all__ = [
    "JOINT",
    "MANDATES",
    "Chain",
    "Link",
    "Mandate",
    "confirmation",
    "digests",
    "form_problems",
    "parse",
]

JOINT: Final = "~~"
_SEPARATOR: Final = "~"
_DELEGATED: Final = "delegate_payload"
_MOST_LINKS: Final = 16
_MOST_DISCLOSURES: Final = 4096  # of a whole chain, 10 µs each


class Mandate(NamedTuple):
    """One type of mandate: what it is about, and whether it is bound to a transaction already."""

    subject: str
    closed: bool


# The version suffix is part of the name: another version is another type (AP2, Mandate Versioning).
MANDATES: Final[Mapping[str, Mandate]] = MappingProxyType(
    {
        "mandate.checkout.open.1": Mandate("checkout", closed=False),
        "mandate.checkout.1": Mandate("checkout", closed=True),
        "mandate.payment.open.1": Mandate("payment", closed=False),
        "mandate.payment.1": Mandate("payment", closed=True),
    }
)
_TERMINAL: Final = frozenset({"kb+sd-jwt", "kb-sd-jwt"})  # the second is the SDK's older spelling
_INTERMEDIATE: Final = frozenset({"kb+sd-jwt+kb", "kb-sd-jwt+kb"})
_NO_ROOT: Final = frozenset({"vc+sd-jwt", "vp+sd-jwt"}) | _TERMINAL | _INTERMEDIATE


class Link(NamedTuple):
    """One token of a chain.

    text: as the next one's ``sd_hash`` is taken over it, with its last ``~``. issuer_jwt: its first part.
    payload: as it was signed. shown: with what is disclosed of it. mandates: those in ``delegate_payload``
    that are disclosed. withheld: as ``Shown`` has it.
    """

    token: Jws
    text: str
    issuer_jwt: str
    payload: JsonObject
    shown: JsonObject
    mandates: list[JsonObject]
    withheld: tuple[Steps, ...]

    @property
    def mandate(self) -> JsonObject:
        """The mandate; of a credential that holds none, what it says itself."""
        return self.mandates[0] if self.mandates else self.shown


Chain: TypeAlias = Sequence[Link]


def parse(text: str, *, max_bytes: int) -> Chain:
    """Take a chain apart, each disclosure put where its digest is.

    Raises ProblemError: TOO_LARGE; INVALID_MANDATE for what is no such chain; as ``jws.parse``,
    ``strict_json.loads`` and ``sd_jwt_disclosures.show``.
    """
    if len(text) > max_bytes or text.count(_SEPARATOR) > _MOST_DISCLOSURES:
        detail = f"more than {max_bytes} characters, or than {_MOST_DISCLOSURES} disclosures"
        raise ProblemError.of(Code.TOO_LARGE, detail)
    if not text.isascii() or not text.endswith(_SEPARATOR):
        raise ProblemError.of(Code.INVALID_MANDATE, "a chain is ASCII, and its last token ends with ~")
    tokens = text[:-1].split(JOINT)
    if len(tokens) > _MOST_LINKS:
        raise ProblemError.of(Code.TOO_LARGE, f"more than {_MOST_LINKS} tokens in the chain")
    return tuple([_link(token + _SEPARATOR, index, max_bytes) for index, token in enumerate(tokens)])


def _link(text: str, index: int, max_bytes: int) -> Link:
    issuer_jwt, *disclosures = text[:-1].split(_SEPARATOR)
    token = jws.parse(issuer_jwt, max_bytes=max_bytes)
    payload = media.document_in(token.payload, max_bytes=max_bytes)
    shown, _, withheld = show(payload, disclosures)
    mandates = shown.get(_DELEGATED, [])
    if not isinstance(mandates, list) or not all(isinstance(each, dict) for each in mandates):
        raise _invalid("delegate_payload is no array of mandates", f"/{index}/{_DELEGATED}")
    return Link(token, text, issuer_jwt, payload, shown, mandates, withheld)


def form_problems(chain: Chain) -> list[Problem]:
    """What a chain shows by itself: types of tokens, types and order of mandates, keys that are handed on."""
    problems: list[Problem] = []
    last = len(chain) - 1
    for index, link in enumerate(chain):
        problems += _link_problems(link, index, is_last=index == last)
    if not problems:
        subjects = {MANDATES[each["vct"]].subject for link in chain for each in link.mandates}
        if len(subjects) > 1:
            problems.append(_problem("the mandates of one chain are about one thing", ""))
    return problems


def _link_problems(link: Link, index: int, *, is_last: bool) -> Iterator[Problem]:
    place = f"/{index}"
    if not _is_typed(link.token.header.get("typ"), is_root=index == 0, is_last=is_last):
        yield _problem("the header's typ is not that of a token in this place", place)
    is_credential = index == 0 and not is_last and _DELEGATED not in link.shown  # a credential of the user's
    if len(link.mandates) != (not is_credential):
        yield _problem("exactly one mandate is disclosed in each token", f"{place}/{_DELEGATED}")
        return
    for mandate in link.mandates:
        vct = mandate.get("vct")
        known = MANDATES.get(vct) if isinstance(vct, str) else None
        if known is None or known.closed is not is_last:
            detail = "not the vct of a closed mandate" if is_last else "not the vct of an open mandate"
            yield _problem(detail, f"{place}/{_DELEGATED}/0/vct")
    if is_last and any("cnf" in claims for claims in (link.mandate, link.payload)):
        yield _problem("the last mandate hands on to a key, and nothing follows", f"{place}/cnf")
    if not is_last and confirmation(link) is None:
        yield _problem("an open mandate names the key that may use it in cnf.jwk", f"{place}/cnf")


def _is_typed(typ: object, *, is_root: bool, is_last: bool) -> bool:
    """A root's type is its issuer's to choose, so long as no other kind of token here could be meant."""
    if is_root:
        known = "sd-jwt" if typ is None else typ
        return isinstance(known, str) and known.endswith("sd-jwt") and known not in _NO_ROOT
    return isinstance(typ, str) and typ in (_TERMINAL if is_last else _INTERMEDIATE)


def confirmation(link: Link) -> JsonObject | None:
    """Give the key that a link hands on to, ``cnf.jwk`` (RFC 7800 §3.2), None if there is none."""
    confirmed = link.mandate.get("cnf")
    jwk = confirmed.get("jwk") if isinstance(confirmed, dict) else None
    return jwk if isinstance(jwk, dict) else None


def digests(chain: Chain) -> list[str]:
    """Give the digest of each token, as ``sd_hash``, a receipt's ``reference`` and constraints have it."""
    return [digest_with(hash_name(link.payload), link.text) for link in chain]


def _invalid(detail: str, pointer: str) -> ProblemError:
    return ProblemError(_problem(detail, pointer))


def _problem(detail: str, pointer: str) -> Problem:
    return problem(Code.INVALID_MANDATE, detail, pointer)
