"""``basis``: what led to a call, named by its digest and found again."""

from __future__ import annotations

import json
from typing import Any

import ap2_chains as ap2
import pytest
from engine import SERVER, Sides, run
from examples_of_every_member import named_digest
from hypothesis import given
from hypothesis import strategies as st
from lines import call as call_line
from lines import message

from signet_vc.attestation.agent import Pending
from signet_vc.codec.digest import digest
from signet_vc.errors import Code, ProblemError, UsageError
from signet_vc.keys.signing import Key
from signet_vc.mcp.agent_session import AgentSession
from signet_vc.mcp.messages import REQUEST_KEY
from signet_vc.protocols import basis, http_message, ucp
from signet_vc.protocols.http_message import HttpRequest

MESSAGE = {"messageId": "m-1", "role": "ROLE_USER", "parts": [{"text": "buy two mugs", "n": 1.0}]}
KEY = Key.from_secret("P-256", bytes(range(1, 33)))


def attest(sides: Sides, **members: Any) -> Pending:
    return sides.attest(**members)


def subject_of(pending: Pending) -> dict[str, Any]:
    assert pending.carrier is not None
    subject: dict[str, Any] = pending.carrier["credential"]["credentialSubject"]
    return subject


def signed_request() -> bytes:
    request = HttpRequest(
        method="POST",
        target="/checkout-sessions",
        authority="merchant.example.com",
        fields=(("Content-Type", "application/json"), ("Idempotency-Key", "k-1")),
        body=b"{}",
    )
    to_sign = ucp.prepare_request(request, KEY.public_key, keyid="k")
    return http_message.write(to_sign.finish(KEY.sign(to_sign.message)))


def test_digests_are_over_what_the_format_says() -> None:
    canonical = b'{"messageId":"m-1","parts":[{"n":1,"text":"buy two mugs"}],"role":"ROLE_USER"}'
    assert basis.a2a_message(MESSAGE) == {"type": "a2a-message", "digestMultibase": digest(canonical)}
    chain = ap2.chain()
    entry = {"type": "ap2-mandate", "digestMultibase": digest(chain.encode())}
    assert basis.ap2_mandate(chain) == basis.ap2_mandate(chain.encode() + b"\n") == entry
    assert basis.http_message('"@method": POST') == {
        "type": "http-message",
        "digestMultibase": digest(b'"@method": POST'),
    }
    for make in (basis.ap2_mandate, basis.http_message):
        with pytest.raises(UsageError):
            make("é")


def test_a_call_names_what_led_to_it_and_the_way_back_is_found() -> None:
    chain, request = ap2.chain().encode(), signed_request()
    (named,) = basis.entries_of(request)
    entries = [basis.a2a_message(MESSAGE), named, basis.ap2_mandate(chain)]
    sides = Sides()
    pending = attest(sides, basis=entries)
    subject = subject_of(pending)
    assert subject["basis"] == entries
    assert sides.admitted(pending).attestation.document["credentialSubject"]["basis"] == entries
    files = [json.dumps(MESSAGE).encode(), request, chain, b"something else"]
    found, problems = basis.matches(subject, [basis.entries_of(each) for each in files])
    assert [each.found for each in found] == [(0,), (1,), (2,)]
    assert [each.code for each in problems] == [Code.BASIS_MISMATCH]
    found, problems = basis.matches(subject, [])
    assert [each.found for each in found] == [(), (), ()]
    assert problems == []


@pytest.mark.parametrize("change", [b"buy two mugs", b"buy 2 mugs"])
def test_another_message_is_another_digest(change: bytes) -> None:
    data = json.dumps(MESSAGE).encode().replace(b"buy two mugs", change)
    assert (basis.entries_of(data) == (basis.a2a_message(MESSAGE),)) is (change == b"buy two mugs")


@pytest.mark.parametrize(
    "entries",
    [
        [{"type": "email", "digestMultibase": named_digest("a")}],
        [{"type": "ap2-mandate"}],
        [{"type": "ap2-mandate", "digestMultibase": "x"}],
        [{"type": "ap2-mandate", "digestMultibase": named_digest("a"), "more": "x"}],
        [{"type": "ap2-mandate", "digestMultibase": named_digest("a")}] * 9,
    ],
)
def test_nothing_else_is_signed(entries: list[dict[str, str]]) -> None:
    with pytest.raises(ProblemError) as raised:
        attest(Sides(), basis=entries)
    assert all(each.pointer.startswith("/credentialSubject/basis") for each in raised.value.problems)


def session(sides: Sides, ask: Any) -> AgentSession:
    return AgentSession(sides.agent, audience=SERVER.did, basis=ask)


def test_a_session_asks_of_each_call() -> None:
    sides, asked = Sides(), []

    def ask(of: Any) -> list[dict[str, str]]:
        asked.append(of.tool)
        return [basis.ap2_mandate("chain")]

    sent = message(run(session(sides, ask).from_client(call_line())), "server")
    subject = sent["params"]["_meta"][REQUEST_KEY]["credential"]["credentialSubject"]
    assert subject["basis"] == [basis.ap2_mandate("chain")]
    assert asked == ["send_email"]


def test_a_session_sends_nothing_where_the_program_cannot_say(caplog: pytest.LogCaptureFixture) -> None:
    def fails(_: Any) -> list[dict[str, str]]:
        raise LookupError("no such message")

    for ask in (fails, lambda _: [{"type": "email"}]):
        assert "error" in message(run(session(Sides(), ask).from_client(call_line())), "client")
    assert "LookupError: no such message" in caplog.text


@pytest.mark.parametrize("data", [b"hello", b"[1]", b"buy two mugs~~", b"e30.e30.AA~", b"e"])
def test_a_text_that_is_no_chain_is_not_the_mandate_that_a_call_names(data: bytes) -> None:
    assert basis.entries_of(data) == ()
    subject = {"basis": [basis.ap2_mandate(data)]}
    found, problems = basis.matches(subject, [basis.entries_of(data)])
    assert ([each.found for each in found], [each.code for each in problems]) == ([()], [Code.BASIS_MISMATCH])


@given(st.binary(max_size=300) | st.sampled_from([b"GET / HTTP/1.1\r\n\r\n", b"{" * 200, b"{}"]))
def test_never_raises(data: bytes) -> None:
    assert all(set(each) == {"type", "digestMultibase"} for each in basis.entries_of(data))
    assert basis.entries_of(b"{" + b" " * (2 << 20)) == ()


@pytest.mark.parametrize("subject", [None, 7, [], {}, {"basis": 7}, {"basis": [7, None, []]}])
def test_a_record_that_somebody_wrote_names_nothing(subject):
    found, problems = basis.matches(subject, [()])
    assert found == []
    assert [str(each.code) for each in problems] == ["BASIS_MISMATCH"]
