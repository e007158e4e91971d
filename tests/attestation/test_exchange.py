"""Which question a retry answers."""

from __future__ import annotations

import tracemalloc

from engine import call

from signet_vc.attestation.exchange import Exchanges

AUDIENCE = "did:key:z6Mk"


def test_a_retry_is_told_by_the_state_or_else_by_the_call() -> None:
    exchanges = Exchanges()
    exchanges.asked(call(), AUDIENCE, {"requestState": "s"}, "request 1", "response 1")
    exchanges.asked(call(), AUDIENCE, {}, "request 2", "response 2")
    first = {"request": "request 1", "response": "response 1"}
    assert exchanges.continued_by(call(request_state="s", arguments={}), AUDIENCE) == first
    second = {"request": "request 2", "response": "response 2"}
    assert exchanges.continued_by(call(), AUDIENCE) == second
    for other in (call(request_state="t"), call(arguments={}), call(tool="other")):
        assert exchanges.continued_by(other, AUDIENCE) == {}
    assert exchanges.continued_by(call(), "did:key:z6Ml") == {}


def test_what_is_remembered_is_small_however_long_the_state_is() -> None:
    exchanges = Exchanges()
    tracemalloc.start()
    try:
        for number in range(20):
            exchanges.asked(call(), AUDIENCE, {"requestState": f"{number}" + "x" * 1_000_000}, "r", "s")
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 1_000_000
