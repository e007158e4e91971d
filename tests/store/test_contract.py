"""What every store does: memory and SQLite alike; and that one which fails says so at every call."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from failing_store import FailingStore
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from store_samples import AGENT, NOW, SERVER, claim, named, refusal, request, response, run

from signet_vc.errors import Code, UnavailableError
from signet_vc.limits import NANOSECONDS
from signet_vc.store import open_store
from signet_vc.store.memory import MemoryStore


@pytest.fixture(params=["memory", "sqlite"])
def store(request, tmp_path):
    if request.param == "memory":
        opened = MemoryStore(clock=lambda: NOW - 3600 * NANOSECONDS)
    else:
        opened = open_store(f"sqlite:{tmp_path / 'audit.db'}")
    with opened:
        yield opened


@pytest.fixture(params=["fake", "deleted", "damaged"])
def failing(request, tmp_path):
    if request.param == "fake":
        return FailingStore()
    opened = open_store(f"sqlite:{tmp_path / 'audit.db'}")
    if request.param == "deleted":
        (tmp_path / "audit.db").unlink()
    else:
        (tmp_path / "audit.db").write_bytes(b"no database" * 1000)
    return opened


# -- records ---------------------------------------------------------------------------------------


def test_a_record_is_kept_exactly(store):
    kept = request(
        secured='{"name":"Zoë 😀","number":12345678901234567890123}',
        jws="eyJ.e30.AAAA",
        salts={"argumentsDigest": "uAAECAwQFBgcICQoLDA0ODw"},
        values={"argumentsDigest": {"id": 2**70, "amount": 12.5, "none": None, "list": [1, "\x00"]}},
    )
    assert run(store.record(kept)) is True
    assert run(store.get(kept.digest)) == kept
    assert store.find(kept.digest) == kept
    assert list(store.records()) == [kept]


def test_a_response_is_kept_exactly(store):
    kept = response(outcome="denied")
    run(store.record(kept))
    assert store.find(kept.digest) == kept


def test_what_is_not_there_is_none(store):
    assert run(store.get(named(1))) is None
    assert store.find(named(1)) is None
    assert store.answers(named(1)) == ()
    assert store.digests("u") == ()
    assert list(store.records()) == []
    assert list(store.refused()) == []


def test_a_digest_that_is_there_is_left_as_it_is(store):
    first = request(salts={"intentDigest": "uAAECAwQFBgcICQoLDA0ODw"})
    assert run(store.record(first)) is True
    assert run(store.record(replace(first, salts={}, received_at=NOW + 1))) is True
    assert list(store.records()) == [first]


def test_answers_are_those_of_the_request(store):
    task, final = response(2, outcome="task"), response(3)
    for each in (request(1), task, final, response(4, to=9), response(5, to=None)):
        run(store.record(each))
    assert store.answers(named(1)) == (task, final)
    assert store.answers(named(2)) == ()


def test_records_come_by_time(store):
    times = [3, 1, 2, 1, 5]
    for name, second in enumerate(times):
        run(store.record(request(name, received_at=NOW + second)))
    assert [each.received_at - NOW for each in store.records()] == sorted(times)


def test_every_record_comes_once_however_many_there_are(store):
    async def fill():
        await asyncio.gather(*(store.record(request(n, received_at=NOW + n // 300)) for n in range(1100)))

    run(fill())
    assert {each.digest for each in store.records()} == {named(n) for n in range(1100)}
    assert len(list(store.records())) == 1100


def test_records_may_be_added_while_they_are_read(store):
    run(store.record(request(1)))
    reading = store.records()
    next(reading)
    run(store.record(request(2, received_at=NOW + 1)))
    assert [each.digest for each in reading] in ([], [named(2)])
    assert len(list(store.records())) == 2


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, [1, 2, 3, 4]),
        ({"tool": "send_email"}, [1, 2, 3]),
        ({"tool": "send"}, []),
        ({"issuer": AGENT}, [1, 3]),
        ({"issuer": SERVER}, [2, 4]),
        ({"outcome": "completed"}, [2]),
        ({"kind": "request"}, [1, 3]),
        ({"since": NOW + 2}, [3, 4]),
        ({"until": NOW + 1}, [1, 2]),
        ({"since": NOW + 1, "until": NOW + 2}, [2, 3]),
        ({"issuer": SERVER, "tool": "git_log", "outcome": "failed", "since": NOW}, [4]),
        ({"issuer": AGENT, "outcome": "failed"}, []),
        (
            {"tool": None, "issuer": None, "outcome": None, "kind": None, "since": None, "until": None},
            [1, 2, 3, 4],
        ),
        ({"tool": "send_email' OR 1=1 --"}, []),
    ],
)
def test_filters(store, filters, expected):
    for each in (
        request(1, received_at=NOW),
        response(2, received_at=NOW + 1),
        request(3, received_at=NOW + 2),
        response(4, received_at=NOW + 3, tool="git_log", outcome="failed"),
    ):
        run(store.record(each))
    assert [each.digest for each in store.records(**filters)] == [named(n) for n in expected]
    assert store.count(**filters) == len(expected)


def test_digests_are_found_by_their_beginning(store):
    for n in range(12):
        run(store.record(request(n)))
    assert store.digests(named(3)[:12]) == (named(3),)
    assert store.digests(named(3)) == (named(3),)
    assert store.digests("uEi") == tuple(sorted(map(named, range(12)))[:10])
    assert store.digests("v") == ()


# -- claims ----------------------------------------------------------------------------------------


def test_a_nonce_is_claimed_once(store):
    assert run(store.record(request(1), claim=claim())) is True
    assert run(store.record(request(2), claim=claim())) is False
    assert store.find(named(2)) is None, "nothing of a replayed call is kept as a record"


def test_threat_01_the_same_request_is_refused_the_second_time(store):
    assert run(store.record(request(), claim=claim())) is True
    assert run(store.record(request(), claim=claim())) is False


def test_of_many_at_once_one_claims(store):
    async def race():
        return await asyncio.gather(*(store.record(request(n), claim=claim()) for n in range(40)))

    assert sorted(run(race())) == [False] * 39 + [True]
    assert len(list(store.records())) == 1


@pytest.mark.parametrize(
    "other",
    [{"issuer": SERVER}, {"audience": "https://mcp.example.com/"}, {"nonce": "uAAECAwQFBgcICQoLDA0ODw"}],
)
def test_another_claim_is_another(store, other):
    assert run(store.record(request(1), claim=claim())) is True
    assert run(store.record(request(2), claim=claim(**other))) is True


def test_a_claim_is_made_though_the_record_was_there(store):
    """The agent's side of the same store has recorded the request before the server's side claims."""
    assert run(store.record(request())) is True
    assert run(store.record(request(), claim=claim())) is True
    assert run(store.record(request(), claim=claim())) is False


def test_an_unexpired_claim_outlives_the_expired_ones(store):
    async def fill():
        for n in range(300):
            await store.record(
                request(n, received_at=NOW + n * 60 * NANOSECONDS),
                claim=claim(n, expires_at=NOW + (n * 60 + 360) * NANOSECONDS),
            )

    run(fill())
    late = NOW + 299 * 60 * NANOSECONDS
    for n in range(295, 300):
        assert run(store.record(request(f"again {n}", received_at=late), claim=claim(n))) is False


def test_threat_33_a_flood_of_claims_evicts_none(store):
    """200,000 calls, all valid and none expired, then the first one again."""

    async def flood():
        assert await store.record(request("first"), claim=claim(0))
        for start in range(1, 200_001, 5_000):
            await asyncio.gather(
                *(store.record(request("flood"), claim=claim(n)) for n in range(start, start + 5_000))
            )
        return [await store.record(request("replayed"), claim=claim(n)) for n in (0, 1, 100_000, 200_000)]

    assert run(flood()) == [False] * 4


# -- refusals and pins -----------------------------------------------------------------------------


def test_refusals_are_kept(store):
    first = refusal(codes=("PROOF_INVALID", "AUDIENCE_MISMATCH"))
    second = refusal(at=NOW - 1, side="agent", tool="git log\n\x1b[31m", codes=(), detail="")
    run(store.refuse(first))
    run(store.refuse(second))
    run(store.refuse(second))
    assert list(store.refused()) == [second, second, first]
    assert list(store.refused(tool="send_email")) == [first]
    assert list(store.refused(since=NOW)) == [first]
    assert list(store.refused(until=NOW - 1, tool=None)) == [second, second]


def test_what_a_stranger_sent_never_makes_a_refusal_fail(store):
    run(store.refuse(refusal(tool="\ud800", detail="\udfff", at=10**30)))
    assert len(list(store.refused())) == 1


def test_the_first_pin_stays(store):
    assert run(store.pin("git --repository .", SERVER)) == SERVER
    assert run(store.pin("git --repository .", AGENT)) == SERVER
    assert run(store.pin("time", AGENT)) == AGENT


def test_of_many_pins_at_once_one_stays(store):
    async def race():
        return await asyncio.gather(*(store.pin("command", f"did:example:{n}") for n in range(20)))

    assert len(set(run(race()))) == 1


# -- closing, failing ------------------------------------------------------------------------------


def test_a_closed_store_takes_nothing_more(store):
    run(store.record(request()))
    store.close()
    store.close()
    with pytest.raises(UnavailableError):
        run(store.record(request(2)))
    with pytest.raises(UnavailableError):
        run(store.refuse(refusal()))


@pytest.mark.parametrize(
    "use",
    [
        lambda store: run(store.record(request())),
        lambda store: run(store.record(request(), claim=claim())),
        lambda store: run(store.refuse(refusal())),
        lambda store: run(store.get(named(1))),
        lambda store: run(store.pin("command", SERVER)),
        lambda store: list(store.records()),
        lambda store: list(store.refused()),
        lambda store: store.count(),
        lambda store: store.find(named(1)),
        lambda store: store.answers(named(1)),
        lambda store: store.digests("u"),
    ],
    ids=[
        "record",
        "claim",
        "refuse",
        "get",
        "pin",
        "records",
        "refused",
        "count",
        "find",
        "answers",
        "digests",
    ],
)
def test_a_store_that_fails_says_so_at_every_call(failing, use):
    with failing, pytest.raises(UnavailableError) as caught:
        use(failing)
    assert caught.value.code is Code.STORE_UNAVAILABLE


# -- any values ------------------------------------------------------------------------------------

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(), values=st.dictionaries(st.text(), json_values, max_size=3), at=st.integers(0, 2**62))
def test_any_text_and_any_values_come_back(store, text, values, at):
    kept = request(repr((text, values, at)), secured=text, tool=text, received_at=at, values=values)
    run(store.record(kept))
    assert store.find(kept.digest) == kept
