"""RDF canonicalization: a graph or a refusal, nothing lost; the order of members does not count."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from fuzz import mutation
from fuzz.target import Target, require, timed
from signet_vc.codec import rdfc, strict_json
from signet_vc.errors import ProblemError

__all__ = ["TARGET"]

_V2 = "https://www.w3.org/ns/credentials/v2"


def _run(data: bytes) -> None:
    try:
        document = strict_json.loads(data)
    except ProblemError:
        return
    if not isinstance(document, dict):
        return
    lost = timed(rdfc.losses, document)
    try:
        nquads = timed(rdfc.canonicalize, document)
        timed(rdfc.canonicalize, document, digest="sha384")
    except ProblemError:
        return
    require(not lost, f"what is canonicalized has lost nothing: {lost}")
    *lines, rest = nquads.decode().split("\n")
    require(lines == sorted(set(lines)), "the statements are in order, each once")
    require(not rest and all(line.endswith(" .") for line in lines), "each statement is a line")
    turned = _turned(document)
    require(rdfc.canonicalize(turned) == nquads, "the order of members does not count")


def _turned(value: Any) -> Any:
    """The members the other way round. A context stays as it is."""
    if isinstance(value, dict):
        return {name: value[name] if name == "@context" else _turned(value[name]) for name in reversed(value)}
    if isinstance(value, list):
        return [_turned(each) for each in value]
    return value


def _hostile() -> Iterator[bytes]:
    yield _clique(8)
    yield _clique(12)
    yield _clique(40)
    yield json.dumps({"@context": _V2, "credentialSubject": [{}] * 4000}).encode()
    yield json.dumps({"@context": [_V2] * 2000, "id": "urn:a"}).encode()
    yield json.dumps({"@context": [_V2, {f"t{n}": f"urn:{n}" for n in range(5000)}], "t1": "a"}).encode()
    chain: Any = "end"
    for _ in range(60):
        chain = {"@context": {"a": {"@id": "urn:a", "@context": {"b": "urn:b"}}}, "a": chain}
    yield json.dumps({"@context": _V2, **chain}).encode()
    ring = [{"id": f"_:b{n}", "urn:next": {"id": f"_:b{(n + 1) % 500}"}} for n in range(500)]
    yield json.dumps({"@context": _V2, "urn:all": ring}).encode()


def _clique(size: int) -> bytes:
    """Nodes without a name, each pointing to every other: each looks like all of them."""
    names = [f"_:b{number}" for number in range(size)]
    nodes = [{"id": a, "urn:knows": [{"id": b} for b in names if b != a]} for a in names]
    return json.dumps({"@context": _V2, "urn:nodes": nodes}).encode()


TARGET = Target(run=_run, hostile=_hostile, mutate=mutation.of_json, longest=1 << 13)
