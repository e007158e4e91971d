from __future__ import annotations

import pytest
from store_samples import NOW, claim, named, request, run

from signet_vc.errors import UnavailableError
from signet_vc.limits import NANOSECONDS
from signet_vc.store.memory import MemoryStore


def test_threat_32_a_call_from_before_the_start_counts_as_presented():
    store = MemoryStore(clock=lambda: NOW)
    assert run(store.record(request(1), claim=claim(1, valid_from=NOW - 1))) is False
    assert run(store.record(request(2), claim=claim(2, valid_from=NOW))) is True
    assert store.find(named(1)) is None


def test_threat_33_too_many_claims_fail_closed():
    store = MemoryStore(clock=lambda: 0, max_claims=3)
    for n in range(3):
        assert run(store.record(request(n), claim=claim(n)))
    with pytest.raises(UnavailableError):
        run(store.record(request(3), claim=claim(3)))
    assert store.find(named(3)) is None
    assert run(store.record(request(9), claim=claim(0))) is False, "a replay is still known"
    later = NOW + 361 * NANOSECONDS
    assert run(store.record(request(4, received_at=later), claim=claim(4))), "expired ones make room"


def test_the_clock_is_the_real_one_by_default():
    assert run(MemoryStore().record(request(), claim=claim())) is False, "the sample is of the past"
    assert run(MemoryStore().record(request(), claim=claim(valid_from=2**62))) is True
