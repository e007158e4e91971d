"""Every published vector of RFC 9421 and UCP: its verdict, its signature base, its reason."""

from __future__ import annotations

from typing import Final

import pytest
from protocols.documents import Documents
from published import SHARED, published_json

from signet_vc import Policy
from signet_vc.errors import Code
from signet_vc.interop.published_case import PublishedCase
from signet_vc.interop.published_http import message_of, rfc9421_vectors, ucp_vectors
from signet_vc.limits import NANOSECONDS
from signet_vc.protocols import ucp
from signet_vc.protocols.http_message import read, write

published_json("vectors/ucp/accept-request-es256.json")
PLATFORM: Final = "https://platform.example/.well-known/ucp"
VECTORS: Final = [
    *rfc9421_vectors(SHARED / "vectors" / "rfc9421"),
    *ucp_vectors(SHARED / "vectors" / "ucp"),
]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name)
def test_the_verdict_and_the_signature_base(vector: PublishedCase) -> None:
    assert vector.check() == ""


def test_none_is_left_out() -> None:
    files = [*(SHARED / "vectors" / "rfc9421").iterdir(), *(SHARED / "vectors" / "ucp").iterdir()]
    authorizations = [each for each in files if "merchant-authorization" in each.name]
    assert len(VECTORS) == len(files) - len(authorizations)


REASONS: Final = {
    "body-not-covered": [Code.COVERAGE_INSUFFICIENT] * 2,
    "body-reserialized": [Code.DIGEST_MISMATCH],
    "der-signature": [Code.PROOF_INVALID],
    "signature-agent-other-label": [Code.COVERAGE_INSUFFICIENT],
    "ucp-agent-not-covered": [Code.COVERAGE_INSUFFICIENT] * 2,
}


@pytest.mark.parametrize("name", REASONS)
def test_the_reason_and_what_ucp_calls_it(name: str) -> None:
    case = published_json(f"vectors/ucp/reject-{name}.json")
    policy = Policy(allowed_signers=[PLATFORM], loader=Documents({PLATFORM: {"keys": case["keys"]}}))
    at = case.get("now", 1_738_618_000) * NANOSECONDS
    result = ucp.verify(message_of(case["message"]), policy, at_ns=at)
    assert [each.code for each in result.problems] == REASONS[name]
    expected = case.get("ucp_error", "coverage_insufficient")
    assert result.problems[0].detail.startswith(f"{expected}:")
    answered = "signature_invalid" if expected == "coverage_insufficient" else expected
    assert ucp.refusal(result.problems).code == answered


@pytest.mark.parametrize("name", ["request-es256", "request-query-es256", "dual-audience-ed25519"])
def test_a_published_message_is_the_same_as_text(name: str) -> None:
    message = message_of(published_json(f"vectors/ucp/accept-{name}.json")["message"])
    again = read(write(message))
    assert (again.body, again.by_name["signature"]) == (message.body, message.by_name["signature"])
    assert write(again) == write(message)
