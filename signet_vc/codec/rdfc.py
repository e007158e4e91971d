"""JSON-LD in safe mode, and the canonical form of the RDF that a document states.

What an expansion would leave out is refused here, not dropped; contexts are the bundled ones and objects in
the document, and nothing is ever fetched. PyLD is imported with the first document: it takes a quarter of a
second, and most programs meet none.

Spec: JSON-LD 1.1 API §5 (16 July 2020) and RDFC-1.0 (21 May 2024).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from signet_vc.codec import jcs
from signet_vc.codec.json_pointer import Path, pointer
from signet_vc.codec.jsonld_loss import loss
from signet_vc.codec.rdf_dataset import dataset
from signet_vc.codec.strict_json import Json, JsonObject
from signet_vc.errors import Code, Problem, ProblemError, problem
from signet_vc.limits import DEFAULT_LIMITS, Limits
from signet_vc.resources import known_context

if TYPE_CHECKING:
    from types import ModuleType

__all__ = ["Judgement", "canonicalize", "catch_all_members", "expand", "judge", "losses"]

_T = TypeVar("_T")


def canonicalize(document: JsonObject, *, digest: str = "sha256", limits: Limits = DEFAULT_LIMITS) -> bytes:
    """Canonicalize what ``document`` states: canonical N-Quads, as UTF-8.

    digest: ``sha256``, or ``sha384`` (P-384), of the hashes inside the algorithm. What states nothing though
    it is defined, an empty array, leaves no trace.

    Raises:
        ProblemError: UNKNOWN_CONTEXT; UNDEFINED_TERM for what is in the document and would not be in the
            graph, with its place; GRAPH_TOO_COMPLEX past ``limits.rdf_nodes``, ``rdf_work`` or
            ``context_bytes``; INVALID_CREDENTIAL for what JSON-LD refuses; as ``jcs.canonicalize`` for what
            is no JSON that everyone reads alike.
    """
    jcs.canonicalize(document)  # a few microseconds, and every later step may rely on what it refuses
    expanded = expand(document, limits=limits)

    def lines() -> str:
        found: str = _algorithm().canonical_nquads(
            dataset(expanded), digest=digest, most_work=limits.rdf_work
        )
        return found

    return _confined(lines, document).encode()


def expand(document: JsonObject, *, rdf: bool = True, limits: Limits = DEFAULT_LIMITS) -> list[Json]:
    """Expand ``document`` in safe mode.

    rdf: refuse also what only RDF loses: indexes, base directions, IRIs and languages that are none.
    Raises as ``canonicalize``; TOO_DEEP where the stack ends.
    """
    processor = _processor().Processor(limits)
    expanded: list[Json] = _confined(lambda: processor.expand_document(document), document)
    lost = "a member that says nothing" if processor.dropped else loss(expanded, rdf=rdf)
    if lost is not None:
        raise ProblemError(*_located(document, lost, rdf=rdf, limits=limits))
    return expanded


def losses(document: JsonObject, *, limits: Limits = DEFAULT_LIMITS) -> list[Problem]:
    """Tell what keeps ``document`` from being expanded without loss; nothing, if nothing does."""
    return judge(document, limits=limits).losses


class Judgement(NamedTuple):
    """``losses``: as the function of that name tells them. ``entered``: see ``judge``.

    ``nodes``, ``definitions``: what it took of what ``rdf_work`` shares out.
    """

    losses: list[Problem]
    entered: bool
    nodes: int
    definitions: int


def judge(
    document: JsonObject,
    *,
    places: dict[int, Path] | None = None,
    watched: frozenset[str] = frozenset(),
    limits: Limits = DEFAULT_LIMITS,
) -> Judgement:
    """Do as ``losses``, for a part of a document.

    places: the place of each object in the whole, by its ``id()``; None: ``document`` is the whole.
    watched: names of members; ``entered`` tells whether a value of one was expanded, not taken for JSON.
    """
    processor = _processor().Processor(limits, watched)
    try:
        expanded = _confined(lambda: processor.expand_document(document), document)
        lost = "a member that says nothing" if processor.dropped else loss(expanded, rdf=False)
        found = [] if lost is None else _located(document, lost, rdf=False, limits=limits, places=places)
    except ProblemError as error:
        found = list(error.problems)
    return Judgement(found, processor.entered, processor.nodes, processor.definitions)


def catch_all_members(document: JsonObject, *, limits: Limits = DEFAULT_LIMITS) -> list[str]:
    """Name the members of ``document`` that only an ``@vocab`` gives a meaning. Raises as ``expand``."""
    processor = _processor().Processor(limits)
    active: Any = _confined(lambda: processor.active_context(document), document)
    if "@vocab" not in active:
        return []
    return [
        name
        for name in document
        if name not in active["mappings"] and ":" not in name and not name.startswith("@")
    ]


def _confined(work: Callable[[], _T], document: JsonObject) -> _T:
    """Do ``work`` in PyLD, and let out no failure but ours."""
    try:
        return work()
    except ProblemError as error:
        raise _placed(error, document) from error
    except _processor().FAULTS as error:
        cause: BaseException | None = error
        while cause is not None:  # PyLD wraps what is raised in a scoped context
            if isinstance(cause, ProblemError):
                raise _placed(cause, document) from error
            if isinstance(cause, RecursionError):
                raise ProblemError.of(Code.TOO_DEEP, "no room on the stack") from error
            cause = cause.__cause__
        reason = getattr(error, "code", None) or "its terms cannot be made out"
        raise ProblemError.of(Code.INVALID_CREDENTIAL, f"JSON-LD refuses the document: {reason}") from error


def _placed(error: ProblemError, document: JsonObject) -> ProblemError:
    """Say where in the document the unknown context stands."""
    code = error.codes[0]
    if code != Code.UNKNOWN_CONTEXT:
        return error
    for path, item in _objects(document):
        contexts = item.get("@context")
        for name in contexts if isinstance(contexts, list) else [contexts]:
            if isinstance(name, str) and not known_context(name):
                place = pointer((path, "@context"))
                return ProblemError.of(code, f"{name[:200]} is not a bundled context", place)
    return ProblemError.of(code, "a context within a context is not bundled", "/@context")


def _located(
    document: JsonObject, lost: str, *, rdf: bool, limits: Limits, places: dict[int, Path] | None = None
) -> list[Problem]:
    """Find the places of what is lost, by expanding once more and looking; at most fifty."""
    if places is None:
        places = {id(item): path for path, item in _objects(document)}
    pointing = _pointing().Pointing(limits, places, rdf=rdf)
    _confined(lambda: pointing.expand_document(document), document)
    return list(pointing.found.values()) or [problem(Code.UNDEFINED_TERM, lost)]


def _objects(document: JsonObject) -> list[tuple[Path, JsonObject]]:
    """Every object in ``document`` with its place."""
    found: list[tuple[Path, JsonObject]] = []
    pending: list[tuple[Path, Any]] = [(None, document)]
    while pending:
        path, value = pending.pop()
        if isinstance(value, dict):
            found.append((path, value))
            pending += [((path, name), member) for name, member in value.items()]
        elif isinstance(value, list):
            pending += [((path, index), member) for index, member in enumerate(value)]
    return found


@cache
def _processor() -> ModuleType:
    from signet_vc.codec import jsonld_processor  # noqa: PLC0415 - a quarter of a second

    return jsonld_processor


@cache
def _pointing() -> ModuleType:
    from signet_vc.codec import jsonld_pointing  # noqa: PLC0415 - as above

    return jsonld_pointing


@cache
def _algorithm() -> ModuleType:
    from signet_vc.codec import rdfc_algorithm  # noqa: PLC0415 - as above

    return rdfc_algorithm
