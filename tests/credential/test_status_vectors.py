"""The vectors for status lists: each list to the bit, each fault with its error type."""

from __future__ import annotations

import hashlib

import pytest
from identities import AGENT
from published import published_json

from signet_vc.credential import bitstring_status, status_list
from signet_vc.errors import ProblemError

LISTS = published_json("vectors/bitstring-status-list/lists.json")["cases"]
FAULTS = published_json("vectors/bitstring-status-list/invalid.json")["cases"]
URL = "https://example.com/status/3"
MESSAGES = [{"status": f"{value:#x}", "message": "any"} for value in range(4)]
PREFIXES = (
    "https://www.w3.org/TR/vc-data-model#",
    "https://www.w3.org/ns/credentials/status-list#",
)
BOMB = "compressed to 48 MiB"


@pytest.mark.parametrize("case", LISTS, ids=lambda case: case["name"])
def test_published_lists(case):
    bits = status_list.decode(case["encodedList"])
    assert hashlib.sha256(bits).hexdigest() == case["sha256OfBitstring"]
    assert len(bits) * 8 == case["bitLength"]
    for each in case["expect"]:
        assert status_list.get(bits, int(each["statusListIndex"]), case["statusSize"]) == each["status"]


@pytest.mark.parametrize("case", LISTS, ids=lambda case: case["name"])
def test_published_lists_made_here(case):
    """From the statuses alone where these are all that is set, else from the bits."""
    size = case["statusSize"]
    bits = status_list.new_list(case["bitLength"] // size, size)
    for each in case["expect"]:
        status_list.set(bits, int(each["statusListIndex"]), each["status"], size)
    assert hashlib.sha256(bits).hexdigest() == case["sha256OfBitstring"]
    assert status_list.decode(status_list.encode(bits)) == bits


@pytest.mark.parametrize("case", FAULTS, ids=lambda case: case["name"])
def test_published_faults(case):
    """With their error types; a bomb is this package's own to name: TOO_LARGE, which is a PARSING_ERROR."""
    size = case["statusSize"]
    entry = {
        **bitstring_status.entry(list_url=URL, index=0),
        "statusListIndex": case["statusListIndex"],
        **({} if size == 1 else {"statusSize": size}),
        **({"statusMessage": MESSAGES} if size == 2 else {}),
    }
    listed = bitstring_status.list_credential(
        id=URL, issuer=AGENT.did, purposes="revocation", encoded=LISTS[0]["encodedList"]
    )
    listed["credentialSubject"]["encodedList"] = case["encodedList"]
    with pytest.raises(ProblemError) as caught:
        bitstring_status.evaluate(entry, listed)
    [found] = caught.value.problems
    error = "PARSING_ERROR" if case["name"].startswith(BOMB) else case["error"]
    assert found.type in {prefix + error for prefix in PREFIXES}
    assert len(found.detail) < 400
