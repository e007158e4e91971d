"""Related resources: that what a credential refers to is what its issuer meant.

Spec: VCDM 2.0 §5.3; SRI §3.5 (``digestSRI``); VC-DATA-INTEGRITY §2.6 and CID §2.5 (``digestMultibase``).
"""

from __future__ import annotations

import re
from binascii import Error as Base64Error
from binascii import a2b_base64
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from hashlib import new as new_hash
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from signet_vc.codec.multibase import EncodingError, base58btc_decode, base64url_decode
from signet_vc.codec.strict_json import JsonObject
from signet_vc.credential.members import entries
from signet_vc.credential.published_contexts import published_digest
from signet_vc.errors import Code, Problem, problem
from signet_vc.resources import known_context

__all__ = ["digest_problems", "form_problems", "problems"]

_MOST_RESOURCES: Final = 64  # each may be a look-up, and a hash over a megabyte
_MOST_DIGESTS: Final = 8

_SRI: Final = MappingProxyType({"sha256": 32, "sha384": 48, "sha512": 64})  # the last is the strongest
_match_sri: Final = re.compile(r"(sha256|sha384|sha512)-([A-Za-z0-9+/_-]+={0,2})(?:\?[!-~]*)?").fullmatch
_FROM_URL: Final = str.maketrans("-_", "+/")

# CID §2.5, and SHA-512; code of the multihash -> name, length
_MULTIHASH: Final = MappingProxyType(
    {
        0x12: ("sha256", 32),
        0x20: ("sha384", 48),
        0x13: ("sha512", 64),
        0x16: ("sha3_256", 32),
        0x15: ("sha3_384", 48),
    }
)
_BASES: Final[Mapping[str, Callable[[str], bytes]]] = MappingProxyType(
    {"u": base64url_decode, "z": base58btc_decode}
)


class _Digest(NamedTuple):
    """``algorithm`` as hashlib names it."""

    algorithm: str
    value: bytes


def form_problems(value: Any) -> Iterator[Problem]:
    """Hold ``relatedResource`` to its form: objects with unique ``id``, each with a digest that can be read.

    INVALID_CREDENTIAL. At most 64 resources.
    """
    seen: set[str] = set()
    listed = entries(value, "/relatedResource")
    if not listed or len(listed) > _MOST_RESOURCES:
        yield _invalid(f"must be one to {_MOST_RESOURCES} objects", "/relatedResource")
        return
    for place, resource in listed:
        if not isinstance(resource, dict):
            yield _invalid("must be an object", place)
            continue
        identifier = resource.get("id")
        if "id" not in resource:
            yield _invalid("must have an id", place)
        elif isinstance(identifier, str):  # else the nodes' walk says so
            if identifier in seen:
                yield _invalid("names a resource a second time", f"{place}/id")
            seen.add(identifier)
        if "digestSRI" not in resource and "digestMultibase" not in resource:
            yield _invalid("must have digestSRI or digestMultibase", place)
        yield from _readable(resource, place)
        if "mediaType" in resource and not isinstance(resource["mediaType"], str):
            yield _invalid("must be a media type", f"{place}/mediaType")


def problems(document: JsonObject, *, load: Callable[[str], bytes | None] | None) -> list[Problem]:
    """Compare the related resources of a document that passed the data model's check with their digests.

    A bundled context always is, with the bytes that its publisher gives out; another resource if ``load``
    has it (None: not had, so not used, so not compared). RELATED_RESOURCE_MISMATCH with the pointer of the
    digest. Raises what ``load`` does.
    """
    if "relatedResource" not in document:
        return []
    found: list[Problem] = []
    for place, resource in entries(document["relatedResource"], "/relatedResource"):
        identifier = resource["id"]
        if known_context(identifier):
            found += _mismatches(resource, place, partial(published_digest, identifier))
        elif load is not None:
            data = load(identifier)
            if data is not None:
                found += digest_problems(resource, place, data)
    return found


def digest_problems(annotated: JsonObject, place: str, data: bytes) -> list[Problem]:
    """Compare bytes with the digests that the object at ``place`` carries; none where it carries none.

    INVALID_CREDENTIAL for a digest that cannot be read, RELATED_RESOURCE_MISMATCH for another digest.
    """
    return list(_readable(annotated, place)) or _mismatches(
        annotated, place, lambda name: new_hash(name, data, usedforsecurity=True).digest()
    )


def _readable(annotated: JsonObject, place: str) -> Iterator[Problem]:
    for name, read in _READERS.items():
        if name in annotated and read(annotated[name]) is None:
            yield _invalid(_FORMS[name], f"{place}/{name}")


def _mismatches(annotated: JsonObject, place: str, actual: Callable[[str], bytes | None]) -> list[Problem]:
    """Both members count; of ``digestSRI`` one match of the strongest algorithm, of the other every one."""
    found: list[Problem] = []
    sri = _read_sri(annotated.get("digestSRI"))
    if sri:
        strongest = max((each.algorithm for each in sri), key=list(_SRI).index)
        if (strongest, actual(strongest)) not in sri:
            found.append(_mismatch(f"{place}/digestSRI"))
    for each in _read_multibase(annotated.get("digestMultibase")) or ():
        if actual(each.algorithm) != each.value:
            found.append(_mismatch(f"{place}/digestMultibase"))
            break
    return found


def _read_sri(value: Any) -> list[_Digest] | None:
    """Read hash expressions, separated by spaces; None if they are none."""
    texts = value if isinstance(value, list) else [value]
    if not all(isinstance(each, str) for each in texts):
        return None
    expressions = [part for each in texts for part in each.split()]
    matches = [_match_sri(each) for each in expressions[: _MOST_DIGESTS + 1]]
    digests = [_sri_digest(*match.group(1, 2)) if match else None for match in matches]
    readable = [each for each in digests if each is not None]
    return readable if 0 < len(readable) == len(expressions) <= _MOST_DIGESTS else None


def _sri_digest(algorithm: str, text: str) -> _Digest | None:
    letters = text.rstrip("=").translate(_FROM_URL)
    try:
        value = a2b_base64(letters + "=" * (-len(letters) % 4))
    except Base64Error:
        return None
    return _Digest(algorithm, value) if len(value) == _SRI[algorithm] else None


def _read_multibase(value: Any) -> list[_Digest] | None:
    """Read multihashes in multibase, one or a list; None if they are none."""
    texts = value if isinstance(value, list) else [value]
    if not 0 < len(texts) <= _MOST_DIGESTS:
        return None
    digests = [_multihash(each) for each in texts]
    readable = [each for each in digests if each is not None]
    return readable if len(readable) == len(digests) else None


def _multihash(text: Any) -> _Digest | None:
    if not isinstance(text, str) or text[:1] not in _BASES:
        return None
    try:
        data = _BASES[text[0]](text[1:])
    except EncodingError:
        return None
    if not data or data[0] not in _MULTIHASH:
        return None
    algorithm, length = _MULTIHASH[data[0]]
    return _Digest(algorithm, data[2:]) if len(data) == 2 + length and data[1] == length else None


_READERS: Final = MappingProxyType({"digestSRI": _read_sri, "digestMultibase": _read_multibase})
_FORMS: Final = MappingProxyType(
    {
        "digestSRI": f"must be one to {_MOST_DIGESTS} hashes, sha256, sha384 or sha512, a hyphen and base64",
        "digestMultibase": f"must be one to {_MOST_DIGESTS} multihashes of SHA-2 or SHA-3, multibase u or z",
    }
)


def _invalid(detail: str, place: str) -> Problem:
    return problem(Code.INVALID_CREDENTIAL, detail, place)


def _mismatch(place: str) -> Problem:
    return problem(Code.RELATED_RESOURCE_MISMATCH, "the resource has another digest", place)
