"""Whether every term and type of a document is defined, whatever secures it.

PyLD is the judge (``codec.rdfc``). Its verdict rests on little of a document, the skeleton
(``credential.skeleton``). A skeleton that was found sound is remembered; of a new one PyLD is given the
document reduced to one item of each kind in every array.

Spec: VCDM 2.0 §§4.3, 4.5 and 5.2 (Recommendation of 15 May 2025); VC-DATA-INTEGRITY 1.0 §2.4.3.
"""

from __future__ import annotations

from typing import Any, Final

from signet_vc.codec import rdf_work, rdfc
from signet_vc.codec.strict_json import JsonObject
from signet_vc.credential.skeleton import Names, reduced, size_of, skeleton
from signet_vc.errors import Code, Problem, ProblemError, problem
from signet_vc.limits import DEFAULT_LIMITS, Limits

__all__ = ["REGISTERED_CLAIMS", "maps_top_level", "problems"]

# Members of a token that are not the credential's: RFC 7519 §4.1, RFC 7800, RFC 9901 and those in use beside.
REGISTERED_CLAIMS: Final = frozenset(
    {"iss", "sub", "aud", "exp", "nbf", "iat", "jti", "nonce", "cnf", "client_id", "_sd", "_sd_alg"}
)

_MOST_REMEMBERED: Final = 1024  # skeletons, each of at most so many characters
_MOST_CHARACTERS: Final = 8192
_MOST_ARRAYS: Final = 1 << 16  # 3 to 5 µs each, in a document whose objects are few
# With what PyLD took for them of ``rdf_work``: a verdict must not hang on what was seen before.
_sound: Final[dict[object, tuple[int, int]]] = {}


def problems(
    document: JsonObject, *, exempt: frozenset[str] = frozenset(), limits: Limits = DEFAULT_LIMITS
) -> list[Problem]:
    """Find the terms and types of ``document`` that its contexts do not define; at most fifty.

    exempt: names of members at the top that need no definition, such as ``REGISTERED_CLAIMS`` in a token.
    A term that only an ``@vocab`` maps is defined: see ``maps_top_level``.

    UNDEFINED_TERM with its place; UNKNOWN_CONTEXT; INVALID_CREDENTIAL for what JSON-LD refuses;
    GRAPH_TOO_COMPLEX past ``limits``; TOO_DEEP.
    """
    if exempt and not exempt.isdisjoint(document):
        document = {name: value for name, value in document.items() if name not in exempt}
    if _has_many_arrays(document):
        return [problem(Code.GRAPH_TOO_COMPLEX, f"more than {_MOST_ARRAYS} arrays")]
    try:
        found, names = skeleton(document)
        taken = _sound.get(found)
        if taken is not None:
            rdf_work.spend(nodes=taken[0], definitions=taken[1])
            return []
        return _judged(document, names, found, limits)
    except RecursionError:
        return [problem(Code.TOO_DEEP, "no room on the stack")]
    except ProblemError as error:
        return list(error.problems)


def maps_top_level(document: JsonObject, *, limits: Limits = DEFAULT_LIMITS) -> list[str]:
    """Name the members at the top of ``document`` that only a catch-all ``@vocab`` gives a meaning.

    Raises ProblemError: as ``codec.rdfc.expand``.
    """
    return rdfc.catch_all_members(document, limits=limits)


def _judged(document: JsonObject, names: Names, found: object, limits: Limits) -> list[Problem]:
    smaller, places = reduced(document, names)
    verdict = rdfc.judge(smaller, places=places, watched=names.json, limits=limits)
    if verdict.entered:  # what was passed over as JSON is none here
        return rdfc.losses(document, limits=limits)
    if not verdict.losses and size_of(found) <= _MOST_CHARACTERS:
        if len(_sound) >= _MOST_REMEMBERED:
            _sound.clear()
        _sound[found] = verdict.nodes, verdict.definitions
    return verdict.losses


def _has_many_arrays(document: JsonObject) -> bool:
    found, level = 0, list[Any]((document,))
    while level:
        inner: list[Any] = []
        for container in level:
            for item in container if type(container) is list else container.values():
                kind = type(item)
                if kind is list:
                    found += 1
                    inner.append(item)
                elif kind is dict:
                    inner.append(item)
        if found > _MOST_ARRAYS:
            return True
        level = inner
    return False
