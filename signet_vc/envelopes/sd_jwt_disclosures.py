"""Disclosures (RFC 9901 §4.2, §7.1): single members and elements, signed by their digests, shown at will.

A document with digests and the disclosures that came with it go in, the document that they show comes out.
Each digest is met once at most, so what comes out is never larger than what came in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple, TypeAlias

from signet_vc.codec import jcs, strict_json
from signet_vc.codec.json_pointer import Path, pointer
from signet_vc.codec.multibase import EncodingError, base64url_decode, base64url_encode
from signet_vc.codec.strict_json import Json, JsonObject
from signet_vc.errors import Code, ProblemError
from signet_vc.limits import DEFAULT_LIMITS

__all__ = [
    "ALGORITHM",
    "DIGESTS",
    "ELEMENT",
    "RESERVED",
    "Shown",
    "Steps",
    "digest_with",
    "encode",
    "hash_name",
    "show",
]

Steps: TypeAlias = "tuple[str | int, ...]"  # names of members and indexes, from the document down

DIGESTS: Final = "_sd"
ELEMENT: Final = "..."
ALGORITHM: Final = "_sd_alg"
RESERVED: Final = frozenset({DIGESTS, ELEMENT, ALGORITHM})
_DEFAULT_HASH: Final = "sha-256"
# Names of the IANA registry "Named Information Hash Algorithm" (§4.1.1); shorter ones break too easily.
_HASHES: Final[Mapping[str, Callable[[bytes], Any]]] = MappingProxyType(
    {"sha-256": hashlib.sha256, "sha-384": hashlib.sha384, "sha-512": hashlib.sha512}
)
_MOST: Final = 4096  # disclosures of one token, 10 µs each
_OF_MEMBER: Final = 3
_OF_ELEMENT: Final = 2


class Shown(NamedTuple):
    """A document with all that its disclosures show.

    places: of each disclosure, in their order. withheld: the objects and arrays with a digest to which no
    disclosure came; it may also stand for nothing (§4.2.5).
    """

    document: JsonObject
    places: tuple[Steps, ...]
    withheld: tuple[Steps, ...]


def encode(contents: Sequence[Json]) -> str:
    """Write a disclosure: ``[salt, name, value]`` of a member, ``[salt, value]`` of an element (§4.2.1)."""
    return base64url_encode(jcs.canonicalize(list(contents)))


def hash_name(payload: JsonObject) -> str:
    """Give the name of the payload's hash; UNSUPPORTED_CRYPTOSUITE if it is not known here (§4.1.1)."""
    name = payload.get(ALGORITHM, _DEFAULT_HASH)
    if not isinstance(name, str) or name not in _HASHES:
        raise ProblemError.of(Code.UNSUPPORTED_CRYPTOSUITE, f"_sd_alg is none of {', '.join(_HASHES)}")
    return name


def digest_with(name: str, text: str) -> str:
    """Give the digest of a text as a token has it (§4.2.3): base64url of the hash of its ASCII."""
    return base64url_encode(_HASHES[name](text.encode("ascii")).digest())


def show(payload: JsonObject, disclosures: Sequence[str]) -> Shown:
    """Put the disclosures where their digests are, and take all digests out (§7.1 steps 2.d to 5).

    Raises ProblemError: UNSUPPORTED_CRYPTOSUITE; TOO_LARGE for more than 4,096 disclosures; TOO_DEEP;
    DISCLOSURE_INVALID for one that is no disclosure, comes twice, or belongs nowhere, for a digest that is
    met twice, for digests that are none, and for a member that is there already or has a reserved name.
    """
    if len(disclosures) > _MOST:
        raise ProblemError.of(Code.TOO_LARGE, f"more than {_MOST} disclosures")
    name = hash_name(payload)
    by_digest = {digest_with(name, text): index for index, text in enumerate(disclosures)}
    if len(by_digest) != len(disclosures):
        raise _invalid("a disclosure comes twice")
    reader = _Reader([_decode(text) for text in disclosures], by_digest)
    document = reader.object({key: value for key, value in payload.items() if key != ALGORITHM}, None, 0)
    if len(reader.places) != len(disclosures):
        raise _invalid("a disclosure belongs to no digest of the token")
    places = tuple([_steps(reader.places[index]) for index in range(len(disclosures))])
    return Shown(document, places, tuple([_steps(each) for each in reader.withheld]))


class _Disclosure(NamedTuple):
    """What a disclosure says. brackets: how deep it is at most, if it cannot hold a digest; else None."""

    contents: list[Json]
    brackets: int | None


def _decode(text: str) -> _Disclosure:
    """Read one disclosure, of a member or of an element."""
    try:
        raw = base64url_decode(text)
        contents = strict_json.loads(raw, max_bytes=len(text))
    except (EncodingError, ProblemError) as error:
        if isinstance(error, ProblemError) and Code.TOO_DEEP in error.codes:
            raise
        raise _invalid("a disclosure is not base64url of strict JSON") from error
    if not isinstance(contents, list) or len(contents) not in {_OF_ELEMENT, _OF_MEMBER}:
        raise _invalid("a disclosure is not an array of salt, name and value, or of salt and value")
    if not all(isinstance(part, str) for part in contents[:-1]):
        raise _invalid("the salt or the name in a disclosure is no text")
    # most hold plain values; an escape could spell a reserved name
    plain = not any(sign in raw for sign in (b"_sd", b"...", b"\\"))
    return _Disclosure(contents, raw.count(b"[") + raw.count(b"{") if plain else None)


class _Reader:
    """One pass over a document; ``places`` gathers where each disclosure was met, ``withheld`` where none."""

    __slots__ = ("_by_digest", "_disclosures", "_met", "places", "withheld")

    def __init__(self, disclosures: list[_Disclosure], by_digest: Mapping[str, int]) -> None:
        self._disclosures = disclosures
        self._by_digest = by_digest
        self._met: set[str] = set()
        self.places: dict[int, Path] = {}
        self.withheld: list[Path] = []

    def object(self, value: JsonObject, path: Path, depth: int) -> JsonObject:
        """Show an object that stands in ``depth`` others: its own members first, then the disclosed ones."""
        _check_depth(depth)
        shown: JsonObject = {}
        for name, item in value.items():
            if name == ELEMENT:
                raise _invalid("the name ... stands where no element is", path)
            if name != DIGESTS:
                kind = type(item)
                if kind is dict:
                    item = self.object(item, (path, name), depth + 1)  # noqa: PLW2901 - what is shown stands in its place - what is shown of it
                elif kind is list:
                    item = self._array(item, (path, name), depth + 1)  # noqa: PLW2901 - what is shown stands in its place
                shown[name] = item
        if DIGESTS in value:
            self._disclose(value[DIGESTS], shown, path, depth)
        return shown

    def _disclose(self, digests: Json, shown: JsonObject, path: Path, depth: int) -> None:
        if not isinstance(digests, list):
            raise _invalid("_sd is no array of digests", path)
        for digest in digests:
            index = self._disclosed(digest, _OF_MEMBER, path)
            if index is not None:
                name = self._disclosures[index].contents[1]
                if name in RESERVED or name in shown:
                    raise _invalid("a disclosed member has a reserved name, or is there already", path)
                shown[name] = self._contents(index, (path, name), depth)

    def _array(self, value: list[Json], path: Path, depth: int) -> list[Json]:
        """Show an array in ``depth`` others: an element whose digest nothing answers is left out."""
        _check_depth(depth)
        shown: list[Json] = []
        for element in value:
            kind = type(element)
            if kind is dict and ELEMENT in element:
                if len(element) != 1:
                    raise _invalid("the digest of an element has other members beside it", path)
                index = self._disclosed(element[ELEMENT], _OF_ELEMENT, path)
                if index is not None:
                    shown.append(self._contents(index, (path, len(shown)), depth))
            elif kind is dict:
                shown.append(self.object(element, (path, len(shown)), depth + 1))
            elif kind is list:
                shown.append(self._array(element, (path, len(shown)), depth + 1))
            else:
                shown.append(element)
        return shown

    def _contents(self, index: int, path: Path, depth: int) -> Json:
        """Show what a disclosure holds, in a value of ``depth``."""
        self.places[index] = path
        disclosure = self._disclosures[index]
        value = disclosure.contents[-1]
        if disclosure.brackets is not None and depth + disclosure.brackets < DEFAULT_LIMITS.message_depth:
            return value
        if isinstance(value, dict):
            return self.object(value, path, depth + 1)
        return self._array(value, path, depth + 1) if isinstance(value, list) else value

    def _disclosed(self, digest: Json, parts: int, path: Path) -> int | None:
        """Find the disclosure of a digest, if it came: a member's for ``_sd``, an element's in an array."""
        if not isinstance(digest, str):
            raise _invalid("a digest is no text", path)
        if digest in self._met:
            raise _invalid("a digest stands twice in the token", path)
        self._met.add(digest)
        index = self._by_digest.get(digest)
        if index is None:
            self.withheld.append(path)
        elif len(self._disclosures[index].contents) != parts:
            raise _invalid("a member's disclosure stands for an element, or the other way round", path)
        return index


def _check_depth(depth: int) -> None:
    if depth >= DEFAULT_LIMITS.message_depth:
        raise ProblemError.of(Code.TOO_DEEP, f"nested deeper than {DEFAULT_LIMITS.message_depth}")


def _steps(path: Path) -> Steps:
    steps: list[str | int] = []
    while path is not None:
        path, step = path
        steps.append(step)
    return tuple(reversed(steps))


def _invalid(detail: str, path: Path = None) -> ProblemError:
    return ProblemError.of(Code.DISCLOSURE_INVALID, detail, pointer(path))
