"""Agent cards of other parties: every accepted and every refused one, its verdict under each profile."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
from published import SHARED, published_json

from signet_vc import Policy, verify
from signet_vc.errors import Code
from signet_vc.interop.published_a2a import a2a_vectors
from signet_vc.protocols import a2a_normal
from signet_vc.protocols.a2a_fields import MESSAGES

FIELDS: Final = published_json("vectors/a2a/agentcard-fields.json")["messages"]
NAMES: Final = sorted(
    each.stem for each in (SHARED / "vectors/a2a").glob("*.json") if each.stem != "agentcard-fields"
)
KEY_SET: Final = "https://agent.example/jwks.json"
AT: Final = datetime(2026, 6, 1, tzinfo=UTC)
REASONS: Final = {
    "legacy-unicode-escaped": (Code.PROOF_INVALID, "/signatures/0"),
    "reject-alg-hs256-with-public-key": (Code.UNSUPPORTED_CRYPTOSUITE, "/signatures/0/protected"),
    "reject-alg-none": (Code.PROOF_MISSING, "/signatures/0/signature"),
    "reject-alg-only-in-unprotected-header": (Code.PROOF_INVALID, "/signatures/0/protected"),
    "reject-crit-unknown": (Code.PROOF_INVALID, "/signatures/0/protected"),
    "reject-empty-values-added": (Code.PROOF_INVALID, "/skills/0/tags/1"),
    "reject-es256-der": (Code.PROOF_INVALID, "/signatures/0"),
    "reject-unknown-field-added": (Code.PROOF_INVALID, "/x-trust"),
    "reject-url-changed": (Code.PROOF_INVALID, "/signatures/0"),
}


class KeySet:
    def __init__(self, keys: list[dict[str, Any]]) -> None:
        self.keys = keys

    def load(self, url: str) -> bytes:
        assert url == KEY_SET
        return json.dumps({"keys": self.keys}).encode()


def case_of(name: str) -> dict[str, Any]:
    case: dict[str, Any] = published_json(f"vectors/a2a/{name}.json")
    return case


def verdict(case: dict[str, Any]) -> Any:
    policy = Policy(allowed_signers=[KEY_SET], loader=KeySet(case["keys"]))
    return verify(json.dumps(case["card"]), policy, at=AT)


@pytest.mark.parametrize("name", NAMES)
def test_the_verdict_is_the_published_one_and_the_reason_is_its_rule(name: str) -> None:
    case = case_of(name)
    result = verdict(case)
    assert result.format == "a2a-agent-card"
    assert result.verified == (case["expect"] == "accept"), result.problems
    if result.verified:
        assert result.issuer == KEY_SET
    else:
        assert (result.problems[0].code, result.problems[0].pointer) == REASONS[name]


def test_the_runner_judges_every_one_in_the_same_way() -> None:
    vectors = list(a2a_vectors(SHARED / "vectors/a2a"))
    assert [each.name for each in vectors] == NAMES
    assert [each.check() for each in vectors] == [""] * len(NAMES)  # under each form by itself, too


def test_the_runner_tells_a_card_that_is_not_as_the_case_says(tmp_path: Path) -> None:
    case = case_of("accept-plain-ed25519")
    for number, members in enumerate(
        (
            {"expect": "reject"},
            {"card": {**case["card"], "name": "Other"}},
            {"verdict_by_profile": {"raw": "reject"}},
        )
    ):
        (tmp_path / f"{number}.json").write_text(json.dumps({**case, **members}))
    assert all(each.check() for each in a2a_vectors(tmp_path))


@pytest.mark.parametrize(
    "name", [each for each in NAMES if "payload_utf8" in case_of(each).get("intermediate", {})]
)
def test_the_canonical_bytes_are_the_published_ones(name: str) -> None:
    case = case_of(name)
    profile = case["intermediate"].get("signed_under_profile", "raw")
    if name.startswith("legacy"):
        profile = "legacy"
    read = a2a_normal.legacy if profile == "legacy" else a2a_normal.PROFILES[profile]
    assert read(case["card"]).octets.decode() == case["intermediate"]["payload_utf8"]


def test_the_members_of_a_card_are_those_of_the_published_table() -> None:
    presences = {"oneof": "message"}
    many = {"singular": "", "repeated": "list", "map": "map"}
    published = {
        message: {
            name: (
                each["type"].replace("google.protobuf.Struct", "struct"),
                many[each["kind"]],
                presences.get(each["presence"], each["presence"]),
            )
            for name, each in fields.items()
        }
        for message, fields in FIELDS.items()
    }
    ours = {
        message: {name: tuple(each) for name, each in fields.items()} for message, fields in MESSAGES.items()
    }
    assert ours == published


def test_what_the_matching_profile_leaves_out_is_told_and_handed_out_by_nobody() -> None:
    result = verdict(case_of("accept-sdk-empty-stripped"))
    assert {(each.code, each.pointer) for each in result.notices} == {
        (Code.COVERAGE_INSUFFICIENT, place)
        for place in ("/capabilities/extensions", "/description", "/skills")
    }
    assert result.document is not None
    assert result.document.keys() == {"name", "capabilities"}
