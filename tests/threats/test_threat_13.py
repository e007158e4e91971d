"""Poison graphs: blank nodes that look alike make RDF canonicalization try their orders, which never ends."""

from __future__ import annotations

import time

import pytest
from identities import AGENT, alumni_credential

from signet_vc import resources
from signet_vc.codec import rdfc
from signet_vc.codec.rdfc_algorithm import canonical_nquads
from signet_vc.errors import Code, ProblemError
from signet_vc.limits import DEFAULT_LIMITS
from signet_vc.proofs import data_integrity

CONTEXT = [resources.CREDENTIALS_V2, resources.UNDEFINED_TERMS_V2]
LIST = {"list": {"@id": "urn:list", "@container": "@list"}}


def clique(size: int):
    """Every node knows every other. PyLD alone takes more than twenty seconds for eight."""
    return [
        {"id": f"_:b{each}", "knows": [{"id": f"_:b{other}"} for other in range(size) if other != each]}
        for each in range(size)
    ]


def ring(size: int):
    return [{"id": f"_:b{each}", "next": {"id": f"_:b{(each + 1) % size}"}} for each in range(size)]


def torus(size: int):
    return [
        {
            "id": f"_:b{row}_{column}",
            "by": [{"id": f"_:b{(row + 1) % size}_{column}"}, {"id": f"_:b{row}_{(column + 1) % size}"}],
        }
        for row in range(size)
        for column in range(size)
    ]


def stars(hubs: int, rays: int):
    return [{"ray": [{"id": f"_:r{each}"} for each in range(rays)]} for _ in range(hubs)]


POISON = {
    **{f"clique of {size}": clique(size) for size in (6, 8, 10, 30)},
    **{f"ring of {size}": ring(size) for size in (200, 1000)},
    **{f"torus of {size}": torus(size) for size in (5, 6, 20)},
    "two hubs": stars(2, 9),
    "many hubs": stars(9, 9),
    "lists in lists": [{"list": [[0] * 40] * 40}],
    "a long list of one number": [{"list": [0] * 3000}],
}


@pytest.mark.parametrize("name", POISON)
def test_threat_13_a_poison_graph_is_refused_within_a_second(name):
    rdfc.canonicalize(alumni_credential("urn:warm"))
    document = {"@context": [*CONTEXT, LIST], "@graph": POISON[name]}
    begun = time.process_time()
    with pytest.raises(ProblemError) as caught:
        rdfc.canonicalize(document)
    assert time.process_time() - begun < 4  # 0.3 s on a busy machine
    assert caught.value.codes == (Code.GRAPH_TOO_COMPLEX,)


@pytest.mark.parametrize(
    "graph",
    [clique(4), clique(5), ring(40), torus(3), stars(2, 5), [{"a": {"b": {}}} for _ in range(300)]],
    ids=["clique", "larger clique", "ring", "torus", "stars", "many twins"],
)
def test_threat_13_graphs_that_can_be_put_in_order_are(graph):
    document = {"@context": [*CONTEXT, LIST], "@graph": graph}
    assert rdfc.canonicalize(document) == rdfc.canonicalize({**document, "@graph": graph[::-1]})


def test_threat_13_the_work_is_counted():
    """The limit is one of steps; the time of a step is what the machine makes it."""
    quads = [(f"_:b{each}", "<urn:p>", f"_:b{other}", "") for each in range(5) for other in range(5)]
    assert canonical_nquads(quads, digest="sha256", most_work=DEFAULT_LIMITS.rdf_work)
    with pytest.raises(ProblemError) as caught:
        canonical_nquads(quads, digest="sha256", most_work=1000)
    assert caught.value.codes == (Code.GRAPH_TOO_COMPLEX,)


def test_threat_13_a_poisoned_credential_does_not_verify():
    signed = data_integrity.create(
        alumni_credential(AGENT.did, **{"@context": CONTEXT}),
        AGENT,
        created="2026-03-30T11:37:25Z",
        suite=data_integrity.SUITES["eddsa-rdfc-2022"],
    )
    assert not data_integrity.verify(signed, controller=AGENT.did).problems
    poisoned = {**signed, "evidence": clique(8)}
    problems = data_integrity.verify(poisoned, controller=AGENT.did).problems
    assert [each.code for each in problems] == [Code.GRAPH_TOO_COMPLEX]
