"""Whether an issuer's numbered credentials are all here, each following the one before."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signet_vc.audit import Chains, Link
from signet_vc.codec.digest import digest
from signet_vc.errors import Code

ISSUER = "did:key:z6MkehRgf7yJbgaGfYsdoAsKdBPE3dj2CYhowQdcjqSJgvVd"


def named(name):
    return digest(name.encode())


def links(length, issuer=ISSUER, chain="c", start=1):
    return [
        Link(
            issuer,
            chain,
            n,
            named(f"{issuer}{chain}{n}"),
            named(f"{issuer}{chain}{n - 1}") if n > 1 else None,
        )
        for n in range(start, start + length)
    ]


def reports(found):
    chains = Chains()
    for each in found:
        chains.add(each)
    told = chains.reports()
    assert {each.code for report in told for each in (*report.problems, *report.notices)} <= {
        Code.CHAIN_BROKEN
    }
    return told


def problems(found):
    return [each.detail for report in reports(found) for each in report.problems]


def gaps(found):
    assert problems(found) == []  # an honest store has gaps too
    return [each.detail for report in reports(found) for each in report.notices]


@pytest.mark.parametrize("length", [1, 2, 7])
def test_a_whole_chain(length):
    assert problems(links(length)) == []


def test_no_chain():
    assert Chains().reports() == []


def test_what_a_report_says():
    chains = Chains()
    for each in [*links(3), *links(2, chain="d")]:
        chains.add(each)
    first, second = chains.reports()
    assert (first.issuer, first.chain, first.count, first.last) == (ISSUER, "c", 3, 3)
    assert (second.chain, second.count) == ("d", 2)


@given(st.permutations(links(6) + links(4, chain="d")))
def test_the_order_in_which_they_come_says_nothing(order):
    assert problems(order) == []


def test_a_credential_that_comes_twice_is_one():
    assert problems(links(4) + links(4)) == []


@given(st.integers(2, 9), st.data())
def test_every_gap_is_told(length, data):
    """But for the last: nothing says that it was the last."""
    missing = data.draw(st.integers(1, length - 1))
    whole = links(length)
    found = gaps(whole[: missing - 1] + whole[missing:])
    assert len(found) == 1
    assert found[0].startswith(f"{missing} ")


def test_a_wide_gap_is_one_problem():
    whole = links(20)
    assert [each.split(":")[0] for each in gaps(whole[:3] + whole[10:])] == ["4 to 10 not here"]
    assert len(gaps(whole[5:])) == 1


def test_a_fork_is_told():
    whole = links(4)
    second = whole[2]._replace(digest=named("another third"))
    assert len(problems([*whole, second])) == 1
    first = whole[0]._replace(digest=named("another first"))
    assert len(problems([first, *whole])) == 1


def test_a_fork_that_goes_on_is_told():
    whole = links(3)
    other = [
        whole[1]._replace(digest=named("second'")),
        whole[2]._replace(digest=named("third'"), previous=named("second'")),
    ]
    assert len(problems(whole + other)) == 2


def test_another_predecessor_is_told():
    whole = links(4)
    whole[2] = whole[2]._replace(previous=named("elsewhere"))
    assert len(problems(whole)) == 1


def test_threat_62_nobody_gets_into_another_s_chain():
    assert (
        problems(links(3) + links(3, issuer="did:key:z6MkhFwXNFWosLeugvSf4wcL9t3uuRXueGSFTRgSvHhWj5G2")) == []
    )


def test_a_chain_that_is_all_gaps_is_told_in_bounds():
    assert len(gaps([link for link in links(400) if link.sequence % 2])) == 50


def test_the_greatest_sequence():
    assert len(gaps(links(2, start=2**53 - 2))) == 1
